"""Deletion and retention: events go with all that only they kept."""

from tests.builders import noise
from tests.contract.plant import DAY, HOUR, NOW, SECOND, OpenStore, Plant

ANCIENT = "2026-07-01T00:00:00Z"


def test_named_events_are_removed_and_the_others_stay(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case, eventId=id, deviceId="cam-1", customMetadata={id: 1}) for id in "abc"])
    deleted = plant.store.delete_events(plant.mine, use_case, ["a", "c", "a"])
    assert (deleted.deleted, deleted.not_found) == (2, [])
    assert plant.ids(use_case) == ["b"]
    assert plant.store.find_event(plant.mine, "a") is None
    assert list(plant.store.metadata_schema(plant.mine, use_case, of_images=False).fields) == ["b"]
    plant.check_statistics()


def test_ids_without_an_event_in_the_use_case_are_told_back(plant: Plant) -> None:
    one, two, theirs = plant.use_case("one"), plant.use_case("two"), plant.use_case("one", plant.theirs)
    plant.add(plant.event(one, eventId="a"), plant.event(two, eventId="b"))
    plant.add(plant.event(theirs, eventId="c"), workspace=plant.theirs)
    deleted = plant.store.delete_events(plant.mine, one, ["nobody", "b", "a", "c", "nobody"])
    assert (deleted.deleted, deleted.not_found) == (1, ["nobody", "b", "c"])
    assert (plant.ids(two), plant.ids(theirs, plant.theirs)) == (["b"], ["c"])
    plant.check_statistics()


def test_feedback_leaves_with_its_event_whatever_its_use_case(plant: Plant) -> None:
    one, two = plant.use_case("one"), plant.use_case("two")
    plant.add(plant.event(one, eventId="e"), plant.event(one, eventId="f"))
    plant.add(plant.review(two, "e", "correct", eventId="r"), plant.review(two, "f", "correct", eventId="s"))
    plant.add(plant.review(two, "r", "incorrect", eventId="rr"))
    assert plant.store.delete_events(plant.mine, one, ["e"]).deleted == 1
    assert plant.ids(two) == ["s"]
    plant.check_statistics()


def test_reviews_that_point_at_each_other_leave_together(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(
        plant.review(use_case, "b", "correct", eventId="a"),
        plant.review(use_case, "a", "correct", eventId="b"),
    )
    plant.store.delete_events(plant.mine, use_case, ["a"])
    assert plant.ids(use_case) == []
    plant.check_statistics()


def test_deleting_a_review_settles_its_event_anew(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"))
    plant.add(
        plant.review(use_case, "e", "correct", eventId="r1"),
        plant.review(use_case, "e", "incorrect", eventId="r2"),
    )
    assert plant.status("e") == "incorrect"
    plant.store.delete_events(plant.mine, use_case, ["r2"])
    assert plant.status("e") == "correct"
    plant.store.delete_events(plant.mine, use_case, ["r1"])
    assert plant.status("e") == "none"
    plant.check_statistics()


def test_a_number_of_an_event_never_comes_back(plant: Plant, open_store: OpenStore) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"))
    old = plant.store.find_event(plant.mine, "e")
    plant.store.delete_events(plant.mine, use_case, ["e"])
    plant.reopen(open_store)
    plant.add(plant.event(use_case, eventId="e"))
    new = plant.store.find_event(plant.mine, "e")
    assert old is not None
    assert new is not None
    assert new.sequence > old.sequence


def test_retention_removes_what_is_older_than_its_workspace_keeps_step_by_step(plant: Plant) -> None:
    use_case, theirs = plant.use_case(), plant.use_case("theirs", plant.theirs)
    plant.add(*[plant.event(use_case, timestamp=ANCIENT) for _ in range(5)], plant.event(use_case, eventId="new"))
    plant.add(plant.event(theirs, eventId="old", timestamp=ANCIENT), workspace=plant.theirs)
    cutoffs = {plant.mine: NOW - 30 * DAY}
    assert [(one.use_case, one.events) for one in plant.store.list_expired(cutoffs)] == [(use_case.name, 5)]
    assert [plant.store.expire_events(cutoffs, 2) for _ in range(4)] == [2, 2, 1, 0]
    assert plant.store.list_expired(cutoffs) == []
    assert (plant.ids(use_case), plant.ids(theirs, plant.theirs)) == (["new"], ["old"])
    plant.check_statistics()


def test_an_event_at_the_very_edge_is_kept(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e", timestamp="2026-08-13T08:00:00Z"))
    assert plant.store.expire_events({plant.mine: NOW - HOUR}, 10) == 0
    assert plant.store.expire_events({plant.mine: NOW - HOUR + 1}, 10) == 1


def test_when_space_is_short_the_oldest_events_of_the_whole_store_go(plant: Plant) -> None:
    one, two, theirs = plant.use_case("one"), plant.use_case("two"), plant.use_case("one", plant.theirs)
    for number, use_case in enumerate((two, one, theirs, two, one)):
        workspace = plant.theirs if use_case is theirs else plant.mine
        plant.add(plant.event(use_case, timestamp=f"2026-08-13T08:00:0{number}Z"), workspace=workspace)
    assert plant.store.expire_oldest(3) == 3
    assert (len(plant.ids(one)), len(plant.ids(two)), len(plant.ids(theirs, plant.theirs))) == (1, 1, 0)
    assert plant.store.expire_oldest(10) == 2
    assert plant.store.expire_oldest(10) == 0
    plant.check_statistics()


def test_removal_gives_pages_back(plant: Plant) -> None:
    use_case = plant.use_case()
    empty = plant.store.used_bytes()
    for _ in range(10):
        plant.add(*[plant.event(use_case, comment=noise(4000, n), customMetadata={"n": n}) for n in range(30)])
    full = plant.store.used_bytes()
    assert full > empty + 500_000
    while plant.store.expire_oldest(100):
        pass
    assert plant.store.used_bytes() < empty + 200_000
    assert plant.summary(use_case).last_event_at is None


def test_what_was_deleted_may_be_sent_again(plant: Plant) -> None:
    use_case = plant.use_case()
    event = plant.event(use_case, eventId="e", deviceId="cam-1")
    plant.add(event)
    plant.store.delete_events(plant.mine, use_case, ["e"])
    assert plant.add(event, now=NOW + SECOND)[0].created
    assert plant.ids(use_case) == ["e"]
    plant.check_statistics()
