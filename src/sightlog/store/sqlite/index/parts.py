"""The parts of a segment: how its columns are cut into pieces, so that a question reads only the pieces it needs.

A part belongs to a field and a type, and is found by the first value in it:

    several values     their texts, how many events each has, and whose they are
    one common value   the set of its events
    numbers            a few thousand, ascending, and whose they are
    no value           the set of the events that have the field in this type at all

The times and the numbers of the events belong to no field; of these, a part is found by the place of its first event.
"""

from collections.abc import Callable, Iterator, Sequence

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


def read_texts(content: bytes, size: int) -> TextColumn:
    """A part of texts, whichever form it has."""
    content = decompress(content)
    if content[:1] == _ONE:
        value, packed = msgpack.decode(content[1:])
        ordinals = np.flatnonzero(unpack_set(packed, size)).astype(np.uint16)
        return TextColumn([value], np.array([len(ordinals)], np.int64), ordinals)
    values, counts, found = msgpack.decode(content[1:])
    return TextColumn(values, unpack_integers(counts), unpack_list(found))


def mark_texts(content: bytes, passes: Callable[[str], bool], mask: Mask, named: Sequence[str] = ()) -> None:
    """Mark the events of a part's values that pass. If only the `named` texts can, a part without them is seen to be
    one by its bytes, which takes a tenth of reading its values."""
    content = decompress(content)
    if named and not any(msgpack.encode(text) in content for text in named):
        return
    if content[:1] == _ONE:
        value, packed = msgpack.decode(content[1:])
        if passes(value):
            mask |= unpack_set(packed, len(mask))
        return
    values, packed_counts, packed = msgpack.decode(content[1:])
    chosen = [place for place, value in enumerate(values) if passes(value)]
    if len(chosen) == len(values):
        mask[unpack_list(packed)] = True
    elif chosen:
        ends = np.cumsum(unpack_integers(packed_counts)).tolist()
        ordinals = unpack_list(packed)
        for place in chosen:
            mask[ordinals[ends[place - 1] if place else 0 : ends[place]]] = True


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
