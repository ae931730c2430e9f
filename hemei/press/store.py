"""Printed files by their digest: written once, never modified, safe on the disk before anything may name them."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from hemei.press.errors import BadStore
from hemei.press.sheets import NAME, Connection, Sheets
from hemei.seal.digest import Digest, digest

SMALL = 65_536
"""Smaller ones are sheets 印张, in one database; each larger one is a file of its own."""
MANY = 64
"""From so many new files on, one sync of the whole file system costs less than one for each (260 us and more)."""
MOST = 24 << 20
"""Bytes of sheets that are settled at once, at the most: what has a name and is in no edition does no harm."""
BOUND = 50_000
"""Sheets in reams, likewise."""
WORTH = 128 << 10
"""Bytes from which on a file that another process wrote may become a ream."""


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

    def commit(self, db: Connection) -> None:
        """Make what a transaction wrote safe, all of it or nothing."""
        db.execute("COMMIT")

    def replace(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        """A small file of its own, whole or not at all: written aside, synced, renamed, its folder synced."""
        aside = path.with_name(path.name + ".new")
        self.write(aside, data, mode)
        self.sync(aside)
        self.rename(aside, path)
        self.sync(path.parent)


class _Lot(NamedTuple):
    """A file that another process wrote, and what lies in it, one behind the other: digest and size of each."""

    place: str
    parts: list[tuple[Digest, int]]

    def each(self) -> Iterator[tuple[Digest, bytes]]:
        with open(self.place, "rb") as file:
            for name, size in self.parts:
                yield name, file.read(size)


class Store:
    """Printed bytes by their digest: small ones among the sheets, others as files under ``<2 hex>/<digest>``.

    What is `put` within `settled` is safe on the disk when that ends well. One process writes. A file's name appears only
    when the bytes below it are on the disk, so a file that is there is whole; its folder is synced again when it is used
    anew, for the process that named it may have died before it could. So may one that made that folder: the folder above
    is synced when the store is opened.
    """

    def __init__(self, folder: Path, disk: Disk | None = None, *, reading: bool = False) -> None:
        self.folder = folder
        self._disk = disk or Disk()
        self._aside = folder / "new"
        self._staged: dict[Digest, None] = {}
        self._again: set[Path] = set()
        self._made = False
        """Whether a folder was made whose name is not safe yet, also when that printing failed."""
        self._waiting: dict[Digest, bytes | memoryview] = {}
        """Sheets that are staged, and not written yet."""
        self._held = 0
        """Bytes of these."""
        self._lots: list[_Lot] = []
        """What other processes printed, to be bound as reams."""
        self._laid: set[Digest] = set()
        """All that lies in these; it can be had when it is settled."""
        self._token, self._number = secrets.token_hex(4), count()
        self._settling: Future[None] | None = None
        self._flying: dict[Digest, bytes | memoryview] = {}
        """Sheets that are being settled."""
        self._shelves: set[str] = set()
        """Folders of files that are there; none ever goes."""
        if not reading:
            self._aside.mkdir(parents=True, exist_ok=True)
            self._sweep()
            self._shelves = {each.name for each in os.scandir(folder) if len(each.name) == 2}
        self._sheets = Sheets(folder / NAME, reading=reading)
        if not reading:
            self._disk.sync(folder)

    def put(self, data: bytes) -> Digest:
        """Stage these bytes; their digest."""
        name = digest(data)
        self._held += len(data)
        self._stage(name, data)
        return name

    def lay(self, task: bytes) -> str:
        """Lay a task before another process: where it lies, and where that one may lay bytes, for `adopt`, in its place."""
        # Its name is new: a worker that outlived an earlier press must not write over what this one's lay down.
        place = f"{self._aside}/{self._token}-{next(self._number)}.lot"
        with open(place, "wb") as file:
            file.write(task)
        return place

    def adopt(self, place: str, parts: Iterable[tuple[Digest, int]]) -> None:
        """Stage what another process laid down: digest and size of each part, in their order.

        Raises BadStore when these are not the bytes, or a full disk cut them short. What is bound as a ream is looked at
        when it is read, as all that is stored.
        """
        lot = _Lot(place, list(parts))
        size = sum(size for _, size in lot.parts)
        if os.stat(place).st_size != size:
            raise BadStore(f"{place} 没有写完整；请检查磁盘，再试一次")
        there = self._sheets.known(lot.parts)
        new = size - sum(size for name, size in lot.parts if name in there or name in self._laid)
        if new < max(size // 2, WORTH):  # its few new ones lie better among the others
            for name, data in lot.each():
                if name not in there:
                    if digest(data) != name:
                        raise BadStore(f"{place} 里不是印好的内容；请再试一次")
                    self._held += len(data)
                    self._stage(name, data)
            os.unlink(place)
            return
        self._laid.update(name for name, _ in lot.parts)
        self._lots.append(lot)
        if len(self._laid) >= BOUND:
            self._commit_beside()

    def _stage(self, name: Digest, data: bytes | memoryview) -> None:
        if name in self._staged or name in self._waiting or name in self._laid:
            return
        if name[:2] in self._shelves and self._whole(name, len(data)):
            self._again.add(self._place(name).parent)
        elif len(data) < SMALL:
            self._waiting[name] = data
            if self._held >= MOST:
                self._commit_beside()
        else:
            self._disk.write(self._aside / name, bytes(data))
            self._staged[name] = None

    @contextmanager
    def settled(self) -> Iterator[None]:
        """What is staged inside is safe and named at its end, or forgotten when anything fails."""
        # A great many are settled beside the printing, which need not wait for the disk.
        with ThreadPoolExecutor(1) as self._beside:
            try:
                yield
                self._settled_before()
                self._settle()
                self._commit(self._waiting, self._lots)
            except BaseException:
                self._settling = None
                self._beside.shutdown()
                self._sheets.forget()
                self._sweep()
                raise
            finally:
                self._staged.clear()
                self._again.clear()
                self._waiting, self._flying, self._held = {}, {}, 0
                self._lots, self._laid = [], set()

    def _commit_beside(self) -> None:
        self._settled_before()
        self._flying, self._waiting, self._held = self._waiting, {}, 0
        lots, self._lots, self._laid = self._lots, [], set()
        self._settling = self._beside.submit(self._commit, self._flying, lots)

    def _settled_before(self) -> None:
        if self._settling:
            self._settling.result()
            self._settling = None

    def _commit(self, sheets: Mapping[Digest, bytes | memoryview], lots: Sequence[_Lot]) -> None:
        if sheets:
            self._sheets.put(sheets)
        if lots:
            self._disk.sync_all(self.folder)
            for lot, number in zip(lots, self._sheets.bind([lot.parts for lot in lots]), strict=True):
                self._disk.rename(Path(lot.place), self._sheets.reams / str(number))
            self._disk.sync(self._sheets.reams)
        if db := self._sheets.open:
            self._disk.commit(db)

    def _settle(self) -> None:
        many = len(self._staged) >= MANY
        folders = set(self._again)
        if many:
            self._disk.sync_all(self.folder)
        for name in self._staged:
            aside, place = self._aside / name, self._place(name)
            if not place.parent.exists():
                self._made = True
                place.parent.mkdir()
            self._shelves.add(name[:2])
            if not many:
                self._disk.sync(aside)
            self._disk.rename(aside, place)
            folders.add(place.parent)
        if many:
            self._disk.sync_all(self.folder)
        else:
            for folder in sorted(folders):
                self._disk.sync(folder)
            if self._made:
                self._disk.sync(self.folder)
        self._made = False

    def _sweep(self) -> None:
        for left in self._aside.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()

    def get(self, name: Digest) -> bytes:
        """The bytes with this digest, checked. Raises BadStore."""
        staged = self._waiting.get(name, self._flying.get(name))
        data = self._sheets.get(name) if staged is None else bytes(staged)
        if data is None:
            try:
                data = (self._aside / name if name in self._staged else self._place(name)).read_bytes()
            except OSError as error:
                raise BadStore(f"成品库里读不到 {name}：{error.strerror}；请从备份恢复，或重新全部付印") from error
        if digest(data) != name:
            raise BadStore(f"成品库里的 {name} 被改动过；请从备份恢复，或停下和媒，移走成品库再重新全部付印")
        return data

    def drop(self, names: Iterable[Digest]) -> int:
        """Remove what nothing needs, within `settled`; how many of these there were."""
        names = list(names)
        gone = self._sheets.drop(names)
        for name in names:
            with suppress(FileNotFoundError):
                self._place(name).unlink()
                gone += 1
        return gone

    def names(self, shelf: int) -> Iterator[tuple[Digest, float]]:
        """What is on one of 256 shelves, each with when it was last written (seconds since 1970); 0 for a sheet, which
        is named by an edition as soon as it is there, or never."""
        yield from ((name, 0.0) for name in self._sheets.names(shelf))
        folder = self.folder / f"{shelf:02x}"
        if folder.is_dir():
            yield from ((one.name, one.stat().st_mtime) for one in os.scandir(folder))

    def clear(self, before: float) -> int:
        """Remove the files of reams that nothing has been in since this time (seconds since 1970); how many."""
        return self._sheets.clear(before)

    def rest(self) -> None:
        """What is better done when nobody waits."""
        self._sheets.rest()

    def close(self) -> None:
        self._sheets.close()

    def _place(self, name: Digest) -> Path:
        return self.folder / name[:2] / name

    def _whole(self, name: Digest, size: int) -> bool:
        try:
            return os.stat(f"{self.folder}/{name[:2]}/{name}").st_size == size
        except FileNotFoundError:
            return False
