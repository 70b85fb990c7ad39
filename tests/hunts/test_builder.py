"""The builder: what it refuses, with file, key and what is allowed; what it writes; the template."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.hunts import __main__ as builder
from tools.hunts import pages
from tools.hunts.new_hunt import NewHuntError, write
from tools.hunts.playbook import FOLDER, REPO, Hunt, read_hunts
from tools.hunts.rules import problems
from tools.hunts.searches import hunt_search
from tools.hunts.upkeep import read_upkeep
from tools.hunts.yaml_file import YamlUnusable, read_yaml

GOOD = read_yaml(FOLDER / "dns_resolver.yml")
POSITIVE = GOOD["tests"][0]["name"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """hunts/ with one hunt, to be broken."""
    made = tmp_path / "hunts"
    (made / "traffic").mkdir(parents=True)
    for name in ("schema.json", "macros.conf", "traffic/office_dns.yml"):
        shutil.copy(FOLDER / name, made / name)
    return made


def told(folder: Path, raw: Any, name: str = "dns_resolver") -> list[str]:
    (folder / f"{name}.yml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    hunts, wrong = read_hunts(folder)
    return wrong + problems(hunts, [], folder)


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(yaml.safe_dump(GOOD))
    change(raw)
    return raw


def test_these_hunts_break_no_rule_and_what_is_built_is_in_step() -> None:
    files, wrong = builder.built()
    assert wrong == []
    assert builder.out_of_step(files) == []


def test_a_good_hunt_is_told_nothing(folder: Path) -> None:
    assert told(folder, GOOD) == []


BROKEN = [
    pytest.param(lambda raw: raw.update(hypotesis="x"), "knows no key hypotesis", id="unknown-key"),
    pytest.param(lambda raw: raw.update(hypotesis="x"), "nearest: hypothesis", id="unknown-key-nearest"),
    pytest.param(lambda raw: raw.pop("response"), "lacks response", id="missing-key"),
    pytest.param(lambda raw: raw.update(area="Misc"), 'area: is "Misc"; allowed: C2, DNS', id="area"),
    pytest.param(lambda raw: raw["attack"][0].update(technique="1071"), "attack[1].technique", id="technique"),
    pytest.param(lambda raw: raw["schedule"].update(cron="0 4 * * *"), "schedule.cron", id="full-hour"),
    pytest.param(lambda raw: raw["schedule"].update(cron="61 4 * * *"), "is no time", id="minute"),
    pytest.param(lambda raw: raw["schedule"].update(earliest="-4h@h"), "events between are never searched", id="window"),
    pytest.param(lambda raw: raw["finding"].pop("why_not"), "finding: ", id="half-a-finding"),
    pytest.param(lambda raw: raw.update(id="other"), "must be the file's name", id="id"),
    pytest.param(lambda raw: raw["data"][0].update(log="dnss"), "no log dnss", id="log"),
    pytest.param(lambda raw: raw["data"].append({"log": "ssl", "required": []}), "does not read `zeek_ssl`", id="log-unread"),
    pytest.param(lambda raw: raw.update(search=raw["search"] + "| head 10"), "cuts without a word", id="head"),
    pytest.param(lambda raw: raw.update(search="(index=zeek)" + raw["search"]), "names an index", id="index"),
    pytest.param(lambda raw: raw.update(search=raw["search"] + "| outputlookup x"), "outputlookup writes", id="writes"),
    pytest.param(lambda raw: raw.update(search=raw["search"] + "| `zeek_end`"), "no macro zeek_end;", id="macro"),
    pytest.param(lambda raw: raw["parameters"][0].update(name="hosts2"), "dns_resolver_hosts2 is used nowhere", id="unused"),
    pytest.param(lambda raw: raw["parameters"].pop(0), "no macro dns_resolver_share", id="undeclared"),
    pytest.param(
        lambda raw: raw.update(tests=[test for test in raw["tests"] if test["kind"] != "look_alike"]),
        "none of the kind look_alike",
        id="no-look-alike",
    ),
    pytest.param(lambda raw: raw.update(untested={"positive": "it is too hard"}), "remove the excuse", id="excuse"),
    pytest.param(lambda raw: raw["tests"][3].update(of="nothing like it"), "no positive test is named", id="of"),
    pytest.param(lambda raw: [test.pop("x", None) for test in raw["tests"]], "needs `x`", id="no-x"),
    pytest.param(lambda raw: raw["tests"][0].update(use=["nowhere"]), "no hunts/traffic/nowhere.yml", id="traffic"),
    pytest.param(
        lambda raw: raw.update(baseline={"kind": "pair", "activation_days": 3}),
        "baseline: the search asks for resolver, `baseline` says pair",
        id="baseline",
    ),
]


@pytest.mark.parametrize(("change", "words"), BROKEN)
def test_a_broken_hunt_is_told_with_file_and_key(folder: Path, change: Callable[[dict[str, Any]], object], words: str) -> None:
    sentences = told(folder, changed(change))
    assert any(words in sentence for sentence in sentences), sentences
    assert all(sentence.startswith("hunts/dns_resolver.yml: ") for sentence in sentences)


def test_two_hunts_of_one_minute_or_one_name_are_told(folder: Path) -> None:
    told(folder, GOOD)
    sentences = told(folder, {**GOOD, "id": "dns_other"}, "dns_other")
    assert any("both run" in each or "all run at 4:37" in each for each in sentences)
    assert any("two searches are named" in each for each in sentences)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' stands already at line 1", id="twice"),
        pytest.param("a: [1\n", "line 2", id="broken"),
        pytest.param("a: !!python/object/apply:os.system [id]\n", "line 1", id="code"),
        pytest.param("a: " + "x" * 300_000, "longer than", id="long"),
    ],
)
def test_yaml_is_read_strictly(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "x.yml").write_text(text, encoding="utf-8")
    with pytest.raises(YamlUnusable, match=words):
        read_yaml(tmp_path / "x.yml")


def test_words_of_yaml_that_look_like_something_else_stay_text(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text("a: no\nb: 1:30\nc: 2030-01-31\nd: 5\ne: null\nf: true\ng: 010\n", encoding="utf-8")
    assert read_yaml(tmp_path / "x.yml") == {"a": "no", "b": "1:30", "c": "2030-01-31", "d": 5, "e": None, "f": True, "g": "010"}


def test_a_drilldown_cannot_be_ended_by_a_value() -> None:
    text = hunt_search(Hunt(GOOD))
    assert 'replace(mvindex(src, 0, 99), "[^0-9A-Za-z_.:/@+=, -]", "*")' in text


def test_the_pages_and_the_table_say_what_the_file_says() -> None:
    hunt = Hunt(GOOD)
    page, table = pages.page(hunt), pages.hunts_csv([hunt])
    for words in (
        "T1071.004",
        "dns_resolver_share",
        "0.1",
        "Blind to",
        "DNS over TLS and HTTPS.",
        "`dns_resolver_hunt`",
        POSITIVE,
    ):
        assert words in page, words
    assert table.splitlines()[1].startswith(
        "dns_resolver,Unauthorised resolvers,DNS,2,Zeek Hunting - DNS - Unauthorised resolvers,T1071.004,"
    )
    assert "| command-and-control | [T1071.004]" in pages.coverage([hunt])


def test_a_new_hunt_from_the_template_breaks_no_rule(folder: Path) -> None:
    told(folder, GOOD)
    shutil.copy(FOLDER / "traffic/office_conn.yml", folder / "traffic")
    path = write(folder.parent, "exfil_try")
    hunts, wrong = read_hunts(folder)
    assert path.name == "exfil_try.yml"
    assert wrong + problems(hunts, read_upkeep()[0], folder) == []


@pytest.mark.parametrize(
    "name", [pytest.param("", id="none"), pytest.param("Exfil-1", id="letters"), pytest.param("dns_resolver", id="taken")]
)
def test_a_name_that_no_hunt_can_have_is_refused(folder: Path, name: str) -> None:
    told(folder, GOOD)
    with pytest.raises(NewHuntError):
        write(folder.parent, name)


def test_a_page_without_a_hunt_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "stray.md").write_text("x", encoding="utf-8")
    monkeypatch.setattr(builder, "PAGES", tmp_path)
    assert builder.out_of_step({}) == ["docs/hunts/stray.md belongs to no hunt; delete it"]


def test_a_file_that_was_changed_by_hand_is_told() -> None:
    assert (
        builder.out_of_step({"docs/hunts/coverage.md": "x"})[0]
        == "docs/hunts/coverage.md is out of step with hunts/; run: python3 -m tools.hunts"
    )


def test_wrong_arguments_are_a_wrong_call() -> None:
    assert builder.main(["--chekc"]) == 2
    assert (REPO / "hunts").is_dir()
