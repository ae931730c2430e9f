"""Who may do what with which key, and which keys seal: the two documents that the site's root key signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from hemei.seal import fields
from hemei.seal.digest import canonical
from hemei.seal.errors import NotAStatement
from hemei.seal.keys import Signed, good, public_hex, read_object, read_signature, sign

POSTS = ("first", "second", "final", "release", "withdraw", "reporter", "correspondent")
COUNTY = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Posts are held by days of the county's calendar; keys are valid by moments. (No summer time since 1991.)"""


@dataclass(frozen=True, slots=True)
class Post:
    """A post held from the first day to the last, both included; `until` None is for good."""

    post: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A public key from a moment on, up to but not including another; `until` None is for good."""

    key: str
    since: datetime
    until: datetime | None

    def at(self, when: datetime) -> bool:
        """Whether the key is valid at this moment."""
        return self.since <= when and (self.until is None or when < self.until)

    def plain(self) -> dict[str, Any]:
        return {"key": self.key, "from": fields.shown(self.since), "until": fields.shown_or_none(self.until)}

    @classmethod
    def read(cls, value: object, where: str) -> PersonKey:
        data = fields.exactly(value, "key from until", where)
        since, until = fields.time(data["from"], where), fields.time_or_none(data["until"], where)
        return cls(fields.digest(data["key"], where), since, until)


EditionKey = PersonKey


@dataclass(frozen=True, slots=True)
class Person:
    person: str
    name: str
    posts: tuple[Post, ...]
    keys: tuple[PersonKey, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Format hemei-roster/1: everybody who signs or signed, with posts and keys by date; nobody is ever taken out."""

    site: str
    number: int
    time: datetime
    people: tuple[Person, ...]

    def person(self, person: str) -> Person | None:
        return next((each for each in self.people if each.person == person), None)

    def name(self, person: str) -> str:
        """The name to show, or the id itself for somebody who is not on the roster."""
        found = self.person(person)
        return found.name if found else person

    def holds(self, person: str, post: str, when: datetime) -> bool:
        """Whether the person holds the post on the county's day in which this moment lies."""
        found = self.person(person)
        today = when.astimezone(COUNTY).date()
        return found is not None and any(
            each.post == post and each.since <= today and (each.until is None or today <= each.until)
            for each in found.posts
        )

    def key_of(self, person: str, public_hex: str, when: datetime) -> bool:
        """Whether this was the person's key at that moment."""
        found = self.person(person)
        return found is not None and any(each.key == public_hex and each.at(when) for each in found.keys)

    def document(self) -> dict[str, Any]:
        """The object to be signed by the root key."""
        people = [
            {
                "person": each.person,
                "name": each.name,
                "posts": [
                    {"post": held.post, "from": held.since.isoformat(), "until": held.until and held.until.isoformat()}
                    for held in each.posts
                ],
                "keys": [each_key.plain() for each_key in each.keys],
            }
            for each in self.people
        ]
        head = {"format": "hemei-roster/1", "site": self.site, "number": self.number}
        return head | {"time": fields.shown(self.time), "people": people}

    @classmethod
    def read(cls, document: object) -> Roster:
        """Read the document strictly. Raises NotAStatement. The signature is the caller's to check."""
        data = fields.statement(document, "hemei-roster/1", "number time people")
        people = tuple(_person(each) for each in fields.items(data["people"], "people"))
        if len({each.person for each in people}) != len(people):
            raise NotAStatement("people: somebody stands twice")
        owners = {each_key.key: each.person for each in people for each_key in each.keys}
        if any(owners[each_key.key] != each.person for each in people for each_key in each.keys):
            raise NotAStatement("people: two of them share a key")
        return cls(data["site"], fields.whole(data["number"], "number", 1), fields.time(data["time"], "time"), people)


def _person(value: object) -> Person:
    data = fields.exactly(value, "person name posts keys", "people")
    posts = []
    for each in fields.items(data["posts"], "posts", 1000):
        held = fields.exactly(each, "post from until", "posts")
        if held["post"] not in POSTS:
            raise NotAStatement(f"posts: no such post: {held['post']!r:.40}")
        posts.append(Post(held["post"], fields.day(held["from"], "posts"), fields.day_or_none(held["until"], "posts")))
    return Person(
        fields.label(data["person"], "person"),
        fields.label(data["name"], "name"),
        tuple(posts),
        tuple(PersonKey.read(each, "keys") for each in fields.items(data["keys"], "keys", 1000)),
    )


@dataclass(frozen=True, slots=True)
class Revoked:
    key: str
    time: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Format hemei-keys/1: the root key, the keys that may seal editions, and the keys that no longer may."""

    site: str
    number: int
    time: datetime
    root: str
    edition: tuple[EditionKey, ...]
    revoked: tuple[Revoked, ...] = ()

    def seals(self, public_hex: str, when: datetime) -> bool:
        """Whether this key may seal an edition or freshness of this moment.

        A revoked key may seal nothing, whatever the date that its holder writes: who stole it can write any date.
        """
        if self.is_revoked(public_hex):
            return False
        return any(each.key == public_hex and each.at(when) for each in self.edition)

    def is_revoked(self, public_hex: str) -> bool:
        return any(each.key == public_hex for each in self.revoked)

    def document(self) -> dict[str, Any]:
        """The object to be signed by the root key; see `rotate` when that key changes."""
        revoked = [{"key": each.key, "time": fields.shown(each.time), "why": each.why} for each in self.revoked]
        head = {"format": "hemei-keys/1", "site": self.site, "number": self.number, "time": fields.shown(self.time)}
        return head | {"root": self.root, "edition": [each.plain() for each in self.edition], "revoked": revoked}

    @classmethod
    def read(cls, document: object) -> Keys:
        """Read the document strictly. Raises NotAStatement. See `read_keys` for whole files with signatures."""
        data = fields.statement(document, "hemei-keys/1", "number time root edition revoked")
        revoked = []
        for each in fields.items(data["revoked"], "revoked"):
            one = fields.exactly(each, "key time why", "revoked")
            key, when = fields.digest(one["key"], "revoked"), fields.time(one["time"], "revoked")
            revoked.append(Revoked(key, when, fields.text(one["why"], "why")))
        return cls(
            data["site"],
            fields.whole(data["number"], "number", 1),
            fields.time(data["time"], "time"),
            fields.digest(data["root"], "root"),
            tuple(PersonKey.read(each, "edition") for each in fields.items(data["edition"], "edition")),
            tuple(revoked),
        )


def rotate(keys: Keys, old: bytes, new: bytes) -> dict[str, Any]:
    """The link of keys.json that hands the root over: its document names the new root, and both private keys sign."""
    document = keys.document()
    signatures = [sign(private, document) for private in (old, new)]
    if signatures[1].key != keys.root:
        raise ValueError("the document must name the new root")
    return {
        "document": document,
        "signatures": [{"key": each.key, "signature": each.signature} for each in signatures],
    }


def certified(before: bytes | None, site: str, root: bytes, public: str, now: datetime) -> bytes:
    """The bytes of the next keys.json, in which this edition key seals from now on. Raises NotAStatement.

    ``before`` are the bytes so far, None for a new site; ``root`` is the private key of the root in force. Numbers rise,
    for readers refuse a lower one than they have seen. Earlier keys stay, and end now, so that what they sealed stays
    genuine; what was revoked stays so; the rotations of the root stay in the chain.
    """
    named, new = public_hex(root), PersonKey(public, now, None)
    if before is None:
        return keys_file(sign(root, Keys(site, 1, now, named, (new,)).document()))
    last = read_keys(before, named)
    after = now + timedelta(seconds=1)  # a statement of this very second is still theirs
    earlier = (replace(each, until=min(each.until or after, after)) for each in last.edition)
    keys = replace(last, number=last.number + 1, time=now, edition=(*earlier, new))
    chain = read_object(before).get("chain", [])
    rotations = [link for link in chain if "signatures" in link]
    return keys_file(*rotations, sign(root, keys.document()))


def keys_file(*links: Signed | Mapping[str, Any]) -> bytes:
    """The bytes of keys.json: the one signed document, or (after a rotation) the chain of rotations and the newest."""
    plain = [dict(each.plain() if isinstance(each, Signed) else each) for each in links]
    return canonical(plain[0] if len(plain) == 1 else {"chain": plain})


def read_keys(data: bytes, trusted: str) -> Keys:
    """The newest keys in keys.json, reached from a root key (hex) that the reader already trusts.

    Links before the first one that the trusted key signed are passed over, for a reader may have learned of a later
    root. From there on each link must be signed by the root so far, a link that names another root by that one too, and
    numbers must rise. Raises NotAStatement, in Chinese when no link is signed by the trusted root.
    """
    value = read_object(data)
    links = fields.items(fields.exactly(value, "chain")["chain"], "chain", 100) if "chain" in value else [value]
    found: Keys | None = None
    before: Keys | None = None
    for link in links:
        keys, content, signatures = _link(link)
        if before and (keys.number <= before.number or keys.site != before.site):
            raise NotAStatement("keys.json 的换钥记录次序不对，或混入了别的站点")
        before = keys
        signers = {key for key, signature in signatures if good(content, key, signature)}
        if len(signers) != len(signatures):
            raise NotAStatement("keys.json 里有签名对不上")
        if trusted not in signers:
            if found:
                raise NotAStatement("keys.json 的换钥记录断了：后一份没有前一把根密钥的签名")
            continue
        if keys.root not in signers:
            raise NotAStatement("keys.json 换了根密钥，却没有新密钥自己的签名")
        made_it = found is None and keys.root == trusted and len(signers) == 2  # the other one is of the root before
        if not made_it and signers != {trusted, keys.root}:
            raise NotAStatement("keys.json 的换钥记录里有不相干的签名")
        found, trusted = keys, keys.root
    if found is None:
        raise NotAStatement("keys.json 不是由您信任的根密钥签署的")
    return found


def _link(value: object) -> tuple[Keys, bytes, list[tuple[str, str]]]:
    if isinstance(value, Mapping) and "signatures" in value:
        data = fields.exactly(value, "document signatures")
        pairs = [fields.exactly(each, "key signature") for each in fields.items(data["signatures"], "signatures", 2)]
        if len(pairs) != 2:
            raise NotAStatement("keys.json 的换钥记录要有新旧两把根密钥的签名")
        signatures = [read_signature(pair["key"], pair["signature"]) for pair in pairs]
        return Keys.read(data["document"]), canonical(data["document"]), signatures
    signed = Signed.from_plain(value)
    return Keys.read(signed.document), signed.content, [(signed.key, signed.signature)]
