"""Cleans a picture: what leaves here is always a JPEG that we drew ourselves, without place, camera or hidden tail."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hemei.intake import jail
from hemei.intake.errors import unreadable

MOST_BYTES = 30 << 20
MOST_SIDE = 12_000
"""Pixels along one side."""
MOST_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A master picture: a JPEG of at most 2400 pixels a side, the same bytes for the same input and Pillow."""

    data: bytes
    width: int
    height: int


def clean(data: bytes) -> Cleaned:
    """The picture drawn anew: upright, without metadata, on white. Raises Unreadable. Takes some tenths of a second."""
    kind = looked_at(data)
    return Cleaned(*jail.pixels(data, kind))


def looked_at(data: bytes) -> str:
    """Its kind, once its head says that it is a picture of a size that is taken; nothing is decoded. Raises Unreadable."""
    if not data:
        raise unreadable("empty")
    if len(data) > MOST_BYTES:
        raise unreadable("big-picture")
    kind = kind_of(data)
    if kind is None:
        raise unreadable(_why_not(data))
    width, height = size_of(kind, data)
    if width < 1 or height < 1:
        raise unreadable("broken-picture")
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise unreadable("many-pixels")
    return kind


def kind_of(data: bytes) -> str | None:
    """``jpeg``, ``png``, ``gif`` or ``webp`` by the first bytes; None for everything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return None


def size_of(kind: str, data: bytes) -> tuple[int, int]:
    """Width and height in pixels as the header says, without decoding. Raises Unreadable when it has none."""
    try:
        if kind == "png":
            if data[12:16] != b"IHDR":
                raise unreadable("broken-picture")
            return struct.unpack_from(">II", data, 16)
        if kind == "gif":
            return _gif(data)
        return _webp(data) if kind == "webp" else _jpeg(data)
    except (struct.error, IndexError) as error:
        raise unreadable("broken-picture") from error


def _gif(data: bytes) -> tuple[int, int]:
    """The canvas; the first frame may claim more than it, and the decoder's own check stops that."""
    return struct.unpack_from("<HH", data, 6)


def _webp(data: bytes) -> tuple[int, int]:
    form = data[12:16]
    if form == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    raise unreadable("broken-picture")


def _jpeg(data: bytes) -> tuple[int, int]:
    """Walks the segments to the frame header (ITU-T T.81, B.2.2), so that a thumbnail in EXIF is not taken for it."""
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 1 if marker == 0xFF else 2
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + max(2, int(struct.unpack_from(">H", data, at + 2)[0]))
    raise unreadable("broken-picture")


def _why_not(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"):
        return "heic"
    start = data[:1024].lower().lstrip()
    return "svg" if b"<svg" in start or start.startswith(b"<?xml") else "not-picture"
