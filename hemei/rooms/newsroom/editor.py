"""The list of stories and the editor: Wagtail's, except that no save overwrites what somebody else saved meanwhile."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import RevisionsRevertMixin
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from hemei.rooms.ledger.actions import enter
from hemei.rooms.newsroom import actions, content, queries
from hemei.rooms.newsroom.forms import StoryForm
from hemei.rooms.newsroom.models import Story
from hemei.rooms.people import queries as people

OWN_AUTOSAVE = timedelta(seconds=5)
AUTOSAVE_REFUSED = "另一位同事刚存过这篇稿子，没有自动保存。请按“保存”，两份文字的差别会列出来，合好再存。"
SAVED_MEANWHILE = "没有保存：你编辑期间，另一位同事已经存过这篇稿子。两份文字的差别在下面，请合好再存。"


class StoryIndexView(IndexView):
    """The list reads no bodies: it must not slow down with the archive."""

    @cached_property
    def columns(self):
        return super().columns[1:]  # without boxes for deeds in bulk: each deed here is one person's on one story

    def get_delete_url(self, instance):
        return None  # spiked or withdrawn, but kept

    def get_base_queryset(self):
        return super().get_base_queryset().defer("body", "gist", "warnings", "people").select_related("section")


class ProofSidePanel(BaseSidePanel):
    """校对 beside the words: proof.js fills it."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "校对"
        icon_name = "check"
        counter_classname = "w-bg-critical-200"

    name = "proof"
    title = "校对"
    template_name = "newsroom/proof.html"
    order = 50


def _with_proof(view, panels: MediaContainer) -> MediaContainer:
    return MediaContainer([ProofSidePanel(view.form.instance, view.request), *panels])


class StoryCreateView(CreateView):
    def get_side_panels(self):
        return _with_proof(self, super().get_side_panels())

    def save_instance(self):
        self.form.instance.filed_by = self.request.user
        self.form.instance.hands = [self.request.user.get_username()]
        instance = super().save_instance()
        with transaction.atomic():
            enter(person=self.request.user.get_username(), deed="建稿", piece=instance.key, now=timezone.now())
        return instance


class StoryEditView(EditView):
    """The editor. A save that started from an older state of the story is refused, and both texts are shown."""

    def get_side_panels(self):
        return _with_proof(self, super().get_side_panels())

    def post(self, request, *args, **kwargs):
        with transaction.atomic():  # holds the write lock from the comparison to the save
            self.object = self.get_object()
            self.lock = self.get_lock()
            self.locked_for_user = self.lock and self.lock.for_user(request.user)
            return super().post(request, *args, **kwargs)

    @property
    def _named(self) -> bool:
        """Whether the request says which state of the story it started from."""
        return bool(self.request.POST.get("overwrite_revision_id") or self.request.POST.get("loaded_revision_id"))

    @cached_property
    def stale(self) -> bool:
        """Whether this save started from an older state than the one that is kept, or does not say from which."""
        latest = self.latest_revision
        if not latest:
            return False
        if self._named and not self.is_out_of_date:
            return False
        # One's own autosave may still have been on its way when the button was pressed; an older tab is another matter.
        own = latest.user_id == self.request.user.pk and not self.expects_json_response
        return not (own and timezone.now() - latest.created_at < OWN_AUTOSAVE and self._one_before(latest))

    def _one_before(self, latest) -> bool:
        """Whether the request started from the state just before the latest, as that was when it was read."""
        before = self.object.revisions.exclude(pk=latest.pk).order_by("-created_at", "-pk").first()
        asked = [self.request.POST.get(f"loaded_revision_{what}", "") for what in ("id", "created_at")]
        return before is not None and asked == [str(before.pk), before.created_at.isoformat()]

    def is_valid(self, form):
        if not self.stale or self.locked_for_user:
            return super().is_valid(form)
        if self.expects_json_response:
            self.produced_error_code, self.produced_error_message = "invalid_revision", AUTOSAVE_REFUSED
            return False
        form.is_valid()  # fills the instance with what this editor wrote, so that it can be compared
        self.collision = self._collision(form)
        self.produced_error_message = SAVED_MEANWHILE
        self.autosave_enabled = False  # or it would save this text over the other's before anybody has merged them
        return False

    def save_instance(self):
        instance = super().save_instance()
        actions.edited(story=instance, by=self.request.user, now=timezone.now())
        return instance

    def _collision(self, form):
        theirs = Story.objects.get(pk=self.object.pk)
        site = people.site()
        before, after = (content.content(story, site=site, previous=None) for story in (theirs, form.instance))
        latest = theirs.latest_revision
        who = latest.user.get_username() if latest and latest.user else ""
        return {"who": people.name(who), "when": latest.created_at if latest else None,
                "changes": queries.difference(before, after)}  # fmt: skip

    def get_success_message(self):
        sent = {"action-send", "action-back"} & set(self.request.POST)
        return None if sent else super().get_success_message()  # what comes of it is told instead

    def form_valid(self, form):
        response = super().form_valid(form)
        if "action-back" in self.request.POST:
            return redirect("newsroom_case", pk=self.object.pk)
        if "action-send" not in self.request.POST:
            return response
        try:
            actions.submit(story=self.object, by=self.request.user, now=timezone.now())
        except actions.Refused as error:
            messages.error(self.request, f"稿子已保存。{error}")
            return redirect(self.get_edit_url())
        messages.success(self.request, "已送审，字句就此定稿。")
        return redirect("newsroom_case", pk=self.object.pk)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        story = Story.objects.select_related("copy").get(pk=self.object.pk)
        context["story"] = story
        context["collision"] = getattr(self, "collision", None)
        context["characters"] = actions.characters(story)
        return context


class StoryRevertView(RevisionsRevertMixin, StoryEditView):
    """An older state's words in the editor. Only words come back: never its stage, its hands or what is in print."""

    view_name = "revisions_revert"

    def get_object(self, queryset=None):
        story = StoryEditView.get_object(self, queryset)
        self.revision = get_object_or_404(story.revisions, id=self.revision_id)
        old = self.revision.as_object()
        for field in Story._meta.fields:
            if field.editable and not field.primary_key:
                setattr(story, field.name, getattr(old, field.name))
        return story

    def save_instance(self):
        return StoryEditView.save_instance(self)


class StoryViewSet(SnippetViewSet):
    model = Story
    icon = "doc-full"
    menu_label = "稿件"
    menu_order = 100
    add_to_admin_menu = True
    index_view_class = StoryIndexView
    add_view_class = StoryCreateView
    edit_view_class = StoryEditView
    revisions_revert_view_class = StoryRevertView
    edit_template_name = "newsroom/edit.html"
    list_display = [
        "headline",
        Column("section", label="栏目", sort_key="section", classname="spare"),
        Column("standing", label="状态", sort_key="state"),
        DateColumn("updated", label="修改时间", sort_key="updated", classname="spare"),
    ]
    list_filter = ["state", "section"]
    list_per_page = 20
    search_fields = ["headline", "deck", "kicker"]
    search_backend_name = None  # words inside a Chinese headline are found by the database itself
    copy_view_enabled = False
    inspect_view_enabled = False

    edit_handler = TabbedInterface(base_form_class=StoryForm, children=[
        ObjectList(
            [
                MultiFieldPanel(
                    [FieldPanel("kicker"), FieldPanel("headline", classname="title"), FieldPanel("deck")],
                    heading="标题",
                ),
                FieldRowPanel([FieldPanel("dateline"), FieldPanel("byline")]),
                FieldRowPanel([FieldPanel("section"), FieldPanel("tags")]),
                MultiFieldPanel(
                    [
                        FieldPanel("lead"),
                        FieldPanel("lead_alt"),
                        FieldRowPanel([FieldPanel("lead_caption"), FieldPanel("lead_credit")]),
                    ],
                    heading="题图",
                ),
                FieldPanel("body"),
            ],
            heading="稿子",
        ),
        ObjectList(
            [
                FieldPanel("gist"),
                FieldRowPanel([FieldPanel("source"), FieldPanel("editor"), FieldPanel("date")]),
                FieldPanel("correction"),
            ],
            heading="附注",
        ),
    ])  # fmt: skip
