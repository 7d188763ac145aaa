"""What can be wrong with a plate: a scratch, a dent, an oil smear; and the reflection that is nothing."""

from PIL import Image, ImageChops, ImageFilter

from sightlog.demo.pictures.plates import FINE, SHEET, on_sheet
from sightlog.demo.pictures.surfaces import (
    Colour,
    Point,
    clouds,
    darken,
    noise,
    polygon_mask,
    relief,
    shade,
    stretched,
)
from sightlog.demo.plate_scene import DENT, OIL_SMEAR, REFLECTION, SCRATCH, Mark, outline_of


def add_mark(sheet: Image.Image, mark: Mark, seed: str) -> None:
    """Paint what the inspection finds on this plate."""
    painters = {SCRATCH: _scratch, DENT: _dent, OIL_SMEAR: _oil, REFLECTION: _reflection}
    patch = _Patch(sheet, mark, seed)
    painters[mark.kind](patch)
    sheet.paste(patch.tile, (patch.left, patch.top))


class _Patch:
    """The part of the sheet around a mark: nothing else has to be painted again."""

    def __init__(self, sheet: Image.Image, mark: Mark, seed: str) -> None:
        self.mark, self.seed = mark, seed
        points = [on_sheet(point) for point in mark.points]
        edge = 34 * FINE
        self.left, self.top = (max(0, int(min(values) - edge)) for values in zip(*points, strict=True))
        right, bottom = (int(max(values) + edge) for values in zip(*points, strict=True))
        self.tile = sheet.crop((self.left, self.top, min(SHEET[0], right), min(SHEET[1], bottom)))
        self.size = self.tile.size

    def on_tile(self, points: tuple[Point, ...]) -> list[Point]:
        """These points of the plate, in pixels of the tile."""
        return [(x - self.left, y - self.top) for x, y in map(on_sheet, points)]

    def stroke(self, points: tuple[Point, ...], width: float, blur: float) -> Image.Image:
        """White along this line."""
        return polygon_mask(self.size, self.on_tile(outline_of(points, width)), blur)

    def lay(self, mask: Image.Image, amount: float, colour: Colour) -> None:
        """This colour where the mask is white."""
        darken(self.tile, mask, amount, colour)


def _scratch(patch: _Patch) -> None:
    """A groove: a dark and a bright flank side by side, broken in places, with a hair-fine companion."""
    mark = patch.mark
    broken = stretched(noise(f"{patch.seed}/broken", patch.size, (26, 26)), 0.9, 190)
    groove = ImageChops.multiply(patch.stroke(mark.points, mark.width * 1.6, 0.9), broken)
    patch.lay(ImageChops.offset(groove, -2, -2), 0.55 + 0.4 * mark.strength, (34, 34, 38))
    patch.lay(ImageChops.offset(groove, 1, 1), 0.6 + 0.4 * mark.strength, (255, 255, 255))
    (u0, v0), (u1, v1) = mark.points[0], mark.points[-1]
    across = (-(v1 - v0) * 0.035, (u1 - u0) * 0.035)
    companion = tuple((u + across[0], v + across[1]) for u, v in mark.points[2:-1])
    hair = ImageChops.multiply(patch.stroke(companion, 1.0, 0.8), broken)
    patch.lay(hair, 0.5 * mark.strength + 0.2, (250, 250, 250))


def _dent(patch: _Patch) -> None:
    """A hollow: its upper side in shadow, its lower side bright, a nick where something struck."""
    mark = patch.mark
    hollow = ImageChops.invert(polygon_mask(patch.size, patch.on_tile(mark.points))).point(
        [round(10 + value * 118 / 255) for value in range(256)]
    )
    soft = hollow.filter(ImageFilter.GaussianBlur(mark.width * 0.26 * FINE))
    patch.tile = shade(patch.tile, relief(soft, 5, 7, 1.5 + 1.5 * mark.strength))
    inner = hollow.point([255 if value < 60 else 0 for value in range(256)])
    inner = inner.filter(ImageFilter.GaussianBlur(mark.width * 0.3 * FINE))
    rough = ImageChops.multiply(inner, stretched(noise(f"{patch.seed}/rough", patch.size, (5, 4)), 1.0, 120))
    patch.lay(rough, 0.3, (54, 54, 58))
    patch.lay(patch.stroke(mark.points[3:9], 2.4, 1.2), 0.5 * mark.strength, (245, 245, 245))


def _oil(patch: _Patch) -> None:
    """A wiped film: darker and browner, smoother than the metal, thicker at its rim."""
    mark, size = patch.mark, patch.size
    wiped = Image.blend(clouds(f"{patch.seed}/oil", size, 90, 3), noise(f"{patch.seed}/wiped", size, (150, 9)), 0.4)
    film = ImageChops.multiply(polygon_mask(size, patch.on_tile(mark.points), 9), stretched(wiped, 1.6, 205))
    film = film.point([min(255, max(0, round((value - 60) * 2.4))) for value in range(256)])
    film = film.filter(ImageFilter.GaussianBlur(2.5))
    patch.tile.paste(patch.tile.filter(ImageFilter.GaussianBlur(4)), (0, 0), film)
    patch.lay(film, 0.55 + 0.22 * mark.strength, (58, 42, 16))
    rim = ImageChops.subtract(film, film.filter(ImageFilter.GaussianBlur(7)))
    patch.lay(rim, 0.8, (36, 26, 12))
    patch.tile = shade(patch.tile, relief(film.filter(ImageFilter.GaussianBlur(5)), 3, 5, 0.55))


def _reflection(patch: _Patch) -> None:
    """The lamp in the brushed surface: a soft bright streak without any shadow, which is not a scratch."""
    mark = patch.mark
    halo = patch.stroke(mark.points, mark.width * 5, 11)
    streaks = stretched(noise(f"{patch.seed}/streaks", patch.size, (90, 2)), 0.8, 190)
    patch.lay(ImageChops.multiply(halo, streaks), 0.55 * mark.strength + 0.2, (252, 252, 255))
    patch.lay(patch.stroke(mark.points, mark.width * 1.1, 2.6), 0.5 + 0.5 * mark.strength, (255, 255, 255))
