"""The store without HTTP: reading and storing batches in one process, and filling a folder with many events."""

import asyncio
import gc
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from msgspec import Struct

from benchmarks.apart import new_process
from benchmarks.ceilings import accepted_events
from benchmarks.generator import CHUNK_EVENTS, EventStream
from benchmarks.report import say
from sightlog.domain.batches import AcceptedBatch, turn_around
from sightlog.domain.event_reading import NewBatch, Reading, read_batch
from sightlog.domain.limits import Limits
from sightlog.operations.api_keys import authenticate
from sightlog.operations.batch_reading import BatchReader
from sightlog.operations.clock import microseconds_now
from sightlog.operations.events import rules_of, store_batch
from sightlog.server import start_store, tune_interpreter
from sightlog.settings import load_settings
from sightlog.store.sqlite.connection import DATABASE_FILE
from sightlog.web.waiting import Completions

_BATCH_EVENTS = 100
_CHUNKS_AHEAD = 2
_FILL_WAITING = 16


class StoreRates(Struct, frozen=True):
    """Events a second, in batches of 100: into a fresh store, durable, and of the steps before the store."""

    read_and_store: float
    read_and_store_16_waiting: float
    store_only: float
    store_only_16_waiting: float
    read_apart_and_store: float
    decode: float
    read: float


class Fill(Struct, frozen=True):
    """Filling a folder: how many events were stored after how many seconds, and the bytes before and after."""

    marks: list[tuple[int, float]]
    json_bytes: int
    disk_bytes: int
    bytes_by_table: dict[str, int]


class _OpenFolder:
    """A store in this process and what its operations need."""

    def __init__(self, folder: Path, key: str) -> None:
        tune_interpreter()
        self.settings = load_settings({}, data=str(folder))
        self.store = start_store(self.settings).store
        self.caller = authenticate(self.store, key, microseconds_now())

    def add_body(self, body: bytes) -> "Future[Any]":
        """What `POST /vision-events/batch` does after HTTP."""
        now = time.time_ns() // 1000
        batch = turn_around(read_batch(body, rules_of(self.caller, self.settings.limits, now)))
        return store_batch(self.store, self.caller, batch, now)

    def add_accepted(self, batch: AcceptedBatch) -> "Future[Any]":
        """The part of it that the store does."""
        return store_batch(self.store, self.caller, batch, time.time_ns() // 1000)


Way = Callable[[_OpenFolder], Callable[[Any], "Future[Any]"]]


def store_batches(folders: list[tuple[Path, str]], stream: EventStream, chunk: int) -> StoreRates:
    """Store the same chunk in five ways, each into a fresh folder given with its key."""
    bodies = stream.batch_bodies(chunk)
    events = accepted_events(stream, chunk)
    starts = range(0, len(events), _BATCH_EVENTS)
    batches = [turn_around(events[start : start + _BATCH_EVENTS]) for start in starts]
    # What was made beforehand is not the server's: keep the collector of garbage from walking it again and again.
    gc.freeze()
    rates = []
    ways: tuple[tuple[Way, list[Any], int], ...] = (
        (lambda opened: opened.add_body, bodies, 1),
        (lambda opened: opened.add_body, bodies, 16),
        (lambda opened: opened.add_accepted, batches, 1),
        (lambda opened: opened.add_accepted, batches, 16),
    )
    for (folder, key), (add_of, source, waiting) in zip(folders, ways, strict=False):
        opened = _OpenFolder(folder, key)
        try:
            began = time.perf_counter()
            _keep_waiting(add_of(opened), source, waiting)
            rates.append(len(events) / (time.perf_counter() - began))
        finally:
            opened.store.close()
    rates.append(_read_apart_rate(*folders[len(ways)], bodies))
    return StoreRates(*rates, *_reading_rates(bodies, stream.end))


def _read_apart_rate(folder: Path, key: str, bodies: list[bytes]) -> float:
    """With the second process that reads overlapping batches, 16 of them under way, as behind HTTP."""
    opened = _OpenFolder(folder, key)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_store_while_read_apart(opened, bodies))
    finally:
        opened.store.close()


async def _store_while_read_apart(opened: _OpenFolder, bodies: list[bytes]) -> float:
    reader, completions, waiting = BatchReader(lambda: opened.store.packing), Completions(), iter(bodies)

    async def store_one_after_the_other() -> None:
        for body in waiting:
            with reader.under_way():
                now = microseconds_now()
                batch = await reader.read(body, rules_of(opened.caller, opened.settings.limits, now))
                await completions.of(store_batch(opened.store, opened.caller, batch, now))

    try:
        await reader.start()
        began = time.perf_counter()
        await asyncio.gather(*(store_one_after_the_other() for _ in range(_FILL_WAITING)))
        return len(bodies) * _BATCH_EVENTS / (time.perf_counter() - began)
    finally:
        await reader.close()


def _reading_rates(bodies: list[bytes], now: int) -> list[float]:
    """The typed decode alone, and with all that happens to an event before it is stored."""
    decoder = msgspec.json.Decoder(NewBatch)
    rules = Reading(limits=Limits(), now=now, lookback_days=365)
    rates = []
    ways: tuple[Callable[[bytes], Any], ...] = (decoder.decode, lambda body: read_batch(body, rules))
    for read in ways:
        began = time.perf_counter()
        for body in bodies:
            read(body)
        rates.append(len(bodies) * _BATCH_EVENTS / (time.perf_counter() - began))
    return rates


def _keep_waiting(add: Callable[[Any], "Future[Any]"], batches: Iterable[Any], most: int) -> None:
    """Add batches so that at most so many wait for their commit."""
    waiting: deque[Future[Any]] = deque()
    for batch in batches:
        if len(waiting) >= most:
            waiting.popleft().result()
        waiting.append(add(batch))
    while waiting:
        waiting.popleft().result()


def fill(folder: Path, key: str, stream: EventStream) -> Fill:
    """Put the whole stream into a folder; another process makes the events meanwhile."""
    opened = _OpenFolder(folder, key)
    began = time.perf_counter()
    marks: list[tuple[int, float]] = [(0, 0.0)]
    json_bytes = 0
    try:
        for chunk, bodies in zip(stream.chunks(), _bodies_ahead(stream), strict=True):
            _keep_waiting(opened.add_body, bodies, _FILL_WAITING)
            json_bytes += sum(map(len, bodies))
            marks.append((min((chunk + 1) * CHUNK_EVENTS, stream.count), time.perf_counter() - began))
            say(f"  {marks[-1][0]:>10,} events stored, {rate_between(*marks[-2:]):,.0f} a second")
    finally:
        opened.store.close()
    database = folder / DATABASE_FILE
    return Fill(marks, json_bytes, database.stat().st_size, _bytes_by_table(database))


def _bodies_ahead(stream: EventStream) -> Iterator[list[bytes]]:
    """The batches of each chunk, a few chunks made ahead."""
    with new_process() as process:
        ahead: deque[Future[list[bytes]]] = deque()
        for chunk in stream.chunks():
            ahead.append(process.submit(stream.batch_bodies, chunk))
            if len(ahead) > _CHUNKS_AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def rate_between(earlier: tuple[int, float], later: tuple[int, float]) -> float:
    """Events a second between two marks."""
    return (later[0] - earlier[0]) / (later[1] - earlier[1])


def _bytes_by_table(database: Path) -> dict[str, int]:
    """The size of each table and index, largest first; nothing where SQLite was built without dbstat."""
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute("SELECT name, sum(pgsize) FROM dbstat WHERE aggregate = TRUE GROUP BY 1").fetchall()
    except sqlite3.OperationalError:
        return {}
    finally:
        connection.close()
    return dict(sorted(rows, key=lambda row: -row[1]))
