"""Fails where it is told to: in prepare() or while streaming, with an expected or an unexpected error."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "zeek_hunting" / "bin"))

from zeekhunt.spl.body import Columns
from zeekhunt.spl.plan import Plan, open_exchange

PLAN = Plan("faulty", lambda options: ["text"])
EXCHANGE = open_exchange(PLAN) if __name__ == "__main__" else None

from zeekhunt.spl.command import Configuration, Option, StreamingCommand, dispatch  # noqa: E402


@Configuration()
class FaultyCommand(StreamingCommand):
    plan = PLAN
    at = Option(require=True)

    def prepare(self) -> None:
        self.fail("prepare")
        self.write_warning("a warning with {braces}")

    def fail(self, place: str) -> None:
        if self.at == f"{place}-value":
            raise ValueError("do {this} instead")
        if self.at == f"{place}-bug":
            raise KeyError("{0}")

    def added_fields(self) -> list[str]:
        return ["n"]

    def add(self, block: Columns) -> list[list[str]]:
        self.fail("stream")
        return [["1"] * block.rows]


if EXCHANGE is not None:
    dispatch(FaultyCommand, EXCHANGE)
