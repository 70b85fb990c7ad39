"""Summary indexes: what ``collect`` stores in the lab's state folder, one Parquet file a call, found again by ``index=<name>``.

A row keeps its fields as text in one map, so that hostile names stay values. In a summary index of Splunk several values of a
field come back as one text with line ends; so they do here.
"""

from __future__ import annotations

import re
from pathlib import Path

from lab.spl.failure import Place, SplError
from lab.spl.relation import Column, Order, Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}", re.ASCII)
_META = ("_time", "_raw", "index", "sourcetype", "source", "host")


def folder(session: Session) -> Path:
    return session.state / "summary"


def indexes(session: Session) -> list[str]:
    """Names of the summary indexes that hold something."""
    place = folder(session)
    return sorted(path.name for path in place.iterdir() if any(path.glob("*.parquet"))) if place.is_dir() else []


def check_name(name: str, place: Place) -> None:
    if not _NAME.fullmatch(name):
        raise SplError(f"collect: {name[:80]!r} is no name of an index; use a-z, 0-9, _ and -", place)


def store(session: Session, relation: Relation, index: str) -> int:
    """Adds rows, which hold _META and further fields. Returns their number."""
    place = folder(session) / index
    place.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(path.stem) for path in place.glob("*.parquet") if path.stem.isdigit()), default=0)
    fields = [name for name in relation.columns if name not in _META and not name.startswith("_")]
    names = "[" + ", ".join(map(literal, fields)) + "]::VARCHAR[]"
    texts = "[" + ", ".join(relation.value(name).text for name in fields) + "]::VARCHAR[]"
    meta = ", ".join(
        f'{relation.value(name).numeric if name == "_time" else relation.value(name).text} AS "{name}"' for name in _META
    )
    rows = f"SELECT {meta}, {names} AS names, {texts} AS texts FROM ({relation.sql}){relation.order_by}"
    unfinished = place / f"{number:08}.unfinished"
    session.connection.execute(f"COPY ({rows}) TO {literal(str(unfinished))} (FORMAT parquet)")
    unfinished.replace(place / f"{number:08}.parquet")
    return session.count(relation)


def read(session: Session, index: str) -> Relation:
    """All rows of a summary index, newest first."""
    files = [str(path) for path in sorted((folder(session) / index).glob("*.parquet"))]
    source = f"read_parquet([{', '.join(map(literal, files))}], union_by_name=true)"
    found = session.rows(f"SELECT DISTINCT unnest(names) FROM {source}")
    columns = {name: Column(session.names.new(), Kind.TIME if name == "_time" else Kind.TEXT) for name in _META}
    values = [f'"{name}" AS {column.ident}' for name, column in columns.items()]
    for (name,) in sorted(found):
        columns[str(name)] = Column(session.names.new(), Kind.TEXT)
        values.append(f"texts[list_position(names, {literal(str(name))})] AS {columns[str(name)].ident}")
    place = Order(session.names.new())
    values.append(f"row_number() OVER () AS {place.ident}")
    return Relation(
        f"SELECT {', '.join(values)} FROM {source}", columns, [Order(columns["_time"].ident, True), place], events=True
    )


def prepared(relation: Relation, session: Session, given: dict[str, str]) -> Relation:
    """Result rows as events of a summary index. given: index, source, sourcetype, host, marker, addtime."""
    now = Value(f"CAST({session.now_s!r} AS DOUBLE)", Kind.NUMBER)
    begin = Value(f"CAST({(session.earliest_s if session.earliest_s is not None else session.now_s)!r} AS DOUBLE)", Kind.TIME)
    kept = relation.value("_time").numeric
    time = Value(f"COALESCE({kept}, {begin.sql})" if given["addtime"] == "true" else f"COALESCE({kept}, {now.sql})", Kind.TIME)
    stamped: dict[str, Value] = {"_time": time}
    marks = dict(re.findall(r'([\w.]+)\s*=\s*"?([^",]*)"?', given["marker"]))
    if session.settings.saved_search:
        marks["search_name"] = session.settings.saved_search
    latest = "+Infinity" if session.latest_s is None else f"{session.latest_s:.3f}"
    marks.update(search_now=f"{session.now_s:.3f}", info_min_time=f"{session.earliest_s or 0:.3f}", info_max_time=latest)
    marks.update(info_search_time=f"{session.now_s:.3f}")
    stamped.update({name: Value(literal(value), Kind.TEXT) for name, value in marks.items()})
    own = {name for name in ("source", "sourcetype", "host", "index") if name in relation.columns}
    stamped.update({f"orig_{name}": Value(relation.value(name).text, Kind.TEXT) for name in own})
    names = ("index", "source", "sourcetype", "host")
    stamped.update({name: Value(literal(given[name]), Kind.TEXT) for name in names})
    made = relation.with_columns(session.names, stamped)
    parts = [_moment(made.value("_time").numeric)]
    for name in (*marks, *(name for name in made.columns if name not in (*marks, *_META) and not name.startswith("_"))):
        text = made.value(name).text
        shown = f"{literal(f', {name}=')} || '\"' || replace({text}, '\"', '\\\"') || '\"'"
        parts.append(f"CASE WHEN {text} IS NOT NULL THEN {shown} ELSE '' END")
    return made.with_columns(session.names, {"_raw": Value(" || ".join(parts), Kind.TEXT)})


def _moment(seconds: str) -> str:
    return f"strftime(make_timestamp(CAST({seconds} * 1000000 AS BIGINT)), '%m/%d/%Y %H:%M:%S +0000')"
