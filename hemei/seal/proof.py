"""The `proof.json` beside an article: that three people stamped exactly the version that is printed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from hemei.seal import fields
from hemei.seal.digest import Digest, canonical, digest
from hemei.seal.errors import NotAStatement, Refused
from hemei.seal.keys import Signed, read_object
from hemei.seal.roster import Roster
from hemei.seal.statement import STAGES, Stamp, checked_release, checked_stamp

FORMAT: Final = "hemei-proof/1"
LARGEST = 4 * 1024 * 1024
"""Bytes of a proof, at most."""


class _Signed(Struct, frozen=True, forbid_unknown_fields=True):
    """A stamp or a release as a proof holds it: all that these say is text, or nothing."""

    document: dict[str, str | None]
    key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    signature: Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]


class _Head(Struct, frozen=True, forbid_unknown_fields=True, tag_field="format", tag=FORMAT):
    """A proof without its version, which is its last field."""

    release: _Signed
    stamps: list[_Signed]


_HEAD = msgspec.json.Decoder(_Head)
_WRITER = msgspec.json.Encoder(order="sorted")
"""Writes canonical JSON (hemei.seal.digest) of what holds text only."""


def stamps_over(content: bytes, proof: bytes) -> list[Stamp] | None:
    """The stamps in a proof whose version is exactly this content; None when it is another.

    What was signed is not checked here. Raises NotAStatement when anything but the content, which the caller has read, is
    not in the format or not canonical.
    """
    head = proof.removesuffix(b',"version":' + content + b"}")
    if len(head) == len(proof):
        return None
    if len(proof) > LARGEST:
        raise NotAStatement(f"more than {LARGEST} bytes")
    head += b"}"
    try:
        found = _HEAD.decode(head)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotAStatement(str(error)) from error
    if _WRITER.encode(found) != head:
        raise NotAStatement("these bytes are JSON, but not canonical JSON")
    return [Stamp.read(each.document) for each in found.stamps]


def why_unproven(data: bytes, piece: str, admitted: Digest | None, roster: Roster, now: datetime) -> str | None:
    """None when the proof holds; else what is wrong with it, in Chinese.

    The version must be the one that the tree says was admitted; the stages first, second and final each stamped by a
    different person, nobody of whom filed or edited it; and the release signed by who then held that post.
    """
    try:
        proof = fields.exactly(read_object(data, LARGEST), "format version stamps release", "proof")
        version = proof["version"]
        if proof["format"] != FORMAT or not isinstance(version, dict):
            raise NotAStatement(f"format is not {FORMAT}")
        hands = fields.items(version.get("hands"), "hands")
        if type(version.get("story")) is not int or not all(isinstance(each, str) for each in hands):
            raise NotAStatement("story is not a number, or hands are not ids")
        signed = [Signed.from_plain(each) for each in fields.items(proof["stamps"], "stamps", 20)]
        released = Signed.from_plain(proof["release"])
    except NotAStatement as error:
        return f"审签证明不合格式：{error}"
    content = digest(canonical(version))
    if piece != f"story:{version.get('story')}" or content != admitted:
        return "审签证明里的定稿不是本版收入的那一份"
    try:
        stamps = [checked_stamp(each, roster, roster.site, now) for each in signed]
        release = checked_release(released, roster, roster.site, now)
    except Refused as error:
        return f"审签证明无效：{error}"
    covered = {(each.piece, each.version) for each in stamps} | {(release.piece, release.version)}
    if covered != {(piece, content)}:
        return "审签证明里有签名签的不是这份定稿"
    people = {each.person for each in stamps}
    if sorted(each.stage for each in stamps) != sorted(STAGES) or len(people) != len(STAGES):
        return "审签证明缺少三个不同的人的初审、复审、终审"
    if people.intersection(hands):
        return "审签者里有人采写或编辑过这篇稿件"
    return None
