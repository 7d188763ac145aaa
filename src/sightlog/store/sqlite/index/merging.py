"""Small segments that follow each other become a larger one, so that a question visits fewer of them.

All the work is done on a snapshot, beside everything else. The writer then only puts the result in the place of the old
segments, and notes what became of their events since that snapshot.
"""

import sqlite3
from collections.abc import Iterable

import numpy as np
from msgspec import Struct, json
from numpy.typing import NDArray

from sightlog.domain.facts import FEEDBACK_STATUS, NUMBER, TEXT
from sightlog.store.sqlite.index.columns import (
    ColumnKey,
    Contents,
    NumberColumn,
    TextColumn,
    number_column,
    text_column,
)
from sightlog.store.sqlite.index.matching import still_there
from sightlog.store.sqlite.index.ordinals import Integers, runs_of_equal
from sightlog.store.sqlite.index.reading import groups_of
from sightlog.store.sqlite.index.segments import (
    Segment,
    SegmentInfo,
    SegmentRows,
    all_segments,
    drop_segment,
    has_segment,
    note_states,
    rows_of,
    write_segment,
)
from sightlog.store.sqlite.index.states import UNCHANGED

# Places in a segment are two bytes.
_LARGEST = 60_000

States = dict[int, int]
"""What became of events since they were sealed, by their numbers."""


class Merge(Struct, frozen=True):
    """What a larger segment is going to hold; `states` are those of the snapshot that it was made from."""

    use_case: int
    merged: list[SegmentInfo]
    states: States
    rows: SegmentRows


def prepare_merge(connection: sqlite3.Connection) -> Merge | None:
    """Join the first run of segments that is worth it, as a snapshot sees them. None when there is no such run."""
    found = _next_run(all_segments(connection))
    if found is None:
        return None
    use_case, run = found
    segments = [Segment(connection, info) for info in run]
    contents = _Joining(connection, segments).contents(use_case)
    return Merge(use_case, run, _states_of(segments), rows_of(contents))


def put_merge(connection: sqlite3.Connection, merge: Merge) -> bool:
    """For the writer: put the result in the place of the old segments. False, and nothing is done, when one of them is
    there no more."""
    if not all(has_segment(connection, info.number) for info in merge.merged):
        return False
    states = _states_of([Segment(connection, info) for info in merge.merged])
    for info in merge.merged:
        drop_segment(connection, info.number)
    write_segment(connection, merge.rows)
    changed = [(seq, state) for seq, state in states.items() if merge.states.get(seq) != state]
    note_states(connection, merge.use_case, changed)
    return True


def _next_run(segments: Iterable[tuple[int, SegmentInfo]]) -> tuple[int, list[SegmentInfo]] | None:
    """The first run of neighbours, of one use case, that can be one segment and have no smaller neighbour that could
    still join them. What is larger than half of the largest is never touched again, so an event is moved a few times
    at most. What an older version sealed is made anew also alone, so that it has summaries."""
    run: list[SegmentInfo] = []
    size, last = 0, -1
    for use_case, info in segments:
        events = info.events - info.gone
        if events > _LARGEST // 2 and not info.is_summarised:
            return use_case, [info]
        is_end = use_case != last or size + events > _LARGEST or events > _LARGEST // 2
        if is_end:
            # At the end of a use case more may come: that run waits.
            if use_case == last and (len(run) > 1 or any(not joined.is_summarised for joined in run)):
                return use_case, run
            run, size, last = [], 0, use_case
        if events <= _LARGEST // 2:
            run.append(info)
            size += events
    return None


def _states_of(segments: list[Segment]) -> States:
    found: States = {}
    for segment in segments:
        states = segment.states()
        if states is not None:
            changed = np.flatnonzero(states != UNCHANGED)
            found.update(zip(segment.seqs()[changed].tolist(), states[changed].tolist(), strict=True))
    return found


class _Joining:
    """The events of several segments that are still there, in the order of one."""

    def __init__(self, connection: sqlite3.Connection, segments: list[Segment]) -> None:
        self._segments = segments
        self._offsets = np.cumsum([0, *(segment.size for segment in segments)])
        self._times = np.concatenate([segment.times() for segment in segments])
        self._seqs = np.concatenate([segment.seqs() for segment in segments])
        alive = np.flatnonzero(np.concatenate([still_there(segment) for segment in segments]))
        self._order = alive[np.argsort(self._times[alive], kind="stable")]
        self._settle_ties(connection)
        self._ranks = np.full(len(self._times), -1, np.int64)
        self._ranks[self._order] = np.arange(len(self._order))

    def contents(self, use_case: int) -> Contents:
        keys = sorted({key for segment in self._segments for key in segment.columns()})
        texts = {key: self._text_column(key) for key in keys if key[1] != NUMBER}
        statuses = self._statuses()
        if statuses is not None:
            texts[(FEEDBACK_STATUS, TEXT)] = statuses
        numbers = {field: self._number_column(field) for field, letter in keys if letter == NUMBER}
        return Contents(use_case, self._seqs[self._order], self._times[self._order], texts, numbers)

    def _settle_ties(self, connection: sqlite3.Connection) -> None:
        """Events of one time are in the order of their ids. Within a segment they are already."""
        segment_of = np.searchsorted(self._offsets, self._order, "right")
        ties = [
            (start, end)
            for start, end in runs_of_equal(self._times[self._order])
            if segment_of[start] != segment_of[end - 1]
        ]
        if not ties:
            return
        tied = np.concatenate([self._order[start:end] for start, end in ties])
        ids = _ids_of(connection, self._seqs[tied])
        for start, end in ties:
            places = self._order[start:end].tolist()
            self._order[start:end] = sorted(places, key=lambda place: ids[int(self._seqs[place])])

    def _ranks_of(self, number: int, ordinals: NDArray[np.uint16] | Integers) -> Integers:
        """Where events of a segment are in the joined one; -1 for those that left."""
        ranks: Integers = self._ranks[self._offsets[number] + ordinals.astype(np.int64)]
        return ranks

    def _text_column(self, key: ColumnKey) -> TextColumn:
        values: list[str] = []
        counts: list[Integers] = []
        ranks: list[Integers] = []
        for number, segment in enumerate(self._segments):
            column = segment.text_column(*key)
            if column is not None:
                values += column.values
                counts.append(column.counts)
                ranks.append(self._ranks_of(number, column.ordinals))
        return text_column(values, np.concatenate(counts), np.concatenate(ranks))

    def _number_column(self, field: str) -> NumberColumn:
        numbers = []
        ranks = []
        for number, segment in enumerate(self._segments):
            column = segment.number_column(field)
            if column is not None:
                numbers.append(column.numbers)
                ranks.append(self._ranks_of(number, column.ordinals))
        return number_column(np.concatenate(numbers), np.concatenate(ranks))

    def _statuses(self) -> TextColumn | None:
        """What the newest reviews say, those since the sealing too."""
        values: list[str] = []
        ranks: list[Integers] = []
        for number, segment in enumerate(self._segments):
            for _, status, places in groups_of(segment, FEEDBACK_STATUS):
                if len(places):
                    values.append(str(status))
                    ranks.append(self._ranks_of(number, places))
        if not values:
            return None
        return text_column(values, np.array([len(one) for one in ranks], np.int64), np.concatenate(ranks))


def _ids_of(connection: sqlite3.Connection, seqs: Integers) -> dict[int, str]:
    rows = connection.execute(
        "SELECT seq, event_id FROM events WHERE seq IN (SELECT value FROM json_each(?))",
        (json.encode(seqs.tolist()).decode(),),
    )
    return dict(rows.fetchall())
