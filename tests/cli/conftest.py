"""A data folder that a running server holds, and one that nobody holds: every command must work on both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Server, sightlog

Json = dict[str, Any]
Run = Callable[..., Any]


@pytest.fixture(scope="session")
def quiet_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder without a server, already with its first workspace and another one."""
    folder = tmp_path_factory.mktemp("quiet") / "data"
    sightlog("keys", "create", "--name", "first", data=folder)
    sightlog("workspaces", "create", "other-plant", data=folder)
    return folder


@pytest.fixture(params=["with a server", "without a server"])
def data(request: pytest.FixtureRequest) -> Path:
    """A data folder of either kind."""
    if request.param == "without a server":
        folder: Path = request.getfixturevalue("quiet_folder")
        return folder
    request.getfixturevalue("stranger")  # so that there is another workspace
    server: Server = request.getfixturevalue("server")
    return server.data
