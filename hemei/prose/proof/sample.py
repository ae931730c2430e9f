"""A small newsroom's lists, by which the examples of the rules are judged: the invented county 青棠."""

from __future__ import annotations

from datetime import date

from hemei.prose.register import House, Organisation, Person, Phrase, Place, Register, Term

_OPEN = date(2024, 3, 1)
SAMPLE = House(
    Register(
        people=(
            Person("李明远", terms=(Term("县委", "书记", _OPEN, None, 1),)),
            Person(
                "周文清",
                terms=(
                    Term("", "副县长", date(2021, 6, 1), date(2024, 2, 29), 9),
                    Term("县委", "副书记", _OPEN, None, 2),
                    Term("", "县长", _OPEN, None, 2),
                ),
            ),
            Person("韦秋兰", terms=(Term("县委", "常委", _OPEN, None, 5), Term("", "常务副县长", _OPEN, None, 5))),
            Person("岑仲平", terms=(Term("", "副县长", _OPEN, None, 8),)),
            Person("盘采薇", terms=(Term("县水利局", "局长", _OPEN, None, 20),)),
            Person("田守田", terms=(Term("县水利局", "副局长", _OPEN, None, 40),)),
            Person("莫云岫", terms=(Term("白鹭镇", "镇长", _OPEN),)),
            Person("龙石根", "白鹭镇", (Term("白鹭镇", "副镇长", _OPEN),)),
            Person("龙石根", "县文化馆", (Term("县文化馆", "馆长", _OPEN),)),
        ),
        organisations=(
            Organisation("青棠县融媒体中心", ("县融媒体中心",)),
            Organisation("青棠县水利局", ("县水利局",)),
            Organisation("青棠县文化广电和旅游局", ("县文旅局",)),
        ),
        places=(
            Place("青棠县"),
            *(Place(name, "青棠县") for name in ("白鹭镇", "镜湖镇", "柳溪镇", "云台乡", "松岗乡")),
            *(Place(name, "白鹭镇") for name in ("坪门村", "石桥村")),
            *(Place(name, "松岗乡") for name in ("荷塘村", "石桥村")),
        ),
    ),
    (
        Phrase("四好农村路", ("建好", "管好", "护好", "运营好")),
        Phrase("三上墙", ("事项上墙", "责任上墙", "账目上墙")),
    ),
    frozenset(("罗青禾", "石小满", "李禾穗", "杜仲平", "苏木兰", "何云岫")),
)
