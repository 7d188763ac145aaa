"""What is drawn over pictures: inside them, one line for each prediction, and the same hue for the same class."""

import re
import time
from typing import Any

import msgspec
import pytest

from sightlog.dashboard import overlays
from sightlog.dashboard.overlays import Drawing, draw, hue_of
from sightlog.domain.images import ImageEntry
from tests.builders import a_box

SIZE = (960, 540)
NUMBERS = re.compile(r"-?[0-9.]+")


def entry(**lists: Any) -> ImageEntry:
    return msgspec.convert(lists, ImageEntry)


def drawn(*boxes: Any, size: tuple[int, int] | None = SIZE) -> Drawing:
    return draw(entry(objectDetections=list(boxes)), size)


def test_a_box_is_given_by_its_centre() -> None:
    shape = drawn(a_box(x=100, y=50, width=40, height=20)).shapes[0]
    assert shape.box == (80, 40, 120, 60)
    assert shape.outline == "M80 40H120V60H80z"


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (a_box(x=0, y=0, width=100, height=60), (0, 0, 50, 30)),
        (a_box(x=955, y=535, width=50, height=50), (930, 510, 960, 540)),
        (a_box(x=480, y=270, width=1e300, height=1e308), (0, 0, 960, 540)),
        (a_box(x=100, y=50, width=-40, height=-20), (80, 40, 120, 60)),
    ],
)
def test_boxes_are_cut_at_the_edge_of_the_picture(box: Any, inside: tuple[float, ...]) -> None:
    assert drawn(box).shapes[0].box == inside


@pytest.mark.parametrize("box", [a_box(x=-500, y=20), a_box(x=20, y=9000), a_box(width=0, height=0)])
def test_what_lies_outside_is_listed_and_not_drawn(box: Any) -> None:
    drawing = drawn(box)
    assert drawing.is_empty
    assert drawing.shapes[0].label is None
    assert [one.name for one in drawing.class_counts()] == ["scratch"]


def test_outlines_and_points_keep_their_places() -> None:
    outline = {"points": [[10, 10], [60.25, 10], [60, 40]]}
    crack = a_box("crack", x=40, y=30, width=60, height=40) | outline
    points = {"keypoints": [{"id": 0, "x": 15, "y": 25.55}, {"id": 1, "x": -9, "y": 40}]}
    person = a_box("person", x=40, y=30, width=60, height=40) | points
    drawing = draw(entry(instanceSegmentations=[crack], keypoints=[person]), SIZE)
    first, second = drawing.shapes
    assert (first.kind, first.outline) == ("polygon", "M10 10L60.2 10L60 40z")
    assert first.box == (10, 10, 60.25, 40)
    assert (second.kind, second.dots) == ("keypoints", "M15 25.6h0")
    assert second.outline == "M10 10H70V50H10z"


def test_keypoints_without_points_are_boxes() -> None:
    drawing = draw(entry(keypoints=[a_box("person")]), SIZE)
    assert drawing.shapes[0].dots == ""
    assert drawing.shapes[0].is_drawn


def test_a_class_has_one_hue_wherever_it_is_seen() -> None:
    drawing = draw(entry(objectDetections=[a_box("helmet")], classifications=[{"class": "helmet"}]), SIZE)
    assert {drawing.shapes[0].hue, drawing.whole[0].hue} == {hue_of("helmet")}
    assert 0 <= hue_of("خدش") < overlays.HUES
    # Steady also from one release to the next: people learn them.
    assert [hue_of(name) for name in ("helmet", "person", "screw")] == [0, 8, 10]


def test_without_a_picture_the_size_follows_from_the_predictions() -> None:
    drawing = drawn(a_box(x=100, y=80, width=40, height=20), a_box(x=700, y=400, width=100, height=60), size=None)
    assert drawing.is_guess
    assert (drawing.width, drawing.height) == (750 + 80, 430 + 70)
    assert all(shape.is_drawn for shape in drawing.shapes)
    nothing = draw(entry(classifications=[{"class": "day"}]), None)
    assert (nothing.width, nothing.height) == (64, 64)


def test_predictions_that_fit_a_turned_picture_only_are_drawn_on_that() -> None:
    upright = a_box(x=500, y=900, width=80, height=60)
    drawing = drawn(upright, a_box(x=100, y=100))
    assert (drawing.width, drawing.height) == (540, 960)
    assert drawing.shapes[0].box == (460, 870, 540, 930)
    # Something outside either way says nothing.
    assert drawn(upright, a_box(x=900, y=10)).width == 960


def test_far_away_predictions_do_not_make_a_picture_endless() -> None:
    drawing = drawn(a_box(x=1e300, y=1e300), size=None)
    assert drawing.width <= 2e6


def test_labels_say_class_and_confidence() -> None:
    sure, nearly, unknown = (drawn(a_box(confidence=value)).shapes[0].words for value in (1, 0.999, None))
    assert (sure, nearly, unknown) == ("scratch 100 %", "scratch 99 %", "scratch")


def test_a_thousand_boxes_are_drawn_quickly_and_small_pictures_show_the_largest() -> None:
    boxes = [a_box(f"class {n % 40}", x=n % 960, y=n // 2, width=8 + n % 50, height=9) for n in range(1000)]
    began = time.perf_counter()
    drawing = drawn(*boxes)
    layers = drawing.layers()
    assert time.perf_counter() - began < 1
    assert len(drawing.shapes) == 1000
    assert len(layers) <= overlays.HUES
    outlines = "".join(layer.outlines for layer in layers)
    assert outlines.count("M") == 200
    assert "M0 295.5H57" not in outlines.replace(" ", "")


def test_fine_outlines_are_made_coarser_for_small_pictures_only() -> None:
    points = [[100 + n % 700, 100 + n % 300] for n in range(5000)]
    drawing = draw(entry(instanceSegmentations=[a_box() | {"points": points}]), SIZE)
    assert drawing.shapes[0].outline.count("L") == 4999
    small = drawing.layers()[0].outlines
    assert small.count("L") < 50
    assert small.startswith("M100 100L")
    assert small.endswith("z")


def test_no_coordinate_is_too_large_for_a_browser() -> None:
    points = [[-1e300, 0], [1e300, 0], [50, 1e300]]
    drawing = draw(entry(instanceSegmentations=[a_box() | {"points": points}]), SIZE)
    assert max(abs(float(number)) for number in NUMBERS.findall(drawing.shapes[0].outline)) < 10_000
