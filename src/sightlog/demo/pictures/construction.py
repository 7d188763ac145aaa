"""The cameras on the building sites: their grounds, who is on them, and the light of day, dusk and infra-red."""

from dataclasses import replace

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from sightlog.demo.pictures import sites
from sightlog.demo.pictures.camera_look import DOUBLE, Look
from sightlog.demo.pictures.machines import draw_excavator
from sightlog.demo.pictures.people import draw_person, draw_shadow, stripes
from sightlog.demo.pictures.remembering import remembered
from sightlog.demo.pictures.structures import at
from sightlog.demo.pictures.surfaces import darken, glow, polygon_mask
from sightlog.demo.site_scene import DAY, DUSK, INFRARED, SiteScene, ground_of

LOOKS = {
    "cam-graz-gate": Look("GATE", (1.0, 1.0, 0.98), 1.02, corner=0.66, grain=3.4, sharpening=90),
    "cam-graz-scaffold": Look("SCAFFOLD NORTH", (0.97, 1.0, 1.04), 1.0, corner=0.6, grain=3.8, sharpening=70),
    "cam-leon-scaffold": Look("ANDAMIO 1", (1.06, 1.0, 0.9), 1.05, corner=0.62, grain=3.6, sharpening=80,
                              stamp_at_bottom=True),
    "cam-leon-excavation": Look("EXCAVACION", (1.04, 1.0, 0.93), 1.0, corner=0.56, grain=4.4, blur=0.7,
                                sharpening=90, stamp_at_bottom=True),
}  # fmt: skip


def look_of(scene: SiteScene) -> Look:
    """The camera's look; with less light it needs more gain, and in infra-red it sees no colours."""
    look = LOOKS[scene.device_id]
    if scene.light == INFRARED:
        return replace(look, cast=(1.0, 1.0, 1.0), exposure=1.45 * look.exposure, grain=1.5 * look.grain)
    return replace(look, exposure=1.1 * look.exposure, grain=1.5 * look.grain) if scene.light == DUSK else look


def paint(scene: SiteScene) -> Image.Image:
    """The whole scene at twice the size."""
    is_sunny = scene.sunny and scene.light == DAY
    canvas, sun = _empty_site(scene.device_id, is_sunny), sites.sun_over(scene.device_id, sunny=is_sunny)
    mast = ground_of(scene.device_id).mast
    for person in scene.people:
        draw_shadow(canvas, person, mast, sun)
    drawn = sorted(scene.people, key=lambda person: -person.feet.away)
    is_machine_drawn = scene.excavator is None
    for number, person in enumerate(drawn):
        if scene.excavator and not is_machine_drawn and person.feet.away < scene.excavator.place.away - 1:
            draw_excavator(canvas, scene.excavator, mast, sun)
            is_machine_drawn = True
        draw_person(canvas, person, mast, f"{scene.seed}/{number}", 1 if sun.right > 0 else -1)
    if scene.excavator and not is_machine_drawn:
        draw_excavator(canvas, scene.excavator, mast, sun)
    return _in_light(canvas, scene)


@remembered
def _empty_site(device_id: str, sunny: bool) -> Image.Image:
    return sites.SITES[device_id](ground_of(device_id).mast, sites.sun_over(device_id, sunny=sunny))


def _in_light(canvas: Image.Image, scene: SiteScene) -> Image.Image:
    if scene.light == DUSK:
        return _dusk(canvas)
    if scene.light == INFRARED:
        return _infrared(canvas, scene)
    return canvas if scene.sunny else ImageEnhance.Color(canvas).enhance(0.82)


def _dusk(canvas: Image.Image) -> Image.Image:
    """Blue and dim, with the warm pools of two site lamps."""
    dim = ImageChops.multiply(canvas, Image.new("RGB", DOUBLE, (104, 114, 140)))
    warm = ImageChops.multiply(canvas, Image.new("RGB", DOUBLE, (255, 214, 150)))
    pools = Image.new("L", DOUBLE, 0)
    for x, y, width, height in ((-100, 80, 1300, 800), (1000, 260, 1100, 720)):
        pools.paste(200, (x, y), glow((width, height), 1.3))
    dim.paste(warm, (0, 0), pools.filter(ImageFilter.GaussianBlur(30)))
    return dim


def _infrared(canvas: Image.Image, scene: SiteScene) -> Image.Image:
    """Grey, brightest where the camera's own lamp points, and the vests' bands shine."""
    red, green, _ = canvas.split()
    grey = ImageEnhance.Contrast(Image.blend(red, green, 0.4)).enhance(1.15)
    light = Image.new("L", DOUBLE, 26)
    beam = glow((round(DOUBLE[0] * 1.25), round(DOUBLE[1] * 1.35)), 0.8)
    light.paste(Image.new("L", beam.size, 235), (-DOUBLE[0] // 8, -DOUBLE[1] // 10), beam)
    grey = ImageChops.multiply(grey, light)
    shine = Image.new("L", DOUBLE, 0)
    draw = ImageDraw.Draw(shine)
    mast = ground_of(scene.device_id).mast
    for person in scene.people:
        if person.has_vest:
            for band in stripes(person, mast):
                draw.line(band, fill=255, width=max(3, round(2 * mast.metre(person.feet) * 0.06)))
    halo = shine.reduce(4).filter(ImageFilter.GaussianBlur(3)).resize(DOUBLE, Image.Resampling.BILINEAR)
    grey = ImageChops.add(grey, halo.point(lambda value: min(255, value * 1.2)))
    grey = ImageChops.add(grey, shine.filter(ImageFilter.GaussianBlur(1.4)))
    return Image.merge("RGB", (grey, grey, grey))


def mark_zone(frame: Image.Image, scene: SiteScene) -> None:
    """The watched zone, drawn into the finished frame by the camera's own software."""
    ground = ground_of(scene.device_id)
    points = [(x / 2, y / 2) for x, y in (at(ground.mast, right, 0, away) for right, away in ground.zone)]
    colour = (214, 226, 226) if scene.light == INFRARED else (238, 178, 40)
    mask = polygon_mask(frame.size, points)
    darken(frame, mask, 0.055, colour)
    line = Image.new("L", (frame.width * 2, frame.height * 2), 0)
    doubled = [(2 * x, 2 * y) for x, y in (*points, points[0])]
    ImageDraw.Draw(line).line(doubled, fill=255, width=3, joint="curve")
    darken(frame, line.reduce(2), 0.62, colour)
