"""Wrong quantities and units."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from bench.slips.figures import han, swap

Put = Callable[[re.Match[str], Random], str | None]


def more(low: int, high: int) -> Put:
    """A number that is so many per cent larger."""
    return lambda found, random: str(int(found[1]) * (100 + random.randint(low, high)) // 100 + 1)


MUTATIONS = {
    "U01 about and or so": ("quantities", swap(r"约\d+米", lambda f, r: f[0] + r.choice(("左右", "上下")))),
    "U01 or so and about": (
        "quantities",
        swap(r"(\d+)(?:分钟左右|人上下)", lambda f, r: r.choice(("约", "大约", "近")) + f[0]),
    ),
    "U02 over and more": ("quantities", swap(r"[超逾]\d+(?=[户人])", lambda f, r: f[0] + r.choice("多余"))),
    "U02 over and above": (
        "quantities",
        swap(r"(?:超过\d+%|[超逾]\d+[户人])", lambda f, r: f[0] + "以上"),
    ),
    "U03 times less": ("quantities", swap(r"(?<=[少短]了)\d[0%成]*", lambda f, r: r.choice("23456两三五") + "倍")),
    "U04 the first per cent sign": ("quantities", swap(r"\d+(%)(?=[—至]\d)", lambda f, r: "", 1)),
    "U05 a unit that is none": (
        "quantities",
        swap(
            r"(?<=\d)(?:厘米|平方米|立方米|kg)",
            lambda f, r: {"厘米": "公分", "平方米": r.choice(("平米", "平方")), "立方米": "立方", "kg": "KG"}[f[0]],
        ),
    ),
    "U06 a part larger than the whole": (
        "reckoned",
        swap(r"共有(\d+)人，其中党员(\d+)", lambda f, r: str(int(f[1]) + r.randint(1, 300)), 2),
    ),
    "U06 men and women": ("reckoned", swap(r"女(\d+)人", more(5, 80), 1)),
    "U06 a part and the rest": ("reckoned", swap(r"其余(\d+)公里", more(5, 80), 1)),
    "U06 shares and the rest": ("reckoned", swap(r"其余占(\d+)%", more(5, 60), 1)),
    "U06 shares": ("reckoned", swap(r"、(\d+)%和", more(20, 90), 1)),
    "U06 growth": ("reckoned", swap(r"，增长(\d+)[.%]", more(20, 90), 1)),
    "U06 the same in two units": (
        "reckoned",
        swap(r"（(\d+)万元", lambda f, r: r.choice((f[1] + "0", f[1][:-1])), 1),
    ),
    "U06 ten thousand twice": ("reckoned", swap(r"\d(万|亿)元", lambda f, r: r.choice((f[1] * 2, "亿万")), 1)),
    "U07 one number in characters": (
        "quantities",
        swap(r"教师(\d+)人、学生(\d+)人", lambda f, r: f"教师{han(int(f[1]))}人、学生{f[2]}人"),
    ),
    "U07 the last number in characters": (
        "quantities",
        swap(r"、家长(\d+)(?=人)", lambda f, r: han(int(f[1])), 1),
    ),
    "U08 a comma out of its place": (
        "quantities",
        swap(r"\d+,(\d{3}),\d{3}", lambda f, r: r.choice((f[1][:2], f[1] + "0")), 1),
    ),
    "U08 noughts that are lost": ("quantities", swap(r",000人次", lambda f, r: r.choice((",00", ",0000")) + "人次")),
    "U08 degrees and speed": (
        "quantities",
        swap(
            r"零下(\d+)℃|(\d+)摄氏度|60km/h|时速\d+公里",
            lambda f, r: (
                f"零下-{f[1]}℃"
                if f[1]
                else f"摄氏{f[2]}度"
                if f[2]
                else r.choice(("60公里/h", "60km/小时", "60KM/H"))
                if f[0][0] == "6"
                else f[0] + "/小时"
            ),
        ),
    ),
    "U09 numerals": (
        "quantities",
        swap(
            "两个|三四天|十几个",
            lambda f, r: {
                "两个": r.choice(("俩个", "二个")),
                "三四天": "三、四天",
                "十几个": r.choice(("1", "3")) + "0几个",
            }[f[0]],
        ),
    ),
    "U10 nearly and more": ("quantities", swap(r"[约近]\d+(?=[米户])", lambda f, r: f[0] + r.choice("多余"))),
    "U10 more and or so": ("quantities", swap(r"\d+(?:多人|余户)", lambda f, r: f[0] + "左右")),
    "U10 a fraction and more": ("quantities", swap(r"\d\.5个(?=月)", lambda f, r: f[0] + "多")),
}
