"""Freezing versions and keeping stamps. Each is one step of a larger deed and runs in its transaction."""

from __future__ import annotations

from datetime import datetime

from hemei.rooms.review.models import Stamp, Version
from hemei.seal.digest import Digest, digest


def freeze(*, piece: str, content: bytes, by: str, now: datetime) -> Version:
    """Keep exactly these canonical bytes as the next version of the piece; the same bytes twice are one version."""
    name = digest(content)
    kept = Version.objects.filter(digest=name).first()
    if kept:
        return kept
    number = Version.objects.filter(piece=piece).count() + 1
    return Version.objects.create(digest=name, piece=piece, number=number, content=content, made=now, person=by)


def keep_stamp(*, version: Digest, stage: str, person: str, time: datetime, signed: str) -> Stamp:
    """Keep a stamp that was just signed."""
    return Stamp.objects.create(version_id=version, stage=stage, person=person, time=time, signed=signed)
