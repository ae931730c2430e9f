"""Where a headline may break: between words, never before a closing mark or after an opening one."""

from __future__ import annotations

import re

import rjieba

_OPENING = "《“（‘「『【〈〔(["
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PIECES = re.compile(rf"[0-9A-Za-z]+(?:[.,'&/:%+-]+[0-9A-Za-z]+)*%?|[{_HAN}]+|\s+|.", re.DOTALL)
_LEANS_LEFT = frozenset("了的着过地得吗呢吧啊们等县市省镇乡村区")
"""Characters that are a word to the segmenter and yet belong to the word before them."""
_MEASURES = frozenset("万亿千百年月日时分秒个元亩人度号届次米吨户家名条场岁天公平点位期所")
"""First characters of the words that a figure counts or names; "12" and "万亩" stand in one line."""
_LEANING = _LEANS_LEFT | _MEASURES
"""First characters of all that may belong to what is before it: few words begin with one."""


def segments(text: str, most: int = 6) -> tuple[str, ...]:
    """Pieces of a title between which a line may break, of at most ``most`` Han characters; joined they are the title.

    Marks and blanks stay with the piece on their left, opening marks with that on their right; a run of Latin
    letters or figures stays whole. Words by rjieba.
    """
    if most < 1:
        raise ValueError("a segment has at least one character")
    found: list[str] = []
    opening = ""
    for run in _PIECES.findall(text):
        for piece in _words(run, most) if _is_han(run[0]) else (run,):
            first = piece[0]
            if first in _OPENING:
                opening += piece
            elif opening:
                found.append(opening + piece)
                opening = ""
            elif found and (not first.isalnum() or (first in _LEANING and _leans(found[-1], piece, most))):
                found[-1] += piece
            else:
                found.append(piece)
    return (*found, opening) if opening else tuple(found)


def _words(run: str, most: int) -> list[str]:
    words: list[str] = rjieba.cut(run)
    if max(map(len, words)) <= most:
        return words
    return [word[at : at + most] for word in words for at in range(0, len(word), most)]


def _leans(before: str, piece: str, most: int) -> bool:
    """True when the piece belongs to the one before it, and both together are short enough."""
    belongs = (piece in _LEANS_LEFT and _is_han(before[-1])) or (piece[0] in _MEASURES and before[-1].isdigit())
    return belongs and sum(map(_is_han, before + piece)) <= most


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"
