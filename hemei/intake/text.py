"""Plain text from bytes: UTF-8, UTF-16 with a mark, or GB18030; anything doubtful is refused rather than garbled."""

from __future__ import annotations

import codecs

from hemei.intake.errors import unreadable

_LEAST_COMMON = 0.75
"""Share of common signs that a text decoded as GB18030 must reach.

GB18030 gives some meaning to nearly any bytes. Real copy consists almost wholly of GB 2312's first level (its 3,755
commonest characters), its marks, and ASCII; UTF-8, Big5 or Shift-JIS bytes read as GB18030 do not.
"""


def decode(data: bytes) -> str:
    """The words in these bytes. Raises Unreadable when they are not text, or in no encoding that is certain."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16")
    if b"\0" in data:
        raise unreadable("binary")
    control = sum(data.count(code) for code in range(32) if code not in (9, 10, 11, 12, 13, 26))
    if control > len(data) // 100:
        raise unreadable("binary")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass  # the other encoding of Chinese files is tried next
    text = _strict(data, "gb18030")
    if not _likely_chinese(text):
        raise unreadable("garbled")
    return text


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable("garbled") from error


def _likely_chinese(text: str) -> bool:
    beyond_ascii = [character for character in text[:200_000] if character > "\x7f"]
    common = sum(_common(character) for character in beyond_ascii)
    return bool(beyond_ascii) and common >= _LEAST_COMMON * len(beyond_ascii)


def _common(character: str) -> bool:
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return character in "—·•〇㎡℃"
    # Rows 1-3 are marks, digits and full-width Latin; rows 16-55 the first level.
    return len(code) == 2 and (0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7)
