"""The simulated world as a folder: logs, labels.json, world.json (what it was made from and what is in it).

The folder appears complete or not at all: it is written beside its final place and renamed. One that already holds the
same world is left as it is.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from lab.sim.capture import Capture
from lab.sim.internet import build_internet
from lab.sim.labels import BENIGN, MALICIOUS, Label, write_labels
from lab.sim.office import LOCAL_PREFIX, Office, build_office
from lab.sim.randomness import component_rng
from lab.sim.scenario import Scenario
from lab.sim.scenarios import SCENARIOS
from lab.sim.scenarios.sampled import SAMPLED
from lab.sim.settings import GENERATOR_VERSION, SimSettings, SimulationError
from lab.sim.stage import Stage
from lab.sim.traffic import COMPONENTS
from lab.sim.wire.kerberos import settle_tickets
from lab.sim.wire.resolver import settle_lookups

MANIFEST, LABELS = "world.json", "labels.json"

# step's name, steps done, steps in all
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SimReport:
    """`rows` per log; `labels` malicious and benign; `still_open`: sessions left out as they outlast the capture;
    `unplanted`: scenarios that found no chance (their host was off); `written` False = the folder was already there."""

    out: Path
    written: bool
    rows: dict[str, int]
    labels: dict[str, int]
    still_open: int
    unplanted: tuple[str, ...]


def generate(settings: SimSettings, out: Path, progress: Progress | None = None) -> SimReport:
    """Write the world of these settings to the folder `out`. SimulationError when the folder holds something else."""
    known = _read_manifest(out)
    if known is not None and _same_world(known, settings) and _complete(known, out):
        return _report(known, out, written=False)
    scenarios = _chosen(settings)
    out.parent.mkdir(parents=True, exist_ok=True)
    with _scratch_beside(out) as scratch:
        manifest = _write_world(settings, scenarios, scratch, progress)
        _swap(scratch / "world", out)
    return _report(manifest, out, written=True)


def _write_world(
    settings: SimSettings, scenarios: list[tuple[int, Scenario]], scratch: Path, progress: Progress | None
) -> dict[str, Any]:
    world = scratch / "world"
    world.mkdir()
    capture = Capture(settings.window(), scratch)
    office, internet = build_office(settings), build_internet(settings)
    steps = len(COMPONENTS) + len(scenarios) + 2
    tell = progress or _silent

    def stage_of(name: str) -> Stage:
        return Stage(settings, office, internet, capture, component_rng(settings.seed, name), scenario=name)

    labels: list[Label] = []
    benign = stage_of("traffic")
    for done, (name, emit) in enumerate(COMPONENTS):
        tell(name, done, steps)
        labels += emit(benign.component(name))
    tell("look-ups and tickets", len(COMPONENTS), steps)
    settle(benign)
    unplanted = []
    for done, (slot, scenario) in enumerate(scenarios, len(COMPONENTS) + 1):
        tell(scenario.id, done, steps)
        stage = stage_of(f"scenario {scenario.id}")
        planted = scenario.plant(stage, slot)
        settle(stage)
        labels += planted
        if not planted:
            unplanted.append(scenario.id)
    tell("sorting and writing", steps - 1, steps)
    files = capture.close(world)
    write_labels(world / LABELS, labels)
    manifest = _manifest(settings, office, files, labels)
    manifest |= {"still_open": capture.still_open, "unplanted": unplanted}
    (world / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    tell("done", steps, steps)
    return manifest


def settle(stage: Stage) -> None:
    """Emit the tickets and look-ups that a stage noted; tickets first, as they need look-ups too."""
    settle_tickets(stage.component("settle tickets"), stage.tickets)
    settle_lookups(stage.component("settle look-ups"), stage.lookups)


def _chosen(settings: SimSettings) -> list[tuple[int, Scenario]]:
    """Scenarios to plant, each with its slot: its place in the full table among those of its role."""
    known = {scenario.id for scenario in SCENARIOS}
    wanted = known if settings.scenarios is None else set(settings.scenarios)
    if wanted - known:
        raise SimulationError(f"no such scenario: {', '.join(sorted(wanted - known))}. There are: {', '.join(sorted(known))}")
    chosen = []
    for place, scenario in enumerate(SCENARIOS):
        slot = sum(1 for earlier in SCENARIOS[:place] if earlier.role == scenario.role)
        if scenario.id in wanted:
            chosen.append((slot, scenario))
    return chosen + ([(0, SAMPLED)] if settings.sampled_beacons else [])


def _manifest(settings: SimSettings, office: Office, files: dict[str, dict[str, int]], labels: list[Label]) -> dict[str, Any]:
    counts = {kind: sum(1 for label in labels if label.label == kind) for kind in (MALICIOUS, BENIGN)}
    hosts = [{"name": h.name, "address": h.address, "role": h.role, "service": h.service, "user": h.user} for h in office.hosts]
    return {
        "generator": GENERATOR_VERSION,
        "settings": settings.as_dict(),
        "internal_networks": [LOCAL_PREFIX + "0.0/16"],
        "hosts": hosts,
        "rows": {log: sum(per_file.values()) for log, per_file in files.items()},
        "files": {name: rows for per_file in files.values() for name, rows in per_file.items()},
        "labels": counts,
    }


def _same_world(manifest: dict[str, Any], settings: SimSettings) -> bool:
    return manifest.get("generator") == GENERATOR_VERSION and manifest.get("settings") == settings.as_dict()


def _complete(manifest: dict[str, Any], out: Path) -> bool:
    """Whether every file of the manifest is still there."""
    return all((out / name).is_file() for name in (LABELS, *manifest["files"]))


def _read_manifest(out: Path) -> dict[str, Any] | None:
    """The manifest of the folder; None when there is no folder or an empty one."""
    if not out.exists():
        return None
    if not out.is_dir():
        raise SimulationError(f"{out} is a file; name a folder for the simulated logs")
    if not any(out.iterdir()):
        return None
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict) or "generator" not in manifest:
        raise SimulationError(f"{out} holds files that are no simulated world (no valid {MANIFEST}); name an empty or new folder")
    return manifest


@contextmanager
def _scratch_beside(out: Path) -> Iterator[Path]:
    """A scratch folder on the same disk as `out`, so that the world can be renamed into place; removed at the end."""
    scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _swap(world: Path, out: Path) -> None:
    """Put the world at `out`; an older one leaves only when the new one is complete."""
    if out.exists():
        out.rename(world.parent / "replaced")
    world.rename(out)


def _report(manifest: dict[str, Any], out: Path, written: bool) -> SimReport:
    return SimReport(out, written, manifest["rows"], manifest["labels"], manifest["still_open"], tuple(manifest["unplanted"]))


def _silent(_step: str, _done: int, _steps: int) -> None:
    """No progress wanted."""
