"""Times and numbers of a segment's events, unpacked part by part and remembered for a while."""

from random import Random

import numpy as np
import pytest

from sightlog.store.sqlite.index import unpacked
from sightlog.store.sqlite.index.ordinals import Integers
from sightlog.store.sqlite.index.unpacked import UnpackedColumn, UnpackedColumns

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


def test_what_was_asked_for_least_lately_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    segments = {number: _Segment(Random(number), 95) for number in range(4)}
    columns = UnpackedColumns()
    monkeypatch.setattr(unpacked, "_MOST_BYTES", 3 * segments[0].column().bytes() + 500)

    def ask(number: int) -> bool:
        """Whether it was remembered."""
        column = columns.take(number, "q")
        columns.give_back(number, "q", column or segments[number].column())
        return column is not None

    assert [ask(number) for number in (0, 1, 2)] == [False] * 3
    assert ask(0)
    assert not ask(3)
    assert not ask(1)  # and now 2 is forgotten for it
    assert [ask(number) for number in (0, 3, 1)] == [True] * 3


def test_columns_grow_into_their_place_and_two_that_were_made_at_once_are_one() -> None:
    segment, columns = _Segment(Random(2), 95), UnpackedColumns()
    first, second = segment.column(), segment.column()
    columns.give_back(7, "q", first)
    columns.give_back(7, "q", second)
    assert columns.take(7, "t") is None
    assert columns.take(7, "q") is first
    before = first.bytes()
    first.at(np.arange(95), segment.read)
    assert first.bytes() == before + 95 * 8 + 10 * unpacked._PART_BYTES
    assert columns.take(7, "q") is None  # somebody has it
    columns.give_back(7, "q", first)
    assert columns.take(7, "q") is first
