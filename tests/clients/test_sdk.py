"""Every vision-events call of the official SDK, against the live server."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_box, an_event, an_image, feedback_on, moment, new_name, some_events
from tests.clients.conftest import Sdk, SdkError
from tests.expect import Caller
from tests.pictures.making import CONTENT_TYPES, saved
from tests.pictures.sending import a_picture

WRITE, QUERY, BATCH = "write_vision_event", "query_vision_events", "write_vision_events_batch"


def refused(sdk: Sdk, method: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """The body that the SDK raises as the text of its RoboflowError."""
    with pytest.raises(SdkError) as raised:
        sdk(method, *args, **kwargs)
    assert raised.value.kind == "RoboflowError"
    body: dict[str, Any] = json.loads(str(raised.value))
    assert isinstance(body["error"], str)
    return body


def test_workspace_is_found_by_the_key(sdk: Sdk, caller: Caller) -> None:
    assert sdk("url") == caller.workspace
    assert sdk("project_list") == []
    assert sdk("name")


def test_lines_of_the_readme_work(client_environment: Callable[[str], dict[str, str]], caller: Caller) -> None:
    """No key in the code: both come from the environment."""
    code = "import roboflow; print(roboflow.Roboflow().workspace().list_vision_event_use_cases()['lookbackDays'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=client_environment(caller.key),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split()[-1] == "365"


def test_wrong_key_is_said_at_once_and_not_retried(
    client_environment: Callable[[str], dict[str, str]],
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import roboflow; roboflow.Roboflow().workspace()"],
        env=client_environment("sl_" + "0c" * 32),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "RuntimeError" in done.stderr
    assert "unauthenticated" in done.stderr
    assert "retrying" not in done.stdout


def test_write_event(sdk: Sdk, caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, images=[an_image(a_box())], customMetadata={"shift": "night"})
    assert sdk(WRITE, event) == {"eventId": event["eventId"], "created": True}
    assert sdk(WRITE, event) == {"eventId": event["eventId"], "created": False}
    assert caller.ids(use_case) == [event["eventId"]]


def test_write_event_to_an_archived_use_case_raises_with_the_way_back(sdk: Sdk, use_case: str) -> None:
    sdk("archive_vision_event_use_case", use_case)
    body = refused(sdk, WRITE, an_event(use_case=use_case))
    assert body["code"] == "archived_use_case"
    assert "unarchive" in body["error"]


def test_write_bad_event_raises_with_every_problem(sdk: Sdk, use_case: str) -> None:
    body = refused(sdk, WRITE, an_event(use_case=use_case, timestamp="yesterday", deviceId=5))
    assert {problem["path"] for problem in body["details"]} == {"timestamp", "deviceId"}
    assert refused(sdk, WRITE, an_event(use_case="absent"))["code"] == "unknown_use_case"


def test_write_nan_which_python_sends_happily_raises(sdk: Sdk, caller: Caller, use_case: str) -> None:
    """`requests` refuses it itself or sends it; either way nothing is stored."""
    with pytest.raises(SdkError):
        sdk(WRITE, an_event(use_case=use_case, customMetadata={"temperature": float("nan")}))
    assert caller.count(use_case) == 0


def test_write_batch(sdk: Sdk, caller: Caller, use_case: str) -> None:
    events = some_events(100, use_case)
    assert sdk(BATCH, events) == {"created": 100, "eventIds": [event["eventId"] for event in events]}
    assert caller.count(use_case) == 100


def test_write_bad_batch_raises_with_the_index_and_stores_nothing(sdk: Sdk, caller: Caller, use_case: str) -> None:
    good, bad = an_event(use_case=use_case), an_event("nonsense", use_case)
    assert refused(sdk, BATCH, [good, bad])["details"][0]["index"] == 1
    refused(sdk, BATCH, [])
    refused(sdk, BATCH, some_events(101, use_case))
    assert caller.count(use_case) == 0


def test_query_with_every_named_argument(sdk: Sdk, use_case: str) -> None:
    wanted = an_event(use_case=use_case, deviceId="cam-1", timestamp=moment(hours=2))
    others = [an_event("custom", use_case, timestamp=moment(hours=2)), an_event(use_case=use_case)]
    sdk(BATCH, [wanted, *others])

    page = sdk(
        QUERY,
        use_case,
        event_type="quality_check",
        event_types=["quality_check", "custom"],
        start_time=moment(hours=3),
        end_time=moment(hours=1),
        limit=5,
    )
    assert [event["eventId"] for event in page["events"]] == [wanted["eventId"]]
    assert (page["nextCursor"], page["hasMore"], page["lookbackDays"]) == (None, False, 365)


def test_query_with_filters_passed_through(sdk: Sdk, use_case: str) -> None:
    wanted = an_event(
        use_case=use_case,
        deviceId="cam-1",
        eventData={"result": "fail"},
        customMetadata={"temperature": 72.5},
        images=[an_image(a_box("scratch", 0.9))],
    )
    sdk(BATCH, [wanted, an_event(use_case=use_case, deviceId="cam-1")])
    page = sdk(
        QUERY,
        use_case,
        deviceId={"operator": "eq", "value": "cam-1"},
        customMetadataFilters=[{"field": "temperature", "operator": "gt", "value": 70, "type": "number"}],
        eventFieldFilters=[{"column": "result", "operator": "eq", "value": "fail"}],
        detection={"operator": "in", "value": ["scratch"], "confidence": {"operator": "gte", "value": 0.6}},
        feedbackStatus=["none"],
    )
    assert [event["eventId"] for event in page["events"]] == [wanted["eventId"]]


def test_bad_filter_raises_with_what_is_allowed(sdk: Sdk, use_case: str) -> None:
    body = refused(sdk, QUERY, use_case, deviceId={"operator": "like", "value": "cam"})
    assert body["code"] == "invalid_filter"
    assert "starts_with" in body["error"]
    assert refused(sdk, QUERY, "absent")["code"] == "not_found"


@pytest.mark.parametrize("limit", [1, 3, 7, 100, None])
def test_query_all_walks_every_page(sdk: Sdk, use_case: str, limit: int | None) -> None:
    events = some_events(7, use_case)
    sdk(BATCH, events)
    pages = sdk("query_all_vision_events", use_case, limit=limit)

    expected = sorted(events, key=lambda event: str(event["timestamp"]), reverse=True)
    found = [event["eventId"] for page in pages for event in page]
    assert found == [event["eventId"] for event in expected]
    assert len(pages) == -(-7 // (limit or 100))


def test_query_all_of_a_filter_that_hardly_matches(sdk: Sdk, use_case: str) -> None:
    """The SDK stops at an empty page, so a page that found nothing yet must never be answered."""
    events = some_events(100, use_case)
    events[50]["deviceId"] = events[99]["deviceId"] = "rare"
    sdk(BATCH, events)
    rare = {"operator": "eq", "value": "rare"}
    pages = sdk("query_all_vision_events", use_case, limit=1, deviceId=rare)
    assert {page[0]["eventId"] for page in pages} == {events[50]["eventId"], events[99]["eventId"]}


def test_query_all_of_nothing_yields_nothing(sdk: Sdk, use_case: str) -> None:
    assert sdk("query_all_vision_events", use_case) == []


def test_feedback_by_the_sdk_reaches_the_event(sdk: Sdk, use_case: str) -> None:
    event = an_event(use_case=use_case)
    sdk(WRITE, event)
    sdk(WRITE, feedback_on(event["eventId"], "incorrect", use_case))
    (found,) = sdk(QUERY, use_case, feedbackStatus=["incorrect"])["events"]
    assert found["feedback"]["status"] == "incorrect"


def test_use_cases_from_creation_to_archive_and_back(sdk: Sdk) -> None:
    name, new = new_name(), new_name("Renamed")
    created = sdk("create_vision_event_use_case", name)
    use_case = created["id"]
    assert created["name"] == name
    renamed = sdk("rename_vision_event_use_case", use_case, new)
    assert (renamed["id"], renamed["name"]) == (use_case, new)

    def listed(status: str | None = None) -> list[str]:
        found = sdk("list_vision_event_use_cases", status=status)
        assert found["lookbackDays"] == 365
        return [row["id"] for row in found["useCases"]]

    assert use_case in listed()
    assert sdk("archive_vision_event_use_case", use_case) == {"success": True}
    assert use_case not in listed("active")
    assert use_case in listed("inactive")
    assert sdk("unarchive_vision_event_use_case", use_case) == {"success": True}
    assert use_case in listed("active")


def test_use_case_errors_raise_with_the_body(sdk: Sdk) -> None:
    name = new_name()
    sdk("create_vision_event_use_case", name)
    assert refused(sdk, "create_vision_event_use_case", name)["code"] == "name_taken"
    assert refused(sdk, "create_vision_event_use_case", "")["code"] == "invalid"
    assert refused(sdk, "rename_vision_event_use_case", "absent", "x")["code"] == "not_found"
    assert refused(sdk, "archive_vision_event_use_case", "absent")["code"] == "not_found"
    assert refused(sdk, "unarchive_vision_event_use_case", "absent")["code"] == "not_found"
    assert refused(sdk, "get_vision_event_metadata_schema", "absent")["code"] == "not_found"
    assert refused(sdk, "list_vision_event_use_cases", status="nonsense")["code"] == "invalid"


def test_metadata_schema(sdk: Sdk, use_case: str) -> None:
    sdk(WRITE, an_event(use_case=use_case, customMetadata={"shift": "night", "temperature": 7, "rework": True}))
    schema = sdk("get_vision_event_metadata_schema", use_case)
    assert schema["useCaseId"] == use_case
    found = {name: field["types"] for name, field in schema["fields"].items()}
    assert found == {"shift": ["string"], "temperature": ["number"], "rework": ["boolean"]}


UPLOAD = "upload_vision_event_image"


def test_upload_image_with_name_and_metadata(sdk: Sdk, caller: Caller, use_case: str, tmp_path: Path) -> None:
    data = a_picture()
    path = saved(tmp_path, data, "front.jpg")
    reply = sdk(UPLOAD, str(path), name="front camera", metadata={"lens": "wide", "iso": 100, "hdr": True})
    assert reply["success"] is True
    assert caller.picture(reply["sourceId"]).content == data
    assert reply["sourceId"] in reply["url"]

    sdk(WRITE, an_event(use_case=use_case, images=[{"sourceId": reply["sourceId"]}]))
    (found,) = sdk(QUERY, use_case, imageMetadataFilters=[{"field": "iso", "operator": "gte", "value": 100}])["events"]
    assert found["images"][0]["url"] == reply["url"]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_upload_image_of_each_format(sdk: Sdk, caller: Caller, tmp_path: Path, content_type: str) -> None:
    """The SDK sends every file as application/octet-stream."""
    path = saved(tmp_path, a_picture(content_type))
    source_id = sdk(UPLOAD, str(path))["sourceId"]
    assert caller.picture(source_id).headers["content-type"] == content_type


def test_bad_uploads_raise_with_the_body(sdk: Sdk, tmp_path: Path) -> None:
    good, text = saved(tmp_path, a_picture()), saved(tmp_path, b"not a picture", "text.jpg")
    assert refused(sdk, UPLOAD, str(text))["code"] == "unsupported_image"
    assert refused(sdk, UPLOAD, str(good), metadata={"a": {"b": 1}})["code"] == "invalid"
    assert refused(sdk, UPLOAD, str(good), name="x" * 257)["code"] == "invalid"
    large = saved(tmp_path, a_picture().ljust(20_000_001, b"\0"), "large")
    assert refused(sdk, UPLOAD, str(large))["code"] == "too_large"
