"""Canonical bytes and digests: the one way in which Hemei names what was said.

Everything that is signed is the canonical JSON of an object: UTF-8, keys in code-point order, no blanks, no escapes
but the necessary ones, whole numbers only (after RFC 8785, without its floating point). A digest is SHA-256 in
lower-case hex.
"""

import hashlib
import json
from collections.abc import Mapping

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
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except RecursionError as error:
        raise ValueError("lists and objects are too deep") from error
    except UnicodeEncodeError as error:
        raise ValueError("text with a lone surrogate has no canonical bytes") from error


def digest(data: bytes) -> Digest:
    """SHA-256 of the bytes, in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes) -> Json:
    """Read canonical JSON back. Raises ValueError for any other bytes (order, blanks, doubled keys)."""
    try:
        value: Json = json.loads(data)
    except RecursionError as error:
        raise ValueError("lists and objects are too deep") from error
    if canonical(value) != data:
        raise ValueError("these bytes are JSON, but not canonical JSON")
    return value


def _check(value: object) -> None:
    # An explicit stack: hostile nesting must not exhaust Python's own.
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if item is None or isinstance(item, bool | str):
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
                waiting.append(inner)
        else:
            raise ValueError(_REFUSED.format(type(item).__name__))
