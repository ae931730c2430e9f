"""The tree as a whole: its root from scratch in bounded memory, its leaves at once, and whether a stored one is sound."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import groupby

from hemei.seal.digest import Digest
from hemei.seal.tree import Leaf, Nodes, inner_hash, key, leaf_hash, stacked


def place(leaf: Leaf) -> tuple[bytes, bytes]:
    """Where a leaf lies, and its hash: 32 bytes each. Sorted, they are what `ordered_root` takes."""
    return hashlib.sha256(leaf.path.encode()).digest(), leaf_hash(leaf)


def ordered_root(places: Iterable[tuple[bytes, bytes]]) -> Digest:
    """The root over leaves given by `place` and in its order, each once; only a 256th of them is in memory at a time."""
    above: list[list[tuple[int, bytes, int]]] = [[] for _ in range(16)]
    for first, group in groupby(places, lambda pair: pair[0][0]):
        pairs = [(where.hex(), leaf) for where, leaf in group]
        above[first >> 4].append((first & 15, stacked(pairs, 2), len(pairs)))
    level = [_gathered(row) for row in above]
    return _gathered([(digit, each, count) for digit, (each, count) in enumerate(level) if count])[0].hex()


def _gathered(row: list[tuple[int, bytes, int]]) -> tuple[bytes, int]:
    """The hash over some of sixteen children (digit, hash, leaves), and how many leaves there are."""
    count = sum(leaves for _, _, leaves in row)
    if count < 2:
        return (row[0][1], 1) if row else (bytes(32), 0)
    hashes: list[bytes | None] = [None] * 16
    for digit, each, _ in row:
        hashes[digit] = each
    return inner_hash(hashes), count


def unsound(nodes: Nodes, prefix: str = "") -> str | None:
    """The prefix of a node that is not what its parent says, or holds a leaf that lies elsewhere; None when all are."""
    node = nodes.get(prefix)
    for digit, slot in zip("0123456789abcdef", node.children if node else (), strict=False):
        below = prefix + digit
        if isinstance(slot, Leaf):
            if not key(slot.path).startswith(below):
                return prefix
        elif slot:
            child = nodes.get(below)
            if child is None or (child.hash, child.count) != (slot.hash, slot.count):
                return below
            if found := unsound(nodes, below):
                return found
    return None


def rows(nodes: Nodes, prefix: str) -> list[tuple[str, int, Digest]]:
    """Path, size and digest of every leaf below a node, by path: what `leaves` gives, without making values of them."""
    found: list[tuple[str, int, Digest]] = []
    for data in nodes.below(prefix):
        at = 0
        while at < len(data):
            if data[at] & 16:
                at += 41
                continue
            end = at + 3 + int.from_bytes(data[at + 1 : at + 3], "big")
            size = int.from_bytes(data[end : end + 8], "big")
            found.append((data[at + 3 : end].decode(), size, data[end + 8 : end + 40].hex()))
            at = end + 40
    return sorted(found)
