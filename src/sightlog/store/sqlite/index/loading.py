"""The entries of stored events, read again from their rows."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from msgspec import json

from sightlog.domain.event_reading import read_stored
from sightlog.domain.facts import Entry, entries_of, image_metadata_entries
from sightlog.store.sqlite.bodies import unpack
from sightlog.store.sqlite.connection import Row

_ROWS_AT_ONCE = 1_000

GREATEST_NUMBER = "(SELECT coalesce(max(seq), 0) FROM events)"
"""SQL: of the events that are there. A snapshot has those up to it, because numbers ascend."""


class IndexState(NamedTuple):
    """What a snapshot, or the commit that is being made, says of the index and the counts as a whole."""

    commits: int
    """How many did more than add events."""
    counted_to: int
    """Up to which event the tables of counts have everything."""
    last_seq: int
    """The greatest number of an event that is there."""


def read_state(connection: sqlite3.Connection) -> IndexState:
    """See there."""
    return IndexState(*connection.execute(f"SELECT commits, counted_to, {GREATEST_NUMBER} FROM index_state").fetchone())


StoredEntries = tuple[int, int, int, str, str | None, list[Entry]]
"""A use case, an event's number, timestamp and id, what the newest review says of it, and its entries."""


def by_use_case(events: Iterable[StoredEntries]) -> dict[int, list[StoredEntries]]:
    """Use case → its events, in their order."""
    found: dict[int, list[StoredEntries]] = {}
    for event in events:
        found.setdefault(event[0], []).append(event)
    return found


def unsealed_events(connection: sqlite3.Connection, watermark: int) -> Iterator[StoredEntries]:
    """The events that are in no segment: those that were written down, and then those above the watermark that no
    segment of their use case reaches, both in the order of their numbers."""
    rows = connection.execute("SELECT seq FROM index_waiting ORDER BY seq").fetchall()
    waiting = [row[0] for row in rows]
    for start in range(0, len(waiting), _ROWS_AT_ONCE):
        numbers = json.encode(waiting[start : start + _ROWS_AT_ONCE]).decode()
        yield from read_events(connection, "e.seq IN (SELECT value FROM json_each(?))", (numbers,))
    reached = dict(connection.execute("SELECT use_case, max(last_seq) FROM segments GROUP BY use_case").fetchall())
    yield from events_after(connection, watermark, reached=reached)


def events_after(
    connection: sqlite3.Connection, seq: int, which: str = "TRUE", reached: Mapping[int, int] = MappingProxyType({})
) -> Iterator[StoredEntries]:
    """The events with a greater number, in the order of their numbers; `which` is SQL of ours. `reached` tells of use
    cases up to which number their events are left out."""
    while True:
        rows = _read_rows(connection, f"e.seq > ? AND {which} ORDER BY e.seq LIMIT {_ROWS_AT_ONCE}", (seq,))
        yield from _with_entries(connection, [row for row in rows if row[1] > reached.get(row[0], 0)])
        if len(rows) < _ROWS_AT_ONCE:
            return
        seq = rows[-1][1]


def read_events(connection: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[StoredEntries]:
    """The events `e` for which some SQL of ours is true, in the order of their numbers."""
    return _with_entries(connection, _read_rows(connection, where, values))


def _read_rows(connection: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[Row]:
    rows = connection.execute(
        "SELECT e.use_case, e.seq, e.timestamp, e.event_id, e.feedback_status, e.warnings IS NOT NULL,"
        " e.body_format, e.rest, e.images"
        f" FROM events e WHERE {where}",
        values,
    ).fetchall()
    rows.sort(key=itemgetter(1))
    return rows


def _with_entries(connection: sqlite3.Connection, rows: list[Row]) -> list[StoredEntries]:
    said = _picture_metadata(connection, [row[1] for row in rows])
    found = []
    for use_case, seq, timestamp, event_id, status, has_warnings, *body in rows:
        entries = entries_of(read_stored(*unpack(connection, body)), bool(has_warnings))
        entries.extend(entry for entry in said.get(seq, ()) if entry not in entries)
        found.append((use_case, seq, timestamp, event_id, status, entries))
    return found


def _picture_metadata(connection: sqlite3.Connection, numbers: list[int]) -> dict[int, list[Entry]]:
    """Event's number → the entries that its pictures' own metadata added when it came."""
    rows = connection.execute(
        "SELECT u.seq, m.metadata FROM image_uses u JOIN images m ON m.source_id = u.source_id"
        " WHERE u.seq IN (SELECT value FROM json_each(?)) AND u.was_found = 1 AND m.metadata IS NOT NULL",
        (json.encode(numbers).decode(),),
    )
    said: dict[int, list[Entry]] = {}
    for seq, metadata in rows.fetchall():
        known = said.setdefault(seq, [])
        known.extend(entry for entry in image_metadata_entries(json.decode(metadata)) if entry not in known)
    return said
