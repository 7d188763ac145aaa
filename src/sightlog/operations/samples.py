"""A believable event with a picture, for who wants to see one before a camera sends any."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from sightlog.blobs.contract import Blobs
from sightlog.domain.api_keys import Caller
from sightlog.domain.event_reading import Reading
from sightlog.domain.names import new_event_id
from sightlog.domain.times import format_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.operations.deliveries import Attached, Delivered, check_delivery, store_delivery
from sightlog.store.contract import Store


@cache
def _file(name: str) -> bytes:
    return files("sightlog.operations").joinpath(name).read_bytes()


def send_sample_event(store: Store, blobs: Blobs, caller: Caller, use_case: UseCase, rules: Reading) -> Delivered:
    """Store a failed check of a drawn plate, as of now; its metadata says that it is a test. Raises ArchivedUseCase."""
    body: dict[str, Any] = msgspec.json.decode(_file("sample_event.json"))
    body |= {"eventId": new_event_id(), "useCaseId": use_case.id, "timestamp": format_timestamp(rules.now)}
    incoming = blobs.receive()
    try:
        incoming.write(_file("sample_event.jpg"))
        checked = check_delivery(caller, body, [Attached(0, "sourceId", incoming)], rules)
        return store_delivery(store, blobs, caller, checked, rules.now)
    finally:
        incoming.discard()
