"""Reading the fields of statements strictly: missing, unknown or misshapen ones are refused, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from hemei.seal.digest import MOST, Digest
from hemei.seal.errors import NotAStatement

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SITE = re.compile(r"[0-9a-f]{16}", re.ASCII)
_PIECE = re.compile(r"[a-z][a-z0-9-]{0,31}:[A-Za-z0-9._-]{1,64}", re.ASCII)
_LONGEST = 2000


def exactly(value: object, names: str, where: str = "document") -> Mapping[str, Any]:
    """The object, when it has these fields (parted by blanks) and no others."""
    if not isinstance(value, Mapping):
        raise NotAStatement(f"{where} is not an object")
    wanted = _names(names)
    if value.keys() != wanted:
        missing, unknown = sorted(wanted - value.keys()), sorted(map(str, value.keys() - wanted))
        raise NotAStatement(f"{where}: missing {missing}, unknown {unknown}")
    return value


@cache
def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


def statement(value: object, form: str, names: str) -> Mapping[str, Any]:
    """The document, when its format is `form` and its other fields are exactly these."""
    data = exactly(value, f"format site {names}")
    if data["format"] != form:
        raise NotAStatement(f"format is {data['format']!r:.60}, not {form}")
    if not isinstance(data["site"], str) or not _SITE.fullmatch(data["site"]):
        raise NotAStatement("site is not 16 hex digits")
    return data


def time(value: object, where: str) -> datetime:
    """A moment, UTC, to the second: `YYYY-MM-DDTHH:MM:SSZ`."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            pass
    raise NotAStatement(f"{where} is not a time YYYY-MM-DDTHH:MM:SSZ")


def time_or_none(value: object, where: str) -> datetime | None:
    return None if value is None else time(value, where)


def day(value: object, where: str) -> date:
    """A day of the calendar: `YYYY-MM-DD`."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise NotAStatement(f"{where} is not a date YYYY-MM-DD")


def day_or_none(value: object, where: str) -> date | None:
    return None if value is None else day(value, where)


def shown(moment: datetime) -> str:
    """A moment as statements write it. Raises ValueError for a naive one; parts of a second are dropped."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    # strftime("%Y") leaves out leading zeros on glibc.
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


def shown_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else shown(moment)


def digest(value: object, where: str) -> Digest:
    """A digest or a public key: 64 lower-case hex digits."""
    if not isinstance(value, str) or not _HEX64.fullmatch(value):
        raise NotAStatement(f"{where} is not 64 hex digits")
    return value


def piece(value: object) -> str:
    """The key of a piece, such as `story:12`."""
    if not isinstance(value, str) or not _PIECE.fullmatch(value):
        raise NotAStatement("piece is not a key such as story:12")
    return value


def text(value: object, where: str, *, most: int = _LONGEST) -> str:
    """Text that is not blank, of at most `most` characters."""
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise NotAStatement(f"{where} is not text of 1 to {most} characters")
    return value


def label(value: object, where: str) -> str:
    """An id or a name: one line of 1 to 64 printable characters, no blanks at its ends."""
    if not isinstance(value, str) or not 1 <= len(value) <= 64 or not value.isprintable() or value != value.strip():
        raise NotAStatement(f"{where} is not an id or a name of 1 to 64 characters")
    return value


def whole(value: object, where: str, least: int = 0) -> int:
    """A whole number from `least` to 2**53 - 1."""
    if type(value) is not int or not least <= value <= MOST:
        raise NotAStatement(f"{where} is not a whole number from {least}")
    return value


def items(value: object, where: str, most: int = 100_000) -> list[Any]:
    """A list of at most `most` items."""
    if not isinstance(value, list) or len(value) > most:
        raise NotAStatement(f"{where} is not a list of at most {most}")
    return value
