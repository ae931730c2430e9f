"""Near-duplicates: what is much the same is found, what is not is left alone."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

from hemei.prose import alike
from tests.works.formats_sample import HEADS, SENTENCES

PLACES = ("云台", "青石", "梨溪", "石坝", "龙潭", "鹿鸣", "飞龙", "松岭", "桂花", "白水", "柳河", "东山")
THINGS = (
    "春茶",
    "竹编",
    "秧田",
    "夜诊",
    "操场",
    "水渠",
    "果园",
    "鱼塘",
    "灯笼",
    "书屋",
    "公路",
    "菌棚",
    "麦子",
    "药材",
    "老街",
    "集市",
)
DEEDS = (
    "开工了",
    "收了头一批",
    "换了新的",
    "卖到外省",
    "添了人手",
    "修好了",
    "评了奖",
    "请来师傅",
    "省了工钱",
    "过了验收",
    "挪到镇上",
    "传给徒弟",
)


def story(dice: random.Random) -> str:
    """Some 300 characters that another seed does not write."""
    made = []
    while sum(map(len, made)) < 300:
        number = dice.randint(2, 9999)
        made.append(
            f"{dice.choice(PLACES)}{dice.choice('乡镇村')}的{dice.choice(THINGS)}{dice.choice(DEEDS)}，"
            f"{dice.choice(THINGS)}也{dice.choice(DEEDS)}，一共{number}户，{dice.choice(SENTENCES)[: dice.randint(5, 12)]}。"
        )
    return "".join(made)


def mutated(text: str, dice: random.Random) -> str:
    """What becomes of copy that is sent again: a new head, some characters changed, a sentence less, two swapped."""
    sentences = text.split("。")
    if len(sentences) > 3:
        sentences.pop(dice.randrange(len(sentences) - 1))
        at = dice.randrange(len(sentences) - 2)
        sentences[at], sentences[at + 1] = sentences[at + 1], sentences[at]
    letters = list(dice.choice(HEADS) + "。".join(sentences))
    for _ in range(len(letters) // 50):
        letters[dice.randrange(len(letters))] = dice.choice("新旧大小多少高低")
    return "".join(letters)


def test_copy_sent_again_with_changes_is_found_among_a_thousand_and_fresh_copy_finds_nothing():
    dice = random.Random(5)
    texts = [story(dice) for _ in range(1000)]
    index: dict[int, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for band in alike.sketch(text):
            index[band].append(number)

    def found(text: str) -> set[int]:
        near = Counter(number for band in alike.sketch(text) for number in index[band])
        return {number for number, _ in near.most_common(8) if alike.share(text, texts[number]) >= 0.6}

    again = [(number, mutated(texts[number], dice)) for number in range(0, 1000, 5)]
    assert sum(found(text) == {number} for number, text in again) >= 196, "of 200"
    assert sum(bool(found(story(dice))) for _ in range(200)) == 0


def test_a_short_text_has_no_sketch_and_marks_and_blanks_change_none():
    assert alike.sketch("今天放假。") == ()
    text = story(random.Random(1))
    assert alike.sketch(text) == alike.sketch(text.replace("，", " , ").replace("。", "！\n"))
    assert len(alike.sketch(text)) == alike.BANDS
    assert all(0 <= number < 1 << 63 for number in alike.sketch(text))
    assert alike.share(text, text) == 1.0
