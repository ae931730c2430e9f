"""What people see of the planning: the board, the calendar, one topic, who goes with what, calendars in and out."""

from __future__ import annotations

from datetime import date, timedelta
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hemei.intake.errors import Unreadable
from hemei.rooms.newsroom.actions import Refused
from hemei.rooms.newsroom.models import Story
from hemei.rooms.people import queries as people
from hemei.rooms.plan import actions, calendars, days, queries, rules
from hemei.rooms.plan.forms import AssignForm, CalendarForm, GearForm, TopicForm, told
from hemei.rooms.plan.models import Calendar, Gear, Topic
from hemei.seal.roster import COUNTY

WINDOW = timedelta(days=60)
"""What is taken from a calendar unless its taker says otherwise."""


def looking(request) -> rules.Viewer:
    return queries.viewer(request.user.get_username(), timezone.now())


def planners(view):
    """For those whose post plans; for nobody else, whatever rights they have in the library's own terms."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not looking(request).plans:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _topic(request, pk: int) -> Topic:
    """The topic, if this person may see it."""
    topic = get_object_or_404(Topic.objects.annotate(live=queries.live()).select_related("section", "calendar"), pk=pk)
    if not rules.may_see(looking(request), queries.standing(topic)):
        raise PermissionDenied
    return topic


def _mine(request) -> bool:
    return request.GET.get("mine") == "1"


@require_GET
@planners
def board(request):
    """选题板: a column for each state; on a phone one of them at a time."""
    viewer, now = looking(request), timezone.now()
    columns = queries.board(viewer, now, mine=_mine(request))
    asked = request.GET.get("column", "")
    filled = next((one.state for one in columns if one.late), "") or next(
        (one.state for one in columns if one.total), ""
    )
    chosen = asked if asked in {one.state for one in columns} else filled or "proposed"
    dropped = queries.topics_for(viewer, _mine(request)).filter(state="dropped").count()
    context = {"columns": columns, "chosen": chosen, "mine": _mine(request), "viewer": viewer, "dropped": dropped}
    return render(request, "plan/board.html", context)


@require_GET
@planners
def listing(request):
    """All topics of one state, or those whose title says a word."""
    viewer, now = looking(request), timezone.now()
    state, asked = request.GET.get("state", ""), request.GET.get("q", "").strip()[:100]
    found = queries.topics_for(viewer, _mine(request))
    if state in rules.STATES:
        found = queries.ordered(found.filter(queries.in_column(state)), state, now)
    if asked:
        found = found.filter(title__icontains=asked)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": queries.cards(list(page), viewer, now, clashing=False),
        "state": state,
        "states": rules.STATES,
        "q": asked,
        "rest": urlencode({"state": state, "q": asked} | ({"mine": "1"} if _mine(request) else {})),
    }
    return render(request, "plan/list.html", context)


@require_GET
@planners
def calendar(request):
    """日历: a month or a week; on a phone the days that have something."""
    now = timezone.now()
    view = "week" if request.GET.get("view") == "week" else "month"
    today = now.astimezone(COUNTY).date()
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = today
    if not 2000 <= day.year <= 2099:
        day = today
    shown = days.sheet(looking(request), now, day=day, view=view, mine=_mine(request))
    if view == "week":
        before, after = day - timedelta(days=7), day + timedelta(days=7)
        head = f"{shown.days[0].day:%Y年%-m月%-d日} 至 {shown.days[-1].day:%-m月%-d日}"
    else:
        before, after = day.replace(day=1) - timedelta(days=1), day.replace(day=28) + timedelta(days=4)
        head = f"{day:%Y年%-m月}"
    context = {
        "sheet": shown, "view": view, "day": day, "head": head, "mine": _mine(request), "viewer": looking(request),
        "before": before, "after": after.replace(day=1) if view == "month" else after, "today": today,
    }  # fmt: skip
    return render(request, "plan/calendar.html", context)


@planners
def propose(request):
    """报题."""
    form = TopicForm(request.POST or None, initial=_asked_day(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = actions.propose(
                by=request.user, facts=form.facts(), now=timezone.now(), repeat=said["repeat"], until=said["until"]
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            again = f"，一共 {len(made)} 场" if len(made) > 1 else ""
            messages.success(request, f"已报题《{made[0]}》{again}。")
            return redirect("plan_topic", made[0].pk)
    return render(request, "plan/edit.html", {"form": form, "topic": None}, status=_status(form))


def _asked_day(request) -> dict[str, object]:
    try:
        return {"day": date.fromisoformat(request.GET.get("day", ""))}
    except ValueError:
        return {}


def _status(form) -> int:
    return 422 if form.is_bound and form.errors else 200


@planners
def edit(request, pk: int):
    """改选题."""
    topic = _topic(request, pk)
    if why := rules.why_not(looking(request), queries.standing(topic), "edit"):
        messages.error(request, why)
        return redirect("plan_topic", pk)
    form = TopicForm(request.POST or None, initial=told(topic))
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"] or 0
            actions.edit(topic=topic, by=request.user, facts=form.facts(), seen=seen, now=timezone.now())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已保存。")
            return redirect("plan_topic", pk)
    return render(request, "plan/edit.html", {"form": form, "topic": topic}, status=_status(form))


@planners
def assign(request, pk: int):
    """定题、派工: who goes with what; what somebody else has at that time is said beside it."""
    topic, now = _topic(request, pk), timezone.now()
    if why := rules.why_not(looking(request), queries.standing(topic), "assign"):
        messages.error(request, why)
        return redirect("plan_topic", pk)
    sent = list(topic.assignments.all())
    before = {
        "reporters": [one.person for one in sent if one.role == "reporter"],
        "photographers": [one.person for one in sent if one.role == "photographer"],
        "driver": topic.driver, "gear": list(topic.gear.values_list("pk", flat=True)), "deadline": topic.deadline,
        "outlets": topic.outlets or ["web"], "seen": topic.revision,
    }  # fmt: skip
    form = AssignForm(request.POST or None, initial=before, people=_people(sent, now), gear=_gear(topic))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.assign(
                topic=topic, by=request.user, party=form.party(), deadline=said["deadline"], outlets=said["outlets"],
                seen=said["seen"], now=now,
            )  # fmt: skip
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已定题派工。" if topic.state == "proposed" else "已派工。")
            return redirect("plan_topic", pk)
    context = {"form": form, "topic": topic, "card": queries.cards([topic], looking(request), now)[0], **_busy(topic)}
    return render(request, "plan/assign.html", context, status=_status(form))


def _people(sent, now) -> list[tuple[str, str]]:
    """Who can be sent, and who was sent while they still held a post."""
    known = dict(queries.staff(now))
    return list((known | {one.person: people.name(one.person) for one in sent}).items())


def _gear(topic: Topic):
    return (Gear.objects.filter(active=True) | Gear.objects.filter(topics=topic)).distinct().order_by("kind", "name")


def _busy(topic: Topic) -> dict[str, object]:
    """Who has each car and person at the time of this topic."""
    if not topic.starts:
        return {"taken": [], "away": []}
    gear = list(Gear.objects.filter(active=True))
    uses = queries.uses_of(gear, topic.starts, topic.busy_until)
    others = {one: [each for each in uses.get(one.pk, []) if each.pk != topic.pk] for one in gear}
    away = queries.away(topic)
    return {"taken": [(one, each) for one, each in others.items() if each], "away": away}


@require_GET
@planners
def topic(request, pk: int):
    """One topic: what, who, with what, what became of it, and what can be done now."""
    return _case(request, _topic(request, pk))


def _case(request, found: Topic, reason: str = "", status: int = 200):
    shown = queries.case(found, looking(request), timezone.now())
    context = {"case": shown, "card": shown.card, "topic": found, "reason": reason, "viewer": looking(request)}
    return render(request, "plan/topic.html", context, status=status)


@require_POST
@planners
def deed(request, pk: int, what: str):
    """What can be done with a topic at a press; what the rules forbid is said on the same screen."""
    found, now, by = _topic(request, pk), timezone.now(), request.user
    try:
        if what == "write":
            story = actions.write(topic=found, by=by, now=now)
            messages.success(request, "已建稿：标题、署名、栏目照选题填好，请接着写。")
            return redirect("wagtailsnippets_newsroom_story:edit", story.pk)
        said = _done(request, found, what, by, now)
    except Refused as error:
        messages.error(request, str(error))
        return _case(request, _topic(request, pk), request.POST.get("reason", ""), status=409)
    messages.success(request, said)
    return redirect("plan_topic", pk)


def _done(request, found: Topic, what: str, by, now) -> str:
    if what == "cover":
        actions.cover(topic=found, by=by, now=now)
        return "已标为采访中。"
    if what == "printed":
        actions.mark_printed(topic=found, by=by, now=now)
        return "已标为已刊。"
    if what == "drop":
        following = request.POST.get("following") == "1"
        count = actions.drop(topic=found, by=by, reason=request.POST.get("reason", ""), now=now, following=following)
        return f"已放弃{f' {count} 场' if count > 1 else ''}，选题留着可查。"
    if what == "revive":
        actions.revive(topic=found, by=by, now=now)
        return "已恢复为报题。"
    if what == "undo":
        seen = request.POST.get("seen", "")
        undone = actions.undo(topic=found, by=by, seen=int(seen) if seen.isdecimal() and len(seen) < 10 else 0, now=now)
        return f"已撤销“{undone}”。"
    if what == "attach":
        number = request.POST.get("story", "")
        story = Story.objects.filter(pk=int(number) if number.isdecimal() and len(number) < 18 else 0).first()
        if story is None:
            raise Refused("请选一篇稿件。")
        actions.attach(topic=found, by=by, story=story, now=now)
        return f"已关联《{story}》。"
    raise Refused("没有这样的操作。")


# cars and equipment


@planners
def gear(request):
    """器材车辆: what there is, and who has it in the coming week."""
    viewer, now = looking(request), timezone.now()
    form = GearForm(request.POST or None, initial={"kind": "car", "active": True})
    if request.method == "POST" and form.is_valid():
        try:
            number = request.POST.get("gear", "")
            kept = get_object_or_404(Gear, pk=int(number)) if number.isdecimal() and len(number) < 18 else None
            actions.keep_gear(by=request.user, gear=kept, now=now, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已登记“{form.cleaned_data['name']}”。")
            return redirect("plan_gear")
    every = list(Gear.objects.order_by("-active", "kind", "name"))
    begin = rules.midnight(now.astimezone(COUNTY).date())
    uses = queries.uses_of(every, begin, begin + timedelta(days=7))
    rows = [
        (one, [(each, rules.when(each.starts, each.ends, each.all_day)) for each in uses.get(one.pk, [])])
        for one in every
    ]
    context = {"rows": rows, "form": form, "viewer": viewer, "changed": request.POST.get("gear", "")}
    return render(request, "plan/gear.html", context, status=_status(form))


# calendars in and out


@planners
def take_in(request):
    """导入日历: a file's events as proposals, and the latest calendars, each of which can be taken back."""
    viewer, now = looking(request), timezone.now()
    if not viewer.sees_all:
        raise PermissionDenied
    today = now.astimezone(COUNTY).date()
    form = CalendarForm(request.POST or None, request.FILES or None, initial={"since": today, "until": today + WINDOW})
    taken = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            taken = calendars.take_in(
                by=request.user, name=said["file"].name, data=said["file"].read(calendars.MOST_READ), since=said["since"],
                until=said["until"], now=now,
            )  # fmt: skip
        except (Unreadable, Refused) as error:
            form.add_error(None, str(error))
    latest = [
        (one, one.topics.count(), people.name(one.by.get_username()))
        for one in Calendar.objects.select_related("by")[:10]
    ]
    made = list(queries.topics_for(viewer).filter(calendar=taken.calendar).order_by("starts")[:50]) if taken else []
    context = {
        "form": form,
        "taken": taken,
        "cards": queries.cards(made, viewer, now, clashing=False),
        "latest": latest,
    }
    return render(request, "plan/take_in.html", context, status=_status(form))


@require_POST
@planners
def take_back(request, pk: int):
    """撤回导入."""
    try:
        count = calendars.take_back(calendar=get_object_or_404(Calendar, pk=pk), by=request.user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已撤回 {count} 个没有动过的选题；定过、改过的都留着。")
    return redirect("plan_take_in")


@require_GET
@planners
def give_out(request):
    """The newsroom's calendar as a file; a correspondent's own topics only."""
    now = timezone.now()
    topics = queries.exported(looking(request), now)
    answer = HttpResponse(
        calendars.written(topics, site=people.site()[:16], now=now), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="hemei-plan.ics"'
    answer["Cache-Control"] = "no-store"
    return answer


def first_screen(request) -> dict[str, object]:
    """What the desk's first screen shows of the planning: mine of today, and what is late."""
    viewer, now = looking(request), timezone.now()
    if not viewer.plans:
        return {"viewer": viewer}
    today = days.today(viewer, now)
    shown = {card.topic.pk for card in today}
    late = [card for card in days.late(viewer, now, mine=not viewer.decides) if card.topic.pk not in shown]
    return {"viewer": viewer, "today": today, "late": late[:5], "more": max(0, len(late) - 5)}
