"""What the planning decides, on plain values: who may do what, what is late, what is booked twice, which days come again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from hemei.rooms.plan import rules
from hemei.rooms.plan.rules import Standing, Use, Viewer
from hemei.seal.roster import COUNTY

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=COUNTY)
LI, WANG = Viewer("li", frozenset({"reporter"})), Viewer("wang", frozenset({"first"}))
CHEN, ADMIN = Viewer("chen", frozenset({"correspondent"})), Viewer("admin", frozenset())


def at(state: str, *assigned: str, **more: object) -> Standing:
    return Standing(state, "chen", frozenset(assigned), **more)  # type: ignore[arg-type]


def may(viewer: Viewer, topic: Standing) -> set[str]:
    deeds = ("edit", "assign", "cover", "write", "attach", "printed", "drop", "revive")
    return {deed for deed in deeds if rules.why_not(viewer, topic, deed) is None}


@pytest.mark.parametrize(
    ("viewer", "topic", "deeds"),
    [
        (WANG, at("proposed"), {"edit", "assign", "drop"}),
        (CHEN, at("proposed"), {"edit", "drop"}),
        (LI, at("proposed"), set()),
        (ADMIN, at("proposed"), set()),
        (WANG, at("decided"), {"edit", "assign", "cover", "write", "attach", "printed", "drop"}),
        (LI, at("decided", "li"), {"edit", "cover", "write", "attach"}),
        (LI, at("decided"), set()),
        (CHEN, at("decided"), {"attach"}),
        (CHEN, at("covering", "chen"), {"edit", "attach"}),
        (LI, at("written", "li"), {"write", "attach"}),
        (WANG, at("printed"), set()),
        (WANG, at("dropped"), {"revive"}),
        (LI, at("dropped", "li"), set()),
        (ADMIN, at("decided", "admin"), set()),
    ],
)
def test_reporters_propose_and_editors_decide(viewer: Viewer, topic: Standing, deeds: set[str]) -> None:
    assert may(viewer, topic) == deeds


def test_a_correspondent_sees_what_is_theirs_and_the_newsroom_sees_all() -> None:
    other = Standing("decided", "li", frozenset({"zhou"}))
    assert [rules.may_see(each, other) for each in (LI, WANG, CHEN, ADMIN)] == [True, True, False, False]
    assert rules.may_see(CHEN, at("decided"))
    assert rules.may_see(CHEN, Standing("decided", "li", frozenset({"chen"})))


@pytest.mark.parametrize(
    ("topic", "late"),
    [
        (at("decided", "li", deadline=NOW - timedelta(hours=1)), ["过了截稿时间，还没有稿子"]),
        (at("decided", "li", deadline=NOW + timedelta(hours=1)), []),
        (at("written", "li", stories=("draft",), deadline=NOW - timedelta(hours=1)), ["过了截稿时间，稿子还没送审"]),
        (at("written", "li", stories=("review",), deadline=NOW - timedelta(hours=1)), []),
        (at("decided", starts=NOW + timedelta(hours=3)), ["今天的活动，还没有派人"]),
        (at("proposed", starts=NOW + timedelta(hours=3)), ["今天的活动，还没有派人"]),
        (at("decided", "li", starts=NOW + timedelta(hours=3)), []),
        (at("decided", starts=NOW + timedelta(hours=13)), []),
        (at("proposed", starts=NOW - timedelta(days=1), busy_until=NOW - timedelta(hours=20)), ["日子已过，还没有定"]),
        (at("decided", starts=NOW - timedelta(days=1), busy_until=NOW - timedelta(hours=20)), ["活动已过，没有派人"]),
        (at("printed", deadline=NOW - timedelta(hours=1)), []),
        (at("dropped", starts=NOW, deadline=NOW - timedelta(hours=1)), []),
    ],
)
def test_what_is_late_shows(topic: Standing, late: list[str]) -> None:
    assert rules.late(topic, NOW) == late


def use(topic: int, since: int, until: int, name: str = "1", kind: str = "gear") -> Use:
    hour = NOW.replace(hour=0)
    return Use(
        topic, f"选题{topic}", kind, name, f"车{name}", hour + timedelta(hours=since), hour + timedelta(hours=until)
    )


def pairs(*uses: Use) -> set[tuple[int, int]]:
    return {(topic, clash.topic) for topic, found in rules.clashes(uses).items() for clash in found}


def test_a_thing_in_two_places_at_once_is_told_to_both_and_touching_ends_are_none() -> None:
    assert pairs(use(1, 8, 10), use(2, 9, 11)) == {(1, 2), (2, 1)}
    assert pairs(use(1, 8, 10), use(2, 10, 11)) == set()
    assert pairs(use(1, 8, 10), use(2, 9, 11, "2")) == set()
    assert pairs(use(1, 8, 10), use(2, 9, 11, kind="driver")) == set()
    assert pairs(use(1, 8, 10), use(1, 8, 10)) == set(), "who writes and takes the pictures is there once"
    assert pairs(use(1, 8, 20), use(2, 9, 10), use(3, 11, 12)) == {(1, 2), (2, 1), (1, 3), (3, 1)}


def test_a_car_that_everybody_wants_stays_readable() -> None:
    found = rules.clashes(use(number, 8, 10) for number in range(500))
    assert max(len(each) for each in found.values()) <= rules.MOST_CLASHES


def test_the_byline_is_made_of_those_who_were_sent() -> None:
    assert (
        rules.byline([("李禾穗", False), ("陈麦冬", True)], ["石小满"])
        == "记者 李禾穗\u3000通讯员 陈麦冬\u3000摄影 石小满"
    )
    assert rules.byline([("陈麦冬", True)], []) == "通讯员 陈麦冬"
    assert rules.byline([], []) == ""


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("", ["11-26"]),
        ("weekly", ["11-26", "12-03", "12-10", "12-17", "12-24", "12-31"]),
        ("fortnightly", ["11-26", "12-10", "12-24"]),
        ("monthly", ["11-26", "12-26"]),
        ("monthly-weekday", ["11-26", "12-24"]),
    ],
)
def test_an_event_comes_again(how: str, expected: list[str]) -> None:
    found = rules.repeated(date(2026, 11, 26), how, date(2026, 12, 31))
    assert [f"{day:%m-%d}" for day in found] == expected


def test_a_fifth_weekday_of_a_month_comes_again_as_its_last() -> None:
    found = rules.repeated(date(2026, 10, 30), "monthly-weekday", date(2026, 12, 31))
    assert [f"{day:%m-%d}" for day in found] == ["10-30", "11-27", "12-25"]


def test_what_a_form_says_becomes_a_time() -> None:
    day = date(2026, 11, 26)
    assert rules.span(day=day, to=None, starts=None, ends=None) == (
        rules.midnight(day), rules.midnight(date(2026, 11, 27)), True,
    )  # fmt: skip
    starts, ends, _ = rules.span(day=day, to=None, starts=time(9), ends=time(11))
    assert ends is not None
    assert rules.when(starts, ends, False) == "11月26日（周四）09:00–11:00"
    starts, ends, _ = rules.span(day=day, to=date(2026, 11, 27), starts=time(22), ends=time(1))
    assert rules.when(starts, ends, False) == "11月26日（周四）22:00–11月27日（周五）01:00"
    assert (
        rules.when(*rules.span(day=day, to=date(2026, 11, 28), starts=None, ends=None))
        == "11月26日（周四） 至 11月28日（周六）"
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"to": date(2026, 11, 25)}, "比开始的还早"),
        ({"to": date(2027, 11, 26)}, "最长 31 天"),
        ({"ends": time(9)}, "也请填开始时间"),
        ({"starts": time(11), "ends": time(9)}, "请填“到哪天”"),
    ],
)
def test_a_time_that_cannot_be_is_told_in_words(said: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        rules.span(**{"day": date(2026, 11, 26), "to": None, "starts": None, "ends": None} | said)  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "rows"), [(date(2026, 11, 5), 6), (date(2027, 2, 14), 4), (date(2026, 12, 31), 5)])
def test_a_months_sheet_is_whole_weeks_from_monday(day: date, rows: int) -> None:
    grid = rules.month_grid(day)
    assert (len(grid), grid[0].weekday(), grid[-1].weekday()) == (rows * 7, 0, 6)
    assert {each for each in grid if each.month == day.month} >= {day, day.replace(day=1)}
    assert len(rules.week_grid(day)) == 7
