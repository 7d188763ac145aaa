"""Suggestions for fields whose values are not counted: what is frequent among the newest events, remembered a while."""

import heapq
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from sightlog.store.sqlite.index.tail import TailView

# What was counted is given again until a twentieth has come on top; small samples are counted anew each time.
_REMEMBERED_SHARE = 1 / 20
_LEAST_REMEMBERED = 2_000
_MOST_REMEMBERED = 1_000

K = TypeVar("K")


class Suggestions:
    """Counting ten thousand values takes 20 ms, and a page of facets asks for several fields."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, int], tuple[object, int, int, list[tuple[object, int]]]] = {}

    def frequent(
        self, use_case: int, what: str, most: int, tail: TailView | None, count: Callable[[], "Counter[K]"]
    ) -> list[tuple[K, int]]:
        """The `most` frequent of what `count` counts, in the order of the values where they are equally frequent."""
        place = tail.identity if tail is not None else None
        size = tail.size if tail is not None else 0
        known = self._known.get((use_case, what, most))
        if known is not None and known[0] is place and 0 <= size - known[1] <= known[2] * _REMEMBERED_SHARE:
            return known[3]  # type: ignore[return-value]  # what was counted under this key has one type
        counts = count()
        found = heapq.nsmallest(most, counts.items(), key=lambda row: (-row[1], str(row[0])))
        total = counts.total()
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[(use_case, what, most)] = (place, size, total if total >= _LEAST_REMEMBERED else -1, list(found))
        return found
