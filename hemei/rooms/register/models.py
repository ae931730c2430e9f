"""名录: what the newsroom knows of people and their offices, organisations, places, fixed wordings, and its own staff. A line
that is withdrawn stays and can be put back; every change says what stood before it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Row(models.Model):
    """A line of one of the five lists."""

    withdrawn = models.BooleanField("已撤下", default=False, db_index=True)
    change = models.PositiveIntegerField("最后一次改动", default=0)

    class Meta:
        abstract = True
        ordering = ["id"]


class Office(Row):
    """An office that somebody holds from one day to another, both included; without a post only the name is known."""

    name = models.CharField("姓名", max_length=40, db_index=True)
    mark = models.CharField("区分", max_length=300, blank=True)
    unit = models.CharField("单位", max_length=600, blank=True)
    post = models.CharField("职务", max_length=300, blank=True)
    rank = models.PositiveIntegerField("排序", null=True, blank=True)
    since = models.DateField("起", null=True, blank=True)
    until = models.DateField("止", null=True, blank=True)

    class Meta(Row.Meta):
        verbose_name = verbose_name_plural = "人员"
        constraints = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")), name="office_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["name", "mark", "unit", "post", "since"],
                condition=Q(withdrawn=False, since__isnull=False), name="office_once",
            ),
            models.UniqueConstraint(
                fields=["name", "mark", "unit", "post"],
                condition=Q(withdrawn=False, since=None), name="office_without_a_first_day_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} {self.unit}{self.post}"


class Organisation(Row):
    name = models.CharField("全称", max_length=300)
    shorts = models.TextField("简称", blank=True)

    class Meta(Row.Meta):
        verbose_name = verbose_name_plural = "机构"
        constraints = [models.UniqueConstraint(fields=["name"], condition=Q(withdrawn=False), name="organisation_once")]

    def __str__(self) -> str:
        return self.name


class Place(Row):
    name = models.CharField("名称", max_length=300)
    parent = models.CharField("上级", max_length=300, blank=True)

    class Meta(Row.Meta):
        verbose_name = verbose_name_plural = "地名"
        constraints = [
            models.UniqueConstraint(fields=["name", "parent"], condition=Q(withdrawn=False), name="place_once"),
            models.CheckConstraint(condition=~Q(parent=F("name")), name="place_not_in_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.parent}{self.name}"


class Phrase(Row):
    """A fixed wording and its members."""

    name = models.CharField("提法", max_length=300)
    members = models.TextField("成员", blank=True)

    class Meta(Row.Meta):
        verbose_name = verbose_name_plural = "提法"
        constraints = [models.UniqueConstraint(fields=["name"], condition=Q(withdrawn=False), name="phrase_once")]

    def __str__(self) -> str:
        return self.name


class Staff(Row):
    """A name or pen name that may stand as reporter or photographer."""

    name = models.CharField("姓名", max_length=300)

    class Meta(Row.Meta):
        verbose_name = verbose_name_plural = "采编"
        constraints = [models.UniqueConstraint(fields=["name"], condition=Q(withdrawn=False), name="staff_once")]

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """One deed on the register, and what every line that it touched said before."""

    number = models.AutoField("序号", primary_key=True)
    stamp = models.CharField("标记", max_length=32, default="", editable=False)
    time = models.DateTimeField("时间")
    person = models.CharField("何人", max_length=150)
    deed = models.CharField("何事", max_length=20)
    words = models.CharField("说明", max_length=300, blank=True)
    before = models.JSONField("改动前", default=list)
    """[sheet, id of the line, what it said or null when it was not there, whether it was withdrawn] each."""
    undone_by = models.PositiveIntegerField("撤销于", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "名录改动"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.deed}"

    def save(self, *args, **kwargs):
        self.stamp = self.stamp or uuid.uuid4().hex
        super().save(*args, **kwargs)


class Upload(models.Model):
    """A spreadsheet that was read and waits to be taken."""

    name = models.CharField("文件名", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="何人", related_name="+")
    time = models.DateTimeField("时间")
    read = models.JSONField("读出的行", default=dict)
    taken = models.PositiveIntegerField("收下于", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待收的表格"

    def __str__(self) -> str:
        return self.name
