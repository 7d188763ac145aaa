"""The cameras over the assembly lines: the dark belt between its rails, and the plate on it."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sightlog.demo.pictures.camera_look import DOUBLE, Look
from sightlog.demo.pictures.defects import add_mark
from sightlog.demo.pictures.plates import add_screws, bare_plate, silhouette
from sightlog.demo.pictures.remembering import remembered
from sightlog.demo.pictures.surfaces import (
    Point,
    between,
    clouds,
    darken,
    glow,
    noise,
    polygon_mask,
    ramp,
    shade,
    stretched,
    warp,
)
from sightlog.demo.plate_scene import HALF_LENGTH, HALF_WIDTH, PlateScene, background_view

LOOKS = {
    "cam-graz-l1-top": Look("GRAZ L1 TOP", (1.02, 1.0, 0.95), 1.02, corner=0.55, grain=3.6),
    "cam-graz-l1-side": Look("GRAZ L1 SIDE", (0.95, 1.0, 1.04), 1.12, corner=0.55, grain=5.2, blur=0.7),
    "cam-graz-l2-top": Look("GRAZ L2 TOP", (0.98, 1.01, 0.99), 1.06, corner=0.6, grain=3.2),
    "cam-leon-l3-top": Look("LEON L3 TOP", (1.06, 1.0, 0.88), 0.97, corner=0.48, grain=4.6, stamp_at_bottom=True),
    "cam-leon-l3-side": Look("LEON L3 SIDE", (0.93, 1.0, 1.0), 1.12, corner=0.5, grain=5.4, blur=0.8,
                             stamp_at_bottom=True),
}  # fmt: skip
# Where each camera's lamp is brightest: across and down the frame, from 0 to 1; and how wide its streak is.
_LAMPS = {
    "cam-graz-l1-top": (0.36, 0.4, 0.5),
    "cam-graz-l1-side": (0.62, 0.3, 0.7),
    "cam-graz-l2-top": (0.6, 0.42, 0.42),
    "cam-leon-l3-top": (0.45, 0.55, 0.6),
    "cam-leon-l3-side": (0.3, 0.35, 0.8),
}


def paint(scene: PlateScene) -> Image.Image:
    """The whole scene at twice the size."""
    canvas = belt(scene.device_id)
    sheet = bare_plate(scene)
    if scene.mark:
        add_mark(sheet, scene.mark, scene.seed)
    add_screws(sheet, scene)
    corners = [_doubled(scene.view.seen(u, v)) for u, v in _sheet_corners()]
    box = _box_around(corners)
    size, moved = (box[2] - box[0], box[3] - box[1]), [(x - box[0], y - box[1]) for x, y in corners]
    mask = warp(silhouette(scene.features), size, moved)
    _contact_shadow(canvas, corners)
    if scene.view.tilt:
        _wall(canvas, mask, box, scene.seed)
    plate = shade(warp(sheet, size, moved), _lamp(scene.device_id).crop(box))
    canvas.paste(plate, box[:2], mask)
    return canvas


def _box_around(corners: list[Point]) -> tuple[int, int, int, int]:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return int(min(xs)) - 2, int(min(ys)) - 2, int(max(xs)) + 3, int(max(ys)) + 3


def _sheet_corners() -> list[Point]:
    across, down = HALF_LENGTH, HALF_WIDTH
    return [(-across, -down), (across, -down), (across, down), (-across, down)]


def _doubled(point: Point) -> Point:
    return 2 * point[0], 2 * point[1]


def _contact_shadow(canvas: Image.Image, corners: list[Point]) -> None:
    """Dark and tight where the plate lies on the belt, wide and faint further out."""
    small = polygon_mask((DOUBLE[0] // 4, DOUBLE[1] // 4), [(x / 4, y / 4) for x, y in corners])
    total = Image.new("L", small.size, 0)
    for distance, blur, amount in ((2, 2.0, 190), (5, 7.0, 170), (10, 18.0, 140)):
        soft = ImageChops.offset(small, distance // 2, distance).filter(ImageFilter.GaussianBlur(blur))
        total = ImageChops.lighter(total, soft.point([value * amount // 255 for value in range(256)]))
    darken(canvas, total.resize(DOUBLE, Image.Resampling.BILINEAR), 1.0)


def _wall(canvas: Image.Image, mask: Image.Image, box: tuple[int, int, int, int], seed: str) -> None:
    """From the side one sees the plate's front edge, a sawn surface."""
    sawn = between(stretched(noise(f"{seed}/sawn", mask.size, (5, 30)), 0.5), (34, 35, 37), (104, 106, 108))
    left, top, _, _ = box
    for step in (18, 12, 6):
        canvas.paste(sawn, (left, top + step), mask)


@remembered
def _lamp(device_id: str) -> Image.Image:
    """The lamp's streak on brushed metal runs across the brush marks and fades to both sides."""
    x, y, width = _LAMPS[device_id]
    light = Image.new("L", DOUBLE, 92)
    streak = glow((round(DOUBLE[0] * width), DOUBLE[1] * 2), 1.1)
    bright = Image.new("L", streak.size, 196)
    light.paste(bright, (round(DOUBLE[0] * x - streak.width / 2), round(DOUBLE[1] * (y - 1))), streak)
    return light


@remembered
def belt(device_id: str) -> Image.Image:
    """What this camera sees when nothing lies on the belt: always the same."""
    view = background_view(device_id)
    flat = _flat_belt(device_id)
    reach_u, reach_v = 620.0, 430.0
    corners = [_doubled(view.seen(u, v)) for u, v in
               ((-reach_u, -reach_v), (reach_u, -reach_v), (reach_u, reach_v), (-reach_u, reach_v))]  # fmt: skip
    seen = warp(flat, DOUBLE, corners)
    dim = glow((DOUBLE[0] * 2, DOUBLE[1] * 2), 0.9).crop((DOUBLE[0] // 2, DOUBLE[1] // 2,
                                                         DOUBLE[0] * 3 // 2, DOUBLE[1] * 3 // 2))  # fmt: skip
    return shade(seen, stretched(dim, 0.5, 112))


def _flat_belt(device_id: str) -> Image.Image:
    """Belt, rails and floor from straight above, 1.5 pixels for each unit of the plate."""
    size = (1860, 1290)
    weave = Image.blend(noise(f"{device_id}/weave", size, (2, 2)), noise(f"{device_id}/yarn", size, (9, 2)), 0.5)
    dust = clouds(f"{device_id}/dust", size, 260, 5)
    streaks = noise(f"{device_id}/streaks", size, (700, 14))
    tone = Image.blend(Image.blend(weave, dust, 0.4), streaks, 0.34)
    rubber = between(stretched(tone, 0.9, 110), (16, 18, 19), (82, 86, 86))
    floor = between(stretched(clouds(f"{device_id}/floor", (size[0], 150), 90, 5), 0.7, 90), (22, 23, 24), (92, 94, 92))
    for top, bottom in ((150, 355), (935, 1140)):
        _rail(rubber, device_id, top, bottom)
    rubber.paste(shade(floor, ramp(floor.size, 110, 40)), (0, 0))
    rubber.paste(shade(floor, ramp(floor.size, 40, 110)), (0, 1140))
    return rubber


def _rail(flat: Image.Image, device_id: str, top: int, bottom: int) -> None:
    """An aluminium profile with its slot, bolts, and the shadow that it throws on the belt."""
    width, height = flat.width, bottom - top
    grain = Image.blend(noise(f"{device_id}/rail{top}", (width, height), (300, 1.5)),
                        noise(f"{device_id}/grime{top}", (width, height), (120, 40)), 0.4)  # fmt: skip
    profile = between(stretched(grain, 0.6, 120), (58, 60, 62), (150, 152, 152))
    bands = Image.new("L", (1, height), 128)
    for row in range(height):
        part = row / height
        level = 150 if part < 0.08 else 120 if part < 0.34 else 36 if part < 0.5 else 84 if part < 0.56 else 128
        bands.putpixel((0, row), level if part < 0.93 else 70)
    bands = bands.filter(ImageFilter.GaussianBlur(1.5)).resize((width, height))
    profile = shade(profile, bands)
    draw = ImageDraw.Draw(profile)
    for x in range(140, width, 430):
        y = height * 0.76
        draw.ellipse((x - 13, y - 13, x + 13, y + 13), fill=(38, 39, 40))
        draw.ellipse((x - 11, y - 12, x + 11, y + 10), fill=(122, 124, 126))
        draw.regular_polygon((x, y, 6), 6, fill=(22, 22, 23))
    flat.paste(profile.filter(ImageFilter.GaussianBlur(0.8)), (0, top))
    strip = ramp((width, 60), 190, 0) if top < 600 else ramp((width, 60), 0, 190)
    shadow = Image.new("L", flat.size, 0)
    shadow.paste(strip, (0, bottom if top < 600 else top - 60))
    darken(flat, shadow, 0.8)
