"""Accounts as the administrator sees them, and one's own account. Posts are not here: they are in the signed roster."""

from __future__ import annotations

from django import forms
from django.contrib.auth import get_user_model
from wagtail.admin.views.account import AccountView, ChangePasswordPanel, ThemeSettingsPanel
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.models import UserProfile
from wagtail.users.views import users

NAME_HELP = "与名册上的姓名一致。岗位和签章不在这里：它们在名册里，由系统管理员在服务器上登记。"


def _name_field() -> forms.CharField:
    return forms.CharField(label="姓名", max_length=50, help_text=NAME_HELP)


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
