"""What people and the press sign: read strictly, and checked against the roster. Formats: docs/edition.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from hemei.seal import fields
from hemei.seal.digest import Digest
from hemei.seal.errors import NotAStatement, Refused
from hemei.seal.keys import Signed, verify
from hemei.seal.roster import EditionKey, Keys, Person, PersonKey, Post, Revoked, Roster

__all__ = [
    "Edition", "EditionKey", "Freshness", "Keys", "NotAStatement", "Person", "PersonKey", "Post", "Recall", "Refused",
    "Release", "Revoked", "Roster", "Stamp", "Withdrawal", "checked_recall", "checked_release", "checked_roster",
    "checked_stamp", "checked_withdrawal",
]  # fmt: skip

STAGES = ("first", "second", "final")
MAY_WITHDRAW = ("first", "second", "final", "withdraw")
MAY_RECALL = ("release", *MAY_WITHDRAW)
RECALLED = ("release", "withdrawal")
"""What can be called off before it is carried out."""
NOTICES = ("error", "request", "rights", "expired")
"""Why a withdrawal is made known to readers: each a fixed wording of the press, for nobody reviewed any other."""
AHEAD = timedelta(minutes=5)
"""How far another's clock may be ahead of ours."""
FRESH = timedelta(days=7)
"""How long a freshness statement is good for."""

POST_NAMES = {"first": "初审", "second": "复审", "final": "终审", "release": "签发", "withdraw": "撤稿"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """Format hemei-stamp/1: one person's review 审签 of exactly one version, at one stage."""

    site: str
    piece: str
    version: Digest
    stage: str
    person: str
    time: datetime

    def document(self) -> dict[str, Any]:
        """The object to be signed by the reviewer's own key."""
        named = {"site": self.site, "piece": self.piece, "version": self.version, "stage": self.stage}
        return {"format": "hemei-stamp/1", **named, "person": self.person, "time": fields.shown(self.time)}

    @classmethod
    def read(cls, document: object) -> Stamp:
        """Read the document strictly. Raises NotAStatement."""
        data = fields.statement(document, "hemei-stamp/1", "piece version stage person time")
        if data["stage"] not in STAGES:
            raise NotAStatement("stage is not first, second or final")
        piece, version = fields.piece(data["piece"]), fields.digest(data["version"], "version")
        person = fields.label(data["person"], "person")
        return cls(data["site"], piece, version, data["stage"], person, fields.time(data["time"], "time"))


@dataclass(frozen=True, slots=True)
class Release:
    """Format hemei-release/1: the order 签发 to print one version, not before a moment when there is one."""

    site: str
    piece: str
    version: Digest
    person: str
    time: datetime
    not_before: datetime | None = None

    def document(self) -> dict[str, Any]:
        """The object to be signed by the releaser's own key."""
        named = {"site": self.site, "piece": self.piece, "version": self.version, "person": self.person}
        times = {"time": fields.shown(self.time), "not_before": fields.shown_or_none(self.not_before)}
        return {"format": "hemei-release/1", **named, **times}

    @classmethod
    def read(cls, document: object) -> Release:
        """Read the document strictly. Raises NotAStatement."""
        data = fields.statement(document, "hemei-release/1", "piece version person time not_before")
        piece, version = fields.piece(data["piece"]), fields.digest(data["version"], "version")
        person = fields.label(data["person"], "person")
        not_before = fields.time_or_none(data["not_before"], "not_before")
        return cls(data["site"], piece, version, person, fields.time(data["time"], "time"), not_before)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Format hemei-withdrawal/1: the order 撤稿 to take a piece out of every edition, with its reason.

    At once, or when a moment comes 到期撤下. The fields that say when, and whether readers are told, are left out where
    they say nothing: so that a withdrawal is what it was before there were any.
    """

    site: str
    piece: str
    person: str
    time: datetime
    reason: str
    not_before: datetime | None = None
    notice: str = ""
    """One of NOTICES when the withdrawal is to be listed among the corrections; else empty."""

    def document(self) -> dict[str, Any]:
        """The object to be signed by the editor's own key."""
        named = {"site": self.site, "piece": self.piece, "person": self.person}
        said = {"format": "hemei-withdrawal/1", **named, "time": fields.shown(self.time), "reason": self.reason}
        if self.not_before:
            said["not_before"] = fields.shown(self.not_before)
        return said | {"notice": self.notice} if self.notice else said

    @classmethod
    def read(cls, document: object) -> Withdrawal:
        """Read the document strictly. Raises NotAStatement."""
        given = document if isinstance(document, dict) else {}
        more = "".join(f" {name}" for name in ("not_before", "notice") if name in given)
        data = fields.statement(document, "hemei-withdrawal/1", f"piece person time reason{more}")
        piece, person = fields.piece(data["piece"]), fields.label(data["person"], "person")
        reason, time = fields.text(data["reason"], "reason"), fields.time(data["time"], "time")
        not_before = fields.time(data["not_before"], "not_before") if "not_before" in data else None
        if "notice" in data and data["notice"] not in NOTICES:
            raise NotAStatement(f"notice is not one of {', '.join(NOTICES)}")
        return cls(data["site"], piece, person, time, reason, not_before, data.get("notice", ""))


@dataclass(frozen=True, slots=True)
class Recall:
    """Format hemei-recall/1: the order 收回 not to carry out what was signed for a piece up to this time, and is not done."""

    site: str
    piece: str
    what: str
    """One of RECALLED."""
    person: str
    time: datetime

    def document(self) -> dict[str, Any]:
        """The object to be signed by the editor's own key."""
        named = {"site": self.site, "piece": self.piece, "what": self.what, "person": self.person}
        return {"format": "hemei-recall/1", **named, "time": fields.shown(self.time)}

    @classmethod
    def read(cls, document: object) -> Recall:
        """Read the document strictly. Raises NotAStatement."""
        data = fields.statement(document, "hemei-recall/1", "piece what person time")
        if data["what"] not in RECALLED:
            raise NotAStatement("what is not release or withdrawal")
        piece, person = fields.piece(data["piece"]), fields.label(data["person"], "person")
        return cls(data["site"], piece, data["what"], person, fields.time(data["time"], "time"))


@dataclass(frozen=True, slots=True)
class Edition:
    """Format hemei-edition/1: one sealed state 版次 of the whole site. It never expires."""

    site: str
    number: int
    root: Digest
    previous: Digest | None
    files: int
    bytes: int
    time: datetime

    def document(self) -> dict[str, Any]:
        """The object to be signed by an edition key."""
        head = {"format": "hemei-edition/1", "site": self.site, "number": self.number, "root": self.root}
        sizes = {"previous": self.previous, "files": self.files, "bytes": self.bytes}
        return {**head, **sizes, "time": fields.shown(self.time)}

    @classmethod
    def read(cls, document: object) -> Edition:
        """Read the document strictly. Raises NotAStatement."""
        data = fields.statement(document, "hemei-edition/1", "number root previous files bytes time")
        previous = None if data["previous"] is None else fields.digest(data["previous"], "previous")
        return cls(
            data["site"],
            fields.whole(data["number"], "number", 1),
            fields.digest(data["root"], "root"),
            previous,
            fields.whole(data["files"], "files"),
            fields.whole(data["bytes"], "bytes"),
            fields.time(data["time"], "time"),
        )


@dataclass(frozen=True, slots=True)
class Freshness:
    """Format hemei-freshness/1: that an edition was the newest at a moment; good for seven days."""

    site: str
    number: int
    root: Digest
    time: datetime
    until: datetime

    def document(self) -> dict[str, Any]:
        """The object to be signed by an edition key."""
        head = {"format": "hemei-freshness/1", "site": self.site, "number": self.number, "root": self.root}
        return {**head, "time": fields.shown(self.time), "until": fields.shown(self.until)}

    @classmethod
    def read(cls, document: object) -> Freshness:
        """Read the document strictly. Raises NotAStatement, also when it claims more than seven days."""
        data = fields.statement(document, "hemei-freshness/1", "number root time until")
        since, until = fields.time(data["time"], "time"), fields.time(data["until"], "until")
        if not since < until <= since + FRESH:
            raise NotAStatement("until is not within seven days after time")
        number, root = fields.whole(data["number"], "number", 1), fields.digest(data["root"], "root")
        return cls(data["site"], number, root, since, until)


def checked_stamp(signed: Signed, roster: Roster, site: str, now: datetime) -> Stamp:
    """The stamp, when its signer holds that post and key at its time, for this site. Raises Refused, in Chinese."""
    stamp = _read(signed, Stamp.read, "审签")
    _backed(signed, stamp, roster, site, now, "审签", (stamp.stage,))
    return stamp


def checked_release(signed: Signed, roster: Roster, site: str, now: datetime) -> Release:
    """The release, when its signer holds the post 签发 and that key at its time, for this site. Raises Refused.

    `not_before` is not looked at: when it is due is the press's to decide.
    """
    release = _read(signed, Release.read, "签发")
    _backed(signed, release, roster, site, now, "签发", ("release",))
    return release


def checked_withdrawal(signed: Signed, roster: Roster, site: str, now: datetime) -> Withdrawal:
    """The withdrawal, when its signer holds one of the posts that may withdraw at its time. Raises Refused.

    `not_before` is not looked at: when it is due is the press's to decide.
    """
    withdrawal = _read(signed, Withdrawal.read, "撤稿")
    _backed(signed, withdrawal, roster, site, now, "撤稿", MAY_WITHDRAW)
    return withdrawal


def checked_recall(signed: Signed, roster: Roster, site: str, now: datetime) -> Recall:
    """The recall, when its signer holds one of the posts that release or withdraw at its time. Raises Refused."""
    recall = _read(signed, Recall.read, "收回")
    _backed(signed, recall, roster, site, now, "收回", MAY_RECALL)
    return recall


def checked_roster(signed: Signed, keys: Keys) -> Roster:
    """The roster, when the root key of these keys signed it for their site. Raises Refused, in Chinese."""
    if not verify(signed, keys.root):
        raise Refused("名册不是由站点的根密钥签署的，请用根密钥重新签署名册")
    try:
        roster = Roster.read(signed.document)
    except NotAStatement as error:
        raise Refused(f"名册不合格式（{error}），请重新生成并签署") from error
    if roster.site != keys.site:
        raise Refused("名册属于另一个站点，请换用本站的名册")
    return roster


class _Order(Protocol):
    @property
    def site(self) -> str: ...
    @property
    def person(self) -> str: ...
    @property
    def time(self) -> datetime: ...


_Made = TypeVar("_Made", Stamp, Release, Withdrawal, Recall)


def _read(signed: Signed, read: Callable[[object], _Made], what: str) -> _Made:
    try:
        return read(signed.document)
    except NotAStatement as error:
        raise Refused(f"这份{what}不合格式（{error}），请重新{what}") from error


def _backed(
    signed: Signed, order: _Order, roster: Roster, site: str, now: datetime, what: str, posts: Iterable[str]
) -> None:
    who = roster.name(order.person)
    if order.site != site or roster.site != site:
        raise Refused(f"这份{what}属于另一个站点，在本站无效；请在本站重新{what}")
    if not verify(signed):
        raise Refused(f"{who}的{what}签名对不上，内容或签名被改动过；请本人重新{what}")
    if order.time > now + AHEAD:
        raise Refused(f"{who}的{what}时间在将来，请核对两台机器的时钟后重新{what}")
    if not roster.key_of(order.person, signed.key, order.time):
        raise Refused(f"签名的密钥当时不是{who}名下的；请本人用自己的密钥重新{what}，或请管理员更新名册")
    posts = tuple(posts)
    if not any(roster.holds(order.person, post, order.time) for post in posts):
        needed = "、".join(POST_NAMES[post] for post in posts)
        raise Refused(f"{who}当时不担任{needed}，不能{what}；请由担任者来做，或请管理员更新名册")
