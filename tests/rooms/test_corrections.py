"""更正, 急稿 and 限时: from the desk's screens to what readers find."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client

from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom import board, lanes, queries, releases, timing
from hemei.rooms.newsroom.actions import Refused
from tests.rooms.house import House, fresh, secret_word

OLD, NEW, THIRD = secret_word(1), secret_word(2), secret_word(3)
FIRST_LINE, SECOND_LINE = "第二段“三百二十块”应为“三百四十块”。", "图说中的“石门村”应为“石桥村”。"


def correct(house: House, story, line: str, word: str, **fields):
    releases.correct(story=story, by=house.user("li"), line=line, now=house.clock.tick())
    story = house.edit(fresh(story), word, correction=line, **fields)
    story = house.release(house.review(story))
    house.print()
    return story


def page(house: House, path: str) -> str:
    return house.site()[path].decode()


def test_every_correction_of_a_story_stays_on_its_page_on_the_list_and_in_the_feed(house):
    story = house.publish(OLD)
    story = correct(house, story, FIRST_LINE, NEW)
    house.clock.tick(days=2)
    story = correct(house, story, SECOND_LINE, THIRD)
    for path in (f"a/{story.pk}/index.html", "corrections/index.html", "corrections/feed.xml"):
        said = page(house, path)
        assert (FIRST_LINE in said, SECOND_LINE in said) == (True, True), path
    shown = page(house, "corrections/index.html")
    assert shown.index(SECOND_LINE) < shown.index(FIRST_LINE), "newest first"
    assert ("2026年3月2日" in shown, "2026年3月4日" in shown) == (True, True)
    entries = ElementTree.fromstring(page(house, "corrections/feed.xml")).findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == len({entry.findtext("{http://www.w3.org/2005/Atom}id") for entry in entries}) == 2
    assert story.correcting is False


def test_a_later_version_without_a_correction_keeps_the_earlier_ones_and_adds_none(house):
    story = correct(house, house.publish(OLD), FIRST_LINE, NEW)
    story = house.edit(story, THIRD)  # the field is empty now
    assert house.submit(story)
    for person in ("wang", "zhou", "zhao"):
        house.stamp(story, person)
    house.release(fresh(story))
    house.print()
    assert page(house, f"a/{story.pk}/index.html").count(FIRST_LINE) == 1
    assert page(house, "corrections/index.html").count(FIRST_LINE) == 1


def test_a_correction_needs_its_line_and_the_line_cannot_be_lost_on_the_way(house):
    story = house.publish(OLD)
    for line, why in (("", "写明更正说明"), ("改了", "写明更正说明"), ("长" * 301, "最多 300 字")):
        with pytest.raises(Refused, match=why):
            releases.correct(story=story, by=house.user("li"), line=line, now=house.clock.tick())
    with pytest.raises(Refused, match="没有采编岗位"):
        releases.correct(story=story, by=house.user("chen"), line=FIRST_LINE, now=house.clock.tick())
    releases.correct(story=story, by=house.user("li"), line=FIRST_LINE, now=house.clock.tick())
    assert (fresh(story).state, fresh(story).live_version) == ("draft", story.live_version)
    house.edit(story, NEW, correction="")
    with pytest.raises(Refused, match="不能空着"):
        house.submit(story)
    with pytest.raises(Refused, match="没有在刊"):
        releases.correct(story=house.write(THIRD), by=house.user("li"), line=FIRST_LINE, now=house.clock.tick())


def test_reviewers_are_shown_the_dated_line_that_they_sign(house):
    story = house.publish(OLD)
    releases.correct(story=story, by=house.user("li"), line=FIRST_LINE, now=house.clock.tick())
    house.submit(fresh(story))
    shown = queries.case(story=fresh(story), person="wang", now=house.clock())
    lines = ["".join(words for _, words in parts) for label, kind, parts in shown.changes if label == "更正"]
    assert lines == [f"2026-03-02 {FIRST_LINE}"]


def test_a_withdrawn_story_takes_its_corrections_along_and_a_notice_says_no_word_of_it(house):
    story = correct(house, house.publish(OLD), FIRST_LINE, NEW)
    house.withdraw(story, notice="error")
    house.print()
    said = page(house, "corrections/index.html")
    assert (FIRST_LINE in said, NEW in said, f"稿件 {story.pk}" in said, "内容有误" in said) == (
        False, False, True, True,
    )  # fmt: skip
    assert house.exact()
    with pytest.raises(Refused, match="撤稿说明"):
        house.withdraw(house.publish(THIRD), notice="gossip")


def test_an_urgent_story_stands_first_for_everybody_with_its_clock_and_needs_all_three_reviews(house):
    calm = house.write(OLD)
    house.submit(calm)
    hurried = house.write(NEW)
    lanes.hurry(story=hurried, by=house.user("li"), reason="今晚八点停水", now=house.clock.tick())
    house.submit(hurried)
    house.clock.tick(minutes=30)
    house.stamp(hurried, "wang")
    house.clock.tick(minutes=10)
    for person in ("wang", "zhou", "zhao"):
        first = board.waiting(person=person, now=house.clock())[0]
        assert (first.story.pk, first.stage) == (hurried.pk, "复审")
        assert "本级已等 10 分钟" in first.clock
    with pytest.raises(Refused, match="不能签发"):
        house.release(fresh(hurried))
    lanes.calm(story=hurried, by=house.user("li"), now=house.clock.tick())
    assert board.waiting(person="qian", now=house.clock())[0].story.pk == calm.pk
    deeds = Entry.objects.filter(piece=hurried.key, deed__in=("急稿", "取消急稿")).values_list("deed", flat=True)
    assert sorted(deeds) == ["取消急稿", "急稿"]


def test_a_story_under_embargo_is_not_released_before_it_and_its_stamps_stand(house):
    story = house.review(house.write(OLD))
    until = (house.clock.now + timedelta(hours=4)).replace(microsecond=0)
    with pytest.raises(Refused, match="缘由"):
        lanes.hold_until(story=story, by=house.user("li"), at=until, reason="", now=house.clock.tick())
    lanes.hold_until(story=story, by=house.user("li"), at=until, reason="县统计局定于十点发布", now=house.clock.tick())
    for at in (None, until - timedelta(minutes=1)):
        with pytest.raises(Refused, match="以后刊出"):
            house.release(fresh(story), at=at)
    story = house.release(fresh(story), at=until)
    assert (story.state, "统计局" in str(house.where("统计局"))) == ("timed", False)
    with pytest.raises(Refused, match="取消定时"):
        lanes.hold_until(story=story, by=house.user("li"), at=None, reason="", now=house.clock.tick())


def client(house: House, who: str) -> Client:
    made = Client()
    made.force_login(house.user(who))
    return made


def test_moments_are_read_by_the_countys_clock_and_nonsense_is_told(house):
    assert timing.field(timing.moment("2026-03-05T08:30")) == "2026-03-05T08:30"
    assert timing.moment("2026-03-05 08:30") == timing.moment("2026-03-05T08:30:00")
    for text in ("明天早上", "2026-02-30T08:00", "0000-00-00T00:00", "9" * 500):
        with pytest.raises(timing.BadTime):
            timing.moment(text)
    assert timing.moment("  ") is None


def test_the_screens_release_for_a_moment_and_refuse_the_rest_with_what_was_filled_in(house, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", house.clock)
    monkeypatch.setattr("hemei.rooms.newsroom.screens.wake_press", lambda: None)
    story = house.review(house.write(OLD))
    zhao = client(house, "zhao")
    path = f"/desk/review/{story.pk}/"
    assert "定时刊出、到期撤下" in zhao.get(path).content.decode()
    assert "定时刊出、到期撤下" not in client(house, "li").get(path).content.decode()
    refused = zhao.post(f"{path}schedule/", {"at": "2026-03-01T08:00", "pin": house.pins["zhao"]})
    assert (refused.status_code, "已经过了" in refused.content.decode()) == (409, True)
    assert 'value="2026-03-01T08:00"' in refused.content.decode()
    for sent in ({"at": "后天"}, {"at": ""}):
        assert zhao.post(f"{path}schedule/", {**sent, "pin": house.pins["zhao"]}).status_code == 409
    done = zhao.post(f"{path}schedule/", {"at": "2026-03-03T08:00", "pin": house.pins["zhao"]}, follow=True)
    assert "将于 3月3日 08:00 刊出" in done.content.decode()
    for where in ("/desk/review/", path, "/desk/snippets/newsroom/story/"):
        assert "3月3日 08:00 刊出" in client(house, "wang").get(where).content.decode(), where
    assert client(house, "li").post(f"{path}call-off/", {"pin": house.pins["zhao"]}).status_code == 409
    assert zhao.post(f"{path}call-off/", {"pin": "000000"}).status_code == 409
    zhao.post(f"{path}call-off/", {"pin": house.pins["zhao"]})
    assert fresh(story).state == "ready"
    assert zhao.post(f"{path}nothing/", {}).status_code == 404


def test_the_correction_button_opens_the_editor_with_the_line_in_it(house, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", house.clock)
    story = house.publish(OLD)
    li = client(house, "li")
    opened = li.post(f"/desk/review/{story.pk}/correct/", {"line": FIRST_LINE}, follow=True)
    assert opened.redirect_chain[-1][0].endswith(f"/edit/{story.pk}/")
    assert opened.content.decode().count(FIRST_LINE) >= 2
    client(house, "chen").post(f"/desk/review/{story.pk}/correct/", {"line": SECOND_LINE})
    assert fresh(story).correction == FIRST_LINE
