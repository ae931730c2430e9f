"""The reviewer's home: whose turn it is, what was changed under a stamp, what is late, what the day brought."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom import actions, board, content, deadline, proofing, queries, readings
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Reading, Story
from hemei.rooms.review.models import Stamp
from tests.rooms.house import House, fresh, secret_word

Seat = Callable[[str], Client]


@pytest.fixture
def seat(house: House, monkeypatch: pytest.MonkeyPatch) -> Seat:
    """A browser in which this person is logged in, at the house's time."""
    monkeypatch.setattr(timezone, "now", house.clock)

    def sit(name: str) -> Client:
        client = Client()
        client.force_login(house.user(name))
        return client

    return sit


def lines(house: House, person: str, **wanted: object) -> list[board.Waiting]:
    return board.waiting(person=person, now=house.clock(), wanted=board.Wanted(**wanted))  # type: ignore[arg-type]


def words(page: bytes) -> str:
    """What a screen says, without its tags."""
    body = re.sub(r"(?s)^.*?<main[^>]*>|<template.*?</template>|<svg.*?</svg>", "", page.decode())
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", body))


def submitted(house: House, number: int, **fields: str) -> Story:
    story = house.write(secret_word(number), **fields)
    house.submit(story)
    return fresh(story)


def test_a_board_of_many_stories_asks_the_database_as_often_as_one_of_few(house):
    for number in range(3):
        house.stamp(submitted(house, number), "wang")
    with CaptureQueriesContext(connection) as few:
        assert len(lines(house, "zhou")) == 3
    template = Story.objects.first()
    for number in range(3, 200):  # as rows: what the board reads of them is what it reads of the others
        Story.objects.create(
            headline=f"第{number}篇", state="review", version=template.version, hands=["li"], submitted_at=house.clock()
        )
    with CaptureQueriesContext(connection) as many:
        assert len(lines(house, "zhou")) == 200
    assert len(many) == len(few) <= 12


def test_nothing_is_proofread_when_the_board_is_looked_at_and_waivers_are_counted(house, monkeypatch):
    story = house.write(secret_word(1), headline="9月31日起，，茶农领证", deck="三十一，，号")
    said = content.content(story, site="", previous=None)
    doubts = [*queries.asked(story, said), *queries.doubts(story, said)]  # what the page for reviewing lists
    assert len(doubts) >= 2
    for doubt in [one for one in doubts if one.open] or doubts[:1]:
        said = {"rule": doubt.finding.rule, "mark": doubt.mark, "text": doubt.finding.text, "reason": "原文如此"}
        actions.waive(story=story, by=house.user("li"), now=house.clock.tick(), **said)
    waived = Entry.objects.filter(deed=proofing.WAIVED).count()
    house.submit(story)
    monkeypatch.setattr(proofing, "proof", lambda copy: pytest.fail("proofread at a look"))
    line = lines(house, "wang")[0]
    assert (line.found, line.waived) == (len(doubts) - waived, waived)


def test_a_version_from_before_findings_were_kept_is_proofread_once(house, monkeypatch):
    submitted(house, 1)
    Reading.objects.all().delete()
    assert lines(house, "wang")[0].found is not None
    monkeypatch.setattr(proofing, "proof", lambda copy: pytest.fail("proofread twice"))
    assert lines(house, "wang")[0].found is not None


def test_ones_own_turn_comes_first_then_what_is_past_its_deadline_then_the_oldest(house):
    first, second, third = (submitted(house, number) for number in range(3))
    house.stamp(second, "wang")
    house.clock.tick(hours=1)
    soon = house.clock() + timedelta(hours=1)
    deadline.set_deadline(story=third, by=house.user("li"), text=soon.isoformat(), now=house.clock())
    house.clock.tick(hours=2)
    found = lines(house, "wang")
    assert [one.story.pk for one in found] == [third.pk, first.pk, second.pk]
    assert [one.mine for one in found] == [True, True, False]
    assert found[0].due == "已过截稿 1 小时 0 分"
    assert (found[1].due, found[1].late) == ("", True)


def test_the_board_is_narrowed_by_stage_age_section_and_deadline(house):
    old = submitted(house, 1, section_id="minsheng")
    house.clock.tick(hours=30)
    new = submitted(house, 2)
    house.stamp(new, "wang")
    deadline.set_deadline(story=old, by=house.user("li"), text=house.clock().isoformat(), now=house.clock())
    house.clock.tick()

    def found(**wanted: object) -> list[int]:
        return [one.story.pk for one in lines(house, "zhou", **wanted)]

    assert found(stage="second") == [new.pk]
    assert found(stage="first") == found(age="24") == found(section="minsheng") == found(due="late") == [old.pk]
    assert found(due="today") == [old.pk]
    assert found(due="none") == found(mine=True) == [new.pk]
    assert found(stage="again") == []


@pytest.mark.parametrize(
    "asked", ["stage=x", "age=-1", "due=%00", "section=" + "x" * 5000, "mine=2", "stage=first&age='"]
)
def test_what_is_not_understood_in_the_address_narrows_nothing_or_finds_nothing(seat, house, asked):
    submitted(house, 1)
    assert seat("wang").get(f"/desk/review/?{asked}").status_code == 200


def test_an_earlier_holder_sees_the_difference_only_and_stamps_it_from_the_board(house, seat):
    story = submitted(house, 1)
    house.stamp(story, "wang")
    house.edit(story, secret_word(1), "zhou", deck=f"春茶开采{secret_word(1)}，头茬茶下山")
    house.stamp(story, "zhou")
    after = fresh(story)
    page = seat("wang").get("/desk/review/")
    said = words(page.content)
    card = re.search(r'(?s)<section class="mended".*?</section>', page.content.decode())
    assert card is not None
    assert "你审签以后，周主任改了下面这些字句" in said
    assert "<ins>，头茬茶下山</ins>" in card[0]
    assert "云台乡的春茶开采了" not in card[0], "what was not changed is not shown"
    deed = {"seen": after.version, "back": "board", "pin": "000000"}
    wrong = seat("wang").post(f"/desk/review/{story.pk}/stamp/", deed, follow=True)
    assert "签章口令不对" in words(wrong.content)
    done = seat("wang").post(f"/desk/review/{story.pk}/stamp/", deed | {"pin": house.pins["wang"]}, follow=True)
    assert "已审签" in words(done.content)
    assert b'class="mended"' not in done.content
    assert set(Stamp.objects.filter(version_id=after.version).values_list("person", "stage")) == {
        ("zhou", "second"), ("wang", "first"),
    }  # fmt: skip
    assert fresh(story).version == after.version


def test_a_difference_that_was_changed_again_meanwhile_is_not_stamped(house, seat):
    story = submitted(house, 1)
    house.stamp(story, "wang")
    house.edit(story, secret_word(1), "zhou", deck=f"春茶开采{secret_word(1)}，头茬茶下山")
    house.stamp(story, "zhou")
    seen = fresh(story).version
    house.edit(story, secret_word(1), "qian", deck="头茬茶今天下山")
    deed = {"seen": seen, "back": "board", "pin": house.pins["wang"]}
    answer = seat("wang").post(f"/desk/review/{story.pk}/stamp/", deed, follow=True)
    assert "有了变化" in words(answer.content)
    assert not Stamp.objects.filter(version_id=seen, person="wang").exists()


def test_a_correction_after_print_is_no_lapsed_stamp_of_the_first_round(house):
    story = house.publish(secret_word(1))
    house.edit(story, secret_word(2))
    house.submit(story)
    line = lines(house, "wang")[0]
    assert (line.stage, line.mine, line.mended) == ("初审", True, "")
    assert board.cards([line]) == []


def test_many_differences_are_read_in_as_many_questions_as_one(house):
    counts = []
    for number in range(2):
        story = submitted(house, number)
        house.stamp(story, "wang")
        house.edit(story, secret_word(number), "zhou", deck=f"改{number}")
        house.stamp(story, "zhou")
        mine = lines(house, "wang")
        with CaptureQueriesContext(connection) as asked:
            assert len(board.cards(mine)) == number + 1
        counts.append(len(asked))
    assert counts == [2, 2]


def test_the_tally_is_of_the_countys_day(house, seat):
    house.clock.now = house.clock.now.replace(hour=15, minute=30)  # 23:30 in the county
    submitted(house, 1)
    house.clock.tick(hours=2)
    story = submitted(house, 2)
    house.stamp(story, "wang")
    house.send_back(story, "zhou")
    assert dict(board.tally(house.clock())) == {
        "来稿": 1, "送审": 1, "初审": 1, "复审": 0, "终审": 0, "退稿": 1, "毙稿": 0, "签发": 0, "撤稿": 0,
    }  # fmt: skip
    assert "今日 来稿 1 送审 1 初审 1 复审 0" in words(seat("wang").get("/desk/review/").content)


def test_a_deadline_is_set_on_the_story_and_stands_in_the_ledger(house, seat):
    story = submitted(house, 1)
    before = story.version
    client = seat("li")
    said = words(
        client.post(f"/desk/review/{story.pk}/deadline/", {"deadline": "2026-03-02T18:30"}, follow=True).content
    )
    assert "截稿时间定在 18:30" in said
    assert "3月2日 18:30 截稿" in said
    entry = Entry.objects.get(deed="定截稿")
    assert (entry.person, entry.detail) == ("li", {"until": "2026-03-02 18:30"})
    assert house.seen(story) == before, "no version holds it"
    client.post(f"/desk/review/{story.pk}/deadline/", {"deadline": ""})
    assert fresh(story).deadline is None


@pytest.mark.parametrize("text", ["明天", "2026-13-01T00:00", "2036-01-01T00:00", "1999-01-01T00:00", "9" * 5000])
def test_a_deadline_that_cannot_be_is_refused_in_words(house, text):
    story = submitted(house, 1)
    with pytest.raises(Refused, match="截稿时间"):
        deadline.set_deadline(story=story, by=house.user("li"), text=text, now=house.clock())


def test_who_has_no_post_sets_no_deadline_and_sees_no_board(house, seat):
    story = submitted(house, 1)
    for name in ("chen", "admin"):
        assert seat(name).get("/desk/review/").status_code in (302, 403)
        with pytest.raises(Refused):
            deadline.set_deadline(story=story, by=house.user(name), text="", now=house.clock())


def test_readings_count_as_newsrooms_do(house):
    story = submitted(house, 1)
    assert Reading.objects.get(version=story.version).characters == actions.characters(story)
    assert readings.counted([story.version, "0" * 64]).keys() == {story.version}
