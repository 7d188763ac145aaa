"""The rows of one moment, copied while another process goes on writing; and whether such a copy is whole."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sightlog.domain.backups import StoreContents
from sightlog.domain.errors import BackupFailed, StorageFull, StoreTooNew
from sightlog.store.sqlite.connection import DATABASE_FILE
from sightlog.store.sqlite.migrating import newest_version

# Small steps, each flushed, with a pause: copied at once, 400 MB held a commit of the server up for 130 ms; like
# this for 45, where 30 was seen without any copying. `VACUUM INTO` was no better and cannot say how far it is.
_PAGES_PER_STEP = 1024
_PAUSE_SECONDS = 0.01

_BLOBS = "SELECT hash, max(bytes) AS bytes FROM images GROUP BY hash"

Advance = Callable[[int, int], None]


class SqliteSnapshot:
    """One moment of a data folder's rows. It is a single read transaction from its making until `close`: nothing that
    is committed meanwhile shows, and the copying never has to begin again because of it."""

    def __init__(self, folder: Path, *, is_still: bool) -> None:
        """`is_still`: nobody writes there, so the file is all there is and may be on a disk that cannot be written.
        Raises StoreTooNew when this program cannot know what all belongs to these rows."""
        self._path = folder / DATABASE_FILE
        how = "immutable=1" if is_still else "mode=ro"
        with _in_our_words(self._path):
            self._connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?{how}", uri=True, isolation_level=None, cached_statements=16
            )
            try:
                self._connection.execute("BEGIN")
                self._version: int = self._value("PRAGMA user_version")
                self._has_images = self._count("sqlite_schema WHERE name = 'images'") == 1
                if self._version > newest_version():
                    raise StoreTooNew(
                        f"{folder} was written by a newer Sightlog: its tables have version {self._version}, and this "
                        f"one knows up to {newest_version()}. Use that newer version."
                    )
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        self._connection.close()

    def contents(self) -> StoreContents:
        """How much there is; what came with a later version of the tables counts as nothing."""
        with _in_our_words(self._path):
            return StoreContents(
                schema_version=self._version,
                workspaces=self._count("workspaces"),
                use_cases=self._count("use_cases"),
                events=self._count("events"),
                images=self._count("images") if self._has_images else 0,
                blobs=self._count(f"({_BLOBS})") if self._has_images else 0,
                blob_bytes=self._value(f"SELECT coalesce(sum(bytes), 0) FROM ({_BLOBS})") if self._has_images else 0,
            )

    def problem(self) -> str | None:
        """What SQLite finds wrong with the pages and indexes, reading all of them."""
        with _in_our_words(self._path):
            found: str = self._value("PRAGMA integrity_check(1)")
        return None if found == "ok" else found

    def blobs(self) -> Iterator[tuple[str, int]]:
        """(hash, bytes) of every blob that the rows name, in the order of their hashes."""
        if self._has_images:
            with _in_our_words(self._path):
                yield from self._connection.execute(f"{_BLOBS} ORDER BY hash")

    def names_blob(self, hash: str) -> bool:
        """Whether the rows name this blob."""
        if not self._has_images:
            return False
        return self._connection.execute("SELECT 1 FROM images WHERE hash = ?", (hash,)).fetchone() is not None

    def write_to(self, folder: Path, advance: Advance) -> None:
        """Copy the rows into a folder that has none, durably: one file, without a log beside it. `advance` is told
        (pages done, pages in all)."""
        path = folder / DATABASE_FILE
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)

        def after_step(_: int, remaining: int, total: int) -> None:
            os.fsync(descriptor)
            advance(total - remaining, total)
            time.sleep(_PAUSE_SECONDS)

        try:
            with _in_our_words(path), closing(sqlite3.connect(path, isolation_level=None)) as target:
                target.execute("PRAGMA synchronous = OFF")  # flushed here instead
                self._connection.backup(target, pages=_PAGES_PER_STEP, progress=after_step)
                target.execute("PRAGMA journal_mode = DELETE")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _count(self, rows: str) -> int:
        n: int = self._value(f"SELECT count(*) FROM {rows}")
        return n

    def _value(self, statement: str) -> Any:
        return self._connection.execute(statement).fetchone()[0]


def check_database(folder: Path) -> StoreContents:
    """What a database that nobody writes holds. Raises BackupFailed when its pages or indexes contradict each other,
    or StoreTooNew."""
    with closing(SqliteSnapshot(folder, is_still=True)) as snapshot:
        problem = snapshot.problem()
        if problem is not None:
            raise BackupFailed(f"{DATABASE_FILE} is damaged: {problem}")
        return snapshot.contents()


@contextmanager
def _in_our_words(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise StorageFull(f"there is no room left for {path}") from error
        raise BackupFailed(f"{path.name} cannot be read: {error}") from error
