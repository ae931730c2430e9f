"""Looking up versions and stamps."""

from __future__ import annotations

from hemei.rooms.review.models import Stamp, Version
from hemei.seal.digest import Digest


def version(name: Digest | None) -> Version | None:
    """The frozen version with this digest."""
    return Version.objects.filter(digest=name).first() if name else None


def versions(piece: str) -> list[Version]:
    """All versions of a piece, oldest first."""
    return list(Version.objects.filter(piece=piece).order_by("number"))


def stamps(name: Digest | None) -> list[Stamp]:
    """The stamps on a version, in the order in which they were given."""
    return list(Stamp.objects.filter(version_id=name).order_by("id")) if name else []
