"""The law of the house: what has to be signed, by how many different people, before anything is printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from hemei.seal.digest import Digest

STAGES: Mapping[str, str] = {"first": "初审", "second": "复审", "final": "终审"}

NEEDED: Mapping[str, tuple[str, ...]] = {
    "story": ("first", "second", "final"),
    "setting": ("final",),
}
"""Least stages for each kind of piece, each by a different person. Data may raise these, never lower them."""


@dataclass(frozen=True, slots=True)
class Given:
    """A stamp whose signature, key, post and time have been checked."""

    piece: str
    version: Digest
    stage: str
    person: str


def kind_of(piece: str) -> str:
    """The kind before the colon: "story" of "story:12"."""
    return piece.partition(":")[0]


def fit_to_print(piece: str, version: Digest, stamps: Iterable[Given], barred: Collection[str] = ()) -> str | None:
    """None when enough different people stamped exactly this version; else what is missing, in words for the editor.

    ``barred`` are those who filed it, edited it before submission, or stand in its byline.
    """
    needed = NEEDED.get(kind_of(piece))
    if needed is None:
        return f"没有“{kind_of(piece)}”这一类内容的审签规定，不能付印。"
    given: dict[str, str] = {}
    for stamp in stamps:
        if stamp.piece != piece or stamp.version != version:
            return "有一枚审签盖在别的定稿上，请对当前定稿重新审签。"
        if stamp.person in barred:
            return f"{STAGES.get(stamp.stage, stamp.stage)}由本稿的作者或编辑盖章，不算数，请换人审签。"
        if stamp.stage in given:
            return f"{STAGES.get(stamp.stage, stamp.stage)}盖了两次，只能有一枚。"
        if stamp.person in given.values():
            return "同一个人盖了两级审签，请换人。"
        given[stamp.stage] = stamp.person
    missing = [STAGES[stage] for stage in needed if stage not in given]
    return f"还缺{'、'.join(missing)}。" if missing else None


def next_stage(piece: str, stages: Iterable[str]) -> str | None:
    """The first stage that has no stamp yet; None when all are given."""
    done = set(stages)
    return next((stage for stage in NEEDED[kind_of(piece)] if stage not in done), None)


def may_stamp(
    *, stage: str, person: str, posts: Collection[str], barred: Collection[str], stamped: Collection[str]
) -> str | None:
    """None when this person may give this stage now; else why not, in words for the person."""
    if stage not in posts:
        return f"你今天不担任{STAGES[stage]}。"
    if person in barred:
        return "这篇稿子你写过、改过或署了名，不能自己审自己。"
    if person in stamped:
        return "这一稿你已经审签过，别的审级要由别人来。"
    return None
