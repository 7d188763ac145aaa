"""Brushed aluminium plates: metal, chamfers, bores, screws, engraving."""

from functools import lru_cache
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from sightlog.demo.pictures.surfaces import Point, between, darken, noise, ramp, relief, shade, stretched
from sightlog.demo.plate_scene import (
    CORNER,
    HALF_LENGTH,
    HALF_WIDTH,
    SCREW_RADIUS,
    SCREWS,
    Features,
    PlateScene,
)

# Pixels on the plate's own sheet for each unit of its length.
FINE = 2.6
SHEET = (round(2 * HALF_LENGTH * FINE), round(2 * HALF_WIDTH * FINE))
Box = tuple[float, float, float, float]


def on_sheet(point: Point) -> Point:
    """A point of the plate (from its middle) in pixels of its sheet."""
    return (point[0] + HALF_LENGTH) * FINE, (point[1] + HALF_WIDTH) * FINE


def around(point: Point, radius: float) -> Box:
    """The pixels of a circle's square on the sheet."""
    x, y = on_sheet(point)
    return x - radius * FINE, y - radius * FINE, x + radius * FINE, y + radius * FINE


def plate_mask() -> Image.Image:
    """White where the plate is, with its round corners."""
    mask = Image.new("L", SHEET, 0)
    ImageDraw.Draw(mask).rounded_rectangle((3, 3, SHEET[0] - 4, SHEET[1] - 4), CORNER * FINE, fill=255)
    return mask


def through_holes(features: Features) -> Image.Image:
    """White where one sees through the plate."""
    mask = Image.new("L", SHEET, 0)
    draw = ImageDraw.Draw(mask)
    draw.ellipse(around(features.bore, features.bore_radius), fill=255)
    for u, v, radius in features.holes:
        draw.ellipse(around((u, v), radius), fill=255)
    return mask


def bare_plate(scene: PlateScene) -> Image.Image:
    """The plate as machined: brushed, milled, drilled, chamfered and engraved, without screws."""
    light, cut = machined(scene.features)
    metal = shade(between(brushed(scene.seed), (112, 115, 118), (206, 209, 211)), light)
    metal.paste(cut, (0, 0), cut)
    _engrave(metal, scene)
    return metal


@lru_cache(maxsize=3)
def machined(features: Features) -> tuple[Image.Image, Image.Image]:
    """The same for all plates of one part number: the light on its edges, and what is cut into it."""
    shape = ImageChops.subtract(plate_mask(), through_holes(features))
    light = relief(shape.filter(ImageFilter.BoxBlur(6)), 4, 5, 1.5)
    cut = Image.new("RGBA", SHEET, (0, 0, 0, 0))
    pocket = _pocket(cut, features)
    walls = relief(pocket.filter(ImageFilter.BoxBlur(4)), -3, -4, 1.0)
    _holes(cut, features)
    return ImageChops.add(light, walls, 1, -128), cut


@lru_cache(maxsize=3)
def silhouette(features: Features) -> Image.Image:
    """White where there is metal."""
    return ImageChops.subtract(plate_mask(), through_holes(features))


def brushed(seed: str) -> Image.Image:
    """Fine scratches of the brush, all in one direction, over slow changes of tone."""
    long = noise(f"{seed}/long", SHEET, (420, 1.6))
    short = noise(f"{seed}/short", SHEET, (60, 1.2))
    slow = noise(f"{seed}/slow", SHEET, (500, 90))
    lines = Image.blend(Image.blend(long, short, 0.42), slow, 0.3)
    return stretched(lines, 0.62, 150)


def _pocket(cut: Image.Image, features: Features) -> Image.Image:
    """A milled pocket: its floor darker, with the arcs of the tool, its upper wall in shadow. Gives its shape."""
    u, v, length, width = features.slot
    left, top = on_sheet((u - length / 2, v - width / 2))
    right, bottom = on_sheet((u + length / 2, v + width / 2))
    mask = Image.new("L", SHEET, 0)
    ImageDraw.Draw(mask).rounded_rectangle((left, top, right, bottom), width * FINE / 2, fill=255)
    depth = Image.new("L", SHEET, 92)
    draw = ImageDraw.Draw(depth)
    for step in range(round(length / 3)):
        x = left + step * 3 * FINE
        draw.arc((x - 30 * FINE, top - 9 * FINE, x, bottom + 9 * FINE), -60, 60, fill=112 if step % 2 else 70, width=3)
    inner = ImageChops.subtract(mask, ImageChops.offset(mask, 2, 12)).filter(ImageFilter.GaussianBlur(3))
    depth = ImageChops.lighter(depth.filter(ImageFilter.GaussianBlur(2)), inner.point(lambda value: value * 0.8))
    floor = Image.new("RGB", SHEET, (34, 35, 39)).convert("RGBA")
    floor.putalpha(ImageChops.multiply(mask, depth))
    cut.alpha_composite(floor)
    return mask


def _holes(cut: Image.Image, features: Features) -> None:
    """Bore and pins: dark, with the bore's wall bright on the side that faces the lamp."""
    hole = through_holes(features)
    x, y = on_sheet(features.bore)
    radius = features.bore_radius * FINE
    ring = Image.new("L", SHEET, 0)
    ImageDraw.Draw(ring).ellipse((x - radius - 9, y - radius - 9, x + radius + 9, y + radius + 9), outline=64, width=4)
    bright = Image.new("RGBA", SHEET, (240, 240, 240, 0))
    bright.putalpha(ring.filter(ImageFilter.GaussianBlur(2)))
    cut.alpha_composite(bright)
    inside = Image.new("RGB", SHEET, (17, 18, 18))
    wall = ImageChops.subtract(hole, ImageChops.offset(hole, -3, -11)).filter(ImageFilter.GaussianBlur(1.5))
    light = between(ramp((SHEET[0], round(2 * radius)), 20, 210), (12, 12, 13), (170, 172, 172))
    backing = Image.new("RGB", SHEET, (40, 41, 42))
    backing.paste(light, (0, round(y - radius)))
    inside.paste(backing, (0, 0), wall)
    dark = inside.convert("RGBA")
    dark.putalpha(hole)
    cut.alpha_composite(dark)


def _engrave(metal: Image.Image, scene: PlateScene) -> None:
    """Part number, maker's line and a square code, marked by a laser: darker, with a bright lower lip."""
    mask = Image.new("L", SHEET, 0)
    draw = ImageDraw.Draw(mask)
    chance = Random(f"{scene.seed}/code")
    x, y = on_sheet(scene.features.text)
    draw.text((x, y - 4), scene.part, 255, ImageFont.load_default(30 * FINE), "ms", stroke_width=1)
    serial = f"EN AW-6082  {chance.randrange(10**6):06d}"
    draw.text((x, y + 18 * FINE), serial, 235, ImageFont.load_default(12.5 * FINE), "ms")
    _code(draw, scene.features.code, chance)
    marked = mask.getbbox()
    assert marked
    left, top, right, bottom = marked
    box = (left - 6, top - 6, right + 6, bottom + 9)
    tile, mask = metal.crop(box), mask.crop(box).filter(ImageFilter.GaussianBlur(1.1))
    worn = stretched(noise(f"{scene.seed}/worn", mask.size, (7, 4)), 0.5, 205)
    mask = ImageChops.multiply(mask, worn)
    darken(tile, ImageChops.offset(mask, 1, 3), 0.3, (250, 250, 250))
    darken(tile, mask, 0.74, (38, 38, 42))
    metal.paste(tile, box[:2])


def _code(draw: ImageDraw.ImageDraw, middle: Point, chance: Random) -> None:
    cells, size = 16, 46 * FINE / 16
    left, top = (value - 23 * FINE for value in on_sheet(middle))
    for row in range(cells):
        for column in range(cells):
            is_finder = column == 0 or row == cells - 1 or (row == 0 and column % 2 == 0)
            is_finder = is_finder or (column == cells - 1 and row % 2 == 1)
            if is_finder or (row > 0 and column < cells - 1 and chance.random() < 0.48):
                x, y = left + column * size, top + row * size
                draw.ellipse((x, y, x + size - 0.5, y + size - 0.5), fill=245)


def add_screws(sheet: Image.Image, scene: PlateScene) -> None:
    """Socket screws in their counterbores; where one is missing, the thread shows as a dark hole."""
    for index, (middle, turn) in enumerate(zip(SCREWS, scene.screw_turns, strict=True)):
        tile = _empty_hole() if index == scene.lost_screw else _screw(turn, f"{scene.seed}/screw{index}")
        x, y = on_sheet(middle)
        sheet.paste(tile, (round(x - tile.width / 2), round(y - tile.height / 2)), tile.getchannel("A"))


def _disc(size: int, radius: float, blur: float = 1.2) -> Image.Image:
    mask = Image.new("L", (size, size), 0)
    middle = size / 2
    ImageDraw.Draw(mask).ellipse((middle - radius, middle - radius, middle + radius, middle + radius), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(blur))


def _screw(turn: float, seed: str) -> Image.Image:
    size, radius = round(SCREW_RADIUS * FINE * 2.6), SCREW_RADIUS * FINE
    middle = size / 2
    tile = Image.new("RGB", (size, size), (30, 31, 33))
    # Counterbore, then the head, set into it and lit from above, with a bright rim.
    tile.paste(between(ramp((size, size), 0, 255), (22, 23, 24), (196, 198, 200)), (0, 0), _disc(size, radius * 1.06))
    tile.paste((16, 17, 18), (0, 0), _disc(size, radius * 0.95, 1.8))
    rim = between(ramp((size, size), 235, 40), (66, 68, 72), (214, 216, 220))
    tile.paste(rim, (0, 0), _disc(size, radius * 0.86))
    face = between(stretched(noise(seed, (size, size), (3, 3)), 0.25, 128), (92, 94, 100), (168, 170, 176))
    tile.paste(shade(face, ramp((size, size), 158, 92)), (0, 0), _disc(size, radius * 0.72, 2.0))
    socket = [
        (middle + radius * 0.42 * cos(turn + k * pi / 3), middle + radius * 0.42 * sin(turn + k * pi / 3))
        for k in range(6)
    ]
    hole = Image.new("L", (size, size), 0)
    ImageDraw.Draw(hole).polygon(socket, fill=255)
    lip = ImageChops.subtract(ImageChops.offset(hole, 1, 3), hole).filter(ImageFilter.GaussianBlur(1))
    darken(tile, lip, 0.6, (226, 228, 230))
    darken(tile, hole.filter(ImageFilter.GaussianBlur(1.2)), 0.95, (14, 14, 16))
    tile.putalpha(_disc(size, radius * 1.06, 1.5))
    return tile


def _empty_hole() -> Image.Image:
    """A counterbore with nothing in it: a lit seat around the dark thread."""
    size, radius = round(SCREW_RADIUS * FINE * 2.6), SCREW_RADIUS * FINE
    tile = between(ramp((size, size), 0, 255), (14, 15, 16), (206, 208, 210))
    seat = between(ramp((size, size), 60, 255), (30, 31, 33), (150, 152, 154))
    tile.paste(seat, (0, 0), _disc(size, radius * 0.92, 2.5))
    tile.paste((10, 10, 11), (0, 0), _disc(size, radius * 0.52))
    for ring in range(3):
        part = _disc(size, radius * (0.5 - 0.1 * ring), 1)
        tile.paste(between(ramp((size, size), 0, 200), (8, 8, 9), (74 - 18 * ring,) * 3), (0, 0), part)
    tile.paste((7, 7, 8), (0, 0), _disc(size, radius * 0.24))
    tile.putalpha(_disc(size, radius * 1.06, 1.5))
    return tile
