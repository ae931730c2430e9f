"""Where the screens of notices hang in the desk."""

from django.urls import path
from wagtail import hooks

from hemei.rooms.notices import screens


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("notices/", screens.mine, name="notices_mine"),
        path("notices/choose/", screens.choose, name="notices_choose"),
        path("notices/mail/", screens.set_mail, name="notices_mail"),
        path("notices/prove/", screens.prove, name="notices_prove"),
        path("notices/on/", screens.switch_on, name="notices_on"),
        path("notices/off/<int:pk>/", screens.switch_off, name="notices_off"),
        path("notices/try/", screens.try_out, name="notices_try"),
    ]
