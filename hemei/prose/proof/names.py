"""People, their offices and their order: against the newsroom's register, and against what the story itself says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from hemei.prose.proof.alike import alike
from hemei.prose.proof.copy import Copy
from hemei.prose.proof.lookup import NearNames
from hemei.prose.proof.offices import (
    FORMERLY,
    PRIVATE,
    Claim,
    Index,
    after,
    after_office,
    before,
    index,
    may_stand,
    name_at,
    rivals,
)
from hemei.prose.proof.rule import Doubt, rule
from hemei.prose.register import POST, core, held_by_one

_MOST = 300
"""People that one story gives an office to."""
_HAN = "\u4e00-\u9fff"
_POST_THEN = re.compile(rf"[记长任席员委](?=[{_HAN}]{{2}})")
_FAMILY = re.compile(
    rf"[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹窦章苏潘葛范彭郎鲁韦马苗方俞任袁柳唐费薛雷贺汤罗毕郝安常傅卞齐康伍余顾孟"
    rf"黄萧尹姚邵汪毛戴宋熊纪舒项祝董梁杜阮蓝季贾江颜郭梅林钟徐邱骆高夏蔡田樊胡霍万柯卢莫房丁邓洪左石崔龚程邢裴陆荣翁甘焦侯段龙叶黎白赖乔谭温申耿"
    rf"文聂曾游覃岑盘农闻闫肖付欧](?=[{_HAN}]{{2}})"
)
"""Family names that are seldom words of the sentence; the rule that needs no register looks at these."""
_YEAR = re.compile(r"(\d{4})年")
_SAYS = re.compile("指出|强调|说|表示|要求|认为|介绍|主持|讲话|致辞|宣布")
_LISTED = re.compile(
    rf"(?:{POST})?(?:同志)?(?:、[{_HAN}]{{2,4}}){{0,8}}(?:[、和及，]|以及)(?:[{_HAN}、]{{0,30}}(?:{POST}|领导|代表|老同志))?"
)


@rule("R01", "block")
def misspelt(copy: Copy) -> Iterator[Doubt]:
    """人名与名录里的人只差一个字。

    写着职务，职务对得上而名字差一个字，多半是写错了。确实另有其人，请把他加进名录，或者注明理由放行。

    错（2026-11-22）：县长周文青主持会议。 → 县长周文清主持会议。
    错（2026-11-22）：县水利局局长盘彩薇到场查看。 → 县水利局局长盘采薇到场查看。
    对（2026-11-22）：县长周文清主持会议。
    对：村民周文青在地里忙着。
    """
    for start, end, name, office in _doubted(copy):
        if office:
            yield start, end, name, f"名录里是{name}，这里写成了{copy.text[start:end]}"


@rule("R08", "warn")
def alike_without_office(copy: Copy) -> Iterator[Doubt]:
    """没有写职务的人名，与名录里的人同姓，另一个字音近或形近。

    也许就是那个人写错了，也许是另一个人，看一眼。

    错：会后，周文请答复了提问。 → 会后，周文清答复了提问。
    对：会后，周文清答复了提问。
    对：村民周文青在地里忙着。
    """
    for start, end, name, office in _doubted(copy):
        if not office:
            yield start, end, name, f"名录里有{name}，看看是不是写成了{copy.text[start:end]}"


def _doubted(copy: Copy) -> Iterator[tuple[int, int, str, bool]]:
    """What is written in the place of which name, one behind the other, and whether with an office of that person."""
    if not copy.house.register.people:
        return
    done = -1
    for start, end, name, office in _slips(index(copy.house.register), copy):
        if start >= done:
            yield start, end, name, office
            done = end


def _slips(lists: Index, copy: Copy) -> Iterator[tuple[int, int, str, bool]]:
    text = copy.text
    found: dict[int, tuple[int, str, bool]] = {}
    for post in _POST_THEN.finditer(text):
        at = post.end()
        if lists.near.may_be(text[at : at + 3]) and (slip := _in_office(lists, copy, at)):
            found[at] = (*slip, True)
    for maybe in lists.families.finditer(text):
        at = maybe.start()
        if at not in found and (like := _confused(lists, copy, at)):
            found[at] = like
    for at, (end, name, office) in sorted(found.items()):
        yield at, end, name, office


def _in_office(lists: Index, copy: Copy, at: int) -> tuple[int, str] | None:
    """After an office a name that is one character away from that of somebody who holds it."""
    text = copy.text
    claims = before(text, at)
    if not claims or lists.stands(text, at):
        return None
    said = after_office(text, at)
    if said is None:
        return None
    posts = [(claim.post, lists.unit(claim.unit)) for claim in claims]
    for name in (*lists.near.one_wrong(said), *lists.near.one_missing(said)):
        for post, unit in posts:
            if any(lists.fits(person, post, unit, copy.date) for person in lists.register.namesakes[name]) and (
                lists.sole(post, unit) or (len(said) == len(name) and _all_alike(said, name))
            ):
                return at + len(said), name
    return None


def _confused(lists: Index, copy: Copy, at: int) -> tuple[int, str, bool] | None:
    """Anywhere a name of which a character was taken for one that is alike, and which is nobody's and no word."""
    text = copy.text
    said = text[at : at + 3]
    if f"{said[0]}?{said[2]}" not in lists.near.by and f"{said[:2]}?" not in lists.near.by:
        return None
    for name in lists.near.confused(said):
        claims = before(text, at) or after(text, at + 3)
        if (
            lists.stands(text, at)
            or not may_stand(text, at, said)
            or (not claims and PRIVATE.search(text, max(0, at - 4), at))
        ):
            return None
        people = lists.register.namesakes[name]
        if not claims or any(
            lists.fits(person, claim.post, lists.unit(claim.unit), copy.date) for person in people for claim in claims
        ):
            return at + 3, name, bool(claims)
    return None


def _all_alike(said: str, name: str) -> bool:
    return all(one == other or alike(one, other) for one, other in zip(said, name, strict=True))


@rule("R02", "block")
def office(copy: Copy) -> Iterator[Doubt]:
    """职务与名录不符。

    按稿件日期查名录：正副写错、已经离任、张冠李戴。写过去的事，请用“时任”“原”。

    错（2026-11-22）：副县长周文清主持会议。 → 县长周文清主持会议。
    错（2026-11-22）：县委书记周文清出席。
    错（2026-11-22）：会上，盘采薇副局长作了说明。 → 会上，盘采薇局长作了说明。
    对（2026-11-22）：县委副书记、县长周文清主持会议。
    对（2023-05-06）：副县长周文清主持会议。
    对（2026-11-22）：时任副县长周文清主持了开工。
    """
    if copy.date is None or not copy.house.register.people:
        return
    lists, text = index(copy.house.register), copy.text
    for at, name in lists.names.found(text):
        end = at + len(name)
        claims = before(text, at)
        if not claims:
            claims = after(text, end)
        elif re.match(f"[{_HAN}]", text[end : end + 1]) and name_at(text, at) not in (name, None):
            continue
        for claim in claims:
            wrong = lists.wrong(name, claim, copy.date)
            if wrong and not _past(copy, claim):
                yield claim.start, claim.end if claims[0].start >= end else claim.start + len(claim.post), *wrong


def _past(copy: Copy, claim: Claim) -> bool:
    """Whether the sentence tells of another time, or of the appointment itself."""
    text = copy.text
    low = max(0, claim.start - 60)
    sentence = re.split(r"[。！？；\n]", text[low : claim.start])[-1]
    clause = re.split(r"[，。！？；\n]", text[low : claim.start])[-1]
    return bool(
        FORMERLY.search(clause)
        or FORMERLY.search(claim.unit)
        or any(int(year[1]) != (copy.date.year if copy.date else 0) for year in _YEAR.finditer(sentence))
    )


@rule("R03", "block")
def order(copy: Copy) -> Iterator[Doubt]:
    """领导同志排名次序不对。

    并列出现的两位以上领导，按名录里的排序。

    错（2026-11-22）：周文清、李明远、韦秋兰出席。 → 李明远、周文清、韦秋兰出席。
    错（2026-11-22）：县长周文清，县委书记李明远出席。
    对（2026-11-22）：县委书记李明远，县委副书记、县长周文清出席。
    对（2026-11-22）：周文清主持，李明远讲话。
    对（2026-11-22）：陪同的有县长周文清，李明远指出，要抓紧。
    """
    if copy.date is None or not copy.house.register.people:
        return
    lists, text, day = index(copy.house.register), copy.text, copy.date
    run: list[tuple[int, str, int]] = []
    for at, name in lists.names.found(text):
        rank = lists.register.rank(name, day)
        if rank is None:
            continue
        if run and not (
            name not in (each for _, each, _ in run)
            and at - run[-1][0] < 70
            and _LISTED.fullmatch(text, run[-1][0] + len(run[-1][1]), at)
        ):
            yield from _disorder(copy, run)
            run = []
        run.append((at, name, rank))
    yield from _disorder(copy, run)


def _disorder(copy: Copy, run: list[tuple[int, str, int]]) -> Iterator[Doubt]:
    wrong = [(one, other) for one, other in pairwise(run) if other[2] < one[2]]
    if not wrong:
        return
    text = copy.text
    start, end = run[0][0], run[-1][0] + len(run[-1][1])
    gaps = [text[one[0] + len(one[1]) : other[0]] for one, other in pairwise(run)]
    if any("，" in gap for gap in gaps) and _SAYS.match(text, end):
        return  # 陪同的有县长周文清，县委书记李明远指出
    put = None
    if all(gap in ("、", "和") for gap in gaps) and not before(text, start) and not after(text, end):
        names = [name for _, name, _ in sorted(run, key=lambda each: each[2])]
        put = "".join(name + gap for name, gap in zip(names, [*gaps, ""], strict=True))
    yield start, end, put, f"按名录的次序，{wrong[0][1][1]}在{wrong[0][0][1]}之前"


@rule("R04", "warn")
def two_ways(copy: Copy) -> Iterator[Doubt]:
    """同一个人在一篇稿件里有两种写法、两个级别。

    不查名录，只看稿件自己：职务相同而名字有一字音近、形近，或者同一个人一处是正职、一处是副职。

    错：县林业局局长张建国到场。⏎张健国说，树要一棵一棵管。
    错：县林业局局长张建国到场。局长张健国说，树要一棵一棵管。
    错：县林业局副局长张建国到场。⏎随后，县林业局局长张建国作了说明。
    对：县林业局局长张建国到场。张建国说，树要一棵一棵管。
    对：县林业局局长张建国、县水利局副局长张建军到场。
    对：时任县林业局副局长张建国，如今是县林业局局长张建国。
    """
    offices = _offices(copy)
    if not offices:
        return
    text = copy.text
    yield from _two_ranks(copy, offices)
    near = NearNames(name for _, name, _ in offices if len(name) == 3)
    posts: dict[str, set[str]] = {}
    firsts: dict[str, int] = {}
    for at, name, claims in offices:
        posts.setdefault(name, set()).update(core(claim.post) for claim in claims)
        firsts.setdefault(name, at)
    done: set[str] = set()
    for maybe in _FAMILY.finditer(text):
        at = maybe.start()
        said = text[at : at + 3]
        if f"{said[0]}?{said[2]}" not in near.by and f"{said[:2]}?" not in near.by:
            continue
        if said in done or (said not in posts and PRIVATE.search(text, max(0, at - 4), at)):
            continue
        for name in near.confused(said):
            if (
                said != name
                and firsts[name] < at
                and (said not in posts or posts[said] & posts[name])
                and may_stand(text, at, said)
            ):
                done.add(said)
                yield at, at + 3, None, f"前面是{name}，这里是{said}：是不是同一个人"
                break


def _offices(copy: Copy) -> list[tuple[int, str, list[Claim]]]:
    """Everybody who is given an office, with the offices, at most `_MOST`."""
    text = copy.text
    found: list[tuple[int, str, list[Claim]]] = []
    seen: dict[str, str | None] = {}  # a page that repeats one name a thousand times asks once
    for post in _POST_THEN.finditer(text):
        at = post.end()
        if text[at] not in _FAMILIES or not (claims := before(text, at)):
            continue
        raw = text[at : at + 10]
        if raw not in seen:
            if len(seen) >= _MOST:
                break
            seen[raw] = after_office(text, at)
        if name := seen[raw]:
            found.append((at, name, claims))
    return found


_FAMILIES = frozenset(_FAMILY.pattern[1 : _FAMILY.pattern.index("]")])


def _two_ranks(copy: Copy, offices: list[tuple[int, str, list[Claim]]]) -> Iterator[Doubt]:
    """局长 here and 副局长 there, of one unit as far as it is said."""
    said: dict[tuple[str, str], list[Claim]] = {}
    for _, name, claims in offices:
        for claim in claims:
            known = said.setdefault((name, core(claim.post)), [])
            if _past(copy, claim):
                continue
            other = next(
                (each for each in known if rivals(each.post, claim.post) and _one_unit(each.unit, claim.unit)), None
            )
            if other and held_by_one(core(claim.post)):
                yield claim.start, claim.start + len(claim.post), None, f"{name}前面是{other.post}，这里是{claim.post}"
            elif len(known) < 4:
                known.append(claim)


def _one_unit(one: str, other: str) -> bool:
    return one[-3:] == other[-3:] or not one or not other
