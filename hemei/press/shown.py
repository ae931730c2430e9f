"""How values look on a page: escaped text, headlines that break between words, the county's clock, pictures."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache, lru_cache
from itertools import chain

import msgspec
from msgspec import Struct

from hemei.press.pieces import Heading, Items, Paragraph, Picture, Quote, Run, Story, Table
from hemei.press.reader import Reader, Rendition
from hemei.prose.headline import segments

SHANGHAI = timezone(timedelta(hours=8))
"""China's one clock; no summer time since 1991, so no time zone files are needed."""

PACE = 400
"""Characters that a reader takes in a minute, for 读 N 分钟 (Chinese readers: 250 to 500)."""

LONGEST = 6
"""Most characters between two places where a headline may break: longer ones overflow a narrow screen in 大字."""

CLAUSE_ENDS = tuple("，。：；！？")
"""What a headline breaks after before it breaks anywhere else."""

# What neither HTML nor XML may hold, and the characters that turn the direction of all that follows on the page.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff]"
    + "|["
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_IN_SCRIPT = tuple((mark.encode(), f"\\u{ord(mark):04x}".encode()) for mark in "<>&\u2028\u2029")
_REST = re.compile(r"[^\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W_]+")
_HAN_ROWS = bytes((*range(0x34, 0xA0), 0xF9, 0xFA))


class NoSuchPage(LookupError):
    """The site has no page at this path: it is not an address of ours, or what it would show is not admitted."""


class Html(str):
    """Text that is markup already: templates print it as it is."""

    __slots__ = ()

    def __html__(self) -> Html:
        return self


class Moment(Struct, frozen=True):
    """A time as pages show it: always absolute, in the county's clock."""

    iso: str
    """For machines: 2026-11-22T20:12+08:00"""
    day: str
    """2026年11月22日"""
    minute: str
    """2026年11月22日 20:12"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as a page shows it: the printed sizes of its crop, narrowest first, and the class of its focus."""

    src: Html
    """What every reader can take where there is a choice of sizes; else what nearly every one can."""
    sources: tuple[tuple[str, Html], ...]
    """(kind, srcset) of what is leaner, the leanest first."""
    sized: bool
    """Whether the sources name several sizes for the browser to choose from."""
    width: int
    height: int
    alt: str
    focus: str
    """A class such as "f02": left column, bottom row. Empty in the middle."""
    caption: str
    credit: str

    def addresses(self) -> Iterator[str]:
        """All the addresses in it."""
        yield self.src
        for _, srcset in self.sources:
            yield srcset


def clean(text: str) -> str:
    """The text without characters that no page may hold; every word stays."""
    # What no page may hold is also unprintable to Python, whose own look takes a fifth of the time.
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


def spotless(text: str) -> bool:
    """Whether the text surely holds nothing that no page may hold."""
    return text.replace("\n", "").replace("\u3000", "").isprintable()


def escape(text: str) -> str:
    """The text for markup and for quoted attributes. Most texts have nothing to escape."""
    if "&" in text or "<" in text or ">" in text or '"' in text or "'" in text:
        return html.escape(text)
    return text


def page_bytes(text: str) -> bytes:
    """A whole page as it is filed: the last look at what no page may hold, wherever it came from."""
    return (text if spotless(text) else clean(text)).encode()


@lru_cache(maxsize=16_384)
def headline(text: str) -> Html:
    """A headline that breaks between words only, and first between clauses: each is an element that the theme keeps whole
    while it fits a line. Kept at hand: a story's stands on its page and in several lists."""
    clauses: list[list[str]] = []
    ended = True
    for part in _gathered(segments(text)):
        if ended:
            clauses.append([])
        clauses[-1].append(part)
        ended = part.endswith(CLAUSE_ENDS)
    lines = ["<wbr>".join([escape(part) for part in clause]) for clause in clauses]
    return Html(lines[0] if len(lines) == 1 else "".join([f"<b>{line}</b>" for line in lines]))


def _gathered(parts: Iterable[str]) -> list[str]:
    """The pieces with words of one character held to a neighbour, up to six: no line begins with 的 or ends with 在."""
    lines: list[str] = []
    for part in parts:
        last = lines[-1] if lines else ""
        if (
            0 < len(last) <= LONGEST - len(part)
            and last[-1].isalnum()
            and (len(last) == 1 or len(part.rstrip("，。：；、！？")) == 1)
        ):
            lines[-1] += part
        else:
            lines.append(part)
    return lines


def runs(items: Sequence[Run]) -> str:
    """A paragraph's stretches as markup: plain, strong, linked. Most paragraphs are one plain stretch."""
    if len(items) == 1 and not (items[0].strong or items[0].href):
        return escape(items[0].text)
    return "".join([_run(item) for item in items])


def _run(run: Run) -> str:
    text = escape(run.text)
    if run.strong:
        text = f"<strong>{text}</strong>"
    if not run.href:
        return text
    # A link out of the site tells the other side nothing about our reader, and lends it no rank.
    away = ' rel="nofollow noopener noreferrer"' if run.href.startswith("http") else ""
    return f'<a href="{escape(run.href)}"{away}>{text}</a>'


def data_block(value: object) -> Html:
    """JSON for a script element: nothing in it can end the element or open a comment."""
    text = msgspec.json.encode(value)
    for mark, instead in _IN_SCRIPT:
        text = text.replace(mark, instead)
    return Html(text.decode())


def moment(instant: datetime) -> Moment:
    """The instant on the county's clock. Raises ValueError for a time without zone: nobody may guess it."""
    if instant.tzinfo is None:
        raise ValueError("a printed time needs its zone")
    local = instant.astimezone(SHANGHAI)
    iso, day = _day(local.year, local.month, local.day)
    clock = _clock(local.hour, local.minute)
    return Moment(f"{iso}T{clock}+08:00", day, f"{day} {clock}")


@lru_cache(maxsize=4096)
def _day(year: int, month: int, day: int) -> tuple[str, str]:
    """A day for machines and for people. Kept at hand: the times on a page lie in one or two days."""
    return f"{year:04}-{month:02}-{day:02}", f"{year}年{month}月{day}日"


@lru_cache(maxsize=1440)
def _clock(hour: int, minute: int) -> str:
    return f"{hour:02}:{minute:02}"


def minutes(length: int) -> int:
    """How many minutes a story of this length takes, at least one."""
    return round(length / PACE) or 1


def length(story: Story) -> int:
    """Han characters and words in the body, captions and tables included: what editors call 字数."""
    global _counted
    known = _counted
    if known is None or known[0] is not story:
        _counted = known = story, characters("\n".join(_texts(story)))
    return known[1]


def characters(text: str) -> int:
    """Han characters, each counted, and words between them: runs of other letters and digits."""
    wide = text.encode("utf-16-be")
    if len(wide) > 2 * len(text):  # rare characters beyond the first plane
        rest = _REST.findall(text)
        return len(text) - sum(map(len, rest)) + len(_WORD.findall(" ".join(rest)))
    upper = wide[::2]  # whole rows of 256 code points are Han: these bytes tell
    return len(upper) - len(upper.translate(None, _HAN_ROWS)) + len(_other_word().findall(text))


@cache
def _other_word() -> re.Pattern[str]:
    """A run of letters and digits of the first plane that are not Han.

    Each range is named, and the first character by itself: so the search is one look-up a character, and skips to
    where a word begins. Made when it is first asked for, which takes some milliseconds.
    """
    spans: list[list[int]] = []
    for point in chain(range(0x3400), range(0xA000, 0xF900), range(0xFB00, 0x10000)):
        if not chr(point).isalnum():
            continue
        if spans and spans[-1][1] == point - 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    one = "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)
    return re.compile(f"[{one}][{one}]*")


_counted: tuple[Story, int] | None = None
"""The last story that was counted: its page and its row in lists ask one after the other."""


def _texts(story: Story) -> list[str]:
    texts: list[str] = []
    for block in story.body:
        match block:
            case Paragraph():
                texts.append(_joined(block.runs))
            case Heading():
                texts.append(block.text)
            case Items():
                texts += [_joined(item) for item in block.items]
            case Quote():
                texts += (block.text, block.cite)
            case Picture():
                texts.append(block.caption)
            case Table():
                texts.append(block.caption)
                texts += [cell for row in (block.head, *block.rows) for cell in row]
    return texts


def _joined(items: Sequence[Run]) -> str:
    return items[0].text if len(items) == 1 else "".join([run.text for run in items])


def shot(picture: Picture | None, reader: Reader, *, most: int, sizes: bool = False) -> Shot | None:
    """The picture for a place that is at most so many device pixels wide; with sizes, the browser chooses.

    Without sizes AVIF and WebP are all that is offered: it is a small ornament in a list, and many of them, of which
    each byte counts. None when there is no picture, or when it has no printed size.
    """
    printed = reader.renditions(picture) if picture else ()
    if not picture or not printed:
        return None
    widest = next((size.width for size in printed if size.width >= most), printed[-1].width)
    by_kind: dict[str, list[Rendition]] = {}
    for size in printed:
        if size.width <= widest:
            by_kind.setdefault(size.kind, []).append(size)
    sources = [(kind, by_kind.pop(kind)) for kind in ("avif", "webp") if kind in by_kind]
    if sizes or not sources:
        # What is left is the JPEG: nothing where an older press drew, and the master itself in a preview.
        plain = [*by_kind.values(), *(offered for _, offered in sources)][0][-1]
    else:
        plain = sources.pop()[1][-1]
    sized = sizes and any(len(offered) > 1 for _, offered in sources)
    return Shot(
        src=Html(plain.address),
        sources=tuple((kind, _srcset(offered, sized)) for kind, offered in sources),
        sized=sized,
        width=plain.width,
        height=plain.height,
        alt=picture.alt,
        focus=_focus(picture),
        caption=picture.caption,
        credit=picture.credit,
    )


def _srcset(offered: list[Rendition], sized: bool) -> Html:
    if not sized:
        return Html(offered[-1].address)
    return Html(",".join(f"{size.address} {size.width}w" for size in offered))


def _focus(picture: Picture) -> str:
    """The ninth of the crop where the focus lies: a page may not carry styles of its own, so there are nine classes."""
    if picture.focus is None:
        return ""
    left, top, right, bottom = picture.crop or (0, 0, 1000, 1000)
    across = _third(picture.focus[0], left, right)
    down = _third(picture.focus[1], top, bottom)
    return "" if across == down == 1 else f"f{across}{down}"


def _third(at: int, start: int, end: int) -> int:
    return min(2, max(0, (at - start) * 3 // (end - start)))
