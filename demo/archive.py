"""An old archive by the thousand: invented stories made of templates and words, to fill a home before it is measured.

`archive(count, seed)` gives drafts as `demo.stories.draft` does (so that `demo.stories.content` takes them), oldest first,
without pictures. The same count and seed give the same drafts on every machine; all headlines of one archive differ.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

FIRST = datetime.date(2016, 3, 1)
LAST = datetime.date(2026, 9, 1)
"""The archive ends before the demo's own stories begin."""

_SEASONS = ("冬天", "冬天", "春天", "春天", "春天", "夏天", "夏天", "夏天", "秋天", "秋天", "秋天", "冬天")
_LONGEST = 23
_DIGITS = "〇一二三四五六七八九"


def archive(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """`count` drafts, dates rising from 2016 to 2026. Notices are short; the others have 600 to 1,000 characters."""
    words = _words()
    random = Random(seed)
    days = (LAST - FIRST).days
    seen: set[str] = set()
    for at in range(count):
        yield _draft(random, words, FIRST + datetime.timedelta(days=at * days // max(1, count)), seen)


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).resolve().parent / "archive.toml").read_text(encoding="utf-8"))


def _draft(random: Random, words: Mapping[str, Any], date: datetime.date, seen: set[str]) -> dict[str, Any]:
    topic = random.choice(words["topics"])
    headline = ""
    while not headline or headline in seen:
        facts = _facts(random, words, topic, date)
        headline = random.choice(topic["headlines"]).format_map(facts)
        if len(headline) > _LONGEST:
            headline = ""
    seen.add(headline)
    body = _body(random, words, topic, facts)
    lede = "".join(run["t"] for run in body[0]["runs"])
    reporter = random.choice(words["reporters"])
    return {
        "kicker": topic["kicker"],
        "headline": headline,
        "deck": random.choice(topic["facts"]).format_map(facts).split("。")[0] + "。" if random.random() < 0.6 else "",
        "dateline": "本报讯" if random.random() < 0.5 else "",
        "byline": "青棠县融媒体中心"
        if topic.get("plain")
        else f"记者 {reporter}"
        if random.random() < 0.7
        else f"通讯员 {facts['other']}",
        "editor": "王砚秋",
        "source": "青棠县融媒体中心",
        "date": date.isoformat(),
        "section": topic["section"],
        "tags": _tags(random, topic, facts),
        "gist": [lede.split("。")[0] + "。"] if random.random() < 0.15 else [],
        "lead": None,
        "body": body,
        "correction": "",
    }


def _facts(random: Random, words: Mapping[str, Any], topic: Mapping[str, Any], date: datetime.date) -> dict[str, str]:
    """The people, places and numbers of one story; the same ones through its whole text."""
    pick = random.choice
    later = date + datetime.timedelta(days=random.randint(3, 20))
    number = random.randint(21, 480)
    person, other = random.sample(words["surnames"], 2)
    return {
        "town": pick(words["towns"]),
        "village": pick(words["heads"]) + pick(words["tails"]),
        "person": person + pick(words["givens"]),
        "other": other + pick(words["givens"]),
        "pronoun": pick(("他", "她")),
        "thing": pick(topic["things"]),
        "verb": pick(topic["verbs"]),
        "n": str(number),
        "half": str(number * random.randint(45, 80) // 100),
        "few": _DIGITS[random.randint(3, 9)],
        "small": str(random.randint(11, 39)),
        "km": str(random.randint(2, 28)),
        "money": f"{random.randint(12, 480) * 1000}",
        "day": f"{date.month}月{date.day}日",
        "next": f"{later.month}月{later.day}日",
        "season": _SEASONS[date.month - 1],
    }


def _body(
    random: Random, words: Mapping[str, Any], topic: Mapping[str, Any], facts: dict[str, str]
) -> list[dict[str, Any]]:
    def say(*templates: str) -> dict[str, Any]:
        return {"kind": "paragraph", "runs": [{"t": "".join(templates).format_map(facts)}]}

    told = random.sample(topic["facts"], len(topic["facts"]))
    asked = [[{"t": ask.format_map(facts)}] for ask in random.sample(words["asks"], random.randint(3, 5))]
    if topic.get("plain"):
        return [*map(say, told), {"kind": "list", "items": asked}]
    counted, (head, other_head) = random.sample(words["counts"], 3), random.sample(words["middles"], 2)
    (scene, other_scene), doubted = random.sample(words["scenes"], 2), random.sample(words["doubts"], 2)
    body: list[dict[str, Any]] = [
        say(random.choice(words["openings"]), told[0]),
        say(random.choice(words["backgrounds"]), counted[0]),
        {"kind": "heading", "text": head, "level": 2},
        say(told[1], counted[1]),
        say(scene),
        {
            "kind": "quote",
            "text": f"“{random.choice(topic['quotes'])}”",
            "cite": f"{facts['village']} {facts['person']}",
        },
        say(doubted[0], random.choice(words["voices"])),
        {"kind": "heading", "text": other_head, "level": 2},
        say(told[2], doubted[1]),
    ]
    if random.random() < 0.5:
        body.append(say(other_scene))
    if random.random() < 0.3:
        body.append(_table(random, words, facts))
    if random.random() < 0.6:
        body.append({"kind": "list", "items": asked})
    body += [say(counted[2]), say(random.choice(words["endings"]))]
    return body


def _table(random: Random, words: Mapping[str, Any], facts: Mapping[str, str]) -> dict[str, Any]:
    rows = [
        [town, str(random.randint(4, 60)), str(random.randint(80, 2400))] for town in random.sample(words["towns"], 5)
    ]
    return {
        "kind": "table",
        "caption": f"{facts['thing']}{facts['verb']}的进度",
        "head": ["乡镇", "村", "户"],
        "rows": rows,
    }


def _tags(random: Random, topic: Mapping[str, Any], facts: Mapping[str, str]) -> list[str]:
    tags = [*topic["tags"], facts["town"], facts["thing"]]
    return list(dict.fromkeys(random.sample(tags, random.randint(1, len(tags)))))[:4]
