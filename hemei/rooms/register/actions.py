"""What is done to the register: every write one deed, one transaction, one entry in the ledger; and every one can be undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, connection, transaction

from hemei.intake.sheets import Sheets
from hemei.prose.enrol import Table, read
from hemei.prose.lines import Line, plan
from hemei.rooms.ledger.actions import enter
from hemei.rooms.register import queries, reading, rules
from hemei.rooms.register.models import Change, Place, Upload

PIECE = "register"
"""What the ledger's entries about the register are about."""
BATCH = 500


class Refused(Exception):
    """A deed that the rules forbid; the message tells the person why and what to do next."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a line of the register shall be."""

    line: Line
    id: int | None = None
    """None: a new one."""
    withdrawn: bool = False


def add(*, lines: Sequence[Line], by: AbstractBaseUser, now: datetime) -> Change:
    """Put lines in by hand; an office line may name several posts, which are as many lines."""
    _allowed(by, now)
    with transaction.atomic():
        _may_stand(lines)
        words = "；".join(map(rules.line_in_words, lines))
        return _write(deed="名录添加", words=words, by=_id(by), now=now, steps=[Step(line) for line in lines])


def amend(*, sheet: str, id: int, line: Line, everywhere: bool, by: AbstractBaseUser, now: datetime) -> Change:
    """Let a line say something else. `everywhere`: a person's other offices take the new name too. Places in a place that
    is renamed go with it."""
    _allowed(by, now)
    with transaction.atomic():
        old = queries.line_of(_standing(sheet, id))
        if old.said == line.said:
            raise Refused("没有改动，不用保存。")
        steps = [Step(line, id), *_with(old, id, line, everywhere=everywhere)]
        _may_stand([each.line for each in steps], {(sheet, each.id) for each in steps if each.id})
        words = f"{rules.line_in_words(old)} → {rules.line_in_words(line)}"
        return _write(deed="名录修改", words=words, by=_id(by), now=now, steps=steps)


def _with(old: Line, id: int, line: Line, *, everywhere: bool) -> list[Step]:
    """The other lines that a new name changes."""
    if old.said[0] == line.said[0] and (old.sheet != "人员" or old.said[1] == line.said[1]):
        return []
    others = [(number, each) for number, each in queries.standing() if each.sheet == old.sheet and number != id]
    if old.sheet == "人员" and everywhere:
        return [
            Step(replace(each, said=(*line.said[:2], *each.said[2:])), number)
            for number, each in others if each.said[:2] == old.said[:2]
        ]  # fmt: skip
    if old.sheet == "地名" and not any(each.said[0] == old.said[0] for _, each in others):
        return [
            Step(replace(each, said=(each.said[0], line.said[0])), number)
            for number, each in others if each.said[1] == old.said[0]
        ]  # fmt: skip
    return []


def end(*, id: int, day: date, by: AbstractBaseUser, now: datetime) -> Change:
    """自某日起不再担任: the office's last day is the one before."""
    _allowed(by, now)
    with transaction.atomic():
        row = _standing("人员", id)
        old = queries.line_of(row)
        last = day - timedelta(days=1)
        if not old.said[3]:
            raise Refused("这一行没有职务，不用写离任。")
        if old.said[6] and old.said[6] <= last:
            raise Refused(f"名录里已写明任期到 {old.said[6]} 为止。要改，请直接改“止”。")
        if old.said[5] and last < old.said[5]:
            raise Refused(f"任期从 {old.said[5]} 开始，不能在这之前离任。如果从没任过，请撤下这一行。")
        line = replace(old, said=(*old.said[:6], last))
        words = f"{old.who}自 {day} 起不再担任{old.said[2]}{old.said[3]}"
        return _write(deed="名录离任", words=words, by=_id(by), now=now, steps=[Step(line, id)])


def withdraw(*, sheet: str, id: int, by: AbstractBaseUser, now: datetime) -> Change:
    """撤下 a line that should never have stood; it is kept and can be put back."""
    _allowed(by, now)
    with transaction.atomic():
        line = queries.line_of(_standing(sheet, id))
        if sheet == "地名":
            inside = Place.objects.filter(parent=line.said[0], withdrawn=False).count()
            others = Place.objects.filter(name=line.said[0], withdrawn=False).exclude(pk=id).exists()
            if inside and not others:
                raise Refused(f"{line.said[0]}下面还有 {inside} 个地名。请先撤下它们，或者改它们的上级。")
        steps = [Step(line, id, withdrawn=True)]
        return _write(deed="名录撤下", words=rules.line_in_words(line), by=_id(by), now=now, steps=steps)


def restore(*, sheet: str, id: int, by: AbstractBaseUser, now: datetime) -> Change:
    """恢复 a line that was withdrawn, if it can stand beside what is there now."""
    _allowed(by, now)
    with transaction.atomic():
        row: Any = queries.MODELS[sheet]._default_manager.filter(pk=id, withdrawn=True).first()
        if row is None:
            raise Refused("这一行没有撤下，不用恢复。")
        line = queries.line_of(row)
        _may_stand([line])
        return _write(
            deed="名录恢复", words=rules.line_in_words(line), by=_id(by), now=now, steps=[Step(line, id)]
        )  # fmt: skip


def keep_upload(*, sheets: Sheets, by: AbstractBaseUser, now: datetime) -> Upload:
    """Keep what was read of a spreadsheet until it is taken. What the same person left lying goes."""
    _allowed(by, now)
    lines, problems = read((Table(name, rows) for name, rows in sheets.tables), from_1904=sheets.from_1904)
    kept = {
        "lines": [reading.listed(line) for line in lines],
        "problems": [[each.sheet, each.row, each.words, each.note] for each in problems],
        "warnings": list(sheets.warnings),
    }
    if not lines and not problems:
        raise Refused("这个表格里没有要收的行。请对照模板，看看列名和内容是不是填在了里面。")
    with transaction.atomic():
        Upload.objects.filter(by=by, taken=None).delete()
        return Upload.objects.create(name=sheets.name[:200], by=by, time=now, read=kept)


def take(*, upload: Upload, seen: str, by: AbstractBaseUser, now: datetime) -> Change:
    """收下: all good lines of a spreadsheet at once. `seen`: the register's stamp when the person looked at what it would
    do, so that nobody takes what somebody else's change has made of it."""
    _allowed(by, now)
    with transaction.atomic():
        fresh = Upload.objects.select_for_update().get(pk=upload.pk)
        if fresh.taken:
            raise Refused("这份表格已经收下了。")
        offered = queries.offer(fresh)
        if offered.stamp != seen:
            raise Refused("你看的时候名录有了变化，请按现在的再看一遍，然后收下。")
        if not offered.plan.added and not offered.plan.changed:
            raise Refused("没有可以收下的行。")
        steps = [Step(line) for line in offered.plan.added]
        steps += [Step(line, offered.ids[old]) for old, line in offered.plan.changed]
        words = f"{fresh.name}：{rules.in_words(offered.plan)}"
        change = _write(deed="名录导入", words=words, by=_id(by), now=now, steps=steps)
        fresh.taken, fresh.read = change.number, {}
        fresh.save()
    return change


def load(*, lines: Sequence[Line], by: str, now: datetime) -> Change:
    """Fill an empty register, for a new home. Raises Refused when lines cannot stand together."""
    with transaction.atomic():
        _may_stand(lines)
        return _write(
            deed="名录导入", words=f"新增 {len(lines)} 行", by=by, now=now, steps=[Step(line) for line in lines]
        )  # fmt: skip


def undo(*, number: int, by: AbstractBaseUser, now: datetime) -> Change:
    """撤销 a change: every line that it touched is as it was before, if none was changed again and all can stand."""
    _allowed(by, now)
    with transaction.atomic():
        change = Change.objects.select_for_update().filter(number=number).first()
        if change is None:
            raise Refused("没有这次改动。")
        rows = _rows((sheet, id) for sheet, id, _, _ in change.before)
        later = sum(rows[sheet, id].change != change.number for sheet, id, _, _ in change.before)
        if why := rules.may_undo(undone=bool(change.undone_by), later=later):
            raise Refused(why)
        steps = []
        for sheet, id, said, withdrawn in change.before:
            gone = said is None
            line = queries.line_of(rows[sheet, id]) if gone else reading.unlisted([sheet, 0, said])
            steps.append(Step(line, id, withdrawn=gone or withdrawn))
        standing = [each.line for each in steps if not each.withdrawn]
        _may_stand(standing, {(sheet, id) for sheet, id, _, _ in change.before})
        words = f"撤销第 {change.number} 次改动（{change.deed.removeprefix('名录')}：{change.words}）"
        made = _write(deed="名录撤销", words=words, by=_id(by), now=now, steps=steps)
        Change.objects.filter(pk=change.pk).update(undone_by=made.number)
    return made


def _write(*, deed: str, words: str, by: str, now: datetime, steps: Sequence[Step]) -> Change:
    """Carry steps out and keep what stood before. A ledger entry says what was done."""
    rows = _rows((each.line.sheet, each.id) for each in steps if each.id)
    change = Change.objects.create(time=now, person=by, deed=deed, words=_short(words, 300))
    try:
        before = [_before(each, rows[each.line.sheet, each.id]) for each in steps if each.id]
        _update([each for each in steps if each.id], change.number)
        for sheet in queries.MODELS:
            before += _create(sheet, [each for each in steps if not each.id and each.line.sheet == sheet], change)
    except IntegrityError as error:
        raise Refused("名录里已经有同样的一行，没有改动。请刷新后再看。") from error
    change.before = before
    change.save()
    enter(
        person=by, deed=deed, piece=PIECE, now=now,
        detail={"change": change.number, "words": change.words, "lines": len(steps)},
    )  # fmt: skip
    return change


def _before(step: Step, row: Any) -> list[Any]:
    _, _, said = reading.listed(queries.line_of(row))
    return [step.line.sheet, step.id, said, row.withdrawn]


def _create(sheet: str, steps: Sequence[Step], change: Change) -> list[list[Any]]:
    model = queries.MODELS[sheet]
    made = model._default_manager.bulk_create(
        [model(**reading.columns(each.line), change=change.number) for each in steps], batch_size=BATCH
    )
    return [[sheet, row.pk, None, False] for row in made]


def _update(steps: Sequence[Step], number: int) -> None:
    """Plain statements: an import may change every line. Lines that go make room before others come."""
    ordered = sorted(steps, key=lambda each: not each.withdrawn)
    with connection.cursor() as cursor:
        for sheet, names in reading.COLUMNS.items():
            those = [each for each in ordered if each.line.sheet == sheet]
            if not those:
                continue
            sets = ", ".join(f"{name} = %s" for name in (*names, "withdrawn", "change"))
            cursor.executemany(
                f"UPDATE register_{reading.TABLES[sheet]} SET {sets} WHERE id = %s",  # noqa: S608
                [(*reading.columns(each.line).values(), each.withdrawn, number, each.id) for each in those],
            )


def _rows(keys: Iterable[tuple[str, int | None]]) -> dict[tuple[str, int | None], Any]:
    """The rows of these lines, standing or not."""
    ids: dict[str, list[int]] = {}
    for sheet, id in keys:
        ids.setdefault(sheet, []).append(int(id or 0))
    return {
        (sheet, number): row
        for sheet, each in ids.items()
        for number, row in queries.MODELS[sheet]._default_manager.in_bulk(each).items()
    }


def _may_stand(lines: Sequence[Line], apart: Collection[tuple[str, int | None]] = ()) -> None:
    """Raises Refused when these lines cannot stand beside those that do, less the ones that they replace."""
    others = [line for number, line in queries.standing() if (line.sheet, number) not in apart]
    made = plan(others, [replace(line, row=nth) for nth, line in enumerate(lines, 1)])
    if why := rules.refusal(made.problems):
        raise Refused(why)
    if len(made.added) < len(lines):
        raise Refused("名录里已经有这一行了。请在列表里找到它，直接改。")


def _standing(sheet: str, id: int) -> Any:
    row = queries.MODELS[sheet]._default_manager.filter(pk=id, withdrawn=False).first()
    if row is None:
        raise Refused("这一行已经撤下。请先恢复，再改。")
    return row


def _allowed(by: AbstractBaseUser, now: datetime) -> None:
    if why := rules.may_change(queries.posts(_id(by), now)):
        raise Refused(why)


def _id(user: AbstractBaseUser) -> str:
    return str(user.get_username())


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
