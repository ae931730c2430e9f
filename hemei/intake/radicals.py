"""Radicals that stand for characters: what a PDF, or a paste from one, gives for 自, 虎, 门, folded back.

The fonts of PDFs share one glyph between a character and its radical, and readers of PDFs return the radical. Searching and
proofreading then miss the word without a sign of it. NFKC folds the Kangxi Radicals only, some of them to the traditional
form; the Radicals Supplement, where 门 车 马 长 青 are, it leaves alone. Hence this table (after Unicode's
EquivalentUnifiedIdeograph.txt, with the forms that simplified Chinese prints).
"""

from __future__ import annotations

import re
import unicodedata

_SUPPLEMENT = (
    "冫厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄㣺扌攵\0旡日月歺母民氵氺灬爫爫丬牛犭王疋目示礻竹糹纟罓罒㓁𦉪"
    "𦉫羊羊𦍋耂肀聿肉臼艹艹艹虎衤覀西见角𧢲讠贝足车辶辶辶阝钅長镸长门阜阝雨青韦页风飞食𩙿飠饣首马骨鬼鱼鸟卤麦黄黾斉齐"
    "歯齿竜龙龜亀龟"
)
"""U+2E80 to U+2EF3, in order; U+2E9A is not assigned."""

_SIMPLIFIED = {0x2F3E: "户", 0x2FAD: "青"}
"""Kangxi radicals whose printed form in simplified Chinese is not the character that NFKC gives."""


def _table() -> dict[int, str]:
    table = {0x2E80 + at: character for at, character in enumerate(_SUPPLEMENT) if character != "\0"}
    table |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    ideographs = (*range(0xF900, 0xFAD9 + 1), *range(0x2F800, 0x2FA1D + 1))
    table |= {code: folded for code in ideographs if (folded := unicodedata.normalize("NFC", chr(code))) != chr(code)}
    return table | _SIMPLIFIED


TABLE = _table()
_ANY = re.compile("[\u2e80-\u2ef3\u2f00-\u2fd5\uf900-\ufad9\U0002f800-\U0002fa1d]")


def folded(text: str) -> tuple[str, int]:
    """The text with characters where radicals and compatibility forms stood, and how many there were. Same length."""
    count = sum(ord(character) in TABLE for character in _ANY.findall(text))
    return (text.translate(TABLE), count) if count else (text, 0)
