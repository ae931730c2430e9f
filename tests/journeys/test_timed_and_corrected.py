"""Released for a moment, called off, released for another; then corrected, and withdrawn with a word to readers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.test_sent_back import fits, stamp

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk, House

COPY = "城南桥明晚封闭检修\n本报讯（记者 某某）城南桥明晚八时起封闭检修，行人请走上游的木桥。\n检修三十二块桥板，后天早上通车。"
LINE = "第二段“三十二块”应为“三十六块”。"


def schedule(zhao: Desk, number: str, seconds: int) -> datetime:
    """Released for so many seconds ahead; for later when the machine is so slow that the moment has passed by then."""
    for more in (0, 10, 60, 300):
        zhao.go(f"/desk/review/{number}/")
        zhao.page.locator("summary", has_text="定时刊出、到期撤下").click()
        fits(zhao)
        at = (datetime.now(UTC) + timedelta(seconds=seconds + more)).replace(microsecond=0)
        at += timedelta(seconds=not at.second)  # a browser writes a full minute otherwise
        zhao.page.fill("#at-schedule", f"{at.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M:%S}")
        zhao.page.fill("#pin-schedule", zhao.pin)
        zhao.press("按时间签发")
        if "已签发，将于" in zhao.page.inner_text("body"):
            return at
    raise AssertionError(zhao.text())


def reviewed(house: House, desks: tuple[Desk, ...], number: str) -> None:
    for desk, button in zip(desks, ("初审通过并盖章", "复审通过并盖章", "终审通过并盖章"), strict=True):
        stamp(desk, number, button)


def wait_for(house: House, path: str, words: str, status: int = 200) -> str:
    for _ in range(600):
        answered, page = house.get(path)
        if answered == status and words in page.decode():
            return page.decode()
        time.sleep(0.1)
    raise AssertionError((path, words, answered))


@pytest.mark.prove  # it waits for moments; the rooms tests walk the same way with a clock of their own
def test_a_story_comes_out_at_its_moment_not_at_one_that_was_called_off_and_is_corrected_in_public(
    house: House, sit: Callable[..., Desk]
) -> None:
    li, wang, zhou, zhao = sit("li"), sit("wang", phone=True), sit("zhou", phone=True), sit("zhao", phone=True)
    number = li.file(COPY)
    li.edit(number)
    li.page.select_option("select[name=section]", label="民生")
    li.press("保存并送审")
    reviewed(house, (wang, zhou, zhao), number)

    schedule(zhao, number, 24 * 3600)
    zhao.page.fill("#pin-move", zhao.pin)
    fits(zhao)
    zhao.press("取消定时")
    expect(zhao.page.get_by_text("已取消定时")).to_be_visible()
    due = schedule(zhao, number, 5)
    while house.get(f"/a/{number}/")[0] == 404:
        assert datetime.now(UTC) < due + timedelta(seconds=120), "it did not come out"
        time.sleep(0.1)
    assert datetime.now(UTC) >= due
    for _ in range(150):  # the desk is told right after the readers are
        zhao.go(f"/desk/review/{number}/")
        if "已签发" in zhao.text():
            break
        time.sleep(0.1)

    li.go(f"/desk/review/{number}/")
    li.page.locator("summary", has_text="更正").click()
    li.page.fill("#line-correct", LINE)
    li.press("打开更正")
    expect(li.page.get_by_text("这次是更正")).to_be_visible()
    li.page.fill("input[name=deck]", "检修三十六块桥板")
    li.press("保存并送审")
    expect(li.page.get_by_text("已送审")).to_be_visible()
    assert LINE not in house.get(f"/a/{number}/")[1].decode()
    reviewed(house, (wang, zhou, zhao), number)
    zhao.go(f"/desk/review/{number}/")
    zhao.page.fill("#pin-release", zhao.pin)
    zhao.press("签发")
    shown = wait_for(house, f"/a/{number}/", LINE)
    assert 'href="/corrections/"' in shown
    assert LINE in house.get("/corrections/")[1].decode()
    assert LINE in house.get("/corrections/feed.xml")[1].decode()

    zhao.go(f"/desk/review/{number}/")
    zhao.page.locator("summary", has_text="撤稿").last.click()
    zhao.page.fill("#reason-withdraw", "检修改期")
    zhao.page.select_option("#notice-withdraw", "expired")
    zhao.page.fill("#pin-withdraw", zhao.pin)
    fits(zhao)
    zhao.press("立即撤稿")
    wait_for(house, f"/a/{number}/", "/corrections/", 404)
    listed = house.get("/corrections/")[1].decode()
    assert (f"稿件 {number}" in listed, LINE in listed) == (True, False)
    assert house.hemei("verify", house.url).returncode == 0
