"""Numbers as they are written: 45, 四十五, 二〇二六."""

from __future__ import annotations

DIGITS = {each: nth for nth, each in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"": 1, "万": 10**4, "亿": 10**8, "万亿": 10**12}


def number(text: str) -> int | None:
    """What a whole number below ten thousand, or a year digit by digit, says; None where it says nothing of the kind."""
    if text.isdecimal():
        return int(text)
    if len(text) > 1 and all(each in DIGITS for each in text):
        return int("".join(str(DIGITS[each]) for each in text))
    total, digit = 0, None
    for each in text:
        if each in DIGITS:
            digit = DIGITS[each] or None
        elif each in TENS:
            total += (1 if digit is None else digit) * TENS[each]
            digit = None
        else:
            return None
    return total + (digit or 0) if text else None
