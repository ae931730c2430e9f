"""Looks at a .docx or .xlsx from outside: its central directory, before one byte is inflated."""

from __future__ import annotations

import io
import struct
import zipfile
from itertools import pairwise

from hemei.intake.errors import unreadable

MOST_ENTRIES = 2_000
MOST_DIRECTORY = 1 << 20
MOST_INFLATED = 200 << 20
MOST_PART = 50 << 20
"""Bytes of one part after inflating."""
MOST_RATIO = 200
"""Word's own XML reaches about 30; a bomb 1000 and more."""

_END = b"PK\x05\x06"


def inspect(data: bytes, folder: str = "word/") -> None:
    """Raises Unreadable when this zip file is no .docx, or one that must not be opened. Reads the directory only.

    ``folder``: where a document of the kind has its parts; ``xl/`` for a spreadsheet.
    """
    _directory_size(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
        raise unreadable("broken-docx") from error
    names = [entry.filename for entry in entries]
    if any(_strange(entry.orig_filename) for entry in entries) or len({name.lower() for name in names}) != len(names):
        raise unreadable("zip-names")
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise unreadable("macro")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise unreadable("old-word")
    _sizes(entries)
    if "[Content_Types].xml" not in names or not any(name.startswith(folder) for name in names):
        raise unreadable("not-docx")


def _directory_size(data: bytes) -> None:
    """Refuses a directory too big to be read before zipfile makes an object of each entry."""
    at = data.rfind(_END, max(0, len(data) - 65_557))
    if at < 0 or at + 22 > len(data):
        raise unreadable("broken-docx")
    count, size = struct.unpack_from("<HI", data, at + 10)
    if count > MOST_ENTRIES or size > MOST_DIRECTORY:  # 0xFFFF and 0xFFFFFFFF, the marks of zip64, are beyond both
        raise unreadable("zip-bomb")


def _strange(name: str) -> bool:
    parts = name.split("/")
    return ".." in parts or name.startswith("/") or not 0 < len(name) <= 255 or any(c in name for c in "\\:\0")


def _sizes(entries: list[zipfile.ZipInfo]) -> None:
    total = 0
    for entry in entries:
        total += entry.file_size
        steep = entry.file_size > 1 << 20 and entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
        if steep or entry.file_size > MOST_PART or total > MOST_INFLATED:
            raise unreadable("zip-bomb")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise unreadable("broken-docx")
    # Entries that share bytes let a small file declare a vast one (D. Fifield, "A better zip bomb", 2019).
    spans = sorted((entry.header_offset, entry.header_offset + 30 + entry.compress_size) for entry in entries)
    if any(end > start for (_, end), (start, _) in pairwise(spans)):
        raise unreadable("zip-bomb")
