"""Where the screens about people hang in the desk."""

from django.urls import path
from wagtail import hooks

from hemei.rooms.people import screens


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("deputies/", screens.deputy_list, name="people_deputies"),
        path("deputies/<int:pk>/end/", screens.deputy_end, name="people_deputy_end"),
    ]
