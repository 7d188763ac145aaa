"""GET /vision-events/custom-metadata-schema/{useCaseId}."""

from typing import Any

import httpx

from tests.builders import an_event, moment, new_name
from tests.expect import Caller, answer, refused

PATH = "/vision-events/custom-metadata-schema/"
NOW, BEFORE, LONG_AGO = moment(minutes=1), moment(hours=5), moment(days=9)


def sent(caller: Caller, use_case: str, timestamp: str, **metadata: Any) -> str:
    event = an_event(use_case=use_case, timestamp=timestamp, customMetadata=metadata)
    caller.create(event)
    event_id: str = event["eventId"]
    return event_id


def test_fields_come_with_types_counts_and_times(caller: Caller, use_case: str) -> None:
    sent(caller, use_case, BEFORE, shift="night", temperature=70)
    sent(caller, use_case, NOW, shift="morning", temperature=72.5)
    sent(caller, use_case, LONG_AGO, rework=True)

    reply = answer(caller.http.get(PATH + use_case))
    assert reply["useCaseId"] == use_case
    twice = {"count": 2, "firstSeenAt": BEFORE, "lastSeenAt": NOW}
    assert reply["fields"] == {
        "shift": {"types": ["string"], "countByType": {"string": 2}} | twice,
        "temperature": {"types": ["number"], "countByType": {"number": 2}} | twice,
        "rework": {
            "types": ["boolean"],
            "countByType": {"boolean": 1},
            "count": 1,
            "firstSeenAt": LONG_AGO,
            "lastSeenAt": LONG_AGO,
        },
    }


def test_a_field_that_comes_in_several_types_keeps_them_all(caller: Caller, use_case: str) -> None:
    for value in ("A-1", "A-2", "A-3", 17, 17.5, True):
        sent(caller, use_case, NOW, part_number=value)
    field = caller.schema(use_case)["part_number"]
    assert field["types"] == ["string", "number", "boolean"]
    assert field["countByType"] == {"string": 3, "number": 2, "boolean": 1}
    assert field["count"] == 6


def test_a_type_disappears_with_its_last_event(caller: Caller, use_case: str) -> None:
    wrong = sent(caller, use_case, NOW, part_number=17, typo="x")
    sent(caller, use_case, NOW, part_number="A-1")
    caller.create(an_event(use_case=use_case, eventId=wrong, customMetadata={"part_number": "A-2"}))

    fields = caller.schema(use_case)
    assert fields.keys() == {"part_number"}
    assert fields["part_number"]["countByType"] == {"string": 2}


def test_use_case_without_events_or_metadata_has_no_fields(caller: Caller, use_case: str) -> None:
    assert answer(caller.http.get(PATH + use_case)) == {"useCaseId": use_case, "fields": {}}
    caller.create(an_event(use_case=use_case))
    assert caller.schema(use_case) == {}


def test_use_case_may_be_given_by_its_name(caller: Caller) -> None:
    name = new_name("Straße")
    use_case = caller.new_use_case(name)
    assert answer(caller.http.get(PATH + name)) == {"useCaseId": use_case, "fields": {}}


def test_without_a_valid_key_it_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(outsider.get(PATH + use_case), 401, "unauthenticated")


def test_missing_or_another_workspaces_use_case_is_not_found(caller: Caller, strangers_use_case: str) -> None:
    for absent in (strangers_use_case, "absent"):
        refused(caller.http.get(PATH + absent), 404, "not_found")
