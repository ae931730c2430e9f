"""A small invented county, 青棠县, as an in-memory Reader: what the tests of pages and theme print from."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import html5lib
from msgspec.structs import replace as altered
from PIL import Image

from demo import stories
from hemei.press.corrections import CORRECTIONS, listed
from hemei.press.frame import assets
from hemei.press.lists import read_row
from hemei.press.pages import tag_slug
from hemei.press.pieces import Block, Heading, Items, Paragraph, Picture, Quote, Run, Story, Table
from hemei.press.reader import Printed, Rendition, Row, Stamped
from hemei.press.renditions import MIDDLING, WIDTHS, make, place
from hemei.press.shown import length
from hemei.seal import fields
from hemei.seal.digest import digest

HTML = "{http://www.w3.org/1999/xhtml}"
PER_PAGE = 20
SITE: dict[str, Any] = {
    "name": "青棠融媒",
    "slogan": "山里的事，说给山里山外听。",
    "url": "http://news.qingtang.example",
    "organiser": "青棠县融媒体中心",
    "description": "青棠县新闻、公告、便民服务与四时风物。",
    "sections": [
        {"id": "news", "name": "要闻", "about": "全县大事，先从这里看起。"},
        {"id": "towns", "name": "乡镇", "about": "十四个乡镇的新鲜事。"},
        {"id": "life", "name": "民生", "about": "水电路气、看病上学。"},
        {"id": "seasons", "name": "四时文旅", "about": "一年十二个月，山里总有一样正当时。"},
        {"id": "crafts", "name": "手艺", "about": "剪纸、竹编、土陶与做它们的人。"},
        {"id": "service", "name": "文明实践", "about": "志愿者在做什么，谁需要帮忙。"},
        {"id": "culture", "name": "文化", "about": "花灯戏、山歌与村晚。"},
        {"id": "notices", "name": "公告", "about": "停水停电、缴费报名、便民提示。"},
    ],
    "footer": ["示例内容，地名人名均为虚构。"],
    "telephone": "0000-0000000",
    "seasons": [
        {"name": "温泉·年俗", "start": 1, "end": 3, "colour": "#cfd9e0", "story": None},
        {"name": "樱花", "start": 3, "end": 5, "colour": "#f0bcc0", "story": 4},
        {"name": "春茶", "start": 4, "end": 6, "colour": "#a6cf7f", "story": 12},
        {"name": "樱桃采摘", "start": 5, "end": 7, "colour": "#e0575b", "story": 2},
        {"name": "避暑·荷", "start": 7, "end": 9, "colour": "#9bd0c8", "story": 20},
        {"name": "火把节", "start": 7, "end": 8, "colour": "#f0a35e", "story": 7},
        {"name": "稻黄", "start": 9, "end": 10, "colour": "#e2c15c", "story": 28},
        {"name": "板栗节", "start": 9, "end": 11, "colour": "#d9a26a", "story": 10},
        {"name": "红叶", "start": 10, "end": 13, "colour": "#d9694a", "story": 36},
        {"name": "温泉开汤", "start": 11, "end": 13, "colour": "#cfd9e0", "story": 999},
    ],
    "season_title": "一年十二个月，山里总有一样正当时",
    "season_text": "点开任意一段，看去哪里、怎么去、住哪儿、当季吃什么。",
    "views": [34, 25, 17, 32],
    "notice": "",
}
HEADLINES = {
    "news": (
        (
            "红叶季",
            "二十里红叶谷到了最好的时候，旅游专线今起加密",
            "县城至谷口每二十分钟一班，末班车延到十九时。气象站预计，这一轮红叶还能看九到十二天；周末请优先坐公交。",
        ),
        ("督办公开", "十七项民生承诺，办结十二项，逾期一项", "逾期的是城东农贸市场改造，责任单位给出了新的时间表。"),
        ("营商", "一件事一次办，新开一家小店只跑一个窗口", "从取名到开票，十一个环节并成一张表。"),
    ),
    "towns": (
        ("镜湖镇", "湖边十二户渔家换了营生", "船还是那条船，载的是来看日出的人。"),
        ("农事", "樱桃冬剪开课，十个园区同一堂课", "农技员直播示范，回放可按镇查看。"),
        ("云台乡", "老茶园请来了年轻人", "三百年的茶树，第一次有了自己的小程序。"),
    ),
    "life": (
        ("用水", "一张水网，进了三百二十个村", "旱季前最后一段管线通水，最远的一户离水源地七十一公里。"),
        ("就医", "县医院儿科加开夜间门诊", "每天十八时至二十二时，可在窗口和电话预约。"),
        ("上学", "村小的周末阅读课，坐满了三个教室", "书是捐来的，老师是自己来的。"),
    ),
    "seasons": (
        ("攻略", "红叶谷一日：早一班车，晚一顿饭", "怎么去、停哪里、吃什么，一张图说清。"),
        ("温泉", "龙井沟温泉开汤，头一周半价", "水温四十一度，可当天往返。"),
        ("古道", "走一遍盐马古道最后的九公里", "石板上的蹄印有三指深。"),
    ),
    "crafts": (
        ("手艺人", "剪了六十年，她把四季都剪进了窗花里", "石桥镇的剪纸课，这学期坐满了三个教室。"),
        ("竹编", "一根竹子的十七道工序", "从砍到编，老匠人说急不得。"),
        ("土陶", "柴窑重新点火，烧了三天三夜", "开窑那天，半个镇的人都来了。"),
    ),
    "service": (
        ("一线", "山火季第一周：护林员的二十四小时", "天不亮上山，天黑透了下山，对讲机里报一声平安。"),
        ("点单", "八十岁的灯泡，二十分钟换好了", "上个月的求助，平均三小时有人接。"),
        ("招募", "红叶谷周末秩序维护，还差十四人", "管一顿午饭，给志愿服务时长。"),
    ),
    "culture": (
        ("文化惠民", "本周六晚，花灯戏《采茶归》在文化广场演出，免费入场", ""),
        ("村晚", "落星寨的村晚，节目单是吵出来的", "四十七户人家，报了六十一个节目。"),
        ("山歌", "她用手机录下了三百首山歌", "最老的一首，只剩两个人会唱。"),
    ),
    "notices": (
        ("停水", "城关镇南片停水检修，三处送水点位置", "11月23日九时至十五时。"),
        ("缴费", "城乡居民医保缴费还剩三十八天", "窗口、手机、村代办点都能缴。"),
        ("防火", "秋冬季森林防火令：哪些地方不能用火", "即日起至明年五月三十一日。"),
    ),
}
TOWNS = ("云台乡", "城关镇", "石门村", "镜湖镇", "落星寨", "东坝镇", "南岭乡", "石桥镇")


@dataclass
class SampleReader:
    """Keeps stories in a dict, newest first in every list; lists count their pages from the oldest."""

    stories: dict[int, Printed]
    site: dict[str, Any] = field(default_factory=lambda: dict(SITE))
    asked: list[str] = field(default_factory=list)

    def story(self, number: int) -> Printed | None:
        self.asked.append(f"story:{number}")
        return self.stories.get(number)

    def latest(self, listing: str, most: int) -> tuple[Row, ...]:
        self.asked.append(f"latest:{listing}")
        return tuple(reversed(self._rows(listing)))[:most]

    def has(self, listing: str, number: int) -> bool:
        self.asked.append(f"has:{listing}:{number}")
        return len(self._rows(listing)) > (number - 1) * PER_PAGE

    def numbers(self, listing: str, first: int, pages: int) -> tuple[int, ...]:
        self.asked.append(f"numbers:{listing}:{first}:{pages}")
        rows = self._rows(listing)[(first - 1) * PER_PAGE : (first - 1 + pages) * PER_PAGE]
        return tuple(row.number for row in rows)

    def page(self, listing: str, number: int) -> tuple[Row, ...]:
        self.asked.append(f"page:{listing}:{number}")
        start = (number - 1) * PER_PAGE
        return tuple(reversed(self._rows(listing)[start : start + PER_PAGE]))

    def pages(self, listing: str) -> int:
        self.asked.append(f"pages:{listing}")
        return math.ceil(len(self._rows(listing)) / PER_PAGE)

    def tags(self) -> Sequence[tuple[str, int]]:
        counted = Counter(tag for printed in self.stories.values() for tag in printed.story.tags)
        return sorted(counted.items(), key=lambda item: (-item[1], item[0]))

    def tag(self, slug: str) -> str | None:
        self.asked.append(f"tag:{slug}")
        return next((word for word, _ in self.tags() if tag_slug(word) == slug), None)

    def renditions(self, picture: Picture) -> tuple[Rendition, ...]:
        return tuple(
            Rendition(f"/{place(f'{picture.master}{width}{kind}'.encode(), kind)}", width, width * 2 // 3)
            for width in WIDTHS
            for kind in ("avif", "jpg", "webp")
            if kind != "jpg" or width == MIDDLING
        )

    def setting(self, name: str) -> Mapping[str, Any]:
        assert name == "site"
        return self.site

    def asset(self, name: str) -> str:
        stem, _, ending = name.rpartition(".")
        return f"/assets/{stem}.{digest(assets()[name])[:10]}.{ending}"

    def past(self, instant: datetime) -> bool:
        raise AssertionError("no page of this issue asks for the time")

    def _rows(self, listing: str) -> list[Row]:
        kind, _, name = listing.partition(":")
        if listing == CORRECTIONS:
            rows = {}
            for each in self.stories.values():
                rows |= listed(each.story, fields.shown(each.released))
            return [read_row(rows[place]) for place in sorted(rows)]
        chosen = [
            printed
            for printed in self.stories.values()
            if kind == "all"
            or (kind == "section" and printed.story.section == name)
            or (kind == "tag" and name in printed.story.tags)
        ]
        return [_row(printed) for printed in sorted(chosen, key=lambda one: (one.first_released, one.story.number))]


def _row(printed: Printed) -> Row:
    story = printed.story
    return Row(
        story.number,
        story.kicker,
        story.headline,
        story.deck,
        story.section,
        printed.first_released,
        story.lead,
        length(story),
    )


def picture(number: int) -> Picture:
    return Picture(
        master=digest(f"picture {number}".encode()),
        width=2400,
        height=1600,
        alt="清晨的镜湖，远山层叠，倒影落在水面",
        caption="镜湖水源地，水面海拔 1412 米。从这里出发，水靠自流走完四分之三的路程。",
        credit="石小满 摄",
        focus=(200, 900) if number % 2 else None,
    )


def body(number: int) -> tuple[Block, ...]:
    return (
        Paragraph(
            (
                Run(
                    "十一月二十二日下午四点二十分，云台乡石门村的杨桂芳拧开院里的水龙头。先是一阵气响，接着出了一段黄水，再往后，水清了。她拿手接了一捧，没有说话，转身去喊隔壁的人。"
                ),
            )
        ),
        Paragraph(
            (
                Run("这是青棠县城乡供水一体化工程的最后一户。从镜湖水源地到石门村，管线七十一公里，"),
                Run("翻两道山梁，过四条河沟", strong=True),
                Run("。工程历时三年零两个月，至此，全县三百二十个行政村全部接入同一张水网。"),
            )
        ),
        Heading("不是没有水，是水到不了", 2),
        Paragraph(
            (
                Run(
                    "青棠不缺雨。年降水一千一百毫米，却有八成落在六月到九月；石灰岩山地存不住水，旱季一到，山上的村子就要排队。县水务局的台账上，二〇二一年春天，全县有九十四个村拉过水，最久的拉了五十三天。"
                ),
            )
        ),
        Quote("“以前看天，后来看车，现在看表。”", "石门村村民 杨桂芳"),
        Paragraph(
            (
                Run(
                    "设计单位最后选的办法，是让水尽量自己走：水源地海拔一千四百一十二米，比七成村子高，四分之三的管线靠重力自流，只在三处设泵站。运行一年，电费比原方案省下六成。"
                ),
            )
        ),
        Table(
            "各片区通水情况",
            ("片区", "村", "万人", "通水"),
            (
                ("城关—东坝", "86", "8.2", "2024.09"),
                ("镜湖—南岭", "121", "7.6", "2025.12"),
                ("云台—石门", "113", "5.6", "2026.11"),
            ),
        ),
        Heading("通了以后，谁来管", 2),
        Items(
            (
                (Run("一是"), Run("每村一名管水员", strong=True), Run("，名单和电话公开。")),
                (Run("二是水质每周检一次，结果周一上午公布。"),),
                (Run("三是计划停水提前二十四小时公告。"),),
            )
        ),
        picture(number + 100),
        Paragraph(
            (
                Run("三百二十个村的管水员名单见"),
                Run("本站公示", href="/notices/"),
                Run("，投诉可打"),
                Run("服务热线", href="tel:0000-0000000"),
                Run("。傍晚，杨桂芳把院角那只用了十九年的水泥水窖盖上了盖。她说先不填，“留着腌菜”。"),
            )
        ),
    )


def story(number: int, **changed: Any) -> Story:
    section = list(HEADLINES)[(36 - number) % 8]
    kicker, headline, deck = HEADLINES[section][(36 - number) // 8 % 3]
    if number <= 12:
        headline = f"{TOWNS[number % 8]}：{headline}"
    plain = Story(
        site="0123456789abcdef",
        number=number,
        previous=None,
        kicker=kicker,
        headline=headline,
        deck=deck,
        dateline="本网青棠11月22日讯" if number % 3 == 0 else "",
        byline="记者 罗青禾 石小满",
        editor="周砚",
        source="青棠县融媒体中心",
        date="2026-11-22",
        section=section,
        tags=("供水", TOWNS[number % 8]) if number % 2 else ("红叶",),
        gist=(
            "全县 320 个行政村全部接入集中供水，覆盖 21.4 万人。",
            "水价不变：居民每立方米 2.3 元。",
            "停水须提前 24 小时在本站公告。",
        ),
        lead=picture(number) if number % 5 in (0, 1, 2, 4) else None,
        body=body(number),
        correction="第二段“六十七公里”应为“七十一公里”。" if number == 35 else "",
        hands=("luo",),
    )
    return altered(plain, **changed)


def printed(one: Story) -> Printed:
    at = datetime(2026, 10, 1, 12, 12, tzinfo=UTC) + timedelta(hours=34 * one.number)
    stamps = tuple(
        Stamped(stage, person, at - timedelta(minutes=ago))
        for stage, person, ago in (("final", "gu", 25), ("first", "zhou", 127), ("second", "shen", 80))
    )
    later = at + timedelta(hours=11) if one.correction else at
    return Printed(one, digest(f"{one.number}{one.headline}".encode()), stamps, at, later)


def county(count: int = 36, *more: Story) -> SampleReader:
    """So many ordinary stories over eight sections, and these beside them."""
    stories = [story(number) for number in range(1, count + 1)] + list(more)
    return SampleReader({one.number: printed(one) for one in stories})


@cache
def drawn() -> dict[str, bytes]:
    """A picture of 480 pixels in every kind, as the press draws it."""
    kept = io.BytesIO()
    with Image.open(stories.picture_files()["lake-dawn"]) as picture:
        picture.resize((480, 320)).save(kept, "JPEG", quality=90)
    return {each.kind: each.data for each in make(kept.getvalue(), None)}


HOSTILE = "</script><script>alert(1)</script>]]><img src=x onerror=alert(2)>\"'&amp;<!--\u202e\x00\x1f\ufffe"
"""Every way out of a page that a word may try."""


def hostile_county() -> SampleReader:
    reader = county(
        6,
        story(
            7,
            **dict.fromkeys(
                ("kicker", "headline", "deck", "dateline", "byline", "editor", "source", "correction"), HOSTILE
            ),
            tags=(HOSTILE,),
            gist=(HOSTILE,),
            section="news",
            lead=altered(picture(7), alt=HOSTILE, caption=HOSTILE, credit=HOSTILE),
            body=(
                Paragraph((Run(HOSTILE, True, "https://example.org/?a=1&b=(2)"),)),
                Quote(HOSTILE, HOSTILE),
                Table(HOSTILE, (HOSTILE,), ((HOSTILE,),)),
            ),
        ),
    )
    reader.site["notice"] = reader.site["slogan"] = reader.site["description"] = HOSTILE
    return reader


def tree(page: bytes) -> Any:
    """The page as a tree; every parse error of the HTML standard is raised."""
    return html5lib.HTMLParser(strict=True).parse(page.decode())
