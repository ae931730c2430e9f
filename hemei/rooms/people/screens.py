"""Signing in, accounts as the administrator sees them, one's own account. Posts are in the signed roster, not here."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from wagtail.admin.forms.auth import LoginForm
from wagtail.admin.views.account import AccountView, ChangePasswordPanel, ThemeSettingsPanel
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.models import UserProfile
from wagtail.users.views import users

from hemei.rooms.people import signing_in

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
    """One field for a Chinese name; no address of anybody is kept."""

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
