"""Take the pictures of docs/looking.md in a fresh home: `hemei run`, then this with the same HEMEI_HOME and HEMEI_PORT."""

import io
import json
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

SITE = f"http://127.0.0.1:{os.environ.get('HEMEI_PORT', '8000')}"
PEOPLE = {one["login"]: one for one in json.loads((Path(os.environ.get("HEMEI_HOME", "var")) / "logins.json").read_text())["people"]}
SIZES: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
COPY = """青山作证\n三十七口老井有了身份牌\n县里给村中旧井建档，冬前全部装上井盖
本报讯（记者 李禾穗 通讯员 陈麦冬）十一月二十三日上午，落星镇古楼村的村口，最后一块井牌
钉上了石栏。至此，青棠县三十七口百年以上的老井全部有了编号和身份牌。\n“小时候挑水，要排到巷子口。”村民杨桂芳说。
\n县医院儿科夜间门诊延长到二十二点
本报讯（通讯员 陈麦冬）从十二月一日起，县医院儿科夜间门诊延长到二十二点，周末照常。\n当晚取消预约不扣分。\n"""


def person(browser: Browser, who: str, size: str) -> Page:
    page = browser.new_context(viewport=SIZES[size], locale="zh-CN").new_page()
    if who in PEOPLE:
        page.goto(SITE + "/desk/login/")
        page.fill("[name=username]", who)
        page.fill("[name=password]", PEOPLE[who]["password"])
        page.click("button[type=submit]")
        page.wait_for_url("**/desk/")
    return page


def take(page: Page, name: str, path: str = "", top: bool = False) -> None:
    """One picture, of 64 colours; the head of a long page."""
    if path:
        page.goto(SITE + path)
    page.wait_for_load_state("networkidle")
    size = "phone" if page.evaluate("innerWidth") < 500 else "desktop"
    shot = Image.open(io.BytesIO(page.screenshot(full_page=top)))
    shot = shot.crop((0, 0, shot.width, min(shot.height, 1700))).convert("RGB")
    shot = shot.quantize(64, dither=Image.Dither.NONE)
    shot.save(Path(__file__).parent / f"{name}-{size}.png", optimize=True)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        desks = {(who, size): person(browser, who, size) for who in ("chen", "li", "wang", "zhou", "zhao") for size in SIZES}
        chen, li = desks["chen", "phone"], desks["li", "desktop"]
        chen.goto(SITE + "/desk/file/")
        chen.fill("[name=text]", COPY)
        chen.get_by_role("button", name="交稿").click()
        take(chen, "filed")
        li.goto(SITE + "/desk/snippets/newsroom/story/?q=三十七口")
        li.locator("td.title a").first.click()
        edit = li.url.removeprefix(SITE)
        case = f"/desk/review/{edit.strip('/').split('/')[-1]}/"
        li.select_option("[name=section]", label="文化惠民")
        take(li, "editor")
        li.get_by_role("button", name="保存并送审").click()
        li.wait_for_url("**" + case)
        for size in SIZES:
            take(desks["wang", size], "board", "/desk/review/")
            take(desks["wang", size], "review", case)
        for who in ("wang", "zhou", "zhao", "zhao"):
            desks[who, "phone"].goto(SITE + case)
            desks[who, "phone"].fill("#pin-stamp, #pin-release", PEOPLE[who]["pin"])
            desks[who, "phone"].locator("form.sign.now button").click()
            desks[who, "phone"].wait_for_load_state()
        li.goto(SITE + edit)
        li.fill("[name=headline]", "三十九口老井有了身份牌")
        li.get_by_role("button", name="保存并送审").click()
        li.wait_for_url("**" + case)
        for size in SIZES:
            take(desks["wang", size], "changed", case)
            take(desks["li", size], "stories", "/desk/snippets/newsroom/story/")
            take(desks["li", size], "pictures", "/desk/images/")
            reader = person(browser, "reader", size)
            take(reader, "home", "/", top=True)
            take(reader, "article", "/a/50/", top=True)
            take(reader, "section", "/minsheng/", top=True)
        take(desks["chen", "desktop"], "file", "/desk/file/")
        take(person(browser, "reader", "phone"), "login", "/desk/login/")


main()
