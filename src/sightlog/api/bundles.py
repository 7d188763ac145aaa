"""Bundles over REST: the raw bytes of a tar or tar.gz file (contract 4.7)."""

from functools import partial

from msgspec import Struct

from sightlog.domain.api_keys import MAY_WRITE
from sightlog.domain.errors import TooLarge
from sightlog.domain.warnings import EventWarning
from sightlog.operations.deliveries import deliver_bundle
from sightlog.operations.events import rules_of
from sightlog.web.answers import Answer, created
from sightlog.web.requests import ApiRequest


class CreatedBundle(Struct, frozen=True, rename="camel", omit_defaults=True):
    """The reply of a bundle. `created` is false when the event was there; the same bundle again changes nothing."""

    event_id: str
    created: bool
    images: int
    warnings: list[EventWarning] = []


async def create_bundle(request: ApiRequest) -> Answer:
    """201 once the event and its pictures are on disk."""
    caller = request.require(*MAY_WRITE, key_in_query=True)
    request.context.space.require_space()
    limit = request.limits.bundle_bytes
    blobs = request.context.blobs
    incoming = await request.run_errand(blobs.receive)
    try:
        async for chunk in request.gathered_stream():
            if incoming.size + len(chunk) > limit:
                raise TooLarge(f"the bundle is longer than {limit:,} bytes (SIGHTLOG_BUNDLE_BYTES)")
            await request.run_errand(partial(incoming.write, chunk))
        rules = rules_of(caller, request.limits, request.now)
        use_case = request.query("useCaseId") or None
        delivered = await request.run_errand(
            lambda: deliver_bundle(request.store, blobs, caller, incoming.path(), use_case, rules)
        )
    finally:
        await request.run_errand(incoming.discard)
    receipt = delivered.receipt
    return created(CreatedBundle(receipt.event_id, receipt.created, delivered.images, receipt.warnings))
