"""What we keep of what was done: entries that are only ever added, and orders to the press."""

from django.db import models


class Entry(models.Model):
    """One deed, chained to the one before by its digest, so that a missing or altered entry shows."""

    number = models.BigAutoField("序号", primary_key=True)
    time = models.DateTimeField("时间", db_index=True)
    person = models.CharField("何人", max_length=150)
    deed = models.CharField("何事", max_length=40)
    piece = models.CharField("对象", max_length=80, db_index=True)
    detail = models.JSONField("详情", default=dict)
    chain = models.CharField("链", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "台账"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.deed} {self.piece}"


class Order(models.Model):
    """A signed order to the press (an outbox row), and what came back: an edition or a refusal."""

    class State(models.TextChoices):
        WAITING = "waiting", "待印"
        PRINTED = "printed", "已印"
        REFUSED = "refused", "拒印"
        RECALLED = "recalled", "已收回"

    id = models.CharField("编号", max_length=32, primary_key=True)
    number = models.BigIntegerField("序号", db_index=True)
    kind = models.CharField("类别", max_length=20)
    piece = models.CharField("对象", max_length=80, db_index=True)
    signed = models.TextField("签名件")
    made = models.DateTimeField("下单时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    edition = models.BigIntegerField("版次", null=True, blank=True)
    answer = models.TextField("回执", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "印单"
        ordering = ["number"]
        indexes = [models.Index(fields=["made"], name="orders_by_time")]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.piece}"
