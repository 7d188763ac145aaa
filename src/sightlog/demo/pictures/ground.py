"""The ground of a building site: trodden earth, gravel, wheel tracks, puddles, in perspective."""

from math import sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sightlog.demo.pictures.camera_look import DOUBLE
from sightlog.demo.pictures.structures import at
from sightlog.demo.pictures.surfaces import (
    Colour,
    between,
    clouds,
    darken,
    noise,
    ramp,
    relief,
    shade,
    stretched,
    warp,
)
from sightlog.demo.site_scene import Mast

# Left, right, near and far side of the two sheets of ground, in metres, and their pixels for each metre.
Area = tuple[float, float, float, float]
_NEAR: Area = (-12.0, 12.0, 7.0, 22.0)
_FAR: Area = (-42.0, 42.0, 14.0, 74.0)
_WHOLE: Area = (-42.0, 42.0, 6.0, 74.0)


def lay_ground(mast: Mast, seed: str, colours: tuple[Colour, Colour]) -> Image.Image:
    """The bare ground as the camera sees it."""
    far = _seen(mast, _sheet(f"{seed}/far", _FAR, 20, colours), _FAR)
    near = _seen(mast, _sheet(f"{seed}/near", _NEAR, 84, colours), _NEAR)
    y_far, y_near = at(mast, 0, 0, 21.5)[1], at(mast, 0, 0, 16.0)[1]
    mask = Image.new("L", DOUBLE, 255)
    mask.paste(0, (0, 0, DOUBLE[0], round(y_far)))
    mask.paste(ramp((DOUBLE[0], round(y_near - y_far)), 0, 255), (0, round(y_far)))
    far.paste(near, (0, 0), mask)
    patches = _seen(mast, clouds(f"{seed}/patches", (840, 670), 70, 4), _WHOLE)
    return shade(far, stretched(patches, 0.26))


def _sheet(seed: str, area: Area, scale: int, colours: tuple[Colour, Colour]) -> Image.Image:
    left, right, near, far = area
    size = (round((right - left) * scale), round((far - near) * scale))
    earth = Image.blend(clouds(f"{seed}/earth", size, 2.4 * scale, 6), noise(f"{seed}/grit", size, (2.2, 2.2)), 0.2)
    ground = between(stretched(earth, 0.62), *colours)
    bumps = Image.blend(
        clouds(f"{seed}/bumps", size, max(8.0, 0.5 * scale), 5), noise(f"{seed}/crumbs", size, (3, 3)), 0.25
    )
    ground = shade(ground, relief(bumps, 2, 2, 0.42))
    # Single stones: the rare peaks of a fine noise, each with its bright and its dark side.
    peaks = stretched(noise(f"{seed}/stones", size, (max(3.0, 0.07 * scale),) * 2), 1.0)
    stones = peaks.point([0 if value < 222 else min(255, (value - 222) * 10) for value in range(256)])
    strewn = clouds(f"{seed}/strewn", size, 1.1 * scale, 3)
    stones = ImageChops.multiply(stones, strewn.point([min(255, max(0, (value - 110) * 5)) for value in range(256)]))
    ground = shade(ground, relief(stones.filter(ImageFilter.GaussianBlur(1.2)), 2, 3, 0.55))
    darken(ground, stones, 0.28, (206, 200, 190))
    return ground


def _corners(mast: Mast, area: Area) -> list[tuple[float, float]]:
    left, right, near, far = area
    return [at(mast, left, 0, far), at(mast, right, 0, far), at(mast, right, 0, near), at(mast, left, 0, near)]


def _seen(mast: Mast, sheet: Image.Image, area: Area) -> Image.Image:
    return warp(sheet, DOUBLE, _corners(mast, area))


def wheel_tracks(canvas: Image.Image, mast: Mast, seed: str, paths: list[tuple[float, float, float, float]]) -> None:
    """Ruts of lorries: each path from (x, z) to (x, z), slightly bent, two wheels with pressed tread."""
    chance = Random(f"{seed}/tracks")
    area = (-14.0, 14.0, 7.0, 35.0)
    scale = 40
    size = (28 * scale, 28 * scale)
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    for x0, z0, x1, z1 in paths:
        bend = 2.4 * chance.random() - 1.2
        for wheel in (-0.95, 0.95):
            points = []
            for step in range(25):
                share = step / 24
                x = x0 + (x1 - x0) * share + bend * sin(3.14 * share) + wheel
                z = z0 + (z1 - z0) * share
                points.append(((x - area[0]) * scale, (area[3] - z) * scale))
            draw.line(points, fill=200, width=round(0.42 * scale), joint="curve")
    tread = stretched(noise(f"{seed}/tread", size, (4, 5)), 0.7, 180)
    mask = ImageChops.multiply(mask.filter(ImageFilter.GaussianBlur(3)), tread)
    mask = ImageChops.multiply(mask, stretched(clouds(f"{seed}/faded", size, 160, 3), 1.2, 190))
    seen = warp(mask, DOUBLE, _corners(mast, area))
    darken(canvas, seen, 0.55, (58, 50, 42))
    canvas.paste(shade(canvas, relief(seen.filter(ImageFilter.GaussianBlur(3)), 3, 4, 0.5)))


def puddle(canvas: Image.Image, mast: Mast, x: float, z: float, reach: float, seed: str) -> None:
    """Standing water: dark mud around it, the pale sky in it."""
    area = (x - 2 * reach, x + 2 * reach, z - reach, z + reach)
    size = (400, 200)
    pool = Image.new("L", size, 0)
    ImageDraw.Draw(pool).ellipse((90, 50, 310, 150), fill=255)
    ragged = stretched(clouds(f"{seed}/shore", size, 70, 3), 1.0)
    shape = Image.blend(pool.filter(ImageFilter.GaussianBlur(22)), ragged, 0.4)
    water = shape.point([min(255, max(0, (value - 142) * 14)) for value in range(256)])
    mud = shape.point([min(255, max(0, (value - 112) * 6)) for value in range(256)])
    darken(canvas, warp(mud, DOUBLE, _corners(mast, area)), 0.42, (40, 33, 26))
    darken(canvas, warp(water, DOUBLE, _corners(mast, area)), 0.75, (150, 162, 172))


def slab(canvas: Image.Image, mast: Mast, area: Area, seed: str, colours: tuple[Colour, Colour], *,
         joints: bool = True) -> None:  # fmt: skip
    """Concrete or asphalt on the ground, stained, with its joints."""
    left, right, near, far = area
    size = (round((right - left) * 46), round((far - near) * 46))
    face = Image.blend(clouds(f"{seed}/stains", size, 130, 5), noise(f"{seed}/sand", size, (2, 2)), 0.25)
    slab = between(stretched(face, 0.8), *colours)
    if joints:
        draw = ImageDraw.Draw(slab)
        for x in range(0, size[0], 230):
            draw.line((x, 0, x, size[1]), fill=_darker(colours[0]), width=3)
    slab = shade(slab, stretched(noise(f"{seed}/coarse", size, (2, 2)), 0.1))
    seen = warp(slab, DOUBLE, _corners(mast, area))
    edge = Image.new("L", size, 255)
    ImageDraw.Draw(edge).rectangle((0, 0, size[0] - 1, size[1] - 1), outline=0, width=10)
    edge = ImageChops.multiply(edge.filter(ImageFilter.GaussianBlur(8)), Image.new("L", size, 255))
    worn = ImageChops.add(edge, stretched(clouds(f"{seed}/edge", size, 40, 3), 0.9), 1, -90)
    canvas.paste(seen, (0, 0), warp(worn, DOUBLE, _corners(mast, area)))


def _darker(colour: Colour) -> Colour:
    return colour[0] * 7 // 10, colour[1] * 7 // 10, colour[2] * 7 // 10
