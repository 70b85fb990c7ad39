"""One small simulated day (20 hosts, all scenarios) for the tests that read logs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from lab.sim import SimSettings, generate

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def sim_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sim") / "world"
    generate(SimSettings(seed=11, hosts=20), out)
    return out


@pytest.fixture(scope="session")
def sim_rows(sim_world: Path) -> dict[str, Rows]:
    """log -> rows in file order, all days."""
    rows: dict[str, Rows] = {}
    for path in sorted(sim_world.glob("*.log.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as handle:
            rows.setdefault(path.name.split(".")[0], []).extend(json.loads(line) for line in handle)
    return rows


@pytest.fixture(scope="session")
def sim_labels(sim_world: Path) -> Rows:
    labels: Rows = json.loads((sim_world / "labels.json").read_text())["labels"]
    return labels


@pytest.fixture(scope="session")
def sim_sessions(sim_rows: dict[str, Rows]) -> dict[str, dict[str, Any]]:
    """uid -> conn row."""
    return {row["uid"]: row for row in sim_rows["conn"]}
