"""The search that shows the events of a finding: those that were scored, and no others.

Addresses and names stand in quotes and escaped; a field may be called what the site calls it, so every spelling is asked for.
Times are bounded by the first and last event; of conn.log, attempts and sessions are told apart as the scores do.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..zeek import conn_state
from ..zeek import fields as zeek_fields
from .entities import NAME, Entity
from .names import CONNECT, HTTP, TLS

ADDRESSES_NAMED = 500  # of a group; a larger one is searched by source and time alone, else the search grows too long to run


def search(entity: Entity, first_tick: int, last_tick: int) -> str:
    """SPL of the events of an entity."""
    events = _named(entity) if entity.kind == NAME else _connections(entity)
    return f"{events} {_any_of('src', [entity.src])} earliest={first_tick // 10} latest={last_tick // 10 + 1}"


def _connections(entity: Entity) -> str:
    attempts = "conn_state IN (" + ", ".join(sorted(conn_state.ATTEMPT)) + ")"
    state = attempts if entity.attempt else f"NOT {attempts}"
    dests = f" {_any_of('dest', entity.addresses)}" if len(entity.addresses) <= ADDRESSES_NAMED else ""
    return f"`zeek_conn` {state}{dests}"


def _named(entity: Entity) -> str:
    name = entity.dest
    searches = {
        TLS: f"(`zeek_ssl` {_any_of('server_name', [name])})",
        HTTP: f"(`zeek_http` {_any_of('http_host', [name, name + ':*'])})",
        CONNECT: f"(`zeek_http` {_any_of('http_method', ['CONNECT'])} {_any_of('uri', [name, name + ':*'])})",
    }
    return "(" + " OR ".join(searches[via] for via in entity.via) + ")"


def _any_of(field: str, values: Sequence[str]) -> str:
    terms = [f"{_field(name)}={_quoted(value)}" for name in zeek_fields.SPELLINGS[field] for value in values]
    return "(" + " OR ".join(terms) + ")"


def _field(name: str) -> str:
    return f'"{name}"' if "." in name else name


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("?", "*") + '"'
