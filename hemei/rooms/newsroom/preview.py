"""The preview is the page that the press would print: asked from the press itself, never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse

from hemei.line import Declined, PressAway, ask
from hemei.rooms.newsroom.content import content
from hemei.rooms.people import queries as people
from hemei.seal.digest import canonical

if TYPE_CHECKING:
    from hemei.rooms.newsroom.models import Story


def draft(story: Story) -> bytes:
    """The draft as canonical bytes, with stand-ins for what the editor has not written yet."""
    data = content(story, site=people.site(), previous=None)
    data["headline"] = data["headline"] or "（还没有标题）"
    data["section"] = data["section"] or "yaowen"
    return canonical(data)


def page(story: Story) -> HttpResponse:
    """The printed page of this draft, or of why it cannot be shown."""
    try:
        html = ask(settings.HOME, "POST", "/preview", draft(story))
    except (PressAway, Declined, ValueError) as error:
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
