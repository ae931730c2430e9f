"""Killed anywhere between the button and the receipt, nothing is lost and nothing is half done.

The whole way of a release is walked in a process that dies at the n-th moment: a write to the store (cut in the middle),
a sync, a rename, a statement that writes to the desk's database, a commit of any of the databases, before it and after it.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from hemei.press import store
from hemei.press.compiler import Press
from hemei.press.store import Disk
from hemei.rooms.ledger.models import Entry, Order
from hemei.rooms.ledger.queries import first_broken
from hemei.rooms.newsroom.models import Story
from hemei.rooms.pressroom import process
from hemei.sqlite.base import WRITES, DatabaseWrapper
from tests.rooms import HOME
from tests.rooms.house import Clock, House, fresh
from tests.works.test_press_crash import killed

OLD, NEW = "zqaaaaaa", "zqbbbbbb"


class Death(Disk):
    """Counts the moments of one walk, by kind; kills this process at the n-th. It syncs nothing: no power is lost."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.moments = at, Counter[str]()

    def moment(self, kind: str) -> None:
        self.moments[kind] += 1
        if self.moments.total() == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def write(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        dying = self.moments.total() + 1 == self.at
        super().write(path, data[: len(data) // 2] if dying else data, mode)
        self.moment("write")

    def sync(self, path: Path) -> None:
        self.moment("sync")

    def sync_all(self, folder: Path) -> None:
        self.moment("sync")

    def rename(self, old: Path, new: Path) -> None:
        self.moment("rename")
        super().rename(old, new)

    def commit(self, db: Any) -> None:
        self.moment("settle")
        super().commit(db)
        self.moment("settled")

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.match(sql):
            self.moment("statement")
        return execute(sql, params, many, context)


@dataclass(frozen=True)
class Deed:
    """One press of a button: what lies ready for it, and what it does."""

    ready: Callable[[House], Story]
    press_the_button: Callable[[House, Story], object]
    done: str
    """The state of the story once the desk has taken it down."""


def _reviewed(house: House) -> Story:
    house.publish("zqzzzzzz")
    return house.review(house.write(NEW))


def _corrected(house: House) -> Story:
    return house.review(house.edit(house.publish(OLD), NEW, correction="原稿一处数字有误，现已更正。"))


DEEDS = {
    "release": Deed(_reviewed, lambda house, story: house.release(story), "released"),
    "correction": Deed(_corrected, lambda house, story: house.release(story), "released"),
    "withdrawal": Deed(lambda house: house.publish(OLD), lambda house, story: house.withdraw(story), "withdrawn"),
}


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Callable[[House, Deed, Story, Death], None]:
    """The deed and what follows from it, up to the receipt, with every moment told."""
    commit = DatabaseWrapper._commit

    def walked(house: House, deed: Deed, story: Story, death: Death) -> None:
        def committed(wrapper: DatabaseWrapper) -> Any:
            death.moment("commit")
            done = commit(wrapper)
            death.moment("committed")
            return done

        def opened(*args: Any, **kwargs: Any) -> Press:
            return Press(*args, **kwargs, disk=death, committing=lambda: death.moment("commit"))

        with monkeypatch.context() as patch:
            patch.setattr(DatabaseWrapper, "_commit", committed)
            patch.setattr(process, "Press", opened)
            with connection.execute_wrapper(death.statement):
                house.press = process.open_press(HOME)
                deed.press_the_button(house, story)
                house.print()

    return walked


def _told(story: Story) -> list[tuple[str, str]]:
    """The ledger from the deed on, without its times."""
    return list(Entry.objects.filter(piece=story.key).order_by("number").values_list("person", "deed"))


@pytest.mark.parametrize("small", [store.SMALL, 0], ids=["sheets", "files"])
@pytest.mark.parametrize("name", DEEDS)
def test_killed_at_any_moment_of_a_release_the_edition_is_whole_and_the_order_is_carried_out_on_restart(
    name: str,
    small: int,
    template: Path,
    clock: Clock,
    walk: Callable[[House, Deed, Story, Death], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(store, "SMALL", small)
    deed, ready = DEEDS[name], tmp_path / "ready"
    house = House(template, clock)
    story = deed.ready(house)
    before, then = house.press.root(), clock.now
    house.close()
    shutil.copytree(HOME, ready)

    house, calm = _again(ready, clock, then), Death()
    walk(house, deed, story, calm)
    after, entries, moments = house.press.root(), _told(story), calm.moments
    assert before != after
    house.close()

    seen: list[tuple[bool, bool]] = []
    for at in range(1, moments.total() + 2):
        house = _again(ready, clock, then)
        died = killed(lambda house=house, at=at: walk(house, deed, story, Death(at)))  # type: ignore[misc]
        assert died == (at <= moments.total())
        house.press = process.open_press(HOME)
        assert house.press.root() in (before, after)
        _whole(house)
        taken = fresh(story).state == deed.done
        assert taken == (len(_told(story)) == len(entries)) == Order.objects.filter(made__gt=then).exists()
        seen.append((taken, house.press.root() == after))
        if not taken:  # the desk knows nothing of it: the button is pressed again
            clock.now = then
            deed.press_the_button(house, story)
        house.print()
        assert house.press.root() == after
        assert house.last(story) == ("printed", "")
        assert Order.objects.filter(made__gt=then).count() == 1
        assert (_told(story), first_broken()) == (entries, None)
        assert house.where(OLD) == set()
        _whole(house)
        house.close()
    assert seen == sorted(seen), "what was done once is never undone by a later death"
    assert {(False, False), (True, False), (True, True)} == set(seen)
    kinds = {"sync", "statement", "commit", "committed"}
    if small:
        kinds |= {"settle", "settled"}
    elif name != "withdrawal":  # it brings pages back to what they were, which the store has already
        kinds |= {"write", "rename"}
    assert kinds <= moments.keys()
    assert moments.total() > (15 if small else 20)
    with capsys.disabled():
        print(f"\n{name}: killed at each of {moments.total()} moments {dict(moments)}, 0 bad")


def _again(ready: Path, clock: Clock, then: datetime) -> House:
    """The house as it stood before the button was pressed, at the same time of the same day."""
    house = House(ready, clock)
    house.close()
    clock.now = then
    return house


def _whole(house: House) -> None:
    """Every file is served with the bytes that its digest names, and a full build makes the same edition."""
    assert house.site()
    assert house.exact()
