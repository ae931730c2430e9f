"""A branch of the tree: proof to whoever has the root that a file is in the tree, or that none has its path.

One byte of kind, one of depth, then for each inner node from the root down its bitmap and the hashes of its children but
for the one on the way; a proof that another leaf stands in the path's place ends with that leaf.
"""

from __future__ import annotations

import struct

from hemei.seal.digest import Digest
from hemei.seal.errors import BadTree
from hemei.seal.tree import Leaf, Nodes, inner_hash, key, leaf_bytes, leaf_hash, read_leaf, way_to

_BITMAP = struct.Struct(">H")
_HERE, _NOBODY, _ANOTHER = 0, 1, 2


def prove(nodes: Nodes, path: str) -> bytes:
    """Proof that a path is in the tree with its size and digest (for `check`), or that it is not (`check_absent`).

    About 2.2 KB at a million leaves: a bitmap and at most fifteen hashes for each of some five levels.
    """
    where = key(path)
    way, leaf = way_to(nodes, where)
    kind = _NOBODY if leaf is None else _HERE if leaf.path == path else _ANOTHER
    parts = [bytes([kind, len(way)])]
    for depth, node in enumerate(way):
        ours = int(where[depth], 16)
        parts.append(_BITMAP.pack(sum(1 << digit for digit, each in enumerate(node.hashes) if each)))
        parts.extend(each for digit, each in enumerate(node.hashes) if each and digit != ours)
    if leaf and kind == _ANOTHER:
        parts.append(leaf_bytes(leaf))
    return b"".join(parts)


def check(proof: bytes, leaf: Leaf, root: Digest) -> bool:
    """Whether the proof shows that exactly this leaf is in the tree with this root."""
    try:
        kind, steps, rest = _read_proof(proof, key(leaf.path))
        return kind == _HERE and not rest and _climb(steps, leaf_hash(leaf)) == bytes.fromhex(root)
    except ValueError:
        return False


def check_absent(proof: bytes, path: str, root: Digest) -> bool:
    """Whether the proof shows that no leaf with this path is in the tree with this root."""
    where = key(path)
    try:
        kind, steps, rest = _read_proof(proof, where)
        found: bytes | None = None
        if kind == _ANOTHER:
            other, end = read_leaf(rest, 0)
            rest = rest[end:]
            if other.path == path or key(other.path)[: len(steps)] != where[: len(steps)]:
                return False
            found = leaf_hash(other)
        return kind in (_NOBODY, _ANOTHER) and not rest and _climb(steps, found) == bytes.fromhex(root)
    except (ValueError, struct.error, IndexError):
        return False


_Step = tuple[int, list[bytes | None]]


def _read_proof(proof: bytes, where: str) -> tuple[int, list[_Step], bytes]:
    """The kind, the steps from the root down (our digit, the sixteen hashes with None in our place), and the rest."""
    if len(proof) < 2 or proof[1] > 64:
        raise BadTree("a proof is cut short, or too deep")
    steps: list[_Step] = []
    at = 2
    last = proof[1] - 1
    for depth in range(proof[1]):
        ours = int(where[depth], 16)
        bitmap = int.from_bytes(proof[at : at + 2], "big")
        # On the way down our own slot is taken; only in the last node may it be empty, and only where nobody is.
        if bool(bitmap & 1 << ours) == (depth == last and proof[0] == _NOBODY):
            raise BadTree("the bitmap of a proof contradicts its kind")
        at += 2
        hashes: list[bytes | None] = [None] * 16
        for digit in range(16):
            if bitmap & 1 << digit and digit != ours:
                hashes[digit], at = proof[at : at + 32], at + 32
        if at > len(proof):
            raise BadTree("a proof is cut short")
        steps.append((ours, hashes))
    return proof[0], steps, proof[at:]


def _climb(steps: list[_Step], found: bytes | None) -> bytes:
    for ours, hashes in reversed(steps):
        hashes[ours] = found
        found = inner_hash(hashes)
    return found or bytes(32)
