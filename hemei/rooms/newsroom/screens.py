"""What editors see: filing, the list of stories, the editor, and the reviewers' desk."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from hemei import line
from hemei.intake.door import pasted, read
from hemei.intake.errors import Unreadable
from hemei.rooms.ledger.actions import enter
from hemei.rooms.ledger.queries import refused_orders
from hemei.rooms.library.actions import master_path
from hemei.rooms.newsroom import actions, content, preview, queries, rules
from hemei.rooms.newsroom.forms import FilingForm, PinForm
from hemei.rooms.newsroom.models import Copy, Story
from hemei.rooms.people import queries as people
from hemei.rooms.people.actions import CannotSign


def wake_press() -> None:
    """Tell the press that an order waits; it looks by itself soon after when it could not be told."""
    try:
        line.ask(settings.HOME, "POST", "/poke", wait=2.0)
    except line.PressAway:
        return


def posts_of(request) -> frozenset[str]:
    return people.posts(request.user.get_username(), timezone.now())


def file_copy(request):
    """来稿: pasted text, or several files; what cannot be read is said, and the rest of the form stays as it was."""
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    form = FilingForm(request.POST or None, request.FILES or None)
    made: list[Story] = []
    if request.method == "POST" and form.is_valid():
        originals = [(one.name, one) for one in form.cleaned_data["files"]]
        text = form.cleaned_data["text"]
        if text.strip():
            originals.insert(0, ("粘贴.txt", text))
        for name, original in originals:
            try:
                made += _take(name, original, request.user)
            except (Unreadable, actions.Refused) as error:
                form.add_error(None, f"{name}：{error}")
        if form.cleaned_data["headline"] and len(made) == 1:
            Story.objects.filter(pk=made[0].pk).update(headline=form.cleaned_data["headline"])
        for story in made:
            messages.success(request, f"已收下《{story}》。")
        if made and not form.errors:
            return redirect("newsroom_mine")
    mine = Story.objects.filter(filed_by=request.user)[:20]
    return render(request, "newsroom/file.html", {"form": form, "mine": mine, "can_edit": _can_edit(request)})


def _take(name, original, user) -> list[Story]:
    data = original.encode("utf-8", "surrogatepass") if isinstance(original, str) else original.read()
    copy = pasted(original) if isinstance(original, str) else read(name, data)
    return actions.file_copy(read=copy, original=data, by=user, now=timezone.now())


def _can_edit(request) -> bool:
    return bool(rules.EDITING & posts_of(request))


@require_GET
def mine(request):
    """我的来稿: what became of what I filed."""
    stories = Story.objects.filter(filed_by=request.user)[:50]
    return render(request, "newsroom/mine.html", {"stories": stories, "can_edit": _can_edit(request)})


@require_GET
def original(request, pk: int):
    """The copy as it came, for its filer and for editors."""
    copy = get_object_or_404(Copy, pk=pk)
    if copy.by_id != request.user.pk and not _can_edit(request):
        raise PermissionDenied
    file = actions.original_path(copy.digest).open("rb")
    answer = FileResponse(file, as_attachment=True, filename=copy.name, content_type="application/octet-stream")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_GET
def board(request):
    """审稿台: whose turn it is, at which stage, for how long."""
    if not _can_edit(request):
        raise PermissionDenied
    waiting = queries.waiting(person=request.user.get_username(), now=timezone.now())
    refused = refused_orders()
    return render(request, "newsroom/board.html", {"waiting": waiting, "refused": refused})


@require_GET
def case(request, pk: int):
    """One story before a reviewer: the page as it will be printed beside what changed, and what can be done."""
    return _case(request, pk, PinForm())


def _case(request, pk: int, form: PinForm, status: int = 200):
    if not _can_edit(request):
        raise PermissionDenied
    story = get_object_or_404(Story, pk=pk)
    shown = queries.case(story=story, person=request.user.get_username(), now=timezone.now())
    return render(request, "newsroom/case.html", {"case": shown, "story": story, "form": form}, status=status)


@require_GET
@xframe_options_sameorigin
def page(request, pk: int):
    """The page as the press would print it now, for the frame in the reviewer's screen."""
    if not _can_edit(request):
        raise PermissionDenied
    return preview.page(get_object_or_404(Story, pk=pk))


@require_GET
def master(request, name: str):
    """A cleaned master, for previews of pictures that have not been printed yet."""
    if not _can_edit(request) or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
        raise PermissionDenied
    path = master_path(name)
    if not path.exists():
        return HttpResponse(status=404)
    answer = FileResponse(path.open("rb"), content_type="image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
def deed(request, pk: int, what: str):
    """A reviewer's or editor's deed; what the rules forbid is said on the same screen, and nothing is lost."""
    story = get_object_or_404(Story, pk=pk)
    now, by = timezone.now(), request.user
    pin, reason = request.POST.get("pin", ""), request.POST.get("reason", "")
    try:
        if what == "stamp":
            actions.stamp(story=story, by=by, pin=pin, now=now, seen=request.POST.get("seen", ""))
            said = "已审签。"
        elif what in ("back", "spike"):
            actions.send_back(story=story, by=by, reason=reason, now=now, spike=what == "spike")
            said = "已毙稿，稿子留着可查。" if what == "spike" else "已退稿。"
        elif what == "revive":
            actions.revive(story=story, by=by, now=now)
            said = "已恢复为草稿。"
        elif what == "release":
            actions.release(story=story, by=by, pin=pin, now=now, wake=wake_press)
            said = "已签发，正在付印。"
        else:
            actions.withdraw(story=story, by=by, pin=pin, reason=reason, now=now, wake=wake_press)
            said = "已撤稿，所有页面上都不再有它。"
    except (actions.Refused, CannotSign) as error:
        messages.error(request, str(error))
        form = PinForm(initial={"reason": reason})
        return _case(request, pk, form, status=409)
    messages.success(request, said)
    return redirect("newsroom_case", pk=pk)


OWN_AUTOSAVE = timedelta(seconds=5)
SAVED_MEANWHILE = "没有保存：你编辑期间，另一位同事已经存过这篇稿子。两份文字的差别在下面，请合好再存。"


class StoryIndexView(IndexView):
    """The list reads no bodies: it must not slow down with the archive."""

    def get_base_queryset(self):
        return super().get_base_queryset().defer("body", "gist", "warnings", "people").select_related("section")


class StoryCreateView(CreateView):
    def save_instance(self):
        self.form.instance.filed_by = self.request.user
        self.form.instance.hands = [self.request.user.get_username()]
        instance = super().save_instance()
        with transaction.atomic():
            enter(person=self.request.user.get_username(), deed="建稿", piece=instance.key, now=timezone.now())
        return instance


class StoryEditView(EditView):
    """The editor. A save that started from an older state of the story is refused, and both texts are shown."""

    def post(self, request, *args, **kwargs):
        with transaction.atomic():  # holds the write lock from the comparison to the save
            self.object = self.get_object()
            self.lock = self.get_lock()
            self.locked_for_user = self.lock and self.lock.for_user(request.user)
            return super().post(request, *args, **kwargs)

    @property
    def stale(self) -> bool:
        """Whether this save started from an older state than the one that is kept; the library asks autosaves only."""
        latest = self.latest_revision
        if not latest:
            return False
        named = self.request.POST.get("overwrite_revision_id") or self.request.POST.get("loaded_revision_id")
        if named and not self.is_out_of_date:
            return False
        # One's own autosave may still have been on its way when the button was pressed.
        own = latest.user_id == self.request.user.pk
        return not (named and own and timezone.now() - latest.created_at < OWN_AUTOSAVE)

    def is_valid(self, form):
        if not self.expects_json_response and self.stale:
            form.is_valid()  # fills the instance with what this editor wrote, so that it can be compared
            self.collision = self._collision(form)
            self.produced_error_message = SAVED_MEANWHILE
            return False
        return super().is_valid(form)

    def save_instance(self):
        instance = super().save_instance()
        actions.edited(story=instance, by=self.request.user, now=timezone.now())
        return instance

    def _collision(self, form):
        theirs = Story.objects.get(pk=self.object.pk)
        site = people.site()
        before = rules.lines(content.content(theirs, site=site, previous=None))
        after = rules.lines(content.content(form.instance, site=site, previous=None))
        latest = theirs.latest_revision
        who = latest.user.get_username() if latest and latest.user else ""
        return {"who": people.name(who), "when": latest.created_at if latest else None,
                "changes": rules.difference(before, after)}  # fmt: skip

    def form_valid(self, form):
        response = super().form_valid(form)
        if "action-send" not in self.request.POST:
            return response
        try:
            actions.submit(story=self.object, by=self.request.user, now=timezone.now())
        except actions.Refused as error:
            messages.error(self.request, str(error))
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


class StoryViewSet(SnippetViewSet):
    model = Story
    icon = "doc-full"
    menu_label = "稿件"
    menu_order = 100
    add_to_admin_menu = True
    index_view_class = StoryIndexView
    add_view_class = StoryCreateView
    edit_view_class = StoryEditView
    edit_template_name = "newsroom/edit.html"
    list_display = [
        "headline",
        Column("section", label="栏目", sort_key="section"),
        Column("get_state_display", label="状态", sort_key="state"),
        Column("updated", label="修改时间", sort_key="updated"),
    ]
    list_filter = ["state", "section"]
    list_per_page = 20
    search_fields = ["headline", "deck", "kicker"]
    search_backend_name = None  # words inside a Chinese headline are found by the database itself
    copy_view_enabled = False
    inspect_view_enabled = False

    edit_handler = TabbedInterface([
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


def first_screen(request) -> dict[str, object]:
    """What the desk's first screen shows this person."""
    editing = _can_edit(request)
    waiting = queries.waiting(person=request.user.get_username(), now=timezone.now()) if editing else []
    recent = Story.objects.defer("body").order_by("-updated")[:8] if editing else []
    return {
        "can_edit": editing,
        "waiting": [one for one in waiting if one.mine][:8],
        "others": sum(not one.mine for one in waiting),
        "recent": recent,
        "mine": Story.objects.filter(filed_by=request.user).defer("body")[:8],
    }
