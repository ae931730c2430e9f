"""Two people in one story: the second save is refused and merged, nothing is lost or overwritten; notes go between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk, House

COPY = "{}\n本报讯（记者 某某）北山水库昨天开始放水。\n下游三个村的水渠都已经清过一遍。"

SEND = """async ([changes, json]) => {
  const data = new FormData(document.querySelector("#w-editor-form"));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) data.delete(name); else data.set(name, value);
  }
  const headers = json ? {Accept: "application/json"} : {};
  const answer = await fetch(location.href, {method: "POST", body: data, headers});
  return [answer.status, answer.url, await answer.text()];
}"""
"""Sends what this tab's form holds, with some fields changed, without the tab's own script."""


IDS = ("loaded_revision_id", "loaded_revision_created_at", "overwrite_revision_id")


def kept(house: House, number: str) -> tuple[object, ...]:
    """The story's words, and how many drafts of it there are and what the last one's headline is."""
    return house.rows(
        "select headline, deck, body, (select count(*) from wagtailcore_revision where object_id = s.id"
        " and content_type_id = (select id from django_content_type where app_label = 'newsroom' and model = 'story')),"
        " (select json_extract(content, '$.headline') from wagtailcore_revision where id = s.latest_revision_id)"
        " from newsroom_story s where id = ?",
        int(number),
    )[0]


def type_after(desk: Desk, words: str, more: str) -> None:
    """Type at the end of the paragraph that says these words."""
    desk.page.locator(".public-DraftEditor-content [data-block=true]").filter(has_text=words).click()
    desk.page.keyboard.press("End")
    desk.page.keyboard.type(more)


def test_two_editors_collide_and_what_both_wrote_is_merged_on_one_screen(
    house: House, sit: Callable[..., Desk]
) -> None:
    li, zhou = sit("li"), sit("zhou")
    names = {one["login"]: one["name"] for one in house.logins.values()}
    number = li.file(COPY.format("水库开始放水") + "\n水管所早晚各看一次闸门。")
    li.edit(number)
    zhou.edit(number)

    li.page.fill("input[name=headline]", "水库今起放水")
    type_after(li, "水管所", "闸门都好。")
    type_after(li, "下游三个村", "村民夸水来得早。")
    li.press("保存")
    expect(li.page.locator("input[name=headline]")).to_have_count(0)  # the list follows
    first = kept(house, number)
    assert first[0] == first[4] == "水库今起放水"

    zhou.page.fill("input[name=headline]", "北山水库放水了")
    zhou.page.fill("input[name=deck]", "三个村先用上水")
    type_after(zhou, "北山水库", "放水要放十天。")
    type_after(zhou, "下游三个村", "村民说来得正是时候。")
    zhou.press("保存")
    told = zhou.page.get_by_role("alert").filter(has_text="没有保存")
    proceed = zhou.page.get_by_role("button", name="继续")  # the editor asks first when it has heard of the other's save
    expect(told.or_(proceed).first).to_be_visible()
    if proceed.is_visible():
        proceed.click()
    expect(told).to_contain_text(f"{names['li']} 在")
    expect(told).to_contain_text("两个人都改过的有 2 处")
    assert kept(house, number) == first

    # What only one of them changed stands there already, with whose it is.
    for words, whose in (
        ("闸门都好。", f"{names['li']}写的"),
        ("放水要放十天。", "你写的"),
        ("三个村先用上水", "你改的"),
    ):
        expect(zhou.page.locator(".took").filter(has_text=words)).to_contain_text(whose)
    headline = zhou.page.get_by_role("group", name="主题")
    both = zhou.page.get_by_role("group", name="两个人都改过")
    for side in ("北山水库放水了", "水库今起放水"):
        expect(headline).to_contain_text(side)
    for side in ("村民夸水来得早。", "村民说来得正是时候。"):
        expect(both).to_contain_text(side)
    headline.get_by_text("改写成").click()
    headline.get_by_role("textbox").fill("北山水库今起放水")
    both.get_by_text("两边都要").click()

    # li saves once more meanwhile: nothing is overwritten, and what zhou has chosen stays.
    li.edit(number)
    li.page.fill("input[name=deck]", "水渠都已清过")
    li.press("保存")
    expect(li.page.locator("input[name=headline]")).to_have_count(0)
    second = kept(house, number)
    zhou.press("保存合好的稿子")
    expect(zhou.page.get_by_role("alert").first).to_contain_text("还有地方没有选")
    assert kept(house, number) == second
    expect(headline.get_by_role("textbox")).to_have_value("北山水库今起放水")
    zhou.page.get_by_role("group", name="副题").get_by_text("三个村先用上水").click()
    zhou.press("保存合好的稿子")

    expect(zhou.page.locator("input[name=headline]")).to_have_value("北山水库今起放水")
    merged = kept(house, number)
    assert (merged[0], merged[1], merged[4]) == ("北山水库今起放水", "三个村先用上水", "北山水库今起放水")
    body = json.dumps(json.loads(str(merged[2])), ensure_ascii=False)
    for words in ("闸门都好。", "放水要放十天。", "村民夸水来得早。", "村民说来得正是时候。"):
        assert body.count(words) == 1, words
    drafts = house.rows(
        "select json_extract(content, '$.headline') from wagtailcore_revision where object_id = ?", number
    )
    assert ("水库今起放水",) in drafts, "what li wrote can be fetched back"
    deed = house.rows("select detail from ledger_entry where piece = ? order by number desc limit 1", f"story:{number}")
    assert json.loads(deed[0][0]) == {"merged": names["li"]}


def test_a_note_on_words_reaches_who_is_named_and_is_answered_from_a_phone(
    house: House, sit: Callable[..., Desk]
) -> None:
    li, zhou = sit("li"), sit("zhou", phone=True)
    name = next(one["name"] for one in house.logins.values() if one["login"] == "zhou")
    number = li.file(COPY.format("水渠清过一遍"))
    li.edit(number)
    li.page.get_by_role("button", name="批注", exact=True).first.click()
    box = li.page.locator("[data-note-text]")
    expect(box).to_be_visible()
    words = li.page.locator(".public-DraftEditor-content [data-block=true]").filter(has_text="下游三个村")
    words.click(click_count=3)
    expect(li.page.locator("[data-note-quote]")).to_contain_text("下游三个村")
    box.fill("清了几里？请 @")
    box.press_sequentially(name[0])
    li.page.locator(".names").get_by_role("button", name=name).click()
    li.page.locator("[data-note-add]").click()
    expect(li.page.locator("[data-note-list] .thread")).to_contain_text(f"清了几里？请 @{name}")
    marked = "() => CSS.highlights.get('note')?.size ?? 0"
    assert li.page.evaluate(marked) == 1
    li.press("保存")

    zhou.go("/desk/")
    assert "1 条未看" in zhou.text()
    zhou.page.locator(".rows").get_by_role("link", name="水渠清过一遍").first.click()
    thread = zhou.page.locator(".thread")
    expect(thread).to_contain_text("下游三个村的水渠都已经清过一遍。")
    thread.get_by_text("回复", exact=True).first.click()
    thread.get_by_role("textbox").fill("一共六里。")
    thread.get_by_role("button", name="回复").click()
    expect(zhou.page.locator(".thread .reply")).to_contain_text("一共六里。")
    zhou.page.locator(".thread").get_by_role("button", name="办结").click()
    expect(zhou.page.locator(".thread.settled")).to_contain_text("已办结")
    zhou.go("/desk/")
    assert "未看" not in zhou.text()


@pytest.mark.parametrize("autosave", [False, True], ids=["saved", "autosaved"])
def test_a_tab_that_names_no_state_an_old_one_or_a_forged_one_overwrites_nothing(
    house: House, sit: Callable[..., Desk], autosave: bool
) -> None:
    li, zhou = sit("li"), sit("zhou")
    number = li.file(COPY.format("水渠清淤"))
    zhou.edit(number)  # the tab that grows old
    old = {name: zhou.page.locator(f"input[name={name}]").first.input_value() for name in IDS[:2]}
    nothing = dict.fromkeys(IDS)
    li.edit(number)
    status, _, said = li.page.evaluate(SEND, [{"headline": "水渠清好了"}, autosave])
    assert status == 200, said
    latest, made = house.rows(
        "select r.id, r.created_at from wagtailcore_revision r join newsroom_story s on s.latest_revision_id = r.id"
        " where s.id = ?",
        int(number),
    )[0]
    before = kept(house, number)
    assert before[0] == "水渠清好了"

    hostile = {
        "names none": nothing,
        "names the one it started from": old,
        "names one that never was": nothing
        | {"loaded_revision_id": "99999999", "loaded_revision_created_at": str(made)},
        "overwrites one that never was": nothing | {"overwrite_revision_id": "99999999"},
        "overwrites the other's": nothing | {"overwrite_revision_id": str(latest)},
        "names no number": nothing | {"overwrite_revision_id": "一'--"},
        "names the last with an old time": {**old, "loaded_revision_id": str(latest)},
    }
    for what, ids in hostile.items():
        status, _, said = zhou.page.evaluate(SEND, [{"headline": "盖掉了", **ids}, autosave])
        assert kept(house, number) == before, what
        assert status < 500, (what, said)
        told = json.loads(said).get("error_message", "") if autosave else said
        assert "保存" in told or "存过" in told, (what, told)

    # One's own autosave may be under way when the button is pressed; a tab from before it is another matter.
    li.edit(number)
    status, _, _ = li.page.evaluate(SEND, [{"headline": "水渠全清好了"}, False])
    before = kept(house, number)
    assert before[0] == "水渠全清好了"
    for what in ("names the one it started from", "names one that never was", "names none"):
        li.edit(number)
        li.page.evaluate(SEND, [{"headline": "盖掉了", **hostile[what]}, autosave])
        assert kept(house, number) == before, what
