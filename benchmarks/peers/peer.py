"""What the rounds ask of every peer, and what those over HTTP share."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from benchmarks.load import Asking, request_bytes, run_load
from benchmarks.peers.processes import ServerProcess, Worker
from benchmarks.peers.questions import COUNT, PAGE, STATISTICS, Question

_FOR_EVER = 3600.0


class Way(Struct, frozen=True):
    """A way to send events: how many together, from how many clients at once, and at most how many in all."""

    name: str
    size: int
    clients: int
    events: int


class Asked(Struct, frozen=True):
    """The seconds until the answer was there as Python objects, and the answer in short: [ids of a page in their order,
    whether there are more], a count, or [count, last event, types] of a use case."""

    seconds: float
    answer: Any


class Facts(Struct, frozen=True):
    """What a peer says of itself: versions, the durability in force, and bytes on the disk with all indexes."""

    versions: str
    durability: str
    disk_bytes: int


class Peer(Protocol):
    """A context manager: inside, its processes run. One peer can be there in several variants of durability."""

    name: str
    durable: bool
    """Whether an answer means that the events are on the disk."""

    def __enter__(self) -> "Peer": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def takes(self, way: Way) -> bool:
        """Whether this way makes sense for it."""

    def make_empty(self) -> None:
        """A fresh store with all its indexes."""

    def ingest(self, way: Way, path: Path, first: int, seconds: float) -> float:
        """Events a second, of those in the file from `first` on, for so many seconds at most."""

    def fill(self, path: Path) -> float:
        """Store all events of the file, in its best way; the seconds that it took."""

    def ask(self, question: Question, repeat: int) -> Asked: ...

    def facts(self) -> Facts: ...


_FILLING = Way("filling", size=100, clients=4, events=20_000)


class HttpApi(Struct, frozen=True):
    """The addresses of a server, and how its answers are read."""

    single: str
    batch: str
    page: str
    count: str
    statistics: str
    statistics_of: Callable[[Any, str], list[Any]]


class HttpClient:
    """One load and one asking connection to a server over HTTP, for any peer that has an HttpApi."""

    def __init__(self, api: HttpApi, port: int, key: str = "") -> None:
        self._api = api
        self._port = port
        self._key = key
        self._asking = Asking("127.0.0.1", port, key)

    def ingest(self, way: Way, path: Path, first: int, seconds: float) -> float:
        """Events a second; requests are made before the clock starts."""
        with path.open("rb") as file:
            lines = file.read().splitlines()[first : first + way.events]
        bodies = (
            lines if way.size == 1 else [_batch(lines[at : at + way.size]) for at in range(0, len(lines), way.size)]
        )
        address = self._api.single if way.size == 1 else self._api.batch
        requests = [request_bytes("POST", address, self._key, body) for body in bodies]
        return run_load("127.0.0.1", self._port, requests, way.clients, seconds).rate * way.size

    def fill(self, path: Path) -> float:
        """The seconds in which all events of the file were sent."""
        return fill_by(self.ingest, _FILLING, path)

    def ask(self, question: Question, repeat: int) -> Asked:
        """One question; raises RuntimeError when it is refused."""
        body = question.body(repeat)
        if question.kind == STATISTICS:
            took, status, answer = self._asking.ask("GET", self._api.statistics)
        else:
            address = self._api.page if question.kind == PAGE else self._api.count
            took, status, answer = self._asking.ask("POST", address, msgspec.json.encode(body))
        if status != 200:
            raise RuntimeError(f"{question.name}: {status} {answer[:300]!r}")
        began = time.perf_counter()
        decoded = msgspec.json.decode(answer)
        decoding = time.perf_counter() - began
        return Asked(took + decoding, self._short(question.kind, decoded, body["useCaseId"]))

    def _short(self, kind: str, answer: Any, use_case: str) -> Any:
        if kind == PAGE:
            return [[event["eventId"] for event in answer["events"]], answer["hasMore"]]
        return answer["count"] if kind == COUNT else self._api.statistics_of(answer, use_case)

    def close(self) -> None:
        self._asking.close()


def fill_by(ingest: Callable[[Way, Path, int, float], float], way: Way, path: Path) -> float:
    """Send all events of a file, `way.events` after each other; the seconds in which they were sent."""
    with path.open("rb") as file:
        count = sum(1 for _ in file)
    took = 0.0
    for first in range(0, count, way.events):
        part = msgspec.structs.replace(way, events=min(way.events, count - first))
        took += part.events / ingest(part, path, first, _FOR_EVER)
    return took


def seconds_of(timestamp: str) -> float:
    """Since 1970, so that peers' ways to write a time do not matter."""
    return datetime.fromisoformat(timestamp).timestamp()


def _batch(lines: Sequence[bytes]) -> bytes:
    return b'{"events":[' + b",".join(lines) + b"]}"


class Workers:
    """As many workers as have clients at most; each client is a thread of one of them."""

    def __init__(self, start: Callable[[], Worker], most: int) -> None:
        self._workers = [start() for _ in range(most)]
        self.first = self._workers[0]

    def ingest(self, way: Way, path: Path, first: int, seconds: float) -> float:
        """Events a second of all together."""
        workers = self._workers[: way.clients]
        borders = [first + way.events * number // len(workers) for number in range(len(workers) + 1)]
        for worker, begin, end in zip(workers, borders, borders[1:], strict=False):
            worker.call("prepare", path=str(path), first=begin, count=end - begin)
        threads = max(1, way.clients // len(workers))
        sent: list[tuple[int, float]] = []
        failures: list[Exception] = []

        def send(worker: Worker) -> None:
            try:
                sent.append(worker.call("send", size=way.size, seconds=seconds, threads=threads))
            except RuntimeError as error:
                failures.append(error)

        running = [threading.Thread(target=send, args=(worker,)) for worker in workers]
        for each in running:
            each.start()
        for each in running:
            each.join()
        if failures:
            raise failures[0]
        return sum(stored for stored, _ in sent) / max(took for _, took in sent)

    def make_empty(self) -> None:
        """By the first; the others follow."""
        self.first.call("make_empty")
        for worker in self._workers[1:]:
            worker.call("open")

    def fill(self, path: Path, way: Way) -> float:
        """The seconds in which all events of the file were sent, so many at a time."""
        return fill_by(self.ingest, way, path)

    def ask(self, question: Question, repeat: int) -> Asked:
        """One question, to the first of them."""
        seconds, answer = self.first.call("ask", kind=question.kind, body=question.body(repeat))
        return Asked(seconds, answer)

    def end(self) -> None:
        for worker in self._workers:
            worker.end()


class ByWorkers:
    """A peer that is a library: workers that use it, on a database process of its own. Both are made on entering."""

    filling: Way
    _workers: Workers
    _server: ServerProcess

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._workers.end()
        self._server.end()

    def takes(self, way: Way) -> bool:
        """Any number of clients: they are threads of the workers."""
        return True

    def make_empty(self) -> None:
        self._workers.make_empty()

    def ingest(self, way: Way, path: Path, first: int, seconds: float) -> float:
        return self._workers.ingest(way, path, first, seconds)

    def fill(self, path: Path) -> float:
        return self._workers.fill(path, self.filling)

    def ask(self, question: Question, repeat: int) -> Asked:
        return self._workers.ask(question, repeat)

    def facts(self) -> Facts:
        facts: dict[str, Any] = self._workers.first.call("facts")
        return Facts(facts["versions"], facts["durability"], facts["disk_bytes"])
