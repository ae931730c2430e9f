"""What is kept of working together: notes on a story's words, who was mentioned in them, and templates."""

from django.conf import settings
from django.db import models
from wagtail.fields import StreamField

from hemei.rooms.newsroom.blocks import BODY


class Note(models.Model):
    """批注: what somebody says to a paragraph or a field of a story, or answers to such a note."""

    story = models.ForeignKey("newsroom.Story", models.CASCADE, verbose_name="稿件", related_name="notes")
    answers = models.ForeignKey(
        "self", models.CASCADE, verbose_name="回复哪一条", related_name="replies", null=True, blank=True
    )
    block = models.CharField("段落代号", max_length=36, blank=True)
    field = models.CharField("哪一项", max_length=20, blank=True)
    quote = models.CharField("所批的字句", max_length=200, blank=True)
    text = models.TextField("批注")
    person = models.CharField("何人", max_length=150)
    time = models.DateTimeField("时间")
    settled = models.DateTimeField("办结时间", null=True, blank=True)
    settled_by = models.CharField("办结人", max_length=150, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批注"
        ordering = ["id"]
        indexes = [models.Index(fields=["story", "settled"], name="open_notes_of_a_story")]

    def __str__(self) -> str:
        return self.text[:40]


class Mention(models.Model):
    """提到: somebody is named in a note with @, and has seen it or not."""

    note = models.ForeignKey(Note, models.CASCADE, verbose_name="批注", related_name="mentions")
    person = models.CharField("何人", max_length=150)
    seen = models.DateTimeField("看到的时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "提到"
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "seen"], name="what_somebody_has_not_seen")]
        constraints = [models.UniqueConstraint(fields=["note", "person"], name="mentioned_once_a_note")]

    def __str__(self) -> str:
        return f"@{self.person}"


class Template(models.Model):
    """模板: a story that comes again and again, with places in 【】 that are filled in each time."""

    name = models.CharField("模板名称", max_length=40, unique=True)
    hint = models.CharField("什么时候用", max_length=200, blank=True)
    kicker = models.CharField("眉题", max_length=100, blank=True)
    headline = models.CharField("主题", max_length=200, blank=True, help_text="每次要填的地方写成【日期】【地点】这样")
    deck = models.CharField("副题", max_length=300, blank=True)
    dateline = models.CharField("电头", max_length=100, blank=True)
    byline = models.CharField("署名", max_length=200, blank=True)
    source = models.CharField("来源", max_length=100, blank=True)
    section = models.ForeignKey(
        "newsroom.Section", models.SET_NULL, verbose_name="栏目", related_name="+", null=True, blank=True
    )
    tags = models.CharField("标签", max_length=200, blank=True, help_text="用空格或顿号隔开")
    gist = models.TextField("一分钟读懂", blank=True, help_text="一行一条，不超过五条")
    body = StreamField(BODY, verbose_name="正文", blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name="谁做的", related_name="+", null=True, editable=False
    )
    updated = models.DateTimeField("修改时间", auto_now=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = verbose_name_plural = "模板"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
