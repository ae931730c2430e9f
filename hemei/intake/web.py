"""Runs in the jail: reads HTML as paragraphs, whether it was saved, mailed, or pasted from WeChat or Word.

Nothing is fetched and no style sheet is asked: what a line is comes from its tags and from the styles written on them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree, html

from hemei.intake.errors import Unreadable, unreadable
from hemei.intake.gathering import Gathering, Piece
from hemei.intake.grids import grid
from hemei.intake.styles import is_hidden, look_of
from hemei.intake.text import decode
from hemei.intake.uris import embedded, link

DEEPEST = 200
"""Levels of nesting. WeChat's soup has some 40; the parser itself stops at 256."""

Resolve = Callable[[str], bytes | None]
"""The picture that a mail brought under this address, if any."""

_PASSED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "canvas",
        "video",
        "audio",
        "nav",
        "select",
        "option",
        "input",
        "button",
        "textarea",
        "rt",
        "rp",
        "dialog",
        "map",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
_CJK = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff]"
_BREAK_BETWEEN = re.compile(f"(?<={_CJK})[ \t]*[\r\n][ \t\r\n\f]*(?={_CJK})")
_BLANKS = re.compile("[ \t\r\n\f]+")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """How the words at one place look, by every tag around them."""

    size: float | None = None
    bold: bool = False
    centred: bool = False
    href: str = ""
    style: str = ""
    plain: bool = False
    """Blanks and line ends count, as in <pre>."""


def extract(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    """A page that was saved: its article when that is clear, else all of it. Raises Unreadable."""
    found = Gathering()
    walk(decoded(data), found, lambda _: None, whole=False)
    return found.answer()


def decoded(data: bytes) -> str:
    """The page's text: by its mark, by what it says of itself, else as any text. Raises Unreadable."""
    said = _CHARSET.search(data[:4096])
    if said and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = said[1].decode("ascii").lower()
        try:
            return data.decode("gb18030" if name.startswith(("gb", "x-gbk", "hz")) else name)
        except (LookupError, UnicodeDecodeError):
            pass  # it says what it is not
    try:
        return decode(data)
    except Unreadable:
        if not said:
            raise
        return data.decode("utf-8", "replace")  # the lost characters are counted for the editor


def walk(text: str, found: Gathering, resolve: Resolve, *, whole: bool) -> None:
    """Reads a page into ``found``. ``whole``: all of it, rather than its article alone."""
    root = _tree(text)
    if root is None:
        return
    title = root.findtext(".//head/title")
    found.title = found.title or " ".join((title or "").split())[:200]
    walker = _Walk(found, resolve)
    body = root.find("body") if root.tag == "html" else root
    if body is None:
        return
    for part in [body] if whole else _article(body, found):
        walker.node(part, Look(), 0)
        walker.flush()


def _tree(text: str) -> Any:
    text = re.sub(r"^\s*<\?xml[^>]*>", "", text.replace("\0", ""))
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, etree.ParserError, ValueError, AssertionError) as error:
        if any("depth" in entry.message.lower() for entry in parser.error_log):
            raise unreadable("deep") from error
        return None  # nothing in it but comments
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise unreadable("deep")
    return root


def _article(body: Any, found: Gathering) -> list[Any]:
    """The article and its title above it, when one part of the page is clearly the article; else the whole body."""
    for path in (
        ".//*[@id='js_content']", ".//*[@itemprop='articleBody']", ".//article", ".//main", ".//*[@role='main']",
        ".//*[contains(concat(' ', @class, ' '), ' TRS_Editor ')]",
    ):  # fmt: skip
        parts = body.xpath(path)
        if len(parts) != 1:
            continue
        article, every = _length(parts[0]), _length(body)
        if article < 40 or 10 * article < 3 * every:
            continue
        above = [head for head in body.iter("h1") if parts[0] not in head.iterancestors()]
        inside = any(True for _ in parts[0].iter("h1"))
        heads = above[:1] if above and not inside and 2 <= _length(above[0]) <= 100 else []
        if article + sum(map(_length, heads)) < every:
            found.notes["page"] += 1
        return [*heads, parts[0]]
    return [body]


def _length(node: Any) -> int:
    passed = sum(len("".join(inner.itertext()).strip()) for inner in node.iter("script", "style", "noscript"))
    return len("".join(node.itertext()).strip()) - passed


class _Walk:
    """Goes through a tree once; a line ends where a block begins or ends."""

    def __init__(self, found: Gathering, resolve: Resolve) -> None:
        self.found = found
        self.resolve = resolve
        self.pieces: list[tuple[str, Look]] = []
        self.drawn: list[bytes] = []
        self.prefix = ""
        self.seen_remote: set[str] = set()

    def node(self, node: Any, look: Look, depth: int) -> None:
        if depth > DEEPEST:
            raise unreadable("deep")
        tag = _name(node)
        if tag in _PASSED or is_hidden(node):
            return
        if tag == "br":
            self.pieces.append(("\n", replace(look, plain=True)))
        elif tag in ("img", "imagedata"):
            self.image(node)
        elif tag == "table":
            self.flush()
            self.table(node, look, depth)
        elif _is_marker(node):
            self.marker(node)
        else:
            self.inside(node, tag, look, depth)

    def inside(self, node: Any, tag: str, look: Look, depth: int) -> None:
        """What stands in a node, and after each of its children."""
        block = tag in _BLOCKS
        if block:
            self.flush()
        look = look_of(node, tag, look)
        if tag == "a":
            look = replace(look, href=link(node.get("href") or ""))
        if not self.found.paragraphs and look.style == "heading 1":
            look = replace(look, style="Title")
        self.text(node.text, look)
        number = _first(node) if tag == "ol" else 0
        for child in node:
            if isinstance(child.tag, str):
                if tag == "ol" and _name(child) == "li":
                    self.flush()
                    self.prefix = f"{number}."
                    number += 1
                self.node(child, look, depth + 1)
            self.text(child.tail, look)
        if block:
            self.flush()

    def text(self, text: str | None, look: Look) -> None:
        if text:
            self.pieces.append((text, look))

    def marker(self, node: Any) -> None:
        """Word's own bullet or number before an item, which it writes into the text."""
        shown = " ".join("".join(node.itertext()).replace("\xa0", " ").split())
        self.prefix = shown if any(character.isalnum() for character in shown) and len(shown) > 1 else ""

    def image(self, node: Any) -> None:
        source = node.get("data-src") or node.get("src") or ""
        blob = embedded(source) if source[:5].lower() == "data:" else self.resolve(source)
        if blob is not None:
            self.drawn.append(blob)
        elif source and not source.lower().startswith("data:image/svg") and source not in self.seen_remote:
            self.seen_remote.add(source)
            self.found.notes["remote"] += 1

    def table(self, table: Any, look: Look, depth: int) -> None:
        rows = grid(table)
        if rows is None:  # it lays a page out
            self.inside(table, "table", look, depth)
            return
        caption = table.find("caption")
        if caption is not None:
            self.inside(caption, "caption", look, depth)
        self.found.table([[self.cell(cell) for cell in row] for row in rows])
        for image in table.iter("img"):
            self.image(image)
        self.flush()

    def cell(self, cell: Any) -> str:
        if cell is None:
            return ""
        lines = (squeezed("".join(part)).strip() for part in _cell_lines(cell))
        return "\n".join(line for line in lines if line)

    def flush(self) -> None:
        """Ends a line, and puts the pictures that stood in it below."""
        pieces, self.pieces = self.pieces, []
        made = _squeezed(pieces)
        if made:
            look = next(look for text, look in pieces if text.strip())
            style = look.style
            if self.prefix:
                made[0] = made[0]._replace(text=self.prefix + made[0].text)
                # Word numbers its headings too: what a numbered paragraph is, its looks and neighbours say
                style = "" if style == "List Bullet" else style
            self.prefix = ""
            self.found.line(made, style, centred=look.centred)
        drawn, self.drawn = self.drawn, []
        for blob in drawn:
            self.found.picture(blob)


def _name(node: Any) -> str:
    return str(node.tag).rpartition(":")[2].rpartition("}")[2].lower()


def _first(node: Any) -> int:
    start = node.get("start") or "1"
    return int(start) if start.isdigit() and len(start) < 6 else 1


def _is_marker(node: Any) -> bool:
    style = node.get("style") or ""
    return "mso-list" in style and "ignore" in style.lower()


def _cell_lines(cell: Any) -> Iterator[list[str]]:
    line: list[str] = []
    for event, node in etree.iterwalk(cell, events=("start", "end", "comment")):
        if event == "comment":
            line.append(node.tail or "")
            continue
        tag = _name(node)
        if tag in _BLOCKS or tag == "br":
            yield line
            line = []
        if event == "start":
            line.append(node.text or "" if tag not in _PASSED else "")
        elif node is not cell:
            line.append(node.tail or "")
    yield line


def squeezed(text: str) -> str:
    """Blanks as a browser shows them; a line end between two Chinese characters is nothing."""
    return _BLANKS.sub(" ", _BREAK_BETWEEN.sub("", text)).replace("\xa0", " ")


def _squeezed(pieces: list[tuple[str, Look]]) -> list[Piece]:
    """The pieces of one block without blanks at the ends of its lines. None when there are no words."""
    made: list[Piece] = []
    before = "\n"
    for text, look in pieces:
        if not look.plain:
            text = squeezed(text)
            if before.isspace():
                text = text.lstrip(" ")
        if text.startswith("\n") and made:
            made[-1] = made[-1]._replace(text=made[-1].text.rstrip(" "))
        if text:
            made.append(Piece(text, look.size, look.bold, look.href))
            before = text[-1]
    while made and not made[-1].text.rstrip(" \n"):
        made.pop()
    while made and not made[0].text.strip(" \n"):
        made.pop(0)
    if made:
        made[-1] = made[-1]._replace(text=made[-1].text.rstrip(" \n"))
    return made if any(piece.text.strip() for piece in made) else []
