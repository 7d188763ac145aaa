"""An excavator: tracks, upper body with its cab, boom, stick and bucket."""

from PIL import Image, ImageDraw, ImageFilter

from sightlog.demo.pictures.structures import Block, Sun, at, cast_shadow, place_block, rough
from sightlog.demo.pictures.surfaces import Colour, Point, noise, ramp, relief, shade, stretched
from sightlog.demo.poses import Space
from sightlog.demo.site_scene import Excavator, Mast, excavator_points

_YELLOW: tuple[Colour, Colour] = ((150, 104, 14), (226, 174, 40))


def draw_excavator(canvas: Image.Image, machine: Excavator, mast: Mast, sun: Sun) -> None:
    """The machine with its shadow, from its far track to its arm."""
    x, _, z = machine.place
    cast_shadow(canvas, mast, Block(x - 1.9, x + 1.8, z - 1.2, z + 1.2, 0, 2.2), sun)
    for near in (z + 0.7, z - 1.2):
        _track(canvas, mast, Block(x - 1.7, x + 1.7, near, near + 0.5, 0.0, 0.75))
    facing = machine.facing
    back, front = sorted((x - 1.9 * facing, x + 1.3 * facing))
    _house(canvas, mast, Block(back, front, z - 1.1, z + 1.1, 0.85, 1.75))
    _cab(canvas, mast, machine)
    _arm(canvas, mast, machine)


def _track(canvas: Image.Image, mast: Mast, block: Block) -> None:
    size = (300, 70)
    side = rough("track", size, (26, 25, 24), (86, 80, 72), 20)
    draw = ImageDraw.Draw(side)
    for k in range(6):
        x = 32 + k * 47
        draw.ellipse((x - 18, 22, x + 18, 58), fill=(58, 54, 48))
        draw.ellipse((x - 9, 31, x + 9, 49), fill=(28, 27, 26))
    for x in range(0, 300, 12):
        draw.line((x, 0, x, 9), fill=(18, 18, 18), width=5)
        draw.line((x, 61, x, 70), fill=(18, 18, 18), width=5)
    top = rough("links", (300, 50), (40, 38, 36), (104, 98, 90), 12)
    draw = ImageDraw.Draw(top)
    for x in range(0, 300, 12):
        draw.line((x, 0, x, 50), fill=(24, 24, 24), width=4)
    place_block(canvas, mast, block, side, side.resize((60, 70)), top)


def _house(canvas: Image.Image, mast: Mast, block: Block) -> None:
    size = (320, 100)
    front = shade(rough("house", size, *_YELLOW, 70), ramp(size, 136, 92))
    draw = ImageDraw.Draw(front)
    draw.rectangle((150, 0, 154, 100), fill=(84, 60, 14))
    for y in range(26, 66, 9):
        draw.rectangle((30, y, 110, y + 4), fill=(44, 34, 16))
    draw.rectangle((0, 82, 320, 100), fill=(40, 38, 36))
    top = rough("roof", (320, 200), (176, 132, 30), (240, 196, 72), 60)
    draw = ImageDraw.Draw(top)
    draw.rectangle((20, 30, 130, 170), fill=(58, 54, 48))
    draw.rectangle((28, 38, 122, 162), fill=(96, 84, 56))
    side = shade(rough("flank", (160, 100), *_YELLOW, 40), ramp((160, 100), 104, 64))
    place_block(canvas, mast, block, front.filter(ImageFilter.GaussianBlur(0.8)), side, top)


def _cab(canvas: Image.Image, mast: Mast, machine: Excavator) -> None:
    x, _, z = machine.place
    left, right = sorted((x + 0.05 * machine.facing, x + 1.35 * machine.facing))
    size = (160, 170)
    glass = shade(rough("glass", size, (20, 26, 32), (74, 88, 98), 60), ramp(size, 150, 90))
    draw = ImageDraw.Draw(glass)
    draw.polygon(((20, 12), (70, 12), (30, 100), (12, 100)), fill=(122, 138, 148))
    for box in ((0, 0, 12, 170), (148, 0, 160, 170), (0, 0, 160, 10), (0, 118, 160, 170), (84, 0, 92, 170)):
        draw.rectangle(box, fill=(186, 140, 28) if box[1] > 100 else (46, 42, 36))
    glass = glass.filter(ImageFilter.GaussianBlur(1.2))
    roof = rough("cab", (160, 100), (180, 176, 166), (232, 228, 218), 40)
    flank = shade(glass.resize((120, 170)), Image.new("L", (120, 170), 84))
    place_block(canvas, mast, Block(left, right, z - 1.1, z - 0.1, 1.2, 2.75), glass, flank, roof)


def _arm(canvas: Image.Image, mast: Mast, machine: Excavator) -> None:
    foot, elbow, hand, tip = excavator_points(machine)
    facing = machine.facing
    bow = Space((foot.right + elbow.right) / 2 - 0.45 * facing, (foot.up + elbow.up) / 2 + 0.6, foot.away)
    layer = Image.new("RGBA", canvas.size, (150, 110, 20, 0))
    draw = ImageDraw.Draw(layer)

    def beam(points: list[tuple[Space, float]], colour: Colour) -> None:
        edges: list[Point] = []
        for sign in (1, -1):
            run = points if sign > 0 else points[::-1]
            edges += [at(mast, place.right + sign * wide * 0.35 * facing, place.up + sign * wide * 0.8, place.away)
                      for place, wide in run]  # fmt: skip
        draw.polygon(edges, fill=colour)

    beam([(elbow, 0.16), (hand, 0.14)], (196, 146, 30))
    beam([(foot, 0.24), (bow, 0.34), (elbow, 0.2)], (208, 158, 34))
    ram, head = Space(foot.right + 0.5 * facing, foot.up + 0.1, foot.away), (bow.right + 0.1 * facing, bow.up - 0.2)
    draw.line((at(mast, *ram), at(mast, *head, bow.away)), fill=(120, 122, 124), width=7)
    start = at(mast, bow.right + 0.2 * facing, bow.up + 0.35, bow.away)
    draw.line((start, at(mast, elbow.right, elbow.up + 0.3, elbow.away)), fill=(60, 60, 60), width=8)
    scoop = [
        (hand.right + 0.2 * facing, hand.up + 0.1),
        (hand.right + 0.3 * facing, hand.up - 0.5),
        (tip.right + 0.25 * facing, tip.up + 0.02),
        (tip.right - 0.15 * facing, tip.up),
        (tip.right - 0.1 * facing, hand.up - 0.1),
    ]
    draw.polygon([at(mast, x, max(0.0, y), hand.away) for x, y in scoop], fill=(74, 66, 56))
    box = layer.getchannel("A").getbbox()
    if not box:
        return
    tile = layer.crop(box).filter(ImageFilter.GaussianBlur(1.1))
    alpha = tile.getchannel("A")
    light = relief(alpha.filter(ImageFilter.GaussianBlur(5)), 4, 7, 0.5)
    dirt = stretched(noise("arm", tile.size, (14, 9)), 0.35)
    lit = shade(shade(tile.convert("RGB"), light), dirt)
    canvas.paste(lit, box[:2], alpha)
