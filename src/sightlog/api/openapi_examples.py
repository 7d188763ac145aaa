"""Examples for /openapi.json and /docs. On a server with the demo's data they work exactly as printed; their times
are those of the day on which the server starts, because events that are too old are refused."""

from datetime import date
from typing import Any

from msgspec import Struct

from sightlog.api.openapi_example_bodies import (
    COUNT_ID,
    FAIL_ID,
    NEW_ID,
    PASS_ID,
    QUALITY,
    QUALITY_ID,
    REVIEW_ID,
    alert,
    as_answered,
    at,
    count_of_boxes,
    custom,
    custom_schema,
    facets,
    failed_check,
    good_check,
    image_schema,
    new_use_case,
    review,
    use_case_with_counts,
    whole_event,
)

Json = dict[str, Any]

_PICTURE_ID = "ve-5kq0w9c2t7hx3nj8"
_CURSOR = "WzEsIms3bTJ4cTlodzR0YiIsMTc2MzAwMCwiMGQyZiJd"


class Sample(Struct, frozen=True):
    """What one request sends and gets back."""

    title: str
    body: Json | None = None
    reply: Json | None = None


class Example(Struct, frozen=True, kw_only=True):
    """How an operation is shown: the address filled in, samples, arguments of curl where the body is not
    JSON, and the same in the SDK and on the command line."""

    address: str
    description: str = ""
    samples: tuple[Sample, ...] = ()
    arguments: str = ""
    sdk: str = ""
    command: str = ""


def build_examples(today: date) -> dict[tuple[str, str], Example]:
    """The example of every operation, by method and path."""
    return {
        **_event_examples(today),
        **_picture_examples(),
        **_query_examples(today),
        **_export_examples(),
        **_overview_examples(today),
        **_use_case_examples(today),
        **_device_examples(today),
        **_client_examples(),
    }


def _event_examples(today: date) -> dict[tuple[str, str], Example]:
    return {
        ("POST", "/vision-events"): Example(
            description="The answer comes once the event is on disk. An `eventId` that is sent again overwrites the "
            "whole event, so that repeating a request is safe.",
            address="/vision-events",
            samples=(
                Sample("quality_check", failed_check(today), {"eventId": FAIL_ID, "created": True}),
                Sample("inventory_count", count_of_boxes(today), {"eventId": COUNT_ID, "created": True}),
                Sample("safety_alert", alert(today), {"eventId": PASS_ID, "created": True}),
                Sample("custom", custom(today), {"eventId": PASS_ID, "created": True}),
                Sample("operator_feedback", review(today), {"eventId": REVIEW_ID, "created": True}),
            ),
            sdk="workspace.write_vision_event(event)",
            command="roboflow vision-events write '{…}'",
        ),
        ("POST", "/vision-events/batch"): Example(
            description="When one is bad, the answer names every problem with the `index` of its event. "
            "Of an id that comes twice the last event is stored, with a warning.",
            address="/vision-events/batch",
            samples=(
                Sample(
                    "Two events",
                    {"events": [good_check(today), count_of_boxes(today)]},
                    {"created": 2, "eventIds": [PASS_ID, COUNT_ID]},
                ),
            ),
            sdk="workspace.write_vision_events_batch(events)",
            command="roboflow vision-events write-batch '[…]'",
        ),
        ("GET", "/vision-events/events/{eventId:path}"): Example(
            description="The only reply that holds the event's use case, its arrival and all its reviews.",
            address=f"/vision-events/events/{FAIL_ID}",
            samples=(Sample("One event", reply=whole_event(today)),),
        ),
    }


def _picture_examples() -> dict[tuple[str, str], Example]:
    link = f"/vision-events/images/{_PICTURE_ID}?expires=1798848000&token=7d0c…e1"
    uploaded = {"sourceId": _PICTURE_ID, "url": link, "width": 1280, "height": 720}
    file = {"contentType": "image/jpeg", "bytes": 183_402, "success": True}
    return {
        ("POST", "/vision-events/upload"): Example(
            description="The bytes are kept as they came. Events name the picture by its `sourceId`.",
            address="/vision-events/upload",
            samples=(Sample("A picture", reply=uploaded | file),),
            arguments="-F file=@plate.jpg",
            sdk='workspace.upload_vision_event_image("plate.jpg")',
            command="roboflow vision-events upload-image plate.jpg",
        ),
        ("GET", "/vision-events/images/{sourceId}"): Example(
            description="Replies hold links with `expires` and `token`, which open without a key until they expire.",
            address=f"/vision-events/images/{_PICTURE_ID}?size=thumb",
            arguments="-o plate-small.jpg",
        ),
        ("POST", "/vision-events/bundle"): Example(
            description="`payload.json` in the file is the body of create, in which `file` and `inputFile` name "
            "members under `images/`. The same bundle again changes nothing.",
            address=f"/vision-events/bundle?useCaseId={QUALITY.replace(' ', '%20')}",
            samples=(Sample("A bundle", reply={"eventId": FAIL_ID, "created": True, "images": 2}),),
            arguments="--data-binary @event.tar.gz",
        ),
        ("POST", "/vision-events/delete"): Example(
            description="Ids that name no event of the use case come back in `notFound`; that is no error.",
            address="/vision-events/delete",
            samples=(
                Sample(
                    "Two events",
                    {"useCaseId": QUALITY, "eventIds": [FAIL_ID, "never-stored"]},
                    {"deleted": 1, "notFound": ["never-stored"]},
                ),
            ),
        ),
    }


def _query_examples(today: date) -> dict[tuple[str, str], Example]:
    page = {"events": [as_answered(failed_check(today))]}
    filters = {
        "useCaseId": QUALITY,
        "startTime": today.isoformat(),
        "eventTypes": ["quality_check"],
        "detection": {
            "operator": "in",
            "value": ["scratch", "dent"],
            "confidence": {"operator": "gte", "value": 0.6},
        },
        "customMetadataFilters": [{"field": "shift", "operator": "neq", "value": "morning"}],
        "eventFieldFilters": [{"column": "result", "operator": "eq", "value": "fail"}],
    }
    return {
        ("POST", "/vision-events/query"): Example(
            description="All filters must hold. To read on, send the same body with the page's `nextCursor` as "
            "`cursor`, until `hasMore` is false; nothing comes twice and nothing is missed while others write.",
            address="/vision-events/query",
            samples=(
                Sample(
                    "Failed parts with a scratch or a dent",
                    filters | {"limit": 50},
                    page | {"nextCursor": _CURSOR, "hasMore": True, "lookbackDays": 365},
                ),
                Sample(
                    "What nobody has reviewed",
                    {"useCaseId": QUALITY, "feedbackStatus": ["none"], "hasWarnings": False},
                    {"events": [], "nextCursor": None, "hasMore": False, "lookbackDays": 365},
                ),
            ),
            sdk=f'workspace.query_vision_events("{QUALITY}", event_type="quality_check", limit=50)',
            command=f'roboflow vision-events query "{QUALITY}" --event-type quality_check --limit 50',
        ),
        ("POST", "/vision-events/count"): Example(
            description="With `atMost` it stops early and says so in `exact`.",
            address="/vision-events/count",
            samples=(Sample("Failed parts", filters | {"atMost": 10_000}, {"count": 128, "exact": True}),),
        ),
        ("POST", "/vision-events/aggregate"): Example(
            description="With `timeBucket` every list of buckets belongs to `bucketStarts`. An event with several "
            "detection classes counts in each of their groups.",
            address="/vision-events/aggregate",
            samples=(
                Sample(
                    "By device",
                    {"useCaseId": QUALITY, "groupBy": "device", "limit": 1},
                    {
                        "useCaseId": QUALITY_ID,
                        "groupBy": "device",
                        "total": {"count": 300, "fails": 9, "alerts": 0, "checked": 300},
                        "groups": [
                            {
                                "count": 200,
                                "fails": 8,
                                "alerts": 0,
                                "checked": 200,
                                "value": "cam-5",
                                "type": "string",
                                "buckets": None,
                            }
                        ],
                        "rest": {"count": 100, "fails": 1, "alerts": 0, "checked": 100},
                        "otherGroups": 1,
                        "bucketStarts": None,
                        "buckets": None,
                    },
                ),
            ),
        ),
    }


def _export_examples() -> dict[tuple[str, str], Example]:
    failed = {"useCaseId": QUALITY, "outcomes": ["fail"]}
    return {
        ("POST", "/vision-events/export"): Example(
            description="It is written while it is read, so it may be of any length. Events that arrive meanwhile are "
            "not in it. A connection that is closed before the end of the body means that it broke off.",
            address="/vision-events/export",
            samples=(Sample("Failed parts as a table", failed | {"format": "csv"}),),
        ),
    }


def _overview_examples(today: date) -> dict[tuple[str, str], Example]:
    name = QUALITY.replace(" ", "%20")
    return {
        ("GET", "/vision-events/custom-metadata-schema/{useCaseId}"): Example(
            description="Nothing has to be declared: a field that came as text and as a number shows both types, "
            "with their counts.",
            address=f"/vision-events/custom-metadata-schema/{name}",
            samples=(Sample("Two fields", reply=custom_schema(today)),),
            sdk=f'workspace.get_vision_event_metadata_schema("{QUALITY_ID}")',
            command=f'roboflow vision-events metadata-schema "{QUALITY_ID}"',
        ),
        ("GET", "/vision-events/image-metadata-schema/{useCaseId}"): Example(
            description="The same for `metadata` of the entries of `images`.",
            address=f"/vision-events/image-metadata-schema/{name}",
            samples=(Sample("One field", reply=image_schema(today)),),
        ),
        ("GET", "/vision-events/facets/{useCaseId}"): Example(
            description="At most 100 values of each, most frequent first. They come from counts that are kept with "
            "every write, so that the answer is quick however many events there are.",
            address=f"/vision-events/facets/{name}",
            samples=(Sample("Facets", reply=facets(today)),),
        ),
    }


def _use_case_examples(today: date) -> dict[tuple[str, str], Example]:
    new, renamed = new_use_case(today), {"name": "Paint line 3"}
    base = "/vision-events/use-cases"
    return {
        ("GET", base): Example(
            description="`eventCount` always equals an unfiltered query.",
            address=base + "?status=all",
            samples=(Sample("One use case", reply={"useCases": [use_case_with_counts(today)], "lookbackDays": 365}),),
            sdk="workspace.list_vision_event_use_cases()",
            command="roboflow vision-events use-cases",
        ),
        ("POST", base): Example(
            description="Names are unique in the workspace, archived use cases included, whatever their case.",
            address=base,
            samples=(Sample("A new use case", {"name": new["name"]}, new),),
            sdk='workspace.create_vision_event_use_case("Paint line 2")',
            command='roboflow vision-events create-use-case "Paint line 2"',
        ),
        ("PUT", base + "/{useCaseId}"): Example(
            description="The id and the events stay.",
            address=base + "/Paint%20line%202",
            samples=(Sample("A new name", renamed, new | renamed),),
            sdk=f'workspace.rename_vision_event_use_case("{NEW_ID}", "Paint line 3")',
            command=f'roboflow vision-events rename-use-case {NEW_ID} --name "Paint line 3"',
        ),
        ("POST", base + "/{useCaseId}/archive"): Example(
            description="It leaves the default list and takes no new events. Doing it twice is fine.",
            address=base + "/Paint%20line%203/archive",
            samples=(Sample("Archived", reply={"success": True}),),
            sdk=f'workspace.archive_vision_event_use_case("{NEW_ID}")',
            command=f"roboflow vision-events archive-use-case {NEW_ID}",
        ),
        ("POST", base + "/{useCaseId}/unarchive"): Example(
            description="It takes events again. Doing it twice is fine.",
            address=base + "/Paint%20line%203/unarchive",
            samples=(Sample("Back again", reply={"success": True}),),
            sdk=f'workspace.unarchive_vision_event_use_case("{NEW_ID}")',
            command=f"roboflow vision-events unarchive-use-case {NEW_ID}",
        ),
    }


def _device_examples(today: date) -> dict[tuple[str, str], Example]:
    event = {
        "event_schema": "quality_check",
        "inference_timestamp": at(today, "00:18:00.123456"),
        "solution": QUALITY,
        "event_data": {"result": "pass"},
        "custom_metadata": {"line_id": "line-1", "shift": "night"},
        "images": [],
    }
    return {
        ("POST", "/v2/events"): Example(
            description="What the workflow block sends when it writes to a local event store.",
            address="/v2/events",
            samples=(Sample("An event", event, {"id": PASS_ID}),),
        ),
        ("GET", "/v2/events/latest/query"): Example(
            description="Newest arrival first, in the names of the edge service.",
            address="/v2/events/latest/query?limit=5",
        ),
        ("GET", "/health"): Example(address="/health", samples=(Sample("Alive", reply={"status": "healthy"}),)),
    }


def _client_examples() -> dict[tuple[str, str], Example]:
    check = {"welcome": "Sightlog, the self-hosted Vision Events server", "workspace": "my-workspace"}
    own = {"name": "My workspace", "url": "my-workspace", "members": 1, "projects": []}
    return {
        ("GET", "/"): Example(
            description="Without `api_key` the answer is a page for people.",
            address="/?api_key=$ROBOFLOW_API_KEY",
            samples=(Sample("The key's workspace", reply=check),),
        ),
        ("POST", "/"): Example(
            description="The first call of SDK and command line.",
            address="/?api_key=$ROBOFLOW_API_KEY",
            samples=(Sample("The key's workspace", reply=check),),
            sdk="roboflow.Roboflow(api_key=key)",
            command="roboflow auth status",
        ),
        ("GET", "/{workspace}"): Example(
            description="Any other workspace than the key's own is not found.",
            address="/my-workspace?api_key=$ROBOFLOW_API_KEY",
            samples=(Sample("The key's workspace", reply={"workspace": own}),),
            sdk="roboflow.Roboflow(api_key=key).workspace()",
        ),
        ("POST", "/usage/inference"): Example(
            description="So that the logs of inference servers stay quiet.",
            address="/usage/inference",
            samples=(Sample("Taken", {}, {}),),
        ),
        ("GET", "/healthz"): Example(
            description="Asks nothing of the disk.",
            address="/healthz",
            samples=(Sample("Alive", reply={"status": "ok"}),),
        ),
        ("GET", "/readyz"): Example(
            description="Writes and reads once; 503 when that fails.",
            address="/readyz",
            samples=(Sample("Ready", reply={"status": "ready"}),),
        ),
    }
