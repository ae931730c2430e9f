"""Pulp 化浆: what no kept edition needs any more leaves the store.

Kept are every edition of the last thirty days, and of each day before that the last one. What stood at a path and was
replaced lies on the shelf, with the editions between which it stood; it is pulped when none of these is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from hemei.press.book import Book, Connection
from hemei.press.lists import instant
from hemei.press.packed import Packed
from hemei.press.shown import SHANGHAI
from hemei.press.store import Store

WINDOW = timedelta(days=30)
"""For so long every edition is kept."""
FOUNDLING = timedelta(days=1)
"""A file that belongs to nothing is left alone for so long: whatever it was for may be on its way."""

_NOT_LIVE = "SELECT digest FROM asked EXCEPT SELECT digest FROM pages"
_NOT_KEPT = "SELECT digest FROM asked EXCEPT SELECT digest FROM shelf EXCEPT SELECT digest FROM renditions"


def pulp(book: Book, store: Store, packed: Packed, now: datetime) -> int:
    """Let go of what no kept edition needs; how many files left the store. Never what one of them needs."""
    with book.transaction() as db:
        _note_kept(db, now)
        db.execute(
            "INSERT INTO pulp SELECT digest FROM shelf s WHERE NOT EXISTS "
            "(SELECT 1 FROM kept WHERE number BETWEEN s.since AND s.until) ON CONFLICT DO NOTHING"
        )
        db.execute(
            "DELETE FROM shelf AS s WHERE NOT EXISTS (SELECT 1 FROM kept WHERE number BETWEEN s.since AND s.until)"
        )
        # A picture leaves with its last user: the page that shows it, or a kept edition that did.
        db.execute(
            "CREATE TEMP TABLE unused AS SELECT recipe, digest FROM renditions n WHERE NOT EXISTS "
            "(SELECT 1 FROM reads WHERE key = 'picture:' || n.recipe) AND NOT EXISTS "
            "(SELECT 1 FROM shelf WHERE path = n.path)"
        )
        db.execute("INSERT INTO pulp SELECT digest FROM unused WHERE true ON CONFLICT DO NOTHING")
        db.execute("DELETE FROM renditions WHERE recipe IN (SELECT recipe FROM unused)")
        db.execute("DROP TABLE unused")
        db.execute("DROP TABLE kept")
    # Gone from the book for good; if the power fails here, the files go the next time.
    given = [name for (name,) in book.db.execute("SELECT digest FROM pulp")]
    needless = _those(book.db, _NOT_KEPT, _those(book.db, _NOT_LIVE, given))
    with store.settled():
        gone = store.drop(needless)
    for name in needless:
        packed.drop(name)
    with book.transaction() as db:
        db.execute("DELETE FROM pulp")
    return gone + store.clear((now - FOUNDLING).timestamp())


def sweep(book: Book, store: Store, packed: Packed, now: datetime, shelf: int) -> int:
    """Remove the files on one of 256 shelves of the store that belong to nothing, as a cut printing leaves them.

    What is packed is for readers: it goes when it is live no longer.
    """
    old = {name for name, since in store.names(shelf) if now.timestamp() - since > FOUNDLING.total_seconds()}
    not_live = _those(book.db, _NOT_LIVE, old.union(packed.names(shelf)))
    for name in not_live:
        packed.drop(name)
    needless = _those(book.db, _NOT_KEPT, old.intersection(not_live))
    with store.settled():
        return store.drop(needless)


def _note_kept(db: Connection, now: datetime) -> None:
    """The table `kept`: numbers of the editions that may be asked for again."""
    kept: list[int] = []
    day = ""
    newest_first = db.execute("SELECT number, time FROM editions ORDER BY number DESC")
    for number, time in newest_first.fetchall():
        that = str(instant(time).astimezone(SHANGHAI).date())
        if not kept or instant(time) > now - WINDOW or that != day:
            kept.append(number)
        day = that
    db.execute("CREATE TEMP TABLE kept(number INTEGER PRIMARY KEY)")
    db.executemany("INSERT INTO kept VALUES (?)", [(number,) for number in kept])


def _those(db: Connection, question: str, names: Collection[str]) -> list[str]:
    """Of these files, those that the question about the table `asked` is answered with."""
    if not names:
        return []
    db.execute("CREATE TEMP TABLE asked(digest TEXT PRIMARY KEY) WITHOUT ROWID")
    db.executemany("INSERT INTO asked VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in names])
    found = db.execute(question).fetchall()
    db.execute("DROP TABLE asked")
    return [name for (name,) in found]
