"""Working together on one story: notes, restoring, templates, what was spiked, and who may do it."""

from __future__ import annotations

import json

import pytest
from django.core import signing
from django.test import Client

from hemei.rooms.ledger.models import Entry
from hemei.rooms.newsroom import content
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Story
from hemei.rooms.newsroom.together import actions, merge, queries
from hemei.rooms.newsroom.together.models import Mention, Note, Template
from hemei.rooms.newsroom.together.screens import HELD
from tests.rooms.house import House, fresh, secret_word

WORD = secret_word(7)


def saying(house: House, *paragraphs: str, story: Story | None = None, by: str = "li") -> Story:
    """A story with these paragraphs, each a block of its own, saved as the form saves it."""
    story = story or house.write(WORD)
    kept = json.loads(queries.kept_now(story)["body"])
    ids = [part["id"] for part in kept]
    blocks = [{"type": "text", "value": f"<p>{text}</p>"} for text in paragraphs]
    for block, name in zip(blocks, ids, strict=False):
        block["id"] = name
    story.body = json.dumps(blocks)
    story.save()
    story.save_revision(user=house.user(by))
    return fresh(story)


def note(house: House, story: Story, text: str, by: str = "wang", **where: str) -> Note:
    return actions.note(story=story, by=house.user(by), text=text, now=house.clock.tick(), **where)


def places(story: Story) -> list[str]:
    return [each.place for each in queries.threads(fresh(story))]


def at_the_desk(house: House, name: str) -> Client:
    client = Client()
    client.force_login(house.user(name))
    return client


def test_a_note_follows_its_words_through_edits_and_says_when_they_went(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。", "茶厂收青到夜里十点。")
    made = note(house, story, "几点？", quote="收青到夜里十点")
    assert made.block == json.loads(queries.kept_now(story)["body"])[1]["id"]
    assert places(story) == ["there"]
    story = saying(house, "云台乡的春茶开采了。", "山下的茶厂收青到夜里十点，比去年晚。", story=story)
    assert places(story) == ["there"]
    story = saying(house, "山下的茶厂收青到夜里十点，比去年晚。", "云台乡的春茶开采了。", story=story)
    assert places(story) == ["moved"]
    story = saying(house, "茶厂收青到夜里九点。", story=story)
    assert places(story) == ["changed"]
    assert "原文已改" in at_the_desk(house, "wang").get(f"/desk/review/{story.pk}/").content.decode()


def test_a_note_is_answered_settled_and_opened_again_and_all_of_it_is_in_the_ledger(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。")
    made = note(house, story, "标题太长", field="headline", quote="春茶开采")
    actions.reply(to=made, by=house.user("li"), text="改短了。", now=house.clock.tick())
    actions.settle(note=made, by=house.user("wang"), now=house.clock.tick())
    with pytest.raises(Refused, match="已经办结"):
        actions.reply(to=made, by=house.user("li"), text="再说一句。", now=house.clock.tick())
    with pytest.raises(Refused, match="刚有变化"):
        actions.settle(note=made, by=house.user("li"), now=house.clock.tick())
    assert queries.open_notes(story) == 0
    actions.settle(note=made, by=house.user("li"), now=house.clock.tick(), again=True)
    assert queries.with_open_notes([story.pk]) == {story.pk: 1}
    deeds = Entry.objects.filter(piece=story.key, detail__note=made.pk).order_by("number")
    assert [(each.deed, each.person) for each in deeds] == [
        ("批注", "wang"), ("回复批注", "li"), ("办结批注", "wang"), ("重开批注", "li"),
    ]  # fmt: skip


def test_who_is_mentioned_is_told_once_and_has_seen_it_when_the_story_is_opened(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。")
    note(house, story, "请@李记者 和＠周主任看，@李记者@王编辑 @钱代班先不用，@陈通讯 没有采编岗位，@无此人")
    assert sorted(Mention.objects.values_list("person", flat=True)) == ["li", "qian", "zhou"]
    assert (queries.unseen("li"), queries.unseen("wang"), queries.unseen("chen")) == (1, 0, 0)
    li = at_the_desk(house, "li")
    assert "1 条未看" in li.get("/desk/").content.decode()
    assert "请@李记者" in li.get("/desk/notes/").content.decode()
    assert queries.unseen("li") == 1
    li.get(f"/desk/review/{story.pk}/")
    assert (queries.unseen("li"), queries.unseen("zhou")) == (0, 1)
    assert not queries.mentions("li")[0].settled


def test_notes_are_refused_in_words_to_who_may_not_or_says_too_much(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。")
    for by, text, where, why in (
        ("chen", "看看", {}, "没有采编岗位"),
        ("li", " \r\n ", {}, "请写下要说的话"),
        ("li", "长" * 1001, {}, "最多 1000 字，这条有 1001 字"),
        ("li", "看看", {"field": "state"}, "没有认出"),
    ):
        with pytest.raises(Refused, match=why):
            note(house, story, text, by, **where)
    Note.objects.bulk_create(Note(story=story, text="满", person="li", time=house.clock()) for _ in range(500))
    with pytest.raises(Refused, match="已有 500 条"):
        note(house, story, "再来")
    assert Entry.objects.filter(deed="批注").count() == 0


def test_the_panel_and_the_phone_speak_to_the_same_notes_and_only_to_editors(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。", "<b>茶厂</b>收青。")
    block = json.loads(queries.kept_now(story)["body"])[1]["id"]
    wang, chen = at_the_desk(house, "wang"), at_the_desk(house, "chen")
    path = f"/desk/notes/{story.pk}/"
    screen = wang.get(f"/desk/review/{story.pk}/").content.decode()
    assert f'value="quote:{block}:茶厂收青。"' in screen
    sent = {"at": f"quote:{block}:茶厂收青。", "text": "<script>哪个茶厂？</script>"}
    assert wang.post(path + "add/", sent).status_code == 302
    assert "&lt;script&gt;哪个茶厂" in wang.get(f"/desk/review/{story.pk}/").content.decode()
    told = wang.get(path).json()["threads"]
    assert [(each["quote"], each["place"]) for each in told] == [("茶厂收青。", "there")]
    refused = wang.post(path + "add/", {"text": ""}, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()) == (409, {"why": "请写下要说的话。"})
    number = Note.objects.get().pk
    assert wang.post(path + "settle/", {"note": number}, headers={"accept": "application/json"}).status_code == 200
    for hostile in ("", "0", "9" * 30, "１", "²", "x"):
        assert wang.post(path + "reply/", {"note": hostile, "text": "？"}).status_code == 404
    for method, address in (
        ("get", path), ("post", path + "add/"), ("get", "/desk/notes/"), ("post", f"/desk/here/{story.pk}/"),
        ("get", f"/desk/history/{story.pk}/"), ("post", f"/desk/history/{story.pk}/restore/"), ("get", "/desk/spiked/"),
        ("post", f"/desk/merge/{story.pk}/"), ("get", "/desk/templates/"), ("post", "/desk/templates/1/write/"),
        ("post", f"/desk/templates/keep/{story.pk}/"),
    ):  # fmt: skip
        assert getattr(chen, method)(address).status_code == 302, address
    assert Note.objects.count() == 1


def test_open_notes_do_not_keep_a_story_back_and_are_told(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。")
    note(house, story, "数字再核一遍。")
    house.submit(story)
    wang = at_the_desk(house, "wang")
    assert "1 条批注未办结" in wang.get("/desk/review/").content.decode()
    assert "不妨碍审签" in wang.get(f"/desk/review/{story.pk}/").content.decode()
    house.stamp(story, "wang")


def test_two_people_on_the_same_case_see_each_other(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。")
    wang, zhou = at_the_desk(house, "wang"), at_the_desk(house, "zhou")
    first = wang.post(f"/desk/here/{story.pk}/").json()
    assert first["here"] == []
    second = zhou.post(f"/desk/here/{story.pk}/").json()
    assert second["here"] == ["王编辑在看"]
    assert wang.post(f"/desk/here/{story.pk}/", {"session": first["session"]}).json() == {
        "session": first["session"], "here": ["周主任在看"],
    }  # fmt: skip
    li = at_the_desk(house, "li")
    assert "王编辑在看、周主任在看" in li.get("/desk/snippets/newsroom/story/").content.decode()
    wang.post(f"/desk/here/{story.pk}/", {"session": first["session"], "gone": "1"})
    assert zhou.post(f"/desk/here/{story.pk}/", {"session": second["session"]}).json()["here"] == []
    zhou.post(f"/desk/here/{story.pk}/", {"session": first["session"], "gone": "1"})  # not one's own


def test_any_two_states_are_compared_and_an_earlier_one_comes_back_and_goes_again(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。")
    house.submit(story)
    house.send_back(story, "wang")
    story = saying(house, "云台乡的春茶全开采了。", story=fresh(story))
    states = queries.moments(story)
    version = next(each for each in states if each.name[0] == "v")
    latest = next(each for each in states if each.now)
    li = at_the_desk(house, "li")
    screen = li.get(f"/desk/history/{story.pk}/", {"a": latest.name, "b": version.name}).content.decode()
    assert "<ins>全</ins>" in screen
    assert "定稿第 1 稿" in screen
    done = li.post(f"/desk/history/{story.pk}/restore/", {"name": version.name}, follow=True)
    assert "已恢复" in done.content.decode()
    assert "撤销刚才的恢复" in done.content.decode()
    assert content.content(fresh(story), site="", previous=None)["body"][0]["runs"][0]["t"] == "云台乡的春茶开采了。"
    restored = Entry.objects.filter(piece=story.key, deed="改稿").latest("number")
    assert (restored.person, restored.detail) == ("li", {"restored": "定稿第 1 稿"})
    li.post(f"/desk/history/{story.pk}/restore/", {"name": latest.name})
    assert content.content(fresh(story), site="", previous=None)["body"][0]["runs"][0]["t"] == "云台乡的春茶全开采了。"


def test_nothing_is_restored_where_the_words_may_not_be_changed_or_from_another_story(house: House) -> None:
    story, other = saying(house, "云台乡的春茶开采了。"), saying(house, "另一篇。")
    foreign = queries.moments(other)[0].name
    for name in (foreign, "", "r", "r0", "rx", "r" + "9" * 40, "v" + "0" * 64):
        with pytest.raises(Refused, match="没有找到"):
            actions.restore(story=story, by=house.user("li"), name=name, now=house.clock.tick())
        assert at_the_desk(house, "li").get(f"/desk/history/{story.pk}/", {"a": name, "b": name}).status_code == 200
    house.submit(story)
    with pytest.raises(Refused, match="正在审稿"):
        actions.restore(story=story, by=house.user("li"), name=queries.moments(story)[-1].name, now=house.clock.tick())
    assert not Entry.objects.filter(detail__has_key="restored").exists()


def test_words_that_no_draft_holds_are_kept_before_an_earlier_state_replaces_them(house: House) -> None:
    story = saying(house, "云台乡的春茶开采了。")
    Story.objects.filter(pk=story.pk).update(headline="只在稿件里的标题")
    before = actions.restore(
        story=story, by=house.user("li"), name=queries.moments(story)[0].name, now=house.clock.tick()
    )
    assert fresh(story).headline != "只在稿件里的标题"
    actions.restore(story=story, by=house.user("li"), name=before, now=house.clock.tick())
    assert fresh(story).headline == "只在稿件里的标题"


def test_a_merge_is_asked_again_when_somebody_saved_meanwhile_and_nothing_was_written(house: House) -> None:
    story = saying(house, "甲。", "乙。")
    seen = queries.state_name(story)
    saying(house, "甲。", "乙二。", story=story, by="zhou")
    state = queries.state(story)
    with pytest.raises(actions.Changed, match="又有人存过"):
        actions.save_merged(
            story=story, by=house.user("li"), fields=state.fields, body=state.body, seen=seen, other="周主任",
            now=house.clock.tick(),
        )  # fmt: skip
    assert [unit.words for unit in queries.state(fresh(story)).body] == ["甲。", "乙二。"]


def test_a_merge_with_forged_or_unfit_content_writes_nothing_and_says_why(house: House) -> None:
    story, other = saying(house, "甲。"), saying(house, "乙。")
    li, path = at_the_desk(house, "li"), f"/desk/merge/{story.pk}/"
    kept, latest = queries.kept_now(story), story.latest_revision
    began = [str(latest.pk), latest.created_at.isoformat(), ""]
    mine = {**kept, "headline": "我的标题", "lead": 99}

    def held(number: int = story.pk) -> str:
        return signing.dumps([number, mine, began], salt=HELD, compress=True)

    for forged in ("", "x", held()[:-3] + "abc", held(other.pk), json.dumps([story.pk, mine, began])):
        assert li.post(path, {"held": forged}).status_code == 400, forged
    story.headline = "对方的标题"
    story.save()
    story.save_revision(user=house.user("zhou"))
    sent = {"held": held(), "seen": queries.state_name(fresh(story))}
    asked = merge.merge(merge.State.of(kept), merge.State.of(mine), queries.state(fresh(story))).field_conflicts
    answer = {f"choice-{asked[0].name}": "edit", f"words-{asked[0].name}": "长" * 300}
    for choice, why in (({}, "还有地方没有选"), (answer, "“主题”：")):
        done = li.post(path, sent | choice)
        assert (done.status_code, why in done.content.decode()) == (409, True)
        assert fresh(story).headline == "对方的标题"
    done = li.post(path, sent | {f"choice-{asked[0].name}": "mine"}, follow=True)
    assert "已合好保存" in done.content.decode()
    assert (fresh(story).headline, fresh(story).lead) == ("我的标题", None)  # the picture has gone from the library


def test_four_templates_ship_and_what_they_leave_open_keeps_a_story_back(house: House) -> None:
    assert Template.objects.count() == 4
    template = Template.objects.get(name="天气预报")
    story = actions.write_from(template=template, by=house.user("li"), now=house.clock.tick())
    places = Entry.objects.get(piece=story.key, deed="用模板").detail["places"]
    assert places[0] == "日期"
    assert "给读者的提醒" in places
    story.section_id = "yaowen"
    story.save()
    with pytest.raises(Refused, match="这里还没有填"):
        house.submit(story)
    story = house.edit(story, WORD, source="气象台")  # every place is filled in now
    story.kicker = "【记者观察】"  # a label, not a place of the template
    story.save()
    house.submit(story)
    assert fresh(story).state == "review"


def test_a_story_becomes_a_template_and_a_template_a_story_without_its_ids(house: House) -> None:
    story = saying(house, "【日期】云台乡的春茶开采了。")
    made = actions.template_of(story=story, by=house.user("li"), name=" 春茶 ", now=house.clock.tick())
    assert (made.name, made.headline, made.section_id) == ("春茶", story.headline, "yaowen")
    for name, why in (("春茶", "已经有叫"), ("  ", "起个名字")):
        with pytest.raises(Refused, match=why):
            actions.template_of(story=story, by=house.user("li"), name=name, now=house.clock.tick())
    again = actions.write_from(template=made, by=house.user("li"), now=house.clock.tick())
    assert [unit.words for unit in queries.state(again).body] == ["【日期】云台乡的春茶开采了。"]
    assert json.loads(queries.kept_now(again)["body"])[0]["id"] != json.loads(queries.kept_now(story)["body"])[0]["id"]
    with pytest.raises(Refused, match="没有采编岗位"):
        actions.write_from(template=made, by=house.user("chen"), now=house.clock.tick())
    li, chen = at_the_desk(house, "li"), at_the_desk(house, "chen")
    address = f"/desk/snippets/newsroom/template/edit/{made.pk}/"
    assert (li.get(address).status_code, chen.get(address).status_code) == (200, 302)


def test_spiked_stories_are_found_by_words_of_title_text_or_reason_and_revived(house: House) -> None:
    story, other = saying(house, "茶厂收青到夜里十点。"), saying(house, "水库放水。")
    for one, reason in ((story, "重复了，上周发过。"), (other, "数字不实。")):
        house.submit(one)
        house.send_back(one, "wang", reason, spike=True)
    li = at_the_desk(house, "li")

    def found(words: str) -> list[str]:
        return [each.reason for each in queries.spiked(words, page=0)[0]]

    assert found("") == ["数字不实。", "重复了，上周发过。"]
    assert found("收青") == found("上周") == found("青到 发过") == ["重复了，上周发过。"]
    assert found(WORD) == ["数字不实。", "重复了，上周发过。"]
    assert found("没有这个词") == found("%") == found("收青 水库") == []
    screen = li.get("/desk/spiked/", {"q": "收青"}).content.decode()
    assert "重复了，上周发过。" in screen
    assert "王编辑" in screen
    li.post(f"/desk/review/{story.pk}/revive/")
    assert found("收青") == []


def test_two_texts_of_fifty_thousand_characters_are_compared_in_few_steps() -> None:
    from hemei.rooms.newsroom import rules
    from hemei.rooms.newsroom.together import align

    line = "甲乙" * 25_000
    taken = align.Allowance()
    assert align.within(line, line[::-1] + "丙", taken)
    parts = rules.difference([("正文", line)], [("正文", line[:25_000] + "改" + line[25_001:])])[0][2]
    assert [state for state, _ in parts] == ["same", "removed", "added", "same"]
    assert taken.cells > 0


def test_a_merge_unit_is_a_paragraph_an_item_or_a_block() -> None:
    assert merge.State.of({"body": None}).body == ()
