"""What stands twice: a character, a word, a clause, a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from hemei.prose.proof.copy import Copy
from hemei.prose.proof.marks import HAN
from hemei.prose.proof.rule import Doubt, rule
from hemei.prose.surnames import begins_with_surname

_IS_HAN = re.compile(f"[{HAN}]")
_NOT_BMP = re.compile("[^\0-\uffff]")
_NEVER = set("的在是和与及把被将向而我他她它这那其以由从但或且因所之并也")
"""Words of one character that never follow themselves."""
_PERSONS = set("我你他她它这那")
"""Words that do not stand before one that begins with them: 这这些."""
_TWICE_OVER = set("好了看说想啦啊呢吧年声浓阵朵层滚茫悠融绵")
_BEGINS = set(
    "县市省镇乡村区州国校厂院部局所社站队团组班家店馆园系科处室司署军师旅营连排股党会长年月日号地上下中里外前后东西南北"
    "车船机器学员生者性化率量费金卡券证书报刊网奖赛法规纪制度线路桥楼房屋堂声工文人民农业产品种"
)
"""What ends one word and begins the next in a newspaper: 去年年底, 市市长, 徐工工程."""
_NAMED = set(
    "丽婷莉娜芳静明洋阳欢晶佳媛娟雪冰兰英燕霞玲琴红强涛鹏飞帅亮超凡宁楠涵萌甜乐豆星圆方小海林平青花春冬夏秋苗文鹃龙银宝珍军建伟珠珊莎莲菲蕾磊鑫森淼杭"
)
"""What given names double: 高明明, 方圆圆."""
_MAY_FOLLOW = set(
    "对是在为会要到得能有给让使用上下去来过就都又也还才不没说看想做只很更最多大小好新老从于该本各每此你了里道起"
)
"""Words that may well follow one that ends in the same character: 反对对, 还是是."""
_RARE = 5000
"""A character that jieba's dictionary counts less often as a word of its own hardly stands alone."""
_AROUND = 8
_CLOSED = re.compile("n|ns|nt|nz|nr|r|p|c|t|f")
_ECHO = re.compile("如何|什么|哪里|哪儿|怎么|怎样|为何|某某|多少|这样|那样|这么|那么|自己|大家|谢谢|商量|意思|合计|参谋|[一二两三几半]"
    "|[雪漆墨乌金银碧翠通血火冰滚笔死稀老细瓦湛蔚黑焦蜡贼崭].(?!局|厂|站|店|村|镇)")
_STOPS = "，。；：、！？“”\n"
_CLAUSES = re.compile(rf"[{_STOPS}]([^{_STOPS}]{{4,40}}+)[，；、]\1(?=[{_STOPS}]|\Z)")
_AT_ONCE = re.compile(rf"[{_STOPS}]([{HAN}]{{3,16}}?)\1")
_RHYTHM = ("一", "又", "再", "快", "来", "走")
_SENTENCE = re.compile(r"[^。！？\n]{14,}+(?:[。！？]|$)", re.MULTILINE)
_SUNG = re.compile("[“”！？!?…—]")
"""Marks of speech, song and feeling, where a repeat may be meant."""


@rule("W01", "warn")
def doubled_word(copy: Copy) -> Iterator[Doubt]:
    """一个字或一个词打了两遍。

    先分词：妈妈、实实在在是词，“本国国情”“市市长”是两个词碰在一起，都不算。

    错：苹果果熟了。 → 苹果熟了。
    错：全县的的道路都修好了。 → 全县的道路都修好了。
    错：村民村民都来了。 → 村民都来了。
    错：我们在在村口等他。 → 我们在村口等他。
    对：实实在在，慢慢走，天天来，的的确确好，妈妈在本国国情馆工作。
    对：趟着水一趟趟送，打的的人多，工作作了安排，非机动车车棚，方圆圆和高明明。
    对：试点试点，就是要先试起来。
    对：竹声声，春意浓浓，天墨黑墨黑的，一条细长细长的田埂，跟家人商量商量。
    对：目的的确明确，对对方也好，散散步，市市长热线。
    """
    for at, size in _doubles(copy.text):
        word = copy.text[at : at + size]
        if all(map(_IS_HAN.match, word)) and _by_mistake(copy.text, at, size):
            yield at + size, at + 2 * size, "", f"“{word}”打了两遍"


def _doubles(text: str) -> Iterator[tuple[int, int]]:
    """Where one or two characters stand that stand again right behind: the text against itself, moved along."""
    data = text.encode("utf-16-le", "surrogatepass")
    if len(data) != 2 * len(text):
        data = _NOT_BMP.sub("?", text).encode("utf-16-le", "surrogatepass")
    whole = int.from_bytes(data, "little")
    for size in (1, 2):
        same = (whole ^ (whole >> 16 * size)).to_bytes(len(data), "little")
        run, at = bytes(2 * size), 0
        while (at := same.find(run, at)) >= 0:
            if at % 2:
                at += 1
            elif at // 2 + 2 * size > len(text):
                break
            else:
                yield at // 2, size
                at += 2 * size


def _by_mistake(text: str, at: int, size: int) -> bool:
    end = at + 2 * size
    word = text[at : at + size]
    if text[end : end + 1] == word[0] or text[max(0, at - size) : at] == word:
        return False  # three times is a cry or a count
    if text[end : end + 1] in ("然", "·") or text[max(0, at - 1) : at] == "·":
        return False  # 浩浩然, 塞莱莱·马列
    begins = max(0, at - _AROUND)
    place, tokens = begins, list[tuple[int, int, str]]()
    for token, tag in rjieba.tag(text[begins : end + _AROUND], hmm=False):
        if place < end and place + len(token) > at:
            tokens.append((place, place + len(token), tag))
        place += len(token)
    if len(tokens) != 2 or tokens[0][1] != at + size:
        return False
    (start, _, tag), (_, stop, next_tag) = tokens
    if size == 2:
        if text[end : end + 1] in ("，", "！", "、", "…") and (text[at - 1 : at] in _STOPS or _quoted(text, at)):
            return False  # “老师老师，您看！”; 试点试点，就是要试
        return start == at and stop == end and _CLOSED.fullmatch(tag) is not None and not _ECHO.match(word)
    before, after = at - start, stop - end
    if word == "的":
        return text[max(0, at - 1) : at] not in ("目", "打") and text[end : end + 1] not in ("哥", "姐", "士", "确")
    if not before and word in (_PERSONS if after else _NEVER):
        return True
    if text[max(0, at - 2) : at - 1] == text[at - 1 : at] or text[end : end + 1] == text[end + 1 : end + 2] != "":
        return False  # 稳稳当当
    if bool(before) == bool(after) or (before and tag[0] in "az") or text[max(0, at - 1) : at] == "一":
        return False
    if word in _NAMED and begins_with_surname(text[start:at] or text[max(0, at - 1) : at]):
        return False
    if before and not _IS_HAN.match(text[end : end + 1]):
        return word not in _TWICE_OVER and not (word in "省市县区州镇乡" and text[end : end + 1] == "、")
    if word in _BEGINS or _alone(word) >= _RARE:
        return False
    tag = rjieba.tag(word)[0][1][0]
    return (
        word not in _MAY_FOLLOW and tag != "v"
        if before
        else tag not in "vaqmzd" and next_tag[0] != "v" and _after_word(text, at)
    )


def _after_word(text: str, at: int) -> bool:
    """Whether what comes before ends here for certain: a mark or a word of two characters or more."""
    before = text[max(0, at - _AROUND) : at]
    return not _IS_HAN.match(before[-1:]) or len(rjieba.cut(before, hmm=False)[-1]) > 1 or before[-1] in "的了在是和把"


def _alone(word: str) -> int:
    """How often the dictionary has it as a word of its own."""
    return int(rjieba.suggest_freq(word))


@rule("W02", "block")
def said_again(copy: Copy) -> Iterator[Doubt]:
    """一句话、半句话或整段说了两遍。

    多半是粘贴时重了。引语、歌词里有意的反复不算。

    错：要深化农村改革，要深化农村改革，扩大开放。 → 要深化农村改革，扩大开放。
    错：召开了全县召开了全县春灌会。 → 召开了全县春灌会。
    错：今年全县的春灌比往年早半个月开始。县里开了会。今年全县的春灌比往年早半个月开始。
    对：“来了来了，来了来了！”
    对：一步一个脚印，一步一个脚印。
    对：没有思想，就没有创造；没有创造，就没有将来。
    对：看了又看，看了又想，想了又想。
    """
    text = copy.text
    for start, end, said in _echoes(text):
        if not said.startswith(_RHYTHM) and not _quoted(text, start):
            yield start, end, "", f"“{said}”说了两遍"
    before = set[str]()
    for part in copy.all("body"):
        for found in _SENTENCE.finditer(text, part.start, part.end):
            sentence = found[0]
            if sentence in before and not _SUNG.search(sentence):
                yield found.start(), found.end(), None, "这句话前面已经有了"
            before.add(sentence)


def _echoes(text: str) -> Iterator[tuple[int, int, str]]:
    """Clauses that follow themselves, and beginnings of clauses that do so at once."""
    text = "\n" + text
    for pattern in (_CLAUSES, _AT_ONCE):
        for found in pattern.finditer(text):
            if len(set(_IS_HAN.findall(found[1]))) >= 3:
                yield found.end(1) - 1, found.end() - 1, found[1]


def _quoted(text: str, at: int) -> bool:
    """Whether this stands in a quotation, where speech and song may repeat."""
    begins = text.rfind("\n", 0, at) + 1
    opened = max(text.rfind("“", begins, at), text.rfind("《", begins, at))
    return opened > max(text.rfind("”", begins, at), text.rfind("》", begins, at))
