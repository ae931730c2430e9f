"""Names with offices in a copy, and what the register says to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from hemei.prose.people import may_follow, named
from hemei.prose.proof.lookup import NearNames, Words
from hemei.prose.register import POST, Person, Register, Term, core, deputy, held_by_one, in_words
from hemei.prose.surnames import surname

_HAN = "\u4e00-\u9fff"
_POST_AT_END = re.compile(rf"{POST}$")
_POST_AT_START = re.compile(POST)
_UNIT = re.compile(rf"[{_HAN}（）]{{0,20}}$")
_ALL_HAN = re.compile(f"[{_HAN}]{{2,3}}")
_PLAIN = re.compile(
    rf"(?:^|[^{_HAN}]|[日午天晨晚间时后前初由对向和与及在是请据经的了随同问让令说称见听讯者过]|表示|介绍|陪同|近期|当年|今年|去年)$"
)
"""What may stand before an office without being part of it."""
FORMERLY = re.compile(
    "原|时任|前(?:任|副|县|局|部|主任|书记)|曾任|历任|首任|任命|当选|选举|推选|提名|拟任|接任|接替|免去|辞去|不再|已故|到任|挂职|卸任|退休"
)
PRIVATE = re.compile(
    "(?:村民|居民|农户|户主|学生|同学|教师|老师|医生|护士|司机|工人|职工|市民|游客|群众|大爷|大妈|大娘|老人|师傅|老板|店主|摊主|党员|队员|"
    "志愿者|儿子|女儿|妻子|丈夫|父亲|母亲|传承人|花农|果农|茶农|菜农|养殖户|种植户|贫困户|脱贫户|[长员家授师])$"
)
"""What says of somebody that they are not the one in the register: no office, or one that we do not know."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An office that a copy gives to somebody."""

    start: int
    end: int
    unit: str
    """The words before the post, of which the end may name the unit."""
    post: str


def before(text: str, at: int) -> list[Claim]:
    """The offices that end right before a name: 县委副书记、县长; the last first."""
    claims: list[Claim] = []
    while len(claims) < 5 and (found := _POST_AT_END.search(text, max(0, at - 8), at)):
        unit = _UNIT.search(text, max(0, found.start() - 20), found.start())
        claims.append(Claim(found.start(), at, unit[0] if unit else "", found[0]))
        at = found.start() - (len(unit[0]) if unit else 0)
        if text[at - 1 : at] != "、":
            break
        at -= 1
    return claims


def after(text: str, at: int) -> list[Claim]:
    """The post that follows a name: 周文清县长."""
    found = _POST_AT_START.match(text, at, at + 8)
    return [Claim(at, found.end(), "", found[0])] if found else []


def name_at(text: str, at: int) -> str | None:
    """The name that stands here, judged by what follows it; its first character need be no family name that we know."""
    if surname(text[at : at + 2]):
        return named(text[at : at + 4], text[at + 4 : at + 10])
    for size in (3, 2):
        if _ALL_HAN.fullmatch(text, at, at + size) and may_follow(text[at + size : at + size + 6]):
            return text[at : at + size]
    return None


def after_office(text: str, at: int) -> str | None:
    """The name that follows an office. There three characters are taken for one even if they begin like a word: 高新雨."""
    name = name_at(text, at)
    if name is None and _ALL_HAN.fullmatch(text, at, at + 3) and may_follow(text[at + 3 : at + 9]):
        return text[at : at + 3]
    return name


def may_stand(text: str, at: int, said: str) -> bool:
    """Whether something that looks like somebody's name may be a name here: its characters need be none that names have."""
    name = name_at(text, at)
    return name == said or (name is None and may_follow(text[at + len(said) : at + len(said) + 6]))


def rivals(one: str, other: str) -> bool:
    """局长 and 副局长; 常务副县长 is a 副县长 too."""
    return core(one) == core(other) and deputy(one) != deputy(other)


class Index:
    """A register made ready for looking up."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.names = Words(register.namesakes)
        self.near = NearNames(register.namesakes)
        families = "".join(sorted({name[0] for name in register.namesakes if len(name) > 2}))
        self.families = re.compile(rf"[{families}](?=[{_HAN}]{{2}})" if families else "(?!)")
        """The first characters of names that have three."""

    def stands(self, text: str, at: int) -> bool:
        """Whether a registered name begins here."""
        return any(text[at : at + size] in self.near.all for size in (2, 3, 4))

    @cached_property
    def _units(self) -> dict[str, str]:
        """Every form in which a unit may be named, and the one that stands for them: without the county's name."""
        forms = {
            each: ""
            for each in (self._stem, self.register.county, f"{self._level}政府", f"{self._level}人民政府")
            if each
        }
        for name in self.register.parents:
            forms.setdefault(name, name)
        for organisation in self.register.organisations:
            for form in (organisation.name, *organisation.shorts):
                forms[form] = self._short(organisation.shorts[0] if organisation.shorts else organisation.name)
        for person in self.register.people:
            for term in person.terms:
                if unit := self._short(term.unit):
                    unit = forms.get(term.unit, unit)
                    for form in {term.unit, unit}:
                        forms.setdefault(form, unit)
                        if form[0] == self._level and len(form) > 3:
                            forms.setdefault(form[1:], unit)
                        if form[-1] == core(term.post)[0] and len(form) > 2:
                            forms.setdefault(form[:-1], unit)
        return forms

    @cached_property
    def _sizes(self) -> list[int]:
        return sorted({len(form) for form in self._units}, reverse=True)

    @cached_property
    def _stem(self) -> str:
        return self.register.county[:-1]

    @cached_property
    def _level(self) -> str:
        return self.register.county[-1:] or "县"

    def _short(self, unit: str) -> str:
        """县水利局 of 青棠县水利局; nothing of the county's own government, whose posts name it."""
        unit = unit.removeprefix("中共").removeprefix(self._stem) if self._stem else unit
        return "" if unit in (self._level, f"{self._level}政府", f"{self._level}人民政府") else unit

    def unit(self, words: str) -> str | None:
        """The unit that stands at the end of these words; "" when none is named, or the county; None: one we do not know."""
        for size in self._sizes:
            if size <= len(words) and (unit := self._units.get(words[-size:])) is not None:
                rest = words[:-size].removesuffix(self._level).removesuffix("中共") if size < len(words) else ""
                if _PLAIN.search(rest) or (self._stem and rest.endswith(self._stem)):
                    return unit
        return "" if _PLAIN.search(words) else None

    def of(self, term: Term) -> str:
        """The unit of a term, as `unit` would tell it."""
        return self._units.get(term.unit, self._short(term.unit)) if term.unit else ""

    def fits(self, person: Person, post: str, unit: str | None, day: date | None) -> bool:
        """Whether the person holds this post of this unit, as far as the copy says which."""
        return unit is not None and any(
            (term.post == post or (deputy(term.post) and deputy(post) and core(term.post) == core(post)))
            and unit in ("", self.of(term))
            for term in person.on(day)
        )

    def placed(self, post: str, unit: str | None) -> bool:
        """Whether the office says where it is: 县水利局副局长, 副县长; 副局长 does not."""
        return bool(unit or core(post)[0] == self._level)

    def sole(self, post: str, unit: str | None) -> bool:
        """Whether the office, as it is said, is that of one person in the whole register: 县长, 县水利局局长."""
        return held_by_one(post) and bool(unit or post[0] == self._level)

    def wrong(self, name: str, claim: Claim, day: date) -> tuple[str | None, str] | None:
        """The right post, if it is certain, and why; None when the claim may be right."""
        people = self.register.namesakes[name]
        unit = self.unit(claim.unit)
        if (
            unit is None
            or not any(person.terms for person in people)
            or any(self.fits(person, claim.post, unit, day) for person in people)
        ):
            return None
        said = (unit or (claim.unit if claim.unit.endswith(self._stem or self._level) else "")) + claim.post
        told = self.register.tell(name, day, said)
        terms = [term for person in people for term in person.terms]
        now = [term for term in terms if term.on(day)]
        rival = [term for term in now if rivals(term.post, claim.post) and unit in ("", self.of(term))]
        if rival:
            return (
                rival[0].post if len(now) == len(people) == 1 or len({each.post for each in rival}) == 1 else None
            ), told
        past = [term for term in terms if term.post == claim.post and unit in ("", self.of(term))]
        if past:
            since, until = past[0].since, past[0].until
            ended = f"到{in_words(until)}为止" if until and until < day else ""
            return None, f"{told}（任期{ended or (f'从{in_words(since)}开始' if since else '已经改变')}）"
        if self.sole(claim.post, unit) and (holder := self._holder(unit, claim.post, day)):
            return None, f"{told}；{said}是{holder.name}"
        if unit and claim.post.endswith("长"):
            elsewhere = [
                term for term in now if core(term.post) == core(claim.post) and self.of(term) not in ("", unit)
            ]
            if elsewhere and not any(self.of(term) == unit for term in now):
                return None, told
        return None

    def _holder(self, unit: str, post: str, day: date) -> Person | None:
        return next((who for who, term in self._held.get((unit, post), ()) if term.on(day)), None)

    @cached_property
    def _held(self) -> dict[tuple[str, str], list[tuple[Person, Term]]]:
        found: dict[tuple[str, str], list[tuple[Person, Term]]] = {}
        for person in self.register.people:
            for term in person.terms:
                found.setdefault((self.of(term), term.post), []).append((person, term))
        return found


@lru_cache(maxsize=4)
def index(register: Register) -> Index:
    """Made once for each register."""
    return Index(register)
