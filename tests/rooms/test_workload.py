"""工作量: counted from the record itself, by month and person; everybody's for who answers for all, one's own for the others."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom import actions, workload
from hemei.rooms.newsroom.models import Reading
from hemei.rooms.newsroom.workload import Line, Month
from hemei.rooms.review.models import Stamp, Version
from hemei.seal.statement import Release
from tests.rooms.house import House, fresh, secret_word

MARCH = Month(2026, 3)
Seat = Callable[[str], Client]


@pytest.fixture
def seat(house: House, monkeypatch: pytest.MonkeyPatch) -> Seat:
    monkeypatch.setattr(timezone, "now", house.clock)

    def sit(name: str) -> Client:
        client = Client()
        client.force_login(house.user(name))
        return client

    return sit


def counts(person: str, month: Month = MARCH) -> dict[str, int]:
    found = [line for line in workload.workload(month=month).lines if line.person == person]
    return {label: many for label, many in found[0].cells if many} if found else {}


def test_a_month_counts_stories_once_however_often_they_were_touched(house):
    story = house.write(secret_word(1))
    house.edit(story, secret_word(1), deck="再改一次")
    house.submit(story)
    house.stamp(story, "wang")
    house.send_back(story, "zhou")
    story = house.release(house.review(story))
    long = actions.characters(story)
    assert counts("li") == {"来稿": 1, "编辑": 1, "送审": 1, "刊出": 1, "刊出字数": long}
    first = sum(
        Reading.objects.get(version=one).characters
        for one in Stamp.objects.filter(person="wang").values_list("version_id", flat=True)
    )
    assert counts("wang") == {"初审": 1, "审签字数": first}
    assert counts("zhou") == {"复审": 1, "退稿": 1, "审签字数": long}
    assert counts("zhao") == {"终审": 1, "签发": 1, "审签字数": long}
    assert counts("li", MARCH.next()) == counts("li", MARCH.next(-1)) == {}


def test_a_month_begins_and_ends_at_the_countys_midnight(house):
    house.clock.now = house.clock.now.replace(month=3, day=31, hour=15, minute=58)
    house.file("一篇\n\n青棠县的事。\n")
    house.clock.tick(minutes=1)
    house.file("两篇\n\n青棠县的事。\n")
    assert (counts("li").get("来稿"), counts("li", MARCH.next()).get("来稿")) == (1, 1)


def test_an_order_that_nobody_signed_properly_counts_for_nobody(house):
    story = house.publish(secret_word(1))
    release = Release(house.site_id, story.key, story.version, "zhao", house.clock()).document()
    house.slip_order("release", "story:77", "nonsense")
    house.slip_order("release", "story:78", json.dumps(release))
    assert counts("zhao")["签发"] == 1


def test_versions_from_before_are_counted_some_at_each_look(house, monkeypatch):
    for number in range(3):
        house.publish(secret_word(number))
    whole = counts("li")
    Reading.objects.all().delete()
    monkeypatch.setattr(workload.readings, "COUNTED_AT_ONCE", 2)
    assert workload.workload(month=MARCH).uncounted == 1
    assert workload.workload(month=MARCH).uncounted == 0
    assert counts("li") == whole


def test_the_chief_sees_everybody_and_the_others_themselves_on_the_screen_and_in_the_file(house, seat):
    house.publish(secret_word(1))

    def names(who: str) -> list[str]:
        answer = seat(who).get("/desk/workload/?month=2026-03&as=csv")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.content.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8 by this"
        return [row["姓名"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]

    assert set(names("zhao")) == {"李记者", "王编辑", "周主任", "赵总编"}
    assert names("wang") == ["王编辑"]
    assert names("chen") == names("admin") == []
    page = seat("wang").get("/desk/workload/?month=2026-03").content.decode()
    assert "2026年3月" in page
    assert "周主任" not in page
    assert Client().get("/desk/workload/").status_code == 302


@pytest.mark.parametrize("month", ["", "2026-13", "1999-01", "9999-12", "2027-01", "x" * 5000, "2026-3"])
def test_a_month_that_is_none_is_this_one(house, seat, month):
    answer = seat("zhao").get("/desk/workload/", {"month": month})
    assert "2026年3月" in answer.content.decode()


@pytest.mark.parametrize("name", ["=1+1", "+86", "-x", "@sum", "\t=1", "＝1", " =1"])
def test_no_name_becomes_a_formula(name):
    rows = list(csv.reader(io.StringIO(workload.as_csv(MARCH, [Line(name, name)]).decode("utf-8-sig"))))
    assert rows[1][1:3] == ["'" + name, "'" + name]


def test_a_month_of_five_thousand_entries_is_counted_in_a_few_questions(house, monkeypatch):
    story = house.publish(secret_word(1))
    Entry.objects.bulk_create(
        Entry(
            number=10_000 + at,
            time=house.clock(),
            person=f"p{at % 40}",
            deed=("来稿", "改稿")[at % 2],
            piece=f"story:{100 + at // 4}",
            chain="",
        )
        for at in range(5000)
    )
    version = Version.objects.get(digest=fresh(story).version)
    Version.objects.bulk_create(
        Version(
            digest=f"{at:064x}",
            piece=f"story:{1000 + at}",
            number=1,
            content=version.content,
            made=house.clock(),
            person="li",
        )
        for at in range(300)
    )
    Stamp.objects.bulk_create(
        Stamp(version_id=f"{at:064x}", stage=stage, person=person, time=house.clock(), signed="")
        for at in range(300)
        for stage, person in (("first", "wang"), ("second", "zhou"), ("final", "zhao"))
    )
    workload.workload(month=MARCH)
    with CaptureQueriesContext(connection) as asked:
        found = workload.workload(month=MARCH)
    assert len(asked) <= 6
    assert sum(line.counts["filed"] for line in found.lines) == 2500 + 1
    assert counts("wang")["初审"] == 301
    with connection.cursor() as cursor:
        for table, column in (
            ("ledger_entry", "time"),
            ("review_stamp", "time"),
            ("review_version", "made"),
            ("ledger_order", "made"),
        ):
            cursor.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {column} >= '2026' AND {column} < '2027'")
            assert "USING INDEX" in cursor.fetchall()[0][3]
