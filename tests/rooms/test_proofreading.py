"""What the proofreading finds for certain keeps a story back until it is put right or waived; a waiver stays in the record."""

from __future__ import annotations

import json

import pytest

from hemei.prose.proof import RULES
from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom import actions, content, proofing, queries
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Story
from tests.rooms.house import House, fresh, secret_word

WORD = secret_word(1)
FAULTY = "9月31日前，云台乡的春茶还要采一轮。"


def saying(house: House, *paragraphs: str) -> Story:
    story = house.write(WORD)
    blocks = [{"kind": "paragraph", "runs": [{"t": text}]} for text in paragraphs]
    story.body = json.dumps(content.stream(blocks, {}))
    story.save()
    return fresh(story)


def doubts(story: Story) -> list[proofing.Doubt]:
    return queries.doubts(story, content.content(story, site="", previous=None))


def waive(house: House, story: Story, doubt: proofing.Doubt, reason: str = "原文如此", by: str = "li") -> None:
    found = doubt.finding
    actions.waive(
        story=story, by=house.user(by), rule=found.rule, mark=doubt.mark, text=found.text, reason=reason,
        now=house.clock.tick(),
    )  # fmt: skip


def test_what_is_certainly_wrong_keeps_a_story_back_until_it_is_waived(house: House) -> None:
    story = saying(house, FAULTY)
    (doubt,) = doubts(story)
    assert (doubt.finding.level, doubt.open) == ("block", True)
    with pytest.raises(Refused, match="“9月31日”"):
        house.submit(story)
    assert fresh(story).state == "draft"
    waive(house, story, doubt)
    (doubt,) = doubts(story)
    assert (doubt.waived, doubt.open) == ("原文如此", False)
    house.submit(story)
    assert fresh(story).state == "review"
    kept = Entry.objects.get(deed="放行", piece=story.key)
    assert kept.person == "li"
    assert kept.detail == {"rule": doubt.finding.rule, "mark": doubt.mark, "text": "9月31日", "reason": "原文如此"}


def test_a_waiver_holds_when_the_words_move_and_lapses_when_they_change(house: House) -> None:
    story = saying(house, FAULTY)
    waive(house, story, doubts(story)[0])
    assert not doubts(saying_again(story, "新添的一段话。", FAULTY))[0].open
    assert doubts(saying_again(story, FAULTY.replace("云台乡", "松岗乡")))[0].open
    assert doubts(saying_again(story, FAULTY.replace("31", "32")))[0].open


def saying_again(story: Story, *paragraphs: str) -> Story:
    story.body = json.dumps(content.stream([{"kind": "paragraph", "runs": [{"t": text}]} for text in paragraphs], {}))
    story.save()
    return fresh(story)


def test_who_waives_has_an_editing_post_and_a_reason_and_names_words_that_are_there(house: House) -> None:
    story = saying(house, FAULTY)
    (doubt,) = doubts(story)
    with pytest.raises(Refused, match="没有采编岗位"):
        waive(house, story, doubt, by="chen")
    with pytest.raises(Refused, match="写明放行的理由"):
        waive(house, story, doubt, reason="  ")
    with pytest.raises(Refused, match="没有认出"):
        actions.waive(
            story=story, by=house.user("li"), rule="X99", mark="字", text="字", reason="试", now=house.clock.tick()
        )
    assert not Entry.objects.filter(deed="放行").exists()


def test_what_is_only_to_be_looked_at_keeps_nothing_back(house: House) -> None:
    story = saying(house, "今年采茶的人约三百人左右。", "到场的人不少,还有人唱起了山歌。")
    assert {doubt.finding.level for doubt in doubts(story)} == {"warn", "fix"}
    house.submit(story)
    assert fresh(story).state == "review"


def test_a_reviewers_amendment_is_proofread_before_it_is_frozen(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。")
    house.submit(story)
    saying_again(fresh(story), FAULTY)
    with pytest.raises(Refused, match="“9月31日”"):
        house.stamp(fresh(story), "wang")
    waive(house, story, doubts(fresh(story))[0], by="wang")
    house.stamp(fresh(story), "wang")
    shown = queries.case(story=fresh(story), person="zhou", now=house.clock()).doubts
    assert [doubt.waived for doubt in shown if doubt.finding.rule in RULES] == ["原文如此"]


def test_words_of_any_length_can_be_waived_and_a_screen_gets_no_more_of_them_than_it_shows(house: House) -> None:
    long = "云台乡的春茶从三月采到五月，" * 60 + "今年早三天。"
    story = saying(house, long, long)
    found = [doubt for doubt in doubts(story) if doubt.open]
    assert found
    for doubt in found:
        said = doubt.as_json()
        assert said["around"][said["at"] :].startswith(doubt.finding.text)
        assert len(said["around"]) <= len(doubt.finding.text) + 2 * proofing.SHOWN
        waive(house, story, doubt)
    assert not any(doubt.open for doubt in doubts(story))
    house.submit(story)
