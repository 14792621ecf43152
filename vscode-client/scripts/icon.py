"""Draws `media/icon.png`: light that goes into a prism as one ray and leaves it as several. No library is needed."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

ICON = Path(__file__).resolve().parents[1] / "media" / "icon.png"
SIZE, FINE = 128, 4  # pixels, and samples of each in both directions
Point = tuple[float, float]
Colour = tuple[int, int, int]

_GROUND, _GLASS, _EDGE = (16, 24, 43), (44, 62, 104), (214, 226, 255)
_PRISM: tuple[Point, Point, Point] = ((64, 24), (106, 98), (22, 98))
_RAYS: tuple[tuple[Point, Point, float, Colour], ...] = (
    ((4, 76), (44, 60), 2.6, (255, 255, 255)),
    ((82, 56), (124, 44), 2.6, (255, 107, 107)),
    ((87, 65), (124, 62), 2.6, (255, 209, 102)),
    ((92, 74), (124, 80), 2.6, (102, 217, 160)),
    ((97, 83), (124, 98), 2.6, (96, 165, 250)),
)


def draw() -> bytes:
    """The picture as PNG."""
    rows = (b"\0" + b"".join(bytes(_pixel(x, y)) for x in range(SIZE)) for y in range(SIZE))
    header = struct.pack(">2I5B", SIZE, SIZE, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixel(x: int, y: int) -> tuple[int, int, int, int]:
    samples = [_sample(x + (i + 0.5) / FINE, y + (j + 0.5) / FINE) for i in range(FINE) for j in range(FINE)]
    seen = [colour for colour in samples if colour is not None]
    if not seen:
        return 0, 0, 0, 0
    red, green, blue = (round(sum(channel) / len(seen)) for channel in zip(*seen, strict=True))
    return red, green, blue, round(255 * len(seen) / len(samples))


def _sample(x: float, y: float) -> Colour | None:
    if not _in_rounded_square(x, y, 24):
        return None
    for start, end, width, colour in _RAYS:
        if _distance((x, y), start, end) < width:
            return colour
    edges = zip(_PRISM, (*_PRISM[1:], _PRISM[0]), strict=True)
    if min(_distance((x, y), a, b) for a, b in edges) < 2.4:
        return _EDGE
    return _GLASS if _inside((x, y)) else _GROUND


def _in_rounded_square(x: float, y: float, radius: float) -> bool:
    dx, dy = (max(radius - v, v - (SIZE - radius), 0) for v in (x, y))
    return dx * dx + dy * dy <= radius * radius


def _inside(p: Point) -> bool:
    a, b, c = _PRISM
    return _side(p, a, b) > 0 and _side(p, b, c) > 0 and _side(p, c, a) > 0


def _side(p: Point, a: Point, b: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _distance(p: Point, a: Point, b: Point) -> float:
    length = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
    along = ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])) / length
    along = min(1, max(0, along))
    return float(((p[0] - a[0] - along * (b[0] - a[0])) ** 2 + (p[1] - a[1] - along * (b[1] - a[1])) ** 2) ** 0.5)


if __name__ == "__main__":
    ICON.write_bytes(draw())
