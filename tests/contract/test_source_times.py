"""When many sources were heard, asked at once, equals what a plain walk over the events says."""

from collections.abc import Iterator
from random import Random

import pytest
from msgspec import convert

from sightlog.domain.filters import EventFilters, Selection, select
from sightlog.domain.times import format_timestamp
from sightlog.domain.use_cases import UseCase
from tests.contract.plant import HOUR, NOW, Plant
from tests.contract.sealing import SEALS, sealing

Heard = dict[str, list[int]]


@pytest.fixture(autouse=True, params=SEALS)
def seals(request: pytest.FixtureRequest) -> Iterator[None]:
    with sealing(request.param):
        yield


def filled(plant: Plant, devices: int) -> tuple[UseCase, Heard]:
    """Events of some devices at random times, some at the same, a few of them deleted; and when each was heard."""
    random = Random(f"sources {devices}")
    use_case = plant.use_case()
    heard: Heard = {}
    for n in range(150):
        device = f"cam-{int(random.random() ** 2 * devices)}"
        at = NOW - random.randrange(60) * HOUR // 10
        plant.add(plant.event(use_case, eventId=f"e{n}", deviceId=device, timestamp=format_timestamp(at)))
        if n % 10:
            heard.setdefault(device, []).append(at)
    plant.add(plant.review(use_case, "e1", "correct", deviceId="cam-0", timestamp=format_timestamp(NOW)))
    plant.store.delete_events(plant.mine, use_case, [f"e{n}" for n in range(0, 150, 10)])
    return use_case, {device: sorted(times, reverse=True) for device, times in heard.items()}


def observations(use_case: UseCase, **more: object) -> Selection:
    return select(convert({"useCaseId": use_case.id, "eventTypes": ["quality_check"]} | more, EventFilters))


@pytest.mark.parametrize("devices", [3, 30])
@pytest.mark.parametrize("limit", [1, 4, 1000])
def test_newest_times_are_those_of_each_source(plant: Plant, devices: int, limit: int) -> None:
    use_case, heard = filled(plant, devices)
    names = [*heard, "cam-nobody"]
    found = plant.store.newest_times_of(plant.mine, use_case, observations(use_case), "device", names, limit)
    assert found == {name: heard.get(name, [])[:limit] for name in names}


@pytest.mark.parametrize("devices", [3, 30])
def test_heard_are_those_with_an_event_in_their_own_span(plant: Plant, devices: int) -> None:
    use_case, heard = filled(plant, devices)
    random = Random("spans")
    for _ in range(20):
        spans = {}
        for name in [*heard, "cam-nobody"]:
            start = NOW - random.randrange(70) * HOUR // 10
            spans[name] = (start, start + random.randrange(20) * HOUR // 10)
        start, end = min(one for one, _ in spans.values()), max(one for _, one in spans.values())
        within = observations(use_case, startTime=format_timestamp(start), endTime=format_timestamp(end))
        found = plant.store.heard_between(plant.mine, use_case, within, "device", spans)
        expected = {
            name for name, (start, end) in spans.items() if any(start <= at <= end for at in heard.get(name, []))
        }
        assert found == expected
