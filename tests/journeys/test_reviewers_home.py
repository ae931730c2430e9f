"""On phones: what was waived is seen, the words are amended and stamped, and the earlier holder stamps the difference from the board."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journeys.test_sent_back import fits, stamps, state

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk, House

COPY = "青石桥的护栏换新了\n本报讯（记者 某某）青石桥的护栏昨天全部换新。\n旧账本上写着，9月31日桥成。"


def test_a_reviewer_on_a_phone_amends_what_another_stamped_who_stamps_again_from_the_difference(
    house: House, sit: Callable[..., Desk]
) -> None:
    li = sit("li")
    number = li.file(COPY)
    li.edit(number)
    li.page.get_by_role("button", name="校对").click()
    listed = li.page.locator("[data-proof-list] li")
    doubt = listed.filter(has=li.page.locator("mark", has_text="9月31日"))
    doubt.get_by_role("button", name="没错，放行").click()
    doubt.get_by_role("textbox").fill("旧账本原文如此")
    doubt.get_by_role("textbox").press("Enter")
    expect(li.page.locator("[data-proof-list] li.waived")).to_have_count(1)
    li.page.select_option("select[name=section]", label="民生")
    li.press("保存并送审")
    expect(li.page.get_by_text("已送审")).to_be_visible()
    li.page.get_by_text("截稿时间").first.click()
    li.page.fill("#deadline", "2030-01-01T18:30")
    li.page.locator("form", has=li.page.locator("#deadline")).get_by_role("button", name="定下").click()
    expect(li.page.get_by_text("截稿时间要在今天以后、一年以内")).to_be_visible()

    wang, zhou = sit("wang", phone=True), sit("zhou", phone=True)
    wang.go("/desk/review/")
    fits(wang)
    line = wang.page.locator(".board li").filter(has_text="青石桥的护栏换新了")
    expect(line).to_contain_text("放行 1 处")
    line.get_by_role("link").click()
    expect(wang.page.get_by_text("已放行：旧账本原文如此")).to_be_visible()
    wang.page.fill("#pin-stamp", wang.pin)
    wang.press("初审通过并盖章")
    expect(wang.page.get_by_text("已审签。")).to_be_visible()

    zhou.go(f"/desk/review/{number}/")
    zhou.press("先修改")
    zhou.page.fill("input[name=deck]", "全长四十米")
    zhou.press("改好了，回去审签")
    zhou.page.fill("#pin-stamp", zhou.pin)
    zhou.press("复审通过并盖章")
    expect(zhou.page.get_by_text("已审签。")).to_be_visible()
    amended = state(house, number)[1]

    wang.go("/desk/review/")
    fits(wang)
    card = wang.page.get_by_role("region", name="改后再审：青石桥的护栏换新了")
    expect(card.locator(".changes li")).to_have_count(1)
    expect(card.locator("ins")).to_have_text("全长四十米")
    card.get_by_label("签章口令").fill(wang.pin)
    card.get_by_role("button", name="初审再盖章").click()
    expect(wang.page.get_by_text("《青石桥的护栏换新了》已审签。")).to_be_visible()
    assert re.search(r"/desk/review/$", wang.page.url)
    assert card.count() == 0
    assert stamps(house, amended) == [("zhou", "second"), ("wang", "first")]

    for path in ("/desk/workload/", "/desk/deputies/", "/desk/notices/"):
        wang.go(path)
        fits(wang)
