"""The register at the desk: lists and their search, lines by hand, spreadsheets seen before they are taken, and every change
undone again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from demo import register as county
from demo import stories
from hemei import proofing as proof_command
from hemei.intake import sheets
from hemei.prose.enrol import Table, read
from hemei.prose.enrol import house as enrolled
from hemei.prose.lines import Line
from hemei.prose.proof import proof
from hemei.prose.register import House as Lists
from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom import actions as newsroom
from hemei.rooms.newsroom import content, proofing
from hemei.rooms.newsroom.models import Story
from hemei.rooms.register import actions, queries, reading, workbook
from hemei.rooms.register.actions import Refused
from hemei.rooms.register.models import Change, Office, Place, Upload
from tests.rooms import HOME
from tests.rooms.house import House, fresh, secret_word

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
    tables = tuple(
        (sheet, tuple((n, tuple(map(str, row))) for n, row in enumerate(each, 1))) for sheet, each in rows.items()
    )
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
    for words, name in (
        ("承川", "陆承川"),
        ("县水务局副局长", "凌知遥"),
        ("水务 局长", "程远渡"),
        ("云台乡乡长", "廖望东"),
    ):
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
    form = {
        "name": "曾无咎",
        "mark": "",
        "unit": "",
        "post": "县政协副主席、县文联主席",
        "rank": "21",
        "since": "2024年3月",
        "until": "",
    }
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
        ("曾无忌", "", "县林业局", "局长", "", "2023-03-01", ""),
    ]
    before = everything()
    shown = sent(filled, "六月.xlsx", workbook.xlsx_of({"人员": rows}))
    page = text(shown)
    for words in (
        "1 行新增", "1 行改动", "2 行离任", "1 行没有变化", "4 行不能收", "收下 4 行", "人员 第 3 行 沈静澜与曾无咎同时任县长，另见第2行",
        "人员 第 6 行 程远渡与曾无忌同时任县水务局局长，另见第5行",
        "人员 第 9 行 曾无忌与樊林生同时任县林业局局长，名录里已有樊林生（2021年4月1日起）", "早于起始", "县飞天局”不在机构和地名里",
    ):  # fmt: skip
        assert words in page, (words, page)
    assert everything() == before
    pk = Upload.objects.get().pk
    wang = client(filled)
    assert "已收下" in text(wang.post(f"/desk/register/import/{pk}/", {"seen": queries.stamp()}, follow=True))
    assert set(Office.objects.filter(name="沈静澜", post__endswith="长").values_list("until", flat=True)) == {
        date(2026, 6, 2), date(2023, 10, 11),
    }  # fmt: skip
    assert Office.objects.get(name="骆一舟").rank == 14
    assert not Office.objects.filter(name__startswith="曾").exists()
    assert Entry.objects.get(deed="名录导入", person="wang").detail["lines"] == 4
    with pytest.raises(Refused, match="已经收下"):
        actions.take(upload=Upload.objects.get(), seen=queries.stamp(), by=filled.user("wang"), now=filled.clock.tick())
    number = Change.objects.first().number
    assert "已撤销" in text(wang.post(f"/desk/register/changes/{number}/undo/", follow=True))
    assert [each for each in everything() if not each[3]] == [each for each in before if not each[3]]
    assert "撤销过了" in text(wang.post(f"/desk/register/changes/{number}/undo/", follow=True))


def test_what_was_seen_is_what_is_taken(filled: House) -> None:
    sent(filled, "表.xlsx", workbook.xlsx_of({"采编": [("姓名",), ("新记者",)]}))
    seen = queries.stamp()
    actions.withdraw(sheet="人员", id=Office.objects.first().pk, by=filled.user("zhou"), now=filled.clock.tick())
    pk = Upload.objects.get().pk
    answer = client(filled).post(f"/desk/register/import/{pk}/", {"seen": seen}, follow=True)
    assert "名录有了变化" in text(answer)
    assert "新记者" not in queries.house().staff
    assert client(filled, "zhou").get(f"/desk/register/import/{pk}/").status_code == 404  # each their own


def test_a_change_whose_lines_were_changed_again_is_undone_last(filled: House) -> None:
    change = take(filled, {"采编": [("姓名",), ("新记者",), ("老记者",)]})
    row = queries.MODELS["采编"]._default_manager.get(name="新记者")
    later = actions.withdraw(sheet="采编", id=row.pk, by=filled.user("wang"), now=filled.clock.tick())
    with pytest.raises(Refused, match="1 行后来又改过"):
        actions.undo(number=change.number, by=filled.user("wang"), now=filled.clock.tick())
    undone = actions.undo(number=later.number, by=filled.user("wang"), now=filled.clock.tick())
    assert "新记者" in queries.house().staff
    assert undone.deed == "名录撤销"


def test_all_that_stands_is_given_out_and_taken_in_again_as_it_was(filled: House) -> None:
    wang = client(filled)
    before = {line.said for _, line in queries.standing()}
    whole = wang.get("/desk/register/export/").content
    lists = [(f"{kind}.csv", wang.get(f"/desk/register/{kind}/export/").content) for kind in queries.KINDS]
    page = text(sent(filled, "全部.xlsx", whole))
    assert "没有可以收下的行" in page
    assert f"{len(before)} 行没有变化" in page
    for model in queries.MODELS.values():
        model._default_manager.all().delete()
    for name, data in [("全部.xlsx", whole), *lists]:
        read_back = sheets.read(name, data)
        lines, problems = read((Table(*each) for each in read_back.tables), from_1904=read_back.from_1904)
        assert problems == []
        assert {line.said for line in lines} <= before
        if name == "全部.xlsx":
            assert {line.said for line in lines} == before
    for name, data in reversed(lists):
        shown = sent(filled, name, data)
        pk = Upload.objects.get(taken=None).pk
        assert "0 行不能收" in text(shown), name
        wang.post(f"/desk/register/import/{pk}/", {"seen": queries.stamp()})
    assert {line.said for _, line in queries.standing()} == before


def test_what_is_no_spreadsheet_is_refused_with_the_next_step(filled: House) -> None:
    for name, data, words in (
        ("名录.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "另存为 .xlsx"),
        ("名录.pdf", b"%PDF-1.7 ...", "这不是表格文件"),
        ("空.csv", b"", "这个表格是空的"),
        ("没有列名.csv", "甲,乙\n丙,丁\n".encode("gb18030"), "没有认出这张表"),
    ):
        assert words in text(sent(filled, name, data)), name
    assert "请先选择" in text(client(filled).post("/desk/register/import/", {}))


def test_a_template_takes_what_is_filled_in_and_is_no_problem_itself(filled: House) -> None:
    read_back = sheets.read("模板.xlsx", client(filled).get("/desk/register/template/").content)
    lines, problems = read(Table(*each) for each in read_back.tables)
    assert (lines, problems) == ([], [])
    assert {name for name, _ in read_back.tables} == {"说明", *queries.MODELS}
    for sheet, rows in workbook.EXAMPLES.items():
        made, wrong = read([Table(sheet, [*enumerate((county.COLUMNS[queries.KIND_OF[sheet]][1], *rows), 1)])])
        assert (len(made) >= 1, wrong) == (True, []), sheet


def test_the_command_line_reads_the_same_register_without_the_desk(
    filled: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = reading.of_home(HOME)
    assert here.register.people == queries.house().register.people
    assert here.phrases == queries.house().phrases
    assert reading.of_home(tmp_path).register.people == Lists().register.people
    path = tmp_path / "稿.txt"
    path.write_text("县长沈静岚到云台乡看了水管。", encoding="utf-8")
    for lists, code, rules in ((here, 1, ["R01"]), (None, 0, [])):
        assert proof_command.look(path, date(2026, 3, 1), as_json=True, fix=False, lists=lists) == code
        assert [each["rule"] for each in json.loads(capsys.readouterr().out)] == rules


# proofreading


def test_the_lists_are_read_once_and_again_after_a_change(filled: House) -> None:
    first = queries.house()
    with CaptureQueriesContext(connection) as asked:
        assert queries.house() is first
    assert len(asked) == 1
    assert first.register.county == "青棠县"
    take(filled, {"采编": [("姓名",), ("新记者",)]})
    assert queries.house() is not first
    assert "新记者" in queries.house().staff


def doubts(story: Story, day: date | None) -> list[tuple[str, str, str | None, str]]:
    said = content.content(story, site="", previous=None) | {"date": day.isoformat() if day else None}
    found = [each.finding for each in proofing.doubts(said, {})]
    return [(each.rule, each.text, each.suggestion, each.why) for each in found if each.rule[0] == "R"]


def saying(house: House, *paragraphs: str, **fields: Any) -> Story:
    story = house.write(secret_word(1), **fields)
    blocks = [{"kind": "paragraph", "runs": [{"t": each}]} for each in paragraphs]
    Story.objects.filter(pk=story.pk).update(body=json.dumps(content.stream(blocks, {})))
    return fresh(story)


def test_a_story_is_judged_by_the_offices_of_its_own_day(filled: House) -> None:
    take(filled, {"人员": [
        HEADS,
        ("沈静澜", "", "", "县委副书记、县长", "2", "2023-10-12", "2026-06-02"),
        ("沈静澜", "", "", "县委书记", "1", "2026-06-03", ""),
        ("陆承川", "", "", "县委书记", "1", "2023-09-01", "2026-06-02"),
        ("曾无咎", "", "", "县委副书记、县长", "2", "2026-06-03", ""),
    ]})  # fmt: skip
    story = saying(filled, "县长沈静澜到云台乡石门村看了水管。")
    assert doubts(story, date(2026, 6, 2)) == []
    assert doubts(story, JUNE) == [
        ("R02", "县长", None, "2026年6月3日，沈静澜是县委书记，不是县长（任期到2026年6月2日为止）")
    ]
    assert [each[0] for each in doubts(story, None)] == ["R02"]  # today is long after
    order = saying(filled, "曾无咎、沈静澜出席。")
    assert doubts(order, JUNE) == [
        ("R03", "曾无咎、沈静澜", "沈静澜、曾无咎", "2026年6月3日的次序是沈静澜、曾无咎")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "rule", "suggestion"),
    [
        ("县长沈静岚主持会议。", "R01", "沈静澜"),
        ("副县长沈静澜主持会议。", "R02", "县长"),
        ("会上，程远渡副局长作了说明。", "R02", "局长"),
        ("会后，沈静蓝答复了提问。", "R08", "沈静澜"),
        ("柯远山、阮景和、沈静澜出席。", "R03", "沈静澜、阮景和、柯远山"),
        ("县林业局局长樊林生、县财政局局长顾守仁到场。樊临生说，树要一棵一棵管。", "R08", "樊林生"),
        ("记者来到南岭乡采访。", "R05", "南岭镇"),
        ("南岭镇石门村的路修好了。", "R05", None),
        ("青棠县医疗保璋局上门办理。", "R06", "青棠县医疗保障局"),
        ("“三联水网”通到了山里。", "R07", "四"),
        ("四联水网（水源联网、管线联通、管护联责）通水。", "R07", "水源联网、管线联通、水质联测、管护联责"),
        ("五个到院坝：政策讲到院坝、代办送到院坝、矛盾解到院坝、戏台搬到院坝、医生走到院坝。", "R07", "戏台搭到院坝"),
    ],
)  # fmt: skip
def test_every_rule_that_asks_the_register_has_something_to_say_in_the_demo_county(
    filled: House, words: str, rule: str, suggestion: str | None
) -> None:
    found = doubts(saying(filled, words), date(2026, 3, 1))
    assert suggestion in [each[2] for each in found if each[0] == rule]


def test_the_register_keeps_a_story_back_at_submission_and_a_waiver_lets_it_through(filled: House) -> None:
    story = saying(filled, "县长沈静岚到云台乡石门村看了水管。", date=date(2026, 3, 1))
    with pytest.raises(newsroom.Refused, match="名录里是沈静澜，这里写成了沈静岚"):
        filled.submit(story)
    (doubt,) = [each for each in proofing.doubts(content.content(story, site="", previous=None), {}) if each.open]
    newsroom.waive(
        story=story, by=filled.user("li"), rule="R01", mark=doubt.mark, text=doubt.finding.text, reason="新任，名录待更新",
        now=filled.clock.tick(),
    )  # fmt: skip
    filled.submit(story)
    assert fresh(story).state == "review"


def test_the_demo_countys_own_stories_leave_its_register_nothing_to_say() -> None:
    lists = enrolled(county.sheets())
    pictures = {name: stories.Master("0" * 64, 10, 10) for name in stories.picture_files()}
    looked = 0
    for story in stories.stories():
        said = stories.content(story, site="", number=story.number, hands=story.hands, pictures=pictures)
        copy = replace(proofing.copy_of(said), house=lists, today=date(2026, 11, 25))
        assert [(story.slug, each.why) for each in proof(copy) if each.rule[0] == "R"] == []
        looked += 1
    assert looked == 50
