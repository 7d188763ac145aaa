"""The official SDK and command line, pointed at the live server as their documentation says."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.expect import Caller
from tests.processes import Server, clean_environment

WORKER = Path(__file__).with_name("sdk_worker.py")
COMMAND = [sys.executable, "-c", "from roboflow.roboflowpy import main; main()"]


class SdkError(Exception):
    """What the SDK raised: `kind` is the name of its class."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Sdk:
    """The SDK's workspace object, in its own process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(WORKER)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, method: str, *args: Any, **kwargs: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"method": method, "args": args, "kwargs": kwargs}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the SDK's process ended; run tests/clients/sdk_worker.py by hand to see why"
        reply = json.loads(line)
        if "error" in reply:
            raise SdkError(reply["type"], reply["error"])
        return reply["result"]

    def close(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture(scope="session")
def client_environment(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, str]]:
    """What a user sets: the address and a key. The machine's own configuration is out of reach."""
    home = tmp_path_factory.mktemp("home")

    def environment(key: str) -> dict[str, str]:
        return clean_environment(
            API_URL=server.url,
            ROBOFLOW_API_KEY=key,
            ROBOFLOW_CONFIG_DIR=str(home / "config.json"),  # in spite of its name it names a file
            HOME=str(home),
        )

    return environment


@pytest.fixture(scope="session")
def sdk(client_environment: Callable[[str], dict[str, str]], caller: Caller) -> Iterator[Sdk]:
    """The official SDK with the key of the first workspace."""
    running = Sdk(client_environment(caller.key))
    yield running
    running.close()


Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(client_environment: Callable[[str], dict[str, str]], caller: Caller) -> Cli:
    """The official command line: `cli("query", use_case)`; `key=` for another key, `exit_code=` for a failure."""

    def run(*arguments: str, key: str = caller.key, exit_code: int = 0) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [*COMMAND, "vision-events", *arguments],
            env=client_environment(key),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == exit_code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run
