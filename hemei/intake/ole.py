"""Runs in the jail: the streams in an OLE2 compound file, the box that .doc and .wps come in ([MS-CFB])."""

from __future__ import annotations

import struct

from hemei.intake.errors import unreadable

_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
MOST_STREAM = 24 << 20
MOST_ENTRIES = 4_000


class Box:
    """The streams by name. A chain that runs in a circle, or out of the file, is refused."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 1536:
            raise unreadable("broken-doc")
        self.data = data
        (shift, small) = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or small != 6:
            raise unreadable("broken-doc")
        self.size = 1 << shift
        directory, _, self.cutoff, small_fat, small_count = struct.unpack_from("<IIIII", data, 48)
        self.fat = self._table()
        self.entries = self._directory(self._chain(directory))
        root = self.entries.get("Root Entry") or self.entries.get("R")
        self.small = self._chain(root[1])[: root[2]] if root else b""
        raw = self._chain(small_fat) if small_count else b""
        self.small_fat = struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])

    def stream(self, name: str) -> bytes | None:
        """The bytes of a stream; None when there is none of this name."""
        found = self.entries.get(name)
        if found is None:
            return None
        _, start, size = found
        if size > MOST_STREAM:
            raise unreadable("slow")
        whole = self._small_chain(start) if size < self.cutoff else self._chain(start)
        return whole[:size]

    def _sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _table(self) -> tuple[int, ...]:
        """The file allocation table, whose own sectors stand in the header and in a chain from there."""
        places = list(struct.unpack_from("<109I", self.data, 76))
        following, count = struct.unpack_from("<II", self.data, 68)
        most = len(self.data) // self.size + 1
        for _ in range(min(count, most)):
            if following >= _END:
                break
            sector = self._sector(following)
            if len(sector) < self.size:
                raise unreadable("broken-doc")
            *more, following = struct.unpack(f"<{self.size // 4}I", sector)
            places += more
        raw = b"".join(self._sector(place) for place in places[: most + 109] if place < _END)
        return struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])

    def _chain(self, start: int) -> bytes:
        parts = []
        left = len(self.data) // self.size + 1
        while start < _END:
            left -= 1
            if left < 0 or start >= len(self.fat):
                raise unreadable("broken-doc")
            parts.append(self._sector(start))
            start = self.fat[start]
        return b"".join(parts)

    def _small_chain(self, start: int) -> bytes:
        parts = []
        left = len(self.small_fat) + 1
        while start < _END:
            left -= 1
            if left < 0 or start >= len(self.small_fat):
                raise unreadable("broken-doc")
            parts.append(self.small[start * 64 : (start + 1) * 64])
            start = self.small_fat[start]
        return b"".join(parts)

    def _directory(self, raw: bytes) -> dict[str, tuple[int, int, int]]:
        """Name -> (kind, first sector, bytes). Of two streams with one name the first counts: the document's own."""
        found: dict[str, tuple[int, int, int]] = {}
        for at in range(0, min(len(raw), MOST_ENTRIES * 128) - 127, 128):
            length, kind = struct.unpack_from("<HB", raw, at + 64)
            if kind not in (1, 2, 5) or not 2 <= length <= 64:
                continue
            name = raw[at : at + length - 2].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", raw, at + 116)
            found.setdefault("Root Entry" if kind == 5 else name, (kind, start, size))
        return found
