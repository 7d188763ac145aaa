"""The four building sites as they stand empty: what never changes in front of each camera."""

from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sightlog.demo.pictures.buildings import facade, fence, scaffold, tube
from sightlog.demo.pictures.camera_look import DOUBLE
from sightlog.demo.pictures.ground import lay_ground, puddle, slab, wheel_tracks
from sightlog.demo.pictures.structures import Block, Sun, at, cast_shadow, container, heap, place_block, rough, stack
from sightlog.demo.pictures.surfaces import Colour, between, clouds, darken, noise, ramp, relief, shade, stretched
from sightlog.demo.poses import Space
from sightlog.demo.site_scene import Mast

_EARTH: tuple[Colour, Colour] = ((112, 98, 80), (190, 174, 150))
_GREY_GRAVEL: tuple[Colour, Colour] = ((116, 113, 107), (190, 186, 177))
_SAND: tuple[Colour, Colour] = ((126, 102, 74), (196, 172, 136))
_CLAY: tuple[Colour, Colour] = ((122, 92, 64), (192, 156, 118))
_CONCRETE: tuple[Colour, Colour] = ((112, 112, 108), (178, 176, 170))
_BRICK: tuple[Colour, Colour] = ((112, 62, 44), (176, 106, 78))


def sun_over(device_id: str, *, sunny: bool) -> Sun:
    """The same for all shadows of one camera; without sun they stay close to what throws them."""
    if not sunny:
        return Sun(0.1, 0.04, 0.2)
    return Sun(0.75, 0.35, 0.5) if "graz" in device_id else Sun(-0.7, 0.25, 0.55)


def _beyond(canvas: Image.Image, mast: Mast, seed: str, away: float) -> None:
    """Hedges and trees behind the site, pale with distance, with a ragged foot."""
    edge = round(at(mast, 0, 0.0, away)[1])
    size = (DOUBLE[0], max(60, edge + 40))
    leaves = Image.blend(clouds(f"{seed}/trees", size, 60, 5), noise(f"{seed}/leaves", size, (6, 6)), 0.4)
    green = between(stretched(leaves, 1.0), (50, 60, 42), (138, 146, 116))
    crowns = clouds(f"{seed}/crowns", (size[0], size[1] + 60), 110, 4).filter(ImageFilter.GaussianBlur(3))
    light = relief(crowns, 4, 10, 0.5).crop((0, 60, size[0], size[1] + 60))
    green = shade(shade(green, light), ramp(size, 150, 84))
    green = Image.blend(green, Image.new("RGB", size, (150, 156, 156)), 0.2).filter(ImageFilter.GaussianBlur(1.6))
    foot = ImageChops.add(ramp(size, 255, 0), stretched(clouds(f"{seed}/foot", size, 40, 3), 0.5), 1, -60)
    foot = foot.point([min(255, max(0, (value - 60) * 5)) for value in range(256)])
    canvas.paste(green, (0, 0), foot)


def _cones(canvas: Image.Image, mast: Mast, places: list[tuple[float, float]], sun: Sun) -> None:
    """Traffic cones."""
    for x, z in places:
        cast_shadow(canvas, mast, Block(x - 0.1, x + 0.1, z - 0.1, z + 0.1, 0, 0.6), sun)
        draw = ImageDraw.Draw(canvas)
        for low, high, colour in ((0.0, 0.06, (178, 70, 24)), (0.06, 0.3, (212, 84, 30)), (0.3, 0.45, (222, 220, 212)),
                                  (0.45, 0.7, (214, 88, 32))):  # fmt: skip
            wide, narrow = (0.22, 0.22) if high < 0.1 else (0.17 * (1 - low / 0.8), 0.17 * (1 - high / 0.8))
            draw.polygon([at(mast, x - wide, low, z), at(mast, x - narrow, high, z), at(mast, x + narrow, high, z),
                          at(mast, x + wide, low, z)], fill=colour)  # fmt: skip
            draw.polygon([at(mast, x + wide * 0.2, low, z), at(mast, x + narrow * 0.2, high, z),
                          at(mast, x + narrow, high, z), at(mast, x + wide, low, z)],
                         fill=(colour[0] * 7 // 10, colour[1] * 7 // 10, colour[2] * 7 // 10))  # fmt: skip


def _barrier_blocks(canvas: Image.Image, mast: Mast, places: list[tuple[float, float]], sun: Sun) -> None:
    """Concrete blocks that keep lorries on their way."""
    for number, (x, z) in enumerate(places):
        block = Block(x - 0.8, x + 0.8, z, z + 0.5, 0, 0.7)
        cast_shadow(canvas, mast, block, sun)
        face = rough(f"block{number}", (120, 60), *_CONCRETE, 30)
        front, side, top = (shade(face, Image.new("L", face.size, level)) for level in (98, 78, 150))
        place_block(canvas, mast, block, shade(front, ramp(front.size, 140, 96)), side, top)


def _pipes(canvas: Image.Image, mast: Mast, x: float, z: float, length: float, colour: Colour, sun: Sun) -> None:
    """A bundle of pipes or reinforcing steel on the ground."""
    cast_shadow(canvas, mast, Block(x, x + length, z, z + 0.8, 0, 0.3), sun)
    draw, chance = ImageDraw.Draw(canvas), Random(f"{x}/{z}")
    for layer in range(3):
        for k in range(7 - 2 * layer):
            end = 0.3 * chance.random()
            away = z + 0.75 - 0.11 * k - 0.1 * layer
            tube(
                draw,
                mast,
                Space(x + end, 0.06 + 0.1 * layer, away),
                Space(x + length - end, 0.06 + 0.1 * layer, away),
                0.05,
                colour,
            )


def _gate(mast: Mast, sun: Sun) -> Image.Image:
    canvas = lay_ground(mast, "gate", _GREY_GRAVEL)
    slab(canvas, mast, (-3.6, 3.4, 7.0, 60.0), "road", ((84, 84, 84), (138, 137, 134)), joints=False)
    wheel_tracks(canvas, mast, "gate", [(-1.2, 7, -0.6, 34), (1.6, 7, 1.0, 34)])
    _beyond(canvas, mast, "gate", 46)
    fence(canvas, mast, (-22, 24.5), (-3.9, 24.5))
    fence(canvas, mast, (3.9, 24.5), (22, 24.5))
    container(canvas, mast, Block(-13.0, -5.2, 19.6, 22.0, 0, 2.6), sun, "office", ((148, 152, 152), (214, 216, 212)))
    stack(canvas, mast, Block(7.2, 8.8, 17.5, 18.6, 0, 1.0), sun, "blocks", _CONCRETE, 5)
    stack(canvas, mast, Block(9.1, 10.7, 17.7, 18.8, 0, 1.3), sun, "blocks2", _CONCRETE, 6)
    _barrier_blocks(canvas, mast, [(-4.9, 15.2), (-4.9, 12.6), (4.9, 14.4), (4.9, 11.8)], sun)
    _cones(canvas, mast, [(-3.3, 18.5), (3.2, 18.7), (3.1, 21.5)], sun)
    draw = ImageDraw.Draw(canvas)
    tube(draw, mast, Space(-3.7, 0, 23.2), Space(-3.7, 1.1, 23.2), 0.13, (176, 60, 44))
    for k in range(8):
        colour = (204, 58, 44) if k % 2 else (226, 224, 218)
        tube(
            draw,
            mast,
            Space(-3.7 + 0.85 * k, 1.05 + 0.42 * k, 23.2),
            Space(-2.85 + 0.85 * k, 1.47 + 0.42 * k, 23.2),
            0.06,
            colour,
        )
    puddle(canvas, mast, 5.2, 17.0, 0.9, "gate")
    return canvas


def _scaffold_in_graz(mast: Mast, sun: Sun) -> Image.Image:
    canvas = lay_ground(mast, "north", _EARTH)
    slab(canvas, mast, (-16.0, 16.0, 16.6, 24.6), "apron", _CONCRETE)
    wheel_tracks(canvas, mast, "north", [(-9, 9, 9, 15.5), (-11, 13, 12, 11.5)])
    facade(canvas, mast, -22, 22, 25.0, 14, "north", _BRICK)
    _wall_foot(canvas, mast, -22, 22, 25.0)
    scaffold(canvas, mast, Block(-15, 15, 23.0, 24.3, 0, 12), "north", (66, 128, 84))
    stack(canvas, mast, Block(-8.6, -7.2, 18.4, 19.4, 0, 1.1), sun, "bricks", _BRICK, 6)
    stack(canvas, mast, Block(-10.6, -9.2, 18.7, 19.7, 0, 0.8), sun, "bricks2", _BRICK, 4)
    stack(canvas, mast, Block(7.4, 9.6, 16.9, 18.0, 0, 0.6), sun, "boards", ((120, 92, 58), (196, 162, 116)), 4)
    _pipes(canvas, mast, -9.6, 13.2, 4.0, (156, 152, 148), sun)
    heap(canvas, mast, (8.2, 13.0), 1.9, 1.1, sun, "sand", _SAND)
    _cones(canvas, mast, [(6.2, 15.4), (-6.2, 16.4)], sun)
    puddle(canvas, mast, -4.4, 11.4, 0.8, "north")
    return canvas


def _wall_foot(canvas: Image.Image, mast: Mast, left: float, right: float, z: float) -> None:
    """Dirt and shadow where a wall meets the ground."""
    y = at(mast, 0, 0, z)[1]
    mask = Image.new("L", DOUBLE, 0)
    ImageDraw.Draw(mask).rectangle((at(mast, left, 0, z)[0], y - 14, at(mast, right, 0, z)[0], y + 26), fill=200)
    darken(canvas, mask.filter(ImageFilter.GaussianBlur(12)), 0.6)


def _scaffold_in_leon(mast: Mast, sun: Sun) -> Image.Image:
    canvas = lay_ground(mast, "andamio", _SAND)
    wheel_tracks(canvas, mast, "andamio", [(-3.5, 7, -5.0, 34), (2, 7, -3, 28)])
    _beyond(canvas, mast, "andamio", 40)
    fence(canvas, mast, (-24, 27), (-2.6, 27))
    facade(canvas, mast, -2.2, 24, 24.6, 15, "andamio", ((150, 146, 138), (206, 202, 192)))
    _wall_foot(canvas, mast, -2.2, 24, 24.6)
    scaffold(canvas, mast, Block(-2.0, 15.5, 22.6, 23.9, 0, 12), "andamio", (58, 96, 150))
    container(canvas, mast, Block(-13.2, -7.0, 20.6, 23.0, 0, 2.6), sun, "caseta", ((46, 74, 120), (96, 128, 174)))
    stack(canvas, mast, Block(8.4, 9.9, 14.6, 15.7, 0, 1.1), sun, "ladrillo", _BRICK, 6)
    stack(canvas, mast, Block(-7.9, -6.2, 14.4, 15.5, 0, 0.9), sun, "bloques", _CONCRETE, 5)
    heap(canvas, mast, (-6.8, 11.6), 1.8, 1.0, sun, "grava", _GREY_GRAVEL)
    _pipes(canvas, mast, 4.9, 11.4, 3.2, (142, 96, 66), sun)
    _cones(canvas, mast, [(-1.6, 15.2), (-1.8, 18.2)], sun)
    return canvas


def _excavation(mast: Mast, sun: Sun) -> Image.Image:
    canvas = lay_ground(mast, "pit", _CLAY)
    wheel_tracks(canvas, mast, "pit", [(-8, 8, 6, 32), (7, 8, -4, 30), (-3, 7, 2, 34)])
    _beyond(canvas, mast, "pit", 52)
    fence(canvas, mast, (-26, 32), (26, 32))
    heap(canvas, mast, (-10.5, 26.0), 5.6, 3.4, sun, "spoil", _CLAY)
    heap(canvas, mast, (-3.0, 29.0), 4.6, 2.4, sun, "spoil2", ((96, 70, 48), (160, 122, 88)))
    heap(canvas, mast, (11.5, 27.0), 5.0, 2.8, sun, "gravel", _GREY_GRAVEL)
    heap(canvas, mast, (9.2, 14.0), 2.1, 1.2, sun, "gravel2", _GREY_GRAVEL)
    _pipes(canvas, mast, -10.4, 14.6, 4.4, (176, 110, 58), sun)
    _barrier_blocks(canvas, mast, [(-7.6, 18.6), (8.6, 19.4)], sun)
    puddle(canvas, mast, -2.6, 13.2, 1.2, "pit")
    puddle(canvas, mast, 4.4, 18.4, 1.0, "pit2")
    _cones(canvas, mast, [(-5.6, 16.2), (6.8, 16.3), (0.6, 16.1)], sun)
    return canvas


SITES: dict[str, Callable[[Mast, Sun], Image.Image]] = {
    "cam-graz-gate": _gate,
    "cam-graz-scaffold": _scaffold_in_graz,
    "cam-leon-scaffold": _scaffold_in_leon,
    "cam-leon-excavation": _excavation,
}
