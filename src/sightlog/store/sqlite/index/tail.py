"""The newest events of a use case, in memory: what is not in a segment yet.

One thread, the writer's, adds to a tail; many read it at the same time. A reader sees the events up to the last number
that its snapshot has: everything only grows. What leaves or changes is noted with the number of the commit that did it;
commits that only add have none.
"""

import heapq
import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import numpy as np

from sightlog.domain.conditions import Match
from sightlog.domain.fact_columns import FLOAT, FLOAT_BYTES, PLACE, PLACE_BYTES, FactColumns, TextFacts
from sightlog.domain.facts import BOOLEAN, FEEDBACK_STATUS, NUMBER, TEXT, Value
from sightlog.store.sqlite.index.columns import (
    ColumnKey,
    Contents,
    NumberColumn,
    TextColumn,
    number_column,
    text_column,
)
from sightlog.store.sqlite.index.matching import as_text, passes_text, passing_numbers, still_there
from sightlog.store.sqlite.index.ordinals import Floats, Integers, Mask, Ordinals, runs_of_equal
from sightlog.store.sqlite.index.states import STATUSES, UNCHANGED, States, mark_reviewed, state_of

_NEVER = 2**62

Candidate = tuple[int, str, int]
"""An event's timestamp, id and number."""


class _Texts:
    """A field's texts, or its truth values, in the order in which they came; a value comes again with later events.
    The writer adds, and readers make the way from a value to its events when they first ask for the field."""

    def __init__(self) -> None:
        self.values: list[Value] = []
        self.counts = array(PLACE)
        self.places = array(PLACE)
        self._lock = threading.Lock()
        self._found: dict[Value, array[int]] = {}
        self._values_done = self._places_done = 0

    def add(self, facts: TextFacts, places: memoryview) -> None:
        """Several events have these values."""
        self.values.extend(facts.values)
        self.places.frombytes(places)
        self.counts.extend(facts.counts)  # last: readers look as far as these go

    def places_of(self, values: Iterable[Value]) -> bytes:
        """The places of these values' events, two bytes each."""
        with self._lock:
            self._look_further()
            return b"".join([self._found[value].tobytes() for value in values if value in self._found])

    def sizes(self) -> list[tuple[Value, int]]:
        """Each value with the number of its events."""
        with self._lock:
            self._look_further()
            return [(value, len(places)) for value, places in self._found.items()]

    def _look_further(self) -> None:
        counts = self.counts[self._values_done :]
        start = self._places_done
        for value, count in zip(self.values[self._values_done :], counts, strict=False):
            found = self._found.get(value)
            if found is None:
                self._found[value] = self.places[start : start + count]
            elif count == 1:
                found.append(self.places[start])
            else:
                found.extend(self.places[start : start + count])
            start += count
        self._values_done += len(counts)
        self._places_done = start


class _Numbers:
    """A field's numbers, each with the place of its event."""

    def __init__(self) -> None:
        self._numbers = array(FLOAT)
        self._places = array(PLACE)

    def add(self, numbers: memoryview, places: memoryview) -> None:
        """Several events have these numbers."""
        self._places.frombytes(places)  # first the places: readers never see a number without one
        self._numbers.frombytes(numbers)

    def arrays(self) -> tuple[Floats, Ordinals]:
        """The numbers and the places. Copies: an array that lends its memory cannot grow, and the writer would fail."""
        numbers = np.frombuffer(self._numbers.tobytes(), np.float64)
        return numbers, np.frombuffer(self._places.tobytes(), np.uint16)[: len(numbers)]


class _Reviews:
    """What reviews say of the events of a tail, in the order in which they said it of each."""

    def __init__(self) -> None:
        self._places = array(PLACE)
        self._said = array("B")
        self._commits = array("q")

    def add(self, place: int, status: str | None, commit: int) -> None:
        """The newest review of an event says this, as of a commit."""
        self._places.append(place)
        self._said.append(state_of(status))
        self._commits.append(commit)  # last: readers look as far as these go

    def states(self, size: int, commit: int) -> States:
        """What is said of the first `size` events, as of a commit."""
        states = np.full(size, UNCHANGED, np.uint8)
        commits = np.frombuffer(self._commits.tobytes(), np.int64)
        places = np.frombuffer(self._places.tobytes(), np.uint16)[: len(commits)]
        said = np.frombuffer(self._said.tobytes(), np.uint8)[: len(commits)]
        is_seen = (commits <= commit) & (places < size)
        states[places[is_seen]] = said[is_seen]  # of several for one place the last stays
        return states


class Tail:
    """See above. `opened_at` is the first commit whose readers look here."""

    def __init__(self, use_case: int, opened_at: int) -> None:
        self.use_case = use_case
        self.opened_at = opened_at
        self.first_time = _NEVER
        """None of its events is older."""
        self.seqs = array("q")
        self.times = array("q")
        self.ids: list[str] = []
        self._texts: dict[ColumnKey, _Texts] = {}
        self._numbers: dict[str, _Numbers] = {}
        self._gone: dict[int, int] = {}
        self._reviews = _Reviews()

    def __len__(self) -> int:
        return len(self.seqs)

    def add(self, seqs: Iterable[int], timestamps: Sequence[int], ids: Iterable[str], facts: FactColumns) -> None:
        """Add events whose facts were turned around. Numbers ascend, also from call to call."""
        places = memoryview((np.frombuffer(facts.places, np.uint16) + np.uint16(len(self.seqs))).tobytes())
        start = 0
        for texts in facts.texts:
            end = start + texts.size * PLACE_BYTES
            self._texts_of(texts.field, texts.letter).add(texts, places[start:end])
            start = end
        amounts, first = memoryview(facts.amounts), 0
        for numbers in facts.numbers:
            end, last = start + numbers.size * PLACE_BYTES, first + numbers.size * FLOAT_BYTES
            self._numbers_of(numbers.field).add(amounts[first:last], places[start:end])
            start, first = end, last
        self.ids.extend(ids)
        self.times.extend(timestamps)
        self.first_time = min(self.first_time, *timestamps)
        self.seqs.extend(seqs)  # last: readers look as far as these go

    def _texts_of(self, field: str, letter: str) -> _Texts:
        found = self._texts.get((field, letter))
        if found is None:
            found = self._texts[(field, letter)] = _Texts()
        return found

    def _numbers_of(self, field: str) -> _Numbers:
        found = self._numbers.get(field)
        if found is None:
            found = self._numbers[field] = _Numbers()
        return found

    def place_of(self, seq: int) -> int | None:
        """Where an event is."""
        place = bisect_left(self.seqs, seq)
        return place if place < len(self.seqs) and self.seqs[place] == seq else None

    def remove(self, place: int, commit: int) -> None:
        """An event is no longer there, as of a commit."""
        self._gone[place] = commit

    def restate(self, place: int, status: str | None, commit: int) -> None:
        """What the newest review says of an event, as of a commit."""
        self._reviews.add(place, status, commit)

    def at(self, commit: int, last_seq: int) -> "TailView":
        """The tail as a snapshot of this commit sees it, whose events have numbers up to this one."""
        return TailView(self, bisect_right(self.seqs, last_seq), commit)

    def now(self, commit: int) -> "TailView":
        """The tail with what the commit that is being made has added to it so far."""
        return TailView(self, len(self.seqs), commit)


class TailView:
    """A tail as of one snapshot; see `matching.Source`."""

    def __init__(self, tail: Tail, size: int, commit: int) -> None:
        self._tail = tail
        self.size = size
        self._commit = commit

    @property
    def identity(self) -> object:
        """The same for all views of one tail."""
        return self._tail

    def find(self, match: Match) -> Mask:
        mask = np.zeros(self.size, np.bool_)
        for field in match.fields:
            if field == FEEDBACK_STATUS:
                mark_reviewed(self._states(), match, mask)
            elif match.letter == NUMBER:
                self._mark_numbers(field, match, mask)
            elif match.letter is None:
                self._mark_all(field, mask)
            else:
                self._mark_texts(field, match, mask)
        return mask

    def _mark(self, mask: Mask, places: Ordinals) -> None:
        mask[places[places < self.size]] = True

    def _mark_numbers(self, field: str, match: Match, mask: Mask) -> None:
        column = self._numbers(field)
        if column is not None:
            numbers, places = column
            self._mark(mask, places[passing_numbers(match, numbers)])

    def _numbers(self, field: str) -> tuple[Floats, Ordinals] | None:
        column = self._tail._numbers.get(field)
        return None if column is None else column.arrays()

    def _mark_texts(self, field: str, match: Match, mask: Mask) -> None:
        letter = match.letter or TEXT
        texts = self._tail._texts.get((field, letter))
        if texts is None:
            return
        if match.operator == "exists":
            found = texts.places.tobytes()
        else:
            values: Iterable[Value]
            if match.operator in ("eq", "in"):
                values = match.value if isinstance(match.value, tuple) else (match.value,)
            else:
                passes = passes_text(match)
                values = [value for value, _ in texts.sizes() if passes(as_text(letter, value))]
            found = texts.places_of(values)
        self._mark(mask, np.frombuffer(found, np.uint16))

    def _mark_all(self, field: str, mask: Mask) -> None:
        for letter in ("s", "b"):
            self._mark_texts(field, Match((field,), letter, "exists"), mask)
        self._mark_numbers(field, Match((field,), NUMBER, "exists"), mask)

    def _states(self) -> States:
        """What the newest review says of each event."""
        return self._tail._reviews.states(self.size, self._commit)

    def leave_out_gone(self, mask: Mask) -> None:
        """Take the marks of events away that are not there any more."""
        for place, commit in list(self._tail._gone.items()):
            if commit <= self._commit and place < self.size:
                mask[place] = False

    def times(self) -> Integers:
        return np.frombuffer(self._tail.times[: self.size].tobytes(), np.int64)

    def seqs(self) -> Integers:
        return np.frombuffer(self._tail.seqs[: self.size].tobytes(), np.int64)

    def seqs_at(self, places: Integers) -> Integers:
        """The numbers of the events at some places."""
        return self.seqs()[places]

    def oldest(self, limit: int, before: int) -> list[tuple[int, int]]:
        """(timestamp, number) of the oldest `limit` events that are there, of those before a time."""
        times = self.times()
        places = np.flatnonzero(still_there(self) & (times < before))
        if len(places) > limit:
            places = places[times[places] <= np.partition(times[places], limit - 1)[limit - 1]]
        return sorted(zip(times[places].tolist(), self.seqs_at(places).tolist(), strict=True))[:limit]

    def newest_time(self) -> int | None:
        """The timestamp of the newest event that is there."""
        times = self.times()[still_there(self)]
        return int(times.max()) if len(times) else None

    def count_before(self, time: int) -> int:
        """How many events that are there are older than a time."""
        return int(np.count_nonzero(still_there(self) & (self.times() < time)))

    def newest(self, mask: Mask, limit: int) -> list[Candidate]:
        """The newest `limit` events of a mask, in their order."""
        places = np.flatnonzero(mask)
        if len(places) > limit:
            times = self.times()[places]
            # Those that came last are mostly the newest: few are left of all.
            places = places[times >= np.partition(times[-2 * limit :], -limit)[-limit]]
            times = self.times()[places]
            places = places[times >= np.partition(times, -limit)[-limit]]
        tail = self._tail
        found = [(tail.times[place], tail.ids[place], tail.seqs[place]) for place in places.tolist()]
        return heapq.nlargest(limit, found)

    def before(self, mask: Mask, timestamp: int, event_id: str) -> None:
        """Leave in the mask what comes after this position in a page: older, or as old with a smaller id."""
        times = self.times()
        mask &= times <= timestamp
        for place in np.flatnonzero(mask & (times == timestamp)).tolist():
            mask[place] = self._tail.ids[place] < event_id

    def columns(self) -> list[ColumnKey]:
        """The fields and types that occur, but for the feedback status."""
        return [*list(self._tail._texts), *((field, NUMBER) for field in list(self._tail._numbers))]

    def counts(self, field: str) -> list[tuple[str, Value, int]]:
        """(letter, value, how many events had it) of a field's texts and truth values, also of events that left."""
        return [
            (letter, value, count)
            for letter in (TEXT, BOOLEAN)
            if (texts := self._tail._texts.get((field, letter)))
            for value, count in texts.sizes()
        ]

    def text_column(self, field: str, letter: str) -> TextColumn | None:
        """All values of a field, with the places of their events."""
        return self._text_column((field, letter), self._as_they_are())

    def number_column(self, field: str) -> NumberColumn | None:
        """All numbers of a field, with the places of their events."""
        return self._number_column(field, self._as_they_are())

    def _as_they_are(self) -> Integers:
        ranks = np.arange(self.size + 1)
        ranks[self.size] = -1
        return ranks

    def contents(self) -> Contents:
        """Everything that is still there, in the order of a segment."""
        alive = np.flatnonzero(still_there(self))
        times, ids = self.times(), self._tail.ids
        order = alive[np.argsort(times[alive], kind="stable")]
        for start, end in runs_of_equal(times[order]):
            order[start:end] = sorted(order[start:end].tolist(), key=ids.__getitem__)
        ranks = np.full(self.size + 1, -1, np.int64)
        ranks[order] = np.arange(len(order))
        texts = {key: column for key in list(self._tail._texts) if (column := self._text_column(key, ranks))}
        fields = list(self._tail._numbers)
        numbers = {field: found for field in fields if (found := self._number_column(field, ranks))}
        states = self._states()
        reviewed = np.flatnonzero((states != UNCHANGED) & (states != state_of(None)))
        if len(reviewed):
            statuses = [STATUSES[state].value for state in states[reviewed].tolist()]
            texts[(FEEDBACK_STATUS, TEXT)] = text_column(statuses, np.ones(len(reviewed), np.int64), ranks[reviewed])
        return Contents(self._tail.use_case, self.seqs()[order], times[order], texts, numbers)

    def _text_column(self, key: ColumnKey, ranks: Integers) -> TextColumn | None:
        texts = self._tail._texts.get(key)
        if texts is None:
            return None
        counts = np.frombuffer(texts.counts.tobytes(), np.uint16).astype(np.int64)
        values = [as_text(key[1], value) for value in texts.values[: len(counts)]]
        places = np.frombuffer(texts.places.tobytes(), np.uint16)[: counts.sum()].astype(np.int64)
        return text_column(values, counts, ranks[np.minimum(places, self.size)])

    def _number_column(self, field: str, ranks: Integers) -> NumberColumn | None:
        found = self._numbers(field)
        if found is None:
            return None
        numbers, places = found
        return number_column(numbers, ranks[np.minimum(places.astype(np.int64), self.size)])
