"""Two people in one story: the second save is refused, both texts are shown, and neither is lost or overwritten."""

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


def test_the_second_save_is_refused_with_both_texts_and_may_then_be_made_knowingly(
    house: House, sit: Callable[..., Desk]
) -> None:
    li, zhou = sit("li"), sit("zhou")
    number = li.file(COPY.format("水库开始放水"))
    li.edit(number)
    zhou.edit(number)

    li.page.fill("input[name=headline]", "水库今起放水")
    li.press("保存")
    expect(li.page.locator("input[name=headline]")).to_have_count(0)  # the list follows
    first = kept(house, number)
    assert first[0] == first[4] == "水库今起放水"

    zhou.page.fill("input[name=headline]", "北山水库放水了")
    zhou.page.fill("input[name=deck]", "三个村先用上水")
    words = zhou.page.locator(".public-DraftEditor-content").last
    words.click()
    zhou.page.keyboard.press("Control+End")
    zhou.page.keyboard.type("村民说来得正是时候。")
    zhou.press("保存")
    collision = zhou.page.get_by_role("alert").filter(has_text="没有保存")
    expect(collision).to_be_visible()
    assert kept(house, number) == first

    names = {one["login"]: one["name"] for one in house.logins.values()}
    assert names["li"] in collision.inner_text()
    added = "".join(collision.locator("ins").all_inner_texts())
    removed = "".join(collision.locator("del").all_inner_texts())
    assert "今起" in removed
    for mine in ("三个村先用上水", "村民说来得正是时候。"):
        assert mine in added, mine
    expect(zhou.page.locator("input[name=headline]")).to_have_value("北山水库放水了")
    expect(zhou.page.locator("input[name=deck]")).to_have_value("三个村先用上水")
    expect(zhou.page.locator(".public-DraftEditor-content").last).to_contain_text("村民说来得正是时候。")
    assert "w-autosave" not in (zhou.page.locator("#w-editor-form").get_attribute("data-controller") or "")

    zhou.press("保存")  # having seen both
    expect(zhou.page.locator("input[name=headline]")).to_have_count(0)
    second = kept(house, number)
    assert (second[0], second[1], second[4]) == ("北山水库放水了", "三个村先用上水", "北山水库放水了")
    assert "村民说来得正是时候。" in json.dumps(json.loads(str(second[2])), ensure_ascii=False)
    drafts = house.rows("select json_extract(content, '$.headline') from wagtailcore_revision where object_id = ?", number)
    assert ("水库今起放水",) in drafts, "what li wrote can be fetched back"


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
        "names one that never was": nothing | {"loaded_revision_id": "99999999", "loaded_revision_created_at": str(made)},
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
