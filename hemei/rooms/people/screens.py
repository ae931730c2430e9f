"""Signing in, accounts as the administrator sees them, one's own account. Posts are in the signed roster, not here."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.forms.auth import LoginForm
from wagtail.admin.views.account import AccountView, ChangePasswordPanel, ThemeSettingsPanel
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.models import UserProfile
from wagtail.users.views import users

from hemei.rooms.people import deputies, queries, rules, signing_in
from hemei.rooms.people.actions import CannotSign
from hemei.rooms.people.models import Deputation
from hemei.seal.roster import COUNTY

NAME_HELP = "与名册上的姓名一致。岗位和签章不在这里：它们在名册里，由系统管理员在服务器上登记。"


def _name_field() -> forms.CharField:
    return forms.CharField(label="姓名", max_length=50, help_text=NAME_HELP)


class SignInForm(LoginForm):
    """Account and password, with a limit on guesses: see `signing_in`."""

    def clean(self):
        account, now = self.cleaned_data.get("username"), timezone.now()
        if not account or not self.cleaned_data.get("password"):
            return super().clean()
        address = whence(self.request.META.get("HTTP_X_FORWARDED_FOR", ""))
        try:
            signing_in.guess(account=account, address=address, now=now)
        except signing_in.TooManyGuesses as error:
            raise forms.ValidationError(str(error), code="locked") from error
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            signing_in.was_wrong(account=account, address=address, now=now)
            raise
        signing_in.was_right(account=account, address=address)
        return cleaned


def whence(told: str) -> str:
    """The client's address as our front tells it, in a header that it writes itself; "" for anything else.

    Of IPv6 the network: its last 64 bits are the client's own to choose.
    """
    try:
        address = ip_address(told)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


class NewUserForm(UserCreationForm):
    """One field for a Chinese name; no address is asked for: who wants notices gives their own."""

    email = last_name = None
    first_name = _name_field()

    class Meta(UserCreationForm.Meta):
        fields = ("username", "first_name", "is_superuser", "groups")


class UserForm(UserEditForm):
    email = last_name = None
    first_name = _name_field()

    class Meta(UserEditForm.Meta):
        fields = ("username", "first_name", "is_active", "is_superuser", "groups")


class UserIndexView(users.IndexView):
    """No deleting, one by one or in bulk: who leaves is switched off, and what he signed keeps its name."""

    @property
    def columns(self):
        return super().columns[1:]

    @property
    def search_fields(self):
        return ["username", "first_name"]

    def get_delete_url(self, instance):
        return None

    def order_queryset(self, queryset):
        if self.ordering in ("name", "-name"):
            return queryset.order_by(self.ordering.replace("name", "first_name"))
        return super().order_queryset(queryset)


class UserEditView(users.EditView):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.can_delete = False

    def get_delete_url(self):
        return None


class UserViewSet(users.UserViewSet):
    index_view_class = UserIndexView
    edit_view_class = UserEditView
    menu_label = "人员账号"
    add_to_settings_menu = False  # the newsroom's menu has it, beside everything else
    copy_view_enabled = False

    def get_form_class(self, for_update=False):
        return UserForm if for_update else NewUserForm


class OwnAccount(AccountView):
    """Password and appearance. One's name is in the signed roster; a portrait would be a picture that nobody cleaned."""

    def get_panels(self):
        user = get_user_model().objects.get(pk=self.request.user.pk)
        kept = (ThemeSettingsPanel, ChangePasswordPanel)
        panels = [panel(self.request, user, UserProfile.get_for_user(user)) for panel in kept]
        return [panel for panel in panels if panel.is_active()]


class DeputyForm(forms.Form):
    """代理: whose post, who stands in, from when to when; signed with the PIN."""

    seat = forms.ChoiceField(label="代谁的岗位")
    deputy = forms.ChoiceField(label="由谁代理")
    since = forms.DateField(label="从", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="到（含当天）", widget=forms.DateInput(attrs={"type": "date"}))
    pin = forms.CharField(
        label="签章口令",
        max_length=20,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args, person: str, now, **kwargs):
        super().__init__(*args, **kwargs)
        roster = queries.roster()
        lent = queries.lent(person, now)
        posts = queries.posts(person, now)
        chief = rules.CHIEF in posts and rules.CHIEF not in lent
        seats = {
            (one.person, post.post): f"{one.name} · {queries.POSTS[post.post]}"
            for one in roster.people
            for post in one.posts
            if post.post in rules.LENDABLE and (chief or one.person == person) and post.until is None
        }
        self.fields["seat"].choices = [
            ("", "请选择"),
            *((f"{who} {post}", label) for (who, post), label in seats.items()),
        ]
        self.fields["deputy"].choices = [("", "请选择"), *((one.person, one.name) for one in roster.people if one.keys)]
        self.may = bool(seats)


@require_http_methods(["GET", "POST"])
def deputy_list(request):
    """Who stands in for whom until when, and the form that settles another."""
    now, person = timezone.now(), request.user.get_username()
    if not set(queries.POSTS) - {"correspondent"} & queries.posts(person, now) and not request.user.is_superuser:
        raise PermissionDenied
    today = now.astimezone(COUNTY).date()
    form = DeputyForm(request.POST or None, person=person, now=now, initial={"since": today.isoformat()})
    status = 200
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        holder, _, post = said["seat"].partition(" ")
        try:
            deputies.lend(
                by=request.user, pin=said["pin"], holder=holder, deputy=said["deputy"], post=post,
                since=said["since"], until=said["until"], now=now,
            )  # fmt: skip
        except (deputies.NotLent, CannotSign) as error:
            form.add_error(None, str(error))
            status = 409
        else:
            messages.success(
                request, f"已定：{queries.name(said['deputy'])}代理{queries.name(holder)}的{queries.POSTS[post]}。"
            )
            return redirect("people_deputies")
    context = {"rows": [_row(one, person, now) for one in queries.deputations(now)], "form": form}
    return render(request, "people/deputies.html", context, status=status)


def _row(one: Deputation, person: str, now) -> dict[str, object]:
    today = now.astimezone(COUNTY).date()
    over = one.until < today or one.ended is not None
    return {
        "one": one,
        "holder": queries.name(one.holder),
        "deputy": queries.name(one.deputy),
        "by": queries.name(one.by) if one.by != one.holder else "",
        "post": queries.POSTS.get(one.post, one.post),
        "when": "已结束"
        if over and one.until < today
        else "今天结束"
        if over
        else "代理中"
        if one.since <= today
        else "还没开始",
        "on": not over and one.since <= today,
        "may_end": not over
        and (person in (one.holder, one.deputy, one.by) or rules.CHIEF in queries.posts(person, now)),
    }


@require_POST
def deputy_end(request, pk: int):
    """提前结束代理."""
    deputation = get_object_or_404(Deputation, pk=pk)
    try:
        deputies.end(deputation=deputation, by=request.user, pin=request.POST.get("pin", ""), now=timezone.now())
        messages.success(request, "已结束。今天之内仍算代理，明天起不再是。")
    except (deputies.NotLent, CannotSign) as error:
        messages.error(request, str(error))
    return redirect("people_deputies")
