"""One running server for the whole session, with two workspaces so that leaks show."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.builders import new_name
from tests.expect import Caller
from tests.processes import Server, serving, sightlog

OTHER_WORKSPACE = "other-plant"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A live server; that it ends well on SIGTERM is part of the run."""
    # Most tests make a use case of their own.
    limits = {"SIGHTLOG_USE_CASES_PER_WORKSPACE": "100000"}
    with serving(tmp_path_factory.mktemp("session") / "data", **limits) as running:
        yield running


def _caller(http: httpx.Client, key: str) -> Caller:
    workspace = http.post("/", params={"api_key": key}).json()["workspace"]
    return Caller(http, key, workspace)


@pytest.fixture(scope="session")
def caller(server: Server) -> Iterator[Caller]:
    """Somebody with full access to the first workspace."""
    key = sightlog("keys", "create", "--name", "tests", data=server.data).stdout.strip()
    with server.client(key) as http:
        yield _caller(http, key)


@pytest.fixture(scope="session")
def stranger(server: Server) -> Iterator[Caller]:
    """Somebody with full access to another workspace of the same server."""
    sightlog("workspaces", "create", OTHER_WORKSPACE, data=server.data)
    arguments = ("keys", "create", "--name", "strangers", "--workspace", OTHER_WORKSPACE)
    key = sightlog(*arguments, data=server.data).stdout.strip()
    with server.client(key) as http:
        yield _caller(http, key)


def _with_scope(server: Server, scope: str) -> httpx.Client:
    key = sightlog("keys", "create", "--name", scope, "--scope", scope, data=server.data).stdout.strip()
    return server.client(key)


@pytest.fixture(scope="session")
def reader(server: Server) -> Iterator[httpx.Client]:
    """Requests with a key of the first workspace that may only read."""
    with _with_scope(server, "vision-events:read") as http:
        yield http


@pytest.fixture(scope="session")
def writer(server: Server) -> Iterator[httpx.Client]:
    """Requests with a key of the first workspace that may only write."""
    with _with_scope(server, "vision-events:write") as http:
        yield http


@pytest.fixture(scope="session")
def nobody(server: Server) -> Iterator[httpx.Client]:
    """Requests without any key."""
    with server.client(None) as http:
        yield http


@pytest.fixture(scope="session", params=["no key", "wrong key"])
def outsider(server: Server, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """Requests without a key, and with one that nobody has given out."""
    with server.client("sl_" + "0a" * 32 if request.param == "wrong key" else None) as http:
        yield http


@pytest.fixture
def use_case(caller: Caller) -> str:
    """A fresh use case."""
    return caller.new_use_case(new_name())


@pytest.fixture
def other_use_case(caller: Caller) -> str:
    """One more fresh use case of the same workspace."""
    return caller.new_use_case(new_name("Warehouse"))


@pytest.fixture
def strangers_use_case(stranger: Caller) -> str:
    """A fresh use case of the other workspace."""
    return stranger.new_use_case(new_name("Secret line"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a data folder of this test's own can be made."""
    return tmp_path / "data"
