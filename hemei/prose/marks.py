"""The marks by which lines of Chinese copy are known: datelines, bylines, dates, ordinals, ends.

All patterns are anchored and bounded, so that a line of a million characters costs no more than a short one.
"""

from __future__ import annotations

import functools
import re

from hemei.prose.surnames import begins_with_surname

_FINAL = "。！？!?；;…：:"
_CLOSING = "”’』」）》〉】)]\"'"
STARTS_INSIDE = "，。、；：！？”’』」）》〉】…,;!?)]"
"""Marks that no paragraph begins with."""
UNFINISHED = "，、,（(《〈“‘「『【"
"""Marks that no paragraph ends with."""
_HAN_NUMBER = "一二三四五六七八九十"

_SEPARATOR = re.compile(r"[-–=_＝*＊~～#＃﹍•·☆★◆\s]{3,}|—{4,}|－{3,}|…{4,}")
_DATE = (
    r"(?:\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|[二〇○零一三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日)"
    r"(?:\s*[（(]?(?:星期|周)[一二三四五六日天][）)]?)?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_DATE_LABEL = r"(?:(?:发布时间|发稿时间|采写时间|来稿时间|时间|日期)[：:]\s*)?"
_DATE_ALONE = re.compile(rf"[（(]?{_DATE_LABEL}(?:{_DATE}|\d{{1,2}}月\d{{1,2}}日)[）)]?")
_DATE_FIRST = re.compile(rf"({_DATE_LABEL}{_DATE})[\s|｜]+(\S.*)", re.DOTALL)
_DATE_LAST = re.compile(rf"(.*\S)[\s|｜]+({_DATE_LABEL}{_DATE})", re.DOTALL)
_DESK = re.compile(
    r"[（(]?(?:作者单位|作者系|责任编辑|责编|执行编辑|本版编辑|编辑|审核|审签|校对|初审|复审|终审|一审|二审|三审|值班主任|值班|监制|统筹|来源|信息来源|来稿单位|供稿单位|"
    r"报送单位|联系人|联系电话|电话|手机|邮箱|投稿邮箱|字数|备注|附件|关键词|签发)\s*[：:]"
)
_SECTION = re.compile(r"(?:栏目|版面|版块)[：:]\s*\S.{0,15}|【[^【】]{1,10}】")
_LABELLED = {
    "headline": re.compile(r"(?:标题|主题|主标题|大标题)[：:]"),
    "kicker": re.compile(r"(?:眉题|引题|肩题)[：:]"),
    "deck": re.compile(r"(?:副题|副标题)[：:]"),
}
_DATELINE = re.compile(
    r"(?:本[报网台刊](?:[\u4e00-\u9fff]{0,8}?(?:\d{1,2}月)?\d{1,2}日)?(?:综合)?(?:讯|消息|电)"
    r"|[\u4e00-\u9fff]{2,10}?(?:社|网|报|台|融媒|融媒体|融媒体中心)(?:[\u4e00-\u9fff]{0,8}?(?:\d{1,2}月)?\d{1,2}日)?(?:讯|消息|电))"
    r"(?=[\s（(：:]|记者|通讯员|$)[：:]?"
)
_ROLE = re.compile(
    r"(?:本报|本台|本网|本刊|县融媒体中心|融媒体中心|全媒体|融媒体|融媒|特约|见习|实习)*(?:首席)?"
    r"(?:记者|通讯员|报道员|实习生|特约撰稿|撰稿|撰文|作者|供稿|采写|摄影报道|报道|摄影|供图|摄像|文/图|图/文|文图|图文|文并图|文|图|摄)"
)
_NAME_PARTING = re.compile(r"[\s、，,；;/：:|｜·]+|和|及")
_UNIT = re.compile(r"[\u4e00-\u9fff]{2,16}(?:局|镇|乡|村|办|中心|委|社|站|院|校|台|部|队|公司|会|街道|组)")
_IN_MARKS = re.compile(r"[（(【\[]([^（）()【】\[\]]{2,60})[）)】\]]")
_LEAD_BYLINE = re.compile(
    r"(?:本报)?(?:记者|通讯员)\s*[\u4e00-\u9fff]{2,4}(?:[\s、]+[\u4e00-\u9fff]{2,3})*"
    r"(?:[\s、]*通讯员\s*[\u4e00-\u9fff]{2,4}(?:[\s、]+[\u4e00-\u9fff]{2,3})*)?(?:摄影报道|报道)?(?:[：:]|\s{2,}|\u3000)"
)
_TAIL_BYLINE = re.compile(r"[（(][^（）()]{2,60}[）)]\s*$")
_BYLINE_WITHIN = re.compile(r"\s((?:作者|记者|通讯员|撰稿)[：:\s]\s*[^：:]{2,40})$")
_CAPTION = re.compile(r"(?:图为|图[①-⑳一二三四五六]?[：:]|图[①-⑳]|上图|下图|左图|右图|[▲△↑↓←→])")
_SAYS = re.compile(r"(?:指出|强调|要求|表示|介绍|认为|获悉|[^小传]说)[，：]")
_SPEAKS = re.compile(r".{2,40}(?:强调|指出|要求|表示|提出)[：:]?")
_KICKER = re.compile(
    r"[“【《].{1,20}[”】》]|在.{2,24}[上中里]|.{1,24}[：:]|.{1,12}[·|｜].{1,14}|.{2,12}(?:系列报道|进行时|走基层|大家谈).{0,8}"
)

_ORDINALS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"第[{_HAN_NUMBER}]{{1,3}}(?:部分|章|节|篇)")),
    ("han", re.compile(rf"[{_HAN_NUMBER}]{{1,3}}、")),
    ("han-paren", re.compile(rf"[（(][{_HAN_NUMBER}]{{1,3}}[）)]、?")),
    ("points", re.compile(rf"[{_HAN_NUMBER}]{{1,2}}(?:是|要|则)")),
    ("firstly", re.compile(rf"第[{_HAN_NUMBER}]{{1,2}}(?=[，、,：:是])|(?:首先|其次|再次|然后|最后)(?=[，、,：:是])")),
    ("figure", re.compile(r"\d{1,2}(?:[.．](?!\d)|、(?!\d))")),
    ("figure-paren", re.compile(r"[（(]\d{1,2}[）)]")),
    ("circle", re.compile(r"[①-⑳]")),
    ("bullet", re.compile(r"[•●◆■▪➤]\s*(?=\S{4})|[-·*]\s+(?=\S{4})")),
)
_FIRST = re.compile(rf"第?[（(]?(?:一(?![{_HAN_NUMBER}])|1(?!\d))")


def length(text: str) -> int:
    """Characters that are not blanks."""
    return len("".join(text.split()))


def is_final(text: str) -> bool:
    """True when a paragraph may well end here."""
    kept = text.rstrip().rstrip(_CLOSING)
    if not kept:
        return bool(text.strip())
    return kept[-1] in _FINAL or (kept[-1] == "." and len(kept) > 1 and kept[-2] > "\x7f")


def is_sentence(text: str) -> bool:
    """True for words that no heading has: somebody says something, or three or more clauses follow each other."""
    return len(text) >= 15 and (_SAYS.search(text[:60]) is not None or sum(text.count(mark) for mark in "，、") >= 2)


def is_separator(text: str) -> bool:
    """A line of strokes or stars between two stories."""
    return len(text) < 200 and _SEPARATOR.fullmatch(text) is not None


def is_desk_line(text: str) -> bool:
    """A line for the desk: editors, reviewers, telephone numbers, the source."""
    return len(text) <= 100 and _DESK.match(text) is not None


def is_section(text: str) -> bool:
    return len(text) <= 20 and _SECTION.fullmatch(text) is not None


def is_caption(text: str) -> bool:
    return len(text) <= 120 and (
        _CAPTION.match(text) is not None or text.endswith((" 摄", "\u3000摄", "供图", "摄）", "供图）"))
    )


def is_name_line(text: str) -> bool:
    """A line that is one person's name, or a unit and a name ("石门村 罗青禾"): signed, but without a role."""
    *units, name = text.split()
    if len(text.replace(" ", "")) <= 3 and all(len(part) == 1 for part in units):
        units, name = [], "".join([*units, name])
    named = 2 <= len(name) <= 3 and begins_with_surname(name) and all("\u4e00" <= c <= "\u9fff" for c in name)
    return named and all(_UNIT.fullmatch(unit) for unit in units)


def speaks(text: str) -> bool:
    """A title line that leads over to what somebody said ("周文清强调"): the headline is the line below it."""
    return len(text) <= 44 and _SPEAKS.fullmatch(text) is not None


def looks_like_kicker(text: str) -> bool:
    return len(text) <= 40 and _KICKER.fullmatch(text) is not None


def labelled(text: str) -> str | None:
    """The field that the writer named before the words ("标题：…"), or None."""
    return next((field for field, pattern in _LABELLED.items() if pattern.match(text)), None)


def is_date(text: str) -> bool:
    return len(text) <= 60 and _DATE_ALONE.fullmatch(text) is not None


def date_and_rest(text: str) -> tuple[str, str, str] | None:
    """(before, date, after) of a short line that has a date at its start or end and something beside it; else None."""
    if len(text) > 90 or "。" in text:
        return None
    if found := _DATE_FIRST.fullmatch(text):
        return "", found[1], found[2]
    if found := _DATE_LAST.fullmatch(text):
        return found[1], found[2], ""
    return None


def dateline(text: str) -> str:
    """The 电头 that the text begins with, or nothing."""
    found = _DATELINE.match(text[:60])
    return found[0] if found else ""


def is_byline(text: str) -> bool:
    """A line that names who wrote or photographed: at least one role or a square, else only names and units."""
    return 2 <= len(text) <= 80 and "。" not in text and _is_byline(text.strip())


@functools.lru_cache(maxsize=1024)
def _is_byline(kept: str) -> bool:
    if found := _IN_MARKS.fullmatch(kept):
        kept = found[1].strip()
    square = kept[:1] in "□■◎●○"
    kept = kept.lstrip("□■◎●○ \u3000")
    names, roles = _ROLE.subn(" ", kept)
    parts = [part for part in _NAME_PARTING.split(names) if part]
    return (square or roles > 0) and bool(parts) and _all_names(parts)


def _all_names(parts: list[str]) -> bool:
    """Names of two to four characters, units, or names typed with a blank between their characters."""
    spelt = "".join(part for part in parts if len(part) == 1)
    if spelt and not (2 <= len(spelt) <= 6 and begins_with_surname(spelt)):
        return False
    return all(
        _UNIT.fullmatch(part) or (2 <= len(part) <= 4 and begins_with_surname(part)) for part in parts if len(part) > 1
    )


def byline_within(text: str) -> int:
    """Where in a line for the desk a byline begins ("来源：县水利局 作者：罗青禾"); 0 when nowhere."""
    found = _BYLINE_WITHIN.search(text)
    return found.start(1) if found and is_byline(found[1]) else 0


def lead_byline(text: str) -> str:
    """The byline right after a dateline: in parentheses, or as "记者 罗青禾 报道：". Nothing when there is none."""
    found = _IN_MARKS.match(text[:70])
    if found and is_byline(found[0]):
        return found[0]
    plain = _LEAD_BYLINE.match(text[:70])
    return plain[0] if plain and is_byline(plain[0]) else ""


def tail_byline(text: str) -> str:
    """A byline in parentheses at the end of a paragraph, or nothing."""
    found = _TAIL_BYLINE.search(text[-70:])
    return found[0] if found and is_byline(found[0]) else ""


def ordinal(text: str) -> str:
    """Which way of numbering the line begins with (``han``, ``han-paren``, ``points``, …), or nothing."""
    start = text[:12]
    return next((name for name, pattern in _ORDINALS if pattern.match(start)), "")


def is_first(text: str) -> bool:
    """True for a numbered line that begins its row of numbers ("一、", "（1）")."""
    return _FIRST.match(text[:12]) is not None
