"""What people see of working together: merging, a story's history, notes, who is here, templates, what was spiked."""

from __future__ import annotations

import json
from datetime import datetime

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.models import EditingSession

from hemei.rooms.library.models import Picture
from hemei.rooms.newsroom import queries as desk
from hemei.rooms.newsroom import rules
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Section, Story
from hemei.rooms.newsroom.together import actions, merge, queries
from hemei.rooms.newsroom.together.models import Note, Template
from hemei.rooms.people import queries as people

HELD = "hemei.merge"
EDIT = "wagtailsnippets_newsroom_story:edit"


def _whole(text: str) -> int:
    """A number that came with a request; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def editors_only(view):
    """The view, for who holds an editing post today."""

    def asked(request, *args, **kwargs):
        if not rules.EDITING & people.posts(request.user.get_username(), timezone.now()):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return asked


# merging


def collided(request, story: Story, mine: Story):
    """The screen on which a refused save is merged with what was saved meanwhile."""
    asked = request.POST.get
    own = asked("overwrite_revision_id", "")
    began = [own or asked("loaded_revision_id", ""), asked("loaded_revision_created_at", ""), "1" if own else ""]
    return _merging(request, story, queries.kept_now(mine), began, {})


@require_POST
@editors_only
def merged(request, pk: int):
    """The decisions about the conflicts: kept when there is one for each and nobody saved meanwhile, else asked again."""
    story = get_object_or_404(Story, pk=pk)
    mine, began = _sent(request, story)
    answers = _answers(request)
    shown = _merge(story, mine, began)
    settled = merge.settle(shown, answers)
    if settled is None:
        return _merging(request, story, mine, began, answers, "还有地方没有选。选好每一处，再保存。", 409)
    try:
        actions.save_merged(
            story=story, by=request.user, fields=settled[0], body=settled[1], seen=request.POST.get("seen", ""),
            other=_other(story)[0], now=timezone.now(),
        )  # fmt: skip
    except Refused as error:
        return _merging(request, story, mine, began, answers, str(error), 409)
    messages.success(request, "已合好保存，两个人写的都在。")
    return redirect(EDIT, story.pk)


def _sent(request, story: Story) -> tuple[dict[str, object], list[str]]:
    """My text and where it began, as the screen before held them; signed, so that it is what the form let through."""
    try:
        number, mine, began = signing.loads(request.POST.get("held", ""), salt=HELD)
    except (signing.BadSignature, ValueError) as error:
        raise SuspiciousOperation("合稿的内容不完整") from error
    if number != story.pk:
        raise SuspiciousOperation("合稿的内容是另一篇稿子的")
    return mine, began


def _answers(request) -> dict[str, merge.Answer]:
    made = {}
    for name, choice in request.POST.items():
        if name.startswith("choice-") and choice in ("mine", "theirs", "both", "edit"):
            words = request.POST.get(f"words-{name[7:]}", "")
            made[name[7:]] = merge.Answer(choice, words)
    return made


def _merge(story: Story, mine: dict[str, object], began: list[str]) -> merge.Merged:
    base = queries.base_of(story, revision=began[0], time=began[1], own=bool(began[2]))
    return merge.merge(base, merge.State.of(mine), queries.state(story))


def _merging(request, story, mine, began, answers, problem="", status=200):
    shown = _merge(story, mine, began)
    base = queries.base_of(story, revision=began[0], time=began[1], own=bool(began[2]))
    here, there = merge.State.of(mine), queries.state(story)
    who, when = _other(story)
    context = {
        "story": story, "who": who, "when": when, "problem": problem, "parts": _parts(shown, base, here, there, answers),
        "fields": [_field(each, answers) for each in shown.field_conflicts],
        "settled": _settled_fields(shown, base, here), "asked": len(shown.conflicts) + len(shown.field_conflicts),
        "held": signing.dumps([story.pk, mine, began], salt=HELD, compress=True), "seen": queries.state_name(story),
    }  # fmt: skip
    return render(request, "newsroom/merge.html", context, status=status)


def _other(story: Story) -> tuple[str, datetime | None]:
    latest = story.latest_revision
    return (people.name(latest.user.get_username()) if latest and latest.user else "", latest and latest.created_at)


def _parts(shown, base, here, there, answers):
    """The body as it is read on the screen: conflicts in their places, what each side brought, the rest folded."""
    old, ours, others = set(base.body), set(here.body), set(there.body)
    made: list[dict[str, object]] = []
    for part in shown.body:
        if isinstance(part, merge.Conflict):
            made.append({"conflict": part, "answer": _answer(part, answers), "mine": _lines(part.mine),
                         "theirs": _lines(part.theirs), "words": _words(part, answers)})  # fmt: skip
            continue
        side = "" if part in old or part in ours & others else "mine" if part in ours else "theirs"
        if side:
            made.append({"side": side, "text": _shown(part)})
        elif made and "same" in made[-1]:
            made[-1]["same"].append(_shown(part))  # type: ignore[attr-defined]
        else:
            made.append({"same": [_shown(part)]})
    left = {
        unit for part in shown.body for unit in ([part] if isinstance(part, merge.Unit) else part.mine + part.theirs)
    }
    for whose, side in (("mine", here), ("theirs", there)):
        made += [{"gone": whose, "text": _shown(unit)} for unit in merge.taken_out(base, side) if unit not in left]
    return made


def _lines(units) -> list[str]:
    return [_shown(unit) for unit in units]


def _shown(unit: merge.Unit) -> str:
    kinds = {"picture": "图片", "table": "表格", "quote": "引文"}
    if unit.kind == "picture":
        value = json.loads(unit.value)
        picture = Picture.objects.filter(pk=value.get("picture")).first()
        return f"〔图片：{picture.title if picture else '已不在图库'}〕{value.get('caption') or ''}"
    return f"〔{kinds[unit.kind]}〕{unit.words}" if unit.kind in kinds else unit.words


def _answer(conflict, answers) -> str:
    return answers[conflict.name].choice if conflict.name in answers else ""


def _words(conflict: merge.Conflict, answers) -> str:
    given = answers.get(conflict.name)
    if given and given.words:
        return given.words
    both = [unit.words for unit in conflict.theirs] + [unit.words for unit in conflict.mine]
    return "\n".join(dict.fromkeys(both)) if conflict.editable else ""


LABELS = {field.name: str(field.verbose_name) for field in Story._meta.fields}


def _field(conflict: merge.FieldConflict, answers):
    given = answers.get(conflict.name)
    return {
        "name": conflict.name, "label": LABELS[conflict.field], "mine": _value(conflict.field, conflict.mine),
        "theirs": _value(conflict.field, conflict.theirs), "answer": given.choice if given else "",
        "words": given.words if given and given.words else conflict.mine, "editable": conflict.field in merge.WORDS,
        "long": conflict.field == "gist",
    }  # fmt: skip


def _settled_fields(shown, base, here):
    """The fields that only one side changed: (label, value, whose)."""
    made = []
    for name, value in shown.fields.items():
        if (value or "") != (base.fields.get(name) or ""):
            whose = "mine" if (here.fields.get(name) or "") == (value or "") else "theirs"
            made.append((LABELS[name], _value(name, value), whose))
    return made


def _value(field: str, value) -> str:
    if field == "section":
        section = Section.objects.filter(pk=value).first() if value else None
        return section.name if section else "（没有）"
    if field == "lead":
        picture = Picture.objects.filter(pk=value).first() if value else None
        return picture.title if picture else "（没有）"
    return str(value or "（空着）")


# the whole history


@require_GET
@editors_only
def history(request, pk: int):
    """历次稿子: every state of a story that was kept; any two side by side."""
    story = get_object_or_404(Story, pk=pk)
    found = queries.moments(story, before=_whole(request.GET.get("before", "")) or None)
    one, two = request.GET.get("a", ""), request.GET.get("b", "")
    context = {"story": story, "moments": found, "a": one, "b": two, "may_edit": _may_edit(story, request.user)}
    undo = request.session.pop("undo", None)
    if undo and undo[0] == pk:
        context["undo"] = undo[1]
    drafts = [each for each in found if each.name[0] == "r"]
    if len(drafts) == queries.MOMENTS:
        context["more"] = drafts[-1].name[1:]
    if one and two:
        # The older one first, however they were picked.
        pair = sorted(filter(None, (queries.moment(story, name) for name in (one, two))), key=lambda each: each.time)
        if len(pair) == 2:
            older, newer = (queries.said(story, each.name) or {} for each in pair)
            context |= {"older": pair[0], "newer": pair[1], "changes": desk.difference(older, newer)}
            context["alike"] = all(kind == "same" for _, kind, _ in context["changes"])
        else:
            messages.error(request, "没有找到选中的那一稿，请重新选。")
    return render(request, "newsroom/history.html", context)


def _may_edit(story: Story, user) -> bool:
    lock = story.get_lock()
    return not (lock and lock.for_user(user))


@require_POST
@editors_only
def restore(request, pk: int):
    """An earlier state becomes the draft again."""
    story = get_object_or_404(Story, pk=pk)
    try:
        before = actions.restore(story=story, by=request.user, name=request.POST.get("name", ""), now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
        return redirect("newsroom_history", pk)
    request.session["undo"] = [pk, before]
    messages.success(request, "已恢复成新的草稿，之前的样子也留着。")
    return redirect("newsroom_history", pk)


# notes


@require_GET
@editors_only
def notes_of(request, pk: int):
    """The notes on a story, for the panel beside the words. Who reads them has seen where they are mentioned."""
    story = get_object_or_404(Story, pk=pk)
    shown = [each.as_json() for each in queries.threads(story)]
    if request.GET.get("read"):
        actions.have_seen(story=story, person=request.user.get_username(), now=timezone.now())
    names = [name for person, name in queries.colleagues(timezone.now()) if person != request.user.get_username()]
    return JsonResponse({"threads": shown, "names": names})


@require_POST
@editors_only
def note_deed(request, pk: int, what: str):
    """A note, an answer, or a note settled or opened again; asked for by the panel, or by a form of the reviewers' screen."""
    story = get_object_or_404(Story, pk=pk)
    quiet = "application/json" in request.headers.get("Accept", "")
    asked, now, by = request.POST.get, timezone.now(), request.user
    try:
        if what == "add":
            place = {name: asked(name, "") for name in ("quote", "field", "block")}
            if at := asked("at", ""):  # a form says where in one word
                kind, _, rest = at.partition(":")
                block, _, quote = rest.partition(":")
                place |= {"field": rest} if kind == "field" else {"block": block, "quote": quote}
            actions.note(story=story, by=by, text=asked("text", ""), now=now, **place)
        else:
            to = get_object_or_404(Note, story=story, pk=_whole(asked("note", "")))
            if what == "reply":
                actions.reply(to=to, by=by, text=asked("text", ""), now=now)
            else:
                actions.settle(note=to, by=by, now=now, again=what == "reopen")
    except Refused as error:
        if quiet:
            return JsonResponse({"why": str(error)}, status=409)
        messages.error(request, str(error))
    if quiet:
        return JsonResponse({})
    return redirect(f"/desk/review/{pk}/#notes")


@require_GET
@editors_only
def mentioned(request):
    """提到我的: where somebody is mentioned in a note."""
    found = queries.mentions(request.user.get_username())
    return render(
        request, "newsroom/mentions.html", {"told": found, "unseen": sum(not each.mention.seen for each in found)}
    )


# who is here


@require_POST
@editors_only
def here(request, pk: int):
    """This person has the story open on the reviewers' screen; the answer says who else has it open."""
    get_object_or_404(Story.objects.only("pk"), pk=pk)
    now = timezone.now()
    kind = ContentType.objects.get_for_model(Story)
    own = EditingSession.objects.filter(user=request.user, content_type=kind, object_id=pk)
    session = own.filter(pk=_whole(request.POST.get("session", ""))).first()
    if request.POST.get("gone"):
        if session:
            session.delete()
        return JsonResponse({})
    if session is None:
        EditingSession.cleanup()
        session = EditingSession(user=request.user, content_type=kind, object_id=pk)
    session.last_seen_at = now
    session.save()
    found = queries.here([pk], now=now, but=request.user.get_username()).get(pk, [])
    return JsonResponse({"session": session.pk, "here": found})


# templates


@require_GET
@editors_only
def templates(request):
    """用模板写稿: the templates, each of which makes a draft."""
    return render(request, "newsroom/templates.html", {"templates": Template.objects.select_related("section")})


@require_POST
@editors_only
def write_from(request, pk: int):
    """A draft from this template, opened in the editor."""
    try:
        story = actions.write_from(template=get_object_or_404(Template, pk=pk), by=request.user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
        return redirect("newsroom_templates")
    messages.success(request, "稿子已建好。把【】里的都换成这一次的内容，没填完不能送审。")
    return redirect(EDIT, story.pk)


@require_POST
@editors_only
def keep_as_template(request, pk: int):
    """存为模板: this story's words; then its changing parts are put in 【】."""
    story = get_object_or_404(Story, pk=pk)
    try:
        made = actions.template_of(story=story, by=request.user, name=request.POST.get("name", ""), now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
        return redirect("newsroom_case", pk)
    messages.success(request, "已存为模板。请把每次要换的字句改成【日期】【地点】这样，再保存。")
    return redirect("wagtailsnippets_newsroom_template:edit", made.pk)


# spiked


@require_GET
@editors_only
def spiked(request):
    """已毙的稿子: why, by whom and when; found by words, and revived from the story's own screen."""
    sought, page = request.GET.get("q", "").strip()[:100], min(_whole(request.GET.get("p", "")), 10_000)
    found, total = queries.spiked(sought, page=page)
    context = {"found": found, "total": total, "sought": sought, "page": page}
    context["more"] = (page + 1) * queries.SPIKED < total
    return render(request, "newsroom/spiked.html", context)
