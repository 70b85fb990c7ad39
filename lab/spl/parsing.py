"""SPL text to trees: a search is cut into commands, and each command's text is parsed with its own start rule of spl.lark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from lab.spl.failure import Place, SplError

GRAMMAR = Path(__file__).with_name("spl.lark")
STARTS = ("pipeline", "search", "where", "eval", "sort", "head", "tail", "table", "fields", "rename", "dedup", "stats")
_COMMAND = re.compile(r"\s*([A-Za-z_]\w*)(?=\s|\Z|[\"(|-])")
_ESCAPE = re.compile(r'\\(["\\])')
Node = Tree[Any]


@dataclass(frozen=True)
class Segment:
    """One command of a search: its name, the text after it, and where that text begins. ``at``: where the name begins."""

    name: str
    text: str
    at: Place
    text_at: Place
    generating: bool = False


@lru_cache(maxsize=1)
def grammar() -> Lark:
    return Lark(GRAMMAR.read_text(encoding="utf-8"), parser="lalr", start=list(STARTS), propagate_positions=True)


def split(search: str) -> list[Segment]:
    """The commands of a search whose macros are filled in. Without a leading | the first one is an implied ``search``."""
    whole = Place(search, 0)
    if not search.strip():
        raise SplError("the search is empty; try: search sourcetype=zeek:conn* | head 10")
    try:
        tree = grammar().parse(search, start="pipeline")
    except UnexpectedInput as error:
        raise SplError("a quote opens here and is not closed", _place(whole, search, error)) from error
    lead = isinstance(tree.children[0], Token)
    segments, at = [], len(str(tree.children[0])) if lead else 0
    for number, node in enumerate(tree.children[lead:]):
        pieces = [piece for piece in node.children if isinstance(piece, Token)] if isinstance(node, Tree) else []
        for piece in pieces:
            if piece.type == "SUBSEARCH":
                raise SplError("subsearches in [ ] are not supported by the lab yet", whole.moved(piece.start_pos or 0))
        text = "".join(pieces)
        start = pieces[0].start_pos if pieces and pieces[0].start_pos is not None else at
        segments.append(_segment(text, whole.moved(start), implied=number == 0 and not lead, generating=number == 0 and lead))
        at = start + len(text) + 1
    return segments


def _segment(text: str, at: Place, implied: bool, generating: bool) -> Segment:
    match = _COMMAND.match(text)
    if implied and not (match and match[1] == "search"):
        return Segment("search", text, at, at)
    if match is None:
        raise SplError("a command is missing here, between two | or at the end", at)
    return Segment(match[1], text[match.end() :], at.moved(match.start(1)), at.moved(match.end()), generating)


def parse(segment: Segment, rule: str, syntax: str) -> Node:
    """The tree of a command's text. Raises SplError with the place and the command's syntax."""
    try:
        return grammar().parse(segment.text, start=rule)
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
