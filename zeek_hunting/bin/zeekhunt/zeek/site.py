"""Internal or external: which networks are the site's own.

Default: private ranges (RFC 1918, RFC 4193, RFC 6598). The lookup ``lookups/zeek_networks.csv`` replaces them for every
search, the options ``internal=`` and ``external=`` add to it for one. The longest matching network decides, ``external`` on
a tie, because an attacker may sit inside a private range.
"""

from __future__ import annotations

import csv
import ipaddress
import socket
from collections.abc import Iterable
from pathlib import Path

INTERNAL, EXTERNAL = "internal", "external"
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
# Never a remote host: this network, loopback, link-local, multicast, broadcast (RITA's mandatory never-include list)
UNROUTED = (
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "fe80::/10",
    "ff00::/8",
)
LOOKUP = Path("lookups") / "zeek_networks.csv"
LOOKUP_ROWS = 100_000


class SiteError(ValueError):
    """A site list that cannot be read; the text names the file, the line and the remedy."""


class Site:
    """Answers ``is_internal(address)`` and ``is_routed(address)``; unreadable addresses give None.

    internal, external: CIDR networks as text. Prefixes are kept per length, so that an answer costs a few dict look-ups; answers
    are remembered.
    """

    def __init__(self, internal: Iterable[str] = PRIVATE, external: Iterable[str] = ()) -> None:
        self._inside = Prefixes()
        self._unrouted = Prefixes()
        self._known: dict[str, tuple[bool | None, bool]] = {}
        for networks, inside in ((internal, True), (external, False)):
            for network in networks:
                self._inside.add(network, inside)
        for network in UNROUTED:
            self._unrouted.add(network, True)

    def is_internal(self, address: str) -> bool | None:
        return self._answer(address)[0]

    def is_routed(self, address: str) -> bool:
        """False for addresses that name no remote host (multicast, loopback, …) and for what is no address."""
        return self._answer(address)[1]

    def _answer(self, address: str) -> tuple[bool | None, bool]:
        known = self._known.get(address)
        if known is None:
            known = self._known[address] = self._look_up(address)
        return known

    def _look_up(self, address: str) -> tuple[bool | None, bool]:
        parsed = parse(address)
        if parsed is None:
            return None, False
        return bool(self._inside.longest(*parsed)), self._unrouted.longest(*parsed) is None


class Prefixes:
    """Networks with a truth value each; the longest that holds an address decides, False on a tie."""

    def __init__(self) -> None:
        self._by_shift: dict[int, list[tuple[int, dict[int, bool]]]] = {4: [], 6: []}

    def add(self, text: str, value: bool) -> None:
        network = ipaddress.ip_network(text.strip(), strict=False)
        shift = network.max_prefixlen - network.prefixlen
        lengths = self._by_shift[network.version]
        prefixes = next((prefixes for known, prefixes in lengths if known == shift), None)
        if prefixes is None:
            prefixes = {}
            lengths.append((shift, prefixes))
            lengths.sort(key=lambda length: length[0])  # the smallest shift is the longest prefix
        prefix = int(network.network_address) >> shift
        prefixes[prefix] = value and prefixes.get(prefix, True)

    def longest(self, version: int, number: int) -> bool | None:
        for shift, prefixes in self._by_shift[version]:
            value = prefixes.get(number >> shift)
            if value is not None:
                return value
        return None


def parse(address: str) -> tuple[int, int] | None:
    """(4 or 6, the address as a number); an IPv4 address written as IPv6 is IPv4. None for what is no address.

    inet_pton: five times faster than ipaddress, and there are as many addresses as pairs.
    """
    version, family = (6, socket.AF_INET6) if ":" in address else (4, socket.AF_INET)
    try:
        number = int.from_bytes(socket.inet_pton(family, address), "big")
    except (OSError, ValueError):  # ValueError: a NUL or a letter that is not ASCII
        return None
    return (4, number & 0xFFFFFFFF) if version == 6 and number >> 32 == 0xFFFF else (version, number)


def site_of(app: str, internal: Iterable[str] | None = None, external: Iterable[str] | None = None) -> Site:
    """The site of one search: the app's lookup where it exists, private ranges where not, and the search's own networks on top.

    Raises SiteError when the lookup cannot be read.
    """
    lookup = Path(app) / LOOKUP
    inside, outside = read_networks(lookup) if lookup.is_file() else (list(PRIVATE), [])
    return Site([*inside, *(internal or ())], [*outside, *(external or ())])


def read_networks(path: Path) -> tuple[list[str], list[str]]:
    """(internal, external) of a CSV with the columns network and site. Raises SiteError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read_rows(path, csv.DictReader(file))
    except OSError as error:
        raise SiteError(f"cannot read {path.name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SiteError(f"{path.name} is not UTF-8 text; save it as CSV (UTF-8)") from error


def _read_rows(path: Path, reader: csv.DictReader[str]) -> tuple[list[str], list[str]]:
    lists: dict[str, list[str]] = {INTERNAL: [], EXTERNAL: []}
    if not {"network", "site"} <= set(reader.fieldnames or ()):
        raise SiteError(
            f"{path.name} must have the columns network and site, it has {', '.join(reader.fieldnames or ()) or 'none'}"
        )
    for number, row in enumerate(reader, 2):
        network, site = (row["network"] or "").strip(), (row["site"] or "").strip().lower()
        if not network:
            continue
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError as error:
            raise SiteError(f"{path.name} line {number}: {network!r} is not a network like 10.0.0.0/8") from error
        if site not in lists:
            raise SiteError(f"{path.name} line {number}: site must be {INTERNAL} or {EXTERNAL}, got {site!r}")
        if number > LOOKUP_ROWS:
            raise SiteError(f"{path.name} has more than {LOOKUP_ROWS:,} rows; list networks, not addresses")
        lists[site].append(network)
    return lists[INTERNAL], lists[EXTERNAL]
