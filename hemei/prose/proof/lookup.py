"""Many words looked for at once: exactly, and with one character wrong, missing or doubled. Made once for each register."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from hemei.prose.proof.alike import alike

APART = frozenset("省市县区州镇乡村一二三四五六七八九十东西南北上下左右大小男女前后新老")
"""Characters that tell one real thing from another: 县 and 市, 第一 and 第二."""


def grams(words: Collection[str]) -> re.Pattern[str]:
    """A pattern that lets only places through where one of these words, all of one length, may begin; quick, not exact."""
    if not words:
        return re.compile("(?!)")
    first, *rest = ("[" + "".join(map(re.escape, sorted(set(each)))) + "]" for each in zip(*words, strict=True))
    return re.compile(f"{first}(?={''.join(rest)})" if rest else first)


class Words:
    """Words of two characters and more: where they stand in a text, the longest first, none inside another."""

    def __init__(self, words: Iterable[str]) -> None:
        self.all = frozenset(word for word in words if len(word) > 1)
        self._by: dict[str, dict[int, None]] = {}
        """By their first two characters, how long they may be."""
        for word in sorted(self.all, key=len, reverse=True):
            self._by.setdefault(word[:2], {})[len(word)] = None
        self._maybe = grams(self._by.keys())

    def found(self, text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, str]]:
        end = len(text) if end is None else end
        floor = start
        for maybe in self._maybe.finditer(text, start, end):
            at = maybe.start()
            if at < floor:
                continue
            for size in self._by.get(text[at : at + 2], ()):
                if at + size <= end and (word := text[at : at + size]) in self.all:
                    yield at, word
                    floor = at + size
                    break


class Near:
    """Longer words, of which a text has one with a slip. Half of such a word stands there untouched: its rarest characters
    are looked for, then what stands around them is compared with all words at once."""

    def __init__(self, words: Iterable[str], *, sure: int = 6) -> None:
        """A word of `sure` characters and more may have any wrong character inside; shorter ones are left alone."""
        self._exact = Words(words)
        self._size = size = sure // 2
        self._any_extra = sure < 6
        long = sorted(word for word in self._exact.all if len(word) >= sure)
        self._wrong: dict[str, str] = {}
        self._missing: dict[str, str] = {}
        self._by: dict[str, dict[tuple[int, int], None]] = {}
        self._heads = {word[:-2] for word in long}
        self._tails = {word[-2:] for word in long}
        counts = Counter(word[at : at + size] for word in long for at in range(len(word) - size + 1))
        for word in long:
            half = len(word) // 2
            for low, high in ((0, half), (half, len(word))):
                _, at = min((counts[word[at : at + size]], at) for at in range(low, high - size + 1))
                self._by.setdefault(word[at : at + size], {})[at, len(word)] = None
            for at, each in enumerate(word):
                self._wrong.setdefault(f"{word[:at]}?{word[at + 1 :]}", word)
                if 0 < at < len(word) - 1 and each not in APART:
                    self._missing.setdefault(word[:at] + word[at + 1 :], word)
        self._maybe = grams(self._by.keys())

    def found(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where the words with a slip begin and end, and what they should be."""
        last = 0
        none: set[str] = set()  # what a page of the same words over and over need not be asked twice
        for maybe in self._maybe.finditer(text):
            at = maybe.start()
            for offset, size in self._by.get(text[at : at + self._size], ()):
                start = at - offset
                around = text[max(0, start - 1) : start + size + 1]
                if start < last or around in none or not self._may_be(text, start, size):
                    continue
                slip = None if text[start : start + size] in self._exact.all else self._slip(text, start, size)
                if slip and not self._right(text, *slip[:2]):
                    yield slip
                    last = slip[1]
                    break
                if not slip and len(none) < 10_000:
                    none.add(around)

    def _may_be(self, text: str, start: int, size: int) -> bool:
        """A slip leaves the last two characters as they are, or all before them."""
        end = start + size
        return text[start : end - 2] in self._heads or any(
            text[at - 2 : at] in self._tails for at in (end - 1, end, end + 1)
        )

    def _right(self, text: str, start: int, end: int) -> bool:
        """Whether a word that is right stands here, or reaches in or out; a shorter one inside says nothing."""
        near = self._exact.found(text, max(0, start - 30), min(len(text), end + 30))
        return any(at < end and start < at + len(word) and not start <= at < at + len(word) <= end for at, word in near)

    def _slip(self, text: str, start: int, size: int) -> tuple[int, int, str] | None:
        said = text[start : start + size]
        for at, each in enumerate(said):
            word = self._wrong.get(f"{said[:at]}?{said[at + 1 :]}")
            if (
                word
                and each >= "\u3400"
                and not {each, word[at]} <= APART
                and (0 < at < size - 1 or alike(each, word[at]))
            ):
                return start, start + size, word
        for low in (start, start + 1):
            if word := self._missing.get(text[low : low + size - 1]):
                return low, low + size - 1, word
        for low in (start, max(0, start - 1)):
            said = text[low : low + size + 1]
            for at in range(1, len(said) - 1):
                if said[at] == said[at - 1] or (self._any_extra and said[at] not in APART):
                    word = said[:at] + said[at + 1 :]
                    if len(word) == size and word in self._exact.all:
                        return low, low + size + 1, word
        return None


class NearNames:
    """People's names: those that differ from what was said by one character."""

    def __init__(self, names: Iterable[str]) -> None:
        self.all = frozenset(names)
        self.by: dict[str, list[str]] = {}
        """Every name with ? for one of its characters, and without it."""
        for name in sorted(self.all):
            for at in range(len(name)):
                self.by.setdefault(f"{name[:at]}?{name[at + 1 :]}", []).append(name)
                if len(name) > 2:
                    self.by.setdefault(name[:at] + name[at + 1 :], []).append(name)

    def may_be(self, said: str) -> bool:
        """Whether three characters may begin such a name: quick, not exact."""
        one, two, three = said[0], said[1], said[2:]
        return any(
            key in self.by
            for key in (f"{one}{two}?", f"{one}?{three}", f"?{two}{three}", one + two, f"{one}?", f"?{two}")
        )

    def one_wrong(self, said: str) -> Iterator[str]:
        for at in range(len(said)):
            yield from self.by.get(f"{said[:at]}?{said[at + 1 :]}", ())

    def one_missing(self, said: str) -> Iterable[str]:
        return self.by.get(said, ())

    def confused(self, said: str) -> Iterator[str]:
        """Those of the same family name of which one character was taken for one that is alike."""
        for at in range(1, len(said)):
            for name in self.by.get(f"{said[:at]}?{said[at + 1 :]}", ()):
                if alike(name[at], said[at]):
                    yield name
