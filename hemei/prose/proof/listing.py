"""`python -m hemei.prose.proof.listing`: the page of all rules, made from the rules themselves (docs/editors/rules.md)."""

from __future__ import annotations

from collections.abc import Iterator

from hemei.prose.proof import RULES
from hemei.prose.proof.rule import FAMILIES, Example, Rule

LEVELS = {"block": "必改：改正，或写明理由放行，才能送审", "warn": "留意：看一眼，自己判断", "fix": "可直接改：改了不会错"}


def page() -> str:
    """The page in Markdown, family by family."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# 校对查些什么"
    yield ""
    yield f"这一页由规则自己生成，共 {len(RULES)} 条；每条下面的例子就是它的检验。规则管不到的错，还要靠人读。"
    for family, name in FAMILIES.items():
        yield from ("", f"## {name}")
        for rule in sorted(RULES.values(), key=lambda each: each.id):
            if rule.id.startswith(family):
                yield from _of(rule)


def _of(rule: Rule) -> Iterator[str]:
    yield from ("", f"### {rule.id} {rule.title}", "", f"*{LEVELS[rule.level]}{'' if rule.on else '；默认不查'}*")
    for reason in rule.reasons:
        yield from ("", reason)
    yield ""
    yield from (_shown(example) for example in rule.examples)


def _shown(example: Example) -> str:
    day = f"（稿件日期 {example.date}）" if example.date else ""
    better = f" → {example.put_right}" if example.put_right is not None else ""
    return f"- {'错' if example.wrong else '对'}{day}：{example.text}{better}".replace("\n", " ⏎ ")


if __name__ == "__main__":
    print(page(), end="")
