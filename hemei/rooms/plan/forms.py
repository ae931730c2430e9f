"""The planning's forms. A form says what was typed; whether it may be is decided by the actions."""

from __future__ import annotations

from datetime import date, datetime, time

from django import forms

from hemei.rooms.newsroom.models import Section
from hemei.rooms.plan import actions, rules
from hemei.rooms.plan.models import Gear, Topic
from hemei.seal.roster import COUNTY

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


class DayField(forms.DateField):
    """A day as the browser's own picker gives it."""

    widget = forms.DateInput(attrs={"type": "date", "min": str(EARLIEST), "max": str(LATEST)}, format="%Y-%m-%d")

    def clean(self, value):
        day = super().clean(value)
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError("年份不对，请核对。")
        return day


class MomentField(forms.SplitDateTimeField):
    """A day and an hour; the hour may be left out, and is then six in the evening, when most pages close."""

    def __init__(self, **said):
        widgets = (
            forms.DateInput(attrs={"type": "date", "min": str(EARLIEST), "max": str(LATEST)}, format="%Y-%m-%d"),
            forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        )
        super().__init__(widget=Moment(widgets), require_all_fields=False, **said)
        self.fields[0].required = self.fields[1].required = False

    def compress(self, values):
        day, hour = values or (None, None)
        if day is None:
            if hour is not None:
                raise forms.ValidationError("只有时间，没有日期。请补上日期。")
            return None
        if not EARLIEST <= day <= LATEST:
            raise forms.ValidationError("年份不对，请核对。")
        return datetime.combine(day, hour or time(18), COUNTY)


class Moment(forms.MultiWidget):
    template_name = "plan/moment.html"

    def decompress(self, value):
        return [value.astimezone(COUNTY).date(), value.astimezone(COUNTY).time()] if value else [None, None]


def _outlets() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="发在哪里", choices=list(rules.OUTLETS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )


def _text(label: str, most: int, example: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=False, widget=forms.TextInput(attrs={"placeholder": example})
    )


class TopicForm(forms.Form):
    """报题、改选题."""

    title = forms.CharField(
        label="标题", max_length=100, error_messages={"required": "请写一个标题，让同事一眼看出是什么事。"}
    )
    brief = forms.CharField(
        label="写什么、为什么写",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "新在哪里、谁会关心、找谁采、要不要图"}),
    )
    day = DayField(label="活动日期", required=False)
    begins = forms.TimeField(
        label="开始", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    finishes = forms.TimeField(
        label="结束", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    to = DayField(label="到哪天（几天的活动才填）", required=False)
    place = _text("地点", 100, "如：县文化馆一楼")
    host = _text("主办", 100)
    contact = _text("联系人", 100, "姓名和电话")
    section = forms.ModelChoiceField(label="栏目", queryset=Section.objects.all(), required=False, empty_label="还没定")
    outlets = _outlets()
    deadline = MomentField(label="截稿", required=False)
    repeat = forms.ChoiceField(label="重复", choices=list(rules.REPEATS.items()), required=False)
    until = DayField(label="重复到哪天", required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self):
        said = super().clean()
        if self.errors:
            return said
        said["starts"], said["ends"], said["all_day"] = None, None, False
        if said["day"] is None:
            if said["begins"] or said["finishes"] or said["to"]:
                self.add_error("day", "请填活动日期。")
            return said
        try:
            said["starts"], said["ends"], said["all_day"] = rules.span(
                day=said["day"], to=said["to"], starts=said["begins"], ends=said["finishes"]
            )
        except ValueError as error:
            self.add_error("day", str(error))
        return said

    def facts(self) -> actions.Facts:
        said = self.cleaned_data
        words = {name: said[name] for name in ("title", "brief", "place", "host", "contact")}
        times = {name: said[name] for name in ("starts", "ends", "all_day", "deadline")}
        section = said["section"].pk if said["section"] else None
        return actions.Facts(**words, **times, section=section, outlets=tuple(said["outlets"]))


def told(topic: Topic) -> dict[str, object]:
    """What the form of a topic shows at first."""
    said: dict[str, object] = {
        name: getattr(topic, name)
        for name in ("title", "brief", "place", "host", "contact", "outlets", "deadline", "section")
    }
    said["seen"] = topic.revision
    if topic.starts:
        first, last = rules.days_of(topic.starts, topic.ends)
        said |= {"day": first, "to": last if last > first else None}
        if not topic.all_day:
            ends = topic.ends.astimezone(COUNTY).time() if topic.ends else None
            said |= {"begins": topic.starts.astimezone(COUNTY).time(), "finishes": ends}
    return said


class AssignForm(forms.Form):
    """定题、派工."""

    reporters = forms.MultipleChoiceField(label="文字", required=False, widget=forms.CheckboxSelectMultiple)
    photographers = forms.MultipleChoiceField(label="摄影摄像", required=False, widget=forms.CheckboxSelectMultiple)
    driver = _text("司机", 50)
    gear = forms.ModelMultipleChoiceField(
        label="车辆、器材", queryset=Gear.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    deadline = MomentField(label="截稿", required=False)
    outlets = _outlets()
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, people, gear, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reporters"].choices = self.fields["photographers"].choices = people
        self.fields["gear"].queryset = gear

    def party(self) -> actions.Party:
        said = self.cleaned_data
        gear = tuple(one.pk for one in said["gear"])
        return actions.Party(tuple(said["reporters"]), tuple(said["photographers"]), said["driver"], gear)


class GearForm(forms.Form):
    kind = forms.ChoiceField(label="类别", choices=Gear.Kind.choices)
    name = forms.CharField(label="名称", max_length=50, error_messages={"required": "请填写名称。"})
    note = forms.CharField(label="说明", max_length=100, required=False)
    active = forms.BooleanField(label="在用", required=False)


class CalendarForm(forms.Form):
    """导入日历."""

    file = forms.FileField(
        label="日历文件",
        allow_empty_file=True,  # the reader says it, and what to do next
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar", "class": "native"}),
        error_messages={"required": "请选一个日历文件。"},
    )
    since = DayField(label="从哪天", error_messages={"required": "请填从哪天开始收。"})
    until = DayField(label="到哪天", error_messages={"required": "请填收到哪天。"})
