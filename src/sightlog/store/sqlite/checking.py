"""Whether everything derived equals the events: the side index, the counts, the schema and the reviews.

It works on a snapshot of the file, so a server may go on writing meanwhile; what that server has in memory is not
looked at, but every event must be where the next start would look for it.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import json

from sightlog.domain.conditions import Match
from sightlog.domain.errors import StoreTooNew
from sightlog.domain.facts import FEEDBACK_STATUS, IMAGE_METADATA, METADATA, TEXT, Value
from sightlog.domain.tallies import COUNTED_WITH, IMAGE_VALUE, VALUE, group_of
from sightlog.store.sqlite.connection import open_for_reading
from sightlog.store.sqlite.index.id_runs import damaged_runs
from sightlog.store.sqlite.index.ids import read_ids
from sightlog.store.sqlite.index.loading import StoredEntries, read_events, unsealed_events
from sightlog.store.sqlite.index.reading import groups_of
from sightlog.store.sqlite.index.segments import Segment, segment_with, segments_of
from sightlog.store.sqlite.index.states import GONE
from sightlog.store.sqlite.index.summaries import count_lost_summaries, stored_summaries
from sightlog.store.sqlite.migrating import newest_version
from sightlog.store.sqlite.recounting import Recount

# More of them would say no more.
MOST_PROBLEMS = 50
_ROWS_AT_ONCE = 1_000
_IDS_AT_ONCE = 16_384

Advance = Callable[[int, int], None]
Values = dict[tuple[str, str], dict[Value, list[int]]]
"""(field, letter) → value → the places of the events that have it."""


def check_folder(folder: Path, advance: Advance) -> list[str]:
    """What does not agree, in words; nothing when all does. `advance` is told (events done, events in all).
    Raises StoreTooNew when the tables are not of this program's version."""
    connection = open_for_reading(folder)
    try:
        connection.execute("BEGIN")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != newest_version():
            raise StoreTooNew(
                f"{folder} has tables of version {version}, and this program checks version {newest_version()}; "
                "start the server once, so that it upgrades them"
            )
        return list(_Check(connection, advance).problems())[:MOST_PROBLEMS]
    finally:
        connection.close()


class _Check:
    def __init__(self, connection: sqlite3.Connection, advance: Advance) -> None:
        self._connection = connection
        self._advance = advance
        self._ids = read_ids(connection)
        self._there: Counter[int] = Counter()
        self._to_count: list[StoredEntries] = []
        self._crowded = set(connection.execute("SELECT use_case, kind, name FROM crowded"))
        counted_to = connection.execute("SELECT counted_to FROM index_state").fetchone()[0]
        self._recount = Recount(connection, counted_to, self._uncounted)
        self._total: int = connection.execute("SELECT count(*) FROM events").fetchone()[0]

    def problems(self) -> Iterator[str]:
        for (use_case,) in self._connection.execute("SELECT number FROM use_cases").fetchall():
            for info in sorted(segments_of(self._connection, use_case), key=lambda info: info.first_seq):
                yield from self._check_segment(use_case, Segment(self._connection, info))
        lost = count_lost_summaries(self._connection)
        if lost:
            yield f"{lost} summaries belong to no segment's column"
        yield from self._check_unsealed()
        self._count_all()
        self._advance(self._total, self._total)
        damaged = damaged_runs(self._connection)
        yield from (f"run {number} of event ids is not whole" for number in damaged)
        if not damaged:  # the others need every event to be found by its id
            yield from self._check_ids()
            yield from self._check_completeness()
            yield from self._check_reviews()
        yield from self._check_counts()
        yield from self._check_fields()
        yield from self._check_sources()

    def _count(self, event: StoredEntries) -> None:
        self._to_count.append(event)
        if len(self._to_count) >= _ROWS_AT_ONCE:
            self._count_all()

    def _count_all(self) -> None:
        self._recount.add(self._to_count)
        self._to_count.clear()
        self._advance(min(self._recount.events.total(), self._total), self._total)

    def _uncounted(self, use_case: int) -> set[str]:
        return {
            (METADATA if kind == VALUE else IMAGE_METADATA) + name
            for of, kind, name in self._crowded
            if of == use_case and kind in (VALUE, IMAGE_VALUE)
        }

    def _check_segment(self, use_case: int, segment: Segment) -> Iterator[str]:
        name = f"segment {segment.info.number} of use case {use_case}"
        seqs, times = segment.seqs().tolist(), segment.times().tolist()
        states = segment.states()  # the notes themselves: whoever asks what is still there trusts `gone`
        alive = [True] * segment.size if states is None else (states != GONE).tolist()
        if alive.count(False) != segment.info.gone:
            yield f"{name} says that {segment.info.gone} of its events left, its notes say {alive.count(False)}"
        places = {seq: place for place, seq in enumerate(seqs) if alive[place]}
        expected: Values = {}
        found = 0
        for event in self._events(sorted(places)):
            place = places[event[1]]
            if event[0] != use_case or event[2] != times[place]:
                yield f"{name} has event {event[1]} with another use case or time than its row"
            found += 1
            status = [] if event[4] is None else [(FEEDBACK_STATUS, TEXT, event[4])]
            for field, letter, value in (*event[5], *status):
                expected.setdefault((field, letter), {}).setdefault(value, []).append(place)
            self._count(event)
        if found != len(places):
            yield f"{name} holds {len(places) - found} events that are not there"
        yield from _differences(name, segment, alive, expected)
        if segment.info.is_summarised:
            yield from self._check_summaries(name, segment)

    def _check_summaries(self, name: str, segment: Segment) -> Iterator[str]:
        """They are of all events that were sealed, like the segment's columns, and not only of those still there."""
        if stored_summaries(self._connection, segment.info.number) != segment.summaries():
            yield f"{name} has summaries that differ from its columns"

    def _events(self, numbers: list[int]) -> Iterator[StoredEntries]:
        for start in range(0, len(numbers), _ROWS_AT_ONCE):
            chosen = json.encode(numbers[start : start + _ROWS_AT_ONCE]).decode()
            yield from read_events(self._connection, "e.seq IN (SELECT value FROM json_each(?))", (chosen,))

    def _check_unsealed(self) -> Iterator[str]:
        watermark = self._connection.execute("SELECT watermark FROM index_state").fetchone()[0]
        for event in unsealed_events(self._connection, watermark):
            info = segment_with(self._connection, event[0], event[1])
            if info is not None and event[1] in Segment(self._connection, info).seqs():
                yield f"event {event[1]} is in segment {info.number} and waits to be sealed as well"
            self._count(event)

    def _check_ids(self) -> Iterator[str]:
        """Each event must be found by its id, and no other one in its workspace."""
        after = 0
        while rows := self._connection.execute(
            "SELECT seq, event_id, use_case FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, _IDS_AT_ONCE)
        ).fetchall():
            after, ids = rows[-1][0], [row[1] for row in rows]
            self._there.update(row[2] for row in rows)
            found = set(self._ids.candidates(self._connection, ids))
            for seq, event_id, _ in rows:
                if seq not in found:
                    yield f"event {seq} is not found by its id '{event_id}'"
            for (event_id,) in self._connection.execute(
                "SELECT event_id FROM events WHERE seq IN (SELECT value FROM json_each(?))"
                " GROUP BY workspace, event_id HAVING count(*) > 1",
                (json.encode(list(found)).decode(),),
            ):
                yield f"several events have the id '{event_id}'"

    def _check_completeness(self) -> Iterator[str]:
        for use_case, there in self._there.items():
            if there != self._recount.events[use_case]:
                yield f"use case {use_case} has {there} events, and the index knows {self._recount.events[use_case]}"

    def _is_crowded(self, use_case: int, kind: str, key: str) -> bool:
        group = group_of(COUNTED_WITH.get(kind, kind), key)
        return group is not None and (use_case, *group) in self._crowded

    def _check_counts(self) -> Iterator[str]:
        kept = {row[:3]: row[3] for row in self._connection.execute("SELECT use_case, kind, key, n FROM tallies")}
        counted = self._recount.tallies()
        expected = {key: n for key, n in counted.items() if not self._is_crowded(*key)}
        for key in sorted(kept.keys() | expected.keys()):
            if kept.get(key) != expected.get(key):
                yield f"count {key} is {kept.get(key, 0)} and should be {expected.get(key, 0)}"

    def _check_fields(self) -> Iterator[str]:
        rows = self._connection.execute("SELECT use_case, kind, name, first_seen, last_seen FROM fields")
        kept = {row[:3]: row[3:] for row in rows}
        expected = {row[:3]: row[3:] for row in self._recount.counts.fields.rows()}
        for key in sorted(kept.keys() | expected.keys()):
            if key not in kept or key not in expected:
                yield f"field {key} is {'kept without events' if key in kept else 'missing in the schema'}"
            elif kept[key][0] > expected[key][0] or kept[key][1] < expected[key][1]:
                yield f"field {key} was seen outside of the times that are kept"

    def _check_sources(self) -> Iterator[str]:
        rows = self._connection.execute(
            "SELECT s.use_case, s.kind, s.name, s.last_timestamp, s.last_seq,"
            " s.last_received_at IS (SELECT received_at FROM events WHERE seq = s.last_seq) FROM sources s"
        )
        kept = {row[:3]: row[3:] for row in rows}
        found = self._recount.counts.sources.rows()
        expected = {row[:3]: (*row[3:5], 1) for row in found if (row[0], row[1], "") not in self._crowded}
        for key in sorted(kept.keys() | expected.keys()):
            if kept.get(key) != expected.get(key):
                yield f"source {key} was last heard at {expected.get(key)}, and {kept.get(key)} is kept"

    def _check_reviews(self) -> Iterator[str]:
        rows = self._connection.execute("SELECT workspace, related_event_id, timestamp, seq, feedback FROM feedback")
        kept: dict[tuple[int, str], list[tuple[int, int, str]]] = {}
        for workspace, event_id, *review in rows:
            kept.setdefault((workspace, event_id), []).append(tuple(review))
        for key in sorted(kept.keys() | self._recount.reviews.keys()):
            if sorted(kept.get(key, [])) != sorted(self._recount.reviews.get(key, [])):
                yield f"the reviews of event '{key[1]}' differ from the feedback that points at it"
        for _, event_id, status, said in self._recount.reviewed(self._ids):
            if status != said:
                yield f"event '{event_id}' has the status '{status}', its newest review says '{said}'"
        for key in self._recount.statuses.keys() - self._recount.reviews.keys():
            yield f"event '{key[1]}' has a status, and nobody reviewed it"


def _differences(name: str, segment: Segment, alive: list[bool], expected: Values) -> Iterator[str]:
    """Where a segment's columns are not what its events hold."""
    fields = {field for field, _ in segment.columns()} | {field for field, _ in expected}
    for field in sorted(fields):
        kept: Values = {}
        for letter, value, ordinals in groups_of(segment, field):
            places = [place for place in ordinals.tolist() if alive[place]]
            if places:
                kept.setdefault((field, letter), {})[value] = places
        there = {key: values for key, values in expected.items() if key[0] == field}
        wanted = {key: {value: sorted(places) for value, places in values.items()} for key, values in there.items()}
        if kept != wanted:
            yield f"{name} differs from its events in '{field}'"
        having = {place for values in wanted.values() for places in values.values() for place in places}
        marked = segment.find(Match((field,), None, "exists")).nonzero()[0].tolist()
        if {place for place in marked if alive[place]} != having:
            yield f"{name} differs from its events in who has '{field}'"
