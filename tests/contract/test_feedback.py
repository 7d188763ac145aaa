"""Feedback: which review decides, before and after its event, through overwrites, moves and workspaces."""

import pytest

from sightlog.domain.use_cases import UseCase
from tests.contract.plant import Plant

EARLY, LATE = "2026-08-13T07:00:00Z", "2026-08-13T08:00:00Z"


def statuses(plant: Plant, use_case: UseCase) -> dict[str, int]:
    """The feedback facet's counts that are not zero."""
    return {facet.value: facet.count for facet in plant.store.facets(plant.mine, use_case, 100).feedback if facet.count}


def test_a_review_gives_its_event_a_status(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"), plant.event(use_case, eventId="f"))
    receipt = plant.add(plant.review(use_case, "e", "incorrect", eventId="r", comment="a reflection"))[0]
    assert receipt.warnings == []
    stored = plant.store.find_event(plant.mine, "e")
    assert stored is not None
    assert stored.feedback is not None
    assert (stored.feedback.status, stored.feedback.count) == ("incorrect", 1)
    latest = stored.feedback.latest
    assert (latest.event_id, latest.feedback, latest.comment) == ("r", "incorrect", "a reflection")
    assert plant.ids(use_case, feedbackStatus=["incorrect"]) == ["e"]
    assert plant.ids(use_case, feedbackStatus=["none"]) == ["f"]
    assert statuses(plant, use_case) == {"incorrect": 1, "none": 1}
    plant.check_statistics()


def test_a_review_may_come_before_its_event(plant: Plant) -> None:
    use_case = plant.use_case()
    receipt = plant.add(plant.review(use_case, "e", "correct", eventId="r"))[0]
    assert [warning.code for warning in receipt.warnings] == ["related_event_not_found"]
    assert statuses(plant, use_case) == {}
    plant.add(plant.event(use_case, eventId="e"))
    assert plant.status("e") == "correct"
    assert plant.ids(use_case, feedbackStatus=["correct"]) == ["e"]
    plant.check_statistics()


def test_a_review_and_its_event_may_come_in_one_batch_in_any_order(plant: Plant) -> None:
    use_case = plant.use_case()
    receipts = plant.add(plant.review(use_case, "e", "correct"), plant.event(use_case, eventId="e"))
    assert receipts[0].warnings == []
    assert plant.status("e") == "correct"
    plant.check_statistics()


def test_the_newest_review_by_time_decides_whatever_came_first(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"))
    plant.add(plant.review(use_case, "e", "incorrect", timestamp=LATE))
    plant.add(plant.review(use_case, "e", "correct", timestamp=EARLY))
    assert plant.status("e") == "incorrect"
    assert statuses(plant, use_case) == {"incorrect": 1}
    plant.check_statistics()


def test_of_two_reviews_at_the_same_time_the_later_arrival_decides(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"))
    plant.add(plant.review(use_case, "e", "correct", eventId="z", timestamp=LATE))
    plant.add(plant.review(use_case, "e", "inconclusive", eventId="a", timestamp=LATE))
    assert plant.status("e") == "inconclusive"
    plant.check_statistics()


def test_one_event_tells_all_its_reviews_newest_first(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"))
    plant.add(plant.review(use_case, "e", "correct", eventId="r1", timestamp=LATE))
    plant.add(plant.review(use_case, "e", "incorrect", eventId="r2", timestamp=EARLY, comment="no"))
    stored = plant.store.find_event(plant.mine, "e")
    assert stored is not None
    assert stored.feedback is not None
    assert stored.feedback.all is not None
    assert [(review.event_id, review.comment) for review in stored.feedback.all] == [
        ("r1", None),
        ("r2", "no"),
    ]
    assert stored.feedback.count == 2
    in_page = next(event for event in plant.page(use_case).events if event.event_id == "e")
    assert in_page.feedback is not None
    assert in_page.feedback.all is None
    assert (in_page.feedback.count, in_page.feedback.latest.event_id) == (2, "r1")


def test_feedback_survives_the_overwrite_of_its_event(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"))
    plant.add(plant.review(use_case, "e", "incorrect"))
    plant.add(plant.event(use_case, eventId="e", comment="again"))
    assert plant.status("e") == "incorrect"
    assert statuses(plant, use_case) == {"incorrect": 1}
    plant.check_statistics()


def test_feedback_moves_with_its_event_into_the_statistics_of_the_new_use_case(plant: Plant) -> None:
    one, two, reviews = plant.use_case("one"), plant.use_case("two"), plant.use_case("reviews")
    plant.add(plant.event(one, eventId="e"), plant.review(reviews, "e", "incorrect"))
    assert (statuses(plant, one), statuses(plant, two), statuses(plant, reviews)) == (
        {"incorrect": 1},
        {},
        {},
    )
    plant.add(plant.event(two, eventId="e"))
    assert (statuses(plant, one), statuses(plant, two)) == ({}, {"incorrect": 1})
    plant.check_statistics()


@pytest.mark.parametrize("change", ["verdict", "time", "target", "type"])
def test_overwriting_a_review_settles_anew(plant: Plant, change: str) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"), plant.event(use_case, eventId="f"))
    plant.add(plant.review(use_case, "e", "correct", eventId="r1", timestamp="2026-08-13T07:30:00Z"))
    plant.add(plant.review(use_case, "e", "incorrect", eventId="r2", timestamp=LATE))
    overwrite, expected = {
        "verdict": (
            plant.review(use_case, "e", "inconclusive", eventId="r2", timestamp=LATE),
            ("inconclusive", "none"),
        ),
        "time": (
            plant.review(use_case, "e", "incorrect", eventId="r2", timestamp=EARLY),
            ("correct", "none"),
        ),
        "target": (
            plant.review(use_case, "f", "incorrect", eventId="r2", timestamp=LATE),
            ("correct", "incorrect"),
        ),
        "type": (plant.event(use_case, eventId="r2", timestamp=LATE), ("correct", "none")),
    }[change]
    plant.add(overwrite)
    assert (plant.status("e"), plant.status("f")) == expected
    plant.check_statistics()


def test_an_event_whose_only_review_turns_away_has_no_status_left(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"), plant.review(use_case, "e", "correct", eventId="r"))
    plant.add(plant.review(use_case, "nobody", "correct", eventId="r"))
    assert plant.status("e") == "none"
    assert plant.ids(use_case, feedbackStatus=["none"]) == ["e"]
    plant.check_statistics()


def test_feedback_on_feedback_is_stored_with_a_warning_and_does_not_count(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"), plant.review(use_case, "e", "correct", eventId="r"))
    receipt = plant.add(plant.review(use_case, "r", "incorrect", eventId="rr"))[0]
    assert [warning.code for warning in receipt.warnings] == ["feedback_on_feedback"]
    assert (plant.status("r"), plant.status("e")) == ("none", "correct")
    assert statuses(plant, use_case) == {"correct": 1}
    plant.check_statistics()


def test_feedback_on_itself_is_feedback_on_feedback(plant: Plant) -> None:
    use_case = plant.use_case()
    receipt = plant.add(plant.review(use_case, "r", "incorrect", eventId="r"))[0]
    assert [warning.code for warning in receipt.warnings] == ["feedback_on_feedback"]
    assert plant.status("r") == "none"
    plant.check_statistics()


def test_a_status_never_matches_feedback_events(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"), plant.review(use_case, "e", "correct", eventId="r"))
    plant.add(plant.review(use_case, "r", "correct", eventId="rr"))
    assert plant.ids(use_case, feedbackStatus=["none", "correct", "incorrect", "inconclusive"]) == ["e"]


def test_an_event_that_becomes_feedback_loses_its_status_and_gets_it_back(plant: Plant) -> None:
    use_case = plant.use_case()
    event = plant.event(use_case, eventId="e")
    plant.add(event, plant.review(use_case, "e", "correct"))
    plant.add(plant.review(use_case, "other", "correct", eventId="e"))
    assert plant.status("e") == "none"
    plant.check_statistics()
    plant.add(event)
    assert plant.status("e") == "correct"
    plant.check_statistics()


def test_another_workspaces_reviews_do_not_count(plant: Plant) -> None:
    mine, theirs = plant.use_case("Paint line"), plant.use_case("Paint line", plant.theirs)
    plant.add(plant.event(mine, eventId="e"))
    receipt = plant.add(plant.review(theirs, "e", "incorrect"), workspace=plant.theirs)[0]
    assert [warning.code for warning in receipt.warnings] == ["related_event_not_found"]
    assert plant.status("e") == "none"
    plant.check_statistics()


def test_several_reviews_in_one_commit_leave_one_status(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"))
    with plant.backend.stalled_writes():
        futures = [
            plant.submit(plant.review(use_case, "e", verdict, timestamp=LATE))
            for verdict in ("correct", "incorrect", "inconclusive")
        ]
    for future in futures:
        future.result()
    assert plant.status("e") == "inconclusive"
    assert statuses(plant, use_case) == {"inconclusive": 1}
    plant.check_statistics()
