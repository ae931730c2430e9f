"""Toys that stand behind the front door in its tests: a desk that remembers by cookie, and a printed site."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hemei.front import App, Front, Proxy

SMALL = 1024 * 1024  # the cap in these tests, in bytes


def desk(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Log in whoever has no cookie under the name he gives, and tell every visitor what the desk saw of him."""
    body = environ["wsgi.input"].read()
    seen = {
        "who": environ.get("HTTP_COOKIE", ""),
        "path": environ["PATH_INFO"].encode("latin-1").decode(),
        "query": environ.get("QUERY_STRING", ""),
        "method": environ["REQUEST_METHOD"],
        "body": [len(body), hashlib.sha256(body).hexdigest()],
        "headers": {name: value for name, value in environ.items() if name.startswith("HTTP_")},
    }
    headers = [("Content-Type", "application/json"), ("Connection", "keep-alive"), ("X-Twice", "1"), ("X-Twice", "2")]
    if environ.get("QUERY_STRING", "").startswith("name="):
        headers.append(("Set-Cookie", f"session={environ['QUERY_STRING'][5:]}; Path=/desk/; HttpOnly"))
    start("200 OK", headers)
    tail = (b" " * 65536 for _ in range(100 if environ["PATH_INFO"] == "/desk/long" else 0))
    return itertools.chain([json.dumps(seen).encode()], tail)


async def site(scope: Any, protocol: Any) -> None:
    protocol.response_str(200, [("content-type", "text/plain")], f"printed {scope.path}")


def front() -> Front:
    return Front(site, Proxy(Path(os.environ["TOY_SOCKET"]), behind_proxy="TOY_PROXY" in os.environ, cap=SMALL))


app = App(front)
