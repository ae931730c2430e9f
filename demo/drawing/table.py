"""Fruit, seeds, tea and old prints, laid on a table."""

from __future__ import annotations

import math

from demo.drawing.paper import TALL, Pen, Point, Sheet, box, line_noise, mix, petal, ring, smooth

RED = "#a8231f"
CREAM = "#f3ece0"


def chestnut() -> Sheet:
    sheet = Sheet("chestnut", [(0, "#6d5a3c"), (1, "#4a3d2a")])
    random = sheet.random
    for _ in range(34):
        x, y, a = random.uniform(-40, 1480), random.uniform(-20, 980), random.uniform(0, 360)
        tint = random.choice(["#b98a3e", "#a8672e", "#8c4f26", "#c9a14e", "#7d6a35"])
        leaf = petal(x, y, a, random.uniform(240, 380), random.uniform(70, 110), 0.9)
        sheet.cut(leaf, tint, shadow=8, depth=0.45, mottle=(mix(tint, "#5a3316", 0.4), 40))
        ca, sa = math.cos(math.radians(a)), math.sin(math.radians(a))
        sheet.cut(
            lambda pen, x=x, y=y, ca=ca, sa=sa: pen.stroke([(x, y), (x + 260 * ca, y + 260 * sa)], 3),
            mix(tint, "#f0d9a0", 0.4),
            shadow=0,
        )
    for x, y, r in ((470, 470, 230), (1040, 560, 210)):
        spines = [petal(x + r * 0.8 * math.cos(a), y + r * 0.8 * math.sin(a), math.degrees(a) + random.uniform(-22, 22), r * random.uniform(0.3, 0.46), 7)
                  for a in [random.uniform(0, math.tau) for _ in range(190)]]  # fmt: skip
        sheet.cut(lambda pen, spines=spines: [pen.shape(s) for s in spines], "#93993f", shadow=10, depth=0.5)
        sheet.cut(ring(x, y, r * 0.93), "#8a8c3c", shadow=0, mottle=("#6d6f2c", 20))
        sheet.cut(
            lambda pen, x=x, y=y, r=r: [
                pen.shape(petal(x + r * q * math.cos(a), y + r * q * math.sin(a), math.degrees(a), r * 0.2, 6))
                for a, q in [(random.uniform(0, math.tau), random.uniform(0.6, 0.84)) for _ in range(150)]
            ],
            "#c2c36a",
            shadow=2,
        )
        sheet.cut(smooth([(x - r * 0.68, y), (x - r * 0.3, y - r * 0.5), (x + r * 0.35, y - r * 0.48), (x + r * 0.68, y + r * 0.06), (x + r * 0.3, y + r * 0.52), (x - r * 0.34, y + r * 0.5)]),
                  "#efe0bd", shadow=0)  # fmt: skip
        for dx, size in ((-0.26, 0.42), (0.28, 0.4)):
            cx = x + dx * r
            nut = smooth(
                [
                    (cx, y - size * r),
                    (cx + size * r * 0.74, y - size * r * 0.3),
                    (cx + size * r * 0.72, y + size * r * 0.6),
                    (cx, y + size * r * 0.86),
                    (cx - size * r * 0.72, y + size * r * 0.6),
                    (cx - size * r * 0.74, y - size * r * 0.3),
                ]
            )
            sheet.cut(nut, [(0, "#8a4a22"), (0.5, "#5d2a14"), (1, "#3a180c")], shadow=8, depth=0.6)
            sheet.cut(
                petal(cx - size * r * 0.34, y + size * r * 0.1, -66, size * r * 0.8, size * r * 0.18),
                "#c98a58",
                shadow=0,
            )
            sheet.cut(petal(cx - size * r * 0.5, y + size * r * 0.66, 0, size * r, size * r * 0.3), "#c7a074", shadow=0)
    return sheet


def tea_cup() -> Sheet:
    """A bowl of winter tea; standing paper, 3:4."""
    sheet = Sheet("tea-cup", [(0, "#33473f"), (0.64, "#47604f"), (0.641, "#8b6a48"), (1, "#6b4f35")], TALL)
    for row in range(5):
        sheet.cut(
            lambda pen, row=row: pen.shape(box(0, 826 + row * row * 22, 960, 830 + row * row * 22)), "#5a412b", shadow=0
        )
    window = box(130, 120, 830, 640)
    sheet.cut(window, [(0, "#dfe6dc"), (1, "#c3d3c4")], shadow=4)
    for y, tint in ((400, "#a9c2b2"), (470, "#84a893"), (550, "#5e8b74")):
        crest = [(130 + k * 3.5, y - h * 46) for k, h in enumerate(line_noise(201, 60, f"cup{y}", 5))]
        sheet.cut([*crest, (830, 640), (130, 640)], tint, shadow=5, depth=0.2)
    sheet.cut(lambda pen: (pen.shape(box(100, 90, 860, 670)), pen.shape(box(134, 124, 826, 636), 0),
                           [pen.shape(box(x, 100, x + 12, 650)) for x in (304, 474, 644)], [pen.shape(box(110, y, 850, y + 12)) for y in (280, 470)]),
              "#4d3726", shadow=9, depth=0.5)  # fmt: skip
    sheet.cut(ring(480, 1092, 300, 0.22), "#4f3a28", shadow=16, depth=0.6)
    sheet.cut(ring(480, 1078, 286, 0.2), "#8c4a35", shadow=3)
    bowl = [
        *[(480 + 250 * math.cos(a), 850 + 50 * math.sin(a)) for a in [math.pi + k * math.pi / 30 for k in range(31)]],
        (706, 930),
        (650, 1010),
        (580, 1060),
        (570, 1088),
        (390, 1088),
        (380, 1060),
        (310, 1010),
        (254, 930),
    ]
    sheet.cut(smooth(bowl, steps=4), [(0, "#fdfbf4"), (0.6, "#f3eee0"), (1, "#d5cbb4")], shadow=12, depth=0.5)
    sheet.cut(ring(480, 850, 250, 0.21), "#efe7d6", shadow=0)
    sheet.cut(ring(480, 856, 226, 0.19), [(0, "#8f3f18"), (1, "#cc7a30")], shadow=0)
    sheet.cut(petal(330, 862, 0, 180, 14), "#e9a860", shadow=0)
    for x, tip in ((400, 560), (480, 500), (556, 580)):
        wisp = smooth([(x, 830), (x - 34, 760), (x + 26, 690), (x - 18, 620), (x + 14, tip)], closed=False)
        for width, part in ((22, 0.16), (11, 0.3)):
            mask = sheet.mask(lambda pen, wisp=wisp, width=width: pen.stroke(wisp, width)).point(
                lambda v, part=part: int(v * part)
            )
            sheet.image.paste((255, 255, 255), mask=mask)
    sheet.cut(
        lambda pen: [
            pen.shape(s)
            for s in (petal(690, 1170, -24, 130, 34), petal(716, 1180, 12, 110, 30), petal(180, 1190, -150, 80, 26))
        ],
        "#3c6b43",
        shadow=6,
    )
    return sheet


def cherry_winter() -> Sheet:
    sheet = Sheet("cherry-winter", [(0, "#d9dfe0"), (0.6, "#ebe8de"), (1, "#e6dfd0")])
    for y, tint in ((560, "#c9d2d2"), (650, "#b3c1bf"), (740, "#98aaa5")):
        sheet.cut(sheet.ridge(f"far{y}", y, 60, 170), tint, shadow=8, depth=0.12, offset=(0, -3), mist=("#ebe8de", 0.6))
    random = sheet.random
    buds: list[tuple[Point, float, bool]] = []

    def grow(pen: Pen, x: float, y: float, angle: float, length: float, width: float, depth: int) -> None:
        points = [(x, y)]
        for _ in range(5):
            angle += random.uniform(-11, 11)
            x, y = x + length / 5 * math.cos(math.radians(angle)), y + length / 5 * math.sin(math.radians(angle))
            points.append((x, y))
        for k in range(5):
            pen.stroke(points[k : k + 2], width * (1 - k * 0.09))
        if depth == 0:
            buds.append((points[-1], angle, True))
        for k, point in enumerate(points[1:], 1):
            if depth <= 2:
                buds.append((point, angle + random.choice((-50, 50)), random.random() < 0.7))
            if depth and k >= 2:
                grow(
                    pen,
                    *point,
                    angle + random.choice((-1, 1)) * random.uniform(26, 56),
                    length * random.uniform(0.5, 0.7),
                    width * 0.56,
                    depth - 1,
                )

    def tree(pen: Pen) -> None:
        grow(pen, -30, 900, -34, 880, 40, 3)
        grow(pen, 1480, 160, 166, 620, 26, 2)

    sheet.cut(tree, [(0, "#6a4a41"), (1, "#40302c")], depth=0.28, offset=(5, 9), shadow=8)
    sheet.cut(
        lambda pen: [pen.shape(petal(*p, a, 20, 13 if fat else 6, 0.7)) for p, a, fat in buds],
        "#8e2f2c",
        shadow=3,
        depth=0.3,
    )
    sheet.cut(
        lambda pen: [
            pen.dot(p[0] + 9 * math.cos(math.radians(a)), p[1] + 9 * math.sin(math.radians(a)), 3.4)
            for p, a, fat in buds
            if fat
        ],
        "#d98a78",
        shadow=0,
    )
    return sheet


def persimmon() -> Sheet:
    """Fruit left on a bare bough; standing paper, 3:4."""
    sheet = Sheet("persimmon", [(0, "#b9d0d8"), (0.7, "#e6ebe2"), (1, "#dfe3d2")], TALL)
    for y, tint in ((880, "#b7cbc4"), (980, "#94b0a5"), (1090, "#6f9384")):
        sheet.cut(sheet.ridge(f"far{y}", y, 60, 150), tint, shadow=8, depth=0.15, offset=(0, -3), mist=("#e6ebe2", 0.5))
    random = sheet.random
    boughs = [
        smooth(b, closed=False, steps=16)
        for b in (
            [(-30, 180), (240, 260), (520, 230), (800, 330), (990, 300)],
            [(240, 258), (380, 420), (420, 600), (560, 740)],
            [(620, 256), (700, 460), (680, 640), (760, 800)],
            [(420, 560), (280, 680), (220, 820)],
            [(110, 224), (90, 420), (150, 560)],
        )
    ]
    sheet.cut(
        lambda pen: [pen.stroke(b[k : k + 3], 24 * (1 - k / len(b)) + 5) for b in boughs for k in range(len(b) - 2)],
        "#4a3a34",
        depth=0.3,
        offset=(5, 9),
    )
    for bough in boughs:
        for _ in range(5):
            x, y = random.choice(bough[8:])
            r = random.uniform(44, 62)
            y += r + 18
            sheet.cut(lambda pen, x=x, y=y, r=r: pen.stroke([(x, y - r - 22), (x, y - r + 8)], 5), "#4a3a34", shadow=0)
            sheet.cut(smooth([(x, y - r * 0.84), (x + r * 0.8, y - r * 0.66), (x + r, y + r * 0.1), (x + r * 0.6, y + r * 0.76), (x, y + r * 0.9), (x - r * 0.6, y + r * 0.76), (x - r, y + r * 0.1), (x - r * 0.8, y - r * 0.66)]),
                      [(0, "#f2a13c"), (0.6, "#e2702a"), (1, "#b8451f")], shadow=9, depth=0.38)  # fmt: skip
            sheet.cut(petal(x - r * 0.62, y + r * 0.05, -58, r * 0.66, r * 0.24), "#f9cf8e", shadow=0)
            sheet.cut(
                lambda pen, x=x, y=y, r=r: [
                    pen.shape(petal(x, y - r * 0.72, a, r * 0.5, r * 0.3)) for a in (8, 60, 120, 172)
                ],
                "#6b7a42",
                shadow=3,
            )
    return sheet


def seeds() -> Sheet:
    sheet = Sheet("seeds", [(0, "#d9cdb5"), (1, "#c2b495")])
    random = sheet.random
    fills = ["#c9a23e", "#7a2b22", "#2f2b28", "#e9dfc3", "#8a9a52", "#b5622f", "#5d3a5a", "#d9b98a"]
    for row in range(2):
        for column in range(4):
            x, y = 90 + column * 330, 70 + row * 430
            tint = fills[row * 4 + column]
            sheet.cut(
                lambda pen, x=x, y=y: pen.round(x, y, x + 270, y + 380, 8),
                "#efe6d2",
                shadow=11,
                depth=0.4,
                offset=(5, 9),
                texture=24,
            )
            sheet.cut(lambda pen, x=x, y=y: pen.round(x + 25, y + 70, x + 245, y + 262, 96), "#4c4132", shadow=0)
            seed = [(random.gauss(x + 135, 44), random.gauss(y + 168, 30)) for _ in range(150)]
            seed = [(a, b) for a, b in seed if x + 44 < a < x + 226 and y + 88 < b < y + 246]
            size = (15, 20, 13, 24, 17, 19, 15, 22)[row * 4 + column]
            for part in range(3):
                sheet.cut(lambda pen, part=part, seed=seed, size=size: [pen.shape(petal(a, b, random.uniform(0, 360), size, size * 0.68, 0.6)) for a, b in seed[part::3]],
                          mix(tint, ("#000000", tint, "#ffffff")[part], 0.18), shadow=3, depth=0.4)  # fmt: skip
            sheet.cut(
                lambda pen, x=x, y=y: (
                    pen.stroke([(x + 50, y + 300), (x + 220, y + 300)], 3),
                    pen.stroke([(x + 50, y + 330), (x + 170, y + 330)], 3),
                ),
                "#a3947a",
                shadow=0,
            )
            sheet.cut(lambda pen, x=x, y=y: pen.dot(x + 135, y + 32, 9), "#8c2a24", shadow=2)
    return sheet


def old_photos() -> Sheet:
    sheet = Sheet("old-photos", [(0, "#4b3b30"), (1, "#3a2d25")])
    frames = [
        (110, 110, 470, 380, -3),
        (650, 90, 330, 430, 2),
        (1060, 150, 300, 300, -2),
        (170, 560, 340, 300, 3),
        (590, 590, 420, 290, -2),
        (1080, 520, 290, 370, 2),
    ]
    for at, (x, y, wide, tall, turn) in enumerate(frames):
        a = math.radians(turn)

        def place(px: float, py: float, cx: float = x + wide / 2, cy: float = y + tall / 2, a: float = a) -> Point:
            return (
                cx + (px - cx) * math.cos(a) - (py - cy) * math.sin(a),
                cy + (px - cx) * math.sin(a) + (py - cy) * math.cos(a),
            )

        sheet.cut([place(*p) for p in box(x, y, x + wide, y + tall)], "#f2ead9", shadow=12, depth=0.6, offset=(6, 10))
        inner = box(x + 20, y + 20, x + wide - 20, y + tall - 46)
        sheet.cut([place(*p) for p in inner], [(0, "#d9c9a8"), (1, "#b7a27c")], shadow=0)
        left, right, floor = x + 20, x + wide - 20, y + tall - 46
        for k, tint in enumerate(("#a5926f", "#86744f", "#655637")):
            line = line_noise(40, 12, f"old{at}{k}", 4)
            top = [
                (left + (right - left) * q / 39, floor - (0.5 - k * 0.16) * (tall - 66) - h * 18)
                for q, h in enumerate(line)
            ]
            sheet.cut([place(*p) for p in [*top, (right, floor), (left, floor)]], tint, shadow=3, depth=0.3)
        people = (3, 1, 2, 5, 4, 1)[at]
        for k in range(people):
            px = left + (right - left) * (k + 1) / (people + 1)
            size = 22 + (at * 7 + k * 5) % 9
            sheet.cut(
                [
                    place(*p)
                    for p in smooth(
                        [
                            (px - size * 1.2, floor),
                            (px - size, floor - size * 2.2),
                            (px, floor - size * 2.9),
                            (px + size, floor - size * 2.2),
                            (px + size * 1.2, floor),
                        ]
                    )
                ],
                "#3f3524",
                shadow=2,
            )
            sheet.cut([place(*p) for p in ring(px, floor - size * 3.5, size * 0.8)], "#5a4b33", shadow=2)
    return sheet


def song() -> Sheet:
    sheet = Sheet("song", [(0, "#1d3c4a"), (1, "#16303c")])
    for row in range(13):
        base = 190 + row * 62
        line = line_noise(490, 38, f"song{row}", 2, 0.35)
        crest = []
        for k, h in enumerate(line):
            x = k * 3 - 6
            near = math.exp(-(((x - 720 - 90 * math.sin(row)) / 250) ** 2))
            crest.append((x, base - abs(h) * 120 * near - 3 * h))
        tint = mix("#f0c987", "#b8402f", row / 12)
        sheet.cut(
            [*crest, (1450, 970), (-10, 970)],
            [(0, mix("#3d7a80", "#7a2f34", row / 12)), (1, "#132a35")],
            shadow=7,
            depth=0.4,
            offset=(0, -2),
            texture=8,
        )
        sheet.cut(lambda pen, crest=crest: pen.stroke(crest, 3.2), tint, shadow=0, texture=0)
    return sheet


TABLE = (chestnut, tea_cup, cherry_winter, persimmon, seeds, old_photos, song)
