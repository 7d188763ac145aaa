"""What a fixed industrial camera does to a scene: lens, colour cast, exposure, grain, burnt-in time and name."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from sightlog.demo.pictures.surfaces import Size, noise, stretched
from sightlog.demo.plants import PICTURE_HEIGHT, PICTURE_WIDTH

SIZE: Size = (PICTURE_WIDTH, PICTURE_HEIGHT)
DOUBLE: Size = (2 * PICTURE_WIDTH, 2 * PICTURE_HEIGHT)
_JPEG_QUALITY = 84


@dataclass(frozen=True, slots=True)
class Look:
    """One camera's lens and sensor. `cast` multiplies red, green and blue; `corner` is the light left in the
    corners; `blur` in pixels; `grain` in grey levels; `lift` is the black level."""

    name: str
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 1.0
    contrast: float = 1.0
    corner: float = 0.62
    blur: float = 0.55
    grain: float = 4.0
    lift: int = 6
    sharpening: int = 0
    stamp_at_bottom: bool = False
    stamp_size: int = 16


def photographed(scene: Image.Image, look: Look, seed: str) -> Image.Image:
    """The scene, painted at twice the size, as this camera's frame."""
    frame = scene.reduce(2).filter(ImageFilter.GaussianBlur(look.blur))
    if look.sharpening:
        frame = frame.filter(ImageFilter.UnsharpMask(1.6, look.sharpening, 2))
    if look.contrast != 1.0:
        frame = ImageEnhance.Contrast(frame).enhance(look.contrast)
    lens = _lens(look.corner)
    frame = ImageChops.multiply(frame, Image.merge("RGB", (lens, lens, lens)))
    frame = _developed(frame, look)
    return ImageChops.add(frame, _grain(seed, look.grain), 1, -128)


def stamp(frame: Image.Image, look: Look, clock: str) -> None:
    """Burn the camera's name and the time into the frame."""
    draw, font = ImageDraw.Draw(frame), ImageFont.load_default(look.stamp_size)
    top = PICTURE_HEIGHT - look.stamp_size - 16 if look.stamp_at_bottom else 12
    right = PICTURE_WIDTH - 16 - draw.textlength(clock, font)
    for x, text in ((16.0, look.name), (right, clock)):
        draw.text((x + 1, top + 1), text, (12, 12, 12), font, stroke_width=1, stroke_fill=(24, 24, 24))
        draw.text((x, top), text, (238, 238, 232), font)


def as_jpeg(frame: Image.Image) -> bytes:
    """The frame as a file."""
    file = BytesIO()
    frame.save(file, "JPEG", quality=_JPEG_QUALITY)
    return file.getvalue()


@lru_cache(maxsize=8)
def _lens(corner: float) -> Image.Image:
    """Light falling off to the corners, with the square of the distance from the middle."""
    fall = [round(255 * (1 - (1 - corner) * (value / 255) ** 2.2)) for value in range(256)]
    # Pillow's gradient reaches 255 in the corners of its square.
    return Image.radial_gradient("L").point(fall).resize(SIZE, Image.Resampling.BICUBIC)


def _developed(frame: Image.Image, look: Look) -> Image.Image:
    """Exposure, cast, black level and the soft shoulder of the highlights."""
    table: list[int] = []
    for gain in look.cast:
        for value in range(256):
            light = value * gain * look.exposure
            light = light if light < 200 else 200 + 55 * (1 - 2.718 ** -((light - 200) / 55))
            table.append(round(min(255.0, look.lift + light * (255 - look.lift) / 255)))
    return frame.point(table)


def _grain(seed: str, strength: float) -> Image.Image:
    """Sensor noise: mostly of brightness, a little of colour, slightly softened as cameras do."""
    fine = Image.blend(noise(f"{seed}/a", SIZE), noise(f"{seed}/b", SIZE), 0.5)
    fine = fine.filter(ImageFilter.GaussianBlur(0.45))
    random = Random(f"{seed}/grain")
    channels = []
    for _ in range(3):
        tint = noise(f"{seed}/{random.random()}", SIZE, (2.5, 2.5))
        channels.append(stretched(Image.blend(fine, tint, 0.22), strength / 26))
    return Image.merge("RGB", channels)
