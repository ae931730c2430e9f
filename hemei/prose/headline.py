"""Where a headline may break: between words, never before a closing mark or after an opening one."""

from __future__ import annotations

import re

import rjieba

_OPENING = "《“（‘「『【〈〔(["
_PIECES = re.compile(r"[\x21-\x7e]+(?:[ .,'&/-][\x21-\x7e]+)*|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|\s+|.", re.DOTALL)


def segments(text: str, most: int = 6) -> tuple[str, ...]:
    """Pieces of a title between which a line may break: at most ``most`` Han characters each, and ``"".join`` is the title.

    Marks stay with the piece on their left, opening marks with that on their right; a run of Latin letters and figures, with
    the measure word after it ("120 亩" has its blank on the left), stays whole. Words by rjieba.
    """
    if most < 1:
        raise ValueError("a segment has at least one character")
    found: list[str] = []
    opening = ""
    for piece in _pieces(text, most):
        if piece in _OPENING:
            opening += piece
        elif opening:
            found.append(opening + piece)
            opening = ""
        elif found and not piece[0].isalnum():
            found[-1] += piece
        else:
            found.append(piece)
    if opening:
        found.append(opening)
    return tuple(found)


def _pieces(text: str, most: int) -> list[str]:
    pieces: list[str] = []
    for match in _PIECES.finditer(text):
        run = match[0]
        if "\u3400" <= run[0] <= "\u9fff":
            for word in rjieba.cut(run):
                pieces += [word[at : at + most] for at in range(0, len(word), most)]
        else:
            pieces.append(run)
    return pieces
