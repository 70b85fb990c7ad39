"""| zeekbeacon: which hosts call home. Ranks addresses, names and groups of them by how machine-timed and unusual they are."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

BIN = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120  pathlib costs a probe 5 ms
sys.path.insert(0, os.path.join(BIN, "lib"))  # noqa: PTH118

from zeekhunt.beacon import long_columns, names  # noqa: E402
from zeekhunt.spl.plan import Plan, open_exchange  # noqa: E402

BEACON, LONG, STROBE = "beacon", "long", "strobe"


def required_fields(options: Mapping[str, str]) -> Sequence[str]:
    """What to ask splunkd for; options: as typed."""
    return long_columns.required_fields() if options.get("mode") == LONG else names.required_fields(options)


PLAN = Plan("zeekbeacon", required_fields, map_merge=True)
# a parse-time probe is answered here and ends, before the SDK is imported
EXCHANGE = open_exchange(PLAN) if __name__ == "__main__" else None

from zeekhunt.spl.command import Configuration, MapMergeCommand, Mapper, Merger, Option, dispatch  # noqa: E402
from zeekhunt.spl.options import Networks, OneOf, Truth, Whole  # noqa: E402


@Configuration()
class ZeekBeaconCommand(MapMergeCommand):
    """Scores every pair of source and destination; see docs/commands/zeekbeacon.md."""

    plan = PLAN
    mode = Option(default=BEACON, validate=OneOf(BEACON, LONG, STROBE), doc="what is looked for: beacons, long sessions, strobes")
    strobe_events = Option(default=86_400, validate=Whole(100, 100_000_000), doc="mode=strobe: connections of a pair in 24 h")
    min_events = Option(default=4, validate=Whole(4, 100_000), doc="events a pair needs to be scored")
    direction = Option(default="outbound", validate=OneOf("outbound", "internal", "all"), doc="which pairs are scored")
    internal = Option(validate=Networks(), doc="networks that are the site's own, besides the lookup zeek_networks")
    external = Option(validate=Networks(), doc="networks that are not, even inside a private range")
    limit = Option(default=2_000, validate=Whole(1, 50_000), doc="most rows returned, the most suspicious first")
    by = Option(default="all", validate=OneOf("all", "ip", "name", "group"), doc="what a row is about")
    output = Option(default="findings", validate=OneOf("findings", "summary"), doc="findings, or rows to be stored with collect")
    rita = Option(default=False, validate=Truth(), doc="add RITA v5's scores")
    selftest = Option(default=False, validate=Truth(), doc="plant synthetic beacons in memory and say where they rank")

    def mapper(self) -> Mapper:
        if self.mode == LONG:
            from zeekhunt.beacon.long_summary import LongMap

            return LongMap()
        return names.EventSummary(self.rita)

    def merger(self) -> Merger:
        if self.mode != BEACON:
            return self._other_merger()
        from zeekhunt.beacon.ranking import Ranking, Request  # numpy: only the search head needs it
        from zeekhunt.beacon.stored import SummaryWriter
        from zeekhunt.spl.arrays import keys
        from zeekhunt.zeek.site import site_of

        if self.output == "summary":
            return SummaryWriter(keys, self.rita)
        site = site_of(self.app_folder(), self.internal, self.external)
        request = Request(self.min_events, self.direction, self.limit, self.rita, self.by, self.selftest)
        return Ranking(request, site, keys)

    def _other_merger(self) -> Merger:
        from zeekhunt.beacon.long_ranking import LongRanking, LongRequest, LongWriter
        from zeekhunt.beacon.stored import SummaryWriter
        from zeekhunt.beacon.strobe import StrobeHunt, StrobeRequest
        from zeekhunt.spl.arrays import keys
        from zeekhunt.zeek.site import site_of

        if self.by not in ("all", "ip") or self.rita or self.selftest:
            raise ValueError(f"mode={self.mode} ranks pairs of addresses alone: leave out by=name, by=group, rita and selftest")
        if self.output == "summary":
            return LongWriter() if self.mode == LONG else SummaryWriter(keys)
        site = site_of(self.app_folder(), self.internal, self.external)
        if self.mode == LONG:
            return LongRanking(LongRequest(self.direction, self.limit), site)
        return StrobeHunt(StrobeRequest(self.strobe_events, self.direction, self.limit), site, keys)


if EXCHANGE is not None:
    dispatch(ZeekBeaconCommand, EXCHANGE)
