"""Wrong dates, weekdays, festivals and spans."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from bench.slips.figures import WEEK, han, swap
from hemei.prose.proof import almanac

Put = Callable[[re.Match[str], Random], str | None]


def another(low: int, high: int, most: int) -> Put:
    """Another whole number, so much away from the one that was found."""

    def put(found: re.Match[str], random: Random) -> str | None:
        new = int(found[1]) + random.choice((-1, 1)) * random.randint(low, high)
        return str(new) if 0 < new <= most else None

    return put


TERM = "|".join(each for each in almanac.TERMS if each not in ("小雪", "大雪"))

MUTATIONS = {
    "D01 another weekday": ("dated", swap(r"(?:星期|周)([一二三四五六日])", lambda f, r: r.choice(WEEK), 1)),
    "D01 another day": ("dated", swap(r"月(\d+)日(?=[（，](?:星期|周))", another(1, 6, 28), 1)),
    "D02 a 30th of February and the like": (
        "dated",
        swap(r"\d+月\d+日", lambda f, r: r.choice(("2月30日", "4月31日", "9月31日", "11月31日", "6月32日", "2月31日"))),
    ),
    "D02 a thirteenth month": ("dated", swap(r"(\d+)月\d+日", lambda f, r: str(r.randint(13, 19)), 1)),
    "D02 a 25th hour": ("dated", swap(r"上午(\d+)时", lambda f, r: str(r.randint(25, 60)), 1)),
    "D02 a 61st minute": (
        "dated",
        swap(r"(?<=\d时)\d\d(?=分)|(?<=\d:)\d\d(?=起)", lambda f, r: str(r.randint(60, 99))),
    ),
    "D03 another day beside yesterday": (
        "relative",
        swap(r"(?:[昨今明前后][日天]（\d+月)(\d+)日", another(1, 5, 28), 1),
    ),
    "D03 another year beside last year": ("relative", swap(r"[去明]年（(\d+)年", another(1, 4, 2100), 1)),
    "D03 will for what is past": ("relative", swap("已于(?=.{4,7}拆除)", lambda f, r: "将于")),
    "D03 has for what is to come": ("relative", swap("将于(?=1[12]月.{2,4}开园)", lambda f, r: "已于")),
    "D04 a term on another day": (
        "seasonal",
        swap(rf"(?<=月)(\d+)日(?=（(?:{TERM})|是(?:{TERM}))", another(2, 6, 28), 1),
    ),
    "D04 a festival on another day": (
        "seasonal",
        swap(r"(?<=月)(\d+)日(?=）当天|是[^，]+节|是除夕|是元旦)", another(1, 6, 28), 1),
    ),
    "D04 a lunar date of another day": (
        "seasonal",
        swap(r"(?<=月)(\d+)日(?=（农历|），[^，。]+唱戏)", another(1, 6, 28), 1),
    ),
    "D05 the wrong word for up to": ("spans", swap("截至", lambda f, r: r.choice(("截止", "截止到", "截止至")))),
    "D06 two figures for a year": ("spans", swap(r"于(19|20)\d\d年\d+月\d+日", lambda f, r: "", 1)),
    "D06 years that run backwards": (
        "spans",
        swap(r"(\d{4})—(\d{4})年", lambda f, r: f"{int(f[2])}—{int(f[1])}年"),
    ),
    "D06 days that run backwards": ("spans", swap(r"(\d+)日至(\d+)日", lambda f, r: f"{f[2]}日至{f[1]}日")),
    "D06 months that run backwards": (
        "spans",
        swap(r"(?<!\d)(\d)月至(\d)月", lambda f, r: f"{f[2]}月至{f[1]}月" if int(f[2]) - int(f[1]) <= 2 else None),
    ),
    "D06 hours that run backwards": ("spans", swap(r"14:00—(\d+):30", lambda f, r: f"{int(f[1]) + 4}:00—{f[1]}:30")),
    "D06 another anniversary": ("spans", swap(r"今年迎来(\d+)周年", another(1, 20, 99), 1)),
    "D06 another age": ("spans", swap(r"今年(\d+)岁", another(2, 20, 99), 1)),
    "D07 a month in characters": ("dated", swap(r"(\d+)月\d+日", lambda f, r: han(int(f[1])), 1)),
    "D07 a day in characters": ("dated", swap(r"\d月(\d+)日", lambda f, r: han(int(f[1])), 1)),
    "D07 a year in characters": (
        "dated",
        swap(r"(\d{4})年\d", lambda f, r: "".join("〇一二三四五六七八九"[int(each)] for each in f[1]), 1),
    ),
}
