"""Copy that says again what earlier copy said: found by a few numbers a story, measured by what they share.

A story is the set of its stretches of four characters, marks and blanks apart. Of each set a sketch of 60 numbers is kept, in
20 bands of three (A. Broder, "On the resemblance and containment of documents", 1997; the numbers by one permutation, P. Li et
al., "One permutation hashing", 2012, empty bins filled by rotation). Two stories that share half of their stretches agree in
a band with probability .93, two that share a tenth with .02; whoever agrees is then measured in full.
"""

from __future__ import annotations

from zlib import crc32

STRETCH = 4
BANDS, ROWS = 20, 3
_BINS = BANDS * ROWS
LEAST = 60
"""Stretches; a shorter text says too little to be told from another."""
_SPREAD = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def stretches(text: str) -> frozenset[str]:
    """The stretches of a text, by its letters, characters and figures alone."""
    kept = "".join(character for character in text if character.isalnum())
    return frozenset(kept[at : at + STRETCH] for at in range(len(kept) - STRETCH + 1))


def sketch(text: str) -> tuple[int, ...]:
    """The numbers to look a text up by, one a band, each below 2^63; none when the text is too short."""
    found = stretches(text)
    if len(found) < LEAST:
        return ()
    bins = [_MASK + 1] * _BINS
    for stretch in found:
        number = crc32(stretch.encode()) * _SPREAD & _MASK
        number ^= number >> 29
        at = number % _BINS
        if number < bins[at]:
            bins[at] = number
    filled = [bins[_filled(bins, at)] + at * _SPREAD & _MASK for at in range(_BINS)]
    return tuple(_band(filled[at : at + ROWS], at) for at in range(0, _BINS, ROWS))


def _filled(bins: list[int], at: int) -> int:
    """The next bin that holds something."""
    for step in range(_BINS):
        if bins[(at + step) % _BINS] <= _MASK:
            return (at + step) % _BINS
    return at


def _band(numbers: list[int], at: int) -> int:
    mixed = at + 1
    for number in numbers:
        mixed = (mixed ^ number) * _SPREAD & _MASK
        mixed ^= mixed >> 31
    return mixed >> 1


def share(text: str, earlier: str) -> float:
    """What part of a text's stretches stands in the earlier one too, from 0 to 1."""
    own = stretches(text)
    return len(own & stretches(earlier)) / len(own) if own else 0.0
