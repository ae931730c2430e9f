"""Particles, and words that go in pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hemei.prose.proof.copy import Copy
from hemei.prose.proof.marks import HAN
from hemei.prose.proof.rule import Doubt, rule

_ADVERBS = (
    "渐渐",
    "悄悄",
    "默默",
    "牢牢",
    "紧紧",
    "不知不觉",
    "情不自禁",
    "不由自主",
    "小心翼翼",
    "兴高采烈",
    "毫不犹豫",
    "毫无保留",
    "源源不断",
    "坚定不移",
    "坚持不懈",
    "一如既往",
    "义无反顾",
    "有条不紊",
    "循序渐进",
    "因地制宜",
    "迫不及待",
    "千方百计",
    "想方设法",
    "不遗余力",
    "目不转睛",
    "异口同声",
    "争先恐后",
    "不约而同",
    "全神贯注",
    "聚精会神",
    "津津有味",
    "认认真真",
    "踏踏实实",
    "扎扎实实",
    "实实在在",
    "老老实实",
    "辛辛苦苦",
    "高高兴兴",
    "仔仔细细",
    "反反复复",
    "慢慢",
    "轻轻",
    "静静",
    "狠狠",
    "匆匆",
    "偷偷",
    "依依不舍",
    "一步一步",
    "一点一点",
    "一笔一笔",
    "一户一户",
    "一家一家",
    "挨家挨户",
    "夜以继日",
    "热情",
    "认真",
    "耐心",
    "仔细",
    "积极",
    "主动",
    "不断",
    "逐步",
    "顺利",
    "及时",
    "严肃",
    "深刻",
    "迅速",
)
_DEED = re.compile(
    r"的(?=把|将(?!来|军|士|领|近|会)|向(?!往|导)|对(?!手|象|方|策|话|联|比|[华外内台美俄日欧])|从(?!业|属|前)|给(?!予|养)|往(?!事|来|年|日)"
    rf"|(?!心)[{HAN}]{{1,2}}(?:着(?!力|眼|手|重|装|陆)|起来|下去|下来|了(?!解|望|然)|出来|过来|过去))"
)
_DEGREE = re.compile(
    r"的(?=(?:更|越来越|十分|非常|很|格外|不再|有些)|有声有色|红红火火|井井有条|热火朝天|淋漓尽致|一清二楚|明明白白|干干净净|整整齐齐|风生水起)"
)
_VERY = re.compile(
    r"(?:(?:很|非常|十分|特别|越来越|更加|比较|格外)[好快多高远久晚早大慢稳严细实]{1,2}|[^，。！；\n]{4})[，。！；]"
)
_ONLY = re.compile(
    r"只(?:(要)[^，。；！？\n]{2,24}，[^，。；！？\n]{0,6}才|(有)[^，。；！？\n]{2,24}，[^，。；！？\n]{0,6}就)(?:能|会|可以)"
)
_LED = re.compile(r"的(?:领导|支持|帮助|带领|指导|推动|关怀|带动|陪同|号召|鼓励|努力|组织|见证)(?=，)")
_CLAUSE = re.compile(r"在[^，。；：！？\n]{2,20}$")
_OPENING = ("", "，", "。", "；", "\n")
_WHOLE = re.compile("里(?!的)|[中上下内后前间时于]|以来|期间|得到|过程|离不开")


@rule("W06", "warn")
def particles(copy: Copy) -> Iterator[Doubt]:
    """“的”“地”“得”用混了。

    动作前面用“地”，动作后面说程度用“得”；只查拿得准的几种写法。

    错：他默默的把门关上，毫不犹豫的向河边跑去。 → 他默默地把门关上，毫不犹豫地向河边跑去。
    错：村子变的更美了。 → 村子变得更美了。
    错：合作社办的红红火火。 → 合作社办得红红火火。
    对：不断的努力有了回报，他做的很多事没人知道。
    对：优势明显的很少，认真的将领，紧紧的着力点。
    对：静静的心贴着土地，奉行积极的对华政策。
    """
    text = copy.text
    for found in _DEED.finditer(text):
        if text.endswith(_ADVERBS, 0, found.start()):
            yield found.start(), found.end(), "地", "动作前面用“地”"
    for found in _DEGREE.finditer(text):
        at, before = found.start(), text[found.start() - 1 : found.start()]
        if (
            before == "变"
            or (before == "显" and text[max(0, at - 2)] not in "明突凸浅彰")
            or (before and before in "做干跑走说写长过办卖学唱住穿搞种" and _VERY.match(text, found.end()))
        ):
            yield at, at + 1, "得", "动作后面说程度用“得”"


@rule("W09", "warn")
def lost_half(copy: Copy) -> Iterator[Doubt]:
    """成对的词少了一半，或配错了对。

    “只要”配“就”，“只有”配“才”；“在……的领导”后面少了“下”。

    错：只要大家动手，才能把渠修好。
    错：只有大家动手，就能把渠修好。
    错：在镇党委的带领，全村修通了路。 → 在镇党委的带领下，全村修通了路。
    对：只要大家动手，就能修好；只有大家动手，才能修好。
    对：在抗旱中给予我们的支持，大家都记着。
    """
    for found in _ONLY.finditer(copy.text):
        told = "“只要”与“就”相配" if found[1] else "“只有”与“才”相配"
        yield found.start(), found.end(), None, told
    for found in _LED.finditer(copy.text):
        clause = _CLAUSE.search(copy.text, max(0, found.start() - 22), found.start())
        if clause and copy.text[clause.start() - 1 : clause.start()] in _OPENING and not _WHOLE.search(clause[0]):
            yield found.end(), found.end(), "下", "“在……”后面少了“下”"
