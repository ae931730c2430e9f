"""Admission: every signature is checked once, here, against the roster in its file, and the law is asked.

What the database says about who stamped what is only where the evidence is found; the evidence is the signatures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hemei.press.pieces import NotAPiece, read_setting, read_story
from hemei.rooms.newsroom.rules import in_byline
from hemei.rooms.review.rules import Given, fit_to_print, kind_of
from hemei.seal.digest import canonical, digest, parse
from hemei.seal.errors import SealError
from hemei.seal.keys import Signed
from hemei.seal.roster import Roster
from hemei.seal.statement import (
    Recall,
    Release,
    checked_recall,
    checked_release,
    checked_stamp,
    checked_withdrawal,
)

PROOF_FORMAT = "hemei-proof/1"


class NotAdmitted(Exception):
    """The press refuses this order; the message tells the desk why."""


class CalledOff(NotAdmitted):
    """What was signed is not meant any more: another signed order says so. Nobody needs to be alarmed."""


class NotYet(Exception):
    """A timed release 定时 or withdrawal whose moment has not come: it waits, and the law is asked again then."""

    def __init__(self, due: datetime) -> None:
        self.due = due


@dataclass(frozen=True, slots=True)
class Admitted:
    """A version that may be printed, and the proof that lies beside it."""

    piece: str
    version: str
    content: bytes
    proof: bytes
    released: datetime
    """When it comes out."""
    signed: datetime
    timed: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A piece that has to go from every page, with the signed order."""

    piece: str
    proof: bytes
    time: datetime
    """From when on: what was signed by then is overtaken."""
    signed: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the desk's database offers for a release; none of it is believed before it is checked."""

    content: bytes
    stamps: Sequence[bytes]


def released_version(signed: bytes) -> str:
    """Which version a release names, unchecked: what to look up. Raises NotAdmitted."""
    try:
        return Release.read(Signed.from_json(signed).document).version
    except SealError as error:
        raise NotAdmitted(f"签发单不合格式（{error}），请重新签发。") from error


def admit(*, signed: bytes, evidence: Evidence, roster: Roster, site: str, now: datetime) -> Admitted:
    """The version named by this release, when it is signed as the law demands. Raises NotAdmitted, and NotYet."""
    try:
        order = Signed.from_json(signed)
        release = checked_release(order, roster, site, now)
        stamps = [Signed.from_json(stamp) for stamp in evidence.stamps]
        given = [checked_stamp(stamp, roster, site, now) for stamp in stamps]
    except SealError as error:
        raise NotAdmitted(str(error)) from error
    if release.not_before and now < release.not_before:
        raise NotYet(release.not_before)
    if digest(evidence.content) != release.version:
        raise NotAdmitted("定稿的字句与签发时不同，不能付印。请核对数据库是否被改动，并重新送审。")
    barred = _barred(release.piece, evidence.content, roster, site)
    law = [Given(stamp.piece, stamp.version, stamp.stage, stamp.person) for stamp in given]
    why = fit_to_print(release.piece, release.version, law, barred)
    if why:
        raise NotAdmitted(why)
    proof = canonical(
        {
            "format": PROOF_FORMAT,
            "version": parse(evidence.content),
            "stamps": [stamp.plain() for stamp in stamps],
            "release": order.plain(),
        }
    )
    out = max(release.time, release.not_before or release.time)
    return Admitted(
        release.piece, release.version, evidence.content, proof, out, release.time, release.not_before is not None
    )


def _barred(piece: str, content: bytes, roster: Roster, site: str) -> frozenset[str]:
    """Who may not have stamped these bytes; checks on the way that they are the piece which the order names."""
    try:
        if kind_of(piece) == "setting":
            of, name, _ = read_setting(content)
            if (of, f"setting:{name}") != (site, piece):
                raise NotAdmitted("签发单上的设置与内容不是同一项，不能付印。")
            return frozenset()
        story = read_story(content)
    except NotAPiece as error:
        raise NotAdmitted("内容不合付印的格式，请退稿后重新送审。") from error
    if (story.site, f"story:{story.number}") != (site, piece):
        raise NotAdmitted("签发单上的稿件与定稿不是同一篇，不能付印。")
    named = in_byline(story.byline, [(one.person, one.name) for one in roster.people])
    return named | frozenset(story.hands)


def take_out(*, signed: bytes, roster: Roster, site: str, now: datetime) -> Taken:
    """The piece to withdraw, when the order is properly signed. Raises NotAdmitted, and NotYet."""
    try:
        withdrawal = checked_withdrawal(Signed.from_json(signed), roster, site, now)
    except SealError as error:
        raise NotAdmitted(str(error)) from error
    if withdrawal.not_before and now < withdrawal.not_before:
        raise NotYet(withdrawal.not_before)
    return Taken(withdrawal.piece, signed, withdrawal.not_before or withdrawal.time, withdrawal.time)


def called_off(*, signed: bytes, roster: Roster, site: str, now: datetime) -> Recall:
    """What is not to be carried out, when the recall is properly signed. Raises NotAdmitted."""
    try:
        return checked_recall(Signed.from_json(signed), roster, site, now)
    except SealError as error:
        raise NotAdmitted(str(error)) from error
