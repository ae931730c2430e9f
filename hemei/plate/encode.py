"""The encoder's own process: a task and a master on standard input, the printed sizes on standard output."""

from __future__ import annotations

import io
import json
import struct
import sys

from PIL import Image


def main() -> None:
    """Read one task, write every size as width, height, length, bytes."""
    source = sys.stdin.buffer
    task = json.loads(source.read(struct.unpack(">I", source.read(4))[0]))
    with Image.open(io.BytesIO(source.read()), formats=["JPEG"]) as opened:
        picture = opened.convert("RGB")
    if task["crop"]:
        left, top, right, bottom = task["crop"]
        wide, tall = picture.size
        picture = picture.crop((left * wide // 1000, top * tall // 1000, right * wide // 1000, bottom * tall // 1000))
    widths = [width for width in task["widths"] if width < picture.width] or [picture.width]
    if picture.width < task["widths"][-1] and picture.width not in widths:
        widths.append(picture.width)
    elif picture.width >= task["widths"][-1] and task["widths"][-1] not in widths:
        widths.append(task["widths"][-1])
    for width in widths:
        height = max(1, round(picture.height * width / picture.width))
        out = io.BytesIO()
        sized = picture if width == picture.width else picture.resize((width, height), Image.Resampling.LANCZOS)
        sized.save(out, "WEBP", quality=task["quality"], method=4)
        data = out.getvalue()
        sys.stdout.buffer.write(struct.pack(">III", width, height, len(data)) + data)


if __name__ == "__main__":
    main()
