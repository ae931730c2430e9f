"""The preview is the page that the press would print: asked from the press itself, never stored."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse

from hemei.rooms.newsroom.content import content
from hemei.rooms.people import queries as people
from hemei.seal.digest import canonical

if TYPE_CHECKING:
    from hemei.rooms.newsroom.models import Story

WAIT = 10.0
"""Seconds until the desk gives up on the press."""


class PressAway(Exception):
    """The press process does not answer."""


class _Unix(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("press", timeout=WAIT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(WAIT)
        self.sock.connect(str(self._path))


def ask(method: str, address: str, body: bytes = b"") -> bytes:
    """Ask the press process over its socket. Raises PressAway."""
    connection = _Unix(Path(settings.HOME) / "run" / "press.sock")
    try:
        connection.request(method, address, body)
        answer = connection.getresponse()
        data = answer.read()
    except OSError as error:
        raise PressAway("印刷间没有应答，请稍候再试；一直如此请找管理员。") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise PressAway(data.decode("utf-8", "replace"))
    return data


def draft(story: Story) -> bytes:
    """The draft as canonical bytes, with stand-ins for what the editor has not written yet."""
    data = content(story, site=people.site(), previous=None)
    data["headline"] = data["headline"] or "（还没有标题）"
    data["section"] = data["section"] or "yaowen"
    return canonical(data)


def page(story: Story) -> HttpResponse:
    """The printed page of this draft, or of why it cannot be shown."""
    try:
        html = ask("POST", "/preview", draft(story))
    except (PressAway, ValueError) as error:
        return HttpResponse(f"暂时不能预览：{error}", content_type="text/plain; charset=utf-8", status=503)
    return framed(html)


def framed(html: bytes) -> HttpResponse:
    """The page for an iframe of the desk: no script runs in it and nothing is fetched from elsewhere."""
    answer = HttpResponse(html)
    answer["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'self'; sandbox"
    )
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer
