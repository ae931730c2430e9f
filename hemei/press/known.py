"""What a sync remembers of its target: a small database beside the press, one a target. It is only a hint.

Before a file of the target is touched, its row says "doubtful" (digest ''); when the target has answered, what is there.
So a sync that is cut leaves doubt about exactly what was on its way. The addresses that caches have to forget stay
until somebody was told.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hemei.press.book import Connection
from hemei.press.targets import NotSynced
from hemei.seal.digest import Digest, digest
from hemei.sqlite import swap

FORMAT = 1

_SCHEMA = (
    # `sure`: the target's own word, or reading it back, has confirmed the digest
    "CREATE TABLE there(path TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL, tag TEXT NOT NULL, "
    "sure INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX there_unsure ON there(sure) WHERE sure = 0",
    "CREATE TABLE stale(path TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version={FORMAT}",
)


@contextmanager
def known(home: Path, name: str) -> Iterator[Known]:
    """What is remembered of the target of this name. Raises NotSynced while another sync has it open."""
    folder = home / "press" / "sync"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder / f"{digest(name.encode())[:16]}.sync"
    handle = os.open(place.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotSynced("另一个命令正在同步这个目标。请等它做完，再运行一次。") from error
        db = _opened(place)
        try:
            yield Known(db)
        finally:
            db.close()
    finally:
        os.close(handle)


def _opened(place: Path) -> Connection:
    """The database; one that is damaged, or of another format, is begun anew: the target itself knows better."""
    sqlite = swap()
    for _ in range(2):
        db: Connection = sqlite.connect(f"{place.as_uri()}?mode=rwc", uri=True, isolation_level=None, timeout=10)
        try:
            db.execute("PRAGMA synchronous=FULL")
            if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
                with transaction(db):
                    for statement in _SCHEMA:
                        db.execute(statement)
            if db.execute("PRAGMA user_version").fetchone()[0] == FORMAT:
                return db
        except sqlite.OperationalError:  # the disk is full, or may not be written
            db.close()
            raise
        except sqlite.DatabaseError:
            pass
        db.close()
        place.unlink(missing_ok=True)
        place.with_name(place.name + "-journal").unlink(missing_ok=True)
    raise NotSynced(f"{place} 建不起来。请检查磁盘，再运行一次。")


@contextmanager
def transaction(db: Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


class Known:
    """The rows, by path. `db` is open to whoever plans with them."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        db.create_function("sha256", 1, lambda data: digest(bytes(data)), deterministic=True)

    def get(self, path: str) -> Digest | None:
        """The digest of what is there; '' when that is doubtful, None when nothing is."""
        found = self.db.execute("SELECT digest FROM there WHERE path = ?", (path,)).fetchone()
        return found[0] if found else None

    def empty(self) -> bool:
        return not self.db.execute("SELECT 1 FROM there LIMIT 1").fetchone()

    def doubt(self, paths: Iterable[str], stale: Iterable[str]) -> None:
        """These are about to be written or removed; of `stale` caches have to be told."""
        with transaction(self.db):
            self.db.executemany("INSERT OR REPLACE INTO there VALUES (?, '', 0, '', 0)", [(path,) for path in paths])
            self.db.executemany("INSERT OR IGNORE INTO stale VALUES (?)", [(path,) for path in stale])

    def written(self, files: Sequence[tuple[str, bytes]], tags: Sequence[str]) -> None:
        """These are there now. A tag that is the content's MD5 is the target's own word that it has these bytes."""
        rows = [
            (path, digest(data), len(data), tag, bool(tag) and tag == md5(data))
            for (path, data), tag in zip(files, tags, strict=True)
        ]
        with transaction(self.db):
            self.db.executemany("INSERT OR REPLACE INTO there VALUES (?, ?, ?, ?, ?)", rows)

    def removed(self, paths: Iterable[str]) -> None:
        """Nothing is there any more."""
        with transaction(self.db):
            self.db.executemany("DELETE FROM there WHERE path = ?", [(path,) for path in paths])

    def confirmed(self, paths: Iterable[str]) -> None:
        """These were read back."""
        with transaction(self.db):
            self.db.executemany("UPDATE there SET sure = 1 WHERE path = ?", [(path,) for path in paths])

    def fact(self, name: str) -> str:
        """A small fact that is kept by name; empty when it is not."""
        found = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return found[0] if found else ""

    def note(self, name: str, value: str) -> None:
        with transaction(self.db):
            self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def stale(self) -> tuple[str, ...]:
        """Paths of which caches have not been told yet."""
        return tuple(path for (path,) in self.db.execute("SELECT path FROM stale ORDER BY path"))

    def told(self) -> None:
        """Somebody has the list of stale paths now."""
        with transaction(self.db):
            self.db.execute("DELETE FROM stale")


def md5(data: bytes) -> str:
    """As an ETag says it. It answers for the way, not for the sender: that is what the seal is for."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
