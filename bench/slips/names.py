"""Wrong names, offices, places, organisations and fixed phrases."""

from __future__ import annotations

from random import Random

from bench.slips.county import DAY, Made, Mutate, around, confused, copy, county, leader, sentence
from hemei.prose.proof import Copy
from hemei.prose.register import held_by_one

COMMON = "的一是在人有大中上为个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"


def put(random: Random, text: str, start: int, end: int, words: str) -> Made:
    """A copy in which these characters of the text are replaced, between paragraphs of other stories."""
    whole, at = around(random, text[:start] + words + text[end:])
    return copy(whole), at + start, at + start + len(words)


def name_confused(random: Random) -> Made | None:
    office, name = leader(random)
    nth = random.randrange(1, len(name))
    wrong = confused(random, name[nth])
    if len(name) < 3 or wrong == name[nth] or name[:nth] + wrong + name[nth + 1 :] in county().register.namesakes:
        return None
    text = sentence(random, random.choice((office, "")), name)
    at = text.index(name) + nth
    return put(random, text, at, at + 1, wrong)


def name_wrong_after_office(random: Random) -> Made | None:
    """Any wrong character, beside an office that one person holds."""
    person = random.choice(county().register.people)
    if not held_by_one(person.terms[0].post) or len(person.name) < 3:
        return None
    text = sentence(random, person.terms[0].office, person.name)
    at = text.index(person.name) + random.randrange(0, 3)
    wrong = random.choice("青山水明德贵福江成林玉珍秀")
    return put(random, text, at, at + 1, wrong) if wrong != text[at] else None


def name_short(random: Random) -> Made | None:
    """A character is missing, beside an office that one person holds."""
    person = random.choice(county().register.people)
    if not held_by_one(person.terms[0].post) or len(person.name) < 3:
        return None
    text = sentence(random, person.terms[0].office, person.name)
    at = text.index(person.name) + random.randrange(1, 3)
    return put(random, text, at, at + 1, "")


def office_of_another_rank(random: Random) -> Made | None:
    _, name = leader(random)
    term = county().register.namesakes[name][0].terms[0]
    wrong = term.post[1:] if term.post.startswith("副") else "副" + term.post
    text = sentence(random, term.unit + wrong, name)
    return put(random, text, at := text.index(name) - len(wrong), at + len(wrong), wrong)


def office_of_another_unit(random: Random) -> Made | None:
    office, name = leader(random)
    term = county().register.namesakes[name][0].terms[0]
    other, _ = leader(random)
    if not other.endswith("局长") or other == office or not term.post.endswith("局长"):
        return None
    text = sentence(random, other, name)
    at = text.index(name) - len(other)
    return None if office == other else put(random, text, at, at + len(other), other)


def office_of_the_past(random: Random) -> Made | None:
    person = county().register.people[9]
    text = sentence(random, "县档案馆馆长", person.name)
    at = text.index("县档案馆")
    return put(random, text, at, at + 6, "县档案馆馆长")


def order_swapped(random: Random) -> Made | None:
    some = sorted(random.sample(range(40), random.randint(2, 4)))
    wrong = some[:]
    nth = random.randrange(len(some) - 1)
    wrong[nth], wrong[nth + 1] = wrong[nth + 1], wrong[nth]
    people = county().register.people
    offices = random.random() < 0.5
    text = "、".join((people[each].terms[0].office if offices else "") + people[each].name for each in wrong) + "出席。"
    return put(random, text, 0, len(text), text)


def spelt_two_ways(random: Random) -> Made | None:
    name = random.choice("张陈赵高林谢") + "".join(random.sample("建国志海永新春梅晓兰思学世家雨欣", 2))
    nth = random.choice((1, 2))
    wrong = name[:nth] + (each := confused(random, name[nth])) + name[nth + 1 :]
    if each == name[nth]:
        return None
    office = random.choice(("县林业局局长", "镇党委书记", "县医院副院长", "校长"))
    second = random.choice((f"{wrong}说，年底前完工。", f"{office}{wrong}说，年底前完工。"))
    text = f"{random.choice(('会上，', '昨天上午，', ''))}{office}{name}介绍了情况。\n{second}"
    at = text.rindex(wrong)
    whole, low = around(random, text)
    return Copy.plain(whole, DAY), low + at, low + at + 3


def given_two_ranks(random: Random) -> Made | None:
    name = random.choice("张陈赵高林谢") + "".join(random.sample("建国志海永新春梅晓兰思学世家雨欣", 2))
    post = random.choice(("局长", "镇长", "主任", "书记", "院长"))
    unit = random.choice(("县林业局", "镇上的", "县里的中心"))
    one, other = random.sample((post, "副" + post), 2)
    text = f"会上，{unit}{one}{name}介绍了情况。\n随后，{random.choice((unit, ''))}{other}{name}说，年底前完工。"
    at = text.rindex(name) - len(other)
    whole, low = around(random, text)
    return Copy.plain(whole, DAY), low + at, low + at + len(other)


def place(random: Random) -> tuple[str, str]:
    """A village and its town."""
    each = random.choice(county().register.places[-8:])
    return each.name, each.parent


def place_of_another_kind(random: Random) -> Made | None:
    village, town = place(random)
    wrong = {"镇": "乡", "乡": "镇"}[town[-1]]
    text = f"记者来到{town}采访，{village}的稻子熟了。"
    at = text.index(town) + len(town) - 1
    return put(random, text, at, at + 1, wrong)


def place_confused(random: Random) -> Made | None:
    village, town = place(random)
    name = random.choice((village, town))
    nth = random.randrange(2)
    wrong = confused(random, name[nth])
    if wrong == name[nth] or name[:nth] + wrong + name[nth + 1 :] in county().register.parents:
        return None
    text = f"记者来到{town}采访，{village}的稻子熟了。"
    at = text.index(name) + nth
    return put(random, text, at, at + 1, wrong)


def place_elsewhere(random: Random) -> Made | None:
    village, town = place(random)
    _, other = place(random)
    if other == town:
        return None
    text = f"昨天，{other}{village}的路通了车。"
    return put(random, text, 3, 3 + len(other), other)


def organisation(random: Random) -> str:
    return random.choice(county().register.organisations).name


def organisation_wrong(random: Random) -> Made | None:
    name = organisation(random)
    nth = random.randrange(len(name))
    inside = 0 < nth < len(name) - 1
    wrong = random.choice(COMMON) if inside and random.random() < 0.5 else confused(random, name[nth])
    if wrong == name[nth] or name[:nth] + wrong + name[nth + 1 :] in {
        each.name for each in county().register.organisations
    }:
        return None
    text = f"昨天，{name}派人来看过。"
    return put(random, text, 3 + nth, 4 + nth, wrong)


def organisation_short(random: Random) -> Made | None:
    name = organisation(random)
    nth = random.randrange(1, len(name) - 1)
    text = f"昨天，{name}派人来看过。"
    return None if name[nth] == "县" else put(random, text, 3 + nth, 4 + nth, "")


def short_before_full(random: Random) -> Made | None:
    each = random.choice(county().register.organisations)
    text = f"昨天，{each.shorts[0]}派人来看过。\n{each.name}说，年底完工。"
    return put(random, text, 3, 3 + len(each.shorts[0]), each.shorts[0])


def listed(random: Random) -> tuple[str, str, list[str]]:
    phrase = random.choice(county().phrases)
    return phrase.name, random.choice(("{}（{}）", "{}，即{}", "“{}”：{}")), list(phrase.members)


def written(random: Random, name: str, how: str, members: list[str]) -> Made:
    text = f"会议要求，抓好{how.format(name, '、'.join(members))}。"
    at = text.index(members[0])
    return put(random, text, at, len(text) - 1, text[at:-1])


def member_wrong(random: Random) -> Made:
    name, how, members = listed(random)
    nth = random.randrange(len(members))
    members[nth] = random.choice(COMMON) + random.choice(COMMON) + members[nth][len(members[nth]) // 2 :]
    return written(random, name, how, members)


def member_missing(random: Random) -> Made:
    name, how, members = listed(random)
    del members[random.randrange(len(members))]
    return written(random, name, how, members)


def members_disordered(random: Random) -> Made:
    name, how, members = listed(random)
    nth = random.randrange(len(members) - 1)
    members[nth], members[nth + 1] = members[nth + 1], members[nth]
    return written(random, name, how, members)


def phrase_wrong(random: Random) -> Made | None:
    name = random.choice(("四好农村路", "五小工程", "三个到户"))
    wrong = random.choice("二三四五六七八")
    text = f"会议要求，推进“{name}”建设。"
    if wrong == name[0]:
        return None
    return put(random, text, 8, 9, wrong)


def about_everybody(random: Random) -> str:
    """A clean sentence with people, offices, an order of names, places, an organisation and a fixed phrase."""
    people = county().register.people
    office, name = leader(random)
    village, town = place(random)
    some = sorted(random.sample(range(40), 3))
    text = sentence(random, office, name) + "、".join(people[each].terms[0].office + people[each].name for each in some)
    text += f"出席。{town}{village}的路通了车，{organisation(random)}派人来看过。"
    phrase, how, members = listed(random)
    return text + f"会议要求，抓好{how.format(phrase, '、'.join(members))}。"


KINDS: list[tuple[str, Mutate]] = [
    ("R01 R08", name_confused),
    ("R01", name_wrong_after_office),
    ("R01", name_short),
    ("R02", office_of_another_rank),
    ("R02", office_of_another_unit),
    ("R02", office_of_the_past),
    ("R03", order_swapped),
    ("R04", spelt_two_ways),
    ("R04", given_two_ranks),
    ("R05", place_of_another_kind),
    ("R05", place_confused),
    ("R05", place_elsewhere),
    ("R06", organisation_wrong),
    ("R06", organisation_short),
    ("R06", short_before_full),
    ("R07", member_wrong),
    ("R07", member_missing),
    ("R07", members_disordered),
    ("R07", phrase_wrong),
]
