"""GET /vision-events/image-metadata-schema/{useCaseId}: the keys of the images' own metadata."""

import httpx

from tests.builders import an_event, an_image, moment
from tests.expect import Caller, answer, refused

PATH = "/vision-events/image-metadata-schema/"


def test_fields_of_images_come_with_types_counts_and_times(caller: Caller, use_case: str) -> None:
    when = moment(minutes=5)
    wide = an_image(metadata={"lens": "wide", "exposure": 12})
    caller.create(an_event(use_case=use_case, timestamp=when, images=[wide], customMetadata={"shift": "night"}))
    caller.create(an_event(use_case=use_case, images=[an_image(), an_image(metadata={"exposure": "auto"})]))

    reply = answer(caller.http.get(PATH + use_case))
    assert reply["useCaseId"] == use_case
    assert reply["fields"].keys() == {"lens", "exposure"}
    lens = {
        "types": ["string"],
        "count": 1,
        "countByType": {"string": 1},
        "firstSeenAt": when,
        "lastSeenAt": when,
    }
    assert reply["fields"]["lens"] == lens
    assert sorted(reply["fields"]["exposure"]["types"]) == ["number", "string"]


def test_counts_are_of_events_not_of_images(caller: Caller, use_case: str) -> None:
    images = [an_image(metadata={"lens": "wide"}), an_image(metadata={"lens": "tele"})]
    caller.create(an_event(use_case=use_case, images=images))
    assert caller.schema(use_case, of="image")["lens"]["count"] == 1


def test_a_field_disappears_with_its_last_event(caller: Caller, use_case: str) -> None:
    event = an_event(use_case=use_case, images=[an_image(metadata={"lens": "wide"})])
    caller.create(event)
    caller.create(event | {"images": []})
    assert caller.schema(use_case, of="image") == {}


def test_use_case_without_image_metadata_has_no_fields(caller: Caller, use_case: str) -> None:
    caller.create(an_event(use_case=use_case, images=[an_image()], customMetadata={"shift": "night"}))
    assert answer(caller.http.get(PATH + use_case)) == {"useCaseId": use_case, "fields": {}}


def test_without_a_valid_key_it_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(outsider.get(PATH + use_case), 401, "unauthenticated")


def test_missing_or_another_workspaces_use_case_is_not_found(caller: Caller, strangers_use_case: str) -> None:
    for absent in (strangers_use_case, "absent"):
        refused(caller.http.get(PATH + absent), 404, "not_found")
