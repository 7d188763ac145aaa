"""What a snapshot sees of the side index of one use case: its tail and its segments."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sightlog.domain.conditions import Match
from sightlog.domain.facts import BOOLEAN, FEEDBACK_STATUS, NUMBER, TEXT, Value
from sightlog.domain.feedback import FeedbackStatus
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.loading import IndexState, read_state
from sightlog.store.sqlite.index.matching import still_there
from sightlog.store.sqlite.index.segments import Segment, SegmentInfo, segments_of
from sightlog.store.sqlite.index.tail import TailView

_EARLIEST, _LATEST = -(2**62), 2**62
# Suggestions come from so many entries at least.
_NEWEST_ENTRIES = 2_000


class IndexView:
    """Made once for each question. `state` is that of the snapshot, if it is known already. `in_commit` is for the
    writer, which looks into the commit that is being made."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        index: SideIndex,
        use_case: int,
        state: IndexState | None = None,
        *,
        in_commit: bool = False,
    ) -> None:
        self.connection = connection
        self.use_case = use_case
        self._suggestions = index.suggestions
        # A segment of the commit that is being made may not come to be, and its number belong to another one later.
        self._memory = None if in_commit else index.memory
        state = state or read_state(connection)
        commit = state.commits + in_commit
        tail = index.tail_at(use_case, commit)
        self.tail: TailView | None = None
        if tail is not None:
            self.tail = tail.now(commit) if in_commit else tail.at(commit, state.last_seq)

    def infos(self, start: int = _EARLIEST, end: int = _LATEST) -> list[SegmentInfo]:
        """The segments that may hold events between two times, the one with the newest event first."""
        return segments_of(self.connection, self.use_case, start, end)

    def segment(self, info: SegmentInfo) -> Segment:
        """One of them, to be asked."""
        return Segment(self.connection, info, self._memory)

    def sources(self) -> Iterator[TailView | Segment]:
        """The tail and then the segments, the one with the newest event first."""
        yield from self._tails()
        for info in self.infos():
            yield self.segment(info)

    def _tails(self) -> list[TailView | Segment]:
        return [] if self.tail is None else [self.tail]

    def last_of(self, match: Match) -> tuple[int, int]:
        """(newest timestamp, greatest number) of the events that have a matching entry; there must be one."""
        newest = last = _EARLIEST
        for source in self.sources():
            if isinstance(source, Segment) and source.info.last_time <= newest and source.info.last_seq <= last:
                continue
            mask = source.find(match)
            source.leave_out_gone(mask)
            if mask.any():
                newest = max(newest, int(source.times()[mask].max()))
                last = max(last, int(source.seqs()[mask].max()))
        return newest, last

    def newest_time(self) -> int | None:
        """The timestamp of the newest event; None when there is none."""
        newest = None if self.tail is None else self.tail.newest_time()
        for info in self.infos(_EARLIEST if newest is None else newest + 1):
            if newest is not None and info.last_time <= newest:
                break  # and so are the others
            time = self.segment(info).newest_time()
            if time is not None and (newest is None or time > newest):
                newest = time
        return newest

    def oldest(self, limit: int) -> list[tuple[int, int]]:
        """(timestamp, number) of the oldest `limit` events."""
        found: list[tuple[int, int]] = []
        by_age = sorted(self.infos(), key=lambda info: info.first_time)
        for source in chain(self._tails(), map(self.segment, by_age)):
            if isinstance(source, Segment) and len(found) >= limit and source.info.first_time > found[-1][0]:
                break
            found = sorted(found + source.oldest(limit, _LATEST))[:limit]
        return found

    def some_before(self, time: int, limit: int) -> list[int]:
        """The numbers of up to `limit` events that are older than a time, whichever: a few segments tell."""
        found: list[int] = []
        for source in self._with_older(time):
            if len(found) >= limit:
                break
            found += [seq for _, seq in source.oldest(limit - len(found), time)]
        return found

    def count_before(self, time: int) -> tuple[int, int]:
        """(how many events are older than a time, the timestamp of the oldest of them)."""
        count, oldest = 0, _LATEST
        for source in self._with_older(time):
            count += source.count_before(time)
            oldest = min([oldest, *(first for first, _ in source.oldest(1, time))])
        return count, oldest

    def _with_older(self, time: int) -> Iterator[TailView | Segment]:
        """What may have events that are older than a time; what has no others first."""
        yield from map(self.segment, reversed(self.infos(end=time - 1)))
        yield from self._tails()

    def newest_numbers(self, limit: int) -> list[int]:
        """The greatest `limit` numbers of events, descending: those that arrived last."""
        found: list[int] = []
        # All numbers of the tail are greater than those of segments, whose numbers do not overlap.
        by_number = sorted(self.infos(), key=lambda info: info.last_seq, reverse=True)
        for source in chain(self._tails(), map(self.segment, by_number)):
            if len(found) >= limit:
                break
            found += np.sort(source.seqs()[still_there(source)])[::-1][:limit].tolist()
        return found[:limit]

    def frequent_values(self, field: str, most: int) -> list[tuple[tuple[str, Value], int]]:
        """((letter, value), how often) of the most frequent values of a field among the newest events."""
        return self._suggestions.frequent(self.use_case, field, most, self.tail, lambda: self._newest_values(field))

    def frequent_fields(self, prefix: str, most: int) -> list[tuple[str, int]]:
        """(field, how many events have it) of the most frequent fields that begin so, among the newest events."""
        return self._suggestions.frequent(self.use_case, prefix, most, self.tail, lambda: self._newest_fields(prefix))

    def _newest_values(self, field: str) -> "Counter[tuple[str, Value]]":
        counts: Counter[tuple[str, Value]] = Counter()
        for source in self.sources():
            for letter, value, n in _counts(source, field):
                counts[(letter, value)] += n
            if counts.total() >= _NEWEST_ENTRIES:
                break
        return counts

    def _newest_fields(self, prefix: str) -> "Counter[str]":
        counts: Counter[str] = Counter()
        for source in self.sources():
            for field in {field for field, _ in source.columns() if field.startswith(prefix)}:
                counts[field] += int(source.find(Match((field,), None, "exists")).sum())
            if counts.total() >= _NEWEST_ENTRIES:
                break
        return counts

    def entries(self) -> Iterator[tuple[str, str, Value, int, int]]:
        """Every (field, letter, value, timestamp, number), in no order: for checking."""
        for source in self.sources():
            seqs, times, alive = source.seqs().tolist(), source.times().tolist(), still_there(source).tolist()
            for field in {FEEDBACK_STATUS, *(field for field, _ in source.columns())}:
                for letter, value, ordinals in groups_of(source, field):
                    for at in ordinals.tolist():
                        if alive[at]:
                            yield field, letter, value, times[at], seqs[at]


def _counts(source: TailView | Segment, field: str) -> Iterator[tuple[str, Value, int]]:
    """(letter, value, how many events have it) of a field."""
    if isinstance(source, TailView):
        yield from source.counts(field)
    else:
        for letter in (TEXT, BOOLEAN):
            column = source.text_column(field, letter)
            if column is not None:
                for value, n in zip(column.values, column.counts.tolist(), strict=True):
                    yield letter, value == "1" if letter == BOOLEAN else value, n
    numbers = source.number_column(field)
    if numbers is not None:
        values, counts = np.unique(numbers.numbers, return_counts=True)
        for value, n in zip(values.tolist(), counts.tolist(), strict=True):
            yield NUMBER, value, n


def groups_of(source: TailView | Segment, field: str) -> Iterator[tuple[str, Value, NDArray[Any]]]:
    """(letter, value, places of its events) of a field."""
    if field == FEEDBACK_STATUS:
        for status in FeedbackStatus:
            yield TEXT, status.value, np.flatnonzero(source.find(Match((field,), TEXT, "eq", status.value)))
        return
    for letter in (TEXT, BOOLEAN):
        column = source.text_column(field, letter)
        for value, ordinals in column.groups() if column is not None else ():
            yield letter, value == "1" if letter == BOOLEAN else value, ordinals
    numbers = source.number_column(field)
    if numbers is not None and len(numbers.numbers):  # else only events have it that the snapshot does not see
        values, starts = np.unique(numbers.numbers, return_index=True)
        for value, ordinals in zip(values.tolist(), np.split(numbers.ordinals, starts[1:]), strict=True):
            yield NUMBER, value, ordinals
