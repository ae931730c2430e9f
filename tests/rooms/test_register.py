"""The register at the desk: lists and their search, lines by hand, spreadsheets seen before they are taken, and every change
undone again."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from demo import register as county
from hemei.intake import sheets
from hemei.prose.enrol import Table, read
from hemei.prose.lines import Line
from hemei.rooms.ledger.models import Entry
from hemei.rooms.register import actions, queries, workbook
from hemei.rooms.register.actions import Refused
from hemei.rooms.register.models import Change, Office, Place, Upload
from tests.rooms.house import House

JUNE = date(2026, 6, 3)


def lines_of(**rows: list[tuple[object, ...]]) -> list[Line]:
    """Lines of rows under the heads of their sheets."""
    heads = {sheet: each[0] for sheet, each in county.sheets().items()}
    lines, problems = read(Table(sheet, [(1, heads[sheet]), *enumerate(each, 2)]) for sheet, each in rows.items())
    assert problems == []
    return lines


@pytest.fixture
def filled(house: House) -> House:
    """A house with the demo county's register."""
    lines, problems = read(Table(sheet, [*enumerate(rows, 1)]) for sheet, rows in county.sheets().items())
    assert problems == []
    actions.load(lines=lines, by="zhao", now=house.clock.tick())
    return house


def client(house: House, who: str = "wang") -> Client:
    made = Client()
    made.force_login(house.user(who))
    return made


def sent(house: House, name: str, data: bytes, who: str = "wang") -> Any:
    """The answer to an uploaded spreadsheet, the screen before taking it where it was read."""
    return client(house, who).post("/desk/register/import/", {"file": SimpleUploadedFile(name, data)}, follow=True)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def everything() -> list[tuple[str, int, Any, bool]]:
    """All that every line says, standing or not."""
    return [
        (sheet, row.pk, queries.line_of(row).said, row.withdrawn)
        for sheet, model in queries.MODELS.items()
        for row in model._default_manager.order_by("pk")
    ]


def take(house: House, rows: dict[str, list[tuple[object, ...]]], by: str = "wang") -> Change:
    tables = tuple((sheet, tuple((n, tuple(map(str, row))) for n, row in enumerate(each, 1))) for sheet, each in rows.items())
    upload = actions.keep_upload(sheets=sheets.Sheets("表.xlsx", tables), by=house.user(by), now=house.clock.tick())
    return actions.take(upload=upload, seen=queries.stamp(), by=house.user(by), now=house.clock.tick())


HEADS = county.COLUMNS["people"][1]


# who may


def test_correspondents_see_nothing_reporters_look_and_reviewers_change(filled: House) -> None:
    pk = Office.objects.first().pk
    paths = ["", "people/", f"people/{pk}/", "changes/", "export/", "people/export/", "template/"]
    for path in paths:
        assert client(filled, "chen").get(f"/desk/register/{path}").status_code in (302, 403), path
        assert client(filled, "li").get(f"/desk/register/{path}").status_code == 200, path
    assert "名录" not in text(client(filled, "chen").get("/desk/"))
    li = client(filled, "li")
    before = everything()
    for path in ("import/", "people/add/"):
        assert li.get(f"/desk/register/{path}").status_code in (302, 403)
    for path in (f"people/{pk}/", f"people/{pk}/withdraw/", "people/add/", "changes/1/undo/", "import/"):
        assert li.post(f"/desk/register/{path}", {"name": "周文清"}).status_code in (302, 403)
    with pytest.raises(Refused, match="由初审、复审、终审人员维护"):
        actions.withdraw(sheet="人员", id=pk, by=filled.user("li"), now=filled.clock.tick())
    assert everything() == before
    page = text(li.get(f"/desk/register/people/{pk}/"))
    assert "陆承川" in page
    assert "撤下这一行" not in page


# looking


def test_a_part_of_a_name_of_a_unit_or_of_an_office_finds(filled: House) -> None:
    li = client(filled, "li")
    for words, name in (("承川", "陆承川"), ("县水务局副局长", "凌知遥"), ("水务 局长", "程远渡"), ("云台乡乡长", "廖望东")):
        assert name in text(li.get("/desk/register/people/", {"q": words})), words
    assert "没有找到" in text(li.get("/desk/register/people/", {"q": "没有这个人"}))
    assert "云台乡" in text(li.get("/desk/register/places/", {"q": "石门村"}))
    assert "水源联网" in text(li.get("/desk/register/phrases/", {"q": "管护"}))
    assert "县文旅局" in text(li.get("/desk/register/organisations/", {"q": "广电"}))
    on = text(li.get("/desk/register/people/", {"q": "县长", "day": "2022-05-01"}))
    assert "陆承川" in on
    assert "阮景和" in on
    assert "骆一舟" not in on
    assert "日期写作" in text(li.get("/desk/register/people/", {"day": "六月"}))
    past = text(li.get("/desk/register/people/", {"state": "past"}))
    assert "祝远帆" in past
    assert "程远渡" not in past


# by hand


def test_an_office_is_added_by_hand_and_two_posts_are_two_lines(filled: House) -> None:
    form = {"name": "曾无咎", "mark": "", "unit": "", "post": "县政协副主席、县文联主席", "rank": "21", "since": "2024年3月", "until": ""}
    answer = client(filled).post("/desk/register/people/add/", form, follow=True)
    assert "已加上" in text(answer)
    assert [(each.unit, each.post, each.since, each.rank) for each in Office.objects.filter(name="曾无咎")] == [
        ("县政协", "副主席", date(2024, 3, 1), 21), ("县文联", "主席", date(2024, 3, 1), 21),
    ]  # fmt: skip
    entry = Entry.objects.get(deed="名录添加")
    assert (entry.person, entry.piece, entry.detail["lines"]) == ("wang", "register", 2)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "曾无咎", "post": "县长", "since": "2025-01-01"}, "沈静澜"),
        ({"name": "沈静澜", "post": "县长", "since": "2023-10-12"}, "已经有这一行"),
        ({"name": "曾无咎", "unit": "县水务局", "post": "副局长", "since": "2025-02-30"}, "不是日期"),
        ({"name": "曾无咎", "post": "县档案馆馆长", "since": "2025-02-03", "until": "2025-01-01"}, "早于起始"),
        ({"name": "", "post": "局长"}, "姓名没有填"),
        ({}, "什么都没有填"),
        ({"name": "7号", "post": "局长"}, "不像姓名"),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_said_and_what_was_typed_stays(filled: House, form: dict[str, str], words: str) -> None:
    before = everything()
    answer = client(filled).post("/desk/register/people/add/", form)
    assert answer.status_code == 409
    assert words in text(answer)
    for said in form.values():
        assert f'value="{said}"' in answer.content.decode()
    assert everything() == before


def test_an_ended_office_holds_for_the_days_before(filled: House) -> None:
    row = Office.objects.get(name="沈静澜", post="县长")
    wang = client(filled)
    for path, form, words in (
        ("end", {"day": "不知道"}, "请写明从哪一天起"),
        ("end", {"day": "2023-10-01"}, "不能在这之前离任"),
        ("end", {"day": "2026-06-03"}, "自 2026-06-03 起不再担任"),
        ("end", {"day": "2026-06-05"}, "任期到 2026-06-02 为止"),
    ):
        assert words in text(wang.post(f"/desk/register/people/{row.pk}/{path}/", form, follow=True)), words
    register = queries.house().register
    assert [each.name for each in register.holder("县长", date(2026, 6, 2))] == ["沈静澜"]
    assert register.holder("县长", JUNE) == []
    assert Entry.objects.filter(deed="名录离任").count() == 1


def test_a_withdrawn_line_is_not_asked_and_can_be_put_back_unless_another_took_its_place(filled: House) -> None:
    row = Office.objects.get(name="廖望东")
    wang = client(filled)
    wang.post(f"/desk/register/people/{row.pk}/withdraw/")
    assert "廖望东" not in queries.house().register.namesakes
    assert "廖望东" in text(wang.get("/desk/register/people/", {"state": "withdrawn"}))
    wang.post(f"/desk/register/people/{row.pk}/restore/")
    assert "廖望东" in queries.house().register.namesakes
    wang.post(f"/desk/register/people/{row.pk}/withdraw/")
    actions.add(
        lines=lines_of(人员=[("曾无咎", "", "云台乡", "乡长", "", "2023-01-01", "")]), by=filled.user("wang"), now=filled.clock.tick()
    )  # fmt: skip
    answer = wang.post(f"/desk/register/people/{row.pk}/restore/", follow=True)
    assert "同时任云台乡乡长" in text(answer)
    assert Office.objects.get(pk=row.pk).withdrawn


def test_a_new_name_goes_to_all_offices_of_the_person_and_a_places_new_name_to_what_lies_in_it(filled: House) -> None:
    row = Office.objects.get(name="沈静澜", post="县长")
    form = {"name": "沈静岚", "mark": "", "unit": "", "post": "县长", "rank": "2", "since": "2023-10-12", "until": ""}
    wang = client(filled)
    wang.post(f"/desk/register/people/{row.pk}/", {**form, "everywhere": "on"})
    assert (Office.objects.filter(name="沈静澜").count(), Office.objects.filter(name="沈静岚").count()) == (0, 4)
    town = Place.objects.get(name="云台乡")
    wang.post(f"/desk/register/places/{town.pk}/", {"name": "云台镇", "parent": "青棠县"})
    assert {each.name for each in Place.objects.filter(parent="云台镇")} == {"石门村", "大坪村", "岩脚村", "上坝村"}
    assert "下面还有 4 个地名" in text(wang.post(f"/desk/register/places/{town.pk}/withdraw/", follow=True))
    number = Change.objects.first().number
    wang.post(f"/desk/register/changes/{number}/undo/")
    assert Place.objects.filter(parent="云台乡").count() == 4


# spreadsheets


def test_a_spreadsheet_shows_what_it_would_do_and_one_button_takes_all_good_lines(filled: House) -> None:
    rows = [
        HEADS,
        ("沈静澜", "", "", "县委副书记、县长", "2", "2023-10-12", "2026-06-02"),
        ("曾无咎", "", "", "县委副书记、县长", "2", "2026.6", ""),
        ("骆一舟", "", "", "副县长", "14", "2024-09-01", "至今"),
        ("程远渡", "", "县水务局", "局长", "", "2022-03-01", ""),
        ("曾无忌", "", "县水务局", "局长", "", "2023-03-01", ""),
        ("鲁直", "", "县飞天局", "局长", "", "2023-03-01", "2022-03-01"),
        ("鲁直", "", "县飞天局", "局长", "", "2023-03-01", ""),
    ]
    data = workbook._zipped({"人员": rows})
    before = everything()
    shown = sent(filled, "六月.xlsx", data)
    page = text(shown)
    for words in (
        "2 行新增", "1 行改动", "2 行离任", "1 行没有变化", "3 行不能收", "收下 5 行",
        "人员 第 3 行 曾无咎与沈静澜同时任县长", "人员 第 6 行 曾无忌与程远渡同时任县水务局局长", "早于起始", "县飞天局”不在机构和地名里",
    ):  # fmt: skip
        assert words in page, (words, page)
    assert everything() == before
