"""近似: which earlier stories a new one says again."""

from __future__ import annotations

from collections import Counter

from hemei.prose import alike
from hemei.rooms.newsroom import content, rules
from hemei.rooms.newsroom.incoming import Alike, Sketch
from hemei.rooms.newsroom.models import Story

LEAST_SHARE = 0.6
"""Of a story's words that stand in the earlier one; below that it is told of nothing."""
MOST_MEASURED = 8
"""Earlier stories whose words are compared in full."""
_MOST_ROWS = 4_000
_WORDS = ("正文", "小标题", "列项", "引文")


def words(story: Story) -> str:
    """The words by which a story is known again: its body's."""
    said = rules.lines(content.content(story, site="", previous=None))
    return "\n".join(line for label, line in said if label in _WORDS)


def note(story: Story) -> list[Alike]:
    """Note which earlier stories this one is much like, and its numbers for later ones. Inside a transaction.

    Looks up by index and measures MOST_MEASURED at the most: as quick among a hundred thousand stories as among ten.
    """
    own = words(story)
    found = [(earlier, share) for earlier, share in near(own, but=story.pk) if share >= LEAST_SHARE]
    made = [Alike(story=story, earlier=earlier, share=round(100 * share)) for earlier, share in found]
    Alike.objects.bulk_create(made)
    remember(story, own)
    return made


def remember(story: Story, own: str | None = None) -> None:
    """Keep the numbers of a story's words as they stand now. Inside a transaction."""
    Sketch.objects.filter(story=story).delete()
    numbers = alike.sketch(words(story) if own is None else own)
    Sketch.objects.bulk_create(Sketch(story=story, number=number) for number in numbers)


def near(text: str, *, but: int | None = None) -> list[tuple[Story, float]]:
    """Stories that share most numbers with this text, and what part of it stands in each; the most alike first."""
    numbers = alike.sketch(text)
    rows = Sketch.objects.filter(number__in=numbers).exclude(story_id=but).values_list("story_id", flat=True)
    # newest first: of a story that comes every week the latest ones are the ones to look at
    shared = Counter(rows.order_by("-id")[:_MOST_ROWS])
    stories = Story.objects.in_bulk([story for story, _ in shared.most_common(MOST_MEASURED)])
    measured = [(story, alike.share(text, words(story))) for story in stories.values()]
    return sorted(measured, key=lambda one: (-one[1], -one[0].pk))
