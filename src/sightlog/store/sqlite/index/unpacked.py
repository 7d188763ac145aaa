"""The times or the numbers of a segment's events, as arrays, as far as they were asked for. Unpacking a part of them
takes longer than all that a question does with it.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence

import numpy as np

from sightlog.store.sqlite.index.ordinals import Integers

# What a column and a part take by themselves, about.
_COLUMN_BYTES = 1_500
_PART_BYTES = 120

ReadPart = Callable[[int], Integers]
"""Unpacks a part, by its place among the parts."""


class UnpackedColumn:
    """A column of whole numbers, of which some parts were unpacked. For one thread at a time."""

    def __init__(self, starts: Sequence[int]) -> None:
        """`starts` are the places of the first numbers of the parts."""
        self._starts = np.array(starts, np.int64)
        self._parts: dict[int, Integers] = {}

    def at(self, places: Integers, read: ReadPart) -> Integers:
        """The numbers at some places."""
        if not len(places):
            return np.empty(0, np.int64)
        needed, which = np.unique(np.searchsorted(self._starts, places, "right") - 1, return_inverse=True)
        parts = [self._part(part, read) for part in needed.tolist()]
        # Where the parts that are needed begin when they are put one after the other.
        begins = np.cumsum([0, *map(len, parts[:-1])])
        found: Integers = np.concatenate(parts)[(begins - self._starts[needed])[which] + places]
        return found

    def place_of(self, number: int, read: ReadPart) -> int:
        """The place of the first number that is not smaller, in a column that ascends and begins with a smaller one."""
        parts = range(len(self._starts))
        part = bisect_left(parts, number, key=lambda part: int(self._part(part, read)[0])) - 1
        return int(self._starts[part] + np.searchsorted(self._part(part, read), number))

    def bytes(self) -> int:
        """How much memory it takes."""
        return _COLUMN_BYTES + sum(_PART_BYTES + part.nbytes for part in self._parts.values())

    def _part(self, part: int, read: ReadPart) -> Integers:
        found = self._parts.get(part)
        if found is None:
            found = self._parts[part] = read(part)
        return found
