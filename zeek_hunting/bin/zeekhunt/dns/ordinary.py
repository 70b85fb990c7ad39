"""Taking many ordinary names apart at once.

Ordinary is what nearly every name of a log is: letters in lower case, digits, hyphens and dots, two legal labels or more, a
listed top level, no address, no punycode, no look-up in a block list. Of those, ``names.parse`` would say the same (a test).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from .classes import LOCAL_TOPS, NORMAL
from .names import LABEL_B, NAME_B, parse
from .suffixes import suffixes

_REGULAR = b"abcdefghijklmnopqrstuvwxyz0123456789-."
_NOT_DOTS = bytes(set(range(256)) - set(b".\n"))
_ODD_PLACES = (b"..", b"\n.", b".\n", b"xn--")
_DEEP = 5  # dots from which a name that begins like one may be a look-up in a block list


# text, domain, suffix, subdomain, cloud as '0' or '1', dots: one name, as names.Name has it; its kind is classes.NORMAL and its
# length that of the text. A plain tuple: a named one takes three times as long to make.
Ordinary = tuple[str, str, str, str, str, int]


def ordinary(queries: Sequence[str]) -> tuple[list[Ordinary], list[int]]:
    """The ordinary names among the queries in their order, and the places of the others."""
    joined = "\n".join(queries).encode("latin-1", "replace")
    marks = joined.translate(None, _REGULAR).split(b"\n")
    if len(marks) != len(queries):  # a newline inside a name
        return [], list(range(len(queries)))
    dots = map(len, joined.translate(None, _NOT_DOTS).split(b"\n"))
    strange = _strange(queries, joined)
    tops, rules = _ordinary_tops(), suffixes()
    tails, second_level = rules.tails, rules.second_level
    found: list[Ordinary] = []
    others: list[int] = []
    take, leave = found.append, others.append
    for at, (query, mark, depth) in enumerate(zip(queries, marks, dots)):
        ends = query.rsplit(".", 2)
        top = ends[-1]
        if mark or not depth or top not in tops or (strange and at in strange) or (depth >= _DEEP and _may_be_address(query)):
            leave(at)
        elif depth == 1 and query not in tails:
            take((query, query, top, "", "0", depth))
        elif (domain := f"{ends[-2]}.{top}") not in tails:
            take((query, domain, top, ends[0], "0", depth))
        elif depth > 1 and domain in second_level:
            front, _, label = ends[0].rpartition(".")
            take((query, f"{label}.{domain}", domain, front, "0", depth))
        else:
            name = parse(query)
            if name.kind == NORMAL:
                take((query, name.domain, name.suffix, name.subdomain, "1" if name.cloud else "0", depth))
            else:
                leave(at)
    return found, others


def _may_be_address(query: str) -> bool:
    """Whether it begins like a look-up in a block list: with a number or with one hexadecimal digit."""
    return query[1] == "." or query[0] in "0123456789"


def _strange(queries: Sequence[str], joined: bytes) -> frozenset[int]:
    """Places of names with an empty label, one too long, or punycode."""
    framed = b"\n%b\n" % joined
    if any(place in framed for place in _ODD_PLACES):
        return frozenset([at for at, query in enumerate(queries) if _is_strange(query)])
    if max(map(len, queries)) <= LABEL_B:
        return frozenset()
    return frozenset([at for at, query in enumerate(queries) if len(query) > LABEL_B and _is_strange(query)])


def _is_strange(query: str) -> bool:
    if "xn--" in query or ".." in query or query[:1] == "." or query[-1:] == ".":
        return True
    return len(query) > NAME_B or max(map(len, query.split("."))) > LABEL_B


@lru_cache(maxsize=1)
def _ordinary_tops() -> frozenset[str]:
    return suffixes().plain_tops - LOCAL_TOPS - {"arpa"}
