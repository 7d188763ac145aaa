"""Bundles that are refused, and leave nothing: no key, no use case, no archive, a bad event, a bad picture."""

import gzip
import json
import time
from typing import Any

import httpx
import pytest

from tests.api.bundles import ENTRY, FRAME, PATH, SHOWN, pictures, sent, stores_nothing
from tests.builders import moment
from tests.expect import Caller, refused
from tests.pictures.making import png
from tests.pictures.sending import a_bundle, a_payload, a_picture, an_archive, kept_files
from tests.processes import Server
from tests.sockets import Socket, head

Json = dict[str, Any]


@stores_nothing
def test_without_a_valid_key_it_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(outsider.post(PATH, content=a_bundle(a_payload(use_case))), 401, "unauthenticated")
    wrong = {"api_key": "sl_" + "0b" * 32}
    refused(outsider.post(PATH, params=wrong, content=a_bundle(a_payload(use_case))), 401, "unauthenticated")


@stores_nothing
def test_key_that_may_only_read_is_refused(reader: httpx.Client, use_case: str) -> None:
    bundle = a_bundle(a_payload(use_case))
    refused(reader.post(PATH, content=bundle), 403, "forbidden", says="vision-events:write")


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
