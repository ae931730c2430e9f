"""What we keep of reviews: frozen versions by digest, and the stamps over them. Nothing here is ever changed."""

from django.db import models


class Version(models.Model):
    """The exact canonical bytes that were submitted."""

    digest = models.CharField("指纹", max_length=64, primary_key=True)
    piece = models.CharField("对象", max_length=80, db_index=True)
    number = models.PositiveIntegerField("第几稿")
    content = models.BinaryField("内容")
    made = models.DateTimeField("定稿时间")
    person = models.CharField("定稿人", max_length=150)

    class Meta:
        verbose_name = verbose_name_plural = "定稿"
        constraints = [models.UniqueConstraint(fields=["piece", "number"], name="one_version_a_number")]
        indexes = [models.Index(fields=["made"], name="versions_by_time")]

    def __str__(self) -> str:
        return f"{self.piece} 第{self.number}稿"


class Stamp(models.Model):
    """One person's signed review of one version."""

    version = models.ForeignKey(Version, models.PROTECT, verbose_name="定稿", related_name="stamps")
    stage = models.CharField("审级", max_length=10)
    person = models.CharField("何人", max_length=150)
    time = models.DateTimeField("时间")
    signed = models.TextField("签名件")

    class Meta:
        verbose_name = verbose_name_plural = "审签"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "stage"], name="one_stamp_a_stage"),
            models.UniqueConstraint(fields=["version", "person"], name="one_stamp_a_person"),
        ]
        indexes = [models.Index(fields=["time"], name="stamps_by_time")]

    def __str__(self) -> str:
        return f"{self.stage} {self.person}"
