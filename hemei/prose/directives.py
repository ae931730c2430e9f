"""督办线索 Directives: the sentences of a meeting report that tell somebody to do something, as drafts for later.

Who asks, of whom, by when, and how likely there is something to check: a person decides what of it is followed up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

MOST = 500
"""Directives that one report yields at most."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Directive:
    """A sentence that tells somebody to do something."""

    text: str
    section: str
    """The heading, or the matter of the meeting, under which it stands; empty where there is none."""
    speaker: str
    """Who asks for it, as the report names them; 会议 when the meeting does."""
    owner: str
    """Who is to do it, where a unit is named."""
    deadline: str
    """By when: an ISO date where the words and the story's date give one, else the words."""
    score: float
    """How likely there is something that can be checked, 0 to 1."""

    @property
    def about(self) -> str:
        """Section, speaker, owner and deadline, as an editor reads them in one line."""
        labels = (
            ("议题：", self.section),
            ("谁要求：", self.speaker),
            ("谁办：", self.owner),
            ("期限：", self.deadline),
        )
        return "，".join(label + said for label, said in labels if said)


_NAME = "[\u4e00-\u9fff]{2,4}"
_SAID = "强调|指出|要求|提出|表示|明确|部署|安排|说"
_SPEAKER = re.compile(
    rf"(?:^|[。，；\n])(?P<who>(?:[\u4e00-\u9fff、]{{0,24}}(?:书记|[县市镇乡局厅部院校省区厂社所站处科][长]|主任|主席|院长|组长|部长))?(?P<name>{_NAME})|会议|大家)"
    rf"(?:在(?:会上|讲话中|总结讲话中|座谈时|调研时))?(?P<verb>(?:最后|还|同时|特别|在讲话中)?(?:{_SAID}))(?P<mark>[，：:,]|$)"
)
_WHO_IS_NO_NAME = re.compile(
    "^(?:会议|会上|同时|他们|大家|记者|一要|要求|讲话|最后|随后|通知|方案|文件|决定|办法|意见|活动|仪式)|[强要指提]$|会上$|时$|中$"
)
_HEADING = re.compile(r"^(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|关于).{2,30}$")
_MATTER = re.compile(
    r"(?:听取|审议|研究|传达学习|部署|讨论)(?:了|并原则通过了|并通过了)?(?:《([^》\n]{2,40})》|(?:[^，。；\n]{0,12}关于)?([^，。；\n]{2,24}?)(?:情况)?(?:的?汇报|工作|事宜|报告)?)(?=[，。；]|$)"
)
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
_ORDINAL = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[是要]|第[一二三四五六七八九十]{1,3}[，、]|（[一二三四五六七八九十]{1,3}）|\d{1,2}[.．、]|首先|其次|再次|最后|同时|此外|另外)[，,：:]?"
)
_MUST = re.compile(
    r"(?<![不重主需想只摘概纲扼紧险首简若])要(?![求点素闻塞件么不紧害领道职命人])|必须|务必|应当|应(?=[在于尽及抓按])|须(?=在|于|尽|按)|不得|严禁|不能|切实|确保|抓紧|加快|尽快|力争"
)
_HEADLESS = re.compile(
    "^(?:进一步|坚决|全面|扎实|持续|认真|深入|统筹|着力|全力|严格|积极|大力|稳步|有序|及时|层层|主动)?"
    "(?:抓[好实紧牢]|落实|推进|推动|加强|加快|做好|强化|完善|健全|压实|守牢|摸清|建立|开展|组织|完成|整改|排查|提升|优化|深化|坚持|把握|聚焦|防止|杜绝|确保|督促|协调|启动|修订|制定|梳理|公开|公布|落细|守住|抢抓|盘活|拓宽|举办|建设|加大)"
)
_ASKED = re.compile("由.{2,16}(?:牵头|负责|会同)|责成|请(?!假|示|教|客|看|问|来|到|了|过)")
_OPENS = ("听取", "审议", "研究", "传达", "讨论")
_DONE = re.compile(
    "已(?:经|于|完成|建成)|去年|上半年以来|截至|取得了|开展了|完成了|召开了|听取了|审议了|参加|出席|主持|陪同"
)
_UNIT = (
    r"(?:全县)?各(?:乡镇|镇|乡|村|街道|部门|单位|级|学校|有关部门|乡镇（街道）|成员单位|村（社区）)(?:[、和各级部门单位（）街道党委政府乡镇村社区]{0,14})"
    r"|(?:县|市|镇|乡|区)?[\u4e00-\u9fff]{1,8}(?:局|委员会|办公室|中心|公司|委|办|镇|乡|街道|大队|集团|医院|部门|小组|指挥部|专班)"
)
_OWNER = re.compile(
    rf"(?:由|请|责成)(?P<by>(?:{_UNIT}))(?:牵头|负责|会同|配合|尽快|抓紧|于|在|要|落实)?|^(?P<must>(?:{_UNIT})(?:[、和](?:{_UNIT}))*)(?:主要负责(?:人|同志))?(?:要|必须|务必|应当|应|须)"
)
_NO_OWNER = re.compile("^(?:要|把|在|对|以|将|做|抓|从|就|全|向)|[把将对在为]")
_CONCRETE = re.compile(
    "中心|工程|活动|试点|制度|平台|台账|方案|清单|名单|机制|预案|项目|水库|渠|路|桥|学校|校舍|医院|闸|泵站|管网|厂|基地|公示|培训|演练|会议|专班|补贴|资金|合同|排查|整改|验收|统计|登记|公开栏|热线|站点|路灯|危房"
)
_DEED = re.compile(
    "建设|建成|建立|举办|召开|落实|开展|完成|制定|印发|修订|公布|公示|排查|整改|验收|拨付|启动|修复|清理|安装|更换|登记|统计|报送|上报|签订|培训|演练|检查|清点|补齐|开工|竣工|通车|送到|发放|新增|摸清|腾退|拆除"
)
_NUMBER = re.compile(
    r"\d+|[一二三四五六七八九十两百]+(?:个|项|处|座|户|名|次|公里|米|亩|条|所)|全部|逐(?:户|村|项|一)|每(?:天|周|月|户|村)"
)
_EMPTY = re.compile(
    "高度重视|提高(?:政治)?站位|统一思想|深刻(?:认识|领会)|坚定不移|不断提升|再上(?:新)?台阶|增强.{0,6}(?:意识|责任感)|凝聚|营造.{0,6}氛围|担当作为|久久为功|政治责任"
)

_ISO_FULL = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})日")
_MONTH_END = re.compile(
    r"(?:(\d{4})年)?(?<!\d)(\d{1,2})月(底|末|中旬|上旬|下旬|初)?(?=前|之前|以前|底|末|完成|完工|开工|投入)"
)
_DUE = re.compile("(?:前|之前|以前|内|之内|底|末|完成|完工|到位|开工|通车|见效)")
_WORDS = (
    ("明年底", "next_year"),
    ("月底前", "month"), ("本月底", "month"), ("本月内", "month"), ("月底", "month"), ("年底前", "year"), ("今年底", "year"), ("年内", "year"),
    ("年底", "year"), ("本周内", "week"), ("周五前", "friday"), ("本周五", "friday"), ("今天", "today"), ("当天", "today"), ("明天", "tomorrow"),
    ("春节前", "春节前"), ("汛期前", "汛期前"), ("入冬前", "入冬前"), ("开学前", "开学前"), ("春耕前", "春耕前"),
    ("立即", "立即"), ("马上", "立即"), ("第一时间", "立即"),
)  # fmt: skip
_DAYS = re.compile(r"(\d{1,3}|[一二两三四五六七八九十]{1,3})(个工作日|天|日|周|个月)(?:之|以)?内")
_NUMERALS = {each: nth for nth, each in enumerate("零一二三四五六七八九十")} | {"两": 2}


def directives(text: str, day: date | None = None, headings: Iterable[str] = ()) -> list[Directive]:
    """Every directive of a report, in its order. ``day``: the story's date; ``headings``: lines that are known to be such."""
    found: list[Directive] = []
    known = frozenset(headings)
    section = speaker = ""
    for line in text.split("\n"):
        said = line.strip()
        if not said:
            continue
        if said in known or (_HEADING.match(said) and said[-1] not in "。；！？，"):
            section = said
            continue
        for sentence in _SENTENCE.finditer(said[:20_000]):
            words = sentence[0].strip(" 　“”")
            matter = _MATTER.search(words) if "会议" in words or words.startswith(_OPENS) else None
            if matter:
                section = matter[1] or matter[2] or section
            if who := _who(words):
                if speaker not in ("", who[0]) and who[0] != "会议" and not matter:
                    section = ""  # what one speaker spoke about is not the next one's matter
                speaker, words = who[0], words[who[1] :]
            words = words.strip("，：:“”")
            if words and _tells(words, asks=bool(speaker)):
                found.append(_made(words, section, speaker, day))
                if len(found) == MOST:
                    return found
    return found


def _who(words: str) -> tuple[str, int] | None:
    """Who asks for what follows, and where that begins."""
    for found in _SPEAKER.finditer(words[:120]):
        who = found["who"]
        if who in ("会议", "大家"):
            return ("会议", found.end()) if who == "会议" else None
        name = found["name"]
        if name and not _WHO_IS_NO_NAME.search(name):
            return _named(who), found.end()
    return None


def _named(who: str) -> str:
    return re.sub("^(?:会上|随后|最后|其间|座谈中|调研中|同时|昨天|近日|日前)", "", who)


def _tells(words: str, *, asks: bool) -> bool:
    plain = _ORDINAL.sub("", words).strip()
    if len(plain) < 4 or _DONE.search(plain[:12]):
        return False
    return bool(_MUST.search(plain)) or (asks and bool(_HEADLESS.match(plain) or _ASKED.match(plain)))


def _made(words: str, section: str, speaker: str, day: date | None) -> Directive:
    plain = _ORDINAL.sub("", words).strip().rstrip("。；！？，")
    owner, due = _owner(plain), deadline(plain, day)
    return Directive(plain[:_LONGEST], section, speaker, owner, due, _score(plain, owner, due))


def _owner(plain: str) -> str:
    for found in _OWNER.finditer(plain[:80]):
        unit = found["by"] or found["must"] or ""
        if unit and not _NO_OWNER.search(unit):
            return unit.rstrip("、和")
    return ""


def _score(plain: str, owner: str, due: str) -> float:
    """Concrete things and deeds, numbers, an owner and a day make it checkable; what every report says does not."""
    score = (
        0.1 + 0.2 * bool(_CONCRETE.search(plain)) + 0.2 * bool(_DEED.search(plain)) + 0.15 * bool(_NUMBER.search(plain))
    )
    score += 0.2 * bool(due) + 0.15 * bool(owner)
    if _EMPTY.search(plain):
        score -= 0.25
    return round(min(1.0, max(0.0, score)), 2)


def deadline(words: str, day: date | None) -> str:
    """By when, as an ISO date where it can be reckoned, else in the report's words; empty when none is named."""
    if found := _ISO_FULL.search(words):
        return _date(int(found[1]), int(found[2]), int(found[3])) or found[0]
    if (found := _MONTH_DAY.search(words)) and _DUE.match(words, found.end()):
        return _coming(int(found[1]), int(found[2]), day) or found[0]
    if found := _MONTH_END.search(words):
        return _month(found, day)
    if found := _DAYS.search(words):
        return _after(found, day)
    for said, kind in _WORDS:
        if said in words:
            return _reckoned(said, kind, day)
    return ""


def _date(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _coming(month: int, of: int, day: date | None) -> str:
    """The next such day from the story's own date on."""
    if day is None:
        return ""
    this = _date(day.year, month, of)
    return this if this and this >= day.isoformat() else _date(day.year + 1, month, of)


def _month(found: re.Match[str], day: date | None) -> str:
    month, part = int(found[2]), found[3] or ("底" if found.string[found.end() : found.end() + 1] in "底末" else "")
    if not 1 <= month <= 12 or (day is None and not found[1]):
        return found[0]
    year = int(found[1]) if found[1] else day.year + (month < day.month) if day else 0
    last = {"初": 5, "上旬": 10, "中旬": 20}.get(part)
    if last:
        return _date(year, month, last)
    if not part and found.string[found.end() : found.end() + 1] in ("前", "之", "以"):
        return (date(year, month, 1) - timedelta(days=1)).isoformat()  # 12月前: by the end of November
    return _ends(year, month)


def _ends(year: int, month: int) -> str:
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).isoformat()


def _after(found: re.Match[str], day: date | None) -> str:
    if day is None:
        return found[0]
    said, unit = found[1], found[2]
    count = int(said) if said.isascii() else _NUMERALS.get(said, 10 + _NUMERALS.get(said[-1], 0))
    if unit == "个工作日":
        at = day
        while count:
            at += timedelta(days=1)
            count -= at.weekday() < 5
        return at.isoformat()
    return (day + timedelta(days=count * {"周": 7, "个月": 30}.get(unit, 1))).isoformat()


def _reckoned(said: str, kind: str, day: date | None) -> str:
    if day is None or kind == said or kind == "立即":
        return "立即" if kind == "立即" else said
    if kind == "month":
        return _ends(day.year, day.month)
    if kind in ("year", "next_year"):
        return date(day.year + (kind == "next_year"), 12, 31).isoformat()
    if kind in ("week", "friday"):
        away = (6 if kind == "week" else 4) - day.weekday()
        return (day + timedelta(days=away % 7)).isoformat()
    return (day + timedelta(days=kind == "tomorrow")).isoformat()
