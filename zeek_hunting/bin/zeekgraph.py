"""| zeekgraph: who talks to whom. Turns Zeek events into one table of nodes and edges, with the role of each host."""

from __future__ import annotations

import os
import sys

BIN = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120  pathlib costs a probe 5 ms
sys.path.insert(0, os.path.join(BIN, "lib"))  # noqa: PTH118

from zeekhunt.graph.edge_summary import EdgeSummary, required_fields  # noqa: E402
from zeekhunt.spl.plan import Plan, open_exchange  # noqa: E402

PLAN = Plan("zeekgraph", required_fields, map_merge=True)
# a parse-time probe is answered here and ends, before the SDK is imported
EXCHANGE = open_exchange(PLAN) if __name__ == "__main__" else None

from zeekhunt.graph import entities, since  # noqa: E402
from zeekhunt.spl.command import Configuration, MapMergeCommand, Mapper, Merger, Option, dispatch  # noqa: E402
from zeekhunt.spl.options import Networks, OneOf, Truth, Whole  # noqa: E402


@Configuration()
class ZeekGraphCommand(MapMergeCommand):
    """Aggregates events to nodes and edges; see docs/commands/zeekgraph.md."""

    plan = PLAN
    entities = Option(doc="what else is a node beside the two hosts, between commas: user,query,answer,name,file,ja3,certificate")
    edges = Option(doc="which entities are linked, as pairs between commas: src:dst,src:user")
    direct = Option(default=True, validate=Truth(), doc="link entities to one another, or each to its event")
    since = Option(doc="from when on an edge is new: -24h, 2026-03-02, or epoch seconds")
    fold = Option(default=0, validate=Whole(0, 100_000), doc="fewest leaves of one hub that become one node; 0 for never")
    max_nodes = Option(default=10_000, validate=Whole(1, 200_000), doc="most nodes returned, the best linked first")
    max_edges = Option(default=20_000, validate=Whole(1, 500_000), doc="most edges returned, the busiest first")
    internal = Option(validate=Networks(), doc="networks that are the site's own, besides the lookup zeek_networks")
    external = Option(validate=Networks(), doc="networks that are not, even inside a private range")
    output = Option(default="graph", validate=OneOf("graph", "summary"), doc="nodes and edges, or rows to be stored with collect")

    def prepare(self) -> None:
        try:
            end_s = float(getattr(self._metadata.searchinfo, "latest_time", 0) or 0)
        except ValueError:  # a search over all time may say it in words
            end_s = 0.0
        self._since = since.since(self.since, end_s)
        self._wanted = entities.wanted(self.entities, self.edges, self.direct)

    def mapper(self) -> Mapper:
        return EdgeSummary(self._wanted)

    def merger(self) -> Merger:
        from zeekhunt.graph.edge_store import EdgeWriter  # numpy: only the search head needs it
        from zeekhunt.graph.network_graph import NetworkGraph, Request
        from zeekhunt.zeek.site import site_of

        if self.output == "summary":
            return EdgeWriter(self._wanted)
        site = site_of(self.app_folder(), self.internal, self.external)
        return NetworkGraph(Request(self.max_nodes, self.max_edges, self.fold, self._since), site, self._wanted)


if EXCHANGE is not None:
    dispatch(ZeekGraphCommand, EXCHANGE)
