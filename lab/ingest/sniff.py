"""Whether a file can be a Zeek log at all, from its first bytes, and a sentence for the user when it cannot."""

from __future__ import annotations

from dataclasses import dataclass

TSV, JSON = "tsv", "json"
_SNIFFED_B = 1 << 16
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")


@dataclass(frozen=True)
class Verdict:
    """``log_format`` is tsv or json, or '' with a ``refusal``."""

    log_format: str = ""
    refusal: str = ""


def sniff(head: bytes) -> Verdict:
    """``head``: the first block of the file, decompressed."""
    if not head.strip():
        return Verdict(refusal="no rows (only blank lines)" if head else "the file is empty")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Verdict(refusal="not a Zeek log: UTF-16 text; convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)")
    head = head[3:] if head.startswith(b"\xef\xbb\xbf") else head
    comments = False
    for line in head[:_SNIFFED_B].split(b"\n"):
        line = line.lstrip()
        if line.startswith((b"#separator", b"#fields")):
            return Verdict(TSV)
        if line.startswith(b"{"):
            return Verdict(JSON)
        if line.startswith(b"["):
            return Verdict(refusal="not a Zeek log: a JSON array; Zeek writes one object per line (convert it: jq -c '.[]')")
        if line and not line.startswith(b"#"):
            return Verdict(refusal=_describe(head[:_SNIFFED_B]))
        comments = comments or bool(line)
    return Verdict(refusal="not a Zeek log: only comment lines" if comments else "no rows (only blank lines)")


def _describe(head: bytes) -> str:
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head[:4096])
    if controls:
        return "not a Zeek log: binary data"
    if b"\t" in head.partition(b"\n")[0]:
        return "not a Zeek log: tab-separated text without a #fields header, so its columns have no names"
    return "not a Zeek log: text that starts neither with a #fields header nor with a JSON object"
