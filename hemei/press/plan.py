"""What a sync has to do, and in which order: the live edition in one look, against what is known of the target.

The order (docs/run.md says it to those who run it): what was withdrawn goes before anything else; then what is named
by its content, articles, lists, what else is gone, and the statement of the edition, so that nobody who comes in the
middle is told that wrong bytes are genuine. `freshness.json` goes first and comes last: in between the copy does not
claim to be current.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from hemei.press.book import Connection
from hemei.press.known import Known
from hemei.press.pieces import read_setting
from hemei.press.site import read_site
from hemei.press.targets import NotSynced
from hemei.seal.digest import Digest
from hemei.seal.keys import Signed
from hemei.seal.tree import RESERVED

FRESHNESS = f"{RESERVED}freshness.json"
OURS = frozenset({"a", "t", "p", "tags", "about", "verify", "assets", "sitemap", RESERVED.rstrip("/")})
"""Folders of every site; its sections have one each besides."""


class Phase(IntEnum):
    """The steps of a sync, in their order."""

    WITHDRAWN = 0
    PICTURES_GONE = 1
    NOT_CURRENT = 2
    KEYS = 3
    ASSETS = 4
    LISTS_EARLY = 5
    PICTURES = 6
    ARTICLES = 7
    LISTS = 8
    GONE = 9
    EDITION = 10
    CURRENT = 11
    SEAL_GONE = 12


REMOVE = frozenset({Phase.WITHDRAWN, Phase.PICTURES_GONE, Phase.NOT_CURRENT, Phase.GONE, Phase.SEAL_GONE})


@dataclass(frozen=True, slots=True)
class Deed:
    """One file to write, or to remove."""

    path: str
    digest: Digest = ""
    size: int = 0
    data: bytes | None = None
    """The bytes themselves where they are not in the store: documents of the seal."""


@dataclass(frozen=True, slots=True)
class Live:
    """The edition that is brought."""

    number: int
    site: str
    address: str
    """Scheme and host."""
    sections: frozenset[str]
    """Ids of all sections that the site ever had."""
    withdrawals: str
    """Another one whenever something is withdrawn, or comes back."""


class Plan:
    """Tables `wanted` (the edition), `withdrawn` (paths that must not be there) and `deed`, beside what is known."""

    def __init__(self, book: Path, known: Known) -> None:
        self._book, self._known, self._db = book, known, known.db

    def look(self, *, whole: bool = False) -> Live:
        """Take down the live edition, all of it from one moment. `whole`: with the bytes of everything in the seal."""
        db = self._db
        db.execute("ATTACH ? AS book", (f"{self._book.absolute().as_uri()}?mode=ro",))
        try:
            db.execute("BEGIN")
            for name, columns in (("wanted", "path TEXT PRIMARY KEY, digest TEXT, size INTEGER, kind TEXT, data BLOB"),
                                  ("withdrawn", "path TEXT PRIMARY KEY")):  # fmt: skip
                db.execute(f"DROP TABLE IF EXISTS temp.{name}")
                db.execute(f"CREATE TEMP TABLE {name}({columns}) WITHOUT ROWID")
            live = self._live(db)
            db.execute("INSERT INTO wanted SELECT path, digest, size, kind, NULL FROM book.pages")
            db.execute(
                "INSERT INTO wanted SELECT ? || name, sha256(data), length(data), 'seal', data FROM book.wellknown",
                (RESERVED,),
            )
            # A bundle is named by its content: what is known to be there under its name needs no second look.
            db.execute(
                "INSERT INTO wanted SELECT b.path, iif(t.path IS NULL, sha256(b.data), t.digest), length(b.data), 'tree', "
                "iif(t.path IS NULL, b.data, NULL) FROM (SELECT ?1 || 'tree/' || name AS path, data FROM book.bundles "
                "WHERE gone IS NULL) b LEFT JOIN there t ON t.path = b.path AND t.digest != '' AND NOT ?2",
                (RESERVED, whole),
            )
            for end in ("index.html", "proof.json"):
                db.execute(
                    "INSERT INTO withdrawn SELECT 'a/' || substr(key, 7) || '/' || ? FROM book.pieces "
                    "WHERE state = 'withdrawn' AND key GLOB 'story:*'",
                    (end,),
                )
            db.execute("COMMIT")
            return live
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
            db.execute("DETACH book")

    @staticmethod
    def _live(db: Connection) -> Live:
        (number,) = db.execute("SELECT coalesce(max(number), 0) FROM book.editions").fetchone()
        if not number:
            raise NotSynced("还没有印出第一版，没有什么可同步。请先签发网站设置。")
        (statement,) = db.execute("SELECT data FROM book.wellknown WHERE name = 'edition.json'").fetchone()
        settings = db.execute(
            "SELECT v.content, p.version = v.version FROM book.versions v JOIN book.pieces p ON p.key = v.key "
            "WHERE v.key = 'setting:site'"
        ).fetchall()
        sites = [(read_site(read_setting(bytes(content))[2]), now) for content, now in settings]
        address = next((site.url for site, now in sites if now), "")
        sections = frozenset(section.id for site, _ in sites for section in site.sections)
        site = Signed.from_json(bytes(statement)).document["site"]
        return Live(number, str(site), address, sections, withdrawals(db, "book."))

    def deeds(self, live: Live) -> int:
        """Work out what is to be done; how many files."""
        db = self._db
        known_before = not self._known.empty()
        early = known_before and self._known.fact("withdrawals") != live.withdrawals
        withdrawn = {path for (path,) in db.execute("SELECT path FROM withdrawn JOIN there USING (path)")}
        db.create_function("put_in", 2, lambda path, kind: _put_in(path, kind, early))
        db.create_function("gone_in", 1, lambda path: _gone_in(path, withdrawn, early))
        db.execute("DROP TABLE IF EXISTS temp.deed")
        db.execute(
            "CREATE TEMP TABLE deed(phase INTEGER, path TEXT, digest TEXT, size INTEGER, data BLOB, "
            "PRIMARY KEY (phase, path)) WITHOUT ROWID"
        )
        db.execute(
            "INSERT INTO deed SELECT put_in(w.path, w.kind), w.path, w.digest, w.size, w.data FROM wanted w "
            "LEFT JOIN there t ON t.path = w.path WHERE t.digest IS NOT w.digest"
        )
        db.execute(
            "INSERT INTO deed SELECT gone_in(t.path), t.path, '', 0, NULL FROM there t "
            "WHERE NOT EXISTS (SELECT 1 FROM wanted w WHERE w.path = t.path)"
        )
        outdated = db.execute("SELECT 1 FROM deed WHERE phase NOT IN (?, ?)", (Phase.KEYS, Phase.CURRENT)).fetchone()
        if outdated and self._known.get(FRESHNESS) is not None:
            db.execute("INSERT INTO deed VALUES (?, ?, '', 0, NULL)", (Phase.NOT_CURRENT, FRESHNESS))
            db.execute(
                "INSERT OR IGNORE INTO deed SELECT ?, path, digest, size, data FROM wanted WHERE path = ?",
                (Phase.CURRENT, FRESHNESS),
            )
        return int(db.execute("SELECT count(DISTINCT path) FROM deed").fetchone()[0])

    def phases(self) -> list[Phase]:
        return [Phase(phase) for (phase,) in self._db.execute("SELECT DISTINCT phase FROM deed ORDER BY 1")]

    def of(self, phase: Phase) -> Iterator[Deed]:
        """The files of one phase; the home page after the others."""
        found = self._db.execute(
            "SELECT path, digest, size, data FROM deed WHERE phase = ? ORDER BY path = 'index.html', path", (phase,)
        )
        yield from (Deed(path, content, size, data) for path, content, size, data in found)


def withdrawals(db: Connection | sqlite3.Connection, book: str = "") -> str:
    """How many pieces are withdrawn, and when the last one was."""
    found = db.execute(
        f"SELECT count(*), coalesce(max(withdrawn), '') FROM {book}pieces WHERE state = 'withdrawn'"  # noqa: S608
    ).fetchone()
    return f"{found[0]} {found[1]}"


def _put_in(path: str, kind: str, early: bool) -> Phase:
    if kind == "seal":
        name = path.removeprefix(RESERVED)
        return {"edition.json": Phase.EDITION, "freshness.json": Phase.CURRENT}.get(name, Phase.KEYS)
    if kind in ("asset", "picture"):
        return Phase.ASSETS if kind == "asset" else Phase.PICTURES
    if kind == "tree" or path.startswith("a/"):
        return Phase.ARTICLES
    return Phase.LISTS_EARLY if early else Phase.LISTS


def _gone_in(path: str, withdrawn: set[str], early: bool) -> Phase:
    if path in withdrawn:
        return Phase.WITHDRAWN
    if (
        path.startswith("p/") and early
    ):  # a withdrawn story's pictures; telling them from others would cost a look at each
        return Phase.PICTURES_GONE
    return Phase.SEAL_GONE if path.startswith(RESERVED) else Phase.GONE
