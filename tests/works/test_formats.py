"""Copy in every format that it comes in: all words arrive, with what structure the format has; and what is refused."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from PIL import Image

from hemei import intake
from hemei.intake import door, jail, mail, markdown, radicals, sandbox
from hemei.intake.errors import Unreadable
from tests.works import formats_sample as sample
from tests.works import writers_of_doc as word

PARAGRAPH = "近日，青棠县云台乡的春茶开采了，今年头一批茶青比去年早三天下山，乡里的收购点也提前开了门。"


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The readers in this process: the jail costs some tenths of a second each time, and has tests of its own."""

    def run(task: str, data: bytes, limits: jail.Limits) -> tuple[dict[str, object], tuple[bytes, ...]]:
        try:
            head, blobs = sandbox._work(task, data)
        except Unreadable as refused:
            raise intake.errors.unreadable(refused.reason) from refused
        return json.loads(json.dumps(head)), tuple(blobs)

    monkeypatch.setattr(jail, "_run", run)


def png(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(out, "PNG")
    return out.getvalue()


def page(inside: str) -> bytes:
    return f"<!DOCTYPE html><meta charset=utf-8><body>{inside}".encode()


FORMATS: dict[str, tuple[str, Callable[[sample.Sample], bytes]]] = {
    "a.txt": ("text", sample.as_text),
    "a.md": ("markdown", sample.as_markdown),
    "a.html": ("html", sample.as_html),
    "gbk.htm": ("html", lambda story: sample.as_html(story, "gbk")),
    "a.eml": ("mail", sample.as_mail),
    "gb.eml": ("mail", lambda story: sample.as_mail(story, "gb18030")),
    "plain.eml": ("mail", lambda story: sample.as_mail(story, "gb2312", plain=True)),
    "a.docx": ("docx", sample.as_docx),
    "a.doc": ("doc", sample.as_doc),
    "a.wps": ("doc", sample.as_doc),
    "a.pdf": ("pdf", sample.as_pdf),
}


BY_NAME = ("a.md",)
"""Told by content too, but only where there are marks enough to be sure."""


@pytest.mark.parametrize("name", FORMATS)
def test_a_hundred_documents_in_every_format_come_in_with_all_words_in_their_order(name, outside):
    kind, write = FORMATS[name]
    for seed in range(100):
        story = sample.sample(seed)
        copy = intake.read("无名" if seed % 2 and name not in BY_NAME else name, write(story))
        assert copy.kind == kind
        assert sample.bare(copy.text) == story.words, seed


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.eml", "a.docx", "a.doc"])
def test_headings_lists_tables_bold_and_links_come_in_where_the_format_has_them(name, outside):
    kind, write = FORMATS[name]
    for seed in range(20):
        story = sample.sample(seed)
        copy = intake.read(name, write(story))
        shown = [p for p in copy.paragraphs if p.text.strip() or p.rows]
        kinds = [held for held, _ in story.parts]
        assert sum(p.style.lower().startswith("heading") for p in shown[1:]) == kinds.count("head")
        assert [[list(row) for row in p.rows] for p in shown if p.rows] == [h for k, h in story.parts if k == "table"]
        if kind != "doc":
            assert sum(p.style.startswith("List") for p in shown) == kinds.count("item")
        bold = {words for k, held in story.parts if k == "para" for words, heavy, _ in held if heavy}
        assert bold <= {p.text[a:b] for p in shown for a, b, what in p.marks if what == "b"} | _joined(shown, "b", bold)
        linked = {words for k, held in story.parts if k == "para" for words, _, link in held if link}
        if kind != "docx":
            assert linked == {p.text[a:b] for p in shown for a, b, what in p.marks if what == sample.LINK} or _joined(
                shown, sample.LINK, linked
            )


def _joined(paragraphs, what, wanted):
    """Of these words, the ones inside a longer stretch with the mark: neighbours with one look are one stretch."""
    stretches = [p.text[a:b] for p in paragraphs for a, b, said in p.marks if said == what]
    return {words for words in wanted if any(words in stretch for stretch in stretches)}


def test_a_few_of_every_format_come_in_through_the_jail_too():
    for name in ("a.md", "a.html", "a.eml", "a.doc", "a.pdf"):
        story = sample.sample(7)
        assert sample.bare(intake.read(name, FORMATS[name][1](story)).text) == story.words


# ---- HTML, and pastes of it ----


def test_a_wechat_article_keeps_its_words_its_looks_and_says_that_pictures_lie_elsewhere(outside):
    for seed in range(30):
        story = sample.sample(seed)
        copy = intake.pasted(sample.as_text(story).decode(), sample.as_wechat(story).decode())
        assert copy.kind == "paste"
        assert sample.bare(copy.text) == story.words
        title = copy.paragraphs[0]
        assert (title.size_pt, title.bold, title.centred) == (16.5, True, True)
        heads = [p for p in copy.paragraphs[1:] if p.size_pt == 13.5]
        assert len(heads) == sum(kind == "head" for kind, _ in story.parts)
        assert copy.warnings == ("有 1 张图片在别的网站或电脑里，没有下载。请另存图片后单独上传。",)


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head>
<style><!-- p.MsoNormal {margin:0cm;} --></style><!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--></head>
<body lang=ZH-CN><!--StartFragment--><p class=MsoTitle align=center style='text-align:center'><span style='font-size:22.0pt;font-family:宋体'>云台乡春茶开采<span lang=EN-US><o:p></o:p></span></span></p>
<p class=MsoNormal style='text-indent:24.0pt'><b><span style='font-size:12.0pt'>云台乡</span></b><span style='font-size:12.0pt'>的春茶
开采了，见<a href="https://qingtang.example/tea">公告</a>。</span></p>
<p class=MsoListParagraph style='margin-left:18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>头采在三月</p>
<p class=MsoListParagraph style='margin-left:18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span style='font-family:Symbol;mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span><![endif]>四月收尾</p>
<table class=MsoTableGrid><tr><td><p class=MsoNormal>村</p></td><td><p class=MsoNormal>亩</p></td></tr><tr><td><p>飞龙村</p></td><td><p>120</p></td></tr></table>
<p><img width=8 height=6 src="file:///C:/Temp/clip_image002.png"></p><!--EndFragment--></body></html>"""


def test_a_paste_from_word_keeps_title_bold_link_lists_and_table(outside):
    text = "云台乡春茶开采\n云台乡的春茶开采了，见公告。\n1.   头采在三月\n四月收尾\n村\t亩\n飞龙村\t120"
    copy = intake.pasted(text, WORD)
    title, lead, numbered, bullet, table = copy.paragraphs
    assert (title.text, title.style, title.size_pt, title.centred) == ("云台乡春茶开采", "Title", 22.0, True)
    assert lead.text == "云台乡的春茶开采了，见公告。"
    assert lead.marks == ((0, 3, "b"), (11, 13, "https://qingtang.example/tea"))
    assert (numbered.text, bullet.text, bullet.style) == ("1.头采在三月", "四月收尾", "List Bullet")
    assert table.rows == (("村", "亩"), ("飞龙村", "120"))
    assert "没有下载" in copy.warnings[0]


def test_a_paste_whose_html_lacks_words_comes_in_as_its_text(outside):
    copy = intake.pasted("春茶开采了。\n后来又加的一句。", "<p>春茶开采了。</p>")
    assert (copy.kind, [p.text for p in copy.paragraphs]) == ("text", ["春茶开采了。", "后来又加的一句。"])


def test_pictures_in_the_page_come_along_and_scripts_and_forms_do_not(outside):
    inside = (
        f"<p>{PARAGRAPH}<img src='{sample.data_uri(png())}'></p><script>alert(1)</script><style>p{{}}</style>"
        "<p onclick='x()'>后一段。<a href='javascript:alert(1)'>坏链接</a></p><p style='display: none'>看不见</p>"
        "<input value='输入'><iframe src='https://192.0.2.1/'></iframe><object data='x'>对象</object>"
    )
    copy = intake.read("a.html", page(inside))
    assert copy.pictures == (png(),)
    assert [p.text for p in copy.paragraphs if p.picture is None] == [PARAGRAPH, "后一段。坏链接"]
    assert [p.picture for p in copy.paragraphs] == [None, 0, None]
    assert not any(p.marks for p in copy.paragraphs)


def test_of_a_saved_page_the_article_is_taken_when_it_is_clear_and_all_of_it_when_not(outside):
    frame = "<div><a href='/'>首页</a><a href='/n'>新闻</a></div>{}<footer>青棠县融媒体中心 版权所有</footer>"
    article = f"<h1>春茶开采</h1><div id='js_content'><p>{PARAGRAPH}</p><p>{PARAGRAPH}</p></div>"
    copy = intake.read("a.html", page(frame.format(article)))
    assert [p.text for p in copy.paragraphs] == ["春茶开采", PARAGRAPH, PARAGRAPH]
    assert "只取了正文" in copy.warnings[0]
    copy = intake.read("a.html", page(frame.format(f"<div><p>{PARAGRAPH}</p></div>")))
    assert (copy.paragraphs[-1].text, copy.warnings) == ("青棠县融媒体中心 版权所有", ())


def test_a_layout_table_is_read_as_paragraphs_and_a_spanning_cell_keeps_the_columns(outside):
    copy = intake.read("a.html", page(f"<table><tr><td><p>{PARAGRAPH}</p><p>{PARAGRAPH}</p></td></tr></table>"))
    assert [p.text for p in copy.paragraphs] == [PARAGRAPH, PARAGRAPH]
    rows = "<tr><th colspan=2>合计<th>亩<tr><td rowspan=2>云台<td>春<td>1<tr><td>秋<td>2"
    copy = intake.read("a.html", page(f"<p>{PARAGRAPH}<table>{rows}</table>"))
    assert copy.paragraphs[1].rows == (("合计", "", "亩"), ("云台", "春", "1"), ("", "秋", "2"))


@pytest.mark.parametrize("tag", ["div", "span", "b", "table><tr><td", "ul><li", "section"])
def test_ten_thousand_levels_of_html_are_refused_or_read_and_crash_nothing(tag, outside):
    whole = page(f"<p>{PARAGRAPH}</p>" + f"<{tag}>" * 10_000 + "深处")
    assert _read_or_refused("a.html", whole) in ("", "deep")


# ---- Markdown ----


def test_markdown_is_told_by_its_marks_and_a_topic_with_hashes_is_not(outside):
    assert intake.read("a.txt", "## 一\n\n**二**三[四](https://qingtang.example/)".encode()).kind == "markdown"
    assert intake.read("a.txt", "#青棠春茶# 开采了\n* 第一\n* 第二".encode()).kind == "text"
    assert not markdown.looks_like("# 只有一种记号\n正文")


def test_markdown_of_every_kind_in_one_text(outside):
    text = (
        "---\ntitle: 春茶\ndate: 2026-03-02\n---\n大标题\n===\n小标题\n---\n> 引的话\n\n1. 头采\n2) 收尾\n\n\\*不是星号\\* 2*3*4 a_b_c\n"
        f"![图]({sample.data_uri(png())})\n![远](https://192.0.2.1/a.png)\n<https://qingtang.example/> <br>`码`\n```\n# 原样\n```\n**没关上"
    )
    copy = intake.read("a.md", text.encode())
    assert copy.title == "春茶"
    assert [(p.text, p.style) for p in copy.paragraphs if p.text] == [
        ("大标题", "Title"), ("小标题", "heading 2"), ("引的话", "Quote"), ("1.头采", "List Number"), ("2)收尾", "List Number"),
        ("*不是星号* 2*3*4 a_b_c", ""), ("https://qingtang.example/ ", ""), ("码", ""), ("# 原样", ""), ("**没关上", ""),
    ]  # fmt: skip
    assert copy.pictures == (png(),)
    assert "有 1 张图片" in copy.warnings[0]


# ---- mail ----


def letter(text: str = "", subject: str = "来稿：春茶") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "石小满 <shi@qingtang.example>",
        "desk@qingtang.example",
        subject,
    )
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 +0800"
    message.set_content(text)
    return message


def attach(message: EmailMessage, name: str, data: bytes, kind: str = "application/octet-stream") -> None:
    message.add_attachment(data, *kind.split("/"), filename=name)


def test_attachments_that_are_copy_are_copies_of_their_own_and_pictures_stay_with_the_mail(outside):
    message = letter(f"云台乡春茶开采\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n")
    attach(message, "夜诊.docx", sample.as_docx(sample.sample(1)))
    attach(message, "老稿.doc", sample.as_doc(sample.sample(2)))
    attach(message, "图.png", png(), "image/png")
    attach(message, "程序.exe", b"MZ\0\0" * 400)
    copies, left = door.opened("信.eml", message.as_bytes())
    assert [copy.name for copy, _ in copies] == ["信.eml", "夜诊.docx", "老稿.doc"]
    assert copies[0][0].pictures == (png(),)
    assert copies[0][0].title == "来稿：春茶"
    assert "石小满 <shi@qingtang.example>" in copies[0][0].warnings[0]
    assert sample.bare(copies[1][0].text) == sample.sample(1).words
    assert len(left) == 1
    assert "程序.exe" in left[0]


def test_a_mail_that_only_brings_a_copy_makes_no_story_and_its_words_are_told(outside):
    message = letter("王编辑：稿子见附件，请审。")
    attach(message, "夜诊.docx", sample.as_docx(sample.sample(1)))
    copies, _ = door.opened("信.eml", message.as_bytes())
    assert [copy.name for copy, _ in copies] == ["夜诊.docx"]
    assert "邮件里写着：“王编辑：稿子见附件，请审。”" in copies[0][0].warnings


def test_pictures_that_the_mail_shows_stand_where_it_shows_them(outside):
    message = letter("请看网页。")
    message.add_alternative(f"<p>{PARAGRAPH}</p><img src='cid:one@x'><p>{PARAGRAPH}</p>", subtype="html")
    message.get_payload()[1].add_related(png(), "image", "png", cid="<one@x>")
    copy = intake.read("信.eml", message.as_bytes())
    assert [p.picture for p in copy.paragraphs] == [None, 0, None]


def test_two_hundred_attachments_are_bounded_and_it_is_said(outside):
    message = letter(f"{PARAGRAPH}\n{PARAGRAPH}")
    for number in range(200):
        attach(message, f"{number}.txt", f"第{number}篇\n\n{PARAGRAPH}".encode())
    copies, _ = door.opened("信.eml", message.as_bytes())
    assert len(copies) == 1 + mail.MOST_FILES
    assert (
        "邮件的附件太多，一次最多收 30 个，还有 170 个没有收。请分几封邮件，或者另存后分次上传。"
        in copies[0][0].warnings
    )


def test_winmail_is_said_and_a_forwarded_mail_is_opened(outside):
    message = letter(f"{PARAGRAPH}\n{PARAGRAPH}")
    attach(message, "winmail.dat", b"\x78\x9f\x3e\x22" * 50, "application/ms-tnef")
    message.add_attachment(letter(f"转来的稿子\n\n{PARAGRAPH}\n\n{PARAGRAPH}", "转发"))
    copies, _ = door.opened("信.eml", message.as_bytes())
    assert any("winmail.dat" in warning for warning in copies[0][0].warnings)
    assert "转来的稿子" in copies[1][0].text


def test_raw_chinese_in_the_head_and_a_charset_that_lies_are_read_all_the_same(outside):
    head = "From: 石小满 <shi@qingtang.example>\nSubject: 春茶开采\nMIME-Version: 1.0\n".encode("gb18030")
    body = f"Content-Type: text/plain; charset=us-ascii\n\n{PARAGRAPH}\n".encode("gb18030")
    copy = intake.read("信", head + body)
    assert (copy.kind, copy.title, copy.text.strip()) == ("mail", "春茶开采", PARAGRAPH)


def test_a_mail_nested_a_thousand_times_is_refused(outside):
    lines = ["From: a@x.example", "Subject: s", "MIME-Version: 1.0"]
    for level in range(1000):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    with pytest.raises(Unreadable) as caught:
        intake.read("信.eml", "\n".join([*lines, "", "深处"]).encode())
    assert caught.value.reason in ("deep", "no-text")


# ---- .doc and .wps ----


def test_a_doc_shows_field_results_leaves_deleted_words_out_and_brings_pictures(outside):
    blob = png()
    picf = struct.pack("<IH", 68 + len(blob), 68) + bytes(62) + blob
    paras = [
        word.Para(
            [("页码", b""), ("\x13", b""), (" PAGE ", b""), ("\x14", b""), ("3", b""), ("\x15", b""), ("。", b"")]
        ),
        word.Para([("全县", b""), ("二百", word.DELETED), ("三百人。", word.BOLD)]),
        word.Para([("第一行\x0b第二行", word.sized(16))], grpprl=word.CENTRED),
        word.Para([("图", b""), ("\x01", word.drawn(0))]),
    ]
    copy = intake.read("a.doc", word.doc(paras, data=picf))
    assert [p.text for p in copy.paragraphs if p.picture is None] == [
        "页码3。",
        "全县三百人。",
        "第一行",
        "第二行",
        "图",
    ]
    assert copy.paragraphs[1].marks == ((2, 6, "b"),)
    assert (copy.paragraphs[2].size_pt, copy.paragraphs[2].centred) == (16.0, True)
    assert copy.pictures == (blob,)
    assert any("修订" in warning for warning in copy.warnings)


def test_a_doc_without_chinese_keeps_single_bytes_and_is_read(outside):
    copy = intake.read("a.doc", word.doc([word.Para([("Caf\xe9 \u2013 tea", b"")])], narrow=True))
    assert copy.text == "Caf\xe9 \u2013 tea"


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("password", word.doc([word.Para([("字", b"")])], flags=0x0100)),
        ("password", word.box({"EncryptedPackage": bytes(5000), "EncryptionInfo": b"x" * 100})),
        ("old-office", word.box({"Workbook": bytes(5000)})),
        ("old-word", word.doc([word.Para([("字", b"")])], version=0x65)),
        ("broken-doc", word.box({"Other": bytes(5000)})),
        ("broken-doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)),
    ],
)
def test_what_is_no_word_97_document_is_told_with_the_next_step(reason, data, outside):
    with pytest.raises(Unreadable) as caught:
        intake.read("a.doc", data)
    assert caught.value.reason == reason
    assert "请" in str(caught.value)


def test_every_cut_and_many_flipped_bytes_of_a_doc_are_read_or_refused_and_nothing_else(outside):
    whole = sample.as_doc(sample.sample(3))
    for length in range(0, len(whole), 97):
        _read_or_refused("a.doc", whole[: length + 8])
    for at in range(0, len(whole), 61):
        torn = bytearray(whole)
        torn[at] ^= 0xFF
        _read_or_refused("a.doc", bytes(torn))


def _read_or_refused(name: str, data: bytes) -> str:
    """The reason of the refusal, or nothing; any other error fails the test."""
    try:
        intake.read(name, data)
    except Unreadable as refused:
        return refused.reason
    return ""


# ---- PDF ----


def test_radicals_in_a_pdf_are_the_characters_that_they_stand_for(outside):
    shown = {"青": "\u2ed8", "门": "\u2ed4", "长": "\u2ed3", "马": "\u2ee2", "飞": "\u2edc", "龙": "\u2ef0", "石": "\u2f6f", "一": "\u2f00", "水": "\u2f54", "户": "\u2f3e"}  # fmt: skip
    for seed in range(20):
        story = sample.sample(seed)
        copy = intake.read("a.pdf", sample.as_pdf(story, shown))
        assert sample.bare(copy.text) == story.words
        assert any("部首" in warning for warning in copy.warnings)


def test_every_radical_of_both_blocks_has_its_character():
    codes = [code for code in (*range(0x2E80, 0x2EF4), *range(0x2F00, 0x2FD6)) if code != 0x2E9A]
    assert [hex(code) for code in codes if code not in radicals.TABLE] == []
    assert all(len(character) == 1 and ord(character) not in radicals.TABLE for character in radicals.TABLE.values())
    pairs = zip(
        "\u2ec1\u2f83\u2ea0\u2ed3\u2edb\u2ecb\u2ee3\u2ee9\u2eec\u2f3e\u2fca", "虎自民长风车骨黄齐户黑", strict=True
    )
    assert [radicals.TABLE[ord(radical)] for radical, _ in pairs] == list("虎自民长风车骨黄齐户黑")


def test_the_lines_of_a_pdf_are_paragraphs_again(outside):
    long = "".join(sample.SENTENCES[:3])
    lines = [(20, "云台乡春茶开采"), *[(11, long[at : at + 30]) for at in range(0, len(long), 30)], (11, "— 1 —")]
    copy = intake.read("a.pdf", sample.pdf(lines, {}))
    assert [p.text for p in copy.paragraphs] == ["云台乡春茶开采", long]
    assert copy.paragraphs[0].size_pt > copy.paragraphs[1].size_pt


def test_a_scanned_pdf_and_a_broken_one_are_refused_with_advice(outside):
    for data, reason in ((sample.pdf([(11, " ")], {}), "scanned"), (b"%PDF-1.7\n%\xe2\xe3", "broken-pdf")):
        with pytest.raises(Unreadable) as caught:
            intake.read("a.pdf", data)
        assert caught.value.reason == reason
    odd = sample.pdf([(11, "春茶开采了")], {c: "\ue123" for c in "春茶开采了"})
    with pytest.raises(Unreadable, match="乱码"):
        intake.read("a.pdf", odd)
