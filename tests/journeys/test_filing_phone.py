"""A correspondent's phone: words outlive a lost network, a story is sent once, and its way is seen to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journeys.test_sent_back import fits

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk, House

TITLE = "梨溪小学操场铺了新草皮"
COPY = f"{TITLE}\n\n梨溪小学的操场铺上了新草皮，孩子们下课就往外跑。\n\n校长说，下雨天也不积水了，体育课照样上。"
WECHAT = (
    "<section><p><span style='font-size:18px'><strong>操场</strong></span></p></section><section>"
    "<span>铺上了<a href='https://qingtang.example/x'>新草皮</a>。</span></section>"
)
PASTE = """([html, text]) => {
  const given = new DataTransfer();
  given.setData("text/html", html);
  given.setData("text/plain", text);
  const area = document.querySelector("textarea[name=text]");
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true }));
}"""


def test_words_outlive_a_lost_network_and_a_voice_note_goes_along(house: House, sit: Callable[..., Desk]) -> None:
    chen = sit("chen", phone=True)
    chen.go("/desk/file/")
    fits(chen)
    chen.page.fill("textarea[name=text]", COPY)
    chen.page.context.set_offline(True)
    chen.page.get_by_role("button", name="交稿").click()
    expect(chen.page.get_by_text("现在没有网络")).to_be_visible()
    chen.page.context.set_offline(False)
    chen.go("/desk/file/")
    expect(chen.page.get_by_text("上次没有交出去的文字还在")).to_be_visible()
    assert chen.page.input_value("textarea[name=text]") == COPY
    sound = {"name": "口述.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3" + bytes(500)}
    chen.page.set_input_files("input[name=voices]", files=[sound])
    chen.press("交稿")
    expect(chen.page.get_by_text(f"已收下《{TITLE}》")).to_be_visible()
    assert house.rows("select count(*) from newsroom_story where headline = ?", TITLE) == [(1,)]
    assert "录音" in chen.text()
    fits(chen)
    chen.go("/desk/file/")
    assert chen.page.input_value("textarea[name=text]") == ""


def test_a_paste_from_wechat_keeps_its_bold_and_its_link(house: House, sit: Callable[..., Desk]) -> None:
    li = sit("li")
    li.go("/desk/file/")
    text = "操场\n铺上了新草皮。"
    li.page.evaluate(PASTE, [WECHAT, text])
    li.page.fill("textarea[name=text]", text)
    li.press("交稿")
    ((body,),) = house.rows("select body from newsroom_story order by id desc limit 1")
    assert "https://qingtang.example/x" in body
