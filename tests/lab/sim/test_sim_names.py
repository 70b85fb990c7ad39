"""Planted DNS: what each scenario writes, and what | dnstunnel says of the whole office's look-ups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab.driver import Invocation, Rows, RunOptions, SearchInfo, run
from lab.sim.scenarios import dns_tunnels

Labels = list[dict[str, Any]]
Logs = dict[str, Labels]


@pytest.fixture(scope="module")
def events(sim_rows: Logs) -> list[dict[str, str]]:
    """The office's dns log as splunkd would send it."""
    texts = [
        {name: ",".join(map(str, cell)) if isinstance(cell, list) else str(cell) for name, cell in row.items()}
        for row in sim_rows["dns"]
    ]
    return [{**row, "_time": row["ts"]} for row in texts]


def hunt(repo: Path, events: list[dict[str, str]], *args: str) -> list[dict[str, Any]]:
    invocation = Invocation(repo / "zeek_hunting", "dnstunnel", args, SearchInfo())
    return run(invocation, Rows.from_records(events), RunOptions()).rows.records()


def of_kind(labels: Labels, kind: str) -> Labels:
    return [label for label in labels if label["kind"] == kind]


def test_every_tunnel_is_over_the_threshold_and_no_benign_name_is(
    repo: Path, events: list[dict[str, str]], sim_labels: Labels
) -> None:
    over = {(row["src"], row["dns_domain"]) for row in hunt(repo, events) if float(row["score"]) >= 60}
    planted = {(label["src"], label["names"][0]) for label in of_kind(sim_labels, "dns-tunnel")}
    assert len(planted) == len(dns_tunnels.SCENARIOS)
    assert planted == over


@pytest.mark.parametrize("scenario", ["dga-random", "dga-words"])
def test_a_host_that_generates_names_comes_with_the_one_that_resolved(
    repo: Path, events: list[dict[str, str]], sim_labels: Labels, scenario: str
) -> None:
    (label,) = [label for label in sim_labels if label["id"] == scenario]
    found = {row["src"]: row for row in hunt(repo, events, "by=host", "min_queries=10") if float(row["score"]) >= 60}
    assert set(found) == {label["src"] for label in of_kind(sim_labels, "dga")}
    assert found[label["src"]]["dest"] == label["parameters"]["rendezvous"]


def test_hidden_dns_is_tls_on_its_port_or_to_a_name_that_says_so(sim_rows: Logs, sim_labels: Labels) -> None:
    for label in of_kind(sim_labels, "hidden-dns"):
        rows = [row for row in sim_rows["ssl"] if row["id.resp_h"] in label["dests"] and row["id.orig_h"] == label["src"]]
        assert rows
        assert {row["id.resp_p"] for row in rows} == {label["port"]}
        assert label["port"] == 853 or all(row["server_name"].startswith("doh.") for row in rows)


def test_a_fast_flux_name_shows_ever_other_addresses(sim_rows: Logs, sim_labels: Labels) -> None:
    (label,) = of_kind(sim_labels, "fast-flux")
    asked = [row for row in sim_rows["dns"] if row["query"] == label["names"][0] and row["id.orig_h"] == label["src"]]
    assert len({address for row in asked for address in row["answers"]}) >= 4 * len(asked)
    assert {ttl for row in asked for ttl in row["TTLs"]} == {120.0}
