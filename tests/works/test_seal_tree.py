"""The tree: one root for one set of leaves, however it came about; proofs; bundles that nobody has to trust."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.seal.branch import check, check_absent, prove
from hemei.seal.bundles import LARGEST, MOST_LEAVES, bundles, changed_bundles, entries
from hemei.seal.digest import canonical, digest
from hemei.seal.errors import BadTree
from hemei.seal.tree import (
    EMPTY,
    Kept,
    Leaf,
    Node,
    find,
    leaf_hash,
    leaves,
    root,
    root_of,
    update,
    why_not,
)
from hemei.seal.whole import ordered_root, place, summed

PATHS = [f"a/{number}/index.html" for number in range(40)]
changes = st.dictionaries(st.sampled_from(PATHS), st.none() | st.integers(0, 3), max_size=12)


def leaf(path: str, size: int = 1) -> Leaf:
    return Leaf(path, size, digest(f"{path} {size}".encode()))


def grown(count: int) -> Kept:
    nodes = Kept()
    update(nodes, {path: leaf(path) for path in (f"a/{number}/index.html" for number in range(count))})
    return nodes


@settings(max_examples=150, deadline=None)
@given(st.lists(changes, max_size=12))
def test_any_history_of_changes_ends_in_the_root_and_the_nodes_of_a_fresh_build(history: list[dict[str, int | None]]):
    nodes, there = Kept(), dict[str, Leaf]()
    for step in history:
        wanted = {path: None if size is None else leaf(path, size) for path, size in step.items()}
        there = {path: each for path, each in (there | wanted).items() if each}
        assert update(nodes, wanted) == root(there.values()) == root_of(nodes)
    fresh = Kept()
    update(fresh, there)
    assert nodes.nodes == fresh.nodes
    assert {each.path for each in leaves(nodes)} == there.keys()
    assert all(Node.from_bytes(node.to_bytes()) == node for node in nodes.nodes.values())


def test_a_tree_of_thousands_shaken_at_random_keeps_equal_to_a_fresh_build():
    rnd = random.Random(5)
    nodes, there = grown(3000), {path: leaf(path) for path in (f"a/{number}/index.html" for number in range(3000))}
    for _ in range(30):
        picked = {
            f"a/{rnd.randrange(4000)}/index.html": rnd.choice([None, 1, 2, 3]) for _ in range(rnd.choice([1, 400]))
        }
        wanted = {path: None if size is None else leaf(path, size) for path, size in picked.items()}
        there = {path: each for path, each in (there | wanted).items() if each}
        assert update(nodes, wanted) == root(there.values())


def test_the_order_of_leaves_and_the_empty_and_the_lone_tree():
    several = [leaf(path) for path in PATHS]
    assert root(several) == root(reversed(several))
    assert root([]) == EMPTY == root_of(Kept())
    assert root([several[0]]) == leaf_hash(several[0]).hex()
    with pytest.raises(BadTree):
        root([several[0], leaf(several[0].path, 2)])


class Counted(Kept):
    """Counts what an update reads and writes."""

    def __init__(self, nodes: Kept) -> None:
        super().__init__()
        self.nodes, self.touched = nodes.nodes, list[str]()

    def get(self, prefix: str) -> Node | None:
        self.touched.append(f"get {prefix}")
        return super().get(prefix)

    def put(self, prefix: str, node: Node, was: Node | None) -> None:
        self.touched.append(f"put {prefix}")
        super().put(prefix, node, was)


def test_one_change_among_ten_thousand_writes_only_the_nodes_on_its_way():
    nodes = Counted(grown(10_000))
    update(nodes, {"a/77/index.html": leaf("a/77/index.html", 9)})
    assert sum(each.startswith("put") for each in nodes.touched) <= 5
    assert len(nodes.touched) <= 11
    nodes.touched.clear()
    update(nodes, {"a/77/index.html": leaf("a/77/index.html", 9), "not there": None})
    assert not [each for each in nodes.touched if each.startswith("put")]


def test_proofs_hold_for_their_leaf_and_root_only_and_stay_small():
    nodes = grown(5000)
    top = root_of(nodes)
    for number in (0, 1, 1234, 4999):
        path = f"a/{number}/index.html"
        proof = prove(nodes, path)
        assert len(proof) < 2000
        assert find(nodes, path) == leaf(path)
        assert check(proof, leaf(path), top)
        assert not check(proof, leaf(path, 2), top)
        assert not check(proof, leaf("a/x/index.html"), top)
        assert not check(proof, leaf(path), "f" * 64)
        assert not check_absent(proof, path, top)


def test_no_proof_with_one_byte_changed_cut_or_added_holds():
    nodes = grown(300)
    there, gone = "a/7/index.html", "a/nobody.html"
    for path in (there, gone):
        proof = prove(nodes, path)
        assert check(proof, leaf(path), root_of(nodes)) == (path == there)
        assert check_absent(proof, path, root_of(nodes)) == (path == gone)
        forged = [proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :] for at in range(len(proof))]
        for other in [*forged, *(proof[:at] for at in range(len(proof))), proof + b"\0"]:
            assert not check(other, leaf(path), root_of(nodes))
            assert not check_absent(other, path, root_of(nodes))


@pytest.mark.parametrize("count", [0, 1, 2, 17, 300])
def test_absence_is_proved_in_trees_of_every_size(count: int):
    nodes = grown(count)
    for number in range(200):
        path = f"nobody/{number}"
        assert check_absent(prove(nodes, path), path, root_of(nodes))
        assert not check(prove(nodes, path), leaf(path), root_of(nodes))


@pytest.mark.parametrize(("count", "files"), [(0, 0), (1, 1), (256, 1), (257, 17), (10_000, 273)])
def test_bundles_give_back_every_leaf(count: int, files: int):
    nodes = grown(count)
    found = dict(bundles(nodes))
    assert len(found) == files
    assert all(len(data) < LARGEST for data in found.values())
    assert sorted(each.path for each in entries(found.__getitem__, root_of(nodes))) == sorted(
        each.path for each in leaves(nodes)
    )


def test_an_edition_adds_only_the_bundles_that_are_new_and_all_of_them():
    nodes = grown(0)
    kept: dict[str, bytes] = {}
    for size in (200, 256, 257, 258, 1500, 257, 256, 3, 0):
        before = sum(1 for _ in leaves(nodes))
        paths = [f"a/{number}/index.html" for number in range(max(size, before))]
        update(nodes, {path: leaf(path) if at < size else None for at, path in enumerate(paths)})
        kept.update(changed_bundles(nodes, kept.__contains__))
        assert sum(1 for _ in entries(kept.__getitem__, root_of(nodes))) == size
    nodes = grown(10_000)
    kept = dict(bundles(nodes))
    update(nodes, {"a/77/index.html": leaf("a/77/index.html", 9)})
    assert len(dict(changed_bundles(nodes, kept.__contains__))) == 3


def swapped(found: dict[str, bytes], top: str, change: object) -> dict[str, bytes]:
    value = json.loads(found[top])
    value.update(change)  # type: ignore[call-overload]
    return {**found, top: canonical(value)}


def test_hostile_bundles_are_refused_one_by_one():
    nodes = grown(400)
    top, found = root_of(nodes), dict(bundles(nodes))
    child = json.loads(found[top])["children"]
    wide = {"leaves": [[f"{number:05}", 1, "0" * 64] for number in range(10_000)]}
    no_leaves = {"format": "hemei-tree/1", "depth": 0}
    other = root([leaf("x")])
    for name, bad in {
        "two children swapped": swapped(found, top, {"children": [child[1], child[0], *child[2:]]}),
        "a child left out": swapped(found, top, {"children": [None, *child[1:]]}),
        "another depth": swapped(found, top, {"depth": 1}),
        "a depth that is true": swapped(found, top, {"depth": False}),
        "one field more": swapped(found, top, {"note": 1}),
        "both kinds": swapped(found, top, {"leaves": []}),
        "ten thousand wide": {**found, top: canonical(no_leaves | wide)},
        "endless": {**found, top: found[top] + b" " * LARGEST},
        "deep": {**found, top: b"[" * 100_000},
        "not canonical": {**found, top: found[top].replace(b",", b", ", 1)},
        "a child's place taken by another's bundle": {**found, child[0]: found[child[1]]},
        "a loop": {**found, child[0]: found[top]},
        "no leaves": {**found, child[0]: canonical({"format": "hemei-tree/1", "depth": 1, "leaves": []})},
        "an honest bundle of another place": {
            **found, child[0]: canonical({"format": "hemei-tree/1", "depth": 1, "leaves": [["x", 1, other]]})
        },
    }.items():  # fmt: skip
        with pytest.raises(BadTree):
            assert not list(entries(bad.__getitem__, top)), name


def test_a_subtree_of_few_leaves_that_lists_children_is_not_canonical():
    nodes = grown(30)
    node = nodes.nodes[""]
    parts = {"format": "hemei-tree/1", "depth": 0}
    made, names = dict[str, bytes](), list[str | None]()
    for digit, slot in enumerate(node.children):
        inside = [slot] if isinstance(slot, Leaf) else list(leaves(nodes, f"{digit:x}"))
        below = sorted([each.path, each.size, each.digest] for each in inside if each)
        name = (leaf_hash(slot) if isinstance(slot, Leaf) else slot.hash).hex() if slot else None
        names.append(name)
        if name:
            made[name] = canonical({**parts, "depth": 1, "leaves": below})
    made[root_of(nodes)] = canonical({**parts, "children": names})
    with pytest.raises(BadTree, match="直接列出"):
        list(entries(made.__getitem__, root_of(nodes)))


def test_more_leaves_than_allowed_stop_the_reading():
    nodes = grown(300)
    with pytest.raises(BadTree):
        list(entries(dict(bundles(nodes)).__getitem__, root_of(nodes), most=MOST_LEAVES))


def test_one_bad_bundle_leaves_the_others_readable():
    nodes = grown(2000)
    found = dict(bundles(nodes))
    gone = next(name for name, data in found.items() if b'"leaves"' in data)
    missing = len(json.loads(found[gone])["leaves"])
    told: list[str] = []
    read = list(
        entries(
            lambda name: b"{}" if name == gone else found[name],
            root_of(nodes),
            refused=lambda prefix, name, why: told.append(name),
        )
    )
    assert told == [gone]
    assert len(read) == 2000 - missing


@pytest.mark.parametrize(
    "path",
    ["", "/a", "a//b", "a/", "..", "a/../b", "./a", "a\\b", "a\nb", "\ud800", "x" * 1025, "y" * 256,
     ".well-known/hemei/edition.json", ".well-known/hemei"],
)  # fmt: skip
def test_paths_that_no_tree_may_hold_are_named(path: str):
    assert why_not(Leaf(path, 0, "0" * 64))


def test_ordinary_paths_and_entries_may_stand_in_a_tree():
    for path in ("index.html", "a/12/proof.json", "专题/桥.html", "!admitted/story:12", ".well-known/security.txt"):
        assert why_not(Leaf(path, 0, "0" * 64)) is None
    assert why_not(Leaf("!theme", 1, "0" * 64))
    assert why_not(Leaf("index.html", 1, "A" * 64))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abcdef/!", min_size=1, max_size=6), unique=True, max_size=60))
def test_leaves_in_order_give_the_same_root_whatever_their_number(paths: list[str]) -> None:
    leaves = [Leaf(path, 3, digest(path.encode())) for path in paths]
    assert ordered_root(sorted(map(place, leaves))) == root(leaves)


def test_stored_nodes_come_to_their_root_until_one_of_them_is_another() -> None:
    nodes = Kept()
    whole = update(nodes, {leaf.path: leaf for leaf in (Leaf(f"a/{at}", 1, digest(b"%d" % at)) for at in range(300))})

    def stored(other: dict[str, Node]) -> list[tuple[str, bytes]]:
        return [(prefix, node.to_bytes()) for prefix, node in sorted({**nodes.nodes, **other}.items(), reverse=True)]

    assert summed(stored({}), {}) == {"": (bytes.fromhex(whole), 300)}
    deep = max(nodes.nodes, key=len)
    for other in (
        nodes.nodes[deep[:-1]],
        next(node for prefix, node in nodes.nodes.items() if prefix != deep and prefix),
    ):
        with pytest.raises(BadTree):
            summed(stored({deep: other}), {})


def test_parts_of_a_stored_tree_are_summed_apart() -> None:
    nodes = Kept()
    whole = update(nodes, {leaf.path: leaf for leaf in (Leaf(f"a/{at}", 1, digest(b"%d" % at)) for at in range(300))})
    stored = [(prefix, node.to_bytes()) for prefix, node in sorted(nodes.nodes.items(), reverse=True)]
    below: dict[str, tuple[bytes, int]] = {}
    for digit in "0123456789abcdef":
        below |= summed([(prefix, data) for prefix, data in stored if prefix[:1] == digit], {})
    assert len(below) == 16
    assert summed(stored[-1:], below) == {"": (bytes.fromhex(whole), 300)}
    with pytest.raises(BadTree, match=r"^3$"):
        summed(stored[-1:], {prefix: part for prefix, part in below.items() if prefix != "3"})
