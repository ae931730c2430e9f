"""Marks and widths: GB/T 15834-2011 (标点符号用法) and what every newsroom keeps to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hemei.prose.proof.copy import Copy, Part
from hemei.prose.proof.rule import Doubt, rule

HAN = "\u3400-\u9fff\uf900-\ufaff〇"
_PAIRS = {
    "“": "”",
    "‘": "’",
    "《": "》",
    "〈": "〉",
    "（": "）",
    "(": ")",
    "「": "」",
    "『": "』",
    "【": "】",
    "〔": "〕",
}
_ALIKE = {")": "（(", "）": "（("}
_OPENS = {close: open_ for open_, close in _PAIRS.items()}
_MARK = re.compile("[“”‘’《》〈〉（）()「」『』【】〔〕]")
_ENDED = re.compile("[。！？]")
_POINT = re.compile(r"(?:^|[\s，。；：！？、,;:])[0-9a-zA-Z一二三四五六七八九十①-⑳]{1,3}$")
"""What stands before a lone ）: "1）", "（二）" without its first half."""
_FULL = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}
_HALF = re.compile(
    rf"(?<=[{HAN}”’》）％])[,;:!?](?=[{HAN}“‘《（0-9A-Za-z\s]|$)|(?<=[0-9A-Za-z%])[,;!?](?=[{HAN}“‘《（])", re.MULTILINE
)
_STOP = re.compile(rf"(?<=[{HAN}”’》）])\.(?=[{HAN}“‘《（]|\s*$)", re.MULTILINE)
_DOUBLED = re.compile(r"([，。、；：！？])([，。、；：]+)|([，、；：。])([！？]+)")
_DOTS = re.compile(rf"(?<=[{HAN}”》）])(?:\.{{3,}}|。{{3,}}|·{{3,}}|…(?!…)|(?:…){{3,}})|(?<=[{HAN}])\.\.(?=[{HAN}])")
_BETWEEN = re.compile("(?<=[”》])、(?=[“《])")
_FIRST = re.compile("[，。、；：！？”》）】」』]|’(?![0-9])")
_FINAL = tuple("。！？…—；：”’』」）》)】〕.!?:;")
_SPACED = re.compile(rf"(?<=[{HAN}，。、；：！？”’》）])[ \u3000]+(?=[{HAN}，。、；：！？“‘《（])")
_WIRE = re.compile("(?:日|讯)电?$|报道$")
"""A dateline, set apart by a blank."""
_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ]+")
_NARROWED = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_STRAIGHT = re.compile('"')
_DASH = re.compile(rf"(?<=[{HAN}”》）])(?:--+|－－+)(?=[{HAN}“《（])")
_RANGE = re.compile(r"(?<![\d\-.—])(\d[\d.]*%?)(?:-{2,}|－|——|~|∼)(\d[\d.]*%?)(?![\d\-.])")
_NO_WORK = re.compile(
    r"《([^《》\n]{2,30}(?:会议|大会|运动会|推介会|座谈会|培训班|博览会|高峰论坛|大奖赛|文化节|采摘节|艺术节|旅游节|评比|评选|行动|活动|奖|许可证|营业执照|身份证))》"
)
_WORK = re.compile("(?:制度|办法|方案|通知|意见|规定|条例|报告|纪要|手册|之歌|的)")


@rule("P01", "block")
def unpaired(copy: Copy) -> Iterator[Doubt]:
    """引号、书名号、括号不成对，或前后方向写反。

    少一半，读者就分不清哪里是引语、哪里是篇名。跨段的引语，每段开头用前引号、末段才用后引号，不算错。

    错：县里试飞了“锆石“无人机。 → 县里试飞了“锆石”无人机。
    错：他读了《县志。
    错：桃花谷）本周开放。
    错：她说：”明年还来。” → 她说：“明年还来。”
    对：他说：“先修渠，再种树。”
    对：办事分两步：1）取号；2）交表。
    对：“村里的路修好了。⏎“日子也好过了。”
    对：他在会上说：“先修渠，再种树。
    """
    text = copy.text
    for part in copy.parts:
        cut = len(copy.parts) == 1 and _is_one_sentence(text, part)
        open_: list[tuple[int, str]] = []
        for found in _MARK.finditer(text, part.start, part.end):
            at, mark = found.start(), found[0]
            if mark in _PAIRS:
                twin = open_ and open_[-1][1] == mark
                if twin and mark in "“‘":
                    if at + 1 < part.end and not _begins(text, open_[-1][0], at):
                        yield at, at + 1, _PAIRS[mark], f"前面的 {mark} 还没有合上，这里应是 {_PAIRS[mark]}"
                        open_.pop()
                        continue
                    if at + 1 == part.end or text[at - 1 : at] in "。！？":
                        yield at, at + 1, _PAIRS[mark], f"前面的 {mark} 还没有合上，这里应是 {_PAIRS[mark]}"
                        open_.pop()
                        continue
                open_.append((at, mark))
                continue
            wanted = _ALIKE.get(mark, _OPENS[mark])
            if open_ and open_[-1][1] in wanted:
                open_.pop()
            elif any(each in wanted for _, each in open_):
                while open_[-1][1] not in wanted:
                    lone, each = open_.pop()
                    yield lone, lone + 1, None, f"这个 {each} 没有合上，缺 {_PAIRS[each]}"
                open_.pop()
            elif (mark in ")）" and _POINT.search(text, max(part.start, at - 4), at)) or (cut and at == part.start):
                continue
            elif mark == "’" and (text[at - 1 : at].isascii() or text[at + 1 : at + 2].isdigit()):
                continue  # an apostrophe: it’s, ’99
            elif mark == "”" and _turned(text, part.end, at):
                yield at, at + 1, "“", "这里是引语的开头，应是“"
                open_.append((at, "“"))
            else:
                yield at, at + 1, None, f"这个 {mark} 前面缺 {wanted[0]}"
        for at, mark in open_:
            if mark in "“‘" and at == part.start and _goes_on(copy, part.end):
                continue
            if len(copy.parts) == 1 and not text[: part.end].endswith(_FINAL):
                continue  # a sentence that somebody cut out: it goes on elsewhere
            if cut and mark in "“‘" and (at == part.start or text[at - 1] in "：:"):
                continue  # and the quotation that it stands in is closed there
            yield at, at + 1, None, f"这个 {mark} 没有合上，缺 {_PAIRS[mark]}"


def _is_one_sentence(text: str, part: Part) -> bool:
    """Whether the part is no more than one sentence: then it may have been cut out of a quotation."""
    return _ENDED.search(text, part.start, part.end - 1) is None


def _begins(text: str, open_at: int, at: int) -> bool:
    """Whether a second opening mark may well open something: it follows a stop or a colon, and the first is far away."""
    return text[at - 1] in "：，。、；！？（" and at - open_at > 1


def _turned(text: str, end: int, at: int) -> bool:
    """Whether a closing mark without an opening one stands where a quotation begins: it is closed by another one."""
    before = text[at - 1 : at]
    return (not before or before in "：，。、\n") and text.find("”", at + 1, end) > 0


def _goes_on(copy: Copy, end: int) -> bool:
    """Whether the next paragraph begins with an opening mark too: the quotation runs on."""
    following = copy.text[end + 1 : end + 3].lstrip("\n")
    return following[:1] in ("“", "‘")


@rule("P02", "fix")
def half_width(copy: Copy) -> Iterator[Doubt]:
    """汉字之间用了半角的逗号、分号、冒号、叹号、问号。

    中文标点用全角（GB/T 15834）。数字里的逗号、时间里的冒号、网址和外文不动。

    错：春季开幕,来宾很多。 → 春季开幕，来宾很多。
    错：请注意:明天停水! → 请注意：明天停水！
    对：比赛打成3:2，共有12,000人观看。
    对：网址是https://example.cn/a?b=1。
    """
    for found in _HALF.finditer(copy.text):
        yield found.start(), found.end(), _FULL[found[0]], "汉字旁边的标点用全角"


@rule("P03", "fix")
def half_stop(copy: Copy) -> Iterator[Doubt]:
    """汉字后面用了英文句点。

    错：路已经修好了.下一步种树. → 路已经修好了。下一步种树。
    对：全长3.5公里，见图1.2。
    """
    for found in _STOP.finditer(copy.text):
        yield found.start(), found.end(), "。", "汉字后面的句号写作“。”"


@rule("P04", "fix")
def doubled(copy: Copy) -> Iterator[Doubt]:
    """标点重叠。

    错：会议强调，，要抓紧。 → 会议强调，要抓紧。
    错：今年丰收了。。 → 今年丰收了。
    错：快来看，！ → 快来看！
    对：真的吗？！
    对：等了很久……
    """
    for found in _DOUBLED.finditer(copy.text):
        if found[1] == "。" and set(found[2]) == {"。"} and len(found[2]) >= 2:
            continue  # three of them are meant as dots: P05
        kept = found[4] if found[3] else ("。" if "。" in found[0] and found[1] not in "！？" else found[1])
        if kept == found[0]:
            continue
        yield found.start(), found.end(), kept[:2], "两个标点叠在一起"


@rule("P05", "fix")
def dots(copy: Copy) -> Iterator[Doubt]:
    """省略号写法不对。

    省略号是六个点，占两个字的位置：……（GB/T 15834）。

    错：樱桃、核桃、板栗... → 樱桃、核桃、板栗……
    错：他想了想…又坐下了。 → 他想了想……又坐下了。
    对：他想了想……又坐下了。
    """
    for found in _DOTS.finditer(copy.text):
        if found[0] == "…" and copy.text[found.start() - 1] == "…":
            continue
        yield found.start(), found.end(), "……", "省略号写作“……”"


@rule("P06", "warn", on=False)
def comma_between(copy: Copy) -> Iterator[Doubt]:
    """并列的引号、书名号之间多用了顿号。

    并列的引语、篇名之间通常不用顿号（GB/T 15834）。各家习惯不同，默认不查。

    错：《山歌》、《渔鼓》 → 《山歌》《渔鼓》
    """
    for found in _BETWEEN.finditer(copy.text):
        yield found.start(), found.end(), "", "并列的篇名、引语之间通常不用顿号"


@rule("P07", "warn")
def mark_first(copy: Copy) -> Iterator[Doubt]:
    """一段话以句内标点开头。

    多半是断错了段。

    错：会议总结了上半年工作⏎，部署了下半年任务。
    对：“山里下雪了。”
    对：今年的事办完了。⏎’99世博会的照片还挂着。
    """
    for part in copy.all("body", "heading", "headline", "deck"):
        if _FIRST.match(copy.text, part.start, part.end):
            if len(copy.parts) == 1 and copy.text[part.start] in _OPENS:
                continue  # a sentence that somebody cut out, behind a quotation
            yield part.start, part.start + 1, None, "一段话不会以这个标点开头，看看是不是断错了段"


@rule("P09", "fix")
def space_inside(copy: Copy) -> Iterator[Doubt]:
    """句子里汉字之间夹了空格。

    两个字的姓名中间空一格是排名单的习惯，不算。

    错：全县 上下抓紧春灌。 → 全县上下抓紧春灌。
    错：核桃， 板栗都熟了。 → 核桃，板栗都熟了。
    对：记者 张青 通讯员 李 明
    对：新华社北京11月24日电 国家统计局24日发布数据。
    """
    for part in copy.all("body"):
        text = copy.text[part.start : part.end]
        if not text.rstrip().endswith(_FINAL) or len(text) < 10:
            continue  # a line of names, a heading, a verse
        for found in _SPACED.finditer(text):
            before = re.split(r"[ \u3000]", text[: found.start()])[-1]
            after = re.split(r"[ \u3000]", text[found.end() :])[0]
            if _WIRE.search(text, 0, found.start()) or len(before) <= 1 or (len(after) <= 1 and after) or re.search(r"[（(][^）)]*$", text[: found.start()]):
                continue
            yield part.start + found.start(), part.start + found.end(), "", "汉字之间不空格"


@rule("P10", "fix")
def wide(copy: Copy) -> Iterator[Doubt]:
    """数字或字母用了全角。

    错：２０２６年建成Ａ馆。 → 2026年建成A馆。
    对：2026年建成A馆。
    """
    for found in _WIDE.finditer(copy.text):
        yield found.start(), found.end(), found[0].translate(_NARROWED), "数字和字母用半角"


@rule("P11", "fix")
def dashes(copy: Copy) -> Iterator[Doubt]:
    """破折号或起止号写法不对。

    破折号占两个字的位置（——）；数值、时间的起止用一字线（—）或浪纹线（～）（GB/T 15834）。

    错：这就是答案--水。 → 这就是答案——水。
    错：活动时间为9~11月。 → 活动时间为9～11月。
    对：2022—2023年，气温15℃～20℃。
    """
    for found in _DASH.finditer(copy.text):
        yield found.start(), found.end(), "——", "破折号写作“——”"
    for found in _RANGE.finditer(copy.text):
        sign = copy.text[found.end(1) : found.start(2)]
        yield found.end(1), found.start(2), "～" if sign in "~∼" else "—", "起止号写作“—”或“～”"


@rule("P12", "warn")
def no_work(copy: Copy) -> Iterator[Doubt]:
    """书名号里不是作品。

    书名号标书、报、文件、节目等作品；会议、活动、奖项、证照不用（GB/T 15834）。

    错：全县召开《春季防火工作会议》。
    对：会议印发了《春季防火工作方案》。
    """
    for found in _NO_WORK.finditer(copy.text):
        if not _WORK.search(found[1]):
            yield found.start(), found.end(), f"“{found[1]}”", "会议、活动、奖项、证照的名称不用书名号"


@rule("P13", "fix")
def straight(copy: Copy) -> Iterator[Doubt]:
    """用了英文直引号。

    错：他说："先修渠。" → 他说：“先修渠。”
    对：屏幕对角线长55"。
    """
    for part in copy.parts:
        marks = [found.start() for found in _STRAIGHT.finditer(copy.text, part.start, part.end)]
        marks = [at for at in marks if not copy.text[at - 1 : at].isascii() or not copy.text[at + 1 : at + 2].isascii()]
        if len(marks) % 2:
            continue
        for nth, at in enumerate(marks):
            yield at, at + 1, "“”"[nth % 2], "引号用“ ”"
