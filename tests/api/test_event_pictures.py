"""Events and the pictures that they name: links and sizes in replies, and what was said of a picture at its upload."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.builders import a_box, an_event, an_image, new_id
from tests.expect import Caller, refused, warned_of
from tests.pictures.sending import a_bundle, a_payload, a_picture, hash_of, kept_files
from tests.processes import Server

Json = dict[str, Any]


def upload(caller: Caller, width: int = 96, **metadata: Any) -> str:
    """A new picture's id."""
    text = httpx.Response(200, json=metadata).text
    source_id: str = caller.upload(a_picture(width=width), metadata=text)["sourceId"]
    return source_id


def naming(*source_ids: str, use_case: str, **changes: Any) -> Json:
    """An event with an entry for each picture."""
    return an_event(use_case=use_case, images=[an_image(sourceId=id) for id in source_ids], **changes)


def test_page_and_single_event_carry_links_and_sizes(caller: Caller, nobody: httpx.Client, use_case: str) -> None:
    shown, frame = a_picture(width=120, height=90), a_picture("image/png", width=240, height=180)
    ids = [caller.upload(data)["sourceId"] for data in (shown, frame)]
    entry = an_image(a_box(), sourceId=ids[0], inputSourceId=ids[1])
    event = an_event(use_case=use_case, images=[entry])
    assert warned_of(caller.create(event)) == []

    (in_page,) = caller.query(use_case)["events"]
    for image in (in_page["images"][0], caller.event(event["eventId"])["images"][0]):
        assert {name: image[name] for name in entry} == entry
        assert (image["width"], image["height"]) == (120, 90)
        assert (image["inputWidth"], image["inputHeight"]) == (240, 180)
        assert nobody.get(image["url"]).content == shown
        assert nobody.get(image["inputUrl"]).content == frame
        assert Image.open(io.BytesIO(nobody.get(image["thumbUrl"]).content)).size == (120, 90)
        assert Image.open(io.BytesIO(nobody.get(image["inputThumbUrl"]).content)).size == (240, 180)
        refusal = nobody.get(image["url"] + "&size=thumb")
        refused(refusal, 403, "forbidden", says="thumbUrl")
        added = {"url", "thumbUrl", "width", "height", "inputUrl", "inputThumbUrl", "inputWidth", "inputHeight"}
        assert image.keys() == entry.keys() | added


def test_entry_with_one_picture_has_one_link(caller: Caller, use_case: str) -> None:
    id = upload(caller)
    event = an_event(use_case=use_case, images=[{"inputSourceId": id}, an_image(), {"sourceId": id}])
    caller.create(event)
    only_input, none, only_shown = caller.event(event["eventId"])["images"]
    assert only_input.keys() == {"inputSourceId", "inputUrl", "inputThumbUrl", "inputWidth", "inputHeight"}
    assert none == an_image()
    assert only_shown.keys() == {"sourceId", "url", "thumbUrl", "width", "height"}


def test_links_are_never_part_of_what_was_stored(caller: Caller, use_case: str) -> None:
    """An event that was copied from a reply and sent again has the links of now, not the old ones."""
    event = naming(upload(caller), use_case=use_case)
    caller.create(event)
    copied = caller.event(event["eventId"])
    copied["images"][0]["url"] = "https://elsewhere.example/x.jpg"
    caller.create(event | {"images": copied["images"]})
    assert caller.event(event["eventId"])["images"][0]["url"].startswith("/vision-events/images/")


def test_picture_that_is_not_there_is_a_warning_and_has_no_link(caller: Caller, use_case: str) -> None:
    images = [{"sourceId": upload(caller), "inputSourceId": "ve-img-absent"}, {"sourceId": "ve-img-gone"}]
    event = an_event(use_case=use_case, images=images)
    expected = [("image_not_found", "images.0.inputSourceId"), ("image_not_found", "images.1.sourceId")]
    assert warned_of(caller.create(event)) == expected
    (stored,) = caller.query(use_case, hasWarnings=True)["events"]
    assert warned_of(stored) == expected
    assert "inputUrl" not in stored["images"][0]
    assert stored["images"][1] == images[1]


def test_picture_that_comes_after_its_event_is_linked_and_kept(caller: Caller, use_case: str) -> None:
    """The ids of a bundle's pictures follow from what is in it, so that they can be known before it comes."""
    bundle = a_bundle(a_payload(use_case, {"file": "images/a.jpg"}), {"images/a.jpg": a_picture()})
    delivered = caller.bundle(bundle)["eventId"]
    id = caller.event(delivered)["images"][0]["sourceId"]
    caller.delete(use_case, delivered)

    early = naming(id, use_case=use_case)
    assert warned_of(caller.create(early)) == [("image_not_found", "images.0.sourceId")]
    caller.bundle(bundle)
    assert caller.event(early["eventId"])["images"][0]["width"] == 96
    caller.delete(use_case, delivered)
    caller.picture(id)
    caller.delete(use_case, early["eventId"])
    caller.picture(id, 404)


def test_another_workspaces_picture_is_not_found_and_not_linked(
    caller: Caller, stranger: Caller, strangers_use_case: str
) -> None:
    id = upload(caller, secret="yes")
    event = naming(id, use_case=strangers_use_case)
    assert warned_of(stranger.create(event)) == [("image_not_found", "images.0.sourceId")]
    assert stranger.event(event["eventId"])["images"] == event["images"]
    assert stranger.schema(strangers_use_case, of="image") == {}


def test_batch_is_warned_by_index(caller: Caller, use_case: str) -> None:
    reply = caller.batch(naming(upload(caller), use_case=use_case), naming("ve-img-gone", use_case=use_case))
    assert [(warning["index"], warning["code"]) for warning in reply["warnings"]] == [(1, "image_not_found")]


def lens(value: Any, operator: str = "eq") -> Json:
    return {"imageMetadataFilters": [{"field": "lens", "operator": operator, "value": value}]}


def test_what_was_said_at_the_upload_can_be_filtered_by(caller: Caller, use_case: str) -> None:
    wide = naming(upload(caller, lens="wide", iso=100), use_case=use_case)
    both = naming(upload(caller, lens="tele"), upload(caller, lens="wide", hdr=True), use_case=use_case)
    own = an_event(use_case=use_case, images=[an_image(metadata={"lens": "macro"})])
    bare = naming(upload(caller), use_case=use_case)
    caller.batch(wide, both, own, bare)

    assert set(caller.ids(use_case, **lens("wide"))) == {wide["eventId"], both["eventId"]}
    assert caller.ids(use_case, **lens("tele")) == [both["eventId"]]
    assert caller.ids(use_case, **lens("macro")) == [own["eventId"]]
    assert caller.ids(use_case, **lens(value=False, operator="exists")) == [bare["eventId"]]
    iso = [{"field": "iso", "operator": "gte", "value": 100}]
    assert caller.ids(use_case, imageMetadataFilters=iso) == [wide["eventId"]]


def test_it_takes_part_in_the_schema_and_the_facets_with_the_entrys_own(caller: Caller, use_case: str) -> None:
    id = upload(caller, lens="wide", iso=100)
    event = an_event(use_case=use_case, images=[an_image(sourceId=id, metadata={"lens": 7})])
    caller.create(event)
    schema = caller.schema(use_case, of="image")
    assert {name: field["types"] for name, field in schema.items()} == {"lens": ["number", "string"], "iso": ["number"]}
    assert schema["lens"]["countByType"] == {"number": 1, "string": 1}
    values = caller.facets(use_case)["imageMetadata"]["lens"]["values"]
    assert {(row["value"], row["count"]) for row in values} == {("wide", 1), (7, 1)}
    assert caller.schema(use_case) == {}


def test_same_value_twice_in_an_event_counts_once(caller: Caller, use_case: str) -> None:
    id = upload(caller, lens="wide")
    images = [an_image(sourceId=id, inputSourceId=id, metadata={"lens": "wide"}), an_image(sourceId=id)]
    caller.create(an_event(use_case=use_case, images=images))
    (row,) = caller.facets(use_case)["imageMetadata"]["lens"]["values"]
    assert (row["value"], row["count"]) == ("wide", 1)


@pytest.mark.parametrize("way", ["delete", "overwrite", "overwrite with another", "move"])
def test_it_is_taken_away_again_with_the_event(caller: Caller, use_case: str, other_use_case: str, way: str) -> None:
    id = upload(caller, lens="wide")
    kept = naming(id, use_case=use_case)
    event = naming(id, use_case=use_case, eventId=new_id())
    caller.batch(kept, event)
    assert caller.schema(use_case, of="image")["lens"]["count"] == 2

    if way == "delete":
        assert caller.delete(use_case, event["eventId"]) == {"deleted": 1, "notFound": []}
    elif way == "overwrite":
        caller.create(event | {"images": []})
    elif way == "overwrite with another":
        caller.create(event | {"images": [{"sourceId": upload(caller, iso=200)}]})
    else:
        caller.create(event | {"useCaseId": other_use_case})
        assert caller.ids(other_use_case, **lens("wide")) == [event["eventId"]]
    assert caller.schema(use_case, of="image")["lens"]["count"] == 1
    assert caller.ids(use_case, **lens("wide")) == [kept["eventId"]]

    caller.delete(use_case, kept["eventId"])
    assert "lens" not in caller.schema(use_case, of="image")


def test_overwrite_that_names_the_picture_again_keeps_it(caller: Caller, use_case: str) -> None:
    """An outbox sends its events once more after a cut; their pictures must survive that."""
    event = naming(upload(caller, lens="wide"), use_case=use_case)
    for _ in range(3):
        assert warned_of(caller.create(event)) == []
    assert "url" in caller.event(event["eventId"])["images"][0]
    assert caller.schema(use_case, of="image")["lens"]["count"] == 1


def test_overwrite_that_names_it_no_more_removes_it(caller: Caller, server: Server, use_case: str) -> None:
    data = a_picture()
    id = caller.upload(data)["sourceId"]
    event = naming(id, use_case=use_case)
    caller.create(event)
    caller.create(event | {"images": []})
    refused(caller.http.get(f"/vision-events/images/{id}"), 404, "not_found")
    # Its file goes with the next deletion, or with retention's next run.
    caller.delete(use_case, event["eventId"])
    assert hash_of(data) not in kept_files(server.data)


def test_event_that_is_refused_uses_no_picture(caller: Caller, use_case: str) -> None:
    id = upload(caller)
    refused(caller.http.post("/vision-events", json=naming(id, use_case="absent")), 400, "unknown_use_case")
    caller.picture(id)
