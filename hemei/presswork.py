"""`hemei press`: looking into the press, and telling it what to print."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hemei import line
from hemei.press import errors, look, switch, targets
from hemei.press import sync as syncing
from hemei.press.store import Disk
from hemei.seal import verify as seal
from hemei.seal.command import tell as verdict


def status(home: Path, *, as_json: bool) -> int:
    """The live edition and the orders that wait."""
    told = {**look.status(home), "pending": _pending(home / "data" / "desk.sqlite3")}
    held = look.held(home)
    if as_json:
        print(json.dumps(told))
    elif not told["edition"]:
        print(f"还没有印过。待印 {told['pending']} 单。")
    else:
        print(
            f"第 {told['edition']} 版次，{told['pages']} 页，{told['files']} 个文件，{told['bytes'] / 1e6:.1f} MB，"
            f"待印 {told['pending']} 单。\n根摘要 {told['root']}"
            + (f"\n已回到第 {held} 版次的内容，停印中（撤稿除外）；接着印请运行 hemei press resume。" if held else "")
        )
    return 0


def _pending(database: Path) -> int:
    """Orders in the outbox: one count, read without Django, which would take two seconds to say the same."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=20)) as desk:
        found = desk.execute("SELECT count(*) FROM ledger_order WHERE state = 'waiting'").fetchone()
        return int(found[0])


def history(home: Path) -> int:
    """Every edition, newest first."""
    for one in look.history(home):
        print(f"{one['number']}\t{one['time']}\t{one['root']}\t{one['why']}")
    return 0


def explain(home: Path, address: str) -> int:
    """What a page was made from."""
    path = address.lstrip("/")
    path = f"{path}index.html" if not path or path.endswith("/") else path
    found = look.explain(home, path)
    if found is None:
        print(f"现在的版次里没有 {address}。网页路径的写法如 /、/a/12/、/feed.xml。", file=sys.stderr)
        return 1
    print(f"/{path}：第 {found['edition']} 版次所印，缘由 {found['why']}，读过 {len(found['reads'])} 项：")
    for read in found["reads"]:
        print(f"  {read}")
    return 0


def verify(home: Path, *, as_json: bool) -> int:
    """Whether the live edition is, where it lies, what was sealed: every file of the store, every proof."""
    key = bytes.fromhex((home / "keys" / "root.pub").read_text().strip())
    try:
        with look.live(home) as source:
            report = seal.verify(source, key, datetime.now(UTC), proofs=True)
    except errors.NotReady as error:
        print(error, file=sys.stderr)
        return 2
    verdict(report, as_json=as_json)
    return 0 if report.ok else 1


def export(home: Path, folder: Path) -> int:
    """The live edition as a plain folder."""
    try:
        count = switch.export(home, folder)
    except errors.PressError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"已写出 {count} 个文件到 {folder}。可以直接放到任何网站服务器上。")
    return 0


def sync(home: Path, address: str, *, check: bool, verify: bool, purge: Path | None) -> int:
    """The live edition, brought to a folder, a server or a bucket; the addresses that caches have to forget."""
    on_screen = sys.stderr.isatty()

    def progress(done: int, of: int) -> None:
        if on_screen:
            print(f"\r已同步 {done}/{of} 个文件", end="\n" * (done == of), file=sys.stderr, flush=True)

    try:
        with closing(targets.target(address, os.environ, os.environ.get("HEMEI_SSH_CONFIG", ""))) as target:
            try:
                done = syncing.sync(home, target, check=check, verify=verify, progress=progress)
            except targets.NotSynced as error:
                _hand_out(error.addresses, purge)  # a withdrawal may be among them; they come again with the next list
                raise
            _hand_out(done.addresses, purge)
            syncing.told(home, target)
    except (errors.PressError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"第 {done.edition} 版次已同步：写 {done.put} 个文件，删 {done.removed} 个，已读回核对。", file=sys.stderr)
    if done.strangers:
        print(
            f"目标里另有不是和媒写的：{'、'.join(done.strangers[:5])}，没有动。hemei verify 会把它们列为多出的。",
            file=sys.stderr,
        )
    return 0


def _hand_out(addresses: tuple[str, ...], purge: Path | None) -> None:
    """The addresses, one a line: into the file, else to standard output."""
    lines = "".join(f"{address}\n" for address in addresses)
    if purge is not None:
        Disk().replace(purge.absolute(), lines.encode())
    else:
        print(lines, end="")


def tell(home: Path, address: str, otherwise: Callable[[], Any]) -> int:
    """Have the running press do something, or do it here when none runs; say which edition is live now."""
    done = threading.Event()
    threading.Thread(target=_show_progress, args=(home, done), daemon=True).start()
    try:
        try:
            line.ask(home, "POST", address, wait=24 * 3600.0)
        except line.PressAway:
            otherwise()
        finally:
            done.set()
    except (line.Declined, errors.PressError) as error:
        print(error, file=sys.stderr)
        return 1
    return status(home, as_json=False)


def _show_progress(home: Path, done: threading.Event) -> None:
    """Say every second how far the running press is, while it prints many pages."""
    while not done.wait(1.0):
        try:
            printing = json.loads(line.ask(home, "GET", "/status"))["printing"]
        except (line.PressAway, line.Declined):
            return
        if printing:
            print(f"已印 {printing[0]}/{printing[1]} 页", file=sys.stderr)


def live(database: Path) -> tuple[int, set[str]]:
    """For a backup: the live edition's number and the digests of its files, from a copy of the press's database."""
    with closing(sqlite3.connect(database)) as press:
        number = press.execute("SELECT coalesce(max(number), 0) FROM editions").fetchone()[0]
        found = press.execute(
            "SELECT digest FROM pages UNION SELECT digest FROM shelf UNION SELECT digest FROM renditions"
        )
        return int(number), {digest for (digest,) in found}
