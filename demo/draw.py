"""Draw the demo's pictures again: `python -m demo.draw [ID …]` writes demo/pictures/ID.jpg. Pillow only, no clock, no
chance: the same code draws the same picture. The drawn files are committed, so nobody needs this to run the demo."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from demo.drawing.crafts import CRAFTS
from demo.drawing.evening import EVENING
from demo.drawing.mountains import MOUNTAINS
from demo.drawing.paper import Sheet
from demo.drawing.table import TABLE
from demo.drawing.town import TOWN
from demo.drawing.valleys import VALLEYS

MOST = 82_000
"""Bytes of a picture at most; a busier one is saved at a lower quality."""


def scenes() -> dict[str, Callable[[], Sheet]]:
    """Picture id -> the function that draws it."""
    found = (*MOUNTAINS, *VALLEYS, *CRAFTS, *TABLE, *TOWN, *EVENING)
    return {scene.__name__.replace("_", "-"): scene for scene in found}


def jpeg(sheet: Sheet) -> bytes:
    """The finished picture as a JPEG of at most `MOST` bytes."""
    image = sheet.finish()
    data = b""
    for quality in (84, 80, 76, 72, 68, 64, 60, 56, 52):
        out = BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        data = out.getvalue()
        if len(data) <= MOST:
            break
    return data


def main(wanted: list[str]) -> None:
    here = Path(__file__).resolve().parent / "pictures"
    here.mkdir(exist_ok=True)
    for name, scene in scenes().items():
        if not wanted or name in wanted:
            data = jpeg(scene())
            (here / f"{name}.jpg").write_bytes(data)
            print(name, len(data))


if __name__ == "__main__":
    main(sys.argv[1:])
