"""A disk that is full or broken stops the press, not the site; the desk is told, and nothing is lost."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from hemei.press.compiler import Press
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
