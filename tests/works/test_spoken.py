"""Figures as a newsreader says them, and back: every number, date, time, share and telephone number comes back as it was."""

from __future__ import annotations

import time as clock
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.prose import spoken as said

SPOKEN = """
2026年11月25日16:20，气温-5℃，湿度5.8%。|二〇二六年十一月二十五日十六点二十分，气温零下五摄氏度，湿度百分之五点八。
全村586户2134人，党员67名，收入12,300元。|全村五百八十六户两千一百三十四人，党员六十七名，收入一万两千三百元。
过程降温8—10℃，西北风3到4级。|过程降温八到十摄氏度，西北风三到四级。
增长10%—15%，投资3.2亿元。|增长百分之十到百分之十五，投资三点二亿元。
咨询电话：0777-6612345，手机13812345678。|咨询电话：零七七七，六六幺二三四五，手机幺三八幺二三四五六七八。
请拨打12345。|请拨打幺二三四五。
县女篮以68比61取胜，主队3∶1领先。|县女篮以六十八比六十一取胜，主队三比一领先。
第3届，前2名，2个村，2月2日，2级。|第三届，前两名，两个村，二月二日，二级。
1998—2005年，历时1200年。|一九九八年到二〇〇五年，历时一千二百年。
G1528次列车，X023线，PM2.5，5G。|G幺五二八次列车，X零二三线，PM二点五，五G。
时速60km/h，面积120㎡，重3.5kg。|时速六十千米每小时，面积一百二十平方米，重三点五千克。
平均28微克/立方米，3/4的人，千分之2。|平均二十八微克每立方米，四分之三的人，千分之二。
8:30—12:00办公，￥120。|八点三十分到十二点办公，一百二十元。
青政办发〔2026〕47号|青政办发〔二〇二六〕四十七号
没有数字的一句话。|没有数字的一句话。
""".strip().splitlines()


@pytest.mark.parametrize("line", SPOKEN)
def test_a_sentence_is_read_as_a_newsreader_reads_it(line: str) -> None:
    text, aloud = line.split("|")
    assert said.spoken(text) == aloud


def test_no_figure_is_left_in_what_is_read_aloud() -> None:
    for text in ("共3.5万、12个、007、99999999999999999999、-3、5‰、1.2.3、A4纸", "１２３４５"):
        assert not any(each.isdigit() for each in said.spoken(text))


@pytest.mark.parametrize(
    ("value", "aloud"),
    [
        (0, "零"), (10, "十"), (12, "十二"), (20, "二十"), (102, "一百零二"), (110, "一百一十"), (200, "二百"), (1010, "一千零一十"),
        (2000, "两千"), (2222, "两千二百二十二"), (10_000, "一万"), (20_000, "两万"), (100_010, "十万零一十"), (100_100, "十万零一百"),
        (10_010_000, "一千零一万"), (200_000_000, "两亿"), (100_000_001, "一亿零一"), (1_000_000_000_000, "一万亿"), (-7, "负七"),
    ],
)  # fmt: skip
def test_whole_numbers_have_their_noughts_and_units(value: int, aloud: str) -> None:
    assert said.said_whole(value) == aloud


@given(st.integers(-(10**16) + 1, 10**16 - 1))
def test_every_whole_number_comes_back(value: int) -> None:
    assert said.heard_number(said.said_whole(value)) == value


@given(st.decimals(-(10**9), 10**9, places=3, allow_nan=False))
def test_every_decimal_and_share_comes_back(value: Decimal) -> None:
    value += Decimal("0.000")
    assert said.heard_number(said.said_number(value)) == value
    assert said.heard_share(said.said_share(value)) == value


@given(st.dates(date(1000, 1, 1)), st.times())
def test_every_date_and_time_comes_back(day: date, moment: time) -> None:
    moment = moment.replace(second=0, microsecond=0)
    assert said.heard_date(said.said_date(day)) == day
    assert said.heard_time(said.said_time(moment)) == moment


@given(st.from_regex(r"\A(0[0-9]{2,3}-[1-9][0-9]{6,7}|1[3-9][0-9]{9})\Z"), st.integers(1, 9999))
def test_every_telephone_number_and_ordinal_comes_back(number: str, nth: int) -> None:
    assert said.heard_phone(said.said_phone(number)) == number
    assert said.heard_ordinal(said.said_ordinal(nth)) == nth


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(11, 10**8), st.integers(1, 999), st.integers(0, 23),
    st.integers(1, 59), st.integers(-30, 40),
)  # fmt: skip
def test_a_whole_sentence_comes_back(day: date, people: int, tenths: int, hour: int, minute: int, degrees: int) -> None:
    text = (
        f"{day.year}年{day.month}月{day.day}日{hour}:{minute:02}，到场{people}人，增长{Decimal(tenths) / 10}%，"
        f"气温{degrees}℃，电话0777-6612345。"
    )
    assert said.written(said.spoken(text)) == text


def test_numerals_that_are_words_stay_words() -> None:
    text = "一些人十分关心三农，万一下雨，百姓千方百计，一心一意。"
    assert said.written(text) == text


@pytest.mark.parametrize(
    "wrong", ["", "百分之", "点五", "三点六点", "你好", "负负一", "二〇二六年十三月一日", "二十五点"]
)
def test_what_was_not_said_is_none(wrong: str) -> None:
    assert (said.heard_number(wrong), said.heard_share(wrong), said.heard_date(wrong), said.heard_time(wrong)) == (
        None,
    ) * 4


def test_two_hundred_and_eighty_characters_take_a_minute_at_most() -> None:
    assert said.seconds("水" * 280) == (60, 70)
    assert said.syllables("增长5.8%。") == len("增长百分之五点八")
    assert said.seconds("") == (0, 0)


@pytest.mark.parametrize("piece", ["1", "1,", "1—", "12:34", "-1%", "第1", "一", "百分之一", "A1", "1/2", "电话1"])
def test_a_hundred_thousand_characters_take_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = clock.process_time()
    said.written(said.spoken(text))
    assert clock.process_time() - began < 2
