"""Streets, rooms and yards."""

from __future__ import annotations

import math

from demo.drawing.mountains import _pines, _range, _shapes
from demo.drawing.paper import Sheet, box, mix, petal, ring, smooth


def school() -> Sheet:
    sheet = Sheet("school", [(0, "#a9cfdd"), (0.7, "#e4efe9"), (1, "#e4efe9")])
    _range(sheet, [(300, 70, "#a3c4bd"), (390, 80, "#79a697"), (480, 70, "#538872")], "#e2eee6", 160)
    sheet.cut(sheet.ridge("hill", 590, 50, 220, 0.35), "#3f7a56", mottle=("#336849", 70), depth=0.25, offset=(0, -3))
    sheet.cut(box(-5, 760, 1445, 970), [(0, "#d9c7a3"), (1, "#c4ab80")], depth=0.2)
    sheet.cut(
        lambda pen: (pen.stroke(ring(720, 870, 560, 0.13), 5), pen.stroke([(720, 760), (720, 970)], 4)),
        "#f5efdf",
        shadow=0,
    )
    sheet.cut(box(300, 480, 1140, 775), "#f7f1e3", depth=0.4, shadow=16)
    sheet.cut([(270, 490), (1170, 490), (1080, 400), (360, 400)], "#a34a38", depth=0.4)
    sheet.cut(
        lambda pen: [pen.stroke([(360 + k * 36, 402), (280 + k * 43.5, 488)], 2.4) for k in range(21)],
        "#7f372b",
        shadow=0,
    )
    sheet.cut(lambda pen: pen.shape(box(300, 622, 1140, 640)), "#c9573f", shadow=5)
    for row, y in enumerate((516, 660)):
        for column in range(7):
            x = 336 + column * 114
            if row and column == 3:
                continue
            sheet.cut(box(x, y, x + 78, y + 82), "#4c7c8a", shadow=4)
            sheet.cut(
                lambda pen, x=x, y=y: pen.shape([(x, y + 60), (x + 46, y), (x + 66, y), (x, y + 84)]),
                "#79a5ae",
                shadow=0,
            )
            sheet.cut(
                lambda pen, x=x, y=y: (
                    pen.shape(box(x + 36, y, x + 42, y + 82)),
                    pen.shape(box(x, y + 38, x + 78, y + 43)),
                ),
                "#f7f1e3",
                shadow=0,
            )
    sheet.cut(box(676, 664, 764, 775), "#8a4a32", shadow=5)
    sheet.cut(lambda pen: pen.stroke([(1240, 880), (1240, 380)], 8), "#8f979a", shadow=5)
    sheet.cut(
        smooth(
            [(1236, 388), (1290, 380), (1340, 396), (1376, 388), (1376, 456), (1330, 466), (1290, 450), (1236, 458)],
            steps=6,
        ),
        "#c23a2e",
        shadow=5,
    )
    for x, r in ((150, 120), (1370, 90), (60, 90)):
        sheet.cut(lambda pen, x=x: pen.stroke([(x, 640), (x, 850)], 20), "#6b4a35", shadow=5)
        for k in range(9):
            sheet.cut(ring(x + r * 0.6 * math.cos(k * 2.4), 600 + r * 0.55 * math.sin(k * 2.4), r * 0.56, 0.92, 28),
                      mix("#4f8a4a", "#8fb35a", (k * 37 % 10) / 10), shadow=7, depth=0.3)  # fmt: skip
    for x, coat in ((470, "#c23a2e"), (560, "#e0a63c"), (850, "#2e6f8f"), (910, "#d97a8a"), (640, "#3f7a56")):
        y = 850 + (x * 7) % 50
        sheet.cut(
            lambda pen, x=x, y=y: (
                pen.stroke([(x - 7, y), (x - 9, y + 34)], 9),
                pen.stroke([(x + 7, y), (x + 11, y + 34)], 9),
            ),
            "#39424a",
            shadow=4,
        )
        sheet.cut(
            smooth([(x - 18, y + 8), (x - 16, y - 34), (x, y - 44), (x + 16, y - 34), (x + 18, y + 8)]), coat, shadow=5
        )
        sheet.cut(ring(x, y - 58, 17), "#eecfa8", shadow=3)
        sheet.cut(
            lambda pen, x=x, y=y: pen.shape(
                [
                    (x + 18 * math.cos(a), y - 61 + 18 * math.sin(a))
                    for a in [math.pi + k * math.pi / 16 for k in range(17)]
                ]
            ),
            "#2e2723",
            shadow=0,
        )
    return sheet


def clinic_night() -> Sheet:
    sheet = Sheet("clinic-night", [(0, "#10203a"), (0.7, "#2d4258"), (1, "#3a4c5c")])
    random = sheet.random
    sheet.cut(
        lambda pen: [
            pen.dot(random.uniform(0, 1440), random.uniform(0, 300), random.choice((1, 1.5, 2))) for _ in range(90)
        ],
        "#dfe6ee",
        shadow=0,
    )
    _range(sheet, [(420, 60, "#2b3f54"), (500, 60, "#223448")], "#3d5266", 170)
    sheet.cut(box(-5, 800, 1445, 970), [(0, "#2a3640"), (1, "#1b242c")], depth=0.4)
    sheet.cut(box(330, 270, 1110, 810), [(0, "#a9b6b4"), (1, "#d9d6c4")], depth=0.6, shadow=20)
    sheet.cut(box(310, 246, 1130, 286), "#74868a", shadow=8)
    for row in range(4):
        for column in range(7):
            x, y = 372 + column * 102, 318 + row * 104
            lit = (row * 7 + column * 5) % 3 != 0
            sheet.cut(box(x, y, x + 68, y + 62), "#ffd98c" if lit else "#38505f", shadow=4)
            if lit:
                sheet.glow(x + 34, y + 31, 74, "#ffd58a", 0.28)
            sheet.cut(lambda pen, x=x, y=y: pen.shape(box(x + 31, y, x + 36, y + 62)), "#8f9a98", shadow=0)
    sheet.cut(box(820, 690, 1060, 812), "#2c3d42", shadow=6)
    sheet.glow(940, 760, 240, "#c9f0c4", 0.5)
    sheet.cut(box(850, 706, 1030, 812), "#f6f5da", shadow=0)
    sheet.cut(lambda pen: [pen.shape(box(x, 706, x + 5, 812)) for x in (894, 938, 982)], "#6c8a7a", shadow=0)
    sheet.cut(lambda pen: pen.round(800, 640, 1080, 700, 10), "#1f8a5b", shadow=8)
    sheet.cut(lambda pen: (pen.dot(940, 670, 21), pen.shape(box(934, 656, 946, 684), 0), pen.shape(box(926, 664, 954, 676), 0),
                           pen.round(836, 663, 892, 676, 5), pen.round(988, 663, 1046, 676, 5)), "#f4fbf1", shadow=0)  # fmt: skip
    sheet.cut([(850, 812), (1030, 812), (1150, 970), (770, 970)], "#54605a", shadow=0)
    x, y = 880, 890
    sheet.cut(
        smooth([(x - 34, y + 40), (x - 30, y - 50), (x, y - 84), (x + 30, y - 50), (x + 34, y + 40)]),
        "#7a3d46",
        shadow=8,
    )
    sheet.cut(ring(x, y - 104, 25), "#e6c6a0", shadow=4)
    sheet.cut(smooth([(x + 8, y - 40), (x + 54, y - 52), (x + 62, y - 12), (x + 24, y + 8)]), "#e9dcc0", shadow=5)
    sheet.cut(ring(x + 36, y - 62, 17), "#eecfa8", shadow=3)
    for tx in (180, 1280):
        trees = _pines(sheet, [(tx + d, 830) for d in (-90, 0, 70)] + [(0, 0), (0, 0)], 5, (190, 330), f"yard{tx}")
        sheet.cut(_shapes(trees), "#152a2c", shadow=8)
    return sheet


def market() -> Sheet:
    sheet = Sheet("market", [(0, "#cfe0e2"), (1, "#efe6d4")])
    _range(sheet, [(230, 50, "#b3c9c6"), (290, 50, "#93b1a9")], "#e6eae0", 170)
    sheet.cut(box(-5, 400, 1445, 970), [(0, "#cfc4b0"), (1, "#a89a82")], depth=0.2)
    random = sheet.random
    goods = ["#c23a2e", "#e0a63c", "#5f8f3f", "#7a3d6a", "#e9dfcb", "#d97a2e", "#3f7a56", "#b5623f"]
    for row, (y, s) in enumerate(((350, 0.62), (450, 0.86), (600, 1.2))):
        wide = 330 * s
        for column in range(-1, int(1440 / wide) + 2):
            x = column * wide + row * 70 - 60
            tint = ("#2f7a57", "#b3392c", "#d9a43a")[(column + row) % 3]
            sheet.cut(
                lambda pen, x=x, y=y, s=s, wide=wide: [
                    pen.stroke([(q, y), (q, y + 250 * s)], 8 * s) for q in (x + 14 * s, x + wide - 18 * s)
                ],
                "#7c6a52",
                shadow=3,
            )
            sheet.cut(box(x + 10 * s, y + 168 * s, x + wide - 14 * s, y + 262 * s), "#8b6b48", shadow=5)
            for k in range(4):
                bx, by = x + (24 + k * 72) * s, y + 124 * s
                colour = random.choice(goods)
                sheet.cut(
                    lambda pen, bx=bx, by=by, s=s: [
                        pen.dot(
                            bx + random.uniform(8, 56) * s, by + random.uniform(8, 40) * s, random.uniform(10, 15) * s
                        )
                        for _ in range(16)
                    ],
                    colour,
                    shadow=3,
                    mottle=(mix(colour, "#fff4d0", 0.4), 14),
                )
                sheet.cut(
                    [
                        (bx - 2, by + 36 * s),
                        (bx + 68 * s, by + 36 * s),
                        (bx + 60 * s, by + 74 * s),
                        (bx + 6 * s, by + 74 * s),
                    ],
                    "#b58a55",
                    shadow=3,
                )
            roof = [
                (x - 8 * s, y + 14 * s),
                (x + 40 * s, y - 76 * s),
                (x + wide - 44 * s, y - 76 * s),
                (x + wide + 4 * s, y + 14 * s),
            ]
            sheet.cut(roof, [(0, mix(tint, "#ffffff", 0.18)), (1, tint)], shadow=9, depth=0.42)
            sheet.cut(
                lambda pen, x=x, y=y, s=s, wide=wide: [
                    pen.shape(
                        [
                            (x + 40 * s + k * (wide - 84 * s) / 8, y - 76 * s),
                            (x + 40 * s + (k + 0.5) * (wide - 84 * s) / 8, y - 76 * s),
                            (x - 8 * s + (k + 0.5) * (wide + 12 * s) / 8, y + 14 * s),
                            (x - 8 * s + k * (wide + 12 * s) / 8, y + 14 * s),
                        ]
                    )
                    for k in range(8)
                ],
                "#f4ecd9",
                shadow=0,
            )
            sheet.cut(
                lambda pen, x=x, y=y, s=s, wide=wide: [
                    pen.dot(x - 8 * s + (k + 0.5) * (wide + 12 * s) / 8, y + 14 * s, (wide + 12 * s) / 16)
                    for k in range(8)
                ],
                tint,
                shadow=3,
            )
    for x, coat in ((260, "#2e5f7a"), (640, "#8c4a6a"), (1120, "#46704f")):
        y = 900
        sheet.cut(
            smooth([(x - 58, y + 80), (x - 52, y - 50), (x, y - 96), (x + 52, y - 50), (x + 58, y + 80)]),
            coat,
            shadow=12,
            depth=0.45,
        )
        sheet.cut(ring(x, y - 128, 40), "#e9c9a2", shadow=5)
        sheet.cut(
            lambda pen, x=x, y=y: pen.shape(
                [
                    (x + 43 * math.cos(a), y - 134 + 43 * math.sin(a))
                    for a in [math.pi * 0.95 + k * math.pi * 1.1 / 20 for k in range(21)]
                ]
            ),
            "#37302c",
            shadow=0,
        )
    return sheet


def bee_hives() -> Sheet:
    sheet = Sheet("bee-hives", [(0, "#f3dfae"), (0.6, "#f8eccb"), (1, "#eedaa2")])
    sheet.glow(300, 210, 320, "#fffbe4", 0.9)
    _range(sheet, [(330, 60, "#d9c48c"), (420, 70, "#bfa965"), (500, 60, "#9a8f4e")], "#f4e4b6", 170)
    sheet.cut(sheet.ridge("slope", 590, 40, 240, 0.35), "#b5963f", mottle=("#8f8a3f", 60), depth=0.25, offset=(0, -3))
    random = sheet.random
    for row, (y, s) in enumerate(((600, 0.62), (690, 0.86), (830, 1.2))):
        for column in range(7 - row):
            x = 90 + column * 270 * s * (1.02 if row else 1.12) + row * 55
            if x > 1400:
                continue
            wood = ("#d9a24a", "#7fa0a0", "#c9693f", "#e6d3a3")[(column + row) % 4]
            sheet.cut(
                lambda pen, x=x, y=y, s=s: [
                    pen.shape(box(x + q * s, y + 80 * s, x + (q + 14) * s, y + 124 * s)) for q in (8, 128)
                ],
                "#5d4a33",
                shadow=4,
            )
            sheet.cut(
                box(x, y - 62 * s, x + 150 * s, y + 88 * s),
                [(0, mix(wood, "#ffffff", 0.2)), (1, wood)],
                shadow=10,
                depth=0.4,
                offset=(4, 8),
            )
            sheet.cut(
                lambda pen, x=x, y=y, s=s: pen.shape(box(x, y + 8 * s, x + 150 * s, y + 13 * s)),
                mix(wood, "#3a2a18", 0.5),
                shadow=0,
            )
            sheet.cut(
                lambda pen, x=x, y=y, s=s: pen.round(x + 44 * s, y + 62 * s, x + 106 * s, y + 76 * s, 5 * s),
                "#33271b",
                shadow=0,
            )
            sheet.cut(box(x - 10 * s, y - 80 * s, x + 160 * s, y - 58 * s), "#6b5a45", shadow=6)
            sheet.cut(
                smooth(
                    [
                        (x + 46 * s, y - 80 * s),
                        (x + 54 * s, y - 106 * s),
                        (x + 88 * s, y - 110 * s),
                        (x + 106 * s, y - 80 * s),
                    ]
                ),
                "#8f928c",
                shadow=4,
            )
    for _ in range(26):
        x, y, s = random.uniform(60, 1390), random.uniform(330, 800), random.uniform(0.7, 1.5)
        a = random.uniform(-30, 30)
        sheet.cut(
            lambda pen, x=x, y=y, s=s, a=a: [
                pen.shape(petal(x, y - 3 * s, a + q, 22 * s, 11 * s)) for q in (-120, -66)
            ],
            "#fdfaf0",
            shadow=2,
            depth=0.2,
        )
        sheet.cut(petal(x - 13 * s, y, a, 28 * s, 14 * s), "#e0a02e", shadow=3)
        sheet.cut(
            lambda pen, x=x, y=y, s=s: [
                pen.stroke([(x + q * s, y - 6 * s), (x + q * s, y + 6 * s)], 3.2 * s) for q in (-4, 4)
            ],
            "#33271b",
            shadow=0,
        )
    sheet.cut(
        lambda pen: [
            pen.stroke([(x, 970), (x + random.uniform(-14, 14), 970 - random.uniform(20, 100))], 3)
            for x in [random.uniform(0, 1440) for _ in range(200)]
        ],
        "#7d7a35",
        shadow=0,
    )
    return sheet


TOWN = (school, clinic_night, market, bee_hives)
