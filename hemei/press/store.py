"""Printed files by their digest: written once, never modified, safe on the disk before anything may name them."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from hemei.press.errors import BadStore
from hemei.seal.digest import Digest, digest

MANY = 64
"""From so many new files on, one sync of the whole file system costs less than one for each (260 us and more)."""

MOST = 10_000
"""So many are settled at once at the most: what has a name and is in no edition does no harm."""


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

    def rename(self, old: Path | str, new: Path | str) -> None:
        os.rename(old, new)

    def replace(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        """A small file of its own, whole or not at all: written aside, synced, renamed, its folder synced."""
        aside = path.with_name(path.name + ".new")
        self.write(aside, data, mode)
        self.sync(aside)
        self.rename(aside, path)
        self.sync(path.parent)


def stage(folder: str, data: bytes) -> tuple[Digest, bool]:
    """Write these bytes aside, as `Store.put` does, from another process: their name, and whether they are new.

    Whoever opened the store has to `adopt` them. They lie on 256 shelves, as they will in the end: ext4 takes two to
    three times as long to make many files in one folder.
    """
    name = digest(data)
    try:
        if os.stat(f"{folder}/{name[:2]}/{name}").st_size == len(data):
            return name, False
    except FileNotFoundError:
        pass
    shelf = f"{folder}/new/{name[:2]}"
    # Not cut to nothing first: another process may have staged the same bytes, and they may have a name by now.
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
    try:
        handle = os.open(f"{shelf}/{name}", flags, 0o644)
    except FileNotFoundError:
        with suppress(FileExistsError):
            os.mkdir(shelf)
        handle = os.open(f"{shelf}/{name}", flags, 0o644)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
    finally:
        os.close(handle)
    return name, True


class Store:
    """Files under ``<2 hex>/<digest>``. What is `put` within `settled` is safe on the disk when that ends well.

    One process writes. A name appears only when the bytes below it are on the disk, so a file that is there is whole;
    its folder is synced again when it is used anew, for the process that named it may have died before it could. So
    may one that made that folder: the folder above is synced when the store is opened.
    """

    def __init__(self, folder: Path, disk: Disk | None = None, *, reading: bool = False) -> None:
        self.folder = folder
        self._disk = disk or Disk()
        self._root = str(folder)
        self._aside = folder / "new"
        self._staged: dict[Digest, str] = {}
        """What is still to be named, and where it lies."""
        self._settling: Future[None] | None = None
        self._shelves: set[str] = set()
        """Of the 256 folders those that are known to be there; none ever goes."""
        self._again: set[str] = set()
        self._made = False
        """Whether a folder was made whose name is not safe yet, also when that printing failed."""
        self._unsafe = False
        """Whether many were named, and their names are still to be made safe."""
        if not reading:
            self._aside.mkdir(parents=True, exist_ok=True)
            self._sweep()
            self._disk.sync(folder)

    def put(self, data: bytes) -> Digest:
        """Stage these bytes; their digest."""
        name = digest(data)
        if name in self._staged:
            return name
        if self._whole(name, len(data)):
            self._again.add(name[:2])
        else:
            self._disk.write(self._aside / name, data)
            self._stage(name, f"{self._root}/new/{name}")
        return name

    def adopt(self, name: Digest, fresh: bool = True) -> None:
        """Settle with the others what another process staged, or found to be there already."""
        if fresh:
            self._stage(name, f"{self._root}/new/{name[:2]}/{name}")
        else:
            self._again.add(name[:2])

    def _stage(self, name: Digest, aside: str) -> None:
        self._staged[name] = aside
        if len(self._staged) >= MOST:
            self._settled_before()
            staged, self._staged = self._staged, {}
            self._settling = self._beside.submit(self._many, staged)

    @contextmanager
    def settled(self) -> Iterator[None]:
        """What is staged inside is safe and named at its end, or forgotten when anything fails."""
        # A great many are settled beside the printing, which need not wait for the disk.
        with ThreadPoolExecutor(1) as self._beside:
            try:
                yield
                self._settled_before()
                self._settle()
            except BaseException:
                self._settling = None
                self._beside.shutdown()
                self._sweep()
                raise
            finally:
                self._staged.clear()
                self._again.clear()

    def _settled_before(self) -> None:
        if self._settling:
            self._settling.result()
            self._settling = None

    def _settle(self) -> None:
        folders = {f"{self._root}/{shelf}" for shelf in self._again}
        if len(self._staged) >= MANY:
            self._many(self._staged)
        else:
            for name, aside in self._staged.items():
                folders.add(self._name(name, aside, safe=False))
        self._staged.clear()
        self._again.clear()
        if self._unsafe:
            self._disk.sync_all(self.folder)
            self._sweep()  # the folders that others staged in
        else:
            for folder in sorted(folders):
                self._disk.sync(Path(folder))
            if self._made:
                self._disk.sync(self.folder)
        self._made = self._unsafe = False

    def _many(self, staged: dict[Digest, str]) -> None:
        self._disk.sync_all(self.folder)
        self._unsafe = True
        for name, aside in staged.items():
            self._name(name, aside, safe=True)

    def _name(self, name: Digest, aside: str, *, safe: bool) -> str:
        """Let staged bytes have their name, once they are safe; the folder that it stands in."""
        shelf = f"{self._root}/{name[:2]}"
        if name[:2] not in self._shelves:
            if not os.path.isdir(shelf):
                self._made = True
                os.mkdir(shelf)
            self._shelves.add(name[:2])
        try:
            if not safe:
                self._disk.sync(Path(aside))
            self._disk.rename(aside, f"{shelf}/{name}")
        except FileNotFoundError:  # two processes staged the same bytes, and the first was settled before
            if not os.path.exists(f"{shelf}/{name}"):
                raise
        return shelf

    def _sweep(self) -> None:
        for left in self._aside.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()

    def get(self, name: Digest) -> bytes:
        """The bytes with this digest, checked. Raises BadStore."""
        try:
            data = Path(self._staged.get(name) or self._place(name)).read_bytes()
        except OSError as error:
            raise BadStore(f"成品库里读不到 {name}：{error.strerror}；请从备份恢复，或重新全部付印") from error
        if digest(data) != name:
            raise BadStore(f"成品库里的 {name} 被改动过；请删去这个文件，再重新全部付印")
        return data

    def drop(self, name: Digest) -> bool:
        """Remove a file that nothing needs; whether it was there."""
        try:
            os.unlink(self._place(name))
        except FileNotFoundError:
            return False
        return True

    def names(self, shelf: int) -> Iterator[tuple[Digest, float]]:
        """The files on one of 256 shelves, each with when it was last written (seconds since 1970)."""
        folder = self.folder / f"{shelf:02x}"
        if folder.is_dir():
            yield from ((one.name, one.stat().st_mtime) for one in os.scandir(folder))

    def has(self, name: Digest) -> bool:
        return name in self._staged or os.path.exists(self._place(name))

    def _place(self, name: Digest) -> str:
        return f"{self._root}/{name[:2]}/{name}"

    def _whole(self, name: Digest, size: int) -> bool:
        try:
            return os.stat(self._place(name)).st_size == size
        except FileNotFoundError:
            return False
