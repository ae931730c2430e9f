"""What the filing form brought becomes drafts; what cannot be taken is said on the form, and costs the rest nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from hemei.intake import picture, sound
from hemei.intake.copy import Copy as Read
from hemei.intake.copy import shown_name, with_pictures
from hemei.intake.door import opened, pasted
from hemei.intake.errors import Unreadable
from hemei.prose.structure import TooLong
from hemei.rooms.newsroom import actions
from hemei.rooms.newsroom.actions import Note
from hemei.rooms.newsroom.forms import FilingForm
from hemei.rooms.newsroom.models import Copy, Story

PASTE = "粘贴.txt"
"""The name of copy that came without a file."""
MOST_PHOTOS, MOST_VOICES = 20, 5


def take(form: FilingForm, by: AbstractBaseUser, now: datetime) -> list[Story]:
    """The drafts of everything that the form brought and that could be read; the form says what could not.

    Photos and voice notes go with the first copy: the words typed on the page, else the first file.
    """
    said = form.cleaned_data
    photos, notes = _photos(form), _voices(form)
    made: list[Story] = []
    if form.errors:  # a photo that is none: nothing is taken until it is put right
        return made
    number = 0

    def number_of() -> str | None:
        nonlocal number
        number += 1
        return f"{by.pk}-{said['sent']}-{number}" if said["sent"] else None

    def file(name: str, original: bytes, copies: Callable[[], list[tuple[Read, bytes]]]) -> None:
        nonlocal photos, notes
        try:
            for read, data in copies():
                read = _same_file(with_pictures(read, photos) if photos else read, data)
                made.extend(actions.file_copy(
                    read=read, original=data, by=by, now=now, sent=number_of(), notes=notes
                ))  # fmt: skip
                photos, notes = [], []
        except (Unreadable, TooLong, actions.Refused) as error:
            form.add_error(None, f"{shown_name(name)}：{error}")

    text = said["text"]
    if text.strip() and not said["files"]:
        data = text.encode("utf-8", "surrogatepass")
        file(PASTE, data, lambda: [(replace(pasted(text, said["html"]), name=PASTE), data)])
    for one in said["files"]:
        data = one.read()
        file(one.name, data, lambda one=one, data=data: _opened(form, one.name, data))  # type: ignore[misc]
    if text.strip() and said["files"]:
        if form.errors:
            form.add_error(None, "粘贴的文字还没有交，留在下面。请处理好文件后，再按“交稿”。")
        else:
            data = text.encode("utf-8", "surrogatepass")
            file(PASTE, data, lambda: [(replace(pasted(text, said["html"]), name=PASTE), data)])
    if said["headline"] and len(made) == 1:
        made[0].headline = said["headline"]
        Story.objects.filter(pk=made[0].pk).update(headline=made[0].headline)
    return made


def _opened(form: FilingForm, name: str, data: bytes) -> list[tuple[Read, bytes]]:
    copies, left = opened(name, data)
    if left:
        first, blob = copies[0]
        copies[0] = (replace(first, warnings=tuple(dict.fromkeys((*first.warnings, *left)))), blob)
    return copies


def _same_file(read: Read, data: bytes) -> Read:
    """The copy, with a word to the editor when the very same bytes came before."""
    before = Copy.objects.filter(digest=read.digest).select_related("by").order_by("-time").first()
    if before is None:
        return read
    who = before.by.get_full_name() or before.by.get_username()
    when = before.time.astimezone()
    told = f"与{when.month}月{when.day}日{who}交来的“{before.name}”是同一份，一字不差。"
    return replace(read, warnings=(*read.warnings, told))


def _photos(form: FilingForm) -> list[bytes]:
    found = []
    for one in form.cleaned_data["photos"][: MOST_PHOTOS + 1]:
        data = one.read(picture.MOST_BYTES + 1)
        try:
            picture.looked_at(data)
            found.append(data)
        except Unreadable as error:
            form.add_error("photos", f"{shown_name(one.name)}：{error}")
    if len(found) > MOST_PHOTOS:
        form.add_error("photos", f"一次最多交 {MOST_PHOTOS} 张照片，请分几次交。")
    return found


def _voices(form: FilingForm) -> list[Note]:
    found = []
    for one in form.cleaned_data["voices"][: MOST_VOICES + 1]:
        data = one.read(sound.MOST_BYTES + 1)
        try:
            found.append(Note(shown_name(one.name) or "录音", sound.kind_of(data), data))
        except Unreadable as error:
            form.add_error("voices", f"{shown_name(one.name)}：{error}")
    if len(found) > MOST_VOICES:
        form.add_error("voices", f"一次最多交 {MOST_VOICES} 段录音，请分几次交。")
    return found
