"""POST /vision-events/upload: pictures, recognised from their bytes, streamed to disk and durable at the answer."""

import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.expect import Caller, answer, refused
from tests.pictures.making import CONTENT_TYPES, bmp, gif, png, whole
from tests.pictures.sending import a_picture, hash_of, kept_files
from tests.processes import Server
from tests.sockets import Socket, head

PATH = "/vision-events/upload"
LIMIT = 20_000_000
BOUNDARY = "cut-here"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
FORM_TYPE = f"Content-Type: {FORM['Content-Type']}"


def part(name: str, content: bytes, *headers: str, file_name: str | None = None, border: str = BOUNDARY) -> bytes:
    """One part of a form, its line of introduction included."""
    disposition = f'Content-Disposition: form-data; name="{name}"'
    if file_name is not None:
        disposition += f'; filename="{file_name}"'
    return "\r\n".join([f"--{border}", disposition, *headers, "", ""]).encode() + content + b"\r\n"


def form(*parts: bytes, end: bytes = f"--{BOUNDARY}--\r\n".encode()) -> bytes:
    return b"".join(parts) + end


@pytest.fixture
def _nothing_is_left(server: Server, nobody: httpx.Client) -> Iterator[None]:
    """After the test there is no file more than before, and the server is well."""
    before = kept_files(server.data)
    yield
    assert kept_files(server.data) == before
    answer(nobody.get("/readyz"))


leaves_nothing = pytest.mark.usefixtures("_nothing_is_left")


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_picture_of_each_format_is_taken_and_shown_as_what_every_browser_shows(
    caller: Caller, content_type: str
) -> None:
    data = a_picture(content_type)
    reply = caller.upload(data)
    assert reply["success"] is True
    told = (reply["width"], reply["height"], reply["contentType"], reply["bytes"])
    assert told == (96, 64, content_type, len(data))

    original = caller.picture(reply["sourceId"])
    assert (original.headers["content-type"], original.content) == (content_type, data)
    shown = caller.picture(reply["sourceId"], size="screen")
    assert shown.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(shown.content), formats=["JPEG"]) as image:
        assert image.size == (96, 64)


def test_reply_has_an_id_that_nobody_can_guess_and_a_link_that_needs_no_key(
    caller: Caller, nobody: httpx.Client
) -> None:
    data = a_picture()
    reply = caller.upload(data)
    assert re.fullmatch(r"ve-img-[0-9a-f]{32}", reply["sourceId"])
    assert reply["sourceId"] in reply["url"]
    assert caller.key not in reply["url"]
    assert nobody.get(reply["url"]).content == data


def test_same_bytes_twice_cost_one_file_and_have_two_ids(caller: Caller, stranger: Caller, server: Server) -> None:
    data = a_picture()
    before = kept_files(server.data)
    replies = [who.upload(data) for who in (caller, caller, stranger)]
    assert len({reply["sourceId"] for reply in replies}) == 3
    assert kept_files(server.data) - before == {hash_of(data)}
    assert caller.picture(replies[1]["sourceId"]).content == data


def test_pictures_are_the_owners_only(caller: Caller, server: Server) -> None:
    hash = hash_of(data := a_picture())
    caller.upload(data)
    path = server.data / "blobs" / hash[:2] / hash
    assert path.read_bytes() == data
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["front.jpg", "", "Grüße 漢 🏭.jpeg", "../../etc/passwd", "a.exe", 'quote".png'])
def test_names_say_nothing(caller: Caller, name: str) -> None:
    reply = answer(
        caller.http.post(PATH, files={"file": ("x.txt", whole("image/png"), "text/html")}, data={"name": name}), 201
    )
    assert reply["contentType"] == "image/png"


def test_parts_may_come_in_any_order_with_others_among_them(caller: Caller) -> None:
    data = a_picture()
    parts = [part("metadata", b'{"lens": "wide"}'), part("project", b"x"), part("file", data), part("name", b"front")]
    for ordered in (parts, parts[::-1]):
        assert answer(caller.http.post(PATH, content=form(*ordered), headers=FORM), 201)["bytes"] == len(data)


@pytest.mark.parametrize("step", [1, 7, 61])
def test_form_may_arrive_in_pieces_of_any_size(caller: Caller, step: int) -> None:
    """So that every place in it is once at the border of two."""
    data = a_picture(width=8, height=8)
    whole_form = form(part("file", data, file_name="a.jpg"), part("metadata", b'{"iso": 100}'))
    pieces = (whole_form[at : at + step] for at in range(0, len(whole_form), step))
    reply = answer(caller.http.post(PATH, content=pieces, headers=FORM), 201)
    assert caller.picture(reply["sourceId"]).content == data


@pytest.mark.parametrize("data", [b"\r\n--cut-here", b"--cut-here--\r\n", b"\r\n\r\n--cut-her", b"\r\n" * 500])
def test_bytes_that_look_like_the_border_are_the_pictures_own(caller: Caller, data: bytes) -> None:
    """A client takes a border that is not in the file; what only begins like it must come through whole."""
    picture = a_picture() + data
    content = form(part("file", picture, border="cut-here-and-there"), end=b"--cut-here-and-there--\r\n")
    headers = {"Content-Type": "multipart/form-data; boundary=cut-here-and-there"}
    reply = answer(caller.http.post(PATH, content=content, headers=headers), 201)
    assert caller.picture(reply["sourceId"]).content == picture


@leaves_nothing
def test_without_a_valid_key_it_is_refused(outsider: httpx.Client) -> None:
    refused(outsider.post(PATH, files={"file": a_picture()}), 401, "unauthenticated")


@leaves_nothing
def test_key_in_the_query_is_not_taken(caller: Caller, nobody: httpx.Client) -> None:
    reply = nobody.post(PATH, params={"api_key": caller.key}, files={"file": a_picture()})
    refused(reply, 401, "unauthenticated")


@leaves_nothing
def test_key_that_may_only_read_is_refused(reader: httpx.Client) -> None:
    refused(reader.post(PATH, files={"file": a_picture()}), 403, "forbidden", says="vision-events:write")


def test_key_that_may_only_write_is_enough(writer: httpx.Client) -> None:
    answer(writer.post(PATH, files={"file": a_picture()}), 201)


NO_PICTURES = {
    "text": b"not a picture at all\n",
    "nothing": b"",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><script>alert(1)</script></svg>',
    "SVG with a declaration": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "zeros": bytes(5000),
    "a video": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(100),
}


@leaves_nothing
@pytest.mark.parametrize("data", NO_PICTURES.values(), ids=NO_PICTURES)
@pytest.mark.parametrize("name", ["front.jpg", "front.svg"])
def test_what_is_no_picture_is_refused_whatever_it_is_called(caller: Caller, data: bytes, name: str) -> None:
    reply = caller.http.post(PATH, files={"file": (name, data, "image/jpeg")})
    refused(reply, 415, "unsupported_image", says="HEIC")


BAD_PICTURES = {
    "truncated JPEG": (whole("image/jpeg")[:-40], "cut short"),
    "half a PNG": (whole("image/png")[:60], "cut short"),
    "only the beginning of a WebP": (whole("image/webp")[:40], ""),
    "60000 x 60000 pixels in a kilobyte": (png(60_000, 60_000), "pixels"),
    "GIF of 10,000 frames": (gif(10_000), "frames"),
    "GIF without frames": (gif(0), ""),
    "BMP of no pixels": (bmp(0, 0), ""),
}


@leaves_nothing
@pytest.mark.parametrize(("data", "says"), BAD_PICTURES.values(), ids=BAD_PICTURES)
def test_picture_that_is_damaged_or_a_bomb_is_refused(caller: Caller, data: bytes, says: str) -> None:
    reply = caller.http.post(PATH, files={"file": ("front.jpg", data)})
    refused(reply, 400, "invalid_image", says=says)


MALFORMED = {
    "no form": (b"hello", {"Content-Type": "image/jpeg"}),
    "JSON": (b'{"file": "x"}', {"Content-Type": "application/json"}),
    "no type at all": (b"hello", {}),
    "no border named": (form(part("file", b"x")), {"Content-Type": "multipart/form-data"}),
    "another border": (form(part("file", b"x")), {"Content-Type": "multipart/form-data; boundary=other"}),
    "no border in it": (b"hello", FORM),
    "nothing": (b"", FORM),
    "no end": (form(part("file", whole("image/jpeg")), end=b""), FORM),
    "cut in its end": (form(part("file", whole("image/jpeg")))[:-5], FORM),
    "without a file": (form(part("name", b"x")), FORM),
    "no parts": (form(), FORM),
    "two files": (form(part("file", whole("image/jpeg")), part("file", whole("image/png"))), FORM),
    "two names": (form(part("name", b"a"), part("name", b"b"), part("file", whole("image/jpeg"))), FORM),
    "20 parts": (form(part("file", whole("image/jpeg")), *[part(f"p{n}", b"x") for n in range(20)]), FORM),
    "a header of 1 MB": (form(part("file", whole("image/jpeg"), "X-Long: " + "a" * 1_000_000)), FORM),
    "a header's name of 1 MB": (form(part("file", whole("image/jpeg"), "a" * 1_000_000 + ": x")), FORM),
    "a header without end": (f"--{BOUNDARY}\r\nX: ".encode() + b"a" * 1_000_000, FORM),
    "a field of 1 MB": (form(part("name", b"a" * 1_000_000), part("file", whole("image/jpeg"))), FORM),
    "a file without a name of its part": (
        f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\nx\r\n--{BOUNDARY}--".encode(),
        FORM,
    ),
}


@leaves_nothing
@pytest.mark.parametrize(("content", "headers"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_form_is_refused(caller: Caller, content: bytes, headers: dict[str, str]) -> None:
    refused(caller.http.post(PATH, content=content, headers=headers), 400, "invalid")


def uploaded_with(caller: Caller, **fields: str) -> httpx.Response:
    return caller.http.post(PATH, files={"file": ("a.jpg", whole("image/jpeg"))}, data=fields)


def metadata_of(keys: int = 1, key: str = "k", value: Any = 1) -> str:
    return json.dumps({(key if keys == 1 else f"{key}{number}"): value for number in range(keys)})


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        " ",
        "{}",
        metadata_of(value="x" * 1000),
        metadata_of(key="k" * 100),
        metadata_of(keys=100),
        '{"lens no_1-a": "wide", "iso": 100, "gain": 1.0, "hdr": true, "text": "Grüße 漢 🏭"}',
    ],
    ids=lambda text: text[:20],
)
def test_metadata_by_the_rules_is_taken(caller: Caller, metadata: str) -> None:
    answer(uploaded_with(caller, metadata=metadata), 201)


@leaves_nothing
@pytest.mark.parametrize(
    ("metadata", "path"),
    [
        ("[]", "metadata"),
        ('"text"', "metadata"),
        ("7", "metadata"),
        ("null", "metadata"),
        ('{"k": null}', "metadata.k"),
        ('{"k": [1]}', "metadata.k"),
        ('{"k": {"deep": 1}}', "metadata.k"),
        (metadata_of(value="x" * 1001), "metadata.k"),
        (metadata_of(value=2**53 + 1), "metadata.k"),
        (metadata_of(key="größe"), "metadata.größe"),
        (metadata_of(key="a.b"), "metadata.a.b"),
        (metadata_of(key=""), "metadata"),
        (metadata_of(key="k" * 101), f"metadata.{'k' * 101}"),
        (metadata_of(keys=101), "metadata"),
        ('{"k": "\\u0000"}', "metadata.k"),
    ],
    ids=lambda text: text[:20],
)
def test_metadata_against_the_rules_is_refused_with_its_place(caller: Caller, metadata: str, path: str) -> None:
    body = refused(uploaded_with(caller, metadata=metadata), 400, "invalid", path=path)
    assert body["error"].startswith("metadata")


@leaves_nothing
@pytest.mark.parametrize(
    "metadata", ["{", "hello", "{'k': 1}", '{"k": NaN}', '{"k": "\\ud800"}', '{"k": ' + "[" * 50_000]
)
def test_metadata_that_is_no_json_is_refused(caller: Caller, metadata: str) -> None:
    refused(uploaded_with(caller, metadata=metadata), 400, "invalid_json", says="metadata")


@leaves_nothing
@pytest.mark.parametrize("name", ["x" * 257, "a\nb", "a\0b"], ids=["long", "newline", "NUL"])
def test_name_against_the_rules_is_refused(caller: Caller, name: str) -> None:
    refused(uploaded_with(caller, name=name), 400, "invalid", path="name")


def test_picture_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(caller: Caller, server: Server) -> None:
    """What comes after a JPEG's end is part of the file and shown by nobody."""
    data = a_picture().ljust(LIMIT, b"\0")
    assert caller.upload(data)["bytes"] == LIMIT
    before = kept_files(server.data)
    reply = caller.http.post(PATH, files={"file": data + b"\0"})
    refused(reply, 413, "too_large", says="20,000,000")
    assert kept_files(server.data) == before


@leaves_nothing
def test_refusal_of_what_is_too_large_does_not_wait_for_its_end(caller: Caller, server: Server) -> None:
    """The body is announced as a terabyte; the answer comes when the limit is passed."""
    start = part("file", a_picture())
    with Socket(server) as connection:
        connection.send(head(caller, f"Content-Length: {10**12}", FORM_TYPE, path=PATH) + start)
        for _ in range(21):
            connection.send(bytes(1_000_000))
        status, body = connection.answer()
    assert (status, body["code"]) == (413, "too_large")


def anonymous_kilobytes(server: Server) -> int:
    """The memory that the server's process has for itself now; pages of mapped files are not in it."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    assert found
    return int(found.group(1))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is asked of Linux")
def test_memory_does_not_grow_with_the_file(caller: Caller, server: Server) -> None:
    caller.upload(a_picture())
    before = anonymous_kilobytes(server)
    measured = []

    def pieces() -> Iterator[bytes]:
        picture = bmp(2500, 2600, rows=bytes(2500 * 2600 * 3))
        content = form(part("file", picture))
        for at in range(0, len(content), 100_000):
            yield content[at : at + 100_000]
            measured.append(anonymous_kilobytes(server))

    assert answer(caller.http.post(PATH, content=pieces(), headers=FORM), 201)["bytes"] > 19_000_000
    measured.append(anonymous_kilobytes(server))
    assert max(measured) - before < 6_000


@leaves_nothing
@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_upload_that_is_cut_in_the_middle_leaves_nothing(caller: Caller, server: Server, share: float) -> None:
    content = form(part("file", a_picture(width=1500, height=1000)))
    assert len(content) > 500_000
    start = head(caller, f"Content-Length: {len(content)}", FORM_TYPE, path=PATH)
    before = kept_files(server.data)
    with Socket(server) as connection:
        connection.send(start + content[: int(len(content) * share)])
        wait_until(lambda: kept_files(server.data) != before)
    wait_until(lambda: kept_files(server.data) == before)


def wait_until(holds: Any) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
