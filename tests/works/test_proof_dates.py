"""A wrong date is found, a right one is left alone; and the almanac keeps to the laws of the calendar."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.slips.clean import DAY, alarms, paragraphs, recall
from bench.slips.dates import MUTATIONS
from bench.slips.figures import FORMS, WEEK, sentences
from hemei.prose.proof import RULES, Copy, almanac, proof
from hemei.prose.proof.numerals import number

RULE_IDS = ("D01", "D02", "D03", "D04", "D05", "D06", "D07")
DAYS = st.dates(date(almanac.FIRST, 1, 1), date(almanac.LAST, 12, 31))


@pytest.mark.parametrize("kind", MUTATIONS)
def test_of_a_thousand_wrong_dates_of_a_kind_at_least_950_are_found(kind):
    form, mutate = MUTATIONS[kind]
    made, missed = recall(mutate, {kind[:3]}, 1000, texts=sentences(form))
    assert made == 1000
    assert len(missed) <= 50, (len(missed), missed[:10])


@pytest.mark.parametrize("form", FORMS)
def test_sentences_full_of_right_figures_are_left_alone(form):
    assert alarms(sentences(form), set(RULES) - {"P06", "W02"}) == []


def test_the_countys_stories_are_left_alone():
    assert alarms(paragraphs(), RULE_IDS) == []


@pytest.mark.parametrize(
    ("rule", "example"),
    [(each, example) for each in RULE_IDS for example in RULES[each].examples],
    ids=lambda each: str(each)[:40],
)
def test_the_examples_that_editors_read_are_true(rule, example):
    assert bool(proof(Copy.plain(example.text, example.date), {rule})) == example.wrong


WRONG = """
D01 11月28日是星期五。
D01 二〇二六年十一月二十三日 星期二
D01 每周三（11月23日）晚上排练。
D01 11月27日至29日（周六）赶集。
D02 会议11月23日（星期一）25时开始。
D02 下午3点65分开会。
D02 13月5日开工。
D02 2026年2月29号开工。
D03 昨（20）日开街。
D03 昨日下午（11月20日）开街。
D03 11月20日（昨天）开街。
D03 日前（12月5日），石桥通车。
D03 今天（周一）开街。
D04 2026年冬至是12月25日。
D04 今年春节是2月18日。
D04 12月21日，冬至，村里吃汤圆。
D04 9月11日教师节当天，学校里很热闹。
D04 2月15日除夕夜，祠堂亮着灯。
D04 2026年农历八月十五（9月26日），渡口放灯。
D04 11月22日，农历十月十五，开街。
D05 据统计，截止11月底，全县修渠30公里。
D05 截止2025年底，全县修渠30公里。
D06 截至97年12月31日，全县修渠30公里。
D06 活动从本月25日至23日举行。
D06 石桥建于1786年，距今有190年。
D06 2025年12月28日至12月3日休市。
D07 二0二六年11月开园。
D07 农历8月15日放灯，正月15闹元宵。
""".strip().split("\n")


@pytest.mark.parametrize("line", WRONG)
def test_other_forms_that_papers_use_are_read_too(line):
    assert {each.rule for each in proof(Copy.plain(line[4:], DAY), RULE_IDS)} >= {line[:3]}


RIGHT = """
本周六（11月28日）和周日赶集，周一至周五（11月23日至27日）照常上课，11月23日，周一至周五的班车改点。
8月12日是国际青年节，7月4日是美国国庆节，10月2日正值国庆节假期，9月8日，教师节前夕，学校里很热闹。
2025年中秋节（10月6日）和去年腊八节（1月7日）的灯会照片还挂在祠堂，2025年农历八月十五（10月6日）的也在。
农历2月30日是老庙会，农历八月十五（闰月不算）放灯，春节（2月15日至23日）放假，11月20日（小雪）转晴。
今天3号线改道，昨天5号楼封顶，明天1日游照常，11月32号楼交房，十一月5号线通车，5月初一场大雨，正月15场戏。
光绪26年3月5日立碑，民国18年5月底修桥，判10年6月，90年代栽树，历时12年，GB 2099—2008年版。
9月1日至8月31日为一个学年，9月至6月上课，22:00至6:00禁鸣，12月28日至1月3日休市，公元前221年至公元前206年。
剧团成立于1986年，这两年又赶上建党105周年，老团长说起2016年的30周年演出；父亲1961年出生，他今年25岁。
活动11月1日开始，截止11月20日，逾期不候。报名截止时间为11月20日。北京队8日以75:68取胜，20日2535点收盘。
通知称，樱桃节将于11月20日开幕。老人说：“今天是11月20日吧？”去年的会将于每年11月20日开，石桥已于12月5日拆除。
每月31日结账，3月31日、5月31日各开一次会，40日内办结，13个月，第13月龄的牛，晚上12时30分，9时59分59秒。
""".strip().split("\n")


@pytest.mark.parametrize("text", RIGHT)
def test_what_only_looks_wrong_is_left_alone(text):
    assert alarms([text], RULE_IDS) == []


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.integers(0, 6))
def test_a_weekday_is_doubted_exactly_when_the_calendar_has_another_one(day, said):
    text = f"定于{day.year}年{day.month}月{day.day}日（星期{WEEK[said]}）举行。"
    assert bool(proof(Copy.plain(text), {"D01"})) == (day.weekday() != said)


@given(st.integers(-120, 120).filter(bool), st.integers(0, 6))
def test_without_a_year_the_date_next_to_the_storys_own_is_meant(away, said):
    day = DAY + timedelta(days=max(-100, min(100, away)))
    text = f"定于{day.month}月{day.day}日（周{WEEK[said]}）举行。"
    assert bool(proof(Copy.plain(text, DAY), {"D01"})) == (day.weekday() != said)


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1900, 2100))
def test_a_date_is_impossible_exactly_when_the_calendar_has_no_such_day(month, day, year):
    try:
        there = bool(date(year, month, day))
    except ValueError:
        there = False
    assert bool(proof(Copy.plain(f"{year}年{month}月{day}日开工。"), {"D02"})) != there


@given(st.integers(almanac.FIRST, almanac.LAST), st.integers(0, 22))
def test_solar_terms_follow_each_other_after_14_to_17_days(year, nth):
    apart = {(after - before).days for before in almanac.term(year, nth) for after in almanac.term(year, nth + 1)}
    assert apart <= {14, 15, 16, 17}


@given(DAYS)
def test_every_day_has_one_lunar_date_and_the_next_day_the_next(day):
    today, morrow = almanac.lunar(day), almanac.lunar(day + timedelta(days=1))
    assert today is not None
    assert 1 <= today[0] <= 12
    assert 1 <= today[1] <= 30
    assert morrow is None or morrow[1] == today[1] + 1 or (morrow[1] == 1 and today[1] >= 29)


@given(st.integers(almanac.FIRST, almanac.LAST))
def test_the_winter_solstice_falls_in_the_eleventh_month(year):
    assert {(almanac.lunar(day) or (0,))[0] for day in almanac.days("冬至", year)} == {11}


def test_a_month_that_comes_twice_holds_no_principal_term():
    months = [each for each in almanac.months() if each.leap and 1950 <= each.start.year < 2100]
    assert len(months) == 55
    for each in months:
        days = {each.start + timedelta(days=nth) for nth in range(each.days)}
        terms = [almanac.term(each.start.year + over, nth) for nth in range(1, 24, 2) for over in (0, 1)]
        assert not any(term <= days for term in terms), each


def test_new_years_days_are_those_of_published_calendars():
    published = {
        1950: (2, 17),
        1985: (2, 20),
        2000: (2, 5),
        2008: (2, 7),
        2023: (1, 22),
        2024: (2, 10),
        2025: (1, 29),
        2026: (2, 17),
        2027: (2, 6),
        2033: (1, 31),
        2034: (2, 19),
        2050: (1, 23),
    }
    assert {year: {date(year, *day)} for year, day in published.items()} == {
        year: almanac.days("春节", year) for year in published
    }


BASE = (5, 19, 3, 18, 5, 20, 4, 19, 5, 20, 5, 20, 6, 22, 7, 22, 7, 22, 7, 23, 7, 21, 6, 21)
"""The earliest day of the month of each term between 1990 and 2050."""
TERMS = """
011111111111111111111111 111111111112111111211211 121100010101100101100110 011000110111110101100111
011111111111111111100111 111111111112111111211211 121100010101100101100110 011000110101110101100111
011111111111111111100111 111111111112111111211211 121100010101100101100110 011000110101110101100111
011111111111111111100111 111111111112111111211211 121100010101100101100110 011000110101110101100111
011111110111110111100111 111111111112111111211211 121100010101100100100110 011000010101110101100111
011111110111110111100111 111111111112111111111211 121100010001100100100110 011000010101100101100111
011111110111110111100111 111111111112111111111111 111100000001100100100110 010000010101100101100111
011101110111110111100111 011111111111111111111111 111100000001000000100110 010000010101100101100110
011100110111110101100111 011111111111111111111111 111100000001000000100100 010000010101100101100110
011000110101110101100111 011111111111111111100111 111100000001000000100100 010000010101100101100110
011000110101110101100111 011111111111111111100111 111100000001000000100100 010000010101100101100110
011000110101110101100111 011111110111110111100111 111100000001000000100100 010000010101100101100110
011000110101110101100111 011111110111110111100111 111100000001000000100100 010000010001100100100110
011000010101110101100111 011111110111110111100111 111100000001000000000100 010000000001100100100110
011000010101100101100111 011111110111110111100111 111100000000000000000000 000000000001000000100110
010000010101100101100111
"""
"""How many days later than that each of the 24 terms falls, year after year from 1990 on (by lunar_python 1.4.8)."""


def test_the_terms_of_1990_to_2050_are_those_of_another_reckoning():
    apart = 0
    for year, row in enumerate(TERMS.split(), 1990):
        for nth, late in enumerate(row):
            days = almanac.term(year, nth)
            assert date(year, nth // 2 + 1, BASE[nth] + int(late)) in days
            apart += len(days) > 1
    assert len(TERMS.split()) == 61
    assert apart <= 12


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("45", 45),
        ("四十五", 45),
        ("十", 10),
        ("二〇二六", 2026),
        ("一百零五", 105),
        ("两千三百", 2300),
        ("个", None),
        ("", None),
    ],
)
def test_numbers_are_read_in_figures_and_in_characters(text, value):
    assert number(text) == value


HOSTILE = (
    "1",
    "月1日",
    "11月11日（",
    "今天是1日，",
    "2026年",
    "截止",
    "“今天是11月20日",
    "11月11日至",
    "周年1986年成立",
    "农历一月",
    "将于11月20日",
    "一",
    "月一",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_line_takes_no_longer_than_its_length_allows(piece):
    def seconds(length):
        copy = Copy.plain(piece * (length // len(piece)), DAY)
        start = time.process_time()
        for each in RULE_IDS:
            sum(1 for _ in RULES[each].findings(copy))
        return time.process_time() - start

    assert seconds(40_000) < 1.5
