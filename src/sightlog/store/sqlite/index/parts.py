"""The parts of a segment: how its columns are cut into pieces, so that a question reads only the pieces it needs.

A part belongs to a field and a type, and is found by the first value in it:

    several values     their texts, how many events each has, and whose they are
    one common value   the set of its events
    numbers            a few thousand, ascending, and whose they are
    no value           the set of the events that have the field in this type at all

The times and the numbers of the events belong to no field; of these, a part is found by the place of its first event.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
from msgspec import msgpack

from sightlog.domain.facts import NUMBER
from sightlog.store.sqlite.connection import Row
from sightlog.store.sqlite.index.columns import Contents, NumberColumn, TextColumn
from sightlog.store.sqlite.index.ordinals import (
    DENSE_SHARE,
    Floats,
    Integers,
    Mask,
    Ordinals,
    compress,
    decompress,
    pack_floats,
    pack_integers,
    pack_list,
    pack_set,
    unpack_floats,
    unpack_integers,
    unpack_list,
    unpack_set,
)

# A value that more events have gets a part of its own.
_COMMON_EVENTS = 64
_VALUES_PER_PART = 256
_ORDINALS_PER_PART = 8_192
_NUMBERS_PER_PART = 2_048
_INTEGERS_PER_PART = 1_024

# The columns that are not entries have no field.
TIMES, SEQS, STATES = "t", "q", "x"

_MANY, _ONE = b"M", b"O"


def parts_of(contents: Contents) -> list[Row]:
    """The rows (field, type, first value, content) of a segment."""
    size = len(contents.seqs)
    rows = [*_integer_parts(TIMES, contents.times), *_integer_parts(SEQS, contents.seqs)]
    for (field, letter), column in sorted(contents.texts.items()):
        if column.values:
            rows.append((field, letter, None, _presence(column.ordinals, size)))
            rows.extend((field, letter, *part) for part in _text_parts(column, size))
    for field, numbers in sorted(contents.numbers.items()):
        if len(numbers.ordinals):
            rows.append((field, NUMBER, None, _presence(numbers.ordinals, size)))
            rows.extend((field, NUMBER, *part) for part in _number_parts(numbers))
    return rows


def _integer_parts(letter: str, integers: Integers) -> Iterator[Row]:
    for start in range(0, len(integers), _INTEGERS_PER_PART):
        yield "", letter, start, compress(pack_integers(integers[start : start + _INTEGERS_PER_PART]))


def _presence(ordinals: Ordinals, size: int) -> bytes:
    mask = np.zeros(size, np.bool_)
    mask[ordinals] = True
    return compress(pack_set(np.flatnonzero(mask).astype(np.uint16), size))


def _text_parts(column: TextColumn, size: int) -> Iterator[tuple[str, bytes]]:
    values: list[str] = []
    found: list[Ordinals] = []
    gathered = 0
    for value, ordinals in column.groups():
        is_common = len(ordinals) > max(_COMMON_EVENTS, size * DENSE_SHARE)
        is_full = len(values) == _VALUES_PER_PART or gathered + len(ordinals) > _ORDINALS_PER_PART
        if values and (is_common or is_full):
            yield values[0], _many(values, found)
            values, found, gathered = [], [], 0
        if is_common:
            yield value, compress(_ONE + msgpack.encode((value, pack_set(ordinals, size))))
        else:
            values.append(value)
            found.append(ordinals)
            gathered += len(ordinals)
    if values:
        yield values[0], _many(values, found)


def _many(values: list[str], found: list[Ordinals]) -> bytes:
    counts = np.array([len(ordinals) for ordinals in found], np.int64)
    return compress(_MANY + msgpack.encode((values, pack_integers(counts), pack_list(np.concatenate(found)))))


def _number_parts(column: NumberColumn) -> Iterator[tuple[float, bytes]]:
    for start in range(0, len(column.ordinals), _NUMBERS_PER_PART):
        numbers = column.numbers[start : start + _NUMBERS_PER_PART]
        ordinals = column.ordinals[start : start + _NUMBERS_PER_PART]
        yield float(numbers[0]), compress(msgpack.encode((pack_floats(numbers), pack_list(ordinals))))


def read_numbers(content: bytes) -> NumberColumn:
    """A part of numbers."""
    numbers, ordinals = msgpack.decode(decompress(content))
    return NumberColumn(unpack_floats(numbers), unpack_list(ordinals))


class TextPart:
    """A part of texts, whichever form it has: its values, and how many events each has. Whose they are is unpacked
    when it is asked for."""

    def __init__(self, content: bytes, size: int) -> None:
        self._size = size
        self._is_one = content[:1] == _ONE
        self.values: list[str]
        """Ascending."""
        if self._is_one:
            value, self._packed = msgpack.decode(content[1:])
            self.values = [value]
        else:
            self.values, self._packed_counts, self._packed = msgpack.decode(content[1:])

    def passing(self, passes: Callable[[str], bool]) -> list[int]:
        """The places of the values that pass."""
        return [place for place, value in enumerate(self.values) if passes(value)]

    def named(self, names: Iterable[str]) -> list[int]:
        """The places of the values that are among these, which are different."""
        places = ((bisect_left(self.values, name), name) for name in names)
        return [place for place, name in places if self.values[place : place + 1] == [name]]

    def counts(self) -> Integers:
        """How many events each value has."""
        if self._is_one:
            return np.array([np.count_nonzero(self._members)], np.int64)
        return unpack_integers(self._packed_counts)

    def ordinals(self) -> Ordinals:
        """The events of all values, ascending within each."""
        if self._is_one:
            return np.flatnonzero(self._members).astype(np.uint16)
        return unpack_list(self._packed)

    @cached_property
    def _members(self) -> Mask:
        """The events of the one common value."""
        return unpack_set(self._packed, self._size)

    def mark(self, places: Sequence[int], mask: Mask, flag: bool = True) -> None:
        """Mark the events of the values at these places, or with `flag` False take their marks away."""
        if not places:
            return
        if self._is_one:
            mask[self._members] = flag
            return
        ordinals = self.ordinals()
        if len(places) == len(self.values):
            mask[ordinals] = flag
            return
        ends = np.cumsum(self.counts()).tolist()
        for place in places:
            mask[ordinals[ends[place - 1] if place else 0 : ends[place]]] = flag


def read_texts(content: bytes, size: int) -> TextColumn:
    """All of a part of texts."""
    part = TextPart(decompress(content), size)
    return TextColumn(part.values, part.counts(), part.ordinals())


def mark_named(content: bytes, named: Sequence[str], mask: Mask) -> None:
    """Mark the events of a part's values that are among the `named`. That a part has none of them is seen by its
    bytes, which takes a tenth of reading its values."""
    content = decompress(content)
    if any(msgpack.encode(text) in content for text in named):
        part = TextPart(content, len(mask))
        part.mark(part.named(set(named)), mask)


def mark_texts(contents: Sequence[bytes], passes: Callable[[str], bool], mask: Mask, having: Mask | None) -> None:
    """Mark the events of the parts' values that pass. `having` are the events that have the field, if each of them has
    only one value of it and these are few: when most of these pass, it is the others that are unpacked, and what they
    have is taken away."""
    if having is None:
        for content in contents:
            part = TextPart(decompress(content), len(mask))
            part.mark(part.passing(passes), mask)
        return
    parts = [TextPart(decompress(content), len(mask)) for content in contents]
    passing = [part.passing(passes) for part in parts]
    most_pass = sum(map(len, passing)) * 2 > sum(len(part.values) for part in parts)
    if most_pass and sum(int(part.counts().sum()) for part in parts) == np.count_nonzero(having):
        # These are all parts of the column.
        found = having.copy()
        for part in parts:
            part.mark(part.passing(lambda value: not passes(value)), found, False)
        mask |= found
        return
    for part, places in zip(parts, passing, strict=True):
        part.mark(places, mask)


def mark_numbers(content: bytes, passing: Callable[[Floats], Mask], mask: Mask) -> None:
    """Mark the events of a part's numbers that pass."""
    numbers, ordinals = msgpack.decode(decompress(content))
    found = passing(unpack_floats(numbers))
    if found.any():
        mask[unpack_list(ordinals)[found]] = True


def read_set(content: bytes, size: int) -> Mask:
    """The part without a value."""
    return unpack_set(decompress(content), size)


def read_integers(content: bytes) -> Integers:
    """Times or numbers of events."""
    return unpack_integers(decompress(content))


def join_texts(parts: list[TextColumn]) -> TextColumn:
    """The parts of a column, in their order, as one."""
    return TextColumn(
        [value for part in parts for value in part.values],
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.ordinals for part in parts]),
    )


def join_numbers(parts: list[NumberColumn]) -> NumberColumn:
    """The parts of a column of numbers, in their order, as one."""
    return NumberColumn(
        np.concatenate([part.numbers for part in parts]), np.concatenate([part.ordinals for part in parts])
    )
