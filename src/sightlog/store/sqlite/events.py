"""Reading event rows: a page by their numbers, one by its id, and an export in the order of arrival."""

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import json

from sightlog.domain.event_reading import AcceptedEvent
from sightlog.domain.stored import StoredEvent
from sightlog.store.sqlite import feedback, use_cases
from sightlog.store.sqlite.bodies import unpack
from sightlog.store.sqlite.index.ids import EventIds
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.loading import read_state
from sightlog.store.sqlite.index.reading import IndexView
from sightlog.store.sqlite.use_cases import THERE

_SELECT = (
    "SELECT e.seq, e.event_id, u.id, u.name, e.timestamp, e.received_at, e.warnings, e.feedback_status,"
    " e.body_format, e.rest, e.images FROM events e"
    # What is left of a use case that was deleted is not there any more.
    f" JOIN use_cases u ON u.number = e.use_case AND u.{THERE}"
)
EventRow = tuple[int, str, str, str, int, int, str | None, str | None, int, str | bytes, str]
"""An event as it is stored: its number, its id, its use case's id and name, its timestamp, and more."""


def _event(connection: sqlite3.Connection, workspace: int, row: EventRow, *, whole: bool) -> StoredEvent:
    seq, event_id, use_case_id, use_case_name, timestamp, received_at, warnings, status, *body = row
    rest, images = unpack(connection, body)
    reviewed = status is not None
    return StoredEvent(
        sequence=seq,
        event_id=event_id,
        use_case_id=use_case_id,
        use_case_name=use_case_name,
        timestamp=timestamp,
        received_at=received_at,
        rest=rest,
        images=images,
        warnings=None if warnings is None else warnings.encode(),
        feedback=feedback.summarize(connection, workspace, event_id, whole=whole) if reviewed else None,
    )


def read_rows(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[EventRow]:
    """The rows of the events with these numbers; without those whose use case was deleted meanwhile."""
    return connection.execute(
        f"{_SELECT} WHERE e.seq IN (SELECT value FROM json_each(?))", (json.encode(numbers).decode(),)
    ).fetchall()


def by_numbers(
    connection: sqlite3.Connection, workspace: int, numbers: Sequence[int], known: Iterable[EventRow] = ()
) -> list[StoredEvent]:
    """The events with these numbers, in the order of the numbers given; without those whose use case was deleted
    meanwhile. `known` are rows of some of them."""
    rows = {row[0]: row for row in known}
    unknown = [number for number in numbers if number not in rows]
    if unknown:
        rows.update((row[0], row) for row in read_rows(connection, unknown))
    return [_event(connection, workspace, rows[number], whole=False) for number in numbers if number in rows]


def by_id(connection: sqlite3.Connection, ids: EventIds, workspace: int, event_id: str) -> StoredEvent | None:
    """One event with all its reviews."""
    number = ids.number(connection, workspace, event_id)
    row = connection.execute(f"{_SELECT} WHERE e.seq = ?", (number,)).fetchone()
    return _event(connection, workspace, row, whole=True) if row else None


def types_of(
    connection: sqlite3.Connection, ids: EventIds, workspace: int, use_case: int, event_ids: Sequence[str]
) -> dict[str, str]:
    """See the contract."""
    rows = ids.fetch(connection, "use_case, event_id, event_type", workspace, event_ids)
    return {event_id: event_type for of, event_id, event_type in rows if of == use_case}


def latest(connection: sqlite3.Connection, index: SideIndex, workspace: int, limit: int) -> list[StoredEvent]:
    """The events that arrived last, newest arrival first. The side index knows them, however many events other
    workspaces have got since."""
    numbers: list[int] = []
    state = read_state(connection)
    for use_case in use_cases.numbers_of(connection, workspace):
        numbers += IndexView(connection, index, use_case, state).newest_numbers(limit)
    return by_numbers(connection, workspace, sorted(numbers, reverse=True)[:limit])


def is_same(connection: sqlite3.Connection, ids: EventIds, workspace: int, use_case: int, event: AcceptedEvent) -> bool:
    """Whether exactly this event is stored in this use case already."""
    number = ids.number(connection, workspace, event.event_id)
    which = "use_case, body_format, rest, images FROM events WHERE seq = ?"
    row = connection.execute(f"SELECT {which}", (number,)).fetchone()
    return row is not None and row[0] == use_case and unpack(connection, row[1:]) == (event.rest, event.images)


def arrived_after(
    connection: sqlite3.Connection, workspace: int, use_case: int | None, after: int, limit: int
) -> list[StoredEvent]:
    """Events with a greater number, ascending."""
    rows = connection.execute(
        f"{_SELECT} WHERE e.seq > ?1 AND e.workspace = ?2 AND (?3 IS NULL OR e.use_case = ?3) ORDER BY e.seq LIMIT ?4",
        (after, workspace, use_case, limit),
    ).fetchall()
    return [_event(connection, workspace, row, whole=False) for row in rows]


def numbers_after(connection: sqlite3.Connection, use_case: int, after: int, limit: int) -> list[int]:
    """The numbers of a use case's newest arrivals, newest first, down to a number that is not among them."""
    rows = connection.execute(
        "SELECT seq FROM (SELECT seq, use_case FROM events WHERE seq > ?1 ORDER BY seq DESC LIMIT ?2)"
        " WHERE use_case = ?3",
        (after, limit, use_case),
    )
    return [row[0] for row in rows]
