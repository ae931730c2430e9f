"""Coloured paper and scissors: masks, soft shadows, grain. Pillow only; the same seed draws the same picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Colour = str
Point = tuple[float, float]
Stops = Sequence[tuple[float, Colour]]
Fill = Colour | Stops
WIDE = (1440, 960)
TALL = (960, 1280)
_FINE = 2
"""Masks are drawn this many times larger and scaled down, so that cut edges are smooth."""


def rgb(colour: Colour) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """The colour `part` of the way from one to the other (0..1)."""
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(rgb(one), rgb(other), strict=True))


def noise(size: tuple[int, int], cell: int, seed: object, octaves: int = 3) -> Image.Image:
    """Smooth clouds in grey, stretched to the full range; `cell` is the largest patch in pixels."""
    sum_, weight, total = None, 1.0, 0.0
    for octave in range(octaves):
        step = max(2, cell >> octave)
        small = (size[0] // step + 3, size[1] // step + 3)
        patch = Image.frombytes("L", small, Random(f"{seed}/{octave}").randbytes(small[0] * small[1]))
        patch = patch.resize((small[0] * step, small[1] * step), Image.Resampling.BICUBIC).crop((0, 0, *size))
        total += weight
        sum_ = patch if sum_ is None else Image.blend(sum_, patch, weight / total)
        weight /= 2
    assert sum_ is not None
    return ImageOps.autocontrast(sum_, cutoff=1)


def gradient(size: tuple[int, int], stops: Stops) -> Image.Image:
    """Colours from top (0) to bottom (1)."""
    column = []
    for y in range(size[1]):
        at = y / max(1, size[1] - 1)
        after = next((i for i, stop in enumerate(stops) if stop[0] >= at), len(stops) - 1)
        (low, one), (high, other) = stops[max(0, after - 1)], stops[after]
        column.append(rgb(mix(one, other, 0 if high == low else min(1, max(0, (at - low) / (high - low))))))
    strip = Image.new("RGB", (1, size[1]))
    strip.putdata(column)
    return strip.resize(size, Image.Resampling.NEAREST)


def line_noise(count: int, cell: float, seed: object, octaves: int = 6, fall: float = 0.5) -> list[float]:
    """Heights in -1..1 along a line: the profile of hills."""
    sums, weight = [0.0] * count, 1.0
    for octave in range(octaves):
        random = Random(f"{seed}/line{octave}")
        knots = [random.uniform(-1, 1) for _ in range(int(count / cell) + 4)]
        for at in range(count):
            whole, part = divmod(at / cell, 1)
            bend = (1 - math.cos(part * math.pi)) / 2
            sums[at] += weight * (knots[int(whole)] * (1 - bend) + knots[int(whole) + 1] * bend)
        weight, cell = weight * fall, max(1.5, cell / 2)
    most = max(map(abs, sums)) or 1
    return [height / most for height in sums]


def smooth(points: Sequence[Point], closed: bool = True, steps: int = 12) -> list[Point]:
    """A soft curve through the points (Catmull-Rom)."""
    count = len(points)
    found: list[Point] = []
    for at in range(count if closed else count - 1):
        near = [points[(at + k) % count] if closed else points[min(count - 1, max(0, at + k))] for k in (-1, 0, 1, 2)]
        xs, ys = [x for x, _ in near], [y for _, y in near]
        found += [(_between(xs, step / steps), _between(ys, step / steps)) for step in range(steps)]
    return found if closed else [*found, points[-1]]


def _between(p: Sequence[float], t: float) -> float:
    """The curve's value between the second and the third of four numbers."""
    a, b, c, d = p
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def petal(x: float, y: float, angle: float, length: float, width: float, sharp: float = 1.0) -> list[Point]:
    """A leaf from (x, y) outwards; `angle` in degrees, 0 points right; a larger `sharp` is more pointed."""
    turn = math.radians(angle)
    sides: list[Point] = []
    for sign in (1, -1):
        steps = range(0, 13) if sign == 1 else range(12, -1, -1)
        for step in steps:
            t = step / 12
            off = sign * width / 2 * math.sin(math.pi * t) ** sharp
            sides.append(
                (x + length * t * math.cos(turn) - off * math.sin(turn),
                 y + length * t * math.sin(turn) + off * math.cos(turn))
            )  # fmt: skip
    return sides


def ring(x: float, y: float, radius: float, squash: float = 1.0, steps: int = 48) -> list[Point]:
    return [
        (x + radius * math.cos(math.tau * k / steps), y + radius * squash * math.sin(math.tau * k / steps))
        for k in range(steps)
    ]


def box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


class Pen:
    """Draws on a mask in picture coordinates."""

    def __init__(self, mask: Image.Image) -> None:
        self._draw = ImageDraw.Draw(mask)

    def shape(self, points: Sequence[Point], ink: int = 255) -> None:
        self._draw.polygon([(x * _FINE, y * _FINE) for x, y in points], fill=ink)

    def dot(self, x: float, y: float, radius: float, ink: int = 255) -> None:
        self.shape(ring(x, y, radius, steps=max(12, int(radius * 2))), ink)

    def stroke(self, points: Sequence[Point], width: float, ink: int = 255) -> None:
        scaled = [(x * _FINE, y * _FINE) for x, y in points]
        self._draw.line(scaled, fill=ink, width=max(1, round(width * _FINE)), joint="curve")
        for x, y in (points[0], points[-1]):
            if width > 3:
                self.dot(x, y, width / 2, ink)

    def round(self, left: float, top: float, right: float, bottom: float, radius: float, ink: int = 255) -> None:
        self._draw.rounded_rectangle(
            tuple(v * _FINE for v in (left, top, right, bottom)), radius=radius * _FINE, fill=ink
        )


Cut = Callable[["Pen"], object]


class Sheet:
    """A picture while it is laid together."""

    def __init__(self, name: str, sky: Fill, size: tuple[int, int] = WIDE) -> None:
        self.name, self.size = name, size
        self.width, self.height = size
        self.random = Random(name)
        self._count = 0
        self.image = self._coloured(sky, (0, 0, *size), 12)

    def cut(
        self, shape: Cut | Sequence[Point] | Image.Image, fill: Fill, *, shadow: float = 12, depth: float = 0.32,
        offset: tuple[int, int] = (0, 5), texture: int = 14, mottle: tuple[Colour, int] | None = None,
        mist: tuple[Colour, float] | None = None,
    ) -> Image.Image:  # fmt: skip
        """Lay a piece of paper: shadow under it, a colour or a gradient over its height, patches of a second colour
        (`mottle`: colour and patch size), mist of a colour rising from its foot. Gives its mask back."""
        self._count += 1
        mask = shape if isinstance(shape, Image.Image) else self.mask(shape)
        bounds = mask.getbbox()
        if bounds is None:
            return mask
        if shadow:
            soft = mask.filter(ImageFilter.GaussianBlur(shadow)).point(lambda v: int(v * depth))
            moved = Image.new("L", self.size)
            moved.paste(soft, offset)
            self.image.paste((18, 22, 26), mask=moved)
        piece = self._coloured(fill, bounds, texture)
        if mottle:
            self._mottle(piece, mottle)
        if mist:
            veil = gradient(piece.size, [(0, "#000000"), (1, "#ffffff")]).convert("L").point(
                lambda v: int(v * mist[1]))  # fmt: skip
            piece.paste(rgb(mist[0]), mask=veil)
        self.image.paste(piece, bounds[:2], mask.crop(bounds))
        return mask

    def mask(self, shape: Cut | Sequence[Point]) -> Image.Image:
        large = Image.new("L", (self.width * _FINE, self.height * _FINE))
        pen = Pen(large)
        if callable(shape):
            shape(pen)
        else:
            pen.shape(shape)
        return large.resize(self.size, Image.Resampling.BOX)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.8, squash: float = 1) -> None:
        """Light that fades outwards."""
        disc = ImageOps.invert(Image.radial_gradient("L")).point(lambda v: max(0, (v - 75)) * 255 // 180)
        disc = disc.point(lambda v: int(strength * v * v / 255))
        disc = disc.resize((int(radius * 2), int(radius * 2 * squash)), Image.Resampling.BICUBIC)
        light = Image.new("L", self.size)
        light.paste(disc, (int(x - radius), int(y - radius * squash)))
        self.image.paste(rgb(colour), mask=light)

    def veil(self, top: float, bottom: float, colour: Colour, strength: float) -> None:
        """A band of mist, thickest in its middle, torn by clouds."""
        height = int(bottom - top)
        band = gradient((self.width, height), [(0, "#000000"), (0.55, "#ffffff"), (1, "#000000")]).convert("L")
        clouds = noise((self.width, height), 320, f"{self.name}/veil/{top}").point(lambda v: 90 + v * 165 // 255)
        mask = Image.new("L", self.size)
        mask.paste(ImageChops.multiply(band, clouds).point(lambda v: int(v * strength)), (0, int(top)))
        self.image.paste(rgb(colour), mask=mask)

    def ridge(
        self, seed: object, y: float, rise: float, cell: float = 130, fall: float = 0.46, octaves: int = 7
    ) -> list[Point]:
        """The outline of a mountain whose crest runs around `y`, `rise` up and down, filled to the lower edge."""
        step = 3
        heights = line_noise(self.width // step + 4, cell, f"{self.name}/{seed}", octaves, fall)
        crest = [(at * step - 4, y - height * rise) for at, height in enumerate(heights)]
        return [*crest, (self.width + 8, self.height + 8), (-8, self.height + 8)]

    def finish(self) -> Image.Image:
        """The picture with the tooth of the paper in it."""
        tooth = noise(self.size, 3, f"{self.name}/tooth", 1).filter(ImageFilter.GaussianBlur(0.6))
        tooth = tooth.point(lambda v: 128 + (v - 128) // 18)
        fibre = noise(self.size, 420, f"{self.name}/fibre", 3).point(lambda v: 128 + (v - 128) // 12)
        toned = ImageChops.overlay(self.image, Image.merge("RGB", [fibre] * 3))
        return ImageChops.overlay(toned, Image.merge("RGB", [tooth] * 3))

    def _coloured(self, fill: Fill, bounds: tuple[int, int, int, int], texture: int) -> Image.Image:
        size = (bounds[2] - bounds[0], bounds[3] - bounds[1])
        stops = [(0.0, fill), (1.0, fill)] if isinstance(fill, str) else fill
        plain = gradient(size, stops)
        if not texture:
            return plain
        cloud = noise(size, 140, f"{self.name}/{self._count}", 4).point(lambda v: 128 + (v - 128) * texture // 128)
        return ImageChops.overlay(plain, Image.merge("RGB", [cloud] * 3))

    def _mottle(self, piece: Image.Image, mottle: tuple[Colour, int]) -> None:
        colour, cell = mottle
        patches = noise(piece.size, cell, f"{self.name}/mottle/{self._count}", 5)
        edge = patches.point(lambda v: min(255, max(0, (v - 122) * 7)))
        shade = Image.new("RGB", piece.size, rgb(colour))
        grain = noise(piece.size, 24, f"{self.name}/leaf/{self._count}", 3).point(lambda v: 128 + (v - 128) // 4)
        piece.paste(ImageChops.overlay(shade, Image.merge("RGB", [grain] * 3)), mask=edge)
