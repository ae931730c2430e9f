"""Words that are written wrong, in a form that is not recommended, or twice over: from a list of our own, wordings.txt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import rjieba

from hemei.prose.proof.copy import Copy
from hemei.prose.proof.rule import Doubt, rule

_GROUPS = 6
_AROUND = 8
"""How many characters on either side are segmented, to see whether a word begins and ends where it seems to."""


class Wanted:
    """Finds which of many strings stand in a text, in one pass: a pattern for the first two characters, then a look-up."""

    def __init__(self, strings: Iterable[str]) -> None:
        self._by_pair: dict[str, list[str]] = {}
        for each in sorted(strings, key=len, reverse=True):
            self._by_pair.setdefault(each[:2], []).append(each)
        firsts = sorted({pair[0] for pair in self._by_pair})
        size = -(-len(firsts) // _GROUPS)
        groups = [firsts[at : at + size] for at in range(0, len(firsts), size)]
        self._pattern = re.compile(
            "|".join(
                f"[{''.join(group)}](?=[{''.join(sorted({pair[1] for pair in self._by_pair if pair[0] in group}))}])"
                for group in groups
            )
        )

    def standing(self, text: str) -> Iterator[tuple[int, str]]:
        """Where they stand, and the longest that does."""
        past = 0
        for found in self._pattern.finditer(text):
            at = found.start()
            for each in self._by_pair.get(text[at : at + 2], ()):
                if at >= past and text.startswith(each, at):
                    past = at + len(each)
                    yield at, each
                    break


def apart(text: str, start: int, end: int) -> bool:
    """Whether no word reaches over the beginning or the end of these characters: 按装 in 按装机容量 is no word."""
    at = max(0, start - _AROUND)
    edges = {at}
    for word in rjieba.cut(text[at : end + _AROUND], hmm=False):
        at += len(word)
        edges.add(at)
    return start in edges and end in edges


def _lists() -> dict[str, dict[str, str]]:
    """Each list by its name: the right form by the wrong one."""
    lists: dict[str, dict[str, str]] = {}
    here: dict[str, str] = {}
    name = ""
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            here = lists[name] = {}
        elif name == "异体":
            here.update(zip(line[::2], line[1::2], strict=True))
        elif name and line:
            right, *wrong = line.split()
            here.update((each, right) for each in wrong)
    return lists


LISTS = _lists()
VARIANTS = LISTS.pop("异体")
_ALL = {wrong: name for name, each in LISTS.items() for wrong in each}
_WANTED = Wanted(_ALL)
_VARIANT = re.compile(f"[{''.join(VARIANTS)}]")
_ONE = re.compile(
    r"[—\-－–](?=个(?!旧)|次(?![年月日晨])|[批项名位条种些般样定致直起切共旦边段代线]|系列|方面|年来|带一路)(?<![—\-－–0-9A-Za-z 年月日时点号站市县省镇乡村路].)"
)
_NOUGHT = re.compile(
    r"[0０oOｏＯ○](?:(?<=[一二三四五六七八九〇零].)(?=[一二三四五六七八九〇零0０oOｏＯ○年])|(?<=[oO])(?:(?<=[12]0.)(?=\d年)|(?<=[12].)(?=\d\d年)))"
)


@lru_cache(maxsize=1)
def _standing(text: str) -> dict[str, list[tuple[int, int, str, str]]]:
    """What stands in a text of each list: where it begins and ends, it, and its right form."""
    found: dict[str, list[tuple[int, int, str, str]]] = {name: [] for name in LISTS}
    for at, wrong in _WANTED.standing(text):
        name = _ALL[wrong]
        found[name].append((at, at + len(wrong), wrong, LISTS[name][wrong]))
    return found


@rule("W04", "fix")
def miswritten(copy: Copy) -> Iterator[Doubt]:
    """词语写错了字。

    只收写法固定、错了无疑的词；两三个字的词先分词，前后都断得开才算。

    错：大家迫不急待地报了名。 → 大家迫不及待地报了名。
    错：会议布署了防汛工作。 → 会议部署了防汛工作。
    错：水表已经按装完毕。 → 水表已经安装完毕。
    对：多部暑期档影片上映。
    对：骏马在草原上轻松驰骋。
    对：电网按装机容量收费，临床第一线缺人。
    """
    found = _standing(copy.text)
    words = (each for each in found["词语"] if apart(copy.text, each[0], each[1]))
    for start, end, _, right in (*found["成语"], *words):
        yield start, end, right, f"应写作“{right}”"


@rule("W10", "warn")
def doubtful(copy: Copy) -> Iterator[Doubt]:
    """词语多半用错了。

    音近、形近的词用错了地方，要由人看一眼。

    错：请登陆网站查询。 → 请登录网站查询。
    错：眼下形式严峻。 → 眼下形势严峻。
    错：欢迎他门回来。 → 欢迎他们回来。
    对：其他门店照常营业，谁给于敏送了信。
    """
    for start, end, _, right in _standing(copy.text)["待定"]:
        if apart(copy.text, start, end) and not _begins_name(copy.text, end - 1):
            yield start, end, right, f"看看是不是“{right}”"


def _begins_name(text: str, at: int) -> bool:
    """Whether the last character is the family name of somebody: 不知是谁给于敏冠上的."""
    return text[at] == "于" and len(next(iter(rjieba.cut(text[at : at + 3])))) > 1


@rule("W11", "fix")
def other_form(copy: Copy) -> Iterator[Doubt]:
    """异形词没有用推荐的写法。

    依据《第一批异形词整理表》和通行的报刊用法。

    错：他是村里唯一的帐户管理员，也是惟一的会计。 → 他是村里唯一的账户管理员，也是唯一的会计。
    对：收购部份两处办公，成份股上涨。
    """
    for start, end, _, right in _standing(copy.text)["词形"]:
        if copy.text[end : end + 1] not in ("股", "两") and apart(copy.text, start, end):
            yield start, end, right, f"推荐写作“{right}”"


@rule("W03", "warn")
def said_twice(copy: Copy) -> Iterator[Doubt]:
    """意思重复。

    “凯旋”就是胜利归来，“切忌”就是千万不要；再说一遍，有时连意思都反了。

    错：代表队凯旋而归。 → 代表队凯旋。
    错：雨天切忌不要进山。 → 雨天切忌进山。
    错：现场免费赠送树苗。
    对：代表队载誉而归。
    """
    for start, end, _, right in _standing(copy.text)["重复"]:
        told = "意思重复" if right == "-" else f"意思重复，写“{right}”就够了"
        yield start, end, None if right == "-" else right, told


@rule("W07", "fix")
def looks_alike(copy: Copy) -> Iterator[Doubt]:
    """“一”写成了横线，“〇”写成了数字0或字母O。

    多由扫描识别或输入法造成。

    错：这是—个好办法。 → 这是一个好办法。
    错：二0二六年建成，二O二七年开放。 → 二〇二六年建成，二〇二七年开放。
    对：昆明—个旧，2022—2023年，南京—上海一线。
    """
    for found in _ONE.finditer(copy.text):
        yield found.start(), found.end(), "一", "这里应是汉字“一”"
    for found in _NOUGHT.finditer(copy.text):
        right = "〇" if copy.text[found.start() - 1] not in "12 0" else "0"
        yield found.start(), found.end(), right, f"这里应是“{right}”"


@rule("W08", "fix")
def variant(copy: Copy) -> Iterator[Doubt]:
    """夹了繁体字或异体字。

    报刊用规范汉字。人名里确实用的异体字，留着就是。

    错：村裏的羣众都来了。 → 村里的群众都来了。
    对：乾坤湾，瞭望塔，著名的堃哥。
    """
    for found in _VARIANT.finditer(copy.text):
        yield found.start(), found.end(), VARIANTS[found[0]], f"规范字是“{VARIANTS[found[0]]}”"
