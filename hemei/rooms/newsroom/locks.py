"""Who may edit a story at each stage, as Wagtail asks it."""

from django.utils import timezone
from wagtail.locks import BaseLock

from hemei.rooms.newsroom import rules
from hemei.rooms.people import queries as people
from hemei.rooms.review import queries as review
from hemei.rooms.review.rules import next_stage


def why_not_edit(story, user) -> str | None:
    """None when this user may edit this story now; else why not."""
    person = user.get_username()
    posts = people.posts(person, timezone.now())
    stamps = review.stamps(story.version)
    return rules.may_edit(
        state=story.state,
        person=person,
        posts=posts,
        hands=story.hands,
        stage=next_stage(story.key, [stamp.stage for stamp in stamps]) if story.pk else None,
    )


class StageLock(BaseLock):
    """Holds everyone but the reviewer whose turn it is."""

    def for_user(self, user):
        return why_not_edit(self.object, user) is not None

    def get_message(self, user):
        return why_not_edit(self.object, user)

    def get_locked_by(self, user):
        return self.object.get_state_display()

    def get_description(self, user):
        return why_not_edit(self.object, user) or ""

    def get_icon(self, user):
        return "lock"
