"""The plan of a command that reads a whole table on the search head and answers once: no map, every field, no preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .plan import REPORTING, Plan


class WholePlan(Plan):
    """Of Plan's fields, map_merge stays False."""

    __slots__ = ()

    def reply(self, searchinfo: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": REPORTING, "required_fields": ["*"], "run_in_preview": False}


def whole_plan(name: str) -> WholePlan:
    return WholePlan(name, lambda typed: ["*"])
