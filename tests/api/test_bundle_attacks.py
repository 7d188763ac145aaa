"""Bundles made to do harm: names that lead outside, bombs, headers that lie."""

import gzip
import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.bundles import ENTRY, pictures, sent, stores_nothing
from tests.expect import Caller, refused
from tests.pictures.sending import a_bundle, a_payload, an_archive
from tests.processes import Server


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
