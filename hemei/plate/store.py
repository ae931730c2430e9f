"""The press's store: every printed file once, by digest. Files are written whole, synced, and never changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hemei.seal.digest import Digest, digest


class Store:
    """Blobs under ``folder/<2 hex>/<digest>``. What was put is on the disk after `sync`, which a commit has to wait for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folders: set[Path] = set()

    def path(self, name: Digest) -> Path:
        """Where the blob with this digest lies."""
        return self.folder / name[:2] / name

    def put(self, data: bytes) -> Digest:
        """Stage a blob; bytes that are here already are not written again."""
        name = digest(data)
        place = self.path(name)
        if place.exists():
            return name
        if not place.parent.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(self.folder)
        made = place.with_suffix(".new")
        with made.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        made.rename(place)
        self._folders.add(place.parent)
        return name

    def sync(self) -> None:
        """Make the names durable too: after this, everything that was put survives a power cut."""
        for folder in sorted(self._folders):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        self._folders.clear()

    def get(self, name: Digest) -> bytes:
        """The blob with this digest. Raises FileNotFoundError."""
        return self.path(name).read_bytes()

    def names(self) -> Iterator[Digest]:
        """Every blob that is kept."""
        for folder in sorted(self.folder.iterdir()) if self.folder.exists() else ():
            for file in sorted(folder.iterdir()):
                if not file.suffix:
                    yield file.name

    def drop(self, name: Digest) -> None:
        """Remove a blob that no edition needs."""
        with suppress(FileNotFoundError):
            self.path(name).unlink()
