"""SQLite as Hemei uses it: a sound version, and (in ``base``) Django's engine with one fair write lock.

This module imports no Django; ``swap`` runs before Django does.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Final

#: SQLite 3.7.0 to 3.51.2 may corrupt a database in WAL mode when a reset of the log races with a checkpoint
#: (https://sqlite.org/wal.html#walresetbug); these releases mend it.
MENDED: Final = ((3, 44, 6), (3, 50, 7), (3, 51, 3))


class FaultySQLite(RuntimeError):
    """This machine offers no SQLite that is safe in WAL mode; the message says what to install."""


def sound(version: tuple[int, ...]) -> bool:
    """Whether this SQLite version is free of the WAL-reset fault."""
    release = version[:3]
    return release >= MENDED[-1] or any(release[:2] == mended[:2] and release >= mended for mended in MENDED)


def swap() -> ModuleType:
    """Put pysqlite3, which brings its own SQLite, in the place of ``sqlite3``; returns the module in use.

    Call before anything imports ``sqlite3``. Where pysqlite3 has no wheel the standard library's module stays if its
    SQLite is sound; raises FaultySQLite when it is not, since everything here relies on WAL.
    """
    try:
        module = importlib.import_module("pysqlite3")
    except ImportError:
        module = importlib.import_module("sqlite3")
    else:
        sys.modules["sqlite3"] = module
        sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")
    if not sound(module.sqlite_version_info):
        raise FaultySQLite(
            f"本机的 SQLite 是 {module.sqlite_version}，它的 WAL 日志有会损坏数据库的缺陷，和媒不能在上面运行。"
            "请运行 make install 装上 pysqlite3；没有适合本机的安装包时，请把系统的 SQLite 升级到 3.51.3 或更高。"
        )
    return module
