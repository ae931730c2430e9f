"""Looking at the press from outside, without stopping it: its state, its past, and why a page is as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hemei.press.book import Connection, snapshot
from hemei.press.errors import BadStore, NotReady
from hemei.press.store import Store
from hemei.seal.digest import digest
from hemei.seal.sources import Unread
from hemei.seal.tree import RESERVED

_NOTHING: dict[str, Any] = {"edition": 0, "root": "", "pages": 0, "files": 0, "bytes": 0}


def status(home: Path) -> dict[str, Any]:
    """Number, root, pages, files and bytes of the live edition; zeros before the first."""
    try:
        with snapshot(_book(home)) as db:
            found = db.execute(
                "SELECT number, root, pages, files, bytes FROM editions ORDER BY number DESC LIMIT 1"
            ).fetchone()
    except NotReady:
        return dict(_NOTHING)
    return dict(zip(_NOTHING, found, strict=True)) if found else dict(_NOTHING)


def held(home: Path) -> int:
    """The edition to which the press was rolled back and holds since, or 0."""
    try:
        with snapshot(_book(home)) as db:
            found = db.execute("SELECT value FROM meta WHERE name = 'held'").fetchone()
    except NotReady:
        return 0
    return int(found[0]) if found else 0


def history(home: Path, most: int = 100) -> list[dict[str, Any]]:
    """The newest editions, newest first: number, time, root, files, how many were printed, changed and gone, and why."""
    names = ("number", "time", "root", "files", "printed", "changed", "gone", "why")
    with snapshot(_book(home)) as db:
        found = db.execute(
            "SELECT number, time, root, files, printed, changed, gone, why FROM editions ORDER BY number DESC LIMIT ?",
            (most,),
        ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]


def explain(home: Path, path: str) -> dict[str, Any] | None:
    """The file at this path: the edition that gave it its bytes, the question whose answer changed, and what it read.

    None when the live edition has no such file. Every page reads the theme and the programs that print, too.
    """
    with snapshot(_book(home)) as db:
        found = db.execute("SELECT digest, size, kind, edition, why FROM pages WHERE path = ?", (path,)).fetchone()
        if not found:
            return None
        reads = db.execute(
            "SELECT q.key, q.answer FROM reads r JOIN queries q ON q.key = r.key WHERE r.path = ? ORDER BY 1", (path,)
        ).fetchall()
    names = ("digest", "size", "kind", "edition", "why")
    return {"path": path, **dict(zip(names, found, strict=True)), "reads": dict(reads)}


def files(home: Path, number: int) -> dict[str, str]:
    """Path -> digest of every file of an edition. Of one that is no longer kept, some may be missing."""
    with snapshot(_book(home)) as db:
        found = db.execute(
            "SELECT path, digest FROM pages WHERE edition <= ?1 UNION ALL "
            "SELECT path, digest FROM shelf WHERE ?1 BETWEEN since AND until",
            (number,),
        )
        return dict(found.fetchall())


@contextmanager
def live(home: Path) -> Iterator[Live]:
    """The live edition as a verifier reads it, whatever is printed meanwhile. Raises NotReady."""
    with snapshot(_book(home)) as db:
        yield Live(db, Store(home / "press" / "store", reading=True))


class Live:
    """The live edition where it lies, for `hemei.seal.verify`: what the book names, and what the store has of it."""

    live, jobs = False, 1

    def __init__(self, db: Connection, store: Store) -> None:
        self._db, self._store = db, store

    def listing(self) -> tuple[set[str], dict[str, str]]:
        named = [path for (path,) in self._db.execute("SELECT path FROM pages")]
        named += [RESERVED + name for (name,) in self._db.execute("SELECT name FROM wellknown")]
        named += [
            f"{RESERVED}tree/{name}" for (name,) in self._db.execute("SELECT name FROM bundles WHERE gone IS NULL")
        ]
        return set(named), {}

    def read(self, path: str, most: int) -> bytes:
        data = self._data(path)
        if len(data) > most:
            raise Unread(f"超过 {most} 字节")
        return data

    def measure(self, path: str, size: int) -> tuple[int, str]:
        data = self._data(path)[: size + 1]
        return len(data), digest(data)

    def _data(self, path: str) -> bytes:
        if path.startswith(f"{RESERVED}tree/"):
            found = self._db.execute("SELECT data FROM bundles WHERE name = ?", (path.rpartition("/")[2],)).fetchone()
        elif path.startswith(RESERVED):
            name = path.removeprefix(RESERVED)
            found = self._db.execute("SELECT data FROM wellknown WHERE name = ?", (name,)).fetchone()
        else:
            found = self._db.execute("SELECT digest FROM pages WHERE path = ?", (path,)).fetchone()
        if not found:
            raise Unread("缺失")
        try:
            return bytes(found[0]) if path.startswith(RESERVED) else self._store.get(found[0])
        except BadStore as error:
            raise Unread(str(error)) from error


def _book(home: Path) -> Path:
    return home / "press" / "press.sqlite3"
