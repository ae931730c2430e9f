"""Pictures by the words of their title, description and credit, at any size of the library."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from django.db import OperationalError, transaction

from hemei.rooms.library.models import Picture
from hemei.sqlite import words
from hemei.sqlite.words import Said, WordIndex

INDEX: Final = WordIndex("library_picture")
SEARCHED: Final = ("title", "description", "credit")
MOST: Final = 1000
AT_ONCE: Final = 500
"""Changed pictures that are read before one question is answered."""


def find(asked: str) -> list[int]:
    """The newest pictures that say every word, `MOST` at the most; none when nothing is asked that could be found."""
    with suppress(OperationalError):  # somebody writes for long: better an answer without the last minute than none
        settle()
    said = words.words(asked)
    return INDEX.find(said, [], MOST) if said else []


def settle(most: int = AT_ONCE) -> bool:
    """Read pictures that changed, so many at the most; whether there were any."""
    if not INDEX.waiting(1):
        return False
    with transaction.atomic():
        changed = INDEX.waiting(most)
        there = {row["id"]: row for row in Picture.objects.filter(pk__in=changed).values("id", *SEARCHED)}
        lines = {pk: [there[pk][name] for name in SEARCHED] if pk in there else None for pk in changed}
        INDEX.put({pk: Said(each, [], []) if each is not None else None for pk, each in lines.items()})
    return True


def settle_all() -> None:
    """Read every picture that changed: after an upgrade."""
    while settle():
        pass
