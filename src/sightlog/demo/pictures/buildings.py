"""What is put up on a site: walls with their windows, scaffolds of tubes and planks, netting, fences."""

from math import hypot
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sightlog.demo.pictures.camera_look import DOUBLE
from sightlog.demo.pictures.structures import Block, at, rough
from sightlog.demo.pictures.surfaces import (
    Colour,
    between,
    darken,
    noise,
    paste_quad,
    ramp,
    shade,
    stretched,
)
from sightlog.demo.poses import Space
from sightlog.demo.site_scene import Mast


def tube(draw: ImageDraw.ImageDraw, mast: Mast, start: Space, end: Space, radius: float, colour: Colour) -> None:
    """A steel tube: dark below, with a line of light along it."""
    (x0, y0), (x1, y1) = at(mast, *start), at(mast, *end)
    width = max(2, round(2 * (mast.metre(start) + mast.metre(end)) * radius))
    dark = (colour[0] // 2, colour[1] // 2, colour[2] // 2)
    length = hypot(x1 - x0, y1 - y0) or 1.0
    across = ((y1 - y0) / length * width * 0.2, -(x1 - x0) / length * width * 0.2)
    draw.line((x0, y0, x1, y1), fill=dark, width=width)
    draw.line((x0 - across[0], y0 + across[1], x1 - across[0], y1 + across[1]), fill=colour, width=max(1, width // 2))


def scaffold(canvas: Image.Image, mast: Mast, block: Block, seed: str, netting: Colour) -> None:
    """Standards, ledgers, planked decks with toe boards, braces, and netting over some of its fields."""
    chance = Random(f"{seed}/scaffold")
    draw = ImageDraw.Draw(canvas)
    bays = round((block.right - block.left) / 2.5)
    posts = [block.left + (block.right - block.left) * k / bays for k in range(bays + 1)]
    steel: Colour = (150, 152, 154)
    levels = [2.0 * k for k in range(1, int(block.top / 2) + 1)]
    for z in (block.far, block.near):
        for level in levels:
            board = [at(mast, block.left, level, block.far), at(mast, block.right, level, block.far),
                     at(mast, block.right, level, block.near), at(mast, block.left, level, block.near)]  # fmt: skip
            if z == block.near:
                paste_quad(canvas, rough(f"{seed}/deck{level}", (600, 40), (88, 70, 48), (158, 132, 96), 14), board)
                lip = [at(mast, block.left, level, z), at(mast, block.right, level, z)]
                draw.line(lip, fill=(58, 46, 34), width=6)
            for rail in (0.5, 1.0):
                tube(draw, mast, Space(block.left, level + rail, z), Space(block.right, level + rail, z), 0.028, steel)
        for x in posts:
            tube(draw, mast, Space(x, 0, z), Space(x, block.top + 0.6, z), 0.035, steel)
    for field in range(0, bays, 2):
        tube(draw, mast, Space(posts[field], 0, block.near), Space(posts[field + 1], 2, block.near), 0.03, steel)
    for field in range(bays):
        for level in levels[:-1]:
            if chance.random() < 0.3:
                _net(
                    canvas,
                    mast,
                    (posts[field], posts[field + 1], level, level + 2, block.near),
                    f"{seed}{field}{level}",
                    netting,
                )


def _net(
    canvas: Image.Image, mast: Mast, field: tuple[float, float, float, float, float], seed: str, colour: Colour
) -> None:
    left, right, low, high, z = field
    size = (160, 130)
    folds = noise(f"{seed}/folds", size, (16, 90))
    dark = (colour[0] // 2, colour[1] // 2, colour[2] // 2)
    cloth = between(stretched(folds, 0.9), dark, colour).convert("RGBA")
    cloth.putalpha(stretched(noise(f"{seed}/mesh", size, (3, 3)), 0.4, 176))
    corners = [at(mast, left, high, z), at(mast, right, high, z), at(mast, right, low, z), at(mast, left, low, z)]
    paste_quad(canvas, cloth, corners)


def fence(canvas: Image.Image, mast: Mast, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Mobile fence panels of wire mesh, each in its tube frame, on concrete feet."""
    layer = Image.new("L", DOUBLE, 0)
    wires, frames = ImageDraw.Draw(layer), ImageDraw.Draw(canvas)
    (x0, z0), (x1, z1) = start, end
    panels = max(1, round(hypot(x1 - x0, z1 - z0) / 3.4))

    def on_line(share: float, up: float) -> Space:
        return Space(x0 + (x1 - x0) * share, up, z0 + (z1 - z0) * share)

    for step in range(panels * 22 + 1):
        share = step / (panels * 22)
        wires.line((*at(mast, *on_line(share, 0.1)), *at(mast, *on_line(share, 1.95))), fill=130, width=1)
    for row in range(1, 10):
        wires.line((*at(mast, *on_line(0, 0.2 * row)), *at(mast, *on_line(1, 0.2 * row))), fill=110, width=1)
    canvas.paste((176, 180, 182), (0, 0), layer)
    for panel in range(panels + 1):
        share = panel / panels
        tube(frames, mast, on_line(share, 0), on_line(share, 2.0), 0.025, (170, 174, 176))
        x, y = at(mast, *on_line(share, 0))
        size = 2 * mast.metre(on_line(share, 0)) * 0.2
        frames.rectangle((x - size, y - size * 0.4, x + size, y + size * 0.4), fill=(104, 104, 102))
    for up in (0.1, 1.95):
        tube(frames, mast, on_line(0, up), on_line(1, up), 0.022, (170, 174, 176))


def facade(canvas: Image.Image, mast: Mast, left: float, right: float, z: float, height: float, seed: str,
           colours: tuple[Colour, Colour]) -> None:  # fmt: skip
    """An unplastered wall with the dark openings of its windows."""
    scale = 44
    size = (round((right - left) * scale), round(height * scale))
    wall = rough(seed, size, *colours, 120)
    courses = Image.new("L", size, 128)
    draw = ImageDraw.Draw(courses)
    for y in range(0, size[1], 8):
        draw.line((0, y, size[0], y), fill=108, width=2)
        for joint in range((y // 8 % 2) * 9, size[0], 18):
            draw.line((joint, y, joint, y + 8), fill=114, width=2)
    wall = shade(wall, courses)
    openings = Image.new("L", size, 0)
    draw = ImageDraw.Draw(openings)
    for storey in range(int(height / 3) + 1):
        bottom = size[1] - (storey * 3 + 0.9) * scale
        for column in range(int((right - left) / 3.2)):
            x = (1.1 + 3.2 * column) * scale
            draw.rectangle((x, bottom - 1.4 * scale, x + 1.3 * scale, bottom), fill=255)
    darken(wall, openings.filter(ImageFilter.GaussianBlur(1)), 0.88, (14, 16, 20))
    reveal = ImageChops.subtract(openings, ImageChops.offset(openings, 8, 7)).filter(ImageFilter.GaussianBlur(1))
    darken(wall, reveal, 0.5, (150, 142, 134))
    corners = [at(mast, left, height, z), at(mast, right, height, z), at(mast, right, 0, z), at(mast, left, 0, z)]
    paste_quad(canvas, shade(wall, ramp(size, 132, 116)), corners)
