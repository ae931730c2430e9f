"""What the planning keeps: topics, who and what is sent, the stories they became, calendars that were taken in."""

from django.conf import settings
from django.db import models

from hemei.rooms.newsroom.models import Section, Story
from hemei.rooms.plan import rules


class Gear(models.Model):
    """器材、车辆: what can be taken along, and only once at a time."""

    class Kind(models.TextChoices):
        CAR = "car", "车辆"
        EQUIPMENT = "equipment", "器材"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("名称", max_length=50, unique=True)
    note = models.CharField("说明", max_length=100, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "器材车辆"
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class Calendar(models.Model):
    """日历: a file of events that was taken in, so that all of it can be taken back."""

    name = models.CharField("日历", max_length=100)
    digest = models.CharField("指纹", max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="何人", related_name="+")
    time = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "日历"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """选题: something to cover, from the proposal to print."""

    class State(models.TextChoices):
        PROPOSED = "proposed", rules.STATES["proposed"]
        DECIDED = "decided", rules.STATES["decided"]
        COVERING = "covering", rules.STATES["covering"]
        WRITTEN = "written", rules.STATES["written"]
        PRINTED = "printed", rules.STATES["printed"]
        DROPPED = "dropped", rules.STATES["dropped"]

    title = models.CharField("选题", max_length=100)
    brief = models.TextField("写什么、为什么写", max_length=2000, blank=True)
    section = models.ForeignKey(Section, models.PROTECT, verbose_name="栏目", related_name="+", null=True, blank=True)
    outlets = models.JSONField("发在哪里", default=list)
    starts = models.DateTimeField("活动开始", null=True, blank=True, db_index=True)
    ends = models.DateTimeField("活动结束", null=True, blank=True)
    all_day = models.BooleanField("全天", default=False)
    busy_until = models.DateTimeField("占用到", null=True, blank=True, editable=False)
    place = models.CharField("地点", max_length=100, blank=True)
    host = models.CharField("主办", max_length=100, blank=True)
    contact = models.CharField("联系人", max_length=100, blank=True)
    driver = models.CharField("司机", max_length=50, blank=True)
    deadline = models.DateTimeField("截稿时间", null=True, blank=True, db_index=True)
    gear = models.ManyToManyField(Gear, verbose_name="器材车辆", related_name="topics", blank=True)

    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED, db_index=True)
    reason = models.CharField("放弃理由", max_length=300, blank=True)
    proposed_by = models.CharField("报题人", max_length=150, db_index=True)
    proposed_at = models.DateTimeField("报题时间")
    decided_by = models.CharField("定题人", max_length=150, blank=True)
    changed = models.DateTimeField("变动时间", db_index=True)
    revision = models.PositiveIntegerField("第几次变动", default=1)
    series = models.CharField("同一组", max_length=32, blank=True, db_index=True)

    calendar = models.ForeignKey(
        Calendar, models.PROTECT, verbose_name="日历", related_name="topics", null=True, blank=True
    )
    event = models.CharField("日历里的活动", max_length=64, blank=True, db_index=True)
    told = models.CharField("日历原写的时间", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "选题"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """What the ledger calls it: "topic:12"."""
        return f"topic:{self.pk}"


class Assignment(models.Model):
    """派工: one person who goes, and what for."""

    class Role(models.TextChoices):
        REPORTER = "reporter", "文字"
        PHOTOGRAPHER = "photographer", "摄影摄像"

    topic = models.ForeignKey(Topic, models.CASCADE, verbose_name="选题", related_name="assignments")
    person = models.CharField("何人", max_length=150, db_index=True)
    role = models.CharField("做什么", max_length=12, choices=Role.choices)

    class Meta:
        verbose_name = verbose_name_plural = "派工"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["topic", "person", "role"], name="one_assignment_a_role")]

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"


class Written(models.Model):
    """成稿: a story that a topic became."""

    topic = models.ForeignKey(Topic, models.CASCADE, verbose_name="选题", related_name="written")
    story = models.OneToOneField(Story, models.PROTECT, verbose_name="稿件", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "成稿"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.story_id}"
