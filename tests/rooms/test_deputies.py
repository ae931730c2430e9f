"""代理: who stands in for whom, in the signed roster, so that the press believes it on these days and on no others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.board import waiting
from hemei.rooms.people import deputies, keys, queries
from hemei.rooms.people.actions import CannotSign
from hemei.rooms.people.deputies import NotLent
from hemei.rooms.people.models import Deputation, StampKey
from hemei.seal import keys as sealing
from hemei.seal.roster import COUNTY
from hemei.seal.statement import Release
from hemei.seal.statement import Stamp as Stamped
from tests.rooms import HOME
from tests.rooms.house import House, fresh, proven, secret_word

Seat = Callable[[str], Client]


@pytest.fixture
def seat(house: House, monkeypatch: pytest.MonkeyPatch) -> Seat:
    monkeypatch.setattr(timezone, "now", house.clock)

    def sit(name: str) -> Client:
        client = Client()
        client.force_login(house.user(name))
        return client

    return sit


def today(house: House) -> date:
    return house.clock().astimezone(COUNTY).date()


def lend(
    house: House, holder: str, deputy: str, post: str, by: str | None = None, start: int = 0, days: int = 3
) -> Deputation:
    """From so many days ahead, for so many."""
    since = today(house) + timedelta(days=start)
    who = by or holder
    return deputies.lend(
        by=house.user(who), pin=house.pins[who], holder=holder, deputy=deputy, post=post,
        since=since, until=since + timedelta(days=days - 1), now=house.clock.tick(),
    )  # fmt: skip


def test_a_deputys_stamp_prints_on_these_days_and_not_the_day_after(house):
    lend(house, "zhou", "wang", "second")
    story, late = house.write(secret_word(1)), house.write(secret_word(2))
    for one in (story, late):
        house.submit(one)
        house.stamp(one, "qian")  # first, by somebody else
    assert house.stamp(story, "wang") == "second"
    house.stamp(story, "zhao")
    house.release(story)
    house.print()
    assert house.last(story) == ("printed", "")
    assert proven(house.site())[story.pk][1] == {"qian", "wang", "zhao"}
    house.clock.tick(days=3)
    with pytest.raises(Refused, match="不担任复审"):
        house.stamp(late, "wang")


def test_a_stamp_of_a_day_after_the_deputation_is_refused_by_the_press_however_it_came(house):
    lend(house, "zhou", "wang", "second", days=1)
    story = house.write(secret_word(1))
    house.submit(story)
    house.stamp(story, "qian")
    house.clock.tick(days=2)
    version = fresh(story).version
    document = Stamped(house.site_id, story.key, version, "second", "wang", house.clock()).document()
    forged = sealing.sign(house.private("wang"), document).to_json().decode()
    house.sql(
        "INSERT INTO review_stamp(version_id, stage, person, time, signed) VALUES (?, 'second', 'wang', ?, ?)",
        version, house.clock().isoformat(sep=" "), forged,
    )  # fmt: skip
    house.stamp(story, "zhao")
    release = Release(house.site_id, story.key, version, "zhao", house.clock()).document()
    house.slip_order("release", story.key, sealing.sign(house.private("zhao"), release).to_json().decode())
    house.print()
    state, answer = house.last(story)
    assert (state, "王编辑当时不担任复审" in answer) == ("refused", True)


def test_a_deputy_still_gives_one_stage_only_and_none_to_their_own_story(house):
    lend(house, "zhou", "wang", "second")
    story = house.write(secret_word(1))
    house.submit(story)
    house.stamp(story, "wang")
    with pytest.raises(Refused, match="别的审级要由别人来"):
        house.stamp(story, "wang")
    own = house.edit(house.write(secret_word(2)), secret_word(3), "wang")
    house.submit(own)
    house.stamp(own, "qian")
    with pytest.raises(Refused, match="不能自己审自己"):
        house.stamp(own, "wang")


def test_the_roster_is_signed_anew_published_and_says_the_days(house):
    before = queries.roster().number
    lend(house, "zhou", "wang", "second", start=1)
    assert queries.roster().number == before + 1
    house.publish(secret_word(1))
    printed = sealing.Signed.from_json(house.site()[".well-known/hemei/roster.json"])
    assert sealing.verify(printed, keys.house(HOME).root_public)
    wang = next(one for one in printed.document["people"] if one["person"] == "wang")
    since = today(house) + timedelta(days=1)
    assert {"post": "second", "from": since.isoformat(), "until": (since + timedelta(days=2)).isoformat()} in wang[
        "posts"
    ]
    entry = Entry.objects.get(deed="定代理")
    assert (entry.person, entry.piece, entry.detail["holder"]) == ("zhou", "person:wang", "zhou")


def test_the_board_says_for_whom_it_is_the_deputys_turn(house, seat):
    lend(house, "zhou", "wang", "second", by="zhao")
    story = house.write(secret_word(1))
    house.submit(story)
    house.stamp(story, "qian")
    line = waiting(person="wang", now=house.clock())[0]
    assert (line.stage, line.mine, line.for_whom) == ("复审", True, "周主任")
    assert "轮到你（代周主任）" in seat("wang").get("/desk/review/").content.decode()
    assert "你代周主任审签" in seat("wang").get(f"/desk/review/{story.pk}/").content.decode()


@pytest.mark.parametrize(
    ("by", "holder", "deputy", "post", "start", "days", "why"),
    [
        ("wang", "zhou", "wang", "second", 0, 3, "只有本人或终审"),
        ("zhou", "zhou", "zhou", "second", 0, 3, "不能是本人"),
        ("zhou", "zhou", "li", "second", 0, 3, "没有签章"),
        ("zhou", "zhou", "wang", "final", 0, 3, "不担任这个岗位"),
        ("zhou", "zhou", "qian", "second", 0, 3, "已经担任"),
        ("zhou", "zhou", "wang", "reporter", 0, 3, "没有认出岗位"),
        ("zhou", "zhou", "nobody", "second", 0, 3, "没有认出岗位"),
        ("zhou", "zhou", "wang", "second", -1, 3, "日期不对"),
        ("zhou", "zhou", "wang", "second", 0, 0, "日期不对"),
        ("zhou", "zhou", "wang", "second", 0, 93, "日期不对"),
        ("zhou", "zhou", "wang", "second", 900, 3, "日期不对"),
    ],
)
def test_what_may_not_be_lent_is_refused_in_words_and_changes_no_roster(
    house, by, holder, deputy, post, start, days, why
):
    number = queries.roster().number
    with pytest.raises((NotLent, CannotSign), match=why):
        lend(house, holder, deputy, post, by, start, days)
    assert (queries.roster().number, Deputation.objects.count()) == (number, 0)


def test_a_borrowed_post_is_not_handed_on_and_makes_no_chief(house):
    lend(house, "zhao", "zhou", "final")
    with pytest.raises(NotLent, match="不能再转给别人"):
        lend(house, "zhou", "wang", "final")
    with pytest.raises(NotLent, match="只有本人或终审"):
        lend(house, "wang", "zhou", "first", by="zhou")


def test_without_the_pin_or_with_another_ones_key_nothing_is_lent(house):
    number, since = queries.roster().number, today(house)
    asked = {"holder": "zhao", "deputy": "wang", "post": "final", "since": since, "until": since}
    with pytest.raises(CannotSign, match="口令不对"):
        deputies.lend(by=house.user("zhao"), pin="nonsense", now=house.clock(), **asked)
    theirs = StampKey.objects.get(user__username="wang").sealed
    house.sql(
        "UPDATE people_stampkey SET sealed = ? WHERE user_id = (SELECT id FROM auth_user WHERE username = 'zhao')",
        theirs,
    )
    with pytest.raises(NotLent, match="不是一把"):
        deputies.lend(by=house.user("zhao"), pin=house.pins["wang"], now=house.clock(), **asked)
    assert queries.roster().number == number


def test_a_row_in_the_database_alone_lends_nothing(house):
    Deputation.objects.create(
        holder="zhou", deputy="wang", post="second", since=today(house), until=today(house), by="zhou", signed="",
        made=house.clock(),
    )  # fmt: skip
    assert "second" not in queries.posts("wang", house.clock())


def test_what_is_ended_early_ends_with_today_and_what_was_signed_today_stands(house):
    made = lend(house, "zhou", "wang", "second", days=30)
    story = house.write(secret_word(1))
    house.submit(story)
    house.stamp(story, "qian")
    house.stamp(story, "wang")
    deputies.end(deputation=made, by=house.user("zhou"), pin=house.pins["zhou"], now=house.clock.tick())
    assert "second" in queries.posts("wang", house.clock())
    house.stamp(story, "zhao")
    house.release(story)
    house.clock.tick(days=1)
    assert "second" not in queries.posts("wang", house.clock())
    house.print()
    assert house.last(story) == ("printed", "")
    with pytest.raises(NotLent, match="已经结束"):
        deputies.end(deputation=made, by=house.user("zhou"), pin=house.pins["zhou"], now=house.clock.tick())


def test_what_has_not_begun_is_taken_back_whole(house):
    before = queries.roster().person("wang")
    made = lend(house, "zhou", "wang", "second", start=2)
    deputies.end(deputation=made, by=house.user("zhou"), pin=house.pins["zhou"], now=house.clock.tick())
    assert queries.roster().person("wang") == before
    assert Deputation.objects.count() == 0
    assert list(
        Entry.objects.filter(piece="person:wang", deed__in=["定代理", "止代理"])
        .order_by("number")
        .values_list("deed", flat=True)
    ) == ["定代理", "止代理"]


def test_without_the_root_key_on_this_machine_nothing_is_half_done(house):
    (HOME / "keys" / "root.key").rename(HOME / "keys" / "root.away")
    with pytest.raises(NotLent, match="根密钥不在这台服务器上"):
        lend(house, "zhou", "wang", "second")
    assert Deputation.objects.count() == Entry.objects.filter(deed="定代理").count() == 0


def test_through_the_screen_the_holder_names_a_deputy_and_others_see_it(house, seat):
    page = seat("zhou").get("/desk/deputies/").content.decode()
    seats = re.findall(r'<option value="(\w+ \w+)"', page)
    assert seats == ["zhou second"], "one's own only"
    assert "zhou second" in seat("zhao").get("/desk/deputies/").content.decode()
    said = {"seat": "zhou second", "deputy": "wang", "since": str(today(house)), "until": str(today(house)), "pin": "1"}
    wrong = seat("zhou").post("/desk/deputies/", said)
    assert wrong.status_code == 409
    assert "签章口令不对" in wrong.content.decode()
    done = seat("zhou").post("/desk/deputies/", said | {"pin": house.pins["zhou"]}, follow=True)
    assert "王编辑 代 周主任" in done.content.decode()
    assert "代理中" in seat("li").get("/desk/deputies/").content.decode()
    assert seat("chen").get("/desk/deputies/").status_code in (302, 403)
    made = Deputation.objects.get()
    assert json.loads(made.signed)["document"]["deputy"] == "wang"
    stranger = seat("li").post(f"/desk/deputies/{made.pk}/end/", {"pin": "123456"}, follow=True)
    assert "可以提前结束代理" in stranger.content.decode()
    ended = seat("zhou").post(f"/desk/deputies/{made.pk}/end/", {"pin": house.pins["zhou"]}, follow=True)
    assert "今天之内仍算代理" in ended.content.decode()


@pytest.mark.parametrize(
    "said", [{"since": "明天"}, {"until": "9999999-01-01"}, {"seat": "zhao final"}, {"deputy": "'"}, {}]
)
def test_a_form_of_nonsense_is_shown_again(house, seat, said):
    assert seat("zhou").post("/desk/deputies/", {"pin": "x" * 5000, **said}).status_code == 200
    assert Deputation.objects.count() == 0
