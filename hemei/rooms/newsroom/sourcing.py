"""来源: the screen of feeds: how each is, what came of it, and its rules."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hemei.rooms.ledger.actions import enter
from hemei.rooms.newsroom import rules, sources
from hemei.rooms.newsroom.incoming import Arrival, Source
from hemei.rooms.people import queries as people
from hemei.rooms.review.rules import STAGES


def may_set(request) -> bool:
    """Who reviews may say what comes in; every editor may look."""
    return bool(set(STAGES) & people.posts(request.user.get_username(), timezone.now()))


def may_see(request) -> bool:
    return bool(rules.EDITING & people.posts(request.user.get_username(), timezone.now()))


class SourceForm(forms.ModelForm):
    """The rules of one source."""

    address = forms.CharField(
        label="地址",
        max_length=500,
        help_text="RSS 或 Atom 的网址",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )

    class Meta:
        model = Source
        fields = ["name", "address", "section", "wanted", "unwanted", "reader", "every", "active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        now = timezone.now()
        editors = [u.pk for u in User.objects.filter(is_active=True) if rules.EDITING & people.posts(u.username, now)]
        self.fields["reader"].queryset = User.objects.filter(pk__in=editors)
        self.fields["reader"].label_from_instance = lambda user: user.get_full_name() or user.get_username()
        self.fields["reader"].empty_label = "请选择编辑"
        self.fields["section"].empty_label = "由编辑来定"
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput | forms.URLInput | forms.NumberInput):
                field.widget.attrs["autocomplete"] = "off"

    def clean_address(self):
        address = self.cleaned_data["address"].strip()
        if not address.lower().startswith(("http://", "https://")):
            raise forms.ValidationError("请填 http:// 或 https:// 开头的订阅地址。")
        return address


def listing(request):
    """Every source, with its state and its counts of thirty days."""
    if not may_see(request):
        raise PermissionDenied
    latest = Arrival.objects.select_related("source", "story").order_by("-id")[:20]
    context = {"states": sources.states(timezone.now()), "latest": latest, "may_set": may_set(request)}
    return render(request, "newsroom/sources.html", context)


def edit(request, pk: int = 0):
    """A source's rules, new ones for pk 0."""
    if not may_set(request):
        raise PermissionDenied
    source = get_object_or_404(Source, pk=pk) if pk else Source(reader=request.user)
    form = SourceForm(request.POST or None, instance=source)
    if request.method == "POST" and form.is_valid():
        kept = form.save(commit=False)
        kept.due, kept.failures, kept.error, kept.etag, kept.modified = None, 0, "", "", ""
        with transaction.atomic():
            kept.save()
            detail = {"name": kept.name, "address": kept.address, "active": kept.active}
            enter(person=request.user.get_username(), deed="改来源" if pk else "加来源", piece=f"source:{kept.pk}",
                  now=timezone.now(), detail=detail)  # fmt: skip
        messages.success(request, f"来源“{kept.name}”已保存，一分钟内去看。")
        return redirect("newsroom_sources")
    return render(request, "newsroom/source.html", {"form": form, "source": source})


@require_POST
def look_now(request, pk: int):
    """Look at one source at once, and say what came of it."""
    if not may_see(request):
        raise PermissionDenied
    source = get_object_or_404(Source.objects.select_related("reader", "section"), pk=pk)
    made = sources.look(source, timezone.now())
    source.refresh_from_db()
    if source.error:
        messages.error(request, f"{source.name}：{source.error}")
    elif made:
        messages.success(request, f"{source.name}：收下 {len(made)} 篇，都是草稿。")
    else:
        messages.success(request, f"{source.name}：没有新的。")
    return redirect("newsroom_sources")
