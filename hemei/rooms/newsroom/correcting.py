"""更正: what a story in print has put right so far stays told, in every version that follows."""

from __future__ import annotations

import json
from datetime import datetime

from hemei.press.corrections import Correction, corrections
from hemei.rooms.newsroom import content, timing
from hemei.rooms.newsroom.models import Story
from hemei.rooms.review import queries as reviewed


def printed(story: Story) -> tuple[Correction, ...]:
    """The corrections that the version in print tells. One without a date has the day on which it was frozen."""
    kept = reviewed.version(story.live_version)
    if kept is None:
        return ()
    day = kept.made.astimezone(timing.COUNTY).date().isoformat()
    said = corrections(str(json.loads(bytes(kept.content)).get("correction", "")))
    return tuple(Correction(each.day or day, each.text) for each in said)


def settle(story: Story, now: datetime) -> None:
    """Before the words are frozen: what was corrected earlier stays told, and a new line gets today's date."""
    before = printed(story)
    text = content.plain(story.correction)
    story.corrections = [[day, line] for day, line in before]
    new = bool(text) and text not in {each.text for each in before}
    story.corrected = now.astimezone(timing.COUNTY).date() if new else None
