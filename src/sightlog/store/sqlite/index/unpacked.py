"""The times and the numbers of sealed events that were asked for lately, as arrays. Unpacking a part of them takes
longer than all that a question does with it, and most questions are about the same newest segments.
"""

import threading
from bisect import bisect_left
from collections.abc import Callable, Sequence

import numpy as np

from sightlog.store.sqlite.index.ordinals import Integers

# So much is remembered, with what a column takes by itself.
_MOST_BYTES = 12 * 2**20
_COLUMN_BYTES = 1_000

ReadPart = Callable[[int], Integers]
"""Unpacks a part, by its place among the parts."""


class UnpackedColumn:
    """A column of whole numbers, of which some parts were unpacked. For one thread at a time."""

    def __init__(self, starts: Sequence[int], size: int) -> None:
        """`starts` are the places of the first numbers of the parts."""
        self._starts = np.array(starts, np.int64)
        self._bounds = [*starts, size]
        self._numbers = np.empty(size, np.int64)
        self._is_known = np.zeros(len(starts), np.bool_)

    def at(self, places: Integers, read: ReadPart) -> Integers:
        """The numbers at some places."""
        parts = np.searchsorted(self._starts, places, "right") - 1
        for part in set(parts[~self._is_known[parts]].tolist()):
            self._know(part, read)
        return self._numbers[places]

    def place_of(self, number: int, read: ReadPart) -> int:
        """The place of the first number that is not smaller, in a column that ascends and begins with a smaller one."""
        part = bisect_left(range(len(self._starts)), number, key=lambda part: self._first_of(part, read)) - 1
        start, end = self._bounds[part : part + 2]
        return start + int(np.searchsorted(self._numbers[start:end], number))

    def bytes(self) -> int:
        """How much memory it takes."""
        return _COLUMN_BYTES + self._numbers.nbytes * int(np.count_nonzero(self._is_known)) // len(self._starts)

    def _first_of(self, part: int, read: ReadPart) -> int:
        self._know(part, read)
        return int(self._numbers[self._bounds[part]])

    def _know(self, part: int, read: ReadPart) -> None:
        if not self._is_known[part]:
            self._numbers[self._bounds[part] : self._bounds[part + 1]] = read(part)
            self._is_known[part] = True


class UnpackedColumns:
    """Those of all segments, for all readers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._columns: dict[tuple[int, str], tuple[UnpackedColumn, int]] = {}
        self._bytes = 0

    def take(self, segment: int, letter: str) -> UnpackedColumn | None:
        """A segment's column that this letter stands for, if it is remembered and nobody has it; to be given back."""
        with self._lock:
            column, size = self._columns.pop((segment, letter), (None, 0))
            self._bytes -= size
            return column

    def give_back(self, segment: int, letter: str, column: UnpackedColumn) -> None:
        """Remember it; what was given back longest ago is forgotten for it."""
        with self._lock:
            if (segment, letter) not in self._columns:  # else another question had none and made one
                size = column.bytes()
                self._columns[segment, letter] = column, size
                self._bytes += size
            while self._bytes > _MOST_BYTES:
                oldest = next(iter(self._columns))
                self._bytes -= self._columns.pop(oldest)[1]
