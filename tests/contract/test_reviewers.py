"""Who gave feedback: kept beside the event, so that no body can claim it."""

from sightlog.domain.feedback import Review
from sightlog.domain.use_cases import UseCase
from tests.contract.plant import NOW, Plant, accept

EARLY, LATE = "2026-08-13T07:00:00Z", "2026-08-13T08:00:00Z"


def give(plant: Plant, use_case: UseCase, user: int, **changes: str) -> str:
    """Feedback on `e`, given by a user; its id."""
    review = accept(plant.review(use_case, "e", "incorrect", **changes))
    review.reviewer = user
    return plant.store.add_events(plant.mine, None, [review], NOW).result()[0].event_id


def reviews(plant: Plant) -> list[Review]:
    stored = plant.store.find_event(plant.mine, "e")
    assert stored is not None
    assert stored.feedback is not None
    assert stored.feedback.all is not None
    assert stored.feedback.latest == stored.feedback.all[0]
    return stored.feedback.all


def test_a_reviewer_has_a_name_and_a_key_has_none(plant: Plant) -> None:
    use_case = plant.use_case()
    ann = plant.store.people.create("Ann", NOW).number
    plant.add(plant.event(use_case, eventId="e"), plant.review(use_case, "e", "correct", timestamp=EARLY, eventId="r"))
    given = give(plant, use_case, ann, timestamp=LATE)
    assert [(one.event_id, one.reviewer) for one in reviews(plant)] == [(given, "Ann"), ("r", None)]
    assert plant.store.reviewers(plant.mine, [given, "r", "gone"]) == {given: ann, "r": None}
    assert plant.store.reviewers(plant.theirs, [given, "r"]) == {}
    (listed,) = [event for event in plant.page(use_case).events if event.event_id == "e"]
    assert listed.feedback is not None
    assert listed.feedback.latest.reviewer == "Ann"


def test_a_removed_person_keeps_the_name_of_what_was_reviewed(plant: Plant) -> None:
    use_case = plant.use_case()
    ann = plant.store.people.create("Ann", NOW).number
    plant.add(plant.event(use_case, eventId="e"))
    give(plant, use_case, ann)
    plant.store.people.remove(ann, NOW)
    plant.store.people.create("Ann", NOW)
    assert [one.reviewer for one in reviews(plant)] == ["Ann"]


def test_whoever_overwrites_feedback_does_not_take_over_its_reviewer(plant: Plant) -> None:
    use_case = plant.use_case()
    ann = plant.store.people.create("Ann", NOW).number
    plant.add(plant.event(use_case, eventId="e"))
    given = give(plant, use_case, ann)
    plant.add(plant.review(use_case, "e", "correct", eventId=given))
    assert [(one.feedback, one.reviewer) for one in reviews(plant)] == [("correct", None)]
    assert plant.store.reviewers(plant.mine, [given]) == {given: None}
    plant.check_statistics()


def test_feedback_by_people_counts_as_any_other(plant: Plant) -> None:
    use_case = plant.use_case()
    ann = plant.store.people.create("Ann", NOW).number
    plant.add(plant.event(use_case, eventId="e"))
    given = give(plant, use_case, ann)
    assert plant.status("e") == "incorrect"
    plant.store.delete_events(plant.mine, use_case, [given])
    assert plant.status("e") == "none"
    plant.check_statistics()


def test_types_of_events_are_told_for_those_of_the_use_case(plant: Plant) -> None:
    use_case, other = plant.use_case(), plant.use_case("Other")
    plant.add(
        plant.event(use_case, eventId="e"),
        plant.event(other, eventId="f"),
        plant.review(use_case, "e", "correct", eventId="r"),
    )
    found = plant.store.event_types(plant.mine, use_case, ["e", "f", "r", "gone"])
    assert found == {"e": "quality_check", "r": "operator_feedback"}
    assert plant.store.event_types(plant.theirs, use_case, ["e"]) == {}
