"""The store, opened anew for a test, or once for a module whose tests each use a workspace of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sightlog.domain.limits import Limits
from sightlog.store.contract import Store
from tests.contract.backends import BACKENDS, Backend
from tests.contract.plant import OpenStore, Plant
from tests.profiles import load_profile

load_profile()


@pytest.fixture(scope="session", params=list(BACKENDS))
def kind(request: pytest.FixtureRequest) -> type[Backend]:
    """Every backend in turn."""
    return BACKENDS[request.param]


@pytest.fixture
def backend(kind: type[Backend], tmp_path: Path) -> Backend:
    """An empty place for a store."""
    return kind(tmp_path / "data")


@pytest.fixture
def open_store(backend: Backend) -> Iterator[OpenStore]:
    """Opens the store with some limits; whatever is open at the end is closed."""
    opened: list[Store] = []

    def open_it(**limits: float) -> Store:
        opened.append(backend.open(Limits(**limits)))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    """A fresh store with the default limits."""
    return open_store()


@pytest.fixture
def plant(backend: Backend, store: Store) -> Plant:
    """A fresh store with two workspaces."""
    return Plant(backend, store)
