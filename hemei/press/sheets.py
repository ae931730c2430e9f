"""The store's small files 印张, all in one database: text is printed by the thousand, and a file of its own costs more to
make than to print.

`press/store/sheets.sqlite3` belongs to the press alone. A sheet that is committed is on the disk; the book, which names
it, is committed after it. What other processes print by the thousand stays in the files that they wrote it to, the reams
令 (`press/store/reams/`), one sheet behind the other: the database then says where. A ream never changes. When one of its
sheets is dropped the ream is opened: the others go into the database, and its file is left to be removed.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hemei.press.errors import BadStore, NotReady
from hemei.seal.digest import Digest
from hemei.sqlite import swap

if TYPE_CHECKING:
    from sqlite3 import Connection as Connection
else:
    Connection = Any

NAME = "sheets.sqlite3"
REAMS = "reams"
PAGE = 16_384
"""Bytes of a page of the database: a sheet of some 7 KB lies in one."""
WAITING = 16_000
"""Pages of the write-ahead log from which on a commit brings them into the database itself; `rest` does before."""
_PATIENCE = 10_000
"""Milliseconds to wait for another connection."""
_CURE = "请从备份恢复，或停下和媒，移走成品库（press/store），再运行 hemei press build --full 全部重印"
_OURS = 0x48656D73
FORMAT = 2
"""1 had no reams."""
_PRESENT = "SELECT 1 FROM sheets WHERE head = ?1 AND digest = ?2 AND (typeof(data) = 'text' OR length(data) = ?3)"


class Sheets:
    """Bytes by their digest. Several threads may ask; one process writes."""

    def __init__(self, place: Path, *, reading: bool = False) -> None:
        """Raises NotReady when it is another's database, or does not take the settings that it needs."""
        self._place, self._reading = place, reading
        self.reams = place.with_name(REAMS)
        """The folder of the reams."""
        self._lock = threading.Lock()
        self._dropped = False
        self._here: tuple[int, int] | None = None
        self._db: Connection | None = None if reading else _opened(place)
        if not reading:
            self.reams.mkdir(exist_ok=True)
            with suppress(BadStore):  # whoever asks for something is told, and the desk with him
                self._let_go()
            self.forget()

    def get(self, name: Digest) -> bytes | None:
        """The bytes of this name; None when there are none. Raises BadStore when the database is damaged."""
        with self._lock, _sound(asking=True), _readable(name):
            found = self._found(name)
            if found is None:  # its ream may have been opened meanwhile, or the whole store been laid anew
                self._moved()
                found = self._found(name)
        return found

    def _found(self, name: Digest) -> bytes | None:
        db = self._asked()
        if db is None:
            return None
        # The newest, should there be two: one that is cut short is written again.
        for (data,) in db.execute(
            "SELECT data FROM sheets WHERE head = ? AND digest = ? ORDER BY id DESC LIMIT 1", _key(name)
        ):
            return self._in_ream(data) if isinstance(data, str) else bytes(data)
        return None

    def _let_go(self) -> None:
        """Forget what lay in reams whose files are lost or cut short, so that it is written again."""
        with _sound():
            reams = self._writing().execute("SELECT number, sheets, bytes FROM reams").fetchall()
            for number, sheets, size in reams:
                if _size(self._ream(number)) < size:
                    self._writing().execute(
                        "DELETE FROM sheets WHERE id BETWEEN ? AND ?", (number, number + sheets - 1)
                    )
                    self._writing().execute("DELETE FROM reams WHERE number = ?", (number,))
            self._writing().execute("COMMIT")

    def _in_ream(self, where: str) -> bytes | None:
        """The bytes that lie there; None when the ream is gone, or does not reach so far."""
        ream, start, size = map(int, where.split(":"))
        try:
            handle = os.open(self._ream(ream), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            data = os.pread(handle, size, start)
        finally:
            os.close(handle)
        return data if len(data) == size else None

    def _ream(self, number: int) -> str:
        return f"{self.reams}/{number}"

    def known(self, parts: Iterable[tuple[Digest, int]]) -> set[Digest]:
        """Of these, by name and size, those that are there in full. Raises BadStore when the database is damaged."""
        rows = {_key(name): (name, size) for name, size in parts}
        with _sound(asking=True):
            db = self._asked()
            if db is None:
                return set()
            heads = json.dumps([head for head, _ in rows])
            found = db.execute("SELECT DISTINCT head FROM sheets WHERE head IN (SELECT value FROM json_each(?))", (heads,))
            maybe = {head for (head,) in found}  # none of them, for most lots
            return {
                name
                for key, (name, size) in rows.items()
                if key[0] in maybe and db.execute(_PRESENT, (*key, size)).fetchone()
            }

    def put(self, sheets: Mapping[Digest, bytes | memoryview]) -> None:
        """Write these, to be committed; one that is there in full stays. Raises BadStore when the database is damaged."""
        # In the order of the index, or each of many would touch another page of it.
        rows = [(*_key(name), len(sheets[name]), sheets[name]) for name in sorted(sheets)]
        with _sound():
            self._writing().executemany(
                f"INSERT INTO sheets(head, digest, data) SELECT ?1, ?2, ?4 WHERE NOT EXISTS ({_PRESENT})",
                rows,
            )

    def bind(self, reams: Sequence[Sequence[tuple[Digest, int]]]) -> list[int]:
        """Write down reams of which each has these sheets, by name and size in their order, to be committed once their files
        are safe; the number of each, which is its file's name. Raises BadStore when the database is damaged."""
        with _sound():
            db = self._writing()
            (number,) = db.execute(
                "SELECT 1 + max(coalesce((SELECT max(id) FROM sheets), 0), "
                "coalesce((SELECT max(number + sheets - 1) FROM reams), 0))"
            ).fetchone()
            numbers, rows = [], []
            for ream in reams:
                start = 0
                for at, (name, size) in enumerate(ream):
                    rows.append((*_key(name), number + at, f"{number}:{start}:{size}"))
                    start += size
                db.execute("INSERT INTO reams VALUES (?, ?, ?)", (number, len(ream), start))
                numbers.append(number)
                number += len(ream)
            rows.sort()
            db.executemany("INSERT INTO sheets(head, digest, id, data) VALUES (?, ?, ?, ?)", rows)
        return numbers

    def drop(self, names: Collection[Digest]) -> int:
        """Remove these; how many there were. Their bytes are written over, or lie in a ream that is bound no more.

        Raises BadStore when the database is damaged.
        """
        rows = [_key(name) for name in names]
        if not rows:
            return 0
        with _sound():
            db = self._writing()
            bound = {
                int(where.partition(":")[0])
                for row in rows
                for (where,) in db.execute(
                    "SELECT data FROM sheets WHERE head = ? AND digest = ? AND typeof(data) = 'text'", row
                )
            }
            gone: int = db.executemany("DELETE FROM sheets WHERE head = ? AND digest = ?", rows).rowcount
            for ream in sorted(bound):
                self._open_up(db, ream)
        self._dropped = self._dropped or gone > 0
        return max(gone, 0)

    def _open_up(self, db: Connection, ream: int) -> None:
        """Take what is left in a ream into the database."""
        (count,) = db.execute("SELECT sheets FROM reams WHERE number = ?", (ream,)).fetchone()
        left = db.execute("SELECT id, data FROM sheets WHERE id BETWEEN ? AND ?", (ream, ream + count - 1)).fetchall()
        for row, where in left:
            data = self._in_ream(where)
            if data is None:
                db.execute("DELETE FROM sheets WHERE id = ?", (row,))
            else:
                db.execute("UPDATE sheets SET data = ? WHERE id = ?", (data, row))
        db.execute("DELETE FROM reams WHERE number = ?", (ream,))
        with suppress(FileNotFoundError):
            os.utime(self._ream(ream))

    def clear(self, before: float) -> int:
        """Remove the files of reams that are bound no more, and were not since this time (seconds since 1970); how many.

        A backup that began by then may still want them.
        """
        if self._db is None:
            return 0
        bound = {str(number) for (number,) in self._db.execute("SELECT number FROM reams")}
        old = [each.path for each in os.scandir(self.reams) if each.name not in bound and each.stat().st_mtime < before]
        for path in old:
            os.unlink(path)
        return len(old)

    def names(self, shelf: int) -> list[Digest]:
        """Names that begin with this byte. Raises BadStore when the database is damaged."""
        with self._lock, _sound(asking=True):
            db = self._asked()
            if db is None:
                return []
            found = db.execute(
                "SELECT digest FROM sheets WHERE head BETWEEN ? AND ?", (shelf << 55, ((shelf + 1) << 55) - 1)
            )
            return [digest.hex() for (digest,) in found]

    @property
    def open(self) -> Connection | None:
        """The database, when something is written that is still to be committed."""
        return self._db if self._db and self._db.in_transaction else None

    def forget(self) -> None:
        """Let go of what is not committed."""
        if self._db and self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def rest(self) -> None:
        """Bring what was committed from the write-ahead log into the database, for the next commit not to wait for it.

        What was dropped is then in neither, unless somebody is reading: then it is once nobody does.
        """
        if not self._db:
            return
        with _sound():
            if not self._dropped:
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")
                return
            self._db.execute("PRAGMA busy_timeout=0")  # whoever prints next is not to wait for a reader
            (busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._db.execute(f"PRAGMA busy_timeout={_PATIENCE}")
            self._dropped = bool(busy)

    def close(self) -> None:
        if self._db:
            self._db.close()
            self._db = None

    def _writing(self) -> Connection:
        if self._db is None or self._reading:
            raise NotReady("这个成品库只供读取")
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        return self._db

    def _asked(self) -> Connection | None:
        if self._db is None and self._reading and (here := self._lying()):
            self._db, self._here = _connected(self._place, "ro"), here
        return self._db

    def _lying(self) -> tuple[int, int] | None:
        """Which file lies in the place, if any."""
        try:
            found = os.stat(self._place)
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _moved(self) -> bool:
        """Whether another database lies in the place than the one that is open for reading; it is let go then."""
        if not self._reading or self._db is None or self._lying() == self._here:
            return False
        self.close()
        return True


def _size(place: str) -> int:
    try:
        return os.stat(place).st_size
    except FileNotFoundError:
        return -1


def _key(name: Digest) -> tuple[int, bytes]:
    digest = bytes.fromhex(name)
    return int.from_bytes(digest[:8], "big") >> 1, digest


@contextmanager
def _sound(*, asking: bool = False) -> Iterator[None]:
    """Tell a damaged database as BadStore. A full disk is another matter, for whoever writes."""
    try:
        yield
    except swap().DatabaseError as error:
        if not asking and isinstance(error, swap().OperationalError):
            raise
        raise BadStore(f"成品库的数据库 {NAME} 读不了：{error}；{_CURE}") from error


@contextmanager
def _readable(name: Digest) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadStore(f"成品库里读不到 {name}：{error.strerror}；{_CURE}") from error


def _opened(place: Path) -> Connection:
    try:
        return _begun(place)
    except swap().DatabaseError as error:
        raise NotReady(f"{place} 打不开：{error}；{_CURE}") from error


def _begun(place: Path) -> Connection:
    db = _connected(place, "rwc")
    db.execute("BEGIN IMMEDIATE")
    if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
        # The index has the first 63 bits of the digests only: many sheets at once touch all of it.
        db.execute(
            "CREATE TABLE sheets(id INTEGER PRIMARY KEY, head INTEGER NOT NULL, digest BLOB NOT NULL, data BLOB NOT NULL)"
        )
        db.execute("CREATE INDEX sheets_head ON sheets(head)")
        db.execute(f"PRAGMA application_id={_OURS}")
        db.execute("PRAGMA user_version=1")
    if [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")] == [_OURS, 1]:
        db.execute(
            "CREATE TABLE reams(number INTEGER PRIMARY KEY, sheets INTEGER NOT NULL, bytes INTEGER NOT NULL)"
        )  # `number` is the id of its first sheet; the others follow
        db.execute(f"PRAGMA user_version={FORMAT}")
    db.execute("COMMIT")
    found = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    if found != [_OURS, FORMAT]:
        db.close()
        raise NotReady(f"{place} 不是这个程序的成品库（{found}）；请移走它重新全部付印，或换用合适的程序版本")
    return db


def _connected(place: Path, mode: str) -> Connection:
    db: Connection = swap().connect(
        f"{place.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_PATIENCE / 1000,
    )
    wanted: dict[str, int | str] = {"busy_timeout": _PATIENCE, "cache_size": -16_000}
    if mode != "ro":
        # What is removed is written over: a withdrawn word is not to lie about.
        db.execute(f"PRAGMA page_size={PAGE}")
        wanted |= {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
        wanted["wal_autocheckpoint"] = WAITING
    for name, value in wanted.items():
        db.execute(f"PRAGMA {name}={value}")
    found = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
    if found != wanted:
        db.close()
        raise NotReady(f"成品库的数据库没有接受所需的设置：{found}；请检查磁盘与文件系统")
    return db
