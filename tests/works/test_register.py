"""The register: who holds which office on a day, in words; and its sheets, of which every problem is told row by row."""

from __future__ import annotations

import time
from datetime import date, datetime

import pytest

from hemei.prose.enrol import Unread, comma_separated, house
from hemei.prose.proof.sample import SAMPLE
from hemei.prose.register import Organisation, Person, Phrase, Place, Register, Term, held_by_one, office

DAY = date(2026, 11, 22)
PEOPLE = ("姓名", "区分", "单位", "职务", "排序", "起", "止")


def problems(**sheets: list[tuple[object, ...]]) -> list[str]:
    with pytest.raises(Unread) as refused:
        house(sheets)
    return [str(each) for each in refused.value.problems]


@pytest.mark.parametrize(
    ("words", "unit", "post"),
    [
        ("县水利局副局长", "县水利局", "副局长"),
        ("县长", "", "县长"),
        ("县委书记", "县委", "书记"),
        ("常务副县长", "", "常务副县长"),
        ("调研员", "", "调研员"),
    ],
)
def test_an_office_is_a_unit_and_a_post(words: str, unit: str, post: str) -> None:
    assert office(words) == (unit, post)


def test_deputies_and_members_are_several_heads_are_one() -> None:
    assert [each for each in ("县长", "副县长", "常委", "书记", "局长", "调研员") if held_by_one(each)] == [
        "县长",
        "书记",
        "局长",
    ]


def test_the_register_says_who_somebody_is_on_a_day_and_what_they_are_not() -> None:
    register = SAMPLE.register
    assert register.tell("周文清", DAY, "副县长") == "2026年11月22日，周文清是县委副书记、县长，不是副县长"
    assert register.tell("周文清", date(2023, 1, 1)) == "2023年1月1日，周文清是副县长"
    assert register.tell("周文清", date(2020, 1, 1)) == "2020年1月1日，周文清在名录里没有职务"
    assert (
        register.tell("龙石根", DAY)
        == "2026年11月22日，龙石根（白鹭镇）是白鹭镇副镇长；龙石根（县文化馆）是县文化馆馆长"
    )
    assert register.tell("某人", DAY) == "名录里没有某人"


def test_leaders_are_ordered_by_rank_on_the_day_and_namesakes_have_none() -> None:
    register = SAMPLE.register
    assert register.ordered(["韦秋兰", "路人", "周文清", "李明远"], DAY) == ["李明远", "周文清", "韦秋兰", "路人"]
    assert register.rank("周文清", date(2023, 1, 1)) == 9
    assert register.rank("龙石根", DAY) is None
    assert [each.name for each in register.holder("县长", DAY)] == ["周文清"]


def test_places_lie_in_one_another() -> None:
    register = SAMPLE.register
    assert register.county == "青棠县"
    assert register.inside("坪门村", "白鹭镇")
    assert register.inside("坪门村", "青棠县")
    assert not register.inside("坪门村", "松岗乡")
    assert register.parents["石桥村"] == {"白鹭镇", "松岗乡"}


def test_sheets_become_lists_whatever_the_order_of_columns_and_the_kind_of_cells() -> None:
    made = house(
        {
            "人员": [
                ("职务", "姓名", "单位", "区分", "排序", "止", "起", "备注"),
                ("县委副书记、县长", "周文清", "", "", 2, None, datetime(2024, 3, 1), "x"),
                ("副局长", "田 守田", "县水利局", "", "", "2026年6月", "2021-07-01", ""),
                ("党委书记", "莫云岫", "白鹭镇", "", "", "至今", "2024.3", ""),
                (None, "", "", "", "", "", "", ""),
            ],
            "机构": [{"全称": "青棠县水利局", "简称": "县水利局、水利局"}],
            "地名": [("名称", "上级"), ("青棠县", ""), ("白鹭镇", "青棠县")],
            "提法": [("提法", "成员"), ("四好农村路", "建好、管好、护好、运营好")],
            "采编": [("姓名",), ("罗青禾",)],
        }
    )
    assert made.register.people == (
        Person(
            "周文清",
            terms=(Term("县委", "副书记", date(2024, 3, 1), None, 2), Term("", "县长", date(2024, 3, 1), None, 2)),
        ),
        Person("田守田", terms=(Term("县水利局", "副局长", date(2021, 7, 1), date(2026, 6, 30)),)),
        Person("莫云岫", terms=(Term("白鹭镇党委", "书记", date(2024, 3, 1)),)),
    )
    assert made.register.organisations == (Organisation("青棠县水利局", ("县水利局", "水利局")),)
    assert made.register.places == (Place("青棠县"), Place("白鹭镇", "青棠县"))
    assert made.phrases == (Phrase("四好农村路", ("建好", "管好", "护好", "运营好")),)
    assert made.staff == {"罗青禾"}


def test_every_problem_is_told_with_its_row_and_nothing_is_taken() -> None:
    assert problems(
        人员=[
            PEOPLE,
            ("李明远", "", "", "县长", "一", "2024-03-01", "2026-02-30"),
            ("周文清", "", "", "县长", "2", "2025-01-01", ""),
            ("岑仲平", "", "", "副县长", "3", "2024-03-01", ""),
            ("韦秋兰", "", "", "副县长", "4", "2024-03-01", ""),
            ("岑仲平", "", "", "副县长", "3", "2025-03-01", ""),
            ("盘采薇", "", "县水利局", "局长", "", "2024-03-01", "2023-03-01"),
            ("", "", "", "局长", "", "", ""),
            ("x1", "", "", "局长", "", "", ""),
            ("田守田", "", "县林业局", "局长", "", "2020-01-01", ""),
            ("莫云岫", "", "县林业局", "局长", "", "2021-01-01", "2021-06-30"),
            ("石小满", "", "县林业局", "局长", "", "2022-01-01", ""),
        ],
        机构=[("全称", "简称"), ("青棠县水利局", "水利局"), ("青棠县水务局", "水利局")],
        地名=[
            ("名称", "上级"),
            ("青棠县", ""),
            ("白鹭镇", "青堂县"),
            ("甲村", "乙村"),
            ("乙村", "甲村"),
            ("青棠县", ""),
        ],
        提法=[("提法", "成员"), ("四好农村路", "建好、管好、护好")],
        采编=[("人名",), ("罗青禾",)],
        别的=[],
    ) == [
        "人员第2行：“止”写的“2026-02-30”不是日期，请写成2026-11-22",
        "人员第2行：“排序”写的“一”不是数字",
        "人员第6行：岑仲平的副县长重复，任期重叠，另见第4行",
        "人员第7行：盘采薇的任期止于2023年3月1日，早于起始的2024年3月1日",
        "人员第8行：姓名没有填",
        "人员第9行：“x1”不像姓名",
        "人员第11行：田守田与莫云岫同时任县林业局局长，另见第10行",
        "人员第12行：田守田与石小满同时任县林业局局长，另见第10行",
        "机构第3行：名称“水利局”与第2行重复",
        "地名第3行：白鹭镇的上级“青堂县”不在表里",
        "地名第4行：甲村与乙村互为上级",
        "地名第5行：乙村与甲村互为上级",
        "地名第6行：地名“青棠县”与第2行重复",
        "提法第2行：“四好农村路”应有4项，表里是3项",
        "采编第1行：缺少这一列：姓名",
        "别的第1行：没有叫“别的”的表；可用的表：人员、机构、地名、提法、采编",
    ]


def test_a_post_may_be_handed_over_on_a_day_that_belongs_to_both() -> None:
    made = house(
        {
            "人员": [
                PEOPLE,
                ("李明远", "", "", "县长", "", "", "2024-03-01"),
                ("周文清", "", "", "县长", "", "2024-03-01", ""),
            ]
        }
    )
    assert [each.name for each in made.register.holder("县长", DAY)] == ["周文清"]


def test_a_comma_separated_file_is_rows() -> None:
    rows = comma_separated('\ufeff姓名\r\n"罗,青禾"\r\n')
    assert rows == [["姓名"], ["罗,青禾"]]
    assert house({"采编": comma_separated("姓名\n罗青禾\n")}).staff == {"罗青禾"}


def test_twenty_thousand_rows_are_read_in_two_seconds() -> None:
    hans = [chr(0x4E00 + nth) for nth in range(150)]
    rows: list[tuple[object, ...]] = [PEOPLE]
    rows += [
        (f"王{hans[nth // 150]}{hans[nth % 150]}", "", f"县{nth}局", "局长", nth, "2024-03-01", "2026/03")
        for nth in range(20_000)
    ]
    began = time.process_time()
    made = house({"人员": rows})
    assert time.process_time() - began < 2
    assert len(made.register.people) == 20_000


def test_an_empty_register_answers_too() -> None:
    assert Register().tell("周文清", DAY) == "名录里没有周文清"
    assert Register().county == ""
