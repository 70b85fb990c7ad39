"""Which encoding a subdomain seems to carry data in (docs/methods/dns.md has the table and what each test costs).

Only labels of at least 8 characters count as payload: fixed labels such as ``www`` stand between payload and domain. Lower-cased
base58, base62 and base64url cannot be told apart, and are called base62 together.
"""

from __future__ import annotations

import re

PAYLOAD = 8  # shortest label taken for payload, characters
LEAST, LEAST_64 = 16, 24  # least payload that is judged, characters
BITS_32, BITS_62 = 4.0, 4.2  # surprise per character from which it is no text; random base32 carries 5

_HIGH = re.compile(r"[\x80-\xff]")
_COUNTERS = re.compile(r"\d+-\d+\.id-\d+\.(?:down|up)\Z|(?:.*\.)?\d+\.f\.\d+\.\d+\Z")
_HEX = re.compile(r"[0-9a-f]+\Z")
_BASE32 = re.compile(r"[a-z2-7]+\Z")
_BASE32_OF_IODINE = re.compile(r"[a-z0-5]+\Z")
_BASE64 = re.compile(r"[a-z0-9+/=_\-]+\Z")
_ALNUM = re.compile(r"[a-z0-9_\-]+\Z")


def encoding(subdomain: str, bits: float) -> str:
    """raw, counter, hex, base32, base62, base64 or ''. subdomain: as in names.Name. bits: its surprise."""
    if not subdomain:
        return ""
    if not subdomain.isascii() and _HIGH.search(subdomain):
        return "raw"
    if len(subdomain) < LEAST:
        # the shape's fixed part is looked for first: ordinary short subdomains are most of a log
        return "counter" if (".f." in subdomain or ".id-" in subdomain) and _COUNTERS.match(subdomain) else ""
    payload = "".join([label for label in subdomain.split(".") if len(label) >= PAYLOAD])
    length = len(payload)
    if length < LEAST:
        return "counter" if _COUNTERS.match(subdomain) else ""
    digits = length - len(payload.encode("latin-1", "replace").translate(None, b"0123456789"))
    if _HEX.match(payload):
        return "hex" if length % 2 == 0 and 0 < digits < length else ""
    if length >= LEAST_64 and _BASE64.match(payload) and not _ALNUM.match(payload):
        return "base64"
    per_character = bits / len(subdomain)
    if per_character >= BITS_32 and 0.06 * length <= digits <= 0.35 * length:
        if _BASE32.match(payload) or _BASE32_OF_IODINE.match(payload):
            return "base32"
        if length >= LEAST_64 and per_character >= BITS_62 and _ALNUM.match(payload):
            return "base62"
    return ""
