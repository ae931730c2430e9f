"""What the desk's own screens say: names instead of codes, one message a deed, and nothing in the browser's language."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from wagtail.admin.templatetags.wagtailadmin_tags import timesince_simple

from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import content, queries
from hemei.rooms.newsroom.models import Section, Story
from tests.rooms.house import fresh

FORM = {"body-count": "0", "kicker": "", "deck": "", "tags": "", "lead": "", "date": "", "gist": ""}


@pytest.fixture
def desk(house) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="li"))
    return client


def picture(title: str, master: str, description: str = "") -> Picture:
    return Picture.objects.create(
        title=title, file=f"{master[:4]}.jpg", width=60, height=40, master=master, description=description
    )


def changed(before: Story | dict, after: dict) -> list[tuple[str, str]]:
    made = queries.difference(before, after)
    return [(label, state + words) for label, kind, parts in made if kind != "same" for state, words in parts]


def messages(answer) -> list[str]:
    """What the page after a deed tells on top."""
    page = re.sub(r"<template.*?</template>|<svg.*?</svg>", "", answer.content.decode(), flags=re.DOTALL)
    return [one.strip() for one in re.findall(r'<li class="(?:success|error|warning)">\s*([^<]*)', page)]


def started_from(story: Story) -> dict[str, str]:
    """What the form says of the state that it was opened with."""
    latest = fresh(story).latest_revision
    return {"loaded_revision_id": str(latest.pk), "loaded_revision_created_at": latest.created_at.isoformat()}


def test_a_story_without_a_section_is_asked_for_one(desk, house):
    story = house.write("茶园")
    page = desk.get(f"/desk/snippets/newsroom/story/edit/{story.pk}/").content.decode()
    select = re.search(r'<select name="section".*?</select>', page, re.DOTALL)
    assert select is not None
    assert re.findall(r'<option value=""[^>]*>(.*?)</option>', select[0]) == ["请选择栏目"]
    assert page.count("---------") == 0


def test_a_difference_names_the_section_and_the_picture(house):
    Section.objects.filter(id="minsheng").update(name="民生")
    lead = picture("茶山清晨", "a" * 64, "清晨的茶山")
    story = house.write("茶园", lead=lead)
    before = content.content(fresh(story), site="", previous=None)
    story.section_id, story.lead = "minsheng", picture("茶园采摘", "b" * 64, "清晨的茶山")
    after = content.content(story, site="", previous=None)
    said = dict(changed(before, after))
    assert set(said) == {"栏目", "题图"}
    text = json.dumps(queries.difference(before, after), ensure_ascii=False)
    assert "minsheng" not in text
    assert not re.search("a{8}|b{8}", text)
    assert ("民生" in text, "清晨" in text, "采摘" in text) == (True, True, True)


def test_two_pictures_of_one_title_are_still_told_apart(house):
    story = house.write("茶园", lead=picture("茶山", "c" * 64))
    before = content.content(fresh(story), site="", previous=None)
    story.lead = picture("茶山", "d" * 64)
    assert {label for label, _ in changed(before, content.content(story, site="", previous=None))} == {"题图"}


def test_a_refused_save_shows_the_section_by_its_name(desk, house):
    Section.objects.filter(id="minsheng").update(name="民生")
    story = house.write("茶园")
    story.save_revision(user=User.objects.get(username="wang"))
    answer = desk.post(
        f"/desk/snippets/newsroom/story/edit/{story.pk}/", FORM | {"headline": "茶园开采", "section": "minsheng"}
    )
    shown = re.search(r'<form[^>]* class="merge">.*?</form>', answer.content.decode(), re.DOTALL)
    assert shown is not None
    words = re.sub("<[^>]*>", "", shown[0])
    assert ("民生" in words, "minsheng" in words) == (True, False)


def test_sending_to_review_is_told_once_and_a_refusal_says_that_the_words_are_kept(desk, house):
    story = house.write("茶园")
    text = {"body-0-type": "text", "body-0-order": "0", "body-0-deleted": "", "body-0-id": "", "body-0-value": json.dumps(
        {"blocks": [{"key": "a", "text": "茶园昨天开采。", "type": "unstyled", "depth": 0, "inlineStyleRanges": [],
                     "entityRanges": []}], "entityMap": {}})}  # fmt: skip
    address = f"/desk/snippets/newsroom/story/edit/{story.pk}/"
    form = FORM | text | {"body-count": "1", "headline": "茶园开采", "action-send": "1"}
    refused = messages(desk.post(address, form | started_from(story) | {"section": ""}, follow=True))
    assert refused == ["稿子已保存。还不能送审，请先补上：栏目。"]
    sent = messages(desk.post(address, form | started_from(story) | {"section": "yaowen"}, follow=True))
    assert sent == ["已送审，字句就此定稿。"]
    assert fresh(story).state == "review"


def test_a_picture_without_words_of_its_own_is_printed_with_its_description(desk, house):
    story = house.write("茶园", lead=picture("茶山", "e" * 64, "清晨的茶山，云在半山"))
    assert content.content(fresh(story), site="", previous=None)["lead"]["alt"] == "清晨的茶山，云在半山"
    page = desk.get(f"/desk/snippets/newsroom/story/edit/{story.pk}/").content.decode()
    assert page.count("空着就用图片的描述") >= 1


@pytest.mark.parametrize("place", ["/desk/images/add/", "/desk/images/chooser/"])
def test_a_picture_is_chosen_by_a_button_of_ours(desk, house, place):
    page = desk.get(place).content.decode()
    if place.endswith("chooser/"):
        page = json.loads(page)["html"]
    inputs = re.findall(r'<input type="file"[^>]*>', page)
    assert len(inputs) == 1
    number = re.search(r'id="([^"]+)"', inputs[0])
    assert number is not None
    assert 'class="native"' in inputs[0]
    assert re.findall(rf'<label[^>]*for="{number[1]}"[^>]*>\s*选择图片', page) != []
    assert "还没有选图片" in page


def test_times_are_said_without_a_gap():
    said = timesince_simple(timezone.now() - timedelta(minutes=2, seconds=5)).replace("\xa0", " ")
    assert said in ("2 分钟前", "2分钟前")
