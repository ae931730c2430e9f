"""Bad files through the desk's own forms: each is told in Chinese with what to do next, and nothing of it is kept."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from docx import Document
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Desk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.conftest import House

PASTED = "早茶采摘比去年早五天"
PATIENCE = 20  # seconds: bounded, but this is no measurement


def docx(**parts: bytes) -> bytes:
    """A document with parts added or replaced; a name's ``__`` stands for ``/`` and ``_`` for ``.``."""
    made, out = io.BytesIO(), io.BytesIO()
    document = Document()
    document.add_paragraph("茶园开采")
    document.add_paragraph("本报讯 县城东边的茶园昨天开采，三十名采茶工进了园。")
    document.save(made)
    new = {name.replace("__", "/").replace("_", "."): data for name, data in parts.items()}
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in old.namelist():
            if name not in new:
                archive.writestr(name, old.read(name))
        for name, data in new.items():
            archive.writestr(name, data)
    return out.getvalue()


def jpeg(width: int, height: int, **extra: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "green").save(out, "JPEG", **extra)
    return out.getvalue()


XXE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
)

BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("空.docx", bytes, "这个文件是空的"),
    "empty text": ("空.txt", bytes, "这个文件是空的"),
    "binary": ("程序.txt", lambda: bytes(range(256)) * 40, "这不是文字文件"),
    "binary docx": ("程序.docx", lambda: bytes(range(256)) * 40, "请"),
    "wrongly encoded": ("错码.txt", lambda: "青棠县".encode("gb18030") + b"\xff\xff\x80" + "春茶".encode(), "文字编码"),
    "macro": ("宏.docx", lambda: docx(word__vbaProject_bin=b"macro"), "带有宏程序"),
    "zip bomb": ("弹.docx", lambda: docx(word__media__a_bin=bytes(80 << 20)), "异常巨大"),
    "outer entity": ("外.docx", lambda: docx(word__document_xml=XXE), "外部实体"),
    "50 MB": ("大.docx", lambda: b"PK\x03\x04" + bytes(50 << 20), "超过 20 MB"),
}


@pytest.fixture(scope="module")
def chen(house: House, browser: Browser) -> Iterator[Desk]:
    context = browser.new_context(locale="zh-CN")
    yield Desk(house, context, "chen")
    context.close()


@pytest.fixture(scope="module")
def li(house: House, browser: Browser) -> Iterator[Desk]:
    context = browser.new_context(locale="zh-CN")
    yield Desk(house, context, "li")
    context.close()


def send(desk: Desk, path: str, files: dict[str, tuple[str, bytes]], **fields: str) -> httpx.Response:
    """What the desk's form sends, in this person's session."""
    cookies = {one["name"]: one["value"] for one in desk.page.context.cookies()}  # type: ignore[typeddict-item]
    data = {"csrfmiddlewaretoken": cookies["hemei_csrf"], **fields}
    return httpx.post(desk.house.url + path, data=data, files=files, cookies=cookies, timeout=PATIENCE, trust_env=False)


def kept(house: House) -> tuple[Any, ...]:
    """Everything that filing or uploading could leave behind: rows, and files by name."""
    tables = ("newsroom_story", "newsroom_copy", "wagtailcore_revision", "library_picture", "ledger_entry")
    rows = tuple(house.rows(f"select count(*) from {table}")[0][0] for table in tables)
    data = house.home / "data"
    return rows, sorted(str(one) for place in ("copies", "masters", "media") for one in (data / place).rglob("*.*"))


@pytest.mark.parametrize("kind", BAD)
def test_copy_that_cannot_be_read_is_told_with_the_next_step_and_the_form_keeps_its_fields(
    house: House, chen: Desk, kind: str
) -> None:
    name, make, words = BAD[kind]
    before = kept(house)
    answer = send(chen, "/desk/file/", {"files": (name, make())}, text=PASTED, headline="春茶")
    assert answer.status_code == 200
    page = answer.text
    said = " ".join(re.findall(r'<p class="alarm" role="alert">(.*?)</p>', page, re.DOTALL))
    assert words in said, said
    assert "请" in said
    assert not re.search("[A-Za-z]{4,}", re.sub("docx|Word|Markdown", "", said)), said
    assert PASTED in re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL).group(1)  # type: ignore[union-attr]
    assert 'value="春茶"' in page
    assert kept(house) == before


def test_a_good_file_beside_a_bad_one_is_taken_once_and_the_paste_waits(house: House, chen: Desk, tmp_path: Path) -> None:
    (tmp_path / "好.txt").write_text("茶园开采了\n本报讯 茶园昨天开采，三十名采茶工进了园。", "utf-8")
    (tmp_path / "坏.docx").write_bytes(b"not a zip")
    before = house.rows("select count(*) from newsroom_story")[0][0]
    chen.go("/desk/file/")
    chen.page.fill("textarea[name=text]", PASTED + "\n本报讯 今年早茶的采摘比去年早五天。")
    chen.page.set_input_files("input[name=files]", [tmp_path / "好.txt", tmp_path / "坏.docx"])
    chen.press("交稿")
    expect(chen.page.get_by_role("alert").filter(has_text="坏.docx")).to_be_visible()
    expect(chen.page.get_by_text("已收下《茶园开采了》")).to_be_visible()
    expect(chen.page.get_by_role("alert").filter(has_text="粘贴的文字还没有交")).to_be_visible()
    assert house.rows("select count(*) from newsroom_story")[0][0] == before + 1
    chen.press("交稿")  # the paste alone
    expect(chen.page.get_by_text(f"已收下《{PASTED}》")).to_be_visible()
    assert house.rows("select count(*) from newsroom_story")[0][0] == before + 2


def test_more_than_the_front_door_takes_is_told_before_it_is_sent(house: House, chen: Desk, tmp_path: Path) -> None:
    with (tmp_path / "大.docx").open("wb") as file:
        file.truncate(61 << 20)
    before = kept(house)
    chen.go("/desk/file/")
    chen.page.fill("textarea[name=text]", PASTED)
    chen.page.set_input_files("input[name=files]", tmp_path / "大.docx")
    chen.press("交稿")
    expect(chen.page.locator("[data-refusal]")).to_contain_text("请分几次上传")
    expect(chen.page.locator("textarea[name=text]")).to_have_value(PASTED)
    assert kept(house) == before


PLACES = {"alone": "/desk/images/add/", "several": "/desk/images/multiple/add/", "chosen": "/desk/images/chooser/create/"}


def put(desk: Desk, way: str, name: str, data: bytes) -> httpx.Response:
    if way == "several":
        return send(desk, PLACES[way], {"files[]": (name, data)}, title=name)
    prefix = "image-chooser-upload-" if way == "chosen" else ""
    return send(desk, PLACES[way], {f"{prefix}file": (name, data)}, **{f"{prefix}title": name})


def told(answer: httpx.Response) -> str:
    """The Chinese of an answer, be it a page or JSON."""
    text = answer.text
    return text.encode().decode("unicode_escape") if text.startswith("{") and "\\u" in text else text


@pytest.mark.parametrize("way", PLACES)
@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("宽.jpg", jpeg(30_000, 8), "尺寸太大"),
        ("假.jpg", b"not a picture at all", "这不是能用的图片"),
        ("断.jpg", jpeg(64, 64)[:300], "不完整或已经损坏"),
    ],
    ids=["30000 wide", "no picture", "cut"],
)
def test_a_picture_that_cannot_be_taken_is_told_with_the_next_step(
    house: House, li: Desk, way: str, name: str, data: bytes, words: str
) -> None:
    before = kept(house)
    said = told(put(li, way, name, data))
    assert words in said, said[:2000]
    assert kept(house) == before


@pytest.mark.parametrize("way", PLACES)
def test_where_a_picture_was_taken_is_stripped(house: House, li: Desk, way: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 15.9), 3: "E", 4: (121.0, 28.0, 11.5)})
    data = jpeg(48 + len(way), 32, exif=exif)
    assert b"SECRETCAMERA" in data
    assert 0x8825 in Image.open(io.BytesIO(data)).getexif()
    before = house.rows("select max(id) from library_picture")[0][0]
    answer = put(li, way, "行车记录.jpg", data)
    assert answer.status_code in (200, 302), told(answer)
    number, file, master = house.rows("select id, file, master from library_picture order by id desc limit 1")[0]
    assert number > before, told(answer)
    held = house.home / "data"
    for place in (held / "media" / file, held / "masters" / master[:2] / master):
        assert dict(Image.open(place).getexif()) == {}
        assert b"SECRETCAMERA" not in place.read_bytes()
    assert [one for one in held.rglob("*") if one.is_file() and b"SECRETCAMERA" in one.read_bytes()] == []


def test_a_picture_is_chosen_by_our_button_and_its_name_stands_beside_it(li: Desk, tmp_path: Path) -> None:
    (tmp_path / "茶山清晨.jpg").write_bytes(jpeg(60, 40))
    li.go("/desk/images/add/")
    button = li.page.locator("label.button").filter(has_text="选择图片")
    with li.page.expect_file_chooser() as opened:
        button.click()
    opened.value.set_files(tmp_path / "茶山清晨.jpg")
    expect(li.page.get_by_text("茶山清晨.jpg（1 MB）")).to_be_visible()
    expect(li.page.locator("input[name=title]")).to_have_value("茶山清晨")
    box = li.page.locator("input[type=file]").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (1, 1), "the native control's own words are not seen"
