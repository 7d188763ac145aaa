"""Draws the pictures that belong to the demo's events and stores each with its event, the newest first."""

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain

from sightlog.blobs.contract import Blobs
from sightlog.demo.bodies import Body
from sightlog.demo.bookmark import Bookmark
from sightlog.demo.pictures.drawing import draw_picture, needs_picture
from sightlog.demo.story import history, history_between
from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import ArchivedUseCase, Busy, UnknownUseCase
from sightlog.domain.event_reading import Reading
from sightlog.domain.limits import Limits
from sightlog.domain.times import microseconds
from sightlog.operations.deliveries import Attached, check_delivery, store_delivery
from sightlog.store.contract import Store

logger = logging.getLogger(__name__)

_SECONDS_TO_WAIT_WHEN_BUSY = 0.5


class Painter:
    """Paints in a thread of its own what the history lacks, and, when asked, the picture of one event."""

    def __init__(
        self, store: Store, blobs: Blobs, limits: Limits, caller: Caller, bookmark: Bookmark, stopping: threading.Event
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._limits = limits
        self._caller = caller
        self._bookmark = bookmark
        self._stopping = stopping
        self._thread = threading.Thread(target=self._work, name="demo-painter", daemon=True)

    def start(self) -> None:
        """Begin with the history; its events must be stored already."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the picture under way; `stopping` must be set."""
        if self._thread.is_alive():
            self._thread.join()

    def store_with_picture(self, body: Body) -> None:
        """Draw this event's picture and store both together."""
        picture = draw_picture(body)
        plain = body | {"useCaseId": self._bookmark.use_cases[body["useCaseId"]]}
        plain["images"] = [dict(entry) for entry in body["images"]]
        incoming = self._blobs.receive()
        try:
            incoming.write(picture)
            now = microseconds(datetime.now(UTC))
            rules = Reading(limits=self._limits, now=now, lookback_days=0, any_age=True)
            checked = check_delivery(self._caller, plain, [Attached(0, "sourceId", incoming)], rules)
            store_delivery(self._store, self._blobs, self._caller, checked, now)
        finally:
            incoming.discard()

    def _work(self) -> None:
        try:
            for body in self._wanted():
                while not self._stopping.is_set():
                    try:
                        # Somebody may archive or rename what the demo made; then its old pictures stay undrawn.
                        with suppress(ArchivedUseCase, UnknownUseCase):
                            self.store_with_picture(body)
                        break
                    except Busy:
                        self._stopping.wait(_SECONDS_TO_WAIT_WHEN_BUSY)
                if self._stopping.is_set():
                    return
        except Exception:
            logger.exception("the demo draws no more pictures; the server goes on")

    def _wanted(self) -> Iterator[Body]:
        """The history's events that need a picture and have none, the newest first."""
        now, anchor = datetime.now(UTC), self._bookmark.anchor
        for body in chain(history_between(anchor, now, anchor), history(anchor, anchor=anchor)):
            if self._stopping.is_set():
                return
            if not needs_picture(body, now):
                continue
            stored = self._store.find_event(self._caller.workspace, body["eventId"])
            if stored is not None and b'"sourceId"' not in stored.images:
                yield body
