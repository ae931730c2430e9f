"""Released for a moment to come, called off, moved, and withdrawn when a moment comes: with the press at work."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hemei.press.look import status
from hemei.rooms.ledger.models import Entry, Order
from hemei.rooms.newsroom import queries
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Story
from hemei.rooms.pressroom import admission, process
from hemei.seal import keys as sealing
from hemei.seal.statement import Recall, Release
from tests.rooms import HOME
from tests.rooms.forgery import take_the_guards_down
from tests.rooms.house import House, fresh, secret_word

OLD, NEW = secret_word(1), secret_word(2)


def in_hours(house: House, hours: float):
    return (house.clock.now + timedelta(hours=hours)).replace(microsecond=0)


def wait(house: House, hours: float) -> None:
    house.clock.tick(hours=hours)
    house.print()


def timed(house: House, hours: float = 2, **more) -> Story:
    """A story with its three stamps, released for so many hours ahead."""
    story = house.release(house.review(house.write(OLD)), at=in_hours(house, hours), **more)
    house.print()
    return story


def states(house: House, story: Story) -> list[tuple[str, str]]:
    return [(order.kind, order.state) for order in house.orders(story)]


def deeds(story: Story) -> list[str]:
    return list(Entry.objects.filter(piece=story.key).order_by("number").values_list("deed", flat=True))


def test_a_timed_release_leaves_no_trace_until_it_comes_out_dated_with_its_moment(house):
    before, number = house.press.root(), house.press.number()
    story = timed(house)
    assert (story.state, story.live_version, "将于" in story.stands) == ("timed", "", True)
    filed = next(one for one in queries.filed_by(house.user("li"), 50) if one.story.pk == story.pk)
    assert filed.steps == (("交稿", True), ("编辑", True), ("审稿", True), ("刊出", False))  # as its filer sees it
    assert (house.press.root(), house.press.number()) == (before, number)
    wait(house, 1)
    assert (house.press.root(), house.where(OLD)) == (before, set())
    wait(house, 1)
    story = fresh(story)
    assert (story.state, story.live_version, story.due) == ("released", story.version, None)
    page = house.site()[f"a/{story.pk}/index.html"].decode()
    assert "2026年3月2日 12:" in page, "readers are told when it came out, not when it was signed"
    assert deeds(story)[-2:] == ["定时签发", "刊出"]
    assert house.exact()


def test_what_fell_due_while_the_press_was_down_is_printed_when_it_starts(house):
    story = timed(house)
    house.press.close()
    house.clock.tick(hours=30)
    house.press = process.open_press(HOME)
    house.print()
    assert (fresh(story).state, bool(house.where(OLD))) == ("released", True)


def test_orders_that_are_not_due_are_read_once_and_cost_the_next_look_nothing(house, monkeypatch):
    story = house.review(house.write(OLD))
    timed_order = Release(house.site_id, story.key, story.version, "zhao", house.clock(), in_hours(house, 5))
    signed = sealing.sign(house.private("zhao"), timed_order.document()).to_json().decode()
    for _ in range(12):
        house.slip_order("release", story.key, signed)
    looked = []
    admit = admission.admit
    monkeypatch.setattr(admission, "admit", lambda **said: looked.append(said) or admit(**said))
    early: dict = {}
    for _ in range(5):
        assert process.carry_out(house.press, HOME, early=early) == 0
    assert (len(looked), len(early)) == (12, 12)
    other = house.publish(NEW)  # those that wait are in nobody's way
    assert other.live_version
    house.clock.tick(hours=6)
    assert process.carry_out(house.press, HOME, early=early) == 12
    assert (early, fresh(story).state) == ({}, "released")


@pytest.mark.parametrize("again", [False, True])
def test_a_release_that_was_called_off_is_never_printed_whatever_becomes_of_the_rows(house, again):
    story = timed(house)
    story = house.call_off(story)
    house.print()
    assert (story.state, story.due, states(house, story)) == (
        "ready", None, [("release", "recalled"), ("recall", "printed")],
    )  # fmt: skip
    take_the_guards_down()
    if again:  # the row of the recall is gone, the order waits again: the press's own book remembers
        house.sql("DELETE FROM ledger_order WHERE kind = 'recall'")
    house.sql("UPDATE ledger_order SET state = 'waiting', answer = '' WHERE kind = 'release'")
    house.sql("UPDATE newsroom_story SET state = 'timed'")
    house.restart()
    wait(house, 3)
    assert (house.where(OLD), states(house, story)[0]) == (set(), ("release", "recalled"))


def test_a_called_off_story_is_released_again_with_the_stamps_that_it_has(house):
    story = house.call_off(timed(house))
    story = house.release(story)
    house.print()
    assert (story.state, bool(house.where(OLD))) == ("released", True)
    wait(house, 3)
    assert [state for _, state in states(house, story)] == ["recalled", "printed", "printed"]


@pytest.mark.parametrize("hours", [1, 4])
def test_a_timed_release_that_was_moved_comes_out_at_its_new_moment_only(house, hours):
    story = timed(house)
    at = in_hours(house, hours)
    story = house.move(story, at)
    house.print()
    assert (story.due, story.state) == (at, "timed")
    house.clock.now = at - timedelta(minutes=2)
    house.print()
    assert house.where(OLD) == set()
    wait(house, 0.1)
    assert bool(house.where(OLD))
    wait(house, 8)
    assert states(house, story) == [("release", "recalled"), ("recall", "printed"), ("release", "printed")]


def test_a_correction_for_later_leaves_the_old_version_in_print_until_then(house):
    story = house.publish(OLD)
    story = house.review(house.edit(story, NEW, correction="第二段数字应为三百四十。"))
    story = house.release(story, at=in_hours(house, 2))
    house.print()
    assert (bool(house.where(OLD)), house.where(NEW)) == (True, set())
    wait(house, 2)
    assert (house.where(OLD), bool(house.where(NEW))) == (set(), True)
    assert "第二段数字应为三百四十。" in house.site()["corrections/index.html"].decode()


CHANGES = {
    "a stamp is gone": ("DELETE FROM review_stamp WHERE stage = 'second'", "还缺复审"),
    "the words were altered": ("UPDATE newsroom_story SET deck = '另一句话'", "字句有了改动"),
    "another version is the story's": (f"UPDATE newsroom_story SET version = '{'ab' * 32}'", "另有新的定稿"),
    "its source moved the embargo": ("UPDATE newsroom_story SET embargo = '2026-03-09 00:00:00'", "改了限时"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_law_is_asked_again_when_it_is_due_and_the_desk_is_told_what_stands_against_it(house, what):
    change, why = CHANGES[what]
    story = timed(house)
    take_the_guards_down()
    house.sql(change)
    wait(house, 3)
    state, said = house.last(story)
    assert (state, house.where(OLD)) == ("refused", set())
    assert why in said
    if "version" not in what:
        assert fresh(story).state == "ready"


def test_nobody_releases_for_a_moment_that_cannot_be_meant_or_without_the_post(house):
    story = house.review(house.write(OLD))
    for hours, why in ((-1, "已经过了"), (24 * 400, "一年以后")):
        with pytest.raises(Refused, match=why):
            house.release(story, at=in_hours(house, hours))
    with pytest.raises(Refused, match="早于刊出"):
        house.release(story, at=in_hours(house, 5), until=in_hours(house, 4))
    with pytest.raises(Refused, match="没有签发岗位"):
        house.release(story, by="wang", at=in_hours(house, 2))
    story = house.release(story, at=in_hours(house, 2))
    with pytest.raises(Refused, match="没有签发或撤稿岗位"):
        house.call_off(story, by="li")
    with pytest.raises(Refused, match="已定时签发"):
        house.edit(story, NEW, "li")
    assert Order.objects.filter(piece=story.key).count() == 1


def test_a_planned_withdrawal_is_carried_out_at_its_moment_and_not_before(house):
    until = in_hours(house, 30)
    story = house.release(house.review(house.write(OLD)), until=until)
    house.print()
    assert (bool(house.where(OLD)), story.until) == (True, until)
    wait(house, 20)
    assert bool(house.where(OLD))
    wait(house, 20)
    story = fresh(story)
    assert (house.where(OLD), story.state, story.live_version, story.until) == (set(), "withdrawn", "", None)
    assert (deeds(story)[-1], house.exact()) == ("到期撤下", True)


def test_a_planned_withdrawal_can_be_moved_and_called_off(house):
    story = house.release(house.review(house.write(OLD)), until=in_hours(house, 5))
    story = house.end_at(story, in_hours(house, 10))
    house.print()
    wait(house, 6)
    assert bool(house.where(OLD))
    story = house.end_at(fresh(story), None)
    house.print()
    take_the_guards_down()
    house.sql("UPDATE ledger_order SET state = 'waiting' WHERE kind = 'withdraw'")
    house.sql("DELETE FROM ledger_order WHERE kind = 'recall'")
    wait(house, 10)
    assert (bool(house.where(OLD)), fresh(story).state) == (True, "released")


def test_an_earlier_plan_does_not_take_out_what_was_withdrawn_by_hand_and_released_anew(house):
    story = house.release(house.review(house.write(OLD)), until=in_hours(house, 10))
    house.print()
    house.withdraw(story)
    house.print()
    house.release(house.review(house.edit(story, NEW)))
    house.print()
    wait(house, 20)
    assert bool(house.where(NEW))
    assert [state for kind, state in states(house, story) if kind == "withdraw"] == ["recalled", "printed"]


def test_what_would_have_come_and_gone_while_the_press_was_down_is_not_printed_for_a_moment(house):
    story = house.release(house.review(house.write(OLD)), at=in_hours(house, 2), until=in_hours(house, 4))
    house.clock.tick(hours=9)
    house.print()
    assert house.where(OLD) == set()
    assert sorted(states(house, story)) == [("release", "refused"), ("withdraw", "printed")]


def test_a_called_off_release_takes_its_planned_end_along(house):
    story = timed(house, until=in_hours(house, 6))
    house.call_off(story)
    house.print()
    story = house.release(fresh(story))
    wait(house, 10)
    assert bool(house.where(OLD))
    assert story.until is None


def test_a_recall_by_somebody_who_may_not_release_or_withdraw_calls_nothing_off(house):
    story = timed(house)
    said = Recall(house.site_id, story.key, "release", "li", house.clock())
    house.slip_order("recall", story.key, sealing.sign(house.private("zhao"), said.document()).to_json().decode())
    wait(house, 3)
    assert [state for kind, state in states(house, story) if kind == "recall"] == ["refused"]
    assert bool(house.where(OLD))


def test_a_planned_end_and_a_recall_are_honoured_while_the_press_holds(house):
    story = house.release(house.review(house.write(OLD)), until=in_hours(house, 5))
    house.print()
    house.press.rollback(house.press.number())
    wait(house, 6)
    assert (house.where(OLD), status(HOME)["edition"]) == (set(), house.press.number())
    assert fresh(story).state == "withdrawn"
