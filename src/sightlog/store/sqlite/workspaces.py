"""Rows of workspaces."""

import sqlite3

from sightlog.domain.errors import NameTaken
from sightlog.domain.times import format_timestamp
from sightlog.domain.workspaces import Workspace

_SELECT = "SELECT number, slug, name, created_at, lookback_days, time_zone FROM workspaces"


def _workspace(row: tuple[int, str, str, int, int, str | None]) -> Workspace:
    number, slug, name, created_at, lookback_days, time_zone = row
    return Workspace(
        number=number,
        slug=slug,
        name=name,
        created_at=format_timestamp(created_at),
        lookback_days=lookback_days,
        time_zone=time_zone,
    )


def create(connection: sqlite3.Connection, slug: str, name: str, lookback_days: int, now: int) -> Workspace:
    """See the contract."""
    if connection.execute("SELECT 1 FROM workspaces WHERE slug = ?", (slug,)).fetchone():
        raise NameTaken(f"there is a workspace '{slug}' already")
    connection.execute(
        "INSERT INTO workspaces (slug, name, created_at, lookback_days) VALUES (?, ?, ?, ?)",
        (slug, name, now, lookback_days),
    )
    return _workspace(connection.execute(f"{_SELECT} WHERE slug = ?", (slug,)).fetchone())


def all_of_them(connection: sqlite3.Connection) -> list[Workspace]:
    """In the order of their making."""
    return [_workspace(row) for row in connection.execute(f"{_SELECT} ORDER BY number")]


def slug_of(connection: sqlite3.Connection, workspace: int) -> str:
    """A workspace's slug."""
    slug: str = connection.execute("SELECT slug FROM workspaces WHERE number = ?", (workspace,)).fetchone()[0]
    return slug


def change(
    connection: sqlite3.Connection,
    workspace: int,
    name: str | None,
    lookback_days: int | None,
    time_zone: str | None,
) -> Workspace:
    """See the contract."""
    connection.execute(
        "UPDATE workspaces SET name = coalesce(?, name), lookback_days = coalesce(?, lookback_days),"
        " time_zone = nullif(coalesce(?, time_zone), '') WHERE number = ?",
        (name, lookback_days, time_zone, workspace),
    )
    return _workspace(connection.execute(f"{_SELECT} WHERE number = ?", (workspace,)).fetchone())
