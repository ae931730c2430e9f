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
        self._by: dict[str, list[str]] = {}
        for word in sorted(self.all, key=len, reverse=True):
            self._by.setdefault(word[:2], []).append(word)
        self._maybe = grams(self._by.keys())

    def found(self, text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, str]]:
        end = len(text) if end is None else end
        floor = start
        for maybe in self._maybe.finditer(text, start, end):
            at = maybe.start()
            if at < floor:
                continue
            for word in self._by.get(text[at : at + 2], ()):
                if text.startswith(word, at, end):
                    yield at, word
                    floor = at + len(word)
                    break


class Near:
    """Words of five characters and more, of which a text has one with a slip. Half of such a word stands there untouched:
    its rarest three characters are looked for, then the rest is compared."""

    def __init__(self, words: Iterable[str], *, sure: int = 6) -> None:
        """A word of `sure` characters and more may have any wrong character inside; else only one that is alike."""
        self._exact = Words(words)
        self._sure = sure
        long = [word for word in self._exact.all if len(word) >= 5]
        size = 2 if any(len(word) < 6 for word in long) else 3
        counts = Counter(word[at : at + size] for word in long for at in range(len(word) - size + 1))
        self._by: dict[str, list[tuple[str, int]]] = {}
        self._size = size
        for word in sorted(long):
            half = len(word) // 2
            for low, high in ((0, half), (half, len(word))):
                at = min(range(low, high - size + 1), key=lambda at: (counts[word[at : at + size]], at))
                self._by.setdefault(word[at : at + size], []).append((word, at))
        self._maybe = grams(self._by.keys())

    def found(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where the words with a slip begin and end, and what they should be."""
        last = 0
        for maybe in self._maybe.finditer(text):
            at = maybe.start()
            words = self._by.get(text[at : at + self._size])
            if not words or at < last or any(text.startswith(word, max(0, at - offset)) for word, offset in words):
                continue
            for word, offset in words:
                slip = self._slip(text, at - offset, word)
                if slip and slip[0] >= last and not self._right(text, *slip):
                    yield *slip, word
                    last = slip[1]
                    break

    def _right(self, text: str, start: int, end: int) -> bool:
        """Whether a word that is right stands here or reaches in here."""
        near = self._exact.found(text, max(0, start - 30), min(len(text), end + 30))
        return any(at < end and start < at + len(word) for at, word in near)

    def _slip(self, text: str, start: int, word: str) -> tuple[int, int] | None:
        size = len(word)
        for low, length in (
            (start, size),
            (start, size - 1),
            (start + 1, size - 1),
            (start, size + 1),
            (start - 1, size + 1),
        ):
            if low < 0:
                continue
            said = text[low : low + length]
            if len(said) == length and (said[0] == word[0] or said[-1] == word[-1]) and self._close(said, word):
                return low, low + length
        return None

    def _close(self, said: str, word: str) -> bool:
        at = next((nth for nth, (one, other) in enumerate(zip(said, word, strict=False)) if one != other), len(word))
        if at >= len(word) or at >= len(said):
            return False
        if len(said) == len(word):
            if said[at + 1 :] != word[at + 1 :] or {said[at], word[at]} <= APART:
                return False
            return alike(said[at], word[at]) or (len(word) >= self._sure and 0 < at < len(word) - 1)
        if at == 0:
            return False
        if len(said) < len(word):
            return said[at:] == word[at + 1 :] and word[at] not in APART and len(word) >= self._sure
        doubled = said[at] == said[at - 1]
        return said[at + 1 :] == word[at:] and (doubled or self._sure < 6) and said[at] not in APART


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
