"""A calendar file on the county's clock: zones, whole days, repetition; and bounds on what a stranger's file may ask for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.intake.errors import Unreadable
from hemei.intake.ics import COUNTY, Calendar, Event, read
from hemei.intake.repeat import Budget, NotSimple, days, rule

SINCE, UNTIL = date(2026, 11, 1), date(2027, 1, 31)
WHEN = "DTSTART:20261126T090000"


def calendar(*events: str, head: str = "") -> bytes:
    """A file of these events; each is given the lines that every event has."""
    made = "".join(f"BEGIN:VEVENT\nSUMMARY:县里的会\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{made}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def taken(*events: str, head: str = "") -> Calendar:
    return read(calendar(*events, head=head), since=SINCE, until=UNTIL)


def one(*events: str, head: str = "") -> Event:
    [event] = taken(*events, head=head).events
    return event


def starts(*events: str) -> list[str]:
    return [f"{event.starts:%m-%d %H:%M}" for event in taken(*events).events]


@pytest.mark.parametrize(
    ("said", "here", "told"),
    [
        ("DTSTART:20261126T090000", "11-26 09:00", ""),
        ("DTSTART;TZID=Asia/Shanghai:20261126T090000", "11-26 09:00", ""),
        ("DTSTART:20261126T010000Z", "11-26 09:00", "UTC 11月26日 01:00"),
        ("DTSTART;TZID=America/New_York:20261126T200000", "11-27 09:00", "America/New_York 11月26日 20:00"),
        ("DTSTART;TZID=Europe/London:20261126T010000", "11-26 09:00", "Europe/London 11月26日 01:00"),
        ("DTSTART;TZID=China Standard Time:20261126T090000", "11-26 09:00", ""),
        ('DTSTART;TZID="Tokyo Standard Time":20261126T100000', "11-26 09:00", "Asia/Tokyo 11月26日 10:00"),
        ("DTSTART;TZID=/citadel.org/Asia/Tokyo:20261126T1000", "11-26 09:00", "Asia/Tokyo 11月26日 10:00"),
    ],
)
def test_a_time_of_any_zone_is_told_in_the_countys_and_the_zone_is_said(said: str, here: str, told: str) -> None:
    event = one(said)
    assert (f"{event.starts:%m-%d %H:%M}", event.starts.tzinfo, event.told) == (here, COUNTY, told)


def test_a_county_calendar_written_in_utc_does_not_say_so_of_every_event() -> None:
    event = one("DTSTART:20261126T010000Z", head="X-WR-TIMEZONE:Asia/Shanghai\n")
    assert (f"{event.starts:%H:%M}", event.told) == ("09:00", "")


def test_a_zone_that_nobody_knows_has_the_offset_that_the_file_gives_or_ours_and_is_told() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:{0}\nBEGIN:STANDARD\nTZOFFSETTO:{1}\nEND:STANDARD\nEND:VTIMEZONE\n"
    known = taken("DTSTART;TZID=火星:20261126T040000", head=zone.format("火星", "+0300"))
    assert (f"{known.events[0].starts:%H:%M}", known.warnings) == ("09:00", ())
    lost = taken("DTSTART;TZID=火星:20261126T090000")
    assert (f"{lost.events[0].starts:%H:%M}", lost.warnings) == (
        "09:00",
        ("不认得时区“火星”，按北京时间收下，请核对。",),
    )
    for name in ("../../etc/passwd", "America", "", "x" * 500):  # a folder of zones, a path, nothing, anything
        assert len(taken(f"DTSTART;TZID={name}:20261126T090000").events) == 1


def test_a_whole_day_is_the_same_day_everywhere_and_ends_at_the_midnight_after_it() -> None:
    event = one("DTSTART;VALUE=DATE:20261126")
    assert (event.all_day, event.starts, event.ends) == (
        True, datetime(2026, 11, 26, tzinfo=COUNTY), datetime(2026, 11, 27, tzinfo=COUNTY),
    )  # fmt: skip
    three = one("DTSTART;VALUE=DATE:20261126\nDTEND;VALUE=DATE:20261129")
    assert three.ends == datetime(2026, 11, 29, tzinfo=COUNTY)


def test_words_are_unfolded_unescaped_and_without_what_cannot_be_seen() -> None:
    event = one(
        "DTSTART:20261126T090000\nDURATION:PT1H30M\nLOCATION:一楼\\, 会议\n  室\u202e\nDESCRIPTION:甲\\n乙\\;丙\n"
        'ORGANIZER;CN="县文化馆：办公室":mailto:a@example.cn'
    )
    assert (event.place, event.about, event.host) == ("一楼, 会议 室", "甲\n乙;丙", "县文化馆：办公室")
    assert event.ends is not None
    assert event.ends - event.starts == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("repeats", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", ["11-26", "11-27", "11-28"]),
        ("FREQ=WEEKLY;COUNT=3", ["11-26", "12-03", "12-10"]),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20261224", ["11-26", "12-10", "12-24"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", ["11-26", "12-01", "12-03", "12-08"]),
        ("FREQ=WEEKLY;UNTIL=20261203T005959Z", ["11-26"]),
        ("FREQ=WEEKLY;UNTIL=20261203T010000Z", ["11-26", "12-03"]),
        ("FREQ=MONTHLY;BYDAY=4TH", ["11-26", "12-24", "01-28"]),
        ("FREQ=MONTHLY;BYDAY=-1TH", ["11-26", "12-31", "01-28"]),
        ("FREQ=MONTHLY;BYMONTHDAY=26,30;COUNT=4", ["11-26", "11-30", "12-26", "12-30"]),
    ],
)
def test_simple_repetition(repeats: str, expected: list[str]) -> None:
    assert starts(f"UID:1\n{WHEN}\nRRULE:{repeats}") == [f"{day} 09:00" for day in expected]


def test_a_month_without_the_thirty_first_is_skipped_and_a_long_repetition_begins_at_what_is_asked_for() -> None:
    long_ago = date(1950, 1, 31)
    found = list(days(long_ago, rule("FREQ=MONTHLY"), since=SINCE, until=UNTIL, budget=Budget(20)))
    assert found == [date(2026, 12, 31), date(2027, 1, 31)]


def test_an_hour_stays_the_same_on_its_own_clock_when_summer_time_ends() -> None:
    said = "UID:1\nDTSTART;TZID=Europe/London:20261018T100000\nRRULE:FREQ=WEEKLY;COUNT=3"
    found = read(calendar(said), since=date(2026, 10, 1), until=UNTIL).events
    assert [f"{each.starts:%m-%d %H:%M}" for each in found] == ["10-18 17:00", "10-25 18:00", "11-01 18:00"]


def test_what_was_called_off_or_moved_is_so() -> None:
    every = f"UID:1\n{WHEN}\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20261127T090000"
    moved = "UID:1\nRECURRENCE-ID:20261128T090000\nDTSTART:20261128T140000"
    assert starts(every, moved) == ["11-26 09:00", "11-28 14:00", "11-29 09:00"]
    before, after = taken(every).events, taken(every, moved).events
    assert [each.key for each in before] == [each.key for each in after], "the moved one is still the same happening"
    assert one(f"{WHEN}\nSTATUS:CANCELLED").cancelled


@pytest.mark.parametrize("odd", ["FREQ=YEARLY", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1", "FREQ=DAILY;INTERVAL=0", "x", ""])
def test_a_rule_that_is_not_simple_gives_the_first_and_says_so(odd: str) -> None:
    with pytest.raises(NotSimple):
        rule(odd)
    found = taken(f"{WHEN}\nRRULE:{odd}")
    assert (len(found.events), found.warnings) == (1, ("“县里的会”的重复规则读不懂，只收了第一次。",))


def test_a_time_that_is_none_costs_its_event_only_and_is_told() -> None:
    found = taken("DTSTART:20261331T090000", "DTSTART:00010101T000000", "SUMMARY:没写", WHEN)
    assert len(found.events) == 1
    assert found.warnings == ("“县里的会”的时间读不懂，没有收。",)


def test_an_event_outside_the_days_that_were_asked_for_is_counted() -> None:
    found = taken("DTSTART:20261031T090000", "DTSTART;VALUE=DATE:20270201", WHEN)
    assert (len(found.events), found.outside) == (1, 2)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(2000), "not-calendar"),
        (b"<html>", "not-calendar"),
        (b"BEGIN:VCALENDAR\n\x00", "not-calendar"),
        (calendar() + b"\xff" * 9, "garbled-calendar"),
        (calendar().decode().encode("utf-16"), "garbled-calendar"),
        (calendar() * 130_000, "big-calendar"),
        (calendar(*[WHEN] * 10_001), "many-events"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:STANDARD\n" * 1000, "broken-calendar"),
        (calendar(*[f"{WHEN.replace('2026', '1901')}\nRRULE:FREQ=DAILY;COUNT=999999"] * 50), "many-repetitions"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_taken_is_told_with_the_next_step(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data, since=SINCE, until=UNTIL)
    assert caught.value.reason == reason
    assert "请" in str(caught.value)


def test_the_largest_calendar_that_is_taken_is_read_whole() -> None:
    data = calendar(*[f"UID:{number}\n{WHEN}\nDTEND:20261126T100000" for number in range(10_000)])
    assert len(read(data, since=SINCE, until=UNTIL).events) == 10_000


def test_a_calendar_in_the_old_chinese_encoding_is_read() -> None:
    assert read(calendar(WHEN).decode().encode("gb18030"), since=SINCE, until=UNTIL).events[0].title == "县里的会"


PIECES = st.sampled_from(
    ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:STANDARD", "TZID:X", "TZOFFSETTO:+9999", "UID:1",
     "DTSTART:20261126T090000", "DTSTART;TZID=X:20261126T090000", "DTSTART;VALUE=DATE:20261126", "DTEND:20261126", "RRULE:",
     "DTEND:20991126T090000", "DURATION:-P1D", "DURATION:P99999D", "RRULE:FREQ=WEEKLY;UNTIL=20270101", "EXDATE:20261126",
     "RRULE:FREQ=MONTHLY;BYMONTHDAY=-31,31", "RECURRENCE-ID:20261126", "RECURRENCE-ID;TZID=X:20261126T090000", ":", ";", " x",
     "ORGANIZER;CN=\"a:", "STATUS:CANCELLED", "SUMMARY:\\", "DTSTART;TZID=:2026"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | st.text(max_size=20), max_size=12))
def test_no_file_makes_the_reader_stumble(lines: list[str]) -> None:
    data = ("BEGIN:VCALENDAR\n" + "\n".join(lines)).encode(errors="replace")
    try:
        found = read(data, since=SINCE, until=UNTIL)
    except Unreadable:
        return
    for event in found.events:
        assert event.starts.date() <= UNTIL
        assert event.ends is None or event.ends > event.starts
