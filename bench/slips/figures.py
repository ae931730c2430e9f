"""Clean sentences of our own, full of dates and quantities, as a county paper of 22 November 2026 might have them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random

from bench.slips.clean import DAY, Mutate
from hemei.prose.proof import almanac

TOWNS = ("石岭村", "柳溪镇", "白鹭镇", "云台乡", "鹿鸣乡", "城关镇", "松塘村", "桃花谷")
WEEK = "一二三四五六日"
FESTIVALS = (
    "元旦",
    "妇女节",
    "植树节",
    "劳动节",
    "儿童节",
    "教师节",
    "国庆节",
    "春节",
    "元宵节",
    "端午节",
    "中秋节",
    "重阳节",
    "除夕",
)
_MONTHS = ("正", *"二三四五六七八九十", "冬", "腊")
_DAYS = (
    *(f"初{each}" for each in "一二三四五六七八九十"),
    *(f"十{each}" for each in "一二三四五六七八九"),
    "二十",
    *(f"廿{each}" for each in "一二三四五六七八九"),
    "三十",
)


def _said(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _full(day: date) -> str:
    return f"{day.year}年{_said(day)}"


def _some_day(random: Random) -> date:
    return date(random.randint(1990, 2050), 1, 1) + timedelta(days=random.randrange(365))


def _near(random: Random, low: int, high: int) -> date:
    return DAY + timedelta(days=random.randint(low, high))


def _lunar(day: date) -> str:
    month, of, leap = almanac.lunar(day) or (1, 1, False)
    return f"农历{'闰' if leap else ''}{_MONTHS[month - 1]}月{_DAYS[of - 1]}"


def _dated(random: Random) -> str:
    town, day, near, hour = random.choice(TOWNS), _some_day(random), _near(random, -60, 60), random.randint(8, 11)
    return random.choice(
        (
            f"{_full(day)}（星期{WEEK[day.weekday()]}）上午{hour}时{random.randint(10, 59)}分，{town}的新渠放水。",
            f"座谈会定于{_said(near)}（周{WEEK[near.weekday()]}）上午{hour}时在{town}举行。",
            f"{_said(near)}，星期{WEEK[near.weekday()]}，{town}逢集，摊子从桥头摆到渡口。",
            f"停水时间为{_said(near)}（星期{WEEK[near.weekday()]}）{hour}:{random.randint(10, 59)}起，请{town}的住户先存些水。",
            f"{town}的戏台建于{_full(day)}，台柱上刻着日子。",
        )
    )


def _relative(random: Random) -> str:
    town = random.choice(TOWNS)
    away = random.choice((("昨日", -1), ("今日", 0), ("明天", 1), ("前天", -2), ("后天", 2), ("昨天", -1)))
    day, past, coming = DAY + timedelta(days=away[1]), _near(random, -90, -1), _near(random, 1, 90)
    return random.choice(
        (
            f"{away[0]}（{_said(day)}），{town}下了一场小雨。",
            f"{_said(day)}（{away[0]}），{town}开了院坝会。",
            f"{town}的收成比去年（{DAY.year - 1}年）多了两成，明年（{DAY.year + 1}年）还要添两台烘干机。",
            f"{town}的樱桃园将于{_said(coming)}开园。",
            f"{town}的便桥已于{_said(past)}拆除。",
        )
    )


def _seasonal(random: Random) -> str:
    town, year = random.choice(TOWNS), random.randint(1990, 2050)
    name = random.choice([each for each in almanac.TERMS if each not in ("小雪", "大雪")])
    term = min(almanac.days(name, year))
    festival = random.choice(FESTIVALS)
    plain = festival if festival in almanac.NAMES else festival.removesuffix("节")
    feast = min(almanac.days(plain, year))
    day = _some_day(random)
    return random.choice(
        (
            f"{_full(term)}（{name}），{town}的老人照旧去看水。",
            f"{_full(term)}是{name}，{town}的田里还有人。",
            f"{festival}（{_full(feast)}）当天，{town}的小学门口挂起了灯笼。",
            f"{_full(feast)}是{festival}，{town}的渡口人来人往。",
            f"{_full(day)}（{_lunar(day)}），{town}开街。",
            f"{_lunar(day)}（{_full(day)}），{town}唱戏。",
        )
    )


def _spans(random: Random) -> str:
    town, year, since = random.choice(TOWNS), random.randint(1950, 2015), random.randint(2, 20)
    start, age = _near(random, 1, 40), random.randint(20, 80)
    end = start + timedelta(days=random.randint(1, 6))
    day = random.randint(1, 20)
    return random.choice(
        (
            f"截至目前，{town}已修渠{since}公里。",
            f"截至{_said(_near(random, -30, -1))}，{town}已有{since + 30}户报名。",
            f"规划期为{year}—{year + since}年，{town}在第一批。",
            f"培训从{_said(start)}至{_said(end)}，地点在{town}。",
            f"报名时间为{start.month}月{day}日至{day + random.randint(1, 7)}日，{town}的村民在村部登记。",
            f"{town}的合作社成立于{year}年，今年迎来{DAY.year - year}周年。",
            f"{DAY.year - age}年出生的护林员今年{age}岁，守着{town}后面的山。",
            f"{town}的小学于{year}年5月{day}日迁到坡下。",
            f"{random.randint(3, 5)}月至{random.randint(6, 9)}月，{town}来客不断。",
            f"书屋每天14:00—{random.randint(15, 19)}:30开放，{town}的孩子放学就来。",
        )
    )


def _quantities(random: Random) -> str:
    town, some, more = random.choice(TOWNS), random.randint(20, 900), random.randint(2, 9)
    return random.choice(
        (
            f"{town}的新渠长约{some}米，走一遍要{more * 5}分钟左右。",
            f"到场的有{some}人上下，近{some + 100}户捎来了话。",
            f"{town}超{some}户报了名，逾{some + 50}人签字，超过{more * 10}%的住户在家。",
            f"{town}的用水减少了{more * 5}%，跑腿的时间缩短了{more}成。",
            f"含糖量在{more + 5}%—{more + 9}%之间，增产{more}%至{more + 4}%。",
            f"老樟树的树围有{some}厘米，{town}的新房子面积{some}平方米，蓄水{some}立方米，每箱装{more}kg。",
            f"{town}的公路限速60km/h，客车时速{more * 10}公里。",
            f"夜里最低气温零下{more}℃，午后有{more + 9}摄氏度。",
            f"全镇共收入{random.randint(1, 99)},{random.randint(100, 999)},{random.randint(100, 999)}元，来客{random.randint(1, 99)},000人次。",
            f"来了两个人，隔三四天再来，{town}前后去过十几个人。",
            f"{town}有{some}多人报名，用了{more}.5个月，{some}余户签约。",
            f"会上来了教师{some}人、学生{some + more}人、家长{more + 20}人。",
        )
    )


def _reckoned(random: Random) -> str:
    town, part, rest = random.choice(TOWNS), random.randint(20, 400), random.randint(20, 400)
    share, other, since = random.randint(20, 40), random.randint(10, 30), random.randint(100, 900)
    grown = since * random.choice((110, 120, 125, 150, 160, 175)) // 100
    return random.choice(
        (
            f"{town}共有{part + rest}人，其中党员{part}人。",
            f"全镇共修渠{part + rest}公里，其中新修{part}公里，其余{rest}公里是加固。",
            f"来听课的共{part + rest}人，其中男{part}人、女{rest}人。",
            f"园里桃树占{share}%，李树占{other}%，其余占{100 - share - other}%。",
            f"三类地分别占{share}%、{other}%和{100 - share - other}%。",
            f"{town}的产值从{since}万元增加到{grown}万元，增长{(grown - since) / since * 100:.1f}%。",
            f"参加的户数由{since}户增长到{grown}户，增长{(grown - since) / since * 100:.0f}%。",
            f"项目投资{part / 100:.2f}亿元（{part * 100}万元），分{other}个月到位。",
        )
    )


FORMS: dict[str, Callable[[Random], str]] = {
    "dated": _dated,
    "relative": _relative,
    "seasonal": _seasonal,
    "spans": _spans,
    "quantities": _quantities,
    "reckoned": _reckoned,
}


@cache
def sentences(form: str, count: int = 1500) -> tuple[str, ...]:
    """So many sentences of one form, some of them behind another one."""
    random = Random(form)
    forms = list(FORMS.values())
    return tuple(
        (random.choice(forms)(random) if random.random() < 0.3 else "") + FORMS[form](random) for _ in range(count)
    )


def han(value: int) -> str:
    """A number below a thousand in characters."""
    figures = "〇一二三四五六七八九"
    if value < 20:
        return ("十" if value > 9 else "") + (figures[value % 10] if value % 10 else "")
    if value < 100:
        return figures[value // 10] + "十" + (figures[value % 10] if value % 10 else "")
    rest = value % 100
    return (
        figures[value // 100]
        + "百"
        + ("零" if 0 < rest < 10 else "一" if 10 <= rest < 20 else "")
        + (han(rest) if rest else "")
    )


def swap(pattern: str, put: Callable[[re.Match[str], Random], str | None], group: int = 0) -> Mutate:
    """A mutation: one of the places that the pattern finds is put differently."""

    def mutate(text: str, random: Random) -> tuple[str, int, int] | None:
        found = list(re.finditer(pattern, text))
        if not found:
            return None
        one = random.choice(found)
        new = put(one, random)
        if new is None or new == one[group]:
            return None
        start, end = one.span(group)
        return text[:start] + new + text[end:], start, start + len(new)

    return mutate
