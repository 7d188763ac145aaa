"""Rows of last visits: one a person and use case."""

import sqlite3

from sightlog.domain.last_visits import LastVisit


def put(connection: sqlite3.Connection, person: int, use_case: int, visit: LastVisit) -> None:
    """In the place of the one before."""
    connection.execute(
        "INSERT INTO last_visits (person, use_case, seen_at, before) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (person, use_case) DO UPDATE SET seen_at = excluded.seen_at, before = excluded.before",
        (person, use_case, visit.seen_at, visit.before),
    )


def of_person(connection: sqlite3.Connection, person: int) -> dict[int, LastVisit]:
    """A person's visits by the numbers of the use cases."""
    rows = connection.execute("SELECT use_case, seen_at, before FROM last_visits WHERE person = ?", (person,))
    return {use_case: LastVisit(seen_at, before) for use_case, seen_at, before in rows}
