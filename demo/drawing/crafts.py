"""What hands make, and what grows: close to the eye, on coloured paper."""

from __future__ import annotations

import math

from demo.drawing.paper import TALL, Pen, Sheet, box, line_noise, mix, petal, ring, smooth

RED = "#a8231f"
CREAM = "#f3ece0"


def _turned(
    x: float, y: float, radius: float, count: int, length: float, width: float, sharp: float = 1, start: float = 0
) -> list:
    """Petals around a centre, their feet on a circle."""
    return [petal(x + radius * math.cos(math.radians(a)), y + radius * math.sin(math.radians(a)), a, length, width, sharp)
            for a in [start + k * 360 / count for k in range(count)]]  # fmt: skip


def papercut_round() -> Sheet:
    sheet = Sheet("papercut-round", [(0, "#f6f1e7"), (1, "#ece3d4")])
    x, y = 720, 480

    def cut(pen: Pen) -> None:
        pen.shape([(x + (404 + 14 * math.cos(36 * a)) * math.cos(a), y + (404 + 14 * math.cos(36 * a)) * math.sin(a))
                   for a in [k / 720 * math.tau for k in range(720)]])  # fmt: skip
        for shapes in (_turned(x, y, 356, 72, 36, 9), _turned(x, y, 300, 24, 46, 26, 1, 7.5), _turned(x, y, 318, 24, 26, 7),
                       _turned(x, y, 214, 24, 74, 22, 1.2), _turned(x, y, 128, 12, 78, 40, 0.8, 15), _turned(x, y, 150, 12, 92, 14),
                       _turned(x, y, 84, 12, 34, 15)):  # fmt: skip
            for shape in shapes:
                pen.shape(shape, 0)
        for shape in _turned(x, y, 142, 12, 46, 16, 0.8, 15):
            pen.shape(shape)
        pen.dot(x, y, 68, 0)
        pen.dot(x, y, 56)
        for shape in _turned(x, y, 12, 6, 36, 22, 0.7):
            pen.shape(shape, 0)
        for k in range(24):
            a = math.radians(k * 15)
            px, py = x + 262 * math.cos(a + 0.13), y + 262 * math.sin(a + 0.13)
            pen.dot(px, py, 12, 0)
            pen.dot(px + 5 * math.cos(a), py + 5 * math.sin(a), 9)

    sheet.cut(cut, RED, shadow=9, depth=0.4, offset=(5, 9))
    return sheet


def papercut_deer() -> Sheet:
    """A deer that looks back, plum twigs for antlers, within a ring of clouds; standing paper, 3:4."""
    sheet = Sheet("papercut-deer", [(0, "#efe3cf"), (1, "#e6d5ba")], TALL)

    def cut(pen: Pen) -> None:
        pen.round(80, 80, 880, 1200, 36)
        pen.round(112, 112, 848, 1168, 22, 0)
        for k in range(34):
            top = 96 + k * 22.6
            for px, py in ((top, 96), (top, 1184)):
                pen.dot(px, py, 5, 0)
        for px, py, s in (
            (210, 1030, 1),
            (500, 1085, 1.25),
            (745, 1040, 1),
            (200, 240, 0.8),
            (760, 560, 0.75),
            (230, 640, 0.6),
        ):
            for dx, dy, r in ((-60, 8, 34), (0, -14, 46), (62, 8, 34)):
                pen.dot(px + dx * s, py + dy * s, r * s)
            pen.shape(box(px - 92 * s, py + 12 * s, px + 92 * s, py + 40 * s))
            for dx, dy, r in ((-60, 8, 16), (0, -12, 24), (62, 8, 16)):
                pen.dot(px + dx * s, py + dy * s, r * s, 0)
                pen.dot(px + dx * s, py + dy * s, r * s * 0.45)
        pen.shape(
            smooth(
                [
                    (300, 640),
                    (330, 580),
                    (430, 566),
                    (540, 580),
                    (610, 560),
                    (640, 480),
                    (636, 410),
                    (690, 400),
                    (716, 450),
                    (712, 560),
                    (690, 660),
                    (640, 730),
                    (560, 752),
                    (440, 748),
                    (350, 740),
                    (310, 700),
                ]
            )
        )
        for leg in (
            [(340, 700), (322, 860), (336, 1012), (366, 1012), (362, 860), (404, 730)],
            [(430, 730), (426, 870), (414, 1000), (444, 1000), (462, 870), (482, 730)],
            [(560, 730), (574, 870), (556, 1006), (586, 1006), (612, 870), (624, 720)],
            [(610, 710), (660, 850), (664, 990), (692, 990), (696, 850), (670, 680)],
        ):
            pen.shape(smooth(leg))
        pen.shape(
            smooth(
                [
                    (640, 440),
                    (606, 424),
                    (560, 440),
                    (520, 446),
                    (506, 424),
                    (540, 396),
                    (590, 366),
                    (650, 350),
                    (704, 372),
                    (712, 420),
                ]
            )
        )
        pen.shape(petal(676, 372, -20, 84, 32))
        pen.shape(petal(306, 640, 215, 66, 34))
        for horn in (
            [(640, 356), (630, 280), (580, 220), (560, 160)],
            [(632, 290), (690, 240), (700, 170)],
            [(604, 246), (540, 236), (500, 200)],
            [(668, 356), (720, 300), (764, 280), (790, 230)],
            [(720, 300), (716, 250)],
        ):
            pen.stroke(smooth(horn, closed=False), 15)
        for fx, fy, r in (
            (560, 160, 32),
            (700, 168, 30),
            (500, 196, 28),
            (790, 230, 28),
            (716, 244, 22),
            (470, 470, 30),
            (420, 420, 26),
        ):
            for k in range(5):
                pen.dot(fx + r * 0.72 * math.cos(k * 1.2566), fy + r * 0.72 * math.sin(k * 1.2566), r * 0.56)
            pen.dot(fx, fy, r * 0.26, 0)
        pen.stroke(smooth([(520, 434), (470, 462), (410, 420), (350, 430)], closed=False), 10)
        pen.dot(600, 398, 8, 0)
        pen.stroke([(514, 430), (548, 426)], 4, 0)
        for k in range(5):
            for px, py in ((380 + k * 58, 640 + 10 * (k % 2)), (400 + k * 58, 695)):
                for shape in _turned(px, py, 5, 6, 15, 8, 0.8):
                    pen.shape(shape, 0)
        for k in range(7):
            pen.shape(petal(664 + 6 * math.sin(k), 470 + k * 26, 10, 36, 9), 0)

    sheet.cut(cut, "#9c1f1d", shadow=8, depth=0.42, offset=(5, 9))
    return sheet


def walnut() -> Sheet:
    sheet = Sheet("walnut", [(0, "#3b3f37"), (1, "#2b2e29")])
    for cx, cy, size, tint in ((480, 520, 300, "#8a5a33"), (1010, 470, 270, "#a06b3c")):
        wobble = line_noise(120, 14, f"nut{cx}", 3)
        outline = [(cx + size * (1 + wobble[k] * 0.02 * math.sin(k / 120 * math.pi)) * math.cos(a), cy + size * 0.94 * math.sin(a))
                   for k, a in enumerate([k / 120 * math.tau for k in range(120)])]  # fmt: skip
        sheet.cut(
            outline,
            [(0, mix(tint, "#e6bd86", 0.5)), (0.55, tint), (1, mix(tint, "#2a1509", 0.5))],
            shadow=26,
            depth=0.7,
            offset=(8, 22),
            texture=34,
        )
        sheet.glow(cx - size * 0.3, cy - size * 0.42, size * 0.6, "#f6d9a8", 0.35)
        dark, light = mix(tint, "#26120a", 0.62), mix(tint, "#f4d6a4", 0.45)

        def furrows(pen: Pen, cx: float = cx, cy: float = cy, size: float = size) -> None:
            for k in range(9):
                for side in (-1, 1):
                    base = [
                        (
                            cx
                            + side * size * (0.16 + 0.085 * k) * (0.75 + 0.25 * math.cos(t * 1.2))
                            + 9 * math.sin(t * 5 + k * 2),
                            cy + t * size * 0.82 * math.sqrt(max(0, 1 - (0.16 + 0.085 * k) ** 2)),
                        )
                        for t in [j / 14 - 1 for j in range(29)]
                    ]
                    if k >= 5:
                        pen.stroke(base, 6)
            pen.stroke([(cx - 5, cy - size * 0.93), (cx + 4, cy), (cx - 4, cy + size * 0.93)], 5)

        sheet.cut(furrows, dark, shadow=0)
        for ink, dx in ((dark, 0), (light, -4)):

            def carving(pen: Pen, cx: float = cx, cy: float = cy, size: float = size, dx: int = dx) -> None:
                r = size * 0.5
                x, y = cx + dx, cy + dx
                if cx < 700:
                    for radius, count, width in ((0.55, 10, 0.36), (0.3, 8, 0.3)):
                        for shape in _turned(
                            x, y, r * radius * 0.55, count, r * 0.52, r * width * 0.72, 0.8, 9 if count == 8 else 0
                        ):
                            pen.shape(shape)
                            inner = [(x + (a - x) * 0.96, y + (b - y) * 0.96) for a, b in shape]
                            middle = (sum(a for a, _ in inner) / len(inner), sum(b for _, b in inner) / len(inner))
                            pen.shape(
                                [
                                    (middle[0] + (a - middle[0]) * 0.72, middle[1] + (b - middle[1]) * 0.72)
                                    for a, b in inner
                                ],
                                0,
                            )
                    pen.dot(x, y, r * 0.24)
                    for k in range(7):
                        pen.dot(x + r * 0.13 * math.cos(k), y + r * 0.13 * math.sin(k), r * 0.035, 0)
                else:
                    for k in range(5):
                        pen.stroke([(x - r + k * 4, y + r * 0.5 + k * 12), (x + r - k * 5, y + r * 0.46 + k * 12)], 4)
                    pen.shape(
                        smooth(
                            [
                                (x - r * 0.86, y + r * 0.3),
                                (x - r * 0.5, y + r * 0.46),
                                (x + r * 0.5, y + r * 0.46),
                                (x + r * 0.9, y + r * 0.2),
                                (x + r * 0.4, y + r * 0.28),
                                (x - r * 0.5, y + r * 0.3),
                            ]
                        )
                    )
                    pen.shape(
                        [
                            (x - r * 0.4, y + r * 0.28),
                            (x - r * 0.34, y - r * 0.12),
                            (x + r * 0.26, y - r * 0.12),
                            (x + r * 0.34, y + r * 0.26),
                        ]
                    )
                    pen.shape(
                        [
                            (x - r * 0.52, y - r * 0.1),
                            (x + r * 0.42, y - r * 0.1),
                            (x + r * 0.26, y - r * 0.34),
                            (x - r * 0.36, y - r * 0.34),
                        ]
                    )
                    for k in range(3):
                        pen.shape(
                            box(x - r * 0.24 + k * r * 0.19, y - r * 0.02, x - r * 0.12 + k * r * 0.19, y + r * 0.14), 0
                        )
                    for k in range(4):
                        pen.stroke(
                            smooth(
                                [
                                    (x - r * 0.8 + k * r * 0.5, y - r * 0.7 + (k % 2) * 30),
                                    (x - r * 0.66 + k * r * 0.5, y - r * 0.8 + (k % 2) * 30),
                                    (x - r * 0.5 + k * r * 0.5, y - r * 0.68 + (k % 2) * 30),
                                ],
                                closed=False,
                            ),
                            5,
                        )

            sheet.cut(carving, ink, shadow=3 if dx else 0, depth=0.5)  # fmt: skip
    random = sheet.random
    sheet.cut(lambda pen: [pen.shape(petal(random.uniform(0, 1440), random.uniform(800, 950), random.uniform(0, 360), random.uniform(8, 22), random.uniform(3, 8)))
                           for _ in range(46)], "#b98a55", shadow=4, depth=0.5)  # fmt: skip
    return sheet


def stone() -> Sheet:
    sheet = Sheet("stone", [(0, "#7f837c"), (1, "#5f635e")])
    sheet.cut(
        box(110, 90, 1330, 870),
        [(0, "#b3b3a6"), (1, "#8f9086")],
        shadow=14,
        depth=0.6,
        texture=46,
        mottle=("#a2a297", 46),
    )
    sheet.cut(
        lambda pen: (pen.shape(box(150, 130, 1290, 830)), pen.shape(box(176, 156, 1264, 804), 0)),
        "#77796f",
        shadow=4,
        texture=30,
    )
    for dx, tint in ((5, "#5c5f57"), (0, "#c9c8ba")):

        def relief(pen: Pen, dx: int = dx) -> None:
            x, y = 720 + dx, 560 + dx
            for a, size in ((-90, 330), (-62, 300), (-118, 300), (-36, 260), (-144, 260), (-14, 210), (-166, 210)):
                shape = petal(x + 26 * math.cos(math.radians(a)), y, a, size, 118, 0.8)
                pen.shape(shape)
                pen.shape(petal(x + 46 * math.cos(math.radians(a)), y - 16, a, size * 0.86, 84, 0.8), 0)
                pen.shape(petal(x + 52 * math.cos(math.radians(a)), y - 22, a, size * 0.74, 56, 0.8))
            for side in (-1, 1):
                stem = smooth(
                    [(x, y + 10), (x + side * 150, y + 120), (x + side * 330, y + 70), (x + side * 440, y - 60)],
                    closed=False,
                )
                pen.stroke(stem, 13)
                cx, cy = x + side * 410, y - 90
                pen.shape(ring(cx, cy, 104, 0.72))
                pen.shape(ring(cx, cy, 88, 0.7), 0)
                pen.shape(ring(cx, cy, 76, 0.68))
                for k in range(12):
                    a = k / 12 * math.tau
                    pen.stroke([(cx, cy), (cx + 70 * math.cos(a), cy + 46 * math.sin(a))], 4, 0)
                for k in range(3):
                    pen.stroke(
                        smooth(
                            [
                                (x + side * (90 + k * 130), y + 190),
                                (x + side * (130 + k * 130), y + 160),
                                (x + side * (170 + k * 130), y + 190),
                                (x + side * (210 + k * 130), y + 166),
                            ],
                            closed=False,
                        ),
                        9,
                    )
                for k in range(2):
                    bx, by = x + side * (300 + k * 130), 262 + k * 40
                    pen.stroke(
                        smooth(
                            [(bx - 70, by), (bx - 30, by - 34), (bx, by), (bx - 24, by + 16), (bx - 34, by)],
                            closed=False,
                        ),
                        9,
                    )
                    pen.stroke([(bx - 70, by + 26), (bx + 60, by + 26)], 9)
            pen.shape(box(x - 60, y + 4, x + 60, y + 20))

        sheet.cut(relief, tint, shadow=4 if not dx else 0, depth=0.5, offset=(3, 4), texture=44)  # fmt: skip
    return sheet


def cloth() -> Sheet:
    sheet = Sheet("cloth", "#2b3a4a")
    random = sheet.random
    tints = ["#22466b", "#a8332a", "#e0b04a", "#1f5a4a", "#e9dfcb", "#6d3a5d", "#c9743a", "#88a9b8"]
    for row in range(4):
        for column in range(6):
            x, y, side = column * 240, row * 240, 240
            one, other, third = random.sample(tints, 3)
            sheet.cut(box(x + 3, y + 3, x + side - 3, y + side - 3), one, shadow=5, depth=0.5, texture=30)
            cx, cy, kind = x + side / 2, y + side / 2, (row * 5 + column * 3) % 4
            if kind == 0:
                sheet.cut(
                    lambda pen, cx=cx, cy=cy: [pen.shape(s) for s in _turned(cx, cy, 8, 8, 92, 46, 0.8)],
                    other,
                    shadow=5,
                )
                sheet.cut(ring(cx, cy, 28), third, shadow=4)
            elif kind == 1:
                sheet.cut(
                    [(cx, y + 22), (x + side - 22, cy), (cx, y + side - 22), (x + 22, cy)], other, shadow=5, texture=30
                )
                sheet.cut(lambda pen, cx=cx, cy=cy: pen.shape(box(cx - 40, cy - 40, cx + 40, cy + 40)), third, shadow=5)
            elif kind == 2:
                for k in range(4):
                    sheet.cut(
                        box(x + 26, y + 30 + k * 48, x + side - 26, y + 56 + k * 48),
                        (other, third)[k % 2],
                        shadow=4,
                        texture=30,
                    )
            else:
                sheet.cut(
                    smooth(
                        [
                            (cx - 80, cy + 10),
                            (cx - 30, cy - 50),
                            (cx + 50, cy - 34),
                            (cx + 86, cy + 4),
                            (cx + 40, cy + 50),
                            (cx - 34, cy + 50),
                        ]
                    ),
                    other,
                    shadow=5,
                )
                sheet.cut([(cx + 60, cy + 4), (cx + 104, cy - 46), (cx + 104, cy + 54)], other, shadow=5)
                sheet.cut(
                    lambda pen, cx=cx, cy=cy: (
                        pen.dot(cx - 46, cy - 10, 9),
                        [pen.stroke([(cx - 6 + k * 24, cy - 24), (cx - 14 + k * 24, cy + 26)], 5) for k in range(3)],
                    ),
                    third,
                    shadow=0,
                )
            sheet.cut(lambda pen, x=x, y=y, side=side: [pen.stroke([(x + 13 + k * 20, q), (x + 23 + k * 20, q)], 3) for k in range(11) for q in (y + 12, y + side - 12)]
                      + [pen.stroke([(q, y + 13 + k * 20), (q, y + 23 + k * 20)], 3) for k in range(11) for q in (x + 12, x + side - 12)], "#f4ead6", shadow=0, texture=0)  # fmt: skip
    return sheet


CRAFTS = (papercut_round, papercut_deer, walnut, stone, cloth)
