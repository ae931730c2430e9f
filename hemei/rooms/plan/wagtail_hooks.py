"""Where the planning's screens hang in the desk."""

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from hemei.rooms.plan import screens


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("plan/", screens.board, name="plan_board"),
        path("plan/list/", screens.listing, name="plan_list"),
        path("plan/calendar/", screens.calendar, name="plan_calendar"),
        path("plan/calendar.ics", screens.give_out, name="plan_give_out"),
        path("plan/calendars/", screens.take_in, name="plan_take_in"),
        path("plan/calendars/<int:pk>/back/", screens.take_back, name="plan_take_back"),
        path("plan/gear/", screens.gear, name="plan_gear"),
        path("plan/new/", screens.propose, name="plan_propose"),
        path("plan/<int:pk>/", screens.topic, name="plan_topic"),
        path("plan/<int:pk>/edit/", screens.edit, name="plan_edit"),
        path("plan/<int:pk>/assign/", screens.assign, name="plan_assign"),
        path("plan/<int:pk>/<slug:what>/", screens.deed, name="plan_deed"),
    ]


class PlannersItem(MenuItem):
    """Shown to who holds a post that plans."""

    def is_shown(self, request):
        return screens.looking(request).plans


@hooks.register("register_admin_menu_item")
def plan_item():
    return PlannersItem("选题", reverse("plan_board"), icon_name="calendar", order=40)


@hooks.register("newsroom_first_screen")
def first_screen():
    return TodayPanel()


class TodayPanel(Component):
    """On the desk's first screen: my topics of today, and what is late."""

    template_name = "plan/first.html"

    def get_context_data(self, parent_context):
        return screens.first_screen(parent_context["request"])


@hooks.register("insert_global_admin_css")
def plan_style():
    return format_html('<link rel="stylesheet" href="{}">', static("plan/plan.css"))
