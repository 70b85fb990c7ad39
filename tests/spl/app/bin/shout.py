"""A streaming command of the app's own base class: adds the length and the upper case of a field."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "zeek_hunting" / "bin"))

from zeekhunt.spl.body import Columns, from_wire, to_wire
from zeekhunt.spl.plan import Plan, open_exchange

PLAN = Plan("shout", lambda options: [options.get("field", "text")])
EXCHANGE = open_exchange(PLAN) if __name__ == "__main__" else None

from zeekhunt.spl.command import Configuration, Option, StreamingCommand, dispatch  # noqa: E402


@Configuration()
class ShoutCommand(StreamingCommand):
    plan = PLAN
    field = Option(default="text")

    def added_fields(self) -> list[str]:
        return ["loud", "length"]

    def add(self, block: Columns) -> list[list[str]]:
        cells = block.cells(self.field) or [""] * block.rows
        return [[to_wire(from_wire(cell).upper()) for cell in cells], [str(len(cell)) for cell in cells]]


if EXCHANGE is not None:
    dispatch(ShoutCommand, EXCHANGE)
