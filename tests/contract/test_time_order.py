"""The oldest and the newest events are told from the side index, whatever is sealed, joined, deleted or late."""

from functools import partial
from random import Random

import pytest
from msgspec import convert

from sightlog.domain.cursor import Position
from sightlog.domain.filters import EventFilters, select
from sightlog.domain.times import format_timestamp
from sightlog.store.sqlite.index.reading import IndexView
from sightlog.store.sqlite.store import SqliteStore
from sightlog.store.sqlite.transaction import SqliteTransaction
from tests.contract.plant import NOW, SECOND, Plant
from tests.contract.sealing import SEALS, sealing

Row = tuple[int, int]


@pytest.mark.parametrize("sizes", SEALS)
def test_the_oldest_and_the_newest_are_those_of_the_rows(plant: Plant, sizes: str) -> None:
    """Also in the commit that is being made, which is where retention asks."""
    random = Random(sizes)
    with sealing(sizes):
        use_case, other = plant.use_case(), plant.use_case("another")
        store = plant.store
        assert isinstance(store, SqliteStore)
        for number in range(60):
            moment = format_timestamp(NOW - random.randrange(20) * SECOND)
            plant.add(plant.event(use_case if number % 3 else other, eventId=f"e{number}", timestamp=moment))
            if number % 4 == 3:
                store.delete_events(plant.mine, use_case, [f"e{random.randrange(number)}"])
            cutoff, limit = NOW - random.randrange(20) * SECOND, random.randrange(1, 30)
            rows = "SELECT timestamp, seq FROM events WHERE use_case = ? ORDER BY timestamp, seq"
            there = plant.backend.rows(rows, use_case.number)
            older = [row for row in there if row[0] < cutoff]
            with store._learned(store._readers) as (connection, _, _):
                view = IndexView(connection, store._index, use_case.number)
                assert view.newest_time() == (there[-1][0] if there else None)
                assert view.count_before(cutoff) == (len(older), older[0][0] if older else 2**62)
                _check_oldest(view.oldest(limit), there, limit)
            found, some = store._write(partial(_ask, store, use_case.number, limit, cutoff))
            _check_oldest(found, there, limit)
            assert len(some) == len(set(some)) == min(limit, len(older))
            assert set(some) <= {row[1] for row in older}


def _ask(
    store: SqliteStore, use_case: int, limit: int, cutoff: int, transaction: SqliteTransaction
) -> tuple[list[Row], list[int]]:
    view = IndexView(transaction.connection, store._index, use_case, in_commit=True)
    return view.oldest(limit), view.some_before(cutoff, limit)


def test_of_a_commit_that_is_being_made_nothing_is_remembered(plant: Plant) -> None:
    """It may fail, and the number of its segment be given to another one."""
    with sealing("small segments"):
        use_case = plant.use_case()
        for _ in range(30):
            plant.add(plant.event(use_case))
        store = plant.store
        assert isinstance(store, SqliteStore)
        store._write(partial(_ask, store, use_case.number, 20, NOW))
        assert store._index.memory.columns.bytes == 0
        for _ in range(2):  # from the rows, and then from what is remembered of them
            page = plant.page(use_case, startTime="2026-08-13T08:00:05Z", endTime="2026-08-13T08:00:20Z")
            assert len(page.events) == 16
            assert store._index.memory.columns.bytes


def _check_oldest(found: list[Row], there: list[Row], limit: int) -> None:
    """Of equal times any will do."""
    assert [time for time, _ in found] == [time for time, _ in there[:limit]]
    assert len(set(found)) == len(found)
    assert set(found) <= set(there)


@pytest.mark.parametrize("sizes", SEALS)
@pytest.mark.parametrize("filters", [{}, {"eventTypes": ["quality_check"]}])
def test_pages_go_through_events_of_one_time_in_the_order_of_their_ids(
    plant: Plant, sizes: str, filters: dict[str, list[str]]
) -> None:
    random = Random(sizes)
    with sealing(sizes):
        use_case = plant.use_case()
        names = [f"{random.randrange(10**6):06}" for _ in range(70)]
        for name in names:
            plant.add(plant.event(use_case, eventId=name, timestamp="2026-08-13T08:00:00Z"))
        gone = names[::7]
        plant.store.delete_events(plant.mine, use_case, gone)
        selection = select(convert({"useCaseId": use_case.id} | filters, EventFilters))
        before: Position | None = None
        seen: list[str] = []
        for _ in range(20):
            page = plant.store.find_events(plant.mine, use_case, selection, before, 7)
            seen += [event.event_id for event in page.events]
            before = page.next
            if before is None:
                break
        assert seen == sorted(set(names) - set(gone), reverse=True)
