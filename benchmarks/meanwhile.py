"""What a store with many events does while something large goes on: an export, or the removal of many events; and how
long a server takes to start after it was killed. Ingestion alone, in the same run, is the peer."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from benchmarks.apart import apart
from benchmarks.ceilings import insert_raw_rows_on_top
from benchmarks.generator import EventStream
from benchmarks.load import Asking, percentile, request_bytes, run_load
from benchmarks.queries import questions
from benchmarks.report import say
from benchmarks.serving import Server, run_command, start_command
from sightlog.domain.times import MICROSECONDS_PER_DAY
from sightlog.operations.workspaces import FIRST_SLUG
from sightlog.store.sqlite.connection import DATABASE_FILE

_CONNECTIONS = 4
_EVENTS_A_MONTH = 1_000_000
_ASKED_MEANWHILE = ("no filter", "metadata equal, 10 %", "metadata range, 0.07 %", "two: 10 % and 10 %")


class Meanwhile(Struct, frozen=True):
    """Rows, events and bytes a second; seconds of the p99 of queries; memory in MB.

    `raw_rows` is the ceiling: event rows alone on top of as many; `export_growth` is what the server's memory grew by.
    """

    raw_rows: float
    alone: float
    beside_export: float
    beside_removal: float
    export_alone: float
    export_beside: float
    export_growth: float
    removed: int
    removal_seconds: float
    queries_alone: float
    queries_beside_ingestion: float
    queries_beside_removal: float
    start_after_kill: float


def measure_meanwhile(folder: Path, key: str, stream: EventStream, seconds: float, days_removed: int) -> Meanwhile:
    """Do all of it on a filled folder, which has other events afterwards. `days_removed` of the stream's thirty go."""
    say("meanwhile: raw rows on top of as many")
    fresh = EventStream(_EVENTS_A_MONTH, time.time_ns() // 1000, seed=stream.seed + 2)
    raw_rows = apart(insert_raw_rows_on_top, folder / DATABASE_FILE, fresh, 0)
    with Server(folder, key) as server:
        load = _Load(server, key, EventStream(_EVENTS_A_MONTH, time.time_ns() // 1000, seed=stream.seed + 1))
        asker = _Asker(server, key, stream.end, seconds)
        say("meanwhile: ingestion alone")
        alone = load.run(seconds)
        say("meanwhile: queries alone and beside it")
        queries_alone = asker.run()
        asked: list[float] = []
        load.run_beside(lambda: asked.append(asker.run()), seconds)
        say("meanwhile: export")
        before = server.memory().own
        export_alone = _export(folder, seconds)
        growth = server.memory().own - before
        exported: list[float] = []
        beside_export = load.run_beside(lambda: exported.append(_export(folder, seconds)), seconds)
        say("meanwhile: removal")
        asking = threading.Thread(target=lambda: asked.append(asker.run()))
        removal = _Removal(folder, stream, days_removed)
        asking.start()
        beside_removal = load.run_beside(removal.run, seconds)
        asking.join()
        server.kill()
    with Server(folder, key) as server:
        return Meanwhile(
            raw_rows=raw_rows,
            alone=alone,
            beside_export=beside_export,
            beside_removal=beside_removal,
            export_alone=export_alone,
            export_beside=exported[0],
            export_growth=growth,
            removed=removal.removed,
            removal_seconds=removal.seconds,
            queries_alone=queries_alone,
            queries_beside_ingestion=asked[0],
            queries_beside_removal=asked[1],
            start_after_kill=server.start_seconds,
        )


class _Load:
    """Batches of 100 that never come twice."""

    def __init__(self, server: Server, key: str, stream: EventStream) -> None:
        self._server = server
        self._key = key
        self._stream = stream
        self._chunk = stream.chunks()[-1]  # from the newest back: events of today

    def run(self, seconds: float) -> float:
        """Events stored a second."""
        bodies: list[bytes] = []
        for _ in range(max(1, int(seconds))):
            bodies += self._stream.batch_bodies(self._chunk)
            self._chunk -= 1
        requests = [request_bytes("POST", "/vision-events/batch", self._key, body) for body in bodies]
        return 100 * run_load(self._server.host, self._server.port, requests, _CONNECTIONS, seconds).rate

    def run_beside(self, work: Callable[[], None], seconds: float) -> float:
        """The same while something else runs in another thread, which waits for other processes only."""
        with ThreadPoolExecutor(1) as beside:
            working = beside.submit(work)
            rate = self.run(seconds)
            working.result()
        return rate


def _export(folder: Path, seconds: float) -> float:
    """Bytes a second of `sightlog events export` through the server, of so many seconds of it."""
    process = start_command(folder, "events", "export")
    stream: IO[bytes] | None = process.stdout
    assert stream is not None
    try:
        read = len(stream.read(1))  # the command's own start is not measured
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            piece = stream.read(262_144)
            if not piece:
                break
            read += len(piece)
        return read / (time.perf_counter() - began)
    finally:
        process.kill()
        process.wait()
        stream.close()


class _Removal:
    """Retention with a lookback that leaves out the oldest days."""

    def __init__(self, folder: Path, stream: EventStream, days: int) -> None:
        self._folder = folder
        age = (time.time_ns() // 1000 - stream.end) // MICROSECONDS_PER_DAY
        self._lookback = str(30 - days + age)
        self.removed = 0
        self.seconds = 0.0

    def run(self) -> None:
        run_command(self._folder, "workspaces", "set", FIRST_SLUG, "--lookback-days", self._lookback)
        began = time.perf_counter()
        self.removed = msgspec.json.decode(run_command(self._folder, "retention", "run", "--json"))["tooOld"]
        self.seconds = time.perf_counter() - began


class _Asker:
    """Asks some queries, one after the other, from a process of its own: in this one the load would hold it up."""

    def __init__(self, server: Server, key: str, end: int, seconds: float) -> None:
        self._arguments = (server.host, server.port, key, end, seconds)

    def run(self) -> float:
        """The time that 99 % of them stay under."""
        return apart(_ask, *self._arguments)


def _ask(host: str, port: int, key: str, end: int, seconds: float) -> float:
    asking = Asking(host, port, key)
    chosen = [question for question in questions(end) if question.name in _ASKED_MEANWHILE]
    times: list[float] = []
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        for question in chosen:
            assert question.body is not None
            body = msgspec.json.encode(question.body(len(times)))
            times.append(asking.ask("POST", question.path, body)[0])
    asking.close()
    return percentile(times, 0.99)
