"""Hills, water and weather of the invented county."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageFilter, ImageMath, ImageOps

from demo.drawing.paper import Pen, Sheet, line_noise, mix, petal, ring, smooth


def _range(sheet: Sheet, rows: list[tuple[float, float, str]], mist: str, cell: float = 150) -> None:
    """Ranges behind one another: (crest, rise, colour) from the farthest to the nearest."""
    for at, (y, rise, colour) in enumerate(rows):
        sheet.cut(
            sheet.ridge(f"r{at}", y, rise, cell), colour, shadow=10, depth=0.16, offset=(0, -3), mist=(mist, 0.55)
        )


def _pines(sheet: Sheet, crest: list[tuple[float, float]], count: int, size: tuple[float, float], seed: str) -> list:
    """Fir trees standing along a crest, as polygons."""
    random, trees = Random(seed), []
    points = crest[:-2]
    for _ in range(count):
        x, y = random.choice(points)
        tall = random.uniform(*size)
        wide = tall * 0.36
        tree = [(x, y - tall)]
        for side in (1, -1):
            steps = (0.25, 0.5, 0.75, 1) if side == 1 else (1, 0.75, 0.5, 0.25)
            for part in steps:
                outer = (x + side * wide * part * 0.5, y - tall + tall * part)
                inner = (x + side * wide * part * 0.28, y - tall + tall * part + (0 if part == 1 else 1))
                tree.extend([outer, inner] if side == 1 else [inner, outer])
        trees.append(tree)
    return trees


def _shapes(shapes: list) -> object:
    def draw(pen: Pen) -> None:
        for shape in shapes:
            pen.shape(shape)

    return draw


def ridge_red() -> Sheet:
    sheet = Sheet("ridge-red", [(0, "#d8d3cb"), (0.5, "#f3dcc0"), (1, "#f6e6d2")])
    sheet.glow(1040, 210, 420, "#fff3d6", 0.9)
    sheet.cut(ring(1040, 205, 58), "#fffaf0", shadow=0, texture=0)
    _range(sheet, [(330, 60, "#b9aea9"), (420, 80, "#9a918f"), (510, 95, "#7d7676"), (600, 80, "#6b6765")], "#e9d8c6")
    for at, (y, colour, other) in enumerate([(650, "#9c4a35", "#7b3a35"), (730, "#c2622e", "#8f2b26"),
                                            (790, "#a52a24", "#cf7a34"), (860, "#2f3f39", "#7d2a24")]):  # fmt: skip
        sheet.cut(sheet.ridge(f"leaf{at}", y, 75, 120, 0.55), colour, mottle=(other, 150), depth=0.3, offset=(0, -4))
    return sheet


def lake_dawn() -> Sheet:
    sheet = Sheet("lake-dawn", [(0, "#bcd3d8"), (0.5, "#e6eee8"), (1, "#e6eee8")])
    rows = [(300, 60, "#a9c4c3"), (370, 75, "#86aaa6"), (440, 75, "#5f8b85"), (505, 65, "#376b62")]
    _range(sheet, rows, "#dfeae5", 170)
    crest = sheet.ridge("shore", 565, 45, 90)
    sheet.cut(crest, "#1d4f47", depth=0.25, offset=(0, -3))
    sheet.cut(_shapes(_pines(sheet, crest, 60, (16, 42), "shore")), "#1a463f", shadow=0)
    _mirror(sheet, 590, "#a9cbd3", 0.3)
    return sheet


def _mirror(sheet: Sheet, level: int, tint: str, strength: float) -> None:
    """Still water from `level` down: what stands above, upside down, paler, with a few ripples."""
    above = sheet.image.crop((0, max(0, 2 * level - sheet.height), sheet.width, level))
    below = ImageOps.flip(above).resize((sheet.width, sheet.height - level), Image.Resampling.BICUBIC)
    water = Image.blend(below, Image.new("RGB", below.size, tint), strength)
    sheet.image.paste(water, (0, level))
    random = Random(f"{sheet.name}/ripple")

    def ripples(pen: Pen) -> None:
        for _ in range(30):
            y = level + 8 + (sheet.height - level) * random.random() ** 1.5
            x, long = random.uniform(-100, sheet.width), random.uniform(60, 320)
            pen.shape(petal(x, y, 0, long, 2 + (y - level) / 90))

    sheet.cut(ripples, mix(tint, "#ffffff", 0.45), shadow=0, texture=0)


def lake_boat() -> Sheet:
    sheet = Sheet("lake-boat", [(0, "#e9e4da"), (0.6, "#d6dedb"), (1, "#c4d4d5")])
    sheet.glow(380, 250, 360, "#fff4df", 0.8)
    _range(sheet, [(330, 50, "#c2ccca"), (400, 55, "#a3b5b3"), (450, 40, "#87a09f")], "#e2e6e0", 200)
    _mirror(sheet, 505, "#d3dedd", 0.45)
    sheet.veil(420, 620, "#eef0ea", 0.85)
    boat = smooth([(700, 690), (760, 716), (900, 722), (1040, 712), (1096, 684), (1040, 700), (900, 704), (770, 702)])
    sheet.cut(boat, "#3b3a36", depth=0.25, offset=(0, 10))
    sheet.cut([(840, 700), (856, 648), (950, 640), (972, 700)], "#6d5a45", depth=0.2)
    sheet.cut(lambda pen: (pen.shape(smooth([(1010, 700), (1004, 650), (1014, 618), (1032, 618), (1040, 652), (1036, 700)])),
                           pen.dot(1023, 602, 13), pen.shape([(994, 600), (1052, 600), (1023, 578)]),
                           pen.stroke([(1000, 560), (1062, 830)], 5)), "#2b2d2b", shadow=4)  # fmt: skip
    random = Random("reeds")
    for layer, colour in ((0, "#b9a985"), (1, "#8d8058"), (2, "#5d5f45")):

        def reeds(pen: Pen, layer: int = layer) -> None:
            for _ in range(70):
                x = (
                    random.uniform(-20, 420 - layer * 40)
                    if random.random() < 0.75
                    else random.uniform(1180 + layer * 30, 1460)
                )
                tall = random.uniform(150, 330) - layer * 20
                lean = random.uniform(-30, 50)
                top = (x + lean, 970 - tall)
                pen.stroke([(x, 970), (x + lean * 0.4, 970 - tall * 0.6), top], 2.6)
                pen.shape(petal(*top, -80 + lean * 0.4, 62, 15, 0.8))

        sheet.cut(reeds, colour, shadow=5, depth=0.2)  # fmt: skip
    return sheet


def night_village() -> Sheet:
    sheet = Sheet("night-village", [(0, "#0d1530"), (0.55, "#2b3557"), (1, "#3d4563")])
    random = sheet.random
    sheet.cut(lambda pen: [pen.dot(random.uniform(0, 1440), random.uniform(0, 430) * random.random() ** 0.4,
                                   random.choice((0.9, 1.2, 1.7, 2.4))) for _ in range(230)], "#dfe4f2", shadow=0)  # fmt: skip
    rows = [(380, 90, "#39415f"), (480, 90, "#2c3452"), (580, 80, "#222a44")]
    _range(sheet, rows, "#454e6d", 170)
    for row in range(7):
        y = 600 + row * 42
        ground = line_noise(490, 150, f"village{row}", 4, 0.35)
        crest = [
            (at * 3 - 6, y + abs(at * 3 - 700 - row * 12) ** 1.6 / 260 - 22 * height)
            for at, height in enumerate(ground)
        ]
        tint = mix("#1f2742", "#141a30", row / 7)
        sheet.cut([*crest, (1450, 970), (-10, 970)], tint, depth=0.25, offset=(0, -3), shadow=8)
        houses, lights, x = [], [], 240 + random.uniform(0, 90) - row * 14
        while x < 1130 + row * 14:
            base, wide, tall = crest[int(x) // 3 + 2][1] + 8, random.uniform(36, 58), random.uniform(22, 34)
            houses.append([(x - 6, base - tall), (x + wide / 2, base - tall - 17), (x + wide + 6, base - tall),
                           (x + wide, base - tall), (x + wide, base + 12), (x, base + 12), (x, base - tall)])  # fmt: skip
            lights += [(x + wide * part, base - tall * 0.45) for part in (0.3, 0.7) if random.random() < 0.75]
            x += wide + random.choice((8, 14, 22, 60, 110))
        sheet.cut(_shapes(houses), mix(tint, "#05070f", 0.35), shadow=5, depth=0.4)
        for x, y_ in lights:
            sheet.glow(x, y_, 28, "#f7b955", 0.55)
        sheet.cut(lambda pen, lights=lights: [pen.shape([(x - 4, y - 5), (x + 4, y - 5), (x + 4, y + 5), (x - 4, y + 5)])
                                              for x, y in lights], "#ffe3a1", shadow=0, texture=0)  # fmt: skip
    for at, y in enumerate((880, 925)):
        crest = sheet.ridge(f"front{at}", y, 45, 140)
        sheet.cut(crest, mix("#121830", "#0b1022", at), depth=0.5, offset=(0, -4))
        sheet.cut(_shapes(_pines(sheet, crest, 70, (26, 74), f"front{at}")), mix("#121830", "#0b1022", at), shadow=0)
    return sheet


def tea_hills() -> Sheet:
    sheet = Sheet("tea-hills", [(0, "#dfe8dc"), (0.5, "#eef2e6"), (1, "#eef2e6")])
    _range(sheet, [(230, 50, "#bcd2c3"), (300, 60, "#9dbda9"), (370, 55, "#7ea58d")], "#e6eee2", 180)
    sheet.veil(330, 520, "#f3f5ec", 0.8)
    random = sheet.random
    for hill in range(5):
        base = 440 + hill * 105
        line = line_noise(490, 170, f"tea{hill}", 3, 0.3)
        crest = [(at * 3 - 6, base - height * 70) for at, height in enumerate(line)]
        green = mix("#8db46b", "#2f6b3d", hill / 4)
        sheet.cut([*crest, (1450, 970), (-10, 970)], [(0, mix(green, "#f0f3d0", 0.2)), (1, mix(green, "#1d4a3c", 0.25))],
                  depth=0.3, offset=(0, -5))  # fmt: skip
        gap = 15 + hill * 4
        for row in range(1, 11):

            def bushes(pen: Pen, row: int = row, gap: float = gap, crest: list = crest, hill: int = hill) -> None:
                for x, y in crest[:: 2 if hill < 3 else 3]:
                    bend = math.sin(x / 190 + hill * 1.7) * row * 3
                    pen.shape(ring(x, y + row * gap + bend, gap * 0.42 + random.uniform(0, 2), 0.72, 14))

            sheet.cut(bushes, mix(green, "#123a2b", 0.15 + 0.05 * (row % 2)), shadow=3, depth=0.35, offset=(0, 4))  # fmt: skip
    return sheet


def rice_terrace() -> Sheet:
    sheet = Sheet("rice-terrace", "#6f8a4e")
    field = _field(sheet.size, 560, "terraces")
    colours = ["#6f8b4a", "#93a14f", "#b3ad4d", "#cbb54b", "#dcbb50", "#e6c35a", "#ecd07a", "#dcb24a", "#cc9c3f"]
    least, most = field.getextrema()
    gap = (most - least) / 27
    for level in range(26):
        edge = least + (level + 0.4) * gap
        # An "F" picture takes linear functions only; the steep one makes a sharp edge, the blur a smooth one.
        mask = field.point(lambda v, edge=edge: v * 500 - edge * 500).convert("L").filter(ImageFilter.GaussianBlur(0.8))
        colour = colours[level * 9 // 26] if level % 6 != 4 else "#c9d8cd"
        sheet.cut(mask, [(0, mix(colour, "#fff2c4", 0.2)), (1, colour)], shadow=5, depth=0.6, offset=(2, 6), texture=18)
    sheet.veil(-160, 240, "#f4ecd2", 0.7)
    return sheet


def _field(size: tuple[int, int], cell: int, seed: str) -> Image.Image:
    """A hillside's heights as an "F" picture, about 0..255, higher towards the top: finer than a grey picture's 256 steps."""
    sums = (
        Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC).convert("F").point(lambda v: v * -0.55 + 165)
    )
    for octave, weight in enumerate((0.62, 0.2, 0.06)):
        step = cell >> octave
        small = (size[0] // step + 4, size[1] // step + 4)
        patch = Image.frombytes("L", small, Random(f"{seed}/{octave}").randbytes(small[0] * small[1])).convert("F")
        patch = patch.resize((small[0] * step, small[1] * step), Image.Resampling.BICUBIC).crop((0, 0, *size))
        sums = ImageMath.lambda_eval(lambda a: a["x"] + (a["y"] - 128) * weight, x=sums, y=patch)  # noqa: B023
    return sums


def bus_road() -> Sheet:
    sheet = Sheet("bus-road", [(0, "#cfdde0"), (0.6, "#f0ead9"), (1, "#f0ead9")])
    _range(sheet, [(250, 70, "#b5c2c0"), (340, 80, "#96a8a3")], "#e6e6da", 170)
    colours = [("#c98a4b", "#a8512f"), ("#b55a30", "#8f3a28"), ("#8e6a3a", "#b2552d"), ("#4d5f45", "#8c4a2c")]
    for at, (colour, other) in enumerate(colours):
        y = 420 + at * 130
        crest = sheet.ridge(f"slope{at}", y, 50, 190, 0.4)
        sheet.cut(crest, colour, mottle=(other, 120), depth=0.3, offset=(0, -4))
        if at in (0, 1, 2):
            lift = 64 + at * 10
            wide = 20 + at * 15
            road = smooth([(x, y + lift + math.sin(x / 210 + at * 2) * 26) for x in range(-60, 1520, 90)], closed=False)
            sheet.cut(lambda pen, road=road, wide=wide: pen.stroke(road, wide), "#d9d3c6", shadow=6, depth=0.35)
            sheet.cut(lambda pen, road=road: [pen.stroke(road[k : k + 4], 2.4) for k in range(0, len(road) - 4, 9)],
                      "#b0a790", shadow=0)  # fmt: skip
    x, y = 620, 676 + math.sin(620 / 210 + 4) * 26
    sheet.cut(lambda pen: pen.round(x, y - 92, x + 216, y + 14, 18), "#f6f1e4", depth=0.45, offset=(6, 9), shadow=7)
    sheet.cut(lambda pen: pen.round(x, y - 30, x + 216, y + 14, 12), "#b3392c", shadow=0)
    sheet.cut(
        lambda pen: [pen.round(x + 16 + k * 40, y - 78, x + 48 + k * 40, y - 42, 6) for k in range(5)],
        "#3f5a63",
        shadow=0,
    )
    sheet.cut(lambda pen: [pen.dot(x + k, y + 14, 17) for k in (46, 166)], "#2b2b2a", shadow=3)
    sheet.cut(lambda pen: [pen.dot(x + k, y + 14, 7) for k in (46, 166)], "#c9c5ba", shadow=0)
    return sheet


def pipe_valley() -> Sheet:
    sheet = Sheet("pipe-valley", [(0, "#c5d8dc"), (0.6, "#e9eee6"), (1, "#dfe8e0")])
    _range(sheet, [(250, 70, "#a8c2c4"), (350, 90, "#7fa3a3"), (450, 80, "#5b8782")], "#dfe9e5", 160)
    left = smooth([(-30, 420), (140, 455), (300, 560), (430, 760), (520, 990), (-30, 990)])
    right = smooth([(1470, 380), (1290, 440), (1130, 560), (1010, 770), (930, 990), (1470, 990)])
    sheet.cut(left, "#3f6f5a", mottle=("#32604d", 110), depth=0.3)
    sheet.cut(right, "#376650", mottle=("#2b5645", 110), depth=0.3)
    stream = smooth([(560, 990), (640, 900), (700, 820), (712, 740), (730, 740), (760, 820), (800, 900), (900, 990)])
    sheet.cut(stream, "#cfe3e4", depth=0.2)
    sheet.cut(lambda pen: [pen.shape([(x - 15, 545), (x + 15, 545), (x + 24, 940), (x - 24, 940)]) for x in (540, 760, 960)],
              "#b9b6ab", depth=0.4, offset=(8, 8))  # fmt: skip
    pipe = [(-20, 470), (230, 520), (1200, 520), (1460, 470)]
    sheet.cut(
        lambda pen: pen.stroke(pipe, 50),
        [(0, "#7db0c4"), (0.45, "#4d8ba6"), (1, "#2f6a86")],
        depth=0.45,
        offset=(4, 12),
    )
    sheet.cut(lambda pen: [pen.shape([(x - 9, 488), (x + 9, 488), (x + 9, 552), (x - 9, 552)]) for x in range(250, 1200, 158)],
              "#285a74", shadow=3)  # fmt: skip
    return sheet


def watchtower() -> Sheet:
    sheet = Sheet("watchtower", [(0, "#3b4468"), (0.35, "#a0637a"), (0.6, "#e79a6b"), (1, "#f3c58d")])
    sheet.glow(330, 560, 420, "#ffdfa0", 0.85)
    _range(sheet, [(560, 50, "#b0707a"), (630, 60, "#85546a"), (710, 55, "#5d4159")], "#d98c73", 170)
    crest = sheet.ridge("crest", 790, 50, 220, 0.35)
    sheet.cut(crest, "#2f2b40", depth=0.3, offset=(0, -4))
    sheet.cut(_shapes(_pines(sheet, crest, 90, (34, 96), "tower")), "#2a273b", shadow=0)

    def tower(pen: Pen) -> None:
        for one, other in (((930, 820), (970, 372)), ((1130, 820), (1090, 372))):
            pen.stroke([one, other], 13)
        for y in range(430, 800, 92):
            wide = 60 + (y - 372) * 0.09
            pen.stroke([(1030 - wide, y), (1030 + wide, y)], 7)
            pen.stroke([(1030 - wide, y), (1030 + wide + 8, y + 92)], 5)
            pen.stroke([(1030 + wide, y), (1030 - wide - 8, y + 92)], 5)
        pen.shape([(930, 372), (1130, 372), (1116, 262), (944, 262)])
        pen.shape([(904, 268), (1156, 268), (1030, 190)])
        pen.stroke([(914, 372), (1146, 372)], 12)
        pen.stroke([(1030, 190), (1030, 130)], 5)

    sheet.cut(tower, "#232132", depth=0.4, offset=(6, 6))
    sheet.glow(1030, 316, 150, "#ffcf7a", 0.6)
    sheet.cut(lambda pen: [pen.shape([(x, 284), (x + 44, 284), (x + 44, 344), (x, 344)]) for x in (958, 1009, 1060)],
              "#ffe2a0", shadow=0)  # fmt: skip
    sheet.cut(sheet.ridge("foot", 868, 30, 260, 0.35), "#1f1c2c", depth=0.35, offset=(0, -4))
    return sheet


MOUNTAINS = (ridge_red, lake_dawn, lake_boat, night_village, tea_hills, rice_terrace, bus_road, pipe_valley, watchtower)
