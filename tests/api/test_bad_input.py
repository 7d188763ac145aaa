"""Whatever comes in that is not right meets a clear error; nothing is stored and the server stays well."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.builders import an_event, an_image
from tests.expect import Caller, answer, refused
from tests.processes import Server
from tests.sockets import Socket, head

LIMIT = 10_000_000
BODIES = pytest.mark.parametrize(
    "path", ["/vision-events", "/vision-events/batch", "/vision-events/query", "/vision-events/use-cases"]
)


@pytest.fixture(autouse=True)
def _nothing_stored_and_well(caller: Caller, use_case: str) -> Iterator[None]:
    """After each test here: the use case has no event, the list is as before, and events are still taken."""
    listing = "/vision-events/use-cases"
    before = len(answer(caller.http.get(listing))["useCases"])
    yield
    assert caller.count(use_case) == 0
    assert caller.use_case(use_case)["eventCount"] == 0
    assert len(answer(caller.http.get(listing))["useCases"]) == before
    answer(caller.http.get("/readyz"))
    caller.create(an_event(use_case=use_case))
    assert caller.count(use_case) == 1


def sent(caller: Caller, content: bytes | str, path: str = "/vision-events") -> httpx.Response:
    return caller.http.post(path, content=content, headers={"Content-Type": "application/json"})


def with_field(use_case: str, field: str, raw: str) -> str:
    """A valid event's JSON with one more field, whose value is this text."""
    return json.dumps(an_event(use_case=use_case))[:-1] + f', "{field}": {raw}}}'


NOT_JSON: dict[str, bytes] = {
    "empty": b"",
    "spaces": b"  \n ",
    "words": b"hello",
    "cut short": b'{"eventType": "custom", "useCa',
    "single quotes": b"{'eventType': 'custom'}",
    "trailing comma": b'{"eventType": "custom",}',
    "two values": b"{} {}",
    "comment": b"{} // done",
    "bad escape": b'{"eventType": "\\x"}',
    "raw newline": b'{"eventType": "a\nb"}',
    "form": b"eventType=custom&useCaseId=x",
    "not UTF-8": b'{"eventType": "\xff\xfe"}',
    "latin-1": '{"eventType": "größe"}'.encode("latin-1"),
    "UTF-16": '{"eventType": "custom"}'.encode("utf-16"),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "zeros": b"\x00" * 100,
}


@BODIES
@pytest.mark.parametrize("content", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_body_that_is_not_json_is_refused(caller: Caller, path: str, content: bytes) -> None:
    refused(sent(caller, content, path), 400, "invalid_json")


@BODIES
@pytest.mark.parametrize("value", [None, True, 0, 1.5, "text", [], [1], [[]]], ids=repr)
def test_json_of_the_wrong_shape_is_refused(caller: Caller, path: str, value: Any) -> None:
    refused(sent(caller, json.dumps(value), path), 400, "invalid")


NOT_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", "+1", ".5", "0x10"]


@pytest.mark.parametrize("raw", NOT_NUMBERS)
@pytest.mark.parametrize(
    ("field", "shape"),
    [("customMetadata", '{{"t": {}}}'), ("priority", "{}"), ("images", '[{{"zoom": {}}}]')],
)
def test_numbers_that_json_does_not_have_are_refused(
    caller: Caller, use_case: str, field: str, shape: str, raw: str
) -> None:
    reply = sent(caller, with_field(use_case, field, shape.format(raw)))
    refused(reply, 400, "invalid_json")
    batch = '{"events": [' + with_field(use_case, field, shape.format(raw)) + "]}"
    refused(sent(caller, batch, "/vision-events/batch"), 400, "invalid_json")


@pytest.mark.parametrize("depth", [1000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")], ids=["arrays", "objects"])
@pytest.mark.parametrize("field", ["deep", "customMetadata", "images", "eventData"])
def test_nesting_a_thousand_deep_is_refused(
    caller: Caller, use_case: str, depth: int, opening: str, closing: str, field: str
) -> None:
    event = an_event(use_case=use_case, **{field: ...})
    nested = opening * depth + "1" + closing * depth
    reply = sent(caller, json.dumps(event)[:-1] + f', "{field}": {nested}}}')
    assert reply.json()["code"] in {"invalid_json", "invalid"}
    refused(reply, 400, reply.json()["code"])
    refused(sent(caller, opening * depth), 400, "invalid_json")


UNSTORABLE = {
    "NUL": ("\\u0000", {"invalid"}),
    "NUL in the middle": ("a\\u0000b", {"invalid"}),
    "high surrogate": ("\\ud83c", {"invalid_json"}),
    "low surrogate": ("\\udf0d", {"invalid_json"}),
    "surrogates in the wrong order": ("\\udf0d\\ud83c", {"invalid_json"}),
}
PLACES = {
    "eventId": '"eventId": "{}"',
    "deviceId": '"deviceId": "{}"',
    "comment": '"comment": "{}"',
    "event data": '"eventData": {{"externalId": "{}"}}',
    "metadata value": '"customMetadata": {{"k": "{}"}}',
    "metadata key": '"customMetadata": {{"{}": 1}}',
    "class": '"images": [{{"classifications": [{{"class": "{}"}}]}}]',
    "image metadata": '"images": [{{"metadata": {{"k": "{}"}}}}]',
    "unknown field": '"note": {{"deep": ["{}"]}}',
    "name of an unknown field": '"note{}": 1',
}


@pytest.mark.parametrize(("text", "codes"), UNSTORABLE.values(), ids=UNSTORABLE.keys())
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_text_that_cannot_be_stored_is_refused(
    caller: Caller, use_case: str, text: str, codes: set[str], place: str
) -> None:
    common = json.dumps(an_event(use_case=use_case, eventId=..., eventData=...))[:-1]
    reply = sent(caller, f"{common}, {place.format(text)}}}")
    assert reply.json()["code"] in codes, reply.text
    refused(reply, 400, reply.json()["code"])


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800"])
@pytest.mark.parametrize("field", ["useCaseId", "startTime", "cursor", "deviceId"])
def test_queries_with_such_text_are_refused(caller: Caller, use_case: str, text: str, field: str) -> None:
    value = f'"{text}"' if field != "deviceId" else f'{{"operator": "eq", "value": "{text}"}}'
    body = f'{{"useCaseId": "{use_case}", "{field}": {value}}}'
    reply = sent(caller, body, "/vision-events/query")
    assert reply.status_code in {400, 404}, reply.text
    refused(reply, reply.status_code, reply.json()["code"])


BEYOND = [2**53 + 1, -(2**53) - 1, 2**64, 10**30, -(10**400)]
NUMBERS = {
    "metadata": ("customMetadata", '{{"n": {}}}'),
    "image metadata": ("images", '[{{"metadata": {{"n": {}}}}}]'),
    "box": (
        "images",
        '[{{"objectDetections": [{{"class": "a", "x": {}, "y": 1, "width": 1, "height": 1}}]}}]',
    ),
    "unknown field": ("priority", "{}"),
    "deep in an unknown field": ("priority", '{{"a": [{}]}}'),
}


@pytest.mark.parametrize("number", BEYOND, ids=lambda number: f"{number:.3g}" if abs(number) < 1e40 else "huge")
@pytest.mark.parametrize(("field", "shape"), NUMBERS.values(), ids=NUMBERS.keys())
def test_integer_beyond_2_to_the_53_is_refused_and_the_error_says_so(
    caller: Caller, use_case: str, number: int, field: str, shape: str
) -> None:
    raw = "-1" + "0" * 400 if abs(number) > 10**300 else str(number)
    reply = sent(caller, with_field(use_case, field, shape.format(raw)))
    refused(reply, 400, "invalid", says="2^53")


def test_item_count_beyond_2_to_the_53_is_refused(caller: Caller, use_case: str) -> None:
    event = an_event("inventory_count", use_case, eventData={"itemCount": 2**53 + 1})
    reply = caller.http.post("/vision-events", json=event)
    refused(reply, 400, "invalid", path="eventData.itemCount", says="2^53")


@pytest.mark.parametrize("key", ["a/b", "a.b", "a:b", "ä", "", "a\nb", "a\n", "k" * 101, '"', "'; DROP TABLE events"])
@pytest.mark.parametrize("place", ["event", "image"])
def test_metadata_key_with_anything_else_than_letters_digits_and_3_signs_is_refused(
    caller: Caller, use_case: str, key: str, place: str
) -> None:
    metadata = {key: 1}
    where: Any = {"customMetadata": metadata} if place == "event" else {"images": [an_image(metadata=metadata)]}
    refused(caller.http.post("/vision-events", json=an_event(use_case=use_case, **where)), 400, "invalid")


@BODIES
def test_body_over_the_limit_is_refused_before_it_is_read(caller: Caller, server: Server, path: str) -> None:
    """Not a byte of the body is sent, and the answer comes all the same."""
    with Socket(server) as connection:
        connection.send(head(caller, f"Content-Length: {LIMIT + 1}", path=path))
        status, body = connection.answer()
    assert (status, body["code"]) == (413, "too_large")
    assert "10" in body["error"]


def test_body_of_unknown_length_is_refused_when_it_passes_the_limit(caller: Caller, server: Server) -> None:
    with Socket(server) as connection:
        connection.send(head(caller, "Transfer-Encoding: chunked"))
        for _ in range(LIMIT // 1_000_000):
            connection.send(b"f4240\r\n" + b" " * 1_000_000 + b"\r\n")
        connection.send(b"1\r\n \r\n")
        status, body = connection.answer()
    assert (status, body["code"]) == (413, "too_large")


def test_body_that_is_cut_off_is_not_stored(caller: Caller, server: Server, use_case: str) -> None:
    body = json.dumps(an_event(use_case=use_case)).encode()
    with Socket(server) as connection:
        connection.send(head(caller, f"Content-Length: {len(body) + 10}") + body)


@pytest.mark.parametrize("start", [b"\x16\x03\x01\x02\x00\x01\x00", b"\r\n\r\n\r\n", b"GET\r\n\r\n", b"\x00" * 1000])
def test_bytes_that_are_not_http_do_no_harm(server: Server, start: bytes) -> None:
    with Socket(server) as connection:
        connection.send(start)


@pytest.mark.parametrize(
    "path",
    [
        "/vision-events/facets/%00",
        "/vision-events/facets/%FF",
        "/vision-events/events/%00",
        "/vision-events/events/%ED%A0%80",
        "/vision-events/custom-metadata-schema/..%2F..%2Fetc%2Fpasswd",
        "/vision-events/facets/" + "x" * 5000,
        "/%00",
        "/..%2f..%2fetc/passwd",
    ],
)
def test_strange_addresses_are_not_found(caller: Caller, path: str) -> None:
    reply = caller.http.get(path)
    assert reply.status_code in {400, 404, 401}, reply.text
    assert reply.json()["error"]


@pytest.mark.parametrize("name", ["'; DROP TABLE events; --", '" OR 1=1', "%", "_", "\\", "{{7*7}}"])
def test_text_is_never_taken_for_anything_else(caller: Caller, use_case: str, name: str) -> None:
    body = {"useCaseId": name}
    refused(caller.http.post("/vision-events/query", json=body), 404, "not_found")
    for operator in ("eq", "contains", "starts_with"):
        assert caller.count(use_case, deviceId={"operator": operator, "value": name}) == 0
