"""Headlines, credits, and what must not be printed about people."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from hemei.prose.people import named
from hemei.prose.proof.copy import Copy
from hemei.prose.proof.offices import index
from hemei.prose.proof.rule import Doubt, rule

_NUMBER = re.compile(r"(?<![\d.A-Za-z])(\d[\d,]*(?:\.\d+)?)([万亿]?)(?![\d.])")
_DATED = re.compile(r"[年月日号时点分：:/\-—～]|世纪|后")
_ROUND = re.compile(r"(?:近|约|超|逾|破|过|上|达到?|突破|超过)$")
_MORE = re.compile("[余多来]")
_DIGITS = "零一二三四五六七八九"
_CREDITED = re.compile(r"摄|供图|图/|图片|图源|制图|绘|截图|视频|提供")
_REPORTERS = re.compile(
    r"(?:本报|本台|本网|全媒体|融媒体?|见习|实习|首席)*记者[：:\s\u3000]*(?P<names>[\u4e00-\u9fff·、，,/\s\u3000]{2,60})"
)
_IN_BRACKETS = re.compile(r"[（(]([^（）()\n]{0,20}记者[^（）()\n]{1,60})[）)]")
_NO_NAME = re.compile("通讯员|特约|摄影|报道|整理|综合|实习|编辑|责编|校对|审核|来源|作者|供图|记者|文图|[文图摄]$")
_IDENTITY = re.compile(r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])")
_INSIDE = re.compile(r"[\dA-Za-z.]$|\d[ \-]$")
"""What stands before figures that are part of something longer."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD = re.compile(r"(?:62\d{2}(?:[ \-]?\d{4}){3}(?:[ \-]?\d{1,3})?|[45]\d{3}(?:[ \-]?\d{4}){3})(?![\dA-Za-z.])")
_PUBLIC_ACCOUNT = re.compile("捐|募|对公|监督|专户|专用账户")
_MOBILE = re.compile(r"1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?![\dA-Za-z.])")
_PUBLIC_NUMBER = re.compile(
    "(?:咨询|报名|热线|联系|电话|致电|拨打|预约|服务|投诉|举报|值班|客服|订购|订座|订房|购票|求助|救援|报修|征稿|投稿|监督|受理|微信|手机号?同|办理|应聘|招聘"
    ")[^。！？；\n]*$"
)
_HURT = re.compile(
    r"(?:未成年人?|(?:受|被)害(?:人|者)?(?:女|男)?(?:童|生|孩|学生)?|被拐儿童|涉案少年)(?=[\u4e00-\u9fff]{2})"
)
_CASE = re.compile("受害|被害|性侵|猥亵|强奸|拐卖|被拐|嫌疑|犯罪|欺凌|霸凌|家暴|虐待|自杀|自残|涉案|抢劫|盗窃")
_AGED = re.compile(r"\d{1,2}岁")
_NAMED_BEFORE = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,4})[，（(](?:[男女][，、])?(?:今年|现年|时年|年仅|年)?$")
_SENTENCE = re.compile(r"[。！？\n]")


@rule("H01", "warn")
def headline(copy: Copy) -> Iterator[Doubt]:
    """标题里的人名、数字，正文里没有，或者正文里是另一个数。

    错：〔标题〕全县新修农村路12公里⏎全县今年新修农村路11公里，都通了车。
    错：〔标题〕李明远调研水网建设⏎周文清到水网工地调研，看了三处。
    对：〔标题〕全县新修农村路近12公里⏎全县今年新修农村路11.8公里，都通了车。
    对：〔标题〕2026年白鹭镇来了3000名游客⏎白鹭镇今年来了三千名游客，比去年多。
    """
    heads = copy.all("headline", "deck")
    body = "\n".join(copy.text[part.start : part.end] for part in copy.all("body", "caption"))
    if not heads or len(body) < 10:
        return
    lists = index(copy.house.register)
    said: dict[float, str] | None = None
    for part in heads:
        for at, name in lists.names.found(copy.text, part.start, part.end):
            if name not in body:
                yield at, at + len(name), None, f"正文里没有{name}"
        for found in _NUMBER.finditer(copy.text, part.start, part.end):
            after = copy.text[found.end() : min(found.end() + 3, part.end)]
            if _DATED.match(after) or found[0] in body:
                continue
            said = _numbers(body) if said is None else said
            value = _value(found[1], found[2])
            if value in said or _chinese(value) in body:
                continue
            rounded = _MORE.match(after) or _ROUND.search(copy.text, max(part.start, found.start() - 3), found.start())
            if rounded and any(0.8 * value <= each <= 1.25 * value for each in said):
                continue
            other = next((words for words in said.values() if words.endswith(after[:2]) and len(after) > 1), None)
            if other or value >= 10:
                yield found.start(), found.end(), None, f"正文里是{other}" if other else "正文里没有这个数"


def _value(digits: str, scale: str) -> float:
    return round(float(digits.replace(",", "")) * {"": 1, "万": 10**4, "亿": 10**8}[scale], 4)


def _numbers(text: str) -> dict[float, str]:
    """Every number in figures, with itself and the two characters that follow it."""
    found: dict[float, str] = {}
    for each in _NUMBER.finditer(text):
        found.setdefault(_value(each[1], each[2]), text[each.start() : each.end() + 2])
    return found


def _chinese(value: float) -> str:
    """The number in characters, up to 9999 and round ones above; something that is in no text when it is not whole."""
    if value != int(value) or not 0 < value < 10**8:
        return "\0"
    number = int(value)
    if number >= 10**4:
        return _chinese(number // 10**4) + "万" if number % 10**4 == 0 else "\0"
    words, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + name
        gap = not digit
    return words.removeprefix("一") if 10 <= number < 20 else words


@rule("H03", "warn")
def credit(copy: Copy) -> Iterator[Doubt]:
    """图片没有署名，或者署名的记者不在采编名单里。

    错：〔图说〕坪门村的晒秋场⏎正文一段。
    错：〔署名〕记者 罗青禾 石小曼
    错：本报讯（记者罗青河 通讯员陈麦冬）路修好了。
    对：〔图说〕坪门村的晒秋场⏎〔图源〕石小满 摄
    对：〔图说〕坪门村的晒秋场。石小满 摄
    对：〔署名〕记者 罗青禾/文 石小满/图 通讯员 陈麦冬
    """
    parts = list(copy.parts)
    for nth, part in enumerate(parts):
        if part.kind == "caption" and not _CREDITED.search(copy.text, part.start, part.end):
            beside = [parts[at] for at in (nth - 1, nth + 1) if 0 <= at < len(parts)]
            if not any(each.kind == "credit" and copy.text[each.start : each.end].strip() for each in beside):
                yield part.start, part.end, None, "图片没有署名：谁拍的，或者从哪里来的"
    if not copy.house.staff:
        return
    spans = [(part.start, part.end) for part in copy.all("byline", "credit", "caption")]
    spans += [
        found.span(1) for part in copy.all("body") for found in _IN_BRACKETS.finditer(copy.text, part.start, part.end)
    ]
    for start, end in spans:
        for found in _REPORTERS.finditer(copy.text, start, end):
            for at, name in _listed(copy.text, *found.span("names")):
                if name not in copy.house.staff:
                    near = [each for each in copy.house.staff if len(each) == len(name) and _differ(each, name) == 1]
                    hint = f"，是不是{near[0]}" if len(near) == 1 else ""
                    yield at, at + len(name), None, f"采编名单里没有{name}{hint}"


def _listed(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The names of a byline up to the first word that is none; a name of two characters may be spaced."""
    lone = -1
    for found in re.finditer(r"[\u4e00-\u9fff·]+", text[start:end]):
        at, word = start + found.start(), found[0]
        if word in ("文", "图", "摄"):
            continue
        if len(word) == 1:
            if lone >= 0 and at - lone <= 3:
                name = text[lone] + word
                if text[lone : at + 1] == name:
                    yield lone, name
                lone = -1
            else:
                lone = at
            continue
        if not 2 <= len(word) <= 4 or _NO_NAME.match(word):
            return
        yield at, word


def _differ(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


@rule("H04", "block")
def numbers_of_people(copy: Copy) -> Iterator[Doubt]:
    """身份证号、银行卡号不能刊出。

    只报校验码对得上的号码，所以几乎不会误报。面向社会公布的捐款账号不算。

    错：他的身份证号是11010519491231002X。
    错：请把钱打到卡号6222021234567890128。
    对：编号为110105194912310022的文物已经登记。
    对：捐款账号：6222021234567890128。
    """
    for found in _IDENTITY.finditer(copy.text):
        if _checked(found[0]) and _alone(copy.text, found.start()):
            yield found.start(), found.end(), None, "这是身份证号，不能刊出；确需提到，只留头尾，中间用*代替"
    for found in _CARD.finditer(copy.text):
        if (
            _luhn(found[0])
            and _alone(copy.text, found.start())
            and not _PUBLIC_ACCOUNT.search(copy.text, max(0, found.start() - 20), found.start())
        ):
            yield found.start(), found.end(), None, "这像是银行卡号，不能刊出"


def _alone(text: str, at: int) -> bool:
    """Whether figures begin here, and go not on."""
    before = text[max(0, at - 4) : at]
    return before.endswith(("86 ", "86-", "+86")) or not _INSIDE.search(before)


def _checked(number: str) -> bool:
    """GB 11643: the last character is made of the seventeen before it."""
    return (
        "10X98765432"[sum(int(each) * weight for each, weight in zip(number, _WEIGHTS, strict=False)) % 11]
        == number[17].upper()
    )


def _luhn(number: str) -> bool:
    digits = [int(each) for each in reversed(number) if each.isdecimal()]
    return sum(each if nth % 2 == 0 else each * 2 - 9 * (each > 4) for nth, each in enumerate(digits)) % 10 == 0


@rule("H06", "warn")
def private(copy: Copy) -> Iterator[Doubt]:
    """个人手机号，未成年人或受害人的全名。

    对外公布的咨询、报名、热线、联系电话可以刊出。未成年人涉案或受害，用化名或“某”。

    错：村民小何说，打13812345678就能找到他。
    错：受害人李小兰已经回家。
    错：王小明（男，13岁）遭到欺凌。
    对：报名电话：13812345678。
    对：受害人李某某已经回家。
    对：受害女童李小兰（化名）已经回家。
    对：受害人陈述了经过。
    对：受害人向公安机关报了案。
    对：王小明今年13岁，得了剪纸比赛第一名。
    """
    text = copy.text
    for found in _MOBILE.finditer(text):
        if _alone(text, found.start()) and not _PUBLIC_NUMBER.search(text, max(0, found.start() - 25), found.start()):
            yield found.start(), found.end(), None, "个人手机号不宜刊出；对外公布的，写明“联系电话”"
    for found in _HURT.finditer(text):
        at = found.end()
        if name := _whole(text, at):
            yield at, at + len(name), None, "未成年人、受害人不刊出全名，用化名（注明）或“某”"
    if not _CASE.search(text):
        return
    for found in _AGED.finditer(text):
        if int(found[0][:-1]) >= 18 or not _CASE.search(text, *_around(text, found.start())):
            continue
        if text[found.end() : found.end() + 1] == "的":
            starts = [found.end() + 1]
        else:
            before = _NAMED_BEFORE.search(text, max(0, found.start() - 12), found.start())
            end = before.end("name") if before else 0
            starts = [end - size for size in (4, 3, 2) if before and len(_whole(text, end - size) or "") == size]
        for at in starts[:1]:
            if name := _whole(text, at):
                yield at, at + len(name), None, "未成年人涉案或受害，不刊出全名"


def _whole(text: str, at: int) -> str | None:
    """The full name that stands here, if it is one: no 某, not said to be another's."""
    name = named(text[at : at + 4], text[at + 4 : at + 10])
    if name and name[0] == "向" and rjieba.has_word(name[1:]):
        return None  # 受害人向公安机关报案
    if not name or "某" in name or text.startswith(("（化名", "(化名"), at + len(name)):
        return None
    return None if len(name) == 2 and rjieba.has_word(name) else name


def _around(text: str, at: int) -> tuple[int, int]:
    """The sentence, at most a hundred characters to each side."""
    low, high = max(0, at - 100), min(len(text), at + 100)
    start = max((found.end() for found in _SENTENCE.finditer(text, low, at)), default=low)
    stop = _SENTENCE.search(text, at, high)
    return start, stop.start() if stop else high


@rule("H05", "fix")
def end_mark(copy: Copy) -> Iterator[Doubt]:
    """标题末尾不用句号、逗号、分号。

    错：〔标题〕白鹭镇的稻子熟了。 → 〔标题〕白鹭镇的稻子熟了
    错：〔眉题〕田间，⏎〔标题〕稻子熟了 → 〔眉题〕田间⏎〔标题〕稻子熟了
    对：〔标题〕稻子熟了吗？
    对：〔标题〕“稻子熟了。”
    """
    for part in copy.all("kicker", "headline"):
        text = copy.text[part.start : part.end]
        short = text.rstrip()
        if short[-1:] in ("。", "，", "；", "、", ".", ";") and len(short) > 1 and not short.endswith(("...", "。。")):
            yield part.start + len(short) - 1, part.start + len(short), "", "标题末尾不用这个标点"
