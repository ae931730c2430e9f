"""Handing the live edition to another web server: a plain folder with every file and its seal."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

from hemei.plate.book import connect_to_read
from hemei.plate.store import Store


class NotExported(RuntimeError):
    """The folder cannot be written as asked; the message says why."""


def export(home: Path, folder: Path) -> int:
    """Write the live edition into a new folder, whole or not at all. Returns the number of files. Raises NotExported."""
    if folder.exists() and any(folder.iterdir()):
        raise NotExported(f"{folder} 不是空的。请给一个新文件夹。")
    made = folder.with_name(folder.name + ".part")
    shutil.rmtree(made, ignore_errors=True)
    sql, store = connect_to_read(home / "press" / "press.sqlite3"), Store(home / "press" / "store")
    count = 0
    try:
        sql.execute("begin")  # one snapshot: a switch meanwhile does not mix editions
        for path, name in sql.execute("select path, digest from page"):
            _write(made / path, store.get(name))
            count += 1
        live = _live_bundles(sql)
        for path, data in sql.execute("select path, data from well"):
            if not path.startswith("tree/") or path[5:] in live:
                _write(made / ".well-known" / "hemei" / path, data)
                count += 1
    finally:
        sql.close()
    if folder.exists():
        folder.rmdir()
    made.rename(folder)
    return count


def _live_bundles(sql: sqlite3.Connection) -> set[str]:
    """Names of the tree files that the live edition's root reaches."""
    found: set[str] = set()
    root = sql.execute("select root from edition order by number desc limit 1").fetchone()
    waiting = [root[0]] if root else []
    while waiting:
        name = waiting.pop()
        found.add(name)
        query = "select data from well where path=?"
        data = json.loads(sql.execute(query, (f"tree/{name}",)).fetchone()[0])
        waiting += [child for child in data.get("children", ()) if child]
    return found


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
