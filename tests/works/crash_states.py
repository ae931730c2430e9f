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
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from hemei.seal.digest import digest
from tests.works.crash_disk import BOOK, KEY, KEYS, REAMS, SHEETS, STORE, Log, Op, Rows
from tests.works.crash_world import Key, State, World, files


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
