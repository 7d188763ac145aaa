"""What nothing of ours can beat: the disk's flush, the client alone, raw rows in SQLite, the newest rows read."""

import asyncio
import multiprocessing
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import uvloop
from msgspec import Struct

from benchmarks.generator import USE_CASES, EventStream
from benchmarks.load import percentile
from sightlog.domain.event_reading import AcceptedEvent, Reading, read_batch
from sightlog.domain.limits import Limits

PAGE_BYTES = 8192
_LIMITS = Limits()
_TABLES = """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER, use_case INTEGER, event_id TEXT, timestamp INTEGER,
    event_type TEXT, received_at INTEGER, api_key INTEGER, body_format INTEGER, warnings TEXT, rest TEXT, images TEXT
);
CREATE UNIQUE INDEX events_by_id ON events (workspace, event_id);
CREATE INDEX events_by_time ON events (use_case, timestamp, event_id);
"""
_INSERT = (
    "INSERT INTO events (workspace, use_case, event_id, timestamp, event_type, received_at, api_key, body_format,"
    " warnings, rest, images) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_NEWEST = "SELECT event_id, timestamp, rest, images FROM events WHERE use_case = ? ORDER BY seq DESC LIMIT 50"
Row = tuple[Any, ...]


class RawRates(Struct, frozen=True):
    """Raw rows a second: in groups of 100, and in groups as large as 16 waiting batches share."""

    by_100: float
    by_1600: float


def accepted_events(stream: EventStream, chunk: int) -> list[AcceptedEvent]:
    """A chunk as the store gets it."""
    rules = Reading(limits=_LIMITS, now=stream.end, lookback_days=365)
    return [event for body in stream.batch_bodies(chunk) for event in read_batch(body, rules)]


def insert_raw_rows(folder: Path, stream: EventStream, chunk: int) -> RawRates:
    """Insert a chunk's rows, made before, durably, into a table with an index of ids and one of times, and no more."""
    rows = [_row(event, stream.end) for event in accepted_events(stream, chunk)]
    rates = []
    for size in (100, 1600):
        connection = _open_raw(folder / f"raw-{size}.db")
        began = time.perf_counter()
        for start in range(0, len(rows), size):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, rows[start : start + size])
            connection.execute("COMMIT")
        rates.append(len(rows) / (time.perf_counter() - began))
        connection.close()
    return RawRates(*rates)


def insert_raw_rows_on_top(database: Path, stream: EventStream, chunk: int) -> float:
    """Raw rows a second, in groups of 100, into such a table that has as many rows, of the usual size, as the store in
    this database."""
    rows = [_row(event, stream.end) for event in accepted_events(stream, chunk)]
    path = database.parent.parent / "raw-full.db"
    connection = _open_raw(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("ATTACH ? AS filled", (str(database),))
    # The bodies are random, so that they take the room of those of the rows that follow.
    connection.execute(
        "INSERT INTO main.events SELECT seq, workspace, use_case, event_id, timestamp, event_type, received_at,"
        " api_key, 1, NULL, hex(randomblob(560)), '[]' FROM filled.events ORDER BY seq"
    )
    connection.execute("DETACH filled")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA synchronous = FULL")
    began = time.perf_counter()
    for start in range(0, len(rows), 100):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_INSERT, rows[start : start + 100])
        connection.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    path.unlink()
    return len(rows) / took


def _open_raw(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (f"page_size = {PAGE_BYTES}", "journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.executescript(_TABLES)
    return connection


def _row(event: AcceptedEvent, received_at: int) -> Row:
    place = (1, USE_CASES.index(event.use_case), event.event_id, event.timestamp, event.event_type)
    return (*place, received_at, 1, 1, None, event.rest.decode(), event.images.decode())


def flush_seconds(folder: Path, pause: float = 0.0, repeats: int = 200) -> float:
    """The median time to append 4 KiB to a file and flush it to the disk, with a pause (seconds) after each."""
    descriptor = os.open(folder / "flush", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    times = []
    try:
        for _ in range(repeats):
            began = time.perf_counter()
            os.write(descriptor, b"x" * 4096)
            os.fsync(descriptor)
            times.append(time.perf_counter() - began)
            time.sleep(pause)
    finally:
        os.close(descriptor)
    return percentile(times, 0.5)


def newest_rows(database: Path) -> Callable[[], int]:
    """A function that reads the 50 events of the largest use case that came last, by their numbers alone."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    number = connection.execute("SELECT number FROM use_cases WHERE name = ?", (USE_CASES[0],)).fetchone()[0]
    return lambda: len(connection.execute(_NEWEST, (number,)).fetchall())


@contextmanager
def answer_at_once() -> Iterator[int]:
    """The port of a process that answers 201 to whatever arrives without reading it: the client's own ceiling."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_at_once, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve_at_once(pipe: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_AnswerAtOnce, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serve())


class _AnswerAtOnce(asyncio.Protocol):
    """Takes each arrival for one whole request, which holds for the small ones on the loopback."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}")
