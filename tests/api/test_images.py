"""GET /vision-events/images/{sourceId}: the bytes of a picture, whole or in part, or a smaller version of it."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from PIL import Image

from sightlog.blobs.opening import read_link_secret
from sightlog.domain.image_links import LinkSigner
from sightlog.operations.clock import microseconds_now
from tests.builders import an_event
from tests.expect import Caller, refused
from tests.pictures.making import CONTENT_TYPES, RED, encoded, png_chunk, quarters
from tests.pictures.sending import a_picture, hash_of, kept_files
from tests.processes import Server

DAY = 86_400_000_000
SIZES = ("original", "thumb", "screen")


class Uploaded:
    """A picture that is there, with its link."""

    def __init__(self, who: Caller, data: bytes) -> None:
        reply = who.upload(data)
        self.id: str = reply["sourceId"]
        self.link: str = reply["url"]
        self.data = data
        self.path = urlsplit(self.link).path


@pytest.fixture(scope="module")
def picture(caller: Caller) -> Uploaded:
    return Uploaded(caller, a_picture(width=1000, height=600))


def opened(content: bytes) -> Image.Image:
    """A small version, which must be a JPEG."""
    return Image.open(io.BytesIO(content), formats=["JPEG"])


def test_original_is_byte_for_byte_what_was_sent(caller: Caller, picture: Uploaded) -> None:
    for parameters in ({}, {"size": "original"}, {"size": ""}):
        assert caller.picture(picture.id, **parameters).content == picture.data


def test_content_cannot_act_as_a_page_and_is_cached_for_long_by_its_reader_only(
    caller: Caller, picture: Uploaded
) -> None:
    for size in SIZES:
        headers = caller.picture(picture.id, size=size).headers
        assert headers["content-type"] == "image/jpeg"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "sandbox" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert set(headers["cache-control"].split(", ")) == {"private", "max-age=31536000", "immutable"}
        assert headers["accept-ranges"] == "bytes"
        assert headers["x-request-id"]


def test_head_tells_the_same_without_the_bytes(caller: Caller, picture: Uploaded) -> None:
    reply = caller.http.head(picture.path)
    assert reply.status_code == 200
    assert reply.content == b""
    assert int(reply.headers["content-length"]) == len(picture.data)
    assert reply.headers["etag"] == caller.picture(picture.id).headers["etag"]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-10", slice(-10, None)),
        ("bytes=5-5", slice(5, 6)),
        ("bytes=0-99999999", slice(0, None)),
    ],
)
def test_part_of_it_may_be_asked_for(caller: Caller, picture: Uploaded, asked: str, part: slice) -> None:
    reply = caller.http.get(picture.path, headers={"Range": asked})
    assert reply.status_code == 206
    assert reply.content == picture.data[part]
    first, last, _ = part.indices(len(picture.data))
    assert reply.headers["content-range"] == f"bytes {first}-{last - 1}/{len(picture.data)}"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_part_that_is_not_there_is_refused(caller: Caller, picture: Uploaded) -> None:
    reply = caller.http.get(picture.path, headers={"Range": "bytes=99999999-"})
    assert reply.status_code == 416
    assert reply.headers["content-range"].endswith(f"*/{len(picture.data)}")


def test_part_of_what_has_changed_meanwhile_is_the_whole(caller: Caller, picture: Uploaded) -> None:
    tag = caller.picture(picture.id).headers["etag"]
    for given, status in ((tag, 206), ('"other"', 200)):
        reply = caller.http.get(picture.path, headers={"Range": "bytes=0-9", "If-Range": given})
        assert reply.status_code == status


def test_what_the_caller_has_already_is_not_sent_again(caller: Caller, picture: Uploaded) -> None:
    for size in SIZES:
        tag = caller.picture(picture.id, size=size).headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            headers = {"If-None-Match": known}
            reply = caller.http.get(picture.path, params={"size": size}, headers=headers)
            assert (reply.status_code, reply.content) == (304, b"")
            assert reply.headers["etag"] == tag
            assert "immutable" in reply.headers["cache-control"]
        reply = caller.http.get(picture.path, params={"size": size}, headers={"If-None-Match": '"other"'})
        assert reply.status_code == 200


def test_each_size_has_a_tag_of_its_own(caller: Caller, picture: Uploaded) -> None:
    assert len({caller.picture(picture.id, size=size).headers["etag"] for size in SIZES}) == 3


def test_small_versions_keep_the_shape(caller: Caller) -> None:
    wide = Uploaded(caller, a_picture(width=2400, height=1200))
    assert opened(caller.picture(wide.id, size="thumb").content).size == (480, 240)
    assert opened(caller.picture(wide.id, size="screen").content).size == (1920, 960)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_small_versions_of_every_format_are_shown_by_every_browser(caller: Caller, content_type: str) -> None:
    there = Uploaded(caller, encoded(quarters(1200, 800), content_type))
    for size, expected in (("thumb", (480, 320)), ("screen", (1200, 800))):
        reply = caller.picture(there.id, size=size)
        assert reply.headers["content-type"] == "image/jpeg"
        shown = opened(reply.content)
        assert shown.size == expected
        assert all(abs(a - b) < 40 for a, b in zip(shown.convert("RGB").getpixel((9, 9)), RED, strict=True))


def test_small_versions_are_upright(caller: Caller) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    there = Uploaded(caller, a_picture(width=300, height=200, exif=exif))
    assert opened(caller.picture(there.id, size="thumb").content).size == (200, 300)


def test_small_version_is_made_once_and_kept(caller: Caller, server: Server) -> None:
    there = Uploaded(caller, a_picture(width=2000, height=1500))
    before = kept_files(server.data)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: caller.picture(there.id, size="thumb").content, range(16)))
    assert len(set(replies)) == 1
    assert kept_files(server.data) - before == {f"{hash_of(there.data)}.thumb"}


def test_damage_that_only_decoding_shows_meets_a_clear_error(caller: Caller, server: Server) -> None:
    whole = encoded(quarters(), "image/png")
    at = whole.index(b"IDAT") - 4
    bad = whole[:at] + png_chunk(b"IDAT", b"no compressed data") + png_chunk(b"IEND", b"")
    there = Uploaded(caller, bad)
    before = kept_files(server.data)
    assert caller.picture(there.id).content == bad
    refused(caller.http.get(there.path, params={"size": "thumb"}), 400, "invalid_image")
    assert kept_files(server.data) == before


@pytest.mark.parametrize("size", ["large", "thumb2", "THUMB", "../thumb", "480", "²"])
def test_unknown_size_is_refused(caller: Caller, picture: Uploaded, size: str) -> None:
    refused(caller.http.get(picture.path, params={"size": size}), 400, "invalid", path="size", says="thumb")


def test_without_a_key_or_a_link_it_is_refused(outsider: httpx.Client, picture: Uploaded) -> None:
    refused(outsider.get(picture.path), 401, "unauthenticated")


def test_key_that_may_only_read_is_enough_and_one_that_may_only_write_is_not(
    reader: httpx.Client, writer: httpx.Client, picture: Uploaded
) -> None:
    assert reader.get(picture.path).content == picture.data
    refused(writer.get(picture.path), 403, "forbidden", says="vision-events:read")


def test_another_workspaces_picture_is_like_one_that_is_not_there(stranger: Caller, picture: Uploaded) -> None:
    theirs = refused(stranger.http.get(picture.path), 404, "not_found")["error"]
    absent = "ve-img-" + "0" * 32
    missing = refused(stranger.http.get(f"/vision-events/images/{absent}"), 404, "not_found")["error"]
    assert theirs.replace(picture.id, absent) == missing


OUTSIDE = [
    "..%2F..%2Flink-secret",
    "..%2Flink-secret",
    "%2E%2E%2F%2E%2E%2Fsightlog.db",
    "..%5C..%5Clink-secret",
    "%2Fetc%2Fpasswd",
    "../../link-secret",
    "..",
    "%00",
    "ve-img-%00",
    "x" * 5000,
    "';%20DROP%20TABLE%20images;%20--",
]


@pytest.mark.parametrize("source_id", OUTSIDE)
@pytest.mark.parametrize("size", SIZES)
def test_id_that_points_elsewhere_finds_nothing(server: Server, caller: Caller, source_id: str, size: str) -> None:
    """Sent as it is: most clients would tidy such an address up first."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Authorization": f"Bearer {caller.key}"}
    connection.request("GET", f"/vision-events/images/{source_id}?size={size}", headers=headers)
    reply = connection.getresponse()
    assert reply.status in {400, 404}
    assert json.loads(reply.read())["error"]
    connection.close()


# Links


class Link:
    """A signed link's parts, to be put together in other ways."""

    def __init__(self, url: str) -> None:
        self.path = urlsplit(url).path
        self.parameters = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    def but(self, path: str | None = None, **changes: str | None) -> str:
        parameters = {name: value for name, value in (self.parameters | changes).items() if value is not None}
        return f"{path or self.path}?{urlencode(parameters)}"


@pytest.fixture(scope="module")
def signer(server: Server) -> LinkSigner:
    """Signs as the server does, with the secret of its data folder."""
    return LinkSigner(read_link_secret(server.data), "")


def test_link_opens_without_a_key_and_tells_of_none(nobody: httpx.Client, caller: Caller, picture: Uploaded) -> None:
    reply = nobody.get(picture.link)
    assert (reply.status_code, reply.content) == (200, picture.data)
    assert "set-cookie" not in reply.headers
    part = nobody.get(picture.link, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, picture.data[:10])
    assert caller.key not in picture.link


def test_link_is_the_same_all_day(caller: Caller, picture: Uploaded, use_case: str) -> None:
    """So that a browser that has the picture does not load it again."""
    event = an_event(use_case=use_case, images=[{"sourceId": picture.id}])
    caller.create(event)
    assert caller.event(event["eventId"])["images"][0]["url"] == picture.link


def test_link_is_relative_unless_a_public_address_is_set(picture: Uploaded) -> None:
    """Never from the Host header, which anybody may forge."""
    assert picture.link.startswith("/vision-events/images/")


def test_link_that_has_expired_is_refused(nobody: httpx.Client, signer: LinkSigner, picture: Uploaded) -> None:
    now = microseconds_now()
    workspace = next(
        number for number in range(1, 10) if signer.link(number, picture.id, now).split("?")[1] in picture.link
    )
    assert nobody.get(signer.link(workspace, picture.id, now - DAY)).status_code == 200
    for days in (3, 400):
        refused(nobody.get(signer.link(workspace, picture.id, now - days * DAY)), 403, "forbidden", says="expired")


@pytest.mark.parametrize("size", ["thumb", "screen"])
def test_link_to_one_size_opens_no_other(
    nobody: httpx.Client, signer: LinkSigner, picture: Uploaded, size: str
) -> None:
    refused(nobody.get(Link(picture.link).but(size=size)), 403, "forbidden")
    links = [Link(signer.link(number, picture.id, microseconds_now(), size)) for number in range(1, 10)]
    (link,) = [link for link in links if nobody.get(link.but()).status_code == 200]
    refused(nobody.get(link.but(size=None)), 403, "forbidden")


def test_link_that_was_altered_is_refused(nobody: httpx.Client, caller: Caller, picture: Uploaded) -> None:
    link = Link(picture.link)
    token, expires = link.parameters["token"], link.parameters["expires"]
    altered = [
        link.but(token=token[:-1] + ("0" if token[-1] != "0" else "1")),
        link.but(token=token[:-1]),
        link.but(token=token + "0"),
        link.but(token=token.upper()),
        link.but(token=""),
        link.but(token="é²漢"),
        link.but(expires=str(int(expires) + 1)),
        link.but(expires=str(int(expires) + 86_400)),
        link.but(expires=expires + ".0"),
        link.but(expires="+" + expires),
        link.but(expires="9" * 5000),
        link.but(expires="²"),
        link.but(expires="-1"),
        link.but(expires=""),
        link.but(expires=None),
        link.but(path=Uploaded(caller, a_picture()).path),
        link.but(path="/vision-events/images/ve-img-" + "0" * 32),
    ]
    for url in altered:
        refused(nobody.get(url), 403, "forbidden")
    refused(nobody.get(link.but(token=None)), 401, "unauthenticated")


def test_link_of_another_workspace_opens_nothing(
    nobody: httpx.Client, stranger: Caller, signer: LinkSigner, picture: Uploaded
) -> None:
    """Not even when the same bytes are in both."""
    theirs = Uploaded(stranger, picture.data)
    assert nobody.get(theirs.link).content == picture.data
    for path, parameters in ((picture.path, theirs.link), (theirs.path, picture.link)):
        refused(nobody.get(Link(parameters).but(path=path)), 403, "forbidden")


def test_link_does_not_widen_a_key(stranger: Caller, writer: httpx.Client, picture: Uploaded) -> None:
    """With a link the key does not count at all: the link alone decides."""
    for http in (stranger.http, writer):
        assert http.get(picture.link).content == picture.data
        refused(http.get(Link(picture.link).but(token="0" * 64)), 403, "forbidden")


def test_links_are_not_logged(nobody: httpx.Client, server: Server, picture: Uploaded) -> None:
    nobody.get(picture.link)
    nobody.get(Link(picture.link).but(expires="1"))
    assert Link(picture.link).parameters["token"] not in server.printed()


def test_nothing_of_a_deleted_picture_is_left(
    caller: Caller, nobody: httpx.Client, server: Server, use_case: str
) -> None:
    there = Uploaded(caller, a_picture(width=700, height=500))
    event = an_event(use_case=use_case, images=[{"sourceId": there.id}])
    caller.create(event)
    caller.picture(there.id, size="thumb")
    assert f"{hash_of(there.data)}.thumb" in kept_files(server.data)

    caller.delete(use_case, event["eventId"])
    for size in SIZES:
        refused(caller.http.get(there.path, params={"size": size}), 404, "not_found")
    refused(nobody.get(there.link), 403, "forbidden")
    assert not [name for name in kept_files(server.data) if name.startswith(hash_of(there.data))]


def test_file_that_somebody_removed_by_hand_is_told(caller: Caller, server: Server) -> None:
    there = Uploaded(caller, a_picture())
    hash = hash_of(there.data)
    Path(server.data / "blobs" / hash[:2] / hash).unlink()
    for size in SIZES:
        refused(caller.http.get(there.path, params={"size": size}), 404, "not_found", says="removed")
