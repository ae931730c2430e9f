"""Addresses of the back office. Public addresses belong to the press."""

from functools import partial

from django.conf import settings
from django.contrib.staticfiles.views import serve as static
from django.shortcuts import render
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache
from django.views.defaults import page_not_found
from django.views.static import serve
from wagtail.admin import urls as desk
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.chooser import ExternalLinkView

from hemei.rooms.notices.screens import worker
from hemei.rooms.people.screens import OwnAccount

gone = never_cache(
    require_admin_access(partial(page_not_found, exception=Exception(), template_name="wagtailadmin/404.html"))
)


def stale(request, reason=""):
    """A form whose page is too old, or that came from another site."""
    return render(request, "stale.html", status=403)


UNUSED = "|".join(
    [
        "pages",
        r"choose-page/[^/]+",
        "choose-anchor-link",
        "api",
        "bulk",
        "collections",
        "documents",
        "failwhale",
        "groups",
        "password_reset",
        "reports",
        "test404",
        "workflows",
        "snippets/?$",
        "snippets/choose",
        r"snippets/newsroom/story/(?:delete|usage)",  # a story is spiked or withdrawn and stays in the record
        r"users/(?:delete|usage|copy)",
        r"images/(?:usage|\d+/(?:generate_url|preview))",
        r"images/chooser/\d+/select_format",
    ]
)
"""Parts of the library that this house does not use. Their names still resolve, because its templates ask for them."""

urlpatterns = [
    re_path(r"^desk/static/(?P<path>.*)$", static, {"insecure": True}),  # one small machine: the desk serves its own
    re_path(r"^desk/media/(?P<path>.*)$", require_admin_access(serve), {"document_root": settings.MEDIA_ROOT}),
    re_path(rf"^desk/(?:{UNUSED})(?:/|$)", gone),
    path("desk/choose-page/", never_cache(require_admin_access(ExternalLinkView.as_view()))),  # links are addresses
    path("desk/account/", never_cache(require_admin_access(OwnAccount.as_view()))),
    path("desk/sw.js", worker, name="notices_worker"),
    path("desk/", include(desk)),
]
