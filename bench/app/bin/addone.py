"""A streaming command of the app's base class that adds one number."""

from __future__ import annotations

from zeekhunt.spl.body import Columns
from zeekhunt.spl.plan import Plan, open_exchange

PLAN = Plan("addone", lambda options: ["*"])
EXCHANGE = open_exchange(PLAN) if __name__ == "__main__" else None

from zeekhunt.spl.command import Configuration, StreamingCommand, dispatch  # noqa: E402


@Configuration()
class AddOneCommand(StreamingCommand):
    plan = PLAN

    def added_fields(self) -> list[str]:
        return ["kilobytes"]

    def add(self, block: Columns) -> list[list[str]]:
        return [[str(int(cell) / 1024) if cell else "" for cell in block.cells("orig_bytes") or []]]


if EXCHANGE is not None:
    dispatch(AddOneCommand, EXCHANGE)
