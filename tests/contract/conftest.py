"""The store, opened anew for a test, or once for a module whose tests each use a workspace of their own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sightlog.domain.limits import Limits
from sightlog.store.contract import Store
from sightlog.store.sqlite.connection import StoreConnection, open_for_writing
from sightlog.store.sqlite.migrating import migrate
from tests.contract.backends import BACKENDS, Backend
from tests.contract.plant import OpenStore, Plant
from tests.profiles import load_profile

load_profile()


@pytest.fixture(scope="session", params=list(BACKENDS))
def kind(request: pytest.FixtureRequest) -> type[Backend]:
    """Every backend in turn."""
    return BACKENDS[request.param]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreConnection]:
    """SQLite's tables, empty, without a store that uses them."""
    with closing(open_for_writing(tmp_path_factory.mktemp("tables"))) as opened:
        opened.execute("PRAGMA synchronous = OFF")
        migrate(opened)
        yield opened


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
