"""Facets: what can be filtered for, most frequent first, from the kept counts."""

import pytest

from tests.contract.plant import NOW, SECOND, Plant
from tests.contract.test_feedback import statuses

MANY = 100


def test_every_kind_of_facet_is_counted(plant: Plant) -> None:
    use_case = plant.use_case()
    common = {"deviceId": "cam-1", "streamId": "line-1", "workflowId": "wf-a"}
    box = {"class": "dent", "x": 1, "y": 1, "width": 1, "height": 1}
    image = {
        "objectDetections": [box, box],
        "classifications": [{"class": "day"}],
        "metadata": {"lens": "wide"},
    }
    plant.add(
        plant.event(use_case, **common, eventData={"result": "fail"}, images=[image], customMetadata={"n": 1}),
        plant.event(use_case, **common, customMetadata={"n": 1.0}),
        plant.event(use_case, deviceId="cam-2", eventType="custom", eventData={}, customMetadata={"n": "1"}),
    )
    facets = plant.store.facets(plant.mine, use_case, MANY)
    assert facets.use_case_id == use_case.id
    assert [(facet.value, facet.count) for facet in facets.event_types] == [
        ("quality_check", 2),
        ("custom", 1),
    ]
    assert [(one.value, one.count, one.fails) for one in facets.devices] == [("cam-1", 2, 1), ("cam-2", 1, 0)]
    assert [(one.value, one.count, one.fails) for one in facets.streams] == [("line-1", 2, 1)]
    assert [(one.value, one.count, one.fails) for one in facets.workflows] == [("wf-a", 2, 1)]
    assert [(facet.value, facet.count) for facet in facets.detection_classes] == [("day", 1), ("dent", 1)]
    numbers = facets.custom_metadata["n"]
    assert (numbers.types, numbers.many_values) == ({"number": 2, "string": 1}, False)
    assert [(one.value, one.type, one.count) for one in numbers.values] == [
        (1, "number", 2),
        ("1", "string", 1),
    ]
    assert [one.value for one in facets.image_metadata["lens"].values] == ["wide"]


def test_a_source_tells_its_newest_event_and_its_newest_arrival(plant: Plant) -> None:
    """They differ when an edge box sends late what it saw long ago."""
    use_case = plant.use_case()
    plant.add(plant.event(use_case, deviceId="cam-1", timestamp="2026-08-13T08:00:00Z"), now=NOW)
    plant.add(plant.event(use_case, deviceId="cam-1", timestamp="2026-08-13T07:00:00Z"), now=NOW + SECOND)
    device = plant.store.facets(plant.mine, use_case, MANY).devices[0]
    assert device.last_event_at == "2026-08-13T08:00:00.000000Z"
    assert device.last_arrival_at == "2026-08-13T09:00:01.000000Z"


def test_only_so_many_values_are_told_the_most_frequent_ones(plant: Plant) -> None:
    use_case = plant.use_case()
    for number, times in ((1, 1), (2, 3), (3, 2)):
        for _ in range(times):
            plant.add(plant.event(use_case, deviceId=f"cam-{number}", customMetadata={"n": number}))
    facets = plant.store.facets(plant.mine, use_case, 2)
    assert [facet.value for facet in facets.devices] == ["cam-2", "cam-3"]
    assert [one.value for one in facets.custom_metadata["n"].values] == [2, 3]


@pytest.mark.parametrize("most", [1, MANY])
def test_the_feedback_facet_counts_every_event_that_can_be_reviewed(plant: Plant, most: int) -> None:
    use_case = plant.use_case()
    plant.add(
        plant.event(use_case, eventId="e"),
        plant.event(use_case, eventType="custom", eventData={"value": "x"}),
    )
    plant.add(plant.review(use_case, "e", "correct"))
    found = {facet.value: facet.count for facet in plant.store.facets(plant.mine, use_case, most).feedback}
    assert found == {"correct": 1, "incorrect": 0, "inconclusive": 0, "none": 1}
    assert statuses(plant, use_case) == {"correct": 1, "none": 1}


def test_a_value_of_a_facet_can_be_filtered_for(plant: Plant) -> None:
    """Whatever a filter bar offers must find the events that it counts."""
    use_case = plant.use_case()
    values = ["x", "", "a\x1fb", "1", 1, 2**53, 1e300, 1e22, -0.0, 5e-324, True]
    for value in values:
        plant.add(plant.event(use_case, customMetadata={"v": value}))
    offered = plant.store.facets(plant.mine, use_case, MANY).custom_metadata["v"].values
    assert len(offered) == len(values)
    for one in offered:
        condition = {"field": "v", "operator": "eq", "value": one.value, "type": one.type}
        assert plant.count(use_case, customMetadataFilters=[condition]).count == one.count, one


def test_an_empty_use_case_offers_nothing(plant: Plant) -> None:
    facets = plant.store.facets(plant.mine, plant.use_case(), MANY)
    assert (facets.event_types, facets.devices, facets.custom_metadata, facets.detection_classes) == (
        [],
        [],
        {},
        [],
    )
    assert {facet.count for facet in facets.feedback} == {0}
