"""`hemei verify FOLDER|URL [--key FILE] [--fresh] [--proofs] [--json]`: exit 0 genuine, 1 bad, 2 could not check."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hemei.seal import fields
from hemei.seal.digest import canonical, parse
from hemei.seal.errors import NotAStatement
from hemei.seal.roster import COUNTY
from hemei.seal.sources import Folder, Source, Web
from hemei.seal.verify import CannotCheck, Remembered, Report, verify

USAGE = """用法：hemei verify 目录或网址 [--key 公钥文件] [--fresh] [--proofs] [--json]

核对一个目录或网站的每一个字节是否与编辑部封存的版次一致。
  --key 文件   根公钥（64 位十六进制）；不写时依次用本机 keys/root.pub 和上次记住的那一把
  --fresh      不但要真，还要确认是最新一版
  --proofs     连同每篇稿件的审签一并核对
  --json       输出 JSON
退出码：0 真实，1 不真实（或加了 --fresh 而未能确认是最新），2 未能核对。"""


@dataclass(frozen=True, slots=True)
class _Asked:
    where: str
    key: Path | None = None
    fresh: bool = False
    proofs: bool = False
    json: bool = False


def main(argv: list[str], home: Path) -> int:
    """Carry out `hemei verify`: `argv` is what follows the verb, `home` is HEMEI_HOME. Returns 0, 1 or 2."""
    if "-h" in argv or "--help" in argv:
        print(USAGE)
        return 0
    as_json = "--json" in argv
    try:
        asked = _read(argv)
        source, address = _source(asked.where)
        memory = _memory(home)
        known = memory.get(address)
        root_key = _root_key(asked.key, home, known)
        try:
            report = verify(source, root_key, datetime.now(UTC), known, proofs=asked.proofs)
        finally:
            if isinstance(source, Web):
                source.close()
    except CannotCheck as error:
        _could_not(str(error), as_json)
        return 2
    if report.remember and report.remember != known:
        _remember(home, {**memory, address: report.remember})
    tell(report, as_json=asked.json)
    return 0 if report.ok and (report.current or not asked.fresh) else 1


def _read(argv: list[str]) -> _Asked:
    flags: dict[str, Any] = {}
    places = []
    waiting = list(argv)
    while waiting:
        word = waiting.pop(0)
        if word in ("--fresh", "--proofs", "--json"):
            flags[word[2:]] = True
        elif word == "--key" and waiting:
            flags["key"] = Path(waiting.pop(0))
        elif word.startswith("--key="):
            flags["key"] = Path(word.removeprefix("--key="))
        elif word.startswith("-"):
            raise CannotCheck(f"不认识“{word}”，或它后面缺少文件。\n{USAGE}")
        else:
            places.append(word)
    if len(places) != 1:
        raise CannotCheck(f"请给出一个目录或网址。\n{USAGE}")
    return _Asked(places[0], **flags)


def _source(where: str) -> tuple[Source, str]:
    """The source, and the address under which it is remembered."""
    if "://" in where:
        try:
            web = Web(where)
        except ValueError as error:
            raise CannotCheck(str(error)) from error
        return web, web.address
    folder = Path(where)
    if not folder.is_dir():
        raise CannotCheck(f"没有“{_printable(where)}”这个目录；网址请以 http:// 或 https:// 开头")
    return Folder(folder, min(4, os.cpu_count() or 1)), str(folder.resolve())


def _root_key(given: Path | None, home: Path, known: Remembered | None) -> bytes:
    path = given or home / "keys" / "root.pub"
    if given or path.exists():
        try:
            text = path.read_text("ascii").strip()
            return bytes.fromhex(fields.digest(text, "root key"))
        except OSError as error:
            raise CannotCheck(f"公钥文件“{path}”读不出来：{error.strerror}") from error
        except (NotAStatement, UnicodeDecodeError) as error:
            raise CannotCheck(f"“{path}”不是根公钥：应是 64 位小写十六进制") from error
    if known:
        return bytes.fromhex(known.key)
    raise CannotCheck(
        "没有可信的根公钥，无法判断真伪。站点自己给出的公钥只能证明它前后一致，不能证明出自编辑部；"
        "请向编辑部当面或从别的途径取得根公钥文件，再用 --key 指明"
    )


def _memory(home: Path) -> dict[str, Remembered]:
    path = home / "remembered.json"
    try:
        value = parse(path.read_bytes())
        if not isinstance(value, dict):
            raise NotAStatement("not an object")
        return {address: _remembered(each) for address, each in value.items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CannotCheck(f"“{path}”读不出来：{error.strerror}") from error
    except ValueError as error:
        # Starting afresh by ourselves would forget every number, and let an old edition pass as the newest.
        raise CannotCheck(f"“{path}”已损坏；请先核查原因，确认无碍后移走它再试") from error


def _remembered(value: object) -> Remembered:
    data = fields.exactly(value, "site key number root keys roster", "remembered")
    return Remembered(
        fields.text(data["site"], "site", most=16),
        fields.digest(data["key"], "key"),
        fields.whole(data["number"], "number", 1),
        fields.digest(data["root"], "root"),
        fields.whole(data["keys"], "keys", 1),
        fields.whole(data["roster"], "roster"),
    )


def _remember(home: Path, memory: dict[str, Remembered]) -> None:
    path = home / "remembered.json"
    try:
        home.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"remembered.{os.getpid()}.tmp")
        fresh.write_bytes(canonical({address: asdict(each) for address, each in memory.items()}))
        fresh.replace(path)
    except OSError as error:
        # The verdict stands; only the next one will know less.
        print(f"提醒：没能记下这次的版次（{path}：{error.strerror}），下次将察觉不到版次倒退", file=sys.stderr)


def _could_not(why: str, as_json: bool) -> None:
    if as_json:
        empty = Report(False, None, None, 0, False, ())
        _print_json({**empty.plain(), "bad": [{"path": "", "why": why}]})
    else:
        print(f"未能核对：{why}", file=sys.stderr)


def _print_json(value: dict[str, Any]) -> None:
    bad = [{"path": _printable(each["path"]), "why": each["why"]} for each in value["bad"]]
    print(json.dumps({**value, "bad": bad}, ensure_ascii=False))


def tell(report: Report, *, as_json: bool) -> None:
    """Print what was found."""
    if as_json:
        _print_json(report.plain())
        return
    if report.ok:
        print(f"真实：第 {report.edition} 版，{report.files} 个文件逐一核对，无一不符。")
    elif report.edition is None:
        print("不真实：连版次本身都核对不过。")
    else:
        print(f"不真实：第 {report.edition} 版，有 {len(report.bad)} 处不符：")
    for each in report.bad:
        print(f"  {_printable(each.path)}：{each.why}")
    if report.edition is not None:
        print(f"树根：{report.root}")
    if report.ok and report.since:
        since = report.since.astimezone(COUNTY).strftime("%Y-%m-%d %H:%M")
        print(f"时效：最新一版（{since} 确认）。" if report.current else f"时效：{since} 之后没有再确认过是最新一版。")


def _printable(text: str) -> str:
    """A file's name may hold anything; a terminal must not obey it."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
