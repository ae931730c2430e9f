"""The tree as a whole: its root from scratch in bounded memory, its leaves at once, and whether a stored one is sound."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby

from hemei.seal.digest import Digest
from hemei.seal.errors import BadTree
from hemei.seal.tree import Leaf, Nodes, inner_hash, stacked


def place(leaf: Leaf) -> tuple[bytes, bytes]:
    """Where a leaf lies, and its hash: 32 bytes each. Sorted, they are what `ordered_root` takes."""
    path = leaf.path.encode()
    said = b"".join(
        (b"\0", len(path).to_bytes(2, "big"), path, leaf.size.to_bytes(8, "big"), bytes.fromhex(leaf.digest))
    )
    return hashlib.sha256(path).digest(), hashlib.sha256(said).digest()


def ordered_root(places: Iterable[tuple[bytes, bytes]]) -> Digest:
    """The root over leaves given by `place` and in its order, each once; only a 256th of them is in memory at a time."""
    return joined(
        (first, *grown([(where.hex(), leaf) for where, leaf in group]))
        for first, group in groupby(places, lambda pair: pair[0][0])
    )


def grown(pairs: list[tuple[str, bytes]]) -> tuple[bytes, int]:
    """(hash, number) of the leaves in one 256th of the tree, given as (key in hex, hash) in order."""
    return stacked(pairs, 2), len(pairs)


def joined(parts: Iterable[tuple[int, bytes, int]]) -> Digest:
    """The root over the 256ths of the tree: first byte of the keys in it, and what `grown` says; empty ones left out."""
    above: list[list[tuple[int, bytes, int]]] = [[] for _ in range(16)]
    for first, part, count in parts:
        above[first >> 4].append((first & 15, part, count))
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


def summed(nodes: Iterable[tuple[str, bytes]], below: Mapping[str, tuple[bytes, int]]) -> dict[str, tuple[bytes, int]]:
    """What stored nodes come to, by prefix: (hash, leaves) of each that no other of them holds.

    The nodes are given as (prefix, `Node.to_bytes`) with every child before its parent; `below` has what is known of
    nodes that are not given. Each hash is made from the bytes of the leaves, so that equal hashes mean equal leaves in
    sound nodes. Raises BadTree, with the prefix, when a node's child is missing or is not what the node says.
    """
    found = dict(below)
    for prefix, data in nodes:
        hashes: list[bytes] = []
        bitmap = count = at = 0
        while at < len(data):
            digit = data[at]
            if digit & 16:
                end = at + 41
                part, leaves = data[at + 1 : at + 33], int.from_bytes(data[at + 33 : end], "big")
                child = f"{prefix}{digit & 15:x}"
                if found.pop(child, None) != (part, leaves):
                    raise BadTree(child)
            else:
                end = at + 43 + int.from_bytes(data[at + 1 : at + 3], "big")
                part, leaves = hashlib.sha256(b"\0" + data[at + 1 : end]).digest(), 1
            bitmap |= 1 << (digit & 15)
            hashes.append(part)
            count, at = count + leaves, end
        whole = hashlib.sha256(b"\1" + bitmap.to_bytes(2, "big") + b"".join(hashes)).digest()
        found[prefix] = (hashes[0] if count == 1 else whole, count)
    return found


def rows(nodes: Nodes, prefix: str) -> list[tuple[str, int, Digest]]:
    """Path, size and digest of every leaf below a node, by path: what `leaves` gives, without making values of them."""
    found: list[tuple[str, int, Digest]] = []
    for data in nodes.below(prefix):
        at, end = 0, len(data)
        while at < end:
            if data[at] & 16:
                at += 41
                continue
            length = data[at + 1] << 8 | data[at + 2]
            path, size, content = _leaf(length).unpack_from(data, at + 3)
            found.append((path.decode(), size, content.hex()))
            at += 43 + length
    return sorted(found)


@cache
def _leaf(length: int) -> struct.Struct:
    """A stored leaf whose path has so many bytes, from its path on."""
    return struct.Struct(f">{length}sQ32s")
