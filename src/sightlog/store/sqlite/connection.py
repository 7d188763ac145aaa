"""Opening SQLite, and writing many rows in few calls."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import zstandard
from msgspec import json

from sightlog.domain.errors import StorageFull, StoreDamaged, StoreGone

DATABASE_FILE = "sightlog.db"
PAGE_BYTES = 8192
_FEW_PAGES = 100

# Rows per statement. sqlite3 lets go of the interpreter's lock at every step, and a busy event loop gives it back
# late: with one row a step the writer fell to 3 % of its speed beside a busy thread, with many rows to 100 %.
_CHUNKS = (512, 128, 32, 8, 2, 1)

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

Row = tuple[Any, ...]


class StoreConnection(sqlite3.Connection):
    """A connection, used by one thread at a time, with what it remembers for reading bodies."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.decompressors: dict[int, zstandard.ZstdDecompressor] = {}


def open_for_writing(folder: Path) -> StoreConnection:
    """The one connection that writes: WAL, and an fsync before every commit returns."""
    path = folder / DATABASE_FILE
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=256, factory=StoreConnection
    )
    path.chmod(0o600)
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


class FileWatch:
    """Notices that the database file is no longer the one that is open: somebody deleted, moved or replaced the data
    folder, and whatever is written now would be gone with the process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / DATABASE_FILE
        self._opened = self._identity()

    def check(self) -> None:
        """Raises StoreGone."""
        if self._identity() != self._opened:
            raise StoreGone(
                f"{self._path} was deleted, moved or replaced while this server had it open, so nothing can be stored "
                "any more. Put it back or restore a backup, and start the server again"
            )

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def open_for_reading(folder: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    uri = f"{(folder / DATABASE_FILE).absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256, factory=StoreConnection
    )
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -16384")
    connection.execute("PRAGMA mmap_size = 268435456")
    return connection


@contextmanager
def sparing_memory(connection: sqlite3.Connection) -> Iterator[None]:
    """For reading much once: the connection keeps few pages of it."""
    before = connection.execute("PRAGMA cache_size").fetchone()[0]
    connection.execute(f"PRAGMA cache_size = {_FEW_PAGES}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA cache_size = {before}")


@contextmanager
def committing(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction outside of the writer's jobs: at the start, and in a rebuild."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def insert_rows(connection: sqlite3.Connection, into: str, rows: Sequence[Row], conflict: str = "") -> None:
    """Insert rows of one width: `into` is the statement up to VALUES, `conflict` what follows the values."""
    start = 0
    for size in _CHUNKS:
        while len(rows) - start >= size:
            statement = _insert_statement(into, len(rows[0]), size, conflict)
            connection.execute(statement, list(chain.from_iterable(rows[start : start + size])))
            start += size


def fetch_at_once(connection: sqlite3.Connection, columns: str, rest: str, values: Row) -> list[list[Any]]:
    """The rows of `SELECT columns rest` in one step of the statement, for the same reason. Values are numbers, texts
    and nulls."""
    row = connection.execute(f"SELECT json_group_array(json_array({columns})) {rest}", values).fetchone()
    found: list[list[Any]] = json.decode(row[0])
    return found


@cache
def _insert_statement(into: str, width: int, count: int, conflict: str) -> str:
    row = "(" + ",".join("?" * width) + ")"
    return f"{into} VALUES {','.join([row] * count)} {conflict}"


def translated(error: Exception) -> Exception:
    """The error of ours for one of SQLite's, where its reader can do something about it; else the error itself."""
    text = str(error)
    code = getattr(error, "sqlite_errorcode", None)
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE) or "disk is full" in text:
        return StorageFull(f"nothing was stored: {text}; free some space on the disk of the data folder")
    if code in _DAMAGED:
        return StoreDamaged(f"the database is damaged ({text}); restore the newest backup with `sightlog restore`")
    return error
