"""A disk that is full or broken stops the press, not the site; the desk is told, and nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import socketserver
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.test import Client

from hemei.press.compiler import Press
from hemei.press.errors import NotReady
from hemei.press.look import files
from hemei.press.sheets import NAME
from hemei.press.store import Disk
from hemei.rooms.ledger.models import Order
from hemei.rooms.pressroom import process
from tests.rooms import HOME
from tests.rooms.house import House

WORD = "zqaaaaaa"


class Sick(Disk):
    """A disk that refuses every write while it has a `code`."""

    code = 0

    def write(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        if self.code:
            raise OSError(self.code, "refused")
        super().write(path, data, mode)

    def commit(self, db: Any) -> None:
        if self.code:
            raise OSError(self.code, "refused")
        super().commit(db)


@pytest.mark.parametrize(("code", "said"), [(errno.ENOSPC, "磁盘满了"), (errno.EIO, "磁盘或数据库出错")])
def test_a_disk_that_refuses_is_told_and_the_order_is_printed_when_it_is_well_again(
    house: House, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    disk, shift = Sick(), process.Shift()

    def opened(*args: Any, **kwargs: Any) -> Press:
        return Press(*args, **kwargs, disk=disk)

    monkeypatch.setattr(process, "Press", opened)
    house.restart()
    before = house.press.root()
    house.release(house.review(house.write(WORD)))
    disk.code = code
    assert not process.turn(house.press, HOME, shift)
    assert said in shift.trouble
    assert "网站上已有的内容不受影响" in shift.trouble
    assert (house.press.root(), house.where(WORD)) == (before, set())
    assert Order.objects.filter(state=Order.State.WAITING).count() == 1
    disk.code = 0
    assert process.turn(house.press, HOME, shift)
    assert shift.trouble == ""
    assert house.where(WORD)
    assert house.exact()


def test_sheets_that_are_damaged_are_told_and_the_order_waits(house: House) -> None:
    shift = process.Shift()
    house.publish("zqbbbbbb")
    sheets = HOME / "press" / "store" / NAME
    house.press.close()
    whole = sheets.read_bytes()
    sheets.write_bytes(whole[: 1 << 14] + b"\x5a" * (len(whole) - (1 << 14)))
    house.press = process.open_press(HOME)
    before = house.press.root()
    house.release(house.review(house.write(WORD)))
    assert not process.turn(house.press, HOME, shift)
    assert "移走成品库" in shift.trouble
    assert house.press.root() == before
    assert Order.objects.filter(state=Order.State.WAITING).count() == 1
    house.press.close()
    sheets.unlink()
    house.press = process.open_press(HOME)
    assert process.turn(house.press, HOME, shift)
    assert shift.trouble == ""
    assert house.exact()
    assert house.where(WORD)


def test_a_press_that_cannot_open_its_store_says_why_in_one_line(house: House) -> None:
    house.press.close()
    (HOME / "press" / "store" / NAME).write_bytes(b"no database " * 999)
    words = [sys.executable, "-m", "hemei.child", "press", str(os.getpid())]
    done = subprocess.run(
        words, env={**os.environ, "HEMEI_HOME": str(HOME)}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "印刷间开不了工" in done.stderr
    assert "移走成品库" in done.stderr
    assert "Traceback" not in done.stderr
    for left in (HOME / "press" / "store").glob(f"{NAME}*"):
        left.unlink()
    house.press = process.open_press(HOME)


def test_a_press_that_was_rolled_back_prints_withdrawals_only_until_resume(house: House) -> None:
    story = house.publish(WORD)
    house.press.rollback(1)
    house.release(house.review(house.write("zqbbbbbb")))
    house.print()
    assert (house.where(WORD), house.where("zqbbbbbb")) == (set(), set())
    assert Order.objects.filter(state=Order.State.WAITING).count() == 1
    house.withdraw(story)
    house.print()
    assert house.last(story) == ("printed", "")
    assert process.press_held(HOME) == 1
    house.press.resume()
    house.print()
    assert house.where("zqbbbbbb")
    assert (house.where(WORD), house.exact()) == (set(), True)


class Told(BaseHTTPRequestHandler):
    """A press that says of itself what the test wants."""

    said: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.said).encode())

    def address_string(self) -> str:
        return "desk"

    def log_message(self, *_: object) -> None:
        pass


def test_the_desk_says_what_keeps_the_press_from_printing(house: House) -> None:
    client = Client()
    client.force_login(house.user("wang"))

    def board() -> str:
        return client.get("/desk/review/").content.decode()

    assert "印刷间没有应答" in board()
    (HOME / "run").mkdir(exist_ok=True)
    with socketserver.UnixStreamServer(str(HOME / "run" / "press.sock"), Told) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        calm = {"trouble": "", "held": 0, "printing": None}
        for said, wanted in (
            ({"trouble": "磁盘满了，请清出空间。"}, "磁盘满了，请清出空间。"),
            ({"held": 7}, "已退回第 7 版次的内容，停印中"),
            ({"printing": [1200, 90000]}, "正在印 1200 / 90000 页"),
        ):
            Told.said = {**calm, **said}
            assert wanted in board()
        Told.said = calm
        assert 'class="alarm"' not in board()
        server.shutdown()


def test_with_nothing_to_print_the_press_packs_and_a_press_that_cannot_says_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = house.release(house.review(house.write(WORD)))
    house.print()
    while process.pack(house.press):
        pass
    page = files(HOME, house.press.number())[f"a/{story.pk}/index.html"]
    place = HOME / "press" / "packed" / page[:2] / page
    assert place.exists()
    house.withdraw(story)
    house.print()
    process.pack(house.press)
    assert not place.exists()

    def fails(press: Press) -> bool:
        raise NotReady("no book")

    monkeypatch.setattr(Press, "pack", fails)
    assert not process.pack(house.press)
