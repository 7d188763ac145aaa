"""POST /vision-events/query: the reply, the order, the pages, the times. Filters have files of their own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.builders import a_box, an_event, an_image, feedback_on, moment, new_id, new_name, some_events
from tests.expect import Caller, answer, refused

Json = dict[str, Any]


def test_a_reply_holds_the_event_as_the_contract_says(caller: Caller, use_case: str) -> None:
    event = an_event(
        use_case=use_case,
        deviceId="cam-5",
        streamId="line-3",
        workflowId="wf-1",
        displayImagePosition=0,
        comment="looked at twice",
        eventData={"result": "fail", "externalId": "batch-7"},
        customMetadata={"shift": "morning", "temperature": 72.5, "rework": False},
        images=[an_image(a_box())],
    )
    caller.create(event)

    page = caller.query(use_case)
    assert page.keys() == {"events", "nextCursor", "hasMore", "lookbackDays"}
    assert (page["nextCursor"], page["hasMore"], page["lookbackDays"]) == (None, False, 365)
    (found,) = page["events"]
    del event["useCaseId"]
    assert found["images"][0].items() >= event["images"][0].items()
    assert found | {"images": event["images"]} == event


def test_fields_that_were_not_sent_are_not_answered(caller: Caller, use_case: str) -> None:
    caller.create(an_event(use_case=use_case))
    (found,) = caller.query(use_case)["events"]
    names = {"eventId", "eventType", "timestamp", "eventData", "customMetadata", "images"}
    assert found.keys() == names


def test_feedback_is_summed_up_with_its_event(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, timestamp=moment(hours=3))
    early = feedback_on(event["eventId"], "correct", use_case, timestamp=moment(hours=2))
    late = feedback_on(event["eventId"], "incorrect", use_case, timestamp=moment(hours=1), comment="a reflection")
    caller.batch(event, late, early)

    (found,) = caller.query(use_case, eventTypes=["quality_check"])["events"]
    latest = {
        "eventId": late["eventId"],
        "feedback": "incorrect",
        "comment": "a reflection",
        "timestamp": late["timestamp"],
    }
    assert found["feedback"] == {"status": "incorrect", "count": 2, "latest": latest}


def test_use_case_may_be_given_by_its_name_and_be_archived(caller: Caller) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    event = an_event(use_case=use_case)
    caller.create(event)
    caller.archive(use_case)

    assert caller.ids(use_case) == caller.ids(name.upper()) == [event["eventId"]]


def test_an_empty_use_case_has_an_empty_last_page(caller: Caller, use_case: str) -> None:
    page = caller.query(use_case)
    assert page == {"events": [], "nextCursor": None, "hasMore": False, "lookbackDays": 365}


def test_order_is_newest_first_and_then_by_id_descending_in_bytes(caller: Caller, use_case: str) -> None:
    prefix, tie = new_id(), moment(minutes=3)
    tied = [f"{prefix}{end}" for end in ("a", "Z", "é", "\uffee", "🏭", "10", "9")]
    events = [an_event(use_case=use_case, eventId=id_, timestamp=tie) for id_ in tied]
    older = an_event(use_case=use_case, timestamp=moment(minutes=4))
    newer = an_event(use_case=use_case, timestamp=moment(minutes=2))
    caller.batch(older, *events, newer)

    in_bytes = sorted(tied, key=lambda id_: id_.encode(), reverse=True)
    expected = [newer["eventId"], *in_bytes, older["eventId"]]
    assert caller.ids(use_case) == expected
    assert paged(caller, use_case, limit=2) == expected


def test_one_microsecond_decides_the_order(caller: Caller, use_case: str) -> None:
    second = moment(minutes=3)[:-8]
    events = [an_event(use_case=use_case, timestamp=f"{second}.{micro:06}Z") for micro in (2, 10, 1)]
    caller.batch(*events)
    assert caller.ids(use_case) == [events[1]["eventId"], events[0]["eventId"], events[2]["eventId"]]


def paged(caller: Caller, use_case: str, **body: Any) -> list[str]:
    """All ids, page by page, as a client reads them: no page but an only one may be empty."""
    ids: list[str] = []
    cursor: Json = {}
    while True:
        page = caller.query(use_case, **body, **cursor)
        ids += [event["eventId"] for event in page["events"]]
        if not page["hasMore"]:
            assert page["nextCursor"] is None
            return ids
        assert page["events"]
        cursor = {"cursor": page["nextCursor"]}


@pytest.fixture(scope="module")
def seven(caller: Caller) -> tuple[str, list[str]]:
    """A use case with seven events, and their ids newest first."""
    use_case = caller.new_use_case(new_name())
    events = some_events(7, use_case)
    caller.batch(*events)
    events.sort(key=lambda event: str(event["timestamp"]), reverse=True)
    return use_case, [event["eventId"] for event in events]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 1000])
def test_pages_join_to_the_whole_list(caller: Caller, seven: tuple[str, list[str]], limit: int) -> None:
    use_case, ids = seven
    assert paged(caller, use_case, limit=limit) == ids
    first = caller.query(use_case, limit=limit)
    assert len(first["events"]) == min(limit, 7)
    assert first["hasMore"] is (limit < 7)


def test_pages_of_a_filtered_query_join_too(caller: Caller, use_case: str) -> None:
    events = some_events(20, use_case)
    for event in events[::2]:
        event["deviceId"] = "cam-1"
    caller.batch(*events)
    ids = paged(caller, use_case, limit=3, deviceId={"operator": "eq", "value": "cam-1"})
    assert sorted(ids) == sorted(event["eventId"] for event in events[::2])


def test_a_page_has_100_events_unless_told_otherwise(caller: Caller, use_case: str) -> None:
    caller.batch(*some_events(100, use_case))
    caller.create(an_event(use_case=use_case))
    page = caller.query(use_case)
    assert len(page["events"]) == 100
    assert page["hasMore"] is True
    assert len(caller.query(use_case, cursor=page["nextCursor"])["events"]) == 1


def test_events_that_arrive_while_paging_neither_repeat_nor_hide_any(caller: Caller, use_case: str) -> None:
    events = some_events(6, use_case)
    caller.batch(*events)
    first = caller.query(use_case, limit=3)
    caller.batch(*[an_event(use_case=use_case, timestamp=moment(minutes=1)) for _ in range(3)])

    second = caller.query(use_case, limit=3, cursor=first["nextCursor"])
    ids = [event["eventId"] for event in first["events"] + second["events"]]
    assert sorted(ids) == sorted(event["eventId"] for event in events)


def test_filters_may_change_between_pages(caller: Caller, seven: tuple[str, list[str]]) -> None:
    use_case, ids = seven
    cursor = caller.query(use_case, limit=2)["nextCursor"]
    assert caller.ids(use_case, cursor=cursor, eventType="quality_check", limit=2) == ids[2:4]
    assert caller.ids(use_case, cursor=cursor, eventType="custom") == []


@pytest.mark.parametrize("limit", [0, -1, 1001, "10", 1.5, True])
def test_limit_outside_1_to_1000_is_refused(caller: Caller, use_case: str, limit: Any) -> None:
    body = {"useCaseId": use_case, "limit": limit}
    refused(caller.http.post("/vision-events/query", json=body), 400, "invalid", path="limit")


@pytest.mark.parametrize("cursor", ["nonsense", "!!!!", "eyJ0IjoxfQ", "é", "A" * 3000])
def test_broken_cursor_is_refused(caller: Caller, use_case: str, cursor: str) -> None:
    body = {"useCaseId": use_case, "cursor": cursor}
    reply = caller.http.post("/vision-events/query", json=body)
    assert reply.json()["code"] in {"invalid", "invalid_cursor"}
    refused(reply, 400, reply.json()["code"], path="cursor")


def test_altered_cursor_is_refused_or_harmless(caller: Caller, seven: tuple[str, list[str]]) -> None:
    use_case, ids = seven
    cursor = caller.query(use_case, limit=2)["nextCursor"]
    for place in range(0, len(cursor), 5):
        altered = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        reply = caller.http.post("/vision-events/query", json={"useCaseId": use_case, "cursor": altered})
        if reply.status_code == 200:
            assert {event["eventId"] for event in reply.json()["events"]} <= set(ids)
        else:
            refused(reply, 400, "invalid_cursor", path="cursor")


def test_cursor_of_another_use_case_or_workspace_is_refused(
    caller: Caller, stranger: Caller, seven: tuple[str, list[str]], use_case: str, strangers_use_case: str
) -> None:
    cursor = caller.query(seven[0], limit=2)["nextCursor"]
    for who, where in ((caller, use_case), (stranger, strangers_use_case)):
        body = {"useCaseId": where, "cursor": cursor}
        refused(who.http.post("/vision-events/query", json=body), 400, "invalid_cursor", path="cursor")


def test_start_and_end_are_inclusive(caller: Caller, seven: tuple[str, list[str]]) -> None:
    use_case, ids = seven
    times = {event["eventId"]: event["timestamp"] for event in caller.query(use_case)["events"]}
    assert caller.ids(use_case, startTime=times[ids[4]], endTime=times[ids[1]]) == ids[1:5]
    assert caller.ids(use_case, startTime=times[ids[0]]) == ids[:1]
    assert caller.ids(use_case, endTime=times[ids[6]]) == ids[6:]


def test_bounds_may_carry_any_offset(caller: Caller, use_case: str) -> None:
    when = datetime.now(UTC) - timedelta(hours=5)
    event = an_event(use_case=use_case, timestamp=when.isoformat())
    caller.create(event)
    from zoneinfo import ZoneInfo

    local = when.astimezone(ZoneInfo("Asia/Kathmandu")).isoformat()
    assert caller.ids(use_case, startTime=local, endTime=local) == [event["eventId"]]


def test_a_bare_date_means_the_whole_day(caller: Caller, use_case: str) -> None:
    day = (datetime.now(UTC) - timedelta(days=3)).date()
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    inside = [f"{day}T00:00:00Z", f"{day}T23:59:59.999999Z"]
    for when in (f"{before}T23:59:59.999999Z", *inside, f"{after}T00:00:00Z"):
        caller.create(an_event(use_case=use_case, timestamp=when))
    found = caller.query(use_case, startTime=str(day), endTime=str(day))["events"]
    assert [event["timestamp"][:19] for event in found] == [f"{day}T23:59:59", f"{day}T00:00:00"]


def test_query_without_a_valid_key_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(outsider.post("/vision-events/query", json={"useCaseId": use_case}), 401, "unauthenticated")


def test_another_workspaces_use_case_is_not_told_apart_from_an_absent_one(
    caller: Caller, stranger: Caller, strangers_use_case: str
) -> None:
    stranger.create(an_event(use_case=strangers_use_case))
    for absent in (strangers_use_case, "absent"):
        reply = caller.http.post("/vision-events/query", json={"useCaseId": absent})
        body = refused(reply, 404, "not_found")
        assert "Secret line" not in body["error"]


@pytest.mark.parametrize(
    "body", [[], "all", {}, {"useCaseId": None}, {"useCaseId": 5}, {"useCaseId": ["a"]}, {"useCaseId": ""}]
)
def test_body_of_the_wrong_shape_is_refused(caller: Caller, body: Any) -> None:
    refused(caller.http.post("/vision-events/query", json=body), 400, "invalid")


def test_the_same_query_again_gives_the_same_answer(caller: Caller, seven: tuple[str, list[str]]) -> None:
    body = {"useCaseId": seven[0], "limit": 3}
    first = answer(caller.http.post("/vision-events/query", json=body))
    assert answer(caller.http.post("/vision-events/query", json=body)) == first


def test_empty_page_for_a_metadata_field_that_no_event_has_says_so(caller: Caller, use_case: str) -> None:
    """A misspelt field must not look like an answer."""
    caller.create(an_event(use_case=use_case, customMetadata={"line_id": "L2"}))

    def asked(field: str, value: str) -> Json:
        one = {"field": field, "operator": "eq", "value": value}
        return caller.query(use_case, customMetadataFilters=[one])

    (note,) = asked("lineid", "L2")["notes"]
    assert (note["code"], note["path"]) == ("unknown_metadata_field", "customMetadataFilters.0.field")
    assert "there is: line_id" in note["message"]
    assert "notes" not in asked("line_id", "L3")
    assert "notes" not in asked("line_id", "L2")
