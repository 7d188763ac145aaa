"""People on a site: trousers, jackets, safety vests, helmets, each limb between two joints, and their shadows."""

from math import hypot
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sightlog.demo.pictures.structures import Sun, at
from sightlog.demo.pictures.surfaces import Colour, Point, noise, relief, shade, stretched
from sightlog.demo.poses import ANKLES, ELBOWS, HEAD, HIPS, KNEES, NOSE, SHOULDERS, WRISTS, Space
from sightlog.demo.site_scene import Mast, Person

_FINE = 2
_HELMETS: tuple[Colour, ...] = ((226, 226, 220), (232, 186, 30), (40, 84, 158), (196, 62, 40))
_VESTS: tuple[Colour, ...] = ((206, 226, 46), (240, 112, 30))
_TROUSERS: tuple[Colour, ...] = ((38, 44, 62), (62, 60, 56), (92, 84, 66), (44, 46, 48), (70, 78, 96))
_JACKETS: tuple[Colour, ...] = ((52, 60, 82), (98, 60, 48), (70, 74, 76), (36, 54, 52), (122, 120, 112))
_HAIR: tuple[Colour, ...] = ((42, 32, 24), (24, 20, 18), (92, 66, 40), (74, 70, 66), (58, 42, 28))
_SKIN: Colour = (188, 142, 112)


def draw_shadow(canvas: Image.Image, person: Person, mast: Mast, sun: Sun) -> None:
    """The shadow on the ground: soft around the feet, and the whole figure along the sun's way."""
    feet = person.feet
    x, y = at(mast, *feet)
    unit = 2 * mast.metre(feet)
    reach = round(unit * 2.6)
    left, top = round(x) - reach, round(y) - reach
    mask = Image.new("L", (2 * reach, 2 * reach), 0)
    draw = ImageDraw.Draw(mask)

    def fallen(number: int) -> Point:
        joint = person.joints[number]
        px, py = at(mast, joint.right + joint.up * sun.right, 0, joint.away + joint.up * sun.away)
        return px - left, py - top

    level = round(255 * sun.dark)
    for a, b, width in (*((HIPS[k], KNEES[k], 0.17) for k in (0, 1)), *((KNEES[k], ANKLES[k], 0.14) for k in (0, 1)),
                        *((SHOULDERS[k], WRISTS[k], 0.11) for k in (0, 1)), (SHOULDERS[0], HIPS[1], 0.3),
                        (SHOULDERS[1], HIPS[0], 0.3), (HEAD, SHOULDERS[0], 0.16)):  # fmt: skip
        _limb(draw, fallen(a), fallen(b), width * unit, level)
    hx, hy = fallen(HEAD)
    draw.ellipse((hx - 0.15 * unit, hy - 0.1 * unit, hx + 0.15 * unit, hy + 0.1 * unit), fill=level)
    mask = mask.filter(ImageFilter.GaussianBlur(unit * 0.035))
    contact = Image.new("L", mask.size, 0)
    ImageDraw.Draw(contact).ellipse(
        (reach - 0.42 * unit, reach - 0.17 * unit, reach + 0.42 * unit, reach + 0.2 * unit), fill=150
    )
    mask = ImageChops.lighter(mask, contact.filter(ImageFilter.GaussianBlur(unit * 0.1)))
    canvas.paste((20, 21, 28), (left, top), mask)


def draw_person(canvas: Image.Image, person: Person, mast: Mast, seed: str, lamp: int) -> None:
    """The figure itself; `lamp` is 1 when the light comes from the left, else -1."""
    figure = _Figure(person, mast)
    figure.dress()
    tile = figure.tile.filter(ImageFilter.GaussianBlur(0.7 * _FINE))
    alpha = tile.getchannel("A")
    unit = figure.unit
    round_light = relief(
        alpha.filter(ImageFilter.GaussianBlur(unit * 0.05)), round(lamp * unit * 0.05), round(unit * 0.03), 0.55
    )
    folds = stretched(noise(f"{seed}/folds", tile.size, (unit * 0.08, unit * 0.14)), 0.26)
    lit = shade(shade(tile.convert("RGB"), round_light), folds)
    lit.putalpha(alpha)
    small = lit.reduce(_FINE)
    canvas.paste(small, (figure.left, figure.top), small)


def stripes(person: Person, mast: Mast) -> list[list[Point]]:
    """Where the vest's bands are, in the canvas; they throw infra-red light straight back."""
    joints = person.joints
    bands = []
    for share in (0.42, 0.78):
        ends = []
        for k in (0, 1):
            shoulder, hip = joints[SHOULDERS[k]], joints[HIPS[k]]
            place = Space(*(a + (b - a) * share for a, b in zip(shoulder, hip, strict=True)))
            ends.append(at(mast, *place))
        bands.append(ends)
    return bands


def _limb(
    draw: ImageDraw.ImageDraw, start: Point, end: Point, width: float, fill: int | Colour, end_width: float = 0
) -> None:
    """A tapered stroke with round ends."""
    (x0, y0), (x1, y1) = start, end
    r0, r1 = width / 2, (end_width or width) / 2
    length = hypot(x1 - x0, y1 - y0) or 1.0
    nx, ny = -(y1 - y0) / length, (x1 - x0) / length
    draw.polygon(((x0 + nx * r0, y0 + ny * r0), (x1 + nx * r1, y1 + ny * r1), (x1 - nx * r1, y1 - ny * r1),
                  (x0 - nx * r0, y0 - ny * r0)), fill=fill)  # fmt: skip
    draw.ellipse((x0 - r0, y0 - r0, x0 + r0, y0 + r0), fill=fill)
    draw.ellipse((x1 - r1, y1 - r1, x1 + r1, y1 + r1), fill=fill)


class _Figure:
    """One person on a tile of its own, at twice the canvas's size."""

    def __init__(self, person: Person, mast: Mast) -> None:
        self.person, self.mast = person, mast
        self.unit = 2 * mast.metre(person.feet) * _FINE
        points = [at(mast, *joint) for joint in person.joints.values()]
        edge = self.unit / _FINE * 0.4
        self.left, self.top = (int(min(values) - edge) for values in zip(*points, strict=True))
        right, bottom = (int(max(values) + edge) for values in zip(*points, strict=True))
        size = ((right - self.left) * _FINE, (bottom - self.top) * _FINE)
        self.tile = Image.new("RGBA", size, (60, 60, 60, 0))
        self.draw = ImageDraw.Draw(self.tile)
        self.chance = Random(f"{person.clothes}/{person.feet}")

    def point(self, number: int, up: float = 0.0) -> Point:
        """A joint on the tile."""
        return self.place(self.person.joints[number], up)

    def place(self, space: Space, up: float = 0.0) -> Point:
        """A place on the tile."""
        x, y = at(self.mast, space.right, space.up + up, space.away)
        return (x - self.left) * _FINE, (y - self.top) * _FINE

    def limb(self, a: int, b: int, width: float, fill: Colour, end: float = 0) -> None:
        """A limb from joint to joint."""
        _limb(self.draw, self.point(a), self.point(b), width * self.unit, fill, end * self.unit)

    def dress(self) -> None:
        """From the far side to the near side: arm, legs, body, the other arm, head."""
        person = self.person
        trousers, jacket = _TROUSERS[person.clothes], _JACKETS[(person.clothes * 3 + person.helmet) % 5]
        order = sorted((0, 1), key=lambda k: -person.joints[SHOULDERS[k]].away)
        self._arm(order[0], _dimmed(jacket, 0.8))
        for k in order:
            tone = trousers if k == order[1] else _dimmed(trousers, 0.8)
            self.limb(HIPS[k], KNEES[k], 0.19, tone, 0.15)
            self.limb(KNEES[k], ANKLES[k], 0.15, tone, 0.12)
            self._boot(ANKLES[k])
        self._body(jacket)
        self._arm(order[1], jacket)
        if person.carries:
            _limb(self.draw, self.point(WRISTS[0]), self.point(WRISTS[1]), 0.09 * self.unit, (150, 118, 78))
        self._head()

    def _boot(self, number: int) -> None:
        x, y = self.point(number)
        r = self.unit
        self.draw.ellipse((x - 0.1 * r, y - 0.03 * r, x + 0.1 * r, y + 0.1 * r), fill=(46, 38, 32))

    def _arm(self, k: int, sleeve: Colour) -> None:
        self.limb(SHOULDERS[k], ELBOWS[k], 0.13, sleeve, 0.11)
        self.limb(ELBOWS[k], WRISTS[k], 0.105, sleeve, 0.085)
        x, y = self.point(WRISTS[k])
        r = 0.055 * self.unit
        self.draw.ellipse((x - r, y - r, x + r, y + r), fill=_SKIN if self.person.clothes % 2 else (64, 62, 60))

    def _body(self, jacket: Colour) -> None:
        colour = _VESTS[self.person.vest] if self.person.has_vest else jacket
        self._torso(colour, 0.0, 1.0)
        if self.person.has_vest:
            for share in (0.42, 0.78):
                self._band(share)
            for k in (0, 1):
                a, b = self.point(SHOULDERS[k]), self.point(HIPS[k])
                middle = ((a[0] * 0.7 + self.point(SHOULDERS[1 - k])[0] * 0.3), a[1])
                end = ((b[0] * 0.7 + self.point(HIPS[1 - k])[0] * 0.3), b[1])
                _limb(self.draw, middle, end, 0.035 * self.unit, (196, 198, 192))

    def _torso(self, colour: Colour, start: float, end: float) -> None:
        """From shoulders to hips; wide enough when the person is seen from the side, too."""
        steps = 6
        for step in range(steps + 1):
            share = start + (end - start) * step / steps
            ends = []
            for k in (0, 1):
                a, b = self.person.joints[SHOULDERS[k]], self.person.joints[HIPS[k]]
                ends.append(self.place(Space(*(p + (q - p) * share for p, q in zip(a, b, strict=True)))))
            _limb(self.draw, ends[0], ends[1], self.unit * (0.17 if step else 0.12), colour)

    def _band(self, share: float) -> None:
        ends = []
        for k in (0, 1):
            a, b = self.person.joints[SHOULDERS[k]], self.person.joints[HIPS[k]]
            ends.append(self.place(Space(*(p + (q - p) * share for p, q in zip(a, b, strict=True)))))
        (x0, y0), (x1, y1) = ends if ends[0][0] < ends[1][0] else ends[::-1]
        wider = 0.07 * self.unit
        self.draw.line((x0 - wider, y0, x1 + wider, y1), fill=(202, 204, 198), width=round(0.05 * self.unit))

    def _head(self) -> None:
        x, y = self.point(HEAD)
        r = self.unit
        neck = [(a + b) / 2 for a, b in zip(self.point(SHOULDERS[0]), self.point(SHOULDERS[1]), strict=True)]
        _limb(self.draw, (neck[0], neck[1]), (x, y + 0.06 * r), 0.12 * r, _dimmed(_SKIN, 0.8))
        self.draw.ellipse((x - 0.095 * r, y - 0.12 * r, x + 0.095 * r, y + 0.13 * r), fill=_SKIN)
        nose_x = self.point(NOSE)[0]
        shift = max(-0.06 * r, min(0.06 * r, (nose_x - x) * 0.6))
        if self.person.has_helmet:
            shell = _HELMETS[self.person.helmet]
            self.draw.ellipse(
                (x - 0.17 * r + shift, y - 0.08 * r, x + 0.17 * r + shift, y + 0.04 * r), fill=_dimmed(shell, 0.7)
            )
            self.draw.ellipse((x - 0.145 * r, y - 0.21 * r, x + 0.145 * r, y + 0.03 * r), fill=shell)
            self.draw.ellipse((x - 0.09 * r, y - 0.19 * r, x + 0.02 * r, y - 0.08 * r), fill=_brighter(shell))
        else:
            hair = _HAIR[self.person.clothes]
            self.draw.ellipse(
                (x - 0.105 * r - shift * 0.6, y - 0.155 * r, x + 0.105 * r - shift * 0.6, y + 0.05 * r), fill=hair
            )


def _dimmed(colour: Colour, amount: float) -> Colour:
    return round(colour[0] * amount), round(colour[1] * amount), round(colour[2] * amount)


def _brighter(colour: Colour) -> Colour:
    return tuple(round(value + (255 - value) * 0.5) for value in colour)  # type: ignore[return-value]
