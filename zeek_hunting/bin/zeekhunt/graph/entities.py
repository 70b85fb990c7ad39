"""What can be a node beside a host, and which pairs of them are edges: the vocabulary of a hypergraph. Runs on indexers.

After Graphistry's hypergraph transform: an event names several entities; with ``direct`` they are linked to one another, without
it each to the event (here: to the connection's uid). One canonical entity stands for every spelling of Zeek's logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from . import node_name
from .node_name import CERTIFICATE, DOMAIN, EVENT, FILE, HOST, JA3, JA4, USER, Reader

SRC, DST = "src", "dst"
EVENT_ENTITY = "event"
BETWEEN_HOSTS = (SRC, DST)


class Source(NamedTuple):
    """Fields that may hold an entity, preferred first; where: a field that must be set too, since another log has one of the same
    name and other meaning ('' for none)."""

    field: str
    reader: Reader
    where: str = ""


class Entity(NamedTuple):
    """kind: of its nodes, though an address among names becomes a host."""

    kind: str
    sources: tuple[Source, ...]


ENTITIES: Mapping[str, Entity] = {
    SRC: Entity(HOST, (Source("src", node_name.host),)),
    DST: Entity(HOST, (Source("dest", node_name.host),)),
    "user": Entity(
        USER,
        (
            Source("username", node_name.user),
            Source("cookie", node_name.user),
            Source("client", node_name.user, "request_type"),
            Source("user", node_name.user),
        ),
    ),
    "name": Entity(
        DOMAIN,
        (
            Source("server_name", node_name.domain),
            # on a Splunk the field host is the forwarder, so only a row of http.log can mean a name by it
            Source("http_host", node_name.domain, "http_method"),
        ),
    ),
    "query": Entity(DOMAIN, (Source("query", node_name.domain),)),
    "answer": Entity(DOMAIN, (Source("answers", node_name.host_or_domain),)),
    "file": Entity(
        FILE,
        (
            Source("sha256", node_name.plain(FILE)),
            Source("sha1", node_name.plain(FILE)),
            Source("md5", node_name.plain(FILE)),
        ),
    ),
    "ja3": Entity(JA3, (Source("ja3", node_name.plain(JA3)),)),
    "ja3s": Entity("ja3s", (Source("ja3s", node_name.plain("ja3s")),)),
    "ja4": Entity(JA4, (Source("ja4", node_name.plain(JA4)),)),
    "certificate": Entity(
        CERTIFICATE,
        (
            Source("cert_chain_fps", node_name.first_of(CERTIFICATE)),
            Source("cert_chain_fps{}", node_name.first_of(CERTIFICATE)),
            Source("fingerprint", node_name.plain(CERTIFICATE)),
            Source("subject", node_name.exact(CERTIFICATE)),
            Source("certificate.subject", node_name.exact(CERTIFICATE)),
        ),
    ),
    EVENT_ENTITY: Entity(EVENT, (Source("uid", node_name.exact(EVENT)),)),
}
# which entities the far end shows, so that its host is linked too
_SHOWN_BY_DST = ("name", "certificate", "ja3s")

Pair = tuple[str, str]


class Wanted(NamedTuple):
    """pairs: entities that an edge joins, without the two hosts; hosts: whether host to host is wanted."""

    pairs: tuple[Pair, ...] = ()
    hosts: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The entities that are read, each once."""
        return tuple(dict.fromkeys(name for pair in self.pairs for name in pair))

    def fields(self) -> list[str]:
        """Canonical fields and single spellings that are read for the pairs."""
        sources = [source for name in self.names for source in ENTITIES[name].sources]
        return list(dict.fromkeys(each for source in sources for each in (source.field, source.where) if each))


def wanted(entities: str | None, edges: str | None, direct: bool) -> Wanted:
    """From the texts of the options. Raises ValueError with what is allowed."""
    named = _words(entities)
    _known(named, "entities")
    given = [_pair(word) for word in _words(edges)]
    if not direct:
        if given:
            raise ValueError(
                "edges= says which entities are linked to one another; with direct=false each is linked to its event"
            )
        linked = named or [SRC, DST]
        return Wanted(tuple((EVENT_ENTITY, name) for name in linked if name != EVENT_ENTITY), hosts=False)
    if given:
        unlinked = [name for name in named if all(name not in pair for pair in given)]
        if unlinked:
            raise ValueError(
                f"entities= names {', '.join(unlinked)}, which no pair of edges= links; leave out entities= or add a pair"
            )
    pairs = given or [BETWEEN_HOSTS, *_usual(named)]
    return Wanted(tuple(pair for pair in dict.fromkeys(pairs) if pair != BETWEEN_HOSTS), BETWEEN_HOSTS in pairs)


def service_of(left: str, right: str) -> str:
    """What an edge of a pair is called: after the end that is no host, or the part that the host has in the event."""
    return left if right in BETWEEN_HOSTS and left != EVENT_ENTITY else right


def _usual(named: list[str]) -> list[Pair]:
    others = [name for name in named if name not in BETWEEN_HOSTS]
    pairs = [(SRC, name) for name in others if name != "answer" or "query" not in others]
    pairs += [(name, DST) for name in others if name in _SHOWN_BY_DST]
    if "query" in others and "answer" in others:
        pairs.append(("query", "answer"))
    return pairs


def _words(text: str | None) -> list[str]:
    return list(dict.fromkeys((text or "").replace(",", " ").split()))


def _known(names: list[str], option: str) -> None:
    unknown = [name for name in names if name not in ENTITIES]
    if unknown:
        raise ValueError(f"{option}= knows no {unknown[0][:40]!r}; entities are {', '.join(ENTITIES)}")


def _pair(word: str) -> Pair:
    left, colon, right = word.partition(":")
    if not colon or not left or not right or left == right:
        raise ValueError(f"edges= takes pairs like src:dst,src:user, got {word[:40]!r}")
    _known([left, right], "edges")
    return left, right
