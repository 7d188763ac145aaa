"""Times and numbers of a segment's events, unpacked part by part."""

from random import Random

import numpy as np
import pytest

from sightlog.store.sqlite.index import unpacked
from sightlog.store.sqlite.index.ordinals import Integers
from sightlog.store.sqlite.index.unpacked import UnpackedColumn

PART = 10


class _Segment:
    """A column of ascending numbers, some of them equal, that counts how often its parts are read."""

    def __init__(self, random: Random, size: int) -> None:
        self.numbers = np.array(sorted(random.choices(range(0, 3 * size, 3), k=size)), np.int64)
        self.starts = range(0, size, PART)
        self.reads: list[int] = []

    def column(self) -> UnpackedColumn:
        return UnpackedColumn(self.starts)

    def read(self, part: int) -> Integers:
        self.reads.append(part)
        return self.numbers[part * PART : (part + 1) * PART]


@pytest.mark.parametrize("size", [1, 9, 10, 11, 95])
def test_numbers_at_places_and_places_of_numbers_are_those_of_the_column(size: int) -> None:
    random = Random(size)
    segment = _Segment(random, size)
    column = segment.column()
    for _ in range(50):
        places = np.array(random.sample(range(size), random.randrange(size + 1)), np.int64)
        assert column.at(places, segment.read).tolist() == segment.numbers[places].tolist()
        number = random.randrange(int(segment.numbers[0]) + 1, int(segment.numbers[-1]) + 2)
        assert column.place_of(number, segment.read) == np.searchsorted(segment.numbers, number)
    assert sorted(segment.reads) == list(range(len(segment.starts)))  # each once


def test_only_parts_that_are_asked_for_are_read() -> None:
    segment = _Segment(Random(1), 95)
    column = segment.column()
    column.at(np.array([5, 42, 47]), segment.read)
    assert sorted(segment.reads) == [0, 4]


def test_a_column_takes_what_was_unpacked() -> None:
    segment = _Segment(Random(2), 95)
    column = segment.column()
    nothing = column.bytes()
    for places in (np.array([], np.int64), np.array([42, 47])):
        assert len(column.at(places, segment.read)) == len(places)
    assert column.bytes() == nothing + 10 * 8 + unpacked._PART_BYTES
