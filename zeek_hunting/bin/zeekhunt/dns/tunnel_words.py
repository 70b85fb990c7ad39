"""The words of a DNS finding: where each point comes from, what speaks against it, and the search that shows its events."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .. import finding
from . import hosts, tunnel_score
from .dictionary import MOST_BITS
from .tunnel_name import ENCODINGS, HINT_NAMES, ODDNESS_MOST, SHAPES
from .tunnel_pair import Pair
from .tunnel_sample import Content

TUNNEL, HOST, VERSION = "dns_tunnel", "dns_dga_host", "1"
TUNNEL_TECHNIQUES = ("T1071.004", "T1572", "T1048.003")
HOST_TECHNIQUES = ("T1568.002",)
CONFIDENCE = ((50, "high"), (20, "medium"), (0, "low"))  # distinct names it rests on
COMMON = 0.1
FEW_NAMES = 20
_WHERE_IT_COUNTS = ("forwarded", "bounds")  # lines that are left out where they say nothing
_SRC = ('"id.orig_h"', "id_orig_h", "src_ip", "src")


def confidence(names: float) -> str:
    return next(text for least, text in CONFIDENCE if names >= least)


def severity(score: float, suspicious: float, high: float, critical: float) -> str:
    steps = ((critical, "critical"), (high, "high"), (suspicious, "medium"), (suspicious / 2, "low"))
    return next((text for least, text in steps if score >= least), "none")


def tunnel_evidence(pair: Pair, each: Content, points: Sequence[float], sources: int, sources_seen: int) -> list[str]:
    """One line per part with its value and points; the points sum to the score. bounds only where it does something."""
    about = "" if each.exact else "about "
    types = ", ".join(f"{name} {count}" for name, count in sorted(pair.types.items())) or "none"
    said = {
        "information": f"{about}{each.distinct:,.0f} distinct names carry {each.bits:,.0f} bits, "
        f"oddness {each.oddness:.0f} of {ODDNESS_MOST}",
        "record types": f"queries by type {types}",
        "replies": f"{pair.short_ttl} of {pair.answered} answers live 1 s or less, "
        f"{pair.queries - pair.answered} queries without an answer",
        "encoding": _encoding_words(each),
        "download": f"{pair.answer_b:,} bytes of answers, the largest {pair.largest_answer_b:,}",
        "prevalence": f"{sources} of {sources_seen} internal sources ask for the domain",
        "forwarded": "a resolver, and its clients have findings of their own",
        "bounds": "a score lies between 0 and 100",
    }
    return _lines(tunnel_score.PARTS, said, points)


def host_evidence(host: hosts.Host) -> list[str]:
    mean = "no label can be scored" if host.mean is None else f"DGA score {host.mean:.2f} at the mean of their labels"
    said = {
        "names": f"{len(host.names)} distinct domains do not exist",
        "randomness": mean,
        "dictionary": f"labels share {MOST_BITS * host.reuse:.1f} of {MOST_BITS:.0f} bits with another, beyond chance",
        "rendezvous": f"resolved after the first failure: {', '.join(host.rendezvous) or 'none alike'}",
        "resolver": "answers other hosts: its queries are theirs" if host.resolver else "asks for itself",
        "bounds": "a score lies between 0 and 100",
    }
    return _lines(hosts.PARTS, said, host.points)


def tunnel_why_not(pair: Pair, each: Content, sources: int, sources_seen: int, resolver: bool) -> list[str]:
    """What speaks against the finding, the strongest first; never empty."""
    reasons = []
    if resolver:
        reasons.append("the source answers other hosts: it forwards their queries, look for the client behind it")
    if pair.block_list:
        reasons.append(
            f"{pair.block_list} of {pair.queries} queries look up addresses in a block list; only what follows the address counts"
        )
    if sources > 1 and sources > COMMON * sources_seen:
        reasons.append(f"{sources} of {sources_seen} internal sources ask for the domain")
    if each.distinct < FEW_NAMES:
        reasons.append(f"only {each.distinct:.0f} distinct names")
    if pair.queries >= 4 * max(each.distinct, 1):
        reasons.append("the same names are asked again and again, which carries nothing new")
    if not reasons:
        reasons.append("antivirus look-ups, telemetry and content networks write data into names too: who owns the domain?")
    return reasons


def host_why_not(host: hosts.Host) -> list[str]:
    reasons = []
    if host.resolver:
        reasons.append("the source answers other hosts: it forwards their queries, look for the client behind it")
    if len(host.names) < FEW_NAMES:
        reasons.append(f"only {len(host.names)} failing names")
    if not host.rendezvous:
        reasons.append("nothing alike resolved: an implant without its server, or no implant")
    return reasons or ["browser extensions, mail filters and dead content networks fail in bulk too: look at the names"]


def tool(each: Content) -> str:
    """The tool whose names at least half of the sample look like, with the share; '' for none."""
    counts = each.shapes[1:]
    best = max(counts, default=0)
    if not best or 2 * best < each.sampled or each.sampled < HINT_NAMES:
        return ""
    return f"{SHAPES[1 + counts.index(best)]} ({best / each.sampled:.0%} of names)"


def encoding(each: Content) -> str:
    """How most names are written."""
    return (ENCODINGS[each.encodings.index(max(each.encodings))] or "text") if each.sampled else ""


def drilldown(src: str, domain: str, first: int, last: int) -> str:
    """SPL that shows the events, in whatever spelling the site has the source."""
    sources = " OR ".join(f"{name}={_quoted(src)}" for name in _SRC)
    asked = f" (query={_quoted(domain)} OR query={_quoted('*.' + domain)})" if domain else " rcode_name=NXDOMAIN"
    return f"`zeek_dns` ({sources}){asked} earliest={first // 10} latest={last // 10 + 1}"


def _encoding_words(each: Content) -> str:
    written = [f"{count} {name or 'text'}" for name, count in zip(ENCODINGS, each.encodings) if count]
    return f"names written as {', '.join(written) or 'nothing'}" + (f"; like {tool(each)}" if tool(each) else "")


def _lines(parts: Sequence[str], said: dict[str, str], points: Sequence[float]) -> list[str]:
    rounded = finding.points(list(points))
    return [
        f"{part}: {said[part]}: {earned:+.2f}"
        for part, earned in zip(parts, rounded)
        if part not in _WHERE_IT_COUNTS or not math.isclose(earned, 0.0, abs_tol=1e-9)
    ]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
