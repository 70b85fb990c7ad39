"""| graphistry as splunkd runs it: a process over the chunked protocol, a login by the app's REST handler, an upload."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import graphistry_server as loopback
import pytest
from graphistry_server import Fault, GraphistryServer, State, graphistry_server
from session_events import NESTED, A, B, C
from splunkd_double import ADMIN, HUNTER, NOBODY, Splunkd, splunkd
from zeekhunt.spl.rest import SplunkRest

from lab.driver import CommandFailed, Invocation, Rows, RunOptions, RunResult, SearchInfo, run

PROFILES = "/services/zeek_hunting/graphistry/profiles"
ROWS = [
    {"src": A, "dest": B, "service": "ssh", "count": "3"},
    {"src": B, "dest": C, "service": "dns", "count": "4"},
    {"src": A, "dest": C, "service": "dns", "count": "5"},
]


@pytest.fixture(scope="module")
def server() -> Iterator[GraphistryServer]:
    with graphistry_server() as running:
        yield running


@pytest.fixture(scope="module")
def double(repo: Path, server: GraphistryServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Splunkd]:
    """splunkd with the profile default, stored as the set-up page stores it."""
    with splunkd(repo / "zeek_hunting", tmp_path_factory.mktemp("splunkd")) as running:
        values = {"name": "default", "url": server.url, "login": "key", "user": loopback.KEY_ID, "secret": loopback.KEY_SECRET}
        SplunkRest(running.uri, ADMIN).post(PROFILES, {**values, "timeout_s": "5"})
        yield running


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    if "server" in request.fixturenames:
        request.getfixturevalue("server").state = State()


class Hunter:
    """Runs the command as somebody who has the capability to send and may read no password."""

    def __init__(self, repo: Path, double: Splunkd, server: GraphistryServer) -> None:
        self._repo, self._double, self.server = repo, double, server

    def send(self, *args: str, rows: Sequence[Mapping[str, Any]] = ROWS, token: str = HUNTER, **options: Any) -> RunResult:
        search = SearchInfo(session_key=token, splunkd_uri=self._double.uri)
        call = Invocation(self._repo / "zeek_hunting", "graphistry", args, search)
        return run(call, Rows.from_records(rows), RunOptions(**options))

    def sent(self) -> dict[str, Any]:
        (dataset,) = self.server.state.datasets.values()
        return dataset


@pytest.fixture
def hunter(repo: Path, double: Splunkd, server: GraphistryServer) -> Hunter:
    return Hunter(repo, double, server)


def texts(result: RunResult) -> str:
    return "\n".join(message.text for message in result.messages)


def test_rows_become_a_private_picture(hunter: Hunter) -> None:
    result = hunter.send("title=Lab")
    (row,) = result.rows.records()
    (dataset_id,) = hunter.server.state.datasets
    assert row["graphistry_url"].startswith(f"{hunter.server.url}/graph/graph.html?dataset={dataset_id}&")
    expected = {
        "dataset_id": dataset_id,
        "nodes": "3",
        "edges": "3",
        "privacy": "private",
        "server": "default",
        "picture": "hubs",
    }
    assert {name: row[name] for name in expected} == expected
    dataset = hunter.sent()
    assert (dataset["mode"], dataset["name"]) == ("private", "Lab")
    assert dataset["edges"].to_pydict() == {
        "src": [A, B, A],
        "dst": [B, C, C],
        "service": ["ssh", "dns", "dns"],
        "count": [3, 4, 5],
    }
    assert dataset["nodes"].column("degree").to_pylist() == [2, 2, 2]
    assert "confirmed privacy private" in texts(result)


@pytest.mark.parametrize("last_request", ["header_only", "with_rows", "empty_body"])
@pytest.mark.parametrize("chunk_rows", [1, 2, 3])
def test_chunks_do_not_matter_and_one_picture_is_sent(hunter: Hunter, chunk_rows: int, last_request: str) -> None:
    hunter.send(chunk_rows=chunk_rows, last_request=last_request)
    assert hunter.sent()["edges"].num_rows == 3
    assert len(hunter.server.state.datasets) == 1


def test_named_columns_of_any_table_are_the_ends(hunter: Hunter) -> None:
    rows = [{"user": "Zoë", "host": "web;1", "n": "1"}, {"user": "", "host": "web;1", "n": "2"}]
    hunter.send("source=user", "destination=host", rows=rows)
    assert hunter.sent()["edges"].to_pydict() == {"src": ["Zoë"], "dst": ["web;1"], "n": [1]}


def test_paths_of_zeeklateral_are_drawn_hop_by_hop(repo: Path, hunter: Hunter) -> None:
    found = run(Invocation(repo / "zeek_hunting", "zeeklateral", (), SearchInfo()), Rows.from_records(NESTED)).rows
    hunter.send("picture=lateral", rows=found.records())
    dataset = hunter.sent()
    edges = dataset["edges"].to_pydict()
    assert list(zip(edges["src"], edges["dst"], edges["hop"])) == [(A, B, 1), (B, C, 2)]
    assert edges["service"] == ["rdp", "smb"]
    assert edges["first"] == sorted(edges["first"])
    x = dict(zip(dataset["nodes"].column("id").to_pylist(), dataset["nodes"].column("x").to_pylist()))
    assert x[A] < x[B] < x[C]


def test_nodes_and_edges_of_zeekgraph_come_as_they_are(repo: Path, hunter: Hunter) -> None:
    found = run(Invocation(repo / "zeek_hunting", "zeekgraph", (), SearchInfo()), Rows.from_records(NESTED)).rows.records()
    hunter.send(rows=found)
    dataset = hunter.sent()
    edges = [(row["src"], row["dst"], row["service"]) for row in found if row["kind"] == "edge"]
    sent = dataset["edges"].to_pydict()
    assert list(zip(sent["src"], sent["dst"], sent["service"])) == edges
    nodes = dict(zip(dataset["nodes"].column("id").to_pylist(), dataset["nodes"].column("role").to_pylist()))
    assert nodes == {row["id"]: row.get("role") for row in found if row["kind"] == "node"}
    assert set(dataset["nodes"].column("kind").to_pylist()) == {"host"}


def test_a_dry_run_needs_no_server_and_says_what_would_leave(repo: Path, hunter: Hunter) -> None:
    call = Invocation(repo / "zeek_hunting", "graphistry", ("dry_run=true", "server=nowhere"), SearchInfo())
    result = run(call, Rows.from_records(ROWS))
    outline = {(row["part"], row["column"]): (row["type"], row["values"], row["example"]) for row in result.rows.records()}
    assert outline[("edges", "count")] == ("whole number", "3", "3")
    assert outline[("nodes", "id")] == ("text", "3", A)
    assert "would be sent; nothing was" in texts(result)
    assert hunter.server.state.recorded == []


def test_pseudonyms_leave_in_place_of_names_and_a_dry_run_tells_them(hunter: Hunter) -> None:
    rows = [{**row, "note": f"seen by {A}"} for row in ROWS]
    result = hunter.send("anonymize=true", rows=rows)
    dataset = hunter.sent()
    everything = str([call.content for call in hunter.server.state.recorded]) + str(
        [dataset[part].to_pydict() for part in ("edges", "nodes")]
    )
    assert not any(name in everything for name in (A, B, C))
    assert "names may stand in them: note" in texts(result)
    told = hunter.send("anonymize=true", "dry_run=true", rows=rows).rows.records()
    names = {row["column"]: row["example"] for row in told if row["part"] == "pseudonym"}
    assert [names[end] for end in dataset["edges"].column("src").to_pylist()] == [A, B, A]


def test_max_edges_is_kept_and_said(hunter: Hunter) -> None:
    result = hunter.send("max_edges=1")
    assert hunter.sent()["edges"].num_rows == 1
    assert "2 edges over max_edges=1 were left out" in texts(result)


def test_the_wanted_privacy_is_asked_for(hunter: Hunter) -> None:
    (row,) = hunter.send("privacy=organization").rows.records()
    assert (row["privacy"], hunter.sent()["mode"]) == ("organization", "organization")


def test_no_rows_are_no_error_and_cost_no_login(hunter: Hunter) -> None:
    result = hunter.send(rows=[])
    assert result.rows.count == 0
    assert "no rows came in, nothing was sent" in texts(result)
    assert hunter.server.state.recorded == []


FAILURES = [
    pytest.param((), [{"a": "1"}], HUNTER, "which columns are the ends?.*columns are a", id="no-ends"),
    pytest.param((), [{"src": "a", "dest": ""}, {"src": "", "dest": "b"}], HUNTER, "no row has both src and dest", id="no-edge"),
    pytest.param(("source=src",), ROWS, HUNTER, "source= and destination= go together", id="one-end"),
    pytest.param(("source=srx", "destination=dest"), ROWS, HUNTER, "no column srx; columns are", id="no-such-column"),
    pytest.param(("server=other",), ROWS, HUNTER, "there is no profile other; store it on the page", id="no-profile"),
    pytest.param(("server=../x",), ROWS, HUNTER, "a profile's name has", id="bad-profile"),
    pytest.param(("picture=pie",), ROWS, HUNTER, "must be one of hubs, anomaly, lateral, intel", id="no-such-picture"),
    pytest.param((), ROWS, NOBODY, "refused /services/zeek_hunting/graphistry/session .HTTP 403", id="no-capability"),
    pytest.param(("title=" + "x" * 121,), ROWS, HUNTER, "title= must be printable", id="long-title"),
]


@pytest.mark.parametrize(("args", "rows", "token", "expected"), FAILURES)
def test_what_cannot_be_sent_is_said_and_nothing_leaves(
    hunter: Hunter, args: tuple[str, ...], rows: list[dict[str, str]], token: str, expected: str
) -> None:
    with pytest.raises(CommandFailed, match=expected):
        hunter.send(*args, rows=rows, token=token)
    assert hunter.server.state.datasets == {}


def test_an_error_of_the_server_shows_no_secret(hunter: Hunter) -> None:
    said = f'{{"detail": "bad {loopback.TOKEN} {loopback.KEY_SECRET}"}}'.encode()
    hunter.server.state.faults.append(Fault("/api/v2/upload/datasets/d", (403, said, {})))
    with pytest.raises(CommandFailed) as caught:
        hunter.send()
    shown = str(caught.value) + caught.value.stderr + str(caught.value.messages)
    assert "upload of edges: not allowed for this account" in shown
    assert loopback.TOKEN not in shown
    assert hunter.server.state.datasets == {}


def test_a_failed_login_reaches_the_user_without_the_secret(hunter: Hunter, double: Splunkd) -> None:
    hunter.server.state.faults.append(Fault("/api/v2/auth/pkey/jwt/", (401, b"{}", {})))
    with pytest.raises(CommandFailed, match="login: not logged in; the credentials are wrong"):
        hunter.send()
    assert loopback.KEY_SECRET not in str(double.answers)


def test_no_profile_is_read_by_who_may_not_set_up(double: Splunkd) -> None:
    with pytest.raises(ValueError, match="403"):
        SplunkRest(double.uri, HUNTER).get(PROFILES)


def test_a_preview_sends_nothing(repo: Path, hunter: Hunter, double: Splunkd) -> None:
    search = SearchInfo(session_key=HUNTER, splunkd_uri=double.uri)
    call = Invocation(repo / "zeek_hunting", "graphistry", (), search, preview=True)
    with contextlib.suppress(CommandFailed):  # the process has ended before rows come
        run(call, Rows.from_records(ROWS))
    assert hunter.server.state.recorded == []
