"""Finding events newest first: window by window of time, each answered by the side index.

A window is a run of quarter-hours that hold a few thousand events; the first is small, so that a page of a broad
filter is quick, and the following ones grow, so that a selective filter needs few statements. Inside a window there
are two ways: walk the events in time order and probe the index, or drive by the events that one condition names.
Which one is decided from kept counts where there are some, and else from a bounded count in the window itself.
"""

import sqlite3
from collections.abc import Iterator

from msgspec import Struct, json

from sightlog.domain.conditions import AllOf, Match
from sightlog.domain.cursor import Position
from sightlog.domain.errors import QueryTooSlow
from sightlog.domain.facts import CLASS, METADATA
from sightlog.domain.filters import Selection, Span
from sightlog.domain.tallies import CLASS_KIND, OUTCOME, SOURCES, TYPE, VALUE, value_key
from sightlog.domain.times import MICROSECONDS_PER_QUARTER_HOUR, quarter_hour_of
from sightlog.store.sqlite.side_index import Parameters, matching, positive_matches, predicate
from sightlog.store.sqlite.tallies import is_crowded, read_keys

_FIRST_WINDOW_EVENTS = 2_000
_LARGEST_WINDOW_EVENTS = 64_000
_WINDOW_GROWTH = 4
# Below this share of a window's events, looking each one up beats walking them all.
_SELECTIVE = 1 / 20
_EARLIEST, _LATEST = -(2**62), 2**62


class Window(Struct, frozen=True):
    """A run of quarter-hours with events, newest first, and how many events they hold together."""

    buckets: list[int]
    events: int

    @property
    def span(self) -> tuple[int, int]:
        """Its first and last microsecond."""
        earliest, latest = self.buckets[-1], self.buckets[0]
        return earliest * MICROSECONDS_PER_QUARTER_HOUR, (latest + 1) * MICROSECONDS_PER_QUARTER_HOUR - 1


class Search:
    """One selection on one use case, within one snapshot."""

    def __init__(self, connection: sqlite3.Connection, use_case: int, selection: Selection) -> None:
        self.connection = connection
        self.use_case = use_case
        self.condition: AllOf = selection.condition
        self.names = selection.names
        self.span = selection.span

    def find(self, before: Position | None, limit: int) -> tuple[list[int], bool]:
        """(numbers of the newest `limit` events after `before`, whether the time was up before it was done).
        Raises QueryTooSlow when the time was up before any was found."""
        found: list[int] = []
        try:
            if self._cannot_match():
                return [], False
            windows = self._windows(before) if self.condition.conditions else iter([None])
            for window in windows:
                for number in self._rows(window, before, limit - len(found)):
                    found.append(number)  # one by one: what was found stays when the time is up
                if len(found) >= limit:
                    break
        except sqlite3.OperationalError as error:
            _only_interruption(error)
            if not found:
                raise self._too_slow() from None
            return found, True
        return found, False

    def count(self, at_most: int | None) -> int:
        """How many events match; a little more than `at_most` is possible. Raises QueryTooSlow."""
        total = 0
        try:
            if self._cannot_match():
                return 0
            if not self.condition.conditions and self.span == Span():
                return self._total()
            for window in self._windows(None):
                total += self._count(window)
                if at_most is not None and total > at_most:
                    break
        except sqlite3.OperationalError as error:
            _only_interruption(error)
            raise self._too_slow() from None
        return total

    def count_among(self, numbers: list[int]) -> int:
        """How many of a few events match."""
        if not numbers:
            return 0
        chosen = json.encode(numbers).decode()
        times = self.connection.execute(
            "SELECT timestamp FROM events WHERE seq IN (SELECT value FROM json_each(?))", (chosen,)
        )
        parameters = Parameters(self.use_case)
        parameters.values[1] = json.encode(list({quarter_hour_of(row[0]) for row in times})).decode()
        statement = f"SELECT count(*) FROM {self._source(None, None, parameters, chosen)}"
        count: int = self.connection.execute(statement, parameters.values).fetchone()[0]
        return count

    def _too_slow(self) -> QueryTooSlow:
        names = ", ".join(self.names) or "the time range"
        return QueryTooSlow(
            f"the time limit passed before an event was found with {names}; give startTime and endTime to narrow it"
        )

    def _total(self) -> int:
        rows = self.connection.execute(
            "SELECT sum(n) FROM tallies WHERE use_case = ? AND kind = ? AND quarter_hour = 0", (self.use_case, TYPE)
        )
        return rows.fetchone()[0] or 0

    def _windows(self, before: Position | None) -> Iterator[Window]:
        """The windows of the span, newest first, from the kept counts of each quarter-hour."""
        latest = _LATEST if self.span.end is None else self.span.end
        if before is not None:
            latest = min(latest, before.timestamp)
        earliest = _EARLIEST if self.span.start is None else self.span.start
        rows = self.connection.execute(
            "SELECT quarter_hour, sum(n) FROM tallies WHERE use_case = ? AND kind = ?"
            " AND quarter_hour BETWEEN ? AND ? GROUP BY quarter_hour ORDER BY quarter_hour DESC",
            (self.use_case, OUTCOME, quarter_hour_of(earliest), quarter_hour_of(latest)),
        )
        size = _FIRST_WINDOW_EVENTS
        buckets: list[int] = []
        events = 0
        for quarter_hour, n in rows:
            buckets.append(quarter_hour)
            events += n
            if events >= size:
                yield Window(buckets, events)
                size = min(size * _WINDOW_GROWTH, _LARGEST_WINDOW_EVENTS)
                buckets, events = [], 0
        if buckets:
            yield Window(buckets, events)

    def _rows(self, window: Window | None, before: Position | None, limit: int) -> Iterator[int]:
        parameters = Parameters(self.use_case)
        source = self._source(window, before, parameters)
        statement = (
            f"SELECT e.seq FROM {source} ORDER BY e.timestamp DESC, e.event_id DESC LIMIT {parameters.add(limit)}"
        )
        return (row[0] for row in self.connection.execute(statement, parameters.values))

    def _count(self, window: Window) -> int:
        parameters = Parameters(self.use_case)
        statement = f"SELECT count(*) FROM {self._source(window, None, parameters)}"
        count: int = self.connection.execute(statement, parameters.values).fetchone()[0]
        return count

    def _source(
        self, window: Window | None, before: Position | None, parameters: Parameters, chosen: str | None = None
    ) -> str:
        """FROM and WHERE of the events that match in a window (None: without conditions, over all time, or among
        the chosen numbers)."""
        earliest = _EARLIEST if self.span.start is None else self.span.start
        latest = _LATEST if self.span.end is None else self.span.end
        parts = []
        index = "INDEXED BY events_by_time"
        if window is not None:
            start, end = window.span
            earliest, latest = max(earliest, start), min(latest, end)
            parameters.values[1] = json.encode(window.buckets).decode()
            driver = self._driver(window)
            if driver is not None:
                index = "NOT INDEXED"
                parts.append(f"e.seq IN ({matching(driver, parameters)})")
        if chosen is not None:
            index = "NOT INDEXED"
            parts.append(f"e.seq IN (SELECT value FROM json_each({parameters.add(chosen)}))")
        if before is not None:
            # The row comparison alone would be exact; the bound beside it lets the index seek.
            latest = min(latest, before.timestamp)
            position = f"({parameters.add(before.timestamp)}, {parameters.add(before.event_id)})"
            parts.append(f"(e.timestamp, e.event_id) < {position}")
        parts.append("e.use_case = ?1")
        parts.append(f"e.timestamp BETWEEN {parameters.add(earliest)} AND {parameters.add(latest)}")
        parts.append(predicate(self.condition, parameters))
        return f"events e {index} WHERE {' AND '.join(parts)}"

    def _driver(self, window: Window) -> Match | None:
        """The most selective of the conditions that must match, if it is selective enough to drive the search."""
        best: Match | None = None
        fewest = int(window.events * _SELECTIVE)
        for match in positive_matches(self.condition):
            found = self._count_entries(match, window, fewest + 1)
            if found <= fewest:
                best, fewest = match, found
        return best

    def _count_entries(self, match: Match, window: Window, at_most: int) -> int:
        parameters = Parameters(self.use_case)
        parameters.values[1] = json.encode(window.buckets).decode()
        statement = f"SELECT count(*) FROM ({matching(match, parameters)} LIMIT {parameters.add(at_most)})"
        count: int = self.connection.execute(statement, parameters.values).fetchone()[0]
        return count

    def _cannot_match(self) -> bool:
        """Whether the kept counts say that one of the conditions matches no event at all."""
        return any(self._kept_count(match) == 0 for match in positive_matches(self.condition))

    def _kept_count(self, match: Match) -> int | None:
        """How many events have what a match asks for, where the kept counts know."""
        if match.operator == "exists" and all(field.startswith(CLASS) for field in match.fields):
            kind, keys = CLASS_KIND, [field[len(CLASS) :] for field in match.fields]
        elif match.operator in ("eq", "in") and len(match.fields) == 1 and match.letter is not None:
            values = match.value if isinstance(match.value, tuple) else (match.value,)
            field = match.fields[0]
            if field == TYPE or field in SOURCES:
                kind, keys = field, [str(value) for value in values]
            elif field.startswith(METADATA):
                name = field[len(METADATA) :]
                if is_crowded(self.connection, self.use_case, VALUE, name):
                    return None
                kind, keys = VALUE, [value_key(name, match.letter, value) for value in values]
            else:
                return None
        else:
            return None
        if kind != VALUE and is_crowded(self.connection, self.use_case, kind):
            return None
        return read_keys(self.connection, self.use_case, kind, keys)


def _only_interruption(error: sqlite3.OperationalError) -> None:
    if "interrupted" not in str(error):
        raise error
