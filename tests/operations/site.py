"""A store and its blobs together, and short words for what comes in and goes again; the clock is an argument."""

import secrets
import threading
from typing import Any

from sightlog.blobs.contract import Blobs
from sightlog.blobs.opening import open_blobs
from sightlog.domain.api_keys import Caller
from sightlog.domain.event_reading import Reading
from sightlog.domain.limits import Limits
from sightlog.domain.stored import Deleted
from sightlog.domain.use_cases import UseCase
from sightlog.operations.deliveries import Delivered, deliver_bundle
from sightlog.operations.images import ImageForm, upload_image
from sightlog.operations.retention import Removed, delete_events, run_retention
from tests.contract.backends import Backend
from tests.contract.plant import NOW, Json, Plant
from tests.pictures.making import bmp
from tests.pictures.sending import a_bundle


def large_picture(size: int = 600) -> bytes:
    """About a megabyte that no other picture has."""
    return bmp(size, size, rows=secrets.token_bytes(3 * size * size))


class Site(Plant):
    """A plant with pictures."""

    def __init__(self, backend: Backend, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        super().__init__(backend, backend.open(self.limits))
        self.blobs: Blobs = open_blobs(backend.folder)

    def caller(self, workspace: int | None = None) -> Caller:
        """Somebody who may do everything in a workspace."""
        number = workspace or self.mine
        return Caller(workspace=number, workspace_slug="-", lookback_days=365, key=None, scopes=None)

    def upload(self, data: bytes, workspace: int | None = None, metadata: bytes | None = None, now: int = NOW) -> str:
        """Upload a picture as the API does; its id."""
        incoming = self.blobs.receive()
        incoming.write(data)
        form = ImageForm(metadata=metadata)
        image = upload_image(self.blobs, self.store, self.caller(workspace), incoming, form, self.limits, now)
        incoming.discard()
        return image.source_id

    def deliver(
        self, payload: Json, members: dict[str, bytes], workspace: int | None = None, now: int = NOW
    ) -> Delivered:
        """Deliver a bundle as the API does."""
        incoming = self.blobs.receive()
        incoming.write(a_bundle(payload, members))
        rules = Reading(limits=self.limits, now=now, lookback_days=365)
        try:
            return deliver_bundle(self.store, self.blobs, self.caller(workspace), incoming.path(), None, rules)
        finally:
            incoming.discard()

    def delete(self, use_case: UseCase, *event_ids: str, workspace: int | None = None) -> Deleted:
        """Delete events as the API does."""
        return delete_events(self.store, self.blobs, self.caller(workspace), use_case.id, list(event_ids))

    def retain(self, now: int = NOW, stop: threading.Event | None = None, **limits: Any) -> Removed:
        """Run retention at a time, under some limits."""
        return run_retention(self.store, self.blobs, Limits(**limits), now, stop)

    def files(self) -> set[str]:
        """The hashes of the pictures on disk, as the file system tells them."""
        folder = self.backend.folder / "blobs"
        return {file.name for file in folder.glob("[0-9a-f][0-9a-f]/*")}

    def needed(self) -> set[str]:
        """The hashes that pictures' rows name."""
        return {hash for (hash,) in self.backend.rows("SELECT hash FROM images")}

    def pictures(self) -> set[str]:
        """The ids of all pictures."""
        return {id for (id,) in self.backend.rows("SELECT source_id FROM images")}
