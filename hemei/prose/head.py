"""What stands above a story's first paragraph: 眉题, 主题, 副题, and lines of date, byline and section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hemei.prose import marks
from hemei.prose.filed import FiledBlock
from hemei.prose.mend import Row, begins_something, cut
from hemei.prose.stories import MOST_HEAD, is_bodylike, is_headlike


@dataclass(slots=True)
class Parts:
    """A story while it is being taken apart: fields, blocks and their order. Internal to the structurer."""

    fields: dict[str, str] = field(default_factory=dict)
    body: list[FiledBlock] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def give(self, name: str, text: str) -> None:
        """Fills a field; a second piece is taken only right after the first, else it becomes a paragraph."""
        if name not in self.fields:
            self.fields[name] = text
            self.order.append(name)
        elif self.order[-1] == name:
            self.fields[name] += " " + text
        else:
            self.block(FiledBlock("paragraph", text))
            self.warnings.append(f"“{text[:20]}”像是另一个{_CALLED[name]}，先放进正文。")

    def block(self, block: FiledBlock) -> None:
        self.body.append(block)
        self.order.append("body")

    def desk(self, text: str) -> None:
        self.block(FiledBlock("paragraph", text, furniture=True))
        self.warnings.append(f"“{text[:20]}”是写给编辑部的，不会放进草稿的正文。")


_CALLED = {
    "kicker": "眉题", "headline": "标题", "deck": "副题", "dateline": "电头", "byline": "署名",
    "date": "日期", "section": "栏目",
}  # fmt: skip


def take_head(rows: Sequence[Row], plain: float | None, parts: Parts) -> Sequence[Row]:
    """Files the head into ``parts`` and gives the rows of the body back. ``plain`` is the body's font size."""
    lead = _lead(rows, plain)
    if _begins_the_body(rows, lead):
        lead -= 1
    head, body = list(rows[:lead]), rows[lead:]
    titles = [row for row in head if _is_title(row)]
    if len(titles) > MOST_HEAD:
        parts.warnings.append("开头的短行太多，只把第一行当作标题，请核对。")
        at = head.index(titles[0])
        head, body = head[: at + 1], rows[at + 1 :]
        titles = titles[:1]
    names = _name_lines(titles)
    titles, broken = _joined([row for row in titles if row.key not in names])
    parts.warnings += broken
    roles = _roles(titles, parts.warnings)
    absorbed = {row.key for row in head if _is_title(row) and row.key not in names} - {row.key for row in titles}
    whole = {row.key: row for row in titles}
    for row in head:
        if row.key in absorbed:
            continue
        if row.key in names:
            parts.give("byline", row.text)
            parts.warnings.append(f"把“{row.text}”当作署名，请核对。")
        elif row.key in roles:
            parts.give(roles[row.key], whole[row.key].text)
        else:
            take_small_line(row, parts)
    if "headline" not in parts.fields:
        parts.warnings.append("没有找到标题，请补上。")
    return body


def take_small_line(row: Row, parts: Parts) -> bool:
    """Files a line of date, byline, section or desk. False when it is none of them and became a paragraph."""
    text = row.text
    if not row.words:
        kind = "picture" if row.line.picture is not None else "table"
        parts.block(FiledBlock(kind, text, 0, row.line.rows, row.line.picture))
    elif marks.is_separator(text):
        parts.desk(text)
    elif marks.is_desk_line(text):
        _desk_line(text, parts)
    elif marks.is_section(text) and "section" not in parts.fields:
        parts.give("section", text)
    elif marks.is_date(text):
        parts.give("date", text)
    elif marks.is_byline(text):
        parts.give("byline", text)
    elif (found := marks.date_and_rest(text)) is not None:
        _mixed(found, row, parts)
    else:
        parts.block(FiledBlock("paragraph", text))
        return False
    return True


def _desk_line(text: str, parts: Parts) -> None:
    """ "来源：青棠融媒 作者：罗青禾" is one for the desk and a byline."""
    at = marks.byline_within(text)
    if at and "byline" not in parts.fields:
        parts.desk(text[:at].rstrip())
        parts.give("byline", text[at:])
    else:
        parts.desk(text)


def is_small_line(text: str) -> bool:
    """A line of date, byline, section or desk, or two of them beside each other."""
    if marks.is_separator(text) or marks.is_desk_line(text) or marks.is_section(text) or marks.is_date(text):
        return True
    if marks.is_byline(text):
        return True
    found = marks.date_and_rest(text)
    return found is not None and all(not part or is_small_line(part.strip()) for part in (found[0], found[2]))


def _mixed(found: tuple[str, str, str], row: Row, parts: Parts) -> None:
    before, date, after = found
    for text in (before, date, after):
        if text.strip(" |｜\u3000"):
            take_small_line(replace(row, text=text.strip()), parts)
        elif text.strip():
            parts.block(FiledBlock("paragraph", text.strip(), furniture=True))


def _is_title(row: Row) -> bool:
    return row.words and not is_small_line(row.text)


def _lead(rows: Sequence[Row], plain: float | None) -> int:
    """Index of the first row that belongs to the body."""
    titled_above = False
    for at, row in enumerate(rows):
        larger = plain is not None and (row.line.size_pt or 0) > plain
        titled = row.line.style.lower() in ("title", "subtitle", "标题", "副标题") or bool(marks.labelled(row.text))
        if row.words and not is_small_line(row.text) and not titled:
            numbered = marks.ordinal(row.text) and at > 0
            if numbered or (is_bodylike(row) and not (larger and row.length <= 60)):
                return at
            kicker = not titled_above and marks.looks_like_kicker(row.text)
            if not (larger or is_headlike(row) or row.text.startswith("——") or kicker):
                return at
        if not row.words and titled_above:
            return at
        titled_above = titled_above or _is_title(row)
    # Nothing reads as a body: the first title is the headline, the rest is what there is of a body.
    return next((at for at, row in enumerate(rows) if _is_title(row)), len(rows) - 1) + 1


def _begins_the_body(rows: Sequence[Row], lead: int) -> bool:
    """True when the last title above ``lead`` is the beginning of its paragraph, cut off by a stray break."""
    titles = [row for row in rows[:lead] if _is_title(row)]
    if lead >= len(rows) or len(titles) < 2 or titles[-1] is not rows[lead - 1]:
        return False
    last, below = rows[lead - 1], rows[lead]
    if (last.line.size_pt, last.line.bold, last.line.style) != (below.line.size_pt, below.line.bold, below.line.style):
        return False
    if last.line.centred or below.blanks or marks.labelled(last.text) or begins_something(below.text):
        return False
    return below.words and cut(last.text, below.text, whole=True)


def _name_lines(titles: Sequence[Row]) -> set[int]:
    """Where the last line of two or more titles is nothing but one person's name."""
    if len(titles) < 2:
        return set()
    last = titles[-1]
    alone = marks.is_name_line(last.text) and last.length <= titles[0].length
    return {last.key} if alone else set()


def _joined(titles: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """Titles with a line break through a word or a pair of marks joined again."""
    joined: list[Row] = []
    warnings = []
    end = -1
    for row in titles:
        last = joined[-1] if joined else None
        if (
            last is not None
            and row.key == end + 1
            and not row.text.startswith("——")
            and last.line.size_pt == row.line.size_pt
            and not marks.labelled(row.text)
            and cut(last.text, row.text)
        ):
            warnings.append(f"标题像是被换行切断的，已接上：“…{last.text[-8:]}｜{row.text[:8]}…”。")
            joined[-1] = replace(last, text=last.text + row.text)
        else:
            joined.append(row)
        end = row.key
    return joined, warnings


def _roles(titles: Sequence[Row], warnings: list[str]) -> dict[int, str]:
    """Which field each title row fills, by its number. What is a guess is told."""
    said = {row.key: name for row in titles if (name := marks.labelled(row.text))}
    rest = [row for row in titles if row.key not in said]
    if not rest:
        return said
    if "headline" in said.values():
        return said | {row.key: "deck" for row in rest}
    main = _main(rest, warnings)
    roles = dict(said)
    for at, row in enumerate(rest):
        roles[row.key] = "kicker" if at < main.start else "headline" if at < main.stop else "deck"
    return roles


def _main(titles: Sequence[Row], warnings: list[str]) -> range:
    """The rows among the titles that are the headline."""
    if len(titles) == 1:
        return range(1)
    if (by_size := _by_size(titles)) is not None:
        return by_size
    dashed = next((at for at, row in enumerate(titles) if at and row.text.startswith(("——", "—"))), None)
    said = next((at for at, row in enumerate(titles[:-1]) if marks.speaks(row.text)), None)
    if said is not None:
        return range(said + 1, said + 2)
    first, second = titles[0], titles[1]
    if dashed is not None:
        start = 1 if dashed >= 2 else 0
        return range(start, dashed)
    if len(titles) == 2:
        if marks.looks_like_kicker(first.text):
            warnings.append("两行标题没有字号可比：第一行当作眉题，第二行当作主题，请核对。")
            return range(1, 2)
        if abs(first.length - second.length) <= 1 and second.length <= 16:
            warnings.append("两行标题一样长，当作一个双行主题，请核对。")
            return range(2)
        warnings.append("两行标题没有字号可比：第一行当作主题，第二行当作副题，请核对。")
        return range(1)
    warnings.append("几行标题没有字号可比：第一行当作眉题，第二行当作主题，其余当作副题，请核对。")
    return range(1, 2)


def _by_size(titles: Sequence[Row]) -> range | None:
    """The largest rows, when the sizes tell them apart and they stand together."""
    sizes = [row.line.size_pt or 0.0 for row in titles]
    largest = max(sizes)
    start = sizes.index(largest)
    stop = start
    while stop < len(sizes) and sizes[stop] == largest:
        stop += 1
    return range(start, stop) if min(sizes) < largest and sizes.count(largest) == stop - start else None
