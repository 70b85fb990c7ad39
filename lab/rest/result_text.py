"""Result rows as splunkd writes them: json, json_rows, json_cols, csv, xml. Every value is text; several values are a list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from xml.etree import ElementTree

from starlette.responses import Response

from lab.driver import Cell, Rows
from lab.rest import atom
from lab.rest.refusal import Refused

MODES = ("xml", "json", "json_rows", "json_cols", "csv", "raw")
_TYPES = {"xml": "text/xml; charset=UTF-8", "csv": "text/csv; charset=UTF-8", "raw": "text/plain; charset=UTF-8"}


@dataclass(frozen=True)
class Page:
    """A part of a result. offset: number of its first row in the whole. post_processed: rows of the whole that a
    post-process search left, None without one."""

    rows: Rows
    offset: int = 0
    preview: bool = False
    messages: Sequence[tuple[str, str]] = ()
    post_processed: int | None = None


def response(page: Page, mode: str) -> Response:
    """The page in a format. Raises Refused for an unknown one."""
    writers = {"xml": _xml, "csv": _csv, "raw": _raw}
    if mode not in MODES:
        raise Refused(400, f"output_mode must be one of {', '.join(MODES)}, found {mode[:40]!r}", "FATAL")
    text = writers[mode](page) if mode in writers else _json(page, mode)
    return Response(text, media_type=_TYPES.get(mode, "application/json; charset=UTF-8"))


def exported(page: Page, mode: str) -> Response:
    """The format of ``search/jobs/export``: with json one object per line."""
    if mode != "json":
        return response(page, mode)
    head: dict[str, object] = {"preview": page.preview}
    said = [{"type": level, "text": text} for level, text in page.messages]
    lines = [json.dumps({**head, "messages": said})] if said else []
    for number, record in enumerate(page.rows.records()):
        last = {"lastrow": True} if number + 1 == page.rows.count else {}
        lines.append(json.dumps({**head, "offset": number, **last, "result": record}))
    if not page.rows.count:
        lines.append(json.dumps({**head, "lastrow": True}))
    return Response("\n".join(lines) + "\n", media_type="application/json; charset=UTF-8")


def _json(page: Page, mode: str) -> str:
    rows = page.rows
    value: dict[str, object] = {
        "preview": page.preview,
        "init_offset": page.offset,
        "messages": [{"type": level, "text": text} for level, text in page.messages],
        "fields": [{"name": name} for name in rows.columns],
    }
    if mode == "json":
        value["results"] = rows.records()
    elif mode == "json_cols":
        value["columns"] = [list(map(_moment if name == "_time" else _null, cells)) for name, cells in rows.columns.items()]
    else:
        value["rows"] = [list(map(_null, cells)) for cells in _by_row(rows)]
    value["highlighted"] = {}
    if page.post_processed is not None:
        value["post_process_count"] = page.post_processed
    if mode in ("json_rows", "json_cols"):
        value["fields"] = list(rows.columns) if mode == "json_rows" else value["fields"]
    return json.dumps(value)


def _null(cell: Cell) -> Cell:
    return cell if cell not in ("", []) else None


def _moment(cell: Cell) -> Cell:
    """Seconds since 1970 as ISO 8601, as splunkd writes _time; charts take their axis of time from it. Anything else as it is."""
    try:
        at = datetime.fromtimestamp(float(cell), timezone.utc) if isinstance(cell, str) else None
    except (ValueError, OverflowError, OSError):
        at = None
    return _null(cell) if at is None else at.isoformat(timespec="milliseconds")


def _by_row(rows: Rows) -> Iterator[tuple[Cell, ...]]:
    return iter(zip(*rows.columns.values()))


def _csv(page: Page) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(page.rows.columns)
    for cells in _by_row(page.rows):
        writer.writerow(["\n".join(cell) if isinstance(cell, list) else cell or "" for cell in cells])
    return stream.getvalue()


def _raw(page: Page) -> str:
    """The events' own text, a line each."""
    return "".join(f"{cell}\n" for cell in page.rows.columns.get("_raw", ()) if cell)


def _xml(page: Page) -> bytes:
    root = ElementTree.Element("results", {"preview": "1" if page.preview else "0"})
    order = ElementTree.SubElement(ElementTree.SubElement(root, "meta"), "fieldOrder")
    for name in page.rows.columns:
        ElementTree.SubElement(order, "field").text = atom.fit(name)
    said = ElementTree.SubElement(root, "messages")
    for level, text in page.messages:
        ElementTree.SubElement(said, "msg", {"type": level}).text = atom.fit(text)
    for number, record in enumerate(page.rows.records(), page.offset):
        result = ElementTree.SubElement(root, "result", {"offset": str(number)})
        for name, cell in record.items():
            field = ElementTree.SubElement(result, "field", {"k": atom.fit(name)})
            for value in cell if isinstance(cell, list) else [cell]:
                kept = ElementTree.SubElement(field, "value")
                ElementTree.SubElement(kept, "text").text = atom.fit(str(value))
    return atom.text(root)
