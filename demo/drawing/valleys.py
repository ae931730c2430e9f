"""Roads, rivers, snow and what stands beside them."""

from __future__ import annotations

import math

from demo.drawing.mountains import _mirror, _pines, _range, _shapes
from demo.drawing.paper import Pen, Sheet, box, mix, petal, ring, smooth


def leaf_path() -> Sheet:
    sheet = Sheet("leaf-path", [(0, "#f6e3bd"), (0.6, "#f2d09a"), (1, "#d9a765")])
    random = sheet.random
    sheet.glow(720, 330, 420, "#fff6dc", 0.9)
    for depth in range(5):
        tint = mix("#e3b06a", "#8f2b22", depth / 4)
        reach = 40 + depth * 135

        def crowns(pen: Pen, reach: int = reach, depth: int = depth) -> None:
            for side in (-1, 1):
                for _ in range(30):
                    x = 720 + side * (720 - random.uniform(0, 1) * (720 - 610 + depth * 115))
                    pen.shape(ring(x, random.uniform(-60, 470 + depth * 30) - abs(x - 720) * 0.05,
                                   random.uniform(34, 60 + depth * 8), 0.85, 18))  # fmt: skip

        def trunks(pen: Pen, depth: int = depth) -> None:
            for side in (-1, 1):
                for _ in range(3):
                    x = 720 + side * random.uniform(150 + depth * 95, 260 + depth * 130)
                    pen.shape(
                        [(x - 5 - depth * 2, 800), (x - 3 - depth, 330), (x + 3 + depth, 330), (x + 6 + depth * 2, 800)]
                    )

        sheet.cut(trunks, mix("#a5764c", "#3d2a24", depth / 4), shadow=5)
        sheet.cut(crowns, tint, mottle=(mix(tint, "#f0c04f", 0.5), 60), shadow=8, depth=0.28)
    sheet.cut([(-10, 660), (560, 560), (880, 560), (1450, 660), (1450, 970), (-10, 970)], "#9c5a35",
              mottle=("#c98a3e", 50), depth=0.2)  # fmt: skip
    sheet.cut([(655, 556), (785, 556), (1130, 970), (310, 970)], "#c9ad86", depth=0.35)
    sheet.cut(lambda pen: [pen.shape(box(655 - (y - 556) * 0.833, y, 785 + (y - 556) * 0.833, y + 1 + (y - 556) / 90)) for y in
                           [556 + (k / 24) ** 2 * 410 for k in range(1, 25)]], "#9a7a55", shadow=0)  # fmt: skip
    ground = sheet.mask(
        lambda pen: [
            pen.shape(petal(x, y, random.uniform(0, 360), 9 + (y - 560) / 18, 5 + (y - 560) / 34))
            for x, y in [(random.uniform(0, 1440), random.uniform(590, 960)) for _ in range(330)]
        ]
    )
    sheet.cut(ground, "#b8352a", shadow=3, mottle=("#e0a63c", 40))
    sheet.cut(lambda pen: [(pen.shape([(720 + s * near, 556 + d), (720 + s * (near + 5 + d / 30), 556 + d), (720 + s * (near + 5 + d / 30), 510 + d * 0.62),
                                       (720 + s * near, 510 + d * 0.62)])) for s in (-1, 1) for d, near in
                           [(q, 68 + q * 0.86) for q in (0, 40, 100, 190, 310)]], "#5d4030", shadow=4)  # fmt: skip
    sheet.cut(
        lambda pen: [pen.stroke([(720 + s * 66, 512), (720 + s * 344, 706)], 7) for s in (-1, 1)], "#5d4030", shadow=4
    )
    return sheet


def spring_blossom() -> Sheet:
    sheet = Sheet("spring-blossom", [(0, "#d5e6e6"), (0.6, "#f1efe6"), (1, "#e4efe9")])
    _range(sheet, [(400, 50, "#c4d8d4"), (460, 60, "#a3c3ba"), (520, 50, "#7fae9d")], "#eaf1ea", 190)
    _mirror(sheet, 580, "#d5e6e6", 0.4)
    _blossoms(
        sheet,
        [
            ((-40, 140), (360, 210), (760, 170), (1040, 300)),
            ((120, 170), (300, 330), (520, 420)),
            ((560, 190), (800, 60), (1120, 40)),
            ((1460, 20), (1240, 120), (1120, 260)),
            ((820, 190), (960, 330), (1000, 440)),
        ],
    )
    return sheet


def _blossoms(sheet: Sheet, boughs: list) -> None:
    random = sheet.random
    lines = [smooth(bough, closed=False, steps=20) for bough in boughs]
    sheet.cut(lambda pen: [pen.stroke(line[k : k + 3], 17 * (1 - k / len(line)) + 4) for line in lines
                           for k in range(len(line) - 2)], "#54403a", depth=0.3, offset=(5, 8))  # fmt: skip
    for tint in ("#f3c6cb", "#f7d9da", "#eeb0b8", "#fbecea"):
        flowers = []
        for line in lines:
            for _ in range(len(line) // 2 + 6):
                x, y = random.choice(line)
                flowers.append(
                    (x + random.gauss(0, 34), y + random.gauss(0, 30), random.uniform(13, 24), random.uniform(0, 72))
                )
        sheet.cut(
            lambda pen, flowers=flowers: [
                pen.shape(petal(x, y, turn + k * 72, r * 1.25, r, 0.6)) for x, y, r, turn in flowers for k in range(5)
            ],
            tint,
            shadow=4,
            offset=(2, 4),
            depth=0.3,
        )
        sheet.cut(lambda pen, flowers=flowers: [pen.dot(x, y, r * 0.2) for x, y, r, _ in flowers], "#b5485a", shadow=0)  # fmt: skip
    sheet.cut(lambda pen: [pen.shape(petal(random.uniform(0, 1440), random.uniform(420, 940), random.uniform(0, 360), 16, 10, 0.6))
                           for _ in range(40)], "#f2bcc4", shadow=3)  # fmt: skip


def hot_spring() -> Sheet:
    sheet = Sheet("hot-spring", [(0, "#8fa3b0"), (0.5, "#cfd8da"), (1, "#dfe4e2")])
    random = sheet.random
    _range(sheet, [(260, 60, "#a9b8c0"), (340, 70, "#8a9ca7")], "#d9e0e2", 170)
    bank = sheet.ridge("bank", 470, 35, 200, 0.4)
    trees = _pines(sheet, bank, 54, (90, 210), "snowtrees")
    sheet.cut(_shapes(trees), "#3d5560", shadow=6, depth=0.25)
    sheet.cut(_shapes([[(x, y - 8) for x, y in tree[:3]] + [tree[0]] for tree in trees]), "#eef2f1", shadow=0)
    sheet.cut(bank, "#eff2f0", depth=0.25, offset=(0, -3))
    pool = smooth([(180, 700), (420, 590), (760, 560), (1090, 600), (1280, 700), (1190, 850), (760, 905), (330, 850)])
    sheet.cut(pool, [(0, "#9fd0cf"), (1, "#3f8f93")], depth=0.2)
    for k in range(4):
        sheet.cut(lambda pen, k=k: [pen.shape(petal(random.uniform(330, 1000), random.uniform(620, 850), 0, random.uniform(80, 240), 4))
                                    for _ in range(5)], "#c9e8e4", shadow=0)  # fmt: skip
    for k in range(40):
        x, y = pool[int(k * len(pool) / 40)]
        r = random.uniform(34, 66)
        stone = smooth([(x + r * random.uniform(0.85, 1.15) * math.cos(a), y + r * 0.7 * random.uniform(0.85, 1.1) * math.sin(a))
                        for a in [q * math.tau / 8 for q in range(8)]])  # fmt: skip
        tint = mix("#7b7f80", "#55595c", random.random())
        mask = sheet.cut(stone, [(0, mix(tint, "#ffffff", 0.2)), (1, tint)], shadow=7, depth=0.4)
        cap = [(px, py) for px, py in stone if py < y - r * 0.2]
        if mask and len(cap) > 3:
            sheet.cut(smooth([(x - r * 0.7, y - r * 0.25), (x - r * 0.3, y - r * 0.66), (x + r * 0.3, y - r * 0.66), (x + r * 0.7, y - r * 0.25)]),
                      "#f6f8f6", shadow=0)  # fmt: skip
    for x, y, r in (
        (560, 610, 200),
        (800, 520, 240),
        (930, 640, 190),
        (680, 430, 210),
        (860, 330, 180),
        (430, 700, 150),
    ):
        sheet.glow(x, y, r, "#ffffff", 0.5, 0.9)
    sheet.cut(lambda pen: [pen.dot(random.uniform(0, 1440), random.uniform(0, 960), random.uniform(1.5, 4.5)) for _ in range(130)],
              "#ffffff", shadow=0)  # fmt: skip
    return sheet


def bridge() -> Sheet:
    sheet = Sheet("bridge", [(0, "#f0d9b8"), (0.5, "#f6ead5"), (1, "#e9e2d0")])
    _range(sheet, [(330, 60, "#c9bfa9"), (410, 70, "#a7ab95"), (480, 60, "#7f9580")], "#f0e6d0", 170)
    sheet.cut([(-10, 640), (1450, 640), (1450, 970), (-10, 970)], [(0, "#bcd0cb"), (1, "#5d8f90")], depth=0.1)
    for left, right in ((-10, 190), (1250, 1450)):
        sheet.cut(smooth([(left - 40, 560), ((left + right) / 2, 545), (right + 30, 600), (right + 60, 720), ((left + right) / 2, 800),
                          (left - 60, 780)]), "#5e7a52", mottle=("#4a6845", 80))  # fmt: skip

    def stone(pen: Pen) -> None:
        top = smooth([(60, 560), (400, 470), (720, 440), (1040, 470), (1380, 560)], closed=False)
        pen.shape([*top, (1380, 720), (60, 720)])
        for x, r in ((400, 118), (720, 150), (1040, 118)):
            pen.shape(
                [
                    (x + r * math.cos(a), 700 + r * 1.1 * math.sin(a))
                    for a in [math.pi + k * math.pi / 40 for k in range(41)]
                ],
                0,
            )
            pen.shape(box(x - r, 698, x + r, 730), 0)

    sheet.cut(stone, [(0, "#d8cdb6"), (1, "#a89b82")], depth=0.4, offset=(4, 12), mottle=("#bfb297", 50))
    rail = smooth([(60, 548), (400, 458), (720, 428), (1040, 458), (1380, 548)], closed=False)
    sheet.cut(lambda pen: (pen.stroke([(x, y - 26) for x, y in rail], 8),
                           [pen.stroke([(x, y - 28), (x, y + 14)], 7) for x, y in rail[::3]]), "#8c7f68", shadow=4)  # fmt: skip
    sheet.cut(lambda pen: [pen.stroke([(x + r * math.cos(a), 700 + r * 1.1 * math.sin(a)), (x + (r + 26) * math.cos(a), 700 + (r + 26) * 1.1 * math.sin(a))], 3)
                           for x, r in ((400, 118), (720, 150), (1040, 118)) for a in [math.pi + k * math.pi / 14 for k in range(15)]],
              "#8f8268", shadow=0)  # fmt: skip
    random = sheet.random
    sheet.cut(lambda pen: [pen.shape(petal(random.uniform(-60, 1400), random.uniform(735, 950), 0, random.uniform(70, 300), 5)) for _ in range(46)],
              "#d9e8e2", shadow=0, texture=0)  # fmt: skip
    for x in (400, 720, 1040):
        sheet.cut(lambda pen, x=x: [pen.shape(petal(x - 110 + random.uniform(-16, 16), 738 + k * 20, 0, 220 - k * 16, 11)) for k in range(7)],
                  "#49777a", shadow=0)  # fmt: skip
    return sheet


def ski_slope() -> Sheet:
    sheet = Sheet("ski-slope", [(0, "#5f8fb8"), (0.6, "#c3dbe8"), (1, "#e8f0f2")])
    for at, (y, rise, tint) in enumerate([(330, 130, "#b9cddd"), (440, 110, "#d3e0ea")]):
        sheet.cut(
            sheet.ridge(f"peak{at}", y, rise, 150, 0.55),
            [(0, "#ffffff"), (1, tint)],
            depth=0.25,
            offset=(0, -3),
            mottle=(mix(tint, "#6f8ba3", 0.4), 70),
        )
    left = sheet.ridge("wood", 590, 50, 200, 0.4)
    sheet.cut(left, "#dfe9ee", depth=0.25, offset=(0, -3))
    sheet.cut(_shapes(_pines(sheet, left, 90, (60, 150), "wood")), "#2d4f57", shadow=5, depth=0.3)
    slope = smooth([(-60, 560), (300, 610), (720, 690), (1120, 830), (1500, 1000), (1500, 1100), (-60, 1100)])
    sheet.cut(slope, [(0, "#ffffff"), (1, "#d5e3ec")], depth=0.35, offset=(0, -5))
    sheet.cut(lambda pen: [pen.stroke(smooth([(160 + k * 9, 620 + k * 2), (420 + k * 10, 740), (330 + k * 10, 860), (620 + k * 11, 960)], closed=False), 3)
                           for k in (0, 2)], "#a9bfd0", shadow=0)  # fmt: skip
    for x, y, s, coat in ((560, 790, 1.0, "#c23a2e"), (900, 850, 1.25, "#e0a63c"), (330, 690, 0.7, "#1d6b5c")):

        def skier(pen: Pen, x: float = x, y: float = y, s: float = s) -> None:
            pen.stroke([(x - 10 * s, y - 46 * s), (x - 22 * s, y - 22 * s), (x + 2 * s, y)], 13 * s)
            pen.stroke([(x + 4 * s, y - 46 * s), (x - 2 * s, y - 22 * s), (x + 22 * s, y + 6 * s)], 13 * s)

        def jacket(pen: Pen, x: float = x, y: float = y, s: float = s) -> None:
            pen.stroke([(x - 4 * s, y - 46 * s), (x + 10 * s, y - 86 * s)], 25 * s)
            pen.stroke([(x + 8 * s, y - 80 * s), (x + 36 * s, y - 62 * s)], 10 * s)

        sheet.cut(
            lambda pen, x=x, y=y, s=s: (
                pen.stroke([(x - 50 * s, y - 8 * s), (x + 66 * s, y + 26 * s)], 5 * s),
                pen.stroke([(x + 36 * s, y - 62 * s), (x + 8 * s, y + 6 * s)], 3 * s),
            ),
            "#3a3f45",
            shadow=3,
        )
        sheet.cut(skier, "#2b3440", shadow=5)
        sheet.cut(jacket, coat, shadow=4)
        sheet.cut(lambda pen, x=x, y=y, s=s: pen.dot(x + 16 * s, y - 106 * s, 14 * s), "#31363c", shadow=3)  # fmt: skip
    sheet.cut(lambda pen: [pen.stroke([(1440, 250), (880, 560)], 4), [(pen.stroke([(x, y), (x, y + 40)], 4), pen.round(x - 20, y + 38, x + 20, y + 62, 8))
              for x, y in ((1350, 300), (1190, 388), (1030, 477))]], "#3c4a55", shadow=4)  # fmt: skip
    sheet.cut(
        lambda pen: [
            pen.dot(sheet.random.uniform(0, 1440), sheet.random.uniform(0, 960), sheet.random.uniform(1, 3.4))
            for _ in range(120)
        ],
        "#ffffff",
        shadow=0,
    )
    return sheet


def raft_river() -> Sheet:
    sheet = Sheet("raft-river", [(0, "#cfe3e3"), (1, "#e5efe4")])
    _range(sheet, [(190, 60, "#a9cabf"), (270, 70, "#78a893")], "#e2eee2", 160)
    sheet.cut(box(-5, 400, 1445, 970), "#3f7d6c", mottle=("#2f6b58", 90), depth=0.2)
    river = smooth(
        [
            (660, 395),
            (800, 395),
            (850, 470),
            (760, 560),
            (1010, 690),
            (1290, 990),
            (90, 990),
            (330, 700),
            (560, 560),
            (700, 470),
        ]
    )
    sheet.cut(river, [(0, "#d8ecea"), (0.4, "#8cc3c6"), (1, "#3d93a0")], depth=0.45, offset=(0, 0))
    random = sheet.random
    for tint, count in (("#d9f0ee", 50), ("#ffffff", 34)):
        sheet.cut(lambda pen, count=count: [pen.shape(petal(690 + random.gauss(0, 1) * (y - 420) * 0.5, y, random.uniform(-16, 30), (y - 330) / 5, (y - 330) / 46))
                                            for y in [random.uniform(470, 955) for _ in range(count)]], tint, shadow=0)  # fmt: skip
    for x, y, r in ((430, 760, 66), (1020, 800, 80), (610, 590, 38), (890, 640, 40), (250, 930, 84)):
        sheet.cut(smooth([(x - r, y + 6), (x - r * 0.6, y - r * 0.6), (x + r * 0.2, y - r * 0.72), (x + r, y - 4), (x + r * 0.7, y + r * 0.3), (x - r * 0.7, y + r * 0.34)]),
                  [(0, "#8f9a94"), (1, "#4f5b57")], shadow=8)  # fmt: skip
        sheet.cut(petal(x - r * 1.2, y + r * 0.28, 0, r * 2.4, r * 0.4), "#f3fbf9", shadow=0)
    x, y = 700, 790
    raft = smooth(
        [(x - 150, y - 8), (x - 110, y - 52), (x + 80, y - 66), (x + 156, y - 26), (x + 120, y + 44), (x - 80, y + 56)]
    )
    sheet.cut(raft, "#e08a2e", shadow=12, depth=0.45, offset=(4, 14))
    sheet.cut(
        smooth(
            [
                (x - 104, y - 4),
                (x - 74, y - 28),
                (x + 70, y - 38),
                (x + 108, y - 16),
                (x + 80, y + 20),
                (x - 60, y + 28),
            ]
        ),
        "#a85c1c",
        shadow=5,
    )
    for dx, dy, coat in (
        (-70, -24, "#c23a2e"),
        (-6, -34, "#2e6f8f"),
        (58, -36, "#c23a2e"),
        (-30, 14, "#2e6f8f"),
        (44, 6, "#c23a2e"),
    ):
        px, py = x + dx, y + dy
        sheet.cut(lambda pen, px=px, py=py: pen.round(px - 19, py - 44, px + 19, py + 12, 14), coat, shadow=5)
        sheet.cut(
            lambda pen, px=px, py=py: pen.shape(
                [(px + 15 * math.cos(a), py - 54 + 15 * math.sin(a)) for a in [k / 24 * math.tau for k in range(24)]]
            ),
            "#f2e3c6",
            shadow=4,
        )
        sheet.cut(
            lambda pen, px=px, py=py: pen.shape(
                [
                    (px + 17 * math.cos(a), py - 57 + 17 * math.sin(a))
                    for a in [math.pi + k / 20 * math.pi for k in range(21)]
                ]
            ),
            "#f4c542",
            shadow=0,
        )
        far = -1 if dx < 0 else 1
        sheet.cut(lambda pen, px=px, py=py, far=far: (pen.stroke([(px, py - 16), (px + far * 92, py + 40)], 5),
                                                     pen.shape(petal(px + far * 84, py + 34, 32 if far > 0 else 148, 50, 20))), "#3b3a36", shadow=3)  # fmt: skip
    trees = [
        (tx, ty)
        for side in (0, 1)
        for tx, ty in [
            ((random.uniform(-20, 330) if side == 0 else random.uniform(1080, 1460)), random.uniform(430, 660))
            for _ in range(34)
        ]
    ]
    for tx, ty in sorted(trees, key=lambda t: t[1]):
        sheet.cut(
            ring(tx, ty, random.uniform(32, 58), 0.9, 20),
            mix("#5b9a6a", "#1f5646", random.random()),
            shadow=8,
            depth=0.3,
        )
    return sheet


def weather_station() -> Sheet:
    sheet = Sheet("weather-station", [(0, "#7fb2cf"), (0.7, "#dcebee"), (1, "#eef2ea")])
    random = sheet.random
    for x, y, s in ((300, 190, 1.2), (1000, 130, 0.9), (1250, 330, 1.1), (620, 330, 0.7)):
        sheet.cut(lambda pen, x=x, y=y, s=s: [pen.shape(ring(x + dx * s, y + dy * s, r * s, 0.8, 40)) for dx, dy, r in
                                              ((0, 0, 70), (70, 14, 58), (-74, 16, 52), (130, 30, 36), (-126, 34, 30), (20, 34, 60))],
                  "#fbfcfa", depth=0.18, offset=(4, 10))  # fmt: skip
    _range(sheet, [(600, 60, "#a7c4c6"), (680, 60, "#7faaa2")], "#e2eeea", 170)
    sheet.cut(sheet.ridge("meadow", 780, 30, 260, 0.3), "#6f9a5a", mottle=("#5f8a4e", 70), depth=0.3, offset=(0, -3))
    sheet.cut(lambda pen: [(pen.stroke([(x, 690), (x, 905)], 10)) for x in (520, 640)], "#b9b3a4", shadow=5)
    sheet.cut(lambda pen: pen.round(490, 560, 670, 730, 6), "#fdfcf7", depth=0.4, offset=(6, 9))
    sheet.cut(
        lambda pen: [pen.shape([(504, y), (656, y), (656, y + 7), (504, y + 7)]) for y in range(580, 720, 15)],
        "#c9ccc6",
        shadow=0,
    )
    sheet.cut([(474, 566), (686, 566), (580, 506)], "#f3f0e6", shadow=6)
    sheet.cut(lambda pen: (pen.stroke([(960, 300), (960, 900)], 13), pen.stroke([(860, 330), (1060, 330)], 7),
                           [pen.stroke([(960, 560), (x, 895)], 3) for x in (830, 1090)]), "#5f6a6d", shadow=6)  # fmt: skip
    sheet.cut(
        lambda pen: [
            pen.shape(ring(860 + 34 * math.cos(a), 318 + 12 * math.sin(a), 15, 1, 24)) for a in (0.4, 2.5, 4.6)
        ],
        "#c23a2e",
        shadow=4,
    )
    sheet.cut([(1040, 320), (1130, 290), (1130, 350)], "#c23a2e", shadow=5)
    sheet.cut(lambda pen: pen.round(1150, 780, 1220, 900, 8), "#d5d8d4", shadow=6)
    sheet.cut(lambda pen: pen.shape([(1138, 784), (1232, 784), (1206, 758), (1164, 758)]), "#8d9797", shadow=4)
    sheet.cut(lambda pen: [pen.stroke([(x, 960), (x + random.uniform(-9, 9), 960 - random.uniform(20, 90))], 3) for x in
                           [random.uniform(0, 1440) for _ in range(240)]], "#4d7a43", shadow=0)  # fmt: skip
    return sheet


def sluice() -> Sheet:
    sheet = Sheet("sluice", [(0, "#8d9aa5"), (0.6, "#c3cbcd"), (1, "#d9dedb")])
    _range(sheet, [(250, 60, "#9fadb0"), (330, 60, "#7b9092")], "#cfd7d6", 170)
    sheet.cut(box(-5, 430, 1445, 640), [(0, "#a9bfbf"), (1, "#7fa0a1")], depth=0.2)
    sheet.cut(box(-5, 620, 1445, 970), [(0, "#4f7f83"), (1, "#2f5f66")], depth=0.2)
    for x in (250, 570, 890):
        sheet.cut(box(x, 610, x + 240, 930), [(0, "#dcebea"), (0.6, "#b5d3d4"), (1, "#ffffff")], shadow=0)
        sheet.cut(lambda pen, x=x: [pen.stroke([(q, 612), (q + sheet.random.uniform(-6, 6), sheet.random.uniform(820, 940))], 3)
                                    for q in [x + 10 + k * 14 for k in range(16)]], "#ffffff", shadow=0)  # fmt: skip
        sheet.cut(box(x, 430, x + 240, 610), [(0, "#a3493a"), (1, "#7d352b")], shadow=8)
        sheet.cut(
            lambda pen, x=x: [pen.shape(box(x + 8, y, x + 232, y + 8)) for y in (470, 515, 560)], "#5f2820", shadow=0
        )
    sheet.cut(lambda pen: [pen.shape([(x, 300), (x + 80, 300), (x + 80, 930), (x, 930)]) for x in (170, 490, 810, 1130)],
              [(0, "#d3cfc3"), (1, "#97948a")], depth=0.4, offset=(6, 4))  # fmt: skip
    sheet.cut(lambda pen: pen.shape(box(110, 268, 1270, 318)), "#bdb8aa", shadow=8)
    for x in (170, 490, 810, 1130):
        sheet.cut(box(x - 6, 190, x + 86, 270), "#e9e3d3", shadow=6)
        sheet.cut([(x - 26, 196), (x + 106, 196), (x + 40, 146)], "#56696b", shadow=6)
        sheet.cut(box(x + 26, 214, x + 54, 244), "#47606a", shadow=0)
    for _ in range(60):
        x, r = sheet.random.uniform(220, 1160), sheet.random.uniform(14, 46)
        sheet.cut(
            ring(x, 925 + sheet.random.uniform(-14, 26), r, 0.55, 24),
            mix("#ffffff", "#cfe3e4", sheet.random.random()),
            shadow=3,
            depth=0.15,
        )
    sheet.cut(lambda pen: [pen.stroke([(x, y), (x - 14, y + 46)], 1.6) for x, y in [(sheet.random.uniform(0, 1460), sheet.random.uniform(-20, 960)) for _ in range(190)]],
              "#e6edee", shadow=0, texture=0)  # fmt: skip
    return sheet


def pole_hills() -> Sheet:
    sheet = Sheet("pole-hills", [(0, "#f2c9a8"), (0.5, "#f7e2c6"), (1, "#f3e6d2")])
    sheet.glow(1100, 330, 300, "#fff4dc", 0.9)
    _range(sheet, [(400, 70, "#d3a898"), (490, 80, "#b28a8a"), (580, 70, "#8d7280")], "#f3dcc6", 170)
    crest = sheet.ridge("near", 760, 60, 260, 0.32)
    sheet.cut(crest, [(0, "#5c6a5a"), (1, "#37493f")], depth=0.3, offset=(0, -4))
    tops = [(80, 320, 1.3), (470, 400, 1.05), (800, 460, 0.85), (1070, 505, 0.68), (1290, 540, 0.54), (1450, 562, 0.45)]
    sheet.cut(lambda pen: [(pen.stroke([(x, y), (x, 990)], 15 * s), pen.stroke([(x - 66 * s, y + 34 * s), (x + 66 * s, y + 34 * s)], 9 * s),
                            pen.stroke([(x - 48 * s, y + 84 * s), (x + 48 * s, y + 84 * s)], 8 * s)) for x, y, s in tops], "#3a3431", shadow=5)  # fmt: skip
    wires = []
    for (x1, y1, s1), (x2, y2, s2) in zip([(-320, 220, 1.6), *tops], tops, strict=False):
        for dx, dy in ((-60, 34), (60, 34), (-42, 84), (42, 84)):
            a, b = (x1 + dx * s1, y1 + dy * s1), (x2 + dx * s2, y2 + dy * s2)
            wires.append(
                [
                    (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t + math.sin(math.pi * t) * 46 * s2)
                    for t in [k / 20 for k in range(21)]
                ]
            )
    sheet.cut(lambda pen: [pen.stroke(wire, 2) for wire in wires], "#4a4340", shadow=0)
    sheet.cut(sheet.ridge("front", 880, 36, 200, 0.4), "#2a3a33", depth=0.35, offset=(0, -4))
    sheet.cut(
        lambda pen: [pen.shape(petal(wires[5][k][0], wires[5][k][1] - 2, -70, 24, 12)) for k in (6, 8, 9, 12, 15)],
        "#2d2826",
        shadow=0,
    )
    return sheet


VALLEYS = (leaf_path, spring_blossom, hot_spring, bridge, ski_slope, raft_river, weather_station, sluice, pole_hills)
