"""Which events are to be removed: named ones, those that are too old, and the oldest when space is short."""

import sqlite3
from collections.abc import Mapping, Sequence
from operator import itemgetter

from sightlog.domain.retention import Expired
from sightlog.store.sqlite.index.ids import EventIds
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.reading import IndexView


def named(
    connection: sqlite3.Connection, ids: EventIds, workspace: int, use_case: int, event_ids: Sequence[str]
) -> dict[str, int]:
    """id → number of those that are in the use case."""
    rows = ids.fetch(connection, "use_case, event_id, seq", workspace, event_ids)
    return {event_id: number for of, event_id, number in rows if of == use_case}


def older_than_kept(
    connection: sqlite3.Connection, index: SideIndex, cutoffs: Mapping[int, int], limit: int
) -> list[int]:
    """For the writer: the numbers of up to `limit` events older than their workspace's cut-off (workspace →
    microseconds)."""
    numbers: list[int] = []
    first_times = index.first_times()
    for use_case, cutoff in _use_cases(connection, cutoffs):
        if len(numbers) >= limit:
            break
        if first_times.get(use_case, cutoff) >= cutoff:
            continue
        view = IndexView(connection, index, use_case, in_commit=True)
        numbers += view.some_before(cutoff, limit - len(numbers))
    return numbers


def count_older_than_kept(
    connection: sqlite3.Connection, index: SideIndex, cutoffs: Mapping[int, int]
) -> list[Expired]:
    """How many events of each use case are older than its workspace keeps."""
    expired = []
    for use_case, cutoff in _use_cases(connection, cutoffs):
        count, oldest = IndexView(connection, index, use_case).count_before(cutoff)
        if count:
            name = connection.execute("SELECT name FROM use_cases WHERE number = ?", (use_case,)).fetchone()[0]
            expired.append(Expired(use_case=name, events=count, oldest=oldest))
    return expired


def oldest(connection: sqlite3.Connection, index: SideIndex, limit: int) -> list[int]:
    """For the writer: the numbers of the oldest events of all."""
    found: list[tuple[int, int]] = []
    for use_case, first_time in sorted(index.first_times().items(), key=itemgetter(1)):
        if len(found) >= limit and first_time > found[-1][0]:
            break
        found = sorted(found + IndexView(connection, index, use_case, in_commit=True).oldest(limit))[:limit]
    return [seq for _, seq in found]


def of_use_case(connection: sqlite3.Connection, index: SideIndex, use_case: int, limit: int) -> list[int]:
    """For the writer: the numbers of some of a use case's events."""
    return IndexView(connection, index, use_case, in_commit=True).newest_numbers(limit)


def used_bytes_of_rows(connection: sqlite3.Connection) -> int:
    """What the database's pages in use take."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _use_cases(connection: sqlite3.Connection, cutoffs: Mapping[int, int]) -> list[tuple[int, int]]:
    rows = connection.execute("SELECT number, workspace FROM use_cases ORDER BY number").fetchall()
    return [(number, cutoffs[workspace]) for number, workspace in rows if workspace in cutoffs]
