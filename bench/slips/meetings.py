"""Clean text of our own with what the county's stories lack: lists with ordinals, announced counts, paired words, particles."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random

from bench.slips.clean import paragraphs

TOWNS = ["城关镇", "东坝镇", "镜湖镇", "南岭镇", "柳溪镇", "白鹭镇", "茶亭镇"]
_TASKS = """把渠首的闸门修好|把巡山的人手排好|给独居老人送药上门|按户核对用水的账目|在路口立起新的指路牌|清理河道里的杂物|把旧校舍改成阅览室
每周公布一次菜价|教村民辨认野菌|把果园的排水沟挖深|为晚归的学生留一盏灯|检查桥面的裂缝|登记外出务工的人员|把防火的水桶装满|替行动不便的人代办手续
给新栽的树浇足水|把集市的摊位重新编号|请老匠人带徒弟|修补漏雨的屋顶|向住户解释收费的标准|把山歌录下来存档|每天量一次水位|安排车辆接送病人|把告示的字写大""".replace(
    "\n", "|"
).split("|")
_NOUNS = ["春灌", "防火", "防汛", "植树", "修路", "养蜂", "采茶", "办学", "赶集", "巡河", "护林", "修桥"]
_MEN = "一二三四五六七八九"
_ENDS = ["，全村修通了入户的路", "，合作社添了两台烘干机", "，荒了多年的坡地种上了油茶", "，老戏台重新开了锣"]
_LEADERS = ["镇党委", "老支书", "村里的能人", "农技员", "驻村干部", "妇女主任"]
_ADVERBS = ["默默", "悄悄", "毫不犹豫", "小心翼翼", "不由自主", "争先恐后", "慢慢", "依依不舍"]
_DEEDS = [
    "把门带上",
    "把秧苗抱了出来",
    "向河边走去",
    "将账本摊开",
    "从屋里搬出凳子",
    "给老人披上衣服",
    "围了过来",
    "握着对方的手",
]
_STATES = [
    "变得更宽了",
    "变得越来越热闹",
    "显得很安静",
    "办得红红火火，名声也传开了",
    "做得很好，邻村都来学",
    "跑得很快，一早就到了",
]


def _listed(random: Random, mark: Callable[[int], str], announce: str = "") -> str:
    count = random.randint(3, 6)
    tasks = random.sample(_TASKS, count)
    opening = f"{random.choice(TOWNS)}商量{random.choice(_NOUNS)}的事，"
    listed = "；".join(mark(nth) + task for nth, task in enumerate(tasks))
    return opening + announce.format(count=_MEN[count - 1]) + listed + "。会后各村分头去办。"


def _heads(random: Random) -> str:
    lines = [f"{random.choice(TOWNS)}的安排如下。"]
    tasks = random.sample(_TASKS, 10)
    for nth in range(random.randint(3, 5)):
        lines += [f"{_MEN[nth]}、{random.choice(_NOUNS)}", f"{tasks[2 * nth]}，{tasks[2 * nth + 1]}。"]
    return "\n".join(lines)


def _counted(random: Random) -> str:
    count = random.randint(3, 6)
    return f"今年要抓好{_MEN[count - 1]}项工作：{'、'.join(random.sample(_NOUNS, count))}。"


def _summed(random: Random) -> str:
    count = random.randint(3, 6)
    return f"会后，{'、'.join(random.sample(TOWNS, count))}{_MEN[count - 1]}个镇先走一步。"


def _paired(random: Random) -> str:
    told = random.choice(["只要大家一起动手，就能", "只有大家一起动手，才能"]) + random.choice(_TASKS)
    return f"在{random.choice(_LEADERS)}的{random.choice(['带领', '帮助', '支持', '指导'])}下{random.choice(_ENDS)}。他说，{told}。"


def _particles(random: Random) -> str:
    return f"他{random.choice(_ADVERBS)}地{random.choice(_DEEDS)}。这几年，村子{random.choice(_STATES)}。"


_FORMS: dict[str, Callable[[Random], str]] = {
    "是": lambda random: _listed(random, lambda nth: f"{_MEN[nth]}是", "提出{count}点要求："),
    "是要": lambda random: _listed(random, lambda nth: f"{_MEN[nth]}是要", "会上强调，"),
    "第": lambda random: _listed(random, lambda nth: f"第{_MEN[nth]}，", "理出{count}个方面："),
    "括": lambda random: _listed(random, lambda nth: f"（{_MEN[nth]}）", "分工是："),
    "数": lambda random: _listed(random, lambda nth: f"{nth + 1}.", "定下{count}件事："),
    "圈": lambda random: _listed(random, lambda nth: "①②③④⑤⑥⑦⑧⑨"[nth], "写在黑板上："),
    "头": _heads,
    "点": _counted,
    "合": _summed,
    "对": _paired,
    "助": _particles,
}


@cache
def meetings(form: str, count: int = 400) -> tuple[str, ...]:
    """So many texts of this form, after a paragraph of the county's stories."""
    random = Random(form)
    stories = paragraphs()
    return tuple(f"{random.choice(stories)}\n{_FORMS[form](random)}" for _ in range(count))


def everything() -> list[str]:
    return [text for form in _FORMS for text in meetings(form)]
