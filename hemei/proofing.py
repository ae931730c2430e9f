"""`hemei proof`: what may be wrong in a file's words, and safe corrections of a text file."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from itertools import count
from pathlib import Path

from hemei import intake
from hemei.filing import NotTaken, taken
from hemei.home import home
from hemei.prose.house_rules import DEFAULT, Shown, Subject, breaches
from hemei.prose.proof import Copy, Finding, Part, fixed, proof
from hemei.prose.proof.copy import Kind
from hemei.prose.register import House
from hemei.prose.structure import Line, TooLong, structure
from hemei.rooms.register import reading

LEVELS = {"block": "必改", "warn": "留意", "fix": "可直接改"}
_ABOVE: tuple[tuple[str, Kind], ...] = (
    ("kicker", "kicker"), ("headline", "headline"), ("deck", "deck"), ("byline", "byline"), ("dateline", "byline"),
)  # fmt: skip
_BODY: dict[str, Kind] = {"heading": "heading", "picture": "caption"}
CLEAN, DOUBTFUL, UNREADABLE = 0, 1, 2


def look(
    path: Path, day: date | None, *, as_json: bool, fix: bool, lists: House | None = None, today: date | None = None
) -> int:
    """Tell the findings in one file. 0 when there are none, 1 when there are, 2 when it cannot be read or written.

    `lists`: the newsroom's own, where it has any. `today`: when the house rules that ship are to be asked too.
    """
    house = lists or House()
    try:
        read, data = taken(path)
        copy = replace(copy_of(read, day), house=house)
        findings = proof(copy)
        done: list[Finding] = []
        if fix:
            text, done = fixed(copy.text, [each for each in findings if each.level == "fix"])
            if done:
                _put(path, data, text)
                copy = replace(copy_of(intake.pasted(text), day), house=house)
                findings = proof(copy)
    except (intake.Unreadable, TooLong, NotTaken) as error:
        print(f"{path}：{error}", file=sys.stderr)
        return UNREADABLE
    if today:
        findings = [*_kept(read, copy, today), *findings]
    for warning in read.warnings:
        print(warning, file=sys.stderr)
    for finding in done:
        print(f"已改  {finding.text!r} → {finding.suggestion!r}  {finding.why}（{finding.rule}）", file=sys.stderr)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        print("\n".join(_shown(copy, findings)))
    return DOUBTFUL if findings else CLEAN


def lists_here() -> House:
    """The register of this home, read without starting Django; empty where there is no home, or it cannot be read."""
    try:
        return reading.of_home(home())
    except sqlite3.Error as error:
        print(f"名录读不出来（{error}），这次不按名录校对。", file=sys.stderr)
        return House()


def copy_of(read: intake.Copy, day: date | None) -> Copy:
    """A copy that was read, as the structurer sees it, its text unchanged. `day` is the story's date."""
    stories = structure([Line(*fields) for fields in read.lines])
    kinds: dict[str, Kind] = {}
    for story in stories:
        kinds |= {block.text: _BODY.get(block.kind, "body") for block in story.body}
        kinds |= {text: kind for field, kind in _ABOVE if (text := getattr(story, field))}
    parts: list[Part] = []
    at = 0
    for line in read.text.split("\n"):
        if line.strip():
            parts.append(Part(kinds.get(line.strip(), "body"), at, at + len(line)))
        at += len(line) + 1
    return Copy(read.text, parts, day)


_OF_A_FILE = ("B01", "B03", "B04", "B09", "B14", "B15", "B19")
"""House rules about what a file has; captions, credits and the gist are written in the desk."""


def _kept(read: intake.Copy, copy: Copy, today: date) -> Iterator[Finding]:
    """Where the copy does not keep the house rules that ship: of what a file can say."""
    said = {part.kind: copy.text[part.start : part.end] for part in reversed(copy.parts)}
    subject = Subject(
        headline=said.get("headline", ""), deck=said.get("deck", ""), byline=said.get("byline", ""), editor="", source="", gist=(),
        tags=(), body=[copy.text[part.start : part.end] for part in copy.all("body", "heading")],
        pictures=[Shown("", "", "")] * len(read.pictures), section="", day=copy.date, today=today,
    )  # fmt: skip
    for each in breaches(subject, [each for each in DEFAULT if each.kind in _OF_A_FILE]):
        start = copy.text.find(each.text)
        text = each.text if start >= 0 else ""  # what is missing stands nowhere
        start = max(0, start)
        yield Finding(each.rule, "block" if each.level == "block" else "warn", start, start + len(text), text, None, each.why)


def _put(path: Path, data: bytes, text: str) -> None:
    """Write the text in the place of a text file, whole or not at all; what was there stays beside it. Raises NotTaken."""
    if data[:2] == b"PK":
        raise NotTaken("只能直接改纯文本（.txt、.md）；Word 文件请在采编后台里改。")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotTaken("不是 UTF-8 的文本，没有改；请另存为 UTF-8 再试。") from None
    numbered = (path.with_name(f"{path.name}.bak{number or ''}") for number in count())
    before, made = next(each for each in numbered if not each.exists()), path.with_name(path.name + ".new")
    lines = text.replace("\n", "\r\n") if b"\r\n" in data else text
    try:
        for place, content in ((before, data), (made, lines.encode())):
            with place.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        os.replace(made, path)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise NotTaken(f"写不进去（{error.strerror}）。") from error


def _shown(copy: Copy, findings: Sequence[Finding]) -> Iterator[str]:
    for each in findings:
        line = copy.text.count("\n", 0, each.start) + 1
        begins = copy.text.rfind("\n", 0, each.start) + 1
        before = copy.text[max(begins, each.start - 12) : each.start]
        after = copy.text[each.end : each.end + 12].partition("\n")[0]
        instead = "" if each.suggestion is None else f" → {each.suggestion or '（删去）'}"
        yield f"第 {line} 行 {each.rule} {LEVELS[each.level]}  …{before}[{each.text}]{after}…{instead}  {each.why}"
    if not findings:
        yield "没有发现问题。"
