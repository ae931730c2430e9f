"""A file system under the weakest promises that POSIX makes (`crash_states` says which): what may lie on it after a crash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import prod
from random import Random

from tests.works.crash_disk import Op

Key = tuple[int, str]
"""A folder (0 is the top) and a name in it."""
State = dict[Key, "bytes | int"]
"""What is found after a crash: the bytes of a file, or the number of a folder."""


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
