"""On phones: sent back with a reason, amended and stamped, spiked and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk, House

COPY = "老街的路灯换好了\n本报讯（记者 某某）老街的一百二十盏路灯昨晚全部换好。\n居民说，晚上买菜不用打手电了。"

MEASURE = """() => {
  const shown = (one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const scrolls = (one) => one.scrollWidth > one.clientWidth + 1
    && (one === document.documentElement || ["auto", "scroll"].includes(getComputedStyle(one).overflowX));
  const wide = [...document.querySelectorAll("html, body, #wrapper, #main, main")].filter(scrolls).map((one) => one.tagName);
  const buttons = [...document.querySelectorAll("main :is(button, .button, summary, input[type=submit])")].filter(shown);
  const low = buttons.filter((one) => one.getBoundingClientRect().height < 39.5)
    .map((one) => `${one.innerText || one.getAttribute("aria-label") || one.outerHTML.slice(0, 90)} ${one.getBoundingClientRect().height}`);
  return [wide, buttons.length, low];
}"""


def fits(desk: Desk) -> None:
    """Nothing scrolls sideways, and a thumb hits every button."""
    wide, buttons, low = desk.page.evaluate(MEASURE)
    assert (wide, low) == ([], []), f"{desk.page.url} {wide} {low}"
    assert buttons or "/review/" in desk.page.url


def stamp(desk: Desk, number: str, button: str) -> None:
    desk.go(f"/desk/review/{number}/")
    desk.page.fill("#pin-stamp", desk.pin)
    desk.press(button)
    expect(desk.page.get_by_text("已审签。")).to_be_visible()


def state(house: House, number: str) -> tuple[str, str]:
    return house.rows("select state, version from newsroom_story where id = ?", int(number))[0]  # type: ignore[return-value]


def stamps(house: House, version: str) -> list[tuple[str, str]]:
    return house.rows("select person, stage from review_stamp where version_id = ? order by id", version)  # type: ignore[return-value]


def test_a_story_goes_back_is_amended_and_spiked_and_comes_again_on_phones(
    house: House, sit: Callable[..., Desk]
) -> None:
    li, wang, zhou, zhao = sit("li", phone=True), sit("wang", phone=True), sit("zhou", phone=True), sit("zhao", phone=True)
    number = li.file(COPY)
    li.edit(number)
    fits(li)
    li.page.select_option("select[name=section]", label="民生")
    li.press("保存并送审")
    expect(li.page.get_by_text("已送审")).to_be_visible()

    wang.go("/desk/review/")
    fits(wang)
    wang.page.get_by_role("link", name="老街的路灯换好了").click()
    expect(wang.page.locator("#pin-stamp")).to_be_visible()
    fits(wang)
    wang.page.get_by_text("退稿或毙稿").click()
    fits(wang)
    wang.press("退稿")
    assert state(house, number)[0] == "review"  # without a reason nothing happens
    wang.page.fill("#reason-back", "盏数请再核一遍")
    wang.page.get_by_role("button", name="退稿", exact=True).click()
    expect(wang.page.get_by_text("已退稿。")).to_be_visible()
    assert state(house, number)[0] == "draft"

    li.edit(number)
    expect(li.page.get_by_text("退稿意见：盏数请再核一遍")).to_be_visible()
    fits(li)
    li.page.fill("input[name=deck]", "共一百二十四盏")
    li.press("保存并送审")
    expect(li.page.get_by_text("已送审")).to_be_visible()
    assert "退稿意见" not in li.text()

    stamp(wang, number, "初审通过并盖章")
    seen = state(house, number)[1]
    assert stamps(house, seen) == [("wang", "first")]

    zhou.go(f"/desk/review/{number}/")
    fits(zhou)
    zhou.press("先修改")
    fits(zhou)
    zhou.page.fill("input[name=deck]", "共换一百二十四盏")
    zhou.press("改好了，回去审签")
    expect(zhou.page.get_by_text("先前的审签已失效")).to_be_visible()
    fits(zhou)
    stamp(zhou, number, "复审通过并盖章")
    amended = state(house, number)[1]
    assert amended != seen
    assert stamps(house, amended) == [("zhou", "second")], "wang's stamp was for other words"

    wang.go(f"/desk/review/{number}/")
    assert "与你上次审签的那一稿相比" in wang.text()
    assert wang.page.locator(".changes ins").first.inner_text() == "换"
    stamp(wang, number, "初审通过并盖章")
    stamp(zhao, number, "终审通过并盖章")
    assert stamps(house, amended) == [("zhou", "second"), ("wang", "first"), ("zhao", "final")]
    assert state(house, number) == ("ready", amended)

    zhao.go(f"/desk/review/{number}/")
    fits(zhao)
    zhao.page.get_by_text("退稿或毙稿").click()
    zhao.page.fill("#reason-back", "与昨天的一篇重复")
    zhao.press("毙稿")
    expect(zhao.page.get_by_text("已毙稿")).to_be_visible()
    assert state(house, number)[0] == "spiked"
    assert "毙稿理由：与昨天的一篇重复" in zhao.text()
    assert house.get(f"/a/{number}/")[0] == 404
    wang.go("/desk/review/")
    assert "老街的路灯" not in wang.text()

    li.go(f"/desk/review/{number}/")
    fits(li)
    li.press("恢复为草稿")
    expect(li.page.get_by_text("已恢复为草稿。")).to_be_visible()
    assert state(house, number)[0] == "draft"
    li.edit(number)
    li.press("保存并送审")
    expect(li.page.get_by_text("已送审")).to_be_visible()
    assert stamps(house, state(house, number)[1]) == [], "stamps from before do not count again"
