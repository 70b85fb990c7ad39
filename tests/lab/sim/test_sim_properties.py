"""What holds for any input of the building blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.sim.office import build_office
from lab.sim.settings import SimSettings
from lab.sim.spans import moments, part, total_us, within_hours
from lab.sim.wire.flows import FlowPlan, conn_columns, lay_out

STATES = ("SF", "S1", "RSTO", "RSTR", "S0", "REJ")
SPANS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), max_size=5).map(lambda pieces: tuple(_in_order(pieces)))


def _in_order(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out, at = [], 0
    for gap, length in pieces:
        out.append((at + gap, at + gap + length))
        at += gap + length
    return out


@given(st.lists(st.tuples(st.sampled_from(STATES), st.integers(0, 10**10), st.integers(0, 10**10)), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_conn_columns_balance_for_any_sizes(sessions: list[tuple[str, int, int]]) -> None:
    n = len(sessions)
    plan = FlowPlan(
        start_us=np.arange(n, dtype=np.int64),
        source="10.20.1.1",
        dest="192.0.2.1",
        dest_port=443,
        duration_us=5,
        orig_b=np.asarray([s[1] for s in sessions], dtype=np.int64),
        resp_b=np.asarray([s[2] for s in sessions], dtype=np.int64),
        state=np.asarray([s[0] for s in sessions], dtype=object),
    )
    columns: dict[str, Any] = conn_columns(np.random.default_rng(1), lay_out(np.random.default_rng(1), plan), "10.20.")
    payload = np.maximum(columns["orig_bytes"], 0) + np.maximum(columns["resp_bytes"], 0)
    packets = columns["orig_pkts"] + columns["resp_pkts"]
    headers = columns["orig_ip_bytes"] + columns["resp_ip_bytes"] - payload - 40 * packets
    assert set(headers.tolist()) <= {12, 24, 36}
    assert (columns["orig_pkts"] >= 1).all()
    assert len(set(columns["id.orig_p"].tolist())) == n


@given(SPANS, st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_part_of_spans_has_the_time_asked_for_and_lies_inside(spans: Any, skip_us: int, keep_us: int) -> None:
    out = part(spans, skip_us, keep_us)
    assert total_us(out) == min(keep_us, max(total_us(spans) - skip_us, 0))
    assert all(any(a <= start < end <= b for a, b in spans) for start, end in out)


@given(st.floats(0, 23), st.floats(0.1, 24))
def test_hours_of_the_day_cut_every_day_alike(low: float, length: float) -> None:
    window = SimSettings(days=3).window()
    out = within_hours(((window.start_us, window.end_us),), window, (low, min(low + length, 24.0)))
    lengths = {end - start for start, end in out}
    assert len(out) == 3 and max(lengths) - min(lengths) <= 1


@given(st.integers(0, 10**8), st.floats(0, 50))
def test_moments_stay_clear_of_the_ends(length: int, mean: float) -> None:
    at = moments(np.random.default_rng(1), (1000, 1000 + length), mean, margin_us=500)
    assert at == sorted(at)
    assert all(1500 <= moment <= 500 + length for moment in at)


@given(st.integers(10, 600))
@settings(max_examples=25, deadline=None)
def test_an_office_of_any_size_has_distinct_hosts_and_a_controller(hosts: int) -> None:
    office = build_office(SimSettings(hosts=hosts))
    assert len(office.hosts) == hosts
    for field in ("name", "address"):
        assert len({getattr(host, field) for host in office.hosts}) == hosts
    users = [host.user for host in office.people]
    assert len(set(users)) == len(users)
    assert office.controllers and office.admins
