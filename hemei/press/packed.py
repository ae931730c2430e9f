"""Printed text as readers take it: beside the store, one file with all packed forms of each file that is live.

It may be lost or spoilt at any time: whoever reads it unpacks what he sends and checks it, and does without.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hemei.press.coding import CODINGS, pack, unpack
from hemei.seal.digest import Digest, digest

_HEAD = struct.Struct(">4s3I")
_MARK = b"HMP1"


class Packed:
    """Packed forms of printed files, under ``<2 hex>/<digest>`` of what was packed. One process writes.

    A file is ``HMP1``, the lengths of its br, zstd and gzip forms (four bytes each, the highest first), and these
    forms one behind the other.
    """

    def __init__(self, folder: Path) -> None:
        self._root = str(folder)
        self._aside = f"{self._root}/new"

    def seen(self, name: Digest) -> int:
        """0 when there is no such file; else a number that is another one when the file is."""
        try:
            return os.stat(self._place(name)).st_mtime_ns
        except OSError:
            return 0

    def get(self, name: Digest, coding: str, size: int) -> bytes | None:
        """A form that unpacks to the `size` bytes with this digest; None when there is none."""
        try:
            with open(self._place(name), "rb", buffering=0) as file:
                data = file.read(_HEAD.size + len(CODINGS) * (size + 1024)) or b""
        except OSError:
            return None
        lengths = _lengths(data)
        if not lengths or _HEAD.size + sum(lengths) != len(data):
            return None
        at = CODINGS.index(coding)
        start = _HEAD.size + sum(lengths[:at])
        form = data[start : start + lengths[at]]
        plain = unpack(coding, form, size)
        return form if plain is not None and digest(plain) == name else None

    def has(self, name: Digest) -> bool:
        """Whether there is such a file, as long as it says: after a power cut it may be shorter."""
        try:
            with open(self._place(name), "rb", buffering=0) as file:
                lengths = _lengths(file.read(_HEAD.size) or b"")
                return bool(lengths) and _HEAD.size + sum(lengths) == os.fstat(file.fileno()).st_size
        except OSError:
            return False

    def put(self, name: Digest, data: bytes) -> None:
        """Pack the bytes with this digest. Raises OSError, and leaves nothing of them then."""
        forms = [pack(coding, data) for coding in CODINGS]
        place = self._place(name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        try:
            with open(self._aside, "wb") as file:
                file.write(b"".join((_HEAD.pack(_MARK, *map(len, forms)), *forms)))
            os.rename(self._aside, place)  # not synced: see above
        except OSError:
            self.tidy()
            raise

    def tidy(self) -> None:
        """Remove what a cut packing left."""
        _remove(self._aside)

    def drop(self, name: Digest) -> None:
        """Remove a file, whether it is there or not."""
        _remove(self._place(name))

    def names(self, shelf: int) -> Iterator[Digest]:
        """The files on one of 256 shelves."""
        try:
            yield from os.listdir(f"{self._root}/{shelf:02x}")
        except FileNotFoundError:
            return

    def _place(self, name: Digest) -> str:
        return f"{self._root}/{name[:2]}/{name}"


def _lengths(data: bytes) -> tuple[int, ...]:
    """Of the forms; none when this is no file of ours."""
    mark, *lengths = _HEAD.unpack_from(data) if len(data) >= _HEAD.size else (b"",)
    return tuple(lengths) if mark == _MARK else ()


def _remove(place: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(place)
