"""Lit rooms and a lit stage."""

from __future__ import annotations

import math

from demo.drawing.paper import TALL, Sheet, box, mix, petal, ring, smooth


def library() -> Sheet:
    sheet = Sheet("library", [(0, "#5a4632"), (1, "#3f3022")])
    random = sheet.random
    tints = ["#9c3028", "#2f5d4c", "#c9973f", "#34506b", "#e2d6bd", "#6d4763", "#8a9a6a", "#b5622f", "#45413c"]
    for row in range(4):
        y = 30 + row * 206
        sheet.cut(box(0, y, 1440, y + 172), "#2b2118", shadow=0)
        x = 8.0
        while x < 1440:
            wide, tall = random.uniform(17, 46), random.uniform(112, 160)
            if random.random() < 0.06:
                x += random.uniform(24, 70)
                continue
            tint = random.choice(tints)
            lean = random.choice((0, 0, 0, 0, 0, 9))
            sheet.cut(
                [(x + lean, y + 170 - tall), (x + wide + lean, y + 170 - tall), (x + wide, y + 172), (x, y + 172)],
                tint,
                shadow=4,
                depth=0.5,
                texture=20,
            )
            if random.random() < 0.7:
                sheet.cut(
                    box(x + 4 + lean * 0.8, y + 170 - tall * 0.84, x + wide - 4 + lean * 0.8, y + 170 - tall * 0.74),
                    mix(tint, "#f4e6c0", 0.6),
                    shadow=0,
                )
            x += wide + 1.5
        sheet.cut(box(-5, y + 170, 1445, y + 200), [(0, "#b98d58"), (1, "#8a6439")], shadow=7, depth=0.5)
    sheet.cut(box(-5, 830, 1445, 970), [(0, "#c49a63"), (1, "#94703f")], shadow=16, depth=0.6, offset=(0, -6))
    sheet.glow(900, 790, 420, "#ffdf9c", 0.62, 0.8)
    sheet.cut(
        lambda pen: (pen.stroke([(900, 880), (900, 640), (840, 590)], 12), pen.shape(ring(900, 884, 76, 0.22))),
        "#24352f",
        shadow=8,
    )
    sheet.cut([(740, 650), (940, 590), (890, 540), (800, 566)], "#1f5a48", shadow=9)
    sheet.cut(petal(742, 650, -16.7, 200, 22), "#fff0c0", shadow=0)
    sheet.cut(
        smooth([(420, 880), (540, 850), (640, 874), (640, 900), (540, 880), (420, 908)], steps=6), "#f4ecd9", shadow=7
    )
    sheet.cut(
        smooth([(640, 874), (740, 850), (860, 880), (860, 908), (740, 880), (640, 900)], steps=6), "#fbf5e6", shadow=7
    )
    sheet.cut(
        lambda pen: [
            pen.stroke([(a, b + k * 8), (a + 150, b - 14 + k * 8)], 2) for a, b in ((460, 878),) for k in range(2)
        ],
        "#a9987a",
        shadow=0,
    )
    return sheet


def lamp_window() -> Sheet:
    """A lit window in an old lane; standing paper, 3:4."""
    sheet = Sheet("lamp-window", [(0, "#1c2a3e"), (1, "#2a3547")], TALL)
    for row in range(26):
        for column in range(9):
            x = column * 120 - (row % 2) * 60
            sheet.cut(
                box(x + 2, row * 50 + 2, x + 117, row * 50 + 47),
                mix("#2f3b4d", "#3d4759", ((row * 31 + column * 17) % 10) / 10),
                shadow=0,
                texture=24,
            )
    sheet.glow(480, 600, 640, "#f0a850", 0.42)
    sheet.cut(box(210, 290, 750, 970), "#241a14", shadow=16, depth=0.7)
    sheet.cut(box(236, 316, 724, 944), [(0, "#f6c268"), (0.5, "#ffe3a0"), (1, "#e09a45")], shadow=0)
    sheet.cut(lambda pen: pen.stroke([(480, 316), (480, 470)], 6), "#4a3322", shadow=0)
    sheet.glow(480, 560, 230, "#fffbe6", 0.95)
    sheet.cut([(386, 540), (574, 540), (530, 462), (430, 462)], "#9c3a28", shadow=6)
    sheet.cut(petal(386, 541, 0, 188, 26), "#fffdf0", shadow=0)
    x, y = 560, 860
    sheet.cut(
        smooth([(x - 96, y + 90), (x - 80, y - 50), (x - 6, y - 96), (x + 70, y - 50), (x + 92, y + 90)]),
        "#6b4030",
        shadow=8,
    )
    sheet.cut(ring(x - 8, y - 136, 50), "#7c4c38", shadow=4)
    sheet.cut(ring(x + 32, y - 172, 24), "#6b4030", shadow=0)
    sheet.cut(box(250, 880, 470, 894), "#5d3a26", shadow=4)
    sheet.cut(
        lambda pen: (pen.round(300, 820, 372, 880, 8), pen.stroke([(372, 836), (392, 848), (372, 864)], 7)),
        "#4f6b62",
        shadow=4,
    )
    sheet.cut(lambda pen: (pen.shape(box(210, 290, 750, 970)), pen.shape(box(238, 318, 722, 942), 0), pen.shape(box(473, 316, 487, 944)),
                           [pen.shape(box(230, q, 730, q + 12)) for q in (500, 730)]), "#3a281c", shadow=6)  # fmt: skip
    sheet.cut(box(180, 964, 780, 1004), "#4a3628", shadow=10)
    sheet.cut([(150, 250), (810, 250), (760, 176), (200, 176)], "#20242c", shadow=14, depth=0.6)
    sheet.cut(lambda pen: [pen.round(152 + k * 44, 176, 192 + k * 44, 262, 18) for k in range(15)], "#2c323c", shadow=4)
    for k in range(5):
        px = 230 + k * 120
        sheet.cut(
            lambda pen, px=px: [pen.shape(petal(px + q * 4, 966, -90 + q * 22, 60, 18)) for q in range(-2, 3)],
            "#2f5a44",
            shadow=4,
        )
    return sheet


def opera_lantern() -> Sheet:
    sheet = Sheet("opera-lantern", [(0, "#171a33"), (1, "#2d2440")])
    random = sheet.random
    sheet.cut(
        lambda pen: [
            pen.dot(random.uniform(0, 1440), random.uniform(0, 300), random.choice((1, 1.6))) for _ in range(100)
        ],
        "#d9d6ec",
        shadow=0,
    )
    sheet.cut(box(240, 330, 1200, 780), [(0, "#5a2030"), (1, "#8c2f30")], shadow=16, depth=0.6)
    for k in range(16):
        sheet.cut(smooth([(240 + k * 60, 330), (300 + k * 60, 330), (292 + k * 60, 560), (302 + k * 60, 782), (246 + k * 60, 782), (256 + k * 60, 560)], steps=5),
                  [(0, "#7d2530"), (1, mix("#a83a34", "#7d2530", (k % 2) * 0.6))], shadow=7, depth=0.4)  # fmt: skip
    sheet.glow(720, 640, 420, "#ffc877", 0.5)
    roof = smooth(
        [
            (120, 330),
            (240, 300),
            (420, 220),
            (720, 190),
            (1020, 220),
            (1200, 300),
            (1320, 330),
            (1240, 352),
            (720, 330),
            (200, 352),
        ],
        steps=8,
    )
    sheet.cut(roof, [(0, "#3f5a52"), (1, "#22352f")], shadow=14, depth=0.6)
    sheet.cut(
        lambda pen: [
            pen.stroke([(720 + k * 30, 196 + abs(k) ** 1.6 * 1.2), (720 + k * 36, 336)], 3) for k in range(-13, 14)
        ],
        "#182722",
        shadow=0,
    )
    sheet.cut(lambda pen: [pen.shape(box(x, 330, x + 34, 800)) for x in (230, 1176)], "#a3352a", shadow=9, depth=0.5)
    sheet.cut(box(170, 780, 1270, 850), [(0, "#b5804a"), (1, "#7d5430")], shadow=12, depth=0.5)
    for at, (x, robe, sash) in enumerate(((560, "#e6c14e", "#b3392c"), (860, "#6fb0a8", "#e9dfcb"))):
        y, side = 660, 1 if at == 0 else -1
        sheet.cut(
            smooth([(x - 78, y + 124), (x - 34, y - 30), (x, y - 62), (x + 34, y - 30), (x + 78, y + 124)]),
            robe,
            shadow=9,
        )
        sheet.cut(
            smooth(
                [
                    (x + side * 16, y - 40),
                    (x + side * 96, y - 72),
                    (x + side * 128, y - 20),
                    (x + side * 96, y - 24),
                    (x + side * 30, y - 4),
                ]
            ),
            robe,
            shadow=5,
        )
        sheet.cut(
            smooth(
                [
                    (x - side * 16, y - 40),
                    (x - side * 80, y),
                    (x - side * 96, y + 64),
                    (x - side * 60, y + 30),
                    (x - side * 24, y),
                ]
            ),
            robe,
            shadow=5,
        )
        sheet.cut(lambda pen, x=x, y=y: pen.round(x - 42, y + 6, x + 42, y + 30, 8), sash, shadow=3)
        sheet.cut(ring(x, y - 92, 32), "#f0d6b4", shadow=4)
        sheet.cut(
            lambda pen, x=x, y=y: pen.shape(
                [
                    (x + 36 * math.cos(a), y - 98 + 36 * math.sin(a))
                    for a in [math.pi * 0.9 + k * math.pi * 1.2 / 20 for k in range(21)]
                ]
            ),
            "#241d20",
            shadow=0,
        )
        sheet.cut(
            lambda pen, x=x, y=y: [pen.dot(x + k * 13, y - 130 + abs(k) * 5, 8) for k in range(-2, 3)],
            "#d9485a",
            shadow=2,
        )
        fan = [
            (x + side * 124, y - 34),
            *[
                (x + side * 124 + 74 * math.cos(a), y - 34 + 74 * math.sin(a))
                for a in [math.radians(-150 + k * 10) for k in range(13)]
            ],
        ]
        sheet.cut(fan, sash, shadow=5)
    strings = [[(60 + k * 13.2, 70 + 120 * math.sin(math.pi * k / 100) + off) for k in range(101)] for off in (0, 60)]
    sheet.cut(lambda pen: [pen.stroke(s, 3) for s in strings], "#7d6a5a", shadow=0)
    for s, off in zip(strings, (4, 9), strict=True):
        for k in range(off, 101, 11):
            x, y = s[k]
            sheet.glow(x, y + 42, 96, "#ff9d45", 0.5)
            sheet.cut(ring(x, y + 42, 30, 1.05), [(0, "#e85a35"), (0.5, "#ffb35a"), (1, "#d8452c")], shadow=4)
            sheet.cut(
                lambda pen, x=x, y=y: (
                    pen.shape(box(x - 14, y + 6, x + 14, y + 14)),
                    pen.shape(box(x - 14, y + 70, x + 14, y + 78)),
                    pen.stroke([(x, y + 78), (x, y + 104)], 4),
                ),
                "#e3b04a",
                shadow=0,
            )
    sheet.cut(lambda pen: [(pen.dot(x, 890 + (x * 13) % 34, 38), pen.shape(smooth([(x - 66, 980), (x - 54, 930 + (x * 13) % 34), (x + 54, 930 + (x * 13) % 34), (x + 66, 980)]))) for x in range(20, 1460, 104)],
              "#14121f", shadow=8, depth=0.5)  # fmt: skip
    return sheet


EVENING = (library, lamp_window, opera_lantern)
