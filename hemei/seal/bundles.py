"""The tree as files: `/.well-known/hemei/tree/<hash>`, from which a verifier reads every leaf, checking every hash.

A subtree of at most 256 leaves is one file that lists them; a larger one lists its children. A file never changes, so
an edition adds only those on the way to what changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec

from hemei.seal.digest import Digest, parse
from hemei.seal.errors import BadTree
from hemei.seal.tree import EMPTY, Below, Fetch, Leaf, Nodes, inner_hash, key, subtree
from hemei.seal.whole import rows

FORMAT = "hemei-tree/1"
MOST_LEAVES = 256
"""Leaves in one bundle, at most; a subtree of more lists its children."""
LARGEST = 512 * 1024
"""Bytes of one bundle, at most: 256 leaves of the longest path, with room."""

_WRITER = msgspec.json.Encoder(order="sorted")
Spread = Callable[[Fetch, list[Digest]], Iterable[bytes]]
"""How to fetch several bundles: `map`, or one that fetches some of them at the same time, in order."""


def bundles(nodes: Nodes) -> Iterator[tuple[Digest, bytes]]:
    """Every bundle of the tree as (name, bytes), children before their parents. The empty tree has none."""
    return changed_bundles(nodes, lambda name: False)


def changed_bundles(nodes: Nodes, known: Callable[[Digest], bool]) -> Iterator[tuple[Digest, bytes]]:
    """The bundles that a store does not know yet, children before their parents.

    So whoever keeps each as it comes may say of a known bundle that all below it is known too, even after a crash.
    """
    node = nodes.get("")
    if node is None or known(node.hash.hex()):
        return
    lone = next(slot for slot in node.children if isinstance(slot, Leaf)) if node.count == 1 else None
    yield from _bundles(nodes, "", lone or Below(node.hash, node.count), node.hash.hex(), known)


def _bundles(
    nodes: Nodes, prefix: str, slot: Leaf | Below, name: Digest, known: Callable[[Digest], bool]
) -> Iterator[tuple[Digest, bytes]]:
    """A bundle that is not known, and those below it that are not."""
    if isinstance(slot, Leaf):
        yield name, _listed(len(prefix), [(slot.path, slot.size, slot.digest)])
        return
    if slot.count <= MOST_LEAVES:
        yield name, _listed(len(prefix), rows(nodes, prefix))
        return
    node = nodes.get(prefix)
    if node is None:
        raise BadTree(f"the node at {prefix!r} is gone from the store")
    children = [each.hex() if each else None for each in node.hashes]
    for digit, (child, below) in enumerate(zip(node.children, children, strict=True)):
        if child and below and not known(below):
            yield from _bundles(nodes, f"{prefix}{digit:x}", child, below, known)
    yield name, _WRITER.encode({"format": FORMAT, "depth": len(prefix), "children": children})


def _listed(depth: int, found: list[tuple[str, int, Digest]]) -> bytes:
    # Canonical without a look at each value (hemei.seal.digest): they are what the tree holds, and there are many.
    return _WRITER.encode({"format": FORMAT, "depth": depth, "leaves": found})


def entries(
    fetch: Fetch,
    root: Digest,
    *,
    most: int = 50_000_000,
    spread: Spread = map,
    refused: Callable[[str, Digest, str], None] | None = None,
) -> Iterator[Leaf]:
    """Every leaf below a root, read from bundles that nobody has to trust: each must hash to its name.

    Bounded: one bundle has at most LARGEST bytes, the tree 64 levels and `most` leaves. A bad bundle raises BadTree;
    with `refused` it is handed over instead (prefix, name, why in Chinese), what is below it is left out, and the rest
    is still read. `fetch` may raise BadTree itself for what it cannot get. `spread` may fetch several at once.
    """
    if root == EMPTY:
        return
    level = [("", root)]
    counts: Counter[str] = Counter()
    parents: list[tuple[str, Digest]] = []
    holes: list[str] = []
    total = 0

    def safely(name: Digest) -> bytes:
        # A failure is told in its turn; the others of the batch must still come.
        try:
            return fetch(name)
        except BadTree as error:
            failures[name] = str(error)
            return b""

    while level:
        below: list[tuple[str, Digest]] = []
        failures: dict[Digest, str] = {}
        for (prefix, name), data in zip(level, spread(safely, [name for _, name in level]), strict=True):
            try:
                if name in failures:
                    raise BadTree(failures[name])
                found = read_bundle(data, prefix, name)
            except BadTree as error:
                if refused is None:
                    raise
                refused(prefix, name, str(error))
                holes.append(prefix)
                continue
            if found and not isinstance(found[0], Leaf):
                parents.append((prefix, name))
                below.extend(item for item in found if not isinstance(item, Leaf))
                continue
            total += len(found)
            if total > most:
                raise BadTree(f"树里的条目超过了 {most} 条")
            for depth in range(len(prefix)):
                counts[prefix[:depth]] += len(found)
            yield from (item for item in found if isinstance(item, Leaf))
        level = below
    for prefix, name in parents:
        if counts[prefix] <= MOST_LEAVES and not any(hole.startswith(prefix) for hole in holes):
            why = f"这一包不足 {MOST_LEAVES + 1} 条，按规定应直接列出"
            if refused is None:
                raise BadTree(why)
            refused(prefix, name, why)


def read_bundle(data: bytes, prefix: str, name: Digest) -> list[Leaf] | list[tuple[str, Digest]]:
    """The leaves that a bundle lists, or its children as (prefix, name). Raises BadTree (Chinese) for any other bytes.

    `prefix` is where its parent says that it lies: every path in it must lie there too.
    """
    if len(data) > LARGEST:
        raise BadTree("这一包过大")
    try:
        value = parse(data)
    except ValueError as error:
        raise BadTree("这一包不是规范的 JSON") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise BadTree(f"这一包的格式不是 {FORMAT}")
    depth = value.get("depth")
    if isinstance(depth, bool) or depth != len(prefix):
        raise BadTree("这一包的层数与位置不符")
    if value.keys() == {"format", "depth", "leaves"}:
        return _read_leaves(value["leaves"], prefix, name)
    if value.keys() == {"format", "depth", "children"}:
        return _read_children(value["children"], prefix, name)
    raise BadTree("这一包的字段不合规定")


def _read_leaves(listed: Any, prefix: str, name: Digest) -> list[Leaf]:
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_LEAVES:
        raise BadTree(f"一包列 1 到 {MOST_LEAVES} 条")
    found = []
    for row in listed:
        if not isinstance(row, list) or len(row) != 3:
            raise BadTree("一条是路径、大小、摘要三项")
        path, size, content = row
        if not isinstance(path, str) or type(size) is not int or not isinstance(content, str):
            raise BadTree("一条是路径、大小、摘要三项")
        found.append(Leaf(path, size, content))
    if any(one.path >= other.path for one, other in pairwise(found)):
        raise BadTree("各条没有按路径排好，或有重复")
    if not key(found[0].path).startswith(prefix):
        raise BadTree("有条目不属于这一包的位置")
    if subtree(found, len(prefix)).hex() != name:  # which looks at the others' places
        raise BadTree("内容与名字（哈希）不符")
    return found


def _read_children(value: Any, prefix: str, name: Digest) -> list[tuple[str, Digest]]:
    if not isinstance(value, list) or len(value) != 16 or len(prefix) > 62:
        raise BadTree("子树应是 16 项")
    hashes: list[bytes | None] = []
    for child in value:
        if child is None:
            hashes.append(None)
        elif isinstance(child, str) and len(child) == 64 and child == child.lower() and child.isascii():
            try:
                hashes.append(bytes.fromhex(child))
            except ValueError as error:
                raise BadTree("子树的名字不是哈希") from error
        else:
            raise BadTree("子树的名字不是哈希")
    if not any(hashes) or inner_hash(hashes).hex() != name:
        raise BadTree("内容与名字（哈希）不符")
    return [(f"{prefix}{digit:x}", each.hex()) for digit, each in enumerate(hashes) if each]
