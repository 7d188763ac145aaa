"""Rows of saved views."""

import sqlite3

from sightlog.domain.errors import Invalid, NameTaken, NotFound
from sightlog.domain.names import name_key
from sightlog.domain.views import SavedView


def add(connection: sqlite3.Connection, use_case: int, name: str, query: str, limit: int, now: int) -> SavedView:
    """See the contract."""
    taken = connection.execute(
        "SELECT name FROM views WHERE use_case = ? AND name_key = ?", (use_case, name_key(name))
    ).fetchone()
    if taken:
        raise NameTaken(f"there is a view '{taken[0]}' already; choose another name, or delete that one first")
    held = connection.execute("SELECT count(*) FROM views WHERE use_case = ?", (use_case,)).fetchone()[0]
    if held >= limit:
        raise Invalid.at("name", f"this use case has {held} views, which is the limit; delete one first")
    number = connection.execute(
        "INSERT INTO views (use_case, name, name_key, query, created_at) VALUES (?, ?, ?, ?, ?)",
        (use_case, name, name_key(name), query, now),
    ).lastrowid
    assert number is not None
    return SavedView(number=number, name=name, query=query)


def all_of_them(connection: sqlite3.Connection, use_case: int) -> list[SavedView]:
    """In the order of their names."""
    rows = connection.execute("SELECT number, name, query FROM views WHERE use_case = ? ORDER BY name_key", (use_case,))
    return [SavedView(number=number, name=name, query=query) for number, name, query in rows]


def delete(connection: sqlite3.Connection, use_case: int, number: int) -> SavedView:
    """See the contract."""
    row = connection.execute(
        "DELETE FROM views WHERE use_case = ? AND number = ? RETURNING number, name, query", (use_case, number)
    ).fetchone()
    if row is None:
        raise NotFound("this view was deleted already")
    return SavedView(number=row[0], name=row[1], query=row[2])
