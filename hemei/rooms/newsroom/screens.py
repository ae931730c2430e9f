"""What people see of the desk: filing, the reviewers' board, one story before a reviewer, the first screen."""

from __future__ import annotations

import csv
import json
import secrets
from functools import cache

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.ui.tables import Column

from hemei import line
from hemei.intake import sound
from hemei.rooms.ledger.queries import refused_orders
from hemei.rooms.library import screens as library
from hemei.rooms.library.actions import master_path
from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import (
    actions,
    board,
    breath,
    content,
    deadline,
    filing,
    preview,
    proofing,
    queries,
    release_screens,
    rules,
    timing,
    workload,
)
from hemei.rooms.newsroom.forms import MOST_SENT, FilingForm, PinForm
from hemei.rooms.newsroom.incoming import Alike, Attachment
from hemei.rooms.newsroom.models import Copy, Story
from hemei.rooms.newsroom.together import actions as together_deeds
from hemei.rooms.newsroom.together import queries as together
from hemei.rooms.people import queries as people
from hemei.rooms.people.actions import CannotSign


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
    """来稿: words, files, photos and voice notes; what cannot be read is said, and the rest of the form stays as it was."""
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    form = FilingForm(request.POST or None, request.FILES or None, initial={"sent": secrets.token_hex(16)})
    if request.method == "POST" and form.is_valid():
        made = filing.take(form, request.user, timezone.now())
        for story in made:
            messages.success(request, f"已收下《{story}》。")
            if _can_edit(request):
                for alike in story.alikes.select_related("earlier")[:3]:
                    messages.warning(
                        request, f"《{story}》与先来的《{alike.earlier}》{alike.tenths}，请核对是不是重复来稿。"
                    )
        if made and not form.errors:
            return redirect(f"{reverse('newsroom_mine')}?filed={form.cleaned_data['sent']}")
        form.data = form.data.copy()
        form.data["sent"] = secrets.token_hex(16)  # what is sent after a mistake was put right is another sending
    mine = queries.filed_by(request.user, 20)
    context = {"form": form, "mine": mine, "can_edit": _can_edit(request), "most": MOST_SENT}
    return render(request, "newsroom/file.html", context)


def _can_edit(request) -> bool:
    return bool(rules.EDITING & posts_of(request))


@require_GET
def mine(request):
    """我的来稿: what became of what I filed."""
    stories = queries.filed_by(request.user, 50)
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
def attachment(request, pk: int):
    """A voice note as it came, for its filer and for editors."""
    kept = get_object_or_404(Attachment.objects.select_related("copy"), pk=pk)
    if kept.copy.by_id != request.user.pk and not _can_edit(request):
        raise PermissionDenied
    kind = sound.KINDS.get(kept.kind, "application/octet-stream")
    answer = FileResponse(actions.original_path(kept.digest).open("rb"), filename=kept.name, content_type=kind)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_GET
def changed(request, pk: int):
    """What was changed between what came in and what was printed, for its filer and for editors."""
    story = get_object_or_404(Story, pk=pk)
    if story.filed_by_id != request.user.pk and not _can_edit(request):
        raise PermissionDenied
    context = {"story": story, "changes": queries.since_filed(story), "can_edit": _can_edit(request)}
    return render(request, "newsroom/changed.html", context)


@require_GET
def alike(request, pk: int):
    """Two stories that are much the same, word by word."""
    if not _can_edit(request):
        raise PermissionDenied
    pair = get_object_or_404(Alike.objects.select_related("story", "earlier", "earlier__filed_by"), pk=pk)
    words = [content.content(story, site="", previous=None) for story in (pair.earlier, pair.story)]
    return render(request, "newsroom/alike.html", {"pair": pair, "changes": queries.difference(*words)})


@require_POST
def proofread(request, pk: int):
    """校对: what is doubted in the words as they stand in the editor, saved or not. Nothing is kept of them."""
    if not _can_edit(request):
        raise PermissionDenied
    story = get_object_or_404(Story, pk=pk) if pk else Story()
    form = editor_form()(request.POST, request.FILES, instance=story, for_user=request.user)
    form.is_valid()  # fills the instance, as far as it can be filled
    said, past = content.content(form.instance, site="", previous=None), queries.past_of(story)
    found = queries.doubts(story, said, past)
    shown = [each.as_json() for each in found[: proofing.MOST]]
    asked = [each.as_json() for each in queries.asked(story, said, past)[: proofing.MOST]]
    return JsonResponse({"doubts": shown, "more": len(found) - len(shown), "house": asked, "breath": breath.breath(said)})


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
def board_screen(request):
    """审稿台: whose turn it is, at which stage, for how long, and what was changed under one's own stamp."""
    if not _can_edit(request):
        raise PermissionDenied
    now = timezone.now()
    wanted = board.Wanted.read(request.GET)
    waiting = board.waiting(person=request.user.get_username(), now=now, wanted=wanted)
    cards = board.cards(waiting)
    carded = {card.waiting.story.pk for card in cards}
    stories = [one.story.pk for one in waiting]
    here = together.here(stories, now=now, but=request.user.get_username())
    left = together.with_open_notes(stories)
    context = {
        "lines": [
            (one, here.get(one.story.pk), left.get(one.story.pk)) for one in waiting if one.story.pk not in carded
        ],
        "found": len(waiting),
        "timed": queries.timed(),
        "cards": cards,
        "wanted": wanted,
        "narrowed": wanted != board.Wanted(),
        "steps": board.STEPS,
        "ages": board.AGES,
        "dues": board.DUES,
        "sections": board.sections(),
        "most": board.MOST if len(waiting) >= board.MOST else 0,
        "tally": board.tally(now),
        "refused": refused_orders(),
        "press": press_note(),
    }
    return render(request, "newsroom/board.html", context)


@require_GET
def workload_screen(request):
    """工作量: one's own month, or everybody's for who answers for all; as a table or for a spreadsheet."""
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    now, person = timezone.now(), request.user.get_username()
    month = workload.Month.read(request.GET.get("month", ""), now)
    everybody = workload.may_see_all(person, now)
    found = workload.workload(month=month, only=None if everybody else person)
    if request.GET.get("as") == "csv":
        answer = HttpResponse(workload.as_csv(month, found.lines), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="hemei-{month}.csv"'
        return answer
    after = month.next()
    context = {
        "month": month,
        "before": month.next(-1),
        "after": after if after.starts <= now else None,
        "all": everybody,
        "lines": found.lines,
        "uncounted": found.uncounted,
        "columns": workload.COLUMNS.values(),
    }
    return render(request, "newsroom/workload.html", context)


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
    context["notices"] = release_screens.NOTICES
    context["open_notes"] = sum(not each.note.settled for each in threads)
    context["places"] = together.places(story)
    context["here"] = together.here([pk], now=now, but=person).get(pk, [])
    context["names"] = [name for one, name in together.colleagues(now) if one != person]
    together_deeds.have_seen(story=story, person=person, now=now)
    context["tasks"] = breath.tasks(content.content(story, site="", previous=None))
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


@require_GET
def directives(request, pk: int):
    """督办线索 as a table for later: what this report tells somebody to do."""
    if not _can_edit(request):
        raise PermissionDenied
    story = get_object_or_404(Story, pk=pk)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # spreadsheets take it for GBK without the mark
    answer["Content-Disposition"] = f'attachment; filename="directives-{pk}.csv"'
    rows = csv.writer(answer)
    rows.writerow(["要办的事", "议题", "谁要求", "谁办", "期限", "可查程度", "稿件"])
    for each in breath.tasks(content.content(story, site="", previous=None)):
        row = (each.text, each.section, each.speaker, each.owner, each.deadline)
        rows.writerow([*map(_inert, row), each.score, _inert(str(story))])
    return answer


def _inert(cell: str) -> str:
    """A cell that a spreadsheet takes for no formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


class PictureIndexView(library.PictureIndexView):
    """The library's list, with the number of stories that show each picture."""

    @property
    def columns(self):
        shown = super().columns
        return [*shown, Column("uses", label="用于几篇")] if shown else shown

    def decorate_paginated_queryset(self, object_list):
        uses = queries.uses([picture.pk for picture in object_list])
        for picture in object_list:
            picture.uses = uses.get(picture.pk, 0)
        return object_list


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
    from_board = what == "stamp" and request.POST.get("back") == "board"
    try:
        if what == "stamp":
            actions.stamp(story=story, by=by, pin=pin, now=now, seen=request.POST.get("seen", ""))
            said = f"《{story}》已审签。" if from_board else "已审签。"
        elif what in ("back", "spike"):
            actions.send_back(story=story, by=by, reason=reason, now=now, spike=what == "spike")
            said = "已毙稿，稿子留着可查。" if what == "spike" else "已退稿。"
        elif what == "revive":
            actions.revive(story=story, by=by, now=now)
            said = "已恢复为草稿。"
        elif what in release_screens.DEEDS:
            said = release_screens.DEEDS[what](story, by, now, request.POST, wake_press)
        elif what == "deadline":
            moment = deadline.set_deadline(story=story, by=by, text=request.POST.get("deadline", ""), now=now)
            said = f"截稿时间定在 {board.shown(moment, now)}。" if moment else "不定截稿时间了。"
        else:
            raise Http404
    except (actions.Refused, CannotSign, timing.BadTime) as error:
        messages.error(request, str(error))
        if from_board:  # the difference is shown anew there, as it is now
            return redirect("newsroom_board")
        kept = {name: request.POST.get(name, "")[:300] for name in release_screens.KEPT}
        return _case(request, pk, PinForm(initial=kept | {"what": what}), status=409)
    if what == "correct":
        messages.success(request, said)
        return redirect("wagtailsnippets_newsroom_story:edit", pk)
    messages.success(request, said)
    return redirect("newsroom_board") if from_board else redirect("newsroom_case", pk=pk)


def first_screen(request) -> dict[str, object]:
    """What the desk's first screen shows this person."""
    editing = _can_edit(request)
    now = timezone.now()
    person = request.user.get_username()
    waiting = board.waiting(person=person, now=now) if editing else []
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
        "stories": queries.filed_by(request.user, 8),
    }
