"""What a queried name is: its registered domain, public suffix, subdomain and class.

Zeek writes names in lower case and bytes outside printable ASCII as ``\\xNN``. A reader gets one character per byte of the name
on the wire, whichever way it came. Any text gives a Name: nothing raises.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .classes import (
    DNSBL,
    EMPTY,
    IDN,
    NORMAL,
    SERVICE,
    SINGLE,
    SUFFIX,
    address_labels,
    by_text,
    by_transport,
    by_zone,
)
from .suffixes import suffixes

MEMO = 1 << 15  # names remembered per process, about 30 MB
REMEMBERED = 1024  # longest text remembered, characters: 253 bytes as escapes, and no more
LONGEST = 4096  # characters looked at; a name has at most 253, and a log may hold anything
SERVICE_LABEL = 24  # longest label that may be dropped for its underscore: a payload must not hide behind one
LABEL_B, NAME_B = 63, 253  # RFC 1035 §2.3.4, without the root's dot

_ESCAPE = re.compile(r"\\x([0-9a-f]{2})")
_ODD = re.compile(r"[^a-z0-9_.\-]")
_NOT_PRINTABLE = re.compile(r"[^!-~]")
_UPPER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_MAY_END_ADDRESS = frozenset("0123456789abcdef:\0")
_ABSENT = frozenset(("", "-", ".", "(empty)"))


class Name(NamedTuple):
    """text: the name as scored (lower case, one trailing dot gone, escapes decoded). kind: a constant of ``classes``.

    domain: registered domain, '' where the class has none. suffix: its public suffix. private_suffix: the PRIVATE
    suffix of the name, '' without one; when it is a dynamic-DNS or free-hosting zone, suffix is the same, else the
    ICANN one and cloud is True. label: the domain's first label. subdomain: what stands before it, without service labels.
    labels: how many the name has. length: bytes. malformed: no legal host name (empty inner label, label > 63, name > 253, or a
    byte that is not printable ASCII). non_ldh: a byte outside letters, digits, hyphen, underscore.
    """

    text: str
    kind: str
    domain: str = ""
    suffix: str = ""
    private_suffix: str = ""
    label: str = ""
    subdomain: str = ""
    labels: int = 0
    length: int = 0
    malformed: bool = False
    non_ldh: bool = False
    cloud: bool = False

    @property
    def display(self) -> str:
        """The domain with its punycode decoded, for people; look-alike letters make it unfit to compare."""
        return ".".join(map(_shown, self.domain.split(".")))


def read(query: str, qtype: str = "", port: str = "", server: str = "") -> Name:
    """The name of a query. qtype: Zeek's qtype_name or its number. port, server: where the query went. Never raises."""
    return parse(query, by_transport(qtype, port, server))


def parse(query: str, kind: str = "") -> Name:
    """As read(). kind: what the transport says the name is, a constant of ``classes``, else ''."""
    if query in _ABSENT:
        return Name("", EMPTY)
    text = query if len(query) <= NAME_B else query[:LONGEST]
    if not text.islower():
        text = text.translate(_UPPER)
    malformed = non_ldh = False
    if _ODD.search(text):
        text = _bytes(text)
        malformed, non_ldh = _NOT_PRINTABLE.search(text) is not None, _ODD.search(text) is not None
    if text[-1] == ".":
        text = text[:-1]
    labels = text.split(".")
    length = len(text)
    if "" in labels:
        malformed = True
        labels = [label for label in labels if label]
        if not labels:
            return Name(text, EMPTY, length=length, malformed=True)
    if length > LABEL_B and (length > NAME_B or max(map(len, labels)) > LABEL_B):
        malformed = True
    kind = kind or by_zone(labels) or (text[-1] in _MAY_END_ADDRESS and by_text(text)) or ""
    if kind:
        return Name(text, kind, labels=len(labels), length=length, malformed=malformed, non_ldh=non_ldh)
    return _public(text, labels, malformed, non_ldh)


def _bytes(text: str) -> str:
    """One character per byte on the wire: ``\\xNN`` decoded, characters above U+00FF as their UTF-8."""
    if "\\x" in text:
        text = _ESCAPE.sub(lambda escape: chr(int(escape.group(1), 16)), text)
    if text.isascii() or max(text) <= "\xff":
        return text
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _public(text: str, all_labels: list[str], malformed: bool, non_ldh: bool) -> Name:
    """A name that the public DNS may know."""
    kind, labels, count = NORMAL, all_labels, len(all_labels)
    if "_" in text and any(label[0] == "_" for label in all_labels):
        kind = SERVICE
        labels = [label for label in all_labels if label[0] != "_" or len(label) > SERVICE_LABEL]
    rules = suffixes()
    if len(labels) < 2:
        top = labels[0] if labels else ""
        if kind != SERVICE:
            kind = SUFFIX if rules.is_listed(top) else SINGLE
        suffix = top if kind == SUFFIX else ""
        return Name(text, kind, "", suffix, "", "" if suffix else top, "", count, len(text), malformed, non_ldh)
    if len(labels) > 5 and address_labels(labels):
        kind = DNSBL
    private, width = rules.widths(labels)
    private_suffix, cloud = "", False
    if private > width:
        private_suffix = ".".join(labels[-private:])
        cloud = not rules.is_dynamic(private_suffix)
        if not cloud or private >= len(labels):
            width = private
    if width >= len(labels):
        kind = kind if kind == SERVICE else SUFFIX
        return Name(text, kind, "", ".".join(labels), private_suffix, "", "", count, len(text), malformed, non_ldh, cloud)
    at = len(labels) - width - 1
    if "xn--" in text and kind == NORMAL and any(label.startswith("xn--") for label in labels[: at + 1]):
        kind = IDN
    suffix = labels[-1] if width == 1 else ".".join(labels[-width:])
    domain = f"{labels[at]}.{suffix}"
    subdomain = "" if not at else labels[0] if at == 1 else ".".join(labels[:at])
    return Name(text, kind, domain, suffix, private_suffix, labels[at], subdomain, count, len(text), malformed, non_ldh, cloud)


def _shown(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
