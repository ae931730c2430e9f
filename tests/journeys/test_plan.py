"""选题 through screens alone: proposed on a phone, decided with a car that somebody has, covered, and begun as a story."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journeys.test_sent_back import fits

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk, House

TITLE = "县图书馆新馆搬家第一天"


def test_a_topic_is_proposed_decided_given_a_car_and_written(house: House, sit: Callable[..., Desk]) -> None:
    chen, wang, li = sit("chen", phone=True), sit("wang"), sit("li", phone=True)
    [taken] = house.rows(
        "select date(t.starts, '+8 hours') from plan_topic t join plan_topic_gear g on g.topic_id = t.id"
        " join plan_gear c on c.id = g.gear_id where c.name = '采访车一号' and t.state = 'decided' limit 1"
    )

    # the correspondent, on a phone, has three things to fill in
    chen.go("/desk/plan/")
    fits(chen)
    chen.press("报题")
    fits(chen)
    chen.page.fill("[name=title]", TITLE)
    chen.page.fill("[name=day]", str(taken[0]))
    chen.page.fill("[name=begins]", "09:00")
    chen.page.get_by_role("button", name="报题", exact=True).click()
    expect(chen.page.get_by_text(f"已报题《{TITLE}》。")).to_be_visible()
    fits(chen)
    expect(chen.page.get_by_role("link", name="定题、派工")).to_have_count(0)

    # the editor decides at a desk, and is told who has the car
    wang.go("/desk/plan/")
    wang.page.locator(".column").filter(has_text="报题").get_by_role("link", name=TITLE).click()
    wang.press("定题、派工")
    expect(wang.page.get_by_text("采访车一号这段时间已派给").first).to_be_visible()
    wang.page.get_by_role("group", name="文字").get_by_label("李禾穗").check()
    wang.page.get_by_role("group", name="摄影摄像").get_by_label("陈麦冬").check()
    wang.page.get_by_label("采访车一号").check()
    wang.page.fill("[name=deadline_0]", str(taken[0]))
    wang.press("定下")
    expect(wang.page.get_by_text("采访车一号：同一时间也派给了").first).to_be_visible()
    wang.press("派工")
    wang.page.get_by_label("采访车一号").uncheck()
    wang.page.get_by_label("采访车二号").check()
    wang.press("保存")
    expect(wang.page.get_by_text("采访车一号：同一时间也派给了")).to_have_count(0)

    # the reporter finds it on a phone, in the calendar too, and writes
    li.go(f"/desk/plan/calendar/?view=week&day={taken[0]}")
    fits(li)
    li.page.get_by_role("link", name=TITLE).first.click()
    expect(li.page.get_by_role("button", name="开始采访")).to_be_visible()
    fits(li)
    li.press("开始采访")
    li.page.get_by_role("button", name="写稿").click()
    li.page.wait_for_url("**/desk/snippets/newsroom/story/edit/*/", wait_until="domcontentloaded")
    assert li.page.input_value("[name=headline]") == TITLE
    assert li.page.input_value("[name=byline]") == "记者 李禾穗\u3000摄影 陈麦冬"
    number = re.search(r"/edit/(\d+)/", li.page.url)
    assert number
    assert house.rows("select state, hands from newsroom_story where id = ?", int(number[1])) == [("draft", '["li"]')]

    # the board has it where it stands; on a phone one column at a time
    li.go("/desk/plan/?column=written")
    fits(li)
    expect(li.page.locator(".column:visible")).to_have_count(1)
    expect(li.page.locator(".column:visible").get_by_role("link", name=TITLE)).to_be_visible()
    wang.go("/desk/plan/")
    expect(wang.page.locator(".column:visible")).to_have_count(5)

    # what was done is told, and the last of it can be undone
    wang.page.get_by_role("link", name=TITLE).click()
    expect(wang.page.locator(".history li")).to_have_count(5)
    assert [line.split()[2] for line in wang.page.locator(".history li").all_inner_texts()] == [
        "报题", "定题", "派工", "开始采访", "写稿",
    ]  # fmt: skip
    wang.press("撤销“写稿”")
    expect(wang.page.get_by_text("已撤销“写稿”。")).to_be_visible()
    assert house.rows("select state from plan_topic where title = ?", TITLE) == [("covering",)]
    assert house.rows("select count(*) from newsroom_story where id = ?", int(number[1])) == [(1,)]
