"""Slips of headlines, credits and private data."""

from __future__ import annotations

from random import Random

from bench.slips.clean import paragraphs
from bench.slips.county import DAY, Made, Mutate, around, confused, copy, county, leader
from demo import archive
from hemei.prose.proof import Copy
from hemei.prose.proof.copy import Kind

STORIES = list(archive.archive(600))

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def story(random: Random, **changed: str) -> list[tuple[Kind, str]]:
    """A story of the archive, part by part."""
    draft = random.choice(STORIES)
    body = ["".join(run["t"] for run in block["runs"]) for block in draft["body"] if block["kind"] == "paragraph"]
    said = {"headline": draft["headline"], "deck": draft["deck"], "byline": draft["byline"]} | changed
    kinds: tuple[Kind, ...] = ("headline", "deck", "byline")
    return [*((kind, said[kind]) for kind in kinds), *(("body", text) for text in body)]


def made(fields: list[tuple[Kind, str]], words: str) -> Made:
    whole = Copy.of(fields, DAY, county())
    at = whole.text.index(words)
    return whole, at, at + len(words)


def headline_names_somebody_else(random: Random) -> Made:
    _, name = leader(random)
    return made(story(random, headline=f"{name}到田间看剪枝"), name)


def headline_counts_otherwise(random: Random) -> Made | None:
    fields = story(random, deck="")
    whole = "".join(text for kind, text in fields if kind == "body")
    number = str(random.randint(500, 9000))
    if number in whole:
        return None
    return made([("headline", f"新修农村路{number}米，村里人这样说"), *fields[1:]], number)


def photograph_without_credit(random: Random) -> Made:
    caption = f"{random.choice(paragraphs())[:18]}"
    fields = story(random)
    fields.insert(random.randint(3, len(fields)), ("caption", caption))
    return made(fields, caption)


def reporter_misspelt(random: Random) -> Made | None:
    name = random.choice(sorted(county().staff))
    nth = random.randrange(3)
    wrong = name[:nth] + (each := confused(random, name[nth])) + name[nth + 1 :]
    if each == name[nth]:
        return None
    other = random.choice(sorted(county().staff - {name}))
    byline = random.choice(
        (f"记者 {wrong}", f"记者 {other} {wrong}", f"本报记者 {wrong} 通讯员 陈麦冬", f"记者 {other}、{wrong}")
    )
    return made(story(random, byline=byline), wrong)


def identity(random: Random) -> str:
    digits = f"{random.randint(110000, 659999)}{random.randint(1940, 2020)}{random.randint(1, 12):02}{random.randint(1, 28):02}{random.randint(0, 999):03}"
    return digits + "10X98765432"[sum(int(each) * weight for each, weight in zip(digits, WEIGHTS, strict=True)) % 11]


def card(random: Random) -> str:
    digits = f"62{random.randint(10**15, 10**16 - 1)}"[: random.choice((15, 18))]
    doubled = [
        int(each) if nth % 2 else int(each) * 2 - 9 * (int(each) > 4) for nth, each in enumerate(reversed(digits))
    ]
    number = digits + str(-sum(doubled) % 10)
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if random.random() < 0.3 else number


def mobile(random: Random) -> str:
    return f"1{random.randint(3, 9)}{random.randint(10**8, 10**9 - 1)}"


def identity_printed(random: Random) -> Made:
    number = identity(random)
    text = random.choice(("他的身份证号是{}，", "身份证{}的持有人", "（{}）")).format(number)
    whole, at = around(random, text)
    return copy(whole), at + text.index(number), at + text.index(number) + 18


def card_printed(random: Random) -> Made:
    number = card(random)
    whole, at = around(random, text := f"钱打到了卡号{number}，三天后到账。")
    return copy(whole), at + text.index(number), at + text.index(number) + len(number)


def mobile_printed(random: Random) -> Made:
    number = mobile(random)
    number = random.choice(
        (number, f"{number[:3]} {number[3:7]} {number[7:]}", f"{number[:3]}-{number[3:7]}-{number[7:]}")
    )
    whole, at = around(
        random, text := random.choice(("她说，打{}就能找到。", "村民小何（{}）种了两亩茶。")).format(number)
    )
    return copy(whole), at + text.index(number), at + text.index(number) + len(number)


def minor_named(random: Random) -> Made:
    name = random.choice("王李张刘陈杨黄赵吴周") + "".join(random.sample("小兰建国志海新春晓梅雨欣子轩浩然思", 2))
    age = random.randint(6, 17)
    text = random.choice(
        (
            f"受害人{name}已经回家。",
            f"未成年人{name}得到救助。",
            f"{name}（女，{age}岁）遭到欺凌，警方已经介入。",
            f"民警找到了被拐的{age}岁的{name}。",
            f"昨天，受害女童{name}说，她不怕。",
        )
    )
    whole, at = around(random, text)
    return copy(whole), at + text.index(name), at + text.index(name) + 3


def headline_ends_with_a_mark(random: Random) -> Made:
    fields = story(random)
    mark = random.choice("。，；")
    head = fields[0][1] + mark
    whole = Copy.of([("headline", head), *fields[1:]], DAY, county())
    return whole, len(head) - 1, len(head)


KINDS: list[tuple[str, Mutate]] = [
    ("H01", headline_names_somebody_else),
    ("H01", headline_counts_otherwise),
    ("H03", photograph_without_credit),
    ("H03", reporter_misspelt),
    ("H04", identity_printed),
    ("H04", card_printed),
    ("H05", headline_ends_with_a_mark),
    ("H06", mobile_printed),
    ("H06", minor_named),
]
