"""Runs in a process of its own: one master from standard input, its printed sizes to standard output.

Masters are JPEGs that we drew ourselves; the limits are here all the same, for the file may have been exchanged.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import AvifImagePlugin, Image

_HOW: dict[str, dict[str, Any]] = {
    # In one thread and one tile, so that the bytes are the same on every machine, and encoders may run side by side.
    # Speed 7 takes half the time of Pillow's 6, for 5% more bytes.
    "AVIF": {"codec": "aom", "speed": 7, "max_threads": 1, "autotiling": False},
    "WEBP": {"method": 4},
    "JPEG": {"optimize": True, "progressive": True},
}


def main(arguments: list[str]) -> None:
    """One argument, JSON: crop in thousandths or null, widths, that of the JPEG, quality by kind, bytes of memory,
    seconds, bytes of answer."""
    crop, widths, middling, quality, memory, processor, most = json.loads(arguments[0])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for width, height, data in encoded(sys.stdin.buffer.read(), crop, widths, middling, quality):
        sys.stdout.buffer.write(struct.pack(">III", width, height, len(data)) + data)


def encoded(
    master: bytes, crop: list[int] | None, widths: list[int], middling: int, quality: Mapping[str, int]
) -> Iterator[tuple[int, int, bytes]]:
    """(width, height, file) of each printed size, narrowest first: AVIF and WebP of every width, one JPEG.

    The same bytes for the same input and libraries. No AVIF from a Pillow that was built without it.
    """
    whole = _cropped(master, crop)
    kinds = [kind for kind in _HOW if kind != "AVIF" or AvifImagePlugin.SUPPORTED]
    for width in sorted({min(width, whole.width) for width in widths}):
        height = max(1, round(whole.height * width / whole.width))
        small = whole if width == whole.width else whole.resize((width, height), Image.Resampling.LANCZOS)
        for kind in kinds:
            if kind == "JPEG" and width != min(middling, whole.width):
                continue
            kept = io.BytesIO()
            small.save(kept, kind, quality=quality[kind], **_HOW[kind])
            yield width, small.height, kept.getvalue()


def _cropped(master: bytes, crop: list[int] | None) -> Image.Image:
    """The part of the master that is printed, without whatever else the file carries: no encoder may copy that."""
    Image.MAX_IMAGE_PIXELS = 60_000_000
    with Image.open(io.BytesIO(master), formats=["JPEG"]) as picture:
        whole = picture.convert("RGB")
    whole.info.clear()
    if crop:
        left, top, right, bottom = crop
        box = (left * whole.width, top * whole.height, right * whole.width, bottom * whole.height)
        cut = [edge // 1000 for edge in box]
        # A crop of a thousandth of a small picture still holds one pixel.
        whole = whole.crop((cut[0], cut[1], max(cut[2], cut[0] + 1), max(cut[3], cut[1] + 1)))
    return whole
