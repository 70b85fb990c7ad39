"""| graphistry: nodes and edges to a Graphistry server, private by default. Not named graphistry.py, which hides PyGraphistry."""

from __future__ import annotations

import os
import sys

BIN = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120  pathlib costs a probe 5 ms
sys.path.insert(0, os.path.join(BIN, "lib"))  # noqa: PTH118

from zeekhunt.spl.plan import open_exchange  # noqa: E402
from zeekhunt.spl.whole_plan import whole_plan  # noqa: E402

PLAN = whole_plan("graphistry")
# a parse-time probe is answered here and ends, before the SDK is imported
EXCHANGE = open_exchange(PLAN) if __name__ == "__main__" else None

from collections.abc import Mapping, MutableMapping, Sequence  # noqa: E402
from typing import Any  # noqa: E402

from zeekhunt.graph import graphistry_export as export  # noqa: E402
from zeekhunt.graph.graphistry_client import ORGANIZATION, PRIVATE, PUBLIC, GraphistryClient  # noqa: E402
from zeekhunt.graph.graphistry_pictures import PICTURES  # noqa: E402
from zeekhunt.graph.graphistry_profile import check_name, read_profile  # noqa: E402
from zeekhunt.graph.graphistry_table import Ends, read  # noqa: E402
from zeekhunt.spl.command import Configuration, Option, dispatch  # noqa: E402
from zeekhunt.spl.options import FieldName, OneOf, Truth, Whole  # noqa: E402
from zeekhunt.spl.whole_command import TextCell, WholeTableCommand  # noqa: E402

LONGEST_TITLE = 120
SESSION = "/services/zeek_hunting/graphistry/session"


@Configuration()
class GraphistryCommand(WholeTableCommand):
    """Uploads a picture; see docs/commands/graphistry.md."""

    plan = PLAN
    server = Option(default="default", doc="stored profile of the server")
    picture = Option(default="hubs", validate=OneOf(*PICTURES), doc="how it is drawn")
    source = Option(validate=FieldName(), doc="column of an edge's start, with destination=")
    destination = Option(validate=FieldName(), doc="column of an edge's end, with source=")
    privacy = Option(default="private", validate=OneOf(PRIVATE, ORGANIZATION, PUBLIC), doc="who may open it")
    title = Option(doc="name of the data set")
    anonymize = Option(default=False, validate=Truth(), doc="keyed pseudonyms in place of names")
    dry_run = Option(default=False, validate=Truth(), doc="send nothing, say what would leave")
    max_edges = Option(default=50_000, validate=Whole(1, 500_000), doc="most edges sent, the first ones")

    def prepare(self) -> None:
        check_name(self.server)
        if bool(self.source) != bool(self.destination):
            raise ValueError("source= and destination= go together; give both or none")
        if len(self.title or "") > LONGEST_TITLE or not (self.title or "").isprintable():
            raise ValueError(f"title= must be printable and at most {LONGEST_TITLE} characters")

    def answer(self, table: MutableMapping[str, Sequence[TextCell]]) -> Mapping[str, Sequence[Any]]:
        if not any(table.values()):
            self.write_warning(f"{self.plan.name}: no rows came in, nothing was sent; look at the search before it")
            return {}
        # rows first: a table without ends must not cost a login
        graph = read(table, Ends(self.source or "", self.destination or "", self.max_edges))
        order = export.Order(self.server, self.picture, self.title or "", self.privacy)
        if self.dry_run:
            prepared = export.prepare(graph, order, self._key(self._session("key")) if self.anonymize else None)
            self._tell(prepared, f"{export.counted(prepared)} would be sent; nothing was")
            return export.outline(prepared)
        session = self._session("login")
        prepared = export.prepare(graph, order, self._key(session) if self.anonymize else None)
        profile = read_profile(session["profile"])
        sent = GraphistryClient(profile, str(session["token"])).send(prepared.picture, order.privacy)
        self._tell(prepared, f"{export.counted(prepared)} sent to {profile.url}, which confirmed privacy {sent.privacy}")
        return export.receipt(prepared, sent, order)

    @staticmethod
    def _key(session: Mapping[str, Any]) -> bytes:
        return bytes.fromhex(str(session["pseudonym_key"]))

    def _session(self, purpose: str) -> dict[str, Any]:
        session: dict[str, Any] = self.splunkd().post(SESSION, {"server": self.server, "purpose": purpose})
        return session

    def _tell(self, prepared: export.Prepared, sentence: str) -> None:
        self.write_info(f"{self.plan.name}: {sentence}")
        for note in prepared.notes:
            self.write_warning(f"{self.plan.name}: {note}")


if EXCHANGE is not None:
    dispatch(GraphistryCommand, EXCHANGE)
