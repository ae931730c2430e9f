"""The desk as granian's WSGI application, in a worker of `hemei run`."""

from __future__ import annotations

import os
import threading

from django.core.wsgi import get_wsgi_application

from hemei.lifeline import die_with

if parent := os.environ.get("HEMEI_PARENT"):
    die_with(int(parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.settings")
application = get_wsgi_application()
if parent:  # not in tests, nor for who only asks something of Django
    from hemei.rooms.newsroom import sources, telling  # Django has to be set up before its models

    telling.start()
    threading.Thread(target=sources.watch, args=[threading.Event()], name="sources", daemon=True).start()
