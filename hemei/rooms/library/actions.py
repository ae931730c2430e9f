"""Taking pictures in."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile

from hemei.intake.picture import Cleaned, clean
from hemei.rooms.library.models import Picture
from hemei.seal.digest import Digest, digest


def keep_master(data: bytes) -> Digest:
    """Keep cleaned bytes by digest, on the disk before this returns; the same bytes twice are one file."""
    name = digest(data)
    place = master_path(name)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        made = place.with_name(f"{name}.{os.getpid()}.new")
        with made.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        made.rename(place)
    return name


def master_path(name: Digest) -> Path:
    """Where the master with this digest lies."""
    return Path(settings.HOME) / "data" / "masters" / name[:2] / name


def take_in(*, data: bytes, title: str, credit: str = "", alt: str = "") -> Picture:
    """Clean a picture and keep it. Raises hemei.intake's Unreadable for what is no picture."""
    return keep(cleaned=clean(data), title=title, credit=credit, alt=alt)


def keep(*, cleaned: Cleaned, title: str, credit: str = "", alt: str = "") -> Picture:
    """Keep a picture that was cleaned; one that is here already is returned as it is."""
    name = keep_master(cleaned.data)
    known = Picture.objects.filter(master=name).first()
    if known:
        return known
    picture = Picture(title=title[:255], credit=credit[:80], description=alt[:255], master=name)
    picture.file.save(f"{name[:16]}.jpg", ContentFile(cleaned.data), save=False)
    picture.width, picture.height = cleaned.width, cleaned.height
    picture.file_size = len(cleaned.data)
    picture.save()
    return picture
