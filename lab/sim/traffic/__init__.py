"""The benign traffic of the office, one table of components. Each has its own random stream, named as here."""

from __future__ import annotations

from typing import Callable

from lab.sim.labels import Label
from lab.sim.stage import Stage
from lab.sim.traffic import (
    administration,
    browsing,
    deployment,
    directory,
    heartbeats,
    interfaces,
    lookups,
    mail,
    name_data,
    shares,
    tabs,
    timekeeping,
    updates,
)

COMPONENTS: tuple[tuple[str, Callable[[Stage], list[Label]]], ...] = (
    ("browsing", browsing.emit),
    ("heartbeats", heartbeats.emit),
    ("interfaces", interfaces.emit),
    ("tabs", tabs.emit),
    ("timekeeping", timekeeping.emit),
    ("updates", updates.emit),
    ("directory", directory.emit),
    ("shares", shares.emit),
    ("mail", mail.emit),
    ("administration", administration.emit),
    ("deployment", deployment.emit),
    ("lookups", lookups.emit),
    ("name data", name_data.emit),
)
