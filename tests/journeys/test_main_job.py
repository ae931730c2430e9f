"""The whole job as five people, through screens alone: filed, edited, signed three times, printed, corrected, withdrawn."""

from __future__ import annotations

import gzip
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk, House

HEADLINE = "石门村小学的操场铺好了"
SECRET = "铺了三百二十块透水砖"


def _docx(folder: Path) -> Path:
    document = Document()
    document.add_paragraph(HEADLINE).alignment = 1
    document.add_paragraph("本报讯（通讯员 陈麦冬）十一月二十日，石门村小学的新操场交付使用，孩子们第一次在平地上跑步。")
    document.add_paragraph(f"操场{SECRET}，下雨不积水。全校五十四名学生都来试跑。")
    document.add_paragraph("校长说，明年开春还要在边上种一排樱桃树。")
    path = folder / "操场.docx"
    document.save(str(path))
    return path


def _stamp(desk: Desk, number: str, button: str) -> None:
    desk.go("/desk/review/")
    desk.page.get_by_role("link", name=HEADLINE).click()
    desk.page.fill("#pin-stamp", desk.pin)
    desk.press(button)
    expect(desk.page.get_by_text("已审签。")).to_be_visible()


def _release(desk: Desk, number: str) -> None:
    desk.go(f"/desk/review/{number}/")
    desk.page.fill("#pin-release", desk.pin)
    desk.press("签发")
    for _ in range(100):  # the press works meanwhile: the screen says when it is done
        if "已印" in desk.text():
            return
        desk.page.wait_for_timeout(100)
        desk.go(f"/desk/review/{number}/")
    raise AssertionError(desk.text())


def _all_public(house: House) -> dict[str, bytes]:
    """Everything a reader can fetch, by following the sealed tree."""
    from hemei.seal.bundles import entries

    edition = json.loads(house.get("/.well-known/hemei/edition.json")[1])["document"]
    leaves = entries(lambda name: house.get(f"/.well-known/hemei/tree/{name}")[1], edition["root"])
    return {leaf.path: house.get(f"/{leaf.path}")[1] for leaf in leaves if not leaf.path.startswith("!")}


def test_five_people_take_a_story_from_a_docx_to_print_correct_it_and_withdraw_it(
    house: House, desks: dict[str, Desk], tmp_path: Path
) -> None:
    chen, li, wang, zhou, zhao = (desks[who] for who in ("chen", "li", "wang", "zhou", "zhao"))

    chen.go("/desk/file/")
    chen.page.set_input_files("input[name=files]", _docx(tmp_path))
    chen.press("交稿")
    expect(chen.page.get_by_text(f"已收下《{HEADLINE}》")).to_be_visible()
    assert chen.go("/desk/review/") in (200, 403)  # a correspondent has no business there
    assert "轮到你" not in chen.page.content()

    li.go("/desk/")
    li.press(HEADLINE)
    number = re.search(r"/review/(\d+)/", li.page.url).group(1)  # type: ignore[union-attr]
    li.press("编辑")
    expect(li.page.locator("input[name=headline]")).to_have_value(HEADLINE)
    assert li.page.locator("input[name=dateline]").input_value().startswith("本报讯")
    li.page.select_option("select[name=section]", label="民生")
    li.press("保存并送审")
    expect(li.page.get_by_text("已送审")).to_be_visible()

    assert house.get(f"/a/{number}/")[0] == 404
    zhou.go(f"/desk/review/{number}/")
    assert zhou.page.locator("#pin-stamp").count() == 0  # not his turn yet
    _stamp(wang, number, "初审通过并盖章")
    _stamp(zhou, number, "复审通过并盖章")
    assert house.get(f"/a/{number}/")[0] == 404
    _stamp(zhao, number, "终审通过并盖章")
    assert house.get(f"/a/{number}/")[0] == 404  # stamped three times, but nobody said print
    _release(zhao, number)

    status, page = house.get(f"/a/{number}/")
    assert status == 200
    assert HEADLINE in re.sub("<wbr>", "", page.decode())
    assert SECRET in page.decode()
    assert "初审" in page.decode()
    report = house.hemei("verify", house.url, "--fresh", "--json")
    assert report.returncode == 0, report.stdout + report.stderr
    assert json.loads(report.stdout)["ok"] is True

    li.go(f"/desk/snippets/newsroom/story/edit/{number}/")
    li.page.fill("input[name=headline]", HEADLINE + "（二期）")
    li.page.fill("input[name=deck]", "更正：透水砖为三百四十块。")
    li.press("保存并送审")
    expect(li.page.get_by_text("已送审")).to_be_visible()
    assert "三百四十块" not in house.get(f"/a/{number}/")[1].decode()  # the old version stays live meanwhile
    _stamp(wang, number, "初审通过并盖章")
    _stamp(zhou, number, "复审通过并盖章")
    _stamp(zhao, number, "终审通过并盖章")
    _release(zhao, number)
    assert "三百四十块" in house.get(f"/a/{number}/")[1].decode()
    assert house.hemei("verify", house.url).returncode == 0

    zhao.go(f"/desk/review/{number}/")
    zhao.page.get_by_text("撤稿", exact=True).first.click()
    zhao.page.fill("#reason-withdraw", "校方要求暂缓")
    zhao.page.fill("#pin-withdraw", zhao.pin)
    zhao.press("立即撤稿")
    for _ in range(100):
        if house.get(f"/a/{number}/")[0] == 404:
            break
        zhao.page.wait_for_timeout(100)
    assert _nowhere(house, number)
    assert house.hemei("press", "rollback", "2").returncode in (0, 1)
    assert _nowhere(house, number)
    assert house.hemei("verify", house.url).returncode == 0
    assert house.hemei("press", "resume").returncode == 0  # the journeys after this one print, too


def _nowhere(house: House, number: str) -> bool:
    for path in (f"/a/{number}/", f"/a/{number}/index.html", f"/a/{number}/proof.json"):
        for coding in ("identity", "gzip", "br"):
            status, body = house.get(path, **{"Accept-Encoding": coding})
            assert status == 404, (path, coding)
            if coding == "gzip" and body[:2] == b"\x1f\x8b":
                body = gzip.GzipFile(fileobj=io.BytesIO(body)).read()
            assert SECRET.encode() not in body
    for path, body in _all_public(house).items():
        assert SECRET.encode() not in body, path
        assert HEADLINE not in re.sub("<wbr>", "", body.decode("utf-8", "replace")), path
    return True
