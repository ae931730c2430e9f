"""What comes in beside words: voice notes, sources of news, and how much alike a copy and an earlier one are."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class Attachment(models.Model):
    """附件: a file that came with a copy and is no copy itself, such as a voice note. Kept as it came, by digest."""

    copy = models.ForeignKey("newsroom.Copy", models.PROTECT, verbose_name="来稿", related_name="attachments")
    digest = models.CharField("指纹", max_length=64)
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("格式", max_length=20)
    size = models.PositiveIntegerField("字节")

    class Meta:
        verbose_name = verbose_name_plural = "附件"

    def __str__(self) -> str:
        return self.name


class Sketch(models.Model):
    """One of the numbers by which stories that are alike find each other: alike stories share some of theirs."""

    story = models.ForeignKey("newsroom.Story", models.CASCADE, verbose_name="稿件", related_name="+")
    number = models.BigIntegerField("号码", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "近似号码"


class Alike(models.Model):
    """近似: a story came in much like an earlier one."""

    story = models.ForeignKey("newsroom.Story", models.CASCADE, verbose_name="稿件", related_name="alikes")
    earlier = models.ForeignKey("newsroom.Story", models.CASCADE, verbose_name="先来的稿件", related_name="+")
    share = models.PositiveSmallIntegerField("相同的百分数")

    class Meta:
        verbose_name = verbose_name_plural = "近似稿件"
        ordering = ["-share", "-earlier"]

    @property
    def tenths(self) -> str:
        """In words: 九成相同."""
        tenths = round(self.share / 10)
        return "几乎完全相同" if self.share >= 98 else f"{'零一二三四五六七八九'[min(tenths, 9)]}成相同"


class Source(models.Model):
    """来源: a feed whose news come in as drafts, and the rules by which they do. Nothing is printed of itself."""

    name = models.CharField("名称", max_length=60, help_text="如“省气象台”，也写进稿件的来源")
    address = models.URLField("地址", max_length=500, unique=True, help_text="RSS 或 Atom 的网址")
    section = models.ForeignKey(
        "newsroom.Section", models.PROTECT, verbose_name="放进栏目", related_name="+", null=True, blank=True
    )
    wanted = models.CharField(
        "只要含有", max_length=300, blank=True, help_text="词语之间用空格或顿号隔开，含有其中一个就收；空着就全收"
    )
    unwanted = models.CharField("不要含有", max_length=300, blank=True, help_text="含有其中一个就不收")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="谁来看",
        related_name="+",
        help_text="来的稿件归这位编辑看",
    )
    every = models.PositiveSmallIntegerField(
        "隔多少分钟看一次", default=30, validators=[MinValueValidator(5), MaxValueValidator(1440)]
    )
    active = models.BooleanField("在用", default=True)

    due = models.DateTimeField("下次", null=True, editable=False, db_index=True)
    looked = models.DateTimeField("上次看", null=True, editable=False)
    error = models.CharField("上次的错误", max_length=300, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField("连续出错", default=0, editable=False)
    etag = models.CharField("标记", max_length=200, blank=True, editable=False)
    modified = models.CharField("上次修改", max_length=100, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "来源"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Arrival(models.Model):
    """One item of a source: seen once, whatever became of it."""

    class Fate(models.TextChoices):
        TAKEN = "taken", "已收"
        UNWANTED = "unwanted", "不合规则"
        ALIKE = "alike", "已有近似的"
        EMPTY = "empty", "没有文字"

    source = models.ForeignKey(Source, models.CASCADE, verbose_name="来源", related_name="arrivals")
    guid = models.CharField("标识", max_length=64)
    title = models.CharField("标题", max_length=200)
    link = models.CharField("原文", max_length=500, blank=True)
    time = models.DateTimeField("收到", db_index=True)
    fate = models.CharField("结果", max_length=10, choices=Fate.choices)
    story = models.ForeignKey("newsroom.Story", models.SET_NULL, verbose_name="稿件", related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "来源的消息"
        constraints = [models.UniqueConstraint(fields=["source", "guid"], name="one_arrival_of_each_item")]
