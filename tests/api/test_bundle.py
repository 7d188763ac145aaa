"""POST /vision-events/bundle: an event and its pictures in one tar file, stored together."""

import gzip
import json
import tarfile
from typing import Any

import httpx
import pytest

from tests.api.bundles import ENTRY, FRAME, PATH, SHOWN, pictures, sent
from tests.builders import a_box, an_event, new_id, new_name
from tests.expect import Caller, answer, refused, warned_of
from tests.pictures.sending import a_bundle, a_payload, a_picture, an_archive, hash_of, kept_files
from tests.processes import Server

LIMIT = 26_214_400
Json = dict[str, Any]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_event_and_its_pictures_are_stored(caller: Caller, nobody: httpx.Client, use_case: str, mode: str) -> None:
    members = pictures()
    payload = a_payload(use_case, ENTRY | {"objectDetections": [a_box()]}, deviceId="cam-1")
    reply = caller.bundle(a_bundle(payload, members, mode))
    assert reply == {"eventId": payload["eventId"], "created": True, "images": 2}

    event = caller.event(payload["eventId"])
    assert event["useCaseId"] == use_case
    assert event["deviceId"] == "cam-1"
    assert "bundleFormatVersion" not in event
    (image,) = event["images"]
    assert not {"file", "inputFile"} & image.keys()
    assert (image["label"], image["objectDetections"]) == ("workflow", [a_box()])
    assert nobody.get(image["url"]).content == members[SHOWN]
    assert nobody.get(image["inputUrl"]).content == members[FRAME]
    assert (image["width"], image["inputWidth"]) == (96, 200)


def test_event_without_pictures_is_stored(caller: Caller, use_case: str) -> None:
    payload = a_payload(use_case)
    assert caller.bundle(a_bundle(payload)) == {"eventId": payload["eventId"], "created": True, "images": 0}
    assert caller.ids(use_case) == [payload["eventId"]]


@pytest.mark.parametrize("options", [{"format": tarfile.USTAR_FORMAT}, {"format": tarfile.GNU_FORMAT}, {}], ids=repr)
def test_every_format_of_tar_is_read(caller: Caller, use_case: str, options: dict[str, Any]) -> None:
    """With times that have fractions and names that do not fit into the header, where the format can tell them."""
    picture, long_name = a_picture(), "images/" + "ü" * 40 + "/x" * 30 + ".jpg"
    name = SHOWN if options.get("format") == tarfile.USTAR_FORMAT else long_name
    timed = tarfile.TarInfo("payload.json")
    timed.mtime = 1_786_000_000.25  # type: ignore[assignment]  # as `tar` and `TarFile.add` do
    folder = tarfile.TarInfo("images")
    folder.type = tarfile.DIRTYPE
    payload = a_payload(use_case, {"file": name})
    content = an_archive([(folder, b""), (timed, json.dumps(payload).encode()), (name, picture)], "w", **options)
    caller.bundle(content)
    assert caller.picture(caller.event(payload["eventId"])["images"][0]["sourceId"]).content == picture


def test_archive_made_of_a_folder_by_hand_is_read(caller: Caller, use_case: str) -> None:
    """`tar -czf b.tar.gz -C FOLDER .` begins with the folder itself and puts ./ before every name."""
    folder = tarfile.TarInfo("./")
    folder.type = tarfile.DIRTYPE
    payload = a_payload(use_case, {"file": SHOWN})
    members = [(folder, b""), (f"./{SHOWN}", a_picture()), ("./payload.json", json.dumps(payload).encode())]
    assert caller.bundle(an_archive(members))["images"] == 1


def test_members_may_come_in_any_order_and_one_may_be_named_twice(caller: Caller, use_case: str) -> None:
    members = pictures()
    payload = a_payload(use_case, {"file": FRAME, "inputFile": FRAME}, {"file": SHOWN})
    archive = an_archive([*members.items(), ("payload.json", json.dumps(payload).encode())])
    assert caller.bundle(archive)["images"] == 3
    first, second = caller.event(payload["eventId"])["images"]
    assert caller.picture(first["sourceId"]).content == caller.picture(first["inputSourceId"]).content == members[FRAME]
    assert caller.picture(second["sourceId"]).content == members[SHOWN]


def test_what_later_versions_may_add_is_ignored(caller: Caller, server: Server, use_case: str) -> None:
    """Folders of other media, and pictures that the event does not name."""
    members = pictures()
    more = {"video/clip.mp4": b"video", "notes.txt": b"notes", "thumbnails/a/b/c.jpg": a_picture()}
    stray = {"images/stray.jpg": a_picture()}
    before = kept_files(server.data)
    caller.bundle(a_bundle(a_payload(use_case, ENTRY), more | members | stray))
    assert kept_files(server.data) - before == {hash_of(data) for data in members.values()}


def test_key_may_come_in_the_query(caller: Caller, nobody: httpx.Client, server: Server, use_case: str) -> None:
    payload = a_payload(use_case)
    answer(nobody.post(PATH, params={"api_key": caller.key}, content=a_bundle(payload)), 201)
    assert caller.ids(use_case) == [payload["eventId"]]
    assert caller.key not in server.printed()


def test_key_that_may_only_write_is_enough(writer: httpx.Client, use_case: str) -> None:
    answer(writer.post(PATH, content=a_bundle(a_payload(use_case))), 201)


def test_use_case_of_the_request_always_wins(caller: Caller, use_case: str, other_use_case: str) -> None:
    for inside in (other_use_case, "absent", ""):
        payload = a_payload(inside)
        caller.bundle(a_bundle(payload), useCaseId=use_case)
        assert caller.event(payload["eventId"])["useCaseId"] == use_case


def test_use_case_may_be_given_by_its_name(caller: Caller) -> None:
    name = new_name()
    use_case = caller.new_use_case(name)
    caller.bundle(a_bundle(a_payload()), useCaseId=name)
    assert caller.count(use_case) == 1


def test_same_bundle_again_changes_nothing(caller: Caller, server: Server, use_case: str) -> None:
    payload = a_payload(use_case, ENTRY, customMetadata={"shift": "night"})
    bundle = a_bundle(payload, pictures())
    caller.bundle(bundle)
    event, files, row = caller.event(payload["eventId"]), kept_files(server.data), caller.use_case(use_case)
    for again in (bundle, gzip.decompress(bundle)):
        assert caller.bundle(again) == {"eventId": payload["eventId"], "created": False, "images": 2}
    assert caller.event(payload["eventId"]) == event
    assert caller.use_case(use_case) == row
    assert kept_files(server.data) == files


def test_same_bundle_again_after_a_review_keeps_the_review(caller: Caller, use_case: str) -> None:
    payload = a_payload(use_case)
    caller.bundle(a_bundle(payload))
    review = {"relatedEventId": payload["eventId"], "feedback": "incorrect"}
    caller.create(an_event("operator_feedback", use_case, eventData=review))
    caller.bundle(a_bundle(payload))
    assert caller.event(payload["eventId"])["feedback"]["status"] == "incorrect"


def test_event_without_an_id_gets_one_that_stays_the_same(caller: Caller, use_case: str) -> None:
    bundle = a_bundle(a_payload(use_case, ENTRY, eventId=...), pictures())
    first, second = caller.bundle(bundle), caller.bundle(bundle)
    assert (first["created"], second["created"]) == (True, False)
    assert first["eventId"] == second["eventId"]
    other = caller.bundle(a_bundle(a_payload(use_case, ENTRY, eventId=...), pictures()))
    assert other["eventId"] != first["eventId"]
    assert caller.count(use_case) == 2


def test_another_bundle_with_the_same_id_replaces_the_event_and_its_pictures(
    caller: Caller, server: Server, use_case: str
) -> None:
    id, old, new = new_id(), pictures(), pictures()
    caller.bundle(a_bundle(a_payload(use_case, ENTRY, eventId=id), old))
    before = caller.event(id)["images"][0]["sourceId"]
    reply = caller.bundle(a_bundle(a_payload(use_case, ENTRY, eventId=id), new))
    assert reply == {"eventId": id, "created": False, "images": 2}
    assert caller.picture(caller.event(id)["images"][0]["sourceId"]).content == new[SHOWN]
    caller.picture(before, 404)
    caller.delete(use_case, id)
    assert not {hash_of(data) for data in (*old.values(), *new.values())} & kept_files(server.data)


def test_same_bundle_in_two_workspaces_are_two_events(
    caller: Caller, stranger: Caller, use_case: str, strangers_use_case: str
) -> None:
    members = pictures()
    bundle = a_bundle(a_payload("", ENTRY), members)
    ids = {}
    for who, where in ((caller, use_case), (stranger, strangers_use_case)):
        reply = who.bundle(bundle, useCaseId=where)
        assert reply["created"] is True
        ids[who] = who.event(reply["eventId"])["images"][0]["sourceId"]
    assert ids[caller] != ids[stranger]
    stranger.picture(ids[caller], 404)
    stranger.delete(strangers_use_case, stranger.ids(strangers_use_case)[0])
    assert caller.picture(ids[caller]).content == members[SHOWN]


def test_more_than_1000_annotations_are_all_kept_with_a_warning(caller: Caller, use_case: str) -> None:
    many = [{"class": "bolt", "confidence": 0.5}] * 1001
    payload = a_payload(use_case, ENTRY | {"classifications": many})
    reply = caller.bundle(a_bundle(payload, pictures()))
    assert warned_of(reply) == [("too_many_annotations", "images.0.classifications")]
    image = caller.event(payload["eventId"])["images"][0]
    assert len(image["classifications"]) == 1001
    assert "url" in image


def test_bundle_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(caller: Caller, use_case: str) -> None:
    first, second = a_payload(use_case, ENTRY), a_payload(use_case, ENTRY)
    bundle = a_bundle(first, pictures(), "w").ljust(LIMIT, b"\0")
    assert len(bundle) == LIMIT
    caller.bundle(bundle)
    too_long = a_bundle(second, pictures(), "w").ljust(LIMIT + 1, b"\0")
    refused(sent(caller, too_long), 413, "too_large", says="26,214,400")
    assert caller.ids(use_case) == [first["eventId"]]
