"""The streaming base class as splunkd runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.driver import CommandFailed, Invocation, Rows, RunOptions, run

APP = Path(__file__).parent / "app"
text = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=8)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(text, text), min_size=1, max_size=12), st.integers(1, 5), st.integers(1, 2))
def test_fields_are_added_and_every_other_cell_stays(rows: list[tuple[str, str]], chunk: int, indexers: int) -> None:
    source = Rows.of({"text": [row[0] for row in rows], "other": [row[1] for row in rows]})
    result = run(Invocation(APP, "shout"), source, RunOptions(chunk_rows=chunk, indexers=indexers))
    found = sorted((record.get("text", ""), record.get("other", ""), record["length"]) for record in result.rows.records())
    assert found == sorted((row[0], row[1], str(len(row[0].encode()))) for row in rows), "length in bytes: wire text"


def test_a_field_that_comes_late_and_a_missing_one_are_no_trouble() -> None:
    early, late = Rows.of({"other": ["1", "2"]}), Rows.of({"other": ["3"], "text": ["abc"]})
    rows = run(Invocation(APP, "shout"), [early, late], RunOptions(chunk_rows=1)).rows.records()
    assert [(row["other"], row["length"], row.get("loud", "")) for row in rows] == [
        ("1", "0", ""),
        ("2", "0", ""),
        ("3", "3", "ABC"),
    ]


def test_an_added_field_that_exists_already_is_overwritten_and_multivalues_survive() -> None:
    source = Rows.of({"text": ["abc"], "loud": ["old"], "many": [["x", "$y"]]})
    (row,) = run(Invocation(APP, "shout", ('field="text"',)), source).rows.records()
    assert (row["loud"], row["length"]) == ("ABC", "3")
    assert row["many"] == ["x", "$y"]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        pytest.param("prepare-value", "faulty: do {this} instead", id="prepare-expected"),
        pytest.param("prepare-bug", "KeyError at", id="prepare-unexpected"),
        pytest.param("stream-value", "faulty: do {this} instead", id="stream-expected"),
        pytest.param("stream-bug", "faulty.py:", id="stream-unexpected-names-the-place"),
    ],
)
def test_an_error_anywhere_reaches_the_user(at: str, words: str) -> None:
    with pytest.raises(CommandFailed) as failure:
        run(Invocation(APP, "faulty", (f"at={at}",)), Rows.of({"text": ["x"]}))
    assert words in str(failure.value)


def test_braces_in_a_message_are_text() -> None:
    result = run(Invocation(APP, "faulty", ("at=nowhere",)), Rows.of({"text": ["x"]}))
    assert [(message.level, message.text) for message in result.messages] == [("WARN", "a warning with {braces}")]


def test_a_required_option_that_is_missing_is_named() -> None:
    with pytest.raises(CommandFailed, match="the option at= is required"):
        run(Invocation(APP, "faulty"), Rows.of({"text": ["x"]}))
