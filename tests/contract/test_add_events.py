"""Storing events: all or none, whole overwrites, moves, and workspaces that do not see each other."""

import pytest
from msgspec import structs

from sightlog.domain.batches import turn_around
from sightlog.domain.errors import ArchivedUseCase, UnknownUseCase
from sightlog.domain.fact_columns import MOST_EVENTS
from sightlog.domain.use_cases import UseCaseStatus
from tests.contract.plant import NOW, SECOND, Plant, accept, accept_batch
from tests.contract.test_images import a_picture


def test_an_event_is_there_once_its_future_is_done(plant: Plant) -> None:
    use_case = plant.use_case()
    receipt = plant.add(plant.event(use_case, eventId="e", customMetadata={"shift": "night"}))[0]
    assert (receipt.event_id, receipt.created, receipt.warnings) == ("e", True, [])
    assert plant.body("e")["customMetadata"] == {"shift": "night"}
    assert plant.ids(use_case) == ["e"]
    plant.check_statistics()


def test_a_stored_event_tells_where_it_is_and_when_it_came(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e", timestamp="2026-08-13T08:00:00.5Z"), now=NOW + 7)
    stored = plant.store.find_event(plant.mine, "e")
    assert stored is not None
    assert (stored.event_id, stored.use_case_id, stored.use_case_name) == ("e", use_case.id, use_case.name)
    assert (stored.timestamp, stored.received_at) == (NOW - 3600 * SECOND + SECOND // 2, NOW + 7)
    assert (stored.warnings, stored.feedback) == (None, None)


def test_the_use_case_of_an_event_may_be_named(plant: Plant) -> None:
    use_case = plant.use_case("Paint line")
    plant.add(plant.event(use_case, eventId="e", useCaseId=" paint LINE"))
    assert plant.ids(use_case) == ["e"]


def test_an_unknown_use_case_is_refused_with_the_index_of_every_bad_event(plant: Plant) -> None:
    use_case = plant.use_case()
    foreign = plant.use_case("Theirs", plant.theirs)
    batch = [
        plant.event(use_case),
        plant.event(use_case, useCaseId="nobody"),
        plant.event(use_case),
        plant.event(use_case, useCaseId=foreign.id),
    ]
    with pytest.raises(UnknownUseCase) as caught:
        plant.store.add_events(plant.mine, None, accept_batch(batch), NOW).result()
    found = [(problem.path, problem.index) for problem in caught.value.details]
    assert found == [("events.1.useCaseId", 1), ("events.3.useCaseId", 3)]
    assert plant.ids(use_case) == []
    plant.check_statistics()


def test_an_archived_use_case_takes_nothing_until_it_is_brought_back(plant: Plant) -> None:
    use_case = plant.use_case("Paint line")
    plant.add(plant.event(use_case, eventId="before"))
    plant.store.set_use_case_status(plant.mine, use_case.id, UseCaseStatus.INACTIVE, NOW)
    with pytest.raises(ArchivedUseCase) as caught:
        plant.add(plant.event(use_case, eventId="during"))
    assert [problem.path for problem in caught.value.details] == ["useCaseId"]
    assert "'Paint line'" in caught.value.message
    assert "unarchive" in caught.value.message
    assert plant.ids(use_case) == ["before"]
    plant.store.set_use_case_status(plant.mine, use_case.id, UseCaseStatus.ACTIVE, NOW)
    plant.add(plant.event(use_case, eventId="after"))
    assert plant.ids(use_case) == ["after", "before"]


def test_a_use_case_is_known_as_soon_as_it_is_made_and_by_its_new_name(plant: Plant) -> None:
    """The writer remembers use cases; every change of one must reach it."""
    template = plant.event(plant.use_case("Weld line"))
    with pytest.raises(UnknownUseCase):
        plant.add(template | {"useCaseId": "Paint line"})
    use_case = plant.use_case("Paint line")
    plant.add(template | {"useCaseId": "Paint line", "eventId": "e"})
    plant.store.rename_use_case(plant.mine, use_case.id, "Dye line", NOW)
    with pytest.raises(UnknownUseCase):
        plant.add(template | {"useCaseId": "Paint line"})
    plant.add(template | {"useCaseId": "Dye line", "eventId": "f"})
    assert sorted(plant.ids(use_case)) == ["e", "f"]


def test_a_batch_is_stored_as_a_whole_or_not_at_all(plant: Plant) -> None:
    use_case, archived = plant.use_case("Paint line"), plant.use_case("Weld line")
    plant.store.set_use_case_status(plant.mine, archived.id, UseCaseStatus.INACTIVE, NOW)
    with pytest.raises(ArchivedUseCase):
        plant.add(plant.event(use_case), plant.event(archived), plant.event(use_case))
    assert plant.summary(use_case).event_count == 0


def test_events_of_one_batch_may_belong_to_several_use_cases(plant: Plant) -> None:
    one, two = plant.use_case("one"), plant.use_case("two")
    plant.add(plant.event(one, eventId="a"), plant.event(two, eventId="b"))
    assert (plant.ids(one), plant.ids(two)) == (["a"], ["b"])


def test_the_same_id_again_overwrites_the_whole_event(plant: Plant) -> None:
    use_case = plant.use_case()
    first = plant.event(use_case, eventId="e", deviceId="cam-1", customMetadata={"shift": "night", "old": True})
    again = plant.event(use_case, eventId="e", eventType="custom", eventData={}, customMetadata={"shift": 3})
    plant.add(first)
    receipt = plant.add(again)[0]
    assert not receipt.created
    assert plant.ids(use_case) == ["e"]
    body = plant.body("e")
    assert (body["eventType"], body["customMetadata"]) == ("custom", {"shift": 3})
    assert "deviceId" not in body
    assert plant.ids(use_case, deviceId={"operator": "eq", "value": "cam-1"}) == []
    assert plant.summary(use_case).count_by_type == {"custom": 1}
    plant.check_statistics()


def test_an_overwrite_arrives_anew(plant: Plant) -> None:
    """It has the time of its own arrival, and an export that has passed the old one meets the new one."""
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"))
    old = plant.store.find_event(plant.mine, "e")
    plant.add(plant.event(use_case, eventId="e"), now=NOW + SECOND)
    new = plant.store.find_event(plant.mine, "e")
    assert old is not None
    assert new is not None
    assert new.sequence > old.sequence
    assert new.received_at == NOW + SECOND


def test_sending_the_newest_event_of_a_source_again_changes_no_statistics(plant: Plant) -> None:
    """A repeated delivery from an edge box, whose device has sent other events too."""
    use_case = plant.use_case()
    events = [plant.event(use_case, deviceId="cam-1") for _ in range(3)]
    plant.add(*events)
    before = plant.store.facets(plant.mine, use_case, 100)
    assert [receipt.created for receipt in plant.add(events[-1])] == [False]
    assert plant.store.facets(plant.mine, use_case, 100) == before
    plant.check_statistics()


def test_an_overwrite_that_takes_a_sources_newest_event_away_looks_at_the_others(plant: Plant) -> None:
    use_case = plant.use_case()
    old = plant.event(use_case, deviceId="cam-1", timestamp="2026-08-13T07:00:00Z")
    new = plant.event(use_case, deviceId="cam-1", timestamp="2026-08-13T08:30:00Z", eventData={"result": "fail"})
    plant.add(old, now=NOW)
    plant.add(new, now=NOW + SECOND)
    plant.add(new | {"deviceId": "cam-2"}, now=NOW + 2 * SECOND)
    devices = {device.value: device for device in plant.store.facets(plant.mine, use_case, 100).devices}
    assert (devices["cam-1"].count, devices["cam-1"].fails) == (1, 0)
    assert devices["cam-1"].last_event_at == "2026-08-13T07:00:00.000000Z"
    assert devices["cam-1"].last_arrival_at == "2026-08-13T09:00:00.000000Z"
    assert (devices["cam-2"].count, devices["cam-2"].fails) == (1, 1)
    plant.check_statistics()


def test_an_overwrite_may_move_an_event_to_another_use_case(plant: Plant) -> None:
    one, two = plant.use_case("one"), plant.use_case("two")
    event = plant.event(one, eventId="e", deviceId="cam-1", customMetadata={"shift": "night"})
    plant.add(event)
    receipt = plant.add(event | {"useCaseId": two.id})[0]
    assert not receipt.created
    assert (plant.ids(one), plant.ids(two)) == ([], ["e"])
    assert (plant.summary(one).event_count, plant.summary(two).event_count) == (0, 1)
    assert plant.store.metadata_schema(plant.mine, one, of_images=False).fields == {}
    assert plant.store.facets(plant.mine, one, 100).devices == []
    plant.check_statistics()


def test_an_event_may_move_out_of_an_archived_use_case(plant: Plant) -> None:
    one, two = plant.use_case("one"), plant.use_case("two")
    event = plant.event(one, eventId="e")
    plant.add(event)
    plant.store.set_use_case_status(plant.mine, one.id, UseCaseStatus.INACTIVE, NOW)
    plant.add(event | {"useCaseId": two.id})
    assert (plant.ids(one), plant.ids(two)) == ([], ["e"])
    plant.check_statistics()


def test_ids_of_another_workspace_are_another_world(plant: Plant) -> None:
    mine, theirs = plant.use_case("Paint line"), plant.use_case("Paint line", plant.theirs)
    plant.add(plant.event(mine, eventId="e", comment="mine"))
    receipt = plant.add(plant.event(theirs, eventId="e", comment="theirs"), workspace=plant.theirs)[0]
    assert receipt.created
    assert plant.body("e")["comment"] == "mine"
    assert plant.body("e", plant.theirs)["comment"] == "theirs"
    plant.check_statistics()


def test_ids_are_compared_byte_for_byte(plant: Plant) -> None:
    use_case = plant.use_case()
    ids = ["a", "A", " a", "é", "e\u0301", "a" * 256, "%61", "a/b"]
    receipts = plant.add(*[plant.event(use_case, eventId=id) for id in ids])
    assert all(receipt.created for receipt in receipts)
    assert set(plant.ids(use_case)) == set(ids)
    assert [plant.body(id)["eventId"] for id in ids] == ids


def test_the_same_id_twice_in_one_commit_leaves_the_later_one(plant: Plant) -> None:
    use_case = plant.use_case()
    with plant.backend.stalled_writes():
        futures = [plant.submit(plant.event(use_case, eventId="e", comment=str(turn))) for turn in range(4)]
    assert [future.result()[0].created for future in futures] == [True, False, False, False]
    assert plant.body("e")["comment"] == "3"
    assert plant.summary(use_case).event_count == 1
    plant.check_statistics()


def test_warnings_are_kept_with_the_event(plant: Plant) -> None:
    use_case = plant.use_case()
    receipt = plant.add(plant.event(use_case, eventId="e", timestamp="2026-08-13T08:00:00", site="Graz"))[0]
    stored = plant.store.find_event(plant.mine, "e")
    assert [warning.code for warning in receipt.warnings] == ["no_offset", "unknown_field"]
    assert stored is not None
    assert stored.warnings is not None
    assert b'"unknown_field"' in stored.warnings
    assert plant.body("e")["site"] == "Graz"
    plant.add(plant.event(use_case, eventId="e"))
    assert plant.ids(use_case, hasWarnings=True) == []


def test_a_batch_may_name_one_use_case_in_several_ways(plant: Plant) -> None:
    """The facts of a batch come by what its events call their use case; here these belong together."""
    use_case, other = plant.use_case("Paint line"), plant.use_case("Weld line")
    names = (use_case.id, "paint line", "Weld line", "Paint line", use_case.id, other.id)
    batch = [
        plant.event(use_case, eventId=f"e{n}", useCaseId=name, deviceId=f"cam-{n % 2}", customMetadata={"n": n})
        for n, name in enumerate(names)
    ]
    assert [receipt.event_id for receipt in plant.add_batch(batch).result()] == ["e0", "e1", "e2", "e3", "e4", "e5"]
    assert sorted(plant.ids(use_case)) == ["e0", "e1", "e3", "e4"]
    assert sorted(plant.ids(other, deviceId={"operator": "eq", "value": "cam-1"})) == ["e5"]
    above = [{"field": "n", "operator": "gte", "value": 3}]
    assert sorted(plant.ids(use_case, customMetadataFilters=above)) == ["e3", "e4"]
    plant.check_statistics()
    plant.add_batch(batch).result()
    plant.check_statistics()


def test_a_batch_may_be_larger_than_what_is_written_at_once(plant: Plant) -> None:
    use_case = plant.use_case()
    event = plant.event(use_case, deviceId="cam")
    many = [accept(event | {"eventId": f"e{n}"}) for n in range(2 * MOST_EVENTS + 1)]
    batch = turn_around(many)
    receipts = plant.store.add_events(plant.mine, None, batch.events, NOW, batch.facts).result()
    assert [receipt.event_id for receipt in receipts] == [one.event_id for one in many]
    assert plant.summary(use_case).event_count == len(many)
    plant.check_statistics()


def test_what_the_store_adds_to_an_event_of_a_batch_is_found_and_counted(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.store.add_image(a_picture(plant, metadata={"lens": "wide", "iso": 100}), None, NOW)
    images = [[], [{"sourceId": "img-1", "metadata": {"lens": "wide"}}], [{"sourceId": "nobody"}]]
    batch = [plant.event(use_case, eventId=f"e{n}", images=entry) for n, entry in enumerate(images)]
    plant.add_batch(batch).result()
    assert plant.ids(use_case, hasWarnings=True) == ["e2"]
    for name, value in (("lens", "wide"), ("iso", 100)):
        assert plant.ids(use_case, imageMetadataFilters=[{"field": name, "operator": "eq", "value": value}]) == ["e1"]
    plant.check_statistics()


def test_events_from_around_the_beginning_of_1970_count_like_any_other(plant: Plant) -> None:
    use_case = plant.use_case()
    old = structs.replace(accept(plant.event(use_case, eventId="old", deviceId="cam-1")), timestamp=5)
    older = structs.replace(accept(plant.event(use_case, eventId="older", deviceId="cam-1")), timestamp=-5)
    plant.store.add_events(plant.mine, None, [old, older], NOW).result()
    assert plant.ids(use_case) == ["old", "older"]
    assert plant.ids(use_case, deviceId={"operator": "eq", "value": "cam-1"}) == ["old", "older"]
    assert plant.summary(use_case).last_event_at == "1970-01-01T00:00:00.000005Z"
    plant.add(plant.event(use_case, eventId="old"))
    plant.check_statistics()
