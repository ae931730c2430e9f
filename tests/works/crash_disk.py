"""A disk that does what it is asked, and writes it down: the logs of which `crash_states` asks what a power cut leaves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from hemei.press import book, compiler, sheets
from hemei.press.store import Disk
from hemei.seal.digest import digest
from hemei.sqlite import swap

Op = tuple[Any, ...]
Log = list[Op]
Rows = dict[str, str]
"""The sheets by their digests: where each lies in a ream, or nothing for one in the database."""

BOOK, KEY, KEYS, STORE = "home/press/press.sqlite3", "home/press/edition.key", "home/keys/keys.json", "home/press/store"
SHEETS, REAMS = f"{STORE}/{sheets.NAME}", f"{STORE}/{sheets.REAMS}"
NEEDED = "SELECT digest FROM pages UNION SELECT digest FROM shelf UNION SELECT digest FROM renditions"


class Killed(BaseException):
    """The process is no more: nothing that it would have done after this is done."""


class Recorder(Disk):
    """Does on a real folder what it is asked, syncs excepted, and writes it down. Kills or fails at the n-th request."""

    def __init__(self, base: Path, n: int = 0, error: int = 0) -> None:
        self.base, self.left, self.error = base, n, error
        self.log: Log = []
        self.books: list[Path] = []
        """Copies of the book: before each commit, and (`finish`) at the end."""
        self.sheets: list[Path] = []
        """Copies of the sheets, likewise."""
        self.asked: list[int] = []
        """For each request, how long the log was."""
        self._dead = self._commits = False
        self._open: list[Any] = []
        self._writers: list[Any] = []
        for found in sorted(base.rglob("*")):
            self.log.append(("mkdir", self._name(found)) if found.is_dir() else self._written(found))
        self._rows = self._seen()
        self.log += [("sheets", self._rows), ("sync_all",)]
        self.begin = len(self.log)
        """Where the log gets interesting: after what was there before, and after what an earlier take had too."""
        self._real = os.mkdir, os.unlink, os.rmdir

    # What the press asks of a disk

    def write(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        def half() -> None:
            super(Recorder, self).write(path, data[: len(data) // 2], mode)
            self.log.append(("write", self._name(path), data[: len(data) // 2]))

        self._ask(torn=half)
        super().write(path, data, mode)
        self.log.append(("write", self._name(path), data))

    def sync(self, path: Path) -> None:
        self._ask(refused=lambda: self.log.append(("lost", self._name(path))))
        self._made(SHEETS)
        self.log.append(("sync", self._name(path)))

    def sync_all(self, folder: Path) -> None:
        for lot in (self.base / STORE / "new").glob("*.lot"):  # other processes wrote these past this disk
            if ("write", self._name(lot), lot.read_bytes()) not in self.log:
                self.log.append(("write", self._name(lot), lot.read_bytes()))
        self._ask(refused=lambda: self.log.append(("lost_all",)))
        self.log.append(("sync_all",))

    def rename(self, old: Path, new: Path) -> None:
        self._ask()
        super().rename(old, new)
        self.log.append(("rename", self._name(Path(old)), self._name(Path(new))))

    def commit(self, db: Any) -> None:
        """The sheets', which are safe when it returns."""
        self._ask()
        self._copy(SHEETS, self.sheets)
        self.log.append(("settling", _rows(db)))
        super().commit(db)
        self._rows = self._seen()
        self.log.append(("sheets", self._rows))

    def committing(self) -> None:
        """Right before a commit: what the book needs from then on."""
        self._ask()
        self._made(BOOK)
        assert self._seen() == self._rows, "sheets were committed past the disk"
        needed = frozenset(name for (name,) in self._open[-1].execute(NEEDED)) if self._open else frozenset()
        self._copy(BOOK, self.books)
        self.log.append(("committing", needed))
        self._commits = True

    # What goes past the press's disk

    def mkdir(self, path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        self._aside("mkdir", 0, path, mode)

    def unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        if str(path).endswith(".lot") and not any(op[:2] == ("write", self._name(Path(path))) for op in self.log):
            self._ask()
            self._real[1](path)  # seen by no sync: of no use to anybody after a crash
            return
        self._aside("unlink", 1, path)

    def rmdir(self, path: Any, *, dir_fd: int | None = None) -> None:
        self._aside("unlink", 2, path)

    def _aside(self, said: str, which: int, path: Any, *more: Any) -> None:
        ours = Path(path).is_relative_to(self.base)
        if ours:
            self._ask()
        self._real[which](path, *more)
        if ours:
            self.log.append((said, self._name(Path(path))))

    def connect(self, path: Path, *, reading: bool = False) -> Any:
        made = _CONNECT(path, reading=reading)
        if not reading:
            self._open.append(made)
        return made

    def connect_sheets(self, place: Path, mode: str) -> Any:
        made = _CONNECT_SHEETS(place, mode)
        if mode != "ro":
            self._writers.append(made)
        return made

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """Whatever the press does with files is seen; its lock is another matter."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "mkdir", self.mkdir)
            patch.setattr(os, "unlink", self.unlink)
            patch.setattr(os, "rmdir", self.rmdir)
            patch.setattr(shutil, "rmtree", _remove)
            patch.setattr(sheets, "_connected", self.connect_sheets)
            patch.setattr(book, "connect", self.connect)
            patch.setattr(compiler, "_alone", lambda _: os.open(os.devnull, os.O_RDONLY))
            yield

    def again(self) -> None:
        """The process was killed; what it did stays. The next one begins."""
        for each in (*self._open, *self._writers):
            each.close()
        self._open.clear()
        self._writers.clear()
        self._dead = self._commits = False
        self.left = 0
        self.log.append(("restart",))

    def mark(self, *op: Any) -> None:
        self._committed()
        self.log.append(op)

    def finish(self) -> None:
        self._committed()
        self._copy(BOOK, self.books)
        self._copy(SHEETS, self.sheets)

    def _ask(self, torn: Callable[[], object] = lambda: None, refused: Callable[[], object] = lambda: None) -> None:
        if self._dead:
            raise Killed
        self._committed()
        self.asked.append(len(self.log))
        self.left -= 1
        if self.left == 0:
            torn()
            self.begin = len(self.log)
            if self.error:
                refused()
                raise OSError(self.error, os.strerror(self.error))
            self._dead = True
            raise Killed

    def _committed(self) -> None:
        if self._commits:
            self.log.append(("committed",))
            self._commits = False

    def _copy(self, database: str, copies: list[Path]) -> None:
        place = self.base.parent / f"{self.base.name}.{Path(database).stem}{len(copies)}"
        place.mkdir()
        for found in (self.base / database, self.base / f"{database}-wal"):
            if found.exists():
                shutil.copy(found, place)
        copies.append(place)

    def _made(self, database: str) -> None:
        if (self.base / database).exists() and ("book", database) not in self.log:
            self.log.append(("book", database))

    def _seen(self) -> Rows:
        """Sheets that another connection sees, each of them whole."""
        if not (self.base / SHEETS).exists():
            return {}
        with closing(swap().connect(self.base / SHEETS)) as other:
            return _rows(other)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.base))

    def _written(self, path: Path) -> Op:
        name = self._name(path)
        return ("book", name) if name.startswith((BOOK, SHEETS)) else ("write", name, path.read_bytes())


def _rows(db: Any) -> Rows:
    """Where the sheets are. They can be read, each of them whole."""
    (place,) = (Path(file) for _, name, file in db.execute("PRAGMA database_list") if name == "main")
    found: Rows = {}
    for name, data in db.execute("SELECT digest, data FROM sheets ORDER BY id"):
        if isinstance(data, str):
            ream, start, size = map(int, data.split(":"))
            whole = (place.with_name(sheets.REAMS) / str(ream)).read_bytes()[start : start + size]
        else:
            whole = data
        assert digest(whole) == name.hex()
        found[name.hex()] = data if isinstance(data, str) else ""
    return found


_CONNECT, _CONNECT_SHEETS = book.connect, sheets._connected


def _remove(folder: Path) -> None:
    for found in sorted(folder.rglob("*"), reverse=True):
        (Path.rmdir if found.is_dir() else Path.unlink)(found)
    folder.rmdir()
