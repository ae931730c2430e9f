"""Runs in the jail: reads an RSS or Atom feed as items, each with its words as paragraphs."""

from __future__ import annotations

from typing import Any
from xml.sax import SAXException

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from hemei.intake import web
from hemei.intake.errors import Unreadable, unreadable
from hemei.intake.gathering import Gathering, Piece
from hemei.intake.uris import link

MOST_ITEMS = 100
_MOST_HTML = 1 << 20
_BODIES = ("encoded", "content", "description", "summary")
_DATES = ("published", "pubdate", "date", "updated")


def extract(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    """``items``: guid, title, link, date as written, and paragraphs, in the feed's order. Raises Unreadable."""
    try:
        # some servers send blanks before the declaration, which XML forbids
        root = defusedxml.ElementTree.fromstring(data.lstrip(b" \t\r\n"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise unreadable("feed-entities") from error
    except (SyntaxError, SAXException, ValueError, LookupError) as error:
        raise unreadable("broken-feed") from error
    if _name(root) not in ("rss", "feed", "rdf"):
        raise unreadable("broken-feed")
    found = [node for node in root.iter() if _name(node) in ("item", "entry")]
    items = []
    for node in found[:MOST_ITEMS]:
        made = _item(node)
        if made is not None:
            items.append(made)
    return {"items": items, "more": max(0, len(found) - MOST_ITEMS)}, []


def _item(node: Any) -> dict[str, object] | None:
    parts: dict[str, Any] = {}
    for child in node:
        parts.setdefault(_name(child), child)
    title = " ".join("".join(parts["title"].itertext()).split())[:200] if "title" in parts else ""
    address = _link(node)
    guid = _text(parts.get("guid")) or _text(parts.get("id")) or address or title
    if not guid:
        return None
    gathered = Gathering()
    try:
        web.walk(_body(parts)[:_MOST_HTML], gathered, lambda _: None, whole=True)
    except Unreadable:  # one item that cannot be read costs the others nothing
        gathered = Gathering()
    if not gathered.paragraphs and title:
        gathered.line([Piece(title)])
    head, _ = gathered.answer()
    date = next((text for name in _DATES if (text := _text(parts.get(name)))), "")
    return {"guid": guid[:1000], "title": title, "link": address, "date": date[:60], "paragraphs": [
        fields for fields in gathered.paragraphs if fields[6] is None
    ], "notes": head["notes"]}  # fmt: skip


def _body(parts: dict[str, Any]) -> str:
    """The longest of what an item says of itself: feeds put the story now here, now there."""
    bodies = []
    for name in _BODIES:
        if name in parts:
            part = parts[name]
            inner = "".join(defusedxml.ElementTree.tostring(child, encoding="unicode") for child in part)
            bodies.append((part.text or "") + inner)
    return max(bodies, key=len, default="")


def _link(node: Any) -> str:
    for child in node:
        if _name(child) == "link":
            address = link(child.get("href") or child.text or "")
            if address.lower().startswith(("http://", "https://")) and child.get("rel", "alternate") == "alternate":
                return address
    return ""


def _text(node: Any) -> str:
    return (node.text or "").strip() if node is not None else ""


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2].lower()
