"""Draw the app's icons, static/appIcon.png (36 px) and appIcon_2x.png (72 px): a beacon's rings around a host.

``python -m tools.icons`` writes them. PNG: 8-bit RGBA, one IDAT chunk (W3C PNG, third edition). Edges are smoothed by sampling
each pixel at 4 x 4 points.
"""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "zeek_hunting" / "static"
SIZES_PX = {"appIcon.png": 36, "appIcon_2x.png": 72}
SAMPLES = 4
GROUND, RING = (23, 43, 58), (255, 179, 71)
RINGS = ((0.0, 0.10), (0.20, 0.27), (0.36, 0.42))  # inner and outer radius as shares of the width
CORNER = 0.18


def pixels(size_px: int) -> bytes:
    """RGBA rows from the top."""
    return b"".join(_pixel(x, y, size_px) for y in range(size_px) for x in range(size_px))


def _pixel(x: int, y: int, size_px: int) -> bytes:
    inside = ring = 0
    for i in range(SAMPLES):
        for j in range(SAMPLES):
            across, down = (x + (i + 0.5) / SAMPLES) / size_px - 0.5, (y + (j + 0.5) / SAMPLES) / size_px - 0.5
            covered = _in_rounded_square(across, down)
            inside += covered
            radius = (across * across + down * down) ** 0.5
            ring += covered and any(inner <= radius < outer for inner, outer in RINGS)
    share = ring / inside if inside else 0.0
    colour = [round(ground + (light - ground) * share) for ground, light in zip(GROUND, RING)]
    return bytes([*colour, round(255 * inside / SAMPLES**2)])


def _in_rounded_square(across: float, down: float) -> bool:
    beyond_x, beyond_y = max(0.0, abs(across) - 0.5 + CORNER), max(0.0, abs(down) - 0.5 + CORNER)
    return beyond_x * beyond_x + beyond_y * beyond_y <= CORNER * CORNER


def png(size_px: int) -> bytes:
    """The icon as a PNG file."""
    rows = pixels(size_px)
    lines = b"".join(b"\0" + rows[start : start + 4 * size_px] for start in range(0, len(rows), 4 * size_px))
    header = struct.pack(">IIBBBBB", size_px, size_px, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, content) for kind, content in parts)


def _part(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def main() -> int:
    STATIC.mkdir(parents=True, exist_ok=True)
    for name, size_px in SIZES_PX.items():
        (STATIC / name).write_bytes(png(size_px))
    return 0


if __name__ == "__main__":
    sys.exit(main())
