"""The filing page: words with their structure, photos, voice notes; sent twice and taken once; what became of it."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from hemei.rooms.newsroom.incoming import Attachment
from hemei.rooms.newsroom.models import Copy, Story
from tests.rooms.house import House, fresh, secret_word
from tests.rooms.test_filing import BODY
from tests.works import formats_sample as sample
from tests.works.test_formats import WORD, outside  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("outside")
PAGE = "/desk/file/"
LONG = "".join(sample.SENTENCES[:6])


def file(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.fixture
def chen(house: House):
    client = Client()
    client.force_login(house.user("chen"))
    return client


def jpeg(size: int = 60) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, 40), (30, 120, 60)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def drawn(monkeypatch):
    """Pictures drawn anew in this process; the jail has tests of its own."""
    from hemei.intake import jail, pixels

    def here(data: bytes, kind: str) -> tuple[bytes, int, int]:
        head, blobs = pixels.redraw(data, kind)
        return blobs[0], int(str(head["width"])), int(str(head["height"]))

    monkeypatch.setattr(jail, "pixels", here)


def test_words_photos_and_a_voice_note_are_one_story_with_its_voice_for_the_editor(house, chen, drawn):
    said = {
        "text": f"云台乡春茶开采\n\n{BODY}\n", "sent": "a1", "photos": [file("一.jpg", jpeg()), file("二.jpg", jpeg(80))],
        "voices": [file("采访.mp3", b"ID3" + bytes(100))],
    }  # fmt: skip
    answer = chen.post(PAGE, said)
    assert answer.status_code == 302
    assert answer["Location"].endswith("?filed=a1")
    (story,) = Story.objects.all()
    assert [part.block_type for part in story.body] == ["text", "picture", "picture"]
    (note,) = Attachment.objects.all()
    assert (note.copy, note.name, note.kind) == (story.copy, "采访.mp3", "mp3")
    answer = chen.get(f"/desk/attachments/{note.pk}/")
    assert (answer["Content-Type"], b"".join(answer.streaming_content)[:3]) == ("audio/mpeg", b"ID3")
    assert "录音" in chen.get("/desk/mine/").content.decode()
    chen.force_login(house.user("li"))
    assert "<audio" in chen.get(f"/desk/review/{story.pk}/").content.decode()


def test_what_is_sent_twice_is_taken_once_and_what_is_sent_again_on_purpose_twice(house, chen):
    said = {"text": f"云台乡春茶开采\n\n{BODY}\n", "sent": "once"}
    assert [chen.post(PAGE, said).status_code for _ in range(3)] == [302, 302, 302]
    assert (Story.objects.count(), Copy.objects.count()) == (1, 1)
    assert chen.post(PAGE, said | {"sent": "again"}).status_code == 302
    assert Story.objects.count() == 2
    told = fresh(Story.objects.order_by("-pk")[0]).warnings
    assert any("陈通讯交来的“粘贴.txt”是同一份，一字不差" in warning for warning in told)
    chen.force_login(house.user("li"))
    chen.post(PAGE, said)  # the same name from another person is another sending
    assert Story.objects.count() == 3


def test_a_paste_from_word_arrives_with_its_structure(house, chen):
    text = "云台乡春茶开采\n云台乡的春茶开采了，见公告。\n1.   头采在三月\n四月收尾\n村\t亩\n飞龙村\t120"
    chen.post(PAGE, {"text": text, "html": file("paste.html", WORD.encode()), "sent": "w"})
    (story,) = Story.objects.all()
    assert story.headline == "云台乡春茶开采"
    text, table = list(story.body)
    assert "<b>云台乡</b>的春茶" in text.value.source
    assert '<a href="https://qingtang.example/tea">公告</a>' in text.value.source
    assert "<li>四月收尾</li>" in text.value.source
    assert table.value["cells"] == "村 | 亩\n飞龙村 | 120"


def test_a_mail_with_two_copies_is_three_drafts_and_each_original_is_kept(house, chen):
    from tests.works.test_formats import attach, letter

    message = letter(f"云台乡春茶开采\n\n{BODY}\n\n茶农说，今年雨水匀。\n")
    attach(message, "夜诊.doc", sample.as_doc(sample.sample(2)))
    attach(message, "操场.docx", sample.as_docx(sample.sample(3)))
    assert chen.post(PAGE, {"files": [file("信.eml", message.as_bytes())], "sent": "m"}).status_code == 302
    assert sorted(Copy.objects.values_list("name", flat=True)) == sorted(["信.eml", "夜诊.doc", "操场.docx"])
    assert Story.objects.count() >= 3


def test_a_photo_that_is_none_and_photos_without_words_are_said_and_nothing_is_taken(house, chen):
    answer = chen.post(PAGE, {"text": f"题\n\n{BODY}", "photos": [file("坏.jpg", b"no picture")], "sent": "p"})
    assert "坏.jpg：这不是能用的图片" in answer.content.decode()
    answer = chen.post(PAGE, {"photos": [file("一.jpg", jpeg())], "sent": "q"})
    assert "还没有文字。请写几句话" in answer.content.decode()
    answer = chen.post(PAGE, {"text": f"题\n\n{BODY}", "voices": [file("a.mp3", b"MZ\0\0")], "sent": "r"})
    assert "这不是能收的录音" in answer.content.decode()
    assert Story.objects.count() == 0


def test_a_million_and_one_characters_are_answered_clearly_and_the_words_stay(house, chen):
    answer = chen.post(PAGE, {"text": "字" * 1_000_001, "sent": "big"}).content.decode()
    assert "粘贴的文字有 1000001 字，一次最多一百万字。" in answer
    assert Story.objects.count() == 0


def test_the_filer_sees_how_far_a_story_came_and_what_was_changed_and_others_do_not(house, chen):
    story = house.file(f"云台乡春茶开采\n\n{BODY}\n", by="chen")
    page = chen.get("/desk/mine/").content.decode()
    assert page.count('<li class="done">') == 1
    assert "还没有" not in page
    assert "没有见报" in chen.get(f"/desk/mine/{story.pk}/changes/").content.decode()
    story = house.release(house.review(house.edit(story, secret_word(1))))
    page = chen.get("/desk/mine/").content.decode()
    assert page.count('<li class="done">') == 4
    changes = chen.get(f"/desk/mine/{story.pk}/changes/").content.decode()
    assert "<del>" in changes
    assert secret_word(1) in changes
    other = house.file(f"青石镇修路\n\n{BODY}\n", by="li")
    assert chen.get(f"/desk/mine/{other.pk}/changes/").status_code in (302, 403)


def test_editors_are_shown_near_duplicates_with_a_difference_and_correspondents_are_not(house, chen):
    house.file(f"云台乡春茶开采\n\n{LONG}\n", by="li")
    second = house.file(f"云台乡的春茶\n\n{LONG}又加一句。\n", by="chen")
    pair = second.alikes.get()
    assert chen.get(f"/desk/alike/{pair.pk}/").status_code in (302, 403)
    chen.force_login(house.user("wang"))
    shown = chen.get(f"/desk/review/{second.pk}/").content.decode()
    assert "李记者来稿" in shown.replace(" ", "").replace("&nbsp;", "")
    assert "看差别" in shown
    assert "<ins>" in chen.get(f"/desk/alike/{pair.pk}/").content.decode()
