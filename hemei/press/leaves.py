"""The leaves of a whole tree as they come, in any order, given back by 256ths: most of them lie on the disk meanwhile."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from hemei.seal.errors import BadTree
from hemei.seal.whole import grown, summed

ONE = 64
"""Bytes of one leaf: 32 of its place, 32 of its hash."""
HELD = 16 << 20
"""Bytes that are held in memory."""


class Leaves:
    """Leaves as `hemei.seal.whole.place` gives them, both parts joined; they come and go in lots."""

    def __init__(self, folder: Path) -> None:
        """`folder` takes a nameless file when there are many."""
        self._spill = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._lying: list[list[tuple[int, int]]] = [[] for _ in range(256)]
        self._shelves = [bytearray() for _ in range(256)]
        self._held = 0

    def add(self, leaves: bytes) -> None:
        """One leaf or several."""
        for at in range(0, len(leaves), ONE):
            self._shelves[leaves[at]] += leaves[at : at + ONE]
        self._held += len(leaves)
        if self._held >= HELD:
            self._put_down()

    def shelves(self) -> Iterator[tuple[int, bytes]]:
        """(first byte, leaves) of every 256th of the tree."""
        for first, shelf in enumerate(self._shelves):
            parts = []
            for start, length in self._lying[first]:
                self._spill.seek(start)
                parts.append(self._spill.read(length))
            yield first, b"".join((*parts, shelf))

    def close(self) -> None:
        self._spill.close()

    def _put_down(self) -> None:
        at = self._spill.seek(0, 2)
        for first, shelf in enumerate(self._shelves):
            if shelf:
                self._lying[first].append((at, len(shelf)))
                at += self._spill.write(shelf)
                shelf.clear()
        self._held = 0


Stored = dict[str, tuple[bytes, int]] | str


def examined(first: int, leaves: bytes, nodes: Sequence[tuple[str, bytes]]) -> tuple[int, bytes, int, Stored]:
    """One 256th of the tree, which `first` names: its hash and number of leaves, made anew from these leaves.

    And what its stored nodes (all below its prefix, children first) come to, or the prefix of one that is unsound. Work
    for a pool. Raises BadTree for a path that stands twice.
    """
    pairs = sorted((leaves[at : at + 32].hex(), leaves[at + 32 : at + ONE]) for at in range(0, len(leaves), ONE))
    if len({key for key, _ in pairs}) < len(pairs):
        raise BadTree("the same path stands twice")
    try:
        stored: Stored = summed(nodes, {})
    except BadTree as error:
        stored = str(error)
    return first, *grown(pairs), stored
