"""Canonical bytes and digests: the one way in which Hemei names what was said.

Everything that is signed is the canonical JSON of an object: UTF-8, keys in code-point order, no blanks, no escapes
but the necessary ones, whole numbers only (after RFC 8785, without its floating point). A digest is SHA-256 in
lower-case hex.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import NoReturn

_REFUSED = "canonical JSON holds strings, whole numbers, true, false, null, lists and objects only, not {}"

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
Digest = str
"""SHA-256 of some bytes, 64 lower-case hexadecimal digits."""

MOST = 2**53 - 1
"""Largest whole number that every JSON reader keeps exactly (RFC 8785, section 3.2.2.3)."""


def canonical(value: object) -> bytes:
    """The canonical bytes of a JSON value.

    Raises ValueError for floats and other types, for lone surrogates, for numbers over 2**53 - 1, and for lists and
    objects one within the other deeper than Python can follow (some 500 levels; our formats have at most 10).
    """
    _check(value)
    try:
        return _written(value)
    except RecursionError as error:
        raise ValueError("lists and objects are too deep") from error


def digest(data: bytes) -> Digest:
    """SHA-256 of the bytes, in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes) -> Json:
    """Read canonical JSON back. Raises ValueError for any other bytes (order, blanks, doubled keys)."""
    try:
        value: Json = _READER.decode(data.decode())
        same = _written(value) == data
    except RecursionError as error:
        raise ValueError("lists and objects are too deep") from error
    if not same:
        raise ValueError("these bytes are JSON, but not canonical JSON")
    return value


def _written(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("text with a lone surrogate has no canonical bytes") from error


def _refused(text: str) -> NoReturn:
    raise ValueError(_REFUSED.format(text))


def _whole(text: str) -> int:
    if len(text) > 17 or abs(number := int(text)) > MOST:
        raise ValueError("canonical JSON holds whole numbers up to 2**53 - 1")
    return number


_READER = json.JSONDecoder(parse_float=_refused, parse_constant=_refused, parse_int=_whole)
"""Gives only what canonical JSON may hold, so that what it has read need not be looked through again."""


def _check(value: object) -> None:
    # An explicit stack: hostile nesting must not exhaust Python's own.
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is str or item is None or isinstance(item, bool | str):
            continue
        if isinstance(item, int):
            if abs(item) > MOST:
                raise ValueError("canonical JSON holds whole numbers up to 2**53 - 1")
        elif isinstance(item, list | tuple):
            waiting.extend(item)
        elif isinstance(item, Mapping):
            for key, inner in item.items():
                if not isinstance(key, str):
                    raise ValueError(_REFUSED.format(type(key).__name__))
                if type(inner) is not str:
                    waiting.append(inner)
        else:
            raise ValueError(_REFUSED.format(type(item).__name__))
