"""The same story written in every format that copy comes in, by code."""

from __future__ import annotations

import base64
import html
import io
import random
import zipfile
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache

from docx import Document

from tests.works import writers_of_doc as word

SENTENCES = (
    "近日，青棠县云台乡的春茶开采了，今年头一批茶青比去年早三天下山。", "乡里的收购点也提前开了门，黑板上写着一芽一叶每斤120元。",
    "茶农说，今年雨水匀，叶子厚，长势好。", "青石镇卫生院的夜间门诊开到晚上九点，周末不休。", "院里说，白天下地的人晚上也看得上病了。",
    "据统计，全乡1.2万亩茶园中，已开采8600亩，占71.7%。", "梨溪小学的操场铺上了新草皮，孩子们下课就往外跑。",
    "竹编合作社把灯笼卖到了外省，老手艺人带出了十几个徒弟。", "水库放水那天，下游几个村的秧田都灌上了。", "“路修好了，车子能开到地头。”石满仓说。",
    "夜里落了一场透雨，岭上的红叶掉了一半。", "图书馆把开放时间延到晚上八点半，来看书的多是学生。", "鱼塘边新装了三盏灯，过路的人说亮堂多了。",
    "长长的队伍一直排到门口，马路对面的店家给大家倒了热茶。", "风大，飞龙村的麦子倒了一片，农技员赶去看了看，说不碍事。",
)  # fmt: skip
HEADS = ("茶园里外", "路通了以后", "夜诊开门", "一盏灯", "水到田头")
TITLES = ("云台乡春茶开采", "青石镇夜诊开到九点", "梨溪小学有了新操场", "竹编灯笼出省", "水库放水秧田灌满")
LINK = "https://qingtang.example/notice?id=7&a=1"


@dataclass(frozen=True)
class Sample:
    """A story in parts: (kind, what it holds). Kinds: head, para, item, table; a para is runs of (words, bold, link)."""

    title: str
    parts: tuple[tuple[str, object], ...]

    @property
    def words(self) -> str:
        return bare(self.title + "".join(_words(kind, held) for kind, held in self.parts))


def bare(text: str) -> str:
    return "".join(text.split())


def _words(kind: str, held: object) -> str:
    if kind == "para":
        return "".join(run[0] for run in held)
    if kind == "table":
        return "".join(cell for row in held for cell in row)
    return str(held)


def sample(seed: int) -> Sample:
    """A different story for each seed; the same for the same."""
    dice = random.Random(seed)
    parts: list[tuple[str, object]] = []
    for _ in range(dice.randint(2, 5)):
        if parts and dice.random() < 0.4:
            parts.append(("head", dice.choice(HEADS)))
        parts.append(("para", _runs(dice)))
        if dice.random() < 0.3:
            parts += [("item", f"{dice.choice(HEADS)}第{n}条") for n in "甲乙丙"[: dice.randint(2, 3)]]
        if dice.random() < 0.3:
            parts.append(
                (
                    "table",
                    [["村", "亩数"], *[[f"{n}号村", str(dice.randint(10, 990))] for n in range(1, dice.randint(3, 5))]],
                )
            )
        if dice.random() < 0.2:
            parts.append(("para", [("<b>尖括号</b>与“引号”、&amp;和 100% 都照原样。", False, "")]))
    return Sample(dice.choice(TITLES), tuple(parts))


def _runs(dice: random.Random) -> list[tuple[str, bool, str]]:
    made = []
    for sentence in dice.sample(SENTENCES, dice.randint(2, 5)):
        bold, link = dice.random() < 0.2, LINK if dice.random() < 0.1 else ""
        made.append((sentence, bold, link))
    return made


def as_html(story: Sample, charset: str = "utf-8") -> bytes:
    return f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{story.title}</title></head><body>{body(story)}</body></html>'.encode(charset)  # fmt: skip


def body(story: Sample) -> str:
    made = [f"<h1>{html.escape(story.title)}</h1>"]
    items: list[str] = []
    for kind, held in [*story.parts, ("end", "")]:
        if kind != "item" and items:
            made.append("<ul>\n" + "\n".join(f"<li>{item}</li>" for item in items) + "\n</ul>")
            items = []
        if kind == "head":
            made.append(f"<h2>{held}</h2>")
        elif kind == "item":
            items.append(html.escape(str(held)))
        elif kind == "table":
            made.append(
                "<table>"
                + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in held)
                + "</table>"
            )
        elif kind == "para":
            made.append(f"<p>{''.join(_run(*run) for run in held)}</p>")
    return "\n".join(made)


def _run(words: str, bold: bool, link: str) -> str:
    made = html.escape(words, quote=False)
    made = f"<strong>{made}</strong>" if bold else made
    return f'<a href="{html.escape(link)}">{made}</a>' if link else made


def as_wechat(story: Sample) -> bytes:
    """What a browser gives of an article copied in WeChat: no headings, sections in spans, a picture that lies elsewhere."""
    base = 'style="margin: 0px; padding: 0px; outline: 0px; max-width: 100%; box-sizing: border-box !important;"'

    def soup(words: str, style: str = "") -> str:
        return f'<section {base}><section {base}><p {base}><span style="{style}font-size: 16px; letter-spacing: 1px;"><span {base}>{words}</span></span></p></section></section>'  # fmt: skip

    made = [
        f'<section style="text-align: center;" {base}><strong><span style="font-size: 22px;">{story.title}</span></strong></section>'
    ]
    for kind, held in story.parts:
        if kind == "head":
            made.append(soup(f'<strong><span style="font-size: 18px;">{held}</span></strong>'))
        elif kind == "table":
            made.append(
                f"<section><table><tbody>{''.join('<tr>' + ''.join(f'<td><p>{c}</p></td>' for c in row) + '</tr>' for row in held)}</tbody></table></section>"
            )
        elif kind == "para":
            made.append(soup("".join(_run(*run) for run in held)))
        else:
            made.append(f'<ul class="list-paddingleft-1"><li><p {base}>{html.escape(str(held))}</p></li></ul>')
    made.append(
        '<p><img data-src="https://mmbiz.qpic.cn/mmbiz_jpg/abc/640?wx_fmt=jpeg" src="data:image/svg+xml,%3Csvg/%3E"></p>'
    )
    return "".join(made).encode()


def as_markdown(story: Sample) -> bytes:
    made = [f"# {_escaped(story.title)}", ""]
    for kind, held in story.parts:
        if kind == "head":
            made += [f"## {held}", ""]
        elif kind == "item":
            made.append(f"- {_escaped(str(held))}")
        elif kind == "table":
            first, *rest = held
            made += [
                "",
                "| " + " | ".join(first) + " |",
                "| --- | --- |",
                *["| " + " | ".join(row) + " |" for row in rest],
                "",
            ]
        else:
            runs = (f"**{_escaped(words)}**" if bold else _escaped(words) for words, bold, _ in held)
            linked = (f"[{run}]({link})" if link else run for run, (_, _, link) in zip(runs, held, strict=True))
            made += ["", "".join(linked), ""]
    return "\n".join(made).encode()


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "\\`*_[]<>#" else c for c in text)


def as_mail(story: Sample, charset: str = "utf-8", plain: bool = False) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "罗青禾 <luo@qingtang.example>", "desk@qingtang.example", "来稿"
    mail["Date"] = "Mon, 02 Mar 2026 09:00:00 +0800"
    if plain:
        mail.set_content(as_text(story).decode(), charset=charset, cte="base64")
    else:
        mail.set_content("请用能看网页的邮箱打开。")
        mail.add_alternative(
            f"<html><body>{body(story)}</body></html>", subtype="html", charset=charset, cte="quoted-printable"
        )
    return mail.as_bytes()


def as_text(story: Sample) -> bytes:
    made = [story.title]
    for kind, held in story.parts:
        made += ["\t".join(row) for row in held] if kind == "table" else [_words(kind, held)]
    return "\n\n".join(made).encode()


def as_docx(story: Sample) -> bytes:
    made = [f'<w:p><w:r><w:rPr><w:sz w:val="44"/></w:rPr>{_t(story.title)}</w:r></w:p>']
    for kind, held in story.parts:
        if kind == "table":
            rows = ("".join(f"<w:tc><w:p><w:r>{_t(cell)}</w:r></w:p></w:tc>" for cell in row) for row in held)
            made.append("<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>")
        elif kind == "para":
            bold = "<w:rPr><w:b/></w:rPr>"
            runs = (f"<w:r>{bold if heavy else ''}{_t(words)}</w:r>" for words, heavy, _ in held)
            made.append(f"<w:p>{''.join(runs)}</w:p>")
        else:
            style = "Heading2" if kind == "head" else "ListBullet"
            made.append(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r>{_t(str(held))}</w:r></w:p>')
    out = io.BytesIO()
    with zipfile.ZipFile(_template()) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != "word/document.xml":
                new.writestr(name, old.read(name))
        new.writestr("word/document.xml", f"<w:document {_W}><w:body>{''.join(made)}</w:body></w:document>")
    return out.getvalue()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _t(text: str) -> str:
    return f'<w:t xml:space="preserve">{html.escape(text)}</w:t>'


@cache
def _blank() -> bytes:
    out = io.BytesIO()
    Document().save(out)
    return out.getvalue()


def _template() -> io.BytesIO:
    """An empty document with Word's styles; making one takes as long as reading ten."""
    return io.BytesIO(_blank())


def as_doc(story: Sample) -> bytes:
    paras = [word.Para([(story.title, word.sized(22) + word.BOLD)], grpprl=word.CENTRED)]
    for kind, held in story.parts:
        if kind == "head":
            paras.append(word.Para([(str(held), b"")], style=2))
        elif kind == "item":
            paras.append(word.Para([(str(held), word.sized(10.5))]))
        elif kind == "table":
            paras += [cell for row in held for cell in word.row(*row)]
        else:
            runs: list[tuple[str, bytes]] = []
            for words, bold, link in held:
                look = word.BOLD if bold else b""
                field = [("\x13", b""), (f' HYPERLINK "{link}" ', b""), ("\x14", b"")] if link else []
                runs += [*field, (words, look), *([("\x15", b"")] if link else [])]
            paras.append(word.Para(runs))
    return word.doc(paras)


def as_pdf(story: Sample, radicals: dict[str, str] | None = None, width: int = 30) -> bytes:
    """A page as a browser prints it: glyphs by place, broken at the edge, with a table that gives their characters."""
    lines: list[tuple[int, str]] = [(20, story.title)]
    for kind, held in story.parts:
        if kind == "table":
            lines += [(11, " ".join(row)) for row in held]
            continue
        words = _words(kind, held)
        lines += [(11, words[at : at + width]) for at in range(0, len(words), width)]
    return pdf(lines, radicals or {})


def pdf(lines: list[tuple[int, str]], radicals: dict[str, str]) -> bytes:
    """Lines of (size, words), some forty a page, in a font whose table may say radicals where characters are meant."""
    glyphs = {character: number for number, character in enumerate(sorted(set("".join(text for _, text in lines))), 1)}
    table = "\n".join(f"<{glyphs[c]:04x}> <{radicals.get(c, c).encode('utf-16-be').hex()}>" for c in glyphs)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n1 begincodespacerange "
        f"<0000> <ffff> endcodespacerange\n{len(glyphs)} beginbfchar\n{table}\nendbfchar\nendcmap end end"
    )
    pages = [lines[at : at + 40] for at in range(0, len(lines), 40)]
    contents = []
    for page in pages:
        y, made = 800, []
        for size, text in page:
            y -= 18
            made.append(f"BT /F {size} Tf 1 0 0 1 60 {y} Tm <{''.join(f'{glyphs[c]:04x}' for c in text)}> Tj ET")
        contents.append("\n".join(made))
    kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000>>",
        f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream",
    ]  # fmt: skip
    for number, content in enumerate(contents):
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {7 + 2 * number} 0 R/Resources<</Font<</F 3 0 R>>>>>>")  # fmt: skip
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{held}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return out + f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF".encode()  # fmt: skip


def data_uri(blob: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(blob).decode()}"
