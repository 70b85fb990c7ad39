"""How rows are cut into requests, which of their fields are sent, and how a streaming reply is laid back over its chunk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import cycle

from lab.driver.body import CHUNKED_IDX, CRLF
from lab.driver.failure import BrokenReply
from lab.driver.rows import Cell, Rows

# The last request, the one with finished = true: splunkd was captured sending the header alone (streaming) and sending rows
# (a small reporting search). Commands must cope with no body as well.
HEADER_ONLY, WITH_ROWS, EMPTY_BODY = "header_only", "with_rows", "empty_body"


@dataclass(frozen=True)
class RunOptions:
    """How splunkd behaves in a run.

    chunk_rows: rows per request; several sizes are used in turn. map_chunk_rows: the same on indexers, default as chunk_rows.
    indexers: processes that share a streaming command or a map. shard_seed None deals events out in turn, a number at random.
    skip_map: raw events go to the reduce. send_absent_fields: required fields that no event has become empty columns.
    """

    chunk_rows: int | Sequence[int] = 50_000
    map_chunk_rows: int | Sequence[int] | None = None
    indexers: int = 1
    shard_seed: int | None = None
    skip_map: bool = False
    last_request: str = HEADER_ONLY
    send_absent_fields: bool = False
    row_end: str = CRLF

    def __post_init__(self) -> None:
        for sizes in (self.chunk_rows, self.map_chunk_rows):
            if sizes is not None and not all(
                size > 0 for size in ([sizes] if isinstance(sizes, int) else [*sizes, 0][:-1] or [0])
            ):
                raise ValueError(f"chunk sizes must be positive: {sizes!r}")
        if self.indexers < 1:
            raise ValueError(f"indexers must be 1 or more: {self.indexers}")
        if self.last_request not in (HEADER_ONLY, WITH_ROWS, EMPTY_BODY):
            raise ValueError(f"last_request must be header_only, with_rows or empty_body: {self.last_request!r}")


@dataclass
class Chunker:
    """Cuts a stream of rows into chunks of the given sizes, in turn."""

    sizes: int | Sequence[int]
    _held: list[Rows] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sizes = cycle([self.sizes] if isinstance(self.sizes, int) else self.sizes)
        self._next = next(self._sizes)

    def push(self, rows: Rows) -> Iterator[Rows]:
        """The chunks that are full now."""
        self._held.append(rows)
        if sum(part.count for part in self._held) < self._next:
            return
        held, at = Rows.concat(self._held), 0
        while held.count - at >= self._next:
            yield held.slice(at, at + self._next)
            at += self._next
            self._next = next(self._sizes)
        self._held = [held.slice(at, held.count)]

    def rest(self) -> Rows:
        """What is left over; its header tells the columns also where no row is left."""
        rest, self._held = Rows.concat(self._held), []
        return rest


def narrowed(rows: Rows, required: Sequence[str] | None, options: RunOptions) -> Rows:
    """The columns that are sent: those required that some row of the chunk has a value for. required None: all of them."""
    filled = {name: cells for name, cells in rows.columns.items() if any(cells)} if rows.count else dict(rows.columns)
    if required is None:
        return Rows(filled, rows.count)
    names = list(dict.fromkeys(name for wanted in required for name in _matching(wanted, filled)))
    picked: dict[str, Sequence[Cell]] = {name: filled[name] for name in names}
    if options.send_absent_fields:
        empty: list[Cell] = [None] * rows.count
        picked.update((name, empty) for name in required if "*" not in name and name not in picked)
    return Rows(picked, rows.count)


def _matching(wanted: str, present: dict[str, Sequence[Cell]]) -> Sequence[str]:
    if "*" not in wanted:
        return [wanted] if wanted in present else []
    pattern = wanted.replace("[", "[[]").replace("?", "[?]")  # only * is a wildcard to Splunk
    return [name for name in present if fnmatchcase(name, pattern)]


def merged_back(chunk: Rows, sent: Rows, reply: Rows) -> Rows:
    """A streaming reply over the fields that were not sent. A reply row without ``_chunked_idx`` stands for itself."""
    indexes = reply.columns.get(CHUNKED_IDX)
    answered = {name: cells for name, cells in reply.columns.items() if name != CHUNKED_IDX}
    if indexes is None or not any(indexes):
        return Rows(answered, reply.count)
    positions = [_position(index, chunk.count) for index in indexes]
    columns: dict[str, Sequence[Cell]] = {}
    for name, cells in chunk.columns.items():
        if name not in sent.columns and name not in answered:
            columns[name] = [None if at is None else cells[at] for at in positions]
        elif name in answered:
            columns[name] = answered[name]
    return Rows({**columns, **answered}, reply.count)


def _position(index: Cell, count: int) -> int | None:
    if not index:
        return None
    if isinstance(index, str) and index.isascii() and index.isdigit() and len(index) < 10 and int(index) < count:
        return int(index)
    raise BrokenReply(f"the reply's {CHUNKED_IDX} is {str(index)[:40]!r}, but the request had rows 0 to {count - 1}")
