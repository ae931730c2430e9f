"""Looking at the press from outside, without stopping it: its state, its past, and why a page is as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hemei.press.book import snapshot
from hemei.press.errors import NotReady

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


def _book(home: Path) -> Path:
    return home / "press" / "press.sqlite3"
