"""Years written short, spans that run backwards, ages and anniversaries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hemei.prose.proof.copy import Copy
from hemei.prose.proof.rule import Doubt, rule

_SHORT_YEAR = re.compile(r"年(?=[0-9]{1,2}月(?:[0-9]{1,2}[日号]|份|底|初)|[起底初春夏秋冬])")
_TWO = re.compile(
    r"(?<![0-9.第熙隆绪靖祯])(?<!民国|公元|宣统|令和|昭和|平成|大正|雍正|咸丰|同治|顺治|万历|永乐|洪武|道光|嘉庆)[0-9]{2}$"
)
"""Not 光绪26年, 民国26年."""
_SPAN = re.compile(
    r"[—–～~至到-]{1,2}\s?(?:([0-9]{4})年|([0-9]{1,2})月(?![0-9])|(?:([0-9]{1,2})月)?([0-9]{1,2})[日号]|(1[3-9]|2[0-3])[:：时点])"
)
_YEAR_FROM = re.compile(r"(?<![0-9.前A-Za-z/ ])((?:1[5-9]|20)[0-9]{2})年?\s?$")
_MONTH_FROM = re.compile(r"(?<![0-9第])([0-9]{1,2})月\s?$")
_DAY_FROM = re.compile(r"(?:(?<![0-9第])([0-9]{1,2})|[本上当下])月([0-9]{1,2})[日号]?\s?$")
_HOUR_FROM = re.compile(r"(?<![0-9:：])(1[3-9]|2[0-3])(?:[:：][0-5][0-9]|[时点](?:[0-5][0-9]分)?)\s?$")
_EACH = re.compile(r"每|次年|翌年|来年|通常|一般|学年|年度|历年|常年|往年|倒|追溯")
_VERB = "(?:成立|创建|始建|创办|建校|建厂|建县|建院|建社|建园|创刊|诞生|组建|建成|通车)"
_FOUNDED = re.compile(
    rf"(?:{_VERB}于?\s?((?:1[89]|20)[0-9]{{2}})年|(?<![0-9])((?:1[89]|20)[0-9]{{2}})年[^。！？\n0-9]{{0,6}}{_VERB})([^。！？\n]{{0,40}}?)(?<![0-9第])([0-9]{{1,3}})$"
)
_BORN = re.compile(
    r"(?:生于\s?((?:19|20)[0-9]{2})年|(?<![0-9])((?:19|20)[0-9]{2})年(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?出?生)([^。！？\n]{0,20}?)[今现]年已?经?([0-9]{1,3})$"
)
_AGO = re.compile(r"距今(?:已经?|已?有|整整){0,2}([0-9]{1,4})年(?![前代])")
_YEAR_LEFT = re.compile(r"(?<![0-9前])((?:1[0-9]|20)[0-9]{2})年[^。！？\n0-9]{0,20}$")
_OTHER = re.compile(
    r"[0-9]{4}年|周年|去年|前年|曾|当时|那年|届时|建党|建军|国庆|改革|新中国|解放|抗战|[他她儿女孙妻弟妹哥姐夫父母]"
)
_REACHED = re.compile(r"(?:今年|明年|迎来了?|喜迎|已经?|满|走过了?|[正恰]好是?|整整?|是)$")


@rule("D06", "warn")
def reckoning(copy: Copy) -> Iterator[Doubt]:
    """年份写成两位，起止倒了，或年数算得不对。

    年份写全四位（GB/T 15835）；止期不早于起期；“成立于某年”与“多少周年”按稿件日期核算。

    错：大桥98年5月1日通车。
    错：水库建于1958年，自08年起加固。
    错：规划期为2026—2023年。
    错：9月至8月，共来客三万人。
    错：活动从11月25日至23日。
    错：每天19:30—18:00开放。
    错（2026-11-22）：县剧团成立于1986年，今年迎来30周年。
    错（2026-11-22）：罗北川1961年出生，今年55岁。
    错（2026-11-22）：石桥建于1786年，距今340年。
    对：有效期10年，11月28日至12月3日报名，每年11月至次年3月供暖，22时至6时禁鸣。
    对（2026-11-22）：县剧团成立于1986年，今年迎来40周年；生于1961年的罗北川今年65岁。
    """
    text, today = copy.text, copy.date
    for found in _SHORT_YEAR.finditer(text):
        short = _TWO.search(text, max(0, found.start() - 3), found.start())
        if short and (text[found.end() : found.end() + 1].isdecimal() or short[0][0] == "0"):
            yield short.start(), found.end(), None, "年份写全四位"
    yield from _backwards(text)
    if not today:
        return
    for found in re.finditer("周年", text):
        since = _FOUNDED.search(text, max(0, found.start() - 60), found.start())
        if not since or _OTHER.search(since[3]) or not _REACHED.search(since[3]):
            continue
        years = today.year - int(since[1] or since[2])
        wanted = {years + 1} if "明年" in since[3] else {years, years + 1} if "将" in since[3] else {years}
        if int(since[4]) not in wanted:
            yield since.start(), found.end(), None, f"从{today.year - years}年到{today.year}年是{years}周年"
    for found in _AGO.finditer(text):
        since = _YEAR_LEFT.search(text, max(0, found.start() - 30), found.start())
        years = today.year - int(since[1]) if since else 0
        if since and abs(int(found[1]) - years) > 1:
            yield since.start(), found.end(), None, f"从{since[1]}年到{today.year}年是{years}年"
    for found in re.finditer("岁", text):
        since = _BORN.search(text, max(0, found.start() - 45), found.start())
        years = today.year - int(since[1] or since[2]) if since else 0
        if since and abs(int(since[4]) - years) > 1 and not _OTHER.search(since[3]):
            yield since.start(), found.end(), None, f"从{today.year - years}年到{today.year}年是{years}岁"


def _backwards(text: str) -> Iterator[Doubt]:
    """Spans that end before they begin."""
    for found in _SPAN.finditer(text):
        at, end = found.start(), found.end()
        year_to, month_to, of_month, day_to, hour_to = found.groups()
        if year_to:
            since = _YEAR_FROM.search(text, max(0, at - 7), at)
            if since and int(year_to) < int(since[1]) and not _cyclic(text, since.start()):
                yield since.start(), end, None, "止年早于起年"
        elif month_to:
            since = _MONTH_FROM.search(text, max(0, at - 5), at)
            if since and 0 < int(since[1]) - int(month_to) <= 2 and not _cyclic(text, since.start()):
                yield since.start(), end, None, "止月早于起月，跨年的写明年份"
        elif day_to:
            since = _DAY_FROM.search(text, max(0, at - 8), at)
            if since and not since[1] and of_month:
                continue  # 本月29日至2月3日
            back = int(since[1]) - int(of_month or since[1]) if since and since[1] else 0
            round_year = since and int(since[2]) == 1 and int(day_to) >= 28
            if since and ((0 < back <= 2 and not round_year) or (not back and int(day_to) < int(since[2]))):
                yield since.start(), end, None, "止日早于起日，跨月、跨年的写明月份、年份"
        else:
            since = _HOUR_FROM.search(text, max(0, at - 7), at)
            if since and int(hour_to) < int(since[1]):
                yield since.start(), end, None, "结束的时刻早于开始的时刻"


def _cyclic(text: str, at: int) -> bool:
    """Whether the words before speak of every year, or count back."""
    return bool(_EACH.search(text, max(0, at - 12), at))
