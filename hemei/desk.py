"""The desk as granian's WSGI application, in a worker of `hemei run`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from hemei.lifeline import die_with

if parent := os.environ.get("HEMEI_PARENT"):
    die_with(int(parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.settings")
application = get_wsgi_application()
if parent:
    from hemei.rooms.newsroom import telling  # its models need Django to be set up

    telling.start()
