"""| zeeklateral: by which way somebody moves from host to host. Ranks time-respecting paths over admin sessions."""

from __future__ import annotations

import os
import sys

BIN = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120  pathlib costs a probe 5 ms
sys.path.insert(0, os.path.join(BIN, "lib"))  # noqa: PTH118

from zeekhunt.graph.session_summary import SessionSummary, required_fields  # noqa: E402
from zeekhunt.spl.plan import Plan, open_exchange  # noqa: E402

PLAN = Plan("zeeklateral", required_fields, map_merge=True)
# a parse-time probe is answered here and ends, before the SDK is imported
EXCHANGE = open_exchange(PLAN) if __name__ == "__main__" else None

from zeekhunt.spl.command import Configuration, MapMergeCommand, Mapper, Merger, Option, dispatch  # noqa: E402
from zeekhunt.spl.options import Networks, Whole  # noqa: E402


@Configuration()
class ZeekLateralCommand(MapMergeCommand):
    """Scores every time-respecting path of admin sessions; see docs/commands/zeeklateral.md."""

    plan = PLAN
    min_score = Option(default=10, validate=Whole(0, 100), doc="fewest points of a path that is returned")
    min_hops = Option(default=1, validate=Whole(1, 12), doc="fewest hops of a path that is returned")
    limit = Option(default=100, validate=Whole(1, 10_000), doc="most paths returned, the highest score first")
    gap = Option(default=30, validate=Whole(1, 1_440), doc="minutes after the end of a hop in which the next may start")
    internal = Option(validate=Networks(), doc="networks that are the site's own, besides the lookup zeek_networks")
    external = Option(validate=Networks(), doc="networks that are not, even inside a private range")

    def mapper(self) -> Mapper:
        return SessionSummary()

    def merger(self) -> Merger:
        from zeekhunt.graph.lateral import Lateral, Request  # numpy: only the search head needs it
        from zeekhunt.graph.lateral_settings import MINUTE, LateralSettings
        from zeekhunt.spl.arrays import keys
        from zeekhunt.zeek.site import site_of

        site = site_of(self.app_folder(), self.internal, self.external)
        request = Request(self.min_score, self.min_hops, self.limit)
        return Lateral(request, site, keys, LateralSettings(gap=self.gap * MINUTE))


if EXCHANGE is not None:
    dispatch(ZeekLateralCommand, EXCHANGE)
