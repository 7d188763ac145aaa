"""Ingestion, measured in rounds: each round starts with fresh folders and takes every measurement once, so that
whatever else the machine does falls on all of them. The figures are the medians of the rounds."""

import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from benchmarks.apart import apart
from benchmarks.ceilings import RawRates, answer_at_once, flush_seconds, insert_raw_rows
from benchmarks.generator import EventStream
from benchmarks.in_process import StoreRates, store_batches
from benchmarks.load import Load, request_bytes, run_load
from benchmarks.report import say
from benchmarks.serving import Memory, Server, make_data_folder

SINGLE_CONNECTIONS = (1, 16, 64)
BATCH_CONNECTIONS = (1, 4, 16)
BATCH_EVENTS = 100
SINGLE, BATCH = "/vision-events", "/vision-events/batch"
NOTHING, CHECK = "/-/noop", "/-/check"
# A lonely client leaves about so much time between two flushes, in which processors and disks fall asleep.
PAUSE_SECONDS = 0.0005
# The distance of two events in time, as in a million events spread over a month.
_EVENTS_A_MONTH = 1_000_000

V = TypeVar("V")


class Effort(Struct, frozen=True):
    """How much to measure: rounds, seconds for each load, and how many chunks of events a load of batches may use."""

    rounds: int
    seconds: float
    batch_chunks: int


FULL = Effort(rounds=5, seconds=2.0, batch_chunks=3)
QUICK = Effort(rounds=1, seconds=0.4, batch_chunks=1)


class Cell(Struct, frozen=True):
    """One load, and the share of a processor that the server took meanwhile."""

    load: Load
    server_busy: float


class Ingestion(Struct, frozen=True):
    """One round, or the medians of several. Cells are by connections and path."""

    singles: dict[tuple[int, str], Cell]
    batches: dict[tuple[int, str], Cell]
    client_ceiling: Load
    flush: float
    flush_with_pauses: float
    raw: RawRates
    store: StoreRates
    memory: Memory


def measure_ingestion(folder: Path, now: int, effort: Effort) -> Ingestion:
    """Everything about writing; works in a folder of its own within the one given."""
    bodies = _Bodies(now, effort)
    rounds = []
    for number in range(effort.rounds):
        say(f"ingestion: round {number + 1} of {effort.rounds}")
        place = folder / f"round-{number}"
        place.mkdir()
        rounds.append(_Round(place, bodies, effort.seconds).measure())
        shutil.rmtree(place)
    return median_of(rounds)


class _Bodies:
    """What every round sends, made once: other events for each load, so that none overwrites another."""

    def __init__(self, now: int, effort: Effort) -> None:
        say("ingestion: making events")
        self.stream = EventStream(_EVENTS_A_MONTH, now)
        chunks = iter(reversed(self.stream.chunks()))
        self.singles = {count: self.stream.single_bodies(next(chunks)) for count in SINGLE_CONNECTIONS}
        self.batches = {
            count: [body for _ in range(effort.batch_chunks) for body in self.stream.batch_bodies(next(chunks))]
            for count in BATCH_CONNECTIONS
        }
        self.store_chunk = next(chunks)


class _Round:
    """Every measurement once, in fresh folders."""

    def __init__(self, folder: Path, bodies: _Bodies, seconds: float) -> None:
        self._folder = folder
        self._bodies = bodies
        self._seconds = seconds

    def measure(self) -> Ingestion:
        with answer_at_once() as port:
            ceiling = run_load("127.0.0.1", port, self._requests(NOTHING, 16), 16, self._seconds, repeat=True)
        place = self._folder / "served"
        with Server(place, make_data_folder(place)) as server:
            singles = {
                (count, path): self._cell(server, path, count)
                for count in SINGLE_CONNECTIONS
                for path in (NOTHING, CHECK, SINGLE)
            }
            batches = {
                (count, path): self._cell(server, path, count, batches=True)
                for count in BATCH_CONNECTIONS
                for path in (NOTHING, BATCH)
            }
            memory = server.memory()
        fresh = [self._folder / f"store-{number}" for number in range(5)]
        chunk = self._bodies.store_chunk
        return Ingestion(
            singles=singles,
            batches=batches,
            client_ceiling=ceiling,
            flush=flush_seconds(self._folder),
            flush_with_pauses=flush_seconds(self._folder, PAUSE_SECONDS),
            raw=apart(insert_raw_rows, self._folder, self._bodies.stream, chunk),
            store=apart(
                store_batches, [(place, make_data_folder(place)) for place in fresh], self._bodies.stream, chunk
            ),
            memory=memory,
        )

    def _cell(self, server: Server, path: str, connections: int, *, batches: bool = False) -> Cell:
        requests = self._requests(path, connections, server.key, batches=batches)
        before = server.busy_seconds()
        load = run_load(server.host, server.port, requests, connections, self._seconds, repeat=path in (NOTHING, CHECK))
        took = load.answers / load.rate
        return Cell(load, (server.busy_seconds() - before) / took)

    def _requests(self, path: str, connections: int, key: str = "", *, batches: bool = False) -> list[bytes]:
        bodies = (self._bodies.batches if batches else self._bodies.singles)[connections]
        return [request_bytes("POST", path, key, body) for body in bodies]


def median_of(values: Sequence[V]) -> V:
    """The median of every number in values of one shape: numbers, or structs and dicts that hold such values."""
    first = values[0]
    if isinstance(first, dict):
        return type(first)({name: median_of([value[name] for value in values]) for name in first})  # type: ignore[index]
    if isinstance(first, Struct):
        fields = first.__struct_fields__
        return type(first)(*(median_of([getattr(value, name) for value in values]) for name in fields))
    return statistics.median(values)  # type: ignore[type-var]
