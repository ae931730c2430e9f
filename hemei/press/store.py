"""Printed files by their digest: written once, never modified, safe on the disk before anything may name them."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hemei.press.errors import BadStore
from hemei.seal.digest import Digest, digest

MANY = 64
"""From so many new files on, one sync of the whole file system costs less than one for each (260 us and more)."""


class Disk:
    """All that the store asks of a disk. Tests hand in one that dies at the n-th request."""

    def write(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        """Put a whole file there; it is not safe before `sync`."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode), "wb") as file:
            file.write(data)

    def sync(self, path: Path) -> None:
        """Make a file's bytes, or a folder's names, safe against a power cut."""
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def sync_all(self, folder: Path) -> None:
        """Make everything on the file system of this folder safe."""
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if ctypes.CDLL(None, use_errno=True).syncfs(handle):
                raise OSError(ctypes.get_errno(), "syncfs")
        finally:
            os.close(handle)

    def rename(self, old: Path, new: Path) -> None:
        os.rename(old, new)

    def replace(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        """A small file of its own, whole or not at all: written aside, synced, renamed, its folder synced."""
        aside = path.with_name(path.name + ".new")
        self.write(aside, data, mode)
        self.sync(aside)
        self.rename(aside, path)
        self.sync(path.parent)


class Store:
    """Files under ``<2 hex>/<digest>``. What is `put` within `settled` is safe on the disk when that ends well.

    One process writes. A name appears only when the bytes below it are on the disk, so a file that is there is whole;
    its folder is synced again when it is used anew, for the process that named it may have died before it could.
    """

    def __init__(self, folder: Path, disk: Disk | None = None, *, reading: bool = False) -> None:
        self.folder = folder
        self._disk = disk or Disk()
        self._aside = folder / "new"
        self._staged: dict[Digest, Path] = {}
        self._again: set[Path] = set()
        if not reading:
            self._aside.mkdir(parents=True, exist_ok=True)
            for left in self._aside.iterdir():
                left.unlink()

    def put(self, data: bytes) -> Digest:
        """Stage these bytes; their digest."""
        name = digest(data)
        if name in self._staged:
            return name
        place = self._place(name)
        if self._whole(place, len(data)):
            self._again.add(place.parent)
        else:
            aside = self._aside / name
            self._disk.write(aside, data)
            self._staged[name] = aside
        return name

    @contextmanager
    def settled(self) -> Iterator[None]:
        """What is staged inside is safe and named at its end, or forgotten when anything fails."""
        try:
            yield
            self._settle()
        except BaseException:
            for aside in self._staged.values():
                aside.unlink(missing_ok=True)
            raise
        finally:
            self._staged.clear()
            self._again.clear()

    def _settle(self) -> None:
        many = len(self._staged) >= MANY
        folders = set(self._again)
        made = False
        if many:
            self._disk.sync_all(self.folder)
        for name, aside in self._staged.items():
            if not many:
                self._disk.sync(aside)
            place = self._place(name)
            if not place.parent.exists():
                place.parent.mkdir()
                made = True
            self._disk.rename(aside, place)
            folders.add(place.parent)
        if many:
            self._disk.sync_all(self.folder)
            return
        for folder in sorted(folders):
            self._disk.sync(folder)
        if made:
            self._disk.sync(self.folder)

    def get(self, name: Digest) -> bytes:
        """The bytes with this digest, checked. Raises BadStore."""
        try:
            data = self._staged.get(name, self._place(name)).read_bytes()
        except OSError as error:
            raise BadStore(f"成品库里读不到 {name}：{error.strerror}；请从备份恢复，或重新全部付印") from error
        if digest(data) != name:
            raise BadStore(f"成品库里的 {name} 被改动过；请删去这个文件，再重新全部付印")
        return data

    def has(self, name: Digest) -> bool:
        return name in self._staged or self._place(name).exists()

    def _place(self, name: Digest) -> Path:
        return self.folder / name[:2] / name

    @staticmethod
    def _whole(place: Path, size: int) -> bool:
        try:
            return place.stat().st_size == size
        except FileNotFoundError:
            return False
