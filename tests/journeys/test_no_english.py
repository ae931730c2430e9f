"""The desk speaks Chinese: every address of it, as each person sees it, closed dialogs and labels included."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Desk

if TYPE_CHECKING:
    from tests.journeys.conftest import House

PEOPLE = ("chen", "li", "wang", "zhou", "zhao", "admin")
WORD = re.compile("[A-Za-z]{3,}")
ALLOWED = {
    "txt": "a file's ending, as the computer shows it",
    "ics": "a file's ending, as the computer shows it",
    "docx": "a file's ending, as the computer shows it",
    "xlsx": "a file's ending, as the computer shows it",
    "csv": "a file's ending, as the computer shows it",
    "jpg": "a file's ending, as the computer shows it",
    "jpeg": "a file's ending, as the computer shows it",
    "png": "a file's ending, as the computer shows it",
    "gif": "a file's ending, as the computer shows it",
    "webp": "a file's ending, as the computer shows it",
    "Word": "a program's name",
    "WPS": "a program's name",
    "PDF": "a format's name",
    "Markdown": "a format's name",
    "RSS": "a format's name",
    "Atom": "a format's name",
    "JPG": "a picture format's name",
    "JPEG": "a picture format's name",
    "PNG": "a picture format's name",
    "GIF": "a picture format's name",
    "WEBP": "a picture format's name",
    "CSV": "a file format's name",
    "XLSX": "a file format's name",
    "Ctrl": "a key's name, as it is printed on it",
    "Shift": "a key's name, as it is printed on it",
    "Enter": "a key's name, as it is printed on it",
    "Esc": "a key's name, as it is printed on it",
    "Alt": "a key's name, as it is printed on it",
    **dict.fromkeys(PEOPLE, "a login name, which its owner types in Latin letters"),
}
"""Runs of Latin letters that may stand on a screen, each with its reason."""

NEVER_SHOWN = "Save Selected"
"""A button that the library's date picker makes without a setting for its words, and keeps hidden without a setting."""

SAID = ("title", "placeholder", "aria-label", "aria-description", "alt", "label", "data-w-tooltip-content-value",
        "data-w-progress-active-value", "data-focal-input-label")  # fmt: skip
"""Attributes that are shown or read out."""
SILENT = {"script", "style", "noscript", "svg"}

PREPARE = """
import json, django; django.setup()
from django.contrib.auth.models import User
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from hemei.intake.door import pasted
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import actions
from hemei.rooms.newsroom.models import Section, Story
from hemei.rooms.plan.models import Topic

def patterns(found, before=""):
    for one in found:
        if isinstance(one, URLPattern):
            yield before + str(one.pattern)
        else:
            yield from patterns(one.url_patterns, before + str(one.pattern))

def filed(title, who):
    text = f"{title}\\n本报讯（记者 某某）县城南门的早市今天照常开张。\\n摊主说，白菜和萝卜都是凌晨刚从地里拔的。"
    return actions.file_copy(read=pasted(text), original=text.encode(), by=who, now=timezone.now())[0]

li, wang = User.objects.get(username="li"), User.objects.get(username="wang")
draft, review, spiked = filed("早市照常开张", li), filed("早市添了新摊", li), filed("早市的第三篇", li)
for story in (review, spiked):
    Story.objects.filter(pk=story.pk).update(section=Section.objects.first())
    actions.submit(story=story, by=li, now=timezone.now())
actions.send_back(story=spiked, by=wang, reason="重复了", now=timezone.now(), spike=True)
released = Story.objects.filter(state="released").first()
print(json.dumps({
    "patterns": list(patterns(get_resolver().url_patterns)),
    "stories": [draft.pk, review.pk, spiked.pk, released.pk],
    "copy": draft.copy_id, "picture": Picture.objects.first().pk, "user": li.pk,
    "topic": Topic.objects.first().pk,
    "revision": draft.latest_revision_id or draft.revisions.first().pk, "draft": draft.pk,
}))
"""


@pytest.fixture(scope="module")
def samples(house: House) -> dict[str, object]:
    """A draft, a story in review, a spiked and a released one; and every address pattern of the desk."""
    environment = {**os.environ, "HEMEI_HOME": str(house.home), "DJANGO_SETTINGS_MODULE": "hemei.settings"}
    script = "from hemei.sqlite import swap; swap()\n" + PREPARE
    made = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert made.returncode == 0, made.stderr
    return dict(json.loads(made.stdout))


def addresses(samples: dict) -> list[str]:  # type: ignore[type-arg]
    """Every address of the desk, with ids of things that exist. A pattern this cannot fill is an error, not a gap."""
    made = []
    for pattern in samples["patterns"]:
        if pattern.startswith(("^desk/static", "^desk/media")):
            continue
        shape = re.sub(r"\^|\$|\(\?:", "", pattern.removeprefix("^"))
        if "UNUSED" in shape or ("|" in shape and "revision_id_a" not in shape):
            continue  # the one pattern that closes the library's unused parts: they are asked for one by one
        if shape.endswith(".*/"):
            shape = "desk/no-such-thing/"
        for story in samples["stories"]:
            made.append("/" + re.sub(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)", _filler(shape, story, samples), shape))
    for story in samples["stories"]:
        made.append(f"/desk/review/{story}/stamp/")
    made += [
        "/desk/snippets/newsroom/story/?q=村&state=released",
        "/desk/snippets/newsroom/story/?q=没有这样的标题",
        *(
            f"/desk/register/{kind}/{rest}"
            for kind in ("people", "organisations", "places", "phrases", "staff")
            for rest in ("", "1/", "add/", "?q=没有这样的")
        ),
        "/desk/images/?layout=list",
        "/desk/images/?q=没有这样的图",
        "/desk/users/?q=没有这个人",
    ]
    return list(dict.fromkeys(made))


def _filler(shape: str, story: int, samples: dict):  # type: ignore[type-arg,no-untyped-def]
    def fill(match: re.Match[str]) -> str:
        kind, name = match[1], match[2] or match[3]
        if name == "pk":
            owner = {
                "copies/": samples["copy"],
                "users/": samples["user"],
                "groups/": 1,
                "newsroom/template/": 1,
                "chooser/": samples["picture"],
                "plan/": samples["topic"],
            }
            return str(next((pk for part, pk in owner.items() if part in shape), story))
        known = {
            "image_id": samples["picture"], "revision_id": samples["revision"], "revision_id_a": "earliest",
            "revision_id_b": "latest", "name": "0" * 64, "what": "stamp", "app_label": "newsroom",
            "app_name": "newsroom", "model_name": "story", "content_type_app_name": "wagtailcore",
            "content_type_model_name": "page", "filter_spec": "max-165x165", "action": "delete",
        }  # fmt: skip
        return str(known.get(name, 1 if kind in ("int", "str", None) else "x"))

    return fill


class Said(HTMLParser):
    """Everything in a page that is shown, read out, or would be when a dialog opens."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        self.words += [has[name] or "" for name in SAID if name in has]
        if tag == "input" and has.get("type") in ("submit", "button", "reset"):
            self.words.append(has.get("value") or "")
        self.silent += tag in SILENT

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def english(html: str) -> set[str]:
    """The runs of Latin letters in a page that no reason allows, each with the words around it."""
    reader = Said()
    reader.feed(html)
    left = set()
    for said in reader.words:
        bare = re.sub(r"https?://\S+|[\w.]+@[\w.]+", "", said.replace(NEVER_SHOWN, ""))
        left |= {f"{word} in “{' '.join(said.split())[:60]}”" for word in WORD.findall(bare) if word not in ALLOWED}
    return left


def test_the_reader_of_pages_hears_what_is_hidden_and_what_is_only_read_out() -> None:
    page = '<p hidden>Close</p><a title="Edit">编辑</a><input type=submit value=Save><template><b>Draft</b></template>'
    assert len(english(page)) == 4
    assert english("<script>let word</script><p>导出 CSV</p><input type=text value=Typed>") == set()


@pytest.fixture(scope="module")
def persons(house: House, browser: Browser) -> Iterator[dict[str, Desk]]:
    contexts = {who: browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN") for who in PEOPLE}
    yield {who: Desk(house, context, who) for who, context in contexts.items()}
    for context in contexts.values():
        context.close()


def test_no_address_of_the_desk_answers_anybody_in_english(
    house: House, persons: dict[str, Desk], samples: dict[str, object]
) -> None:
    asked = addresses(samples)
    assert len(asked) > 150
    left: dict[str, set[str]] = {}
    opened: set[str] = set()
    statuses: dict[int, int] = {}
    for who, desk in persons.items():
        for address in asked:
            if address == "/desk/logout/":
                continue
            answer = desk.page.context.request.get(house.url + address, max_redirects=3)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            kind = answer.headers.get("content-type", "")
            if "disposition" in str(answer.headers) or not kind.startswith(("text/", "application/json")):
                continue
            body = answer.text()
            broken = answer.status >= 500 and "暂时不能预览" not in body
            assert not broken, (who, address, answer.status)
            if address.endswith(("/page/", "/view/", "/jsi18n/", "/sprite/", "/sw.js")):
                continue  # pages as readers get them; the catalogue of scripts, which test_locale reads; drawings; a script
            if kind.startswith("application/json"):
                shown = json.loads(body)
                body = shown.get("html", "") if isinstance(shown, dict) else ""
            elif answer.ok and answer.url == house.url + address and address not in opened:
                opened.add(address)
                desk.go(address)
                desk.page.wait_for_load_state("networkidle")
                body += desk.page.content()
            if found := english(body):
                left[f"{who} {address}"] = found
    assert left == {}
    assert len(opened) > 40
    assert statuses[200] > 300
    assert statuses[404] > 300  # what the house does not use is not there for anybody


def test_unused_parts_of_the_library_are_not_there_for_the_administrator(persons: dict[str, Desk]) -> None:
    admin = persons["admin"]
    unused = (
        "pages/",
        "documents/",
        "reports/site-history/",
        "groups/",
        "workflows/list/",
        "collections/",
        "bulk/a/b/c/",
    )
    for address in unused:
        assert admin.go(f"/desk/{address}") == 404, address
    admin.go("/desk/")
    links = admin.page.eval_on_selector_all("a[href^='/desk/']", "all => all.map(one => one.getAttribute('href'))")
    assert len(links) >= 6
    for link in links:
        assert admin.page.context.request.get(admin.house.url + link).status == 200, link


def test_what_is_refused_is_refused_in_chinese(house: House, browser: Browser, persons: dict[str, Desk]) -> None:
    stranger = browser.new_context(locale="en-US").new_page()
    stranger.goto(house.url + "/desk/login/")
    stranger.fill("input[name=username]", "li")
    stranger.fill("input[name=password]", "wrong")
    stranger.click("button[type=submit]")
    stranger.wait_for_load_state()
    assert english(stranger.content()) == set()
    stranger.context.close()

    chen = persons["chen"]
    chen.go("/desk/file/")
    chen.press("交稿")
    assert "请粘贴文字，或者选择要上传的文件。" in chen.text()
    assert english(chen.page.content()) == set()
    form = {"csrfmiddlewaretoken": "old"}
    for address, status in (("/desk/file/", 403), ("/desk/login/", 403), ("/desk/review/1/stamp/", 403)):
        answer = chen.page.context.request.post(house.url + address, form=form)
        assert (answer.status, english(answer.text())) == (status, set()), address
