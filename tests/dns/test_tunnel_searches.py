"""The shipped DNS searches: switched off, on minutes of their own, late events in, their lookups and commands there."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from lab.ingest import Store, ingest
from lab.savedsearch import dispatch, named
from lab.sim import SimSettings, generate
from lab.sim.scenarios import dns_hosts, dns_tunnels
from lab.spl import SearchSettings, SplError
from tools.conf_file import read_conf

PREFIX = "Zeek Hunting - DNS - "
HUNTS = (
    "Tunnels",
    "Hosts with generated names",
    "Unauthorised resolvers",
    "DNS over TLS or HTTPS",
    "Fast flux",
    "Long TXT and NULL answers",
)


def search_of(repo: Path, hunt: str) -> dict[str, str]:
    return dict(read_conf(repo / "zeek_hunting/default/savedsearches.conf").stanzas[PREFIX + hunt].settings)


def test_the_hunts_are_these(repo: Path) -> None:
    stanzas = read_conf(repo / "zeek_hunting/default/savedsearches.conf").stanzas
    assert [name[len(PREFIX) :] for name in stanzas if name.startswith(PREFIX)] == list(HUNTS)


@pytest.mark.parametrize("hunt", HUNTS)
def test_a_hunt_is_off_and_waits_an_hour_for_late_events(repo: Path, hunt: str) -> None:
    stanza = search_of(repo, hunt)
    assert stanza["enableSched"] == "0"
    assert (stanza["dispatch.earliest_time"], stanza["dispatch.latest_time"]) == ("-25h@h", "-1h@h")
    assert "Blind to" in stanza["description"]


def test_no_two_searches_begin_in_the_same_minute(repo: Path) -> None:
    stanzas = read_conf(repo / "zeek_hunting/default/savedsearches.conf").stanzas.values()
    minutes = [stanza.settings["cron_schedule"] for stanza in stanzas if stanza.name.startswith(PREFIX)]
    assert len(set(minutes)) == len(minutes)
    assert not any(minute.startswith(("0 ", "*")) for minute in minutes)


@pytest.mark.parametrize("hunt", HUNTS)
def test_a_hunt_uses_columns_that_its_lookups_have(repo: Path, hunt: str) -> None:
    transforms = read_conf(repo / "zeek_hunting/default/transforms.conf")
    for name, column, output in re.findall(r"lookup (\w+) (\w+)(?: AS \w+)? OUTPUT (\w+)", search_of(repo, hunt)["search"]):
        filename = transforms.value(name, "filename")
        assert filename, f"{name} is in transforms.conf"
        with (repo / "zeek_hunting/lookups" / filename).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {column, output} <= set(rows[0]), filename


# what each hunt must find of what is planted
KINDS = dict(zip(HUNTS, ("dns-tunnel", "dga", "resolver", "hidden-dns", "fast-flux", "dns-tunnel")))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, object]]]:
    """A small office with the DNS scenarios in it, read into a store."""
    folder = tmp_path_factory.mktemp("names")
    chosen = tuple(scenario.id for scenario in (*dns_tunnels.SCENARIOS, *dns_hosts.SCENARIOS))
    generate(SimSettings(seed=11, hosts=20, scenarios=chosen), folder / "world")
    with Store(folder / "store.duckdb") as store:
        ingest([folder / "world"], store)
    return folder / "store.duckdb", json.loads((folder / "world" / "labels.json").read_text())["labels"]


@pytest.mark.parametrize("hunt", HUNTS)
def test_a_hunt_finds_what_was_planted(repo: Path, planted: tuple[Path, list[dict[str, object]]], hunt: str) -> None:
    path, labels = planted
    with Store(path) as store:
        try:
            run = dispatch(store, named(repo / "zeek_hunting", PREFIX + hunt), SearchSettings(repo / "zeek_hunting"))
        except SplError as error:
            pytest.skip(f"the lab cannot run this search yet: {error}")
        sources = [row.get("src", "") for row in run.rows.records()]
        found = {src for cell in sources for src in ([cell] if isinstance(cell, str) else cell)}
    wanted = {str(label["src"]) for label in labels if label["kind"] == KINDS[hunt]}
    assert found & wanted, "at least one of the planted hosts"
