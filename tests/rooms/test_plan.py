"""选题: proposed, decided, staffed, written, undone; calendars in and out; and how few questions a full board asks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hemei.intake.errors import Unreadable
from hemei.intake.ics import read
from hemei.rooms.ledger.models import Entry
from hemei.rooms.ledger.queries import first_broken
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Story
from hemei.rooms.plan import actions, calendars, days, queries
from hemei.rooms.plan.actions import Facts, Party
from hemei.rooms.plan.models import Calendar, Gear, Topic
from hemei.seal.roster import COUNTY
from tests.rooms.house import House

NINE = datetime(2026, 3, 10, 9, 0, tzinfo=COUNTY)
TWO_HOURS = timedelta(hours=2)
SINCE, UNTIL = date(2026, 3, 1), date(2026, 4, 30)


class Plan:
    """The planning's deeds as one line each; each takes a minute."""

    def __init__(self, house: House) -> None:
        self.house = house

    def propose(self, title: str = "春茶开采", by: str = "chen", **facts: Any) -> Topic:
        said = Facts(
            title, **{"outlets": ("web",), "starts": NINE, "ends": NINE + TWO_HOURS, "section": "yaowen"} | facts
        )
        return actions.propose(by=self.house.user(by), facts=said, now=self.house.clock.tick())[0]

    def assign(self, topic: Topic, by: str = "wang", deadline: datetime | None = None, **party: Any) -> Topic:
        fresh = Topic.objects.get(pk=topic.pk)
        return actions.assign(
            topic=fresh, by=self.house.user(by), party=Party(**{"reporters": ("li",)} | party), deadline=deadline,
            outlets=("web", "paper"), seen=fresh.revision, now=self.house.clock.tick(),
        )  # fmt: skip

    def write(self, topic: Topic, by: str = "li") -> Story:
        return actions.write(topic=topic, by=self.house.user(by), now=self.house.clock.tick())

    def undo(self, topic: Topic, by: str = "wang") -> str:
        seen = Topic.objects.get(pk=topic.pk).revision
        return actions.undo(topic=topic, by=self.house.user(by), seen=seen, now=self.house.clock.tick())

    def car(self, name: str = "采访车一号") -> Gear:
        return actions.keep_gear(
            by=self.house.user("wang"),
            gear=None,
            kind="car",
            name=name,
            note="",
            active=True,
            now=self.house.clock.tick(),
        )

    def card(self, topic: Topic, person: str = "wang", now: datetime | None = None) -> queries.Card:
        now = now or self.house.clock()
        viewer = queries.viewer(person, now)
        return queries.cards([queries.topics_for(viewer).get(pk=topic.pk)], viewer, now)[0]


@pytest.fixture
def plan(house: House) -> Plan:
    return Plan(house)


@pytest.fixture
def desk(house: House) -> Callable[[str], Client]:
    def seat(who: str) -> Client:
        client = Client()
        client.force_login(house.user(who))
        return client

    return seat


def kept(topic: Topic) -> dict[str, Any]:
    return actions._snapshot(Topic.objects.get(pk=topic.pk))


def deeds(topic: Topic) -> list[str]:
    return [entry.deed for entry in Entry.objects.filter(piece=topic.key).order_by("number")]


# ---- from the proposal to print ----


def test_a_topic_goes_from_proposal_to_print_and_back_when_its_story_is_withdrawn(house: House, plan: Plan) -> None:
    topic = plan.propose()
    assert plan.card(topic).state == "proposed"
    plan.assign(topic, photographers=("chen",), driver="孙师傅")
    assert (plan.card(topic).state, plan.card(topic).people) == ("decided", "李记者、陈通讯、司机 孙师傅")
    actions.cover(topic=topic, by=house.user("li"), now=house.clock.tick())
    story = plan.write(topic)
    assert (story.headline, story.byline, story.section_id, story.hands, story.state) == (
        "春茶开采", "记者 李记者\u3000摄影 陈通讯", "yaowen", ["li"], "draft",
    )  # fmt: skip
    assert plan.card(topic).state == "written"
    story = house.edit(story, "zqplanned")
    house.review(story)
    assert [each.state for each in plan.card(topic).stories] == ["ready"]
    house.release(story)
    assert plan.card(topic).state == "printed"
    house.print()
    house.withdraw(story)
    assert plan.card(topic).state == "written"
    assert deeds(topic) == ["报题", "定题", "开始采访", "写稿"]
    assert first_broken() is None


def test_what_the_newsroom_says_of_the_draft_is_its_own_entry_with_the_topic(plan: Plan) -> None:
    topic = plan.propose()
    plan.assign(topic)
    story = plan.write(topic)
    made = Entry.objects.get(piece=story.key, deed="建稿")
    assert (made.person, made.detail) == ("li", {"topic": topic.pk})
    assert story.latest_revision is not None


def test_a_copy_that_a_correspondent_filed_is_tied_to_the_topic_once(house: House, plan: Plan) -> None:
    topic, other = plan.propose(), plan.propose("另一个")
    for each in (topic, other):
        plan.assign(each, reporters=("chen",))
    own, foreign = (
        house.file("云台乡春茶开采\n\n茶青下山了，比去年早三天。\n", "chen"),
        house.file("别人的稿\n\n一段话。\n"),
    )
    chen = house.user("chen")
    with pytest.raises(Refused, match="只能关联自己交的"):
        actions.attach(topic=topic, by=chen, story=foreign, now=house.clock.tick())
    actions.attach(topic=topic, by=chen, story=own, now=house.clock.tick())
    assert (plan.card(topic).state, plan.card(topic).stories) == ("written", (own,))
    with pytest.raises(Refused, match="已经属于另一个选题"):
        actions.attach(topic=other, by=chen, story=own, now=house.clock.tick())
    with pytest.raises(Refused, match="请用“来稿”交稿"):
        plan.write(topic, "chen")


def test_a_weekly_event_is_a_topic_each_and_what_is_left_of_it_can_be_dropped_at_once(house: House, plan: Plan) -> None:
    said = Facts("早市", starts=NINE, ends=NINE + TWO_HOURS, deadline=NINE + timedelta(hours=9))
    made = actions.propose(
        by=house.user("li"), facts=said, now=house.clock.tick(), repeat="weekly", until=date(2026, 4, 10)
    )
    assert [f"{topic.starts:%m-%d}" for topic in made] == ["03-10", "03-17", "03-24", "03-31", "04-07"]
    assert {topic.deadline - topic.starts for topic in made} == {timedelta(hours=9)}
    plan.assign(made[3])
    plan.write(made[3])
    dropped = actions.drop(
        topic=made[1], by=house.user("wang"), reason="早市搬迁", now=house.clock.tick(), following=True
    )
    assert dropped == 3
    assert [plan.card(topic).state for topic in made] == ["proposed", "dropped", "dropped", "written", "dropped"]


# ---- nothing is lost ----


def test_every_change_can_be_undone_to_the_last_value_and_the_undoing_too(house: House, plan: Plan) -> None:
    car = plan.car()
    topic = plan.propose(brief="写茶农", place="云台乡", host="茶场", contact="场长", deadline=NINE + TWO_HOURS)
    steps: list[Callable[[], object]] = [
        lambda: actions.edit(
            topic=topic,
            by=house.user("wang"),
            facts=Facts("春茶", starts=NINE, all_day=True, outlets=("tv", "web")),
            seen=Topic.objects.get(pk=topic.pk).revision,
            now=house.clock.tick(),
        ),
        lambda: plan.assign(topic, photographers=("zhou",), driver="孙师傅", gear=(car.pk,), deadline=NINE),
        lambda: plan.assign(topic, reporters=("chen", "li"), gear=()),
        lambda: actions.cover(topic=topic, by=house.user("li"), now=house.clock.tick()),
        lambda: plan.write(topic),
        lambda: actions.mark_printed(topic=topic, by=house.user("wang"), now=house.clock.tick()),
    ]
    for step in steps:
        before = kept(topic)
        step()
        after = kept(topic)
        assert before != after
        plan.undo(topic)
        assert kept(topic) == before
        plan.undo(topic)
        assert kept(topic) == after
    assert deeds(topic).count("撤销") == 2 * len(steps)
    assert first_broken() is None


def test_dropping_needs_a_reason_and_is_taken_back_by_revival_or_undoing(house: House, plan: Plan) -> None:
    topic = plan.propose()
    with pytest.raises(Refused, match="请写明为什么放弃"):
        actions.drop(topic=topic, by=house.user("wang"), reason=" \u200b", now=house.clock.tick())
    actions.drop(topic=topic, by=house.user("wang"), reason="重复", now=house.clock.tick())
    assert plan.undo(topic) == "放弃选题"
    assert (kept(topic)["state"], kept(topic)["reason"]) == ("proposed", "")
    actions.drop(topic=topic, by=house.user("chen"), reason="报错了", now=house.clock.tick())
    actions.revive(topic=topic, by=house.user("wang"), now=house.clock.tick())
    assert kept(topic)["state"] == "proposed"


def test_the_second_of_two_who_change_a_topic_is_told_and_overwrites_nothing(house: House, plan: Plan) -> None:
    topic = plan.propose()
    seen = topic.revision
    plan.assign(topic, reporters=("chen",))
    with pytest.raises(Refused, match="另一位同事改过"):
        actions.edit(topic=topic, by=house.user("zhou"), facts=Facts("别的"), seen=seen, now=house.clock.tick())
    with pytest.raises(Refused, match="另一位同事改过"):
        actions.undo(topic=topic, by=house.user("zhou"), seen=seen, now=house.clock.tick())
    assert (kept(topic)["title"], kept(topic)["reporters"]) == ("春茶开采", ["chen"])


def test_a_save_that_changes_nothing_leaves_no_entry(house: House, plan: Plan) -> None:
    topic = plan.assign(plan.propose())
    plan.assign(topic)
    assert deeds(topic) == ["报题", "定题"]


def test_nobody_without_a_post_is_sent_and_nothing_is_half_done(plan: Plan) -> None:
    topic = plan.propose()
    with pytest.raises(Refused, match="现在没有岗位"):
        plan.assign(topic, reporters=("li", "admin"))
    assert (kept(topic)["state"], deeds(topic)) == ("proposed", ["报题"])


def test_a_failing_ledger_leaves_the_topic_as_it_was(house: House, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = plan.assign(plan.propose())
    before, stories = kept(topic), Story.objects.count()

    def fails(**_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(actions, "enter", fails)
    for step in (
        lambda: plan.write(topic),
        lambda: plan.assign(topic, reporters=("chen",)),
        lambda: plan.propose("新"),
    ):
        with pytest.raises(OSError, match="disk full"):
            step()
    assert (kept(topic), Story.objects.count(), Topic.objects.count()) == (before, stories, 1)


# ---- twice at once ----


def test_a_car_a_person_and_a_driver_in_two_places_are_pointed_out_with_who_has_them(plan: Plan) -> None:
    car = plan.car()
    first, second = plan.propose("甲"), plan.propose("乙", starts=NINE + timedelta(hours=1), ends=NINE + TWO_HOURS)
    later = plan.propose("丙", starts=NINE + TWO_HOURS, ends=NINE + 2 * TWO_HOURS)
    for topic in (first, second, later):
        plan.assign(topic, driver="孙师傅", gear=(car.pk,))
    said = {(clash.shown, clash.title) for clash in plan.card(first).clashes}
    assert said == {("李记者", "乙"), ("采访车一号", "乙"), ("司机 孙师傅", "乙")}
    assert plan.card(later).clashes == ()
    actions.drop(topic=second, by=plan.house.user("wang"), reason="不去了", now=plan.house.clock.tick())
    assert plan.card(first).clashes == ()


# ---- what is late, and the first screen ----


def test_what_is_late_and_what_is_todays_is_found_for_whom_it_concerns(plan: Plan) -> None:
    over = plan.assign(plan.propose("过了截稿"), deadline=NINE - timedelta(days=1))
    unmanned = plan.propose("没有派人")
    plan.assign(plan.propose("明天", starts=NINE + timedelta(days=1), ends=None), deadline=NINE + timedelta(days=2))
    now = NINE - timedelta(hours=1)
    wang, li = queries.viewer("wang", now), queries.viewer("li", now)
    assert [card.topic for card in days.late(wang, now)] == [over, unmanned]
    assert [card.topic for card in days.late(li, now, mine=True)] == [over]
    assert [card.topic for card in days.today(li, now)] == [over]
    assert days.today(wang, now) == []


def test_the_first_screen_shows_it(house: House, plan: Plan, desk: Callable[[str], Client]) -> None:
    now = timezone.now()
    plan.assign(plan.propose("今天去茶场", starts=now, ends=now + TWO_HOURS), deadline=now - TWO_HOURS)
    plan.propose("还没派人的会", starts=now, ends=now + TWO_HOURS)
    li = desk("li").get("/desk/").content.decode()
    assert ("今天去茶场" in li, "过了截稿时间，还没有稿子" in li, "还没派人的会" in li) == (True, True, False)
    assert "还没派人的会" in desk("wang").get("/desk/").content.decode()
    assert "选题" not in re.sub(
        r"<script.*?</script>", "", desk("admin").get("/desk/").content.decode(), flags=re.DOTALL
    )


# ---- the screens ----

SCREENS = (
    "", "list/", "list/?state=proposed&q=茶", "calendar/", "calendar/?view=week", "calendar/?day=9999-99-99", "calendar.ics",
    "calendars/", "gear/", "new/", "{0}/", "{0}/edit/", "{0}/assign/",
)  # fmt: skip


def test_who_has_no_post_sees_nothing_and_a_correspondent_nothing_of_others(
    plan: Plan, desk: Callable[[str], Client]
) -> None:
    foreign = plan.assign(plan.propose("内部选题", by="li"))
    own = plan.propose("我的选题", starts=timezone.now(), ends=None)
    admin, chen = desk("admin"), desk("chen")
    answers = {screen: admin.get(f"/desk/plan/{screen.format(own.pk)}").status_code for screen in SCREENS}
    assert set(answers.values()) == {302}, "the desk sends who may not enter to its first screen"
    for screen in SCREENS:
        answer = chen.get(f"/desk/plan/{screen.format(own.pk)}")
        assert "内部选题" not in answer.content.decode(), screen
    assert "我的选题" in chen.get("/desk/plan/").content.decode()
    assert chen.get(f"/desk/plan/{foreign.pk}/").status_code == 302
    assert chen.get("/desk/plan/calendars/").status_code == 302
    for what in ("cover", "write", "drop", "undo", "revive", "printed"):
        for client in (admin, chen, Client()):
            assert client.post(f"/desk/plan/{foreign.pk}/{what}/", {"reason": "x", "seen": "2"}).status_code == 302
        assert desk("wang").get(f"/desk/plan/{foreign.pk}/{what}/").status_code == 405
    assert (kept(foreign)["state"], deeds(foreign)) == ("decided", ["报题", "定题"])


def test_the_screens_open_for_an_editor(plan: Plan, desk: Callable[[str], Client]) -> None:
    topic = plan.propose(starts=timezone.now(), ends=None)
    for screen in SCREENS:
        assert desk("wang").get(f"/desk/plan/{screen.format(topic.pk)}").status_code == 200, screen


def form(**said: str) -> dict[str, Any]:
    return {"title": "茶场开园", "deadline_0": "", "deadline_1": "", "repeat": ""} | said


def test_a_topic_is_proposed_decided_and_written_through_the_screens(plan: Plan, desk: Callable[[str], Client]) -> None:
    car = plan.car()
    answer = desk("chen").post(
        "/desk/plan/new/",
        form(day="2026-03-10", begins="09:00", finishes="11:00", deadline_0="2026-03-10", outlets="web")
        | {"section": ""},
    )
    topic = Topic.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/desk/plan/{topic.pk}/")
    assert (topic.starts, topic.deadline) == (NINE, NINE.replace(hour=18)), "without an hour copy is due at six"
    page = desk("wang").get(f"/desk/plan/{topic.pk}/assign/").content.decode()
    assert ("李记者" in page, "采访车一号" in page, "管理员" in page) == (True, True, False)
    desk("wang").post(
        f"/desk/plan/{topic.pk}/assign/",
        {"reporters": ["li"], "gear": [car.pk], "deadline_0": "2026-03-10", "deadline_1": "20:00", "seen": "1"},
    )
    answer = desk("li").post(f"/desk/plan/{topic.pk}/write/")
    story = Story.objects.get()
    assert answer.url == f"/desk/snippets/newsroom/story/edit/{story.pk}/"
    assert 'value="记者 李记者"' in desk("li").get(answer.url).content.decode()
    assert kept(topic) | {"decided_by": "wang", "state": "written", "stories": [story.pk], "gear": [car.pk]} == kept(
        topic
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"title": ""}, "请写一个标题"),
        ({"begins": "09:00"}, "请填活动日期"),
        ({"day": "2026-03-10", "begins": "11:00", "finishes": "09:00"}, "结束时间要在开始之后"),
        ({"day": "0001-01-01"}, "年份不对"),
        ({"deadline_0": "9999-12-31", "deadline_1": "23:59"}, "年份不对"),
        ({"deadline_1": "23:59"}, "只有时间，没有日期"),
        ({"repeat": "weekly"}, "重复到哪天"),
        ({"day": "2026-03-10", "repeat": "weekly", "until": "2099-01-01"}, "一年以内"),
        ({"title": "茶" * 101}, "100"),
        ({"outlets": "moon"}, "moon"),
    ],
)
def test_what_cannot_be_is_said_on_the_form_and_what_was_typed_stays(
    desk: Callable[[str], Client], house: House, said: dict[str, str], why: str
) -> None:
    answer = desk("li").post("/desk/plan/new/", form(place="云台乡茶场") | said)
    page = answer.content.decode()
    assert (answer.status_code, why in page, "云台乡茶场" in page) == (422, True, True)
    assert Topic.objects.count() == 0


def test_what_cannot_be_seen_is_not_kept(plan: Plan) -> None:
    topic = plan.propose("春\u202e茶\x00", brief="一行\u200b\n<b>二行</b>\u0007")
    assert (topic.title, topic.brief) == ("春茶", "一行\n<b>二行</b>")


def test_a_full_board_and_calendar_ask_few_questions(plan: Plan, desk: Callable[[str], Client], house: House) -> None:
    topic = plan.propose("头一个", by="li")
    now = timezone.now()
    client, asked = desk("wang"), {}
    pages = ("", "calendar/", "list/?state=proposed", "calendar.ics")

    def count() -> dict[str, int]:
        made = {}
        for page in pages:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/desk/plan/{page}").status_code == 200
            made[page] = len(captured)
        return made

    Topic.objects.filter(pk=topic.pk).update(starts=now, busy_until=now + TWO_HOURS)
    count()
    asked = count()
    states = ("proposed", "decided", "covering", "written", "printed")
    topics = Topic.objects.bulk_create(
        Topic(
            title=f"选题{number}", state=states[number % 5], proposed_by="li", proposed_at=now, changed=now,
            starts=now + timedelta(hours=number % 200), busy_until=now + timedelta(hours=number % 200 + 2),
        )
        for number in range(500)
    )  # fmt: skip
    car = plan.car()
    for each in topics[::5]:
        actions._set_related(each, {"reporters": ["li"], "photographers": ["chen"], "gear": [car.pk]})
    full = count()  # a column with more than it shows is counted, once each
    assert {page: full[page] - asked[page] for page in pages} == {
        "": 5,
        "calendar/": 0,
        "list/?state=proposed": 0,
        "calendar.ics": 0,
    }
    page = client.get("/desk/plan/").content.decode()
    assert page.count('class="card') == 200, "forty cards a column"
    assert "还有 61 个" in page


# ---- calendars in and out ----


def event(uid: str, title: str, *lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT"])


def file(*events: str) -> bytes:
    return "\n".join(["BEGIN:VCALENDAR", "X-WR-CALNAME:县里的会", *events, "END:VCALENDAR"]).encode()


ABROAD = event("1", "友城视频会", "DTSTART;TZID=America/New_York:20260309T210000", "LOCATION:三楼")
WEEKLY = event("2", "周例会", "DTSTART:20260302T090000", "DTEND:20260302T100000", "RRULE:FREQ=WEEKLY;COUNT=3")


def take(house: House, data: bytes, by: str = "li") -> calendars.Taken:
    return calendars.take_in(
        by=house.user(by), name="会.ics", data=data, since=SINCE, until=UNTIL, now=house.clock.tick()
    )


def test_a_calendar_of_another_zone_becomes_proposals_on_the_countys_clock(
    house: House, desk: Callable[[str], Client]
) -> None:
    taken = take(house, file(ABROAD, WEEKLY))
    assert (taken.new, taken.moved, taken.same, taken.calendar.name) == (4, 0, 0, "县里的会")
    topic = Topic.objects.get(title="友城视频会")
    assert (topic.starts, topic.told) == (NINE, "America/New_York 3月9日 21:00")
    page = desk("wang").get(f"/desk/plan/{topic.pk}/").content.decode()
    assert ("09:00" in page, "北京时间；原日历写的是 America/New_York 3月9日 21:00" in page) == (True, True)
    assert Topic.objects.filter(title="周例会", state="proposed", proposed_by="li").count() == 3


def test_the_same_calendar_again_makes_nothing_twice_and_moves_what_it_moved(house: House, plan: Plan) -> None:
    take(house, file(ABROAD, WEEKLY))
    plan.assign(Topic.objects.get(title="友城视频会"))
    later = ABROAD.replace("T210000", "T220000")
    again = take(
        house, file(later, WEEKLY, event("2", "周例会", "RECURRENCE-ID:20260309T090000", "DTSTART:20260309T140000"))
    )
    assert (again.new, again.moved, again.same) == (0, 2, 2)
    topic = Topic.objects.get(title="友城视频会")
    assert (topic.starts, topic.state, deeds(topic)) == (NINE + timedelta(hours=1), "decided", ["定题", "日历改期"])
    off = take(house, file(later.replace("UID:1", "UID:1\nSTATUS:CANCELLED"), WEEKLY))
    assert (off.called_off, Topic.objects.get(pk=topic.pk).state) == (("友城视频会",), "decided")


def test_a_calendar_is_taken_back_but_for_what_somebody_touched(house: House, plan: Plan) -> None:
    taken = take(house, file(ABROAD, WEEKLY))
    plan.assign(Topic.objects.get(title="友城视频会"))
    with pytest.raises(Refused, match="只有导入这份日历的人或编辑"):
        calendars.take_back(calendar=taken.calendar, by=house.user("chen"), now=house.clock.tick())
    assert calendars.take_back(calendar=taken.calendar, by=house.user("li"), now=house.clock.tick()) == 3
    assert [topic.title for topic in Topic.objects.all()] == ["友城视频会"]
    said = list(Entry.objects.filter(piece=f"calendar:{taken.calendar.pk}").values_list("deed", flat=True))
    assert sorted(said) == ["导入日历", "撤回导入"]


def test_a_calendar_that_is_too_much_or_none_leaves_nothing(house: House, desk: Callable[[str], Client]) -> None:
    many = file(*(event(str(number), "会", "DTSTART:20260310T090000") for number in range(501)))
    with pytest.raises(Refused, match="有 501 场活动，一次最多收 500 场"):
        take(house, many)
    with pytest.raises(Unreadable):
        take(house, b"%PDF-1.7")
    with pytest.raises(Refused, match="采编岗位"):
        take(house, file(ABROAD), "chen")
    said = {"file": SimpleUploadedFile("会.ics", b"MZ\x90\x00"), "since": "2026-03-01", "until": "2026-04-01"}
    page = desk("li").post("/desk/plan/calendars/", said).content.decode()
    assert "这不是日历文件" in page
    assert (Topic.objects.count(), Calendar.objects.count()) == (0, 0)
    assert not Entry.objects.filter(piece__startswith="calendar:").exists()


def test_what_is_given_out_is_what_a_calendar_reads_again(
    house: House, plan: Plan, desk: Callable[[str], Client]
) -> None:
    now = timezone.now().replace(microsecond=0)
    title = "茶场；开园,\\ 一个很长很长的标题" + "长" * 60
    plan.propose(title, starts=now, ends=now + TWO_HOURS, place="云台乡", brief="第一行\n第二行")
    midnight = datetime.combine(now.astimezone(COUNTY).date(), datetime.min.time(), COUNTY)
    plan.propose("全天", by="li", starts=midnight, ends=midnight + timedelta(days=2), all_day=True)
    dropped = plan.propose("放弃的", starts=now, ends=None)
    actions.drop(topic=dropped, by=house.user("wang"), reason="x", now=house.clock.tick())
    answer = desk("wang").get("/desk/plan/calendar.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    day = now.astimezone(COUNTY).date()
    events = read(answer.content, since=day - timedelta(days=1), until=day + timedelta(days=1)).events
    assert [(each.title, each.starts, each.ends, each.all_day, each.told) for each in events] == [
        ("全天", midnight, midnight + timedelta(days=2), True, ""), (title, now, now + TWO_HOURS, False, ""),
    ]  # fmt: skip
    assert (events[1].place, events[1].about.splitlines()[:2]) == ("云台乡", ["第一行", "第二行"])
    own = desk("chen").get("/desk/plan/calendar.ics").content
    assert ("全天".encode() in own, "茶场".encode() in own) == (False, True)


# ---- cars and equipment ----


def test_a_car_is_kept_by_editors_and_leaves_by_being_switched_off(
    house: House, plan: Plan, desk: Callable[[str], Client]
) -> None:
    car = plan.car()
    topic = plan.propose()
    plan.assign(topic, gear=(car.pk,))
    with pytest.raises(Refused, match="已经在单子上了"):
        plan.car()
    assert desk("li").post("/desk/plan/gear/", {"kind": "car", "name": "私车", "active": "on"}).status_code == 422
    answer = desk("wang").post(
        "/desk/plan/gear/", {"gear": car.pk, "kind": "car", "name": "采访车一号", "note": "在修"}
    )
    assert (answer.status_code, Gear.objects.get().active) == (302, False)
    assert json.dumps(Entry.objects.get(piece=f"gear:{car.pk}", detail__after__active=False).detail)
    assert "采访车一号" in desk("wang").get(f"/desk/plan/{topic.pk}/assign/").content.decode(), (
        "it is still this topic's"
    )
    other = plan.propose("另一个")
    assert "采访车一号" not in desk("wang").get(f"/desk/plan/{other.pk}/assign/").content.decode()
