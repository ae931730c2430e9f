"""What editors see of the register: the lists, one line, a spreadsheet before it is taken, the deeds and how to undo them."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from hemei.intake import sheets
from hemei.intake.errors import Unreadable
from hemei.prose.enrol import Table, read
from hemei.prose.lines import SHEETS, Line, ends
from hemei.rooms.register import actions, queries, reading, rules, workbook
from hemei.rooms.register.models import Change, Office, Upload

PAGE = 50
SHOWN = 100
"""Lines of each kind that the screen before taking shows; all are counted."""
STATES = {"now": "现任", "past": "已离任", "withdrawn": "已撤下"}
HELP = {
    "区分": "同名同姓才填，写明是哪一位，如“白鹭镇”。",
    "单位": "如“县水利局”“白鹭镇”。职务是县长、副县长的不用填。",
    "职务": "如“局长”。",
    "排序": "数字，小的在前：领导并列出现时的次序。不参加排序的不填。",
    "起": "任职第一天，如2024-03-01、2024年3月、2024.3。",
    "止": "最后一天。现任不填。",
    "简称": "几个简称用顿号隔开。",
    "上级": "村的上级是乡镇，乡镇的上级是县；县自己不填。",
    "成员": "按次序用顿号隔开，如“建好、管好、护好、运营好”。",
}
HEADS = {"people": "人员", "organisations": "机构", "places": "地名", "phrases": "提法", "staff": "采编名单"}


def looks(request) -> bool:
    return bool(rules.LOOKING & queries.posts(request.user.get_username(), timezone.now()))


def _changes(request) -> bool:
    return rules.may_change(queries.posts(request.user.get_username(), timezone.now())) is None


def _looking(request) -> None:
    if not looks(request):
        raise PermissionDenied


def _changing(request) -> None:
    if not _changes(request):
        raise PermissionDenied


def _known(kind: str) -> str:
    if kind not in queries.KINDS:
        raise Http404
    return queries.KINDS[kind][0]


def _frame(request, kind: str = "") -> dict[str, object]:
    """What every screen of the register shows: the lists, and whether one may change them."""
    counts = queries.counts()
    tabs = [(each, HEADS[each], counts[each], each == kind) for each in queries.KINDS]
    return {"tabs": tabs, "kind": kind, "may_change": _changes(request), "head": HEADS.get(kind, "")}


@require_GET
def index(request, kind: str = "people"):
    """One list, searched."""
    _looking(request)
    sheet = _known(kind)
    words, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    day, wrong = None, ""
    if asked := request.GET.get("day", "").strip()[:20]:
        try:
            day = date.fromisoformat(asked)
        except ValueError:
            wrong = "日期写作2026-06-03的样子。"
    today = timezone.localdate()
    rows = queries.found(kind, words, state=state if state in STATES else "", on=day, today=today)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    asking = request.GET.copy()
    asking.pop("page", None)
    shown = [(row.pk, queries.line_of(row)) for row in page]
    states = STATES if sheet == "人员" else {"withdrawn": STATES["withdrawn"]}
    context = {
        **_frame(request, kind), "q": words, "state": state, "day": asked, "wrong": wrong, "page": page, "today": today,
        "rows": [(number, line, _term(line), _over(line, today)) for number, line in shown],
        "states": states, "asking": asking.urlencode(), "sheet": sheet,
    }  # fmt: skip
    return render(request, "register/index.html", context)


def _term(line: Line) -> str:
    if line.sheet != "人员" or not (line.said[5] or line.said[6]):
        return ""
    since, until = line.said[5], line.said[6]
    return f"{since} 起" if since and not until else f"{since or ''} 至 {until}".strip()


def _over(line: Line, today: date) -> bool:
    return line.sheet == "人员" and bool(line.said[6]) and line.said[6] < today


def add(request, kind: str):
    """A new line by hand."""
    _changing(request)
    sheet = _known(kind)
    said = {name: request.GET.get(name, "")[:300] for name in reading.COLUMNS[sheet]}
    problems: list[str] = []
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in reading.COLUMNS[sheet]}
        lines, problems, notes = _read(sheet, said)
        if lines and not problems:
            try:
                actions.add(lines=lines, by=request.user, now=timezone.now())
            except actions.Refused as error:
                problems = [str(error)]
            else:
                _tell(request, f"已加上：{'；'.join(map(rules.line_in_words, lines))}。", notes)
                return redirect("register_list", kind)
    context = {**_frame(request, kind), "fields": _fields(sheet, said), "problems": problems, "adding": True}
    return render(request, "register/line.html", context, status=409 if problems else 200)


def line(request, kind: str, pk: int):
    """One line: what it says, who it is about, and what can be done with it."""
    _looking(request)
    sheet = _known(kind)
    row = get_object_or_404(queries.KINDS[kind][1], pk=pk)
    said = dict(zip(reading.COLUMNS[sheet], queries.line_of(row).cells(), strict=True))
    problems: list[str] = []
    if request.method == "POST":
        _changing(request)
        said = {name: request.POST.get(name, "") for name in said}
        lines, problems, notes = _read(sheet, said)
        if not problems and len(lines) != 1:
            problems = ["一行只写一个职务。另一个职务请另加一行。"]
        if not problems:
            everywhere = request.POST.get("everywhere") == "on"
            try:
                actions.amend(
                    sheet=sheet, id=pk, line=lines[0], everywhere=everywhere, by=request.user, now=timezone.now()
                )
            except actions.Refused as error:
                problems = [str(error)]
            else:
                _tell(request, "已保存。", notes)
                return redirect("register_line", kind, pk)
    context = {
        **_frame(request, kind), "row": row, "line": queries.line_of(row), "fields": _fields(sheet, said), "problems": problems,
        "others": _others(row), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "register/line.html", context, status=409 if problems else 200)


def _others(row) -> list[tuple[int, Line, str]]:
    if not isinstance(row, Office):
        return []
    rows = [each for each in queries.of_person(row.name, row.mark) if each.pk != row.pk]
    return [(each.pk, queries.line_of(each), _term(queries.line_of(each))) for each in rows]


def _read(sheet: str, said: dict[str, str]) -> tuple[list[Line], list[str], list[str]]:
    """The lines that a form says, what is wrong, and what is only to be looked at."""
    lines, problems = read([Table(sheet, [(0, SHEETS[sheet]), (1, [*said.values()])])])
    wrong = [each.words for each in problems if not each.note]
    if not lines and not wrong:
        wrong = ["什么都没有填。"]
    return lines, wrong, [each.words for each in problems if each.note]


def _fields(sheet: str, said: dict[str, str]) -> list[dict[str, object]]:
    return [
        {"name": name, "label": head, "value": said.get(name, ""), "help": HELP.get(head, ""), "long": head == "成员",
         "needed": nth == 0}
        for nth, (name, head) in enumerate(zip(reading.COLUMNS[sheet], SHEETS[sheet], strict=True))
    ]  # fmt: skip


def _tell(request, words: str, notes: list[str]) -> None:
    messages.success(request, words)
    for note in notes:
        messages.warning(request, f"{note}。")


@require_POST
def deed(request, kind: str, pk: int, what: str):
    """离任, 撤下 or 恢复 one line."""
    _changing(request)
    sheet, now = _known(kind), timezone.now()
    try:
        if what == "end" and sheet == "人员":
            try:
                day = date.fromisoformat(request.POST.get("day", ""))
            except ValueError:
                raise actions.Refused("请写明从哪一天起不再担任，如2026-06-03。") from None
            actions.end(id=pk, day=day, by=request.user, now=now)
            said = f"已写上：自 {day} 起不再担任。以前日期的稿件仍按原职务校对。"
        elif what == "withdraw":
            actions.withdraw(sheet=sheet, id=pk, by=request.user, now=now)
            said = "已撤下。它还在“已撤下”里，可以恢复。"
        elif what == "restore":
            actions.restore(sheet=sheet, id=pk, by=request.user, now=now)
            said = "已恢复。"
        else:
            raise Http404
    except actions.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("register_line", kind, pk)


def upload(request):
    """导入: a spreadsheet is read, and shown before anything is taken."""
    _changing(request)
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise actions.Refused("请先选择要上传的表格。")
            if file.size > sheets.MOST_BYTES:
                raise actions.Refused("这个文件超过 10 MB。请删去多余的行、格式和图片，或者分成几份，再传。")
            kept = actions.keep_upload(
                sheets=sheets.read(file.name or "表格", file.read()), by=request.user, now=timezone.now()
            )
            return redirect("register_offer", kept.pk)
        except (actions.Refused, Unreadable) as error:
            problem = str(error)
    context = {**_frame(request), "problem": problem, "explained": workbook.EXPLAINED}
    return render(request, "register/upload.html", context, status=409 if problem else 200)


def offer(request, pk: int):
    """What taking a spreadsheet would do now; one button takes all good lines."""
    _changing(request)
    kept = get_object_or_404(Upload, pk=pk, by=request.user)
    if request.method == "POST":
        try:
            change = actions.take(upload=kept, seen=request.POST.get("seen", ""), by=request.user, now=timezone.now())
        except actions.Refused as error:
            messages.error(request, str(error))
            return redirect("register_offer", pk)
        messages.success(request, f"已收下。{change.words}。校对从现在起按新的名录。")
        return redirect("register_changes")
    if kept.taken:
        return redirect("register_changes")
    offered = queries.offer(kept)
    plan = offered.plan
    wrong = [each for each in plan.problems if not each.note]
    notes = [each for each in plan.problems if each.note]
    changed = [(before, after, _differ(before, after)) for before, after in plan.changed if not ends(before, after)]
    ended = plan.ended
    context = {
        **_frame(request), "upload": kept, "plan": plan, "seen": offered.stamp, "shown": SHOWN, "refused": plan.refused,
        "wrong": wrong[: 3 * SHOWN], "wrong_count": len(wrong), "notes": notes[:SHOWN], "notes_count": len(notes),
        "added": [(each, rules.line_in_words(each)) for each in plan.added[:SHOWN]], "changed": changed[:SHOWN],
        "changed_count": len(changed), "ended": [(after, rules.line_in_words(after)) for _, after in ended[:SHOWN]],
        "ended_count": len(ended), "warnings": kept.read.get("warnings", []),
        "good": len(plan.added) + len(plan.changed),
    }  # fmt: skip
    return render(request, "register/offer.html", context)


def _differ(before: Line, after: Line) -> list[tuple[str, str, str]]:
    """Column, what it said and what it will say."""
    columns = zip(SHEETS[before.sheet], before.cells(), after.cells(), strict=True)
    return [(head, old or "（空）", new or "（空）") for head, old, new in columns if old != new]


@require_GET
def changes(request):
    """改动记录: who did what to the register; each can be undone while nobody changed its lines again."""
    _looking(request)
    page = Paginator(range(Change.objects.count()), PAGE).get_page(request.GET.get("page"))
    first = page.start_index() - 1 if page.paginator.count else 0
    past = queries.changes(first, PAGE)
    return render(request, "register/changes.html", {**_frame(request), "past": past, "page": page})


@require_POST
def undo(request, number: int):
    _changing(request)
    try:
        change = actions.undo(number=number, by=request.user, now=timezone.now())
    except actions.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已撤销。{change.words}。")
    return redirect("register_changes")


@require_GET
def template(request):
    """模板: an empty spreadsheet that explains itself."""
    _looking(request)
    return _file(workbook.template(), workbook.TYPE, "名录模板.xlsx")


@require_GET
def export(request):
    """All that stands, as a spreadsheet that can be taken in again."""
    _looking(request)
    lines = [line for _, line in queries.standing()]
    return _file(workbook.xlsx(lines), workbook.TYPE, f"名录 {timezone.localdate()}.xlsx")


@require_GET
def export_list(request, kind: str):
    """One list as a .csv."""
    _looking(request)
    sheet = _known(kind)
    lines = [line for _, line in queries.standing() if line.sheet == sheet]
    return _file(workbook.comma_separated(sheet, lines), "text/csv; charset=utf-8", f"名录 {HEADS[kind]}.csv")


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
