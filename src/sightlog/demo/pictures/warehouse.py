"""The cameras in the aisles: a steel rack from the front, two rows of boxes, the dark of the rack behind."""

from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from sightlog.demo.pictures.boxes import front_of, side_of
from sightlog.demo.pictures.camera_look import DOUBLE, Look
from sightlog.demo.pictures.remembering import remembered
from sightlog.demo.pictures.surfaces import (
    Colour,
    Point,
    between,
    clouds,
    darken,
    glow,
    noise,
    paste_quad,
    ramp,
    relief,
    shade,
    stretched,
)
from sightlog.demo.rack_scene import (
    BAY,
    BEAM,
    CRUSHED_BOX,
    DEPTH,
    FLOORS,
    HALF_RACK,
    RackScene,
    Stored,
    Viewpoint,
    viewpoint_of,
)

LOOKS = {
    "cam-graz-aisle-a": Look("AISLE A", (1.04, 1.0, 0.9), 1.02, corner=0.5, grain=4.5, sharpening=60),
    "cam-graz-aisle-b": Look("AISLE B", (1.0, 1.01, 0.96), 0.94, corner=0.56, grain=4.0, sharpening=40),
    "cam-graz-aisle-c": Look("AISLE C", (0.96, 1.0, 1.03), 1.08, corner=0.6, grain=3.6, blur=0.7),
    "cam-leon-aisle-d": Look("PASILLO D", (1.06, 1.0, 0.84), 1.0, corner=0.45, grain=4.6, stamp_at_bottom=True),
    "cam-leon-aisle-e": Look("PASILLO E", (0.92, 1.02, 0.98), 0.92, corner=0.5, grain=5.0, blur=0.75,
                             stamp_at_bottom=True),
}  # fmt: skip
_STEEL: dict[str, tuple[Colour, Colour]] = {
    "cam-graz": ((20, 40, 84), (58, 92, 158)),
    "cam-leon": ((54, 60, 62), (128, 136, 138)),
}
_BEAM: dict[str, tuple[Colour, Colour]] = {
    "cam-graz": ((150, 62, 12), (226, 118, 40)),
    "cam-leon": ((158, 116, 10), (226, 180, 44)),
}


def paint(scene: RackScene) -> Image.Image:
    """The whole scene at twice the size."""
    canvas = _empty_rack(scene.device_id)
    middle = scene.view.x
    for stored in sorted(scene.stored, key=lambda each: -abs((each.left + each.right) / 2 - middle)):
        _stand(canvas, stored, scene.view)
    _beam_shadow(canvas, scene.view)
    _add_steel(canvas, scene.device_id, scene.label)
    return shade(canvas, _ceiling_light(scene.device_id))


def _doubled(points: tuple[Point, ...] | list[Point]) -> list[Point]:
    return [(2 * x, 2 * y) for x, y in points]


def _stand(canvas: Image.Image, stored: Stored, view: Viewpoint) -> None:
    """One box with its shadow, its visible side and top, and its front."""
    front = _doubled(stored.face(view))
    rear = _doubled(stored.face(view, stored.back))
    is_crushed = stored.kind == CRUSHED_BOX
    _shadow_around(canvas, front, rear)
    side = side_of(stored, (160, 160))
    if is_crushed:
        _open_top(canvas, side, front, rear)
    elif view.y < stored.top:
        paste_quad(canvas, shade(side, ramp(side.size, 60, 130)), [rear[0], rear[1], front[1], front[0]])
    if view.x > stored.right and not is_crushed:
        paste_quad(canvas, shade(side, ramp(side.size, 92, 22, across=True)), [front[1], rear[1], rear[2], front[2]])
    elif view.x < stored.left and not is_crushed:
        paste_quad(canvas, shade(side, ramp(side.size, 22, 92, across=True)), [rear[0], front[0], front[3], rear[3]])
    paste_quad(canvas, front_of(stored), front)


def _open_top(canvas: Image.Image, side: Image.Image, front: list[Point], rear: list[Point]) -> None:
    """What is left of the top of a crushed box: flaps that have fallen in."""
    sunk = 0.2 * (front[3][1] - front[0][1])
    (x0, y0), (x1, _), _, _ = front
    (x2, y2), (x3, _), _, _ = rear
    flaps = [(x2, y2 + 0.5 * sunk), (x3, y2 + 0.8 * sunk), (x1, y0 + 1.6 * sunk), (x0, y0 + 1.6 * sunk)]
    paste_quad(canvas, shade(side, ramp(side.size, 34, 88)), flaps)


def _shadow_around(canvas: Image.Image, front: list[Point], rear: list[Point]) -> None:
    """Less light reaches what is close behind and beside a box."""
    points = front + rear
    left, top = int(min(x for x, _ in points)) - 50, int(min(y for _, y in points)) - 50
    right, bottom = int(max(x for x, _ in points)) + 50, int(max(y for _, y in points)) + 50
    small = ((right - left) // 4, (bottom - top) // 4)
    mask = Image.new("L", small, 0)
    draw = ImageDraw.Draw(mask)
    for quad, amount in ((rear, 170), (front, 200)):
        draw.polygon([((x - left + 8) / 4, (y - top + 4) / 4) for x, y in quad], fill=amount)
    soft = mask.filter(ImageFilter.GaussianBlur(6)).resize((small[0] * 4, small[1] * 4), Image.Resampling.BILINEAR)
    canvas.paste((4, 4, 5), (left, top), soft.point(lambda value: value * 0.8))


def _beam_shadow(canvas: Image.Image, view: Viewpoint) -> None:
    """The upper beam keeps the ceiling's light from the top of the lower row."""
    y = round(2 * view.seen(0, FLOORS[0] + BEAM, 6)[1])
    canvas.paste((3, 3, 4), (0, y - 8), ramp((DOUBLE[0], 130), 190, 0))


@remembered
def _ceiling_light(device_id: str) -> Image.Image:
    """Lamps over the aisle: brighter on one side, darker towards the floor."""
    chance = Random(f"{device_id}/lamps")
    light = Image.blend(ramp(DOUBLE, 150, 106), Image.new("L", DOUBLE, 128), 0.2)
    pool = glow((DOUBLE[0], round(DOUBLE[1] * 1.5)), 1.2)
    x = round(DOUBLE[0] * (0.6 * chance.random() - 0.3))
    light.paste(Image.new("L", pool.size, 156), (x, -DOUBLE[1] // 2), pool)
    return light


@remembered
def _empty_rack(device_id: str) -> Image.Image:
    """What stands behind the boxes: always the same for this camera."""
    view = viewpoint_of(device_id)
    canvas = between(stretched(clouds(f"{device_id}/dark", DOUBLE, 300, 4), 0.5, 100), (6, 7, 8), (40, 42, 44))
    _far_rack(canvas, device_id, view)
    mesh = Image.new("L", DOUBLE, 0)
    draw = ImageDraw.Draw(mesh)
    for step in range(-60, 61):
        x = step * 5.0
        draw.line(_doubled([view.seen(x, -160, DEPTH), view.seen(x, 140, DEPTH)]), fill=150, width=2)
        y = step * 2.5
        draw.line(_doubled([view.seen(-300, y, DEPTH), view.seen(300, y, DEPTH)]), fill=120, width=2)
    darken(canvas, mesh.filter(ImageFilter.GaussianBlur(1.6)), 0.42, (70, 72, 74))
    for floor in FLOORS:
        _deck(canvas, device_id, view, floor)
    for side in (-1, 1):
        _frame_side(canvas, device_id, view, side)
    return canvas


def _far_rack(canvas: Image.Image, device_id: str, view: Viewpoint) -> None:
    """The next rack stands back to back with this one, out of focus and in the dark."""
    chance = Random(f"{device_id}/far")
    draw = ImageDraw.Draw(canvas)
    for floor in (-62.0, -14.0, 34.0, 82.0):
        x = -240.0
        while x < 240:
            width, height = 30 + 26 * chance.random(), 22 + 20 * chance.random()
            if chance.random() < 0.8:
                level = 0.16 + 0.2 * chance.random()
                left, top = view.seen(x, floor - height, 2.1 * DEPTH)
                right, bottom = view.seen(x + width, floor, 2.1 * DEPTH)
                colour = tuple(round(level * part) for part in (172, 134, 96))
                draw.rectangle((2 * left, 2 * top, 2 * right, 2 * bottom), fill=colour)
            x += width + 4
        left, top = view.seen(-300, floor, 2.0 * DEPTH)
        right, bottom = view.seen(300, floor + 7, 2.0 * DEPTH)
        draw.rectangle((2 * left, 2 * top, 2 * right, 2 * bottom), fill=(48, 30, 14))
    canvas.paste(canvas.reduce(4).filter(ImageFilter.GaussianBlur(3)).resize(DOUBLE, Image.Resampling.BICUBIC))


def _deck(canvas: Image.Image, device_id: str, view: Viewpoint, floor: float) -> None:
    """Chipboard between the beams; from below one sees its dark underside."""
    sheet = between(
        stretched(clouds(f"{device_id}/deck{floor}", (900, 220), 16, 4), 0.8, 120), (58, 48, 36), (140, 120, 92)
    )
    half = HALF_RACK - 3
    if view.y < floor:
        sheet = shade(sheet, ramp(sheet.size, 34, 112))
        height = floor
    else:
        sheet = shade(sheet, ramp(sheet.size, 60, 18))
        height = floor + BEAM * 0.6
    corners = [
        view.seen(-half, height, DEPTH),
        view.seen(half, height, DEPTH),
        view.seen(half, height, 0),
        view.seen(-half, height, 0),
    ]
    paste_quad(canvas, sheet, _doubled(corners))


def _frame_side(canvas: Image.Image, device_id: str, view: Viewpoint, side: int) -> None:
    """The rear upright with its braces, in the rack's shadow."""
    dark, light = _STEEL[device_id[:8]]
    mask = Image.new("L", DOUBLE, 0)
    draw = ImageDraw.Draw(mask)
    x = side * (HALF_RACK - 2)
    for z, width in ((DEPTH, 26), (DEPTH * 0.97, 26)):
        draw.line(_doubled([view.seen(x, -140, z), view.seen(x, 140, z)]), fill=220, width=width)
    for y in (-120, -60, 0, 60):
        draw.line(_doubled([view.seen(x, y, 4), view.seen(x, y + 55, DEPTH)]), fill=190, width=14)
    shaded = ((dark[0] + light[0]) // 5, (dark[1] + light[1]) // 5, (dark[2] + light[2]) // 5)
    darken(canvas, mask.filter(ImageFilter.GaussianBlur(1.2)), 0.8, shaded)


def _add_steel(canvas: Image.Image, device_id: str, label: str) -> None:
    """Front uprights and beams, which hide what is behind them; the beams carry the shelf's labels."""
    view = viewpoint_of(device_id)
    for row, floor in enumerate(FLOORS):
        _beam(canvas, device_id, view, floor, f"{label}-{2 - row}")
    for side in (-1, 1):
        _upright(canvas, device_id, view, side)


def _beam(canvas: Image.Image, device_id: str, view: Viewpoint, floor: float, label: str) -> None:
    (left, top), (right, bottom) = _doubled([view.seen(-HALF_RACK, floor, 0), view.seen(HALF_RACK, floor + BEAM, 0)])
    size = (round(right - left), round(bottom - top))
    dark, light = _BEAM[device_id[:8]]
    paint = Image.blend(
        clouds(f"{device_id}/paint{floor}", size, 200, 4), noise(f"{device_id}/dust{floor}", size, (60, 3)), 0.3
    )
    steel = between(stretched(paint, 0.6, 128), dark, light)
    profile = Image.new("L", (1, size[1]), 128)
    for row in range(size[1]):
        part = row / size[1]
        level = 190 if part < 0.05 else 140 if part < 0.3 else 196 if part < 0.34 else 104 if part < 0.9 else 60
        profile.putpixel((0, row), level)
    steel = shade(steel, profile.filter(ImageFilter.GaussianBlur(1.2)).resize(size))
    draw, font = ImageDraw.Draw(steel), ImageFont.load_default(20)
    chance = Random(f"{device_id}/{label}")
    for bay in range(6):
        x = size[0] * (0.5 + (bay - 2.5) * BAY / (2 * HALF_RACK))
        y = size[1] * 0.44
        draw.rectangle((x - 84, y, x + 84, y + 34), fill=(226, 224, 212))
        draw.text((x - 78, y + 6), f"{label}-{bay + 1}", (30, 30, 32), font)
        bar = x + 6
        while bar < x + 76:
            thick = chance.choice((1, 2, 3))
            draw.rectangle((bar, y + 5, bar + thick, y + 29), fill=(30, 30, 32))
            bar += thick + chance.choice((2, 3, 4))
    canvas.paste(steel, (round(left), round(top)))


def _upright(canvas: Image.Image, device_id: str, view: Viewpoint, side: int) -> None:
    """A roll-formed post with its rows of slots."""
    inner, outer = side * (HALF_RACK - 6), side * (HALF_RACK + 5)
    left, right = sorted(2 * view.seen(x, 0, -1)[0] for x in (inner, outer))
    size = (round(right - left), DOUBLE[1])
    dark, light = _STEEL[device_id[:8]]
    post = between(stretched(clouds(f"{device_id}/post{side}", size, 160, 4), 0.6), dark, light)
    form = Image.new("L", size, 128)
    draw = ImageDraw.Draw(form)
    draw.rectangle((0, 0, 6, size[1]), fill=60)
    draw.rectangle((size[0] - 7, 0, size[0], size[1]), fill=60)
    draw.rectangle((size[0] * 0.42, 0, size[0] * 0.58, size[1]), fill=86)
    post = shade(post, relief(form.filter(ImageFilter.GaussianBlur(2)), 3, 0, 1.6))
    holes = Image.new("L", size, 0)
    draw = ImageDraw.Draw(holes)
    for y in range(10, size[1], 32):
        for x in (size[0] * 0.24, size[0] * 0.76):
            draw.polygon(((x - 6, y), (x + 6, y), (x + 3, y + 17), (x - 3, y + 17)), fill=255)
    darken(post, holes.filter(ImageFilter.GaussianBlur(0.8)), 0.9, (8, 8, 9))
    canvas.paste(post, (round(left), 0))
