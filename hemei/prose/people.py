"""People with their offices, as a county's copy names them: "县委书记李明远", "李明远局长". Precision before recall."""

from __future__ import annotations

import re
from collections.abc import Iterable

import rjieba

from hemei.prose.surnames import surname

MOST = 300
"""People told of one story."""

_POSTS = (
    "党支部书记|党总支书记|党委书记|党组书记|第一书记|纪委书记|县委书记|市委书记|总书记|副书记|书记|"
    "副县长|县长|副市长|市长|副区长|区长|副镇长|镇长|副乡长|乡长|副局长|局长|副部长|部长|副主任|主任|副主席|主席|副会长|会长|"
    "副秘书长|秘书长|副理事长|理事长|副校长|校长|副园长|园长|副院长|院长|副站长|站长|副所长|所长|副科长|科长|股长|副处长|处长|"
    "副总经理|总经理|董事长|副队长|大队长|队长|副馆长|馆长|副台长|台长|副总编辑|总编辑|副检察长|检察长|厂长|村长|组长|社长|班长|"
    "负责人|常委|委员|政委|农艺师|工程师|护士长|技术员|网格员|调解员|传承人|会计|教师|医生|支书"
)
_OFFICE = re.compile(
    rf"(?P<office>(?:[\u4e00-\u9fff]{{0,18}}?(?:{_POSTS})、)*[\u4e00-\u9fff]{{0,18}}?(?:{_POSTS}))"
    r"(?P<name>(?![副、])[\u4e00-\u9fff]{1,2}[ \u3000]?[\u4e00-\u9fff]{1,3})"
)
_LEADERS = re.compile(r"(?P<office>[县市区]?(?:委|政府)?领导)(?P<names>[\u4e00-\u9fff]{2,4}(?:、[\u4e00-\u9fff]{2,4})*)")
_AFTER = re.compile(
    rf"(?<![\u4e00-\u9fff])(?P<name>[\u4e00-\u9fff]{{2,3}})(?P<office>副?(?:书记|县长|镇长|乡长|局长|部长|主任|主席|校长|院长|站长|所长|队长|会长|理事长))"
    rf"(?![\u4e00-\u9fff]?(?:{_POSTS}))"
)
_TRIM = re.compile(
    r".*(?:随着|根据|按照|围绕|关于|近日|日前|当天|当日|当前|今年|去年|期间|会上|下午|上午|晚上|随后|活动由|会议由|陪同下|以及|作为|担任|"
    r"原任|接任|当选|来自|邀请|对于|他说|她说|在|由|和|与|及|对|向|给|请|让|被|把|将|是|为|任|经|据|跟|同|从|到|等|了|着|说|问|见|找|的|让)"
)
_FOLLOWS = re.compile(
    r"$|[^\u4e00-\u9fff]|主持|出席|参加|讲话|致辞|发言|表示|介绍|指出|强调|要求|说|告诉|率|带领|带队|深入|陪同|一行|宣布|宣读|通报|传达|作|就|在|对|向|为|"
    r"与|和|及|等|同志|先后|分别|到|来|也|还|正|是|的|从|认为|坦言|透露|算|看|把|将|给|被|受|代表|围绕|结合|担任|任|现场|一边|站|拿|指着|笑|高兴|感慨|回忆|"
    r"并|则|又|便|曾|已|会|要|带|领|走|上|向|提|总结|部署|安排|签|颁|慰问|调研|检查|督导|察看|查看|了解|询问|听取|随|参与|组织|牵头|负责|以|用|于|今年|今天|昨|当|没|不|有|呼吁|提醒|建议|解释|话"
)
_FOLLOWS_PLAINLY = re.compile(r"来到|到来|先后|分别|主持|出席|正在|向前|带来|走上|走进|作为|代表|和|与")
_NEVER_GIVEN = frozenset("的了着和与及在是说等对向为把被将从到也还就都并又要会委局县市镇乡村党部办长总副任书记主持席")
_KEPT_ALONE = "某"


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


def _in_text(text: str) -> list[tuple[str, str]]:
    seen: list[tuple[int, str, str]] = []
    for clause in re.finditer(r"[^。！？；，,：:\n“”《》]{3,400}", text):
        words, start = clause[0], clause.start()
        follows = text[clause.end() : clause.end() + 1]
        seen += [(start + at, name, office) for at, name, office in _before_name(words + follows)]
        seen += [(start + at, name, office) for at, name, office in _after_name(words)]
    return [(name, office) for _, name, office in sorted(seen)]


def _before_name(words: str) -> list[tuple[int, str, str]]:
    found = []
    at = 0
    while match := _OFFICE.search(words, at):
        name = named(match["name"], words[match.end() :])
        office = _office(match["office"])
        if name and office:
            found.append((match.start("name"), name, office))
            at = match.start("name") + len(name)
            at = _others(words, at, office, found)
        else:
            at = match.end("office")
    for match in _LEADERS.finditer(words):
        at = match.start("names")
        office = match["office"]
        if (name := named(words[at : at + 3], words[at + 3 :])) is not None:
            found.append((at, name, office))
            _others(words, at + len(name), office, found)
    return found


def _others(words: str, at: int, office: str, found: list[tuple[int, str, str]]) -> int:
    """After a plural office ("副县长李一、王二"): the names that follow with 、 share it, until something is no name."""
    while words[at : at + 1] == "、":
        rest = words[at + 1 : at + 5]
        name = named(rest[:3], words[at + 4 :])
        if name is None or not re.match(r"$|[、，。（和与及等]|[^\u4e00-\u9fff]|参加|出席", words[at + 1 + len(name) :]):
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


def _office(raw: str) -> str | None:
    """The office without the words of the sentence before it."""
    first, *more = raw.split("、")
    office = "、".join([_trimmed(first), *more])
    return office if office else None


def _trimmed(part: str) -> str:
    """Cuts the words of the sentence off the front: up to the last preposition or time word before the post."""
    post = re.search(rf"(?:{_POSTS})$", part)
    before = part[: post.start()] if post else part
    cut = _TRIM.match(before)
    kept = before[cut.end() :] if cut else before
    tagged = rjieba.tag(kept) if kept else []
    for at in range(len(tagged) - 1, -1, -1):
        word, tag = tagged[at]
        if tag[:1] in ("v", "d", "r", "c", "p", "u", "t", "y") and tag != "vn" and word not in _OFFICE_WORDS:
            tagged = tagged[at + 1 :]
            break
    return "".join(word for word, _ in tagged) + (post[0] if post else "")


_OFFICE_WORDS = frozenset("常务 组织 宣传 统战 执行 驻 驻村 党 主管 分管 专职 兼职 管理 服务 教育 水利 交通 审计 统计 监督 执法 应急 招商 建设 发展 保障 种植 养殖 合作 办 调度 救助".split())


def named(raw: str, rest: str) -> str | None:
    """The name that these characters begin with, judged by what follows it; None when they are no name."""
    spaced = re.match(r"([\u4e00-\u9fff])[ \u3000]([\u4e00-\u9fff])", raw)
    if spaced and surname(spaced[1]) and _FOLLOWS.match((raw + rest)[3:7]):
        return spaced[1] + spaced[2]
    if re.search(r"[ \u3000]", raw):
        raw, rest = re.split(r"[ \u3000]", raw)[0], " "
    text = raw + rest
    family = surname(raw)
    if not family:
        return None
    short = len(family) + 1
    # "来到" after a short name is likelier than a long name that ends in "来".
    sizes = (short, short + 1) if _FOLLOWS_PLAINLY.match(text[short : short + 3]) else (short + 1, short)
    for size in sizes:
        name = text[:size]
        if len(name) < size or not re.fullmatch(r"[\u4e00-\u9fff]+", name) or set(name[len(family) :]) & _NEVER_GIVEN:
            continue
        if _FOLLOWS.match(text[size : size + 4]) and not _ordinary(name):
            return name
    return None


def _ordinary(name: str) -> bool:
    """True for ordinary words that merely begin like a name: 关于, 高度, 时间, 全县, 成员单位."""
    if _KEPT_ALONE in name:
        return False
    tokens = rjieba.tag(name)
    word, tag = tokens[0]
    return len(word) >= 2 and not tag.startswith("nr") and bool(rjieba.has_word(word))
