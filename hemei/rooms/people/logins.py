"""The cast's accounts: users, groups, stamp keys; and the note of their passwords for the first run."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission

from hemei.rooms.people import keys
from hemei.rooms.people.actions import give_key

SIGNING = frozenset({"first", "second", "final", "release", "withdraw"})
EDITORS, CORRESPONDENTS = "采编", "通讯员"


@dataclass(frozen=True, slots=True)
class Login:
    """How somebody gets in, and signs; kept in logins.json, readable by the owner of the program only."""

    login: str
    name: str
    post: str
    password: str
    pin: str | None
    """None for who signs nothing."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be given an account."""

    username: str
    name: str
    title: str
    posts: Sequence[str]


def groups() -> None:
    """The two groups: who edits, and who only files copy."""
    editors, _ = Group.objects.get_or_create(name=EDITORS)
    correspondents, _ = Group.objects.get_or_create(name=CORRESPONDENTS)
    desk = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    stories = Permission.objects.filter(
        content_type__app_label="newsroom", codename__in=["add_story", "change_story", "view_story"]
    )
    pictures = Permission.objects.filter(
        content_type__app_label="wagtailimages",  # where the library looks, whatever model holds the pictures
        codename__in=["add_image", "change_image", "choose_image"],
    )
    editors.permissions.set([desk, *stories])
    correspondents.permissions.set([desk])
    root = Collection.get_first_root_node()
    for permission in pictures:
        GroupCollectionPermission.objects.get_or_create(group=editors, collection=root, permission=permission)


def admit(*, home: Path, people: Sequence[Newcomer], now: datetime) -> list[Login]:
    """Make accounts with random passwords and PINs, sign the roster with their keys, and keep the note of both."""
    made, roster = [], []
    with transaction.atomic():
        groups()
        for one in people:
            pin = f"{secrets.randbelow(10**6):06}" if set(one.posts) & SIGNING else None
            login = Login(one.username, one.name, one.title, secrets.token_urlsafe(9), pin)
            user = User.objects.create_user(one.username, password=login.password, first_name=one.name)
            if one.posts:
                group = CORRESPONDENTS if set(one.posts) == {"correspondent"} else EDITORS
                user.groups.add(Group.objects.get(name=group))
                roster.append(give_key(user=user, name=one.name, posts=list(one.posts), pin=pin, now=now))
            else:
                user.is_superuser = user.is_staff = True
                user.save()
            made.append(login)
    keys.enrol(home, roster, now)
    _note(home, made)
    return made


def _note(home: Path, logins: Sequence[Login]) -> None:
    path = home / "logins.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"people": [asdict(login) for login in logins]}, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())


def noted(home: Path) -> list[Login]:
    """The logins that were noted on the first run; none when the note was removed."""
    try:
        return [Login(**login) for login in json.loads((home / "logins.json").read_text())["people"]]
    except FileNotFoundError:
        return []
