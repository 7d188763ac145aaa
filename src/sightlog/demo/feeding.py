"""Feeds the demo's events to its store, beside the server: what is missing, newest first, and then one more each few
seconds for as long as the server runs."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

import msgspec

from sightlog.blobs.contract import Blobs
from sightlog.demo.bodies import Body
from sightlog.demo.bookmark import Bookmark, Span, save_bookmark
from sightlog.demo.painting import Painter
from sightlog.demo.pictures.drawing import carries_picture
from sightlog.demo.story import (
    ARCHIVED,
    HISTORY,
    USE_CASES,
    history,
    history_between,
    live_event,
    live_pause_seconds,
)
from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import ArchivedUseCase, Busy, StoreGone
from sightlog.domain.event_reading import Reading, read_event
from sightlog.domain.limits import Limits
from sightlog.domain.times import microseconds
from sightlog.operations.use_cases import archive_use_case, create_use_case
from sightlog.store.contract import Store

logger = logging.getLogger(__name__)

EVENTS_OF_HISTORY = 10_000
_BATCH_EVENTS = 100
# After a longer silence (the demo was off, or the machine slept) the time between is filled too.
_LONGEST_SILENCE = timedelta(minutes=2)
_SECONDS_TO_WAIT_WHEN_BUSY = 0.5

Tell = Callable[[int, int], None]


class Feeder:
    """`tell` hears how many of about how many events of a span are stored; the two are equal when it is full."""

    def __init__(
        self, store: Store, blobs: Blobs, limits: Limits, caller: Caller, folder: Path, bookmark: Bookmark, tell: Tell
    ) -> None:
        self._store = store
        self._limits = limits
        self._workspace = caller.workspace
        self._folder = folder
        self._bookmark = bookmark
        self._tell = tell
        self._stopping = threading.Event()
        self._painter = Painter(store, blobs, limits, caller, bookmark, self._stopping)
        self._thread = threading.Thread(target=self._work, name="demo", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way; to be called before the store closes. Idempotent."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._painter.join()

    def _work(self) -> None:
        try:
            self._make_use_cases()
            for number in count():
                self._catch_up()
                if number == 0 and not self._stopping.is_set():
                    self._painter.start()
                if self._stopping.is_set():
                    return
                now = self._send_live(number)
                self._stopping.wait(live_pause_seconds(now, number))
        except StoreGone as gone:
            logger.error("the demo sends no more events: %s", gone.message)
        except Exception:
            logger.exception("the demo sends no more events; the server goes on")

    def _make_use_cases(self) -> None:
        known = self._bookmark.use_cases
        for name in USE_CASES:
            if name not in known:
                found = self._store.find_use_case(self._workspace, name)
                made = found or create_use_case(self._store, self._workspace, name, self._limits, _now())
                known[name] = made.id
        self._save()

    def _catch_up(self) -> None:
        """Fill what is missing, the newest first; of a long absence only the last two weeks."""
        bookmark, now = self._bookmark, datetime.now(UTC)
        if now - bookmark.live_until > _LONGEST_SILENCE:
            bookmark.spans.append(Span(max(bookmark.live_until, now - HISTORY), now))
            bookmark.live_until = now
            self._save()
        while bookmark.spans and self._fill(bookmark.spans[-1]):
            bookmark.spans.pop()
            self._save()

    def _fill(self, span: Span) -> bool:
        """Whether it is full now; False when the demo ends before."""
        about = max(round(EVENTS_OF_HISTORY * ((span.end - span.start) / HISTORY)), 1)
        bodies = islice(self._bodies_of(span), span.fed, None)
        while batch := list(islice(bodies, _BATCH_EVENTS)):
            if not self._add(batch):
                return False
            span.fed += len(batch)
            self._save()
            self._tell(span.fed, max(about, span.fed + 1))
        if span.is_first:
            for name in ARCHIVED:
                archive_use_case(self._store, self._workspace, self._bookmark.use_cases[name], _now())
        self._tell(span.fed, span.fed)
        return True

    def _bodies_of(self, span: Span) -> Iterator[Body]:
        anchor = self._bookmark.anchor
        if span.is_first:
            return _reviews_after_their_events(history(span.end, EVENTS_OF_HISTORY, anchor=anchor))
        return _reviews_after_their_events(history_between(span.start, span.end, anchor, EVENTS_OF_HISTORY))

    def _send_live(self, number: int) -> datetime:
        now = datetime.now(UTC)
        body = live_event(now, number, anchor=self._bookmark.anchor)
        if self._send(body):
            self._bookmark.live_until = now
            self._save()
        return now

    def _send(self, body: Body) -> bool:
        """Store one event, with its picture when the plant sends one along."""
        if carries_picture(body):
            try:
                self._painter.store_with_picture(body)
                return True
            except (ArchivedUseCase, Busy):
                logger.debug("a live event goes without its picture")
        return self._add([body])

    def _add(self, bodies: list[Body]) -> bool:
        """Store a batch, however long the server is busy; False when the demo ends before. Events of a use case
        that somebody has archived are left out."""
        while not self._stopping.is_set():
            rules = Reading(limits=self._limits, now=_now(), lookback_days=0, any_age=True)
            events = [read_event(self._encode(body), rules) for body in bodies]
            try:
                self._store.add_events(self._workspace, None, events, rules.now).result()
                return True
            except Busy:
                self._stopping.wait(_SECONDS_TO_WAIT_WHEN_BUSY)
            except ArchivedUseCase:
                bodies = [body for body in bodies if not self._is_archived(body)]
        return False

    def _encode(self, body: Body) -> bytes:
        """By the use case's id, so that somebody may rename it."""
        return msgspec.json.encode(body | {"useCaseId": self._bookmark.use_cases[body["useCaseId"]]})

    def _is_archived(self, body: Body) -> bool:
        use_case = self._store.find_use_case(self._workspace, self._bookmark.use_cases[body["useCaseId"]])
        return use_case is None or use_case.is_archived

    def _save(self) -> None:
        save_bookmark(self._folder, self._bookmark)


def _now() -> int:
    return microseconds(datetime.now(UTC))


def _reviews_after_their_events(bodies: Iterable[Body]) -> Iterator[Body]:
    """Newest first, except that a review waits for the event that it points at."""
    waiting: dict[str, list[Body]] = {}
    for body in bodies:
        if body["eventType"] == "operator_feedback":
            waiting.setdefault(body["eventData"]["relatedEventId"], []).append(body)
        else:
            yield body
            yield from waiting.pop(body["eventId"], ())
    for reviews in waiting.values():
        yield from reviews
