"""Strobes: the threshold is crossed by one connection, attempts stay apart, any split gives the same rows."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from beacon.long_rows import START_S, Row, as_body
from hypothesis import given, settings
from hypothesis import strategies as st
from zeekhunt.beacon.names import EventSummary
from zeekhunt.beacon.strobe import DAY_TICKS, StrobeHunt, StrobeRequest, peak, threshold, window_of
from zeekhunt.spl import arrays, body
from zeekhunt.spl.encode import encode_parts
from zeekhunt.zeek.site import Site

HOUR_S = 3_600


def connection(seconds: float, dest: str = "203.0.113.9", state: str = "SF", src: str = "10.0.0.5", size: str = "20") -> Row:
    return {
        "_time": f"{START_S + seconds:.6f}",
        "id.orig_h": src,
        "id.orig_p": str(1024 + int(seconds * 10) % 60_000),
        "id.resp_h": dest,
        "id.resp_p": "8080",
        "proto": "tcp",
        "service": "http",
        "conn_state": state,
        "orig_bytes": size,
        "resp_bytes": size,
    }


def steady(count: int, over_s: float, **given: str) -> list[Row]:
    return [connection(over_s * at / count, **given) for at in range(count)]


def mapped(rows: list[Row], chunk: int) -> list[bytes]:
    gathering, out = EventSummary(), []
    for at in range(0, len(rows), chunk):
        for block in body.blocks(as_body(rows[at : at + chunk]), 4096):
            gathering.add(block)
        out.append(encode_parts(gathering.drain()))
    return out


def taken(bodies: list[bytes], **request: Any) -> tuple[dict[str, Any], str]:
    hunt = StrobeHunt(StrobeRequest(**request), Site(), arrays.keys)
    for data in bodies:
        for block in arrays.tables(data, {}, 4096):
            hunt.add(block)
    found = dict(hunt.finish())
    return found, "\n".join(f"{level} {text}" for level, text in hunt.messages)


def rows_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: column[at] for name, column in found.items()} for at in range(len(found.get("src", ())))]


def hunt(rows: list[Row], **request: Any) -> tuple[list[dict[str, Any]], str]:
    found, said = taken([as_body(rows)], **request)
    return rows_of(found), said


@pytest.mark.parametrize(
    ("count", "over_s", "found"),
    [
        pytest.param(48, 24 * HOUR_S - 1, True, id="a-day-at-the-threshold"),
        pytest.param(47, 24 * HOUR_S - 1, False, id="one-less"),
        pytest.param(12, 6 * HOUR_S, True, id="scaled-to-a-quarter"),
        pytest.param(11, 6 * HOUR_S, False, id="scaled-one-less"),
        pytest.param(2, 10, True, id="an-hour-is-the-least-window"),
        pytest.param(1, 10, False, id="so-a-short-burst-is-none"),
    ],
)
def test_the_threshold_is_crossed_by_one_connection(count: int, over_s: float, found: bool) -> None:
    edges = [connection(0, "198.51.100.1"), connection(over_s - 0.1, "198.51.100.1")]
    rows, said = hunt([*steady(count, over_s), *edges], per_day=48)
    assert [row["dest"] for row in rows if row["dest"] == "203.0.113.9"] == ["203.0.113.9"] * found, said


def test_a_strobe_over_days_is_counted_in_its_busiest_24_hours() -> None:
    rows, _ = hunt([*steady(10, 24 * HOUR_S), *[connection(48 * HOUR_S + at) for at in range(60)]], per_day=48)
    assert [(row["peak_events"], row["events"], row["threshold"]) for row in rows] == [(60, 70, 48)]
    assert rows[0]["rate_per_s"] == pytest.approx(70 / (48 * HOUR_S + 59), abs=1e-3)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=20), st.integers(1, 20))
def test_the_peak_is_that_of_every_window_tried(ticks: list[int], window: int) -> None:
    ordered = np.array(sorted(ticks), np.int64)
    tried = max(sum(start <= tick < start + window for tick in ticks) for start in ticks)
    assert peak(ordered, window) == tried


def test_windows_and_thresholds_are_whole_and_round_up() -> None:
    assert threshold(86_400, DAY_TICKS) == 86_400
    assert threshold(86_400, DAY_TICKS // 24) == 3_600
    assert threshold(100, DAY_TICKS // 24) == 5, "4.17 is not reached by 4"
    assert window_of(5, 5) == DAY_TICKS // 24
    assert window_of(0, 10 * DAY_TICKS) == DAY_TICKS


def test_attempts_are_a_series_of_their_own_never_above_their_answered_twin() -> None:
    rows, _ = hunt([*steady(60, HOUR_S), *steady(600, HOUR_S, state="S0")], per_day=1_000)
    answered, unanswered = rows
    assert [(row["unanswered"], row["answered_events"], row["unanswered_events"]) for row in rows] == [(0, 60, 600), (1, 60, 600)]
    assert unanswered["score"] <= answered["score"]
    assert "nobody answers" in " ".join(unanswered["why_not"])
    split, _ = hunt([*steady(30, HOUR_S), *steady(30, HOUR_S - 1, state="S0")], per_day=1_000)
    assert split == [], "30 sessions and 30 attempts are no 42 of either"


def test_of_equal_scores_the_answered_strobe_comes_first() -> None:
    rows, _ = hunt([*steady(420, HOUR_S, size="200000"), *steady(4_200, 10 * HOUR_S, state="S0")], per_day=1_000)
    answered, unanswered = rows
    assert answered["score"] == unanswered["score"], "held down to its twin's"
    assert (answered["unanswered"], unanswered["unanswered"]) == (0, 1)
    assert unanswered["evidence"][-1].startswith("limit: ")


def test_a_strobe_of_next_to_nothing_ranks_above_a_busy_service_that_everyone_uses() -> None:
    rows = [row for host in range(1, 20) for row in steady(50, HOUR_S, src=f"10.0.0.{host}", dest="198.51.100.1", size="200000")]
    found, _ = hunt([*rows, *steady(100, HOUR_S)], per_day=1_000)
    first, *others = found
    assert (first["dest"], first["hunt"], first["technique"]) == ("203.0.113.9", "c2_strobe", ["T1071"])
    assert first["score"] - max(row["score"] for row in others) > 20
    assert "19 of 19 internal sources" in " ".join(others[0]["why_not"])


event = st.builds(
    connection,
    st.integers(0, 7_000).map(lambda tick: tick / 10),
    st.sampled_from(["203.0.113.9", "198.51.100.1"]),
    st.sampled_from(["SF", "S0", "OTH"]),
    st.sampled_from(["10.0.0.5", "10.0.0.6"]),
    st.sampled_from(["20", "", "999"]),
)


@settings(max_examples=60)
@given(st.lists(event, min_size=1, max_size=30), st.integers(1, 7), st.integers(1, 3), st.randoms(use_true_random=False))
def test_any_split_order_and_repeat_gives_the_same_rows(rows: list[Row], chunk: int, indexers: int, rng: random.Random) -> None:
    whole, _ = taken([as_body(rows)], per_day=48)
    for row in rows_of(whole):
        assert sum(float(line.rpartition(": ")[2]) for line in row["evidence"]) == pytest.approx(row["score"], abs=1e-6)
        assert 0 <= row["score"] <= 100 and row["why_not"]
    shuffled = rng.sample([*rows, *rng.choices(rows, k=4)], len(rows) + 4)
    partial = [data for at in range(indexers) for data in mapped(shuffled[at::indexers], chunk)]
    rng.shuffle(partial)
    for bodies in (partial, [as_body(shuffled)], [*partial, as_body(rows)]):
        assert taken(bodies, per_day=48)[0] == whole


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param([], "no events reached the command", id="no-data"),
        pytest.param([connection(0)], "WARN 0 of 1 pairs hold 3,600 connections or more in 1 h", id="below"),
        pytest.param([connection(0, "10.0.0.9")], "1 events internal to internal", id="out-of-scope"),
    ],
)
def test_no_rows_say_why(rows: list[Row], words: str) -> None:
    found, said = hunt(rows)
    assert found == []
    assert words in said
