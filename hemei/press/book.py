"""The press's own book: one SQLite database that only the press writes, and that the server reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from hemei.press.errors import NotReady
from hemei.sqlite import swap

if TYPE_CHECKING:
    from sqlite3 import Connection as Connection
else:
    Connection = Any  # pysqlite3's class where that is installed; it has no types of its own

FORMAT = 3
WAITING = 60_000
"""Pages of the write-ahead log from which on a commit brings them into the database itself; `Book.rest` does before."""
_OURS = 0x48656D65
"""SQLite's application_id of a press's book."""

_SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- What was admitted. `state` is admitted, withdrawn, or absent (rolled back to before its first release).
CREATE TABLE pieces(key TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('admitted', 'withdrawn', 'absent')),
    version TEXT NOT NULL, proof TEXT NOT NULL, stamps TEXT NOT NULL, released TEXT NOT NULL,
    first_released TEXT NOT NULL, sequence INTEGER NOT NULL, withdrawal TEXT NOT NULL, withdrawn TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE INDEX pieces_sequence ON pieces(sequence);
CREATE TABLE versions(key TEXT NOT NULL, version TEXT NOT NULL, barred INTEGER NOT NULL DEFAULT 0, content BLOB NOT NULL,
    PRIMARY KEY (key, version));
-- A proof.json ends with the version that it proves, which is kept above: here is what comes before. And withdrawals.
CREATE TABLE proofs(digest TEXT PRIMARY KEY, head BLOB NOT NULL);
CREATE TABLE history(edition INTEGER NOT NULL, key TEXT NOT NULL, before TEXT, PRIMARY KEY (edition, key))
    WITHOUT ROWID;
CREATE TABLE orders(name TEXT PRIMARY KEY, edition INTEGER, refused TEXT) WITHOUT ROWID;
-- Lists: narrow rows, which list holds whom, where the pages of a list begin (in first-release sequence numbers).
CREATE TABLE rows(number INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, row TEXT NOT NULL, lists TEXT NOT NULL);
CREATE TABLE entries(list TEXT NOT NULL, sequence INTEGER NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (list, sequence)) WITHOUT ROWID;
CREATE TABLE lists(list TEXT PRIMARY KEY, stories INTEGER NOT NULL, slug TEXT) WITHOUT ROWID;
CREATE INDEX lists_slug ON lists(slug) WHERE slug IS NOT NULL;
CREATE TABLE bounds(list TEXT NOT NULL, page INTEGER NOT NULL, first INTEGER NOT NULL, PRIMARY KEY (list, page))
    WITHOUT ROWID;
CREATE INDEX bounds_first ON bounds(list, first);
-- Recorded reads: every question that a page asked, with the one answer that all its readers were printed from.
CREATE TABLE queries(key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reads(key TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (key, path)) WITHOUT ROWID;
CREATE INDEX reads_path ON reads(path);
-- The list of corrections by place: what is right now, and in which story.
CREATE TABLE corrections(sequence INTEGER PRIMARY KEY, number INTEGER NOT NULL, row TEXT NOT NULL);
CREATE INDEX corrections_number ON corrections(number);
-- Up to when what was signed for a piece is called off, with the signed recall.
CREATE TABLE recalls(key TEXT NOT NULL, what TEXT NOT NULL, time TEXT NOT NULL, proof BLOB NOT NULL,
    PRIMARY KEY (key, what)) WITHOUT ROWID;
CREATE TABLE crossings(at TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE renditions(recipe TEXT NOT NULL, path TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, PRIMARY KEY (recipe, path)) WITHOUT ROWID;
CREATE INDEX renditions_path ON renditions(path);
-- The edition that is live: what is served is what `pages` says, and nothing else.
CREATE TABLE pages(path TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL, kind TEXT NOT NULL,
    edition INTEGER NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;
-- What stood at a path before, from edition `since` to `until`, and files that are about to leave the store.
CREATE TABLE shelf(path TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, digest TEXT NOT NULL,
    size INTEGER NOT NULL, PRIMARY KEY (path, since)) WITHOUT ROWID;
CREATE TABLE pulp(digest TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE nodes(prefix TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE bundles(name TEXT PRIMARY KEY, data BLOB NOT NULL, gone INTEGER);
CREATE INDEX bundles_gone ON bundles(gone) WHERE gone IS NOT NULL;
CREATE TABLE editions(number INTEGER PRIMARY KEY, root TEXT NOT NULL, statement BLOB NOT NULL, time TEXT NOT NULL,
    pages INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL, printed INTEGER NOT NULL,
    changed INTEGER NOT NULL, gone INTEGER NOT NULL, why TEXT NOT NULL);
CREATE TABLE wellknown(name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
"""


def connect(path: Path, *, reading: bool = False) -> Connection:
    """A connection as the press needs it: WAL, every commit on the disk, transactions begun by hand.

    Raises NotReady when the database does not take these settings, or is missing for a reader.
    """
    sqlite = swap()
    if reading and not path.exists():
        raise NotReady("还没有印出第一版，请先启动印刷间")
    address = f"{path.absolute().as_uri()}?mode={'ro' if reading else 'rwc'}"
    connection: Connection = sqlite.connect(
        address, uri=True, isolation_level=None, check_same_thread=False, timeout=10
    )
    wanted = {"busy_timeout": 10_000, "cache_size": -20_000}
    if not reading:
        wanted |= {"synchronous": 2, "wal_autocheckpoint": WAITING}
        connection.execute("PRAGMA journal_mode=WAL")
    for name, value in wanted.items():
        connection.execute(f"PRAGMA {name}={value}")
    found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in (*wanted, "journal_mode")}
    if found != {**wanted, "journal_mode": "wal"}:
        raise NotReady(f"印刷间的数据库没有接受所需的设置：{found}；请检查磁盘与文件系统")
    return connection


class Book:
    """The book open for writing, by one process. `committing` is called right before every commit."""

    def __init__(self, path: Path, committing: Callable[[], None] | None = None) -> None:
        self.path = path
        self.db = connect(path)
        self._committing = committing or (lambda: None)
        self._rested = 0
        with self.transaction():
            if not self.db.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _SCHEMA.split(";"):
                    self.db.execute(statement)
                self.db.execute(f"PRAGMA application_id={_OURS}")
                self.db.execute(f"PRAGMA user_version={FORMAT}")
            else:
                if self.db.execute("PRAGMA user_version").fetchone()[0] == 1:
                    self._from_format_1(path.parent / "store")
                if self.db.execute("PRAGMA user_version").fetchone()[0] == 2:
                    self._add("TABLE corrections", "INDEX corrections_number", "TABLE recalls")
                    self.db.execute("PRAGMA user_version=3")
        found = [self.db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if found != [_OURS, FORMAT]:
            self.db.close()
            raise NotReady(f"{path} 不是这个程序的印刷台账（{found}）；请移走它重新付印，或换用合适的程序版本")

    def _from_format_1(self, store: Path) -> None:
        """Bring an older book to this format: its proofs were in the store only. Raises NotReady when one is lost there."""
        self._add("INDEX pieces_sequence", "TABLE proofs", "TABLE shelf", "TABLE pulp")
        known = self.db.execute(
            "SELECT key, version, proof FROM (SELECT key, version, proof FROM pieces UNION SELECT key, "
            "json_extract(before, '$.version'), json_extract(before, '$.proof') FROM history) "
            "WHERE key LIKE 'story:%' AND proof != ''"
        ).fetchall()
        for key, version, proof in known:
            content = self.db.execute(
                "SELECT content FROM versions WHERE key = ? AND version = ?", (key, version)
            ).fetchone()[0]
            try:
                head = (store / proof[:2] / proof).read_bytes().removesuffix(content + b"}")
            except OSError as error:
                raise NotReady(f"成品库里读不到 {proof}：{error.strerror}；请从备份恢复，再启动") from error
            self.db.execute("INSERT INTO proofs VALUES (?, ?) ON CONFLICT DO NOTHING", (proof, head))
        self.db.execute("PRAGMA user_version=2")

    def _add(self, *names: str) -> None:
        """Make these tables and indexes, which an older book lacks."""
        for statement in _SCHEMA.split(";"):
            if any(f"CREATE {each}" in statement for each in names):
                self.db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All of what is done inside, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
            self._committing()
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def get(self, name: str, default: str = "") -> str:
        """A small fact that is kept by name."""
        found = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return found[0] if found else default

    def set(self, name: str, value: str) -> None:
        self.db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value)
        )

    def rest(self) -> None:
        """Bring what was committed from the write-ahead log into the database, for the next commit not to wait for it."""
        if self.db.total_changes != self._rested:
            self.db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._rested = self.db.total_changes

    def close(self) -> None:
        self.db.close()


@contextmanager
def snapshot(path: Path) -> Iterator[Connection]:
    """A reader that sees one edition only, whatever is printed meanwhile."""
    connection = connect(path, reading=True)
    try:
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


_WRITER = msgspec.json.Encoder(order="sorted")


def compact(value: object) -> str:
    """JSON as the book keeps it: always the same text for the same value."""
    return _WRITER.encode(value).decode()
