"""A data folder with the generator's use cases, and a real server process on it."""

import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec
from msgspec import Struct

from benchmarks.generator import USE_CASES
from sightlog.operations.use_cases import create_use_case
from sightlog.operations.workspaces import get_workspace
from sightlog.running import RUN_FILE, RunningServer
from sightlog.server import start_store
from sightlog.settings import PREFIX, load_settings

_START_SECONDS = 60


class Memory(Struct, frozen=True):
    """A process's memory in MB: its own, and with the files that it maps (pages of the database, mostly)."""

    own: float
    with_files: float


def make_data_folder(folder: Path) -> str:
    """A new data folder with the generator's use cases; returns its key."""
    settings = load_settings({}, data=str(folder))
    started = start_store(settings)
    try:
        workspace = get_workspace(started.store, None).number
        for name in USE_CASES:
            create_use_case(started.store, workspace, name, settings.limits, time.time_ns() // 1000)
    finally:
        started.store.close()
    assert started.first_key is not None
    return started.first_key


def _clean_environment() -> dict[str, str]:
    """This process's, without settings of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def start_command(folder: Path, *words: str) -> "subprocess.Popen[bytes]":
    """Start `sightlog WORDS` on a folder; its standard output is a pipe."""
    command = [sys.executable, "-m", "sightlog", *words, "--data", str(folder)]
    return subprocess.Popen(command, env=_clean_environment(), stdout=subprocess.PIPE)


def run_command(folder: Path, *words: str) -> bytes:
    """The standard output of `sightlog WORDS`, which must succeed."""
    process = start_command(folder, *words)
    answer = process.communicate()[0]
    if process.returncode:
        raise RuntimeError(f"sightlog {' '.join(words)} failed")
    return answer


class Server:
    """`python -m sightlog serve` on a folder, with the two routes that store nothing. A context manager."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        self.key = key
        self.host, self.port = "127.0.0.1", 0
        self.start_seconds = 0.0

    def __enter__(self) -> "Server":
        environment = _clean_environment()
        environment[PREFIX + "BENCHMARK_ROUTES"] = "1"
        command = [sys.executable, "-m", "sightlog", "serve", "--data", str(self.folder), "--port", "0"]
        self._log: IO[bytes] = (self.folder.parent / f"{self.folder.name}.log").open("wb")
        began = time.perf_counter()
        self._process = subprocess.Popen(command, env=environment, stdout=self._log, stderr=self._log)
        try:
            self._wait(began + _START_SECONDS)
        except BaseException:
            self._stop()
            raise
        self.start_seconds = time.perf_counter() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def memory(self) -> Memory:
        """What the server holds."""
        text = Path(f"/proc/{self._process.pid}/status").read_text()
        rows = dict(line.split(":", 1) for line in text.splitlines())
        return Memory(int(rows["RssAnon"].split()[0]) / 1000, int(rows["VmRSS"].split()[0]) / 1000)

    def kill(self) -> None:
        """End it without warning, as a power cut would."""
        self._process.kill()
        self._process.wait()

    def busy_seconds(self) -> float:
        """Processor time that the server has used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _wait(self, deadline: float) -> None:
        run_file = self.folder / RUN_FILE
        while time.perf_counter() < deadline:
            if self._process.poll() is not None:
                break
            if run_file.exists() and self._is_ready(run_file):
                return
            time.sleep(0.02)
        raise RuntimeError(f"the server did not start:\n{Path(self._log.name).read_text()}")

    def _is_ready(self, run_file: Path) -> bool:
        try:
            address = msgspec.json.decode(run_file.read_bytes(), type=RunningServer).address
            self.port = int(address.rsplit(":", 1)[1])
            with closing(http.client.HTTPConnection(self.host, self.port, timeout=5)) as connection:
                connection.request("GET", "/readyz")
                return connection.getresponse().status == 200
        except (OSError, msgspec.DecodeError):
            return False

    def _stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
