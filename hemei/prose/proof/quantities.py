"""Quantities and units: GB/T 15835-2011 (出版物上数字用法), GB 3100 (国际单位制及其应用), and sums that must come out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hemei.prose.proof.copy import Copy
from hemei.prose.proof.numerals import number
from hemei.prose.proof.rule import Doubt, rule

_N = r"(?:[0-9][0-9,.]*[十百千万亿]*|[一二两三四五六七八九十百千几数]+[万亿]*)"
_NO_PROMISE = "(?<![签合预节条违履毁续特公契邀纽制失婚相大])约|大约"
"""约 that is 'about', not part of 签约, 预约 …"""
_NO_PLACE = "(?<![附最靠邻就贴临远亲新走逼切将])近|将近"
"""近 that is 'nearly', not part of 附近, 最近 …"""
_SIDES = re.compile(
    r"左右(?![两岸侧手邻翼腿脚眼边舷摇]|开弓|逢源|为难|移动|对称)|上下(?![两岸江河开游楼班车铺级册铁齐同学水山文届联颠翻起滑浮求移结])"
)
_UNIT_LAST = re.compile("[0-9十百千万亿%％个人名元米吨岁年月天倍成亩户次家斤里度]$")
_ABOUT = re.compile(rf"(?:{_NO_PROMISE}|{_NO_PLACE}|大概)(?:有|为|在|是)?{_N}[^，。；、！？：（）“”0-9的\n]{{0,5}}$")


@rule("U01", "warn")
def about_twice(copy: Copy) -> Iterator[Doubt]:
    """“约”“近”与“左右”“上下”重复。

    都表示概数，只留一个。

    错：新渠约20公里左右。 → 新渠约20公里。
    错：近300人左右到场。 → 近300人到场。
    对：新渠20公里左右，预约300人左右，约三米的花墙上下都是花，约两米宽的路左右两侧都种了树。
    """
    for found in _SIDES.finditer(copy.text):
        if found[0] == "上下" and not _UNIT_LAST.search(copy.text, max(0, found.start() - 3), found.start()):
            continue  # 约三米的花墙上下都是花
        if about := _ABOUT.search(copy.text, max(0, found.start() - 18), found.start()):
            yield about.start(), found.end(), about[0], f"“{found[0]}”与前面的“约”“近”一样表示概数，只留一个"


_OVER = re.compile(
    rf"(?:超过|超|逾)(?:{_N}(多|余)(?![下额震者])|{_N}(?:[%％个人名元米吨岁年月天倍成亩户次家斤]|公里|公斤|小时|平方米|分钟){{0,2}}(以上))"
)


@rule("U02", "warn")
def over_twice(copy: Copy) -> Iterator[Doubt]:
    """“超”“逾”与“多”“余”“以上”重复。

    错：超2400多人到场。 → 超2400人到场。
    错：逾百余户参加。 → 逾百户参加。
    错：超过90%以上的农户参加。 → 超过90%的农户参加。
    对：2400多人到场，超过90%，赶超20多个镇，超20家规模以上企业。
    """
    text = copy.text
    for found in _OVER.finditer(text):
        if text[found.start() - 1 : found.start()] in ("赶", "反"):
            continue
        extra = found[1] or found[2]
        yield found.start(), found.end(), found[0].removesuffix(extra), f"“{found[0][0]}”与“{extra}”重复，只留一个"


_LESS = re.compile(
    r"(?:下降|减少|降幅达?|跌幅达?|少了|降低|缩小|缩短|缩减|减小|下滑|下跌)了?(?:近|约|超过?|逾|将近)?"
    r"(?:[0-9.]+(?:[至到—～-][0-9.]+)?|[一二两三四五六七八九十几]{1,3})[多余]?倍(?![增速率镜焦体])"
)


@rule("U03", "warn")
def times_less(copy: Copy) -> Iterator[Doubt]:
    """下降、减少用了“倍”。

    减少一倍就是零；减少用百分数或分数，或写“减少到几分之几”。

    错：用工减少了3倍。
    错：成本降低两倍。
    对：用工减少了三分之二，产量增加3倍，减少到原来的三成。
    """
    for found in _LESS.finditer(copy.text):
        yield found.start(), found.end(), None, "下降、减少不用“倍”，用百分数或分数"


_PERCENT = re.compile("[%％]")
_BARE_FIRST = re.compile(
    r"(?<![0-9.·—–～~%％第比:：/-])(?<![0-9%％年月][至到])([0-9]{1,3}(?:\.[0-9]+)?)((?:[—–～~-]|至|到)[0-9]{1,3}(?:\.[0-9]+)?)$"
)


@rule("U04", "warn")
def bare_percent(copy: Copy) -> Iterator[Doubt]:
    """百分数的起止，前一个少了百分号。

    前一个数省去百分号会有歧义，写作“10%—20%”（GB/T 15835）。

    错：增产10—20%。 → 增产10%—20%。
    错：含糖15至18.5%。 → 含糖15%至18.5%。
    对：增产10%—20%，4—9月增长12%。
    """
    for found in _PERCENT.finditer(copy.text):
        if bare := _BARE_FIRST.search(copy.text, max(0, found.start() - 16), found.start()):
            yield bare.start(), found.end(), f"{bare[1]}{found[0]}{bare[2]}{found[0]}", "起止的两个数都带百分号"


_UNIT = re.compile(
    r"公分|公厘|公尺|公升|公吨|平米|华里|市斤|市尺|市亩|平方(?![里米公千毫厘分英尺丈寸码市差根和数项程式等])|立方(?![里米公千毫厘分英尺丈寸码体星根数等])"
    r"|(?:KG|Kg|KM|Km)(?![A-Za-z0-9-])"
)
_LEGAL = {
    "公分": "厘米", "公厘": "毫米", "公尺": "米", "公升": "升", "公吨": "吨", "平米": "平方米", "平方": "平方米", "立方": "立方米",
    "KG": "kg", "Kg": "kg", "KM": "km", "Km": "km",
}  # fmt: skip
_COUNTED = re.compile(r"[0-9一二两三四五六七八九十百千万亿几半]$")


@rule("U05", "warn")
def unit(copy: Copy) -> Iterator[Doubt]:
    """不是法定计量单位，或单位写得不全。

    用法定计量单位：厘米、平方米、千克（公斤）、千米（公里）。“亩”“斤”在农村稿件里照用，不查。

    错：树围80公分。 → 树围80厘米。
    错：新房120平米，院子30平方。 → 新房120平方米，院子30平方米。
    错：山路12华里。
    错：每箱10KG。 → 每箱10kg。
    对：办公分两处，太平米市，120平方米，30亩，500斤，12公里。
    """
    text = copy.text
    for found in _UNIT.finditer(text):
        before = text[max(0, found.start() - 1) : found.start()]
        narrow = found[0] not in ("公分", "公厘", "公尺", "公升", "公吨", "平米")
        if before.isdecimal() or (not narrow and (_COUNTED.search(before) or (found[0] == "平米" and before == "每"))):
            legal = _LEGAL.get(found[0])
            yield (
                found.start(),
                found.end(),
                legal,
                f"法定的写法是“{legal}”" if legal else "不是法定计量单位，换算后改写",
            )


_UNITS = "平方公里|平方米|立方米|公里|公斤|公顷|人次|千瓦时|千瓦|元|人|名|户|亩|米|吨|斤|家|所|处|件|条|项|座|辆|台|起|例|只|头|株|棵|间|场|篇|位|个村|个"
_ITEM = re.compile(
    rf"、([^，。；、：（）\n0-9一二两三四五六七八九十百千]{{0,6}})(?<![第前后头末首这那近约超逾达过])(?:([0-9]+)|([二三四五六七八九十][一二两三四五六七八九十百千零]{{0,6}}|一[百千][一二两三四五六七八九十百千零]{{0,6}}))({_UNITS})"
)
_HAN_LAST = re.compile(
    rf"(?<![第前后头末首这那一二两三四五六七八九十百千万几])([二三四五六七八九十][一二两三四五六七八九十百千零]{{0,6}}|一[百千][一二两三四五六七八九十百千零]{{0,6}})({_UNITS})$"
)
_FIGURES_LAST = re.compile(rf"(?<![第0-9.,])[0-9]+({_UNITS})$")


@rule("U07", "warn")
def two_styles(copy: Copy) -> Iterator[Doubt]:
    """一处并列里，同一单位的数字有的用汉字，有的用阿拉伯数字。

    同类数量并列，写法要一致（GB/T 15835）。

    错：来了教师三十人、学生25人。 → 来了教师30人、学生25人。
    错：种桃树120亩、李树八十亩。 → 种桃树120亩、李树80亩。
    对：来了教师30人、学生25人，分成三个组、住5间房，争前三名、前6名。
    """
    text = copy.text
    for found in _ITEM.finditer(text):
        at = found.start()
        if found[2] and (han := _HAN_LAST.search(text, max(0, at - 10), at)) and han[2] == found[4]:
            yield han.start(), han.end(1), str(number(han[1])), "并列的数量写法要一致"
        elif found[3] and (last := _FIGURES_LAST.search(text, max(0, at - 12), at)) and last[1] == found[4]:
            yield found.start(3), found.end(3), str(number(found[3])), "并列的数量写法要一致"


_GROUPED = re.compile(r",[0-9]+(?:,[0-9]+)*")
_FIRST = re.compile(r"(?<![0-9.,])[0-9]{1,9}$")
_COUNTABLE = re.compile(r"(?:\.[0-9]+)?\s?[万亿]?[元人名户亩米吨斤家件公平立头只株棵]")
_DEGREES = re.compile(
    r"℃度|摄氏(零下)?([0-9.]+)(℃|度)|零下[-－—]([0-9.]+)(?=℃|摄氏度|度)"
    r"|(?:公里|千米)/[hH]|km/(?:小时|时)|(?:KM|Km)/[Hh]|km/H|米/s|m/秒"
    r"|时速[约达为超近]{0,2}([0-9.]+)(公里|千米)(?:/小时|每小时|/时|/h)"
)


@rule("U08", "warn")
def written_form(copy: Copy) -> Iterator[Doubt]:
    """千分位、温度、速度写得不对。

    千分撇每三位一个；“摄氏度”是一个整体，不拆开；单位的符号和汉字不混着组合（GB 3100）。

    错：收入1,23,000元。
    错：来客12,00人次。
    错：最低零下-5℃。 → 最低零下5℃。
    错：高至摄氏25度。 → 高至25摄氏度。
    错：限速60公里/h，时速60公里/小时。 → 限速60km/h，时速60公里。
    对：收入123,000元，1,234.5吨，25℃，25摄氏度，时速60公里，60公里/小时。
    """
    text = copy.text
    for found in _GROUPED.finditer(text):
        begin = _FIRST.search(text, max(0, found.start() - 10), found.start())
        if not begin:
            continue
        first, groups = begin[0], found[0][1:].split(",")
        if all(len(each) == 3 for each in groups) and len(first) <= 3:
            continue
        zeros = len(groups) == 1 and len(first) <= 3 and set(groups[0]) == {"0"} and len(groups[0]) > 1
        several = (
            len(groups) > 1
            and len(first) <= 3
            and len(groups[-1]) == 3
            and all(len(each) in (2, 3, 4) for each in groups)
        )
        run_on = len(groups) == 1 and len(groups[0]) == 3 and not (len(first) == 4 and first[:2] in ("19", "20"))
        if (zeros or several or run_on) and _COUNTABLE.match(text, found.end()):
            yield begin.start(), found.end(), None, "千分撇每三位一个，看看是不是少了或多了数字"
    for found in _DEGREES.finditer(text):
        said = found[0]
        if said == "℃度":
            right = "℃"
        elif found[2]:
            right = f"{found[1] or ''}{found[2]}{'摄氏度' if found[3] == '度' else '℃'}"
        elif found[4]:
            right = f"零下{found[4]}"
        elif found[5]:
            right = said[: found.end(6) - found.start()]
        else:
            right = "m/s" if said in ("米/s", "m/秒") else "km/h"
        yield found.start(), found.end(), right, f"规范的写法是“{right}”"


_PAIR = re.compile(r"[俩仨]个(?![子头性儿])")
_TWO = re.compile(r"二个(?![别体性税股案位万子])")
_NEXT = re.compile(
    r"(二、三|三、四|四、五|五、六|六、七|七、八|八、九)(?=十?(?:个人|个多?月|天|岁|米|公里|里地|元|斤|亩|户|百|千))"
)
_FEW = re.compile(r"0几(?=[个人名岁年天万亿户家亩元斤米里])")


@rule("U09", "warn")
def numeral(copy: Copy) -> Iterator[Doubt]:
    """数词用得不对。

    “俩”就是“两个”；量词“个”前用“两”；相邻两个数连用表示概数时用汉字，中间不加顿号；带“几”的概数用汉字（GB/T 15835）。

    错：来了俩个人。 → 来了两个人。
    错：分成二个组。 → 分成两个组。
    错：隔三、四天浇一次。 → 隔三四天浇一次。
    错：来了20几个人。 → 来了二十几个人。
    对：第二个人，十二个组，第三、四天，他俩个子高，三四天，二三级。
    """
    text = copy.text
    for found in _PAIR.finditer(text):
        if text[found.start() - 1 : found.start()] not in tuple("他她你我咱们娘爷父母兄姐哥夫婆"):
            yield found.start(), found.end(), "两个" if found[0][0] == "俩" else "三个", f"“{found[0][0]}”里已经有“个”"
    for found in _TWO.finditer(text):
        if text[found.start() - 1 : found.start()] not in tuple(
            "第十百千万零〇一二三四五六七八九初老周期拜其个0123456789"
        ):
            yield found.start(), found.end(), "两个", "量词“个”前用“两”"
    for found in _NEXT.finditer(text):
        if text[found.start() - 1 : found.start()] not in tuple("第十百千、一二三四五六七八九月周期初0123456789"):
            yield found.start(), found.end(), found[0].replace("、", ""), "两个相邻的数连用表示概数，中间不加顿号"
    for found in _FEW.finditer(text):
        tens = text[found.start() - 1 : found.start()]
        if tens in tuple("123456789") and not text[max(0, found.start() - 2) : found.start() - 1].isdecimal():
            han = ("" if tens == "1" else "一二三四五六七八九"[int(tens) - 1]) + "十几"
            yield found.start() - 1, found.end(), han, "带“几”的概数用汉字"


_NEARLY = re.compile(rf"(近|约|不到|不足|未满)({_N})(多|余)(?![下额震者])")
_WORD = re.compile(
    rf"(?:{_NO_PROMISE}|{_NO_PLACE}|(?:(?<=[，。、；：“（用在仅还只才有共\n])|^)不到|不足|未满)$", re.MULTILINE
)
_TIME = re.compile(r"个?[年月天日周届次期代季载场轮]")
_HALF_MORE = re.compile(r"个多(?=小时|月|钟|星期|百分点)")
_DECIMAL = re.compile(r"[0-9]\.[0-9]+$")
_MORE_ABOUT = re.compile(rf"{_N}[多余][^，。；、！？：（）“”0-9\n]{{0,4}}$")


@rule("U10", "warn")
def nearly_more(copy: Copy) -> Iterator[Doubt]:
    """概数自相矛盾：“近100多”“约30余”“1.5个多月”“30多人左右”。

    “近”“不到”是不满，“多”“余”是超出，不能并用；“约”与“多”、“多”与“左右”只留一个；小数后不再加“多”。

    错：近100多人到场。
    错：不到30余户。
    错：工期1.5个多月。 → 工期1.5个月。
    错：30多人左右到场。 → 30多人到场。
    对：近30多年来，签约30余家，想不到100多人到场，近100人，1.5万多人，一个多月。
    """
    text = copy.text
    for found in _NEARLY.finditer(text):
        at = found.end(1)
        if not _WORD.search(text, max(0, at - 3), at) or (found[1] == "近" and _TIME.match(text, found.end())):
            continue  # 近30多年 are the last thirty
        yield found.start(), found.end(), None, f"“{found[1]}”与“{found[3]}”不能并用"
    for found in _HALF_MORE.finditer(text):
        if _DECIMAL.search(text, max(0, found.start() - 6), found.start()):
            yield found.start(), found.end(), "个", "小数后面不再加“多”"
    for found in _SIDES.finditer(text):
        if found[0] == "左右" and (more := _MORE_ABOUT.search(text, max(0, found.start() - 14), found.start())):
            yield more.start(), found.end(), more[0], "“多”“余”与“左右”都表示概数，只留一个"
