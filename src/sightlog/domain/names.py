"""Names and ids: when two names are the same, what a slug may be, and how ids are made."""

import hashlib
import re
import secrets
import unicodedata
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from sightlog.domain.errors import Invalid
from sightlog.domain.patterns import without_pattern

Id = Annotated[str, Meta(max_length=256, description="1 to 256 characters")]
_EVENT_ID = "^[^\\x00-\\x1f\\x7f]{1,256}$(?!\\n)"
EventId = Annotated[str, Meta(pattern=_EVENT_ID, description="1 to 256 characters without control characters")]
NewEventId = Annotated[str, without_pattern(EventId)]
"""To be decoded; `is_event_id` then tells whether it is one."""

RESERVED_SLUGS = frozenset(
    "vision-events v2 v1 health healthz readyz docs openapi.json openapi app api static assets settings sign-in"
    " sign-out sign-up login logout usage metrics admin auth query favicon.ico robots.txt internal live models"
    " workflows feedback images new help go".split()
)

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def name_key(name: str) -> str:
    """Two names are the same when their keys are: NFC, trimmed, case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).strip().casefold())


def check_name(name: str, path: str = "name") -> str:
    """The trimmed name. Raises Invalid unless 1-256 characters remain, none of them a control character."""
    trimmed = name.strip()
    if not 1 <= len(trimmed) <= 256:
        raise Invalid.at(path, f"expected 1 to 256 characters after trimming, got {len(trimmed)}")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in trimmed):
        raise Invalid.at(path, "expected text without control characters")
    return trimmed


def check_slug(slug: str) -> str:
    """A workspace's address. Raises Invalid when it is malformed or could be a page or an endpoint."""
    if not _SLUG.fullmatch(slug):
        raise Invalid.at("slug", "expected 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit")
    if slug in RESERVED_SLUGS:
        raise Invalid.at("slug", f"'{slug}' is reserved, because pages or endpoints have this address")
    return slug


def new_use_case_id() -> str:
    """A short opaque id: 12 letters and digits that are not mixed up when read aloud (59 random bits)."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(12))


def event_id_of_content(*content: bytes) -> str:
    """A UUID that follows from an event's bytes, so that an event without an id is the same when it comes again."""
    digest = hashlib.sha256()
    for piece in content:
        digest.update(piece)
    return str(UUID(bytes=digest.digest()[:16], version=4))


_is_event_id = re.compile(_EVENT_ID).search


def is_event_id(text: str) -> bool:
    """Whether a text can be an event's id."""
    return (text.isprintable() and 0 < len(text) <= 256) or _is_event_id(text) is not None


def new_event_id() -> str:
    """A random UUID (version 4), for events that came without an id."""
    return str(UUID(bytes=secrets.token_bytes(16), version=4))
