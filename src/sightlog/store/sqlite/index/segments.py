"""Sealed segments: a few ten thousand events of one use case each, never changed, with their entries as sets.

What leaves or is reviewed later is noted beside the segment, event by event; many such notes are folded into one part.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from msgspec import Struct

from sightlog.domain.conditions import Match
from sightlog.domain.facts import FEEDBACK_STATUS, NUMBER, TEXT, has_one_value
from sightlog.store.sqlite.connection import Row, insert_rows
from sightlog.store.sqlite.index.columns import ColumnKey, Contents, NumberColumn, TextColumn
from sightlog.store.sqlite.index.matching import bounds_of, named_texts, passes_text, passing_numbers, still_there
from sightlog.store.sqlite.index.ordinals import Integers, Mask, compress, decompress
from sightlog.store.sqlite.index.parts import (
    SEQS,
    STATES,
    TIMES,
    join_numbers,
    join_texts,
    mark_named,
    mark_numbers,
    mark_texts,
    parts_of,
    read_integers,
    read_numbers,
    read_set,
    read_texts,
)
from sightlog.store.sqlite.index.remembered import SegmentMemory
from sightlog.store.sqlite.index.states import GONE, UNCHANGED, States, mark_reviewed
from sightlog.store.sqlite.index.summaries import drop_summaries, summaries_of
from sightlog.store.sqlite.index.unpacked import UnpackedColumn

# So many notes beside a segment are read with it at most.
_MOST_NOTES = 256
# Above so many values, `in` reads all parts between the smallest and the largest.
_MOST_SEEKS = 8


class SegmentInfo(Struct, frozen=True):
    """A segment's row. Times and numbers are those of all events that were sealed, also of those that left."""

    number: int
    events: int
    gone: int
    first_time: int
    last_time: int
    first_seq: int
    last_seq: int
    is_summarised: bool
    """Not if an older version sealed it; see `summaries`."""


_COLUMNS = "number, events, gone, first_time, last_time, first_seq, last_seq, is_summarised"


def segments_of(
    connection: sqlite3.Connection, use_case: int, start: int = -(2**62), end: int = 2**62
) -> list[SegmentInfo]:
    """The segments that may hold events between two times, the one with the newest event first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM segments WHERE use_case = ? AND last_time >= ? AND first_time <= ?"
        " ORDER BY last_time DESC",
        (use_case, start, end),
    )
    return [SegmentInfo(*row) for row in rows.fetchall()]


def segment_with(connection: sqlite3.Connection, use_case: int, seq: int) -> SegmentInfo | None:
    """The segment that holds an event, if any does."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM segments WHERE use_case = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1",
        (use_case, seq),
    ).fetchone()
    return SegmentInfo(*row) if row and seq <= row[6] else None


def all_segments(connection: sqlite3.Connection) -> Iterator[tuple[int, SegmentInfo]]:
    """Each segment with its use case, in the order of the events' numbers within a use case."""
    rows = connection.execute(f"SELECT use_case, {_COLUMNS} FROM segments ORDER BY use_case, first_seq")
    return ((use_case, SegmentInfo(*row)) for use_case, *row in rows)


def has_segment(connection: sqlite3.Connection, number: int) -> bool:
    """Whether it is still there; numbers are never used again."""
    return connection.execute("SELECT 1 FROM segments WHERE number = ?", (number,)).fetchone() is not None


class SegmentRows(Struct, frozen=True):
    """All that is going to be written of a segment."""

    head: Row
    parts: list[Row]
    summaries: list[Row]


def rows_of(contents: Contents) -> SegmentRows:
    """Turn events into the rows of a segment, which takes most of the time of sealing."""
    times, seqs = contents.times, contents.seqs
    head = (contents.use_case, len(seqs), int(times[0]), int(times[-1]), int(seqs.min()), int(seqs.max()))
    return SegmentRows(head, parts_of(contents), summaries_of(contents.texts, contents.numbers))


def write_segment(connection: sqlite3.Connection, rows: SegmentRows) -> None:
    """Seal events. The numbers of a use case's segments never overlap."""
    number = connection.execute(
        "INSERT INTO segments (use_case, events, gone, first_time, last_time, first_seq, last_seq, is_summarised)"
        " VALUES (?, ?, 0, ?, ?, ?, ?, 1) RETURNING number",
        rows.head,
    ).fetchone()[0]
    insert_rows(
        connection,
        "INSERT INTO segment_parts (segment, field, type, first, content)",
        [(number, *part) for part in rows.parts],
    )
    insert_rows(
        connection,
        "INSERT INTO segment_summaries (segment, field, type, content)",
        [(number, *summary) for summary in rows.summaries],
    )


def drop_segment(connection: sqlite3.Connection, number: int) -> None:
    """Remove a segment and all that belongs to it."""
    drop_summaries(connection, number)
    for statement in (
        "DELETE FROM segment_parts WHERE segment = ?",
        "DELETE FROM segment_notes WHERE segment = ?",
        "DELETE FROM segments WHERE number = ?",
    ):
        connection.execute(statement, (number,))


class Segment:
    """A segment as one snapshot sees it; see `matching.Source`. `memory` is that of all segments and snapshots."""

    def __init__(self, connection: sqlite3.Connection, info: SegmentInfo, memory: SegmentMemory | None = None) -> None:
        self._connection = connection
        self._memory = memory or SegmentMemory()
        self.info = info
        self.size = info.events
        self._states: States | None = None
        self._are_states_read = False
        self._times: Integers | None = None
        self._fetched: dict[str, list[tuple[int, bytes]]] = {}

    def find(self, match: Match) -> Mask:
        mask = self._memory.find(self.info.number, match, self.size)
        if mask is None:
            mask = self._find_sealed(match)
            self._memory.remember(self.info.number, match, mask)
        states = self.states() if FEEDBACK_STATUS in match.fields else None
        if states is not None:
            mark_reviewed(states, match, mask)
        return mask

    def _find_sealed(self, match: Match) -> Mask:
        """The events that have a matching entry, as they were when they were sealed."""
        mask = np.zeros(self.size, np.bool_)
        for field in match.fields:
            if match.operator == "exists":
                mask |= self._having(field, match.letter)
            elif match.letter == NUMBER:
                self._mark_numbers(field, match, mask)
            else:
                self._mark_texts(field, match, mask)
        return mask

    def _parts(self, field: str, letter: str | None, where: str, *values: object) -> list[tuple[bytes]]:
        which = "type = ?3" if letter is not None else "?3 IS NULL"
        return self._connection.execute(
            f"SELECT content FROM segment_parts WHERE segment = ?1 AND field = ?2 AND {which} AND {where}",
            (self.info.number, field, letter, *values),
        ).fetchall()

    def _mark_texts(self, field: str, match: Match, mask: Mask) -> None:
        letter = match.letter or TEXT
        named = named_texts(match) or []
        if 1 <= len(named) <= _MOST_SEEKS:
            parts = [part for text in named for part in self._part_with(field, letter, text)]
            for (content,) in dict.fromkeys(parts):
                mark_named(content, named, mask)
            return
        contents = [content for (content,) in self._parts_between(field, letter, *bounds_of(match))]
        # More parts have more values than twice those that can pass.
        may_most_pass = 1 < len(contents) <= 2 * len(named) and has_one_value(field)
        having = self._having(field, letter) if may_most_pass else None
        mark_texts(contents, passes_text(match), mask, having)

    def _having(self, field: str, letter: str | None) -> Mask:
        """The events that have the field in this type, or in any."""
        mask = np.zeros(self.size, np.bool_)
        for (content,) in self._parts(field, letter, "first IS NULL"):
            mask |= read_set(content, self.size)
        return mask

    def _part_with(self, field: str, letter: str, value: object) -> list[tuple[bytes]]:
        return self._parts(field, letter, "first <= ?4 ORDER BY first DESC LIMIT 1", value)

    def _parts_between(self, field: str, letter: str, low: object, high: object) -> list[tuple[bytes]]:
        """The parts that can hold values from `low` to `high`; the first of them may begin below."""
        where, values = "first IS NOT NULL", []
        if high is not None:
            values.append(high)
            where += f" AND first <= ?{3 + len(values)}"
        if low is not None:
            values.append(low)
            where += (
                " AND first >= coalesce((SELECT max(first) FROM segment_parts WHERE segment = ?1 AND field = ?2"
                f" AND type = ?3 AND first < ?{3 + len(values)}), first)"
            )
        return self._parts(field, letter, where + " ORDER BY first", *values)

    def _mark_numbers(self, field: str, match: Match, mask: Mask) -> None:
        for (content,) in self._parts_between(field, NUMBER, *bounds_of(match)):
            mark_numbers(content, lambda numbers: passing_numbers(match, numbers), mask)

    def states(self) -> States | None:
        """What happened to each event since it was sealed; None when nothing did."""
        if not self._are_states_read:
            self._states = _read_states(self._connection, self.info)
            self._are_states_read = True
        return self._states

    def leave_out_gone(self, mask: Mask) -> None:
        """Take the marks of events away that are not there any more."""
        states = self.states() if self.info.gone else None
        if states is not None:
            mask &= states != GONE

    def times(self) -> Integers:
        """Ascending."""
        if self._times is None:
            self._times = self._integers(TIMES)
        return self._times

    def seqs(self) -> Integers:
        return self._integers(SEQS)

    def seqs_at(self, places: Integers) -> Integers:
        """The numbers of the events at some places: only the parts that hold them are unpacked."""
        return self._integers_at(SEQS, places)

    def oldest(self, limit: int, before: int) -> list[tuple[int, int]]:
        """(timestamp, number) of the oldest `limit` events that are there, of those before a time."""
        places = np.flatnonzero(still_there(self)[: self.place_of(before)])[:limit]
        times, seqs = self._integers_at(TIMES, places), self._integers_at(SEQS, places)
        return list(zip(times.tolist(), seqs.tolist(), strict=True))

    def count_before(self, time: int) -> int:
        """How many events that are there are older than a time."""
        return int(np.count_nonzero(still_there(self)[: self.place_of(time)]))

    def newest_time(self) -> int | None:
        """The timestamp of the newest event that is there."""
        places = np.flatnonzero(still_there(self))[-1:]
        return int(self._integers_at(TIMES, places)[0]) if len(places) else None

    def place_of(self, time: int) -> int:
        """The place of the first event that is not older than a time. A few of the parts are unpacked."""
        if time <= self.info.first_time:
            return 0
        if time > self.info.last_time:
            return self.size
        with self._column(TIMES) as column:
            return column.place_of(time, lambda part: self._integer_part(TIMES, part))

    def _integers_at(self, letter: str, places: Integers) -> Integers:
        with self._column(letter) as column:
            return column.at(places, lambda part: self._integer_part(letter, part))

    @contextmanager
    def _column(self, letter: str) -> Iterator[UnpackedColumn]:
        """What is unpacked of a column already."""
        key = self.info.number, letter
        column = self._memory.columns.take(key)
        if column is None:
            column = UnpackedColumn([start for start, _ in self._integer_parts(letter)])
        yield column
        self._memory.columns.put(key, column, column.bytes())

    def _integer_part(self, letter: str, part: int) -> Integers:
        return read_integers(self._integer_parts(letter)[part][1])

    def _integers(self, letter: str) -> Integers:
        return np.concatenate([read_integers(content) for _, content in self._integer_parts(letter)])

    def _integer_parts(self, letter: str) -> list[tuple[int, bytes]]:
        """(place of the first event, content). Segments that were sealed by an older version have one, without it."""
        parts = self._fetched.get(letter)
        if parts is None:
            parts = self._fetched[letter] = self._connection.execute(
                "SELECT coalesce(first, 0), content FROM segment_parts WHERE segment = ? AND field = '' AND type = ?"
                " ORDER BY first",
                (self.info.number, letter),
            ).fetchall()
        return parts

    def columns(self) -> list[ColumnKey]:
        """The fields and types that occur, but for the feedback status."""
        rows = self._connection.execute(
            "SELECT field, type FROM segment_parts WHERE segment = ? AND field > '' AND first IS NULL AND field <> ?",
            (self.info.number, FEEDBACK_STATUS),
        )
        return rows.fetchall()

    def text_column(self, field: str, letter: str) -> TextColumn | None:
        """All values of a field."""
        parts = self._parts_between(field, letter, None, None)
        return join_texts([read_texts(content, self.size) for (content,) in parts]) if parts else None

    def number_column(self, field: str) -> NumberColumn | None:
        """All numbers of a field."""
        parts = self._parts_between(field, NUMBER, None, None)
        return join_numbers([read_numbers(content) for (content,) in parts]) if parts else None

    def summaries(self) -> list[Row]:
        """What its summaries must be, made from its columns: for checking."""
        texts = {key: self.text_column(*key) for key in self.columns() if key[1] != NUMBER}
        numbers = {field: self.number_column(field) for field, letter in self.columns() if letter == NUMBER}
        return summaries_of(
            {key: column for key, column in texts.items() if column is not None},
            {field: column for field, column in numbers.items() if column is not None},
        )


def _read_states(connection: sqlite3.Connection, info: SegmentInfo) -> States | None:
    rows = connection.execute(
        "SELECT NULL, content FROM segment_parts WHERE segment = ?1 AND field = '' AND type = ?2"
        " UNION ALL SELECT ordinal, state FROM segment_notes WHERE segment = ?1",
        (info.number, STATES),
    ).fetchall()
    if not rows:
        return None
    states = np.full(info.events, UNCHANGED, np.uint8)
    for ordinal, state in sorted(rows, key=lambda row: row[0] is not None):
        if ordinal is None:  # those that were folded, first
            states = np.frombuffer(decompress(state), np.uint8).copy()
        else:
            states[ordinal] = state
    return states


def note_states(connection: sqlite3.Connection, use_case: int, changes: Sequence[tuple[int, int]]) -> None:
    """Note what became of sealed events, (number, state) each. A segment whose last event left goes as a whole."""
    waiting = dict(changes)
    while waiting:
        seq = next(iter(waiting))
        info = segment_with(connection, use_case, seq)
        assert info is not None, f"event {seq} is in no segment"
        mine = {seq: state for seq, state in waiting.items() if info.first_seq <= seq <= info.last_seq}
        waiting = {seq: state for seq, state in waiting.items() if seq not in mine}
        _note_in(connection, info, mine)


def _note_in(connection: sqlite3.Connection, info: SegmentInfo, changes: dict[int, int]) -> None:
    gone = info.gone + sum(state == GONE for state in changes.values())
    if gone == info.events:
        drop_segment(connection, info.number)
        return
    seqs = Segment(connection, info).seqs()
    order = np.argsort(seqs, kind="stable")
    places = order[np.searchsorted(seqs, np.array(list(changes), np.int64), sorter=order)].tolist()
    insert_rows(
        connection,
        "INSERT INTO segment_notes (segment, ordinal, state)",
        [(info.number, place, state) for place, state in zip(places, changes.values(), strict=True)],
        "ON CONFLICT (segment, ordinal) DO UPDATE SET state = excluded.state",
    )
    if gone != info.gone:
        connection.execute("UPDATE segments SET gone = ? WHERE number = ?", (gone, info.number))
    notes = connection.execute("SELECT count(*) FROM segment_notes WHERE segment = ?", (info.number,)).fetchone()[0]
    if notes > _MOST_NOTES:
        _fold(connection, info)


def _fold(connection: sqlite3.Connection, info: SegmentInfo) -> None:
    states = _read_states(connection, info)
    assert states is not None
    connection.execute("DELETE FROM segment_parts WHERE segment = ? AND field = '' AND type = ?", (info.number, STATES))
    connection.execute(
        "INSERT INTO segment_parts (segment, field, type, first, content) VALUES (?, '', ?, NULL, ?)",
        (info.number, STATES, compress(states.tobytes())),
    )
    connection.execute("DELETE FROM segment_notes WHERE segment = ?", (info.number,))
