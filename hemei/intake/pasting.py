"""Runs in the jail: reads the HTML flavour of a paste, as browsers give it for WeChat, Word, WPS and other pages."""

from __future__ import annotations

from hemei.intake import web
from hemei.intake.gathering import Gathering


def extract(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    """All of it: who pasted chose what. ``data`` is UTF-8. Raises Unreadable."""
    found = Gathering()
    web.walk(data.decode("utf-8", "replace"), found, lambda _: None, whole=True)
    found.title = ""
    return found.answer()
