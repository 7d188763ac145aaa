"""A store with its blobs, as a server has them, with the clock in the test's hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.backends import BACKENDS, Backend
from tests.operations.site import Site
from tests.profiles import load_profile

load_profile()


@pytest.fixture(scope="session", params=list(BACKENDS))
def kind(request: pytest.FixtureRequest) -> type[Backend]:
    """Every backend in turn."""
    return BACKENDS[request.param]


@pytest.fixture
def site(kind: type[Backend], tmp_path: Path) -> Iterator[Site]:
    """A fresh one with two workspaces."""
    made = Site(kind(tmp_path / "data"))
    yield made
    made.store.close()
