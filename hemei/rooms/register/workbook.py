"""Spreadsheets that the register gives out: the template, and all that stands. A .xlsx is a few XML files in a zip; it is the
same bytes each time for the same lines."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from hemei.intake.sheets import guarded
from hemei.prose.lines import SHEETS, Line

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = {"姓名": 12, "区分": 14, "单位": 26, "职务": 18, "排序": 8, "起": 13, "止": 13, "全称": 36, "简称": 36,
           "名称": 18, "上级": 18, "提法": 24, "成员": 60}  # fmt: skip
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/>'
    '<name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyFont="1" '
    'applyNumberFormat="1"/><xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment wrapText="1" vertical="top"/>'
    "</xf></cellXfs></styleSheet>"
)
"""Every cell is text, so that 2024.10 stays what was typed."""

EXPLAINED: tuple[tuple[str, str], ...] = (
    ("怎么填", "五张表各填各的，用不着的表留空。列的次序可以换，列名不要改。填好后在“名录”里上传：先看会有什么变化，再收下。"),
    ("人员", "一行是一个人的一个任期。换了职务就加一行，不要改旧行：校对按稿件日期查，旧职务有用。"),
    ("姓名", "必填。"),
    ("区分", "同名同姓的人才填，写明是哪一位，如“白鹭镇”“县文化馆”。"),
    ("单位", "如“县水利局”“白鹭镇”。县长、副县长这样职务里已有级别的，可以不填。"),
    ("职务", "如“局长”。同时任的几个职务用顿号隔开：“县委副书记、县长”。只想让校对认得这个名字，可以不填。"),
    ("排序", "数字，小的在前：领导同志并列出现时的次序。不参加排序的不填。"),
    ("起、止", "任职第一天和最后一天。可写2024-03-01、2024.3.1、2024年3月1日、2024年3月、2024.3，也可以是表格的日期。现任的“止”不填，或写“至今”。只写年月的，起算到1日，止算到月末。十月请写2024-10：表格会把2024.10变成2024.1。"),
    ("机构", "全称，和可以用的简称，几个简称用顿号隔开。"),
    ("地名", "名称，和上一级：村的上级是乡镇，乡镇的上级是县。县自己的上级不填。"),
    ("提法", "固定的说法，和它包含的各项，按次序用顿号隔开。"),
    ("采编", "可以署名为记者、摄影的人，笔名也写上。"),
    ("再次上传", "表里有而名录里没有的，会加上；已有的一行换了“止”或“排序”，会改过来；表里没有的，名录里原样不动。"),
)  # fmt: skip
EXAMPLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "人员": (
        ("甲某某", "", "", "县委副书记、县长", "2", "2024-03-01", "至今"),
        ("乙某某", "", "县水利局", "副局长", "", "2021.7", "2024年2月"),
    ),
    "机构": (("某某县水利局", "县水利局"),),
    "地名": (("某某县", ""), ("某某镇", "某某县")),
    "提法": (("四好农村路", "建好、管好、护好、运营好"),),
    "采编": (("丙某某",),),
}


def template() -> bytes:
    """An empty .xlsx to fill in, with a sheet that explains the columns."""
    explained: list[Sequence[str]] = [("项目", "说明"), *EXPLAINED, ("", "")]
    for sheet, rows in EXAMPLES.items():
        explained += [(f"{sheet}样子", "　".join(SHEETS[sheet]))]
        explained += [("", "　".join(cell or "（空）" for cell in row)) for row in rows]
    return xlsx_of({"说明": explained, **{sheet: [columns] for sheet, columns in SHEETS.items()}})


def xlsx(lines: Iterable[Line]) -> bytes:
    """These lines as a .xlsx that can be taken in again."""
    sheets: dict[str, list[Sequence[str]]] = {sheet: [columns] for sheet, columns in SHEETS.items()}
    for line in lines:
        sheets[line.sheet].append(line.cells())
    return xlsx_of(sheets)


def comma_separated(sheet: str, lines: Iterable[Line]) -> bytes:
    """The lines of one list as a .csv that spreadsheets open as Chinese, and that can be taken in again."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(SHEETS[sheet])
    writer.writerows([guarded(cell) for cell in line.cells()] for line in lines if line.sheet == sheet)
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Sheets of words as a .xlsx, the first row of each its heads."""
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override '
        f'PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" '
        f'ContentType="{sheet_type}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{nth}.xml" ContentType="{sheet_type}.worksheet+xml"/>'
            for nth in range(1, len(sheets) + 1)
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{nth}" r:id="r{nth}"/>' for nth, name in enumerate(sheets, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{nth}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{nth}.xml"/>'
            for nth in range(1, len(sheets) + 1)
        )
        + f'<Relationship Id="styles" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
    for nth, (name, rows) in enumerate(sheets.items(), 1):
        parts[f"xl/worksheets/sheet{nth}.xml"] = _sheet(name, rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, xml in parts.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), _HEAD + xml, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _sheet(name: str, rows: Sequence[Sequence[str]]) -> str:
    widths = [14, 100] if name == "说明" else [_WIDTHS.get(head, 16) for head in rows[0]]
    cols = "".join(
        f'<col min="{at}" max="{at}" width="{wide}" style="0" customWidth="1"/>' for at, wide in enumerate(widths, 1)
    )
    body = "".join(
        f'<row r="{number}">' + "".join(_cell(at, number, cell, name) for at, cell in enumerate(row)) + "</row>"
        for number, row in enumerate(rows, 1)
    )
    pane = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
    return f'<worksheet xmlns="{_MAIN}">{pane}<cols>{cols}</cols><sheetData>{body}</sheetData></worksheet>'


def _cell(at: int, number: int, words: str, name: str) -> str:
    if not words:
        return ""
    style = 1 if number == 1 or (name == "说明" and at == 0) else 2 if name == "说明" else 0
    return f'<c r="{chr(65 + at)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(words)}</t></is></c>'
