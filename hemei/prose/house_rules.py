"""本社规矩 House rules: what a newsroom asks of every story beyond right words. Data with an explanation, not code: how long
a headline may be, how many pictures, how old. A set that contradicts itself is refused, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any, Literal

from hemei.prose.count import count

Strictness = Literal["off", "warn", "block"]
STRICTNESS: dict[str, str] = {"off": "不查", "warn": "留意", "block": "必改"}
MOST_WORDS = 200
"""Words of one rule's list, and characters of one word."""
MOST_WHY = 200
_LONGEST_WORD = 20


class Contradiction(ValueError):
    """A set of rules that no story can keep, or that cannot be read; the message tells the editor which, and why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the story, in its words."""

    caption: str
    credit: str
    alt: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A story as the rules see it."""

    headline: str
    deck: str
    byline: str
    editor: str
    source: str
    gist: Sequence[str]
    tags: Sequence[str]
    body: Sequence[str]
    """The paragraphs' words."""
    pictures: Sequence[Shown]
    section: str
    day: date | None
    """The story's own date."""
    today: date
    staff: Collection[str] = ()
    """Names of those who work here: whose pictures are our own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule as a house has set it."""

    kind: str
    level: Strictness
    number: int = 0
    words: tuple[str, ...] = ()
    sections: frozenset[str] = frozenset()
    """Only stories of these sections; of all when empty."""
    why: str = ""
    """What editors read about it."""

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "level": self.level, "number": self.number, "words": list(self.words),
            "sections": sorted(self.sections), "why": self.why,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Breach:
    """Where a story does not keep a rule."""

    rule: str
    """The rule's id: B01."""
    level: Strictness
    text: str
    """The words that it is about; what is missing, where there are none."""
    why: str


Judge = Callable[[Subject, Asked], Iterator[tuple[str, str]]]
"""What the rule finds in a story: the words that it is about, and what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule that a house can set."""

    id: str
    label: str
    unit: str
    """What its number counts; empty where it has none."""
    most: int
    """The largest number that makes sense."""
    lists: bool
    """Whether it has a list of words."""
    judge: Judge


def _long(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if (size := count(subject.headline)) > asked.number:
        yield subject.headline, f"主题 {size} 字，最多 {asked.number} 字"


def _short(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if (size := count(subject.headline)) < asked.number:
        yield subject.headline or "主题", f"主题 {size} 字，最少 {asked.number} 字"


def _deck_long(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if (size := count(subject.deck)) > asked.number:
        yield subject.deck, f"副题 {size} 字，最多 {asked.number} 字"


def _few_pictures(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if (some := len(subject.pictures)) < asked.number:
        yield "图片", f"有 {some} 张图片，至少要 {asked.number} 张"


def _many_pictures(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if (some := len(subject.pictures)) > asked.number:
        yield "图片", f"有 {some} 张图片，最多 {asked.number} 张"


def _own(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    for nth, each in enumerate(subject.pictures, 1):
        said = f"{each.credit} {each.caption}"
        if not any(name in said for name in (*subject.staff, *asked.words)):
            yield each.caption or f"第 {nth} 张图片", f"第 {nth} 张图片没有写明是本社人员拍的"


def _captions(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    for nth, each in enumerate(subject.pictures, 1):
        if not each.caption.strip():
            yield f"第 {nth} 张图片", f"第 {nth} 张图片没有图说"


def _alts(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    for nth, each in enumerate(subject.pictures, 1):
        if not each.alt.strip():
            yield f"第 {nth} 张图片", f"第 {nth} 张图片没有替代文字，看不见图的人不知道它说什么"


def _old(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if subject.day is None:
        yield "稿件日期", "没有填稿件日期，不知道是不是旧稿"
    elif (days := (subject.today - subject.day).days) > asked.number:
        yield subject.day.isoformat(), f"稿件日期是 {days} 天以前，最多 {asked.number} 天"


def _few_gist(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if (some := len(subject.gist)) < asked.number:
        yield "一分钟读懂", f"“一分钟读懂”有 {some} 条，至少要 {asked.number} 条"


def _gist_long(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    for line in subject.gist:
        if (size := count(line)) > asked.number:
            yield line, f"“一分钟读懂”这一条 {size} 字，最多 {asked.number} 字"


def _body_short(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if (size := sum(map(count, subject.body))) < asked.number:
        yield "正文", f"正文 {size} 字，最少 {asked.number} 字"


def _body_long(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if (size := sum(map(count, subject.body))) > asked.number:
        yield "正文", f"正文 {size} 字，最多 {asked.number} 字"


def _paragraph_long(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    for text in subject.body:
        if (size := count(text)) > asked.number:
            yield text[:40], f"这一段 {size} 字，最多 {asked.number} 字，手机上读着累"


def _needed(field: str, label: str) -> Judge:
    def judge(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
        if not str(getattr(subject, field)).strip():
            yield label, f"没有填{label}"

    return judge


def _few_tags(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    if (some := len(subject.tags)) < asked.number:
        yield "标签", f"有 {some} 个标签，至少要 {asked.number} 个"


def _words_in_headline(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    for word in asked.words:
        if word in subject.headline:
            yield word, f"标题里不用“{word}”"


def _words_anywhere(subject: Subject, asked: Asked) -> Iterator[tuple[str, str]]:
    whole = "\n".join((subject.headline, subject.deck, *subject.gist, *subject.body))
    for word in asked.words:
        if word in whole:
            yield word, f"本社不用“{word}”"


KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind("B01", "主题最多", "字", 200, False, _long),
        Kind("B02", "主题最少", "字", 200, False, _short),
        Kind("B03", "副题最多", "字", 300, False, _deck_long),
        Kind("B04", "图片至少", "张", 50, False, _few_pictures),
        Kind("B05", "图片最多", "张", 50, False, _many_pictures),
        Kind("B06", "只用自己拍的图片", "", 0, True, _own),
        Kind("B07", "每张图片都有图说", "", 0, False, _captions),
        Kind("B08", "每张图片都有替代文字", "", 0, False, _alts),
        Kind("B09", "稿件日期最旧", "天", 3660, False, _old),
        Kind("B10", "“一分钟读懂”至少", "条", 5, False, _few_gist),
        Kind("B11", "“一分钟读懂”每条最多", "字", 200, False, _gist_long),
        Kind("B12", "正文最少", "字", 100_000, False, _body_short),
        Kind("B13", "正文最多", "字", 100_000, False, _body_long),
        Kind("B14", "每段最多", "字", 10_000, False, _paragraph_long),
        Kind("B15", "要有署名", "", 0, False, _needed("byline", "署名")),
        Kind("B16", "要有责任编辑", "", 0, False, _needed("editor", "责任编辑")),
        Kind("B17", "要有来源", "", 0, False, _needed("source", "来源")),
        Kind("B18", "标签至少", "个", 20, False, _few_tags),
        Kind("B19", "标题里不用的词", "", 0, True, _words_in_headline),
        Kind("B20", "稿件里不用的词", "", 0, True, _words_anywhere),
    )
}

DEFAULT: tuple[Asked, ...] = (
    Asked("B01", "warn", 23, why="手机上一行约十五字，超过两行就没有人读完；报纸的一栏也排不下。"),
    Asked("B02", "off", 6, why="太短的标题说不清是谁、做了什么。"),
    Asked("B03", "off", 40, why="副题只补一件事。"),
    Asked("B04", "warn", 1, why="没有图的稿子少有人点开；实在没有，写明理由放行。"),
    Asked("B05", "off", 9, why="超过九张，不如做成图集。"),
    Asked("B06", "warn", words=("本社", "本报", "融媒体中心"), why="别人的图片要有授权。图源或图说里写明本社谁拍的；名册上的人自动认得。"),
    Asked("B07", "warn", why="图说回答：谁，在哪里，做什么。"),
    Asked("B08", "off", why="给看不见图的人读。空着就用图片的描述。"),
    Asked("B09", "warn", 2, why="旧闻当新闻发，读者会说我们不认真。回顾、人物不受此限的，可以只对几个栏目查。"),
    Asked("B10", "off", 1, why="先说结论：读者一分钟读懂。"),
    Asked("B11", "warn", 40, why="一条一句话，一屏放得下。"),
    Asked("B12", "off", 80, why="太短的不成一篇，做成快讯。"),
    Asked("B13", "off", 3000, why="超过三千字，请分篇，或者先说服值班主任。"),
    Asked("B14", "warn", 400, why="手机上一屏约二百五十字，一段不要超过两屏。"),
    Asked("B15", "warn", why="谁写的，谁负责。"),
    Asked("B16", "off", why="责任编辑要署名。"),
    Asked("B17", "off", why="转载的稿件必须写明来源。"),
    Asked("B18", "off", 1, why="有标签才找得到。"),
    Asked("B19", "warn", words=("震惊", "速看", "刚刚", "重磅", "突发", "疯传"), why="不做标题党。"),
    Asked("B20", "off", words=(), why="社里决定不用的词，一行一个。"),
)  # fmt: skip
"""The set that ships: what a county newsroom of today asks, every one of it to be looked at, none blocking."""

_BOTH = (("B02", "B01"), ("B04", "B05"), ("B12", "B13"))
"""Least and most of the same thing."""
_PICTURED = ("B06", "B07", "B08")


def breaches(subject: Subject, asked: Iterable[Asked]) -> list[Breach]:
    """Where this story does not keep these rules, in the order of the rules."""
    return [
        Breach(each.kind, each.level, text, why)
        for each in asked
        if each.level != "off" and (not each.sections or subject.section in each.sections)
        for text, why in KINDS[each.kind].judge(subject, each)
    ]


def checked(asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """The set, if stories can keep it. Raises Contradiction."""
    for each in asked:
        _sane(each)
    on = [each for each in asked if each.level != "off"]
    reasons = [why for one, other in combinations(on, 2) if _meet(one, other) and (why := _against(one, other))]
    if reasons:
        raise Contradiction("这几条自相矛盾，没有保存：" + "；".join(reasons) + "。请改其中一条，或者设为“不查”。")
    return tuple(asked)


def _sane(asked: Asked) -> None:
    kind = KINDS.get(asked.kind)
    if kind is None or asked.level not in STRICTNESS:
        raise Contradiction(f"不认识“{asked.kind}”这条规矩。")
    if not 0 <= asked.number <= kind.most:
        raise Contradiction(f"“{kind.label}”的数应在 0 到 {kind.most} 之间，而不是 {asked.number}。")
    if len(asked.words) > MOST_WORDS or any(not 0 < len(word) <= _LONGEST_WORD for word in asked.words):
        raise Contradiction(f"“{kind.label}”的词最多 {MOST_WORDS} 个，每个不超过 {_LONGEST_WORD} 字。")
    if len(asked.why) > MOST_WHY:
        raise Contradiction(f"“{kind.label}”的说明最多 {MOST_WHY} 字。")
    if asked.level != "off" and kind.id in ("B19", "B20") and not asked.words:
        raise Contradiction(f"“{kind.label}”一个词也没有写。请写上，或者设为“不查”。")
    if asked.level != "off" and kind.unit and kind.id in ("B01", "B13", "B14", "B11") and not asked.number:
        raise Contradiction(f"“{kind.label} 0 {kind.unit}”，就一个字也不能写了。")


def _meet(one: Asked, other: Asked) -> bool:
    """Whether a story can be under both."""
    return not one.sections or not other.sections or bool(one.sections & other.sections)


def _against(one: Asked, other: Asked) -> str:
    """Why no story keeps both; empty when some can."""
    if one.kind == other.kind:
        return f"“{KINDS[one.kind].label}”写了两遍" if _differ(one, other) else ""
    by = {one.kind: one, other.kind: other}
    for least, most in _BOTH:
        if least in by and most in by and by[least].number > by[most].number:
            return f"“{_said(by[least])}”与“{_said(by[most])}”"
    pictured = next((kind for kind in _PICTURED if kind in by), None)
    if pictured and "B05" in by and by["B05"].number == 0:
        return f"“{KINDS[pictured].label}”与“{_said(by['B05'])}”"
    return ""


def _differ(one: Asked, other: Asked) -> bool:
    return (one.number, one.words) != (other.number, other.words) or one.level != other.level


def _said(asked: Asked) -> str:
    kind = KINDS[asked.kind]
    return f"{kind.label} {asked.number} {kind.unit}" if kind.unit else kind.label


def said(asked: Asked) -> str:
    """A rule in one line, as it stands in the ledger: 主题最多 23 字（留意）."""
    words = f"：{'、'.join(asked.words)}" if asked.words else ""
    where = f"，只查{'、'.join(sorted(asked.sections))}" if asked.sections else ""
    return f"{_said(asked)}{words}（{STRICTNESS[asked.level]}{where}）"


def changes(before: Sequence[Asked], after: Sequence[Asked]) -> list[str]:
    """What changed from one set to another, a line each."""
    old, new = ({each.kind: each for each in some} for some in (before, after))
    lines = []
    for kind in KINDS:
        one, other = old.get(kind), new.get(kind)
        if one == other:
            continue
        was, now = (said(each) if each else "没有" for each in (one, other))
        lines.append(f"{was} → {now}" if was != now else f"{KINDS[kind].label}：改了说明")
    return lines


def from_data(data: Iterable[Mapping[str, Any]]) -> tuple[Asked, ...]:
    """The set that was written with `Asked.as_data`, every kind once, in order; kinds that it lacks are off.

    Raises Contradiction for what is no set.
    """
    try:
        kept = {
            each["kind"]: Asked(
                str(each["kind"]), each["level"], int(each["number"]), tuple(map(str, each["words"])),
                frozenset(map(str, each["sections"])), str(each["why"]),
            )
            for each in data
        }  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise Contradiction("存下的规矩读不出来。请恢复默认，再改。") from error
    return tuple(kept.get(each.kind, replace(each, level="off")) for each in DEFAULT)
