"""来稿: what comes in is kept as it came and becomes drafts, all of them or none; what cannot be read is told."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile

import pytest
from docx import Document
from PIL import Image

from hemei.intake import Unreadable, pasted, read
from hemei.rooms.ledger.models import Entry
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import actions
from hemei.rooms.newsroom.actions import Refused, file_copy, original_path
from hemei.rooms.newsroom.models import Copy, Story
from hemei.rooms.review.models import Version
from hemei.seal.digest import digest
from tests.rooms.house import House, fresh, secret_word

BODY = "本报讯（记者 李记者）近日，青棠县云台乡的春茶开采了，今年头一批茶青比去年早三天下山，乡里的收购点也提前开了门。"
TWO = (
    f"云台乡春茶开采\n\n{BODY}\n\n茶农说，今年雨水匀，叶子厚。\n\n\n\n====================\n\n\n"
    "青石镇夜诊开到九点\n\n本报讯（记者 陈通讯）从本月起，青石镇卫生院的夜间门诊开到晚上九点，周末不休。\n\n"
    "院里说，白天下地的人晚上也看得上病了。\n"
)


def counted() -> tuple[int, ...]:
    """How many rows there are of everything that filing makes."""
    return tuple(model.objects.count() for model in (Copy, Story, Entry, Picture, Version))


def file(house: House, name: str, data: bytes, by: str = "chen") -> list[Story]:
    """What the form and the command do with one file."""
    return file_copy(read=read(name, data), original=data, by=house.user(by), now=house.clock.tick())


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def docx(*paragraphs: str, picture: bytes = b"") -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if picture:
        document.add_picture(io.BytesIO(picture))
    return saved(document)


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, part)
    return out.getvalue()


def jpeg(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (30, 120, 60)).save(out, "JPEG")
    return out.getvalue()


# ---- what is kept ----


def test_several_copies_at_once_are_a_draft_each_with_its_original_by_digest(house):
    copies = {
        "春茶.txt": f"云台乡春茶开采\n\n{BODY}\n".encode(),
        "国标.txt": f"青石镇修路\n\n{BODY}\n".encode("gb18030"),
        "夜诊.docx": docx("夜间门诊开到九点", BODY),
    }
    made = [file(house, name, data)[0] for name, data in copies.items()]
    assert [story.headline for story in made] == ["云台乡春茶开采", "青石镇修路", "夜间门诊开到九点"]
    for story, (name, data) in zip(made, copies.items(), strict=True):
        assert (story.copy.name, story.copy.digest, story.copy.size) == (name, digest(data), len(data))
        assert original_path(story.copy.digest).read_bytes() == data
        assert (story.state, story.hands, story.filed_by.username) == ("draft", ["chen"], "chen")
        assert story.revisions.count() == 1
    assert counted()[:2] == (3, 3)


def test_the_same_file_twice_is_two_copies_and_one_original(house):
    data = f"云台乡春茶开采\n\n{BODY}\n".encode()
    first, second = file(house, "甲.txt", data)[0], file(house, "乙.txt", data, by="li")[0]
    assert first.copy.digest == second.copy.digest
    assert (Copy.objects.count(), len(list(original_path(first.copy.digest).parent.iterdir()))) == (2, 1)


def test_two_stories_in_one_paste_are_two_drafts_of_one_copy_and_the_editor_is_told(house):
    stories = file_copy(read=pasted(TWO), original=TWO.encode(), by=house.user("chen"), now=house.clock.tick())
    assert [story.headline for story in stories] == ["云台乡春茶开采", "青石镇夜诊开到九点"]
    assert len({story.copy.pk for story in stories}) == 1
    assert all("2 篇" in "".join(story.warnings) for story in stories)
    bodies = [str(story.body) for story in stories]
    assert ["叶子厚" in body for body in bodies] == [True, False]
    assert ["看得上病" in body for body in bodies] == [False, True]


def test_a_picture_in_the_copy_comes_along_cleaned_and_one_that_is_none_is_told(house):
    story = file(house, "图.docx", docx("云台乡春茶开采", BODY, picture=jpeg(60, 40)))[0]
    assert ([part.block_type for part in story.body].count("picture"), Picture.objects.count()) == (1, 1)
    bad = docx("青石镇修路", BODY, picture=jpeg(61, 41))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bad)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"\xff\xd8\xff not a picture" if "media/" in name else old.read(name))
    story = file(house, "坏图.docx", out.getvalue())[0]
    assert "picture" not in [part.block_type for part in story.body]
    assert [warning for warning in story.warnings if "图片" in warning]


# ---- all or nothing ----


def test_nothing_is_half_saved_when_the_second_of_two_stories_fails(house, monkeypatch):
    before, real = counted(), actions._draft

    def fails(filed, *rest):
        if "夜诊" in str(filed.headline):
            raise OSError("disk full")
        return real(filed, *rest)

    monkeypatch.setattr(actions, "_draft", fails)
    with pytest.raises(OSError, match="disk full"):
        file_copy(read=pasted(TWO), original=TWO.encode(), by=house.user("chen"), now=house.clock.tick())
    assert counted() == before
    assert original_path(digest(TWO.encode())).read_bytes() == TWO.encode()


def test_nothing_is_half_saved_when_the_last_entry_of_the_ledger_fails(house, monkeypatch):
    before = counted()

    def fails(**_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(actions, "enter", fails)
    with pytest.raises(OSError, match="disk full"):
        file_copy(read=pasted(TWO), original=TWO.encode(), by=house.user("chen"), now=house.clock.tick())
    assert counted() == before


def test_an_original_that_cannot_be_kept_leaves_no_row_and_no_torn_file(house, monkeypatch):
    before, data = counted(), TWO.encode()

    def fails(_: int) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(actions.os, "fsync", fails)
        with pytest.raises(OSError, match="disk full"):
            file_copy(read=pasted(TWO), original=data, by=house.user("chen"), now=house.clock.tick())
    assert (counted(), original_path(digest(data)).exists()) == (before, False)
    assert len(file_copy(read=pasted(TWO), original=data, by=house.user("chen"), now=house.clock.tick())) == 2
    assert original_path(digest(data)).read_bytes() == data


# ---- what is refused ----


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("空.txt", b"", "empty"),
        ("白.txt", " \n\t\u3000\n".encode(), "empty"),
        ("程序.txt", bytes(range(256)) * 40, "binary"),
        ("错码.txt", "青棠县".encode("gb18030") + b"\xff\xff\x80" + "春茶".encode(), "garbled"),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "broken-doc"),
        ("不是.docx", b"not a zip at all", "broken-docx"),
        ("宏.docx", with_part(docx("标题", BODY), "word/vbaProject.bin", b"macro"), "macro"),
        ("外.docx", with_part(docx("标题", BODY), "../../etc/passwd", b"x"), "zip-names"),
        ("弹.docx", with_part(docx("标题", BODY), "word/media/a.bin", b"0" * (300 << 20)), "zip-bomb"),
        ("大.txt", b"x" * (50 << 20), "big-document"),
        ("图.txt", jpeg(9, 9), "picture-here"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_told_in_chinese_with_the_next_step_and_nothing_is_saved(house, name, data, reason):
    before = counted()
    tracemalloc.start()
    with pytest.raises(Unreadable) as caught:
        file(house, name, data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.reason == reason
    assert "请" in str(caught.value)
    assert counted() == before
    assert not original_path(digest(data)).exists()
    assert most < 64 << 20, "memory of this process stays bounded"


def test_a_copy_of_nothing_but_what_cannot_be_seen_is_refused(house):
    before = counted()
    with pytest.raises((Unreadable, Refused)):
        file(house, "隐.txt", "\u200b\u202e\ufeff\u2060\n".encode())
    assert counted() == before


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200b", "\u200f", "\ufeff", "\u0007", "\u00ad", "\U000e0041", "\u3164"]
)
def test_what_cannot_be_seen_in_a_title_is_stripped_on_filing_and_again_when_it_is_frozen(house, hidden):
    text = f"云台乡{hidden}春茶开采\n\n{BODY}\n"
    story = file_copy(read=pasted(text), original=text.encode(), by=house.user("li"), now=house.clock.tick())[0]
    assert story.headline == "云台乡春茶开采"
    story = house.edit(story, secret_word(0), headline=f"云台{hidden}乡春茶", tags=f"春{hidden}茶")
    version = house.submit(story)
    content = bytes(Version.objects.get(digest=version).content).decode()
    assert hidden not in content
    assert '"headline":"云台乡春茶"' in content
    assert '"tags":["春茶"]' in content


# ---- what is not ready ----


@pytest.mark.parametrize(
    ("lacking", "named"),
    [
        ({"headline": ""}, "主题（标题）"),
        ({"headline": " \u200b\u3000"}, "主题（标题）"),
        ({"section_id": None}, "栏目"),
        ({"body": "[]"}, "正文"),
        ({"body": '[{"type":"text","value":"<p> \u200b </p>"}]'}, "正文"),
    ],
)
def test_a_story_without_title_body_or_section_is_not_submitted_and_says_what_is_missing(house, lacking, named):
    story = house.write(secret_word(0))
    Story.objects.filter(pk=story.pk).update(**lacking)
    with pytest.raises(Refused) as caught:
        house.submit(story)
    assert str(caught.value) == f"还不能送审，请先补上：{named}。"
    assert (fresh(story).state, fresh(story).version, Version.objects.filter(piece=story.key).count()) == (
        "draft",
        "",
        0,
    )


@pytest.mark.parametrize("link", ["tel:十二", "//elsewhere.example/a", "https://a.example/一 二", "https://" + "x" * 600])
def test_a_link_that_no_page_may_carry_is_named_in_chinese_before_it_is_signed(house, link):
    story = house.write(secret_word(0))
    words = f'<p>见<a href="{link}">公告</a>。</p>'
    Story.objects.filter(pk=story.pk).update(body=json.dumps([{"type": "text", "value": words}]))
    with pytest.raises(Refused) as caught:
        house.submit(story)
    assert str(caught.value) == f"“公告”的链接 {link[:60]} 不能用，请改成网址、本站地址、电话或邮箱。"
    assert fresh(story).state == "draft"


def test_all_that_is_missing_is_said_at_once(house):
    story = house.write(secret_word(0))
    Story.objects.filter(pk=story.pk).update(headline="", body="[]", section_id=None)
    with pytest.raises(Refused, match="请先补上：主题（标题）、正文、栏目。"):
        house.submit(story)


def test_a_correspondent_files_and_may_neither_edit_nor_submit(house):
    story = file(house, "春茶.txt", f"云台乡春茶开采\n\n{BODY}\n".encode())[0]
    with pytest.raises(Refused):
        house.edit(story, secret_word(0), "chen")
    with pytest.raises(Refused):
        house.submit(story, "chen")
