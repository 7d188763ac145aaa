"""Answers are given again until something is written, and are never older than what was acknowledged; what matched in
sealed segments is remembered, and what happened to their events since is seen all the same."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from sightlog.domain.use_cases import UseCase, UseCaseStatus
from sightlog.store.sqlite import answers, counts_tables
from sightlog.store.sqlite.answers import Answers
from sightlog.store.sqlite.counts_tables import TablesMemory
from sightlog.store.sqlite.index import remembered
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.remembered import SegmentMemory
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.plant import NOW, SECOND, Plant
from tests.contract.sealing import SEALS, sealing


def overviews(plant: Plant, use_case: UseCase) -> list[object]:
    store = plant.store
    return [
        store.facets(plant.mine, use_case, 100),
        store.metadata_schema(plant.mine, use_case, of_images=False),
        store.list_use_cases(plant.mine, None),
    ]


FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"eventFieldFilters": [{"column": "result", "operator": "eq", "value": "fail"}]},
    {"feedbackStatus": ["correct"]},
    {"feedbackStatus": ["none"]},
    {"customMetadataFilters": [{"field": "shift", "operator": "neq", "value": "s1"}]},
    {"customMetadataFilters": [{"field": "shift", "operator": "in", "value": ["s1", "s2"]}]},
    {"deviceId": {"operator": "eq", "value": "cam-1"}},
)


def everything(plant: Plant, use_case: UseCase, forget: Callable[[], None]) -> list[object]:
    """The overviews, and what each filter finds; before each question `forget` is called."""
    said: list[object] = []
    for ask in (overviews, *(partial(_found, filters=filters) for filters in FILTERS)):
        forget()
        said.append(ask(plant, use_case))
    return said


def _found(plant: Plant, use_case: UseCase, filters: dict[str, Any]) -> object:
    return plant.ids(use_case, **filters), plant.count(use_case, **filters)


@pytest.mark.parametrize("most_bytes", [3_000, 10**6])
@pytest.mark.parametrize("sizes", SEALS)
def test_answers_are_those_of_a_store_that_remembers_nothing(
    plant: Plant, sizes: str, most_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random, store = Random(sizes), plant.store
    assert isinstance(store, SqliteStore)
    index: SideIndex = store._index
    use_case = plant.use_case()
    names: list[str] = []

    def post() -> None:
        event = plant.event(
            use_case,
            deviceId=f"cam-{random.randrange(3)}",
            eventData={"result": random.choice(["pass", "fail"])},
            customMetadata={"shift": f"s{random.randrange(3)}"},
        )
        names.append(event["eventId"])
        plant.submit(event).result(timeout=60)

    def post_batch() -> None:
        plant.add_batch([plant.event(use_case, customMetadata={"n": random.randrange(5)}) for _ in range(9)]).result(60)

    def overwrite() -> None:
        plant.submit(plant.event(use_case, eventId=random.choice(names), customMetadata={"shift": "s1"})).result(60)

    def review() -> None:
        plant.submit(plant.review(use_case, random.choice(names), random.choice(["correct", "incorrect"]))).result(60)

    def delete() -> None:
        store.delete_events(plant.mine, use_case, [random.choice(names)])

    def rename() -> None:
        store.rename_use_case(plant.mine, use_case.id, f"Line {random.randrange(10**9)}", NOW)

    def archive() -> None:
        store.set_use_case_status(plant.mine, use_case.id, UseCaseStatus.INACTIVE, NOW)
        store.set_use_case_status(plant.mine, use_case.id, UseCaseStatus.ACTIVE, NOW + SECOND)

    ways: list[Callable[[], None]] = [post, post, post, post_batch, overwrite, review, review, delete, rename, archive]
    with sealing(sizes):
        post()
        monkeypatch.setattr(remembered, "_MOST_BYTES_OF_COLUMNS", most_bytes)
        monkeypatch.setattr(remembered, "_MOST_BYTES_OF_MATCHES", most_bytes)
        monkeypatch.setattr(counts_tables, "_MOST_BYTES", most_bytes)
        memory, tables = SegmentMemory(), TablesMemory()

        def remember() -> None:
            index.memory, store._memory.counts.waiting._tables = memory, tables

        def forget() -> None:
            store._answers, index.memory = Answers(), SegmentMemory()
            store._memory.counts.waiting._tables = TablesMemory()

        for _ in range(40):
            random.choice(ways)()
            assert everything(plant, use_case, remember) == everything(plant, use_case, forget)


def test_the_same_answer_is_given_until_something_is_written(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case))
    overviews(plant, use_case)  # has it learned, which is written
    plant.wait_until_tidy()
    first, again = overviews(plant, use_case), overviews(plant, use_case)
    assert all(one is other for one, other in zip(first, again, strict=True))
    plant.add(plant.event(use_case))
    assert overviews(plant, use_case)[0] is not first[0]


def test_answers_of_an_older_version_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_MOST", 2)
    kept = Answers()
    assert kept.give(5, "a", lambda: "new") == "new"
    assert kept.give(4, "a", lambda: "old") == "old"
    assert kept.give(5, "a", lambda: "another") == "new"
    assert kept.give(5, "b", lambda: "b") == "b"
    assert [kept.give(5, "c", lambda text=text: text) for text in ("c", "too many")] == ["c", "too many"]
    assert kept.give(6, "a", lambda: "newer") == "newer"


def test_an_answer_that_took_until_something_was_written_is_not_kept_for_that() -> None:
    kept = Answers()

    def find() -> str:
        assert kept.give(2, "a", lambda: "of two") == "of two"
        return "of one"

    assert kept.give(1, "a", find) == "of one"
    assert kept.give(2, "a", lambda: "found anew") == "of two"
