"""来稿: what somebody handed in, as plain paragraphs in their order, before anybody judged what they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hemei.intake.errors import unreadable
from hemei.intake.radicals import folded

MOST_CHARACTERS = 1_000_000
"""Longest copy, in characters; a county daily prints some 50,000 a day."""

Mark = tuple[int, int, str]
"""Start and end in a paragraph's text, and "b" for bold or the address of a link."""
LineFields = tuple[str, float | None, bool, bool, str, tuple[tuple[str, ...], ...], int | None]

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class CopyParagraph:
    """One paragraph of the copy. A table is one paragraph with rows; a picture is one with its number and no text."""

    text: str
    size_pt: float | None = None
    """Font size of most of its characters in points; None when the copy does not say (plain text)."""
    bold: bool = False
    centred: bool = False
    style: str = ""
    """Name of its Word style, as the file gives it."""
    rows: tuple[tuple[str, ...], ...] = ()
    picture: int | None = None
    """Index into Copy.pictures."""
    marks: tuple[Mark, ...] = ()
    """Where its words are bold or a link."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that was read. Empty paragraphs are kept: a blank line says something to the structurer."""

    name: str
    """File name for showing: no folders, no invisible characters, at most 120 characters."""
    kind: str
    """``text``, ``docx``, ``doc``, ``html``, ``markdown``, ``mail``, ``pdf`` or ``paste``."""
    paragraphs: tuple[CopyParagraph, ...]
    pictures: tuple[bytes, ...]
    """Embedded pictures as they were in the file: give each to ``clean`` before using it."""
    digest: str
    """SHA-256 of the original bytes, lower-case hex."""
    warnings: tuple[str, ...] = ()
    """Chinese, for the editor."""
    title: str = ""
    """What the file calls itself: a mail's subject, a page's title. For a copy that has no headline of its own."""
    files: tuple[tuple[str, bytes], ...] = ()
    """A mail's attachments, unread: (name, bytes)."""

    @property
    def lines(self) -> tuple[LineFields, ...]:
        """The paragraphs as plain fields: ``structure([Line(*fields) for fields in copy.lines], copy.warnings)``.

        The works ``intake`` and ``prose`` are strangers; whoever knows both joins them with this one line.
        """
        return tuple((p.text, p.size_pt, p.bold, p.centred, p.style, p.rows, p.picture) for p in self.paragraphs)

    @property
    def text(self) -> str:
        """All the words, one paragraph a line; cells of a table are parted by tabs."""
        return "\n".join(
            "\n".join("\t".join(row) for row in p.rows) if p.rows else p.text
            for p in self.paragraphs if p.picture is None or p.text
        )  # fmt: skip


def with_pictures(copy: Copy, pictures: Sequence[bytes]) -> Copy:
    """The copy with pictures that came beside it, below its words."""
    first = len(copy.pictures)
    shown = tuple(CopyParagraph("", picture=first + at) for at in range(len(pictures)))
    return replace(copy, paragraphs=copy.paragraphs + shown, pictures=(*copy.pictures, *pictures))


def visible(text: str) -> tuple[str, int]:
    """The text without control, bidirectional and zero-width characters, and how many there were. Tabs, line ends stay.

    Variation selectors go too: they change no Han character that a newspaper prints.
    """
    return _INVISIBLE.subn("", text)


def split_lines(text: str) -> list[str]:
    """Lines as any editor on any system ends them."""
    return _LINE_ENDS.split(text)


def checked(text: str) -> tuple[str, tuple[str, ...]]:
    """The visible text with its radicals folded, and what to tell the editor about it. Raises Unreadable: lone surrogates, or too long."""
    if len(text) > MOST_CHARACTERS:
        raise unreadable("long-text")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise unreadable("surrogate")
    text, removed = visible(text)
    warnings = []
    if removed:
        warnings.append(f"去掉了 {removed} 个看不见的字符（控制符、方向符或零宽字符）。")
    text, radicals = folded(text)
    if radicals:
        warnings.append(f"有 {radicals} 个字是 PDF 里的部首符号，已换成常用的字，请核对。")
    if lost := text.count("\ufffd"):
        warnings.append(f"有 {lost} 个字在传来之前就已经丢失（显示为 \ufffd），请对照原稿补上。")
    return text, tuple(warnings)


def shown_name(name: str) -> str:
    """A file name fit to be shown: its last part, without what is invisible, at most 120 characters."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in visible(last)[0] if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    kept = kept.strip()
    return kept if len(kept) <= 120 else kept[:90] + "…" + kept[-29:]
