"""Crash states: all that may lie on a disk after the power failed, at every moment of a recorded publish.

A `Recorder` is a disk that does what it is asked, and writes it down; it can kill the press at its n-th request, or
refuse that one. A `World` takes such a log and knows what is safe and what is not, after each entry, under the weakest
promises that POSIX makes:

- Bytes that were not synced may be missing, cut anywhere, zero from anywhere on, those of before, or whole.
- A change of a folder (made, renamed, removed) that was not synced may be lost, each by itself and in any order. A rename
  is one change within a folder; between two folders the new name may appear while the old one stays, but never neither.
- Syncing a file makes its bytes safe, not its name; syncing a folder makes its names safe, not its own name above.
- A sync that fails makes nothing safe, and the bytes it was for cannot be made safe any more, unless written again.

The book and the store's sheets are SQLite (WAL, synchronous=FULL) and are trusted: old until a commit begins, old or new
until it returns, new from then on, as long as their own names are on the disk. Which sheets there are is asked through
another connection; of those that lie in reams only where they lie is trusted. The home itself is taken to be on the disk.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hemei.press import book, compiler, sheets
from hemei.press.store import Disk
from hemei.seal.digest import digest
from hemei.sqlite import swap

Op = tuple[Any, ...]
Log = list[Op]
Key = tuple[int, str]
"""A folder (0 is the top) and a name in it."""
Rows = dict[str, str]
"""The sheets by their digests: where each lies in a ream, or nothing for one in the database."""
State = dict[Key, "bytes | int"]
"""What is found after a crash: the bytes of a file, or the number of a folder."""

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


class World:
    """A file system: what programs see, what is safe, and what may or may not be found after a crash now."""

    def __init__(self) -> None:
        self.now = 0
        self.seen: dict[Key, int] = {}
        self.safe: dict[Key, int] = {}
        self.pending: dict[Key, list[tuple[int, int | None]]] = {}
        """Changes of a name that were not synced, with their moments: from then on it is that file, or none."""
        self.renames: list[tuple[int, Key, Key]] = []
        self.folders = {0}
        self.bytes: dict[int, bytes] = {}
        self.kept: dict[int, bytes] = {}
        self.unsafe: set[int] = set()
        self._lost: set[int] = set()
        self._last = 0

    def visible(self) -> State:
        """What programs see."""
        return {key: number if number in self.folders else self.bytes[number] for key, number in self.seen.items()}

    def key(self, path: str) -> Key:
        """Where a path's name stands, as programs see it now; -1 for the folder when there is none."""
        folder, _, name = path.rpartition("/")
        return self.number(folder) if folder else 0, name

    def number(self, path: str) -> int:
        at = 0
        for part in path.split("/") if path != "." else ():
            at = self.seen.get((at, part), -1)
        return at

    def apply(self, op: Op) -> None:
        """Let one entry of a log happen."""
        self.now += 1
        kind, *said = op
        if kind in ("mkdir", "write", "book"):
            key = self.key(said[0])
            number = self.seen.get(key)
            if number is None:
                self._last += 1
                number = self._last
                self._name(key, number)
            if kind == "mkdir":
                self.folders.add(number)
            else:
                self.bytes[number] = said[1] if kind == "write" else b"the book"
                self.unsafe.add(number)
                self._lost.discard(number)
            if kind == "book":
                self._safe(number)
        elif kind == "rename":
            old, new = map(self.key, said)
            self._name(new, self.seen[old])
            self._name(old, None)
            self.renames.append((self.now, old, new))
        elif kind == "unlink":
            self._name(self.key(said[0]), None)
        elif kind == "sync":
            self._sync(self.number(said[0]))
        elif kind == "sync_all":
            for number in list(self.unsafe):
                self._safe(number)
            for key in list(self.pending):
                self._settle(key)
        elif kind == "lost":
            self._lost |= {self.number(said[0])} & self.unsafe
        elif kind == "lost_all":
            self._lost |= self.unsafe
        if kind in ("sync", "sync_all"):
            self.renames = [each for each in self.renames if each[2] in self.pending]

    def _name(self, key: Key, number: int | None) -> None:
        assert key[0] >= 0
        self.pending.setdefault(key, []).append((self.now, number))
        if number is None:
            del self.seen[key]
        else:
            self.seen[key] = number

    def _sync(self, number: int) -> None:
        if number not in self.folders:
            self._safe(number)
            return
        for key in [key for key in self.pending if key[0] == number]:
            self._settle(key)
        for moment, old, new in self.renames:
            if old[0] == number and new in self.pending:
                self._settle(new, moment)

    def _safe(self, number: int) -> None:
        if number not in self._lost:
            self.unsafe.discard(number)
            self.kept[number] = self.bytes[number]

    def _settle(self, key: Key, until: int | None = None) -> None:
        left = self.pending.pop(key)
        while left and (until is None or left[0][0] <= until):
            _, then = left.pop(0)
            if then is None:
                self.safe.pop(key, None)
            else:
                self.safe[key] = then
        if left:
            self.pending[key] = left

    # What a crash may leave

    def certain(self) -> State:
        """What is found in every case."""
        found: State = {}
        for key, number in self.safe.items():
            if key not in self.pending and number not in self.unsafe:
                found[key] = number if number in self.folders else self.kept[number]
        return found

    def crashes(self, most: int, random: Random) -> Iterator[State]:
        """Different states that a crash now may leave: all of them when they are not more than `most`, else so many."""
        keys = [key for key, number in self.safe.items() if number in self.unsafe and key not in self.pending]
        keys += self.pending
        options = [[self.safe.get(key), *(number for _, number in self.pending.get(key, ()))] for key in keys]
        files = sorted({number for each in options for number in each if number in self.unsafe})
        sizes = [len(each) for each in options]
        certain, places = self.certain(), {key: at for at, key in enumerate(keys)}
        ties = [self._tie(places, *each) for each in sorted(self.renames, reverse=True)]
        few = prod(sizes) * _WAYS ** len(files) <= most
        possible = {number for each in options for number in each if number}
        whole = {number: number if number in self.folders else self.bytes[number] for number in possible}
        seen = set()
        for picks, ways in _every(sizes, len(files)) if few else _some(sizes, len(files), most, random):
            _tied(picks, ties)
            mark = bytes(picks), tuple(ways)
            if mark in seen:
                continue
            seen.add(mark)
            for number, way in zip(files, ways, strict=True):
                whole[number] = _cut(self.bytes[number], self.kept.get(number, b""), way)
            state = certain.copy()
            for key, option, pick in zip(keys, options, picks, strict=True):
                found = option[pick]
                if found is not None:
                    state[key] = whole[found]
            yield state

    def _tie(self, places: dict[Key, int], moment: int, old: Key, new: Key) -> tuple[int, int, int, int, bool]:
        """A rename: where its two names stand among the choices, and from which choice on it happened."""
        first, then = self._nth(old, moment), self._nth(new, moment)
        return places.get(old, -1), first, places.get(new, -1), then, old[0] == new[0]

    def _nth(self, key: Key, moment: int) -> int:
        """Which choice for this name is the change made at that moment; 0 when that is safe already."""
        left = self.pending.get(key, ())
        return next((at for at, (when, _) in enumerate(left, 1) if when == moment), 0)


def _tied(picks: list[int], ties: list[tuple[int, int, int, int, bool]]) -> None:
    """Newest first: an old name that is gone has its new one; within one folder, also the other way round."""
    for old, from_old, new, from_new, one in ties:
        if (old < 0 or picks[old] >= from_old) and new >= 0 and picks[new] < from_new:
            picks[new] = from_new
        if one and (new < 0 or picks[new] >= from_new) and old >= 0 and picks[old] < from_old:
            picks[old] = from_old


_WAYS = 6
_PLACES = 1 << 20


def _cut(data: bytes, before: bytes, way: int) -> bytes:
    """Unsynced bytes after a crash. From 6 on, `way` also says where: whole blocks, single bytes, zeros from there on."""
    if way < _WAYS:
        return (data, b"", before, bytes(len(data)), data[: len(data) // 2], data[:-1] + b"\0")[way]
    at = (way - _WAYS) // 3 * (len(data) + 1) // _PLACES
    if way % 3 == 0:
        return data[: at // 512 * 512]
    return data[:at] if way % 3 == 1 else data[:at] + bytes(len(data) - at)


def _every(sizes: list[int], files: int) -> Iterator[tuple[list[int], list[int]]]:
    total = prod(sizes) * _WAYS**files
    for number in range(total):
        picks, ways = [], []
        for size in sizes:
            number, pick = divmod(number, size)
            picks.append(pick)
        for _ in range(files):
            number, way = divmod(number, _WAYS)
            ways.append(way)
        yield picks, ways


def _some(sizes: list[int], files: int, most: int, random: Random) -> Iterator[tuple[list[int], list[int]]]:
    """Nothing happened, or everything, but for a few; or each by chance."""
    toss, last = random.random, [size - 1 for size in sizes]
    spread = range(len(sizes))
    for nth in range(most):
        if nth % 3 == 2 or not sizes:
            picks = [int(toss() * size) for size in sizes]
        else:
            picks = last.copy() if nth % 3 else [0] * len(sizes)
            for _ in range(int(toss() * 4)):
                at = spread[int(toss() * len(sizes))]
                picks[at] = int(toss() * sizes[at])
        yield picks, [0 if toss() < 0.3 else int(toss() * (_WAYS + 3 * _PLACES)) for _ in range(files)]


def files(state: State) -> dict[str, bytes]:
    """The files that are found, by path."""
    inside: dict[int, list[tuple[str, bytes | int]]] = defaultdict(list)
    for (folder, name), value in state.items():
        inside[folder].append((name, value))
    found: dict[str, bytes] = {}
    rest: list[tuple[int, str]] = [(0, "")]
    while rest:
        folder, path = rest.pop()
        for name, value in inside[folder]:
            if isinstance(value, int):
                rest.append((value, f"{path}{name}/"))
            else:
                found[path + name] = value
    return found


@dataclass
class Verdict:
    """What became of the states of some logs."""

    states: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    """How many of them broke a promise, by what was wrong."""

    def __iadd__(self, other: Verdict) -> Verdict:
        self.states += other.states
        self.bad += other.bad
        return self


class Promise:
    """What has to hold of a publish in every state, at the moment that a log has come to."""

    def __init__(self, log: Log) -> None:
        written = [(op[1].rpartition("/")[2], op[2]) for op in log if op[0] == "write"]
        self._content = {name: data for name, data in written if len(name) == 64 and digest(data) == name}
        self._reams = _reams(log)
        self._live: list[frozenset[str]] = []
        self._small: State = {}
        self._rows: Rows = {}
        """Sheets that are there in every case."""

    def apply(self, op: Op, world: World) -> None:
        if op[0] == "committing":
            self._live = [*self._live[-1:], op[1]]
            if op[1]:  # from the first edition on: keys and book as they are now
                keys = [world.key(path) for path in (BOOK, KEY, KEYS)]
                self._small = {key: world.bytes[world.seen[key]] for key in keys if key in world.seen}
        elif op[0] == "committed":
            self._live = self._live[-1:]
        elif op[0] == "settling":
            self._rows = {name: where for name, where in self._rows.items() if name in op[1]}
        elif op[0] == "sheets":
            self._rows = op[1]

    def of(self, world: World) -> Callable[[State], str | None]:
        """What is wrong with a state now: in words, or None."""
        home = world.number(STORE)
        wanted = [self._wanted(world, home, names) for names in self._live if names]
        shelves = {number for (folder, name), number in world.seen.items() if folder == home and name != "new"}
        small = {world.key(path): path for path in (KEY, KEYS)}

        def named(state: State, keys: Iterable[Key]) -> str | None:
            for key in keys:
                value = state.get(key)
                if value is None:
                    continue
                if key in small:
                    if not _readable(small[key], value):
                        return "a key is torn"
                elif key[0] in shelves and value not in (self._content.get(key[1]), *self._reams.get(key[1], ())):
                    return "under its name lies something else"
            return None

        doubtful = [*world.pending, *(key for key, number in world.safe.items() if number in world.unsafe)]
        doubtful = [key for key in doubtful if key[0] in shelves or key in small]
        certain = world.certain()
        always = named(certain, certain)

        def fault(state: State) -> str | None:
            for want in wanted:
                if not want.items() <= state.items():
                    return "what the live edition needs is not there"
            return always or named(state, doubtful)

        return fault

    def _wanted(self, world: World, home: int, names: frozenset[str]) -> State:
        want: State = {world.key(path): world.number(path) for path in ("home/press", STORE)}
        want.update(self._small)
        if names & self._rows.keys():
            want[world.key(SHEETS)] = b"the book"
        for ream in {self._rows[name].partition(":")[0] for name in names & self._rows.keys()} - {""}:
            want[world.key(REAMS)] = world.number(REAMS)
            number = world.number(f"{REAMS}/{ream}")
            want[world.key(f"{REAMS}/{ream}")] = world.bytes.get(number, b"never written")
        for name in names - self._rows.keys():
            shelf = world.seen.get((home, name[:2]), -1)
            want[home, name[:2]] = shelf
            want[shelf, name] = self._content.get(name, b"never written")
        return want


def _reams(log: Log) -> dict[str, list[bytes]]:
    """All that ever was a ream, by its name: as it was named, or there before."""
    found: dict[str, list[bytes]] = defaultdict(list)
    written: dict[str, bytes] = {}
    for kind, *said in log:
        if kind == "write":
            written[said[0]] = said[1]
        name = said[-1] if kind == "rename" else said[0] if kind == "write" else ""
        if name.startswith(f"{REAMS}/"):
            found[name.rpartition("/")[2]].append(written[said[0]])
    return found


def _readable(path: str, value: bytes | int) -> bool:
    """Whether a key file is one of those that were ever meant: 64 hex digits, or a document."""
    if not isinstance(value, bytes):
        return False
    try:
        return len(bytes.fromhex(value.decode())) == 32 if path == KEY else bool(json.loads(value))
    except ValueError:
        return False


class Folder:
    """What has to hold of a folder that is exported again and again: an export is whole under its name, or beside it."""

    def __init__(self, log: Log, out: str = "out") -> None:
        self._out, self._done, self._settled = out, 0, False
        self._whole: list[dict[str, bytes]] = []
        world = World()
        for op in log:
            world.apply(op)
            if op[0] == "exported":
                self._whole.append(_below(files(world.visible()), out))

    def apply(self, op: Op, world: World) -> None:
        self._settled = op[0] == "exported"
        self._done += self._settled

    def of(self, world: World) -> Callable[[State], str | None]:
        old, out, settled = self._whole[: self._done][-1:], self._out, self._settled
        whole = self._whole[max(self._done - 1, 0) : self._done + 1]

        def fault(state: State) -> str | None:
            found = files(state)
            here = _below(found, out)
            if here and here not in whole:
                return "under the folder's name lies half an export"
            if settled and here not in old:
                return "an export that was done is gone"
            if old and not here and _below(found, f"{out}.old") not in whole:
                return "no export is left"
            return None

        return fault


def _below(found: dict[str, bytes], folder: str) -> dict[str, bytes]:
    return {path.removeprefix(f"{folder}/"): data for path, data in found.items() if path.startswith(f"{folder}/")}


def judge(log: Log, begin: int, promise: Promise | Folder, most: int, seed: int, verdict: Verdict) -> None:
    """Look at up to `most` different states at every moment of a log from `begin` on."""
    world, random = World(), Random(seed)
    for at, op in enumerate(log):
        world.apply(op)
        promise.apply(op, world)
        if at < begin or op[0] == "restart":
            continue
        fault = promise.of(world)
        for state in world.crashes(most, random):
            verdict.states += 1
            told = fault(state)
            if told:
                verdict.bad[told] += 1
