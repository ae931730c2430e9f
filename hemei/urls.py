"""Addresses of the back office. Public addresses belong to the press."""

from django.conf import settings
from django.contrib.staticfiles.views import serve as static
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail.admin import urls as desk
from wagtail.admin.auth import require_admin_access

urlpatterns = [
    re_path(r"^desk/static/(?P<path>.*)$", static, {"insecure": True}),  # one small machine: the desk serves its own
    re_path(r"^desk/media/(?P<path>.*)$", require_admin_access(serve), {"document_root": settings.MEDIA_ROOT}),
    path("desk/", include(desk)),
]
