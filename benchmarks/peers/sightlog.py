"""Sightlog as the other peers meet it: a server process on a fresh folder, asked over HTTP."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.peers.peer import Asked, Facts, HttpApi, HttpClient, Way, seconds_of
from benchmarks.peers.questions import Question
from benchmarks.serving import Server, make_data_folder
from sightlog import __version__
from sightlog.store.sqlite.connection import DATABASE_FILE


def _statistics(answer: Any, use_case: str) -> list[Any]:
    found = next(one for one in answer["useCases"] if one["name"] == use_case)
    return [found["eventCount"], seconds_of(found["lastEventAt"]), sorted(found["eventTypes"])]


_API = HttpApi(
    single="/vision-events",
    batch="/vision-events/batch",
    page="/vision-events/query",
    count="/vision-events/count",
    statistics="/vision-events/use-cases",
    statistics_of=_statistics,
)


class Sightlog:
    """The server of this repository, with its defaults."""

    name = "Sightlog"
    durable = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "sightlog"
        self._runs = 0

    def __enter__(self) -> "Sightlog":
        self._folder.mkdir()
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def takes(self, way: Way) -> bool:
        return way.size <= 100

    def make_empty(self) -> None:
        self._end()
        shutil.rmtree(self._data)
        self._start()

    def ingest(self, way: Way, path: Path, first: int, seconds: float) -> float:
        return self._client.ingest(way, path, first, seconds)

    def fill(self, path: Path) -> float:
        return self._client.fill(path)

    def ask(self, question: Question, repeat: int) -> Asked:
        return self._client.ask(question, repeat)

    def facts(self) -> Facts:
        database = self._data / DATABASE_FILE
        with closing(sqlite3.connect(database)) as connection:
            # What is still in the log goes into the file: the logs of the others do not count either.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return Facts(
            f"Sightlog {__version__}, SQLite {sqlite3.sqlite_version}",
            "SQLite WAL, synchronous=FULL: answered after the flush",
            database.stat().st_size,
        )

    def _start(self) -> None:
        self._runs += 1
        self._data = self._folder / f"data-{self._runs}"
        key = make_data_folder(self._data)
        self._server = Server(self._data, key)
        self._server.__enter__()
        self._client = HttpClient(_API, self._server.port, key)

    def _end(self) -> None:
        self._client.close()
        self._server.__exit__(None, None, None)
