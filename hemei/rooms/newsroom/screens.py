"""What people see of the desk: filing, the reviewers' board, one story before a reviewer, the first screen."""

from __future__ import annotations

import json
from functools import cache

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from hemei import line
from hemei.intake.door import pasted, read
from hemei.intake.errors import Unreadable
from hemei.rooms.ledger.queries import refused_orders
from hemei.rooms.library.actions import master_path
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import actions, content, preview, proofing, queries, rules
from hemei.rooms.newsroom.forms import MOST_SENT, FilingForm, PinForm
from hemei.rooms.newsroom.models import Copy, Story
from hemei.rooms.newsroom.together import actions as together_deeds
from hemei.rooms.newsroom.together import queries as together
from hemei.rooms.people import queries as people
from hemei.rooms.people.actions import CannotSign

PASTE = "粘贴.txt"
"""The name of copy that came without a file."""


def wake_press() -> None:
    """Tell the press that an order waits; it looks by itself soon after when it could not be told."""
    try:
        line.ask(settings.HOME, "POST", "/poke", wait=2.0)
    except line.PressAway:
        return


def press_note() -> str:
    """What keeps the press from printing right now, or how far it is; empty when there is nothing to say."""
    try:
        said = json.loads(line.ask(settings.HOME, "GET", "/status", wait=2.0))
    except (line.PressAway, line.Declined, ValueError):
        return "印刷间没有应答。签发的稿件都在，它恢复后自动印出；一直如此请找管理员。"
    if said["trouble"]:
        return str(said["trouble"])
    if said["held"]:
        return f"网站已退回第 {said['held']} 版次的内容，停印中，撤稿照办。查明原因以后，请管理员在服务器上让印刷间接着印。"
    return "正在印 {} / {} 页。".format(*said["printing"]) if said["printing"] else ""


def posts_of(request) -> frozenset[str]:
    return people.posts(request.user.get_username(), timezone.now())


def file_copy(request):
    """来稿: pasted text, or several files; what cannot be read is said, and the rest of the form stays as it was."""
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    form = FilingForm(request.POST or None, request.FILES or None)
    made: list[Story] = []
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        for one in form.cleaned_data["files"]:
            made += _taken(form, one.name, one, request.user)
        if text.strip() and form.errors:
            form.add_error(None, "粘贴的文字还没有交，留在下面。请处理好文件后，再按“交稿”。")
        elif text.strip():
            made += _taken(form, PASTE, text, request.user)
        if form.cleaned_data["headline"] and len(made) == 1:
            made[0].headline = form.cleaned_data["headline"]
            Story.objects.filter(pk=made[0].pk).update(headline=made[0].headline)
        for story in made:
            messages.success(request, f"已收下《{story}》。")
        if made and not form.errors:
            return redirect("newsroom_mine")
    mine = Story.objects.filter(filed_by=request.user).defer("body").select_related("copy")[:20]
    context = {"form": form, "mine": mine, "can_edit": _can_edit(request), "most": MOST_SENT}
    return render(request, "newsroom/file.html", context)


def _taken(form: FilingForm, name, original, user) -> list[Story]:
    """The drafts this copy became; none when it cannot be read, which the form then says."""
    data = original.encode("utf-8", "surrogatepass") if isinstance(original, str) else original.read()
    try:
        copy = pasted(original) if isinstance(original, str) else read(name, data)
        return actions.file_copy(read=copy, original=data, by=user, now=timezone.now())
    except (Unreadable, actions.Refused) as error:
        form.add_error(None, f"{name}：{error}")
        return []


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


@require_POST
def proofread(request, pk: int):
    """校对: what is doubted in the words as they stand in the editor, saved or not. Nothing is kept of them."""
    if not _can_edit(request):
        raise PermissionDenied
    story = get_object_or_404(Story, pk=pk) if pk else Story()
    form = editor_form()(request.POST, request.FILES, instance=story, for_user=request.user)
    form.is_valid()  # fills the instance, as far as it can be filled
    found = queries.doubts(story, content.content(form.instance, site="", previous=None))
    shown = [each.as_json() for each in found[: proofing.MOST]]
    return JsonResponse({"doubts": shown, "more": len(found) - len(shown)})


@require_POST
def waive(request, pk: int):
    """放行 one doubt, with a reason."""
    said = {name: request.POST.get(name, "") for name in ("rule", "mark", "text", "reason")}
    try:
        actions.waive(story=get_object_or_404(Story, pk=pk), by=request.user, now=timezone.now(), **said)
    except actions.Refused as error:
        return JsonResponse({"why": str(error)}, status=409)
    return JsonResponse({})


@cache
def editor_form():
    """The editor's form, without its screen."""
    from hemei.rooms.newsroom.editor import StoryViewSet  # which hangs these screens in its own

    return StoryViewSet.edit_handler.bind_to_model(Story).get_form_class()


@require_GET
def board(request):
    """审稿台: whose turn it is, at which stage, for how long."""
    if not _can_edit(request):
        raise PermissionDenied
    waiting = queries.waiting(person=request.user.get_username(), now=timezone.now())
    refused = refused_orders()
    stories = [one.story.pk for one in waiting]
    here = together.here(stories, now=timezone.now(), but=request.user.get_username())
    left = together.with_open_notes(stories)
    lines = [(one, here.get(one.story.pk), left.get(one.story.pk)) for one in waiting]
    context = {"waiting": lines, "refused": refused, "press": press_note()}
    return render(request, "newsroom/board.html", context)


@require_GET
def case(request, pk: int):
    """One story before a reviewer: the page as it will be printed beside what changed, and what can be done."""
    return _case(request, pk, PinForm())


def _case(request, pk: int, form: PinForm, status: int = 200):
    if not _can_edit(request):
        raise PermissionDenied
    story = get_object_or_404(Story, pk=pk)
    shown = queries.case(story=story, person=request.user.get_username(), now=timezone.now())
    past = [(entry, people.name(entry.person)) for entry in shown.history]
    now, person = timezone.now(), request.user.get_username()
    threads = together.threads(story)
    context = {"case": shown, "story": story, "form": form, "past": past, "threads": threads}
    context["open_notes"] = sum(not each.note.settled for each in threads)
    context["places"] = together.places(story)
    context["here"] = together.here([pk], now=now, but=person).get(pk, [])
    context["names"] = [name for one, name in together.colleagues(now) if one != person]
    together_deeds.have_seen(story=story, person=person, now=now)
    return render(request, "newsroom/case.html", context, status=status)


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


def unless_used(delete):
    """The library's deleting of a picture, refused while a story shows it."""

    def view(request, image_id: int):
        picture = get_object_or_404(Picture, pk=image_id)
        story = queries.story_with(picture)
        if story is None:
            return delete(request, image_id=image_id)
        messages.error(request, f"稿件《{story}》里用着这张图片，不能删除。请先从稿件里拿掉。")
        return redirect("wagtailimages:edit", image_id)

    return view


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


def first_screen(request) -> dict[str, object]:
    """What the desk's first screen shows this person."""
    editing = _can_edit(request)
    now = timezone.now()
    person = request.user.get_username()
    waiting = queries.waiting(person=person, now=now) if editing else []
    recent = list(Story.objects.defer("body").order_by("-updated")[:8]) if editing else []
    found = together.here([story.pk for story in recent], now=now, but=person)
    for story in recent:
        story.here = "、".join(found.get(story.pk, []))
    posts = posts_of(request)
    return {
        "name": request.user.get_full_name() or request.user.get_username(),
        "posts": "、".join(label for post, label in people.POSTS.items() if post in posts) or "没有岗位",
        "admin": request.user.is_superuser,
        "can_edit": editing,
        "press": press_note() if editing or request.user.is_superuser else "",
        "waiting": [one for one in waiting if one.mine][:8],
        "others": sum(not one.mine for one in waiting),
        "told": [one for one in together.mentions(person) if not one.mention.seen or not one.settled][:6]
        if editing
        else [],
        "unseen": together.unseen(person) if editing else 0,
        "recent": recent,
        "stories": Story.objects.filter(filed_by=request.user).defer("body").select_related("copy")[:8],
    }
