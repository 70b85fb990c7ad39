"""The notation of events: the same events every time, in the numbers and at the times that it says."""

from __future__ import annotations

from typing import Any

import pytest
from event_notation import MOST_EVENTS, NotationError, attempts, span_s, without_field, written
from hypothesis import given
from hypothesis import strategies as st

START_S = 1_700_000_000.0


def one(**series: Any) -> list[dict[str, Any]]:
    return written([{"log": "conn", "set": {}, **series}], START_S, series.pop("x_value", None))["conn"]


def test_repeats_are_spaced_and_begin_where_at_says() -> None:
    events = one(at="1h", repeat=3, every="90s")
    assert [event["ts"] - START_S for event in events] == [3600, 3690, 3780]


def test_every_combination_of_for_is_a_series_of_its_own() -> None:
    events = one(
        **{
            "for": {"host": "1..3", "port": ["22", "445"]},
            "repeat": 2,
            "set": {"id.orig_h": "10.0.0.{host}", "id.resp_p": "{port}"},
        }
    )
    assert len(events) == 12
    assert {(event["id.orig_h"], event["id.resp_p"]) for event in events} == {
        (f"10.0.0.{host}", port) for host in (1, 2, 3) for port in (22, 445)
    }


def test_what_for_makes_without_repeat_is_spaced_too() -> None:
    assert [event["ts"] - START_S for event in one(**{"for": {"n": "1..3"}, "every": "1m"})] == [0, 60, 120]


def test_values_are_those_of_an_ordinary_event_unless_set_or_unset() -> None:
    (event,) = one(set={"service": None, "orig_bytes": 7})
    assert (event["orig_bytes"], event["conn_state"], event["proto"]) == (7, "SF", "tcp")
    assert "service" not in event
    assert event["uid"].startswith("C")


def test_the_same_series_gives_the_same_events() -> None:
    series = {"repeat": 5, "jitter": "10s", "set": {"service": "{letters:8}", "history": "{pick:a|b|c}{hex:4}"}}
    assert one(**series) == one(**series)
    assert len({event["service"] for event in one(**series)}) == 5


def test_x_is_that_of_the_threshold() -> None:
    assert len(written([{"log": "conn", "repeat": "{x}", "set": {}}], START_S, 4)["conn"]) == 4
    assert written([{"log": "conn", "set": {"orig_bytes": "{x}"}}], START_S, 100_000_000)["conn"][0]["orig_bytes"] == 100_000_000


@pytest.mark.parametrize(
    ("series", "words"),
    [
        pytest.param({"at": "2 hours"}, "is no span of time", id="span"),
        pytest.param({"repeat": "{x}"}, "is unknown", id="x-outside-a-threshold"),
        pytest.param({"repeat": "many"}, "write a whole number", id="repeat"),
        pytest.param({"set": {"service": "{lettres:8}"}}, r"\{lettres:8\}", id="place"),
        pytest.param({"for": {"n": "1-20"}}, "neither a list nor a range", id="range"),
        pytest.param({"repeat": MOST_EVENTS + 1}, "a test of a hunt is small", id="many"),
    ],
)
def test_what_cannot_be_read_is_told(series: dict[str, Any], words: str) -> None:
    with pytest.raises(NotationError, match=words):
        one(**series)


@given(st.integers(0, 10_000), st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_a_span_is_its_number_times_its_unit(number: int, unit: str) -> None:
    assert span_s(f"{number}{unit}") == pytest.approx(number * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit])
    assert span_s(f"-{number}{unit}") == -span_s(f"{number}{unit}")


def test_a_field_is_removed_from_one_log_alone() -> None:
    logs = written([{"log": "conn", "set": {}}, {"log": "dns", "set": {}}], START_S)
    changed = without_field(logs, "dns", "id.orig_h")
    assert "id.orig_h" not in changed["dns"][0]
    assert changed["conn"] == logs["conn"]


def test_attempts_carry_nothing_and_leave_no_other_log() -> None:
    changed = attempts(written([{"log": "conn", "repeat": 2, "set": {}}, {"log": "ssl", "set": {}}], START_S))
    assert list(changed) == ["conn"]
    assert {(event["conn_state"], event["orig_bytes"], event.get("service")) for event in changed["conn"]} == {("S0", 0, None)}
