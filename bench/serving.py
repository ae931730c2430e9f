"""Our embedded server beside nginx: the same pages, the same requests, one core each, the load from another core.

Every page can be asked for, as often as Zipf's law has it; most readers take br or gzip, and every fourth request asks
whether a page that the reader holds is still the one. ours: the front door as `hemei run` starts it, after the second
pass, with 256 MB of memory for answers; nginx: the exported folder, compressed beforehand, set up as plainly as most do
(without open_file_cache, which tells it of changes late).
"""

from __future__ import annotations

import gzip
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Final

import brotli

from hemei.front import App, Front, Proxy
from hemei.press.packing import Packing
from hemei.press.serve import SAFE, Site
from hemei.press.switch import export

CACHE: Final = 256 << 20
REQUESTS: Final = 100_000
"""Requests that are asked for in turn, over and over."""
CONNECTIONS: Final = 64
TAKEN: Final = ("br, gzip", "gzip", "")
TAKEN_HOW_OFTEN: Final = (85, 10, 5)
HELD: Final = 0.25
"""Of all requests, those of readers who hold the page already."""
INSTALL: Final = (
    "没有装 nginx 或 wrk，没有量服务器。要量，请运行：apt install nginx-light libnginx-mod-http-brotli-static wrk"
)

_LUA: Final = """
local requests, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    local path, taken, held = line:match("^(.-)\\t(.-)\\t(.*)$")
    local headers = {}
    if taken ~= "" then headers["Accept-Encoding"] = taken end
    if held ~= "" then headers["If-None-Match"] = held end
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
"""
_BROTLI: Final = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")


class NotServed(RuntimeError):
    """A server did not start, or gave wrong answers."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request: an address, the codings that the reader takes, and whether he holds the page already."""

    address: str
    taken: str
    holds: bool


def tools() -> tuple[str, str] | None:
    """nginx and wrk; None when either is missing."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    wrk = shutil.which("wrk")
    return (nginx, wrk) if nginx and wrk else None


def rates(home: Path, folder: Path, runs: int, seconds: int, show: Callable[[str], None]) -> dict[str, list[float]]:
    """Requests per second of "ours" and "nginx", run by run in turns after one that is not counted. Raises NotServed."""
    found = tools()
    assert found
    nginx, wrk = found
    folder.mkdir()
    files = export(home, folder / "site")
    wanted = list(_requests(_addresses(folder / "site")))
    show(f"已导出 {files} 个文件，{len({each.address for each in wanted})} 个网址会被读到，正在为两边预先压缩")
    _compress(folder / "site", sorted({each.address for each in wanted}))
    packing = Packing(home)
    while packing.turn():
        pass
    packing.close()
    (folder / "zipf.lua").write_text(_LUA)
    took: dict[str, list[float]] = {"ours": [], "nginx": []}
    with _ours(home) as here, _nginx(nginx, folder) as there:
        ports = {"ours": here, "nginx": there}
        for name, port in ports.items():
            (folder / f"{name}.txt").write_text("\n".join(_lines(port, wanted)) + "\n")
        for run in range(runs + 1):
            for name, port in ports.items():
                rate = _load(wrk, folder, name, port, seconds)
                if run:
                    took[name].append(rate)
                    show(f"第 {run} 遍：{name} 每秒 {rate:,.0f} 次")
    return took


def _addresses(site: Path) -> list[str]:
    """Every page of the site, in an order of chance: which one is read most is not the point."""
    names = ("/" + str(path.relative_to(site)) for path in site.rglob("*.html") if path.name != "404.html")
    addresses = sorted(name.removesuffix("index.html") for name in names)
    Random(7).shuffle(addresses)
    return addresses


def _requests(addresses: Sequence[str]) -> Iterator[Wanted]:
    random = Random(7)
    weights = list(accumulate(1 / rank for rank in range(1, len(addresses) + 1)))
    for address in random.choices(addresses, cum_weights=weights, k=REQUESTS):
        (taken,) = random.choices(TAKEN, TAKEN_HOW_OFTEN)
        yield Wanted(address, taken, random.random() < HELD)


def _lines(port: int, wanted: Iterable[Wanted]) -> Iterator[str]:
    """The requests as the load reads them; who holds a page says so with the tag that this server gives it."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    tags: dict[tuple[str, str], str] = {}
    for each in wanted:
        key = (each.address, each.taken)
        if each.holds and key not in tags:
            tags[key] = _tag(line, each)
        yield f"{each.address}\t{each.taken}\t{tags[key] if each.holds else ''}"
    line.close()


def _tag(line: http.client.HTTPConnection, wanted: Wanted) -> str:
    """The page's entity tag in the coding that the reader takes; the server has to know it again."""
    asked = {"Accept-Encoding": wanted.taken or "identity"}
    line.request("GET", wanted.address, headers=asked)
    first = line.getresponse()
    first.read()
    tag = first.headers["etag"] or ""
    line.request("GET", wanted.address, headers={**asked, "If-None-Match": tag})
    again = line.getresponse()
    again.read()
    packed = bool(first.headers["content-encoding"])
    if (first.status, again.status, packed) != (200, 304, bool(wanted.taken)):
        raise NotServed(f"{wanted}：{first.status}，{again.status}，{first.headers['content-encoding']}")
    return tag


def _compress(site: Path, addresses: Sequence[str]) -> None:
    lots = [addresses[at : at + 500] for at in range(0, len(addresses), 500)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as workers:
        list(workers.map(_compressed, [site] * len(lots), lots))


def _compressed(site: Path, addresses: Iterable[str]) -> None:
    for address in addresses:
        place = site / (address[1:] + "index.html" if address.endswith("/") else address[1:])
        data = place.read_bytes()
        place.with_name(place.name + ".gz").write_bytes(gzip.compress(data, 6, mtime=0))
        place.with_name(place.name + ".br").write_bytes(brotli.compress(data, quality=5))


def _load(wrk: str, folder: Path, name: str, port: int, seconds: int) -> float:
    said = subprocess.run(
        [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", folder / "zipf.lua",
         f"http://127.0.0.1:{port}", "--", folder / f"{name}.txt"],
        capture_output=True, text=True, check=True, preexec_fn=_on_core(1),
    ).stdout  # fmt: skip
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if not rate or "Non-2xx" in said or "Socket errors" in said:
        raise NotServed(f"{name}：{said}")
    return float(rate[1])


def _on_core(number: int) -> Callable[[], None]:
    """Keep a new process on one core, where there are several."""
    cores = sorted(os.sched_getaffinity(0))
    return lambda: os.sched_setaffinity(0, {cores[number % len(cores)]})


@contextmanager
def _ours(home: Path) -> Iterator[int]:
    port = _free_port()
    program = [sys.executable, "-m", "bench.serving", str(port)]
    environment = {**os.environ, "BENCH_HOME": str(home), "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    with _running(program, port, environment):
        yield port


@contextmanager
def _nginx(program: str, folder: Path) -> Iterator[int]:
    port = _free_port()
    headers = "\n".join(f'add_header {name} "{value}" always;' for name, value in SAFE)
    aside = "\n".join(
        f"{kind}_temp_path {folder}/temp;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    packed = "gzip_static on;" + (" brotli_static on;" if _BROTLI.exists() else "")
    (folder / "nginx.conf").write_text(f"""
{f"load_module {_BROTLI};" if _BROTLI.exists() else ""}
{"user root;" if os.geteuid() == 0 else ""}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  {aside}
  types {{ text/html html; text/css css; text/javascript js; application/json json; application/xml xml; text/plain txt; image/svg+xml svg; }}
  charset utf-8;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  access_log off;
  {packed}
  server {{
    listen 127.0.0.1:{port};
    root {folder}/site;
    error_page 404 /404.html;
    add_header Cache-Control "public, max-age=0, must-revalidate";
    {headers}
  }}
}}
""")
    with _running([program, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"], port, None):
        yield port


@contextmanager
def _running(program: Sequence[str], port: int, environment: dict[str, str] | None) -> Iterator[None]:
    """A server on the first core, from its first answer on."""
    process = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL, preexec_fn=_on_core(0))
    try:
        limit = time.monotonic() + 30
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > limit:
                raise NotServed(f"{program[0]} 没有启动成功")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def front() -> Front:
    """What granian's worker loads: the front of the home in BENCH_HOME, with the memory that the measurement allows."""
    home = Path(os.environ["BENCH_HOME"])
    return Front(Site(home, cache=CACHE), Proxy(home / "nobody.sock"))


app = App(front)


if __name__ == "__main__":
    from hemei.child import granian
    from hemei.sqlite import swap

    swap()
    granian("bench.serving:app", "rsgi", address="127.0.0.1", port=int(sys.argv[1]))
