"""Looking up notices."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser

from hemei.rooms.notices.models import Device, Notice


def devices(user: AbstractBaseUser) -> list[Device]:
    """The browsers in which this person switched notices on."""
    return list(Device.objects.filter(user_id=user.pk).order_by("pk"))


def latest(user: AbstractBaseUser, most: int = 15) -> list[Notice]:
    """What was told to this person lately, newest first."""
    return list(Notice.objects.filter(user_id=user.pk).exclude(kind="trial").order_by("-pk")[:most])


def trouble(user: AbstractBaseUser) -> str:
    """Why the latest notice did not get there; "" when it did."""
    last = Notice.objects.filter(user_id=user.pk, tries__gt=0).order_by("-pk").first()
    return str(last.answer) if last and last.state != Notice.State.SENT else ""
