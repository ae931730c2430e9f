"""The press: takes orders, prints exactly what they change, seals it, and switches in one commit.

Files are safe in the store before the commit; the commit of the book is the switch. Before it the old edition is whole,
after it the new one, and an order that was cut short is carried out when it is given again.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hemei.press.admitted import Admit, Admitted, Order, Standing, Withdraw, story_in
from hemei.press.book import Book, snapshot
from hemei.press.edition import Certify, Seal, well_known
from hemei.press.errors import CannotPrint, NotReady, PressError, Refused
from hemei.press.exact import root_from_scratch
from hemei.press.lists import instant
from hemei.press.packed import Packed
from hemei.press.packing import Packing
from hemei.press.pieces import NotAPiece, Picture, read_story
from hemei.press.plates import Pool, Progress, processes
from hemei.press.printer import Printer, qingtang
from hemei.press.printing import Issued, Printing, Tools
from hemei.press.pulp import pulp, sweep
from hemei.press.reader import Printed
from hemei.press.recorder import Answers, Draft, Sources
from hemei.press.renditions import Masters, prepare, recipe
from hemei.press.store import Disk, Store
from hemei.seal import fields
from hemei.seal.digest import Digest, digest

__all__ = ["Admit", "Issued", "Order", "Press", "Withdraw"]


SWEPT = 16
"""Shelves of the store, of 256, that are looked through each time it is tidied."""


class NoSuchEdition(PressError, LookupError):
    """An edition number that was never printed."""


class Press:
    """The press of one home. One process at a time may open it; its methods may be called from several threads."""

    def __init__(
        self,
        home: Path,
        *,
        masters: Masters,
        certify: Certify,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes] = os.urandom,
        printer: Printer | None = None,
        disk: Disk | None = None,
        committing: Callable[[], None] | None = None,
        pool: Pool | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Raises NotReady when another process has it open, or when it lacks a key or a sound database.

        `pool` gives an executor for work on many pages; without one, processes of this machine do it. `progress` is told
        how many of how many pages are printed, when there are many.
        """
        self._folder = home / "press"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._alone = _alone(self._folder / "lock")
        self._clock = clock
        self._masters = masters
        self._lock = threading.RLock()
        self._printed_at = datetime.min.replace(tzinfo=UTC)
        disk = disk or Disk()
        disk.sync(home)
        book = Book(self._folder / "press.sqlite3", committing)
        seal = Seal(home, certify, clock().astimezone(UTC).replace(microsecond=0), random, disk)
        store = Store(self._folder / "store", disk)
        self._tools = Tools(
            book, store, printer or qingtang(), seal, pool or processes(), progress or (lambda *_: None)
        )
        self._packing = Packing(home)
        disk.sync(self._folder)

    @property
    def site(self) -> str:
        """The site's id."""
        return self._tools.seal.site

    # What others ask

    def handled(self, order: str) -> int | None:
        """The edition in which an order was carried out; None when it was not, or was refused."""
        found = self._order(order)
        return found[0] if found else None

    def refusal(self, order: str) -> str | None:
        """Why an order was refused; None when it was not."""
        found = self._order(order)
        return found[1] if found else None

    def number(self) -> int:
        """The number of the edition that is live; 0 before the first."""
        with self._lock:
            return _number(self._tools.book)

    def root(self) -> Digest:
        """The root of the edition that is live; empty before the first."""
        with self._lock:
            return self._tools.book.get("root")

    def due(self) -> bool:
        """Whether something is to be printed though nobody ordered it: a moment has come, or the theme is another."""
        with self._lock:
            if self.held():
                return False
            moment = self.next_crossing()
            other = self._tools.book.get("printer") not in ("", self._tools.printer.stamp)
            return other or (moment is not None and moment <= self._clock())

    def held(self) -> int:
        """The edition to which the press was rolled back and holds since, or 0."""
        with self._lock:
            return int(self._tools.book.get("held", "0"))

    def next_crossing(self) -> datetime | None:
        """The next moment at which a page will have to be printed again."""
        with self._lock:
            found = self._tools.book.db.execute("SELECT min(at) FROM crossings").fetchone()[0]
            return instant(found) if found else None

    def recall(self, key: str, what: str, until: datetime, proof: bytes) -> None:
        """Take down that what was signed for this piece up to this time, its release or its withdrawal, is called off."""
        with self._lock, self._tools.book.transaction() as db:
            db.execute(
                "INSERT INTO recalls VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET time = ?3, proof = ?4 "
                "WHERE time < ?3",
                (key, what, fields.shown(until), proof),
            )

    def recalled(self, key: str, what: str) -> datetime | None:
        """Up to when that is called off; None when it never was."""
        with self._lock:
            found = self._tools.book.db.execute(
                "SELECT time FROM recalls WHERE (key, what) = (?, ?)", (key, what)
            ).fetchone()
            return instant(found[0]) if found else None

    # Printing

    def publish(self, orders: Sequence[Order] = ()) -> tuple[Issued | None, dict[str, str]]:
        """Carry out these orders. The newest edition (None when no file changed), and refusals by order, in Chinese.

        Withdrawals go first, in an edition of their own, and wait for nothing. Moments that have come and a new theme
        are caught up with in the same edition as the other orders. What was carried out before is passed over. After
        a rollback only withdrawals are carried out; the other orders may be given again after `resume`.
        """
        with self._lock:
            done = self._handled(orders)
            fresh = [order for order in orders if order.order not in done]
            refused: dict[str, str] = {}
            withdrawals = [order for order in fresh if isinstance(order, Withdraw)]
            issued = self._lot(withdrawals, refused, catch_up=False) if withdrawals else None
            if self.held():
                return issued, refused
            # The site's own setting comes first: without it there is no page for anything else.
            admits = [order for order in fresh if isinstance(order, Admit)]
            admits.sort(key=lambda order: not order.key.startswith("setting:"))
            return self._lot(self._pictured(admits, refused), refused) or issued, refused

    def build_full(self, pool: Pool | None = None) -> Digest:
        """Recompile every page from what was admitted, and compare; the root, which is the live edition's.

        Another `pool` than the press's own may be given for this once.

        A new theme, new programs or moments that have come make a new edition first. Raises Inexact, naming what
        differs, when the live edition is not what a full build makes: that is a fault of the press.
        """
        with self._lock:
            self.publish()
            if not self.number():
                raise NotReady("还没有签发网站设置，没有什么可印；请先签发网站设置")
            with self._tools.book.transaction() as db, self._tools.store.settled():
                tools = replace(self._tools, pool=pool) if pool else self._tools
                return root_from_scratch(db, tools, self._printed_at)

    def rollback(self, number: int) -> Issued | None:
        """A new edition with what edition `number` had, less everything withdrawn since. Raises NoSuchEdition.

        From then on the press holds: whoever rolled back looks at what went wrong, and then calls `resume`.
        """
        with self._lock:
            known = self._tools.book.db.execute("SELECT 1 FROM editions WHERE number = ?", (number,)).fetchone()
            if not known:
                raise NoSuchEdition(f"没有第 {number} 版次；用 hemei press history 查看有哪些。")
            self._drawn(picture for content in self._contents(number) for picture in story_in(content).pictures())
            with self._settled() as printing:
                self._tools.book.set("held", str(number))
                printing.why.append(f"rollback {number}")
                for standing in sorted(printing.admitted.back(number), key=_settings_first):
                    printing.restore(standing)
                printing.admission.write()
                issued = self._issue(printing)
            self._live(issued)
            return issued

    def _contents(self, number: int) -> list[bytes]:
        """The stories that a rollback to edition `number` brings back."""
        admitted = Admitted(self._tools.book.db)
        back = [each for each in admitted.back(number) if each.state == "admitted" and each.key.startswith("story:")]
        return [admitted.content(each) for each in back]

    def resume(self) -> None:
        """Carry out orders again after a rollback."""
        with self._lock, self._tools.book.transaction():
            self._tools.book.set("held", "0")

    def tidy(self) -> int:
        """Let go of what no kept edition needs, and look through some of the store; how many files left it."""
        with self._lock:
            book, store, now = self._tools.book, self._tools.store, self._clock().astimezone(UTC)
            packed = Packed(self._folder / "packed")
            at = int(book.get("swept", "0"))
            gone = pulp(book, store, packed, now)
            for shelf in range(at, at + SWEPT):
                gone += sweep(book, store, packed, now, shelf % 256)
            self._packing.again()
            with book.transaction():
                book.set("swept", str((at + SWEPT) % 256))
            return gone

    def pack(self) -> bool:
        """A short slice of the second pass, for when nothing else is to be done; whether there is more of it to do.

        By one thread only. It holds up nobody: printing goes on meanwhile.
        """
        with self._lock:
            self._tools.book.rest()
            self._tools.store.rest()
        return self._packing.turn()

    def renew(self) -> None:
        """State anew that the live edition is the newest, and publish keys and roster as they are now. No new edition."""
        with self._lock, self._tools.book.transaction() as db:
            number, root, seal = _number(self._tools.book), self._tools.book.get("root"), self._tools.seal
            if number:
                (statement,) = db.execute("SELECT data FROM wellknown WHERE name = 'edition.json'").fetchone()
                well_known(db, "edition.json", seal.standing(statement, self._now()))
                well_known(db, "freshness.json", seal.freshness(number, root, self._now()))
                for name, data in seal.copied():
                    well_known(db, name, data)

    def preview(self, content: bytes) -> bytes:
        """A draft's page as it would be printed now. Nothing is kept. Raises NotAPiece and CannotPrint."""
        story = read_story(content)
        now = self._clock().astimezone(UTC).replace(microsecond=0)
        with snapshot(self._tools.book.path) as db:
            draft = Printed(story, digest(content), (), now, now)
            reader = Draft(Answers(Sources(db, now)), self._tools.printer, draft)
            path = f"a/{story.number}/index.html"
            try:
                return self._tools.printer.render(path, reader)
            except self._tools.printer.failures as error:
                raise CannotPrint(path, str(error)) from error

    def close(self) -> None:
        with self._lock:
            self._packing.close()
            self._tools.book.close()
            self._tools.store.close()
            os.close(self._alone)

    # How a lot of orders becomes an edition

    def _lot(self, orders: Sequence[Order], refused: dict[str, str], *, catch_up: bool = True) -> Issued | None:
        if not orders and not self.number():
            return None
        try:
            return self._one_lot(orders, refused, catch_up)
        except CannotPrint as error:
            if not orders or isinstance(orders[0], Withdraw):
                raise  # nobody may refuse a withdrawal
            if len(orders) == 1:
                # An order that cannot be printed must not stand in the way of the others; but is it its own fault?
                issued = self._one_lot((), {}, catch_up) if self.number() else None
                self._refuse(orders[0], str(error), refused)
                return issued
        lots = [self._lot([order], refused, catch_up=catch_up) for order in orders]
        return next((each for each in reversed(lots) if each), None)

    def _one_lot(self, orders: Sequence[Order], refused: dict[str, str], catch_up: bool) -> Issued | None:
        if catch_up:
            self._redraw()
        told: dict[str, str] = {}
        with self._settled() as printing:
            printing.admission.look_up(order.key for order in orders)
            for order in orders:
                try:
                    printing.carry_out(order)
                except Refused as error:
                    told[order.order] = str(error)
            printing.admission.write()
            issued = None
            if printing.sections:
                if catch_up:
                    printing.cross()
                    printing.retheme()
                issued = self._issue(printing)
            number = _number(self._tools.book)
            self._write_down(
                (order.order, None if order.order in told else number, told.get(order.order)) for order in orders
            )
        self._live(issued)
        refused.update(told)
        return issued

    def _live(self, issued: Issued | None) -> None:
        if issued:
            self._packing.note(issued)

    def _issue(self, printing: Printing) -> Issued | None:
        printing.print()
        return printing.issue()

    @contextmanager
    def _settled(self) -> Iterator[Printing]:
        """A printing in one transaction, whose files are safe in the store before it is committed."""
        with self._tools.book.transaction(), self._tools.store.settled():
            self._printed_at = self._now()
            yield Printing(self._tools, self._printed_at, _number(self._tools.book) + 1)

    def _pictured(self, orders: list[Admit], refused: dict[str, str]) -> list[Admit]:
        """The orders whose pictures have all their printed sizes; these are made here, outside the transaction."""
        shown: dict[str, tuple[Picture, ...]] = {}
        for order in orders:
            if b'"master":' in order.content:  # few have pictures, and only these are read here
                try:
                    shown[order.order] = read_story(order.content).pictures()
                except NotAPiece:
                    continue  # it will be refused for that
        failed = self._drawn(picture for pictures in shown.values() for picture in pictures)
        good = []
        for order in orders:
            why = next((failed[name] for each in shown.get(order.order, ()) if (name := recipe(each)) in failed), None)
            if why:
                self._refuse(order, why, refused)
            else:
                good.append(order)
        return good

    def _redraw(self) -> None:
        """After a change of the theme or the programs every picture may need other sizes."""
        if self._tools.book.get("printer") not in ("", self._tools.printer.stamp):
            admitted = Admitted(self._tools.book.db)
            stories = (each for each in list(admitted.all()) if each.key.startswith("story:"))
            self._drawn(picture for each in stories for picture in story_in(admitted.content(each)).pictures())

    def _drawn(self, pictures: Iterable[Picture]) -> dict[str, str]:
        tools = self._tools
        return prepare(tools.book, tools.store, self._masters, pictures, min(8, os.cpu_count() or 1))

    def _refuse(self, order: Order, why: str, refused: dict[str, str]) -> None:
        refused[order.order] = why
        with self._tools.book.transaction():
            self._write_down([(order.order, None, why)])

    def _write_down(self, came: Iterable[tuple[str, int | None, str | None]]) -> None:
        """What came of orders: each one's name, the edition in which it was carried out, and why it was refused."""
        self._tools.book.db.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?, ?)", came)

    def _handled(self, orders: Sequence[Order]) -> set[str]:
        """Names of those of these orders that were carried out before."""
        found = self._tools.book.db.execute(
            "SELECT o.name FROM json_each(?) j CROSS JOIN orders o ON o.name = j.value WHERE o.edition IS NOT NULL",
            (json.dumps([order.order for order in orders]),),
        )
        return {name for (name,) in found}

    def _order(self, order: str) -> tuple[int | None, str | None] | None:
        with self._lock:
            found = self._tools.book.db.execute(
                "SELECT edition, refused FROM orders WHERE name = ?", (order,)
            ).fetchone()
            return (found[0], found[1]) if found else None

    def _now(self) -> datetime:
        """The present moment, to the second. A clock that was set back does not take back what has passed."""
        last = self._tools.book.db.execute("SELECT time FROM editions ORDER BY number DESC LIMIT 1").fetchone()
        now = self._clock().astimezone(UTC).replace(microsecond=0)
        return max(now, instant(last[0])) if last else now


def _alone(place: Path) -> int:
    """Hold the lock of a press for as long as the descriptor is open."""
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise NotReady("另一个印刷间进程正在使用这个目录；请先停下它") from error
    return handle


def _number(book: Book) -> int:
    return int(book.db.execute("SELECT coalesce(max(number), 0) FROM editions").fetchone()[0])


def _settings_first(standing: Standing) -> tuple[bool, str]:
    return not standing.key.startswith("setting:"), standing.key
