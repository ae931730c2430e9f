"""Dates and times: GB/T 15835-2011 (出版物上数字用法), and what a calendar says."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from hemei.prose.proof.copy import Copy
from hemei.prose.proof.numerals import number
from hemei.prose.proof.rule import Doubt, rule
from hemei.prose.proof.when import known, meant, quoted, text_of, written, year

WEEK = "一二三四五六日"
_WEEKDAY = re.compile(
    r"[日号]\s?(?:[（(，,、]|正?是|恰是)?\s?(?:农历[^，,）)\n]{3,6}[，,])?(星期|周|礼拜)([一二三四五六日天])(?!\s?(?:[至到—～~、和-]|周刊|报))"
)
_AFTER_ZHOU = re.compile(r"$|[）)，。、；：,\s]|[上下中]午|[早晚]上?|晚间|凌晨|当[天日]", re.MULTILINE)
_DAY_BEFORE = re.compile(r"(?:([0-9]{4}|[今去明前])年)?([0-9]{1,2})月([0-9]{1,2})$")
_DAY_OF_SPAN = re.compile(
    r"(?:(?<![0-9])([0-9]{4})年)?(?<![0-9])([0-9]{1,2})月[^\n。；]{1,24}[至到—～~、和-]([0-9]{1,2})$"
)
_HAN_DAY_BEFORE = re.compile(
    r"(?:([一二][〇零○九][〇零○一二三四五六七八九]{2})年)?([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})$"
)
_WEEKDAY_FIRST = re.compile(
    r"(?:星期|周|礼拜)([一二三四五六日天])[（(]((?:([0-9]{4})年)?([0-9]{1,2})月([0-9]{1,2})[日号])(?=[）)])"
)


@rule("D01", "block")
def weekday(copy: Copy) -> Iterator[Doubt]:
    """日期和星期对不上。

    二者必有一错，读者会白跑一趟。没有写年份的，按稿件日期推算。

    错：座谈会定于2026年11月23日（星期二）举行。
    错：定于2026年11月23日（星期一）至27日（星期四）培训。
    错（2026-11-22）：11月28日（周日）停水一天。
    错（2026-11-22）：本周六（11月29日）赶集。
    对：座谈会定于2026年11月23日（星期一）举行。
    对（2026-11-22）：11月28日，周一鸣来到石岭村。
    """
    text = copy.text
    for found in _WEEKDAY.finditer(text):
        form, name = found.groups()
        if form == "周" and not _AFTER_ZHOU.match(text, found.end()):
            continue
        line = text.rfind("\n", max(0, found.start() - 40), found.start()) + 1 or max(0, found.start() - 40)
        before = None
        for pattern in (_DAY_BEFORE, _HAN_DAY_BEFORE, _DAY_OF_SPAN):
            if before := pattern.search(text, line, found.start()):
                break
        if before and (wrong := _weekday(before[1], before[2], before[3], name, copy.date)):
            yield before.start(3), found.end(), None, wrong
    for found in _WEEKDAY_FIRST.finditer(text):
        if text[found.start() - 1 : found.start()] in tuple("至到—～~、和-"):
            continue  # 周一至周五（…）
        if wrong := _weekday(found[3], found[4], found[5], found[1], copy.date):
            yield found.start(), found.end(2), None, wrong


def _weekday(said: str | None, month: str, day: str, name: str, today: date | None) -> str | None:
    days = meant(said, number(month) or 0, number(day) or 0, today)
    name = name.replace("天", "日")
    if not days or any(WEEK[each.weekday()] == name for each in days):
        return None
    return f"{text_of(days)}是星期{WEEK[days[0].weekday()]}，不是星期{name}"


_MONTH = re.compile(r"年(1[3-9]|[2-9][0-9]|00?)月(?=[份底初中上下末完竣开启投建通，。）至])")
_WITH_DAY = re.compile(r"[0-9]{1,2}[日号]")
_PART_OF_DAY = "上午|下午|中午|凌晨|清晨|傍晚|晚上|晚间|早上"
_DAY_ONLY = re.compile(rf"日(?={_PART_OF_DAY})")
_OVER = re.compile(r"(?<![0-9第])(?:3[2-9]|[4-9][0-9])$")
_OF_MONTH = re.compile(r"([本上])个?月([0-9]{1,2})[日号]")
_CLOCK = r"(?:[时点]|[:：][0-5][0-9])"
_HOURS = (
    (re.compile(rf"(?:{_PART_OF_DAY})(?:2[5-9]|[3-9][0-9]){_CLOCK}"), "一天只有24个小时"),
    (re.compile(r"[日号）)从于](?:2[5-9]|[3-9][0-9])时(?![代期候间速刻尚针段空效])"), "一天只有24个小时"),
    (re.compile(rf"上午(?:1[3-9]|2[0-4]){_CLOCK}"), "上午没有这个钟点"),
)
_MINUTE = re.compile(r"(?:时[6-9][0-9]分|点[6-9][0-9]分|分[6-9][0-9]秒|:[6-9][0-9]|：[6-9][0-9])(?![0-9])")
_HOUR_BEFORE = re.compile(rf"(?:{_PART_OF_DAY}|日|号|[一二三四五六日天][）)])?(?:[01]?[0-9]|2[0-4])$")


@rule("D02", "block")
def impossible(copy: Copy) -> Iterator[Doubt]:
    """没有这一天，或没有这个时刻。

    错：2月30日，桃花谷开园。
    错：2026年2月29日，桃花谷开园。
    错：工程于2025年13月完工。
    错：会议31日下午25时结束，11月31日上午8时61分再开。
    错：培训安排在上午15时。
    错（2026-11-22）：本月31日前完成春灌。
    对：2028年2月29日上午8时59分，桃花谷开园。
    对：40日内办结，晚上24时关门，农历二月三十。
    """
    text = copy.text
    for each in written(text):
        of = year(each.year, copy.date)
        most = 0 if not 1 <= each.month <= 12 else monthrange(of or 2000, each.month)[1]
        if 1 <= each.day <= most or (each.day == 30 and not text[each.end - 2].isdecimal()):
            continue  # the lunar 二月三十日 exists
        yield each.start, each.end, None, f"没有{of or ''}{'年' if of else ''}{each.short}这一天"
    for found in _MONTH.finditer(text):
        if text[max(0, found.start() - 4) : found.start()].isdecimal() and not _WITH_DAY.match(text, found.end()):
            yield found.start(1), found.end(), None, "一年只有12个月"
    for found in _DAY_ONLY.finditer(text):
        if over := _OVER.search(text, max(0, found.start() - 3), found.start()):
            yield over.start(), found.end(), None, "一个月最多31天"
    if copy.date:
        for found in _OF_MONTH.finditer(text):
            of_month = copy.date if found[1] == "本" else copy.date.replace(day=1) - timedelta(days=1)
            if not 1 <= int(found[2]) <= monthrange(of_month.year, of_month.month)[1]:
                yield found.start(), found.end(), None, f"{of_month.month}月没有{found[2]}日"
    for pattern, why in _HOURS:
        for found in pattern.finditer(text):
            yield found.start(), found.end(), None, why
    for found in _MINUTE.finditer(text):
        before = _HOUR_BEFORE.search(text, max(0, found.start() - 4), found.start())
        if before and (found[0][0] in "时点分" or not before[0][0].isdecimal()):
            yield before.start(), found.end(), None, "分和秒最多到59"


_NEAR = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_RELATIVE = re.compile(
    r"(昨天|昨日|昨晚|昨夜|今天|今日|今晨|今早|今晚|明天|明日|明晨|明早|明晚|大前天|前天|大后天|后天|日前)"
    r"(?:上午|下午|早上|晚上|凌晨)?[（(，,是]?(?:([0-9]{4})年)?(?:([0-9]{1,2})月)?([0-9]{1,2})日(?!\s?(?:[—–～~-]|至|到)|[内后前游间龄])"
)
_RELATIVE_SPLIT = re.compile(r"([昨今明])[（(]([0-9]{1,2})[）)]日")
_RELATIVE_WEEKDAY = re.compile(
    r"(昨天|昨日|今天|今日|明天|明日|前天|后天)(?:[（(]|，?(?:是|正是))(?:星期|周|礼拜)([一二三四五六日天])(?=[）)，。；！、])"
)
_RELATIVE_LAST = re.compile(r"[（(]([昨今明][天日晚]|大?[前后]天)[）)]")
_DATE_LAST = re.compile(r"(?:([0-9]{4})年)?(?:([0-9]{1,2})月)?(?<![0-9])([0-9]{1,2})[日号]$")
_OF_YEAR = re.compile(r"(去年|今年|明年|前年)[（(]?((?:19|20)[0-9]{2})年(?!薪)")
_OF_YEAR_LAST = re.compile(r"年[（(](去年|今年|明年|前年)[）)]")
_YEAR_LAST = re.compile(r"(?<![0-9])[0-9]{4}$")
_SOON = re.compile(
    r"(将于|已于|已在|将在)(?:([0-9]{4}|[今去明])年)?([0-9]{1,2})月([0-9]{1,2})[日号](?!\s?(?:[—–～~-]|至|到)|[之以]?[前内]|起|开始)"
)
_TOLD = re.compile(r"称|公告|宣布|通知|通报|原定|此前|曾|当时|计划|原本|消息|[0-9]年|[0-9]月|—|得知|获悉|预告")


@rule("D03", "warn")
def relative(copy: Copy) -> Iterator[Doubt]:
    """“昨天”“去年”“将于”等与稿件日期对不上。

    按稿件日期核对括注或紧接着的日期；已经过去的不说“将”，还没有到的不说“已”。

    错（2026-11-22）：昨日（11月20日），青棠县下了第一场雪。
    错（2026-11-22）：今天是11月23日。
    错（2026-11-22）：昨（20）日放晴，明天（星期二）转阴。
    错（2026-11-22）：比去年（2024年）多收两成。
    错（2026-11-22）：樱桃节将于11月20日开幕。
    错（2026-11-22）：石岭桥已于11月25日通车。
    对（2026-11-22）：昨日（11月21日），青棠县下了第一场雪；比去年（2025年）早三天。
    对（2026-11-22）：石岭桥将于11月25日通车，新渠已于11月20日放水。
    """
    today, text = copy.date, copy.text
    if not today:
        return
    for found in _RELATIVE.finditer(text):
        if not quoted(text, found.start()):
            yield from _near(found.start(), found.end(), found[1], found[2], found[3], found[4], today)
    for found in _RELATIVE_SPLIT.finditer(text):
        yield from _near(found.start(), found.end(), f"{found[1]}日", None, None, found[2], today)
    for found in _RELATIVE_WEEKDAY.finditer(text):
        day = today + timedelta(days=_NEAR[found[1][:-1]])
        if WEEK[day.weekday()] != found[2].replace("天", "日") and not quoted(text, found.start()):
            yield (
                found.start(),
                found.end(),
                None,
                f"按稿件日期，{found[1]}（{day.month}月{day.day}日）是星期{WEEK[day.weekday()]}",
            )
    for found in _RELATIVE_LAST.finditer(text):
        if before := _DATE_LAST.search(text, max(0, found.start() - 11), found.start()):
            yield from _near(before.start(), found.end(), found[1], before[1], before[2], before[3], today)
    years = [(found.start(), found.end(), found[1], found[2]) for found in _OF_YEAR.finditer(text)]
    for found in _OF_YEAR_LAST.finditer(text):
        if before := _YEAR_LAST.search(text, max(0, found.start() - 5), found.start()):
            years.append((before.start(), found.end(), found[1], before[0]))
    for start, end, word, said in years:
        if int(said) != year(word[0], today):
            yield start, end, None, f"按稿件日期，{word}是{year(word[0], today)}年"
    for found in _SOON.finditer(text):
        begin = max(text.rfind(each, max(0, found.start() - 120), found.start()) for each in "\n。；！？") + 1
        if _TOLD.search(text, max(begin, found.start() - 120), found.start()) or quoted(text, found.start()):
            continue
        of = year(found[2], today)
        when = known(of or today.year, int(found[3]), int(found[4]))
        past = (today - when).days if when else 0
        if (of or abs(past) <= 150) and (past > 0 if found[1][0] == "将" else past < 0):
            yield (
                found.start(),
                found.end(),
                None,
                f"按稿件日期（{today}），这一天{'已经过去' if past > 0 else '还没有到'}",
            )


def _near(
    start: int, end: int, word: str, said: str | None, month: str | None, day: str, today: date
) -> Iterator[Doubt]:
    found = known(int(said) if said else today.year, int(month or today.month), int(day))
    if word == "日前":
        if found and month and 0 < (found - today).days <= 150:
            yield start, end, None, f"按稿件日期（{today}），这一天还没有到"
        return
    wanted = today + timedelta(days=_NEAR[word[:-1]])
    if (int(said or wanted.year), int(month or wanted.month), int(day)) != (wanted.year, wanted.month, wanted.day):
        yield start, end, None, f"按稿件日期，{word}是{wanted.month}月{wanted.day}日"


_CUT_OFF = re.compile(
    r"截止[到至]?(?=(?P<ever>目前|现在|发稿|记者发稿)|[昨今][日天晚][^，。\n期]{0,4}，"
    r"|(?:[0-9今去]{1,4}年)?(?:[0-9]{1,2}月(?:[0-9]{1,2}[日号]|底|末)|(?<=年)[初底末]?)[^，。\n期]{0,6}，(?!逾期|过期|届时|到期|报名结束))"
)


_SOURCE = re.compile(r"据[^，。；\n]{1,14}，$")
_TOLLED = re.compile(r"[^，。；\n]{2,12}，[^，。；\n]{0,16}(?:已|累计|共)")


@rule("D05", "warn")
def cut_off(copy: Copy) -> Iterator[Doubt]:
    """“截止”应为“截至”。

    “截止”是到期停止，后面不接时间；“截至”是停止于某一时间而事情可能还在继续（《现代汉语词典》）。

    错：截止目前，全县已修渠30公里。 → 截至目前，全县已修渠30公里。
    错：截止到11月20日，全县已修渠30公里。 → 截至11月20日，全县已修渠30公里。
    对：报名11月20日截止，截至目前已有30人。
    对：报名截止日期为11月20日。
    """
    for found in _CUT_OFF.finditer(copy.text):
        if (
            not found["ever"]
            and copy.text[max(0, found.start() - 1) : found.start()] not in ("", *"。；！？：\n讯电悉")
            and not _TOLLED.match(copy.text, found.end())
            and not _SOURCE.search(copy.text, max(0, found.start() - 18), found.start())
        ):
            continue  # what it follows may end on that day
        yield found.start(), found.end(), "截至", "“截止”后面不接时间，这里用“截至”"


_HALF_DAY = re.compile(
    r"月([0-9]{1,2}|[一二三四五六七八九十]{1,3})(日|号(?![线楼院门井台馆厅机炉车桥令文]))(?![游间内后之]|[一二两三]夜)"
)
_HAN_MONTH = re.compile(r"(?<![一二三四五六七八九十个])(?:[一二三四五六七八九]|十[一二]?)$")
_MONTH_FIGURES = re.compile(r"(?<![0-9])[0-9]{1,2}$")
_HALF_YEAR = re.compile(r"年(?=([0-9]{1,2}月)?)")
_MIXED_YEAR = re.compile(r"(?<![〇零○一二三四五六七八九0-9])[一二12][〇零○九09][〇零○一二三四五六七八九0-9]{2}$")
_HALF_LUNAR = re.compile(
    r"(?:农历|阴历|正月|腊月)(?:(?<=历)[正冬腊闰一二三四五六七八九十]{1,3}月)?[0-9]{1,2}(?:日|(?=[，。、；：（）—至到的晚当前后闹]|$))",
    re.MULTILINE,
)


@rule("D07", "warn")
def half(copy: Copy) -> Iterator[Doubt]:
    """一个日期里汉字数字和阿拉伯数字混用。

    公历用阿拉伯数字，农历用汉字，一个日期里不混用（GB/T 15835）。

    错：2026年十一月5日开园。 → 2026年11月5日开园。
    错：11月二十五日开园。 → 11月25日开园。
    错：二〇二六年11月开园。 → 2026年11月开园。
    错：农历正月15闹元宵。
    对：2026年11月5日开园，农历正月十五闹元宵，11月一日游。
    """
    text = copy.text
    for found in _HALF_DAY.finditer(text):
        month = (_HAN_MONTH if found[1].isdecimal() else _MONTH_FIGURES).search(
            text, max(0, found.start() - 3), found.start()
        )
        if month:
            lunar = text.endswith(("农历", "阴历"), 0, month.start())
            solar = f"{number(month[0])}月{number(found[1])}{found[2]}"
            yield month.start(), found.end(), None if lunar else solar, "一个日期里不混用两种数字"
    for found in _HALF_YEAR.finditer(text):
        said = _MIXED_YEAR.search(text, max(0, found.start() - 5), found.start())
        if said and not said[0].isdecimal() and (found[1] or re.search("[0-9]", said[0])):
            figures = number(
                "".join("〇一二三四五六七八九"[int(each)] if each.isdecimal() else each for each in said[0])
            )
            yield said.start(), found.end(), f"{figures}年", "一个日期里不混用两种数字"
    for found in _HALF_LUNAR.finditer(text):
        yield found.start(), found.end(), None, "农历的日子用汉字"
