"""A small writer of Word 97 files, so that tests can make any .doc, also a broken one ([MS-DOC], [MS-CFB])."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

PAGE = 512


@dataclass(frozen=True)
class Para:
    """A paragraph, or one cell of a table: its characters with their looks."""

    runs: Sequence[tuple[str, bytes]]
    """(characters, grpprl)."""
    style: int = 0
    grpprl: bytes = b""
    mark: str = "\r"


BOLD = struct.pack("<HB", 0x0835, 1)
DELETED = struct.pack("<HB", 0x0800, 1)
CENTRED = struct.pack("<HB", 0x2461, 1)
IN_TABLE = struct.pack("<HB", 0x2416, 1)
ROW_END = IN_TABLE + struct.pack("<HB", 0x2417, 1)


def sized(points: float) -> bytes:
    return struct.pack("<HH", 0x4A43, int(points * 2))


def drawn(place: int) -> bytes:
    return struct.pack("<HI", 0x6A03, place)


def row(*cells: str) -> list[Para]:
    made = [Para([(cell, b"")], grpprl=IN_TABLE, mark="\x07") for cell in cells]
    return [*made, Para([], grpprl=ROW_END, mark="\x07")]


def doc(
    paras: Sequence[Para], *, data: bytes = b"", flags: int = 0, version: int = 0xC1, narrow: bool = False
) -> bytes:
    """The file. ``narrow``: the text in single bytes of Windows 1252, as Word keeps a text without Chinese."""
    text = "".join("".join(words for words, _ in para.runs) + para.mark for para in paras)
    width = 1 if narrow else 2
    raw = text.encode("cp1252" if narrow else "utf-16-le")
    begin = 4 * PAGE
    body = raw + bytes(-len(raw) % PAGE)
    looks, shapes = [], []
    at = begin
    for para in paras:
        start = at
        for words, grpprl in [*para.runs, (para.mark, b"")]:
            size = len(words.encode("utf-16-le")) // 2 * width
            looks.append((at, at + size, bytes([len(grpprl)]) + grpprl))
            at += size
        papx = struct.pack("<H", para.style) + para.grpprl
        papx += bytes((len(papx) + 1) % 2)
        shapes.append((start, at, bytes([(len(papx) + 1) // 2]) + papx))
    first = (begin + len(body)) // PAGE
    look_pages = [_page(looks[n : n + 20], 1) for n in range(0, len(looks), 20)]
    shape_pages = [_page(shapes[n : n + 12], 13) for n in range(0, len(shapes), 12)]
    bte_looks = _bte(looks, 20, first)
    bte_shapes = _bte(shapes, 12, first + len(look_pages))
    units = len(raw) // width
    where = begin * 2 | 0x40000000 if narrow else begin
    pcd = struct.pack("<IIHIH", 0, units, 0, where, 0)
    clx = b"\x02" + struct.pack("<I", len(pcd)) + pcd
    table = clx + bte_looks + bte_shapes
    fib = bytearray(begin)
    struct.pack_into("<HH", fib, 0, 0xA5EC, version)
    struct.pack_into("<H", fib, 10, 0x0200 | flags)
    struct.pack_into("<I", fib, 0x4C, units)
    struct.pack_into("<II", fib, 0x01A2, 0, len(clx))
    struct.pack_into("<II", fib, 0x00FA, len(clx), len(bte_looks))
    struct.pack_into("<II", fib, 0x0102, len(clx) + len(bte_looks), len(bte_shapes))
    main = bytes(fib) + body + b"".join(look_pages) + b"".join(shape_pages)
    return box({"WordDocument": main, "1Table": table} | ({"Data": data} if data else {}))


def _page(spans: Sequence[tuple[int, int, bytes]], width: int) -> bytes:
    page = bytearray(PAGE)
    page[511] = len(spans)
    struct.pack_into(f"<{len(spans) + 1}I", page, 0, *[start for start, _, _ in spans], spans[-1][1])
    free = 510
    for number, (_, _, body) in enumerate(spans):
        free = (free - len(body)) // 2 * 2
        page[free : free + len(body)] = body
        page[4 * (len(spans) + 1) + width * number] = free // 2
    return bytes(page)


def _bte(spans: Sequence[tuple[int, int, bytes]], each: int, first: int) -> bytes:
    pages = [spans[n : n + each] for n in range(0, len(spans), each)]
    starts = [page[0][0] for page in pages] + [spans[-1][1]]
    return struct.pack(f"<{len(starts)}I", *starts) + struct.pack(f"<{len(pages)}I", *range(first, first + len(pages)))


def box(streams: dict[str, bytes]) -> bytes:
    """A compound file; streams below 4096 bytes lie in the small stream, as the format wants."""
    sectors: list[bytes] = []
    fat: list[int] = []

    def put(data: bytes) -> int:
        if not data:
            return 0xFFFFFFFE
        start, count = len(sectors), -(-len(data) // PAGE)
        for n in range(count):
            sectors.append(data[n * PAGE : (n + 1) * PAGE].ljust(PAGE, b"\0"))
            fat.append(start + n + 1 if n + 1 < count else 0xFFFFFFFE)
        return start

    small, small_fat, entries = b"", [], []
    for name, data in streams.items():
        if len(data) < 4096:
            start, count = len(small) // 64, -(-len(data) // 64)
            small += data.ljust(count * 64, b"\0")
            small_fat += [*range(start + 1, start + count), 0xFFFFFFFE] if count else []
        else:
            start = put(data)
        entries.append((name, 2, start, len(data)))
    root = ("Root Entry", 5, put(small), len(small))
    mini = put(struct.pack(f"<{len(small_fat)}I", *small_fat)) if small_fat else 0xFFFFFFFE
    listing = b"".join(_entry(*one) for one in [root, *entries])
    directory = put(listing.ljust(-(-len(listing) // PAGE) * PAGE, b"\0"))
    count = 1
    while (len(fat) + count) * 4 > count * PAGE:
        count += 1
    fat_at = [len(sectors) + n for n in range(count)]
    whole = [*fat, *[0xFFFFFFFD] * count]
    raw = struct.pack(f"<{len(whole)}I", *whole).ljust(count * PAGE, b"\xff")
    sectors += [raw[n * PAGE : (n + 1) * PAGE] for n in range(count)]
    head = bytearray(PAGE)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIII", head, 44, count, directory, 0, 4096)
    struct.pack_into("<IIII", head, 60, mini, -(-len(small_fat) * 4 // PAGE), 0xFFFFFFFE, 0)
    struct.pack_into("<109I", head, 76, *[*fat_at, *[0xFFFFFFFF] * (109 - count)])
    return bytes(head) + b"".join(sectors)


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    made = bytearray(128)
    made[: len(raw)] = raw
    struct.pack_into("<HBB", made, 64, len(raw), kind, 1)
    struct.pack_into("<III", made, 68, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<II", made, 116, start, size)
    return bytes(made)
