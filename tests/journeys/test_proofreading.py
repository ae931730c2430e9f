"""An editor's faulty copy: the doubts stand beside the words, are settled or waived, and what must be settled keeps it back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk, House

COPY = """桃花谷栈道修好了
本报讯（记者 罗青禾）桃花谷栈道11月20日通车,全长约三公里左右。
盘采薇说：“下雨天也能走了。
来的人比去年多，，停车场已经加了两排。
9月31日前，谷口的旧桥也会换新。"""


def doubted(desk: Desk) -> list[str]:
    return [text.strip() for text in desk.page.locator("[data-proof-list] li:not(.waived) mark").all_inner_texts()]


def underlined(desk: Desk) -> int:
    return int(desk.page.evaluate("() => [...CSS.highlights.values()].reduce((sum, one) => sum + one.size, 0)"))


def test_a_faulty_story_is_put_right_beside_its_words_and_nothing_blocking_is_submitted(
    house: House, sit: Callable[..., Desk]
) -> None:
    li = sit("li")
    number = li.file(COPY)
    li.edit(number)
    li.page.get_by_role("button", name="校对").click()
    listed = li.page.locator("[data-proof-list] li")
    expect(listed).to_have_count(5)
    assert sorted(doubted(li)) == sorted([",", "约三公里左右", "“", "，，", "9月31日"])
    expect(li.page.locator("[data-proof-said]")).to_contain_text("2 处必改")
    assert underlined(li) == 5

    for words, better in ((",", "改为“，”"), ("，，", "改为“，”")):
        listed.filter(has=li.page.locator("mark", has_text=re.compile(f"^{words}$"))).get_by_role(
            "button", name=better
        ).click()
        expect(listed.filter(has=li.page.locator("mark", has_text=re.compile(f"^{words}$")))).to_have_count(0)
    expect(li.page.locator(".public-DraftEditor-content").first).to_contain_text("通车，全长")

    li.page.select_option("select[name=section]", "yaowen")
    li.press("保存并送审")
    assert "校对有必改的地方没有处理" in li.text()
    assert house.rows("select state from newsroom_story where id = ?", int(number)) == [("draft",)]
    body = house.rows("select body from newsroom_story where id = ?", int(number))[0][0]
    assert "通车，全长" in json.loads(body)[0]["value"]

    expect(li.page.locator("[data-proof-list]")).to_be_visible()  # the desk remembers which panel was open
    quote = listed.filter(has_text="没有合上")
    quote.get_by_role("button", name="没错，放行").click()
    quote.get_by_role("textbox").fill("下一段接着是他的话")
    quote.get_by_role("textbox").press("Enter")
    expect(li.page.locator("[data-proof-list] li.waived")).to_have_count(1)

    words = li.page.locator(".public-DraftEditor-content").last
    words.click()
    day = listed.filter(has=li.page.locator("mark", has_text="9月31日"))
    expect(day).to_have_count(1)
    day.get_by_role("button", name="没错，放行").click()
    day.get_by_role("textbox").fill("")
    day.get_by_role("textbox").press("Enter")
    expect(day.locator(".alarm")).to_contain_text("请写明放行的理由")
    day.get_by_role("textbox").fill("原文如此，引自旧账本")
    day.get_by_role("textbox").press("Enter")
    expect(li.page.locator("[data-proof-list] li.waived")).to_have_count(2)

    li.press("保存并送审")
    assert house.rows("select state from newsroom_story where id = ?", int(number)) == [("review",)]
    waived = house.rows("select detail from ledger_entry where deed = '放行' and piece = ?", f"story:{number}")
    assert len(waived) == 2

    wang = sit("wang", phone=True)
    wang.go(f"/desk/review/{number}/")
    assert "已放行：原文如此，引自旧账本" in wang.text()
    assert "约三公里左右" in wang.text()
