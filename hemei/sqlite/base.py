"""Django's SQLite engine with one fair write lock (ENGINE "hemei.sqlite").

SQLite's own way of waiting for the write lock is to sleep and try again, and whoever comes at the right moment gets
it: with fifty editors saving, one save in a hundred waits ten seconds, and some fail with "database is locked". Here a
writer first takes an flock(2) on a file beside the database, which Linux hands on in the order of asking, and only then
begins. The kernel drops the lock with its holder, so that a killed writer leaves nothing to clear away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import threading
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.backends.sqlite3 import base as stock
from django.db.backends.sqlite3.operations import DatabaseOperations
from django.db.utils import OperationalError

from hemei.sqlite import sound
from hemei.sqlite.append_only import PREFIX

#: A connection's own settings. FULL: with NORMAL the last saves that we said were kept can vanish in a power cut.
INIT = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=27103364; PRAGMA cache_size=-20000"
PATIENCE = 20.0  # seconds a writer waits, for the fair lock and for SQLite's
WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b", re.IGNORECASE)


class Turn:
    """One writer's turn at the database: an open description of the lock file, held from ``take`` to ``give_back``."""

    def __init__(self, path: str, patience: float) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._queue(path, patience)

    def _queue(self, path: str, patience: float) -> None:
        """Wait in line, but not for ever.

        flock has no time limit, and trying again and again would lose the place in the line: a thread does the waiting,
        and lets go at once when it comes to its turn after we gave up.
        """
        settle, arrived, gone = threading.Lock(), threading.Event(), threading.Event()

        def wait() -> None:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)
            with settle:
                arrived.set()
                if gone.is_set():
                    os.close(self.descriptor)

        threading.Thread(target=wait, daemon=True, name="write-turn").start()
        if arrived.wait(patience):
            return
        with settle:
            if arrived.is_set():
                return
            gone.set()
        raise OperationalError(f"另一处写入超过 {patience:g} 秒没有结束，这次没有保存。请稍后再存一次（{path}）。")

    def give_back(self) -> None:
        """Let the next writer in. An explicit unlock: closing alone would leave it with a child forked meanwhile."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        os.close(self.descriptor)


class FairCursor(stock.SQLiteCursorWrapper):
    """A cursor whose writes outside a transaction also wait their turn."""

    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        with self.wrapper.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self.wrapper.turn_for(query):
            return super().executemany(query, param_list)


class Operations(DatabaseOperations):
    """Django's, and a flush that can empty the tables whose rows are otherwise never deleted."""

    def execute_sql_flush(self, sql_list: Any) -> None:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB '{PREFIX}*'")  # noqa: S608  ours
            guards = cursor.fetchall()
            for name, _ in guards:
                cursor.execute(f"DROP TRIGGER {name}")
            super().execute_sql_flush(sql_list)
            for _, sql in guards:
                cursor.execute(sql)


class DatabaseWrapper(stock.DatabaseWrapper):
    """Django's wrapper; every write is made in turn, in WAL mode with FULL syncing and BEGIN IMMEDIATE."""

    ops_class = Operations
    _turn: Turn | None = None
    init_commands: list[str]

    def get_connection_params(self) -> dict[str, Any]:
        options = super().get_connection_params()
        options.setdefault("timeout", PATIENCE)
        self.transaction_mode = "IMMEDIATE"
        self.init_commands = [*INIT.split(";"), *self.init_commands]
        return options

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not sound(self.Database.sqlite_version_info):
            raise ImproperlyConfigured(
                f"Django 用的 SQLite {self.Database.sqlite_version} 有缺陷：请在设置的第一行调用 hemei.sqlite.swap()。"
            )
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> FairCursor:
        cursor: FairCursor = self.connection.cursor(factory=FairCursor)
        cursor.wrapper = self
        return cursor

    @contextlib.contextmanager
    def turn_for(self, query: str) -> Iterator[None]:
        """Hold a turn around a write that is a transaction by itself; do nothing for reads and inside a transaction."""
        if self._turn is not None or not WRITES.match(query) or self.connection.in_transaction:
            yield
            return
        self._take_turn()
        try:
            yield
        finally:
            # a transaction that the driver opened by itself (autocommit switched off) keeps the turn until it ends
            if self.connection is None or not self.connection.in_transaction:
                self._give_back_turn()

    def _take_turn(self) -> None:
        if self._turn is None and not self.is_in_memory_db():
            patience = float(self.settings_dict["OPTIONS"].get("timeout", PATIENCE))
            self._turn = Turn(f"{self.settings_dict['NAME']}.lock", patience)

    def _give_back_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.give_back()

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_back_turn()
            raise

    def _commit(self) -> Any:
        super()._commit()
        self._give_back_turn()  # after a commit that failed the turn stays ours: Django rolls back next

    def _rollback(self) -> Any:
        try:
            return super()._rollback()
        finally:
            self._give_back_turn()

    def _close(self) -> Any:
        try:
            return super()._close()
        finally:
            self._give_back_turn()


def assert_pragmas(connection: Any) -> None:
    """Check on the open connection that the settings above took hold; ImproperlyConfigured names each that did not.

    An option put one level too high in DATABASES is silently without effect, hence the look at what SQLite answers.
    """
    if not hasattr(connection, "turn_for"):  # django.db.connection is a proxy, not an instance
        raise ImproperlyConfigured('数据库引擎应为 "hemei.sqlite"。')
    connection.ensure_connection()
    wanted = {
        "journal_mode": ("memory",) if connection.is_in_memory_db() else ("wal",),
        "synchronous": (2,),
        "foreign_keys": (1,),
        "busy_timeout": range(5_000, 120_001),
    }
    wrong = []
    with connection.cursor() as cursor:
        for name, allowed in wanted.items():
            found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            if found not in allowed:
                wrong.append(f"{name}={found}")
    if connection.transaction_mode != "IMMEDIATE":
        wrong.append(f"transaction_mode={connection.transaction_mode}")
    if wrong:
        raise ImproperlyConfigured(f"数据库连接的设置没有生效：{'、'.join(wrong)}。请检查 settings.py 的 DATABASES。")
