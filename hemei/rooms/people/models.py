"""Whose key is whose, and who guesses at passwords. Names, posts and public keys are in roster.json, signed by the site's root key, not here.

Who stands in for whom is here to be shown; that the deputy holds the post on these days is in the roster as well.
"""

from django.conf import settings
from django.db import models


class StampKey(models.Model):
    """A person's private stamp key, sealed with the PIN and with a secret that lies outside the database."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="何人", related_name="stamp_key")
    public = models.CharField("公钥", max_length=64)
    sealed = models.TextField("封存的私钥")
    failed = models.PositiveSmallIntegerField("连续输错", default=0)
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "签章"

    def __str__(self) -> str:
        return str(self.user)


class Guess(models.Model):
    """A password for an account, real or not, that did not prove right; forgotten after a quarter of an hour."""

    account = models.CharField("账号", max_length=254, db_index=True)
    address = models.CharField("来自", max_length=64)
    time = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "输错的密码"

    def __str__(self) -> str:
        return f"{self.account} {self.address}"


class Deputation(models.Model):
    """代理: somebody holds another's post for some days. The roster says the same, and it is what the press believes."""

    holder = models.CharField("原岗位人", max_length=150)
    deputy = models.CharField("代理人", max_length=150, db_index=True)
    post = models.CharField("岗位", max_length=20)
    since = models.DateField("从")
    until = models.DateField("到")
    by = models.CharField("谁定的", max_length=150)
    signed = models.TextField("签名件")
    made = models.DateTimeField("定于")
    ended = models.DateTimeField("提前结束于", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "代理"
        ordering = ["-since", "-pk"]
        indexes = [models.Index(fields=["until"], name="deputations_by_end")]

    def __str__(self) -> str:
        return f"{self.deputy} 代 {self.holder} {self.since} {self.until}"
