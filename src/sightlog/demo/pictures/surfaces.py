"""Surfaces and light: seeded noise, gradients, relief and shadows, the paint that every picture is made of."""

from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Size = tuple[int, int]
Colour = tuple[int, int, int]
Point = tuple[float, float]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def noise(seed: str, size: Size, cell: tuple[float, float] = (1, 1)) -> Image.Image:
    """Grey noise whose grains are so many pixels wide and high."""
    columns, rows = max(2, round(size[0] / cell[0])), max(2, round(size[1] / cell[1]))
    grains = Image.frombytes("L", (columns, rows), Random(seed).randbytes(columns * rows))
    return grains if (columns, rows) == size else grains.resize(size, Image.Resampling.BICUBIC)


def clouds(seed: str, size: Size, cell: float, octaves: int = 4) -> Image.Image:
    """Noise over noise, each half as coarse and a little fainter than the one before."""
    total = noise(f"{seed}/0", size, (cell, cell))
    for octave in range(1, octaves):
        finer = noise(f"{seed}/{octave}", size, (cell / 2**octave, cell / 2**octave))
        total = Image.blend(total, finer, 0.36)
    return stretched(total, 1.5)


def stretched(grey: Image.Image, factor: float, middle: float = 128) -> Image.Image:
    """More (or less) contrast around the middle grey, which becomes `middle`."""
    return grey.point([round(min(255, max(0, middle + (value - 128) * factor))) for value in range(256)])


def between(grey: Image.Image, dark: Colour, light: Colour) -> Image.Image:
    """The grey picture in colours from `dark` to `light`."""
    channels = [
        grey.point([round(low + (high - low) * value / 255) for value in range(256)])
        for low, high in zip(dark, light, strict=True)
    ]
    return Image.merge("RGB", channels)


def shade(picture: Image.Image, light: Image.Image) -> Image.Image:
    """The picture under this light: 128 leaves it as it is, darker greys darken, lighter ones brighten."""
    return ImageChops.hard_light(picture, Image.merge("RGB", (light, light, light)))


def relief(height: Image.Image, right: int, down: int, strength: float) -> Image.Image:
    """The light on a surface of this height, lit from the upper left when right and down are positive."""
    moved = ImageChops.offset(height, right, down)
    return stretched(ImageChops.subtract(height, moved, 2, 128), 2 * strength)


def ramp(size: Size, start: int, end: int, *, across: bool = False) -> Image.Image:
    """A grey ramp from top to bottom, or from left to right."""
    steps = bytes(round(start + (end - start) * step / 255) for step in range(256))
    thin = Image.frombytes("L", (256, 1) if across else (1, 256), steps)
    return thin.resize(size, Image.Resampling.BILINEAR)


def glow(size: Size, power: float = 1.0) -> Image.Image:
    """White in the middle, falling to black at the ellipse that fills the size."""
    fall = [round(255 * max(0.0, 1 - value / 181) ** power) for value in range(256)]
    return Image.radial_gradient("L").point(fall).resize(size, Image.Resampling.BILINEAR)


def polygon_mask(size: Size, points: list[Point], blur: float = 0) -> Image.Image:
    """White inside the polygon."""
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon(points, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(blur)) if blur else mask


def darken(picture: Image.Image, mask: Image.Image, amount: float, colour: Colour = BLACK) -> None:
    """Lay this colour over the picture where the mask is white, so strongly."""
    picture.paste(colour, (0, 0), mask.point([round(value * amount) for value in range(256)]))


def warp(picture: Image.Image, size: Size, corners: list[Point], inset: float = 0.0) -> Image.Image:
    """The picture seen in perspective: its corners (clockwise from the upper left) come to these points. With an
    inset, a rim of so many pixels lies outside of them, so that no black shines in from beyond the picture."""
    width, height = picture.size
    right, bottom = width - inset, height - inset
    source = [(inset, inset), (right, inset), (right, bottom), (inset, bottom)]
    return picture.transform(size, Image.Transform.PERSPECTIVE, perspective(corners, source), Image.Resampling.BICUBIC)


def paste_quad(canvas: Image.Image, sheet: Image.Image, corners: list[Point]) -> None:
    """The sheet in perspective, its corners at these points of the canvas."""
    left, top = int(min(x for x, _ in corners)) - 1, int(min(y for _, y in corners)) - 1
    right, bottom = int(max(x for x, _ in corners)) + 2, int(max(y for _, y in corners)) + 2
    size = (right - left, bottom - top)
    if min(size) < 3:
        return
    moved = [(x - left, y - top) for x, y in corners]
    seen = warp(sheet, size, moved, inset=2.5)
    mask = polygon_mask(size, moved)
    if sheet.mode == "RGBA":
        mask = seen.getchannel("A")
    canvas.paste(seen.convert("RGB"), (left, top), mask)


def perspective(origin: list[Point], target: list[Point]) -> tuple[float, ...]:
    """The eight numbers of the perspective that takes four points to four others."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(origin, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return tuple(_solve(rows))


def _solve(rows: list[list[float]]) -> list[float]:
    """Gauss and Jordan: the last column holds what the others add up to."""
    count = len(rows)
    for column in range(count):
        best = max(range(column, count), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        lead = rows[column][column]
        rows[column] = [value / lead for value in rows[column]]
        for other in range(count):
            if other != column and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[column], strict=True)]
    return [row[-1] for row in rows]
