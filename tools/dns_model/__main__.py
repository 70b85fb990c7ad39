"""``python -m tools.dns_model``: rebuild the files under zeekhunt/dns/model from what is shown. Needs pymispwarninglists.

The same inputs give the same contents: SHA256SUMS.json lists them uncompressed, since zlib may pack differently elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "zeek_hunting" / "bin"))  # the features are computed by the code that ships

from zeekhunt.dns.names import Name, parse  # noqa: E402
from zeekhunt.dns.popular import PROBES, probes  # noqa: E402
from zeekhunt.dns.symbols import CODES  # noqa: E402

from tools.dns_model import sources  # noqa: E402
from tools.dns_model.fitting import Model, fit_model, split  # noqa: E402
from tools.dns_model.ngrams import capped, counts, surprise  # noqa: E402

FOLDER = REPO / "zeek_hunting" / "bin" / "zeekhunt" / "dns" / "model"
SHARED = Path(os.environ.get("ZEEK_HUNTING_SHARED", REPO.parent / "shared"))
BITS_PER_NAME = 8.2  # 1.9 % wrong yeses with six probes
SUBDOMAIN_CAP = 20  # how often one subdomain counts


def build(shared: Path) -> dict[str, bytes]:
    """file -> content, uncompressed. Raises sources.SourceMissing."""
    shown = {listing: _names(sources.benign(listing).shown) for listing in (sources.TRANCO, sources.CRUX, sources.UMBRELLA)}
    model = fit_labels(shown, families_as_labels(shared))
    hosts = [name.subdomain for name in shown[sources.CRUX] + shown[sources.UMBRELLA] + _names(sources.ordinary(shared))]
    subdomains = surprise(counts(capped(filter(None, hosts), SUBDOMAIN_CAP), CODES, 3))
    domains = {name.domain for name in shown[sources.TRANCO] + shown[sources.UMBRELLA] if name.domain}
    return {
        "labels4.bin": model.table.tobytes(),
        "subdomains3.bin": subdomains.tobytes(),
        "popular.bloom": bloom(domains),
        "dga.json": json.dumps(model.weights, indent=1).encode() + b"\n",
    }


def fit_labels(shown: dict[str, list[Name]], families: dict[str, list[str]]) -> Model:
    """The DGA model from names of the lists and labels of the families."""
    popular, tail, cloud = (
        [name.label for name in shown[listing] if name.domain and not name.label.startswith("xn--")]
        for listing in (sources.TRANCO, sources.CRUX, sources.UMBRELLA)
    )
    return fit_model(split(popular + cloud, tail), families)


def families_as_labels(shared: Path) -> dict[str, list[str]]:
    return {
        family: list(dict.fromkeys(name.label for name in _names(names) if name.label))
        for family, names in sources.families(shared).items()
    }


def bloom(domains: set[str]) -> bytes:
    size = (int(len(domains) * BITS_PER_NAME) // 8 + 1) * 8
    bits = bytearray(size // 8)
    for domain in domains:
        for place in probes(domain, size):
            bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def _names(queries: Sequence[str]) -> list[Name]:
    return [parse(query) for query in queries]


def main() -> int:
    try:
        files = build(SHARED)
    except sources.SourceMissing as error:
        sys.stderr.write(f"dns_model: {error}\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    for name, content in files.items():
        packed = name.endswith(".bin")
        path = FOLDER / (f"{name}.z" if packed else name)
        path.write_bytes(zlib.compress(content, 9) if packed else content)
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    (FOLDER / "SHA256SUMS.json").write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"popular.bloom: {PROBES} probes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
