"""What was predicted on a picture, as something to draw: outlines in the picture's own pixels, and labels.

Nothing is drawn outside the picture. Boxes are cut at its edge, so that one sees that they go on.
"""

import zlib

from msgspec import Struct, structs

from sightlog.dashboard.label_places import Box, Place, label_width, place_labels
from sightlog.domain.annotations import (
    Classification,
    InstanceSegmentation,
    KeypointDetection,
    ObjectDetection,
)
from sightlog.domain.images import ImageEntry
from sightlog.domain.metadata import Number

HUES = 18
# Labels have room at this size of a picture on the screen, and so at any larger one.
_USUAL_WIDTH, _USUAL_HEIGHT = 640, 520
# Small pictures show the largest shapes only, and outlines of so many points: more cannot be told apart.
_MOST_IN_SMALL = 200
_MOST_POINTS_IN_SMALL = 48
_SMALLEST_GUESS = 64


class Shape(Struct, frozen=True, kw_only=True):
    """One prediction. `outline` and `dots` are SVG path data, empty for what lies outside the picture; `box` is what
    of it is inside; `label` is where its label stands, None where it shows on hover only."""

    index: int
    name: str
    confidence: float | None
    hue: int
    kind: str
    box: Box
    outline: str
    dots: str = ""
    label: Place | None = None

    @property
    def words(self) -> str:
        return words_of(self.name, self.confidence)

    @property
    def size(self) -> float:
        """Small ones are drawn after large ones, so that a pointer finds both."""
        return _area(self.box)

    @property
    def order(self) -> tuple[float, int]:
        """The surest first."""
        return -(1 if self.confidence is None else self.confidence), self.index

    @property
    def is_drawn(self) -> bool:
        return bool(self.outline or self.dots)


class WholeClass(Struct, frozen=True, kw_only=True):
    """A class of the whole picture."""

    name: str
    confidence: float | None
    hue: int


class ClassCount(Struct, frozen=True, kw_only=True):
    """A class, and how many shapes have it."""

    name: str
    hue: int
    count: int


class Layer(Struct, frozen=True):
    """All outlines of one hue, for small pictures."""

    hue: int
    outlines: str
    dots: str


class Drawing(Struct, frozen=True, kw_only=True):
    """Everything predicted on one picture of this size. `is_guess`: the picture is not known, and the size follows
    from what was predicted."""

    width: float
    height: float
    is_guess: bool
    shapes: list[Shape]
    whole: list[WholeClass]

    @property
    def is_empty(self) -> bool:
        return not any(shape.is_drawn for shape in self.shapes)

    def class_counts(self) -> list[ClassCount]:
        """The classes of the shapes, most frequent first."""
        counts: dict[str, int] = {}
        for shape in self.shapes:
            counts[shape.name] = counts.get(shape.name, 0) + 1
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [ClassCount(name=name, hue=hue_of(name), count=count) for name, count in ordered]

    def layers(self) -> list[Layer]:
        """The largest shapes, hue by hue: few elements, however many shapes."""
        drawn = [shape for shape in self.shapes if shape.is_drawn]
        if len(drawn) > _MOST_IN_SMALL:
            drawn = sorted(drawn, key=lambda shape: -_area(shape.box))[:_MOST_IN_SMALL]
        hues = sorted({shape.hue for shape in drawn})
        return [
            Layer(
                hue,
                "".join(_thinned(shape.outline) for shape in drawn if shape.hue == hue),
                "".join(shape.dots for shape in drawn if shape.hue == hue),
            )
            for hue in hues
        ]


def draw(entry: ImageEntry, size: tuple[int, int] | None, *, with_labels: bool = True) -> Drawing:
    """What was predicted on a picture of this size; None when the picture is not known. Small pictures do without
    labels."""
    annotations = [one for _, found in entry.annotation_lists() for one in found]
    shaped = [one for one in annotations if isinstance(one, ObjectDetection)]
    whole = [one for one in annotations if isinstance(one, Classification)]
    width, height = _upright(shaped, *size) if size else _guessed_size(shaped)
    shapes = [_shape(index, one, width, height) for index, one in enumerate(shaped)]
    return Drawing(
        width=width,
        height=height,
        is_guess=size is None,
        shapes=_labelled(shapes, width, height) if with_labels else shapes,
        whole=[
            WholeClass(name=one.class_name, confidence=one.confidence, hue=hue_of(one.class_name))
            for one in sorted(whole, key=lambda one: -(one.confidence or 0))
        ],
    )


def _labelled(shapes: list[Shape], width: float, height: float) -> list[Shape]:
    scale = min(_USUAL_WIDTH / width, _USUAL_HEIGHT / height)
    boxes = [_scaled(shape.box, scale) for shape in shapes]
    widths = [label_width(shape.words) for shape in shapes]
    places = place_labels(boxes, widths, width * scale, height * scale)
    return [_with_label(shape, place, scale) for shape, place in zip(shapes, places, strict=True)]


def has_annotations(entry: ImageEntry) -> bool:
    """Whether something was predicted on the picture."""
    return next(entry.annotation_lists(), None) is not None


def hue_of(name: str) -> int:
    """The same class has the same hue on every picture."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) % HUES


def words_of(name: str, confidence: float | None) -> str:
    """`helmet 92 %`."""
    return name if confidence is None else f"{name} {percent(confidence)}"


def percent(confidence: float) -> str:
    """`92 %`; what is not quite sure is not called 100 %."""
    rounded = round(100 * confidence)
    return f"{99 if rounded == 100 and confidence < 1 else rounded} %"


def coordinate(value: float) -> str:
    """A number of pixels, for SVG: a tenth of one is enough."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def _shape(index: int, one: ObjectDetection, width: float, height: float) -> Shape:
    left, right = _clamp(one.x - one.width / 2, width), _clamp(one.x + one.width / 2, width)
    top, bottom = _clamp(one.y - one.height / 2, height), _clamp(one.y + one.height / 2, height)
    box = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    kind, outline, dots = "box", "", ""
    if isinstance(one, InstanceSegmentation):
        kind = "polygon"
        box = _around(one.points, width, height)
        outline = _path(one.points, width, height)
    elif box[2] > box[0] and box[3] > box[1]:
        at_left, at_top, at_right, at_bottom = map(coordinate, box)
        outline = f"M{at_left} {at_top}H{at_right}V{at_bottom}H{at_left}z"
    if isinstance(one, KeypointDetection):
        kind = "keypoints"
        dots = "".join(
            f"M{coordinate(point.x)} {coordinate(point.y)}h0"
            for point in one.keypoints or ()
            if 0 <= point.x <= width and 0 <= point.y <= height
        )
    return Shape(
        index=index,
        name=one.class_name,
        confidence=one.confidence,
        hue=hue_of(one.class_name),
        kind=kind,
        box=box,
        outline=outline if box[2] > box[0] and box[3] > box[1] else "",
        dots=dots,
    )


def _with_label(shape: Shape, place: Place | None, scale: float) -> Shape:
    if place is None or not shape.is_drawn:
        return shape
    label = Place(place.x / scale, place.y / scale, place.is_left, place.is_above)
    return structs.replace(shape, label=label)


def _upright(shaped: list[ObjectDetection], width: int, height: int) -> tuple[int, int]:
    """The size of the picture as it is shown. The one that is known is of what lies in the file, which may say in its
    EXIF part that it lies on the side; predictions with their middle outside fit such a picture only. Where all fit
    both ways, the module that knows what the browser shows turns the drawing."""

    def hold(right: int, bottom: int) -> bool:
        return all(0 <= one.x <= right and 0 <= one.y <= bottom for one in shaped)

    return (height, width) if not hold(width, height) and hold(height, width) else (width, height)


def _guessed_size(shaped: list[ObjectDetection]) -> tuple[float, float]:
    """A picture that all of it fits on, with the same margin as at the other sides."""
    rights, bottoms, lefts, tops = [], [], [], []
    for one in shaped:
        rights.append(one.x + abs(one.width) / 2)
        lefts.append(one.x - abs(one.width) / 2)
        bottoms.append(one.y + abs(one.height) / 2)
        tops.append(one.y - abs(one.height) / 2)
        for x, y in one.points if isinstance(one, InstanceSegmentation) else ():
            rights.append(x)
            bottoms.append(y)
    return _guessed_side(rights, lefts), _guessed_side(bottoms, tops)


def _guessed_side(ends: list[float], beginnings: list[float]) -> float:
    if not ends:
        return _SMALLEST_GUESS
    end = min(max(ends), 1e6)
    margin = min(max(0.0, min(beginnings)), end / 4)
    return max(_SMALLEST_GUESS, end + margin)


def _path(points: list[list[Number]], width: float, height: float) -> str:
    """Points far outside are drawn nearer: browsers do not like numbers of any size."""
    near = [(min(max(x, -9 * width), 9 * width), min(max(y, -9 * height), 9 * height)) for x, y in points]
    return "M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in near) + "z"


def _around(points: list[list[Number]], width: float, height: float) -> Box:
    xs, ys = [_clamp(x, width) for x, _ in points], [_clamp(y, height) for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _thinned(outline: str) -> str:
    points = outline.removesuffix("z").split("L")
    if len(points) <= _MOST_POINTS_IN_SMALL:
        return outline
    step = -(-len(points) // _MOST_POINTS_IN_SMALL)
    return "L".join(points[::step]) + "z"


def _scaled(box: Box, scale: float) -> Box:
    left, top, right, bottom = box
    return left * scale, top * scale, right * scale, bottom * scale


def _clamp(value: float, most: float) -> float:
    return min(max(value, 0.0), float(most))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
