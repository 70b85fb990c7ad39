"""Sizes must not tell an implant from harmless software: both draw from one model."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.sim.beacons import plant_beacon
from lab.sim.capture import Capture
from lab.sim.internet import build_internet
from lab.sim.labels import Label
from lab.sim.office import build_office
from lab.sim.randomness import component_rng
from lab.sim.scenarios.sampled import draw_beacon
from lab.sim.settings import SimSettings
from lab.sim.sizes import draw_profile, draw_sizes
from lab.sim.stage import Stage
from lab.sim.traffic.heartbeats import plant_program

PROGRAMS = 90


def auc(first: list[float], second: list[float]) -> float:
    """Probability that a value of the first is larger than one of the second, ties half."""
    a, b = np.asarray(first)[:, None], np.asarray(second)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean())


@pytest.fixture(scope="module")
def pair_sizes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[dict[str, Any]]]]:
    """label -> per program the conn rows of one pair: as many implants as heartbeat programs, in a small office."""
    settings = SimSettings(seed=21, hosts=10)
    folder = tmp_path_factory.mktemp("sizes")
    capture = Capture(settings.window(), folder)
    stage = Stage(settings, build_office(settings), build_internet(settings), capture, component_rng(1, "test"), "sizes")
    planted: list[Label] = []
    victim = next(host for host in stage.office.hosts if host.role == "always_on")
    for i in range(PROGRAMS):
        planted += plant_program(stage.component(f"program {i}"), f"heartbeat-{i}")[:1]
        own = stage.component(f"implant {i}")
        planted += plant_beacon(own, f"implant-{i}", victim, draw_beacon(own.rng, 1))
    capture.close(folder)
    by_pair = defaultdict(list)
    with gzip.open(next(folder.glob("conn.*.gz")), "rt") as handle:
        for row in map(json.loads, handle):
            by_pair[row["id.orig_h"], row["id.resp_h"]].append(row)
    out: dict[str, list[list[dict[str, Any]]]] = {"malicious": [], "benign": []}
    for label in planted:
        rows = [row for dest in label.dests for row in by_pair[label.src, dest] if "orig_bytes" in row]
        if len(rows) >= 8:
            out[label.label].append(rows)
    return out


def spread(values: list[int]) -> float:
    low, high = np.quantile(values, (0.25, 0.75))
    return float((high - low) / max(low + high, 1))


def mode_share(values: list[int]) -> float:
    return Counter(values).most_common(1)[0][1] / len(values)


@pytest.mark.parametrize("field", ["orig_bytes", "resp_bytes"])
@pytest.mark.parametrize("measure", [np.median, spread, mode_share], ids=["median", "spread", "mode-share"])
def test_sizes_do_not_separate_implants_from_heartbeats(measure: Any, field: str, pair_sizes: dict[str, Any]) -> None:
    values = {kind: [float(measure([row[field] for row in rows])) for rows in pairs] for kind, pairs in pair_sizes.items()}
    assert min(len(column) for column in values.values()) > 60
    # Standard error of the area at 75 and 75 pairs: about .048; three of them.
    assert abs(auc(values["malicious"], values["benign"]) - 0.5) < 0.145


def test_the_measure_would_see_a_leak(pair_sizes: dict[str, Any]) -> None:
    """Guards the guard: implants with replies three times as long are found."""
    medians = {kind: [float(np.median([r["resp_bytes"] for r in rows])) for rows in pairs] for kind, pairs in pair_sizes.items()}
    assert abs(auc([3 * value for value in medians["malicious"]], medians["benign"]) - 0.5) > 0.145


def test_a_constant_program_has_one_size_and_a_padded_one_a_bounded_range() -> None:
    rng = np.random.default_rng(2)
    profiles = [draw_profile(rng) for _ in range(400)]
    assert {profile.kind for profile in profiles} == {"constant", "modes", "spread", "padded"}
    assert 0.28 < np.mean([profile.kind == "padded" for profile in profiles]) < 0.42
    for profile in profiles:
        sizes = draw_sizes(rng, profile, 50).request_b
        if profile.kind == "constant":
            assert set(sizes.tolist()) == {profile.request_b}
        if profile.kind == "padded":
            assert profile.request_b <= sizes.min() and sizes.max() <= profile.request_b + profile.pad_b


def test_calls_that_carry_work_are_larger_in_one_direction() -> None:
    rng = np.random.default_rng(2)
    profile = draw_profile(rng, padded=False)
    quiet, busy = draw_sizes(rng, profile, 1000), draw_sizes(rng, profile, 1000, np.arange(500))
    larger = (busy.request_b[:500] > 2.5 * quiet.request_b.max()) | (busy.reply_b[:500] > 2.5 * quiet.reply_b.max())
    assert larger.mean() > 0.8
    assert busy.request_b[500:].max() <= quiet.request_b.max()


def test_forcing_padding_draws_the_same_numbers_otherwise() -> None:
    """So that an option of one beacon does not move everything drawn after it."""
    free, forced = (draw_profile(np.random.default_rng(4), padded) for padded in (None, True))
    assert (free.request_b, free.reply_b, free.pad_b) == (forced.request_b, forced.reply_b, forced.pad_b)


def test_close_removes_the_scratch_files(tmp_path: Path) -> None:
    settings = SimSettings(hosts=10)
    capture = Capture(settings.window(), tmp_path)
    capture.add("smb_mapping", np.asarray([settings.window().start_us]), {"ts": 1, "uid": "C1", "path": "\\\\a\\b"})
    assert capture.close(tmp_path)["smb_mapping"] == {"smb_mapping.2026-03-02.log.gz": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["smb_mapping.2026-03-02.log.gz"]
