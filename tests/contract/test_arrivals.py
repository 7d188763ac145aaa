"""What a list asks each second: how many of the events that match have come since it was made."""

from msgspec import convert

from sightlog.domain.filters import EventFilters, select
from sightlog.domain.stored import Arrivals
from sightlog.domain.use_cases import UseCase
from tests.contract.plant import Plant


def arrivals(plant: Plant, use_case: UseCase, after: int, at_most: int = 1000, **filters: object) -> Arrivals:
    selection = select(convert({"useCaseId": use_case.id} | filters, EventFilters))
    return plant.store.count_arrivals(plant.mine, use_case, selection, after, at_most)


def test_only_what_came_later_and_matches_counts(plant: Plant) -> None:
    use_case, other = plant.use_case(), plant.use_case("Press")
    plant.add(plant.event(use_case, deviceId="a"))
    seen = plant.page(use_case).last_sequence
    assert arrivals(plant, use_case, seen) == Arrivals(count=0, last_sequence=seen)
    plant.add(
        plant.event(use_case, deviceId="a"),
        plant.event(use_case, deviceId="b", eventData={"result": "fail"}),
        plant.event(other, deviceId="a"),
    )
    assert arrivals(plant, use_case, seen) == Arrivals(count=2, last_sequence=seen + 3)
    assert arrivals(plant, use_case, seen, outcomes=["fail", "alert"]).count == 1
    assert arrivals(plant, use_case, seen, deviceId={"operator": "neq", "value": "b"}).count == 1
    assert arrivals(plant, use_case, seen, deviceId={"operator": "eq", "value": "c"}).count == 0


def test_an_event_that_came_late_counts_although_its_time_is_old(plant: Plant) -> None:
    """A box without a network for a day sends what it kept: by time it is old, but nobody has seen it."""
    use_case = plant.use_case()
    plant.add(plant.event(use_case))
    seen = plant.page(use_case).last_sequence
    plant.add(plant.event(use_case, timestamp="2026-08-01T00:00:00Z"))
    assert arrivals(plant, use_case, seen).count == 1
    assert arrivals(plant, use_case, seen, startTime="2026-08-10").count == 0


def test_an_overwritten_event_counts_once(plant: Plant) -> None:
    use_case = plant.use_case()
    event = plant.event(use_case)
    plant.add(event)
    seen = plant.page(use_case).last_sequence
    plant.add(event)
    plant.add(event)
    assert arrivals(plant, use_case, seen).count == 1


def test_it_looks_at_so_many_arrivals_and_no_more(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case) for _ in range(5)])
    assert arrivals(plant, use_case, 0, at_most=3).count == 3
