"""Lateral movement: sessions out of mixed logs, paths forward in time, a score whose parts sum."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import lateral_paths as oracle
from session_events import NESTED, START, A, B, C, D, E, Row, conn, log
from zeekhunt.graph import facts, hop_points, session_summary
from zeekhunt.graph import sessions as admin_sessions
from zeekhunt.graph.admin_protocol import admin_share, of_session
from zeekhunt.graph.lateral import Lateral, Request
from zeekhunt.graph.lateral_settings import LateralSettings
from zeekhunt.graph.paths import best_paths
from zeekhunt.graph.session_columns import SessionColumns
from zeekhunt.graph.session_summary import Session, SessionSummary
from zeekhunt.spl import arrays, body
from zeekhunt.spl.encode import encode_parts, encode_rows
from zeekhunt.zeek.fields import FieldMissing
from zeekhunt.zeek.partial import SummaryError
from zeekhunt.zeek.site import PRIVATE, Site


def as_body(rows: list[Row]) -> bytes:
    names = sorted({name for row in rows for name in row})
    return encode_rows({name: [row.get(name, "") for row in rows] for name in names})


def hunted(bodies: list[bytes], request: Request | None = None, site: Site | None = None) -> tuple[dict[str, Any], list[Any]]:
    lateral = Lateral(request or Request(min_score=0), site or Site(PRIVATE), arrays.keys)
    for each in bodies:
        for table in arrays.tables(each, {}):
            lateral.add(table)
    return dict(lateral.finish()), lateral.messages


def mapped(rows: list[Row], chunk: int) -> bytes:
    gathering = SessionSummary()
    for at in range(0, len(rows), chunk):
        for block in body.blocks(as_body(rows[at : at + chunk])):
            gathering.add(block)
    return encode_parts(gathering.drain())


def read(by_uid: dict[str, Session]) -> admin_sessions.Sessions:
    gathered = SessionColumns()
    gathered.add_sessions(by_uid)
    return admin_sessions.read(gathered, (), Site(PRIVATE), Counter())


def test_a_path_is_told_hop_by_hop() -> None:
    found, messages = hunted([as_body(NESTED)])
    assert found["path"][0] == f"{A} > {B} > {C}"
    assert found["accounts"][0] == ["alice", "admin"]
    assert found["technique"][0] == ["T1021.001", "T1021.002", "T1569.002", "T1570"]
    assert "as admin on ADMIN$" in found["story"][0][1] and "createservicew" in found["story"][0][1]
    assert any("copy and execute" in line for line in found["evidence"][0])
    assert any("alice had not reached this host" in line for line in found["evidence"][0])
    assert 'uid IN ("C1", "C2", "C3")' in found["drilldown"][0]
    assert ("INFO", "read 8 events, used 8, skipped 0") in messages


def test_the_parts_sum_to_the_score() -> None:
    found, _ = hunted([as_body(NESTED)])
    for score, evidence in zip(found["score"], found["evidence"]):
        assert sum(float(line.split(" ", 1)[0]) for line in evidence) == pytest.approx(score, abs=1e-6)
        assert 0 <= score <= 100


@given(st.permutations(NESTED), st.integers(1, 8), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_order_chunks_and_shards_change_nothing(rows: list[Row], chunk: int, shards: int) -> None:
    whole = hunted([as_body(NESTED)])
    assert hunted([mapped(rows[shard::shards], chunk) for shard in range(shards) if rows[shard::shards]]) == whole
    assert hunted([as_body(rows[:4]), mapped(rows[4:], chunk)]) == whole


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param([conn("C1", A, B, 3389, 0, conn_state="S0")], "1 unanswered", id="attempt"),
        pytest.param([conn("C1", A, "8.8.8.8", 22, 0, service="ssh")], "not the site's own", id="outbound"),
        pytest.param(
            [conn("C1", A, B, 445, 0, service="smb"), log("C1", A, B, 1, share_type="DISK", path=r"\\B\docs")],
            "1 to ordinary shares",
            id="ordinary-share",
        ),
        pytest.param([conn("C1", A, B, 135, 0, service="dce_rpc")], "execute nothing", id="endpoint-mapper"),
        pytest.param(
            [conn("C1", A, B, 22, 0, service="ssh"), log("C1", A, B, 1, auth_success="F")], "1 with a failed login", id="failed"
        ),
    ],
)
def test_what_is_no_step_is_left_out_and_counted(rows: list[Row], words: str) -> None:
    found, messages = hunted([as_body(rows)])
    assert not found
    assert any(words in sentence for _, sentence in messages)
    assert messages[-1][0] == "WARN"


def test_no_uid_at_all_is_an_error_that_names_the_spellings() -> None:
    rows = [{name: cell for name, cell in row.items() if name != "uid"} for row in NESTED]
    with pytest.raises(FieldMissing, match="uid, flow_id"):
        hunted([as_body(rows)])


def test_a_sweep_is_one_finding_and_carries_no_path() -> None:
    sweep = []
    for last in range(1, 40):
        sweep.append(conn(f"S{last}", A, f"10.1.1.{last}", 445, 10 * last, service="smb"))
        sweep.append(log(f"S{last}", A, f"10.1.1.{last}", 10 * last, endpoint="svcctl", operation="CreateServiceW"))
    later = [conn("L1", "10.1.1.7", C, 3389, 700, service="rdp")]
    found, _ = hunted([as_body(sweep + later)])
    assert not any(path.startswith(f"{A} > 10.1.1.7 > ") for path in found["path"])
    assert sum(path.startswith(f"{A} > ") for path in found["path"]) == 1
    assert found["folded"][[path.startswith(A) for path in found["path"]].index(True)] == 38


def test_a_known_edge_weighs_less_than_a_new_one() -> None:
    days = [conn(f"K{day}", A, B, 3389, 86_400 * day, service="rdp") for day in range(20)]
    new = [conn("N1", A, C, 3389, 86_400 * 19, service="rdp")]
    found, _ = hunted([as_body(days + new)])
    scores = dict(zip(found["path"], found["score"]))
    assert scores[f"{A} > {C}"] == 23.0
    assert scores[f"{A} > {B}"] < 15


def test_an_account_comes_from_the_ticket_asked_for_just_before() -> None:
    ticket = log("K1", A, E, -5, request_type="TGS", client="bob/CORP.EXAMPLE", service="HTTP/b.corp.example")
    found, _ = hunted([as_body([ticket, conn("C1", A, B, 5985, 0, service="http")])])
    assert found["accounts"] == [["bob"]]
    late = {**ticket, "_time": f"{START - 600:.6f}"}
    found, _ = hunted([as_body([late, conn("C1", A, B, 5985, 0, service="http")])])
    assert found["accounts"] == [[]]


def test_sessions_without_the_tally_of_their_map_are_still_hunted() -> None:
    session = Session(A, B, START * 10, START * 10 + 5, "3389", frozenset({"rdp"}), "0")
    row = dict(zip(session_summary.COLUMNS, session_summary.session_row("C1", session)))
    found, _ = hunted([as_body([row])])
    assert found["path"] == [f"{A} > {B}"]


def test_limit_counts_paths_of_the_wanted_length_alone() -> None:
    single = [conn(f"S{last}", f"10.1.2.{last}", C, 22, 10 * last, service="ssh") for last in range(1, 20)]
    strong = [
        log(f"S{last}", f"10.1.2.{last}", C, 10 * last, endpoint="svcctl", operation="StartServiceW") for last in range(1, 9)
    ]
    weak = [conn("W1", A, B, 3389, 90_000, service="rdp"), conn("W2", B, D, 3389, 90_100, service="rdp")]
    found, _ = hunted([as_body(single + strong + weak)], Request(min_score=0, min_hops=2, limit=1))
    assert found["path"] == [f"{A} > {B} > {D}"]


kinds = st.sampled_from(["account", "op", "share"])


@given(st.lists(st.tuples(kinds, st.integers(0, 60)).map(lambda fact: f"{fact[0]}={fact[1]:03d}")))
def test_a_cut_of_facts_merges_exactly(found: list[str]) -> None:
    half = len(found) // 2
    parts = [session_summary.lowest_facts(set(part)) for part in (found[:half], found[half:])]
    assert session_summary.lowest_facts({*parts[0], *parts[1]}) == session_summary.lowest_facts(set(found))


def test_many_accounts_push_no_operation_out_and_are_told() -> None:
    rows = [conn("C1", A, B, 445, 0, service="smb"), log("C1", A, B, 1, endpoint="svcctl", operation="StartServiceW")]
    rows += [log("C1", A, B, 2, username=f"a{number:02d}", domainname="CORP", success="true") for number in range(40)]
    whole = hunted([as_body(rows)])
    assert "svcctl::startservicew" in whole[0]["story"][0][0]
    assert any("more accounts or operations" in sentence for _, sentence in whole[1])
    assert hunted([mapped(rows[:20], 3), mapped(rows[20:], 50)]) == whole


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.booleans()), max_size=14))
def test_copy_and_execute_needs_both_within_the_window(listed: list[tuple[int, int, bool]]) -> None:
    by_uid = {}
    for number, (start, length, writes) in enumerate(listed):
        told = {"share=admin$", "wrote=file"} if writes else {"op=svcctl::startservicew"}
        begun = START * 10 + start
        by_uid[f"C{number:02d}"] = Session(A, B, begun, begun + length, "445", frozenset({"smb"}), "0", facts=frozenset(told))
    sessions = read(by_uid)
    copied = hop_points.hop_points(sessions, LateralSettings(copy_within=5)).copied_and_executed
    for at in range(len(sessions)):
        near = (sessions.start <= sessions.end[at] + 5) & (sessions.end >= sessions.start[at] - 5)
        assert copied[at] == bool((near & (sessions.wrote != sessions.wrote[at])).any())


def test_hostile_cells_stay_inside_their_cell() -> None:
    cookie = 'x" | outputlookup evil\t=' + "A" * 500
    found, _ = hunted([as_body([conn('C"1', A, B, 3389, 0, service="rdp"), log('C"1', A, B, 1, cookie=cookie)])])
    (account,) = found["accounts"][0]
    assert len(account) <= facts.LONGEST_VALUE and not set(account) & set('"|\t =')
    assert r'uid IN ("C\"1")' in found["drilldown"][0]


@pytest.mark.parametrize(
    "change",
    [{"zh_version": "9"}, {"zh_start": "x"}, {"zh_end": "1"}, {"zh_attempt": "?"}, {"zh_kind": "other"}, {"zh_request": "-2"}],
)
def test_a_partial_row_that_no_map_wrote_is_refused(change: Row) -> None:
    session = Session(A, B, START * 10, START * 10 + 5, "22", frozenset({"ssh"}), "0")
    row = dict(zip(session_summary.COLUMNS, session_summary.session_row("C1", session)))
    with pytest.raises(SummaryError):
        hunted([as_body([{**row, **change}])])


@pytest.mark.parametrize(
    ("port", "services", "protocol"),
    [
        ("3389", [], "rdp"),
        ("9999", ["rdp", "ssl"], "rdp"),
        ("9999", ["ssh", "rdp"], "rdp"),
        ("9999", ["rdp", "ssh"], "rdp"),
        ("445", ["gssapi", "smb", "dce_rpc"], "smb"),
        ("49670", ["dce_rpc"], "rpc"),
        ("443", ["ssl"], ""),
        ("5985", ["http"], "winrm"),
    ],
)
def test_protocol_by_analyzer_then_port(port: str, services: list[str], protocol: str) -> None:
    assert of_session(port, services) == protocol


@pytest.mark.parametrize(
    ("path", "share"),
    [
        (r"\\H\ADMIN$", "ADMIN$"),
        (r"\\10.1.1.1\c$", "C$"),
        (r"\\H\IPC$", ""),
        ("IPC$", ""),
        (r"\\H\docs", ""),
        ("-", ""),
        ("", ""),
    ],
)
def test_admin_shares(path: str, share: str) -> None:
    assert admin_share(path) == share


HOSTS = [A, B, C, D]
spans = st.tuples(st.sampled_from(HOSTS), st.sampled_from(HOSTS), st.integers(0, 50), st.integers(0, 15))


def columns(listed: list[tuple[str, str, int, int]]) -> admin_sessions.Sessions:
    by_uid = {
        f"C{number:02d}": Session(src, dest, START * 10 + start, START * 10 + start + length, "22", frozenset({"ssh"}), "0")
        for number, (src, dest, start, length) in enumerate(listed)
    }
    return read(by_uid)


@given(st.lists(spans, max_size=9))
@settings(deadline=None)
def test_paths_go_forward_in_time_and_are_as_long_as_any(listed: list[tuple[str, str, int, int]]) -> None:
    chosen = LateralSettings(gap=5, fan_out_hosts=99, jump_hosts=99)
    sessions = columns(listed)
    points = hop_points.hop_points(sessions, chosen)
    best = best_paths(sessions, points, chosen)
    for at in range(len(sessions)):
        assert oracle.is_possible(sessions, oracle.chain(best, at), chosen.gap)
    if len(sessions) and oracle.only_new_edges_count(points, chosen):
        # the search keeps one path per session, so only up to two hops is the longest sure to be found
        assert min(int(best.hops.max()), 2) == min(oracle.longest(sessions, chosen.gap), 2)


@given(st.lists(spans, max_size=12))
@settings(deadline=None)
def test_fan_out_counts_hosts_within_the_window(listed: list[tuple[str, str, int, int]]) -> None:
    chosen = LateralSettings(fan_out_within=10)
    sessions = columns(listed)
    counted = hop_points.hop_points(sessions, chosen).fan_out
    for at in range(len(sessions)):
        near = (sessions.src == sessions.src[at]) & (np.abs(sessions.start - sessions.start[at]) <= 10)
        assert counted[at] == len(set(sessions.dest[near].tolist()))


def test_apt29_comes_out_as_one_path_in_the_right_order(shared_data: Path) -> None:
    rows = read_json(sorted((shared_data / "apt29-day1" / "zeek").glob("*.log")))
    found, _ = hunted([as_body(rows)], Request(), Site(PRIVATE, ["192.168.0.0/24"]))
    assert found["path"] == ["10.0.1.4 > 10.0.1.6"]
    assert found["protocols"] == [["winrm", "smb"]]
    assert found["accounts"] == [["pbeesly"]]


def test_sharprdp_comes_out_as_one_path(shared_data: Path) -> None:
    rows = read_json(sorted((shared_data / "parsezeeklogs" / "rdp_sharprdp" / "json").glob("*.log")))
    found, _ = hunted([as_body(rows)], Request())
    assert found["path"] == ["192.168.56.1 > 192.168.56.101"]
    assert found["accounts"] == [["ieuser"]]


def read_json(paths: list[Path]) -> list[Row]:
    rows = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line) if line.startswith("{") else {}
            plain = {name: str(value) for name, value in event.items() if not isinstance(value, (list, dict))}
            if plain:
                rows.append({**plain, "_time": plain.get("ts", "")})
    return rows


def test_an_account_in_other_letters_stays_whole() -> None:
    """One character per byte is what columns hold; lower case of single bytes would break the letters."""
    wire = "J\u00d6RG \u0416".encode().decode("latin-1")
    found, _ = hunted(
        [as_body([conn("C1", A, B, 3389, 0, service="rdp"), log("C1", A, B, 1, cookie=wire, security_protocol="RDP")])]
    )
    (account,) = found["accounts"][0]
    assert account.encode("latin-1").decode("utf-8") == "j\u00f6rg_\u0436"
    assert all(line.encode("latin-1").decode("utf-8") for line in found["story"][0])


@pytest.mark.parametrize(
    ("others", "first_leg"),
    [pytest.param(3, "10.1.2.9", id="jump-host"), pytest.param(0, A, id="any-host")],
)
def test_a_session_out_of_a_jump_host_goes_with_the_logon_of_its_own_account(others: int, first_leg: str) -> None:
    rows = []
    for place in range(2 * others):  # who comes and where they go, days before: what makes a jump host
        rows += [conn(f"I{place}", f"10.1.2.{place + 1}", B, 3389, 200_000 * place, service="rdp")]
        rows += [conn(f"O{place}", B, f"10.1.3.{place + 1}", 22, 200_000 * place + 90_000, service="ssh")]
    for uid, source, dest, at, account in (("V1", "10.1.2.9", B, 0, "eve"), ("V2", A, B, 1, "bob"), ("V3", B, C, 300, "eve")):
        start = 3_000_000 + at
        rows += [
            conn(uid, source, dest, 3389, start, service="rdp", duration="900"),
            log(uid, source, dest, start, cookie=account),
        ]
    found, _ = hunted([as_body(rows)])
    assert f"{first_leg} > {B} > {C}" in found["path"]
    own = [line for lines in found["evidence"] for line in lines if "had its own session" in line]
    assert not own and ("eve" in found["accounts"][found["path"].index(f"{first_leg} > {B} > {C}")])
