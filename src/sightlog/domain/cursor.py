"""Cursors: where a page ended, opaque to clients. They carry only the position, so filters may change between pages."""

import base64
import binascii

import msgspec
from msgspec import Struct

from sightlog.domain.errors import InvalidCursor

VERSION = 1


class Position(Struct, frozen=True, array_like=True):
    """After which event a page begins: newest first by timestamp (microseconds), then by id."""

    timestamp: int
    event_id: str


def write_cursor(use_case_id: str, position: Position) -> str:
    """The opaque text for a position in a use case."""
    raw = msgspec.json.encode((VERSION, use_case_id, position.timestamp, position.event_id))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(text: str, use_case_id: str) -> Position:
    """The position. Raises InvalidCursor when the text is broken or belongs to another use case."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        version, owner, timestamp, event_id = msgspec.json.decode(raw, type=tuple[int, str, int, str])
    except (UnicodeError, binascii.Error, ValueError, msgspec.MsgspecError):
        raise InvalidCursor.at("cursor", "not a cursor of this server; send nextCursor as it came, or none") from None
    if version != VERSION or owner != use_case_id:
        raise InvalidCursor.at("cursor", "belongs to another use case or version; begin again without a cursor")
    if not -(2**62) < timestamp < 2**62:
        raise InvalidCursor.at("cursor", "not a cursor of this server; send nextCursor as it came, or none")
    return Position(timestamp, event_id)
