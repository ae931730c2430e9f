"""From a story in the making to the exact words that are signed, and from filed copy to a story."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from hemei.intake.copy import visible
from hemei.press.corrections import Correction, written
from hemei.press.pieces import LINK, STORY_FORMAT, NotAPiece, read_story
from hemei.rooms.newsroom.blocks import rows_of
from hemei.seal.digest import canonical

if TYPE_CHECKING:
    from hemei.rooms.newsroom.models import Story

Run = dict[str, Any]
Block = dict[str, Any]
_BREAKS = re.compile("[\u000b-\u001f\u0085\u2028\u2029]")
"""Line ends that only some programs see."""


class NotReady(ValueError):
    """The story cannot be frozen yet; the message tells the editor what is missing."""


def plain(text: str) -> str:
    """Text without control, bidirectional and zero-width characters, which a reader cannot see and a reviewer misses."""
    return _seen(text).strip()


def _seen(text: str) -> str:
    return _BREAKS.sub("", visible(text)[0])


class _RichText(HTMLParser):
    """The editor's rich text as blocks of runs. What is not in the allow-list keeps its words and loses its tag."""

    ENDS = frozenset({"p", "h2", "h3", "h4", "li", "ul", "ol", "blockquote"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.kind = "p"
        self.runs: list[Run] = []
        self.strong = 0
        self.href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.ENDS:
            self._end()
            self.kind = tag
        elif tag in ("b", "strong"):
            self.strong += 1
        elif tag == "a":
            self.href = dict(attrs).get("href") or ""
        elif tag == "br":
            self._end()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.ENDS:
            self._end()
            self.kind = "p"
        elif tag in ("b", "strong"):
            self.strong = max(0, self.strong - 1)
        elif tag == "a":
            self.href = ""

    def handle_data(self, data: str) -> None:
        text = _seen(data).replace("\n", " ")
        if not text:
            return
        run: Run = {"t": text}
        if self.strong:
            run["b"] = True
        if self.href:
            run["href"] = self.href
        last = self.runs[-1] if self.runs else None
        if last and {**last, "t": ""} == {**run, "t": ""}:
            last["t"] += text
        else:
            self.runs.append(run)

    def _end(self) -> None:
        runs, self.runs = self.runs, []
        words = "".join(run["t"] for run in runs)
        if not words.strip():
            return
        runs[0]["t"] = runs[0]["t"].lstrip()
        runs[-1]["t"] = runs[-1]["t"].rstrip()
        if self.kind in ("h2", "h3", "h4"):
            self.blocks.append({"kind": "heading", "text": words.strip(), "level": 2 if self.kind == "h2" else 3})
        elif self.kind == "li":
            if self.blocks and self.blocks[-1]["kind"] == "list":
                self.blocks[-1]["items"].append(runs)
            else:
                self.blocks.append({"kind": "list", "items": [runs]})
        else:
            self.blocks.append({"kind": "paragraph", "runs": runs})


def rich_text(html: str) -> list[Block]:
    """The blocks in a piece of the editor's rich text."""
    reader = _RichText()
    reader.feed(html)
    reader.close()
    reader._end()
    return reader.blocks


def body(story: Story) -> list[Block]:
    """The body in the words of format hemei-story/1."""
    blocks: list[Block] = []
    for part in story.body:
        value = part.value
        if part.block_type == "text":
            blocks += rich_text(value.source)
        elif part.block_type == "quote":
            blocks.append({"kind": "quote", "text": plain(value["text"]), "cite": plain(value["cite"])})
        elif part.block_type == "picture" and value["picture"] is not None:
            blocks.append({"kind": "picture", **_picture(value["picture"], value, value["crop"])})
        elif part.block_type == "table":
            rows = [[plain(cell) for cell in row] for row in rows_of(value["cells"])]
            if rows:
                blocks.append({"kind": "table", "caption": plain(value["caption"]), "head": rows[0], "rows": rows[1:]})
    return blocks


def _picture(picture: Any, words: Mapping[str, Any], crop: str) -> dict[str, Any]:
    focus = None
    if picture.focal_point_x is not None and picture.focal_point_y is not None:
        focus = [picture.focal_point_x * 1000 // picture.width, picture.focal_point_y * 1000 // picture.height]
        focus = [min(1000, max(0, part)) for part in focus]
    return {
        "master": picture.master,
        "width": picture.width,
        "height": picture.height,
        "alt": plain(words["alt"] or picture.description),
        "caption": plain(words["caption"]),
        "credit": plain(words["credit"] or picture.credit),
        "crop": window(picture.width, picture.height, crop, focus),
        "focus": focus,
    }


def window(width: int, height: int, ratio: str, focus: Sequence[int] | None) -> list[int] | None:
    """The largest window of this ratio around the focus, in thousandths; None for the whole picture."""
    if not ratio:
        return None
    across, down = (int(part) for part in ratio.split(":"))
    wide = min(1000, 1000 * height * across // (width * down))
    tall = min(1000, 1000 * width * down // (height * across))
    left = min(1000 - wide, max(0, (focus[0] if focus else 500) - wide // 2))
    top = min(1000 - tall, max(0, (focus[1] if focus else 500) - tall // 2))
    return [left, top, left + wide, top + tall]


def words_of(text: str) -> list[str]:
    """The different words in a line of tags, as typed: by blanks, commas or 、."""
    return list(dict.fromkeys(word for word in re.split(r"[\s、,，;；]+", plain(text)) if word))[:10]


def content(story: Story, *, site: str, previous: str | None) -> dict[str, Any]:
    """The whole story as the object that is frozen and signed. Nothing is checked yet."""
    lead = None
    if story.lead is not None:
        words = {"alt": story.lead_alt, "caption": story.lead_caption, "credit": story.lead_credit}
        lead = _picture(story.lead, words, "")
    return {
        "format": STORY_FORMAT,
        "site": site,
        "story": story.pk or 1,
        "previous": previous,
        "kicker": plain(story.kicker),
        "headline": plain(story.headline),
        "deck": plain(story.deck),
        "dateline": plain(story.dateline),
        "byline": plain(story.byline),
        "editor": plain(story.editor),
        "source": plain(story.source),
        "date": story.date.isoformat() if story.date else None,
        "section": story.section_id or "",
        "tags": words_of(story.tags),
        "gist": list(dict.fromkeys(plain(line) for line in story.gist.splitlines() if plain(line))),
        "lead": lead,
        "body": body(story),
        "correction": _corrections(story),
        "hands": sorted(story.hands),
    }


def _corrections(story: Story) -> str:
    """Every correction so far, a line each, the newest last."""
    lines = tuple(Correction(str(day), str(text)) for day, text in story.corrections)
    text = plain(story.correction).replace("\n", " ")
    if text and text not in {each.text for each in lines}:
        lines += (Correction(story.corrected.isoformat() if story.corrected else "", text),)
    return written(lines)


def frozen(story: Story, *, site: str, previous: str | None) -> bytes:
    """The canonical bytes to sign. Raises NotReady with what is missing, all of it at once."""
    data = content(story, site=site, previous=previous)
    missing = [
        name
        for name, there in (
            ("主题（标题）", data["headline"]),
            ("正文", any(block["kind"] != "picture" for block in data["body"])),
            ("栏目", data["section"]),
        )
        if not there
    ]
    pictures = [data["lead"]] if data["lead"] else []
    pictures += [block for block in data["body"] if block["kind"] == "picture"]
    if any(not picture["alt"] for picture in pictures):
        missing.append("图片的替代文字")
    if missing:
        raise NotReady(f"还不能送审，请先补上：{'、'.join(missing)}。")
    data = {**data, "body": [_only_good_links(block) for block in data["body"]]}
    made = canonical(data)
    try:
        read_story(made)
    except NotAPiece as error:
        raise NotReady("稿件里有不能付印的内容，请检查小标题、表格和图片。") from error
    return made


def _only_good_links(block: Block) -> Block:
    for runs in [block.get("runs", []), *block.get("items", [])]:
        for run in runs:
            href = run.get("href", "")
            if href and not LINK.fullmatch(href):
                raise NotReady(f"“{run['t']}”的链接 {href[:60]} 不能用，请改成网址、本站地址、电话或邮箱。")
    return block


def stream(blocks: Iterable[Mapping[str, Any]], pictures: Mapping[str, int]) -> list[dict[str, Any]]:
    """Blocks of format hemei-story/1 as the editor's body. ``pictures``: picture ids by master digest."""
    made: list[dict[str, Any]] = []
    html: list[str] = []

    def close() -> None:
        if html:
            made.append({"type": "text", "value": "".join(html)})
            html.clear()

    for block in blocks:
        kind = block["kind"]
        if kind == "paragraph":
            html.append(f"<p>{_html(block['runs'])}</p>")
        elif kind == "heading":
            html.append(f"<h{block['level']}>{escape(block['text'])}</h{block['level']}>")
        elif kind == "list":
            html.append("<ul>" + "".join(f"<li>{_html(item)}</li>" for item in block["items"]) + "</ul>")
        else:
            close()
            made.append(_special(block, pictures))
    close()
    return made


def _special(block: Mapping[str, Any], pictures: Mapping[str, int]) -> dict[str, Any]:
    if block["kind"] == "quote":
        return {"type": "quote", "value": {"text": block["text"], "cite": block["cite"]}}
    if block["kind"] == "picture":
        words = {name: block[name] for name in ("alt", "caption", "credit")}
        return {"type": "picture", "value": {"picture": pictures[block["master"]], "crop": "", **words}}
    rows = "\n".join(" | ".join(row) for row in [block["head"], *block["rows"]])
    return {"type": "table", "value": {"caption": block["caption"], "cells": rows}}


def _html(runs: Iterable[Mapping[str, Any]]) -> str:
    parts = []
    for run in runs:
        text = escape(run["t"])
        if run.get("b"):
            text = f"<b>{text}</b>"
        if run.get("href"):
            text = f'<a href="{escape(run["href"])}">{text}</a>'
        parts.append(text)
    return "".join(parts)
