"""Ordinals and counts that are announced: 一是 二是 三是, （一）（二）, 三点要求."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from hemei.prose.proof.copy import Copy
from hemei.prose.proof.marks import HAN
from hemei.prose.proof.rule import Doubt, rule

_NUMERALS = (*"一二三四五六七八九十", *(f"十{each}" for each in "一二三四五六七八九"), "二十")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_VALUES = (
    {numeral: nth for nth, numeral in enumerate(_NUMERALS, 1)}
    | {circle: nth for nth, circle in enumerate(_CIRCLED, 1)}
    | {str(nth): nth for nth in range(1, 21)}
    | {"两": 2}
)
_N = "[一二三四五六七八九十]{1,3}"
_ORDINAL = re.compile(
    rf"[一二三四五六七八九十第（(0-9{_CIRCLED}](?:"
    rf"(?<=[一二三四五六七八九十])[一二三四五六七八九十]{{0,2}}(?:(?P<a>是)(?!{_N}[，、。；\s])|(?P<b>要)(?=[{HAN}]))"
    r"|(?<=第)[一二三四五六七八九十](?P<c>[，,、：])"
    rf"|(?<=[（(])(?:{_N}(?P<d>[）)])|\d\d?(?P<e>[）)]))(?![项款条目类])"
    rf"|(?<=\d)\d?(?P<f>[.．、])(?=[{HAN}“《])"
    rf"|(?P<g>(?<=[{_CIRCLED}]))"
    ")"
)
_BEFORE = {shape: "\n，。；：:;,、！？!?”》） \u3000“—和与及" for shape in "ab"} | {
    "c": "\n，。；：:;,！？!?”》） \u3000“",
    "d": "\n，。；：:;、！？” \u3000",
    "e": "\n，。；：:;、！？” \u3000",
    "f": "\n。；：:; \u3000",
    "g": "\n，。；：:;、 \u3000",
}
"""What an ordinal of each shape may follow: elsewhere 三是 is only three characters."""
_HEAD = re.compile(rf"^({_N})、(?!{_N})", re.MULTILINE)
_OTHERS = (
    *("{n}是", "{n}要", "{n}来", "{n}则", "{n}曰", "{n}、", "{n}个是", "{n}方面", "第{n}", "其{n}", "（{n}）", "({n})"),
    *("{d}.", "{d}．", "{d}、", "（{d}）", "({d})", "{c}"),
)
"""The shapes in which an ordinal that seems to be missing may stand after all."""
_NEXT_TO = {2: ("其次", "再者"), 3: ("再次", "再者", "最后")}
"""Words that do for 二 and 三."""
_FIRST = ("首先", "首要", "第一", "一方面", "一个是", "先是", "主要", "其一", "一则")
_FAR = 3000
_NEXT = re.compile(r"其次[，,]")
_STRANDED = re.compile(r"\d{1,2}(?:[.．][，,。；;、！？]|、[，,。；;！？])")
_IS_HAN = re.compile(f"[{HAN}]")
_MUST = re.compile("要|必须|应|须|务必|不[能得许可要]")
_ANNOUNCED = re.compile(
    r"(?<![第十百一二三四五六七八九])([两二三四五六七八九十])(?:点|项|条|个(?!字)|大|方面|件|种|类)([^，。；：:、！？\n]{0,9})[：:。，]\n?$"
)
_LIST = re.compile(
    rf"(?<![第十百一二三四五六七八九\d])([两二三四五六七八九十]|\d\d?)(?:个(?!字)|项|种|类|大|条|位|名|家|所|座|件|支|处|门|款|本|部)[{HAN}]{{1,10}}(?:[：:]|分别[为是])"
    r"([^，。；：:！？\n（）()、]{1,14}(?:、[^，。；：:！？\n（）()、]{1,14})+)(?=[。！？\n]|\Z)"
)
_SUM = re.compile(r"([两二三四五六七八九])[个座家所]?(乡镇|镇|乡|村|县|省|市|社区)(?!.?[、级])")
_SUMMED = re.compile(rf"(?:[{HAN}]{{2,10}}、)+[{HAN}]{{2,6}}$")
_LOOSE = re.compile("等|第一|一是|首先|其中|不同|任何")
_AND = re.compile("以及|和|与|及|暨|还有")


@dataclass(frozen=True, slots=True)
class Item:
    value: int
    start: int
    end: int


@lru_cache(maxsize=1)
def _ordinals(text: str) -> dict[str, list[Item]]:
    """The ordinals of each shape, in order."""
    shapes: dict[str, list[Item]] = {}
    for found in _ORDINAL.finditer(text):
        shape = found.lastgroup or ""
        value = _VALUES.get(found[0].strip("第（(）)是要，,、：.．"))
        at = found.start()
        if value and (not at or text[at - 1] in _BEFORE[shape]):
            shapes.setdefault(shape, []).append(Item(value, at, found.end()))
    return shapes


def _series(items: list[Item]) -> tuple[list[list[Item]], list[tuple[Item, Item | None]]]:
    """The lists that they make, one in another perhaps, and each item that fits nowhere with the one before it."""
    lists: list[list[Item]] = []
    open_: list[list[Item]] = []
    odd: list[tuple[Item, Item | None]] = []
    for item in items:
        fits = [nth for nth, each in enumerate(open_) if each[-1].value + 1 == item.value]
        if fits:
            del open_[fits[-1] + 1 :]
            open_[-1].append(item)
            continue
        if item.value != 1:
            odd.append((item, open_[-1][-1] if open_ else None))
            open_.clear()
        open_.append([item])
        open_[:] = open_[-5:]
        lists.append(open_[-1])
    return lists, odd


def _elsewhere(text: str, value: int, start: int, end: int) -> bool:
    """Whether the ordinal stands between these places in some other shape."""
    between = text[max(start, end - _FAR) : end]
    n = _NUMERALS[value - 1]
    if any(each in between for each in _NEXT_TO.get(value, ())):
        return True
    if value == 1 and any(each in between for each in _FIRST):
        return True
    return any(each.format(n=n, d=value, c=_CIRCLED[value - 1]) in between for each in _OTHERS)


def _broken(copy: Copy, items: list[Item]) -> Iterator[Doubt]:
    """The gaps and repeats in these ordinals."""
    text = copy.text
    lists, odd = _series(items)
    long = {each[0] for each in lists if len(each) > 1}
    for item, last in odd:
        begins = last.end if last else 0
        whole = len(copy.parts) > 1 and item in long and item.value < 5  # 三是……四是 in a story are the rest of a list
        if not last and ((item.value > 2 and not whole) or not text[: item.start].strip(" \n“（(")):
            continue  # the copy itself is a piece out of something
        first = last.value + 1 if last and item.value > last.value else 1
        missing = [value for value in range(first, item.value) if not _elsewhere(text, value, begins, item.start)]
        if last and item.value == last.value and 1 in missing:
            missing = [1]
        if not 0 < len(missing) <= 3:
            continue  # or these are no ordinals at all
        lacking = "、".join(_NUMERALS[value - 1] for value in missing)
        if last and item.value == last.value:
            why = f"“{_NUMERALS[item.value - 1]}”出现了两次"
        else:
            why = f"前面没有第{lacking}"
        yield item.start, item.end, None, why + "，看看是不是编错了序号"


@rule("N01", "warn")
def broken_order(copy: Copy) -> Iterator[Doubt]:
    """序号跳了或重了。

    一是、二是、三是，第一、第二，（一）（二），1. 2.，①②：先在前文找有没有换一种写法的，找不到才提醒。

    错：会议要求，一是修渠，三是种树。
    错：办事分三步：1.取号；2.交表；2.领证。
    错：会议要求，第一，要早；第二，要快；第四，要稳。
    错：他说了两条。其次，钱要公开。
    错：昨天下午开了会。⏎会议要求，三是种树；四是护林。
    对：一是修渠；二来种树；三是护林。
    对：一是修渠，其次种树，三是护林。
    对：首先要早，二是要快。
    对：他说话一是一，二是二。
    对：东坝镇办了三件事：一是修渠；二是种树。柳溪镇也办了：一是铺路；二是架桥。
    对：依照本办法（三）项和图3.示意。
    """
    text = copy.text
    for items in _ordinals(text).values():
        yield from _broken(copy, items)
    found = _NEXT.search(text)  # a later one may belong to anything before it
    before = text[max(0, found.start() - _FAR) : found.start()] if found else ""
    if (
        found
        and before.strip()
        and before[-1] in "\n。；"
        and not any(each in before for each in (*_FIRST, "一是", "先", "首", "一要", "1", "最"))
    ):
        yield found.start(), found.start() + 2, None, "前面没有“首先”"


@rule("N02", "warn")
def broken_heads(copy: Copy) -> Iterator[Doubt]:
    """小标题的序号跳了或重了。

    换了讲话人可以重新从“一”编起。

    错：一、抓春灌⏎全县动手。⏎三、抓防火⏎各村巡山。
    对：一、抓春灌⏎二、抓防火⏎一、我讲三点⏎二、抓落实
    对：一、二年级放假。
    """
    heads = [
        Item(_VALUES[found[1]], found.start(), found.end())
        for found in _HEAD.finditer(copy.text)
        if found[1] in _VALUES
    ]
    yield from _broken(copy, heads)


@rule("N03", "block")
def stranded(copy: Copy) -> Iterator[Doubt]:
    """句子里落下一个没有内容的序号。

    多半是删改时剩下的。

    错：县里新上了三个项目3.，并全部开工。 → 县里新上了三个项目，并全部开工。
    错：会议听取了汇报2、。 → 会议听取了汇报。
    对：水位涨到图3.，全长3.5公里，1.、2.两题。
    """
    text = copy.text
    for found in _STRANDED.finditer(text):
        before = text[found.start() - 1 : found.start()]
        if _IS_HAN.match(before) and before not in "图表第本":
            yield found.start(), found.end() - 1, "", "这个序号没有下文"


@rule("N04", "warn")
def unlike_form(copy: Copy) -> Iterator[Doubt]:
    """并列的几条里有一条句式不一样。

    别的都是“几是要……”，只有一条少了“要”。

    错：会议强调，一是要抓春灌；二是要抓防火；三是抓春耕。
    对：一是要抓春灌；二是要抓防火；三是必须抓春耕。
    对：一是要抓春灌；二是抓防火；三是抓春耕。
    """
    text = copy.text
    for items in _series(_ordinals(text).get("a", []))[0]:
        plain = [item for item in items if text[item.end : item.end + 1] != "要"]
        if (
            len(items) >= 3
            and len(plain) == 1
            and not _MUST.search(re.split("[。；;\n]", text[plain[0].end : plain[0].end + 60])[0])
        ):
            yield plain[0].start, plain[0].end, None, "别的几条都有“要”，这一条没有"


@rule("N05", "warn")
def miscounted(copy: Copy) -> Iterator[Doubt]:
    """说好的条数与列出的不一样。

    错：会议提出三点要求：一是修渠；二是种树；三是护林；四是防火。
    错：抓好五项工作：春灌、春耕、防火、防汛。
    错：城关镇、东坝镇、柳溪镇两个镇先行试点。
    对：会议提出三点要求：一是修渠；二是种树；三是护林。
    对：抓好五项工作：春灌、春耕、防火、防汛和植树。
    对：办法第十二条规定：村民、住户、租客都可以报名。八个字：早起、多看、少说、勤记。
    对：城关镇、东坝镇三个村先行试点，东坝镇、柳溪镇等五个镇跟进。
    """
    text = copy.text
    for shape, items in _ordinals(text).items():
        for listed in _series(items)[0]:
            announced = _ANNOUNCED.search(text, max(0, listed[0].start - 14), listed[0].start)
            if not announced or shape in "bdg" or len(listed) < 2 or listed[0].value != 1:
                continue
            if _VALUES[announced[1]] != listed[-1].value:
                yield announced.start(), announced.end(2), None, f"说是{announced[1]}条，列了{len(listed)}条"
    for found in _LIST.finditer(text):
        least = found[2].count("、") + 1
        most = least + len(_AND.findall(found[2])) + found[2].count("”“") + found[2].count("》《")
        if not least <= _VALUES.get(found[1], least) <= most and not _LOOSE.search(found[2]):
            yield found.start(), found.end(2), None, f"说是{found[1]}个，列了{least}个"
    for found in _SUM.finditer(text):
        named = _SUMMED.search(text, max(0, found.start() - 80), found.start())
        if not named or not {each[-1] for each in named[0].split("、")} <= set(found[2]):
            continue
        least = named[0].count("、") + 1
        if not least <= _VALUES[found[1]] <= least + len(_AND.findall(named[0])):
            yield named.start(), found.end(), None, f"说是{found[1]}个，列了{least}个"
