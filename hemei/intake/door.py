"""The entrance for documents: looks at what a file is, by its content and not its name, and hands it to its reader."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import chain

from hemei.intake import jail, mail, markdown, picture, zipped
from hemei.intake.copy import MOST_CHARACTERS, Copy, CopyParagraph, Mark, checked, shown_name, split_lines, visible
from hemei.intake.errors import Unreadable, unreadable
from hemei.intake.radicals import folded
from hemei.intake.text import decode

MOST_BYTES = 20 << 20
"""Largest document, in bytes."""
MOST_PASTE_BYTES = 40 << 20
"""Largest HTML flavour of a paste, in bytes: its pictures come along as data."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHORT = 60
"""Characters of a mail that are no copy but a word to the desk, when a copy is attached."""


def read(name: str, data: bytes) -> Copy:
    """The copy in a file. Raises Unreadable. All but plain text is read in a process of its own: some tenths of a second.

    A mail's attachments come along unread: ``opened`` reads them too.
    """
    if not data:
        raise unreadable("empty")
    if len(data) > MOST_BYTES:
        raise unreadable("big-document")
    kind = kind_of(name, data)
    digest = hashlib.sha256(data).hexdigest()
    if kind == "text":
        return _plain(shown_name(name), decode(data), digest)
    if kind == "docx":
        zipped.inspect(data)
    return _made(shown_name(name), kind, jail.document(kind, data), digest)


def opened(name: str, data: bytes) -> tuple[list[tuple[Copy, bytes]], list[str]]:
    """The copies in a file with their bytes, a mail's attachments each as a copy of its own; and what was not taken.

    Raises Unreadable when the file itself cannot be read, or none of what it brings.
    """
    first = read(name, data)
    if not first.files:
        return [(first, data)], []
    taken: list[tuple[Copy, bytes]] = []
    pictures: list[bytes] = []
    left: list[str] = []
    for inner, blob in first.files:
        try:
            if picture.kind_of(blob):
                pictures.append(blob)
                continue
            copy = read(inner, blob)
            if copy.files:  # a mail in a mail in a mail
                left.append(f"“{copy.name}”里还有 {len(copy.files)} 个附件没有打开，请另存后单独上传。")
            if copy.paragraphs:
                taken.append((copy, blob))
        except Unreadable as error:
            left.append(f"附件“{shown_name(inner)}”没有收下：{error}")
    return _joined(first, data, taken, left), left


def _joined(first: Copy, data: bytes, taken: list[tuple[Copy, bytes]], left: list[str]) -> list[tuple[Copy, bytes]]:
    """The mail before its attachments; when it only says that a copy is attached, its words are told with the first."""
    words = " ".join(first.text.split())
    if taken and len(words) <= _SHORT and not first.pictures:
        said = (f"邮件里写着：“{words}”",) if words else ()
        copy, blob = taken[0]
        return [(replace(copy, warnings=(*first.warnings, *said, *copy.warnings)), blob), *taken[1:]]
    if first.text.strip() or first.pictures:
        return [(replace(first, warnings=(*first.warnings, *left)), data), *taken]
    if not taken:
        raise unreadable("no-text")
    return taken


def pasted(text: str, html: str = "") -> Copy:
    """The copy in a paste; its digest is that of its UTF-8 bytes. Raises Unreadable.

    ``html``: the same words as the browser gave them with their structure; used when it holds all of them.
    """
    if len(text) > MOST_CHARACTERS:
        raise unreadable("long-text")
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise unreadable("surrogate") from error
    digest = hashlib.sha256(data).hexdigest()
    if not html:
        return _plain(PASTED, text, digest)
    lost = "粘贴的格式太复杂，只带来了文字，请核对小标题和表格。"
    if len(html) <= MOST_PASTE_BYTES:
        try:
            rich = _made(PASTED, "paste", jail.document("paste", html.encode("utf-8", "replace")), digest)
        except Unreadable:
            rich = None  # its words are there all the same
        if rich is not None and _holds(rich.text, text):
            return rich
        lost = "粘贴以后又改过文字，只带来了文字，请核对小标题和表格。" if rich else lost
    plain = _plain(PASTED, text, digest)
    return replace(plain, warnings=(*plain.warnings, lost))


def _holds(rich: str, text: str) -> bool:
    """Whether the reading of a paste's HTML holds every Chinese character of its text, and nearly all of the rest."""
    whole, plain = ("".join(visible(each)[0].split()) for each in (rich, text))
    chinese = ["".join(c for c in each if c > "\u2e7f") for each in (whole, plain)]
    return chinese[1] in chinese[0] and len(whole) >= 0.9 * len(plain)


PASTED = "粘贴的文字"


def kind_of(name: str, data: bytes) -> str:
    """The reader for these bytes, by what they are and not by what they are called. Raises Unreadable for none."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "docx"
    if data.startswith(_OLE):
        return "doc"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"{\\rtf"):
        raise unreadable("rtf")
    if picture.kind_of(data) is not None:
        raise unreadable("picture-here")
    ending = shown_name(name).lower().rpartition(".")[2]
    if ending in ("docx", "docm", "dotx"):
        raise unreadable("broken-docx")
    return _textual(ending, data)


def _textual(ending: str, data: bytes) -> str:
    if mail.looks_like(data):
        return "mail"
    start = data[:2048].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        start.startswith((b"<?xml", b"<!--")) and b"<html" in start
    ):
        return "html"
    if ending in ("html", "htm", "xhtml") and b"<" in start:
        return "html"
    if ending in ("md", "markdown") or markdown.looks_like(_glimpse(data)):
        return "markdown"
    return "text"


def _glimpse(data: bytes) -> str:
    try:
        return decode(data)
    except Unreadable:
        return ""


def _plain(name: str, text: str, digest: str) -> Copy:
    text, warnings = checked(text)
    paragraphs = tuple(CopyParagraph(line) for line in split_lines(text))
    if not text.strip():
        raise unreadable("empty")
    return Copy(name, "text", paragraphs, (), digest, warnings)


def _made(name: str, kind: str, found: jail.Found, digest: str) -> Copy:
    said = "\n".join(words for p in found.paragraphs for words in (p.text, *chain.from_iterable(p.rows)))
    _, warnings = checked(said)
    paragraphs = tuple(map(_visible, found.paragraphs))
    if not any(p.text.strip() or p.rows for p in paragraphs) and not found.files:
        raise unreadable("no-text")
    title, sender = shown(found.title), shown(found.sender)
    notes = found.notes + warnings
    if kind == "mail":
        notes = (f"来自邮件：{sender or '发信人不明'}，主题“{title}”。", *notes)
    return Copy(name, kind, paragraphs, found.pictures, digest, notes, title, found.files)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed."""

    guid: str
    title: str
    link: str
    date: str
    """As the feed writes it."""
    copy: Copy


def feed(data: bytes) -> list[Item]:
    """The items of an RSS or Atom feed that have words. Raises Unreadable."""
    made = []
    for said, found in jail.feed(data):
        title = shown(said["title"])
        digest = hashlib.sha256(said["guid"].encode("utf-8", "replace")).hexdigest()
        try:
            copy = _made(title or "消息", "feed", found, digest)
        except Unreadable:
            continue
        made.append(Item(said["guid"], title, said["link"], said["date"], copy))
    return made


def shown(text: str) -> str:
    """A short line of the file's own that is fit to be shown."""
    return " ".join(visible(text.encode("utf-8", "replace").decode())[0].split())[:200]


def _visible(p: CopyParagraph) -> CopyParagraph:
    rows = tuple(tuple(checked(cell)[0] for cell in row) for row in p.rows)
    text, removed = visible(p.text)
    marks = p.marks if not removed else _moved(p.text, p.marks)
    return replace(p, text=folded(text)[0], rows=rows, marks=marks)


def _moved(text: str, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The marks where their words are once what is invisible is gone."""
    return tuple((len(visible(text[:start])[0]), len(visible(text[:end])[0]), what) for start, end, what in marks)
