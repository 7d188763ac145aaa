"""Reading a bundle: one event and its pictures in a tar or tar.gz file (contract 4.7).

The archive is read once from front to back. Nothing is written under a member's name; what a header promises is held
against the limits before a byte of it is read.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from msgspec import Struct

from sightlog.blobs.contract import Blobs, Incoming
from sightlog.domain.errors import Invalid, TooLarge
from sightlog.domain.limits import Limits
from sightlog.domain.problems import read_json
from sightlog.operations.tar_reading import Member, read_members

PAYLOAD = "payload.json"
IMAGES_FOLDER = "images"
FORMAT_VERSION = 1
MOST_MEMBERS = 1000
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK_BYTES = 262_144
_PADDING_BYTES = 10_240


class Bundle(Struct, kw_only=True):
    """The payload as plain JSON, and its pictures by the names of their members, on their way in."""

    payload: dict[str, Any]
    pictures: dict[str, Incoming]

    def discard(self) -> None:
        """Forget the pictures that were not published."""
        for incoming in self.pictures.values():
            incoming.discard()


def read_bundle(path: Path, blobs: Blobs, limits: Limits) -> Bundle:
    """Raises Invalid for a bad archive and TooLarge for one over a limit; then nothing is left behind."""
    pictures: dict[str, Incoming] = {}
    try:
        payload = None
        for name, member in _files(path, limits):
            if name == PAYLOAD:
                if payload is not None:
                    raise Invalid.at(PAYLOAD, "the bundle has a second one")
                payload = _read_payload(member, limits)
            elif PurePosixPath(name).parts[0] == IMAGES_FOLDER:
                if name in pictures:
                    raise Invalid.at(name, "the bundle has a second one")
                pictures[name] = blobs.receive()
                _copy(member, pictures[name], name, limits)
        if payload is None:
            raise Invalid.at(PAYLOAD, "is missing from the bundle")
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
        _discard(pictures)
        raise Invalid.at("", f"not a tar or tar.gz archive that can be read: {error}") from error
    except BaseException:
        _discard(pictures)
        raise
    return Bundle(payload=payload, pictures=pictures)


class _Capped:
    """A stream that ends with an error when more comes out of it than may; a small file can unpack to anything."""

    def __init__(self, inner: IO[bytes] | gzip.GzipFile, most_bytes: int) -> None:
        self._inner = inner
        self._left = most_bytes

    def read(self, size: int) -> bytes:
        if size > self._left:
            raise TooLarge("the bundle unpacks to more than SIGHTLOG_UNPACKED_BUNDLE_BYTES")
        chunk = self._inner.read(size)
        self._left -= len(chunk)
        return chunk


def _files(path: Path, limits: Limits) -> Iterator[tuple[str, Member]]:
    """(checked name, member) of every file, in the order of the archive."""
    with _opened(path) as raw:
        magic = raw.read(2)
        raw.seek(0)
        inner: IO[bytes] | gzip.GzipFile = gzip.GzipFile(fileobj=raw) if magic == _GZIP_MAGIC else raw
        # Room for headers and padding, which count towards what is unpacked too.
        capped = _Capped(inner, limits.unpacked_bundle_bytes + MOST_MEMBERS * 2048)
        unpacked = 0
        for count, member in enumerate(read_members(capped), 1):
            if count > MOST_MEMBERS:
                raise Invalid.at("", f"the bundle has more than {MOST_MEMBERS} members")
            unpacked += member.size
            if unpacked > limits.unpacked_bundle_bytes:
                raise TooLarge("the bundle unpacks to more than SIGHTLOG_UNPACKED_BUNDLE_BYTES")
            name = _checked_name(member)
            if not member.is_folder:
                yield name, member
        # gzip's own check of the whole comes after its last byte.
        while capped.read(_PADDING_BYTES):
            pass


def _opened(path: Path) -> IO[bytes]:
    try:
        return open(path, "rb")
    except OSError as error:
        raise Invalid.at("", f"the bundle cannot be read: {error.strerror}") from error


def _checked_name(member: Member) -> str:
    name = member.name
    path = PurePosixPath(name)
    # `tar -C FOLDER .` begins with the folder itself.
    has_name = bool(path.parts) or member.is_folder
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not has_name:
        raise Invalid.at(name[:200], "a member's name must be relative, without '..'")
    return str(path)


def _read_payload(member: Member, limits: Limits) -> dict[str, Any]:
    if member.size > limits.json_body_bytes:
        raise TooLarge(f"{PAYLOAD} is longer than {limits.json_body_bytes:,} bytes (SIGHTLOG_JSON_BODY_BYTES)")
    payload = read_json(member.read(member.size), PAYLOAD)
    if not isinstance(payload, dict):
        raise Invalid.at(PAYLOAD, "expected an object")
    version = payload.pop("bundleFormatVersion", FORMAT_VERSION)
    if version != FORMAT_VERSION:
        raise Invalid.at("bundleFormatVersion", f"expected {FORMAT_VERSION}, got {str(version)[:40]}")
    return payload


def _copy(member: Member, incoming: Incoming, name: str, limits: Limits) -> None:
    while chunk := member.read(_CHUNK_BYTES):
        incoming.write(chunk)
        if incoming.size > limits.upload_bytes:
            raise TooLarge(f"{name} is larger than {limits.upload_bytes:,} bytes (SIGHTLOG_UPLOAD_BYTES)")


def _discard(pictures: dict[str, Incoming]) -> None:
    for incoming in pictures.values():
        incoming.discard()
