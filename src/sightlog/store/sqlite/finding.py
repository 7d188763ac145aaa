"""Finding and counting events: newest first, piece by piece of the side index.

The tail comes first and then the segments, the one with the newest event first. A page is done when it is full and
what is left is older. Late events make segments overlap in time, so what was found is held back until then.
"""

import sqlite3
import time
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from operator import itemgetter

import numpy as np

from sightlog.domain.conditions import AllOf, AnyOf, Condition, Match
from sightlog.domain.cursor import Position
from sightlog.domain.errors import QueryTooSlow
from sightlog.domain.facts import CLASS, METADATA
from sightlog.domain.filters import Selection, Span
from sightlog.domain.tallies import CLASS_KIND, SOURCES, TYPE, VALUE, value_key
from sightlog.store.sqlite import events
from sightlog.store.sqlite.counting import Waiting
from sightlog.store.sqlite.counts_view import CountsView
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.loading import IndexState, read_state
from sightlog.store.sqlite.index.matching import evaluate
from sightlog.store.sqlite.index.ordinals import Integers, Mask
from sightlog.store.sqlite.index.reading import IndexView
from sightlog.store.sqlite.index.segments import Segment
from sightlog.store.sqlite.index.summaries import Sieve
from sightlog.store.sqlite.index.tail import TailView

# A look at the clock for each segment would cost nothing, but the first one should always be answered.
_EVENTS_BETWEEN_LOOKS = 65_536
_EARLIEST, _LATEST = -(2**62), 2**62

Found = tuple[int, str, int, events.EventRow | None]
"""An event's timestamp, id and number: pages are in their descending order; and its row, where that was read."""
_PLACE_IN_PAGE = itemgetter(0, 1, 2)


class Search:
    """One selection on one use case, within one snapshot."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        index: SideIndex,
        waiting: Waiting,
        use_case: int,
        selection: Selection,
        seconds: float | None = None,
        learned_to: int = 0,
    ) -> None:
        """`learned_to` is the number up to which the index certainly has all events."""
        self.connection = connection
        self._learned_to = learned_to
        self.use_case = use_case
        self.condition: AllOf = selection.condition
        self.names = selection.names
        self.start = _EARLIEST if selection.span.start is None else selection.span.start
        self.end = _LATEST if selection.span.end is None else selection.span.end
        self._has_span = selection.span != Span()
        self._index = index
        self._waiting = waiting
        self._needed = positive_matches(selection.condition)
        self._sieve = Sieve(connection, index.summaries, self._needed)
        self._deadline = _LATEST if seconds is None else time.monotonic() + seconds
        self._unlooked = 0

    @property
    def last_sequence(self) -> int:
        """Up to which number events are looked at; those that come later are new to whoever asks again."""
        return min(self._learned_to, self._state.last_seq)

    @cached_property
    def _state(self) -> IndexState:
        return read_state(self.connection)

    @cached_property
    def _counts(self) -> CountsView:
        return CountsView(self.connection, self._waiting.seen_by(self._state), self.use_case)

    def find(self, before: Position | None, limit: int) -> tuple[list[Found], bool]:
        """(the newest `limit` events after `before`, whether the time was up before it was done).
        Raises QueryTooSlow when the time was up before any was found."""
        found: list[Found] = []
        try:
            found, timed_out = self._find_by_index(before, limit)
        except sqlite3.OperationalError as error:
            _only_interruption(error)
            timed_out = True
        if timed_out and not found:
            raise self._too_slow()
        return found, timed_out

    def count(self, at_most: int | None) -> int:
        """How many events match; more than `at_most` is possible. Raises QueryTooSlow."""
        try:
            if self._cannot_match:
                return 0
            if not self.condition.conditions and not self._has_span:
                return self._total()
            total = 0
            for source in self._visited():
                total += self._count_in(source)
                if at_most is not None and total > at_most:
                    break
        except sqlite3.OperationalError as error:
            _only_interruption(error)
            raise self._too_slow() from None
        return total

    def count_among(self, numbers: list[int]) -> int:
        """How many of a few events match."""
        total = 0
        for source in self._sources(self.end) if numbers else ():
            if isinstance(source, TailView) or (
                source.info.first_seq <= max(numbers)
                and source.info.last_seq >= min(numbers)
                and self._may_match(source)
            ):
                mask = self._matching_in(source)
                total += int(np.count_nonzero(np.isin(source.seqs_at(np.flatnonzero(mask)), numbers)))
        return total

    def matching(self) -> Iterator[tuple[TailView | Segment, Mask]]:
        """Every piece of the index with the places of the events that match: the tail, and then the segments, the
        one with the newest event first. Raises QueryTooSlow."""
        for source in self._visited():
            mask = self._matching_in(source)
            if mask.any():
                yield source, mask

    def _find_by_index(self, before: Position | None, limit: int) -> tuple[list[Found], bool]:
        found: list[Found] = []
        latest = self.end if before is None else min(self.end, before.timestamp)
        for source in self._sources(latest):
            if isinstance(source, Segment):
                newest_left = source.info.last_time
                if len(found) >= limit and found[limit - 1][0] > newest_left:
                    break
                if not self._may_match(source):
                    continue
                if not found and self._cannot_match:
                    break
                if self._is_time_up(source.size):
                    return [one for one in found if one[0] > newest_left], True
            try:
                found += self._newest_in(
                    source, before, limit, found[limit - 1][0] if len(found) >= limit else _EARLIEST
                )
            except sqlite3.OperationalError as error:
                _only_interruption(error)
                newest_left = source.info.last_time if isinstance(source, Segment) else _LATEST
                return [one for one in found if one[0] > newest_left], True
            found.sort(key=_PLACE_IN_PAGE, reverse=True)
            del found[limit:]
        return found, False

    @cached_property
    def _view(self) -> IndexView:
        return IndexView(self.connection, self._index, self.use_case, self._state)

    def _sources(self, latest: int) -> Iterator[TailView | Segment]:
        view = self._view
        if view.tail is not None and view.tail.size:
            yield view.tail
        for info in view.infos(self.start, latest):
            yield view.segment(info)

    def _may_match(self, source: TailView | Segment) -> bool:
        """Whether a source can have an event that matches, as far as its summaries tell."""
        if isinstance(source, TailView) or not source.info.is_summarised:
            return True
        return self._sieve.may_match(source.info.number)

    def _visited(self) -> Iterator[TailView | Segment]:
        """Every source that can have an event that matches. Raises QueryTooSlow."""
        for source in self._sources(self.end):
            if self._may_match(source):
                if self._is_time_up(source.size):
                    raise self._too_slow()
                yield source

    def _matching_in(self, source: TailView | Segment) -> Mask:
        """The events of a source that are there, match and lie in the span."""
        if isinstance(source, TailView):
            mask = evaluate(self.condition, source)
            source.leave_out_gone(mask)
            if self._has_span:
                times = source.times()
                mask &= (times >= self.start) & (times <= self.end)
            return mask
        start, end = source.place_of(self.start), source.place_of(self.end + 1)
        if start >= end:
            return np.zeros(source.size, np.bool_)
        mask = evaluate(self.condition, source)
        mask[:start] = False
        mask[end:] = False
        if mask.any():
            source.leave_out_gone(mask)
        return mask

    def _count_in(self, source: TailView | Segment) -> int:
        if isinstance(source, Segment) and not self.condition.conditions:
            info = source.info
            if self.start <= info.first_time and info.last_time <= self.end:
                return info.events - info.gone
        return int(np.count_nonzero(self._matching_in(source)))

    def _newest_in(self, source: TailView | Segment, before: Position | None, limit: int, since: int) -> list[Found]:
        """The newest `limit` events of a source, of those that come after a position and are not older than a time."""
        mask = self._matching_in(source)
        if not mask.any():
            return []
        if isinstance(source, TailView):
            if before is not None:
                source.before(mask, before.timestamp, before.event_id)
            return [(*one, None) for one in source.newest(mask, limit)]
        mask[: source.place_of(since)] = False
        places = np.flatnonzero(mask)
        if before is not None:
            places = places[: self._end_of_page(source, places, before)]
        rows = events.read_rows(self.connection, source.seqs_at(places[-limit:]).tolist())
        return [(row[4], row[1], row[0], row) for row in rows]

    def _end_of_page(self, source: Segment, places: Integers, before: Position) -> int:
        """How many of these places, which ascend, come after a position. Those of one time are in the order of their
        ids, which only their rows tell."""
        moment = before.timestamp
        first, last = np.searchsorted(places, [source.place_of(moment), source.place_of(moment + 1)]).tolist()

        def id_at(place: int) -> str:
            numbers = source.seqs_at(places[place : place + 1]).tolist()
            event_id: str = self.connection.execute("SELECT event_id FROM events WHERE seq = ?", numbers).fetchone()[0]
            return event_id

        return bisect_left(range(last), before.event_id, first, key=id_at)

    def _is_time_up(self, events: int) -> bool:
        """Whether the time is up; looked at after so many events."""
        self._unlooked += events
        if self._unlooked < _EVENTS_BETWEEN_LOOKS:
            return False
        self._unlooked = 0
        return time.monotonic() > self._deadline

    def interrupted(self, error: sqlite3.OperationalError) -> QueryTooSlow:
        """What a caller is told when SQLite was interrupted at the time limit; any other error is raised."""
        _only_interruption(error)
        return self._too_slow()

    def _too_slow(self) -> QueryTooSlow:
        names = ", ".join(self.names) or "the time range"
        return QueryTooSlow(
            f"the time limit passed before an event was found with {names}; give startTime and endTime to narrow it"
        )

    def _total(self) -> int:
        return sum(self._counts.of(TYPE).values())

    @cached_property
    def _cannot_match(self) -> bool:
        """Whether the kept counts say that one of the conditions matches no event at all."""
        return self._counts.is_complete and any(map(self._is_ruled_out, self._needed))

    def _is_ruled_out(self, match: Match) -> bool:
        """Whether the kept counts know that no event has what a match asks for."""
        if match.operator == "exists" and all(field.startswith(CLASS) for field in match.fields):
            kind, keys = CLASS_KIND, [field[len(CLASS) :] for field in match.fields]
        elif match.operator in ("eq", "in") and len(match.fields) == 1 and match.letter is not None:
            values = match.value if isinstance(match.value, tuple) else (match.value,)
            field = match.fields[0]
            if field == TYPE or field in SOURCES:
                kind, keys = field, [str(value) for value in values]
            elif field.startswith(METADATA):
                name = field[len(METADATA) :]
                if self._counts.is_crowded(VALUE, name):
                    return False
                kind, keys = VALUE, [value_key(name, match.letter, value) for value in values]
            else:
                return False
        else:
            return False
        if kind != VALUE and self._counts.is_crowded(kind):
            return False
        return not self._counts.has_any(kind, keys)


def positive_matches(condition: AllOf) -> list[Match]:
    """The matches that every selected event must have."""
    found: list[Match] = []
    for part in condition.conditions:
        alone: Condition = part.conditions[0] if isinstance(part, AnyOf) and len(part.conditions) == 1 else part
        if isinstance(alone, Match):
            found.append(alone)
    return found


def _only_interruption(error: sqlite3.OperationalError) -> None:
    if "interrupted" not in str(error):
        raise error
