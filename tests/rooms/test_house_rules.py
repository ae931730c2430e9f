"""The house's own rules in the desk: shown beside the words, blocking when so set, changed by whoever signs last, recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from hemei.prose.house_rules import DEFAULT, Asked, Contradiction
from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom import actions, content, queries
from hemei.rooms.newsroom import house as manners
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.house import NotChanged
from hemei.rooms.newsroom.models import HouseRules, Story
from tests.rooms.house import House, fresh, secret_word

URL = "/desk/house-rules/"


def strict(kind: str, **changed: Any) -> list[Asked]:
    """The set that ships, with one rule blocking."""
    return [replace(each, level="block", **changed) if each.kind == kind else each for each in DEFAULT]


def sitting(desk: House, name: str) -> Client:
    client = Client()
    client.force_login(desk.user(name))
    return client


def form(asked: list[Asked] | tuple[Asked, ...], seen: int) -> dict[str, Any]:
    said: dict[str, Any] = {"seen": seen}
    for each in asked:
        said |= {
            f"level-{each.kind}": each.level, f"number-{each.kind}": each.number, f"words-{each.kind}": "\n".join(each.words),
            f"why-{each.kind}": each.why, f"sections-{each.kind}": sorted(each.sections),
        }  # fmt: skip
    return said


def saying(desk: House) -> Story:
    story = desk.write(secret_word(1))
    story.body = json.dumps(content.stream([{"kind": "paragraph", "runs": [{"t": "云台乡的春茶开采了。"}]}], {}))
    story.save()
    return fresh(story)


def test_what_the_house_asks_for_certain_keeps_a_story_back_until_it_is_kept_or_waived(house: House) -> None:
    desk, story = house, saying(house)
    change(desk, strict("B04"))
    with pytest.raises(Refused, match="至少要 1 张"):
        desk.submit(story)
    (asked,) = [each for each in asked_of(story) if each.finding.rule == "B04"]
    actions.waive(
        story=story, by=desk.user("li"), rule="B04", mark=asked.mark, text=asked.finding.text, reason="没有拍到",
        now=desk.clock.tick(),
    )  # fmt: skip
    desk.submit(story)
    assert fresh(story).state == "review"
    assert Entry.objects.get(deed="放行", piece=story.key).detail["reason"] == "没有拍到"


def asked_of(story: Story) -> list[Any]:
    return queries.asked(story, content.content(story, site="", previous=None))


def change(desk: House, asked: list[Asked], by: str = "zhao", seen: int | None = None) -> list[str]:
    number = manners.now().number if seen is None else seen
    return manners.change(asked=asked, seen=number, by=desk.user(by), at=desk.clock.tick())


def test_the_set_that_ships_keeps_nothing_back(house: House) -> None:
    story = saying(house)
    assert {each.finding.level for each in asked_of(story)} == {"warn"}
    house.submit(story)
    assert fresh(story).state == "review"


def test_only_who_signs_last_changes_the_set_and_every_change_is_in_the_ledger(house: House) -> None:
    desk = house
    with pytest.raises(NotChanged, match="终审岗位"):
        change(desk, strict("B04"), by="li")
    assert change(desk, strict("B04")) == ["图片至少 1 张（留意） → 图片至少 1 张（必改）"]
    entry = Entry.objects.get(deed="改规矩")
    assert (entry.person, entry.piece, entry.detail["changes"]) == (
        "zhao",
        "house:rules",
        ["图片至少 1 张（留意） → 图片至少 1 张（必改）"],
    )
    with pytest.raises(NotChanged, match="刚改过规矩"):
        change(desk, strict("B15"), seen=0)
    with pytest.raises(NotChanged, match="和原来一样"):
        change(desk, strict("B04"))
    with pytest.raises(Contradiction, match="图片至少 2 张"):
        change(
            desk,
            [
                replace(each, level="block", number={"B04": 2, "B05": 0}[each.kind])
                if each.kind in ("B04", "B05")
                else each
                for each in DEFAULT
            ],
        )
    assert HouseRules.objects.count() == 1


def test_the_screen_shows_the_set_to_editors_and_takes_changes_of_who_may(house: House) -> None:
    desk = house
    assert sitting(desk, "chen").get(URL).status_code in (302, 403)
    seen = sitting(desk, "li").get(URL).content.decode()
    assert "本社规矩" in seen
    assert "fieldset disabled" in seen
    zhao = sitting(desk, "zhao")
    refused = zhao.post(
        URL,
        form(
            [
                replace(each, level="warn", number={"B04": 2, "B05": 0}.get(each.kind, each.number))
                if each.kind in ("B04", "B05")
                else each
                for each in DEFAULT
            ],
            0,
        ),
    )
    assert refused.status_code == 409
    assert "自相矛盾" in refused.content.decode()
    assert 'value="2"' in refused.content.decode()  # what was typed is still there
    wanted = strict("B01", number=20, sections=frozenset({"yaowen"}))
    assert zhao.post(URL, form(wanted, 0)).status_code == 302
    assert [each.as_data() for each in houses_now()] == [each.as_data() for each in wanted]
    assert "主题最多 20 字（必改，只查yaowen）" in zhao.get(URL).content.decode()
    assert zhao.post(URL, {**form(DEFAULT, 1), "number-B01": "二十"}).status_code == 409
    assert zhao.post(URL, {"seen": 1, "default": 1}).status_code == 302
    assert houses_now() == DEFAULT
    assert sitting(desk, "li").post(URL, form(wanted, 2)).status_code == 409


def houses_now() -> tuple[Asked, ...]:
    return manners.now().asked


def test_the_panel_hears_of_the_rules_of_the_length_and_of_the_script(house: House) -> None:
    desk = house
    story = saying(desk)
    told = sitting(desk, "li").post(f"/desk/proof/{story.pk}/", {"headline": "春茶开采了" * 6, "body-count": "0"}).json()
    assert {"B01", "B04"} <= {each["rule"] for each in told["house"]}
    assert told["house"][0]["why"] == "主题 30 字，最多 23 字"
    assert set(told["breath"]) == {"characters", "places", "minutes", "air", "headline", "script"}
    assert "".join(told["breath"]["headline"]) == "春茶开采了" * 6


def test_a_report_lists_what_it_asks_for_and_hands_it_out_as_a_table(house: House) -> None:
    desk = house
    story = desk.write(secret_word(2))
    said = ["会议要求，县水利局要在12月10日前完成小水库的安全排查。", "会议要求，=1+1要查清。"]
    story.body = json.dumps(content.stream([{"kind": "paragraph", "runs": [{"t": text}]} for text in said], {}))
    story.save()
    li = sitting(desk, "li")
    assert "督办线索（草稿）2 条" in li.get(f"/desk/review/{story.pk}/").content.decode()
    table = li.get(f"/desk/directives/{story.pk}/")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "要办的事,议题,谁要求,谁办,期限,可查程度,稿件"
    assert lines[1].startswith("县水利局要在12月10日前完成小水库的安全排查,,会议,县水利局,")
    assert lines[2].startswith("'=1+1要查清")
    assert sitting(desk, "chen").get(f"/desk/directives/{story.pk}/").status_code in (302, 403)
