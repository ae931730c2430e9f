"""本社规矩: the screen on which whoever signs last sets what the house asks of every story."""

from __future__ import annotations

import re
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hemei.prose.house_rules import DEFAULT, STRICTNESS, Asked, Contradiction
from hemei.rooms.ledger.queries import entries_of
from hemei.rooms.newsroom import house, rules
from hemei.rooms.newsroom.models import Section
from hemei.rooms.people import queries as people

SHOWN = 10
"""Changes that the screen lists."""


@require_http_methods(["GET", "POST"])
def house_rules(request: HttpRequest) -> HttpResponse:
    """The set: seen by every editor, changed by whoever may."""
    person, at = request.user.get_username(), timezone.now()
    if not rules.EDITING & people.posts(person, at):
        raise PermissionDenied
    counts = house.now()
    asked, wrong, status = counts.asked, "", 200
    if request.method == "POST":
        default = "default" in request.POST
        try:
            asked = DEFAULT if default else tuple(_read(request.POST, each) for each in counts.asked)
            house.change(asked=asked, seen=_whole(request.POST.get("seen", ""), -1), by=request.user, at=at)
        except (Contradiction, house.NotChanged) as error:
            wrong, status = str(error), 409
        else:
            messages.success(request, "已恢复默认的规矩。" if default else "规矩已保存，从现在起照此提醒。")
            return redirect("newsroom_house")
    context = {
        "rows": [(house.KINDS[each.kind], each, "\n".join(each.words)) for each in asked],
        "levels": STRICTNESS.items(),
        "sections": list(Section.objects.all()),
        "seen": counts.number,
        "wrong": wrong,
        "may": house.may_change(person, at),
        "who": people.name(counts.by) if counts.by else "",
        "counts": counts,
        "past": [(entry, people.name(entry.person)) for entry in entries_of(house.PIECE)[-SHOWN:][::-1]],
    }
    return render(request, "newsroom/house.html", context, status=status)


def _read(said: QueryDict, old: Asked) -> Asked:
    """One rule as the form says it; what the form does not say stays as it was. Raises Contradiction."""
    kind, label = old.kind, house.KINDS[old.kind].label
    number = said.get(f"number-{kind}", str(old.number)).strip()
    whole = _whole(number, -1)
    if house.KINDS[kind].unit and whole < 0:
        raise Contradiction(f"“{label}”要填一个整数，而不是“{number[:20]}”。")
    words = dict.fromkeys(re.split(r"[\s、，,；;]+", said[f"words-{kind}"])) if f"words-{kind}" in said else old.words
    return replace(
        old,
        level=said.get(f"level-{kind}", old.level),
        number=max(0, whole),
        words=tuple(word for word in words if word),
        sections=_sections(said, old),
        why=said.get(f"why-{kind}", old.why).strip(),
    )


def _sections(said: QueryDict, old: Asked) -> frozenset[str]:
    if f"level-{old.kind}" not in said:
        return old.sections
    known = set(Section.objects.values_list("id", flat=True))
    return frozenset(said.getlist(f"sections-{old.kind}")) & known


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else otherwise
