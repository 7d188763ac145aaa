"""Kept counts over the wire: they follow every create, overwrite, move and review, and always equal the events."""

import random
from collections import Counter
from typing import Any

from tests.builders import EVENT_TYPES, MAIN_DATA, a_box, an_event, an_image, feedback_on, moment, new_id
from tests.expect import Caller


def counted(entries: list[dict[str, Any]]) -> dict[Any, int]:
    return {entry["value"]: entry["count"] for entry in entries}


def test_overwrite_takes_the_old_contribution_away(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, deviceId="cam-1", customMetadata={"shift": "night"}, timestamp=moment(hours=1))
    caller.create(event)
    older = moment(days=3)
    caller.create(an_event("custom", use_case, eventId=event["eventId"], timestamp=older))

    row = caller.use_case(use_case)
    assert (row["eventCount"], row["eventTypes"], row["countByType"]) == (1, ["custom"], {"custom": 1})
    assert row["lastEventAt"] == older
    assert caller.schema(use_case) == {}
    assert caller.facets(use_case)["devices"] == []


def test_sending_the_same_event_again_changes_no_count(caller: Caller, use_case: str) -> None:
    event = an_event(
        use_case=use_case,
        deviceId="cam-1",
        customMetadata={"shift": "night", "temperature": 7},
        images=[an_image(a_box(), metadata={"lens": "wide"})],
    )

    def numbers() -> list[Any]:
        facets = caller.facets(use_case)
        for source in facets["devices"]:
            source.pop("lastArrivalAt", None)
        both = caller.schema(use_case), caller.schema(use_case, of="image")
        return [caller.use_case(use_case), *both, facets]

    caller.create(event)
    before = numbers()
    for _ in range(3):
        caller.create(event)
    assert numbers() == before


def test_a_move_takes_everything_along(caller: Caller, use_case: str, other_use_case: str) -> None:
    event = an_event(use_case=use_case, deviceId="cam-1", customMetadata={"shift": "night"})
    caller.create(event)
    caller.create(feedback_on(event["eventId"], "incorrect", use_case))
    empty = caller.facets(other_use_case)
    caller.create(event | {"useCaseId": other_use_case})

    assert caller.use_case(use_case)["countByType"] == {"operator_feedback": 1}
    assert caller.schema(use_case) == {}
    left, arrived = caller.facets(use_case), caller.facets(other_use_case)
    assert left["devices"] == empty["devices"] == []
    assert counted(left["feedback"]).get("incorrect", 0) == 0
    assert caller.use_case(other_use_case)["countByType"] == {"quality_check": 1}
    assert caller.schema(other_use_case)["shift"]["count"] == 1
    assert counted(arrived["devices"]) == {"cam-1": 1}
    assert counted(arrived["feedback"])["incorrect"] == 1


def test_feedback_counts_where_the_reviewed_event_is(caller: Caller, use_case: str, other_use_case: str) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    review = feedback_on(event["eventId"], "incorrect", other_use_case)
    caller.create(review)
    assert counted(caller.facets(use_case)["feedback"])["incorrect"] == 1
    assert caller.use_case(other_use_case)["countByType"] == {"operator_feedback": 1}

    caller.create(feedback_on(event["eventId"], "correct", other_use_case, eventId=review["eventId"]))
    found = counted(caller.facets(use_case)["feedback"])
    assert (found.get("incorrect", 0), found["correct"]) == (0, 1)


def test_a_review_that_becomes_another_event_counts_no_longer(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case)
    review = feedback_on(event["eventId"], "incorrect", use_case)
    caller.batch(event, review)
    caller.create(an_event("custom", use_case, eventId=review["eventId"]))

    assert "feedback" not in caller.event(event["eventId"])
    assert counted(caller.facets(use_case)["feedback"]).get("incorrect", 0) == 0
    assert caller.count(use_case, feedbackStatus=["none"]) == 2


def test_refused_events_leave_no_trace(caller: Caller, use_case: str) -> None:
    before = caller.use_case(use_case), caller.facets(use_case), caller.schema(use_case)
    good = an_event(use_case=use_case, deviceId="cam-1", customMetadata={"a": 1})
    bad = an_event(use_case=use_case, timestamp="yesterday")
    for body in (
        {"events": [good, bad]},
        {"events": [good, good | {"useCaseId": "absent", "eventId": new_id()}]},
    ):
        assert caller.http.post("/vision-events/batch", json=body).status_code == 400
    assert (caller.use_case(use_case), caller.facets(use_case), caller.schema(use_case)) == before


def test_kept_counts_equal_the_events_after_many_random_writes(
    caller: Caller, use_case: str, other_use_case: str
) -> None:
    """Creates, overwrites and moves over a few ids in two use cases; then everything is counted by hand."""
    dice, ids = random.Random(20), [new_id() for _ in range(12)]
    for _ in range(8):
        events = []
        for event_id in dice.sample(ids, 9):
            event_type = dice.choice(EVENT_TYPES)
            data = dict(MAIN_DATA[event_type])
            if event_type == "operator_feedback":
                data["relatedEventId"] = dice.choice(ids)
            events.append(
                an_event(
                    event_type,
                    dice.choice([use_case, other_use_case]),
                    eventId=event_id,
                    eventData=data,
                    timestamp=moment(minutes=dice.randint(1, 5000)),
                    deviceId=dice.choice([..., "cam-1", "cam-2"]),
                    customMetadata=dice.choice([{}, {"a": 1}, {"a": "1", "b": True}]),
                    images=dice.choice([[], [an_image(a_box(dice.choice("xy")), metadata={"lens": 1})]]),
                )
            )
        caller.batch(*events)
    for one in (use_case, other_use_case):
        _compare_with_the_events(caller, one)


def _compare_with_the_events(caller: Caller, use_case: str) -> None:
    events = caller.query(use_case, limit=1000)["events"]
    row, facets, schema = caller.use_case(use_case), caller.facets(use_case), caller.schema(use_case)
    types = Counter(event["eventType"] for event in events)
    assert row["countByType"] == types
    assert row["eventCount"] == len(events) == caller.count(use_case)
    assert row["lastEventAt"] == max((event["timestamp"] for event in events), default=None)
    assert set(row["eventTypes"]) == set(types)
    assert counted(facets["eventTypes"]) == types
    assert counted(facets["devices"]) == Counter(event["deviceId"] for event in events if "deviceId" in event)
    assert counted(facets["detectionClasses"]) == Counter(
        box["class"] for event in events for image in event["images"] for box in image["objectDetections"]
    )
    reviewed = Counter(event["feedback"]["status"] for event in events if "feedback" in event)
    reviewable = {status: n for status, n in counted(facets["feedback"]).items() if status != "none" and n}
    assert reviewable == reviewed
    fields = Counter(field for event in events for field in event["customMetadata"])
    assert {name: field["count"] for name, field in schema.items()} == fields
