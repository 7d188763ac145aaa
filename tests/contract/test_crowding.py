"""Values, sources and classes are counted exactly up to a limit; beyond it the counts are dropped, for good."""

from collections.abc import Callable

import pytest

from sightlog.domain.errors import StorageFull
from sightlog.domain.use_cases import UseCase
from sightlog.store.contract import Store
from tests.contract.backends import Backend
from tests.contract.plant import OpenStore, Plant

LIMIT = 5
MANY = 100


@pytest.fixture
def open_small(open_store: OpenStore) -> Callable[[], Store]:
    return lambda: open_store(values_per_field=LIMIT, sources_per_use_case=LIMIT)


@pytest.fixture
def plant(backend: Backend, open_small: Callable[[], Store]) -> Plant:
    """A store that takes a handful of values for many."""
    return Plant(backend, open_small())


@pytest.fixture
def use_case(plant: Plant) -> UseCase:
    return plant.use_case()


def add_values(plant: Plant, use_case: UseCase, count: int, name: str = "serial") -> None:
    """So many different values of a field, one event each."""
    for number in range(count):
        plant.add(plant.event(use_case, eventId=f"{name}-{number}", customMetadata={name: f"no {number}"}))


def test_up_to_the_limit_values_are_counted_exactly(plant: Plant, use_case: UseCase) -> None:
    add_values(plant, use_case, LIMIT)
    facet = plant.store.facets(plant.mine, use_case, MANY).custom_metadata["serial"]
    assert (facet.many_values, len(facet.values)) == (False, LIMIT)
    plant.check_statistics()


def test_beyond_the_limit_suggestions_come_from_the_newest_events(plant: Plant, use_case: UseCase) -> None:
    add_values(plant, use_case, LIMIT + 1)
    facet = plant.store.facets(plant.mine, use_case, MANY).custom_metadata["serial"]
    assert facet.many_values
    assert sorted(str(one.value) for one in facet.values) == [f"no {number}" for number in range(LIMIT + 1)]
    assert {one.type for one in facet.values} == {"string"}
    plant.check_statistics()


def test_a_crowded_field_is_still_counted_in_the_schema_and_found_by_filters(plant: Plant, use_case: UseCase) -> None:
    add_values(plant, use_case, LIMIT + 3)
    schema = plant.store.metadata_schema(plant.mine, use_case, of_images=False)
    assert schema.fields["serial"].count == LIMIT + 3
    for value, count in (("no 0", 1), ("no 99", 0)):
        condition = {"field": "serial", "operator": "eq", "value": value}
        assert plant.count(use_case, customMetadataFilters=[condition]).count == count


def test_a_field_stays_crowded_after_its_values_are_gone_and_after_a_restart(
    plant: Plant, use_case: UseCase, open_small: Callable[[], Store]
) -> None:
    add_values(plant, use_case, LIMIT + 1)
    for number in range(LIMIT + 1):
        plant.add(plant.event(use_case, eventId=f"serial-{number}", customMetadata={"serial": "the same"}))
    plant.reopen(open_small)
    plant.add(plant.event(use_case, customMetadata={"serial": "one more"}))
    assert plant.store.facets(plant.mine, use_case, MANY).custom_metadata["serial"].many_values
    plant.check_statistics()


def test_values_that_come_and_go_do_not_crowd_a_field(plant: Plant, use_case: UseCase) -> None:
    """Only different values at the same time count against the limit, also across restarts."""
    for number in range(3 * LIMIT):
        plant.add(plant.event(use_case, eventId="e", customMetadata={"serial": number}))
    assert not plant.store.facets(plant.mine, use_case, MANY).custom_metadata["serial"].many_values
    plant.check_statistics()


def test_one_field_does_not_crowd_another_nor_another_use_case(plant: Plant, use_case: UseCase) -> None:
    other = plant.use_case("Weld line")
    add_values(plant, use_case, LIMIT + 1)
    add_values(plant, use_case, 2, "ser")
    add_values(plant, other, 2, "serial")
    assert not plant.store.facets(plant.mine, use_case, MANY).custom_metadata["ser"].many_values
    assert not plant.store.facets(plant.mine, other, MANY).custom_metadata["serial"].many_values
    plant.check_statistics()


def test_image_metadata_crowds_apart_from_the_events_metadata(plant: Plant, use_case: UseCase) -> None:
    for number in range(LIMIT + 1):
        plant.add(plant.event(use_case, customMetadata={"n": 0}, images=[{"metadata": {"n": number}}]))
    facets = plant.store.facets(plant.mine, use_case, MANY)
    assert facets.image_metadata["n"].many_values
    assert not facets.custom_metadata["n"].many_values
    assert [(one.value, one.type) for one in facets.custom_metadata["n"].values] == [(0, "number")]
    plant.check_statistics()


def test_truth_values_of_a_crowded_field_stay_truth_values(plant: Plant, use_case: UseCase) -> None:
    add_values(plant, use_case, LIMIT + 1)
    plant.add(plant.event(use_case, customMetadata={"serial": True}))
    values = plant.store.facets(plant.mine, use_case, MANY).custom_metadata["serial"].values
    assert [one.value for one in values if one.type == "boolean"] == [True]


def test_crowded_devices_are_suggested_from_the_newest_events(plant: Plant, use_case: UseCase) -> None:
    for number in range(LIMIT + 2):
        plant.add(plant.event(use_case, deviceId=f"cam-{number}", streamId="line-1", eventData={"result": "fail"}))
    facets = plant.store.facets(plant.mine, use_case, MANY)
    assert sorted(one.value for one in facets.devices) == [f"cam-{number}" for number in range(LIMIT + 2)]
    assert [(one.value, one.count, one.fails) for one in facets.streams] == [("line-1", LIMIT + 2, LIMIT + 2)]
    assert plant.count(use_case, deviceId={"operator": "eq", "value": "cam-3"}).count == 1
    plant.check_statistics()


def test_crowded_classes_are_suggested_from_the_newest_events_and_found(plant: Plant, use_case: UseCase) -> None:
    for number in range(LIMIT + 2):
        plant.add(plant.event(use_case, images=[{"classifications": [{"class": f"part.{number}"}]}]))
    facets = plant.store.facets(plant.mine, use_case, MANY)
    assert sorted(one.value for one in facets.detection_classes) == [f"part.{number}" for number in range(LIMIT + 2)]
    assert plant.count(use_case, detection={"operator": "eq", "value": "part.3"}).count == 1
    plant.check_statistics()


def test_a_batch_may_crowd_a_group_in_one_commit(plant: Plant, use_case: UseCase) -> None:
    events = [plant.event(use_case, deviceId=f"cam-{n}", customMetadata={"serial": n}) for n in range(3 * LIMIT)]
    plant.add(*events)
    plant.check_statistics()
    plant.add(*[event | {"deviceId": "cam-1"} for event in events])
    plant.check_statistics()


def test_a_commit_that_fails_crowds_nothing(plant: Plant, use_case: UseCase) -> None:
    """What the writer remembers of a commit must go with it."""
    plant.add(plant.event(use_case, deviceId="cam-1", customMetadata={"serial": 1}))
    long = {f"text {n}": "x" * 1000 for n in range(90)}
    batch = [plant.event(use_case, deviceId=f"c{n}", customMetadata={"serial": n, **long}) for n in range(3 * LIMIT)]
    with plant.backend.full_disk():
        failed = plant.submit(*batch).exception(timeout=60)
    assert isinstance(failed, StorageFull)
    plant.add(plant.event(use_case, deviceId="cam-2", customMetadata={"serial": 2}))
    facets = plant.store.facets(plant.mine, use_case, MANY)
    assert [one.value for one in facets.devices] == ["cam-1", "cam-2"]
    assert not facets.custom_metadata["serial"].many_values
    assert plant.summary(use_case).event_count == 2
    plant.check_statistics()


def test_a_name_that_sorts_after_all_others_is_dropped_with_them(plant: Plant, use_case: UseCase) -> None:
    names = ["\U0010ffff", *(f"cam-{number}" for number in range(LIMIT))]
    for name in names:
        plant.add(plant.event(use_case, deviceId=name, images=[{"classifications": [{"class": name}]}]))
    plant.check_statistics()
    assert {one.value for one in plant.store.facets(plant.mine, use_case, MANY).detection_classes} == set(names)
