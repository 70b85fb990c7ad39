"""The shipped DNS searches: what they must find of the simulated network; lookups have the columns that are asked for."""

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


def test_the_hunts_are_these(repo: Path) -> None:
    stanzas = read_conf(repo / "zeek_hunting/default/savedsearches.conf").stanzas
    assert set(HUNTS) <= {name[len(PREFIX) :] for name in stanzas if name.startswith(PREFIX)}


def test_macros_use_columns_that_their_lookups_have(repo: Path) -> None:
    transforms = read_conf(repo / "zeek_hunting/default/transforms.conf")
    macros = read_conf(repo / "zeek_hunting/default/macros.conf").stanzas.values()
    used = {
        call
        for macro in macros
        for call in re.findall(r"lookup (\w+) (\w+)(?: AS \w+)? OUTPUT (\w+)", macro.settings.get("definition", ""))
    }
    assert used
    for name, column, output in used:
        filename, fields = transforms.value(name, "filename"), transforms.value(name, "fields_list")
        assert filename or fields, f"{name} is in transforms.conf"
        columns = {each.strip() for each in (fields or "").split(",")}
        if filename:
            with (repo / "zeek_hunting/lookups" / filename).open(encoding="utf-8", newline="") as file:
                columns = set(next(csv.reader(file)))
        assert {column, output} <= columns, name


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
