"""The export: every event once, in the order of arrival."""

import json

from tests.contract.plant import Plant


def test_events_come_in_the_order_of_arrival_page_by_page(plant: Plant) -> None:
    one, two = plant.use_case("one"), plant.use_case("two")
    sent = [plant.event(use_case, timestamp=f"2026-08-13T08:00:{59 - n}Z") for n, use_case in enumerate((one, two) * 3)]
    for event in sent:
        plant.add(event)
    plant.add(plant.event(plant.use_case("one", plant.theirs)), workspace=plant.theirs)
    found, after = [], 0
    while page := plant.store.export_events(plant.mine, None, after, 4):
        assert len(page) <= 4
        found += page
        after = page[-1].sequence
    assert [event.event_id for event in found] == [event["eventId"] for event in sent]
    assert [event.use_case_name for event in found] == ["one", "two"] * 3
    assert [event.sequence for event in found] == sorted({event.sequence for event in found})


def test_one_use_case_can_be_exported_alone(plant: Plant) -> None:
    one, two = plant.use_case("one"), plant.use_case("two")
    plant.add(plant.event(one, eventId="a"), plant.event(two, eventId="b"), plant.event(one, eventId="c"))
    assert [event.event_id for event in plant.store.export_events(plant.mine, one.number, 0, 10)] == [
        "a",
        "c",
    ]


def test_what_arrives_during_an_export_is_met_and_an_overwrite_is_met_again(plant: Plant) -> None:
    """So that importing the whole of it in order always ends with the newest version."""
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="a"), plant.event(use_case, eventId="b"))
    first = plant.store.export_events(plant.mine, None, 0, 1)
    plant.add(plant.event(use_case, eventId="a", comment="again"))
    rest = plant.store.export_events(plant.mine, None, first[0].sequence, 10)
    assert [event.event_id for event in (*first, *rest)] == ["a", "b", "a"]
    assert json.loads(rest[-1].rest)["comment"] == "again"
