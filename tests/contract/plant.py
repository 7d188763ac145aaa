"""A store with two workspaces in it (so that leaks show), and short words for what tests do with it."""

import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from msgspec import convert

from sightlog.domain.batches import turn_around
from sightlog.domain.event_reading import AcceptedEvent, Reading, read_batch, read_event
from sightlog.domain.filters import EventFilters, select
from sightlog.domain.limits import Limits
from sightlog.domain.stored import EventPage, Receipt
from sightlog.domain.times import parse_timestamp
from sightlog.domain.use_cases import UseCase, UseCaseSummary
from sightlog.store.contract import Store
from sightlog.store.packing import Packer, pack_events
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.backends import Backend
from tests.recompute import Kept, group_of, recompute, stored_events

Json = dict[str, Any]
OpenStore = Callable[..., Store]
"""Opens the test's store anew; its arguments are limits that differ from the usual ones."""

NOW = parse_timestamp("2026-08-13T09:00:00Z")[0]
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
RULES = Reading(limits=Limits(), now=NOW, lookback_days=365)


def accept(event: Json) -> AcceptedEvent:
    """An event as it comes out of reading, ready to be stored."""
    return read_event(json.dumps(event, ensure_ascii=False).encode(), RULES)


def accept_batch(events: list[Json]) -> list[AcceptedEvent]:
    """A batch as it comes out of reading."""
    return read_batch(json.dumps({"events": events}, ensure_ascii=False).encode(), RULES)


class Plant:
    """Use cases by name, in the workspace `mine`; `theirs` is another."""

    def __init__(self, backend: Backend, store: Store) -> None:
        self.backend = backend
        self.store = store
        self.mine = self.new_workspace("mine")
        self.theirs = self.new_workspace("theirs")
        self._ids = 0

    def new_workspace(self, slug: str) -> int:
        return self.store.create_workspace(slug, slug, 365, NOW).number

    def reopen(self, open_store: OpenStore) -> None:
        """As if the server was stopped and started."""
        self.store.close()
        self.store = open_store()

    def be_killed(self, open_store: OpenStore) -> None:
        """As if the server had no time for its last words, and was started again."""
        assert isinstance(self.store, SqliteStore)
        self.store._write_counts = lambda: None  # type: ignore[method-assign]
        self.reopen(open_store)

    def add_batch(self, events: list[Json], workspace: int | None = None, now: int = NOW) -> "Future[list[Receipt]]":
        """Store a batch as the server does: its facts turned around where it was read, and packed as the store asks."""
        batch = turn_around(accept_batch(events))
        packing = self.store.packing
        if packing is not None:
            pack_events(batch.events, Packer(packing))
        return self.store.add_events(workspace or self.mine, None, batch.events, now, batch.facts)

    def use_case(self, name: str = "Paint line", workspace: int | None = None) -> UseCase:
        """A new use case."""
        return self.store.create_use_case(workspace or self.mine, name, 10**9, NOW)

    def event(self, use_case: UseCase, **changes: Any) -> Json:
        """A valid event; each has an id of its own and is a second newer than the one before."""
        self._ids += 1
        event: Json = {
            "eventId": f"event-{self._ids}",
            "eventType": "quality_check",
            "useCaseId": use_case.id,
            "timestamp": f"2026-08-13T08:{self._ids // 60:02}:{self._ids % 60:02}Z",
            "eventData": {"result": "pass"},
        }
        return {name: value for name, value in (event | changes).items() if value is not ...}

    def review(self, use_case: UseCase, event_id: str, verdict: str, **changes: Any) -> Json:
        """Feedback on an event."""
        data = {"relatedEventId": event_id, "feedback": verdict}
        return self.event(use_case, **({"eventType": "operator_feedback", "eventData": data} | changes))

    def submit(self, *events: Json, workspace: int | None = None, now: int = NOW) -> "Future[list[Receipt]]":
        """Hand in events without waiting for them."""
        return self.store.add_events(workspace or self.mine, None, [accept(event) for event in events], now)

    def add(self, *events: Json, workspace: int | None = None, now: int = NOW) -> list[Receipt]:
        """Store events, and wait until they are durable and the store has tidied up after them."""
        receipts = self.submit(*events, workspace=workspace, now=now).result(timeout=60)
        self.wait_until_tidy()
        return receipts

    def wait_until_tidy(self) -> None:
        """Wait until nothing is written any more."""
        deadline = time.monotonic() + 60
        while self.store.is_writing():
            assert time.monotonic() < deadline
            time.sleep(0.0005)

    def page(self, use_case: UseCase, limit: int = 1000, workspace: int | None = None, **filters: Any) -> EventPage:
        selection = select(convert({"useCaseId": use_case.id} | filters, EventFilters))
        return self.store.find_events(workspace or self.mine, use_case, selection, None, limit)

    def ids(self, use_case: UseCase, workspace: int | None = None, **filters: Any) -> list[str]:
        """The ids of the events that a query finds, newest first."""
        return [event.event_id for event in self.page(use_case, workspace=workspace, **filters).events]

    def count(self, use_case: UseCase, at_most: int | None = None, **filters: Any) -> Any:
        selection = select(convert({"useCaseId": use_case.id} | filters, EventFilters))
        return self.store.count_events(self.mine, use_case, selection, at_most)

    def body(self, event_id: str, workspace: int | None = None) -> Json:
        """A stored event's JSON."""
        stored = self.store.find_event(workspace or self.mine, event_id)
        assert stored is not None
        body: Json = json.loads(stored.rest)
        return body | {"images": json.loads(stored.images)}

    def status(self, event_id: str, workspace: int | None = None) -> str:
        """What the newest review says of an event."""
        stored = self.store.find_event(workspace or self.mine, event_id)
        assert stored is not None
        return stored.feedback.status if stored.feedback else "none"

    def summary(self, use_case: UseCase, workspace: int | None = None) -> UseCaseSummary:
        """The use case's row in the list."""
        rows = self.store.list_use_cases(workspace or self.mine, None)
        return next(row for row in rows if row.id == use_case.id)

    def check_statistics(self, *workspaces: int) -> None:
        """All that is kept of these workspaces (of both, when none is named) equals a recomputation."""
        for workspace in workspaces or (self.mine, self.theirs):
            expected = self._recomputed(workspace)
            kept, crowded = self.backend.kept(workspace, self.store)
            _check_tallies(expected, kept, crowded)
            assert kept.index == expected.index
            assert kept.reviews == expected.reviews
            assert kept.statuses == expected.statuses
            _check_fields(expected, kept)
            known = {source: last for source, last in expected.sources.items() if (*source[:2], "") not in crowded}
            assert kept.sources == known

    def _recomputed(self, workspace: int) -> Kept:
        numbers = dict(self.backend.rows("SELECT id, number FROM use_cases WHERE workspace = ?", workspace))
        events = stored_events(self.store, workspace, numbers)
        said = self.backend.picture_metadata()
        for event in events:
            event.picture_metadata.extend(json.loads(text) for text in said.get(event.seq, ()))
        return recompute(events)


def _check_tallies(expected: Kept, kept: Kept, crowded: set[tuple[int, str, str]]) -> None:
    """Each count is exact; those of crowded groups are gone; none is zero."""
    assert dict(kept.tallies) == {tally: n for tally, n in expected.tallies.items() if group_of(tally) not in crowded}


def _check_fields(expected: Kept, kept: Kept) -> None:
    """Just the fields that occur, each with a span that encloses its events."""
    assert kept.fields.keys() == expected.fields.keys()
    for name, (first, last) in kept.fields.items():
        assert first <= expected.fields[name][0], name
        assert last >= expected.fields[name][1], name
