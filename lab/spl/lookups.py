"""Lookups: tables of the app's ``lookups/`` folder, of the lab's state folder, and of the KV store.

``transforms.conf`` names a table and says how it matches (spec: transforms.conf, "Lookup tables"): exactly, by CIDR() or by
WILDCARD(); the first ``max_matches`` rows of the table that match count (100 by default), and with fewer than ``min_matches`` the
``default_match`` stands in. A table that a search wrote lies in the state folder and is read from there first.
"""

from __future__ import annotations

import csv
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.driver import Rows, allow_wide_cells, app_conf
from lab.spl.failure import Place, SplError
from lab.spl.session import Session
from lab.state import KvStore, app_name
from lab.state import kv_store as opened

_FILE = re.compile(r"[\w.-]{1,200}\.csv", re.ASCII)
_MATCH = re.compile(r"(CIDR|WILDCARD)\(\s*([^()]+?)\s*\)", re.IGNORECASE)


@dataclass(frozen=True)
class Definition:
    """How a lookup is stored and matched. file or collection: where its rows are. kinds: field -> CIDR or WILDCARD."""

    name: str
    file: str = ""
    collection: str = ""
    fields: tuple[str, ...] = ()
    kinds: Mapping[str, str] | None = None
    case_sensitive: bool = True
    min_matches: int = 0
    max_matches: int = 100
    default_match: str = ""


def definition(name: str, session: Session, place: Place) -> Definition:
    """The lookup of that name in transforms.conf, or a file of that name. Raises SplError."""
    stanza = app_conf(session.settings.app, "transforms").get(name)
    if stanza is None:
        if _FILE.fullmatch(name):
            return Definition(name, file=name)
        known = ", ".join(sorted(app_conf(session.settings.app, "transforms"))) or "none"
        raise SplError(f"no lookup {name[:80]} in the app's transforms.conf; it has {known}; a file is named like x.csv", place)
    if stanza.get("external_type", "").lower() not in ("", "kvstore") or "external_cmd" in stanza:
        raise SplError(f"lookup {name} runs a script or asks another server, which the lab does not", place)
    file = stanza.get("filename", "")
    if file and not _FILE.fullmatch(file):
        raise SplError(f"lookup {name}: filename {file[:80]} must be a plain name that ends in .csv", place)
    kinds = {field.strip(): kind.upper() for kind, field in _MATCH.findall(stanza.get("match_type", ""))}
    minimum = _whole(stanza, "min_matches", 0)
    return Definition(
        name,
        file,
        "" if file else stanza.get("collection", name),
        tuple(field.strip() for field in stanza.get("fields_list", "").split(",") if field.strip()),
        kinds,
        stanza.get("case_sensitive_match", "true").lower() not in ("false", "0", "f"),
        minimum,
        max(1, _whole(stanza, "max_matches", 100)),
        stanza.get("default_match", "NONE" if minimum else ""),
    )


def _whole(stanza: Mapping[str, str], name: str, default: int) -> int:
    text = stanza.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default


def kv_store(session: Session) -> KvStore:
    """The store with the types of the app's collections.conf."""
    return opened(session.state, session.settings.app)


def read(wanted: Definition, session: Session, place: Place) -> Rows:
    """The rows of a lookup. Raises SplError where there is none."""
    if wanted.collection:
        records = kv_store(session).rows(app_name(session.settings.app), wanted.collection)
        names = list(wanted.fields) or list(dict.fromkeys(name for record in records for name in record))
        return Rows({name: [_cell(record.get(name)) for record in records] for name in names}, len(records))
    for folder in (session.state / "lookups", session.settings.app / "lookups"):
        path = folder / wanted.file
        if path.is_file():
            return read_csv(path, place)
    raise SplError(f"lookup {wanted.name}: there is no file {wanted.file} in the app's lookups/ nor in the state folder", place)


def _cell(value: object) -> str | list[str] | None:
    if isinstance(value, list):
        return [str(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def read_csv(path: Path, place: Place) -> Rows:
    """A table with a line of names. Raises SplError for what is none; short lines are filled with nothing."""
    allow_wide_cells()
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            lines = csv.reader(file)
            names = next(lines, [])
            rows = [line for line in lines if line]
    except (OSError, csv.Error) as error:
        raise SplError(f"the lookup file {path.name} cannot be read: {error}", place) from error
    columns = {name: [line[at] if at < len(line) else "" for line in rows] for at, name in enumerate(names) if name}
    return Rows({name: [cell or None for cell in cells] for name, cells in columns.items()}, len(rows))


def write_csv(path: Path, rows: Rows) -> None:
    """Replaces the file at once; several values of a cell are joined by line ends, as Splunk writes them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", encoding="utf-8", newline="", errors="surrogateescape") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(list(rows.columns))
        for cells in zip(*rows.columns.values()):
            writer.writerow(["\n".join(cell) if isinstance(cell, list) else cell or "" for cell in cells])
    unfinished.replace(path)


class Matcher:
    """Which rows of a table match a tuple of values, in the table's order."""

    def __init__(self, table: Rows, fields: Sequence[str], wanted: Definition) -> None:
        self._wanted = wanted
        kinds = wanted.kinds or {}
        self._cidr = [at for at, field in enumerate(fields) if kinds.get(field) == "CIDR"]
        self._wild = [at for at, field in enumerate(fields) if kinds.get(field) == "WILDCARD"]
        self._exact = [at for at in range(len(fields)) if at not in self._cidr and at not in self._wild]
        self._rows: dict[tuple[object, ...], list[int]] = {}
        self._lengths: set[tuple[tuple[int, int], ...]] = set()
        self._patterns: dict[int, list[re.Pattern[str]]] = {}
        for number, cells in enumerate(zip(*(table.columns[field] for field in fields))):
            texts = ["\n".join(cell) if isinstance(cell, list) else cell or "" for cell in cells]
            networks = [_network(texts[at]) for at in self._cidr]
            if any(network is None for network in networks):
                continue
            shapes = tuple((network.version, network.prefixlen) for network in networks if network is not None)
            self._lengths.add(shapes)
            bases = tuple((shape, int(network.network_address)) for shape, network in zip(shapes, networks) if network)
            self._rows.setdefault((self._folded(texts, self._exact), bases), []).append(number)
            if self._wild:
                flags = re.DOTALL if wanted.case_sensitive else re.DOTALL | re.IGNORECASE
                parts = [[re.escape(piece) for piece in texts[at].split("*")] for at in self._wild]
                self._patterns[number] = [re.compile(".*".join(pieces), flags) for pieces in parts]

    def _folded(self, texts: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
        return tuple(texts[at] if self._wanted.case_sensitive else texts[at].lower() for at in places)

    def rows(self, texts: Sequence[str]) -> list[int]:
        """The numbers of the matching rows, at most max_matches."""
        found: list[int] = []
        exact = self._folded(texts, self._exact)
        addresses = [_address(texts[at]) for at in self._cidr]
        if any(address is None for address in addresses):
            return []
        for shapes in self._lengths:
            bases = []
            for (version, length), address in zip(shapes, addresses):
                if address is None or address.version != version:
                    break
                bits = address.max_prefixlen - length
                bases.append(((version, length), int(address) >> bits << bits))
            else:
                found += self._rows.get((exact, tuple(bases)), [])
        if self._wild:
            values = [texts[at] for at in self._wild]
            found = [row for row in found if all(p.fullmatch(v) for p, v in zip(self._patterns[row], values))]
        return sorted(found)[: self._wanted.max_matches]


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None
