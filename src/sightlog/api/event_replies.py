"""Events as replies show them, joined from the JSON that was stored, without reading it again.

The classes describe the joined replies for /openapi.json; tests hold real replies against them.
"""

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from sightlog.domain.events import EventType
from sightlog.domain.feedback import FeedbackSummary
from sightlog.domain.image_links import LinkSigner
from sightlog.domain.images import ImageEntry, UploadedImage
from sightlog.domain.metadata import Metadata
from sightlog.domain.stored import StoredEvent
from sightlog.domain.times import format_timestamp
from sightlog.domain.warnings import EventWarning
from sightlog.operations.queries import NAMES_PICTURES, Note, QueryPage


class ImageInReply(ImageEntry, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """An entry of `images` as it was sent, with links and sizes where the pictures are known."""

    url: str | UnsetType = UNSET
    thumb_url: str | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    input_url: str | UnsetType = UNSET
    input_thumb_url: str | UnsetType = UNSET
    input_width: int | UnsetType = UNSET
    input_height: int | UnsetType = UNSET


class EventInPage(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An event as it was sent, unknown fields included, with what was noticed about it since."""

    event_id: str
    event_type: EventType
    timestamp: str
    device_id: str | UnsetType = UNSET
    stream_id: str | UnsetType = UNSET
    workflow_id: str | UnsetType = UNSET
    display_image_position: int | UnsetType = UNSET
    event_data: dict[str, Any]
    custom_metadata: Metadata
    comment: str | UnsetType = UNSET
    images: list[ImageInReply]
    warnings: list[EventWarning] | UnsetType = UNSET
    feedback: FeedbackSummary | UnsetType = UNSET


class WholeEvent(EventInPage, frozen=True, kw_only=True):
    """One event with everything that is known about it; its feedback also lists `all` reviews."""

    use_case_id: str
    received_at: str


class _PageEnd(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    next_cursor: str | None
    has_more: bool
    lookback_days: int
    notes: list[Note] = []


class EventPage(_PageEnd, frozen=True, kw_only=True):
    """A page of events, newest first. `next_cursor` is null on the last one; an empty page may have `notes`."""

    events: list[EventInPage]


class Linker(Struct, frozen=True):
    """Adds signed links and sizes to the pictures of events: `url`, `thumbUrl`, `width`, `height` for `sourceId`, and
    `inputUrl`, `inputThumbUrl`, `inputWidth`, `inputHeight` for `inputSourceId`."""

    signer: LinkSigner
    workspace: int
    now: int
    pictures: dict[str, UploadedImage]

    def images_of(self, event: StoredEvent) -> bytes:
        """The event's images, with links where pictures are known."""
        if not self.pictures or NAMES_PICTURES not in event.images:
            return event.images
        entries = msgspec.json.decode(event.images)
        for entry in entries:
            self._add(entry, "sourceId", ("url", "thumbUrl", "width", "height"))
            self._add(entry, "inputSourceId", ("inputUrl", "inputThumbUrl", "inputWidth", "inputHeight"))
        return msgspec.json.encode(entries)

    def _add(self, entry: dict[str, Any], id_name: str, names: tuple[str, str, str, str]) -> None:
        image = self.pictures.get(entry.get(id_name) or "")
        if image is not None and image.workspace == self.workspace:
            url, thumb, width, height = names
            entry[url] = self.signer.link(self.workspace, image.source_id, self.now)
            entry[thumb] = self.signer.link(self.workspace, image.source_id, self.now, "thumb")
            entry[width], entry[height] = image.width, image.height


def whole_event(event: StoredEvent, linker: Linker) -> bytes:
    """One event with everything that is known about it."""
    added = {"useCaseId": event.use_case_id, "receivedAt": format_timestamp(event.received_at)}
    return _joined(event, linker) + b"," + msgspec.json.encode(added)[1:]


def _joined(event: StoredEvent, linker: Linker) -> bytes:
    pieces = [event.rest[:-1], b',"images":', linker.images_of(event)]
    if event.warnings is not None:
        pieces += (b',"warnings":', event.warnings)
    if event.feedback is not None:
        pieces += (b',"feedback":', msgspec.json.encode(event.feedback))
    return b"".join(pieces)


def page_reply(page: QueryPage, signer: LinkSigner, workspace: int, now: int) -> bytes:
    """The reply of a query: the contract's events (4.5), plus links, `warnings` and `feedback` where there are any."""
    linker = Linker(signer, workspace, now, page.pictures)
    end = _PageEnd(
        next_cursor=page.next_cursor,
        has_more=page.next_cursor is not None,
        lookback_days=page.lookback_days,
        notes=page.notes,
    )
    events = b",".join(_joined(event, linker) + b"}" for event in page.events)
    return b'{"events":[' + events + b"]," + msgspec.json.encode(end)[1:]
