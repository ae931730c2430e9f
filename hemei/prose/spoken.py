"""口播 Spoken Chinese: figures, dates, times, shares, units and telephone numbers as a newsreader says them, and back; and
how long it takes to say them.

What is said here is what is heard on the air: 两千 and 两万 but 二百, 幺 in telephone numbers, years digit by digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

_DIGITS = "零一二三四五六七八九"
_YEAR = "〇一二三四五六七八九"
_CALLED = "零幺二三四五六七八九"
_SMALL = ("", "十", "百", "千")
MOST = 10**16
"""Whole numbers from here on are said digit by digit."""
_LONGEST = 16
"""Figures of a number that is said as a number."""
SLOW, FAST = 240, 280
"""Characters a minute at which news is read on the air, as broadcasters reckon; faster is hard to follow."""


def said_whole(value: int) -> str:
    """A whole number: 2026 is 两千零二十六. Raises ValueError from 10**16 on."""
    if value < 0:
        return "负" + said_whole(-value)
    if value >= MOST:
        raise ValueError("no newsreader says that")
    if value < 10:
        return _DIGITS[value]
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if value >= size:
            above, rest = divmod(value, size)
            said = ("两" if above == 2 else said_whole(above)) + name
            return said + (("零" if rest < size // 10 else "") + _inner(rest) if rest else "")
    return _below(value, first=True)


def _inner(value: int) -> str:
    """A number behind a larger unit: 一十, not 十."""
    if value >= 10**4:
        above, rest = divmod(value, 10**4)
        return (
            _below(above, first=False)
            + "万"
            + (("零" if rest < 1000 else "") + _below(rest, first=False) if rest else "")
        )
    return _below(value, first=False)


def _below(value: int, *, first: bool) -> str:
    """A number below ten thousand; ``first``: nothing was said before it."""
    said, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if not digit:
            gap = bool(said)
            continue
        if gap:
            said += "零"
            gap = False
        if digit == 2 and place == 3:
            said += "两千"
        elif digit == 1 and place == 1 and first and not said:
            said += "十"
        else:
            said += _DIGITS[digit] + _SMALL[place]
    return said


def said_number(value: Decimal) -> str:
    """A number with its places: 3.50 is 三点五零."""
    whole, _, places = f"{abs(value):f}".partition(".")
    said = said_whole(int(whole)) if len(whole) <= _LONGEST else _each(whole, _DIGITS)
    said += "点" + _each(places, _DIGITS) if places else ""
    return ("负" if value < 0 else "") + said


def _each(figures: str, names: str) -> str:
    return "".join(names[int(each)] for each in figures)


_VALUES = {name: nth for names in (_DIGITS, _YEAR, _CALLED) for nth, name in enumerate(names)} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def heard_number(said: str) -> Decimal | None:
    """The number that was said; None for what is none."""
    if said.startswith("负"):
        value = heard_number(said[1:])
        return None if value is None or said[1:2] == "负" else -value
    whole, point, places = said.partition("点")
    if point and (not places or any(each not in _VALUES for each in places)):
        return None
    before = _heard_whole(whole)
    if before is None:
        return None
    return Decimal(f"{before}.{''.join(str(_VALUES[each]) for each in places)}" if point else before)


def _heard_whole(said: str) -> int | None:
    if not said:
        return None
    if len(said) > 1 and all(each in _VALUES for each in said):  # digit by digit
        return int("".join(str(_VALUES[each]) for each in said))
    total = section = digit = 0
    seen = False
    for each in said:
        if each in _VALUES:
            digit, seen = _VALUES[each], True
        elif each in _UNITS:
            section += (digit if seen else 1) * _UNITS[each]
            digit, seen = 0, False
        elif each == "万":
            total += (section + digit) * 10_000
            section, digit, seen = 0, 0, False
        elif each == "亿":
            total = (total + section + digit) * 10**8
            section, digit, seen = 0, 0, False
        else:
            return None
    return total + section + digit


def said_date(day: date) -> str:
    """2026年11月25日: 二〇二六年十一月二十五日."""
    return f"{_each(str(day.year), _YEAR)}年{said_whole(day.month)}月{said_whole(day.day)}日"


def heard_date(said: str) -> date | None:
    found = re.fullmatch(
        "([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]", said
    )
    if not found:
        return None
    year, month, day = (_heard_whole(each) for each in found.groups())
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def said_time(moment: time) -> str:
    """16:20 is 十六点二十分, 8:05 八点零五分, 8:00 八点."""
    hour, minute = "两" if moment.hour == 2 else said_whole(moment.hour), moment.minute
    return f"{hour}点" + (f"{'零' if minute < 10 else ''}{said_whole(minute)}分" if minute else "")


def heard_time(said: str) -> time | None:
    found = re.fullmatch("([零一二两三四五六七八九十]{1,3})点(?:零?([一二三四五六七八九十]{1,3})分|整|半)?", said)
    if not found:
        return None
    hour = _heard_whole(found[1])
    minute = 30 if said.endswith("半") else _heard_whole(found[2]) if found[2] else 0
    return time(hour, minute) if hour is not None and hour < 24 and minute is not None and minute < 60 else None


def said_share(value: Decimal) -> str:
    """5.8% is 百分之五点八."""
    return ("负" if value < 0 else "") + "百分之" + said_number(abs(value))


def heard_share(said: str) -> Decimal | None:
    minus = said.startswith("负")
    if not said.removeprefix("负").startswith("百分之"):
        return None
    value = heard_number(said.removeprefix("负").removeprefix("百分之"))
    return None if value is None else -value if minus else value


def said_phone(number: str) -> str:
    """Digit by digit, one as 幺; a breath at each - or blank."""
    return "，".join(_each(each, _CALLED) for each in re.split(r"[-—\s]+", number) if each)


def heard_phone(said: str) -> str | None:
    parts = said.split("，")
    if not all(part and all(each in _CALLED + "一〇" for each in part) for part in parts):
        return None
    return "-".join("".join(str(_VALUES[each]) for each in part) for part in parts)


def said_ordinal(value: int) -> str:
    return "第" + said_whole(value)


def heard_ordinal(said: str) -> int | None:
    return _heard_whole(said.removeprefix("第")) if said.startswith("第") else None


# whole texts

_N = r"(?<![\d.])\d++(?:,\d{3})*+(?:\.\d++)?+"
"""A number that no figure stands before: looked at once, however long it is."""
_TO = r"\s?(?:—|–|～|~|-|至|到)\s?"
_SIGNS = {
    "km/h": "千米每小时", "km²": "平方千米", "km": "千米", "cm": "厘米", "mmHg": "毫米汞柱", "mm": "毫米", "m²": "平方米", "㎡": "平方米",
    "m³": "立方米", "kg": "千克", "mg": "毫克", "mL": "毫升", "ml": "毫升", "kW": "千瓦", "MW": "兆瓦", "t": "吨", "g": "克", "m": "米",
    "L": "升", "℃": "摄氏度", "°C": "摄氏度",
}  # fmt: skip
_SIGN = "|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True)))
_CALL = r"(?:电话|热线|手机|号码|致电|拨打|拨|传真)[^，。；\n]{0,6}?"
_NOT_TWO = "月日号时点分秒级楼层年环路线区班组度期幢栋单码等比、，。；：）)％%〕"
_HAN = "\u3400-\u9fff"


def _plain(figures: str) -> Decimal:
    return Decimal(figures.replace(",", ""))


def _figures(figures: str) -> str:
    """A number that stands alone; one that begins with noughts is said digit by digit."""
    if re.match(r"0\d", figures):
        return _each(figures.replace(",", ""), _DIGITS) if "." not in figures else said_number(_plain(figures))
    return said_number(_plain(figures))


def _year(found: re.Match[str]) -> str:
    return _each(found[1], _YEAR) + "年"


def _years(found: re.Match[str]) -> str:
    return f"{_each(found[1], _YEAR)}年到{_each(found[2], _YEAR)}年"


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if hour > 24 or minute > 59:
        return found[0]
    return (
        said_time(time(hour % 24, minute))
        if hour < 24
        else f"二十四点{'' if not minute else said_whole(minute) + '分'}"
    )


def _signed(found: re.Match[str]) -> str:
    value, sign = _figures(found[2]), _SIGNS[found[3]]
    below = "零下" if sign == "摄氏度" else "负"
    value = "两" if value == "二" and sign != "摄氏度" else value
    return (below if found[1] else "") + value + sign


def _share(found: re.Match[str]) -> str:
    base = {"%": "百分之", "％": "百分之", "‰": "千分之"}[found[3]]
    return ("负" if found[1] else "") + base + _figures(found[2])


def _counted(found: re.Match[str]) -> str:
    value = _figures(found[1])
    after = found.string[found.end() : found.end() + 1]
    before = found.string[found.start() - 1 : found.start()] if found.start() else ""
    if (
        value == "二"
        and re.match(f"[{_HAN}]", after)
        and after not in _NOT_TWO
        and before not in ("第", "十", "到", "初")
    ):
        return "两"
    return value


def _code(found: re.Match[str]) -> str:
    figures = found[2]
    if "." in figures:
        return found[1] + said_number(Decimal(figures))
    return found[1] + (_each(figures, _CALLED) if len(figures) > 2 or figures[0] == "0" else said_whole(int(figures)))


_SPOKEN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"(?<={'|'.join(('话', '线', '打', '机', '码', '拨', '电', '真'))})([：:为是]?\s?)(0\d{{2,3}}-\d{{7,8}}|1\d{{10}}|\d{{7,8}}|\d{{3,5}}(?![{_HAN}\d]))"),
     lambda found: found[1] + said_phone(found[2])),
    (re.compile(r"(?<!\d)(0\d{2,3}-\d{7,8}|1[3-9]\d{9})(?!\d)"), lambda found: said_phone(found[1])),
    (re.compile(rf"(?<!\d)([12]\d{{3}})年?{_TO}([12]\d{{3}})年"), _years),
    (re.compile(r"(?<!历时)(?<![\d历约近超逾有达])([12]\d{3})年(?!多|来|间历)"), _year),
    (re.compile(r"(?<=[〔\[（(])([12]\d{3})(?=[〕\]）)]\d)"), lambda found: _each(found[1], _YEAR)),
    (re.compile(rf"(?<=\d[:：]\d\d){_TO}(?=\d{{1,2}}[:：]\d\d(?!\d))"), lambda found: "到"),
    (re.compile(r"(?<![\d:：.])(\d{1,2})[:：](\d\d)(?![\d:：])"), _clock),
    (re.compile(rf"({_N})[:∶：比]({_N})(?![\d:])"), lambda found: f"{_figures(found[1])}比{_figures(found[2])}"),
    (re.compile(rf"(?<![\d.])({_N})([%％]?){_TO}({_N})([%％])"),
     lambda found: f"百分之{_figures(found[1])}到百分之{_figures(found[3])}"),
    (re.compile(rf"(?<![\d.])({_N})({_SIGN})?{_TO}({_N})({_SIGN})(?![A-Za-z])"),
     lambda found: f"{_figures(found[1])}到{_figures(found[3])}{_SIGNS[found[4]]}"),
    (re.compile(rf"(?<![\d.])({_N})(?:—|–|～|~)({_N})"), lambda found: f"{_figures(found[1])}到{_figures(found[2])}"),
    (re.compile(rf"([-−－]?)({_N})([%％‰])"), _share),
    (re.compile(r"(?<![\d/.])([1-9])/([2-9]|1[0-2])(?![\d/.])"),
     lambda found: f"{said_whole(int(found[2]))}分之{said_whole(int(found[1]))}" if int(found[1]) < int(found[2]) else found[0]),
    (re.compile(rf"([-−－]?)({_N})\s?({_SIGN})(?![A-Za-z])"), _signed),
    (re.compile(r"(?<![A-Za-z\d])([A-Z][A-Za-z]{0,4})-?(\d+(?:\.\d+)?)(?![\d:])"), _code),
    (re.compile(rf"[￥¥]({_N})"), lambda found: _figures(found[1]) + "元"),
    (re.compile(rf"\$({_N})"), lambda found: _figures(found[1]) + "美元"),
    (re.compile(r"(?m)^(\d{1,2})[.．、](?=\D)"), lambda found: f"第{said_whole(int(found[1]))}，"),
    (re.compile(rf"(?<=[；：。])(\d{{1,2}})[.．](?=[{_HAN}])"), lambda found: f"第{said_whole(int(found[1]))}，"),
    (re.compile(rf"(?<![\d{_HAN}])[-−－]({_N})"), lambda found: "负" + _figures(found[1])),
    (re.compile(r"(\d++(?:,\d{3})*+(?:\.\d++)?+)"), _counted),
    (re.compile(r"(?<=[\u3400-\u9fff])/(?=[\u3400-\u9fff])"), lambda found: "每"),
)  # fmt: skip
_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)} | {0xFF05: "%", 0x2236: ":"}


def spoken(text: str) -> str:
    """The text as it is read aloud. Words stay as they are; what is a figure or a sign of a unit is said."""
    text = text.translate(_WIDE)
    for pattern, said in _SPOKEN:
        text = pattern.sub(said, text)
    return text


_NUMERAL = "(?<![零〇一二两三四五六七八九十百千万亿])[零〇一二两三四五六七八九十百千万亿]++"
_WRITTEN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile("([〇零一二三四五六七八九]{4})年"), lambda found: f"{_heard_whole(found[1]):04}年"),
    (re.compile("(?<=[年，。；：至到 ])([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日|^([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日", re.MULTILINE),
     lambda found: f"{_heard_whole(found[1] or found[3])}月{_heard_whole(found[2] or found[4])}日"),
    (re.compile("([零一二两三四五六七八九十]{1,3})点零?([一二三四五六七八九十]{1,3})分"), lambda found: _clock_back(found)),
    (re.compile(rf"(负?)百分之({_NUMERAL}(?:点[零〇一二三四五六七八九]+)?)"), lambda found: _back(found, 2, "%")),
    (re.compile(rf"(零下)({_NUMERAL}(?:点[零〇一二三四五六七八九]+)?)摄氏度"), lambda found: _back(found, 2, "℃")),
    (re.compile(rf"()({_NUMERAL}(?:点[零〇一二三四五六七八九]+)?)摄氏度"), lambda found: _back(found, 2, "℃")),
    (re.compile("(?:[零幺二三四五六七八九]{3,4}，[零幺二三四五六七八九]{7,8}|幺[零幺二三四五六七八九]{10})"),
     lambda found: heard_phone(found[0]) or found[0]),
    (re.compile(rf"()({_NUMERAL}(?:点[零〇一二三四五六七八九]+)?)(?=[个户人名元亩吨家位公千米斤台辆座间条所项件岁平立厘毫])"),
     lambda found: _back(found, 2, "") if re.search("[十百千万亿点].", found[2] + "，") and len(found[2]) > 1 else found[0]),
)  # fmt: skip


def _clock_back(found: re.Match[str]) -> str:
    moment = heard_time(found[0])
    return f"{moment.hour}:{moment.minute:02}" if moment else found[0]


def _back(found: re.Match[str], group: int, sign: str) -> str:
    value = heard_number(found[group])
    return found[0] if value is None else f"{'-' if found[1] else ''}{value:f}{sign}"


def written(text: str) -> str:
    """The text with figures where numerals were said: dates, times, shares, degrees, telephone numbers, what is counted.

    Numerals that are words (一些, 三农, 十分) stay.
    """
    for pattern, figures in _WRITTEN:
        text = pattern.sub(figures, text)
    return text


_SAID = re.compile(rf"[{_HAN}〇]|[A-Za-z]")


def syllables(text: str) -> int:
    """How many characters a newsreader says."""
    return len(_SAID.findall(spoken(text)))


def seconds(text: str) -> tuple[int, int]:
    """How many seconds it takes to read it on the air: at a quick pace (280 a minute) and at an easy one (240)."""
    size = syllables(text)
    return -(-size * 60 // FAST), -(-size * 60 // SLOW)
