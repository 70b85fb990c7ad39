"""Public suffixes: where a name stops being its owner's. The list comes with the package ``publicsuffixlist``.

The list is read here and not through the package's class, which knows ICANN and PRIVATE rules only as two objects and tests
every tail of a name in both; walking from the right stops after two labels for nearly every name (a test compares the two).
Rules as publicsuffix.org/list says: the longest wins, ``*`` is one label, ``!`` undoes a wildcard, an unlisted top level counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

# Groups of the PRIVATE section whose customers name a host for themselves, free of charge: there the label below the suffix is
# what a generator would produce. Everywhere else (cloud tenants, CDN edges) the operator's machines make the label.
DYNAMIC_OPERATORS = (
    "ASUSTOR Inc.", "Cloud DNS Ltd", "CoDNS", "ddnss.de", "DNSHE", "dnsHome", "DrayTek Corp.", "DuckDNS", "DynDNS.com",
    "Dynu.com", "dynv6", "GoIP DNS Services", "No-IP.com", "Now-DNS", "QNAP System Inc", "Synology, Inc.",
)  # fmt: skip
FREE_HOSTING = frozenset((
    "github.io", "gitlab.io", "altervista.org", "blogspot.com", "netlify.app", "neocities.org", "pages.dev", "surge.sh",
    "ngrok.io", "ngrok-free.app", "trycloudflare.com",
))  # fmt: skip

PLAIN, WILDCARD, EXCEPTION = 1, 2, 4


class Suffixes:
    """rules: (rule as in the list, in the PRIVATE section, its labels below are self-service) in any order.

    What lets most names do without a walk: ``tails``, every tail of a rule (a name whose last two labels are none has a suffix of
    one label); ``plain_tops``, listed top levels that no wildcard stands before; ``second_level``, ICANN suffixes of two labels
    that no longer rule and no PRIVATE one ends in.
    """

    def __init__(self, rules: Iterable[tuple[str, bool, bool]]) -> None:
        self._icann: dict[str, int] = {}  # every tail of a rule -> which rules end in it, 0 for none
        self._private: dict[str, int] = {}
        self._dynamic: set[str] = set()
        for rule, private, dynamic in rules:
            kind, name = PLAIN, rule
            if rule.startswith("*."):
                kind, name = WILDCARD, rule[2:]
            elif rule.startswith("!"):
                kind, name = EXCEPTION, rule[1:]
            tree = self._private if private else self._icann
            tree[name] = tree.get(name, 0) | kind
            tail = name
            while "." in tail:
                tail = tail.split(".", 1)[1]
                tree.setdefault(tail, 0)
            if dynamic:
                self._dynamic.add(name)
        self.tails = self._icann.keys() | self._private.keys()
        self._odd_tops = {
            top for tree in (self._icann, self._private) for top, kind in tree.items() if "." not in top and kind & WILDCARD
        }
        self.plain_tops = frozenset([top for top, kind in self._icann.items() if "." not in top and kind]) - self._odd_tops
        above = {tail.split(".", 1)[1] for tail in self.tails if tail.count(".") == 2}
        self.second_level = frozenset(
            [name for name, kind in self._icann.items() if kind == PLAIN and name.count(".") == 1]
        ) - above.union(self._private)

    def is_listed(self, top: str) -> bool:
        """Whether a top level is in the list."""
        return bool(self._icann.get(top, 0))

    def widths(self, labels: Sequence[str]) -> tuple[int, int]:
        """private() and icann() of two labels or more; nearly every name ends in a top level that needs no walk."""
        top = labels[-1]
        if f"{labels[-2]}.{top}" not in self.tails and top not in self._odd_tops:
            return 0, 1
        return self.private(labels), self.icann(labels)

    def icann(self, labels: Sequence[str]) -> int:
        """How many of the last labels are the ICANN suffix; at least 1."""
        return _length(self._icann, labels) or 1

    def private(self, labels: Sequence[str]) -> int:
        """How many of the last labels are a PRIVATE suffix, 0 when none is."""
        return _length(self._private, labels)

    def is_dynamic(self, suffix: str) -> bool:
        """Whether a PRIVATE suffix is a dynamic-DNS or free-hosting zone, whose label below is self-service."""
        return suffix in self._dynamic


def _length(tree: dict[str, int], labels: Sequence[str]) -> int:
    at = len(labels) - 1
    tail = labels[at]
    kind = tree.get(tail)
    found = 0
    while kind is not None:
        depth = len(labels) - at
        if kind & EXCEPTION:
            return depth - 1
        if kind & PLAIN:
            found = depth
        if kind & WILDCARD and at > 0:
            found = depth + 1
        at -= 1
        if at < 0:
            break
        tail = f"{labels[at]}.{tail}"
        kind = tree.get(tail)
    return found


@lru_cache(maxsize=1)
def suffixes() -> Suffixes:
    """The list of the vendored package, read once per process (about 20 ms)."""
    import publicsuffixlist

    with open(publicsuffixlist.PSLFILE, encoding="utf-8") as lines:  # noqa: PTH123  pathlib is slow to import
        return Suffixes(rules_of(lines))


def rules_of(lines: Iterable[str]) -> Iterable[tuple[str, bool, bool]]:
    """(rule in ASCII, private, dynamic) per rule of a public suffix list; non-ASCII rules in punycode as they reach DNS."""
    private = dynamic = previous_comment = False
    for line in lines:
        text = line.strip()
        if text.startswith("//"):
            if "===BEGIN PRIVATE DOMAINS===" in text:
                private = True
            elif private and not previous_comment:
                dynamic = text[3:].startswith(DYNAMIC_OPERATORS)
            previous_comment = True
            continue
        previous_comment = False
        if text:
            rule = text.split()[0].lower()
            if not rule.isascii():
                rule = rule.encode("idna").decode("ascii")
            yield rule, private, dynamic or rule in FREE_HOSTING
