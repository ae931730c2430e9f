"""People with their offices, as a county's copy names them: "县委书记李明远", "李明远局长". Precision before recall."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import rjieba

from hemei.prose.surnames import surname

MOST = 300
"""People told of one story."""

_POSTS = (
    "党支部书记|党总支书记|党委书记|党组书记|第一书记|纪委书记|县委书记|市委书记|总书记|副书记|书记|"
    "副县长|县长|副市长|市长|副区长|区长|副镇长|镇长|副乡长|乡长|副局长|局长|副部长|部长|副主任|主任|副主席|主席|副会长|会长|"
    "副秘书长|秘书长|副理事长|理事长|副校长|校长|副园长|园长|副院长|院长|副站长|站长|副所长|所长|副科长|科长|股长|副处长|处长|"
    "副总经理|总经理|董事长|副队长|大队长|队长|副馆长|馆长|副台长|台长|副总编辑|总编辑|副检察长|检察长|厂长|村长|组长|社长|班长|"
    "负责人|常委(?!会)|委员(?!会)|政委|农艺师|工程师|护士长|技术员|网格员|调解员|传承人|会计|教师|医生|支书"
)
_POST = re.compile(_POSTS)
_POST_AT_END = re.compile(rf"(?:{_POSTS})$")
_NAME = re.compile(r"(?!副)[\u4e00-\u9fff]{1,2}[ \u3000]?[\u4e00-\u9fff]{1,3}")
_UNIT_BEFORE = re.compile(r"[\u4e00-\u9fff、（）]*$")
_LONGEST_UNIT = 18
_LEADERS = re.compile(
    r"(?P<office>(?:[县市区](?:委|政府|级)?|镇|乡)领导)(?P<names>[\u4e00-\u9fff]{2,4}(?:、[\u4e00-\u9fff]{2,4})*)"
)
_AFTER = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<name>[\u4e00-\u9fff]{2,3})"
    r"(?P<office>副?(?:书记|县长|镇长|乡长|局长|部长|主任|主席|校长|院长|站长|所长|队长|会长|理事长))"
    rf"(?![\u4e00-\u9fff]?(?:{_POSTS}))"
)
_TRIM = re.compile(
    r".*(?:(?<!住房)(?<!发展)(?<!工业)(?<!资源)(?<!文化)(?<!经济)(?<!商务)和|日电|随着|根据|按照|围绕|关于|近日|日前|当天|当日|当前|今年|去年|期间|会上|下午|上午|晚上|随后|活动由|会议由|陪同下|以及|作为|担任|"
    r"原任|接任|当选|来自|邀请|对于|他说|她说|在|由|与|及|对|向|给|请|让|被|把|将|是|为|任|经|据|跟|同|从|到|等|了|着|说|问|见|找|的)"
)
_FOLLOWS = re.compile(
    r"$|[^\u4e00-\u9fff]|主持|出席|参加|讲话|致辞|发言|表示|介绍|指出|强调|要求|说|告诉|率|带领|带队|深入|陪同|一行|宣布|宣读|通报|传达|作|就|在|对|向|为|"
    r"与|和|及|等|同志|先后|分别|到|来|也|还|正|是|的|从|认为|坦言|透露|算|看|把|将|给|被|受|代表|围绕|结合|担任|任|现场|一边|站|拿|指着|笑|高兴|感慨|回忆|"
    r"并|则|又|便|曾|已|会|要|带|领|走|上|向|提|总结|部署|安排|签|颁|慰问|调研|检查|督导|察看|查看|了解|询问|听取|随|参与|组织|牵头|负责|以|用|于|今年|今天|昨|当|没|不|有|呼吁|提醒|建议|解释|话"
)
_FOLLOWS_PLAINLY = re.compile(r"来到|到来|先后|分别|主持|出席|正在|向前|带来|走上|走进|作为|代表|和|与")
_NEVER_GIVEN = frozenset("的了着和与及在是说等对向为把被将从到也还就都并又要会委局县市镇乡村党部办长总副任书记主持席")
_KEPT_ALONE = "某"
_ALSO_WORDS = frozenset("于时应常向党全成经解计通")
"""Family names that are as often words of the sentence; no verb, time or particle may follow them."""


def people(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(name, office) of everybody who is named with an office, in order, each once."""
    found: dict[tuple[str, str], None] = {}
    for text in texts:
        for pair in _in_text(text):
            found.setdefault(pair)
            if len(found) >= MOST:
                break
    pairs = list(found)
    # "书记" beside "县委书记" of the same person says nothing new.
    return tuple(
        (name, office) for name, office in pairs
        if not any(name == other and office != longer and longer.endswith(office) for other, longer in pairs)
    )  # fmt: skip


def _in_text(text: str) -> Iterator[tuple[str, str]]:
    for clause in re.finditer(r"[^。！？；，,：:\n“”《》]{3,400}", text):
        follows = text[clause.end() : clause.end() + 1]
        for _, name, office in sorted(_before_name(clause[0] + follows) + _after_name(clause[0])):
            yield name, office


def _before_name(words: str) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    floor = 0
    for post in _POST.finditer(words):
        start = post.end()
        match = _NAME.match(words, start)
        if post.start() < floor or match is None:
            continue
        if name := named(match[0], words[match.end() : match.end() + 8]):
            office = _office(words[max(floor, post.start() - 60) : post.start()], post[0])
            found.append((start, name, office))
            floor = _others(words, start + len(name), office, found)
    for match in _LEADERS.finditer(words):
        at = match.start("names")
        office = match["office"]
        if (name := named(words[at : at + 3], words[at + 3 : at + 11])) is not None:
            found.append((at, name, office))
            _others(words, at + len(name), office, found)
    return found


def _others(words: str, at: int, office: str, found: list[tuple[int, str, str]]) -> int:
    """After "副县长李一、王二" the names that follow with 、 share the office; gives where they end."""
    while words[at : at + 1] == "、":
        name = named(words[at + 1 : at + 4], words[at + 4 : at + 12])
        if name is None or not re.match(
            r"$|[、，。（和与及等]|[^\u4e00-\u9fff]|参加|出席", words[at + 1 + len(name) :]
        ):
            break
        found.append((at + 1, name, office))
        at += 1 + len(name)
    return at


def _after_name(words: str) -> list[tuple[int, str, str]]:
    found = []
    for match in _AFTER.finditer(words):
        name = match["name"]
        if named(name, "") == name and not set(name) & _NEVER_GIVEN:
            found.append((match.start(), name, match["office"]))
    return found


def _office(before: str, post: str) -> str:
    """The office that ends in this post: its unit, and the offices joined to it by 、, without the sentence before it."""
    *more, unit = _UNIT_BEFORE.search(before)[0].split("、")  # type: ignore[index]  # it may match nothing, but it matches
    kept = _unit(unit[-_LONGEST_UNIT:])
    office = kept + post
    while more and kept == unit and (other := _POST_AT_END.search(more[-1])):
        unit = more.pop()[: other.start()]
        kept = _unit(unit[-_LONGEST_UNIT:])
        office = f"{kept}{other[0]}、{office}"
    return office


def _unit(before: str) -> str:
    """Cuts the words of the sentence off the front: up to the last preposition, verb or time before the unit's name."""
    cut = _TRIM.match(before)
    tagged = rjieba.tag(before[cut.end() :] if cut else before)
    for at in range(len(tagged) - 1, -1, -1):
        word, tag = tagged[at]
        if tag[:1] in ("v", "d", "r", "c", "p", "u", "t", "y") and tag != "vn" and word not in _OFFICE_WORDS:
            tagged = tagged[at + 1 :]
            break
    return "".join(word for word, _ in tagged)


_OFFICE_WORDS = frozenset(
    [
        "和",
        "常务",
        "组织",
        "宣传",
        "统战",
        "执行",
        "驻",
        "驻村",
        "专职",
        "兼职",
        "管理",
        "服务",
        "教育",
        "水利",
        "交通",
        "审计",
        "统计",
        "监督",
        "执法",
        "应急",
        "招商",
        "建设",
        "发展",
        "保障",
        "种植",
        "养殖",
        "合作",
        "办",
        "调度",
        "救助",
        "救援",
    ]
)


def named(raw: str, rest: str) -> str | None:
    """The name that these characters begin with, judged by what follows it; None when they are no name."""
    spaced = re.match(r"([\u4e00-\u9fff])[ \u3000]([\u4e00-\u9fff])", raw)
    if spaced and surname(spaced[1]) and _FOLLOWS.match((raw + rest)[3:7]):
        return spaced[1] + spaced[2]
    if re.search(r"[ \u3000]", raw):
        raw, rest = re.split(r"[ \u3000]", raw)[0], " "
    text = raw + rest
    family = surname(raw)
    if not family or family in "和从那后都空相便有":
        return None
    short = len(family) + 1
    # "来到" after a short name is likelier than a long name that ends in "来".
    sizes = (short, short + 1) if _FOLLOWS_PLAINLY.match(text[short : short + 3]) else (short + 1, short)
    for size in sizes:
        name = text[:size]
        if len(name) < size or not re.fullmatch(r"[\u4e00-\u9fff]+", name) or set(name[len(family) :]) & _NEVER_GIVEN:
            continue
        if may_follow(text[size : size + 6]) and not _ordinary(name, family):
            return name
    return None


def may_follow(rest: str) -> bool:
    """True when a name may end before these words: a mark, a usual verb, or any word of two characters and more."""
    return _FOLLOWS.match(rest) is not None or len(rjieba.cut(rest)[0]) >= 2


def _ordinary(name: str, family: str) -> bool:
    """True for ordinary words that merely begin like a name: 关于, 高度, 时间, 全县, 成员单位, 于近日."""
    if _KEPT_ALONE in name:
        return False
    (word, tag), *rest = rjieba.tag(name)
    if family in _ALSO_WORDS and rest and rest[0][1][:1] in "tdprvcm":
        return True
    return len(word) >= 2 and not tag.startswith("nr") and bool(rjieba.has_word(word))
