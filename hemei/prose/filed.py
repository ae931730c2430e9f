"""What goes into the structurer and what comes out: lines of a copy, and the story that was seen in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

FIELDS = ("kicker", "headline", "deck", "dateline", "byline", "date", "section")

_UNSEEN = re.compile(
    "[\\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
_LABEL = re.compile(
    r"^(?:标题|主题|主标题|大标题|眉题|引题|肩题|副题|副标题|作者|记者姓名|栏目|版面|版块|发布时间|发稿时间|时间|日期)[：:]\s*"
)


def bare(text: str) -> str:
    """Text without whitespace and without what cannot be seen: what the law of the structurer compares."""
    return _UNSEEN.sub("", text)


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of a copy as its file gave it, its fields in the order that ``intake`` gives them."""

    text: str
    size_pt: float | None = None
    bold: bool = False
    centred: bool = False
    style: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    """Cells of a table, row by row; the text counts for nothing then."""
    picture: int | None = None
    """Which picture of the copy stands here."""


@dataclass(frozen=True, slots=True)
class FiledBlock:
    """One block of the body. ``kind`` is paragraph, heading, item, quote, picture or table."""

    kind: str
    text: str
    """An item keeps its ordinal. Of a table: cells parted by tabs, rows by line ends. Of a picture: its caption."""
    level: int = 0
    """2 or 3 for a heading, else 0."""
    rows: tuple[tuple[str, ...], ...] = ()
    picture: int | None = None
    furniture: bool = False
    """True for a line that speaks to the desk and not to readers: a separator, "责任编辑：…". A draft leaves it out."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A story as the structurer proposes it: every word of the copy once, in a field or in a block, as written."""

    kicker: str | None = None
    headline: str | None = None
    deck: str | None = None
    dateline: str | None = None
    byline: str | None = None
    date: str | None = None
    section: str | None = None
    body: tuple[FiledBlock, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    """(name, office), in the order of their first appearance."""
    warnings: tuple[str, ...] = ()
    """Chinese, for the editor: what was mended, and what was a guess."""
    order: tuple[str, ...] = ()
    """Names of the fields, and "body" once for each block, in the order of the copy."""

    def in_copy_order(self) -> str:
        """All fields and blocks as they stood in the copy. The law: ``bare`` of it is ``bare`` of the copy."""
        blocks = iter(self.body)
        return "\n".join(next(blocks).text if name == "body" else str(getattr(self, name)) for name in self.order)

    def as_json(self) -> dict[str, object]:
        """The object that ``hemei file --dry-run --json`` prints for a story."""
        story: dict[str, object] = {name: getattr(self, name) for name in FIELDS}
        story["body"] = [{"kind": block.kind, "text": block.text, "level": block.level} for block in self.body]
        story["people"] = [{"name": name, "title": title} for name, title in self.people]
        story["warnings"] = list(self.warnings)
        return story

    def proposed(self) -> dict[str, str]:
        """The fields as a draft holds them: without labels such as "标题：" and without the marks round a byline."""
        found = {name: _LABEL.sub("", getattr(self, name) or "") for name in FIELDS}
        found["byline"] = found["byline"].strip("（）()【】[]□■◎●：: \u3000")
        found["section"] = found["section"].strip("【】[] \u3000")
        found["deck"] = found["deck"].lstrip("—-– \u3000")
        return found
