"""The one command, `hemei`. It knows everybody and holds no logic; a verb that needs no Django does not import it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from hemei.home import BadSetting, home
from hemei.sqlite import FaultySQLite, swap
from hemei.usage import HELP


class _Usage(Exception):
    """The command was not written as it should be."""


class _NotStarted(Exception):
    """There is nothing yet to carry it out on."""


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command; returns the exit code: 0 done, 1 not done, 2 wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # Chinese, whatever the locale says
    if not words or words[0] in ("-h", "--help", "help"):
        print(HELP)
        return 0 if words else 2
    verb = VERBS.get(words[0])
    try:
        if verb is None:
            raise _Usage(f"没有“{words[0]}”这个命令。")
        if words[0] != "verify" and {"-h", "--help"} & set(words):
            print(HELP)
            return 0
        swap()
        return verb(words[1:])
    except _Usage as error:
        print(f"{error}\n用 hemei --help 查看用法。", file=sys.stderr)
        return 2
    except _NotStarted as error:
        return _failed(error)
    except (BadSetting, FaultySQLite) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `hemei press history | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _split(words: Sequence[str], switches: str = "", options: str = "") -> tuple[list[str], dict[str, Any]]:
    """Plain words, and what was said with dashes: switches as True, options with the word that follows them."""
    plain: list[str] = []
    said: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if word == "--":
            plain += rest
        elif not word.startswith("--"):
            plain.append(word)
        elif word in switches.split():
            said[word] = True
        elif word.partition("=")[0] in options.split():
            name, equals, value = word.partition("=")
            value = value if equals else next(rest, "")
            if not value:
                raise _Usage(f"{name} 后面要跟一个值。")
            said[name] = value
        else:
            raise _Usage(f"不认识 {word}。")
    return plain, said


def _none(words: Sequence[str]) -> None:
    if words:
        raise _Usage(f"多出了“{words[0]}”。")


def _one(words: Sequence[str], what: str) -> str:
    if len(words) != 1:
        raise _Usage(f"请写明{what}（只写一个）。")
    return words[0]


def _whole(text: str, what: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= most):
        raise _Usage(f"{what}应为 1 到 {most} 之间的整数，而不是“{text}”。")
    return int(text)


def _failed(error: object) -> int:
    print(error, file=sys.stderr)
    return 1


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.settings")
    import django  # most verbs live without it

    django.setup()


def _started() -> Path:
    """The home, which has to have been started once."""
    folder = home()
    if not (folder / "data" / "desk.sqlite3").exists():
        raise _NotStarted(f"{folder} 里还没有和媒的数据。请先运行 hemei run，或用 HEMEI_HOME 指明数据目录。")
    return folder


# the verbs


def _run(words: Sequence[str]) -> int:
    from hemei.run import CannotStart, run

    _none(words)
    try:
        return run(home())
    except CannotStart as error:
        return _failed(error)


def _logins(words: Sequence[str]) -> int:
    from hemei.logins import table

    plain, said = _split(words, "", "--lift")
    _none(plain)
    if "--lift" in said:
        return _lift(said["--lift"])
    lines = table(home())
    if not lines:
        return _failed(f"{home()} 里没有记下的演示账号。")
    print("\n".join(lines).rstrip("\n"))
    return 0


def _lift(account: str) -> int:
    _started()
    _django()
    from hemei.rooms.people import signing_in

    try:
        forgotten = signing_in.lift(account=account, now=datetime.now(UTC))
    except signing_in.NoSuchAccount as error:
        return _failed(error)
    print(f"{account} 可以登录了：忘掉了 {forgotten} 次输错的密码。")
    return 0


def _verify(words: Sequence[str]) -> int:
    from hemei.seal.command import main as verify

    return verify(list(words), home())


def _file(words: Sequence[str]) -> int:
    from hemei import filing

    plain, said = _split(words, "--dry-run --json", "--as")
    if not plain:
        raise _Usage("请写明来稿文件，可以一次写几个。")
    paths = [Path(word) for word in plain]
    if "--dry-run" in said:
        return filing.look(paths, as_json="--json" in said)
    _started()
    _django()
    from django.contrib.auth.models import User

    from hemei.rooms.newsroom.actions import Refused, file_copy

    name = said.get("--as")
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        return _failed(f"没有“{name}”这个账号。" if name else "请用 --as 写明以谁的名义交稿，例如 --as chen。")

    def hand_in(read: Any, data: bytes) -> list[dict[str, Any]]:
        try:
            stories = file_copy(read=read, original=data, by=user, now=datetime.now(UTC))
        except Refused as error:
            raise filing.NotTaken(str(error)) from error
        return [{"story": story.pk, "headline": story.headline} for story in stories]

    return filing.hand_in(paths, hand_in, as_json="--json" in said)


def _proof(words: Sequence[str]) -> int:
    from hemei import proofing

    plain, said = _split(words, "--json --fix --house --no-register", "--date")
    path = Path(_one(plain, "要校对的文件"))
    today = datetime.now().astimezone().date() if "--house" in said else None
    lists = None if "--no-register" in said else proofing.lists_here()
    return proofing.look(path, _day(said), as_json="--json" in said, fix="--fix" in said, lists=lists, today=today)


def _day(said: dict[str, Any]) -> date | None:
    """The story's date, when it is said."""
    try:
        return date.fromisoformat(said["--date"]) if "--date" in said else None
    except ValueError:
        raise _Usage(f"日期写作 2026-11-22 的样子，而不是“{said['--date']}”。") from None


def _directives(words: Sequence[str]) -> int:
    from hemei import directing

    plain, said = _split(words, "--json", "--date")
    path = Path(_one(plain, "会议报道的文件"))
    return directing.look(path, _day(said), as_json="--json" in said)


def _press(words: Sequence[str]) -> int:
    from hemei import presswork

    verb, rest = (words[0], words[1:]) if words else ("", [])
    switches = {"status": "--json", "verify": "--json", "build": "--full", "sync": "--check --verify"}.get(verb, "")
    plain, said = _split(rest, switches, {"sync": "--purge", "build": "--jobs"}.get(verb, ""))
    if verb in ("status", "history", "build", "resume", "verify"):
        _none(plain)
    if verb == "status":
        return presswork.status(_started(), as_json="--json" in said)
    if verb == "history":
        return presswork.history(_started())
    if verb == "verify":
        return presswork.verify(_started(), as_json="--json" in said)
    if verb == "explain":
        return presswork.explain(_started(), _one(plain, "网页路径，例如 /a/12/"))
    if verb == "export":
        return presswork.export(_started(), Path(_one(plain, "要写入的目录")))
    if verb == "sync":
        purge = Path(said["--purge"]) if "--purge" in said else None
        target = _one(plain, "目标：目录、sftp://… 或 s3://…")
        return presswork.sync(_started(), target, check="--check" in said, verify="--verify" in said, purge=purge)
    number = _whole(_one(plain, "版次号"), "版次号", 10**9) if verb == "rollback" else 0
    if verb not in ("build", "rollback", "resume"):
        raise _Usage("press 后面要写 status、history、explain、build、verify、rollback、resume、export 或 sync。")
    jobs = _whole(said["--jobs"], "进程数", 64) if "--jobs" in said else None
    folder = _started()
    _django()
    from hemei.rooms.pressroom import process

    def here() -> None:
        press = process.open_press(folder, jobs=jobs)
        process.drain(press, folder)
        if verb == "rollback":
            press.rollback(number)
        elif verb == "resume":
            press.resume()
            process.drain(press, folder)
        elif "--full" in said:
            press.build_full()

    asked = f"full/{jobs or 0}" if "--full" in said else "poke"
    address = {"rollback": f"/rollback/{number}", "resume": "/resume"}.get(verb, f"/{asked}")
    return presswork.tell(folder, address, here)


def _demo(words: Sequence[str]) -> int:
    plain, said = _split(words, "", "--stories")
    _none(plain)
    count = _whole(said["--stories"], "篇数", 1_000_000) if "--stories" in said else 0
    from hemei.run import CannotStart, make_ready, show

    folder = home()
    try:
        make_ready(folder)
    except CannotStart as error:
        return _failed(error)
    if not count:
        return 0
    _django()
    from hemei.rooms.pressroom import demo

    try:
        demo.archive(folder, count, show)
    except demo.NotADemo as error:
        return _failed(error)
    return 0


def _backup(words: Sequence[str]) -> int:
    from hemei import backup, presswork

    plain, _ = _split(words)
    try:
        made = backup.save(home(), Path(_one(plain, "备份文件")), datetime.now(UTC), presswork.live)
    except backup.BackupFailed as error:
        return _failed(error)
    print(f"已备份：{made.files} 个文件，{made.bytes / 1e6:.1f} MB，第 {made.edition} 版次。备份里有密钥，请妥善保管。")
    return 0


def _restore(words: Sequence[str]) -> int:
    from hemei import backup

    plain, _ = _split(words)
    try:
        made = backup.restore(Path(_one(plain, "备份文件")), home())
    except backup.Damaged as error:
        for path, why in error.bad:
            print(f"{path}：{why}", file=sys.stderr)
        return _failed(error)
    except backup.BackupFailed as error:
        return _failed(error)
    print(f"已恢复到 {home()}：{made.files} 个文件，第 {made.edition} 版次（备份于 {made.time}）。用 hemei run 启动。")
    return 0


def _bench(words: Sequence[str]) -> int:
    what = {"press": _bench_press, "desk": _bench_desk, "prose": _bench_prose}.get(words[0] if words else "")
    if what is None:
        raise _Usage("bench 后面要写 press、desk 或 prose。")
    return what(words[1:])


def _bench_press(words: Sequence[str]) -> int:
    from bench import press as bench

    plain, said = _split(words, "--million --json", "--stories --only --runs")
    _none(plain)
    parts = said.get("--only", ",".join(bench.PARTS)).split(",")
    if not set(parts) <= set(bench.PARTS):
        raise _Usage(f"--only 后面可以写 {','.join(bench.PARTS)} 中的几项，用逗号分开。")
    stories = _whole(said.get("--stories", "100000"), "篇数", 1_000_000)
    runs = _whole(said.get("--runs", "5"), "遍数", 100)
    return bench.bench(bench.Asked(parts, stories, runs, "--million" in said), as_json="--json" in said)


def _bench_desk(words: Sequence[str]) -> int:
    from bench import desk as bench

    plain, said = _split([word for word in words if word != "--stories"], "--json", "--keep")
    if plain and "--stories" not in words:
        raise _Usage("篇数写在 --stories 后面。")
    sizes = [_whole(word, "篇数", 1_000_000) for word in plain] or [10_000, 100_000]
    try:
        return bench.bench(
            sizes, Path(said["--keep"]).absolute() if "--keep" in said else None, as_json="--json" in said
        )
    except bench.NotMeasured as error:
        return _failed(error)


def _bench_prose(words: Sequence[str]) -> int:
    from bench import prose as bench

    files: list[str] = []
    rest: list[str] = []
    for word in words:
        (rest if word in ("--json", "--mutations") else files).append(word)
    if files and files[0] != "--data":
        raise _Usage("要量的数据写在 --data 后面。")
    try:
        paths = [Path(word) for word in files[1:] if word != "--data"]
        return bench.bench(paths, mutations="--mutations" in rest, as_json="--json" in rest)
    except bench.NoData as error:
        return _failed(error)


def _roster(words: Sequence[str]) -> int:
    from hemei.logins import roster_lines
    from hemei.rooms.people import keys

    _none(words)
    _started()
    print("\n".join(roster_lines(keys.roster(home()))))
    return 0


VERBS: Final[dict[str, Callable[[Sequence[str]], int]]] = {
    "run": _run,
    "logins": _logins,
    "file": _file,
    "proof": _proof,
    "directives": _directives,
    "press": _press,
    "verify": _verify,
    "demo": _demo,
    "backup": _backup,
    "restore": _restore,
    "bench": _bench,
    "roster": _roster,
}


def program() -> NoReturn:
    """`python -m hemei.cli`."""
    raise SystemExit(main())


if __name__ == "__main__":
    program()
