"""Numbered migrations that only go forward. An older program refuses a newer database."""

import sqlite3
from importlib import resources

from sightlog.domain.errors import StoreTooNew


def migrations() -> list[tuple[int, str]]:
    """(number, SQL text) of every migration, ascending."""
    folder = resources.files(__package__) / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), (folder / name).read_text(encoding="utf-8")) for name in names]


def newest_version() -> int:
    """The version of the tables that this program writes."""
    return migrations()[-1][0]


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to this program's version, each migration in one transaction. Raises StoreTooNew."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    known = migrations()
    if found > known[-1][0]:
        raise StoreTooNew(
            f"this data folder has version {found}, written by a newer Sightlog; this one knows up to {known[-1][0]}. "
            "Install that newer version again, or restore a backup made before the upgrade."
        )
    for number, text in known:
        if number > found:
            connection.executescript(f"BEGIN IMMEDIATE;\n{text}\nPRAGMA user_version = {number};\nCOMMIT;")
