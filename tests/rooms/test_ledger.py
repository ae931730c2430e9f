"""The ledger shows what was done to it, and a PIN cannot be guessed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone

import pytest
from django.db import connections, transaction

from hemei.rooms.ledger.actions import enter
from hemei.rooms.ledger.models import Entry
from hemei.rooms.ledger.queries import entries_of, first_broken
from hemei.rooms.people.actions import LOCKED_FOR, MOST_TRIES, CannotSign, sign
from hemei.rooms.people.models import StampKey
from hemei.rooms.review.models import Stamp, Version
from tests.rooms.forgery import take_the_guards_down
from tests.rooms.house import House, fresh, secret_word


def add(house: House, count: int = 6) -> int:
    """So many entries more; the number of the first."""
    first = Entry.objects.count() + 1
    for number in range(count):
        with transaction.atomic():
            enter(person="li", deed="试记", piece="story:9", now=house.clock.tick(), detail={"number": number})
    return first


def test_every_deed_of_a_story_is_one_entry_in_order_and_the_chain_is_whole(house):
    story = house.publish(secret_word(0))
    house.withdraw(story)
    assert [entry.deed for entry in entries_of(story.key)] == [
        "来稿", "改稿", "送审", "初审", "复审", "终审", "签发", "撤稿",
    ]  # fmt: skip
    assert first_broken() is None


def test_an_entry_outside_of_the_transaction_of_its_deed_is_refused(house):
    before = Entry.objects.count()
    with pytest.raises(RuntimeError, match="transaction of its deed"):
        enter(person="li", deed="试记", piece="story:9", now=house.clock())
    assert Entry.objects.count() == before


def test_a_deed_that_is_given_up_leaves_no_entry_and_no_gap(house):
    first = add(house, 2)
    with transaction.atomic():
        enter(person="li", deed="试记", piece="story:9", now=house.clock())
        transaction.set_rollback(True)
    assert add(house, 1) == first + 2
    assert first_broken() is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("person", "wang"),
        ("deed", "签发"),
        ("piece", "story:8"),
        ("detail", '{"number":7}'),
        ("time", "2026-03-02 02:00:00"),
        ("chain", "0" * 64),
    ],
)
def test_an_altered_entry_is_found_by_its_number_whatever_was_altered(house, column, value):
    first = add(house)
    take_the_guards_down()
    assert house.sql(f"UPDATE ledger_entry SET {column} = ? WHERE number = ?", value, first + 2) == 1
    assert first_broken() == first + 2


def test_a_deleted_entry_is_found_at_the_one_that_follows(house):
    first = add(house)
    take_the_guards_down()
    assert house.sql("DELETE FROM ledger_entry WHERE number = ?", first + 2) == 1
    assert first_broken() == first + 3


def test_two_swapped_entries_are_found(house):
    first = add(house)
    take_the_guards_down()
    for number, to in ((first + 1, -1), (first + 2, first + 1), (-1, first + 2)):
        house.sql("UPDATE ledger_entry SET number = ? WHERE number = ?", to, number)
    assert first_broken() == first + 1


def test_an_inserted_entry_is_found(house):
    first = add(house)
    house.sql(
        "INSERT INTO ledger_entry(number, time, person, deed, piece, detail, chain) "
        "SELECT number + 1, time, person, deed, piece, detail, chain FROM ledger_entry WHERE number = ?",
        first + 5,
    )
    assert first_broken() == first + 6


def test_entries_cut_off_at_the_end_show_when_the_next_one_is_added(house):
    first = add(house)
    take_the_guards_down()
    assert house.sql("DELETE FROM ledger_entry WHERE number > ?", first + 2) == 3
    add(house, 1)
    assert first_broken() == first + 6


def test_an_entry_made_by_a_clock_of_another_zone_is_whole(house):
    with transaction.atomic():
        enter(
            person="li", deed="试记", piece="story:9",
            now=house.clock().astimezone(timezone(timedelta(hours=8))), detail={"题": "春茶"},
        )  # fmt: skip
    assert first_broken() is None


# ---- PINs ----


def test_a_wrong_pin_costs_no_version_no_stamp_and_no_entry_even_with_an_amendment(house):
    story = house.write(secret_word(0))
    house.submit(story)
    house.edit(story, secret_word(1), "wang")
    before = (Version.objects.count(), Stamp.objects.count(), Entry.objects.count(), fresh(story).version)
    with pytest.raises(CannotSign, match="还可以试 4 次"):
        house.stamp(story, "wang", pin="nope")
    assert (Version.objects.count(), Stamp.objects.count(), Entry.objects.count(), fresh(story).version) == before
    assert house.stamp(story, "wang") == "first"


def test_five_wrong_pins_lock_the_key_even_for_the_right_one_and_a_quarter_of_an_hour_ends_it(house):
    story = house.write(secret_word(0))
    house.submit(story)
    said = []
    for _ in range(MOST_TRIES):
        with pytest.raises(CannotSign) as caught:
            house.stamp(story, "wang", pin="nope")
        said.append(str(caught.value))
    assert [line for line in said if "还可以试" in line] == [
        f"签章口令不对，还可以试 {left} 次。" for left in (4, 3, 2, 1)
    ]
    assert said[-1] == "签章口令连续输错，锁定 15 分钟。"
    with pytest.raises(CannotSign, match="已锁定，请 15 分钟后再试"):
        house.stamp(story, "wang")
    assert Stamp.objects.filter(version_id=fresh(story).version).count() == 0
    house.clock.tick(seconds=LOCKED_FOR.total_seconds())
    assert house.stamp(story, "wang") == "first"
    key = StampKey.objects.get(user__username="wang")
    assert (key.failed, key.locked_until) == (0, None)


def test_a_right_pin_forgives_the_wrong_ones_before_it(house):
    story = house.write(secret_word(0))
    house.submit(story)
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(CannotSign):
            house.stamp(story, "wang", pin="nope")
    assert house.stamp(story, "wang") == "first"
    assert StampKey.objects.get(user__username="wang").failed == 0


def test_wrong_pins_of_one_lock_nobody_else(house):
    story = house.write(secret_word(0))
    house.submit(story)
    for _ in range(MOST_TRIES):
        with pytest.raises(CannotSign):
            house.stamp(story, "wang", pin="nope")
    assert house.stamp(story, "qian") == "first"


def test_many_tries_at_once_are_no_more_than_the_limit(house):
    user = house.user("wang")
    now = house.clock()

    def attempt(number: int) -> str:
        try:
            sign(user=user, pin=f"wrong{number}", document={"format": "x"}, now=now)
        except CannotSign as error:
            return str(error)
        finally:
            connections.close_all()
        return "signed"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(16)))
    assert sum("已锁定" in line for line in said) == 16 - MOST_TRIES
    assert sum("还可以试" in line for line in said) == MOST_TRIES - 1


def test_who_has_no_key_cannot_sign(house):
    with pytest.raises(CannotSign, match="还没有签章"):
        sign(user=house.user("li"), pin="123456", document={"format": "x"}, now=house.clock())
