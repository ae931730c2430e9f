"""What we keep of notices: what each person wants to be told and where, and the outbox of what is to be sent."""

from django.conf import settings
from django.db import models

from hemei.rooms.notices.rules import every_kind


class Wish(models.Model):
    """我的通知: which notices somebody wants, by which way, and at which hours none."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="何人", related_name="wish")
    kinds = models.JSONField("要哪些", default=every_kind)
    quiet_from = models.TimeField("免打扰从", null=True, blank=True)
    quiet_until = models.TimeField("免打扰到", null=True, blank=True)
    mail = models.EmailField("邮箱", max_length=200, blank=True)
    proved = models.BooleanField("邮箱已核实", default=False)
    code = models.CharField("验证码", max_length=8, blank=True)
    code_until = models.DateTimeField("验证码有效至", null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField("验证码试过", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "通知意愿"

    def __str__(self) -> str:
        return str(self.user)


class Device(models.Model):
    """A browser that somebody switched notices on in: where its push service takes them, and the keys to seal them with."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="何人", related_name="devices")
    endpoint = models.CharField("投递地址", max_length=1000, unique=True)
    public = models.CharField("公钥", max_length=100)
    secret = models.CharField("暗号", max_length=40)
    label = models.CharField("哪台设备", max_length=60)
    made = models.DateTimeField("打开于")

    class Meta:
        verbose_name = verbose_name_plural = "收通知的设备"

    def __str__(self) -> str:
        return self.label


class Notice(models.Model):
    """One notice to one person by one way, until it is sent or given up. Title and stage only: it leaves the house."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发"
        SENT = "sent", "已发"
        DROPPED = "dropped", "作罢"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="给谁", related_name="+")
    kind = models.CharField("类别", max_length=20)
    stage = models.CharField("什么事", max_length=30)
    title = models.CharField("标题", max_length=80)
    piece = models.CharField("对象", max_length=80, db_index=True)
    entry = models.BigIntegerField("由哪条台账")
    way = models.CharField("怎么送", max_length=20)
    """"mail", or "web:" and the number of a device."""
    made = models.DateTimeField("时间")
    due = models.DateTimeField("何时送")
    tries = models.PositiveSmallIntegerField("试过几次", default=0)
    taken_until = models.DateTimeField("正在送，至", null=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    answer = models.CharField("回音", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        constraints = [models.UniqueConstraint(fields=["entry", "user", "way"], name="one_notice_a_way")]
        indexes = [models.Index(fields=["state", "due"], name="notices_due")]

    def __str__(self) -> str:
        return f"{self.stage}：{self.title}"


class Round(models.Model):
    """How far the ledger was gone through for notices. One row."""

    entry = models.BigIntegerField("到哪条台账")

    class Meta:
        verbose_name = verbose_name_plural = "通知进度"

    def __str__(self) -> str:
        return str(self.entry)
