"""Labels on pictures: beside their boxes, never over one another, never outside."""

import random
import time
from itertools import pairwise

import pytest

from sightlog.dashboard.label_places import HEIGHT, WIDEST, Box, label_width, place_labels

WIDTH, HEIGHT_OF_PICTURE = 640.0, 360.0


def areas(boxes: list[Box], widths: list[float], scale: float = 1) -> list[Box]:
    """What the labels cover when the picture is so much larger than they were placed for."""
    places = place_labels(boxes, widths, WIDTH, HEIGHT_OF_PICTURE)
    found = []
    for place, width in zip(places, widths, strict=True):
        if place is not None:
            left, top, right, bottom = place.area(width, HEIGHT)
            dx, dy = place.x * (scale - 1), place.y * (scale - 1)
            found.append((left + dx, top + dy, right + dx, bottom + dy))
    return found


def overlaps(found: list[Box]) -> int:
    return sum(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for n, a in enumerate(found) for b in found[:n]
    )


def test_a_label_stands_on_its_box() -> None:
    assert areas([(100, 100, 200, 200)], [70]) == [(100, 100 - HEIGHT, 170, 100)]


@pytest.mark.parametrize(
    ("box", "area"),
    [
        ((100, 0, 200, 200), (100, 0, 170, HEIGHT)),
        ((100, 5, 140, 25), (100, 25, 170, 25 + HEIGHT)),
        ((600, 100, 640, 200), (570, 100 - HEIGHT, 640, 100)),
        ((0, 0, 640, 360), (0, 0, 70, HEIGHT)),
    ],
)
def test_a_label_at_the_edge_stays_in_the_picture(box: Box, area: Box) -> None:
    assert areas([box], [70]) == [area]


def test_labels_of_neighbours_move_aside() -> None:
    """Person, helmet and vest share a corner: the usual case on a building site."""
    boxes: list[Box] = [(300, 100, 360, 260), (300, 100, 330, 120), (300, 140, 360, 200)]
    found = areas(boxes, [80, 80, 60])
    assert len(found) == 3
    assert overlaps(found) == 0


def test_tiny_boxes_wait_for_the_pointer() -> None:
    assert areas([(100, 100, 110, 112), (300, 100, 330, 130)], [50, 50]) == [(300, 100 - HEIGHT, 350, 100)]


@pytest.mark.parametrize("scale", [1, 1.3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_no_label_covers_another_one_or_leaves_the_picture_at_any_larger_size(seed: int, scale: float) -> None:
    chance = random.Random(seed)
    boxes: list[Box] = []
    for _ in range(120):
        left, top = chance.uniform(0, 620), chance.uniform(0, 340)
        boxes.append((left, top, min(640, left + chance.uniform(1, 200)), min(360, top + chance.uniform(1, 150))))
    found = areas(boxes, [chance.uniform(30, 120) for _ in boxes], scale)
    assert len(found) > 20
    assert overlaps(found) == 0
    for left, top, right, bottom in found:
        assert left >= -1e-6
        assert top >= -1e-6
        assert right <= WIDTH * scale + 1e-6
        assert bottom <= HEIGHT_OF_PICTURE * scale + 1e-6


def test_a_few_boxes_apart_all_have_their_labels() -> None:
    boxes: list[Box] = [(x, y, x + 60, y + 40) for x in range(20, 560, 110) for y in range(40, 300, 80)]
    assert len(areas(boxes, [100.0] * len(boxes))) == len(boxes)


def test_a_thousand_boxes_are_placed_quickly() -> None:
    chance = random.Random(1)
    boxes: list[Box] = []
    for _ in range(1000):
        left, top = chance.uniform(0, 600), chance.uniform(0, 330)
        boxes.append((left, top, left + 30, top + 20))
    began = time.perf_counter()
    found = areas(boxes, [80.0] * 1000)
    assert time.perf_counter() - began < 1
    assert 20 < len(found) < 200


def test_a_crowd_leaves_most_of_the_picture_to_see() -> None:
    boxes: list[Box] = [(x, y, x + 15, y + 15) for x in range(0, 620, 20) for y in range(20, 340, 20)]
    found = areas(boxes, [20.0] * len(boxes))
    assert 20 < len(found) <= WIDTH * HEIGHT_OF_PICTURE / 8000


def test_a_label_wider_than_the_picture_is_left_out() -> None:
    assert place_labels([(10, 10, 50, 50)], [120], 100, 100) == [None]


def test_the_width_of_a_text_is_guessed_and_bounded() -> None:
    lengths = [label_width("a" * n) for n in range(1, 20)]
    assert all(one < other for one, other in pairwise(lengths))
    assert label_width("你好") > label_width("ab")
    assert label_width("خدش" * 70) == WIDEST
