"""Places, organisations and fixed wordings, against the newsroom's lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import rjieba

from hemei.prose.proof.alike import alike
from hemei.prose.proof.copy import Copy
from hemei.prose.proof.lookup import Near, Words
from hemei.prose.proof.offices import after
from hemei.prose.proof.rule import Doubt, rule
from hemei.prose.register import House, Phrase, Register

_SUFFIX = re.compile("[镇乡村寨屯县]|街道|社区")
_GROUPS = (("镇", "乡", "街道"), ("村", "社区", "寨", "屯"), ("县",))
_GROUP = {suffix: group for group in _GROUPS for suffix in group}
_NUMERALS = "一二两三四五六七八九十百"
_LIST_GAP = re.compile(
    r"[”》]?(?:即|就是|是指|是|指的是|包括|的?要求|目标)?[（(：:，,—“]{0,3}(?:即|就是|是|坚持|做到)?[“：]?"
)
_LIST_BEFORE = re.compile(
    r"(?:[^、，。；：！？“”《》（）()—\s]{1,24}、){1,9}[^、，。；：！？“”《》（）()—\s]{1,24}?(?=的?[“《]?$)"
)
_ITEM_ENDS = re.compile(r"[^、，。；：！？“”《》（）()—\s]{0,24}")


class _Places:
    """The register's places by their stems: 青龙 of 青龙镇."""

    def __init__(self, register: Register) -> None:
        self.names = frozenset(register.parents)
        self.sizes = sorted({len(name) for name in self.names}, reverse=True)
        self.stems: dict[tuple[str, tuple[str, ...]], str] = {}
        self.near: dict[str, list[str]] = {}
        self.stem_sizes: list[int] = []
        sizes: set[int] = set()
        for name in sorted(self.names):
            suffix = name[-2:] if name[-2:] in _GROUP else name[-1:]
            if suffix not in _GROUP or len(name) - len(suffix) < 2:
                continue
            stem = name[: -len(suffix)]
            sizes.add(len(stem))
            self.stems.setdefault((stem, _GROUP[suffix]), name)
            for at in range(len(stem)):
                self.near.setdefault(f"{stem[:at]}?{stem[at + 1 :]}{suffix}", []).append(name)
        self.stem_sizes = sorted(sizes, reverse=True)

    def ending(self, text: str, end: int) -> str:
        """The longest registered place that ends here."""
        for size in self.sizes:
            if size <= end and text[end - size : end] in self.names:
                return text[end - size : end]
        return ""

    def meant(self, stem: str, suffix: str) -> str:
        """The place for which this is a slip of the pen; nothing when it is none."""
        if other := self.stems.get((stem, _GROUP[suffix])):
            return other
        for at in range(len(stem)):
            for name in self.near.get(f"{stem[:at]}?{stem[at + 1 :]}{suffix}", ()):
                if alike(name[at], stem[at]) and not _word(stem):
                    return name
        return ""


def _word(stem: str) -> bool:
    """Whether it is an ordinary word: 文明 of 文明村."""
    (word, tag), *_ = rjieba.tag(stem)
    return word == stem and tag[:2] not in ("ns", "nr", "nz") and bool(rjieba.has_word(stem))


@lru_cache(maxsize=4)
def _places(register: Register) -> _Places:
    return _Places(register)


@rule("R05", "warn")
def place(copy: Copy) -> Iterator[Doubt]:
    """地名与名录里的只差一点，或者写错了上级。

    镇写成乡、音近形近的字写错；村不在前面写的那个乡镇。

    错：记者来到白鹭乡采访。 → 记者来到白鹭镇采访。
    错：柳西镇的稻子熟了。 → 柳溪镇的稻子熟了。
    错：白鹭镇荷塘村的路修好了。
    对：白鹭镇石桥村和松岗乡石桥村都通了车。
    对：建设美丽乡村、文明村镇。
    """
    if not copy.house.register.places:
        return
    lists, text = _places(copy.house.register), copy.text
    for found in _SUFFIX.finditer(text):
        at, end, suffix = found.start(), found.end(), found[0]
        if name := lists.ending(text, end):
            outer = lists.ending(text, end - len(name))
            if outer and _GROUP.get(outer[-1:]) != _GROUP[suffix] and not copy.house.register.inside(name, outer):
                parents = "、".join(sorted(filter(None, copy.house.register.parents[name])))
                if parents:
                    yield end - len(name) - len(outer), end, None, f"名录里{name}属于{parents}，不属于{outer}"
            continue
        for size in lists.stem_sizes:
            if size <= at and (meant := lists.meant(text[at - size : at], suffix)):
                yield at - size, end, meant, f"名录里是{meant}"
                break


class _Organisations:
    def __init__(self, register: Register) -> None:
        self.full = {short: each.name for each in register.organisations for short in each.shorts}
        names = [name for each in register.organisations for name in (each.name, *each.shorts)]
        self.words = Words(names)
        self.near = Near(names)


@lru_cache(maxsize=4)
def _organisations(register: Register) -> _Organisations:
    return _Organisations(register)


@rule("R06", "warn")
def organisation(copy: Copy) -> Iterator[Doubt]:
    """单位名称与名录差一个字，或者先用简称、后用全称。

    第一次出现用全称，以后用简称。

    错：青棠县文化广电旅游局发布了线路。 → 青棠县文化广电和旅游局发布了线路。
    错：青棠县融煤体中心开放一天。 → 青棠县融媒体中心开放一天。
    错：县水利局派人来看过。⏎青棠县水利局说，年底完工。
    对：青棠县水利局派人来看过。⏎县水利局说，年底完工。
    对：县水利局派人来看过。
    """
    if not copy.house.register.organisations:
        return
    lists, text = _organisations(copy.house.register), copy.text
    for start, end, name in lists.near.found(text):
        yield start, end, name, f"名录里是“{name}”"
    first: dict[str, int] = {}
    full: set[str] = set()
    for part in copy.all("body"):
        for at, name in lists.words.found(text, part.start, part.end):
            whole = lists.full.get(name)
            if whole and whole not in full:
                if not after(text, at + len(name)):  # an office is named with the short name
                    first.setdefault(name, at)
            elif not whole and name not in full:
                full.add(name)
                for short, at_first in list(first.items()):
                    if lists.full[short] == name:
                        yield at_first, at_first + len(short), None, f"第一次出现用全称“{name}”，后面再用简称"


class _Phrases:
    def __init__(self, phrases: tuple[Phrase, ...]) -> None:
        self.by_name = {each.name: each for each in phrases if len(each.name) > 1}
        self.words = Words(self.by_name)
        self.near = Near([*self.by_name, *(member for each in phrases for member in each.members)], sure=5)
        self.counted: dict[str, list[Phrase]] = {}
        """What follows the number: 好农村路 of 四好农村路."""
        for each in self.by_name.values():
            if each.name[0] in _NUMERALS and len(each.name) > 2:
                self.counted.setdefault(each.name[1:], []).append(each)
        self.rests = Words(self.counted)


@lru_cache(maxsize=4)
def _phrases(house: House) -> _Phrases:
    return _Phrases(house.phrases)


@rule("R07", "block")
def phrase(copy: Copy) -> Iterator[Doubt]:
    """固定提法的文字、数目或成员不对。

    以本单位的提法表为准：名称一字不差；列举成员时，不多、不少、不换、不乱次序。

    错：全县推进三好农村路建设。 → 全县推进四好农村路建设。
    错：全县推进四好农村公路建设。 → 全县推进四好农村路建设。
    错：四好农村路（建好、管好、养好、运营好）一年一个样。 → 四好农村路（建好、管好、护好、运营好）一年一个样。
    错：四好农村路，即建好、护好、管好、运营好。 → 四好农村路，即建好、管好、护好、运营好。
    错：把农村公路建好、管好、养好、运营好的四好农村路。 → 把农村公路建好、管好、护好、运营好的四好农村路。
    错：四好农村路（建好、管好、运营好）。 → 四好农村路（建好、管好、护好、运营好）。
    对：四好农村路（建好、管好、护好、运营好）一年一个样。
    对：要把建好、管好、护好、运营好的“四好农村路”修到村口。
    对：把农村路建好、管好，一天也不能停。
    """
    if not copy.house.phrases:
        return
    lists, text = _phrases(copy.house), copy.text
    for start, end, name in lists.near.found(text):
        yield start, end, name, f"提法表里是“{name}”"
    for at, rest in lists.rests.found(text):
        said, before = text[at - 1 : at], text[at - 2 : at - 1]
        right = lists.counted[rest]
        if not said or said not in _NUMERALS or any(each.name[0] == said for each in right):
            continue
        if (before and before in _NUMERALS + "第") or (len(rest) < 4 and before != "“") or said == "一":
            continue
        yield at - 1, at, right[0].name[0], f"提法表里是“{right[0].name}”"
    for at, name in lists.words.found(text):
        members = lists.by_name[name].members
        if len(members) > 2 and (listed := _listed(copy, at, name, members)):
            start, end, items = listed
            if why := _members_wrong(items, members):
                put = "、".join(members) if items[0] in members or start > at else None
                yield start, end, put, f"“{name}”是{'、'.join(members)}：{why}"


def _listed(copy: Copy, at: int, name: str, members: tuple[str, ...]) -> tuple[int, int, list[str]] | None:
    """The list that follows the name or stands right before it, and its items; None when there is none."""
    text = copy.text
    gap = _LIST_GAP.match(text, at + len(name))
    start = gap.end() if gap else at + len(name)
    items, end = _items(text, start, members)
    if len(items) > 1:
        return start, end, items
    if found := _LIST_BEFORE.search(text, max(0, at - 100), at):
        first, *rest = found[0].split("、")
        known = next((each for each in members if first.endswith(each)), first)
        return found.start() + len(first) - len(known), found.end(), [known, *rest]
    return None


def _items(text: str, start: int, members: tuple[str, ...]) -> tuple[list[str], int]:
    """The items of a list from here on; the last one is a member where it begins with one."""
    items: list[str] = []
    at = start
    while len(items) < 2 * len(members):
        found = _ITEM_ENDS.match(text, at)
        assert found
        item = found[0]
        closed = text[found.end() : found.end() + 1]
        if closed == "、":
            items.append(item)
            at = found.end() + 1
            continue
        last = next((each for each in members if item.startswith(each)), None)
        both = next((each for each in members if item.startswith(each + "和")), None)
        if both:
            items.append(both)
            at += len(both) + 1
            continue
        items.append(last or item)
        return items, at + len(last or item)
    return items, at


def _members_wrong(items: list[str], members: tuple[str, ...]) -> str:
    known = [item for item in items if item in members]
    if items == list(members) or len(known) < max(2, len(members) - 1) or items[-1] == "":
        return ""
    strange = [item for item in items if item not in members]
    missing = [member for member in members if member not in items]
    if not strange and not missing:
        return "次序不对" if len(items) == len(members) else "有重复"
    if len(items) == len(members) and len(missing) == 1:
        return f"“{strange[0]}”应是“{missing[0]}”" if strange else f"少了“{missing[0]}”，有重复"
    if not strange and len(missing) == 1:
        return f"少了“{missing[0]}”"
    if len(strange) == 1 and not missing and items[-1] != strange[0]:
        return f"多了“{strange[0]}”"
    return ""
