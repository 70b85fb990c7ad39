"""Atom and splunkd's own XML: ``s:dict``, ``s:list``, ``s:key``. Characters that XML cannot hold become U+FFFD."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

ATOM = "http://www.w3.org/2005/Atom"
REST = "http://dev.splunk.com/ns/rest"
OPEN_SEARCH = "http://a9.com/-/spec/opensearch/1.1/"
Element = ElementTree.Element
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
for _prefix, _space in (("", ATOM), ("s", REST), ("opensearch", OPEN_SEARCH)):
    ElementTree.register_namespace(_prefix, _space)


@dataclass(frozen=True)
class Head:
    title: str
    address: str
    updated: str
    author: str


def fit(text: str) -> str:
    """Text that XML 1.0 can hold."""
    return _UNFIT.sub("\ufffd", text)


def text(root: Element) -> bytes:
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def element(tag: str, children: Sequence[tuple[str, str]]) -> Element:
    root = Element(tag)
    for name, value in children:
        _child(root, name, value)
    return root


def feed(title: str, page: Mapping[str, int]) -> Element:
    root = Element(f"{{{ATOM}}}feed")
    _child(root, f"{{{ATOM}}}title", title)
    _child(root, f"{{{OPEN_SEARCH}}}totalResults", str(page["total"]))
    _child(root, f"{{{OPEN_SEARCH}}}itemsPerPage", str(page["perPage"]))
    _child(root, f"{{{OPEN_SEARCH}}}startIndex", str(page["offset"]))
    return root


def entry(head: Head, content: Mapping[str, object]) -> Element:
    root = Element(f"{{{ATOM}}}entry")
    _child(root, f"{{{ATOM}}}title", head.title)
    _child(root, f"{{{ATOM}}}id", head.address)
    _child(root, f"{{{ATOM}}}updated", head.updated)
    _child(root, f"{{{ATOM}}}published", head.updated)
    for relation in ("alternate", "list", "edit", "remove"):
        _child(root, f"{{{ATOM}}}link", "", {"href": head.address, "rel": relation})
    author = _child(root, f"{{{ATOM}}}author", "")
    _child(author, f"{{{ATOM}}}name", head.author)
    _value(_child(root, f"{{{ATOM}}}content", "", {"type": "text/xml"}), content)
    return root


def messages(said: Sequence[tuple[str, str]]) -> Element:
    root = Element("response")
    inner = ElementTree.SubElement(root, "messages")
    for level, words in said:
        _child(inner, "msg", words, {"type": level})
    return root


def document(value: object) -> Element:
    root = Element("response")
    _value(root, value)
    return root


def _child(parent: Element, tag: str, words: str, attributes: Mapping[str, str] | None = None) -> Element:
    child = ElementTree.SubElement(parent, tag, {name: fit(value) for name, value in (attributes or {}).items()})
    child.text = fit(words) or None
    return child


def _value(parent: Element, value: object) -> None:
    if isinstance(value, Mapping):
        inner = ElementTree.SubElement(parent, f"{{{REST}}}dict")
        for name, each in value.items():
            _value(_child(inner, f"{{{REST}}}key", "", {"name": str(name)}), each)
    elif isinstance(value, (list, tuple)):
        inner = ElementTree.SubElement(parent, f"{{{REST}}}list")
        for each in value:
            _value(_child(inner, f"{{{REST}}}item", ""), each)
    elif isinstance(value, bool):
        parent.text = "1" if value else "0"
    elif value is not None:
        parent.text = fit(str(value))
