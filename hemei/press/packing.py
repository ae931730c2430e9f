"""The second pass: when the press has nothing else to do, what is live is packed once for all its readers.

Slice by slice. First what the newest editions changed; then, from the start of the press on and again whenever it is
tidied, the whole edition by path, which finds what a cut, a full disk or a great printing left out.
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from hemei.press.book import Connection, connect
from hemei.press.coding import packs
from hemei.press.errors import BadStore
from hemei.press.packed import Packed
from hemei.press.printing import Issued
from hemei.press.store import Store
from hemei.seal.digest import Digest

LOOKED = 1_000
"""Files that are looked at in one slice, at most."""
HEAVY = 256 << 10
"""Bytes that are packed in one slice; a slice takes some 50 ms, or as long as one file does."""
WAITING = 10_000
"""Changed files that wait by name; a greater printing is found by the walk."""
ROOM = 256 << 20
"""Bytes that stay free on the disk: they are for printing."""


class Packing:
    """The second pass of one home, by the process that owns its press. One thread; `note` may be called by any."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "press"
        self._store = Store(self._folder / "store", reading=True)
        self._packed = Packed(self._folder / "packed")
        self._packed.tidy()
        self._db: Connection | None = None
        self._changed: deque[str] = deque()
        self._replaced: deque[tuple[str, int]] = deque()
        self._at: str | None = None
        """Where the walk is; None when it is through."""
        self._again = True
        """Whether it is to begin anew: others may set this at any time."""

    def note(self, issued: Issued) -> None:
        """An edition went live."""
        self._replaced.extend((path, issued.number - 1) for path in issued.gone)
        if len(self._changed) + len(issued.changed) > WAITING:
            self._again = True
        else:
            self._replaced.extend((path, issued.number - 1) for path in issued.changed)
            self._changed.extend(issued.changed)

    def again(self) -> None:
        """Walk through the whole edition once more."""
        self._again = True

    def turn(self) -> bool:
        """One slice; whether there is more to do now. A disk that is full or faulty is asked again the next time."""
        db = self._db = self._db or connect(self._folder / "press.sqlite3", reading=True)
        try:
            self._let_go(db)
            disk = os.statvfs(self._folder)
            if disk.f_bavail * disk.f_frsize < ROOM:
                return False
            self._slice(db)
        except OSError:
            return False
        return bool(self._changed) or self._again or self._at is not None

    def close(self) -> None:
        self._store.close()
        if self._db is not None:
            self._db.close()

    def _let_go(self, db: Connection) -> None:
        """Drop what is live no longer: long before its words leave the store, they are not lying about packed."""
        while self._replaced:
            path, until = self._replaced[0]
            old = db.execute("SELECT digest FROM shelf WHERE path = ? AND until = ?", (path, until)).fetchone()
            now = db.execute("SELECT digest FROM pages WHERE path = ?", (path,)).fetchone()
            if old and old != now:
                self._packed.drop(old[0])
            self._replaced.popleft()

    def _slice(self, db: Connection) -> None:
        heavy = 0
        for _ in range(LOOKED):
            if not self._changed or heavy > HEAVY:
                break
            found = db.execute("SELECT digest, size FROM pages WHERE path = ?", (self._changed[0],)).fetchone()
            heavy += self._pack(self._changed[0], *found) if found else 0
            self._changed.popleft()
        if self._again:
            self._again, self._at = False, ""
        if self._changed or self._at is None:
            return
        rows = db.execute(
            "SELECT path, digest, size FROM pages WHERE path > ? ORDER BY path LIMIT ?", (self._at, LOOKED)
        ).fetchall()
        for path, name, size in rows:
            if heavy > HEAVY:
                return
            heavy += self._pack(path, name, size)
            self._at = path
        if len(rows) < LOOKED:
            self._at = None

    def _pack(self, path: str, name: Digest, size: int) -> int:
        """Pack one file if it wants to be; how many bytes that were."""
        if not packs(path.rpartition(".")[2], size) or self._packed.has(name):
            return 0
        try:
            self._packed.put(name, self._store.get(name))
        except BadStore:
            return 0  # replaced since and pulped; or spoilt, which `verify` tells
        return size
