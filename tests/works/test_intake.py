"""Documents from outside: what is read, what is refused, and in which words. Every bad file is built here by code."""

import contextlib
import io
import struct
import subprocess
import sys
import zipfile

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hemei import intake
from hemei.intake import jail, numbering, zipped

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SENTENCE = "本报讯（记者 罗青禾）近日，青棠县举办春季农业技术培训班，各乡镇一百二十名种植大户参加。"


def docx(*paragraphs: str) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return saved(document)


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(data: bytes, **parts: bytes | str) -> bytes:
    """The .docx with parts replaced or added; a name's ``__`` stands for ``/`` and ``_`` for ``.``."""
    return rezipped(data, {name.replace("__", "/").replace("_", "."): part for name, part in parts.items()})


def rezipped(data: bytes, parts: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def png(width: int = 8, height: int = 6) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "PNG")
    return out.getvalue()


def refusal(name: str, data: bytes) -> intake.Unreadable:
    with pytest.raises(intake.Unreadable) as caught:
        intake.read(name, data)
    message = str(caught.value)
    assert message.endswith("。")
    assert "请" in message, "the message tells the next step"
    return caught.value


# ---- plain text ----


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_same_words_come_out_of_every_encoding_that_is_read(encoding):
    copy = intake.read("来稿.txt", f"春耕培训开班\r\n{SENTENCE}\n".encode(encoding))
    assert [p.text for p in copy.paragraphs] == ["春耕培训开班", SENTENCE, ""]
    assert copy.kind == "text"
    assert copy.warnings == ()
    assert len(copy.digest) == 64


@pytest.mark.parametrize(
    ("encoding", "text"), [("big5", "青棠縣舉辦春季農業技術培訓班"), ("shift_jis", "春の農業研修が始まりました")]
)
def test_other_encodings_are_refused_rather_than_garbled(encoding, text):
    assert refusal("来稿.txt", (text * 5).encode(encoding)).reason == "garbled"


def test_utf8_cut_in_the_middle_of_a_character_is_refused():
    assert isinstance(refusal("来稿.txt", (SENTENCE * 3).encode()[:-2]), intake.Broken)


@pytest.mark.parametrize("data", [b"", b"  \n\t \r\n", "\ufeff\u200b".encode()])
def test_a_file_without_a_word_is_empty(data):
    assert isinstance(refusal("空.txt", data), intake.Empty)


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("binary", b"\x7fELF" + bytes(range(256)) * 8),
        ("binary", bytes([1, 2, 3, 4, 5, 6]) * 100),
        ("broken-pdf", b"%PDF-1.7\n%\xe2\xe3"),
        ("rtf", b"{\\rtf1\\ansi }"),
        ("no-text", "\ufeff<!DOCTYPE html><p> ".encode()),
        ("broken-doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512),
        ("picture-here", png()),
        ("broken-docx", b"PK\x03\x04" + b"junk" * 20),
    ],
)
def test_what_is_no_copy_is_refused_by_its_content_whatever_its_name(reason, data):
    assert refusal("来稿.txt", data).reason == reason


def test_text_under_the_name_of_a_docx_is_refused():
    assert refusal("来稿.docx", SENTENCE.encode()).reason == "broken-docx"


def test_fifty_megabytes_are_refused_at_once_and_a_million_characters_are_the_most():
    assert refusal("大.docx", b"PK\x03\x04" + bytes(50 << 20)).reason == "big-document"
    assert refusal("长.txt", ("字" * 1_000_001).encode()).reason == "long-text"
    assert len(intake.read("长.txt", ("字" * 1_000_000).encode()).paragraphs) == 1


def test_invisible_characters_are_taken_out_and_it_is_said():
    copy = intake.pasted("春\u200b耕\u202e培训\x07开班\ufeff\n正文一句。")
    assert [p.text for p in copy.paragraphs] == ["春耕培训开班", "正文一句。"]
    assert copy.warnings == ("去掉了 4 个看不见的字符（控制符、方向符或零宽字符）。",)


def test_lost_characters_are_counted_for_the_editor():
    assert "有 2 个字在传来之前就已经丢失" in intake.pasted("青\ufffd\ufffd县").warnings[0]


def test_lone_surrogates_in_a_paste_are_refused_not_crashed_on():
    with pytest.raises(intake.Broken):
        intake.pasted("标题\ud800")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/来稿.txt", "来稿.txt"),
        ("C:\\稿\\来稿.txt", "来稿.txt"),
        ("a\u202etxt.exe\0\n", "atxt.exe"),
        ("长" * 300 + ".txt", "长" * 90 + "…" + "长" * 25 + ".txt"),
    ],
)
def test_a_file_name_is_made_fit_to_show(name, shown):
    assert intake.read(name, SENTENCE.encode()).name == shown


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_nothing_else(data):
    if data.startswith(b"PK"):
        return
    with contextlib.suppress(intake.Unreadable):
        assert intake.read("x.txt", data).text.strip()


# ---- .docx ----


def test_a_docx_gives_sizes_alignment_tables_pictures_and_soft_line_breaks():
    document = Document()
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run("樱桃红了")
    run.font.size = Pt(22)
    run.bold = True
    document.add_paragraph("第一行\n第二行")
    table = document.add_table(2, 2)
    for at, cell in enumerate(["乡镇", "亩", "梨溪镇", "120"]):
        table.cell(at // 2, at % 2).text = cell
    document.add_picture(io.BytesIO(png()))
    document.add_picture(io.BytesIO(png()))
    copy = intake.read("来稿.docx", saved(document))
    head, first, second, grid = copy.paragraphs[:4]
    assert (head.text, head.size_pt, head.bold, head.centred) == ("樱桃红了", 22.0, True, True)
    assert (first.text, second.text) == ("第一行", "第二行")
    assert grid.rows == (("乡镇", "亩"), ("梨溪镇", "120"))
    assert [p.picture for p in copy.paragraphs if p.picture is not None] == [0, 0]
    assert copy.pictures == (png(),)
    assert copy.lines[0] == ("樱桃红了", 22.0, True, True, "Normal", (), None)


def test_deleted_text_goes_inserted_text_stays_and_it_is_said():
    document = Document()
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {W}><w:r><w:t>全县</w:t></w:r><w:del><w:r><w:delText>二百</w:delText></w:r></w:del>"
            f"<w:ins><w:r><w:t>三百</w:t></w:r></w:ins><w:r><w:t>人。</w:t></w:r></w:p>"
        ),
    )
    copy = intake.read("来稿.docx", saved(document))
    assert copy.paragraphs[0].text == "全县三百人。"
    assert any("修订" in warning for warning in copy.warnings)


def test_automatic_numbers_are_written_out():
    document = Document()
    for text in ("备耕", "育秧"):
        document.add_paragraph(text, style="List Number")
    copy = intake.read("来稿.docx", saved(document))
    assert [p.text for p in copy.paragraphs] == ["1.备耕", "2.育秧"]
    assert [numbering.han(n) for n in (1, 10, 11, 20, 35)] == ["一", "十", "十一", "二十", "三十五"]


def test_external_pictures_are_not_fetched_and_it_is_said():
    document = Document()
    paragraph = document.add_paragraph("正文一句。")
    rel = document.part.relate_to("http://192.0.2.1/x.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)
    paragraph._p.append(
        parse_xml(
            f'<w:r {W} xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
            f'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            f'<w:drawing><a:blip r:link="{rel}"/></w:drawing></w:r>'
        )
    )
    copy = intake.read("来稿.docx", saved(document))
    assert copy.pictures == ()
    assert copy.warnings == ("文档里引用了外部图片，没有下载。请把图片单独上传。",)


def test_a_document_without_words_is_empty():
    assert refusal("空.docx", docx("", " ")).reason == "no-text"


@pytest.mark.parametrize("name", ["../../evil.xml", "/etc/x.xml", "word\\..\\x.xml", "c:/x.xml"])
def test_a_docx_with_names_that_climb_is_refused(name):
    assert refusal("来稿.docx", rezipped(docx("正文。"), {name: "<x/>"})).reason == "zip-names"


def test_macros_are_refused_by_part_and_by_type():
    assert refusal("来稿.docx", rezipped(docx("正文。"), {"word/vbaProject.bin": b"x"})).reason == "macro"
    with zipfile.ZipFile(io.BytesIO(docx("正文。"))) as archive:
        types = archive.read("[Content_Types].xml").replace(
            b"officedocument.wordprocessingml.document.main", b"ms-word.document.macroEnabled.main"
        )
    assert refusal("来稿.docx", rezipped(docx("正文。"), {"[Content_Types].xml": types})).reason == "macro"


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_and_outer_definitions_are_refused(dtd, encoding):
    body = f'<?xml version="1.0" encoding="{encoding}"?>{dtd}<w:document {W}><w:body/></w:document>'
    assert refusal("来稿.docx", changed(docx("正文。"), word__document_xml=body.encode(encoding))).reason == "entities"


def test_ten_thousand_levels_are_refused():
    body = f"<w:document {W}><w:body>" + "<w:p>" * 10_000 + "</w:p>" * 10_000 + "</w:body></w:document>"
    assert refusal("来稿.docx", changed(docx("正文。"), word__document_xml=body)).reason == "deep"


def test_a_zip_bomb_is_refused_from_its_directory():
    assert refusal("来稿.docx", changed(docx("正文。"), word__media__x_xml=bytes(40 << 20))).reason == "zip-bomb"
    many = {f"word/{n}.xml": "" for n in range(2_100)}
    assert refusal("来稿.docx", rezipped(docx("正文。"), many)).reason == "zip-bomb"


def test_a_part_longer_than_its_directory_says_is_not_inflated_further():
    whole = bytearray(changed(docx("正文。"), word__long_xml=b"<x>" + b" " * 900_000 + b"</x>"))
    at = whole.rfind(b"PK\x01\x02", 0, whole.rfind(b"word/long.xml"))
    struct.pack_into("<I", whole, at + 24, 100)
    assert isinstance(refusal("来稿.docx", bytes(whole)), intake.Broken)


def test_entries_that_share_bytes_are_refused():
    whole = bytearray(changed(docx("正文。"), word__a_xml="<x>一</x>" * 3, word__b_xml="<x>二</x>" * 3))
    first = whole.rfind(b"PK\x01\x02", 0, whole.rfind(b"word/a.xml"))
    second = whole.rfind(b"PK\x01\x02", 0, whole.rfind(b"word/b.xml"))
    whole[second + 42 : second + 46] = whole[first + 42 : first + 46]
    with pytest.raises(intake.Unsafe):
        zipped.inspect(bytes(whole))


def test_another_zip_is_no_docx():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("稿/一.txt", "正文")
    assert refusal("稿.zip", out.getvalue()).reason == "not-docx"


def test_every_cut_of_a_docx_is_refused():
    whole = docx(SENTENCE)
    for length in range(4, len(whole), len(whole) // 40):
        assert isinstance(refusal("来稿.docx", whole[:length]), intake.Broken)


@pytest.mark.parametrize("limits", [jail.Limits(512 << 20, 3, 0.01), jail.Limits(40 << 20, 3, 5.0)])
def test_a_document_beyond_its_limit_of_time_or_memory_is_stopped_and_it_is_said(monkeypatch, limits):
    monkeypatch.setattr(jail, "DOCUMENT", limits)
    assert refusal("来稿.docx", docx("正文。")).reason == "slow"


def test_the_jail_has_no_environment_no_network_and_no_home():
    assert jail.document("docx", docx("正文。")).paragraphs[0].text == "正文。"
    command = [*jail._walls(), sys.executable, "-I", "-c", "import os; print(dict(os.environ))"]
    if jail._walls():  # where the system allows bubblewrap; its absence is said in the documents
        seen = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert "HOME" not in seen
        assert "PATH" not in seen
