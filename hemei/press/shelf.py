"""A bounded memory: what was not asked for the longest is let go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Things by name, so many bytes of them at the most. For one thread at a time."""

    def __init__(self, most: int, weigh: Callable[[T], int]) -> None:
        self._most, self._weigh = most, weigh
        self._held = 0
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._weights: dict[str, int] = {}

    def get(self, name: str) -> T | None:
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def put(self, name: str, thing: T) -> None:
        """Keep this under its name, or weigh it again; what is too heavy is not kept."""
        self.drop(name)
        weight = self._weigh(thing)
        if weight > self._most // 8:
            return
        self._kept[name], self._weights[name] = thing, weight
        self._held += weight
        while self._held > self._most:
            self.drop(next(iter(self._kept)))

    def drop(self, name: str) -> None:
        if self._kept.pop(name, None) is not None:
            self._held -= self._weights.pop(name)
