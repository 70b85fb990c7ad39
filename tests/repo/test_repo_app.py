"""The app's conf files, macros, lookup and icons: sound in this tree, and each check fails on a broken one."""

from __future__ import annotations

import csv
import re
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from zeekhunt.zeek import site

from tools import icons, macros
from tools.conf_file import read_conf
from tools.structure import app_files
from tools.zeek_logs import CATCH_ALL, LOGS

Check = Callable[[Path], "list[str]"]
CHECKS = [app_files.check_conf_files, app_files.check_version, app_files.check_macros, app_files.check_searches]
SEARCH = "zeek_hunting/default/savedsearches.conf"


@pytest.fixture
def copy(repo: Path, tmp_path: Path) -> Path:
    """The app's settings and pyproject.toml, to be broken."""
    for folder in ("default", "metadata"):
        shutil.copytree(repo / "zeek_hunting" / folder, tmp_path / "zeek_hunting" / folder)
    for name in ("pyproject.toml", "zeek_hunting/app.manifest"):
        shutil.copy(repo / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_this_app_passes(repo: Path, check: Check) -> None:
    assert check(repo) == []


BROKEN = [
    pytest.param(
        app_files.check_version,
        "pyproject.toml",
        ('version = "0.1.0"', 'version = "0.2.0"'),
        "0.2.0 in pyproject.toml",
        id="version",
    ),
    pytest.param(
        app_files.check_version, "zeek_hunting/app.manifest", ('"0.1.0"', '"0.1"'), "0.1 in app.manifest", id="manifest-version"
    ),
    pytest.param(
        app_files.check_macros, "zeek_hunting/default/macros.conf", ("# In: nothing. Out", "# Out"), "has no 'In:'", id="comment"
    ),
    pytest.param(
        app_files.check_macros,
        "zeek_hunting/default/macros.conf",
        ("description = Zeek dns", "x = dns"),
        "no description",
        id="description",
    ),
    pytest.param(app_files.check_macros, SEARCH, ("`zeek_conn`", "`zeek_con`"), "calls the macro zeek_con,", id="unknown-macro"),
    pytest.param(app_files.check_searches, SEARCH, ("enableSched = 0", "enableSched = 1"), "would run by itself", id="enabled"),
    pytest.param(app_files.check_searches, SEARCH, ("= 17 4", "= 0 4"), "full hour", id="full-hour"),
    pytest.param(app_files.check_searches, SEARCH, ("-25h@h", "-4h@h"), "events between are never searched", id="gap"),
    pytest.param(
        app_files.check_searches,
        SEARCH,
        ("| sort 0 - malicious hidden", "| head 5 \\\n| sort 0 x"),
        "before it sorts",
        id="head-first",
    ),
    pytest.param(app_files.check_searches, SEARCH, ("`zeek_conn`", "index=zeek"), "use a macro", id="index-named"),
    pytest.param(
        app_files.check_searches, SEARCH, ("dispatch.latest_time = now\n", ""), "no dispatch.latest_time", id="no-latest"
    ),
    pytest.param(app_files.check_searches, SEARCH, ("[Zeek Hunting - C2 - ", "[C2 "), "is not named", id="name"),
]


@pytest.mark.parametrize(("check", "file", "change", "expected"), BROKEN)
def test_a_broken_app_is_told(copy: Path, check: Check, file: str, change: tuple[str, str], expected: str) -> None:
    text = (copy / file).read_text(encoding="utf-8")
    assert change[0] in text
    (copy / file).write_text(text.replace(*change), encoding="utf-8")
    sentences = check(copy)
    assert any(expected in sentence for sentence in sentences), sentences


def test_settings_outside_default_are_told(copy: Path) -> None:
    (copy / "zeek_hunting/local").mkdir()
    (copy / "zeek_hunting/local/app.conf").write_text("[ui]\n", encoding="utf-8")
    assert any("local/ belongs to the site" in sentence for sentence in app_files.check_conf_files(copy))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("[a]\nx = 1\nx = 2\n", "x.conf:3: x is set twice in [a]", id="setting-twice"),
        pytest.param("[a]\n[b]\n[a]\n", "x.conf:3: stanza [a] stands already at line 1", id="stanza-twice"),
        pytest.param("x = 1\n", "x.conf:1: x stands before any stanza", id="no-stanza"),
        pytest.param("[a]\nloose words\n", "x.conf:2: 'loose words' is neither", id="junk"),
    ],
)
def test_what_splunk_would_swallow_is_a_problem(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "x.conf"
    path.write_text(text, encoding="utf-8")
    assert [found[: len(problem)] for found in read_conf(path).problems] == [problem]


def test_a_conf_file_is_read_as_splunk_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    path.write_text("# first\n\n# second\n[a b]\nx = 1 = 2 # no comment\ny = one \\\n  two\\\nthree\n[]\nz =\n", encoding="utf-8")
    conf = read_conf(path)
    assert conf.problems == []
    assert conf.stanzas["a b"].comment == ["second"]
    assert conf.stanzas["a b"].settings == {"x": "1 = 2 # no comment", "y": "one \n  two\nthree"}
    assert conf.value("", "z") == ""
    assert conf.value("", "absent") is None


def test_macros_conf_is_the_one_its_source_makes(repo: Path) -> None:
    assert (repo / "zeek_hunting/default/macros.conf").read_text(encoding="utf-8") == macros.render()


def named_source_types(definition: str) -> set[str]:
    """Source types a macro takes without a condition: the first IN list."""
    found = re.search(r"sourcetype IN \(([^)]*)\)", definition)
    assert found is not None
    return set(re.findall(r'"([^"]+)"', found.group(1)))


MET_IN_THE_WILD = [
    ("zeek_conn", "bro:conn:json", "JSON successor of Splunk's add-on, and public attack data"),
    ("zeek_conn", "bro_conn", "Splunk's add-on for TSV"),
    ("zeek_conn", "zeek:conn", "add-on for Zeek"),
    ("zeek_conn", "zeek:conn:json", "self-made"),
    ("zeek_conn", "zeek_conn", "self-made"),
    ("zeek_conn", "corelight_conn", "Corelight"),
    ("zeek_dce_rpc", "bro_rpc", "the add-on's file-name pattern knows no underscore"),
    ("zeek_dce_rpc", "zeek:rpc:json", "Splunk's own detections"),
    ("zeek_dce_rpc", "bro_dce_rpc", "kept in Corelight indexes"),
    ("zeek_smb_mapping", "bro_mapping", "no underscore"),
    ("zeek_known_services", "bro_services", "no underscore"),
    ("zeek_files", "zeek:file:json", "public labs"),
    ("zeek_kerberos", "bro_kerberos", "kept in Corelight indexes"),
    ("zeek_ldap", "corelight_ldap", "Corelight"),
]


@pytest.mark.parametrize(("macro", "source_type", "reason"), MET_IN_THE_WILD)
def test_a_macro_covers_the_source_types_met_in_the_wild(repo: Path, macro: str, source_type: str, reason: str) -> None:
    definition = read_conf(repo / "zeek_hunting/default/macros.conf").value(macro, "definition")
    assert source_type in named_source_types(definition or ""), reason


def test_no_source_type_belongs_to_two_logs() -> None:
    owners: dict[str, list[str]] = {}
    for log in LOGS:
        for source_type in log.source_types():
            owners.setdefault(source_type, []).append(log.name)
    assert {source_type: logs for source_type, logs in owners.items() if len(logs) > 1} == {}
    assert not set(CATCH_ALL) & set(owners)


def test_a_shared_source_type_is_split_by_a_condition_and_its_opposite() -> None:
    conditions = {log.name: dict(log.shared)["bro_files"] for log in LOGS if log.shared}
    assert conditions == {"files": 'NOT action="SMB::*"', "smb_files": 'action="SMB::*"'}


def test_catch_all_source_types_are_told_apart_by_path(repo: Path) -> None:
    conf = read_conf(repo / "zeek_hunting/default/macros.conf")
    for log in LOGS:
        assert f'(`zeek_any_json` _path="{log.name}")' in (conf.value(f"zeek_{log.name}", "definition") or "")


def test_the_lookup_lists_the_ranges_that_the_library_takes_as_private(repo: Path) -> None:
    internal, external = site.read_networks(repo / "zeek_hunting/lookups/zeek_networks.csv")
    assert (set(internal), external) == (set(site.PRIVATE), [])


def test_the_lookup_has_the_columns_its_stanza_names(repo: Path) -> None:
    conf = read_conf(repo / "zeek_hunting/default/transforms.conf")
    with (repo / "zeek_hunting/lookups" / (conf.value("zeek_networks", "filename") or "")).open(
        encoding="utf-8", newline=""
    ) as file:
        header = next(csv.reader(file))
    assert header == ["network", "site", "comment"]
    assert conf.value("zeek_networks", "match_type") == "CIDR(network)"


def unfiltered(png: bytes) -> tuple[int, int, bytes]:
    """(width, height, IDAT bytes inflated) of a PNG; zlib releases pack alike pixels into different bytes."""
    width, height = struct.unpack(">II", png[16:24])
    length = struct.unpack(">I", png[33:37])[0]
    return width, height, zlib.decompress(png[41 : 41 + length])


@pytest.mark.parametrize(("name", "size_px"), sorted(icons.SIZES_PX.items()))
def test_the_icons_are_the_ones_their_source_draws(repo: Path, name: str, size_px: int) -> None:
    stored = (repo / "zeek_hunting/static" / name).read_bytes()
    assert stored.startswith(b"\x89PNG\r\n\x1a\n")
    assert unfiltered(stored) == unfiltered(icons.png(size_px))
    assert unfiltered(stored)[:2] == (size_px, size_px)
