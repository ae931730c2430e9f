"""Slips of marks and widths."""

from __future__ import annotations

import re
from random import Random

from bench.slips.clean import Mutate

HAN = "[\u4e00-\u9fff]"

QUOTED = (
    "盘采薇说：“先修渠，再种树。”话音刚落，院坝里就有人鼓掌。",
    "展柜里摆着《青棠县志》和《渔鼓唱本》，翻旧了，封皮是后补的。",
    "合作社（去年成立）今年收了二十三户的核桃，“一斤也没剩”。",
    "牌子上写着“小心路滑”，字是“老木匠”刻的，漆是新的。",
    "“雪化了就开工。”他把图纸摊开，指着沟口（图上画红圈的地方）给大家看。",
    "夜校的课本叫《识字三百》，老师管它叫‘小红书皮’，学生管它叫“红本”。",
)


def at(pattern: str, text: str, random: Random) -> re.Match[str] | None:
    """One of the places where the pattern stands."""
    found = list(re.finditer(pattern, text))
    return random.choice(found) if found else None


def put(pattern: str, instead: str | dict[str, str]) -> Mutate:
    """Other characters in the place of what the pattern finds."""

    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        text = text if re.search(pattern, text) else random.choice(QUOTED)
        found = at(pattern, text, random)
        if found is None:
            return None
        new = instead.get(found[0], "") if isinstance(instead, dict) else instead
        return text[: found.start()] + new + text[found.end() :], found.start(), found.start() + len(new)

    return mutate


def struck(pattern: str) -> Mutate:
    """A mark that is gone; its pair is what is doubted, wherever that stands."""

    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        text = random.choice(QUOTED)
        found = at(pattern, text, random)
        return (text[: found.start()] + text[found.end() :], 0, len(text)) if found else None

    return mutate


SLIPS: dict[str, tuple[str, Mutate]] = {
    "a closing mark is missing": ("P01", struck("[”》）’]")),
    "an opening mark is missing": ("P01", struck("[“《（‘]")),
    "a quotation is closed with an opening mark": ("P01", put("(?<=[^：，。])”", "“")),
    "a quotation is opened with a closing mark": ("P01", put("(?<=：)“|^“", "”")),
    "a half-width comma": ("P02", put(f"(?<={HAN})，(?={HAN})", ",")),
    "a half-width colon or semicolon": ("P02", put(f"(?<={HAN})[：；](?={HAN}|“)", {"：": ":", "；": ";"})),
    "a Latin full stop": ("P03", put(f"(?<={HAN})。(?={HAN}|$)", ".")),
    "a comma twice": ("P04", put("(?<=.)，(?=.)", "，，")),
    "a comma before a full stop": ("P04", put("。", "，。")),
    "a full stop twice": ("P04", put("(?<=.)。", "。。")),
    "three dots": ("P05", put(f"(?<={HAN})。$", "...")),
    "half an ellipsis": ("P05", put(f"(?<={HAN})，(?={HAN})", "…")),
    "a paragraph cut before a comma": ("P07", put(f"(?<={HAN}{{4}})，", "\n，")),
    "a blank between two words": ("P09", put(f"(?<={HAN}{{6}})(?={HAN}{{6}})", " ")),
    "full-width figures": ("P10", put("(?<![0-9])[0-9](?![0-9])", {str(n): chr(0xFF10 + n) for n in range(10)})),
    "two hyphens for a dash": ("P11", put(f"(?<={HAN})，(?={HAN})", "--")),
    "straight quotation marks": ("P13", lambda text, random: _straight(random.choice(QUOTED))),
}


def _straight(text: str) -> tuple[str, int, int] | None:
    return (re.sub("[“”]", '"', text), 0, len(text)) if "“" in text else None
