"""The processes of peers: servers that are waited for and ended by their id, and workers that take calls."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
_SECONDS_TO_START = 60
_SECONDS_TO_END = 30


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class ServerProcess:
    """A server on a port of the loopback; `log` gets what it prints."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        end_signal: int = signal.SIGTERM,
        user: int | None = None,
    ) -> None:
        """Returns when the port takes connections; raises RuntimeError when it does not."""
        self.port = port
        self._program = command[0]
        self._log: IO[bytes] = log.open("wb")
        self._end_signal = end_signal
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=self._log,
            stderr=self._log,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        try:
            self._wait(log)
        except BaseException:
            self.end()
            raise

    def _wait(self, log: Path) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self._program} did not start: {log.read_text(errors='replace')[-1000:]}")

    def end(self) -> None:
        """Ask it to end, and insist after a while."""
        if self._process.poll() is None:
            self._process.send_signal(self._end_signal)
            try:
                self._process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()


class Worker:
    """A client in a peer's own environment: `python -m MODULE OPTIONS`, which answers calls (see worker.py)."""

    def __init__(
        self,
        python: Path,
        module: str,
        options: Mapping[str, Any],
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._log: IO[bytes] = log.open("ab")
        self._name = log
        self._process = subprocess.Popen(
            [str(python), "-m", module, json.dumps(options)],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def call(self, name: str, **arguments: Any) -> Any:
        """What the worker's method answers. Raises RuntimeError with the worker's words when it fails."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # The empty answer below tells more.
            self._process.stdin.write(json.dumps({"call": name, "arguments": arguments}) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker ended: {self._name.read_text(errors='replace')[-1500:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{name}: {answer['error']}")
        return answer["result"]

    def end(self) -> None:
        """No more calls; the worker ends by itself."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()
