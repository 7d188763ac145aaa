"""An event that comes with its pictures: a bundle, or a device's body. Visible together or not at all.

The ids of the pictures follow from the event's id and the pictures' bytes, so a delivery that comes again is the same.
"""

import hashlib
from pathlib import Path
from typing import Any

from msgspec import Struct, json

from sightlog.blobs.contract import Blobs, Incoming
from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import Invalid
from sightlog.domain.event_reading import AcceptedEvent, Reading, read_plain_event
from sightlog.domain.images import UploadedImage
from sightlog.domain.limits import Limits
from sightlog.domain.names import event_id_of_content
from sightlog.domain.stored import Receipt
from sightlog.operations.bundle_reading import read_bundle
from sightlog.operations.images import keeping
from sightlog.pictures.checking import check_picture
from sightlog.store.contract import Store

# In a bundle, the members' names stand where a create body has ids (contract 4.7).
_MEMBER_FIELDS = (("file", "sourceId"), ("inputFile", "inputSourceId"))


class Delivered(Struct, frozen=True):
    """What became of a delivery, and how many pictures it brought."""

    receipt: Receipt
    images: int


class Attached(Struct, frozen=True):
    """A picture of a delivery: where in the event it stands (entry, id field), and its bytes."""

    entry: int
    field: str
    incoming: Incoming


class CheckedDelivery(Struct, frozen=True):
    """A delivery that passed its rules."""

    event: AcceptedEvent
    attached: list[Attached]
    images: list[UploadedImage]


def deliver_bundle(
    store: Store, blobs: Blobs, caller: Caller, path: Path, use_case: str | None, rules: Reading
) -> Delivered:
    """Store a bundle. `use_case` overrides the one inside; one of the two is needed. Sending it again changes
    nothing. Raises Invalid, TooLarge, UnknownUseCase, ArchivedUseCase or an error of a picture."""
    bundle = read_bundle(path, blobs, rules.limits)
    try:
        payload = bundle.payload
        if use_case is not None:
            payload["useCaseId"] = use_case
        if not payload.get("useCaseId"):
            raise Invalid.at("useCaseId", "is missing: the bundle names no use case, so the request must")
        checked = check_delivery(caller, payload, _attached_members(payload, bundle.pictures), rules)
        return store_delivery(store, blobs, caller, checked, rules.now)
    finally:
        bundle.discard()


def check_delivery(caller: Caller, plain: dict[str, Any], attached: list[Attached], rules: Reading) -> CheckedDelivery:
    """Check an event, given as the body of create without the ids of the attached pictures, and those pictures.
    Nothing is stored. Raises what `read_plain_event` and `check_picture` raise."""
    if not plain.get("eventId"):
        plain["eventId"] = event_id_of_content(
            json.encode(plain), *(one.incoming.finish().encode() for one in attached)
        )
    images = {}
    for one in attached:
        image = _image(caller, str(plain["eventId"]), one, rules.limits)
        plain["images"][one.entry][one.field] = image.source_id
        images[image.source_id] = image
    return CheckedDelivery(read_plain_event(plain, rules), attached, list(images.values()))


def store_delivery(store: Store, blobs: Blobs, caller: Caller, checked: CheckedDelivery, now: int) -> Delivered:
    """Store the event and its pictures. Raises UnknownUseCase or ArchivedUseCase."""
    with keeping(store, blobs, *(image.hash for image in checked.images)):
        for one in checked.attached:
            blobs.publish(one.incoming)
        receipt = store.add_delivery(caller.workspace, caller.key, checked.event, checked.images, now)
    return Delivered(receipt, len(checked.images))


def _attached_members(payload: dict[str, Any], pictures: dict[str, Incoming]) -> list[Attached]:
    attached: list[Attached] = []
    entries = payload.get("images")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue  # reading the event will say so
        for member_field, id_field in _MEMBER_FIELDS:
            name = entry.pop(member_field, None)
            if name is None:
                continue
            if not isinstance(name, str) or name not in pictures:
                raise Invalid.at(f"images.{index}.{member_field}", f"the bundle has no member '{str(name)[:200]}'")
            attached.append(Attached(index, id_field, pictures[name]))
    return attached


def _image(caller: Caller, event_id: str, one: Attached, limits: Limits) -> UploadedImage:
    facts = check_picture(one.incoming.path(), limits)
    hash = one.incoming.finish()
    identity = f"{caller.workspace}\n{event_id}\n{one.entry}\n{one.field}\n{hash}".encode()
    return UploadedImage(
        source_id="ve-img-" + hashlib.sha256(identity).hexdigest()[:32],
        workspace=caller.workspace,
        hash=hash,
        content_type=facts.content_type,
        bytes=one.incoming.size,
        width=facts.width,
        height=facts.height,
    )
