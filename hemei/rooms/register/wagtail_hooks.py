"""Where the register's screens hang in the desk."""

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from hemei.rooms.register import screens


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("register/", screens.index, name="register"),
        path("register/import/", screens.upload, name="register_upload"),
        path("register/import/<int:pk>/", screens.offer, name="register_offer"),
        path("register/changes/", screens.changes, name="register_changes"),
        path("register/changes/<int:number>/undo/", screens.undo, name="register_undo"),
        path("register/template/", screens.template, name="register_template"),
        path("register/export/", screens.export, name="register_export"),
        path("register/<slug:kind>/", screens.index, name="register_list"),
        path("register/<slug:kind>/export/", screens.export_list, name="register_export_list"),
        path("register/<slug:kind>/add/", screens.add, name="register_add"),
        path("register/<slug:kind>/<int:pk>/", screens.line, name="register_line"),
        path("register/<slug:kind>/<int:pk>/<slug:what>/", screens.deed, name="register_deed"),
    ]


class RegisterItem(MenuItem):
    """Shown to who may look."""

    def is_shown(self, request):
        return screens.looks(request)


@hooks.register("register_admin_menu_item")
def register_item():
    return RegisterItem("名录", reverse("register"), icon_name="group", order=180)


@hooks.register("insert_global_admin_css")
def style():
    return format_html('<link rel="stylesheet" href="{}">', static("register/register.css"))


@hooks.register("insert_global_admin_js")
def script():
    return format_html('<script type="module" src="{}"></script>', static("register/register.js"))
