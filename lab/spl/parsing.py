"""SPL text to trees: a search is cut into commands, and each command's text is parsed with its own start rule of spl.lark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from lab.spl.failure import Place, SplError

GRAMMAR = Path(__file__).with_name("spl.lark")
STARTS = (
    *("pipeline", "search", "where", "eval", "sort", "head", "tail", "table", "fields", "rename", "dedup", "stats"),
    *("eventstats", "streamstats", "chart", "timechart", "tstats", "arguments", "inputlookup", "regex"),
    "convert",
)
MAX_SUBSEARCHES = 10  # per command; the tenth is the last whose number fits between its brackets
_MAX_NESTED = 8
_KEPT_CHARS = 20_000
_COMMAND = re.compile(r"\s*([A-Za-z_]\w*)(?=\s|\Z|[\"(|\[-])")
_ESCAPE = re.compile(r'\\(["\\])')
Node = Tree[Any]


@dataclass(frozen=True)
class Subsearch:
    """The text between [ and ]. ``start`` and ``end``: its brackets in the text of its command, end exclusive."""

    text: str
    at: Place
    start: int
    end: int


@dataclass(frozen=True)
class Segment:
    """One command of a search: its name, the text after it, and where that text begins. ``at``: where the name begins.

    In ``text`` each subsearch stands as its number in ``subsearches``, padded to its length: ``[0     ]``.
    """

    name: str
    text: str
    at: Place
    text_at: Place
    subsearches: tuple[Subsearch, ...] = ()

    def written(self) -> str:
        """The text with its subsearches as they were typed."""
        return self.filled([f"[{subsearch.text}]" for subsearch in self.subsearches])

    def filled(self, texts: Sequence[str]) -> str:
        """The text with another text in the place of each subsearch."""
        parts, at = [], 0
        for subsearch, text in zip(self.subsearches, texts):
            parts += [self.text[at : subsearch.start], text]
            at = subsearch.end
        return "".join([*parts, self.text[at:]])


@lru_cache(maxsize=1)
def grammar() -> Lark:
    return Lark(GRAMMAR.read_text(encoding="utf-8"), parser="lalr", start=list(STARTS), propagate_positions=True)


def _tree(text: str, rule: str) -> Node:
    """The tree of a text. Those of the same commands are kept: a search that runs again, or a test of it, is read once."""
    return _kept_tree(text, rule) if len(text) <= _KEPT_CHARS else grammar().parse(text, start=rule)


@lru_cache(maxsize=512)
def _kept_tree(text: str, rule: str) -> Node:
    return grammar().parse(text, start=rule)


def split(search: str) -> list[Segment]:
    """The commands of a search whose macros are filled in. Without a leading | the first one is an implied ``search``."""
    if not search.strip():
        raise SplError("the search is empty; try: search sourcetype=zeek:conn* | head 10")
    return pipeline(search, Place(search, 0), whole=True)


def pipeline(text: str, place: Place, whole: bool = False) -> list[Segment]:
    """The commands of a subsearch that begins at ``place``, or of a whole search. Only the latter may begin with terms."""
    try:
        tree = _tree(text, "pipeline")
    except UnexpectedInput as error:
        raise SplError(_unbalanced(text, error), _place(place, text, error)) from error
    lead = isinstance(tree.children[0], Token)
    segments, at = [], len(str(tree.children[0])) if lead else 0
    for number, node in enumerate(tree.children[lead:]):
        pieces = node.children if isinstance(node, Tree) else []
        ends = [_span(piece) for piece in pieces]
        start, end = (ends[0][0], ends[-1][1]) if ends else (at, at)
        inner = [_span(piece) for piece in pieces if isinstance(piece, Tree)]
        implied = whole and number == 0 and not lead
        if not whole and number == 0 and not lead and not _COMMAND.match(text[start:end]):
            raise SplError("a subsearch begins with a command, like [search index=… | …]", place.moved(start))
        segments.append(_segment(text[start:end], place.moved(start), [(a - start, b - start) for a, b in inner], implied))
        at = end + 1
    return segments


def _span(piece: Any) -> tuple[int, int]:
    """Where a piece of a command begins and ends. Raises SplError for brackets in brackets without end."""
    if isinstance(piece, Token):
        return piece.start_pos or 0, piece.end_pos or 0
    if sum(1 for _ in piece.find_data("subsearch")) > _MAX_NESTED:
        raise SplError(f"more than {_MAX_NESTED} subsearches in one another or in one command")
    return piece.meta.start_pos, piece.meta.end_pos


def _unbalanced(text: str, error: UnexpectedInput) -> str:
    offset = error.pos_in_stream
    if isinstance(offset, int) and 0 <= offset < len(text) and text[offset] == '"':
        return "a quote opens here and is not closed"
    if isinstance(offset, int) and 0 <= offset < len(text) and text[offset] == "]":
        return "a ] without its ["
    return "a subsearch opens with [ and is not closed"


def _segment(text: str, at: Place, brackets: Sequence[tuple[int, int]], implied: bool) -> Segment:
    match = _COMMAND.match(text)
    if implied and not (match and match[1] == "search"):
        return _with_subsearches(Segment("search", text, at, at), text, brackets, 0)
    if match is None:
        raise SplError("a command is missing here, between two | or at the end", at)
    named = Segment(match[1], text[match.end() :], at.moved(match.start(1)), at.moved(match.end()))
    return _with_subsearches(named, text, brackets, match.end())


def _with_subsearches(segment: Segment, text: str, brackets: Sequence[tuple[int, int]], offset: int) -> Segment:
    """The segment with the brackets of ``text`` replaced by their numbers; offset: where the segment's text begins there."""
    shown, found = text, []
    if len(brackets) > MAX_SUBSEARCHES:
        raise SplError(f"{segment.name}: more than {MAX_SUBSEARCHES} subsearches in one command", segment.at)
    for number, (start, end) in enumerate(brackets):
        place = segment.text_at.moved(start - offset)
        if not text[start + 1 : end - 1].strip():
            raise SplError("a subsearch holds nothing between [ and ]", place)
        found.append(Subsearch(text[start + 1 : end - 1], place.moved(1), start - offset, end - offset))
        shown = f"{shown[:start]}[{str(number).ljust(end - start - 2)}]{shown[end:]}"
    return replace(segment, text=shown[offset:], subsearches=tuple(found))


def parse(segment: Segment, rule: str, syntax: str) -> Node:
    """The tree of a command's text. Raises SplError with the place and the command's syntax."""
    try:
        return _tree(segment.text, rule)
    except UnexpectedInput as error:
        place = _place(segment.text_at, segment.text, error)
        rest = segment.text[place.offset - segment.text_at.offset :].strip()
        found = f"{rest[:20]!r} cannot stand here" if rest else "it ends too early"
        raise SplError(f"{segment.name}: {found}. Syntax: {syntax}", place) from error
    except RecursionError as error:
        raise SplError(f"{segment.name}: nested too deep", segment.at) from error


def _place(start: Place, text: str, error: UnexpectedInput) -> Place:
    """Where the parser stopped; at the end of ``text`` when it wanted more."""
    offset = error.pos_in_stream
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    known = isinstance(error, (UnexpectedCharacters, UnexpectedToken)) and isinstance(offset, int) and offset >= 0
    return start.moved(offset if known and not ended and offset is not None else len(text.rstrip()))


def unquoted(token: Node | str) -> str:
    """The text of a "…" or '…' token, or the token itself."""
    token = str(token)
    if len(token) > 1 and token[0] == token[-1] == '"':
        return _ESCAPE.sub(r"\1", token[1:-1])
    if len(token) > 1 and token[0] == token[-1] == "'":
        return token[1:-1]
    return token


def place_of(segment: Segment, node: Node | Token) -> Place:
    """Where a token or a tree begins in the search."""
    offset = node.start_pos if isinstance(node, Token) else getattr(node.meta, "start_pos", 0)
    return segment.text_at.moved(offset or 0)


def names(node: Node) -> list[str]:
    """The field names of a ``list`` node."""
    return list(dict.fromkeys(unquoted(child) for child in node.children))
