"""Pages of any size, one after the other, are the sorted list; also while others write."""

import json
import threading
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlog.domain.api_keys import Caller
from sightlog.domain.use_cases import UseCase
from sightlog.operations.queries import query_events
from tests.contract.backends import Backend
from tests.contract.plant import Plant
from tests.contract.sealing import sealing
from tests.evaluator import newest_first
from tests.profiles import examples
from tests.strategies import MICROSECONDS, QUARTER_HOURS, moment_text, storable_text

Json = dict[str, Any]

FILTERED: Json = {"customMetadataFilters": [{"field": "shift", "operator": "eq", "value": "night"}]}


@pytest.fixture(scope="module", autouse=True, params=["as in service", "small segments"])
def seals(request: pytest.FixtureRequest) -> Iterator[None]:
    """Also with segments so small that pages cross them."""
    with sealing(request.param):
        yield


@pytest.fixture(scope="module")
def plant(kind: type[Backend], seals: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """One store for the module; every example has a use case of its own."""
    backend = kind(Path(tmp_path_factory.mktemp("paging")) / "data")
    plant = Plant(backend, backend.open())
    yield plant
    plant.store.close()


numbers = count()


def new_use_case(plant: Plant) -> UseCase:
    return plant.use_case(f"use case {next(numbers)}")


def pages(plant: Plant, use_case: UseCase, limits: Sequence[int], filters: Json) -> Iterator[list[Json]]:
    """Every page of a query, each asked for with the next of the limits and the cursor of the one before."""
    caller = Caller(workspace=plant.mine, workspace_slug="mine", lookback_days=365, key=1, scopes=None)
    cursor: Json = {}
    for turn in count():
        body = {"useCaseId": use_case.id, "limit": limits[turn % len(limits)]} | filters | cursor
        page = query_events(plant.store, caller, json.dumps(body).encode())
        yield [json.loads(event.rest) for event in page.events]
        if page.next_cursor is None:
            return
        assert page.events, "an empty page that promises more"
        cursor = {"cursor": page.next_cursor}


event_ids = storable_text.map(lambda text: "".join(letter for letter in text if letter.isprintable()) + "~")
moments = st.builds(moment_text, st.integers(0, QUARTER_HOURS), st.sampled_from(MICROSECONDS))
few_moments = st.sampled_from([moment_text(0, 0), moment_text(0, 1), moment_text(1, 0)])
limits = st.lists(st.integers(1, 9), min_size=1, max_size=3)


@settings(max_examples=examples(1))
@given(
    places=st.dictionaries(event_ids, moments | few_moments, max_size=25),
    limits=limits,
    filters=st.sampled_from([{}, FILTERED]),
)
def test_pages_of_any_size_are_the_sorted_list(
    plant: Plant, places: dict[str, str], limits: list[int], filters: Json
) -> None:
    use_case = new_use_case(plant)
    suffix = f"/{use_case.id}"  # ids are unique in a workspace, and an equal end does not change their order much
    sent = [
        plant.event(use_case, eventId=id + suffix, timestamp=moment + "Z", customMetadata={"shift": "night"})
        for id, moment in places.items()
    ]
    other = plant.event(use_case, timestamp=moment_text(0, 0) + "Z", customMetadata={"shift": "morning"})
    plant.add(*sent, other)
    expected = newest_first(sent if filters else [*sent, other])
    found = [event["eventId"] for page in pages(plant, use_case, limits, filters) for event in page]
    assert found == [event["eventId"] for event in expected]


def test_ids_of_the_same_microsecond_are_sorted_by_their_utf8_bytes(plant: Plant) -> None:
    """Code points above U+FFFF sort after all others by bytes, but before some of them as UTF-16."""
    use_case = new_use_case(plant)
    ids = ["a", "B", "aa", "é", "e\u0301", "￿", "🏭", "\U0010ffff", "漢", "~"]
    plant.add(*[plant.event(use_case, eventId=id, timestamp=moment_text(0, 0) + "Z") for id in ids])
    found = [event["eventId"] for page in pages(plant, use_case, [1], {}) for event in page]
    assert found == sorted(ids, key=str.encode, reverse=True)


class Writer(threading.Thread):
    """Inserts new events and overwrites some of the old ones until it is told to stop."""

    def __init__(self, plant: Plant, use_case: UseCase, ids: list[str]) -> None:
        super().__init__()
        self.plant = plant
        self.use_case = use_case
        self.ids = ids
        self.enough = threading.Event()
        self.written = threading.Semaphore(0)

    def run(self) -> None:
        for turn in count(1):
            moved = self._event(self.ids[turn % len(self.ids)], turn * 7)
            fresh = self._event(f"fresh {self.use_case.id} {turn}", turn * 11)
            self.plant.add(moved, fresh)
            self.written.release()
            if self.enough.is_set():
                return

    def _event(self, id: str, seed: int) -> Json:
        place = moment_text(seed % QUARTER_HOURS, MICROSECONDS[seed % len(MICROSECONDS)])
        return {
            "eventId": id,
            "eventType": "custom",
            "useCaseId": self.use_case.id,
            "timestamp": place + "Z",
            "customMetadata": {"shift": "night"},
        }


@settings(max_examples=examples(0.2))
@given(limits=limits, filters=st.sampled_from([{}, FILTERED]))
def test_nothing_comes_twice_and_nothing_is_lost_while_others_write(
    plant: Plant, limits: list[int], filters: Json
) -> None:
    use_case = new_use_case(plant)
    steady, restless = (
        [
            plant.event(
                use_case,
                eventId=f"{name} {use_case.id} {n}",
                timestamp=moment_text(n % QUARTER_HOURS, MICROSECONDS[n % 5]) + "Z",
                customMetadata={"shift": "night"},
            )
            for n in range(60)
        ]
        for name in ("steady", "restless")
    )
    plant.add(*steady, *restless)
    writer = Writer(plant, use_case, [event["eventId"] for event in restless])
    writer.start()
    try:
        found = []
        for page in pages(plant, use_case, limits, filters):
            found += page
            assert writer.written.acquire(timeout=20), "the writer stopped"
    finally:
        writer.enough.set()
        writer.join()
    assert found == newest_first(found)
    places = [(event["timestamp"], event["eventId"]) for event in found]
    assert len(set(places)) == len(places)
    untouched = [event["eventId"] for event in found if event["eventId"].startswith("steady")]
    assert untouched == [event["eventId"] for event in newest_first(steady)]
