"""A home of so many stories for `hemei bench desk`: filed, revised, stamped, released and printed, as years would leave it.

Run by `bench.desk` in a process of its own, with the home in HEMEI_HOME: ``python -m bench.deskfill fill STORIES ROUNDS``.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import django

from hemei.run import make_ready, show

BATCH: Final = 500
EDITS: Final = 40
"""Stories that are opened and saved in turns."""


def fill(home: Path, count: int, rounds: int) -> None:
    """Fill a new home, or take one that is full already; then lay out what will be asked of it."""
    make_ready(home)
    django.setup()
    from hemei.rooms.newsroom.models import Story
    from hemei.rooms.pressroom import demo

    there = Story.objects.count()
    if there < count:
        demo.archive(home, count - there, _seldom)
    _revisions()
    _entries()
    plan = _plan(random.Random(7), demo.stamped(home, rounds))
    (home / "bench-desk.json").write_text(json.dumps(plan))


def _seldom(text: str) -> None:
    if not text.startswith("已签") or "000/" in text:
        show(text)


def _revisions() -> None:
    """A revision of each story, as the editor leaves one at every save."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction
    from django.utils import timezone
    from wagtail.models import Revision

    from hemei.rooms.newsroom.models import Story

    kind = ContentType.objects.get_for_model(Story)
    common = {"content_type": kind, "base_content_type": kind, "created_at": timezone.now()}
    while stories := list(Story.objects.filter(latest_revision=None).order_by("pk")[:BATCH]):
        made = [
            Revision(**common, object_id=str(story.pk), user_id=story.filed_by_id, content=story.serializable_data(),
                     object_str=str(story)[:100])
            for story in stories
        ]  # fmt: skip
        with transaction.atomic():
            Revision.objects.bulk_create(made)
            with connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE newsroom_story SET latest_revision_id = %s WHERE id = %s",
                    [(revision.pk, revision.object_id) for revision in made],
                )


DEEDS: Final = (
    ("li", "建稿"),
    ("li", "改稿"),
    ("li", "送审"),
    ("wang", "初审"),
    ("zhou", "复审"),
    ("zhao", "终审"),
    ("zhao", "签发"),
)


def _entries() -> None:
    """What the ledger would hold of them, chained."""
    from django.db import transaction

    from hemei.rooms.ledger.models import Entry
    from hemei.rooms.ledger.rules import link
    from hemei.rooms.newsroom.models import Story

    told = set(Entry.objects.filter(deed="建稿").values_list("piece", flat=True))
    stories = [
        (f"story:{pk}", at, version)
        for pk, at, version in Story.objects.order_by("pk").values_list("pk", "submitted_at", "version")
        if f"story:{pk}" not in told and at
    ]
    last = Entry.objects.order_by("-number").values_list("chain", flat=True).first() or ""
    for at in range(0, len(stories), BATCH):
        made = []
        for piece, time, version in stories[at : at + BATCH]:
            for minutes, (person, deed) in enumerate(DEEDS):
                said: dict[str, Any] = {
                    "time": time + timedelta(minutes=minutes), "person": person, "deed": deed, "piece": piece,
                    "detail": {"version": version} if minutes > 1 else {},
                }  # fmt: skip
                last = link(last, **said)
                made.append(Entry(**said, chain=last))
        with transaction.atomic():
            Entry.objects.bulk_create(made)


def _plan(random: random.Random, ready: Sequence[int]) -> dict[str, Any]:
    """What will be asked, drawn from what is there."""
    from hemei.rooms.newsroom.models import Story

    stories = Story.objects.filter(state__in=["released", "draft"])
    numbers = random.sample(list(stories.values_list("pk", flat=True)), EDITS)
    some = Story.objects.in_bulk(numbers)
    heads = [some[pk].headline for pk in numbers]
    inside = [{"q": head[at : at + 2]} for head in heads if (at := len(head) // 2) and head[at : at + 2].isalpha()]
    sections = list(Story.objects.filter(pk__in=numbers).values_list("section_id", flat=True))
    words = dict(Story.objects.filter(pk__in=ready).values_list("pk", "headline"))
    return {
        "lists": {
            "第一页": [{}],
            "第十页": [{"p": "10"}],
            "按状态和栏目": [{"state": "released", "section": one} for one in sections],
            "按日期": [{"day_from": f"{year}-02-03", "day_to": f"{year}-11-20"} for year in _years()],
            "按修改时间": [{"ordering": "-updated"}],
        },
        "searches": {
            "标题里两个字": inside,
            "常见词": [{"q": "青棠县"}, {"q": "记者"}, {"q": "我们"}],
            "一句话": [{"q": head} for head in heads],
            "没有的词": [{"q": "鲸鲨"}, {"q": "的了县是"}],
            "常见词加少见的状态": [{"q": "青棠", "state": "ready"}, {"q": "记者", "state": "spiked"}],
        },
        "edits": [{"story": pk, "form": dict(_form(some[pk]))} for pk in numbers],
        "ready": [{"story": pk, "word": words[pk][:8]} for pk in ready],
    }


def _years() -> range:
    from hemei.rooms.newsroom.models import Story

    dates = Story.objects.exclude(date=None).order_by("-pk").values_list("date", flat=True)
    return range(dates.last().year, dates.first().year + 1)


def _form(story: Any) -> Iterator[tuple[str, str]]:
    """What the browser sends of a story that is open in the editor."""
    from hemei.rooms.newsroom.screens import editor_form

    form = editor_form()(instance=story)
    for name in form.fields:
        if name != "body":
            value = form[name].value()
            yield name, value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
    blocks = list(story.body)
    yield "body-count", str(len(blocks))
    for at, block in enumerate(blocks):
        place = f"body-{at}"
        yield from {f"{place}-deleted": "", f"{place}-order": str(at), f"{place}-type": block.block_type,
                    f"{place}-id": block.id or ""}.items()  # fmt: skip
        if block.block_type == "text":
            yield f"{place}-value", block.block.field.widget.format_value(block.value.source)
        else:
            for name, value in block.value.items():
                yield f"{place}-value-{name}", str(getattr(value, "pk", value) or "")


if __name__ == "__main__":
    from hemei.home import home

    fill(home(), int(sys.argv[2]), int(sys.argv[3]))
