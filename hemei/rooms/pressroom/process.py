"""The press's own process: takes orders, asks the law, prints, renews freshness, packs, answers previews."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import socketserver
import threading
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from django.db import DatabaseError, close_old_connections

from hemei.press.book import snapshot
from hemei.press.compiler import Admit, Press, Withdraw
from hemei.press.errors import PressError
from hemei.press.look import held as press_held
from hemei.press.look import status
from hemei.press.pieces import NotAPiece
from hemei.press.plates import Progress, processes
from hemei.rooms.ledger.models import Order
from hemei.rooms.library.actions import master_path
from hemei.rooms.people import keys
from hemei.rooms.pressroom import admission
from hemei.rooms.pressroom.orders import AT_ONCE, Asked
from hemei.rooms.pressroom.orders import answer as _answer
from hemei.rooms.pressroom.orders import name as _name
from hemei.sqlite import swap

MOST_AT_ONCE = 4000
"""Orders in one edition at the most: an archive comes in several, each big enough to be printed by several processes."""
LOOK_EVERY = 1.0
"""Seconds between looks at the outbox when nobody pokes."""
RENEW_EVERY = timedelta(hours=1)
"""Between two statements that the edition is the newest; what is no longer needed leaves the store then, too."""
MOST_EARLY = 10_000
"""Orders that wait for their moment without being read at each look."""
Early = dict[str, datetime]
"""When each order is due that waits for its moment, by its id."""
NEVER = datetime.min.replace(tzinfo=UTC)
log = logging.getLogger("hemei.press")


def now() -> datetime:
    return datetime.now(UTC)


def open_press(home: Path, progress: Progress | None = None, jobs: int | None = None) -> Press:
    """The press of this home, with the site's keys. Makes its edition key on first use, and anew when it was lost."""

    def certify(public: str, moment: datetime) -> bytes:
        with snapshot(home / "press" / "press.sqlite3") as book:
            found = book.execute("SELECT data FROM wellknown WHERE name = 'keys.json'").fetchone()
        return keys.certify(home, public, moment, found[0] if found else None)

    return Press(
        home,
        masters=lambda name: master_path(name).read_bytes(),
        certify=certify,
        clock=now,
        pool=processes(jobs),
        progress=progress,
    )


def carry_out(press: Press, home: Path, most: int = MOST_AT_ONCE, early: Early | None = None) -> int:
    """Carry out waiting orders in one edition and write back what came of them. Returns how many were dealt with.

    `early` is what the caller keeps from look to look of orders that are not due: they are not read again before.
    """
    early = {} if early is None else early
    waiting = _waiting(most, early)
    if press.held():
        waiting = [order for order in waiting if order.kind in AT_ONCE]
    if not waiting and not press.due():
        return 0
    good: dict[str, Admit | Withdraw] = {}
    refused: dict[str, str] = {}
    off: set[str] = set()
    not_due: set[str] = set()
    ask = Asked(press, keys.roster(home), keys.house(home).site, now())
    # What is called off comes first: a release may be due in the same look.
    for order in sorted(waiting, key=lambda one: one.kind != "recall"):
        try:
            if order.kind == "recall":
                ask.recall(order)
            else:
                good[_name(order)] = ask.checked(order)
        except admission.NotYet as error:
            not_due.add(order.pk)
            if len(early) < MOST_EARLY:
                early[order.pk] = error.due
        except admission.NotAdmitted as error:
            refused[_name(order)] = str(error)
            if isinstance(error, admission.CalledOff):
                off.add(_name(order))
    ready = [order for order in waiting if order.pk not in not_due]
    if not ready and not press.due():
        return 0
    _, also = press.publish(list(good.values()))
    _answer(press, ready, refused | also, off, now())
    return len(ready)


def _waiting(most: int, early: Early) -> list[Order]:
    """The orders to look at, the first so many; of withdrawals and recalls all, which wait for nothing."""
    for pk in [pk for pk, due in early.items() if due <= now()]:
        del early[pk]
    left = Order.objects.filter(state=Order.State.WAITING).exclude(pk__in=list(early))
    waiting = list(left.order_by("number")[:most])
    return waiting + list(left.filter(kind__in=AT_ONCE).exclude(pk__in=[order.pk for order in waiting]))


def drain(press: Press, home: Path) -> None:
    """Carry out everything that waits and is due."""
    early: Early = {}
    while carry_out(press, home, early=early):
        pass


@dataclass
class Shift:
    """What the press process is about, for whoever asks."""

    printing: tuple[int, int] | None = None
    """Pages done and pages in all, while there are many."""
    trouble: str = ""
    """What stops the press, in Chinese; empty when nothing does. The edition that is live stays as it was."""
    renewed: datetime = NEVER
    early: Early = field(default_factory=dict)
    """Orders that are not due."""

    def told(self, done: int, of: int) -> None:
        self.printing = (done, of) if done < of else None


def turn(press: Press, home: Path, shift: Shift) -> bool:
    """One look at the outbox; whether there was something to do. What stops the press is told, and tried again later."""
    try:
        done = carry_out(press, home, early=shift.early) > 0
        if not done and now() - shift.renewed >= RENEW_EVERY and press.root():
            press.renew()
            press.tidy()
            shift.renewed = now()
    except (OSError, PressError, BrokenExecutor, DatabaseError, swap().Error) as error:
        log.exception("the press stands still")
        shift.trouble, shift.printing = _trouble(error), None
        return False
    shift.trouble = ""
    return done


def pack(press: Press) -> bool:
    """A slice of the second pass; whether there is more. When it fails nobody is told: readers are served all the same."""
    try:
        return press.pack()
    except (PressError, swap().Error):
        log.debug("not packed now", exc_info=True)
        return False


def _trouble(error: Exception) -> str:
    if isinstance(error, PressError):
        return str(error)
    if getattr(error, "errno", 0) == errno.ENOSPC or "disk is full" in str(error):
        why = "磁盘满了，请清出空间"
    elif isinstance(error, BrokenExecutor):
        why = "印刷进程被系统中止，可能是内存不够"
    else:
        why = "磁盘或数据库出错，请管理员查看日志和磁盘"
    return f"{why}。新签发的稿件暂时印不出来，网站上已有的内容不受影响；好了以后会自动接着印。"


def run(home: Path) -> int:
    """The main loop, until SIGTERM or SIGINT."""
    stop, poked = threading.Event(), threading.Event()

    def end(*_: object) -> None:
        stop.set()
        poked.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    shift = Shift()
    press = open_press(home, shift.told)
    server = _listen(home, press, poked, shift)
    while not stop.is_set():
        close_old_connections()
        if not turn(press, home, shift) and not pack(press):
            poked.wait(LOOK_EVERY)
            poked.clear()
    server.shutdown()
    return 0


def _listen(home: Path, press: Press, poked: threading.Event, shift: Shift) -> socketserver.BaseServer:
    address = home / "run" / "press.sock"
    address.parent.mkdir(parents=True, exist_ok=True)
    address.unlink(missing_ok=True)

    class Desk(BaseHTTPRequestHandler):
        """Answers the desk: a preview, the state of the press, a poke."""

        def do_GET(self) -> None:
            said = {
                **press_status(home),
                "printing": shift.printing,
                "trouble": shift.trouble,
                "held": press_held(home),
            }
            self._send(200, json.dumps(said).encode(), "application/json")

        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("content-length") or 0), 8 * 1024 * 1024))
            try:
                self._send(200, self._done(body), "text/html; charset=utf-8")
            except (NotAPiece, PressError, LookupError) as error:
                self._send(422, str(error).encode(), "text/plain; charset=utf-8")

        def _done(self, body: bytes) -> bytes:
            what, _, number = self.path[1:].partition("/")
            if what == "preview":
                return press.preview(body)
            if what == "rollback" and number.isascii() and number.isdigit():
                press.rollback(int(number))
            elif what == "resume":
                press.resume()
            elif what == "full":
                press.build_full(processes(int(number)) if number.isascii() and number.strip("0").isdigit() else None)
            elif what != "poke":
                raise LookupError("印刷间不认识这个要求。")
            poked.set()
            return b""

        def _send(self, status: int, data: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            if data:  # whoever was told all there is may have hung up already
                self.wfile.write(data)

        def address_string(self) -> str:
            return "desk"

        def log_message(self, format: str, *args: object) -> None:
            log.debug(format, *args)

    class Listener(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    server = Listener(str(address), Desk)
    os.chmod(address, 0o600)
    threading.Thread(target=server.serve_forever, daemon=True, name="desk").start()
    return server


def press_status(home: Path) -> dict[str, object]:
    """What `hemei press status` says, with the orders that wait."""
    close_old_connections()
    return {**status(home), "pending": Order.objects.filter(state=Order.State.WAITING).count()}
