"""Rows of users, their roles and the links that sign them in."""

import sqlite3
from collections import defaultdict

from sightlog.domain.errors import NameTaken
from sightlog.domain.names import name_key
from sightlog.domain.users import Role, User

_SELECT = (
    "SELECT number, name, is_owner, password IS NOT NULL, created_at, last_seen_at FROM users WHERE removed_at IS NULL"
)
_LINK_KEPT = 86_400_000_000
_Row = tuple[int, str, int, int, int, int | None]


def _users(connection: sqlite3.Connection, rows: list[_Row]) -> list[User]:
    roles: dict[int, dict[int, Role]] = defaultdict(dict)
    for user, workspace, role in connection.execute("SELECT user, workspace, role FROM members"):
        roles[user][workspace] = Role(role)
    return [
        User(
            number=number,
            name=name,
            is_owner=bool(is_owner),
            has_password=bool(has_password),
            created_at=created_at,
            roles=roles[number],
            last_seen_at=last_seen_at,
        )
        for number, name, is_owner, has_password, created_at, last_seen_at in rows
    ]


def create(connection: sqlite3.Connection, name: str, now: int, *, is_owner: bool) -> User:
    """See the contract."""
    key = name_key(name)
    if connection.execute("SELECT 1 FROM users WHERE name_key = ? AND removed_at IS NULL", (key,)).fetchone():
        raise NameTaken(f"somebody is called '{name}' already")
    number = connection.execute(
        "INSERT INTO users (name, name_key, is_owner, created_at) VALUES (?, ?, ?, ?)", (name, key, is_owner, now)
    ).lastrowid
    assert number is not None
    return User(number=number, name=name, is_owner=is_owner, has_password=False, created_at=now)


def all_of_them(connection: sqlite3.Connection) -> list[User]:
    """In the order of their making."""
    return _users(connection, connection.execute(f"{_SELECT} ORDER BY number").fetchall())


def by_number(connection: sqlite3.Connection, number: int) -> User | None:
    """The user with this number, unless removed."""
    found = _users(connection, connection.execute(f"{_SELECT} AND number = ?", (number,)).fetchall())
    return found[0] if found else None


def by_name(connection: sqlite3.Connection, name: str) -> User | None:
    """See the contract."""
    found = _users(connection, connection.execute(f"{_SELECT} AND name_key = ?", (name_key(name),)).fetchall())
    return found[0] if found else None


def set_role(connection: sqlite3.Connection, user: int, workspace: int, role: Role | None) -> None:
    """See the contract."""
    if role is None:
        connection.execute("DELETE FROM members WHERE user = ? AND workspace = ?", (user, workspace))
    else:
        connection.execute("INSERT OR REPLACE INTO members VALUES (?, ?, ?)", (user, workspace, role.value))


def password_of(connection: sqlite3.Connection, user: int) -> str | None:
    """See the contract."""
    row = connection.execute("SELECT password FROM users WHERE number = ? AND removed_at IS NULL", (user,)).fetchone()
    return row[0] if row else None


def set_password(connection: sqlite3.Connection, user: int, hash: str | None) -> None:
    """See the contract."""
    connection.execute("UPDATE users SET password = ? WHERE number = ?", (hash, user))
    connection.execute("DELETE FROM sessions WHERE user = ?", (user,))


def remove(connection: sqlite3.Connection, user: int, now: int) -> None:
    """See the contract."""
    connection.execute(
        "UPDATE users SET removed_at = coalesce(removed_at, ?), password = NULL WHERE number = ?", (now, user)
    )
    for table in ("members", "sessions", "sign_in_links"):
        connection.execute(f"DELETE FROM {table} WHERE user = ?", (user,))
    connection.execute("DELETE FROM last_visits WHERE person = ?", (user,))


def add_link(connection: sqlite3.Connection, hash: bytes, user: int, expires_at: int) -> None:
    """See the contract."""
    connection.execute("DELETE FROM sign_in_links WHERE expires_at < ?", (expires_at - _LINK_KEPT,))
    connection.execute("INSERT INTO sign_in_links (hash, user, expires_at) VALUES (?, ?, ?)", (hash, user, expires_at))


def link_state(connection: sqlite3.Connection, hash: bytes, now: int) -> str:
    """See the contract."""
    row = connection.execute("SELECT expires_at, used_at FROM sign_in_links WHERE hash = ?", (hash,)).fetchone()
    if row is None:
        return "unknown"
    expires_at, used_at = row
    if used_at is not None:
        return "used"
    return "good" if now <= expires_at else "expired"


def use_link(connection: sqlite3.Connection, hash: bytes, now: int) -> User | None:
    """See the contract."""
    row = connection.execute(
        "UPDATE sign_in_links SET used_at = ?1 WHERE hash = ?2 AND used_at IS NULL AND expires_at >= ?1 RETURNING user",
        (now, hash),
    ).fetchone()
    return None if row is None else by_number(connection, row[0])
