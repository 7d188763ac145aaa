"""No read of the store walks over all events, or sorts them, for one page: how SQLite means to answer is looked at."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from sightlog.domain.use_cases import UseCase
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.plant import Plant

Read = Callable[[Plant, UseCase], object]

READS: dict[str, Read] = {
    "a page": lambda plant, use_case: plant.page(use_case, 5),
    "the next page": lambda plant, use_case: plant.page(use_case, 5, endTime="2026-08-13T08:00:09Z"),
    "a page of a filter": lambda plant, use_case: plant.page(use_case, 5, eventTypes=["quality_check"]),
    "one event": lambda plant, use_case: plant.store.find_event(plant.mine, "event-1"),
    "the latest arrivals": lambda plant, use_case: plant.store.latest_events(plant.mine, 5),
    "a page of an export": lambda plant, use_case: plant.store.export_events(plant.mine, None, 3, 5),
    "the same of a use case": lambda plant, use_case: plant.store.export_events(plant.mine, use_case.number, 3, 5),
    "the list of use cases": lambda plant, use_case: plant.store.list_use_cases(plant.mine, None),
    "facets": lambda plant, use_case: plant.store.facets(plant.mine, use_case, 10),
    "whose feedback": lambda plant, use_case: plant.store.reviewers(plant.mine, ["event-1"]),
}


@contextmanager
def traced(store: SqliteStore) -> Iterator[list[str]]:
    """The statements that readers run meanwhile, with their values."""
    said: list[str] = []
    connections = [one for readers in (store._readers, store._short_readers) for one in readers._connections.queue]
    for connection in connections:
        connection.set_trace_callback(said.append)
    yield said
    for connection in connections:
        connection.set_trace_callback(None)


@pytest.mark.parametrize("name", READS)
def test_a_read_neither_walks_over_all_events_nor_sorts_them(plant: Plant, name: str) -> None:
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case, deviceId=f"cam-{n}", customMetadata={"n": n}) for n in range(20)])
    plant.add(plant.review(use_case, "event-1", "correct"))
    assert isinstance(plant.store, SqliteStore)
    with traced(plant.store) as statements:
        assert READS[name](plant, use_case)
    asked = [one for one in statements if "FROM events" in one]
    assert asked or name in ("facets", "the list of use cases")
    with closing(sqlite3.connect(plant.backend.database)) as connection:
        for statement in asked:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert not [step for step in plan if "TEMP B-TREE" in step or step in ("SCAN e", "SCAN events")], plan
