"""What a reader hands to the store: some rows of one log, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Optional, Union

Cells = Sequence[Optional[Union[str, list[str]]]]

MAX_FIELDS = 1000  # of one log; Zeek's widest log has under 100 columns
MAX_FIELD_CHARS = 256
BEYOND = f"with fields beyond the {MAX_FIELDS:,} that a log may have, which stay in _raw only"


@dataclass(frozen=True)
class Piece:
    """Where a field stands in a line cut at its separator: the piece, from 1, without ``margin`` characters at either side."""

    place: int
    margin: int = 0


@dataclass(frozen=True)
class Split:
    """Fields to be cut out of ``raw`` by the store: rows without an escape, which DuckDB splits faster than Python.

    ``absent``: cells that mean no value (``-``, ``(empty)``, nothing). ``pieces``: one per field; None for one without a value.
    """

    fields: Sequence[str]
    separator: str
    absent: Sequence[str]
    pieces: Sequence[Piece | None]


@dataclass(frozen=True)
class Batch:
    """Rows of one log. All sequences have the same length; a cell is text, a list of texts where the field has ``{}``, or None.

    ``times``: epoch seconds. ``numbers``: line numbers in the file. ``hosts``: Splunk's host per row. ``columns`` and ``split``
    do not overlap: a batch has one of them.
    """

    log: str
    sourcetype: str
    raw: Sequence[str]
    times: Sequence[float]
    numbers: Sequence[int]
    hosts: Sequence[str]
    columns: dict[str, Cells] = field(default_factory=dict)
    split: Split | None = None
