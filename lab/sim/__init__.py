"""A simulated network: a seeded day or week of Zeek logs of an office with servers, with labelled intruders in it.

`generate(SimSettings(seed=7), Path("world"))` or `python -m lab.sim --out world --seed 7`. Demo data, test data, and the
ground truth for measuring detectors. What is where: settings -> office, internet (who and what exists) -> traffic (benign),
scenarios (planted) -> wire (protocols as Zeek logs them) -> capture (files).
"""

from __future__ import annotations

from lab.sim.generate import LABELS, MANIFEST, SimReport, generate
from lab.sim.settings import SimSettings, SimulationError

__all__ = ["LABELS", "MANIFEST", "SimReport", "SimSettings", "SimulationError", "generate"]
