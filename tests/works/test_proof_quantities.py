"""A wrong quantity is found, and the examples that editors read are true."""

import time

import pytest

from hemei.prose.proof import RULES, Copy, fixed, proof
from tests.works.proof_figures import han, sentences, swap
from tests.works.proof_sample import DAY, alarms, paragraphs, recall

RULE_IDS = ("U01", "U02", "U03", "U04", "U05", "U06", "U07", "U08", "U09", "U10")


def more(low, high):
    """A number that is so many per cent larger."""
    return lambda found, random: str(int(found[1]) * (100 + random.randint(low, high)) // 100 + 1)


MUTATIONS = {
    "U01 about and or so": ("quantities", swap(r"约\d+米", lambda f, r: f[0] + r.choice(("左右", "上下")))),
    "U01 or so and about": (
        "quantities",
        swap(r"(\d+)(?:分钟左右|人上下)", lambda f, r: r.choice(("约", "大约", "近")) + f[0]),
    ),
    "U02 over and more": ("quantities", swap(r"[超逾]\d+(?=[户人])", lambda f, r: f[0] + r.choice("多余"))),
    "U02 over and above": (
        "quantities",
        swap(r"(?:超过\d+%|[超逾]\d+[户人])", lambda f, r: f[0] + "以上"),
    ),
    "U03 times less": ("quantities", swap(r"(?<=[少短]了)\d[0%成]*", lambda f, r: r.choice("23456两三五") + "倍")),
    "U04 the first per cent sign": ("quantities", swap(r"\d+(%)(?=[—至]\d)", lambda f, r: "", 1)),
    "U05 a unit that is none": (
        "quantities",
        swap(
            r"(?<=\d)(?:厘米|平方米|立方米|kg)",
            lambda f, r: {"厘米": "公分", "平方米": r.choice(("平米", "平方")), "立方米": "立方", "kg": "KG"}[f[0]],
        ),
    ),
    "U06 a part larger than the whole": (
        "reckoned",
        swap(r"共有(\d+)人，其中党员(\d+)", lambda f, r: str(int(f[1]) + r.randint(1, 300)), 2),
    ),
    "U06 men and women": ("reckoned", swap(r"女(\d+)人", more(5, 80), 1)),
    "U06 a part and the rest": ("reckoned", swap(r"其余(\d+)公里", more(5, 80), 1)),
    "U06 shares and the rest": ("reckoned", swap(r"其余占(\d+)%", more(5, 60), 1)),
    "U06 shares": ("reckoned", swap(r"、(\d+)%和", more(20, 90), 1)),
    "U06 growth": ("reckoned", swap(r"，增长(\d+)[.%]", more(20, 90), 1)),
    "U06 the same in two units": (
        "reckoned",
        swap(r"（(\d+)万元", lambda f, r: r.choice((f[1] + "0", f[1][:-1])), 1),
    ),
    "U06 ten thousand twice": ("reckoned", swap(r"\d(万|亿)元", lambda f, r: r.choice((f[1] * 2, "亿万")), 1)),
    "U07 one number in characters": (
        "quantities",
        swap(r"教师(\d+)人、学生(\d+)人", lambda f, r: f"教师{han(int(f[1]))}人、学生{f[2]}人"),
    ),
    "U07 the last number in characters": (
        "quantities",
        swap(r"、家长(\d+)(?=人)", lambda f, r: han(int(f[1])), 1),
    ),
    "U08 a comma out of its place": (
        "quantities",
        swap(r"\d+,(\d{3}),\d{3}", lambda f, r: r.choice((f[1][:2], f[1] + "0")), 1),
    ),
    "U08 noughts that are lost": ("quantities", swap(r",000人次", lambda f, r: r.choice((",00", ",0000")) + "人次")),
    "U08 degrees and speed": (
        "quantities",
        swap(
            r"零下(\d+)℃|(\d+)摄氏度|60km/h|时速\d+公里",
            lambda f, r: (
                f"零下-{f[1]}℃"
                if f[1]
                else f"摄氏{f[2]}度"
                if f[2]
                else r.choice(("60公里/h", "60km/小时", "60KM/H"))
                if f[0][0] == "6"
                else f[0] + "/小时"
            ),
        ),
    ),
    "U09 numerals": (
        "quantities",
        swap(
            "两个|三四天|十几个",
            lambda f, r: {
                "两个": r.choice(("俩个", "二个")),
                "三四天": "三、四天",
                "十几个": r.choice(("1", "3")) + "0几个",
            }[f[0]],
        ),
    ),
    "U10 nearly and more": ("quantities", swap(r"[约近]\d+(?=[米户])", lambda f, r: f[0] + r.choice("多余"))),
    "U10 more and or so": ("quantities", swap(r"\d+(?:多人|余户)", lambda f, r: f[0] + "左右")),
    "U10 a fraction and more": ("quantities", swap(r"\d\.5个(?=月)", lambda f, r: f[0] + "多")),
}


@pytest.mark.parametrize("kind", MUTATIONS)
def test_of_a_thousand_wrong_quantities_of_a_kind_at_least_950_are_found(kind):
    form, mutate = MUTATIONS[kind]
    made, missed = recall(mutate, {kind[:3]}, 1000, texts=sentences(form))
    assert made == 1000
    assert len(missed) <= 50, (len(missed), missed[:10])


def test_the_countys_stories_are_left_alone():
    assert alarms(paragraphs(), RULE_IDS) == []


@pytest.mark.parametrize("name", RULE_IDS)
def test_the_examples_that_editors_read_are_true(name):
    assert {each.wrong for each in RULES[name].examples} == {True, False}
    for each in RULES[name].examples:
        findings = proof(Copy.plain(each.text, each.date), {name})
        assert bool(findings) == each.wrong, each
        assert each.put_right in (None, fixed(each.text, findings)[0]), each


@pytest.mark.parametrize("name", RULE_IDS)
def test_what_has_been_put_right_is_right(name):
    for each in RULES[name].examples:
        if each.put_right:
            assert proof(Copy.plain(each.put_right, each.date), {name}) == []


RIGHT = """
签约30余家，预约200余人次，公约3条，节约100多元，附近10多户，最近30多年，近10多场比赛，近百余年来的变化。
赶超20多个镇，超20家规模以上企业，超过3级的风，逾期10余天，高超的手艺，超3000名60岁以上老人。
成本降低百倍的说法不可信，减少到原来的三成，缩小两倍焦距的镜头，减少3倍镜的使用。
增长由5%到10%，4至9月下降12%，3比2到50%，第3到10%，2020—2023年增长12%，气温零下2到5度。
办公分两处，太平米市，30平方公里，12立方厘米，1600平方里，九十华里，三立方体，30平方英尺，500斤，30亩。
全村共有320人，比上年增加400人，其中党员35人。两台33万千瓦机组投产，其中60万千瓦外送。外债1343·3亿美元，其中短期800亿美元。损毁50户，受灾约1·1万户，其中重灾300户。
建成9个考场，其中31个考室在一中。平均每村3人，其中石岭村12人。派出30人，救出伤者200人，其中重伤50人。
女性、党员分别占60%和55%，青年占42%和65%。从100户增加到150户，年均增长8%。从20%提高到30%，提高10个百分点。
100元元旦红包，四万万同胞，5亩亩均产量，3个个体户，5户户均增收，30人人均两亩，投资1.5亿元（含征地1500万元）。
争前三名、前6名，第一组、第2组，三个村、5间房，一家、3家，长达1880米、宽逾百米，四个组、五个组。
2019,2020两年，收入123,000元，1,234,567.5元，坐标3,5，约1,200亩，零下5℃，摄氏度，60公里/小时，时速60公里。
第二个，十二个，二个体户，三四个，第三、四天，第二、三、四个月，十三、四天，他俩个子高，哥俩个头差不多，二十几个，100几何题。
想不到100多人到场，听不到30多年的老歌了，不到一百人，不足30户，1.5万多人，2.3倍多，一个多月，几十人左右。
""".strip().split("\n")


@pytest.mark.parametrize("text", RIGHT)
def test_what_only_looks_wrong_is_left_alone(text):
    assert alarms([text], RULE_IDS) == []


HOSTILE = (
    "1",
    "1,",
    "约1左右",
    "近1",
    "其中1人，",
    "1人其中",
    "占1%、",
    "从1增加到2",
    "、3人",
    "十",
    "超十多",
    "、三十人、20人",
    "其余占1%",
    "1—",
    "时速1",
    "亿元（1万元）",
    "下降1至",
    "左右",
    "1.",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_line_takes_no_longer_than_its_length_allows(piece):
    copy = Copy.plain(piece * (40_000 // len(piece)), DAY)
    start = time.process_time()
    for each in RULE_IDS:
        sum(1 for _ in RULES[each].findings(copy))
    assert time.process_time() - start < 1.5
