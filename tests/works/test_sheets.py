"""Spreadsheets from outside: what is in them comes in cell by cell, and those that are built to harm are refused in Chinese."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

from hemei.intake import sheets
from hemei.intake.errors import Unreadable
from hemei.prose.enrol import Table, read
from hemei.prose.lines import Line, plan
from hemei.rooms.register import workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PEOPLE = ("姓名", "区分", "单位", "职务", "排序", "起", "止")
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '<numFmt numFmtId="165" formatCode="0.00&quot;day&quot;"/></numFmts><cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def book(
    sheet: str, *, name: str = "人员", properties: str = "", shared: str = "", more: dict[str, bytes] | None = None
) -> bytes:
    """A .xlsx of one sheet, of which the test writes the XML."""
    clean = workbook.xlsx_of({name: [("头",)]})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(clean)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for path in old.namelist():
            data = old.read(path)
            if path == "xl/worksheets/sheet1.xml":
                data = sheet.encode()
            elif path == "xl/styles.xml":
                data = STYLES.encode()
            elif path == "xl/workbook.xml":
                data = data.replace(b"<sheets>", f"{properties}<sheets>".encode())
            new.writestr(path, data)
        if shared:
            new.writestr("xl/sharedStrings.xml", shared)
        for path, data in (more or {}).items():
            new.writestr(path, data)
    return out.getvalue()


def rows(*xml: str, tail: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(xml)}</sheetData>{tail}</worksheet>'


def words(*cells: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{each}</t></is></c>' for each in cells)


def said(data: bytes) -> tuple[list[Line], list[str], sheets.Sheets]:
    found = sheets.read("表.xlsx", data)
    lines, problems = read((Table(*each) for each in found.tables), from_1904=found.from_1904)
    return lines, [str(each) for each in problems], found


def refused(name: str, data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        sheets.read(name, data)
    return caught.value.reason


def days(*cells: str, properties: str = "") -> tuple[list[tuple[object, object]], list[str]]:
    """First and last days of rows that hold these cells; what is wrong with them, without where."""
    heads = f"<row>{words(*PEOPLE)}</row>"
    made = [f"<row>{words(f'王{chr(0x4E00 + nth)}', '', '', '局员', '')}{each}</row>" for nth, each in enumerate(cells)]
    lines, problems, _ = said(book(rows(heads, *made), properties=properties))
    return [line.said[5:] for line in lines], [each.partition("：")[2] for each in problems]


def test_cells_of_every_kind_come_in_as_what_they_show() -> None:
    shared = f'<sst xmlns="{MAIN}"><si><t>沈静澜</t><rPh sb="0" eb="1"><t>shen</t></rPh></si><si><r><t>县</t></r><r><t>长</t></r></si></sst>'
    sheet = rows(
        f'<row r="1">{words("青棠县领导名录")}</row>',
        f'<row r="3">{words(*PEOPLE)}</row>',
        '<row r="5"><c r="A5" t="s"><v>0</v></c><c r="D5" t="s"><v>1</v></c><c r="E5"><f>1+1</f><v>2</v></c>'
        '<c r="F5" s="1"><v>45352</v></c><c r="G5" t="str"><f>TEXT(1)</f><v>2026年6月</v></c><c r="ZZ5"><v>7</v></c></row>',
        '<row r="6"><c r="A6" t="s"><v>99</v></c><c r="B6" t="b"><v>1</v></c></row>',
        '<row r="7"><c r="A7" t="e"><v>#REF!</v></c></row>',
    )
    lines, problems, found = said(book(sheet, shared=shared))
    assert lines == [Line("人员", ("沈静澜", "", "", "县长", 2, date(2024, 3, 1), date(2026, 6, 30)), 5)]
    assert problems == ["人员第6行：姓名没有填", "人员第7行：“#REF!”不像姓名"]
    assert found.warnings == ("表格里有公式：读的是存盘时算出的结果，请核对。",)


def test_days_are_read_in_every_writing() -> None:
    first = date(2024, 3, 1)
    same = (
        '<c s="1"><v>45352</v></c>', '<c s="2"><v>45352</v></c>', "<c><v>45352</v></c>", "<c><v>45352.5</v></c>",
        "<c><v>2024.3</v></c>", "<c><v>20240301</v></c>", "<c><v>202403</v></c>", '<c t="d"><v>2024-03-01T00:00:00</v></c>',
        *map(words, ("2024.3", "2024年3月", "2024-3-1", "2024/03/01", "２０２４．３．１", "二〇二四年三月一日", "2024年3月1号", "2024-03-01 00:00:00")),
    )  # fmt: skip
    assert days(*same) == ([(first, None)] * len(same), [])
    others = (words("2024", "2025年"), words("二〇二四年十月二十一日", "至今"), words("2024.10", "2026.2"))
    assert days(*others) == (
        [(date(2024, 1, 1), date(2025, 12, 31)), (date(2024, 10, 21), None), (date(2024, 10, 1), date(2026, 2, 28))],
        [],
    )
    old = days('<c s="1"><v>43890</v></c>', "<c><v>43890</v></c>", properties='<workbookPr date1904="1"/>')
    assert old == ([(first, None)] * 2, [])


def test_a_day_that_may_be_january_or_october_is_asked_about_and_what_is_none_is_said() -> None:
    lines, problems = days("<c><v>2024.1</v></c>", words("2024.1"))
    assert lines == [(None, None), (date(2024, 1, 1), None)]
    assert problems == [
        "“起”的“2024.1”可能是1月，也可能是10月，请写成2024-01或2024-10",
        "“起”的“2024.1”可能是1月，也可能是10月：按1月收下，若是10月请写成2024-10",
    ]
    wrong = (words("去年"), "<c><v>5</v></c>", "<c><v>1e300</v></c>", "<c><v>1e999</v></c>", '<c s="1"><v>-1</v></c>', words("2024-13-01"),
             '<c t="b"><v>1</v></c>', words("9" * 200), '<c s="3"><v>3</v></c>', "<c><v>99999</v></c>")  # fmt: skip
    told = days(*wrong)[1]
    assert len(told) == len(wrong)
    assert all("不是日期" in each for each in told)


def test_a_cell_that_was_merged_over_rows_is_said_in_each() -> None:
    sheet = rows(
        f'<row r="1">{words("姓名", "职务", "排序", "起", "止")}</row>',
        f'<row r="2">{words("王甲乙", "县水利局局长")}</row>',
        f'<row r="3">{words("", "县林业局局长")}</row>',
        tail='<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A3:A9999999"/><mergeCell ref="x"/></mergeCells>',
    )
    lines, problems, _ = said(book(sheet))
    assert [(line.said[0], line.said[2], line.row) for line in lines] == [
        ("王甲乙", "县水利局", 2),
        ("王甲乙", "县林业局", 3),
    ]
    assert problems == []


def test_a_list_is_told_by_its_heads_where_its_name_says_nothing() -> None:
    for heads, cells, sheet in (
        (("全称", "简称"), ("青棠县水利局", "县水利局"), "机构"), (("名称", "上级"), ("白鹭镇", "青棠县"), "地名"),
        (("提法", "成员"), ("三上墙", "甲、乙、丙"), "提法"), (("姓名",), ("罗青禾",), "采编"), (PEOPLE, ("王甲乙",), "人员"),
    ):  # fmt: skip
        text = "\n".join(",".join(each) for each in (heads, cells))
        for data in (
            text.encode(),
            text.encode("utf-8-sig"),
            text.encode("gb18030"),
            text.replace(",", "\t").encode("utf-16"),
        ):
            found = sheets.read("表.csv", data)
            lines, problems = read(Table(*each) for each in found.tables)
            assert ([line.sheet for line in lines], problems) == ([sheet], [])


def test_what_was_built_to_harm_is_refused_by_what_it_is() -> None:
    heads = f"<row>{words(*PEOPLE)}</row>"
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>' + rows(
        "<row><c><v>&b;</v></c></row>"
    )
    for data, reason in (
        (book(rows(heads), more={"xl/vbaProject.bin": b"x"}), "macro-sheet"),
        (book(rows(heads), more={"xl/big.xml": bytes(9 << 20)}), "big-sheet"),
        (book(rows(heads), more={"../evil": b"x"}), "broken-sheet"),
        (book(doctype), "broken-sheet"),
        (b"a,b\n" * 61_000, "big-sheet"),
        (book("<a>" * 300 + "</a>" * 300), "big-sheet"),
        (book(rows(heads)[:-9]), "broken-sheet"),
        (workbook.template()[:900], "broken-sheet"),
        (b"PK\x03\x04" + bytes(100), "broken-sheet"),
        (zipped({"word/document.xml": b"x", "[Content_Types].xml": b"x"}), "not-sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-sheet"),
        (b"", "empty-sheet"),
        (bytes(11 << 20), "big-sheet"),
        (bytes(range(256)) * 9, "not-sheet"),
        (b"\xff\xd8\xff\xe0" + bytes(90), "not-sheet"),
    ):  # fmt: skip
        assert refused("表.xlsx", data) == reason, reason
    with zipfile.ZipFile(io.BytesIO(workbook.template())) as old:
        parts = {path: old.read(path) for path in old.namelist()}
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"sheet.main+xml", b"sheet.macroEnabled.main+xml"
    )
    assert refused("表.xlsm", zipped(parts)) == "macro-sheet"


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in parts.items():
            archive.writestr(path, data)
    return out.getvalue()


def test_a_cell_that_begins_like_a_formula_goes_out_and_comes_in_as_words() -> None:
    line = Line("提法", ("=三上墙", ("-甲", "@乙", "丙")))
    data = workbook.comma_separated("提法", [line])
    assert "'=三上墙,'-甲、@乙、丙" in data.decode("utf-8-sig")
    lines, _ = read(Table(*each) for each in sheets.read("提法.csv", data).tables)
    assert [each.said for each in lines] == [line.said]


def test_twenty_thousand_rows_with_every_fault_are_told_row_by_row_and_the_good_ones_are_known() -> None:
    hans = [chr(0x4E00 + nth) for nth in range(150)]
    made: list[tuple[str, ...]] = [PEOPLE]
    for nth in range(20_000):
        name = f"王{hans[nth // 150]}{hans[nth % 150]}"
        unit = "县水利局" if nth % 4 == 1 else f"县{nth}局"
        since, until = ("2024-03-01", "2023-03-01") if nth % 4 == 2 else ("2024-03-01", "")
        made.append(made[-1] if nth % 4 == 3 else (name, "", unit, "局长", str(nth), since, until))
    found = sheets.read("表.xlsx", workbook.xlsx_of({"人员": made}))
    lines, problems = read(Table(*each) for each in found.tables)
    offered = plan((), lines, problems)
    assert len(found.tables[0][1]) == 20_001
    assert (len(offered.added), offered.refused) == (5_001, 14_999)  # the first of 县水利局 and all of the fourth kind
    assert len(plan([line for line in offered.added], lines, problems).added) == 0


def test_places_in_a_circle_or_without_a_parent_are_told_whatever_their_number() -> None:
    heads = ("名称", "上级")
    chain = [(f"{nth}村", f"{nth + 1}村") for nth in range(5_000)]
    lines, problems = read([Table("地名", [*enumerate([heads, *chain], 1)])])
    assert (len(plan((), lines, problems).added), plan((), lines, problems).refused) == (0, 5_000)
    ring = [*chain, ("5000村", "0村")]
    lines, problems = read([Table("地名", [*enumerate([heads, *ring], 1)])])
    offered = plan((), lines, problems)
    assert len(offered.added) == 0
    assert offered.problems[0].words == "0村与1村互为上级"
    lines, problems = read([Table("地名", [*enumerate([heads, *chain, ("5000村", "")], 1)])])
    assert len(plan((), lines, problems).added) == 5_001
