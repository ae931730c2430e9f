"""Many pages at once: other processes print them, and the edition is the same as if the press had done it alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest

from hemei.press import exact, look, plates, printer, store
from hemei.press.errors import BadStore, Inexact
from hemei.press.printer import Printer, qingtang
from hemei.press.reader import Reader
from hemei.press.shown import NoSuchPage
from hemei.seal.tree import Leaf, Node
from hemei.seal.verify import verify
from tests.works.press_sample import START, TOY, County, Fast, hurt, picture, stored, toy

P, T = ParamSpec("P"), TypeVar("T")


class Counting(Executor):
    """Another pool than ours: one thread, that counts what it is given."""

    given = 0

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        type(self).given += 1
        return self._thread.submit(work, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._thread.shutdown(wait, cancel_futures=cancel_futures)


@pytest.fixture(autouse=True)
def many_begins_at_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plates, "MANY", 5)
    monkeypatch.setattr(exact, "MANY", 5)
    monkeypatch.setattr(plates, "AT_ONCE", 3)
    Counting.given = 0


def filled(home: Path, printer: Printer, pool: Callable[[], Executor] | None = None) -> County:
    """A county with pictures, tags, a moment to wait for and a page that shows another story's headline."""
    county = County(home, printer, disk=Fast(), pool=pool)
    county.press.publish(
        [
            county.site(),
            *(county.story(number, tags=["水"] if number % 3 else ["山"]) for number in range(1, 30)),
            county.story(30, lead=picture(1), deck=f"至{(START + timedelta(days=1)).isoformat()}"),
            county.story(31, kicker="30", lead=picture(1, [0, 0, 500, 500])),
        ]
    )
    return county


def test_processes_print_the_same_edition_as_the_press_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as alone:
        alone.setattr(plates, "MANY", 10_000)
        one = filled(tmp_path / "one", qingtang())
    other = filled(tmp_path / "other", qingtang())
    said = [list(each.press._tools.book.db.execute("SELECT * FROM reads ORDER BY 1, 2")) for each in (one, other)]
    assert one.press.root() == other.press.root()
    assert said[0] == said[1]
    assert len(said[0]) > 100
    assert other.press.build_full() == other.press.root()
    for county in (one, other):
        county.press.close()


def test_any_executor_will_do_and_what_it_cannot_foresee_is_printed_by_the_press(tmp_path: Path) -> None:
    county = filled(tmp_path / "home", TOY, Counting)
    given = Counting.given
    assert given > 10
    assert county.press.build_full() == county.press.root()
    assert Counting.given > given
    county.clock.tick(2 * 24 * 3600)
    issued = county.press.publish()[0]
    assert issued
    assert issued.printed == ("a/30/index.html",), "the moment was written down though no task foresaw it"
    county.press.close()


def test_a_new_theme_prints_every_page_and_tells_how_far_it_is(tmp_path: Path) -> None:
    county = filled(tmp_path / "home", TOY, Counting)
    pages = county.press._tools.book.get("pages")
    county.press.close()
    told: list[tuple[int, int]] = []
    county.printer = replace(TOY, making="2")
    county.progress = lambda done, of: told.append((done, of))
    county.press = county.opened()
    issued = county.press.publish()[0]
    assert issued is None, "the same words in the same pages: nothing to seal anew"
    assert told[-1] == (int(pages), int(pages))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert county.press.build_full() == county.press.root()
    county.press.close()


def failing(path: str, reader: Reader) -> bytes:
    if path == "a/40/index.html":
        raise NoSuchPage("印坏了")
    return toy(path, reader)


def test_a_page_that_cannot_be_printed_refuses_its_order_only(tmp_path: Path) -> None:
    county = filled(tmp_path / "home", replace(TOY, render=failing), Counting)
    bad, *good = (county.story(number) for number in (40, 41, 42, 43, 44, 45, 46))
    _, refused = county.press.publish([*good, bad])
    assert list(refused) == [bad.order]
    assert county.press.build_full() == county.press.root()
    assert not list((tmp_path / "home/press/store/new").iterdir())
    county.press.close()


def dying(path: str, reader: Reader) -> bytes:
    if (Path(os.environ["HEMEI_DIES"])).exists() and path.startswith("a/4"):
        os.kill(os.getpid(), signal.SIGKILL)
    return toy(path, reader)


def test_a_worker_that_is_killed_leaves_the_old_edition_and_the_order_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMEI_DIES", str(tmp_path / "now"))
    county = filled(tmp_path / "home", replace(TOY, render=dying))
    before, orders = county.press.root(), [county.story(number) for number in range(40, 50)]
    (tmp_path / "now").touch()
    with pytest.raises(BrokenExecutor):
        county.press.publish(orders)
    (tmp_path / "now").unlink()
    county.reopen()
    assert county.press.root() == before
    assert county.press.handled(orders[0].order) is None
    county.press.publish(orders)
    assert county.press.handled(orders[0].order)
    assert county.press.build_full() == county.press.root() != before
    county.press.close()


def test_a_full_build_makes_an_emptied_store_whole_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST", 700)
    county = filled(tmp_path / "home", TOY, Counting)
    kept = stored(county.home)
    pictures = {digest for (digest,) in county.press._tools.book.db.execute("SELECT digest FROM renditions")}
    assert len(kept - pictures) > 40
    for name in kept - pictures:
        hurt(county.home, name, None)
    county.reopen()
    county.press.build_full()
    assert stored(county.home) == kept
    county.press.close()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("UPDATE pages SET size = size + 1 WHERE path = 'a/3/index.html'", "a/3/index.html is served otherwise"),
        ("DELETE FROM pages WHERE path = 'a/3/proof.json'", "a/3/proof.json is served otherwise"),
        ("INSERT INTO pages VALUES ('x', '', 1, 'page', 1, '')", "x is served otherwise"),
        ("DELETE FROM reads WHERE path = 'a/3/index.html'", "a/3/index.html reads story:3"),
        ("INSERT INTO reads VALUES ('tags', 'a/3/index.html')", "a/3/index.html reads tags"),
        ("UPDATE queries SET answer = 'x' WHERE key = 'story:3'", "story:3 is answered otherwise"),
        ("UPDATE rows SET row = replace(row, '第3篇', '第三篇') WHERE number = 3", "the row of story 3"),
        ("DELETE FROM entries WHERE list = 'tag:山' AND number = 3", "story 3 is not in tag:山"),
        ("UPDATE bounds SET first = 5 WHERE list = 'tag:山' AND page = 1", "pages of tag:山"),
        ("UPDATE meta SET value = '1' WHERE name = 'files'", "counted"),
        ("DELETE FROM nodes WHERE prefix != '' AND length(prefix) = 1 AND prefix = '3'", "the tree at '3'"),
    ],
)
def test_a_full_build_names_what_was_hurt(tmp_path: Path, fault: str, said: str) -> None:
    county = filled(tmp_path / "home", TOY, Counting)
    with county.press._tools.book.transaction() as db:
        done: Any = db.execute(fault)
        assert done.rowcount
    with pytest.raises(Inexact, match=said):
        county.press.build_full()
    county.press.close()


def test_a_leaf_that_was_altered_in_the_root_itself_is_named(tmp_path: Path) -> None:
    county = County(tmp_path / "home", TOY, disk=Fast()).start(1)
    with county.press._tools.book.transaction() as db:
        (data,) = db.execute("SELECT data FROM nodes WHERE prefix = ''").fetchone()
        children = list(Node.from_bytes(data).children)
        at, leaf = next((at, slot) for at, slot in enumerate(children) if isinstance(slot, Leaf))
        children[at] = leaf._replace(digest="0" * 64)
        db.execute("UPDATE nodes SET data = ? WHERE prefix = ''", (Node.of(children).to_bytes(),))
    with pytest.raises(Inexact, match="the tree at ''"):
        county.press.build_full()
    county.press.close()


@pytest.mark.parametrize("hurt", [lambda data: data[: len(data) // 2], lambda data: b"x" + data[1:]])
def test_a_lot_that_was_cut_short_or_written_over_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hurt: Callable[[bytes], bytes]
) -> None:
    county = filled(tmp_path / "home", TOY, Counting)
    before, adopt = county.press.root(), store.Store.adopt

    def cut(self: store.Store, lot: str, parts: Iterable[tuple[str, int]]) -> None:
        Path(lot).write_bytes(hurt(Path(lot).read_bytes()))
        adopt(self, lot, parts)

    orders = [county.story(number) for number in range(40, 50)]
    with monkeypatch.context() as full:
        full.setattr(store.Store, "adopt", cut)
        with pytest.raises(BadStore):
            county.press.publish(orders)
    assert county.press.root() == before
    assert not list((county.home / "press/store/new").iterdir())
    county.press.publish(orders)
    assert county.press.build_full() == county.press.root() != before
    county.press.close()


def test_the_live_edition_is_verified_where_it_lies(tmp_path: Path) -> None:
    county = filled(tmp_path / "home", TOY, Counting)
    withdrawn = county.withdraw(7)
    county.press.publish([withdrawn])
    county.press.close()

    def bad() -> dict[str, str]:
        with look.live(county.home) as source:
            report = verify(
                source, bytes.fromhex((county.home / "keys/root.pub").read_text()), county.clock.now, proofs=True
            )
        assert report.edition == 2
        assert report.ok == (not report.bad)
        return {each.path: each.why for each in report.bad}

    assert bad() == {}
    with look.snapshot(county.home / "press/press.sqlite3") as db:
        pages = dict(db.execute("SELECT path, digest FROM pages").fetchall())
    hurt(county.home, pages["a/3/index.html"], b"other")
    hurt(county.home, pages["a/4/index.html"], None)
    assert bad().keys() == {"a/3/index.html", "a/4/index.html"}


def test_the_modules_of_prose_that_a_page_is_made_with_are_in_the_printers_stamp() -> None:
    program = "import sys, hemei.press.pages; print(*[name for name in sys.modules if name.startswith('hemei.prose.')])"
    used = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {name.removeprefix("hemei.prose.") for name in used} == set(printer._PROSE)
