"""The theme in a real browser: it fits the smallest screen in 大字, nothing jumps, and it works without script."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page, Route

from hemei.press.frame import assets
from hemei.press.pages import render, tag_slug
from hemei.press.pieces import Heading, Paragraph, Run, Table
from tests.works.pages_sample import SITE, SampleReader, county, drawn, picture, story

HOST = "http://news.qingtang.example"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
PICTURES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
ADDRESSES = ("/", "/news/", "/news/p1.html", "/a/36/", "/a/171/", "/tags/", "/about/", "/verify/", "/404.html")
LONG = "关于进一步做好秋冬季森林草原防灭火工作的通告（QINGTANG-2026-1123-0417-ABCDEFGHIJKLMNOPQRSTUVWXYZ）"

# Contrast as WCAG 2.2 measures it (1.4.3), of every piece of text that is drawn, against the colours that lie under it.
CONTRAST = """() => {
  const parse = c => { const v = c.match(/[\\d.]+/g).map(Number); return [v[0], v[1], v[2], v.length > 3 ? v[3] : 1] };
  const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b };
  const under = el => { const stack = [];
    for (; el; el = el.parentElement) stack.push(parse(getComputedStyle(el).backgroundColor));
    return stack.reverse().reduce((below, one) => over(one, below), [255, 255, 255, 1]) };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), bad = []; let seen = 0;
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || el.closest('script,.off,.skip') || !el.getClientRects().length) continue;
    const bg = under(el), fg = over(parse(getComputedStyle(el).color), bg), a = light(fg), b = light(bg);
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    seen++;
    if (ratio < 4.5) bad.push([walker.currentNode.data.trim().slice(0, 12), ratio]);
  }
  return [seen, bad];
}"""
SHIFTS = """async () => {
  const near = [...document.images].filter(one => one.offsetParent && one.getBoundingClientRect().top < innerHeight);
  await Promise.all(near.map(one => one.naturalWidth || new Promise(done => one.addEventListener('load', done))));
  return await new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => sum += entry.value))
      .observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 20)));
  });
}"""


@pytest.fixture(scope="module")
def reader() -> SampleReader:
    wide = Table(LONG, ("项目",) * 9, (("一千二百三十四万五千六百七十八元",) * 9,))
    awkward = story(
        171, section="news", headline=LONG, kicker=LONG, byline=LONG, deck=LONG, gist=(LONG,), tags=(LONG, "红叶")
    )
    awkward = replace(awkward, lead=picture(171), body=(Paragraph((Run(LONG * 3),)), Heading(LONG, 2), wide))
    return county(170, awkward)


class Site:
    """The printed pages as a browser sees them: every request is answered here, so none leaves the test."""

    def __init__(self, reader: SampleReader) -> None:
        self.reader = reader
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self.pictures: list[str] = []
        self.unknown: tuple[str, ...] = ()
        """Kinds of pictures that this browser is made to think it does not know."""

    def answer(self, route: Route) -> None:
        address = route.request.url
        path = address.removeprefix(HOST + "/")
        if path == address:
            self.elsewhere.append(address)
            route.abort()
        elif path.startswith("p/"):
            kind = path.rpartition(".")[2]
            self.pictures.append(kind)
            route.fulfill(body=drawn()[kind], content_type=PICTURES[kind])
        elif path.startswith("assets/"):
            stem, _, ending = path.removeprefix("assets/").split(".")
            route.fulfill(body=assets()[f"{stem}.{ending}"], content_type=KINDS[ending])
        elif path == ".well-known/hemei/edition.json":
            route.fulfill(json={"document": {"number": 12, "time": "2026-11-23T00:12:00Z"}})
        else:
            page = render(path + "index.html" if path == "" or path.endswith("/") else path, self.reader)
            for kind in self.unknown:
                page = page.replace(f"type=image/{kind}".encode(), b"type=image/unheard-of")
            route.fulfill(
                body=page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
            )

    def open(self, browser: Browser, address: str, *, width: int, big: bool = False, **options: Any) -> Page:
        context: BrowserContext = browser.new_context(viewport={"width": width, "height": 800}, **options)
        context.route("**/*", self.answer)
        if big:
            context.add_init_script("localStorage['hemei-big'] = '1'")
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(HOST + address)
        if options.get("java_script_enabled", True):
            page.locator(".live:not(:empty)").wait_for()
        return page


@pytest.fixture
def site(reader: SampleReader) -> Site:
    return Site(reader)


@pytest.mark.parametrize("address", ADDRESSES)
def test_at_320_pixels_in_large_type_nothing_is_wider_than_the_screen(
    address: str, site: Site, browser: Browser
) -> None:
    page = site.open(browser, address, width=320, big=True)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert site.elsewhere == []
    assert site.complaints == []
    page.context.close()


@pytest.mark.parametrize("address", ["/", "/news/", "/a/36/", "/404.html"])
@pytest.mark.parametrize(("width", "big"), [(390, False), (1280, False), (390, True), (320, True)])
def test_nothing_moves_while_a_page_loads(address: str, width: int, big: bool, site: Site, browser: Browser) -> None:
    page = site.open(browser, address, width=width, big=big)
    assert page.evaluate("document.querySelector('.live').textContent") == "第 12 版次，11月23日 08:12 签发"
    assert page.evaluate(SHIFTS) == 0
    page.context.close()


@pytest.mark.parametrize("address", ["/", "/a/35/", "/news/", "/tags/", "/verify/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_a_contrast_of_at_least_four_and_a_half(
    address: str, scheme: Any, site: Site, browser: Browser
) -> None:
    page = site.open(browser, address, width=1280, color_scheme=scheme)
    seen, bad = page.evaluate(CONTRAST)
    assert bad == []
    assert seen > 30
    page.context.close()


def test_large_type_and_dark_work_without_script(site: Site, browser: Browser) -> None:
    page = site.open(browser, "/a/36/", width=390, java_script_enabled=False)
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(253, 253, 251)"
    page.get_by_text("大字", exact=True).click()
    page.get_by_text("深浅", exact=True).click()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert page.evaluate(paper) == "rgb(19, 22, 20)"
    assert page.locator("#read").is_hidden(), "what only a script can do is not offered without one"
    page.context.close()


def test_large_type_is_remembered_on_the_next_page_and_can_be_taken_back(site: Site, browser: Browser) -> None:
    page = site.open(browser, "/", width=390)
    size = "getComputedStyle(document.documentElement).fontSize"
    page.get_by_text("大字", exact=True).click()
    page.goto(HOST + "/a/36/")
    assert page.evaluate(size) == "24px"
    page.get_by_text("大字", exact=True).click()
    assert page.evaluate(size) == "17px"
    page.goto(HOST + "/")
    assert page.evaluate(size) == "17px"
    page.context.close()


def test_the_ribbon_shows_the_month_that_the_reader_is_in(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.route("**/*", site.answer)
    page = context.new_page()
    page.clock.install(time="2026-11-23T08:00:00+08:00")
    page.goto(HOST + "/")
    assert page.locator(".rib b.now").all_inner_texts() == ["11"]
    assert page.locator(".bar.now").all_text_contents() == ["红叶", "温泉开汤"]
    assert page.evaluate("document.querySelector('.rib').scrollLeft") > 0
    assert page.locator(".today span").all_text_contents() == ["2026年11月23日", "星期一", "农历十月十五"]
    context.close()


def test_main_controls_are_large_enough_for_a_thumb(site: Site, browser: Browser) -> None:
    page = site.open(browser, "/a/36/", width=390)
    for control in (".sw", ".top nav a", "#read", "#print", ".tags a"):
        heights = page.eval_on_selector_all(control, "all => all.map(el => el.getBoundingClientRect().height)")
        assert heights, control
        assert min(heights) >= 44, control
    page.context.close()


@pytest.mark.parametrize(("address", "least"), [("/", 60), ("/news/", 12), ("/a/36/", 4)])
def test_headlines_never_start_a_line_with_a_comma(address: str, least: int, browser: Browser) -> None:
    page = Site(county(36)).open(browser, address, width=320, big=True)
    starts = page.evaluate("""() => {
      const starts = [];
      for (const head of document.querySelectorAll('h1,h2,h3')) {
        const walker = document.createTreeWalker(head, NodeFilter.SHOW_TEXT); let last = null;
        while (walker.nextNode()) for (let i = 0; i < walker.currentNode.length; i++) {
          const range = document.createRange(); range.setStart(walker.currentNode, i);
          range.setEnd(walker.currentNode, i + 1);
          const top = range.getBoundingClientRect().top;
          if (last === null || top > last + 4) starts.push(walker.currentNode.data[i]);
          last = top;
        }
      }
      return starts;
    }""")
    assert len(starts) >= least
    assert not set(starts) & set("，。：；、！？）》”")
    page.context.close()


def test_keyboard_readers_can_skip_to_the_text_and_see_where_they_are(site: Site, browser: Browser) -> None:
    page = site.open(browser, "/a/36/", width=1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    for _ in range(3):
        page.keyboard.press("Tab")
    assert (
        page.evaluate(
            "getComputedStyle(document.activeElement.closest('label') || document.activeElement).outlineStyle"
        )
        == "solid"
    )
    assert page.locator("nav [aria-current]").all_inner_texts() == [SITE["sections"][0]["name"]]
    page.context.close()


@pytest.mark.parametrize(
    ("address", "unknown", "kind"),
    [
        ("/a/36/", (), "avif"), ("/a/36/", ("avif",), "webp"), ("/a/36/", ("avif", "webp"), "jpg"),
        ("/news/", (), "avif"), ("/news/", ("avif", "webp"), "webp"),
    ],
)  # fmt: skip
def test_a_reader_gets_the_leanest_kind_of_picture_that_it_knows(
    address: str, unknown: tuple[str, ...], kind: str, site: Site, browser: Browser
) -> None:
    site.unknown = unknown
    page = site.open(browser, address, width=390)
    shown = page.evaluate("""async () => Promise.all([...document.images].map(async one => {
      one.loading = 'eager';
      await one.decode();
      return one.currentSrc.split('.').pop();
    }))""")
    assert len(shown) >= 2
    assert set(shown) == {kind}
    assert set(site.pictures) == {kind}, "nothing is fetched in vain"
    page.context.close()


def test_the_tag_page_of_a_long_word_fits(site: Site, browser: Browser) -> None:
    page = site.open(browser, f"/t/{tag_slug(LONG)}/", width=320, big=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.context.close()
