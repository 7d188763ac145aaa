"""The facts of several events, turned around: for each field its values, and which events have each.

The events of a batch are alike, so this is less to hand over, to index and to count than a list for each event.
Events are places, counted from 0. Numbers and places are kept as bytes, in this machine's own order, because they are
passed on and joined far more often than they are looked at.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat
from typing import Final

from msgspec import Struct

from sightlog.domain.facts import BOOLEAN, NUMBER, TEXT, Entry, Value

# A place has two bytes; the side index adds what a use case has already to those of a batch.
MOST_EVENTS = 4_096
# The type codes of arrays of places and of numbers.
PLACE: Final = "H"
FLOAT: Final = "d"
PLACE_BYTES, FLOAT_BYTES = 2, 8


class TextFacts(Struct, frozen=True, array_like=True):
    """A field's texts, or its truth values: each value once, with the number of events that have it."""

    field: str
    letter: str
    values: list[str | bool]
    counts: list[int]
    size: int
    """How many places belong to the field: the sum of the counts."""


class NumberFacts(Struct, frozen=True, array_like=True):
    """A field's numbers, of which each has a place."""

    field: str
    size: int


class FactColumns(Struct, frozen=True, array_like=True):
    """All facts of so many events. `places` has first those of the texts, grouped by value and ascending within a
    value, and then those of the numbers, in the order of the fields; `amounts` has the numbers."""

    events: int
    texts: list[TextFacts]
    numbers: list[NumberFacts]
    places: bytes
    amounts: bytes

    def groups(self) -> Iterator[tuple[str, str, Sequence[Value], Iterable[int]]]:
        """(field, letter, values, how many of the places belong to each)."""
        for texts in self.texts:
            yield texts.field, texts.letter, texts.values, texts.counts
        start = 0
        for column in self.numbers:
            end = start + column.size * FLOAT_BYTES
            yield column.field, NUMBER, array(FLOAT, self.amounts[start:end]), repeat(1)
            start = end


ValuePlaces = dict[str | bool, list[int]]
"""Each value of a field, with the places of its events."""


class FactGroups(Struct, frozen=True):
    """The facts of so many events, by field: what `FactColumns` are made from and what events contribute is added up
    from. Places ascend; of a field's numbers each has a place."""

    events: int
    texts: dict[str, ValuePlaces]
    truths: dict[str, ValuePlaces]
    numbers: dict[str, tuple[list[float], list[int]]]

    def by_field(self) -> Iterator[tuple[str, str, Iterable[list[int]]]]:
        """(field, letter, the places of each value)."""
        for letter, fields in ((TEXT, self.texts), (BOOLEAN, self.truths)):
            for field, values in fields.items():
                yield field, letter, values.values()
        for field, (_, places) in self.numbers.items():
            yield field, NUMBER, (places,)

    def columns(self) -> FactColumns:
        """The same in few bytes."""
        numbers = self.numbers.values()
        values = chain(self.texts.values(), self.truths.values())
        places = list(chain.from_iterable(chain.from_iterable(one.values()) for one in values))
        places.extend(chain.from_iterable(places for _, places in numbers))
        return FactColumns(
            self.events,
            [*_text_facts(TEXT, self.texts), *_text_facts(BOOLEAN, self.truths)],
            [NumberFacts(field, len(column[0])) for field, column in self.numbers.items()],
            array(PLACE, places).tobytes(),
            array(FLOAT, chain.from_iterable(amounts for amounts, _ in numbers)).tobytes(),
        )


def grouped(events: Iterable[Iterable[Entry]]) -> FactGroups:
    """The facts of these events, at most MOST_EVENTS, which are given by their entries."""
    texts: dict[str, ValuePlaces] = {}
    truths: dict[str, ValuePlaces] = {}
    numbers: dict[str, tuple[list[float], list[int]]] = {}
    place = -1
    for place, entries in enumerate(events):
        for field, letter, value in entries:
            if letter == NUMBER:
                column = numbers.get(field)
                if column is None:
                    column = numbers[field] = [], []
                column[0].append(value)  # type: ignore[arg-type]  # a number by its letter
                column[1].append(place)
                continue
            fields = texts if letter == TEXT else truths
            values = fields.get(field)
            if values is None:
                values = fields[field] = {}
            places = values.get(value)  # type: ignore[arg-type]  # no number by its letter
            if places is None:
                values[value] = [place]  # type: ignore[index]
            elif places[-1] != place:
                places.append(place)
    return FactGroups(place + 1, texts, truths, numbers)


def _text_facts(letter: str, fields: dict[str, ValuePlaces]) -> Iterator[TextFacts]:
    for field, values in fields.items():
        counts = list(map(len, values.values()))
        yield TextFacts(field, letter, list(values), counts, sum(counts))


def entries_of_each(columns: FactColumns) -> list[list[Entry]]:
    """The entries of each event, turned back."""
    events: list[list[Entry]] = [[] for _ in range(columns.events)]
    places = iter(array(PLACE, columns.places))
    for field, letter, values, counts in columns.groups():
        for value, count in zip(values, counts, strict=False):
            for place in islice(places, count):
                events[place].append((field, letter, value))
    return events


def with_added(events: Sequence[list[Entry]], added: Sequence[list[Entry]]) -> list[list[Entry]]:
    """The entries of each event with what was added to it later; what it has already is not added again."""
    return [
        [*entries, *(entry for entry in more if entry not in entries)]
        for entries, more in zip(events, added, strict=True)
    ]
