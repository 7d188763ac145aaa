"""What stands on the ground of a site: blocks in perspective, containers, piles, heaps, and their shadows."""

from dataclasses import dataclass
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from sightlog.demo.pictures.camera_look import DOUBLE
from sightlog.demo.pictures.surfaces import (
    Colour,
    Point,
    between,
    clouds,
    darken,
    noise,
    paste_quad,
    polygon_mask,
    ramp,
    relief,
    shade,
    stretched,
)
from sightlog.demo.poses import Space
from sightlog.demo.site_scene import Mast


@dataclass(frozen=True, slots=True)
class Sun:
    """Where shadows fall: metres to the right and away for each metre of height, and how dark they are."""

    right: float
    away: float
    dark: float


@dataclass(frozen=True, slots=True)
class Block:
    """A box on the ground: left and right, near and far side, bottom and top."""

    left: float
    right: float
    near: float
    far: float
    bottom: float
    top: float


def at(mast: Mast, right: float, up: float, away: float) -> Point:
    """A place in the canvas, which is twice as large as the picture."""
    x, y = mast.seen(Space(right, up, away))
    return 2 * x, 2 * y


def cast_shadow(canvas: Image.Image, mast: Mast, block: Block, sun: Sun) -> None:
    """What stands on the ground keeps the light from it: tight and dark at its foot, and along the sun's way."""
    foot = [(block.left, block.near), (block.right, block.near), (block.right, block.far), (block.left, block.far)]
    height = block.top
    tips = [(x + height * sun.right, z + height * sun.away) for x, z in foot]
    hull = _hull([at(mast, x, 0, max(z, 6.0)) for x, z in foot + tips])
    small = [(x / 4, y / 4) for x, y in hull]
    mask = polygon_mask((DOUBLE[0] // 4, DOUBLE[1] // 4), small, 1.5).resize(DOUBLE, Image.Resampling.BILINEAR)
    darken(canvas, mask, 1.25 * sun.dark, (22, 24, 32))
    ground = [(x / 4, y / 4 + 1) for x, y in (at(mast, x, 0, z) for x, z in foot)]
    mask = polygon_mask((DOUBLE[0] // 4, DOUBLE[1] // 4), ground, 4).resize(DOUBLE, Image.Resampling.BILINEAR)
    darken(canvas, mask, 0.5, (16, 16, 18))


def _hull(points: list[Point]) -> list[Point]:
    """The convex outline of some points."""
    ordered = sorted(points)

    def half(run: list[Point]) -> list[Point]:
        chain: list[Point] = []
        for x, y in run:
            while len(chain) > 1:
                (x0, y0), (x1, y1) = chain[-2], chain[-1]
                if (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) > 0:
                    break
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    return half(ordered) + half(ordered[::-1])


def place_block(
    canvas: Image.Image, mast: Mast, block: Block, front: Image.Image, side: Image.Image, top: Image.Image
) -> None:
    """The faces of a block that the camera sees, each with its sheet."""
    b = block

    def corner(right: float, up: float, away: float) -> Point:
        return at(mast, right, up, away)

    if mast.height > b.top:
        paste_quad(canvas, top, [corner(b.left, b.top, b.far), corner(b.right, b.top, b.far),
                                 corner(b.right, b.top, b.near), corner(b.left, b.top, b.near)])  # fmt: skip
    if b.left > 0:
        paste_quad(canvas, side, [corner(b.left, b.top, b.far), corner(b.left, b.top, b.near),
                                  corner(b.left, b.bottom, b.near), corner(b.left, b.bottom, b.far)])  # fmt: skip
    if b.right < 0:
        paste_quad(canvas, side, [corner(b.right, b.top, b.near), corner(b.right, b.top, b.far),
                                  corner(b.right, b.bottom, b.far), corner(b.right, b.bottom, b.near)])  # fmt: skip
    paste_quad(canvas, front, [corner(b.left, b.top, b.near), corner(b.right, b.top, b.near),
                               corner(b.right, b.bottom, b.near), corner(b.left, b.bottom, b.near)])  # fmt: skip


def rough(seed: str, size: tuple[int, int], dark: Colour, light: Colour, cell: float = 60) -> Image.Image:
    """A weathered surface: slow stains, dirt that has run down, fine grain."""
    stains = Image.blend(clouds(f"{seed}/stains", size, cell, 4), noise(f"{seed}/runs", size, (5, size[1] / 2)), 0.3)
    return between(stretched(Image.blend(stains, noise(f"{seed}/fine", size, (2, 2)), 0.15), 0.9), dark, light)


def container(
    canvas: Image.Image, mast: Mast, block: Block, sun: Sun, seed: str, colours: tuple[Colour, Colour]
) -> None:
    """A site office in a steel container: corrugated walls, a window, a door, a flat roof."""
    cast_shadow(canvas, mast, block, sun)
    size = (720, 320)
    waves = Image.new("L", size, 128)
    draw = ImageDraw.Draw(waves)
    for x in range(0, size[0], 18):
        draw.rectangle((x, 0, x + 8, size[1]), fill=196)
    light = relief(waves.filter(ImageFilter.GaussianBlur(2)), 4, 0, 0.9)
    wall = shade(shade(rough(seed, size, *colours), light), ramp(size, 140, 104))
    draw = ImageDraw.Draw(wall)
    for left, top, right, bottom in ((90, 80, 230, 190), (470, 80, 610, 190)):
        draw.rectangle((left - 8, top - 8, right + 8, bottom + 8), fill=(206, 206, 200))
        draw.rectangle((left, top, right, bottom), fill=(30, 38, 46))
        draw.polygon(((left, top), (left + 70, top), (left + 10, bottom), (left, bottom)), fill=(74, 88, 100))
    draw.rectangle((310, 60, 400, 316), fill=(150, 150, 146))
    draw.rectangle((316, 66, 394, 316), fill=(96, 98, 98))
    wall = wall.filter(ImageFilter.GaussianBlur(0.8))
    side = shade(wall.crop((0, 0, 80, 320)), Image.new("L", (80, 320), 84))
    roof = rough(f"{seed}/roof", (360, 160), (96, 98, 100), (170, 172, 172), 30)
    place_block(canvas, mast, block, wall, side, roof)


def stack(
    canvas: Image.Image, mast: Mast, block: Block, sun: Sun, seed: str, colours: tuple[Colour, Colour], courses: int
) -> None:
    """A pile in courses on a pallet: bricks, blocks or boards."""
    cast_shadow(canvas, mast, block, sun)
    size = (200, 24 * courses)
    face = rough(seed, size, *colours, 24)
    draw = ImageDraw.Draw(face)
    chance = Random(seed)
    for course in range(courses):
        y = 24 * course
        draw.line((0, y, size[0], y), fill=(34, 30, 28), width=3)
        x = -30.0 * chance.random()
        while x < size[0]:
            draw.line((x, y, x, y + 24), fill=(52, 46, 42), width=2)
            x += 40 + 12 * chance.random()
    face = face.filter(ImageFilter.GaussianBlur(0.7))
    top = shade(face.resize((200, 120)), Image.new("L", (200, 120), 158))
    side = shade(face.crop((0, 0, 90, size[1])), Image.new("L", (90, size[1]), 78))
    place_block(canvas, mast, block, shade(face, ramp(size, 134, 96)), side, top)


def heap(canvas: Image.Image, mast: Mast, middle: tuple[float, float], reach: float, height: float, sun: Sun,
         seed: str, colours: tuple[Colour, Colour]) -> None:  # fmt: skip
    """Loose earth or gravel, tipped by a lorry: lit on one flank, ragged along its foot."""
    x, z = middle
    cast_shadow(canvas, mast, Block(x - 0.4 * reach, x + 0.4 * reach, z - 0.2 * reach, z + 0.3 * reach, 0, height), sun)
    chance = Random(f"{seed}/heap")
    rim = []
    phase = 6 * chance.random()
    for step in range(60):
        angle = pi * step / 59
        wobble = 1 + 0.07 * sin(4 * angle + phase) + 0.04 * sin(11 * angle + 2 * phase) + 0.02 * chance.random()
        rim.append(at(mast, x - reach * cos(angle), height * sin(angle) ** 1.3 * wobble, z))
    foot = []
    for step in range(21):
        angle, uneven = pi * step / 20, 0.9 + 0.2 * chance.random()
        foot.append(at(mast, x + reach * cos(angle), 0, z - 0.5 * reach * sin(angle) * uneven))
    left, top = _corner(rim + foot)
    right, bottom = _far_corner(rim + foot)
    size = (right - left, bottom - top)
    mask = polygon_mask(size, [(px - left, py - top) for px, py in rim + foot], 1.6)
    form = mask.filter(ImageFilter.GaussianBlur(min(size) * 0.16))
    lumps = Image.blend(clouds(f"{seed}/lumps", size, 46, 5), noise(f"{seed}/clods", size, (7, 6)), 0.22)
    earth = between(
        stretched(Image.blend(clouds(f"{seed}/earth", size, 90, 4), noise(f"{seed}/grit", size, (3, 2)), 0.3), 0.9),
        *colours,
    )
    earth = shade(earth, relief(lumps, 3 if sun.right > 0 else -3, 4, 0.62))
    earth = shade(earth, relief(form, 34 if sun.right > 0 else -34, 26, 0.5))
    canvas.paste(earth, (left, top), mask)


def _corner(points: list[Point]) -> tuple[int, int]:
    return int(min(x for x, _ in points)) - 4, int(min(y for _, y in points)) - 4


def _far_corner(points: list[Point]) -> tuple[int, int]:
    return int(max(x for x, _ in points)) + 5, int(max(y for _, y in points)) + 5
