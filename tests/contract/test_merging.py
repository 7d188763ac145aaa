"""Small segments of the side index become larger ones beside everything else, and no answer changes by it."""

import time
from collections.abc import Iterator

import pytest

from sightlog.domain.use_cases import UseCase
from sightlog.store.opening import check_derived
from sightlog.store.sqlite.index import merging
from sightlog.store.sqlite.index.merging import Merge, prepare_merge, put_merge
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.plant import Json, OpenStore, Plant
from tests.contract.sealing import sealing
from tests.strategies import seeded_events

QUESTIONS: tuple[Json, ...] = (
    {},
    {"feedbackStatus": ["incorrect"]},
    {"feedbackStatus": ["none"]},
    {"hasWarnings": True},
    {"eventTypes": ["quality_check"]},
    {"customMetadataFilters": [{"field": "n", "operator": "gte", "value": 2}]},
    {"customMetadataFilters": [{"field": "n", "operator": "exists", "value": False}]},
)


@pytest.fixture(autouse=True)
def sizes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Segments of a few events, which nobody merges by himself."""
    with sealing("small segments"):
        monkeypatch.setattr(merging, "_LARGEST", 0)
        yield


def filled(plant: Plant) -> tuple[UseCase, list[Json]]:
    """Varied events, some of one time, with reviews, overwritten and deleted ones."""
    use_case = plant.use_case()
    made = [event | {"useCaseId": use_case.id} for event in seeded_events(60, 3, "merged")]
    made += [plant.event(use_case, customMetadata={"n": n % 4}) for n in range(20)]
    for event in made:
        plant.add(event)
    plant.add(*made[10:15])
    plant.add(*[plant.review(use_case, made[n]["eventId"], "incorrect") for n in (1, 5, 20)])
    plant.store.delete_events(plant.mine, use_case, [made[2]["eventId"], made[30]["eventId"]])
    return use_case, made


def answers(plant: Plant, use_case: UseCase) -> list[list[str]]:
    return [plant.ids(use_case, **question) for question in QUESTIONS]


def prepared(plant: Plant, largest: int) -> Merge:
    assert isinstance(plant.store, SqliteStore)
    plant.store._merger.close()  # it would see the size below as well, and be first
    with pytest.MonkeyPatch.context() as patch, plant.store._readers.snapshot() as connection:
        patch.setattr(merging, "_LARGEST", largest)
        merge = prepare_merge(connection)
    assert merge is not None
    return merge


def put(plant: Plant, merge: Merge) -> bool:
    assert isinstance(plant.store, SqliteStore)
    return plant.store._write_rows(lambda connection: put_merge(connection, merge))


def segments(plant: Plant) -> int:
    return int(plant.backend.rows("SELECT count(*) FROM segments")[0][0])


def problems(plant: Plant) -> list[str]:
    return check_derived(plant.backend.folder, lambda done, total: None)


@pytest.mark.parametrize("largest", [12, 30, 45])
def test_merged_segments_hold_what_the_small_ones_held(plant: Plant, largest: int) -> None:
    use_case, _ = filled(plant)
    before, many = answers(plant, use_case), segments(plant)
    merge = prepared(plant, largest)
    assert len(merge.merged) > 1
    assert put(plant, merge)
    assert segments(plant) == many - len(merge.merged) + 1
    assert answers(plant, use_case) == before
    assert problems(plant) == []


def test_what_happens_meanwhile_is_noted(plant: Plant) -> None:
    use_case, made = filled(plant)
    merge = prepared(plant, 60)
    plant.store.delete_events(plant.mine, use_case, [made[n]["eventId"] for n in (0, 7, 40)])
    plant.add(made[8], made[41])
    plant.add(*[plant.review(use_case, made[n]["eventId"], "correct") for n in (1, 9, 42)])
    before = answers(plant, use_case)
    assert put(plant, merge)
    assert answers(plant, use_case) == before
    assert problems(plant) == []
    plant.add(plant.review(use_case, made[9]["eventId"], "incorrect"))
    plant.store.delete_events(plant.mine, use_case, [made[10]["eventId"]])
    assert plant.status(made[9]["eventId"]) == "incorrect"
    assert problems(plant) == []


def test_a_segment_that_went_meanwhile_is_not_brought_back(plant: Plant) -> None:
    use_case, _ = filled(plant)
    merge = prepared(plant, 60)
    rows = plant.backend.rows("SELECT event_id FROM events WHERE seq <= ?", merge.merged[0].last_seq)
    plant.store.delete_events(plant.mine, use_case, [id for (id,) in rows])
    before, many = answers(plant, use_case), segments(plant)
    assert not put(plant, merge)
    assert (answers(plant, use_case), segments(plant)) == (before, many)
    assert problems(plant) == []


def test_events_of_one_time_keep_the_order_of_their_ids(plant: Plant) -> None:
    use_case = plant.use_case()
    ids = [f"e{n * 7 % 31:02}" for n in range(31)]
    for id in ids:
        plant.add(plant.event(use_case, eventId=id, timestamp="2026-08-13T08:00:00Z", deviceId="cam"))
    assert put(plant, prepared(plant, 16))
    device = {"deviceId": {"operator": "eq", "value": "cam"}}
    assert plant.ids(use_case, **device) == sorted(ids, reverse=True)
    first = plant.page(use_case, 5, **device)
    assert [event.event_id for event in first.events] == sorted(ids, reverse=True)[:5]
    assert problems(plant) == []


def test_use_cases_are_merged_apart(plant: Plant) -> None:
    one, other = plant.use_case("One"), plant.use_case("Other")
    for n in range(60):
        plant.add(plant.event(one if n % 2 else other))
    before = [answers(plant, use_case) for use_case in (one, other)]
    for _ in range(2):
        assert put(plant, prepared(plant, 12))
    assert [answers(plant, use_case) for use_case in (one, other)] == before
    assert problems(plant) == []


def test_an_open_store_merges_by_itself(plant: Plant, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    use_case, _ = filled(plant)
    before, many = answers(plant, use_case), segments(plant)
    monkeypatch.setattr(merging, "_LARGEST", 30)
    plant.reopen(open_store)
    until = time.monotonic() + 20
    while segments(plant) >= many // 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert segments(plant) < many // 2
    assert answers(plant, use_case) == before
    plant.store.close()
    assert problems(plant) == []
