"""POST /vision-events/bundle: an event and its pictures in one tar file, stored together or not at all."""

import gzip
import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders import a_box, an_event, moment, new_id, new_name
from tests.expect import Caller, answer, refused, warned_of
from tests.pictures.making import png
from tests.pictures.sending import a_bundle, a_payload, a_picture, an_archive, hash_of, kept_files
from tests.processes import Server
from tests.sockets import Socket, head

PATH = "/vision-events/bundle"
LIMIT = 26_214_400
Json = dict[str, Any]
SHOWN, FRAME = "images/shown.jpg", "images/frame.png"
ENTRY: Json = {"file": SHOWN, "inputFile": FRAME, "label": "workflow"}


def pictures() -> dict[str, bytes]:
    return {SHOWN: a_picture(), FRAME: a_picture("image/png", width=200, height=100)}


def sent(caller: Caller, content: Any, **parameters: str) -> httpx.Response:
    return caller.http.post(PATH, content=content, params=parameters)


@pytest.fixture
def _nothing_is_stored(caller: Caller, server: Server, use_case: str) -> Iterator[None]:
    """After the test there is no event in the use case, no file more than before, and the server is well."""
    before = kept_files(server.data)
    yield
    assert caller.count(use_case) == 0
    assert kept_files(server.data) == before
    answer(caller.http.get("/readyz"))


stores_nothing = pytest.mark.usefixtures("_nothing_is_stored")


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


@stores_nothing
def test_without_a_valid_key_it_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(outsider.post(PATH, content=a_bundle(a_payload(use_case))), 401, "unauthenticated")
    wrong = {"api_key": "sl_" + "0b" * 32}
    refused(outsider.post(PATH, params=wrong, content=a_bundle(a_payload(use_case))), 401, "unauthenticated")


@stores_nothing
def test_key_that_may_only_read_is_refused(reader: httpx.Client, use_case: str) -> None:
    bundle = a_bundle(a_payload(use_case))
    refused(reader.post(PATH, content=bundle), 403, "forbidden", says="vision-events:write")


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


@stores_nothing
def test_without_a_use_case_it_is_refused(caller: Caller) -> None:
    refused(sent(caller, a_bundle(a_payload())), 400, "invalid", path="useCaseId")


@stores_nothing
def test_use_case_that_takes_no_events_is_refused_and_keeps_no_picture(
    caller: Caller, other_use_case: str, strangers_use_case: str
) -> None:
    caller.archive(other_use_case)
    for reference, code in (
        ("absent", "unknown_use_case"),
        (strangers_use_case, "unknown_use_case"),
        (other_use_case, "archived_use_case"),
    ):
        for parameters, inside in (({"useCaseId": reference}, ""), ({}, reference)):
            bundle = a_bundle(a_payload(inside, ENTRY), pictures())
            refused(sent(caller, bundle, **parameters), 400, code, path="useCaseId")


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


@stores_nothing
def test_bundle_that_is_cut_in_the_middle_leaves_nothing(caller: Caller, server: Server, use_case: str) -> None:
    bundle = a_bundle(a_payload(use_case, {"file": SHOWN}), {SHOWN: a_picture(width=1500, height=1000)})
    before = kept_files(server.data)
    with Socket(server) as connection:
        connection.send(head(caller, f"Content-Length: {len(bundle)}", path=PATH) + bundle[:-1])
        deadline = time.monotonic() + 10
        while kept_files(server.data) == before and time.monotonic() < deadline:
            time.sleep(0.01)
    while kept_files(server.data) != before and time.monotonic() < deadline:
        time.sleep(0.01)


NOT_ARCHIVES = {
    "nothing": b"",
    "words": b"hello " * 1000,
    "JSON": b'{"eventType": "custom"}',
    "zeros": bytes(10_240),
    "a ZIP": b"PK\x03\x04" + bytes(1000),
    "gzip of words": gzip.compress(b"hello " * 1000),
    "gzip of nothing": gzip.compress(b""),
    "gzip's first bytes only": b"\x1f\x8b",
    "gzip of another method": b"\x1f\x8b\x07" + bytes(100),
    "cut in its first header": a_bundle(a_payload("x"), mode="w")[:300],
    "cut in its payload": a_bundle(a_payload("x"), mode="w")[:600],
    "gzip cut at its end": a_bundle(a_payload("x"))[:-4],
    "gzip with a wrong check": a_bundle(a_payload("x"))[:-8] + bytes(8),
    "a header whose sum is wrong": b"q" + a_bundle(a_payload("x"), mode="w")[1:],
}


@stores_nothing
@pytest.mark.parametrize("content", NOT_ARCHIVES.values(), ids=NOT_ARCHIVES)
def test_what_is_no_archive_is_refused(caller: Caller, use_case: str, content: bytes) -> None:
    body = refused(sent(caller, content, useCaseId=use_case), 400, "invalid")
    assert "archive" in body["error"] or "payload.json" in body["error"]


BAD_PAYLOADS: dict[str, tuple[bytes, str, str]] = {
    "no JSON": (b"{", "invalid_json", ""),
    "nothing": (b"", "invalid_json", ""),
    "NaN": (b'{"customMetadata": {"t": NaN}}', "invalid_json", ""),
    "no text": (b"\xff\xfe", "invalid_json", ""),
    "nested": (b"[" * 50_000, "invalid_json", ""),
    "a list": (b"[]", "invalid", "payload.json"),
    "an empty object": (b"{}", "invalid", "eventType"),
    "a later version": (
        json.dumps(a_payload() | {"bundleFormatVersion": 2}).encode(),
        "invalid",
        "bundleFormatVersion",
    ),
    "no number of a version": (
        json.dumps(a_payload() | {"bundleFormatVersion": "1"}).encode(),
        "invalid",
        "bundleFormatVersion",
    ),
    "images that are no list": (json.dumps(a_payload() | {"images": "x"}).encode(), "invalid", "images"),
    "an entry that is no object": (json.dumps(a_payload() | {"images": [7]}).encode(), "invalid", "images.0"),
}


@stores_nothing
@pytest.mark.parametrize(("content", "code", "path"), BAD_PAYLOADS.values(), ids=BAD_PAYLOADS)
def test_bad_payload_is_refused(caller: Caller, use_case: str, content: bytes, code: str, path: str) -> None:
    bundle = an_archive([("payload.json", content), *pictures().items()])
    body = refused(sent(caller, bundle, useCaseId=use_case), 400, code, path=path or None)
    assert code != "invalid_json" or body["error"].startswith("payload.json")


@stores_nothing
@pytest.mark.parametrize("field", ["file", "inputFile"])
@pytest.mark.parametrize("name", ["images/missing.jpg", "missing.jpg", "../images/a.jpg", "", 7, [SHOWN], {}, True])
def test_member_that_is_named_and_missing_is_refused(caller: Caller, use_case: str, field: str, name: Any) -> None:
    bundle = a_bundle(a_payload(use_case, {"label": "first"}, {field: name}), pictures())
    refused(sent(caller, bundle), 400, "invalid", path=f"images.1.{field}")


BAD_EVENTS: list[tuple[Json, str]] = [
    ({"eventType": "nonsense"}, "eventType"),
    ({"timestamp": "yesterday"}, "timestamp"),
    ({"timestamp": moment(days=400)}, "timestamp"),
    ({"eventId": 7}, "eventId"),
    ({"eventId": "x" * 257}, "eventId"),
    ({"customMetadata": {"a": {"b": 1}}}, "customMetadata.a"),
    ({"deviceId": "\0"}, "deviceId"),
]


@stores_nothing
@pytest.mark.parametrize(("changes", "path"), BAD_EVENTS, ids=lambda value: str(value)[:30])
def test_bad_event_is_refused_with_its_pictures(caller: Caller, use_case: str, changes: Json, path: str) -> None:
    bundle = a_bundle(a_payload(use_case, ENTRY) | changes, pictures())
    refused(sent(caller, bundle), 400, "invalid", path=path)


@stores_nothing
@pytest.mark.parametrize(
    ("bad", "status", "code"),
    [
        (b"not a picture", 415, "unsupported_image"),
        (b"", 415, "unsupported_image"),
        (a_picture()[:-40], 400, "invalid_image"),
        (png(60_000, 60_000), 400, "invalid_image"),
    ],
    ids=["text", "empty", "truncated", "bomb"],
)
@pytest.mark.parametrize("place", [SHOWN, FRAME])
def test_one_bad_picture_stores_neither_event_nor_the_other_picture(
    caller: Caller, use_case: str, place: str, bad: bytes, status: int, code: str
) -> None:
    bundle = a_bundle(a_payload(use_case, ENTRY), pictures() | {place: bad})
    refused(sent(caller, bundle), status, code)


def info(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


UNSAFE = {
    "..": info("../../x"),
    ".. inside": info("images/../../x"),
    ".. at the end": info("images/.."),
    "absolute": info("/etc/passwd"),
    "twice absolute": info("//etc/passwd"),
    "of another system": info("images\\..\\..\\x"),
    "without a name": info(""),
    "symlink": info("images/a.jpg", tarfile.SYMTYPE, "/etc/passwd"),
    "symlink to the payload": info("images/a.jpg", tarfile.SYMTYPE, "../payload.json"),
    "hard link": info("images/a.jpg", tarfile.LNKTYPE, "payload.json"),
    "character device": info("images/a.jpg", tarfile.CHRTYPE),
    "block device": info("images/a.jpg", tarfile.BLKTYPE),
    "pipe": info("images/a.jpg", tarfile.FIFOTYPE),
    "unknown kind": info("images/a.jpg", b"Z"),
    "sparse": info("images/a.jpg", tarfile.GNUTYPE_SPARSE),
    "elsewhere than in images": info("video/x", tarfile.SYMTYPE, "/dev/zero"),
}


@stores_nothing
@pytest.mark.parametrize("member", UNSAFE.values(), ids=UNSAFE)
@pytest.mark.parametrize("is_first", [True, False])
def test_member_that_could_lead_outside_is_refused(
    caller: Caller, server: Server, use_case: str, member: tarfile.TarInfo, is_first: bool
) -> None:
    usual: list[tuple[Any, bytes]] = [("payload.json", json.dumps(a_payload(use_case, ENTRY)).encode())]
    usual += pictures().items()
    outside = {path: path.exists() for path in (server.data / "x", server.data.parent / "x", Path("/x"))}
    refused(sent(caller, an_archive([(member, b""), *usual] if is_first else [*usual, (member, b"")])), 400, "invalid")
    assert {path: path.exists() for path in outside} == outside


@stores_nothing
@pytest.mark.parametrize("twice", ["payload.json", "./payload.json", SHOWN])
def test_second_member_of_the_same_name_is_refused(caller: Caller, use_case: str, twice: str) -> None:
    payload = json.dumps(a_payload(use_case, ENTRY)).encode()
    members = [("payload.json", payload), *pictures().items()]
    content = payload if "payload" in twice else a_picture()
    refused(sent(caller, an_archive([*members, (twice, content)])), 400, "invalid", says="second")


@stores_nothing
def test_bundle_without_a_payload_is_refused(caller: Caller, use_case: str) -> None:
    hidden = ("deeper/payload.json", json.dumps(a_payload(use_case)).encode())
    for members in (list(pictures().items()), [hidden], []):
        refused(sent(caller, an_archive(members), useCaseId=use_case), 400, "invalid", path="payload.json")


@stores_nothing
def test_more_members_than_any_bundle_has_are_refused(caller: Caller, use_case: str) -> None:
    members = [("payload.json", json.dumps(a_payload(use_case)).encode())]
    many = [(f"video/{number}", b"") for number in range(1001)]
    refused(sent(caller, an_archive(members + many)), 400, "invalid", says="1000")


# Bombs. What these would unpack to is never there as a whole, on neither side.


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    """A header that may lie about its size."""
    made = info(name, kind)
    made.size = size
    return made.tobuf(tarfile.GNU_FORMAT)


ZEROS = gzip.compress(bytes(20_000_000))


def zeros(start: bytes, times: int) -> Callable[[str], Iterator[bytes]]:
    """gzip of a start and then so many times 20 MB of zeros; gzip files may be joined."""

    def pieces(use_case: str) -> Iterator[bytes]:
        payload = json.dumps(a_payload(use_case)).encode()
        usual = io.BytesIO(header("payload.json", len(payload)) + payload + bytes(-len(payload) % 512))
        yield gzip.compress(usual.getvalue() + start)
        for _ in range(times):
            yield ZEROS

    return pieces


BOMBS = {
    "10 GB of zeros": (zeros(b"", 500), 413),
    "10 GB in a picture": (zeros(header("images/a.jpg", 10**10), 500), 413),
    "10 GB in a folder that is ignored": (zeros(header("video/a.mp4", 10**10), 500), 413),
    "a picture of 50 MB": (zeros(header("images/a.jpg", 50_000_000), 3), 413),
    "more than there is": (zeros(header("video/a.mp4", 90_000_000), 1), 400),
    "a long name of 90 MB": (zeros(header("x", 90_000_000, tarfile.GNUTYPE_LONGNAME), 5), 400),
    "an extended header of 90 MB": (zeros(header("x", 90_000_000, tarfile.XHDTYPE), 5), 400),
    "a folder of 10 GB": (zeros(header("images", 10**10, tarfile.DIRTYPE), 500), 413),
}


@stores_nothing
@pytest.mark.parametrize(("pieces", "status"), BOMBS.values(), ids=BOMBS)
def test_bomb_is_refused_in_time(
    caller: Caller, use_case: str, pieces: Callable[[str], Iterator[bytes]], status: int
) -> None:
    began = time.monotonic()
    reply = sent(caller, pieces(use_case))
    told = refused(reply, status, {413: "too_large", 400: "invalid"}[status])["error"]
    assert "SIGHTLOG_BUNDLE_BYTES" not in told  # what came was short enough
    assert time.monotonic() - began < 10


def chained(record: bytes, kind: bytes, times: int) -> bytes:
    """A payload behind a chain of headers that extend it."""
    extension = header("x", len(record), kind) + record + bytes(-len(record) % 512)
    return gzip.compress(extension * times + a_bundle(a_payload("x"), mode="w"))


DAMAGED = {
    "a chain of long names": chained(b"payload.json\0", tarfile.GNUTYPE_LONGNAME, 3000),
    "a chain of extended headers": chained(b"16 path=payload\n", tarfile.XHDTYPE, 3000),
    "a chain of global headers": chained(b"15 comment=abc\n", tarfile.XGLTYPE, 3000),
    "digits that never end": chained(b"1" * 60_000, tarfile.XHDTYPE, 1),
    "a length beyond its header": chained(b"99999999999999999999 a=b\n", tarfile.XHDTYPE, 1),
    "a length of nothing": chained(b"0 a=b\n", tarfile.XHDTYPE, 1),
    "a length that is no number": chained(b"x a=b\n", tarfile.XHDTYPE, 1),
    "a negative length": chained(b"-9 a=b\n", tarfile.XHDTYPE, 1),
    "a negative size": chained(b"12 size=-99\n", tarfile.XHDTYPE, 1),
    "a size that is no number": chained(b"12 size=abc\n", tarfile.XHDTYPE, 1),
    "a size beyond all": chained(b"22 size=9999999999999\n", tarfile.XHDTYPE, 1),
    "a sparse map": chained(b"23 GNU.sparse.map=0,10\n", tarfile.XHDTYPE, 1),
    "a name with NUL": chained(b"17 path=pay\0load\n", tarfile.XHDTYPE, 1),
    "a negative size in bytes": gzip.compress(
        header("images/a.jpg", 0)[:124] + b"\xff" * 12 + header("images/a.jpg", 0)[136:]
    ),
}


@stores_nothing
@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_headers_made_to_do_harm_are_refused_in_time(caller: Caller, use_case: str, content: bytes) -> None:
    began = time.monotonic()
    reply = sent(caller, content, useCaseId=use_case)
    refused(reply, reply.status_code, "too_large" if reply.status_code == 413 else "invalid")
    assert time.monotonic() - began < 5


def test_disk_that_is_written_by_name_stays_untouched(caller: Caller, server: Server, use_case: str) -> None:
    """Members with names that a careless reader would write over."""
    before = (server.data / "link-secret").read_bytes()
    harmless = {"link-secret": b"mine now", "blobs/incoming/x": b"x", "sightlog.db": b"x", "images/link-secret": b"x"}
    caller.bundle(a_bundle(a_payload(use_case), harmless))
    assert (server.data / "link-secret").read_bytes() == before
    assert not (server.data / "images").exists()
