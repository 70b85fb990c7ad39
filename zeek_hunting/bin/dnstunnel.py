"""| dnstunnel: data in DNS names. Ranks pairs of source and registered domain by what their names carry, or hosts by=host."""

from __future__ import annotations

import os
import sys

BIN = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120  pathlib costs a probe 5 ms
sys.path.insert(0, os.path.join(BIN, "lib"))  # noqa: PTH118

from zeekhunt.dns.tunnel_columns import required_fields  # noqa: E402
from zeekhunt.spl.plan import Plan, open_exchange  # noqa: E402

PLAN = Plan("dnstunnel", required_fields, map_merge=True)
# a parse-time probe is answered here and ends, before the SDK is imported
EXCHANGE = open_exchange(PLAN) if __name__ == "__main__" else None

from zeekhunt.spl.command import Configuration, MapMergeCommand, Mapper, Merger, Option, dispatch  # noqa: E402
from zeekhunt.spl.options import Networks, OneOf, Whole  # noqa: E402


@Configuration()
class DnsTunnelCommand(MapMergeCommand):
    """Scores what DNS names carry; see docs/commands/dnstunnel.md."""

    plan = PLAN
    by = Option(default="domain", validate=OneOf("domain", "host"), doc="tunnels per source and domain, or DGA hosts")
    min_queries = Option(default=5, validate=Whole(1, 100_000), doc="queries a pair, or failing names a host, needs")
    direction = Option(default="outbound", validate=OneOf("outbound", "all"), doc="internal sources alone, or all")
    internal = Option(validate=Networks(), doc="networks that are the site's own, besides the lookup zeek_networks")
    external = Option(validate=Networks(), doc="networks that are not, even inside a private range")
    limit = Option(default=2_000, validate=Whole(1, 50_000), doc="most rows returned, the most suspicious first")

    def mapper(self) -> Mapper:
        from zeekhunt.dns.tunnel_summary import TunnelSummary  # its tables load with the first event

        return TunnelSummary()

    def merger(self) -> Merger:
        from zeekhunt.dns.tunnel_ranking import Ranking, Request  # numpy: only the search head needs it
        from zeekhunt.zeek.site import site_of

        site = site_of(self.app_folder(), self.internal, self.external)
        return Ranking(Request(self.by, self.min_queries, self.direction, self.limit), site)


if EXCHANGE is not None:
    dispatch(DnsTunnelCommand, EXCHANGE)
