"""The tree over an edition: one hash for every file of the site, kept up to date change by change.

A 16-way trie over the hex digits of SHA-256(path). A leaf that is alone in its subtree stands in the highest slot where
it is alone, so the shape, and with it the root, depends on the leaves only and never on the order of changes:

- leaf  = SHA-256(0x00, u16 length of path, path, u64 size, SHA-256 of the content)
- inner = SHA-256(0x01, u16 bitmap of the children that are there, their hashes in order); bit n (value 1<<n) is digit n
- the empty tree is 32 zero bytes; a tree of one leaf is that leaf's hash.

All numbers are big-endian. docs/edition.md has the same for strangers, with test vectors.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, Protocol

from hemei.seal.digest import MOST, Digest
from hemei.seal.errors import BadTree

EMPTY: Digest = "0" * 64
"""The root of the tree without leaves."""
LONGEST_PATH = 1024
"""Bytes of UTF-8 in a path, at most."""
RESERVED = ".well-known/hemei/"
"""Where the seal itself lies: no leaf may be below it, for it cannot hold its own hash."""

_LEAF = struct.Struct(">H")
_SIZE = struct.Struct(">Q")
_DIGITS = "0123456789abcdef"
_HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII)
# Most paths are plain, and are spared the slower look at every character.
_PLAIN = re.compile(r"!?[a-z0-9-][a-z0-9.:-]*(/[a-z0-9-][a-z0-9.-]*)*", re.ASCII)


class Leaf(NamedTuple):
    """One file of the site (or an entry that is no file, its path beginning with ``!``): size in bytes, SHA-256."""

    path: str
    size: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Below:
    """A subtree of at least two leaves that is kept as a node of its own."""

    hash: bytes
    count: int


Slot = Leaf | Below | None

_BYTE = [bytes([number]) for number in range(32)]
_KINDS = (b"\0", b"\x10")


@dataclass(frozen=True)
class Node:
    """An inner node: sixteen slots. Leaves are kept in the slot itself, so that a change writes few rows.

    A slot is kept as bytes, and read when somebody asks: most slots of a node that is changed stay as they are.
    """

    parts: tuple[bytes | None, ...]
    """Of a leaf the byte 0x00 and `leaf_bytes`; of a subtree the byte 0x10, its hash, and its count as u64."""

    @classmethod
    def of(cls, children: Iterable[Slot]) -> Node:
        """The node with these in its slots."""
        return cls(tuple([_part(slot) if slot else None for slot in children]))

    @cached_property
    def children(self) -> tuple[Slot, ...]:
        """What the slots hold. Raises BadTree."""
        return tuple([self.slot(digit) for digit in range(16)])

    def slot(self, digit: int) -> Slot:
        """What one slot holds. Raises BadTree."""
        part = self.parts[digit]
        if part is None:
            return None
        if part[0]:
            return Below(part[1:33], int.from_bytes(part[33:], "big"))
        try:
            return read_leaf(part, 1)[0]
        except (struct.error, UnicodeDecodeError) as error:
            raise BadTree("a stored node is damaged") from error

    def has_below(self, digit: int) -> bool:
        """Whether a slot holds a subtree."""
        part = self.parts[digit]
        return bool(part and part[0])

    @cached_property
    def count(self) -> int:
        """Leaves in this subtree."""
        return sum([int.from_bytes(part[33:], "big") if part[0] else 1 for part in self.parts if part])

    @cached_property
    def hashes(self) -> tuple[bytes | None, ...]:
        """What each slot contributes; None for an empty one."""
        return tuple([part and (part[1:33] if part[0] else hashlib.sha256(part).digest()) for part in self.parts])

    @cached_property
    def hash(self) -> bytes:
        """The 32 bytes that stand for this subtree. Only the root may hold a single leaf; it then is that leaf."""
        if self.count == 1:
            return next(each for each in self.hashes if each)
        return inner_hash(self.hashes)

    def to_bytes(self) -> bytes:
        """Compact bytes for a store; this is ours alone, no part of the published format."""
        return b"".join([_BYTE[digit | part[0]] + part[1:] for digit, part in enumerate(self.parts) if part])

    @classmethod
    def from_bytes(cls, data: bytes) -> Node:
        """Read back what `to_bytes` wrote. Raises BadTree."""
        parts: list[bytes | None] = [None] * 16
        at = 0
        try:
            while at < len(data):
                digit = data[at]
                after = at + (41 if digit & 16 else 43 + (data[at + 1] << 8 | data[at + 2]))
                parts[digit & 15] = _KINDS[digit >> 4] + data[at + 1 : after]
                at = after
        except IndexError as error:
            raise BadTree("a stored node is damaged") from error
        if at > len(data):
            raise BadTree("a stored node is damaged")
        return cls(tuple(parts))


class Nodes(Protocol):
    """A store of nodes by prefix: the hex digits on the way to them, "" is the root. Only `update` writes to it."""

    def get(self, prefix: str) -> Node | None: ...
    def below(self, prefix: str) -> Iterable[bytes]:
        """The bytes of every node whose prefix begins with this one."""
        ...

    def expect(self, keys: Sequence[str]) -> None:
        """Told which keys are about to be changed, in the order in which the nodes on the way to them will be asked for."""
        ...

    def put(self, prefix: str, node: Node, was: Node | None) -> None: ...
    def drop(self, prefix: str, was: Node) -> None: ...


class Kept:
    """Nodes in memory, for tests, small sites and one-off work."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def get(self, prefix: str) -> Node | None:
        return self.nodes.get(prefix)

    def below(self, prefix: str) -> Iterable[bytes]:
        return (node.to_bytes() for each, node in self.nodes.items() if each.startswith(prefix))

    def expect(self, keys: Sequence[str]) -> None:
        pass  # all of them are at hand

    def put(self, prefix: str, node: Node, was: Node | None) -> None:
        self.nodes[prefix] = node

    def drop(self, prefix: str, was: Node) -> None:
        del self.nodes[prefix]


def key(path: str) -> str:
    """Where a path lies in the tree: the 64 hex digits of its SHA-256. Raises BadTree for lone surrogates."""
    try:
        return hashlib.sha256(path.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise BadTree("a path holds a lone surrogate") from error


def why_not(leaf: Leaf) -> str | None:
    """None when a leaf may stand in a tree that others will verify; else what is wrong with it, in Chinese.

    A path is relative, its parts are names (not empty, ``.`` or ``..``), without control characters or backslashes, and
    outside `RESERVED`. Entries that are no files begin with ``!`` and have size 0.
    """
    path = leaf.path
    if not (_PLAIN.fullmatch(path) and len(path) < 256) and (why := _why_not_path(path)):
        return why
    if not 0 <= leaf.size <= MOST or (leaf.size and path.startswith("!")):
        return "大小不合规定"
    if not _HEX64.fullmatch(leaf.digest):
        return "摘要不是 64 位小写十六进制"
    return None


def _why_not_path(path: str) -> str | None:
    if not path or len(path.encode("utf-8", "surrogatepass")) > LONGEST_PATH:
        return "路径为空或过长"
    if any(part in ("", ".", "..") or len(part.encode("utf-8", "surrogatepass")) > 255 for part in path.split("/")):
        return "路径里有空的、过长的或“.”“..”一段"
    if any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char == "\\" or 0xD800 <= ord(char) < 0xE000 for char in path):
        return "路径里有控制字符、反斜线或不成字的码位"
    if path.startswith(RESERVED) or path == RESERVED[:-1]:
        return "路径落在封印自己的目录里"
    return None


def leaf_bytes(leaf: Leaf) -> bytes:
    """What is hashed of a leaf, after the byte 0x00. Raises BadTree when it does not fit the format."""
    try:
        path = leaf.path.encode()
        content = bytes.fromhex(leaf.digest)
        head, size = _LEAF.pack(len(path)), _SIZE.pack(leaf.size)
    except (ValueError, struct.error) as error:
        raise BadTree(f"not a leaf: {leaf!r:.200}") from error
    if len(content) != 32 or content.hex() != leaf.digest:
        raise BadTree(f"not a digest: {leaf.digest!r:.80}")
    return b"".join((head, path, size, content))


def leaf_hash(leaf: Leaf) -> bytes:
    """The 32 bytes that stand for a leaf."""
    return hashlib.sha256(b"\0" + leaf_bytes(leaf)).digest()


def inner_hash(hashes: Sequence[bytes | None]) -> bytes:
    """The 32 bytes that stand for an inner node with these sixteen children, None for those that are not there."""
    bitmap = sum([1 << digit for digit, each in enumerate(hashes) if each])
    return hashlib.sha256(b"\1" + _LEAF.pack(bitmap) + b"".join(each for each in hashes if each)).digest()


def root(leaves: Iterable[Leaf]) -> Digest:
    """The root over these leaves from scratch, in any order. Raises BadTree when two have the same path."""
    return subtree(leaves, 0).hex()


def subtree(leaves: Iterable[Leaf], depth: int) -> bytes:
    """The hash of the subtree `depth` digits down that holds exactly these leaves; all share their first digits."""
    pairs = sorted((key(leaf.path), leaf_hash(leaf)) for leaf in leaves)
    if pairs and pairs[0][0][:depth] != pairs[-1][0][:depth]:
        raise BadTree("有条目不属于这一包的位置")
    if any(one[0] == other[0] for one, other in pairwise(pairs)):
        raise BadTree("the same path stands twice")
    return stacked(pairs, depth)


def update(nodes: Nodes, changes: Mapping[str, Leaf | None]) -> Digest:
    """Put, replace or (None) remove leaves by path, and return the new root: equal to `root` over what is then there.

    Costs the depth of the tree (about five nodes at a million leaves) for each change, less where changes share their
    way; what does not change is neither read nor written. Removing what is not there does nothing.
    """
    listed: list[_Change] = []
    for path, leaf in changes.items():
        if leaf is not None and leaf.path != path:
            raise BadTree(f"the leaf for {path!r} has another path")
        listed.append((key(path), leaf and _part(leaf)))
    listed.sort()
    nodes.expect([where for where, _ in listed])
    before = nodes.get("")
    parts = before.parts if before else _NONE
    after = _spread(nodes, "", parts, listed)
    if after != parts:
        if any(after):
            nodes.put("", Node(after), before)
        elif before:
            nodes.drop("", before)
    return root_of(nodes)


def root_of(nodes: Nodes) -> Digest:
    """The root of the tree that a store holds."""
    node = nodes.get("")
    return node.hash.hex() if node else EMPTY


def find(nodes: Nodes, path: str) -> Leaf | None:
    """The leaf with this path, or None."""
    found = way_to(nodes, key(path))[1]
    return found if found and found.path == path else None


def leaves(nodes: Nodes, prefix: str = "") -> Iterator[Leaf]:
    """Every leaf below a node, in the order of the tree."""
    node = nodes.get(prefix)
    for digit, slot in enumerate(node.children if node else ()):
        if isinstance(slot, Leaf):
            yield slot
        elif slot:
            yield from leaves(nodes, prefix + _DIGITS[digit])


_Change = tuple[str, bytes | None]
"""A leaf's key, and the slot that it makes; None for one that goes."""
_NONE: tuple[bytes | None, ...] = (None,) * 16


def _part(slot: Leaf | Below) -> bytes:
    """A slot as a node keeps it."""
    return b"\0" + leaf_bytes(slot) if isinstance(slot, Leaf) else b"\x10" + slot.hash + _SIZE.pack(slot.count)


def stacked(pairs: list[tuple[str, bytes]], depth: int) -> bytes:
    """The hash over leaves as (key, hash), sorted, which share their first `depth` digits."""
    if len(pairs) < 2:
        return pairs[0][1] if pairs else bytes(32)
    bitmap, parts, start, end = 0, [], 0, len(pairs)
    while start < end:
        digit = pairs[start][0][depth]
        after = start + 1
        while after < end and pairs[after][0][depth] == digit:
            after += 1
        bitmap |= 1 << int(digit, 16)
        parts.append(pairs[start][1] if after == start + 1 else stacked(pairs[start:after], depth + 1))
        start = after
    return hashlib.sha256(b"\1" + _LEAF.pack(bitmap) + b"".join(parts)).digest()


def _spread(
    nodes: Nodes, prefix: str, parts: tuple[bytes | None, ...], changes: list[_Change]
) -> tuple[bytes | None, ...]:
    depth = len(prefix)
    split: dict[str, list[_Change]] = {}
    for change in changes:
        split.setdefault(change[0][depth], []).append(change)
    after = list(parts)
    for digit, some in split.items():
        at = int(digit, 16)
        after[at] = _changed(nodes, prefix + digit, after[at], some)
    return tuple(after)


def _changed(nodes: Nodes, prefix: str, part: bytes | None, changes: list[_Change]) -> bytes | None:
    if part is None or not part[0]:
        if part:
            own = hashlib.sha256(part[3 : 3 + (part[1] << 8 | part[2])]).hexdigest()
            if all(where != own for where, _ in changes):
                changes = [(own, part), *changes]
        changes = [change for change in changes if change[1]]
        if len(changes) < 2:
            return changes[0][1] if changes else None
        made = Node(_spread(nodes, prefix, _NONE, changes))
        nodes.put(prefix, made, None)
        return _part(Below(made.hash, made.count))
    node = nodes.get(prefix)
    if node is None:
        raise BadTree(f"the node at {prefix!r} is gone from the store")
    after = Node(_spread(nodes, prefix, node.parts, changes))
    if after == node:
        return part
    if after.count < 2:
        # A leaf left alone moves up: what stands here must not tell what stood here before.
        nodes.drop(prefix, node)
        return next((each for each in after.parts if each), None)
    nodes.put(prefix, after, node)
    return _part(Below(after.hash, after.count))


def way_to(nodes: Nodes, where: str) -> tuple[list[Node], Leaf | None]:
    """The inner nodes on the way to a key, and the leaf at its end, which may be another's. Raises BadTree."""
    way: list[Node] = []
    node = nodes.get("")
    if node and node.count == 1:
        return way, next(slot for slot in node.children if isinstance(slot, Leaf))
    while node:
        slot = node.slot(int(where[len(way)], 16))
        way.append(node)
        if not isinstance(slot, Below):
            return way, slot
        node = nodes.get(where[: len(way)])
    if way:
        raise BadTree(f"the node at {where[: len(way)]!r} is gone from the store")
    return way, None


def read_leaf(data: bytes, at: int) -> tuple[Leaf, int]:
    """The leaf whose `leaf_bytes` begin here, and where they end. Raises BadTree, struct.error or UnicodeDecodeError."""
    length = _LEAF.unpack_from(data, at)[0]
    end = at + 2 + length
    (size,) = _SIZE.unpack_from(data, end)
    content = data[end + 8 : end + 40]
    if len(content) != 32:
        raise BadTree("a leaf is cut short")
    return Leaf(data[at + 2 : end].decode(), size, content.hex()), end + 40


Fetch = Callable[[Digest], bytes]
"""The bytes of the bundle with this name, at most `bundles.LARGEST` of them."""
