"""Runs in a process of its own: one master from standard input, its printed sizes as WebP to standard output.

Masters are JPEGs that we drew ourselves; the limits are here all the same, for the file may have been exchanged.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys

from PIL import Image


def main(arguments: list[str]) -> None:
    """One argument, JSON: crop in thousandths or null, widths, quality, bytes of memory, seconds, bytes of answer."""
    crop, widths, quality, memory, processor, most = json.loads(arguments[0])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for width, height, data in encoded(sys.stdin.buffer.read(), crop, widths, quality):
        sys.stdout.buffer.write(struct.pack(">III", width, height, len(data)) + data)


def encoded(master: bytes, crop: list[int] | None, widths: list[int], quality: int) -> list[tuple[int, int, bytes]]:
    """(width, height, WebP) of each printed size, narrowest first; the same bytes for the same input and Pillow."""
    Image.MAX_IMAGE_PIXELS = 60_000_000
    with Image.open(io.BytesIO(master), formats=["JPEG"]) as picture:
        whole = picture.convert("RGB")
    if crop:
        left, top, right, bottom = crop
        box = (left * whole.width, top * whole.height, right * whole.width, bottom * whole.height)
        cut = [edge // 1000 for edge in box]
        # A crop of a thousandth of a small picture still holds one pixel.
        whole = whole.crop((cut[0], cut[1], max(cut[2], cut[0] + 1), max(cut[3], cut[1] + 1)))
    made = []
    for width in [each for each in widths if each < whole.width] + [min(whole.width, widths[-1])]:
        height = max(1, round(whole.height * width / whole.width))
        small = whole if width == whole.width else whole.resize((width, height), Image.Resampling.LANCZOS)
        kept = io.BytesIO()
        small.save(kept, "WEBP", quality=quality, method=4)
        made.append((width, small.height, kept.getvalue()))
    return [each for at, each in enumerate(made) if at == 0 or each[0] != made[at - 1][0]]
