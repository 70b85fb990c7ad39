"""The names of nodes, ``kind::value``, out of the cells of a log. Runs on indexers.

A value comes from whoever sent the traffic. It is cut to a length, letters that could be taken for structure are replaced, and a
cut value keeps a hash of the whole so that two long values stay two nodes. Readers see Unicode, ``read`` takes and gives wire
text.
"""

from __future__ import annotations

import hashlib
import re
from typing import Callable

from ..zeek import site
from ..zeek.fields import UNSET
from ..zeek.wire import letters, wire
from .facts import bare_account

HOST, DOMAIN, USER, FILE, JA3, JA4, CERTIFICATE, EVENT = "host", "domain", "user", "file", "ja3", "ja4", "certificate", "event"
MARK = "::"
LONGEST_VALUE = 200  # letters
_ODD = re.compile(r"[\x00-\x1f\x7f\"\\|`$]")
_SEVERAL = re.compile(r"[\n,]")

Names = tuple[str, ...]
Reader = Callable[[str], Names]


def name(kind: str, value: str) -> str:
    """The node's name; value is made harmless."""
    text = _ODD.sub("_", value.strip())
    if len(text) > LONGEST_VALUE:
        text = f"{text[:LONGEST_VALUE]}~{hashlib.sha256(value.encode()).hexdigest()[:12]}"
    return f"{kind}{MARK}{text}"


def read(reader: Reader, cell: str) -> Names:
    """A reader over a cell of wire text (UTF-8 bytes, one letter each): lower() on those would change other letters."""
    if cell.isascii():
        return reader(cell)
    return tuple(map(wire, reader(letters(cell))))


def split(node: str) -> tuple[str, str]:
    """(kind, value) of a node's name."""
    kind, _, value = node.partition(MARK)
    return kind, value


def host(text: str) -> Names:
    return () if text in UNSET else (name(HOST, text.lower()),)


def host_or_domain(text: str) -> Names:
    """An address is a host, anything else a domain; of a list (a finding's addresses) each."""
    return tuple(found for part in _SEVERAL.split(text) for found in _one(part.strip()))


def domain(text: str) -> Names:
    """Of ``WWW.Example.com:443`` the domain in small letters, of an address the host."""
    return _one(text)


def _one(text: str) -> Names:
    if text in UNSET:
        return ()
    value = text.lower().rstrip(".")
    if site.parse(value) is None:
        head, colon, port = value.rpartition(":")
        value = head if colon and port.isdecimal() else value
        value = value.strip("[]")
    if not value:
        return ()
    return (name(HOST if site.parse(value) else DOMAIN, value),)


def user(text: str) -> Names:
    account = bare_account(text)
    return (name(USER, account),) if account else ()


def plain(kind: str) -> Reader:
    """A reader of one value that is taken as it is, in small letters."""
    return lambda text: () if text in UNSET else (name(kind, text.lower()),)


def first_of(kind: str) -> Reader:
    """A reader of a list whose first member counts, as the server's own certificate does in a chain."""

    def read(text: str) -> Names:
        first = _SEVERAL.split(text, 1)[0].strip()
        return () if first in UNSET else (name(kind, first.lower()),)

    return read


def exact(kind: str) -> Reader:
    """A reader of one value whose case counts, such as a certificate's subject or a uid."""
    return lambda text: () if text in UNSET else (name(kind, text),)
