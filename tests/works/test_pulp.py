"""What no kept edition needs leaves the store; what one of them needs stays, to the byte."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from pathlib import Path

import pytest

from hemei.press import look
from hemei.press.store import Store
from hemei.seal.digest import digest
from tests.works.press_sample import TOY, County, Fast, as_before_sheets, picture, stored

DAY = 24 * 3600


@pytest.fixture
def county(tmp_path: Path) -> County:
    return County(tmp_path / "home", TOY, disk=Fast()).start(8)


def whole(county: County, number: int) -> bool:
    store = Store(county.home / "press/store", reading=True)
    return all(digest(store.get(name)) == name for name in look.files(county.home, number).values())


def test_every_edition_of_thirty_days_and_the_last_of_each_day_before_can_be_put_together_again(county: County) -> None:
    chance = random.Random(3)
    then: dict[int, dict[str, str]] = {}
    days: dict[str, int] = {}
    for turn in range(60):
        county.clock.tick(chance.choice((600, 7 * 3600, 4 * DAY)))
        number = chance.randrange(1, 14)
        orders = [county.withdraw(number)] if chance.random() < 0.2 else [county.story(number, headline=f"{turn}")]
        county.press.publish(orders)
        live = county.press.number()
        then[live] = look.files(county.home, live)
        days[str((county.clock.now + timedelta(hours=8)).date())] = live
    before = len(stored(county.home))
    gone = county.press.tidy()
    assert gone > 20
    assert before - len(stored(county.home)) == gone
    times = {one["number"]: one["time"] for one in look.history(county.home, 1000)}
    recent = (county.clock.now - timedelta(days=30)).isoformat()
    kept = {number for number in then if times[number] > recent} | set(days.values())
    assert 10 < len(kept) < len(then), "some editions are kept and some are not"
    for _ in range(16):  # what one goes over, the next may not touch
        county.press.tidy()
    for number in kept:
        assert look.files(county.home, number) == then[number]
        assert whole(county, number)
    assert county.press.build_full() == county.press.root()
    county.press.rollback(min(kept))
    assert county.press.build_full() == county.press.root()


def test_a_picture_leaves_with_its_last_user_and_comes_again_when_a_rollback_needs_it(county: County) -> None:
    county.press.publish([county.story(1, lead=picture(1)), county.story(2, lead=picture(1))])
    shows = county.press.number()
    drawn = {name for path, name in look.files(county.home, shows).items() if path.startswith("p/")}
    assert len(drawn) == 7
    county.press.publish([county.story(1, headline="一张也没有了")])
    county.clock.tick(40 * DAY)
    county.press.tidy()
    assert drawn <= stored(county.home), "the other story shows it still"
    county.press.publish([county.story(2, headline="一张也没有了")])
    county.press.tidy()
    assert drawn <= stored(county.home), "an edition of thirty days had it"
    county.clock.tick(40 * DAY)
    county.press.publish([county.story(3, headline="另一天")])
    county.press.tidy()
    assert not look.files(county.home, county.press.number()).keys() & {"p/"}
    county.clock.tick(DAY)
    county.press.rollback(shows)
    assert drawn <= stored(county.home)
    assert county.press.build_full() == county.press.root()


def test_what_belongs_to_nothing_is_swept_after_a_day_whatever_cut_the_printing(county: County) -> None:
    store, data = county.home / "press/store", b"from a printing that was cut"
    (store / digest(data)[:2]).mkdir(exist_ok=True)
    orphan = store / digest(data)[:2] / digest(data)
    orphan.write_bytes(data)
    os.utime(orphan, (county.clock.now.timestamp(),) * 2)
    for path in store.glob("??/*"):
        os.utime(path, (county.clock.now.timestamp(),) * 2)
    before = stored(county.home)
    for _ in range(16):
        county.press.tidy()
    assert stored(county.home) == before, "whatever it was for may be on its way"
    county.clock.tick(2 * DAY)
    for _ in range(16):
        county.press.tidy()
    assert stored(county.home) == before - {orphan.name}
    assert county.press.build_full() == county.press.root()


def test_a_file_that_is_wanted_again_before_it_left_is_spared(county: County) -> None:
    with county.press._tools.book.transaction() as db:  # as if the power had failed between book and store
        db.execute("INSERT INTO pulp SELECT digest FROM pages")
    assert county.press.tidy() == 0
    assert whole(county, county.press.number())


def test_a_book_of_the_format_before_is_brought_to_this_one(county: County) -> None:
    county.press.publish([county.story(3, headline="改过的标题"), county.withdraw(5)])
    root, book = county.press.root(), county.press._tools.book
    with book.transaction() as db:
        for made in ("INDEX pieces_sequence", "TABLE proofs", "TABLE shelf", "TABLE pulp", "TABLE corrections", "TABLE recalls"):
            db.execute(f"DROP {made}")
        db.execute("PRAGMA user_version=1")
    county.press.close()
    as_before_sheets(county.home)
    county.press = county.opened()
    assert county.press.root() == root == county.press.build_full()
    county.press.rollback(1)
    assert county.press.build_full() == county.press.root() != root
    county.press.resume()
    county.press.publish([county.story(9)])
    assert county.press.tidy() >= 0
    assert county.press.build_full() == county.press.root()
