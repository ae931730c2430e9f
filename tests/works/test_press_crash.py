"""Killed at any moment, the press shows the old edition or the new one, whole, and the order is carried out on retry."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hemei.press import look, renditions, store
from hemei.press.errors import PressError
from hemei.press.store import Disk, Store
from hemei.seal.digest import digest
from tests.works.press_sample import START, TOY, County, Fast, picture


class Dying(Disk):
    """A disk under a process that is killed at the n-th request; a write is cut in the middle first.

    It syncs nothing: a killed process loses no bytes that it has written.
    """

    def __init__(self, n: int) -> None:
        self.left = n

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def write(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        super().write(path, data[: len(data) // 2] if self.left == 1 else data, mode)
        self.count()

    def sync(self, path: Path) -> None:
        self.count()

    def sync_all(self, folder: Path) -> None:
        self.count()

    def rename(self, old: Path, new: Path) -> None:
        self.count()
        super().rename(old, new)

    def commit(self, db: Any) -> None:
        self.count()
        super().commit(db)
        self.count()


class Failing(Dying):
    """A disk that refuses the n-th request, as a full or broken one does."""

    def __init__(self, n: int, code: int) -> None:
        super().__init__(n)
        self.code = code

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(self.code, os.strerror(self.code))


def killed(work: Callable[[], object]) -> bool:
    """Do the work in a process of its own; whether that was killed. Its other ends fail the test."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the work itself failed"
    return os.WIFSIGNALED(status)


@pytest.fixture(autouse=True, params=[store.SMALL, 0], ids=["sheets", "files"])
def moments(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """What is printed becomes sheets, or files: more moments than so many, for a publish."""
    monkeypatch.setattr(store, "SMALL", request.param)
    return 8 if request.param else 60


@pytest.fixture(autouse=True)
def quick_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real one takes more than a second, and no disk. What it drew is kept as ever."""

    def made(master: bytes, crop: object) -> list[renditions.Made]:
        return [renditions.Made("webp", f"{digest(master)} {crop} {width}".encode(), width, 9) for width in (480, 960)]

    monkeypatch.setattr(renditions, "make", made)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with edition 1; closed, to be copied."""
    home = tmp_path_factory.mktemp("home")
    county = County(home, TOY, disk=Fast()).start(3)
    county.press.publish([county.story(4, lead=picture(1, [0, 0, 100, 100]))])
    county.press.close()
    return home


def orders(county: County) -> list[Any]:
    """Withdraw one story with its picture, change another, print a third with a new one: two editions. Always the same."""
    county.orders, county.clock.now = 100, START + timedelta(hours=1)
    return [
        county.story(5, lead=picture(2, [0, 0, 100, 100]), tags=["水"]),
        county.withdraw(4),
        county.story(2, headline="改过的标题"),
    ]


def test_killed_anywhere_in_a_publish_either_edition_is_whole(printed: Path, tmp_path: Path, moments: int) -> None:
    calm = County(shutil.copytree(printed, tmp_path / "calm"), TOY, disk=Fast())
    before = calm.press.root()
    given = orders(calm)
    calm.press.publish([given[1]])
    between = calm.press.root()
    calm.press.publish(given)
    after = calm.press.root()
    assert len({before, between, after}) == 3
    seen: list[str] = []
    n = 0
    dies = True
    while dies:
        n += 1
        home = shutil.copytree(printed, tmp_path / f"home{n}")
        dies = killed(lambda n=n, home=home: _publish(home, Dying(n)))  # type: ignore[misc]
        county = County(home, TOY, disk=Fast())
        seen.append(county.press.root())
        assert county.press.build_full() == seen[-1] in {before, between, after}
        _every_file_is_whole(home)
        assert not list((home / "press" / "store" / "new").iterdir()), "what was half written is cleared away"
        _, refused = county.press.publish(orders(county))
        assert refused == {}
        assert county.press.root() == after
        assert look.explain(home, "a/4/index.html") is None
        county.press.close()
        shutil.rmtree(home)
    print(f"killed at each of {n - 1} moments: {[seen.count(root) for root in (before, between, after)]}")
    assert n > moments
    order = [(before, between, after).index(root) for root in seen]
    assert order == sorted(order), "once an edition was live, a later death never showed an older one"
    assert set(order) == {0, 1, 2}


def _publish(home: Path, disk: Dying) -> None:
    county = County(home, TOY, disk=disk, committing=disk.count)
    county.press.publish(orders(county))


def _every_file_is_whole(home: Path) -> None:
    kept = Store(home / "press" / "store", reading=True)
    with look.snapshot(home / "press" / "press.sqlite3") as db:
        for (name,) in db.execute("SELECT digest FROM pages UNION SELECT digest FROM renditions").fetchall():
            kept.get(name)


def test_killed_anywhere_in_a_first_run_the_next_one_prints(tmp_path: Path) -> None:
    n = 0
    dies = True
    while dies:
        n += 1
        home = tmp_path / f"home{n}"
        dies = killed(lambda n=n, home=home: _first(home, Dying(n)))  # type: ignore[misc]
        county = County(home, TOY, disk=Fast()).start(1)
        assert county.press.build_full()
        county.press.close()
        shutil.rmtree(home)
    print(f"killed at each of {n - 1} moments of a first run")
    assert n > 10


def _first(home: Path, disk: Dying) -> None:
    County(home, TOY, disk=disk, committing=disk.count).start(1)


@pytest.mark.parametrize("code", [5, 28])
def test_a_disk_that_fails_leaves_the_old_edition_live_and_the_press_able_to_go_on(
    printed: Path, tmp_path: Path, code: int, moments: int
) -> None:
    """EIO and ENOSPC at every request of a publish."""
    n = 0
    failed = True
    while failed:
        n += 1
        home = shutil.copytree(printed, tmp_path / f"home{n}")
        disk = Failing(10**9, code)
        county = County(home, TOY, disk=disk, committing=disk.count)
        disk.left = n
        failed = _fails(county, code)
        disk.left = 10**9
        assert county.press.build_full() == county.press.root()
        _every_file_is_whole(home)
        _, refused = county.press.publish(orders(county))
        assert refused == {}
        assert look.explain(home, "a/5/index.html")
        assert not look.explain(home, "a/4/index.html")
        county.press.close()
        shutil.rmtree(home)
    print(f"error {code} at each of {n - 1} requests")
    assert n > moments


def _fails(county: County, code: int) -> bool:
    try:
        county.press.publish(orders(county))
    except OSError as error:
        return error.errno == code
    except PressError as error:
        raise AssertionError("a fault of the disk is no fault of an order") from error
    return False
