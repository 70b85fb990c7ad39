"""Every test that a hunt's file writes, through the saved search as its stanza stands; and what all findings have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hunt_runs import Bench, Outcome, fits
from zeekhunt import finding

from lab.ingest import Store
from tools.hunts.playbook import Hunt, read_hunts

HUNTS, PROBLEMS = read_hunts()
CASES = [pytest.param(hunt, test, id=f"{hunt.id}-{test['kind']}-{at}") for hunt in HUNTS for at, test in enumerate(hunt.tests, 1)]
WORLDS: dict[Any, Path] = {}
SEEN: dict[tuple[str, str], Outcome] = {}
KINDS = ("positive", "look_alike", "threshold", "missing_field", "attempts_only", "allow_listed")
BENIGN = "a benign row below or absent"
COMPLETE = [name for name in finding.FIELDS if name not in ("dest",)]

Test = Mapping[str, Any]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("store") / "store.duckdb") as opened:
        yield opened


def test_every_file_can_be_read() -> None:
    assert PROBLEMS == []
    assert HUNTS


def test_every_hunt_has_every_kind_of_test_or_says_why() -> None:
    """hunts.md section 8. Hunts of the area DNS are asked for the five others: attempts are connections, not queries."""
    lacking = {}
    for hunt in HUNTS:
        wanted = set(KINDS) - ({"attempts_only"} if hunt.raw["area"] == "DNS" else set())
        lacking[hunt.id] = wanted - {test["kind"] for test in hunt.tests} - set(hunt.raw.get("untested") or {})
        lacking[hunt.id] |= {BENIGN} - {BENIGN for test in hunt.tests if test.get("below") or test.get("absent")}
    assert not {name: kinds for name, kinds in lacking.items() if kinds}


@pytest.mark.parametrize(("hunt", "test"), CASES)
def test_a_hunt_does_what_its_file_says(hunt: Hunt, test: Test, tmp_path: Path, store: Store) -> None:
    bench = Bench(hunt, tmp_path, WORLDS, store)
    {
        "positive": positive,
        "look_alike": look_alike,
        "threshold": threshold,
        "missing_field": missing_field,
        "attempts_only": attempts_only,
        "allow_listed": allow_listed,
    }[test["kind"]](bench, test)


def as_it_stands(bench: Bench, test: Test) -> Outcome:
    """The outcome of a positive; other tests compare theirs with it."""
    key = bench.hunt.id, str(test["name"])
    if key not in SEEN:
        SEEN[key] = bench.run(test, bench.events(test))
    return SEEN[key]


def positive(bench: Bench, test: Test) -> None:
    outcome = as_it_stands(bench, test)
    check_found(outcome, test)
    check_shape(bench.hunt, outcome)
    if test.get("scenario", {}).get("find"):
        sources = {src for row in outcome.findings for src in _list(row.get("src"))}
        assert sources & bench.planted(test), f"none of the planted hosts is among {sorted(sources)}; {outcome.words}"


def look_alike(bench: Bench, test: Test) -> None:
    outcome = bench.run(test, bench.events(test))
    check_found(outcome, test)
    assert outcome.findings or outcome.notes, "an empty table says nothing"


def threshold(bench: Bench, test: Test) -> None:
    found = bench.run(test, bench.events(test, test["x"]["found"]))
    check_found(found, test)
    missed = bench.run(test, bench.events(test, test["x"]["missed"]))
    for wanted in test["finds"]:
        assert not [row for row in missed.findings if fits(row, wanted)], f"x = {test['x']['missed']} must not find {wanted}"
    assert missed.findings or missed.notes


def missing_field(bench: Bench, test: Test) -> None:
    """No finding rests on a field that is not there, and the name of the field is said."""
    cases = bench.missing_fields(_of(bench, test), test.get("fields", ()))
    assert cases, "the hunt needs no field"
    for case, logs in cases.items():
        outcome = bench.run(_of(bench, test), logs)
        field = case.split()[1]
        assert not [row for row in outcome.findings for wanted in _of(bench, test)["finds"] if fits(row, wanted)], case
        assert test.get("says", field) in outcome.words, f"{case}: not said, only: {outcome.words}"


def attempts_only(bench: Bench, test: Test) -> None:
    outcome = bench.run(_of(bench, test), bench.attempts(_of(bench, test)))
    assert not outcome.findings, outcome.findings
    assert test.get("says", "attempts") in outcome.words


def allow_listed(bench: Bench, test: Test) -> None:
    of = _of(bench, test)
    seen = as_it_stands(bench, of)
    hidden = bench.run({**of, "lookups": {**of.get("lookups", {}), "zeek_allow": [test["allow"]]}}, bench.events(of))
    assert not [row for row in hidden.findings for wanted in of["finds"] if fits(row, wanted)]
    counted = sum(int(note["events"]) for note in hidden.notes if "allow-list" in str(note["why_not"]))
    assert counted == len(seen.findings) - len(hidden.findings) > 0
    assert any(str(test["allow"].get("reason", "")) in part for note in hidden.notes for part in _list(note.get("evidence")))


def check_found(outcome: Outcome, test: Test) -> None:
    """All wanted rows are there, above those that may only be below; the absent ones are not."""
    places = []
    for wanted in test.get("finds", ()):
        at = [place for place, row in enumerate(outcome.findings) if fits(row, wanted)]
        assert at, f"{wanted} is not among {_shown(outcome)}; {outcome.words}"
        places.append(min(at))
    for lower in test.get("below", ()):
        at = [place for place, row in enumerate(outcome.findings) if fits(row, lower)]
        assert not at or not places or min(at) > max(places), f"{lower} ranks above a wanted row: {_shown(outcome)}"
    for absent in test.get("absent", ()):
        assert not [row for row in outcome.findings if fits(row, absent)], f"{absent} is among {_shown(outcome)}"
    if "says" in test:
        assert test["says"] in outcome.words


def check_shape(hunt: Hunt, outcome: Outcome) -> None:
    """The fields of DESIGN 4.6, filled, and points that sum to the score."""
    for row in outcome.findings:
        assert not [name for name in COMPLETE if not row.get(name)], f"{hunt.id}: empty fields in {row}"
        assert row["hunt"] == hunt.id
        assert len(str(row["finding_id"])) == 32
        assert row["severity"] in ("none", "info", "low", "medium", "high", "critical"), row["severity"]
        assert row["confidence"] in ("low", "medium", "high"), row["confidence"]
        assert 0 <= float(row["score"]) <= 100
        points = [float(line.rsplit(":", 1)[1]) for line in _list(row["evidence"])]
        assert sum(points) == pytest.approx(float(row["score"]), abs=0.02 * len(points))
        assert not [name for name in row if name.startswith("zh_")]


def _of(bench: Bench, test: Test) -> Test:
    return next(each for each in bench.hunt.tests if each["name"] == test["of"])


def _list(cell: Any) -> list[str]:
    return [] if cell is None else cell if isinstance(cell, list) else [cell]


def _shown(outcome: Outcome) -> str:
    keys = ("src", "dest", "score", "entity")
    return "; ".join(" ".join(f"{key}={row.get(key)}" for key in keys) for row in outcome.findings[:10]) or "no findings"
