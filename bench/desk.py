"""`hemei bench desk`: how long an editor waits, over HTTP, in a house of so many stories with its press at work."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx

from hemei.sqlite import swap

KINDS: Final = {"list": "列表", "search": "检索", "open": "打开", "save": "保存", "release": "签发", "live": "上线"}
ROUNDS: Final = 60
WARM: Final = 3
"""Rounds before the first that counts: a process that has just started has read nothing yet."""
LIST: Final = "/desk/snippets/newsroom/story/"
PATIENCE: Final = 30.0
"""Seconds until a page has to be in print."""


class NotMeasured(RuntimeError):
    """What was asked of the desk was not answered as it should be."""


@dataclass
class Times:
    """Milliseconds by kind, and within a kind by what exactly was asked."""

    of: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def note(self, kind: str, what: str, began: float) -> None:
        self.of[kind][what].append((time.perf_counter() - began) * 1000)

    def all(self, kind: str) -> list[float]:
        return [each for times in self.of[kind].values() for each in times]


def bench(sizes: Sequence[int], place: Path | None, *, as_json: bool) -> int:
    """Measure each size and tell. In a temporary folder (TMPDIR), or in `place`, where homes are kept and used again."""
    figures, table = {}, []
    with tempfile.TemporaryDirectory(prefix="hemei-bench-") as folder:
        for size in sizes:
            home = (place or Path(folder)) / f"desk-{size}"
            _child(home, "fill", str(size), str(ROUNDS + WARM))
            load = os.getloadavg()[0]
            times = _measured(home)
            figures[str(size)] = {kind: _percentiles(times.all(kind)) for kind in KINDS}
            table += [*_lines(size, times), f"  {_peer(home)}", f"  量之前一分钟的平均负载 {load:.1f}"]
        print(json.dumps(figures) if as_json else "\n".join(table), flush=True)
    return 0


def _child(home: Path, *words: str) -> None:
    """What needs Django, in a process of its own: settings are read once in a process, and each size has its home."""
    environment = {**os.environ, "HEMEI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "hemei.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.deskfill", *words], env=environment, stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise NotMeasured("没有装满，原因见上面。")


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    cuts = quantiles(times, n=100, method="inclusive")
    return {f"p{cut}_ms": round(cuts[cut - 1], 1) for cut in (50, 95)}


def _lines(size: int, times: Times) -> Iterator[str]:
    yield f"{size:,} 篇，毫秒：p50 / p95，最长（次数）"
    for kind, name in KINDS.items():
        yield _line(name, times.all(kind))
        if len(times.of[kind]) > 1:
            yield from (_line(f"　　{what}", each) for what, each in times.of[kind].items())


def _line(name: str, times: Sequence[float]) -> str:
    told = _percentiles(times)
    return f"  {name}　{told['p50_ms']:.0f} / {told['p95_ms']:.0f}，{max(times):.0f}（{len(times)}）"


def _measured(home: Path) -> Times:
    plan = json.loads((home / "bench-desk.json").read_text())
    logins = {one["login"]: one for one in json.loads((home / "logins.json").read_text())["people"]}
    with _running(home) as url, httpx.Client(base_url=url, timeout=60) as reader:
        li, zhao = _signed_in(url, logins["li"]), _signed_in(url, logins["zhao"])
        editor = _Editor(li, zhao, reader, logins["zhao"]["pin"], plan)
        for at in range(WARM + ROUNDS):
            if at == WARM:
                editor.times = Times()
            editor.round(at)
        li.close()
        zhao.close()
        return editor.times


@dataclass
class _Editor:
    """One editor's round: look at the list, look for something, open a story, save it twice; and another one releases."""

    desk: httpx.Client
    chief: httpx.Client
    reader: httpx.Client
    pin: str
    plan: Mapping[str, Any]
    times: Times = field(default_factory=Times)
    random: random.Random = field(default_factory=lambda: random.Random(7))

    def round(self, at: int) -> None:
        for kind, asked in (("list", self.plan["lists"]), ("search", self.plan["searches"])):
            for what in self.random.sample(sorted(asked), 2):
                self._look(kind, what, self.random.choice(asked[what]))
        one = self.plan["edits"][at % len(self.plan["edits"])]
        page = self._open(one["story"])
        self._save(one, page, f"第 {at} 轮改的题")
        self._release(self.plan["ready"][at])

    def _look(self, kind: str, what: str, query: Mapping[str, str]) -> None:
        began = time.perf_counter()
        answer = self.desk.get(LIST, params=query)
        self.times.note(kind, what, began)
        expected = query.get("q", "").split()
        if answer.status_code != 200 or (what == "标题里两个字" and f"<mark>{expected[0]}</mark>" not in answer.text):
            raise NotMeasured(f"{what} {query}：{answer.status_code}")

    def _open(self, story: int) -> str:
        began = time.perf_counter()
        answer = self.desk.get(f"{LIST}edit/{story}/")
        self.times.note("open", "编辑页", began)
        if answer.status_code != 200:
            raise NotMeasured(f"打开 {story}：{answer.status_code}")
        return answer.text

    def _save(self, one: Mapping[str, Any], page: str, headline: str) -> None:
        """First as the editor saves by itself while one writes, then as one who presses the button."""
        form = {**one["form"], "csrfmiddlewaretoken": self.desk.cookies["hemei_csrf"]}
        form |= {name: _value(page, name) for name in ("loaded_revision_id", "loaded_revision_created_at")}
        address = f"{LIST}edit/{one['story']}/"
        form["headline"] = headline
        began = time.perf_counter()
        answer = self.desk.post(address, data=form, headers={"accept": "application/json"})
        self.times.note("save", "自动保存", began)
        told = answer.json() if answer.status_code == 200 else {}
        if not told.get("success"):
            raise NotMeasured(f"自动保存 {one['story']}：{answer.status_code} {answer.text[:300]}")
        form |= {
            "loaded_revision_id": str(told["revision_id"]),
            "loaded_revision_created_at": told["revision_created_at"],
        }
        form["overwrite_revision_id"] = str(told["revision_id"])
        form["headline"] = f"{headline}又改"
        began = time.perf_counter()
        answer = self.desk.post(address, data=form)
        self.times.note("save", "按保存", began)
        if answer.status_code != 302:
            raise NotMeasured(f"保存 {one['story']}：{answer.status_code}")

    def _release(self, ready: Mapping[str, Any]) -> None:
        began = time.perf_counter()
        form = {"csrfmiddlewaretoken": self.chief.cookies["hemei_csrf"], "pin": self.pin}
        answer = self.chief.post(f"/desk/review/{ready['story']}/release/", data=form)
        self.times.note("release", "签发", began)
        if answer.status_code != 302:
            raise NotMeasured(f"签发 {ready['story']}：{answer.status_code}")
        while True:
            page = self.reader.get(f"/a/{ready['story']}/")
            if page.status_code == 200 and ready["word"] in page.text:
                self.times.note("live", "从按下签发到读者看到", began)
                return
            if time.perf_counter() - began > PATIENCE:
                raise NotMeasured(f"第 {ready['story']} 篇没有印出来")
            time.sleep(0.002)


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) or re.search(
        rf'value="([^"]*)"[^>]*name="{name}"', page
    )
    return found[1] if found else ""


def _signed_in(url: str, login: Mapping[str, Any]) -> httpx.Client:
    client = httpx.Client(base_url=url, timeout=60)
    client.get("/desk/login/")
    form = {"username": login["login"], "password": login["password"]}
    answer = client.post("/desk/login/", data={**form, "csrfmiddlewaretoken": client.cookies["hemei_csrf"]})
    if answer.status_code != 302:
        raise NotMeasured(f"{login['login']} 没有登录成功：{answer.status_code}")
    return client


@contextmanager
def _running(home: Path) -> Iterator[str]:
    """`hemei run` over this home, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = subprocess.Popen(
        [sys.executable, "-m", "hemei.cli", "run"],
        env={**os.environ, "HEMEI_HOME": str(home), "HEMEI_PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        if not any("Ctrl-C" in line for line in running.stdout):
            raise NotMeasured("hemei run 没有启动。")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)


def _peer(home: Path) -> str:
    """The same words looked for row by row, as a list without an index does, on the same database."""
    plan = json.loads((home / "bench-desk.json").read_text())
    rows = "FROM newsroom_story WHERE headline LIKE ? OR deck LIKE ? OR kicker LIKE ?"
    with closing(swap().connect(f"file:{home}/data/desk.sqlite3?mode=ro", uri=True)) as database:
        return "对照，同一数据库逐行查找标题（LIKE，先数后取）：" + _rowwise(
            lambda sql, word: database.execute(sql, [f"%{word}%"] * 3).fetchall(),
            rows,
            plan["searches"]["标题里两个字"],
        )


def _rowwise(ask: Callable[[str, str], Any], rows: str, searches: Sequence[Mapping[str, str]]) -> str:
    times = []
    for query in searches[:20]:
        began = time.perf_counter()
        ask(f"SELECT COUNT(*) {rows}", query["q"])
        ask(f"SELECT id, headline, state, updated {rows} ORDER BY id DESC LIMIT 20", query["q"])
        times.append((time.perf_counter() - began) * 1000)
    told = _percentiles(times)
    return f"{told['p50_ms']:.0f} / {told['p95_ms']:.0f} 毫秒，不含网页"
