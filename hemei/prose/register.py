"""名录 The register: who holds which office since when and in which order they are named, organisations, places, the
newsroom's staff and the wordings that are fixed. A value; the newsroom keeps it, proofreading asks it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

_CORES = (
    "书记|县长|市长|省长|区长|镇长|乡长|局长|部长|主任|主席|秘书长|理事长|会长|校长|园长|院长|站长|所长|科长|股长|处长|厅长|总经理|经理|"
    "董事长|队长|馆长|台长|总编辑|检察长|厂长|村长|组长|社长|庭长|行长|政委|常委|委员"
)
POST = rf"(?:第一|常务副|代理|副|代)?(?:{_CORES})"
"""A post without its unit, as a pattern."""
_POST_AT_END = re.compile(rf"{POST}$")
_RANKS = re.compile("^(?:常务副|副)")
LEVELS = "省市州县区镇乡"


def office(words: str) -> tuple[str, str]:
    """The unit and the post that an office consists of: 县水利局, 副局长. What ends in no post that we know is all post."""
    found = _POST_AT_END.search(words[-8:])
    if not found:
        return "", words
    return words[: -len(found[0])], found[0]


def core(post: str) -> str:
    """县长 of 副县长 and of 常务副县长."""
    return _RANKS.sub("", post)


def deputy(post: str) -> bool:
    return _RANKS.match(post) is not None


def held_by_one(post: str) -> bool:
    """Whether one person at a time holds such a post in a unit; deputies and members are several."""
    return (
        not deputy(post) and _POST_AT_END.fullmatch(post) is not None and post not in ("常委", "委员", "经理", "政委")
    )


def in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class Term:
    """An office held from one day to another, both included; None is open."""

    unit: str
    post: str
    since: date | None = None
    until: date | None = None
    rank: int | None = None
    """Its place in the order in which leaders are named; the smallest first, None: not among them."""

    @property
    def office(self) -> str:
        return self.unit + self.post

    def on(self, day: date | None) -> bool:
        """Whether it is held on this day; on no particular day, whether it ever was."""
        return day is None or ((self.since is None or self.since <= day) and (self.until is None or day <= self.until))


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    mark: str = ""
    """What tells them from others of the same name."""
    terms: tuple[Term, ...] = ()

    def on(self, day: date | None) -> list[Term]:
        return [term for term in self.terms if term.on(day)]

    def rank(self, day: date) -> int | None:
        return min((term.rank for term in self.on(day) if term.rank is not None), default=None)

    def tell(self, day: date) -> str:
        """What they are on this day: 县委副书记、县长."""
        return "、".join(term.office for term in self.on(day))


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    shorts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    parent: str = ""
    """The name of the place that it belongs to; the county itself has none here."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording that is fixed, and the members that it stands for, in their order."""

    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Register:
    people: tuple[Person, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    places: tuple[Place, ...] = ()

    @cached_property
    def namesakes(self) -> dict[str, tuple[Person, ...]]:
        """Everybody of a name."""
        found: dict[str, list[Person]] = {}
        for person in self.people:
            found.setdefault(person.name, []).append(person)
        return {name: tuple(each) for name, each in found.items()}

    @cached_property
    def holders(self) -> dict[str, tuple[tuple[Person, Term], ...]]:
        """Who holds or held an office: by its words."""
        found: dict[str, list[tuple[Person, Term]]] = {}
        for person in self.people:
            for term in person.terms:
                found.setdefault(term.office, []).append((person, term))
        return {name: tuple(each) for name, each in found.items()}

    @cached_property
    def parents(self) -> dict[str, frozenset[str]]:
        """The parents of every place of a name."""
        found: dict[str, set[str]] = {}
        for place in self.places:
            found.setdefault(place.name, set()).add(place.parent)
        return {name: frozenset(each) for name, each in found.items()}

    @cached_property
    def county(self) -> str:
        """The county's name, 青棠县: the first place that belongs to none and has others in it."""
        return next((place.name for place in self.places if not place.parent and place.name[-1:] in LEVELS), "")

    def inside(self, name: str, outer: str) -> bool:
        """Whether a place of this name lies in one of that, however deep."""
        seen: set[str] = set()
        ring = {name}
        while ring:
            ring = {parent for each in ring for parent in self.parents.get(each, ()) if parent} - seen
            if outer in ring:
                return True
            seen |= ring
        return False

    def holder(self, words: str, day: date) -> list[Person]:
        """Who holds this office on this day."""
        return [person for person, term in self.holders.get(words, ()) if term.on(day)]

    def rank(self, name: str, day: date) -> int | None:
        """Where the name stands in the order on this day; None when it is no leader's, or that of two people."""
        people = self.namesakes.get(name, ())
        return people[0].rank(day) if len(people) == 1 else None

    def ordered(self, names: Iterable[str], day: date) -> list[str]:
        """The names as protocol wants them; those without a rank last, as they stood."""
        ranks = [(self.rank(name, day), name) for name in names]
        return [name for _, name in sorted(ranks, key=lambda each: (each[0] is None, each[0] or 0))]

    def tell(self, name: str, day: date, said: str = "") -> str:
        """In words: 2026年11月22日，周文清是县长，不是副县长."""
        people = self.namesakes.get(name, ())
        if not people:
            return f"名录里没有{name}"
        offices = [
            f"{name}{f'（{each.mark}）' if each.mark and len(people) > 1 else ''}是{told}"
            for each in people
            if (told := each.tell(day))
        ]
        return f"{in_words(day)}，{'；'.join(offices) or f'{name}在名录里没有职务'}" + (f"，不是{said}" if said else "")


@dataclass(frozen=True, eq=False)
class House:
    """A newsroom's own lists, by which a copy is judged. Rules that need one are silent while it is empty."""

    register: Register = Register()
    phrases: tuple[Phrase, ...] = ()
    staff: frozenset[str] = frozenset()
    """Names and pen names that may stand as reporter or photographer."""
