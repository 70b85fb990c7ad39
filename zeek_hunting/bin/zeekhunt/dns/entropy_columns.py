"""What | dnsentropy adds, as data: the answer to getinfo needs no more. ``annotate`` fills them."""

from __future__ import annotations

FIELDS = (
    "domain", "suffix", "subdomain", "class", "entropy", "score", "bits", "encoding",
    "known", "cloud", "malformed", "length", "labels", "digit_ratio", "unicode",
)  # fmt: skip
