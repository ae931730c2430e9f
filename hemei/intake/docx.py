"""Runs in the jail: reads a .docx as paragraphs, after its outside (``zipped``) and its XML were looked at."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

import defusedxml.sax
from defusedxml.common import DefusedXmlException
from docx import Document
from docx.opc.exceptions import OpcError

from hemei.intake import numbering
from hemei.intake.errors import unreadable
from hemei.intake.gathering import Piece, split_spans
from hemei.intake.uris import link

DEEPEST = 256
"""Levels of nesting in a part. Word's own tables within tables stay below 100; libxml2 stops at this figure too."""
MOST_PICTURES = 60
_MOST_PICTURE_BYTES = 48 << 20
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_V = "{urn:schemas-microsoft-com:vml}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


class _Depth(ContentHandler):  # type: ignore[misc, unused-ignore]
    def __init__(self) -> None:
        super().__init__()
        self.level = 0

    def startElement(self, name: str, attrs: object) -> None:
        self.level += 1
        if self.level > DEEPEST:
            raise unreadable("deep")

    def endElement(self, name: str) -> None:
        self.level -= 1


def extract(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    """Fields of the paragraphs in reading order, notes, and the embedded pictures. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if name.lower().endswith((".xml", ".rels")):
                    _look(archive, name)
        document = Document(io.BytesIO(data))
    except (zipfile.BadZipFile, OpcError, SAXException, KeyError, ValueError, EOFError, OSError, SyntaxError) as error:
        if getattr(error, "reason", None) in ("deep", "macro", "entities", "zip-bomb"):
            raise
        raise unreadable("broken-docx") from error
    walk = _Walk(document)
    walk.blocks(document.element.body)
    head: dict[str, object] = {"paragraphs": walk.found, "notes": [[note, 1] for note in sorted(walk.notes)]}
    return head, walk.pictures


def _look(archive: zipfile.ZipFile, name: str) -> None:
    """Refuses DTDs, entities, depth and macro types in one part before any tree is built from it."""
    xml = archive.read(name)
    if name == "[Content_Types].xml" and b"macroenabled" in xml.lower():
        raise unreadable("macro")
    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(_Depth())
    try:
        parser.parse(io.BytesIO(xml))
    except DefusedXmlException as error:
        raise unreadable("entities") from error


class _Walk:
    """Goes through a body once, keeping what it finds as plain fields."""

    def __init__(self, document: Any) -> None:
        self.part = document.part
        self.styles = _Styles(document)
        self.counters = numbering.Counters(document)
        self.found: list[list[object]] = []
        self.notes: set[str] = set()
        self.pictures: list[bytes] = []
        self.numbers: dict[str, int] = {}
        self.weight = 0

    def blocks(self, parent: Any) -> None:
        for child in parent.iterchildren():
            if child.tag == _W + "p":
                self.paragraph(child)
            elif child.tag == _W + "tbl":
                self.table(child)
            elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml", _W + "smartTag"):
                self.blocks(child)

    def paragraph(self, p: Any) -> None:
        pieces, boxes = self.pieces(p)
        text = "".join(piece for piece, _ in pieces)
        style, size, bold, centred = self.styles.look(p, pieces)
        marked = [self.marked(words, run, p) for words, run in pieces]
        if ordinal := self.counters.ordinal(p, self.styles.chain(p)):
            self.notes.add("numbering")
            text = ordinal + text
            marked.insert(0, Piece(ordinal))
        for line, marks in zip(text.split("\n"), split_spans(marked), strict=True):
            self.found.append([line, size, bold, centred, style, [], None, marks])
        for number in self.drawn(p):
            self.found.append(["", None, False, centred, style, [], number, []])
        for box in boxes:
            self.notes.add("textbox")
            self.blocks(box)

    def marked(self, text: str, run: Any, p: Any) -> Piece:
        """The words of a run, whether they are bold, and where they link to."""
        around = run.getparent()
        key = around.get(_R + "id") if around is not None and around.tag == _W + "hyperlink" else None
        relation = self.part.rels.get(key) if key else None
        href = link(relation.target_ref) if relation is not None and relation.is_external else ""
        return Piece(text, None, self.styles.is_bold(p, run), href)

    def pieces(self, p: Any) -> tuple[list[tuple[str, Any]], list[Any]]:
        """(text, its run) in order, without deleted text and text boxes; and the text boxes."""
        pieces: list[tuple[str, Any]] = []
        boxes = []
        for node in _inside(p):
            if node.tag == _W + "t":
                pieces.append((node.text or "", node.getparent()))
            elif node.tag == _W + "tab":
                if node.getparent().tag == _W + "r":
                    pieces.append(("\t", node.getparent()))
            elif node.tag in (_W + "br", _W + "cr"):
                pieces.append(("\n", node.getparent()))
            elif node.tag == _W + "noBreakHyphen":
                pieces.append(("-", node.getparent()))
            elif node.tag == _W + "txbxContent":
                boxes.append(node)
            elif node.tag in _NOTED:
                self.notes.add(_NOTED[node.tag])
        return pieces, boxes

    def table(self, table: Any) -> None:
        rows = []
        for row in table.iterchildren(_W + "tr"):
            rows.append([self.cell(cell) for cell in row.iterchildren(_W + "tc")])
        if len(rows) == 1 and len(rows[0]) == 1 and len(rows[0][0]) > 200:
            # A frame drawn round the whole story: Word's users make a table of one cell for that.
            for cell in table.iter(_W + "tc"):
                self.blocks(cell)
                return
        width = max((len(row) for row in rows), default=0)
        if any(any(cell.strip() for cell in row) for row in rows):
            self.found.append(["", None, False, False, "", [row + [""] * (width - len(row)) for row in rows], None, []])
        for number in self.drawn(table):
            self.found.append(["", None, False, False, "", [], number, []])

    def cell(self, cell: Any) -> str:
        lines = ("".join(piece for piece, _ in self.pieces(p)[0]) for p in cell.iter(_W + "p"))
        return "\n".join(line for line in lines if line.strip())

    def drawn(self, node: Any) -> Iterator[int]:
        """Numbers of the pictures that stand in this node. A picture used twice keeps one number."""
        for inner in _inside(node):
            if inner.tag == _A + "blip":
                embed, link = inner.get(_R + "embed"), inner.get(_R + "link")
            elif inner.tag == _V + "imagedata":
                embed, link = inner.get(_R + "id"), None
            else:
                continue
            number = self.picture(embed) if embed else None
            if link and number is None:
                self.notes.add("external")
            if number is not None:
                yield number

    def picture(self, rel: str) -> int | None:
        relation = self.part.rels.get(rel)
        if relation is None:
            return None
        if relation.is_external:
            self.notes.add("external")
            return None
        target = relation.target_part
        name = str(target.partname)
        if name not in self.numbers:
            blob = target.blob
            self.weight += len(blob)
            full = len(self.pictures) >= MOST_PICTURES or self.weight > _MOST_PICTURE_BYTES
            if full or not blob.startswith(_PICTURE_STARTS):
                self.notes.add("pictures")
                return None
            self.numbers[name] = len(self.pictures)
            self.pictures.append(blob)
        return self.numbers[name]


_NOTED = {
    _W + "ins": "revisions",
    _W + "del": "revisions",
    _W + "footnoteReference": "footnotes",
    _W + "endnoteReference": "footnotes",
    _W + "object": "objects",
}


_PASSED = (_FALLBACK, _W + "del", _W + "moveFrom", _W + "pPr", _W + "rPr")


def _inside(node: Any) -> Iterator[Any]:
    """Descendants in document order; a text box is given, not entered, and the second wording of one is left out."""
    waiting = [iter(node)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
            continue
        if not isinstance(child.tag, str) or child.tag in _PASSED:
            if child.tag == _W + "del":
                yield child
            continue
        yield child
        if child.tag != _W + "txbxContent":
            waiting.append(iter(child))


class _Styles:
    """What a paragraph looks like once its styles are taken together: size, weight and alignment."""

    def __init__(self, document: Any) -> None:
        root = document.styles.element
        self.named = {style.get(_W + "styleId"): style for style in root.iterchildren(_W + "style")}
        plain = (key for key, style in self.named.items()
                 if style.get(_W + "type") == "paragraph" and style.get(_W + "default") in ("1", "true"))  # fmt: skip
        self.plain = next(plain, None)
        self.defaults = root.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr")

    def chain(self, p: Any) -> list[Any]:
        """The paragraph's style and those it is based on, nearest first; circles are cut."""
        given = p.find(f"{_W}pPr/{_W}pStyle")
        key = given.get(_W + "val") if given is not None else self.plain
        found: list[Any] = []
        while key in self.named and self.named[key] not in found:
            found.append(self.named[key])
            based = self.named[key].find(_W + "basedOn")
            key = based.get(_W + "val") if based is not None else None
        return found

    def is_bold(self, p: Any, run: Any) -> bool:
        """Whether a run is bold, by itself or by a style."""
        return _on([run.find(_W + "rPr"), *(style.find(_W + "rPr") for style in self.chain(p)), self.defaults])

    def look(self, p: Any, pieces: list[tuple[str, Any]]) -> tuple[str, float | None, bool, bool]:
        """(style name, size in points of most characters, bold for most of them, centred)."""
        chain = self.chain(p)
        above = [style.find(_W + "rPr") for style in chain] + [self.defaults]
        sizes: Counter[float | None] = Counter()
        heavy = total = 0
        for text, run in pieces:
            count = len(text.strip())
            own = [run.find(_W + "rPr"), *above]
            sizes[_points(own)] += count
            heavy += count if _on(own) else 0
            total += count
        aligned = [p.find(f"{_W}pPr/{_W}jc"), *(style.find(f"{_W}pPr/{_W}jc") for style in chain)]
        jc = next((node.get(_W + "val") for node in aligned if node is not None), "")
        name = chain[0].find(_W + "name") if chain else None
        size = sizes.most_common(1)[0][0] if total else None
        return (name.get(_W + "val") or "" if name is not None else ""), size, 2 * heavy > total, jc == "center"


def _points(properties: list[Any]) -> float | None:
    for group in properties:
        size = group.find(_W + "sz") if group is not None else None
        if size is not None and (size.get(_W + "val") or "").isdigit():
            return int(size.get(_W + "val")) / 2
    return None


def _on(properties: list[Any]) -> bool:
    for group in properties:
        bold = group.find(_W + "b") if group is not None else None
        if bold is not None:
            return bold.get(_W + "val") not in ("0", "false", "off")
    return False
