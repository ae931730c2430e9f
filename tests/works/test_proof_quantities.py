"""A wrong quantity is found, and the examples that editors read are true."""

import time

import pytest

from bench.slips.clean import DAY, alarms, paragraphs, recall
from bench.slips.figures import sentences
from bench.slips.quantities import MUTATIONS
from hemei.prose.proof import RULES, Copy, fixed, proof

RULE_IDS = ("U01", "U02", "U03", "U04", "U05", "U06", "U07", "U08", "U09", "U10")


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
