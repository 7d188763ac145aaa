"""Rows of sessions: who is signed in, by the hash of the cookie's secret."""

import sqlite3

from sightlog.domain.users import SESSION_DAYS, SESSION_IDLE_DAYS, Session
from sightlog.store.sqlite import users

_SELECT = "SELECT number, user, csrf, created_at, last_seen_at, agent FROM sessions"
_DAY = 86_400_000_000


def add(connection: sqlite3.Connection, hash: bytes, user: int, csrf: str, agent: str, now: int) -> None:
    """See the contract."""
    connection.execute(
        "DELETE FROM sessions WHERE last_seen_at < ? OR created_at < ?",
        (now - SESSION_IDLE_DAYS * _DAY, now - SESSION_DAYS * _DAY),
    )
    connection.execute(
        "INSERT INTO sessions (hash, user, csrf, created_at, last_seen_at, agent) VALUES (?, ?, ?, ?, ?, ?)",
        (hash, user, csrf, now, now, agent),
    )
    connection.execute("UPDATE users SET last_seen_at = ? WHERE number = ?", (now, user))


def find(connection: sqlite3.Connection, hash: bytes) -> Session | None:
    """The session with this hash, over or not."""
    row = connection.execute(f"{_SELECT} WHERE hash = ?", (hash,)).fetchone()
    return None if row is None else _session(connection, row)


def of_user(connection: sqlite3.Connection, user: int) -> list[Session]:
    """Newest sign of life first."""
    rows = connection.execute(f"{_SELECT} WHERE user = ? ORDER BY last_seen_at DESC, number DESC", (user,)).fetchall()
    return [session for row in rows if (session := _session(connection, row)) is not None]


def note_seen(connection: sqlite3.Connection, session: int, user: int, now: int) -> None:
    """The session, and so its user, showed a sign of life."""
    connection.execute("UPDATE sessions SET last_seen_at = ? WHERE number = ?", (now, session))
    connection.execute("UPDATE users SET last_seen_at = ? WHERE number = ?", (now, user))


def end(connection: sqlite3.Connection, user: int, session: int) -> None:
    """See the contract."""
    connection.execute("DELETE FROM sessions WHERE user = ? AND number = ?", (user, session))


def end_all(connection: sqlite3.Connection, user: int, kept: int | None) -> None:
    """See the contract."""
    connection.execute("DELETE FROM sessions WHERE user = ? AND number IS NOT ?", (user, kept))


def _session(connection: sqlite3.Connection, row: tuple[int, int, str, int, int, str]) -> Session | None:
    number, user_number, csrf, created_at, last_seen_at, agent = row
    user = users.by_number(connection, user_number)
    if user is None:
        return None
    return Session(id=number, user=user, csrf=csrf, created_at=created_at, last_seen_at=last_seen_at, agent=agent)
