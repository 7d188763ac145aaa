"""Real processes: the `sightlog` command, and a server that answers."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

SIGHTLOG = [sys.executable, "-m", "sightlog"]
SECONDS_TO_START = 30
KEY = re.compile(r"\bsl_[0-9a-f]{64}\b")  # no part of a sign-in link, which may hold "-sl_" as well
OTHERS_SETTINGS = ("SIGHTLOG_", "ROBOFLOW_", "RF_", "API_URL", "APP_URL")


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without proxies and without anybody's settings but these."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(OTHERS_SETTINGS) and not name.lower().endswith("_proxy")
    }
    return kept | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200", "NO_COLOR": "1"} | settings


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def sightlog(
    *arguments: str, data: Path, exit_code: int | None = 0, **settings: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command on a data folder and check how it ended (None: it must fail, without a traceback)."""
    done = subprocess.run(
        [*SIGHTLOG, *arguments],
        env=clean_environment(SIGHTLOG_DATA=str(data), **settings),
        cwd=data.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = f"sightlog {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr, told
    assert done.returncode == exit_code if exit_code is not None else done.returncode > 0, told
    return done


class Server:
    """A `sightlog serve` process; what it prints goes to a file."""

    def __init__(self, data: Path, log: Path, *options: str, port: int | None = None, **settings: str) -> None:
        self.data = data
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*SIGHTLOG, "serve", "--data", str(data), "--port", str(self.port), *options],
                env=clean_environment(**settings),
                cwd=log.parent,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        """Return when /readyz says so; fail with what the process printed when it ends or takes too long."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the server ended:\n{self.printed()}"
            try:
                if httpx.get(self.url + "/readyz", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"the server was not ready after {SECONDS_TO_START} s:\n{self.printed()}")

    def printed(self) -> str:
        """All that the server has printed so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def first_key(self) -> str:
        """The key that the first start shows."""
        found = KEY.search(self.printed())
        assert found, f"no key on the screen of the first start:\n{self.printed()}"
        return found.group()

    def client(self, key: str | None) -> httpx.Client:
        """Requests to this server, with a key or without one."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def stop(self) -> int:
        """Ask it to end, as a service manager does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=30)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it without any warning, as a power cut does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=30)


@contextmanager
def serving(data: Path, *options: str, port: int | None = None, **settings: str) -> Iterator[Server]:
    """A server that is ready, and ends well afterwards unless the test has ended it already."""
    server = Server(data, data.with_name(f"{data.name}-{free_port()}.log"), *options, port=port, **settings)
    try:
        server.wait_until_ready()
        yield server
        if server.process.poll() is None:
            assert server.stop() == 0, server.printed()
    finally:
        server.kill()
