"""A small pool of read-only connections, each read a snapshot of its own with a time limit."""

import queue
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sightlog.domain.errors import Busy
from sightlog.store.sqlite.connection import open_for_reading, translated

# How many steps of SQLite's machine between two looks at the clock: about half a millisecond.
_STEPS_BETWEEN_LOOKS = 20_000
# How often a read that waits for a connection asks whether there will be one.
_SECONDS_BETWEEN_QUESTIONS = 0.2


class Readers:
    """At most `size` reads at once; others wait for a free connection."""

    def __init__(self, folder: Path, size: int = 4) -> None:
        self._connections: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        for _ in range(size):
            self._connections.put(open_for_reading(folder))
        self._size = size
        self._is_closed = False

    @contextmanager
    def snapshot(self, seconds: float | None = None) -> Iterator[sqlite3.Connection]:
        """A connection that sees one moment of the store. After `seconds` its statements raise
        sqlite3.OperationalError ("interrupted")."""
        connection = self._take()
        try:
            connection.execute("BEGIN")
            try:
                if seconds is not None:
                    connection.set_progress_handler(_expired_after(seconds), _STEPS_BETWEEN_LOOKS)
                yield connection
            finally:
                connection.set_progress_handler(None, 0)
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise translated(error) from error
        finally:
            self._connections.put(connection)

    def close(self) -> None:
        """Close every connection, waiting for the reads that are under way; whoever waits or comes later is refused."""
        self._is_closed = True
        for _ in range(self._size):
            self._connections.get().close()

    def _take(self) -> sqlite3.Connection:
        """A free connection, waiting for one. Raises Busy once the store is closed."""
        while not self._is_closed:
            try:
                connection = self._connections.get(timeout=_SECONDS_BETWEEN_QUESTIONS)
            except queue.Empty:
                continue
            if not self._is_closed:
                return connection
            self._connections.put(connection)
        raise Busy("the server is shutting down; ask again when it is back")


def _expired_after(seconds: float) -> Callable[[], int]:
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() > deadline
