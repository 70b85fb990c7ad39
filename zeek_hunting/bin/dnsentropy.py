"""| dnsentropy: what each queried DNS name is, how generated its domain looks and how many bits its subdomain may carry."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING

BIN = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120  pathlib costs a probe 5 ms
sys.path.insert(0, os.path.join(BIN, "lib"))  # noqa: PTH118

from zeekhunt.dns.transport import required_fields  # noqa: E402
from zeekhunt.spl.plan import Plan, open_exchange  # noqa: E402

PLAN = Plan("dnsentropy", required_fields)
# a parse-time probe is answered here and ends, before the SDK is imported
EXCHANGE = open_exchange(PLAN) if __name__ == "__main__" else None

from zeekhunt.dns.entropy_columns import FIELDS  # noqa: E402
from zeekhunt.dns.transport import kinds  # noqa: E402
from zeekhunt.spl.body import Columns  # noqa: E402
from zeekhunt.spl.command import Configuration, Option, StreamingCommand, dispatch  # noqa: E402
from zeekhunt.spl.encode import encode_tail  # noqa: E402
from zeekhunt.spl.options import FieldName  # noqa: E402

if TYPE_CHECKING:
    from zeekhunt.dns.annotate import Tails


@Configuration()
class DnsEntropyCommand(StreamingCommand):
    """Adds 15 fields to every event; see docs/commands/dnsentropy.md."""

    plan = PLAN
    field = Option(default="query", validate=FieldName(), doc="field that holds the queried name")
    prefix = Option(default="dns_", validate=FieldName(), doc="what the names of the added fields begin with")

    def added_fields(self) -> list[str]:
        return [self.prefix + field for field in FIELDS]

    @cached_property
    def remembered(self) -> Tails[str]:
        from zeekhunt.dns.annotate import Tails  # its tables load with the first event

        return Tails(encode_tail)

    def tails(self, block: Columns) -> list[str]:
        names = block.cells(self.field) or [""] * block.rows
        return self.remembered.of(names, kinds(block.cells, block.rows))

    def add(self, block: Columns) -> list[tuple[str, ...]]:
        from zeekhunt.dns.annotate import rows

        names = block.cells(self.field) or [""] * block.rows
        return list(zip(*rows(names, kinds(block.cells, block.rows))))


if EXCHANGE is not None:
    dispatch(DnsEntropyCommand, EXCHANGE)
