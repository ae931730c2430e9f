#!/usr/bin/env python3
"""A stranger's verifier of a sealed Hemei site, written from docs/edition.md alone: one file, Python 3.9 or later, nothing else.

    python3 verify.py FOLDER|URL --key FILE [--proofs] [--fresh] [--remember FILE] [--json]

FILE holds the site's root public key, 64 hex digits, which comes from elsewhere than the site. Exit 0: genuine. 1: something is bad, or with
`--fresh` it is not confirmed to be the newest. 2: could not be checked. It shares no code with `hemei verify`; section numbers are those of
docs/edition.md. Ed25519 is computed here in plain Python, some milliseconds a signature.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import re
import socket
import ssl
import stat
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

SEAL = ".well-known/hemei/"
STATEMENT, BUNDLE, PROOF = 1 << 20, 512 << 10, 4 << 20  # the most bytes of each kind that are read
WHOLE = 2**53 - 1
EMPTY = "0" * 64
SECONDS, SLOWEST = 30.0, 64 << 10  # an answer ends within so many seconds, plus one for each 64 KiB


class Refused(Exception):
    """What was read breaks a rule; the text says which."""


class Missing(Refused):
    """There is no such file."""


class Unanswered(Exception):
    """Nobody is there to check."""


def must(holds: bool, why: str) -> None:
    if not holds:
        raise Refused(why)


# Section 1: Ed25519 (RFC 8032, 5.1.7), points as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple  # of four numbers


def add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return i * j % P, k * m % P, j * k % P, i * m % P


def point(data: bytes) -> Point:
    """The point that 32 bytes mean; Refused when they mean none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    must(y < P, "not a point")
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    must((x * x - square) % P == 0 and not (x == 0 and sign), "not a point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed_by(key: str, signature: str, message: bytes) -> bool:
    """Whether [S]B - [h]A is R, byte for byte, and S is below the order."""
    public, r = bytes.fromhex(key), bytes.fromhex(signature)[:32]
    s = int.from_bytes(bytes.fromhex(signature)[32:], "little")
    if s >= ORDER:
        return False
    try:
        x, y, z, t = point(public)
    except Refused:
        return False
    h = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER
    minus = (P - x, y, z, P - t)
    both = add(BASE, minus)
    total: Point = (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        total = add(total, total)
        one, other = s >> bit & 1, h >> bit & 1
        if one or other:
            total = add(total, both if one and other else BASE if one else minus)
    inverse = pow(total[2], -1, P)
    x, y = total[0] * inverse % P, total[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == r


# Section 1: canonical JSON and the fields of documents


def written(value: Any) -> bytes:
    """The canonical bytes of a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def canonical(data: bytes, most: int) -> Any:
    """The value of canonical bytes; Refused for all others."""

    def whole(text: str) -> int:
        must(len(text) <= 17 and abs(int(text)) <= WHOLE, "a number is too large")
        return int(text)

    def never(text: str) -> Any:
        raise Refused("a number is not whole")

    def once(pairs: list) -> dict:
        must(len({name for name, _ in pairs}) == len(pairs), "a key stands twice")
        return dict(pairs)

    must(len(data) <= most, "too long")
    try:
        value = json.loads(data.decode(), parse_int=whole, parse_float=never, parse_constant=never, object_pairs_hook=once)
        same = written(value) == data
    except (ValueError, RecursionError):  # UnicodeError is a ValueError
        raise Refused("not canonical JSON") from None
    must(same, "not canonical JSON")
    return value


def exact(value: Any, *names: str) -> dict:
    must(type(value) is dict and set(value) == set(names), "not the fields that there have to be")
    return value


def number(value: Any, least: int = 1) -> int:
    must(type(value) is int and least <= value <= WHOLE, "not a number as it has to be")
    return value


def matching(pattern: str) -> Callable[[Any], str]:
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        must(type(value) is str and compiled.fullmatch(value) is not None, "not written as it has to be")
        return value

    return check


digest = matching("[0-9a-f]{64}")
public_key = digest
signature_hex = matching("[0-9a-f]{128}")
site_name = matching("[0-9a-f]{16}")
piece_name = matching("[a-z][a-z0-9-]{0,31}:[A-Za-z0-9._-]{1,64}")
time_text = matching("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
date_text = matching("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def clock(value: str) -> datetime:
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)  # noqa: UP017 (3.9)
    except ValueError:
        raise Refused("no such time") from None


def time(value: Any) -> str:
    clock(time_text(value))
    return value


def date(value: Any) -> str:
    clock(date_text(value) + "T00:00:00Z")
    return value


def or_null(check: Callable[[Any], str], value: Any) -> Any:
    return None if value is None else check(value)


def text(value: Any) -> str:
    must(type(value) is str and len(value) <= 2000 and value.strip() != "", "not a text")
    return value


def name(value: Any) -> str:
    must(type(value) is str and 1 <= len(value) <= 64 and value.isprintable() and value == value.strip(), "not an id")
    return value


def list_of(value: Any, most: int = 100_000) -> list:
    must(type(value) is list and len(value) <= most, "not a list, or too long")
    return value


def during(span: dict, moment: str) -> bool:
    """From `from` up to, not including, `until`; times in this form sort as text."""
    return span["from"] <= moment and (span["until"] is None or moment < span["until"])


def ahead(moment: str, now: datetime) -> bool:
    return clock(moment) > now + timedelta(minutes=5)


def check_signature(key: Any, signature: Any, document: Any) -> str:
    must(signed_by(public_key(key), signature_hex(signature), b"hemei\n" + written(document)), "the signature is not good")
    return key


def signed(value: Any) -> tuple[dict, str]:
    """The document of a signed document and the key that signed it."""
    exact(value, "document", "key", "signature")
    must(type(value["document"]) is dict, "not a document")
    return value["document"], check_signature(value["key"], value["signature"], value["document"])


# Section 4: keys


def keys_document(value: Any) -> dict:
    exact(value, "format", "site", "number", "time", "root", "edition", "revoked")
    must(value["format"] == "hemei-keys/1", "another format")
    site_name(value["site"]), number(value["number"]), time(value["time"]), public_key(value["root"])
    for one in list_of(value["edition"]):
        exact(one, "key", "from", "until")
        public_key(one["key"]), time(one["from"]), or_null(time, one["until"])
    for one in list_of(value["revoked"]):
        exact(one, "key", "time", "why")
        public_key(one["key"]), time(one["time"]), text(one["why"])
    return value


def keys_in_force(data: bytes, trusted: str) -> dict:
    """The keys document at the end of the chain that begins with the trusted root."""
    value = canonical(data, STATEMENT)
    links = [value]
    if type(value) is dict and set(value) == {"chain"}:
        links = list_of(value["chain"])
        must(1 <= len(links) <= 100, "not 1 to 100 links")
    found, last = False, None
    for link in links:
        if type(link) is dict and "signatures" in link:
            exact(link, "document", "signatures")
            must(len(list_of(link["signatures"])) == 2, "a rotation has two signatures")
            document = keys_document(link["document"])
            signers = {
                check_signature(exact(one, "key", "signature")["key"], one["signature"], document) for one in link["signatures"]
            }
            must(len(signers) == 2, "a key signs twice")
        else:
            document, key = signed(link)
            signers = {key}
            keys_document(document)
        must(last is None or (document["number"] > last["number"] and document["site"] == last["site"]), "the chain is out of order")
        last = document
        if found or trusted in signers:
            made = not found and document["root"] == trusted and len(signers) == 2  # the rotation that made the trusted root
            must(made or signers == {trusted, document["root"]}, "not signed by the roots that have to sign")
            found, trusted = True, document["root"]
    must(found and last is not None, "nothing in it is signed by your root key")
    return last or {}


def sealed(data: bytes, keys: dict, form: str, now: datetime, *names: str) -> dict:
    """An edition or freshness document, sealed by a valid key."""
    document, key = signed(canonical(data, STATEMENT))
    exact(document, "format", "site", "number", "root", "time", *names)
    must(document["format"] == form, "another format")
    must(document["site"] == keys["site"], "of another site")
    number(document["number"]), digest(document["root"]), time(document["time"])
    must(all(one["key"] != key for one in keys["revoked"]), "sealed by a revoked key")
    valid = any(one["key"] == key and during(one, document["time"]) for one in keys["edition"])
    must(valid, "sealed by a key that is not valid at its time")
    must(not ahead(document["time"], now), "from the future")
    return document


def read_edition(data: bytes, keys: dict, now: datetime) -> dict:
    document = sealed(data, keys, "hemei-edition/1", now, "previous", "files", "bytes")
    or_null(digest, document["previous"]), number(document["files"], 0), number(document["bytes"], 0)
    return document


def read_freshness(data: bytes, keys: dict, now: datetime) -> dict:
    document = sealed(data, keys, "hemei-freshness/1", now, "until")
    lasts = clock(time(document["until"])) - clock(document["time"])
    must(timedelta(0) < lasts <= timedelta(days=7), "its days are not one to seven")
    return document


# Section 5: people

POSTS = {"first", "second", "final", "release", "withdraw", "reporter", "correspondent"}


def read_roster(data: bytes, keys: dict) -> dict:
    document, key = signed(canonical(data, STATEMENT))
    must(key == keys["root"], "not signed by the root key")
    exact(document, "format", "site", "number", "time", "people")
    must(document["format"] == "hemei-roster/1" and document["site"] == keys["site"], "another format or site")
    number(document["number"]), time(document["time"])
    holder: dict[str, str] = {}
    people = set()
    for one in list_of(document["people"]):
        exact(one, "person", "name", "posts", "keys")
        name(one["person"]), name(one["name"])
        must(one["person"] not in people, "an id stands twice")
        people.add(one["person"])
        for post in list_of(one["posts"], 1000):
            exact(post, "post", "from", "until")
            must(type(post["post"]) is str and post["post"] in POSTS, "no such post")
            date(post["from"]), or_null(date, post["until"])
        for span in list_of(one["keys"], 1000):
            exact(span, "key", "from", "until")
            public_key(span["key"]), time(span["from"]), or_null(time, span["until"])
            must(holder.setdefault(span["key"], one["person"]) == one["person"], "a key belongs to two people")
    return document


def stands(value: Any, roster: dict, now: datetime, form: str, extra: str, posts: Callable[[dict], set]) -> dict:
    """A stamp, release or withdrawal, signed by a person who held the post at that time."""
    document, key = signed(value)
    names = {"format", "site", "piece", "person", "time", *extra.split()}
    exact(document, *names)
    must(document["format"] == form and document["site"] == roster["site"], "another format or site")
    piece_name(document["piece"]), name(document["person"]), time(document["time"])
    if "version" in names:
        digest(document["version"])
    must(not ahead(document["time"], now), "from the future")
    day = (clock(document["time"]) + timedelta(hours=8)).strftime("%Y-%m-%d")
    for one in roster["people"]:
        if one["person"] == document["person"]:
            must(any(k["key"] == key and during(k, document["time"]) for k in one["keys"]), "not that person's key at that time")
            held = {p["post"] for p in one["posts"] if p["from"] <= day and (p["until"] is None or day <= p["until"])}
            must(bool(held & posts(document)), "the person did not hold that post")
            return document
    raise Refused("nobody of that id is in the roster")


def check_stamp(value: Any, roster: dict, now: datetime) -> dict:
    def posts(document: dict) -> set:
        must(document["stage"] in ("first", "second", "final"), "no such stage")
        return {document["stage"]}

    return stands(value, roster, now, "hemei-stamp/1", "version stage", posts)


def check_release(value: Any, roster: dict, now: datetime) -> dict:
    document = stands(value, roster, now, "hemei-release/1", "version not_before", lambda _: {"release"})
    or_null(time, document["not_before"])
    return document


def check_proof_file(data: bytes, story: int, admitted: str | None, roster: dict, now: datetime) -> None:
    """Refused unless a/N/proof.json holds."""
    value = exact(canonical(data, PROOF), "format", "version", "stamps", "release")
    must(value["format"] == "hemei-proof/1", "another format")
    version = value["version"]
    must(type(version) is dict and type(version.get("story")) is int and version["story"] == story, "of another story")
    hands = list_of(version.get("hands"))
    must(all(type(hand) is str for hand in hands), "hands are not ids")
    found = hashlib.sha256(written(version)).hexdigest()
    must(found == admitted, "not the version that was admitted")
    stamps = [check_stamp(one, roster, now) for one in list_of(value["stamps"])]
    for one in [*stamps, check_release(value["release"], roster, now)]:
        must(one["piece"] == f"story:{story}" and one["version"] == found, "signed for something else")
    must(sorted(one["stage"] for one in stamps) == ["final", "first", "second"], "not one stamp of each stage")
    reviewers = {one["person"] for one in stamps}
    must(len(reviewers) == 3, "one person stamped twice")
    must(not any(hand in reviewers for hand in hands), "who worked on it has stamped it")


# Section 3: the tree


class Leaf(NamedTuple):
    path: str
    size: int
    digest: str

    @property
    def key(self) -> str:
        return hashlib.sha256(self.path.encode()).hexdigest()

    def hash(self) -> bytes:
        path = self.path.encode()
        packed = b"\x00" + len(path).to_bytes(2, "big") + path + self.size.to_bytes(8, "big") + bytes.fromhex(self.digest)
        return hashlib.sha256(packed).digest()


def inner(slots: list) -> bytes:
    """The hash of an inner node from sixteen hashes or None."""
    bitmap = sum(1 << digit for digit, one in enumerate(slots) if one is not None)
    return hashlib.sha256(b"\x01" + bitmap.to_bytes(2, "big") + b"".join(one for one in slots if one is not None)).digest()


def is_text(path: str) -> bool:
    """False for a name on disk that is not UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def stacked(leaves: list, depth: int) -> bytes | None:
    """The hash of the subtree at that depth that holds just these pairs of (key, leaf)."""
    if len(leaves) < 2:
        return leaves[0][1].hash() if leaves else None
    slots: list = [[] for _ in range(16)]
    for pair in leaves:
        slots[int(pair[0][depth], 16)].append(pair)
    return inner([stacked(one, depth + 1) for one in slots])


def proof_refuses(root: str, path: str, leaf: Leaf | None, proof: bytes) -> None:
    """Refused unless the proof shows, under this root, that the leaf is at the path, or with None that nothing is."""
    at = 0

    def take(count: int) -> bytes:
        nonlocal at
        must(at + count <= len(proof), "the proof is cut")
        at += count
        return proof[at - count : at]

    kind, steps = take(1)[0], take(1)[0]
    must(kind == (0 if leaf else kind) and kind in ((0,) if leaf else (1, 2)) and steps <= 64, "not such a proof")
    key = hashlib.sha256(path.encode()).hexdigest()
    nodes = []
    for depth in range(steps):
        digit, bitmap = int(key[depth], 16), int.from_bytes(take(2), "big")
        last = kind == 1 and depth == steps - 1
        must(bool(bitmap >> digit & 1) != last, "a step leads elsewhere")
        nodes.append((digit, [take(32) if bitmap >> n & 1 and n != digit else None for n in range(16)]))
    below: bytes | None = None
    if kind == 0 and leaf:
        below = leaf.hash()
    elif kind == 2:
        try:
            other = Leaf(take(int.from_bytes(take(2), "big")).decode(), int.from_bytes(take(8), "big"), take(32).hex())
        except UnicodeDecodeError:
            raise Refused("a path that is not UTF-8") from None
        must(other.path != path and other.key[:steps] == key[:steps], "the other leaf does not belong there")
        below = other.hash()
    must(at == len(proof), "something follows the proof")
    for digit, slots in reversed(nodes):
        slots[digit] = below
        below = inner(slots)
    must((below or bytes(32)).hex() == root, "the proof belongs to another root")


def path_fault(leaf: Leaf) -> str | None:
    """What is wrong with the path or the size of a leaf."""
    path = leaf.path
    if path.startswith("!") and leaf.size:
        return "an entry has no size"
    parts = path.encode().split(b"/")
    good = 1 <= len(path.encode()) <= 1024 and all(1 <= len(one) <= 255 and one not in (b".", b"..") for one in parts)
    if not good or re.search(r"[\\\x00-\x1f\x7f-\x9f]", path):
        return "no path that may be"
    return "below the seal" if (path + "/").startswith(SEAL) else None


def read_bundle(data: bytes, name: str, digits: str) -> list:
    """The leaves of a bundle, or the sixteen names of its children."""
    value = canonical(data, BUNDLE)
    must(type(value) is dict and value.get("format") == "hemei-tree/1", "another format")
    must(type(value.get("depth")) is int and value["depth"] == len(digits) < 64, "of another depth")
    if "children" in value:
        children = list_of(exact(value, "children", "depth", "format")["children"])
        must(len(children) == 16, "not sixteen children")
        slots = [None if one is None else bytes.fromhex(digest(one)) for one in children]
        must(inner(slots).hex() == name, "its content is not its name")
        return children
    leaves = []
    for one in list_of(exact(value, "depth", "format", "leaves")["leaves"]):
        must(type(one) is list and len(one) == 3 and type(one[0]) is str and len(one[0].encode()) < 1 << 16, "not a leaf")
        leaves.append(Leaf(one[0], number(one[1], 0), digest(one[2])))
    must(1 <= len(leaves) <= 256, "not 1 to 256 leaves")
    must(all(a.path < b.path for a, b in zip(leaves, leaves[1:])), "leaves out of order")  # noqa: B905, RUF007 (3.9)
    keyed = [(leaf.key, leaf) for leaf in leaves]
    must(all(key.startswith(digits) for key, _ in keyed), "a leaf lies elsewhere")
    must((stacked(keyed, len(digits)) or b"").hex() == name, "its content is not its name")
    return leaves


# Section 2: what is served


class Folder:
    """A copy on disk. Links are never followed."""

    def __init__(self, folder: str) -> None:
        if not os.path.isdir(folder):
            raise Unanswered(f"{folder}: no such folder")
        self.folder = folder
        self.files: set[str] = set()
        self.odd: dict[str, str] = {}
        todo = [""]
        while todo:
            below = todo.pop()
            try:
                with os.scandir(os.path.join(folder, below)) as entries:
                    for entry in entries:
                        self.sort(below, entry, todo)
            except OSError:
                self.odd[below.rstrip("/") or "."] = "cannot be read"

    def sort(self, below: str, entry: os.DirEntry, todo: list) -> None:
        path = below + entry.name
        if entry.is_dir(follow_symlinks=False):
            todo.append(path + "/")
        elif entry.is_file(follow_symlinks=False):
            self.files.add(path)
        else:
            self.odd[path] = "neither a file nor a folder"

    def chunks(self, path: str, most: int) -> Iterator[bytes]:
        if path not in self.files:
            raise Missing("missing")
        try:
            handle = os.open(os.path.join(self.folder, path), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(handle, "rb") as file:
                must(stat.S_ISREG(os.fstat(file.fileno()).st_mode), "not a file")
                while most > 0 and (data := file.read(min(most, 1 << 20))):
                    most -= len(data)
                    yield data
        except OSError:
            raise Refused("cannot be read") from None

    def close(self) -> None:
        pass


class Web:
    """A site by HTTP, one connection that is kept. No redirects, no compression, and every answer ends in time."""

    files: set[str] | None = None  # nobody can list a site
    odd: dict[str, str] = {}

    def __init__(self, address: str, seconds: float = SECONDS, slowest: int = SLOWEST) -> None:
        parts = urllib.parse.urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise Unanswered(f"{address}: no such address")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection = kind(parts.hostname, parts.port, timeout=seconds)
        self.base, self.seconds = urllib.parse.quote(parts.path.rstrip("/"), safe="/%~") + "/", seconds
        self.slowest = slowest
        self.cord: socket.socket | None = None  # a second hold on the connection's socket, by which to cut it
        self.heard = self.late = False
        self.failures = 0

    def cut(self) -> None:
        """End an answer whose time is up, whatever it is doing."""
        self.late = True
        if self.cord is not None:
            with contextlib.suppress(OSError):
                self.cord.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        self.close()
        sock = socket.create_connection((self.connection.host, self.connection.port), self.seconds)
        self.cord = sock.dup()
        if isinstance(self.connection, http.client.HTTPSConnection):
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self.connection.host)
        self.connection.sock = sock

    def answer(self, path: str) -> http.client.HTTPResponse:
        address = self.base + "/".join(urllib.parse.quote(one, safe="") for one in path.split("/"))
        kept = self.connection.sock is not None
        if not kept:
            self.connect()
        headers = {"Accept-Encoding": "identity", "User-Agent": "hemei-second-verifier"}
        try:
            self.connection.request("GET", address, headers=headers)
            return self.connection.getresponse()
        except (OSError, http.client.HTTPException):
            if not kept or self.late:
                raise
        self.connect()  # the server had closed the kept connection
        self.connection.request("GET", address, headers=headers)
        return self.connection.getresponse()

    def chunks(self, path: str, most: int) -> Iterator[bytes]:
        must(self.failures < 8, "it has stopped answering")
        self.late = False
        timer = threading.Timer(self.seconds + most / self.slowest, self.cut)
        timer.daemon = True
        timer.start()
        whole = False
        try:
            response = self.answer(path)
            self.heard = True
            if response.status != 200:
                self.failures = 0
            if response.status in (404, 410):
                raise Missing("missing")
            must(response.status == 200, f"answered with {response.status}")
            must(response.headers.get("Content-Encoding", "identity").lower() == "identity", "compressed")
            while most > 0 and (data := response.read(min(most, 1 << 16))):
                most -= len(data)
                yield data
            if self.late:
                raise TimeoutError
            whole, self.failures = response.isclosed(), 0
        except (OSError, http.client.HTTPException, ValueError):
            if not self.heard:
                raise Unanswered("nobody answers") from None
            self.failures += 1
            raise Refused("no end within the time" if self.late else "no answer") from None
        finally:
            timer.cancel()
            if not whole:
                self.close()

    def close(self) -> None:
        self.connection.close()
        if self.cord is not None:
            self.cord.close()
            self.cord = None


Source = Any  # Folder or Web


def get(source: Source, path: str, most: int) -> bytes:
    data = b"".join(source.chunks(path, most + 1))
    must(len(data) <= most, "too long")
    return data


# Section 7: the checks, in order


class Check:
    """One turn through the checks; `bad` is path -> why."""

    def __init__(self, source: Source, root: str, now: datetime, remembered: dict | None, proofs: bool) -> None:
        self.source, self.trusted, self.now, self.proofs = source, root, now, proofs
        self.remembered = remembered or {}
        self.bad: dict[str, str] = {}
        self.keys: dict | None = None
        self.roster: dict | None = None
        self.edition: dict | None = None
        self.edition_bytes: bytes | None = None
        self.current, self.since = False, ""
        self.files: set[str] = set()  # of the tree
        self.entries: dict[str, str] = {}
        self.bundles: set[str] = set()
        self.unknown: list[str] = []  # digits below which the tree is not known
        self.count = self.total = 0
        self.rolled_back = False

    def attempt(self, path: str, step: Callable[[], Any]) -> Any:
        try:
            return step()
        except Refused as why:
            self.bad.setdefault(path, str(why))
            return None

    def run(self) -> None:
        def statement(name: str) -> bytes:
            return get(self.source, SEAL + name, STATEMENT)

        self.keys = keys = self.attempt(SEAL + "keys.json", lambda: keys_in_force(statement("keys.json"), self.trusted))
        if keys is None:
            return
        self.roster = self.attempt(SEAL + "roster.json", lambda: read_roster(statement("roster.json"), keys))

        def edition() -> dict:
            self.edition_bytes = statement("edition.json")
            return read_edition(self.edition_bytes, keys, self.now)

        self.edition = found = self.attempt(SEAL + "edition.json", edition)
        if found is None:
            return
        self.numbers(keys, found)
        self.attempt(SEAL + "freshness.json", lambda: self.freshness(keys, found))
        if found["root"] != EMPTY:
            self.walk(found["root"], "")
        if not self.unknown and (self.count, self.total) != (found["files"], found["bytes"]):
            self.bad.setdefault(SEAL + "edition.json", "files and bytes do not agree with the tree")
        self.extra()

    def numbers(self, keys: dict, edition: dict) -> None:
        known = self.remembered
        if known.get("site") != keys["site"]:
            return
        before = len(self.bad)
        if edition["number"] < known["number"] or (edition["number"] == known["number"] and edition["root"] != known["root"]):
            self.bad.setdefault(SEAL + "edition.json", "rolled back, or another edition of that number")
        if keys["number"] < known["keys"]:
            self.bad.setdefault(SEAL + "keys.json", "rolled back")
        if self.roster and self.roster["number"] < known["roster"]:
            self.bad.setdefault(SEAL + "roster.json", "rolled back")
        self.rolled_back = len(self.bad) > before

    def freshness(self, keys: dict, edition: dict) -> None:
        self.since = edition["time"]
        try:
            data = get(self.source, SEAL + "freshness.json", STATEMENT)
        except Refused:
            return  # a mirror may well lack it, and who withholds it gains no more than that
        fresh = read_freshness(data, keys, self.now)
        if fresh["number"] == edition["number"]:
            must(fresh["root"] == edition["root"], "the same number, another root")
            self.since = fresh["time"]
            self.current = self.now <= clock(fresh["until"])

    def walk(self, name: str, digits: str) -> int | None:
        """Check what lies below these digits; the number of leaves, or None when it is not known."""
        path = f"{SEAL}tree/{name}"
        content = self.attempt(path, lambda: read_bundle(get(self.source, path, BUNDLE), name, digits))
        self.bundles.add(path)
        if content is None:
            self.unknown.append(digits)
            return None
        if isinstance(content[0], Leaf):
            for leaf in content:
                self.leaf(leaf)
            return len(content)
        counts = [self.walk(child, f"{digits}{slot:x}") for slot, child in enumerate(content) if child is not None]
        known = [one for one in counts if one is not None]
        if len(known) < len(counts):
            return None
        if sum(known) <= 256:
            self.bad.setdefault(path, "a list of children that holds 256 leaves or fewer")
            self.unknown.append(digits)
        return sum(known)

    def leaf(self, leaf: Leaf) -> None:
        fault = path_fault(leaf)
        if fault:
            self.bad.setdefault(leaf.path, fault)
        if leaf.path.startswith("!"):
            self.entries[leaf.path] = leaf.digest
            return
        self.count, self.total = self.count + 1, self.total + leaf.size
        if fault:
            return
        self.files.add(leaf.path)
        self.attempt(leaf.path, lambda: self.file(leaf))

    def file(self, leaf: Leaf) -> None:
        size, sha = 0, hashlib.sha256()
        for data in self.source.chunks(leaf.path, leaf.size + 1):
            size += len(data)
            sha.update(data)
        must(size == leaf.size, "another size")
        must(sha.hexdigest() == leaf.digest, "altered")

    def extra(self) -> None:
        self.bad.update({path: why for path, why in self.source.odd.items() if path not in self.bad})
        for path in self.source.files or ():
            if path in self.files or path in self.bundles or path in {SEAL + one for one in STATEMENTS}:
                continue
            if path.startswith(SEAL):
                known = not (self.unknown and path.startswith(SEAL + "tree/"))
            else:
                key = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
                known = not is_text(path) or not key.startswith(tuple(self.unknown))
            if known:
                self.bad.setdefault(path, "extra")
        if self.source.files is None:
            self.withdrawn()
        if self.proofs and self.roster:
            for path in sorted(self.files):
                found = re.fullmatch("a/([1-9][0-9]{0,15})/proof[.]json", path)
                if found and path not in self.bad:
                    self.attempt(path, lambda path=path, story=int(found[1]): self.proof(path, story))
                article = re.fullmatch("a/([1-9][0-9]{0,15})/index[.]html", path)
                beside = f"a/{article[1]}/proof.json" if article else path
                hidden = hashlib.sha256(beside.encode()).hexdigest().startswith(tuple(self.unknown))
                if beside not in self.files and not hidden:
                    self.bad.setdefault(path, "an article without a proof")

    def withdrawn(self) -> None:
        """A site cannot be listed, but what was withdrawn is known by name."""
        for entry in sorted(self.entries):
            found = re.fullmatch("!withdrawn/story:([1-9][0-9]{0,15})", entry)
            for path in [f"a/{found[1]}/{name}" for name in ("index.html", "proof.json")] if found else []:
                key = hashlib.sha256(path.encode()).hexdigest()
                if path not in self.files and not key.startswith(tuple(self.unknown)):
                    with contextlib.suppress(Refused):
                        for _ in self.source.chunks(path, 1):
                            break
                        self.bad.setdefault(path, "withdrawn, and served all the same")

    def proof(self, path: str, story: int) -> None:
        check_proof_file(get(self.source, path, PROOF), story, self.entries.get(f"!admitted/story:{story}"), self.roster or {}, self.now)


STATEMENTS = ("keys.json", "roster.json", "edition.json", "freshness.json")


def verify(
    open_source: Callable[[], Source], root: str, now: datetime, remembered: dict | None = None, proofs: bool = False
) -> dict:
    """The verdict, and under "remember" what to keep for the next time (None: keep what there was)."""
    for _ in range(3):
        source = open_source()
        try:
            check = Check(source, root, now, remembered, proofs)
            check.run()
        finally:
            source.close()
        if not check.bad or check.edition_bytes is None:
            break
        try:
            source = open_source()
            if get(source, SEAL + "edition.json", STATEMENT) == check.edition_bytes:
                break
        except (Refused, Unanswered):
            break
        finally:
            source.close()
    ok = not check.bad
    remember = None
    if check.keys and check.edition and not check.rolled_back:
        remember = {
            "site": check.keys["site"], "key": check.keys["root"], "number": check.edition["number"], "root": check.edition["root"],
            "keys": check.keys["number"], "roster": check.roster["number"] if check.roster else 0,
        }  # fmt: skip
    return {
        "ok": ok, "current": ok and check.current, "since": check.since, "files": check.count,
        "edition": check.edition and check.edition["number"], "root": check.edition and check.edition["root"],
        "bad": [{"path": path, "why": check.bad[path]} for path in sorted(check.bad)], "remember": remember,
    }  # fmt: skip


def main(arguments: list | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a sealed Hemei site.")
    parser.add_argument("target", help="a folder, or an address that begins with http:// or https://")
    parser.add_argument("--key", required=True, help="a file with the root public key, 64 hex digits")
    parser.add_argument("--proofs", action="store_true", help="check the stamps beside each article too")
    parser.add_argument("--fresh", action="store_true", help="not confirmed current counts as bad")
    parser.add_argument("--remember", help="a file that keeps the numbers seen, against rolling back")
    parser.add_argument("--now", help="the time to check at, such as 2025-03-05T02:00:00Z")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long an answer may take, besides its size")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    try:
        with open(asked.key, encoding="ascii") as file:
            root = public_key(file.read(1000).strip())
        remembered = None
        if asked.remember and os.path.exists(asked.remember):
            with open(asked.remember, encoding="utf-8") as file:
                remembered = json.load(file)
        now = clock(time(asked.now)) if asked.now else datetime.now(timezone.utc)  # noqa: UP017 (3.9)
        web = asked.target.startswith(("http://", "https://"))
        verdict = verify(
            lambda: Web(asked.target, asked.seconds) if web else Folder(asked.target), root, now, remembered, asked.proofs
        )
    except (Refused, Unanswered, OSError, ValueError) as why:
        print(f"could not check: {why}", file=sys.stderr)
        return 2
    remember = verdict.pop("remember")
    if asked.remember and remember:
        with open(asked.remember, "w", encoding="utf-8") as file:
            json.dump(remember, file)
    if asked.json:
        print(json.dumps(verdict))
    else:
        for one in verdict["bad"]:
            print("bad", ascii(one["path"]), one["why"])
        print(f"edition {verdict['edition']}, {verdict['files']} files, root {verdict['root']}")
        print("genuine and current" if verdict["current"] else f"genuine, not confirmed current since {verdict['since']}" if verdict["ok"] else "BAD")
    return 0 if verdict["ok"] and (verdict["current"] or not asked.fresh) else 1


if __name__ == "__main__":
    sys.exit(main())
