"""What the newsroom keeps: sections, stories in the making, and the copy they came from."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import RegexValidator
from django.db import models
from wagtail.fields import StreamField
from wagtail.models import LockableMixin, PreviewableMixin, RevisionMixin

from hemei.rooms.newsroom import preview, timing
from hemei.rooms.newsroom.blocks import BODY
from hemei.rooms.newsroom.incoming import Source
from hemei.rooms.newsroom.locks import StageLock


class Section(models.Model):
    """栏目. What readers see of it comes from the signed setting "site"; this is the list an editor picks from."""

    id = models.CharField("代号", max_length=32, primary_key=True, validators=[RegexValidator(r"^[a-z][a-z0-9-]*$")])
    name = models.CharField("名称", max_length=20)
    order = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "栏目"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class Copy(models.Model):
    """来稿: an original file or paste, kept as it came, by digest."""

    digest = models.CharField("指纹", max_length=64, db_index=True)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveIntegerField("字节")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="来稿人", related_name="+")
    time = models.DateTimeField("来稿时间")
    # by which a form that is sent twice is known; the empty word would not be unique
    sent = models.CharField("交稿号", max_length=80, null=True, unique=True, editable=False)
    source = models.ForeignKey(Source, models.SET_NULL, verbose_name="来源", related_name="copies", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "来稿"

    def __str__(self) -> str:
        return self.name


class Story(PreviewableMixin, LockableMixin, RevisionMixin, models.Model):
    """稿件: the words as they stand now. What was reviewed and printed are frozen versions, never this row."""

    class State(models.TextChoices):
        DRAFT = "draft", "编辑中"
        REVIEW = "review", "审稿中"
        READY = "ready", "待签发"
        TIMED = "timed", "待印"
        RELEASED = "released", "已签发"
        WITHDRAWN = "withdrawn", "已撤稿"
        SPIKED = "spiked", "已毙"

    kicker = models.CharField("眉题", max_length=100, blank=True)
    headline = models.CharField("主题", max_length=200, blank=True)
    deck = models.CharField("副题", max_length=300, blank=True)
    dateline = models.CharField("电头", max_length=100, blank=True, help_text="如“本报讯”")
    byline = models.CharField("署名", max_length=200, blank=True, help_text="如“记者 罗青禾　摄影 石小满”")
    editor = models.CharField("责任编辑", max_length=50, blank=True)
    source = models.CharField("来源", max_length=100, blank=True)
    date = models.DateField("稿件日期", null=True, blank=True)
    section = models.ForeignKey(Section, models.PROTECT, verbose_name="栏目", related_name="+", null=True, blank=True)
    tags = models.CharField("标签", max_length=200, blank=True, help_text="用空格或顿号隔开")
    gist = models.TextField("一分钟读懂", blank=True, help_text="一行一条，不超过五条")
    lead = models.ForeignKey(
        "library.Picture", models.PROTECT, verbose_name="题图", related_name="+", null=True, blank=True
    )
    lead_alt = models.CharField(
        "题图替代文字", max_length=200, blank=True, help_text="给看不见图的人读的一句话；空着就用图片的描述"
    )
    lead_caption = models.CharField("题图图说", max_length=300, blank=True)
    lead_credit = models.CharField("题图摄影", max_length=80, blank=True)
    body = StreamField(BODY, verbose_name="正文", blank=True)
    correction = models.CharField("更正说明", max_length=300, blank=True)

    state = models.CharField(
        "状态", max_length=10, choices=State.choices, default=State.DRAFT, editable=False, db_index=True
    )
    hands = models.JSONField("经手人", default=list, editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="建稿人", related_name="+", null=True, editable=False
    )
    version = models.CharField("当前定稿", max_length=64, blank=True, editable=False)
    live_version = models.CharField("在刊定稿", max_length=64, blank=True, editable=False)
    submitted_at = models.DateTimeField("送审时间", null=True, editable=False, db_index=True)
    deadline = models.DateTimeField("截稿时间", null=True, blank=True, editable=False, db_index=True)
    returned = models.CharField("退稿意见", max_length=500, blank=True, editable=False)
    warnings = models.JSONField("整理存疑", default=list, editable=False)
    people = models.JSONField("文中人物", default=list, editable=False)
    due = models.DateTimeField("定时刊出", null=True, editable=False)
    until = models.DateTimeField("到期撤下", null=True, editable=False)
    embargo = models.DateTimeField("限时", null=True, editable=False)
    embargo_reason = models.CharField("限时缘由", max_length=100, blank=True, editable=False)
    urgent = models.CharField("急稿缘由", max_length=100, blank=True, editable=False)
    urgent_at = models.DateTimeField("标急时间", null=True, editable=False)
    correcting = models.BooleanField("正在更正", default=False, editable=False)
    corrected = models.DateField("更正日期", null=True, editable=False)
    corrections = models.JSONField("先前的更正", default=list, editable=False)
    copy = models.ForeignKey(
        Copy, models.PROTECT, verbose_name="来稿", null=True, related_name="stories", editable=False
    )
    created = models.DateTimeField("建稿时间", auto_now_add=True)
    updated = models.DateTimeField("修改时间", auto_now=True, db_index=True)

    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="story")
    wagtail_reference_index_ignore = True  # what a picture is used in is read from versions; saves stay quick

    class Meta:
        verbose_name = verbose_name_plural = "稿件"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.headline or f"（无题）{self.pk or ''}"

    @property
    def revisions(self):
        return self._revisions

    @property
    def stands(self) -> str:
        """Its state in words, with the moment for which a timed one waits."""
        label = str(self.get_state_display())
        return f"{label}，将于 {timing.shown(self.due)} 刊出" if self.state == self.State.TIMED and self.due else label

    @property
    def standing(self) -> str:
        """The same with what it must not wait for, and what it has to wait for: for lists without room for marks."""
        made = [self.stands] + (["急稿"] if self.urgent else [])
        if self.embargo and not self.live_version:
            made.append(f"限 {timing.shown(self.embargo)} 以后")
        return " · ".join(made)

    @property
    def key(self) -> str:
        """The piece it becomes: "story:12"."""
        return f"story:{self.pk}"

    def get_lock(self):
        return StageLock(self) if self.state != self.State.DRAFT and not self.locked else super().get_lock()

    def serve_preview(self, request, mode_name):
        return preview.page(self)


class Reading(models.Model):
    """What a frozen version is found to hold, looked at once: of the board's many lines none proofreads anything."""

    version = models.CharField("定稿", max_length=64, primary_key=True)
    characters = models.PositiveIntegerField("字数")
    hands = models.JSONField("经手人", default=list)
    found = models.JSONField("校对所见", null=True)
    """(rule, mark) of each doubt, as waivers know them; null while nobody asked for them."""

    class Meta:
        verbose_name = verbose_name_plural = "定稿细目"

    def __str__(self) -> str:
        return f"{self.version[:8]} {self.characters} 字"


class HouseRules(models.Model):
    """本社规矩: every set that was ever decided, the latest counts."""

    number = models.AutoField("序号", primary_key=True)
    rules = models.JSONField("规矩", default=list)
    by = models.CharField("何人", max_length=150)
    time = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "本社规矩"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"第 {self.number} 次"


class Shown(models.Model):
    """用图: a story whose words as they stand show a picture. Kept by `search.settle` from the story itself."""

    story = models.ForeignKey(Story, models.CASCADE, verbose_name="稿件", related_name="+")
    picture = models.ForeignKey("library.Picture", models.CASCADE, verbose_name="图片", related_name="shown")

    class Meta:
        verbose_name = verbose_name_plural = "用图"
        constraints = [models.UniqueConstraint(fields=["story", "picture"], name="one_use_a_story")]

    def __str__(self) -> str:
        return f"{self.story_id} {self.picture_id}"


from hemei.rooms.newsroom.together.models import Mention, Note, Template  # noqa: E402  Django looks for models here

__all__ = ["Copy", "HouseRules", "Mention", "Note", "Reading", "Section", "Shown", "Story", "Template"]
