"""Cartons and totes as seen from the front: corrugated board with tape, labels and print, and ribbed plastic."""

from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from sightlog.demo.pictures.surfaces import (
    Colour,
    Size,
    between,
    clouds,
    darken,
    noise,
    ramp,
    relief,
    shade,
    stretched,
)
from sightlog.demo.rack_scene import CRUSHED_BOX, TOTE, Stored

# Pixels of a face's sheet for each centimetre.
FINE = 7
_KRAFT: tuple[tuple[Colour, Colour], ...] = (
    ((128, 94, 60), (190, 150, 106)),
    ((138, 104, 70), (200, 164, 122)),
    ((112, 84, 56), (172, 134, 94)),
    ((146, 116, 84), (206, 176, 138)),
    ((168, 164, 156), (222, 220, 212)),
)
_PLASTIC: tuple[tuple[Colour, Colour], ...] = (
    ((18, 44, 92), (52, 98, 164)),
    ((62, 66, 70), (122, 126, 130)),
    ((112, 22, 20), (182, 58, 48)),
)
_PRINTS = ("FRAGILE", "24 PCS", "TOP", "12 x 2 SET", "HANDLE WITH CARE", "6 KG")


def front_of(stored: Stored) -> Image.Image:
    """The front face, flat, seven pixels a centimetre."""
    size = (round((stored.right - stored.left) * FINE), round((stored.floor - stored.top) * FINE))
    if stored.kind == TOTE:
        return _tote(stored.seed, size)
    face = _carton(stored.seed, size)
    return _crushed(face, stored.seed) if stored.kind == CRUSHED_BOX else face


def side_of(stored: Stored, size: Size) -> Image.Image:
    """Board or plastic for a side or the top, without anything on it."""
    dark, light = _colours(stored)
    return between(stretched(clouds(f"{stored.seed}/side", size, 40, 3), 0.7), dark, light)


def _colours(stored: Stored) -> tuple[Colour, Colour]:
    chance = Random(f"{stored.seed}/colour")
    if stored.kind == TOTE:
        return chance.choices(_PLASTIC, (6, 3, 1))[0]
    return chance.choices(_KRAFT, (5, 4, 3, 3, 1))[0]


def _carton(seed: str, size: Size) -> Image.Image:
    chance = Random(f"{seed}/carton")
    dark, light = Random(f"{seed}/colour").choices(_KRAFT, (5, 4, 3, 3, 1))[0]
    flutes = noise(f"{seed}/flutes", size, (2.2, 400))
    stains = clouds(f"{seed}/stains", size, 110, 4)
    fibre = noise(f"{seed}/fibre", size, (2, 2))
    tone = Image.blend(Image.blend(stains, flutes, 0.25), fibre, 0.16)
    face = between(stretched(tone, 0.8, 150), dark, light)
    face = shade(face, stretched(noise(f"{seed}/bulge", size, (170, 220)), 0.2, 128))
    _print(face, chance, dark)
    _tape(face, chance, seed)
    for _ in range(1 if chance.random() < 0.75 else 2):
        _label(face, chance)
    return _worn(face, seed)


def _print(face: Image.Image, chance: Random, ink: Colour) -> None:
    """What the maker has printed on the board: a line of text, arrows that point up."""
    width, height = face.size
    mask = Image.new("L", face.size, 0)
    draw = ImageDraw.Draw(mask)
    if chance.random() < 0.6:
        text, size = chance.choice(_PRINTS), height * (0.07 + 0.05 * chance.random())
        font = ImageFont.load_default(min(size, 1.35 * width / len(text)))
        draw.text((width * 0.09, height * (0.2 + 0.12 * chance.random())), text, 220, font)
    if chance.random() < 0.65:
        x, y, unit = width * 0.1, height * 0.86, height * 0.055
        for number in range(2):
            left = x + number * unit * 2.2
            draw.polygon(((left, y - unit), (left + unit, y - 2.2 * unit), (left + 2 * unit, y - unit)), fill=220)
            draw.rectangle((left + 0.65 * unit, y - unit, left + 1.35 * unit, y + 0.5 * unit), fill=220)
        draw.rectangle((x, y + 0.8 * unit, x + 4.2 * unit, y + unit), fill=220)
    if chance.random() < 0.22:
        top = height * (0.55 + 0.1 * chance.random())
        draw.rectangle((0, top, width, top + height * 0.12), fill=150)
    worn = stretched(noise(str(chance.random()), face.size, (5, 5)), 0.8, 190)
    mask = ImageChops.multiply(mask.filter(ImageFilter.GaussianBlur(0.8)), worn)
    darken(face, mask, 0.72, (ink[0] // 3, ink[1] // 3, ink[2] // 3))


def _tape(face: Image.Image, chance: Random, seed: str) -> None:
    """Tape over the seam: it comes down from the top flaps, and often up from the bottom."""
    width, height = face.size
    middle, half = width * (0.5 + 0.02 * (chance.random() - 0.5)), 3.6 * FINE * (0.7 + 0.2 * chance.random())
    down = height if chance.random() < 0.3 else height * (0.18 + 0.12 * chance.random())
    spans = [(0, down)]
    if down < height and chance.random() < 0.6:
        spans.append((round(height * 0.86), height))
    mask = Image.new("L", face.size, 0)
    for top, bottom in spans:
        ImageDraw.Draw(mask).rectangle((middle - half, top, middle + half, bottom), fill=255)
    is_clear = chance.random() < 0.6
    darken(face, mask, 0.38 if is_clear else 0.8, (116, 78, 40) if is_clear else (176, 140, 92))
    folds = stretched(clouds(f"{seed}/folds", face.size, 34, 3), 0.24, 138)
    face.paste(shade(face, folds), (0, 0), mask)
    edge = relief(mask.filter(ImageFilter.BoxBlur(1)), 1, 1, 0.35)
    face.paste(shade(face, edge))
    seam = Image.new("L", face.size, 0)
    ImageDraw.Draw(seam).line((middle, 0, middle, down), fill=110, width=2)
    darken(face, seam, 0.5)


def _label(face: Image.Image, chance: Random) -> None:
    """A white label with text lines and a bar code, never quite straight."""
    width, height = (
        round(face.width * (0.28 + 0.16 * chance.random())),
        round(face.height * (0.2 + 0.12 * chance.random())),
    )
    paper = Image.new("RGBA", (width, height), (226, 226, 220, 255))
    draw = ImageDraw.Draw(paper)
    y = 5.0
    while y < height * 0.5:
        thick = chance.choice((2, 2, 4))
        draw.rectangle((6, y, 6 + width * (0.25 + 0.55 * chance.random()), y + thick), fill=(74, 74, 76, 255))
        y += thick + 4
    x = 6.0
    while x < width - 8:
        bar = chance.choice((1.5, 2, 3.5))
        draw.rectangle((x, height * 0.56, x + bar, height * 0.88), fill=(34, 34, 36, 255))
        x += bar + chance.choice((2, 3, 4))
    paper = paper.rotate(chance.gauss(0, 1.6), Image.Resampling.BICUBIC, expand=True)
    left = round(face.width * (0.06 if chance.random() < 0.4 else 0.54))
    left = min(left, face.width - paper.width - 4)
    top = round(face.height * (0.36 + 0.26 * chance.random()))
    shadow = Image.new("L", face.size, 0)
    shadow.paste(paper.getchannel("A"), (left + 2, top + 3))
    darken(face, shadow.filter(ImageFilter.GaussianBlur(2)), 0.4)
    face.paste(paper, (left, top), paper)


def _worn(face: Image.Image, seed: str) -> Image.Image:
    """Light, rubbed edges and corners, darker towards the floor."""
    inner = Image.new("L", face.size, 0)
    ImageDraw.Draw(inner).rectangle((5, 5, face.width - 6, face.height - 6), fill=255)
    rubbed = ImageChops.multiply(
        ImageChops.invert(inner.filter(ImageFilter.GaussianBlur(3))), clouds(f"{seed}/rubbed", face.size, 24, 3)
    )
    darken(face, rubbed, 0.5, (224, 204, 176))
    return shade(face, ramp(face.size, 146, 112))


def _crushed(face: Image.Image, seed: str) -> Image.Image:
    """The board has given way: it sags at the top, with hard creases and torn, pale edges."""
    width, height = face.size
    crease = clouds(f"{seed}/crease", face.size, 120, 2).point([abs(value - 128) * 2 for value in range(256)])
    light = relief(crease.filter(ImageFilter.GaussianBlur(2)), 4, 6, 0.9)
    face = shade(face, stretched(light, 1.0))
    chance = Random(f"{seed}/crushed")
    low = 0.1 + 0.06 * chance.random()
    sag = (0.03, 0.35 * low, low, 0.9 * low, 0.3 * low, 0.0)
    buckle = Image.new("L", face.size, 128)
    for fold, level in ((0.34, 40), (0.4, 200), (0.62, 60), (0.66, 190)):
        y = height * fold
        points = [(width * k / 6, y + height * 0.035 * chance.gauss(0, 1)) for k in range(7)]
        ImageDraw.Draw(buckle).line(points, fill=level, width=6, joint="curve")
    face = shade(face, stretched(buckle.filter(ImageFilter.GaussianBlur(2.5)), 0.7))
    steps = len(sag) - 1
    mesh = []
    for index in range(steps):
        left, right = width * index // steps, width * (index + 1) // steps
        quad = (left, -height * sag[index] * 1.2, left, height, right, height, right, -height * sag[index + 1] * 1.2)
        mesh.append(((left, 0, right, height), quad))
    return face.convert("RGBA").transform(face.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)


def _tote(seed: str, size: Size) -> Image.Image:
    """A plastic container: rim, ribs, a grip, a card in its holder."""
    chance = Random(f"{seed}/tote")
    dark, light = Random(f"{seed}/colour").choices(_PLASTIC, (6, 3, 1))[0]
    width, height = size
    face = between(stretched(clouds(f"{seed}/plastic", size, 120, 4), 0.45, 120), dark, light)
    form = Image.new("L", size, 120)
    draw = ImageDraw.Draw(form)
    draw.rectangle((0, 0, width, height * 0.14), fill=220)
    for k in range(1, 8):
        x = width * k / 8
        draw.rectangle((x - 4, height * 0.14, x + 4, height), fill=170)
    draw.rectangle((0, height * 0.55, width, height * 0.6), fill=180)
    draw.rectangle((0, height * 0.94, width, height), fill=180)
    draw.rounded_rectangle((width * 0.36, height * 0.22, width * 0.64, height * 0.4), 12, fill=30)
    face = shade(face, relief(form.filter(ImageFilter.GaussianBlur(1.6)), 2, 4, 0.8))
    grip = Image.new("L", size, 0)
    ImageDraw.Draw(grip).rounded_rectangle((width * 0.37, height * 0.23, width * 0.63, height * 0.39), 10, fill=255)
    darken(face, grip.filter(ImageFilter.GaussianBlur(2)), 0.86, (8, 9, 10))
    left, top = round(width * (0.12 if chance.random() < 0.5 else 0.55)), round(height * 0.63)
    right, bottom = left + round(width * 0.32), round(height * 0.86)
    card = ImageDraw.Draw(face)
    card.rectangle((left, top, right, bottom), fill=(206, 206, 196))
    x = left + 6.0
    while x < right - 6:
        bar = chance.choice((2, 3, 4))
        card.rectangle((x, top + (bottom - top) * 0.45, x + bar, bottom - 5), fill=(40, 40, 42))
        x += bar + chance.choice((2, 3, 5))
    card.rectangle((left + 6, top + 6, left + (right - left) * 0.7, top + 11), fill=(60, 60, 62))
    scuffs = stretched(noise(f"{seed}/scuffs", size, (50, 2)), 0.1, 130)
    return shade(shade(face, scuffs), ramp(size, 150, 96))
