"""Handing the live edition to any web server: a plain folder with every file, and its seal beside them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from hemei.press.book import Connection, snapshot
from hemei.press.edition import Trunk
from hemei.press.errors import PressError
from hemei.press.store import Disk, Store
from hemei.seal.bundles import bundles
from hemei.seal.tree import RESERVED


class NotExported(PressError):
    """The folder cannot be written as asked; nothing was changed."""


def export(home: Path, folder: Path, disk: Disk | None = None) -> int:
    """Write the live edition to a folder, whole or not at all; how many files. Raises NotExported, BadStore, NotReady.

    An earlier export in its place is replaced; a folder that holds anything else is left alone.
    """
    disk = disk or Disk()
    folder = folder.absolute()
    if folder.exists() and not _ours(folder):
        raise NotExported(f"{folder} 里有别的东西，没有写入。请给一个新目录，或先清空它。")
    made, old = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".old")
    if old.exists():  # an export was cut between the renames below, or before they were safe
        if not folder.exists():
            disk.rename(old, folder)
        disk.sync(folder.parent)
    for left in (made, old):
        if left.exists():
            shutil.rmtree(left)
    made.mkdir(parents=True)
    store = Store(home / "press" / "store", reading=True)
    count = 0
    with snapshot(home / "press" / "press.sqlite3") as db:
        for path, data in _files(db, store):
            place = made / path
            place.parent.mkdir(parents=True, exist_ok=True)
            disk.write(place, data)
            count += 1
    if not count:
        made.rmdir()
        raise NotExported("还没有印出第一版，没有什么可导出。请先签发网站设置。")
    disk.sync_all(made)
    if folder.exists():
        disk.rename(folder, old)
    disk.rename(made, folder)
    disk.sync(folder.parent)
    if old.exists():
        shutil.rmtree(old)
    return count


def _files(db: Connection, store: Store) -> Iterator[tuple[str, bytes]]:
    for path, content in db.execute("SELECT path, digest FROM pages"):
        yield path, store.get(content)
    for name, data in db.execute("SELECT name, data FROM wellknown"):
        yield RESERVED + name, bytes(data)
    for name, data in bundles(Trunk(db)):
        yield f"{RESERVED}tree/{name}", data


def _ours(folder: Path) -> bool:
    return folder.is_dir() and (not any(folder.iterdir()) or (folder / RESERVED / "edition.json").is_file())
