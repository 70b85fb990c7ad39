"""What a set of conn events sums up to, one plain dict per pair, and the text of a summary read letter by letter."""

from __future__ import annotations

from collections import Counter
from typing import Any

ATTEMPTS = ("S0", "REJ", "RSTOS0", "RSTRH", "SH")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def decode(text: str) -> list[int]:
    """Base 32, lowest digit first, the last one from the upper half; '.' and a number repeat the number before."""
    numbers: list[int] = []
    current, place, run = 0, 0, False
    for letter in text:
        if letter == ".":
            run = True
            continue
        digit = LETTERS.index(letter)
        current += (digit % 32) << (5 * place)
        place += 1
        if digit >= 32:
            before = numbers[-1] if numbers else 0
            numbers += [before] * current if run else [before + current]
            current, place, run = 0, 0, False
    return numbers


def set_value(row: dict[str, str], *spellings: str) -> str:
    for name in spellings:
        if row.get(name, "") not in ("", "-", "(empty)"):
            return row[name]
    return ""


def size(text: str) -> int | None:
    return int(text) if text.isdigit() and int(text) < 10**15 else None


def smaller(payload: int | None, ip: int | None) -> int | None:
    return payload if ip is None or payload is None else min(payload, ip)


def summarize(rows: list[dict[str, str]]) -> dict[tuple[str, str, bool], dict[str, Any]]:
    """(src, dest, attempt) -> ticks, request, reply, ip (hour, bytes) in ascending order and services."""
    pairs: dict[tuple[str, str, bool], dict[str, Any]] = {}
    for row in rows:
        src = set_value(row, "id.orig_h", "id_orig_h", "src_ip", "src")
        dest = set_value(row, "id.resp_h", "id_resp_h", "dest_ip", "dst_ip", "dest", "dst")
        time = set_value(row, "_time", "ts")
        if not src or not dest or not time or float(time) <= 0:
            continue
        key = (src, dest, row.get("conn_state", "") in ATTEMPTS)
        pair = pairs.setdefault(key, {"ticks": [], "request": [], "reply": [], "ip": [], "services": Counter()})
        tick = int(float(time) * 10)
        orig, orig_ip, resp, resp_ip = (
            size(row.get(name, "")) for name in ("orig_bytes", "orig_ip_bytes", "resp_bytes", "resp_ip_bytes")
        )
        pair["ticks"].append(tick)
        pair["request"].append(smaller(orig, orig_ip))
        pair["reply"].append(smaller(resp, resp_ip))
        pair["ip"].append((tick // 36000, orig_ip or 0))
        port, proto = set_value(row, "id.resp_p", "id_resp_p", "dest_port", "dst_port"), set_value(row, "proto", "transport")
        services = "+".join(sorted(part for part in set_value(row, "service", "app").split(",") if part not in ("", "-")))
        pair["services"]["/".join((port or "-", proto or "-", services or "-"))] += 1
    for pair in pairs.values():
        pair["ticks"].sort()
        pair["ip"].sort()
        for name in ("request", "reply"):
            pair[name] = sorted(value for value in pair[name] if value is not None)
    return pairs
