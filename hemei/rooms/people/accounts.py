"""Wagtail's user management with our screens in place of its own."""

from wagtail.users.apps import WagtailUsersAppConfig


class Accounts(WagtailUsersAppConfig):
    user_viewset = "hemei.rooms.people.screens.UserViewSet"
