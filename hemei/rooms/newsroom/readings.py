"""What a frozen version holds, looked at once and kept by its digest: its length, its hands, what proofreading doubts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from hemei.prose.count import count
from hemei.rooms.newsroom import house, proofing, rules
from hemei.rooms.newsroom.models import Reading
from hemei.rooms.newsroom.proofing import Doubt
from hemei.rooms.review.models import Version

COUNTED = frozenset({"正文", "小标题", "列项", "引文", "表格"})
PROOFREAD_AT_ONCE = 20
"""Versions from before this was kept that one look at the board proofreads."""
COUNTED_AT_ONCE = 500
"""Those whose characters one look at the workload counts."""


def characters(said: Mapping[str, Any]) -> int:
    """The length of the body as Chinese newsrooms count it."""
    return sum(count(words) for label, words in rules.lines(dict(said)) if label in COUNTED)


def keep(*, version: str, content: Mapping[str, Any], doubts: Iterable[Doubt]) -> Reading:
    """Keep what was found in a version."""
    found = [[one.finding.rule, one.mark] for one in doubts][: proofing.MOST]
    values = {"characters": characters(content), "hands": list(content["hands"]), "found": found}
    kept: Reading = Reading.objects.update_or_create(version=version, defaults=values)[0]
    return kept


def proofread(versions: Collection[str]) -> dict[str, Reading]:
    """What was found in these versions, by digest; a few that nobody looked at yet are looked at now, the others are absent."""
    kept = {one.version: one for one in Reading.objects.filter(version__in=versions, found__isnull=False)}
    missing = [name for name in versions if name not in kept][:PROOFREAD_AT_ONCE]
    for version in Version.objects.filter(digest__in=missing) if missing else ():
        said = json.loads(bytes(version.content))
        doubts = [*house.doubts(said, {}, house.now().asked), *proofing.doubts(said, {})]
        kept[version.digest] = keep(version=version.digest, content=said, doubts=doubts)
    return kept


def counted(versions: Collection[str]) -> dict[str, Reading]:
    """Length and hands of these versions, by digest; of those that nobody counted yet, some are counted now."""
    wanted = list(versions)
    kept: dict[str, Reading] = {}
    for at in range(0, len(wanted), 5000):
        some = Reading.objects.filter(version__in=wanted[at : at + 5000]).defer("found")
        kept |= {one.version: one for one in some}
    missing = [name for name in wanted if name not in kept][:COUNTED_AT_ONCE]
    made = []
    for version in Version.objects.filter(digest__in=missing) if missing else ():
        said = json.loads(bytes(version.content))
        made.append(Reading(version=version.digest, characters=characters(said), hands=list(said["hands"]), found=None))
    Reading.objects.bulk_create(made, ignore_conflicts=True)
    return kept | {one.version: one for one in made}
