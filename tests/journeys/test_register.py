"""The month's appointments as a spreadsheet: seen, taken, asked by the proofreading on the story's day, and undone again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from demo import register as county
from hemei.rooms.register import workbook

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk, House

ROWS = [
    county.COLUMNS["people"][1],
    ("廖望东", "", "云台乡", "乡长", "", "2022-01-16", "2026-06-02"),
    ("曾无咎", "", "云台乡", "乡长", "", "2026-06-03", "至今"),
    ("7号", "", "云台乡", "副乡长", "", "昨天", ""),
]
COPY = """云台乡添了一口水井
本报讯（记者 罗青禾）云台乡乡长廖望东说，井水够全村人喝。"""


def test_appointments_are_taken_on_a_phone_and_a_story_is_judged_by_its_day(
    house: House, sit: Callable[..., Desk], tmp_path: Path
) -> None:
    path = tmp_path / "六月任免.xlsx"
    path.write_bytes(workbook.xlsx_of({"人员": ROWS}))
    wang = sit("wang", phone=True)
    wang.go("/desk/register/import/")
    wang.page.set_input_files("input[name=file]", path)
    expect(wang.page.locator("[data-sheet-chosen]")).to_have_text("六月任免.xlsx")
    wang.press("上传来看")
    assert "“7号”不像姓名" in wang.text()
    assert house.rows("select count(*) from register_office where name = '曾无咎'") == [(0,)]
    wang.press("收下 2 行")
    expect(wang.page.get_by_text("已收下")).to_be_visible()

    li = sit("li")
    number = li.file(COPY)
    li.edit(number)
    li.page.get_by_role("tab", name="附注").click()
    li.page.fill("input[name=date]", "2026-06-03")
    li.page.get_by_role("button", name="校对").click()
    told = li.page.locator("[data-proof-list] li", has_text="2026年6月3日，廖望东在名录里没有职务，不是云台乡乡长")
    expect(told).to_have_count(1)
    li.page.fill("input[name=date]", "2026-06-02")
    expect(told).to_have_count(0)

    wang.go("/desk/register/people/?q=曾无咎")
    assert "云台乡乡长" in wang.text()
    wang.go("/desk/register/changes/")
    wang.page.get_by_role("button", name="撤销这次改动").first.click()
    expect(wang.page.get_by_text("已撤销第").or_(wang.page.get_by_text("已撤销。")).first).to_be_visible()
    assert house.rows("select count(*) from register_office where name = '曾无咎' and not withdrawn") == [(0,)]
