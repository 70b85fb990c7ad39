"""How a query travelled, where the events say so: multicast DNS and NetBIOS names are no DNS names to score."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zeekhunt.zeek.fields import coalesce, spellings

from .classes import by_transport

QTYPE = ("qtype_name", "qtype")
PORT = tuple(spellings(("dest_port",)))
SERVER = tuple(spellings(("dest",)))

Cells = Callable[[str], "list[str] | None"]


def required_fields(arguments: Mapping[str, str]) -> list[str]:
    """The field of the names and everything that says how the query travelled, in every spelling."""
    return [arguments.get("field", "query").strip('"'), *QTYPE, *PORT, *SERVER]


def kinds(cells: Cells, rows: int) -> list[str]:
    """Per row what the transport says the name is (netbios, local or ''). cells: the column of a field, None when absent."""
    columns = [_column(cells, names) for names in (QTYPE, PORT, SERVER)]
    types, ports, servers = map(set, columns)
    # each of the three speaks for itself: where no value of any says something, no row is looked at
    alone = [
        *((qtype, "", "") for qtype in types),
        *(("", port, "") for port in ports),
        *(("", "", server) for server in servers),
    ]
    if not any(by_transport(*way) for way in alone):
        return [""] * rows
    known: dict[tuple[str, str, str], str] = {}
    ways = list(zip(*(column or [""] * rows for column in columns)))
    for way in set(ways):
        known[way] = by_transport(*way)
    return [known[way] for way in ways]


def _column(cells: Cells, names: tuple[str, ...]) -> list[str]:
    found = [column for column in map(cells, names) if column is not None]
    return coalesce(found, len(found[0])) if found else []
