"""The entrance for documents: looks at what a file is, by its content and not its name, and hands it to its reader."""

from __future__ import annotations

import hashlib
from itertools import chain

from hemei.intake import jail, picture, zipped
from hemei.intake.copy import MOST_CHARACTERS, Copy, CopyParagraph, checked, shown_name, split_lines
from hemei.intake.errors import unreadable
from hemei.intake.text import decode

MOST_BYTES = 20 << 20
"""Largest document, in bytes."""

_ENDINGS = {".html": "html", ".htm": "html", ".mht": "html", ".pdf": "pdf", ".rtf": "rtf"}


def read(name: str, data: bytes) -> Copy:
    """The copy in a file. Raises Unreadable. A .docx takes about half a second: it is read in a process of its own."""
    if not data:
        raise unreadable("empty")
    if len(data) > MOST_BYTES:
        raise unreadable("big-document")
    if reason := _other_kind(name, data):
        raise unreadable(reason)
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _docx(shown_name(name), data, digest)
    if shown_name(name).lower().endswith((".docx", ".docm", ".dotx")):
        raise unreadable("broken-docx")
    return _plain(shown_name(name), decode(data), digest)


def pasted(text: str) -> Copy:
    """The copy in a paste; its digest is that of its UTF-8 bytes. Raises Unreadable."""
    if len(text) > MOST_CHARACTERS:
        raise unreadable("long-text")
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise unreadable("surrogate") from error
    return _plain("粘贴的文字", text, hashlib.sha256(data).hexdigest())


def _plain(name: str, text: str, digest: str) -> Copy:
    text, warnings = checked(text)
    paragraphs = tuple(CopyParagraph(line) for line in split_lines(text))
    if not text.strip():
        raise unreadable("empty")
    return Copy(name, "text", paragraphs, (), digest, warnings)


def _docx(name: str, data: bytes, digest: str) -> Copy:
    zipped.inspect(data)
    paragraphs, pictures, notes = jail.docx(data)
    _, warnings = checked("\n".join(words for p in paragraphs for words in (p.text, *chain.from_iterable(p.rows))))
    paragraphs = tuple(_visible(paragraph) for paragraph in paragraphs)
    if not any(p.text.strip() or p.rows for p in paragraphs):
        raise unreadable("no-text")
    return Copy(name, "docx", paragraphs, pictures, digest, notes + warnings)


def _visible(p: CopyParagraph) -> CopyParagraph:
    text, _ = checked(p.text)
    rows = tuple(tuple(checked(cell)[0] for cell in row) for row in p.rows)
    return CopyParagraph(text, p.size_pt, p.bold, p.centred, p.style, rows, p.picture)


def _other_kind(name: str, data: bytes) -> str | None:
    """The reason to refuse a file that is plainly of a kind not read here; None to go on."""
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "old-word"
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if picture.kind_of(data) is not None:
        return "picture-here"
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    ending = "." + name.rpartition(".")[2].lower()
    return _ENDINGS.get(ending) if not data.startswith(b"PK") else None
