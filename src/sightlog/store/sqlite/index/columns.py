"""The entries of many events, turned around: for each field and type its values, and which events have each."""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from sightlog.store.sqlite.index.ordinals import Floats, Integers, Ordinals

ColumnKey = tuple[str, str]
"""A field and the letter of a type."""


class TextColumn(Struct, frozen=True):
    """`values` ascending; `counts` says how many of `ordinals`, which are ascending within each value, each has."""

    values: list[str]
    counts: Integers
    ordinals: Ordinals

    def groups(self) -> Iterator[tuple[str, Ordinals]]:
        """Each value with its ordinals."""
        ends = np.cumsum(self.counts).tolist()
        start = 0
        for value, end in zip(self.values, ends, strict=True):
            yield value, self.ordinals[start:end]
            start = end


class NumberColumn(Struct, frozen=True):
    """One number for each of `ordinals`; ascending by number and then by ordinal."""

    numbers: Floats
    ordinals: Ordinals


class Contents(Struct, frozen=True):
    """All entries of a segment's events, which are in the order of their times and then of their ids."""

    use_case: int
    seqs: Integers
    times: Integers
    texts: dict[ColumnKey, TextColumn]
    numbers: dict[str, NumberColumn]


def text_column(values: list[str], counts: Integers, ordinals: Integers) -> TextColumn:
    """The column of ordinals that come grouped by value, in any order and with -1 for those that are left out.
    A value may come more than once; truth values are given as the texts 0 and 1."""
    distinct = sorted(set(values))
    places = {value: place for place, value in enumerate(distinct)}
    place_of = np.array([places[value] for value in values], np.int64)
    keys = (np.repeat(place_of, counts) << 16) | ordinals
    keys = np.sort(keys[ordinals >= 0])
    found, sizes = np.unique(keys >> 16, return_counts=True)
    return TextColumn([distinct[place] for place in found], sizes.astype(np.int64), (keys & 0xFFFF).astype(np.uint16))


def number_column(numbers: Floats, ordinals: Integers) -> NumberColumn:
    """The column of numbers in any order, with the ordinal -1 for those that are left out."""
    kept = ordinals >= 0
    numbers, ordinals = numbers[kept], ordinals[kept]
    order = np.lexsort((ordinals, numbers))
    return NumberColumn(numbers[order], ordinals[order].astype(np.uint16))
