"""What is derived from events, counted anew from their rows: to compare with what is kept, or to replace it."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence

from sightlog.domain.events import EventType
from sightlog.domain.facts import Entry
from sightlog.domain.tallies import FEEDBACK
from sightlog.store.sqlite.counting import CountChanges, count
from sightlog.store.sqlite.feedback import IS_NO_REVIEW
from sightlog.store.sqlite.index.ids import EventIds, Ids
from sightlog.store.sqlite.index.loading import StoredEntries
from sightlog.store.sqlite.tallies import TallyChanges

_IDS_AT_ONCE = 4_000

ReviewKey = tuple[int, str]
"""A workspace, and the id of the event that a review points at."""


class Recount:
    """Adds up events, given in the order of their numbers within each use case: how many there are, what reviews say,
    and what those up to one number add to what is counted, but for the facts' fields that are `uncounted` in their use
    case."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        counted_to: int = 0,
        uncounted: Callable[[int], Container[str]] = lambda _: frozenset(),
    ) -> None:
        self._connection = connection
        self._workspaces: dict[int, int] = dict(connection.execute("SELECT number, workspace FROM use_cases"))
        self._counted_to = counted_to
        self._uncounted = uncounted
        self.counts = CountChanges()
        self.verdicts = TallyChanges()
        self.events: Counter[int] = Counter()
        self.reviews: dict[ReviewKey, list[tuple[int, int, str]]] = {}
        self.statuses: dict[ReviewKey, tuple[int, str]] = {}
        """Reviewed events, as their rows say: number and status."""

    def add(self, events: Sequence[StoredEntries]) -> None:
        """Count more events, at most MOST_EVENTS."""
        count(self.counts, (event for event in events if event[1] <= self._counted_to), self._uncounted, {})
        for use_case, seq, timestamp, event_id, status, entries in events:
            workspace = self._workspaces[use_case]
            self.events[use_case] += 1
            if status is not None:
                self.verdicts.add(use_case, FEEDBACK, status, 1)
                self.statuses[(workspace, event_id)] = seq, status
            self._add_review(workspace, seq, timestamp, entries)

    def _add_review(self, workspace: int, seq: int, timestamp: int, entries: list[Entry]) -> None:
        if entries[0][2] == EventType.OPERATOR_FEEDBACK:
            said = {field: str(value) for field, _, value in entries[1:] if field in ("feedback", "related_event_id")}
            reviews = self.reviews.setdefault((workspace, said["related_event_id"]), [])
            reviews.append((timestamp, seq, said["feedback"]))

    def tallies(self) -> dict[tuple[int, str, str], int]:
        """(use case, kind, key) → how many."""
        return {
            (use_case, kind, key): n
            for changes in (self.counts.tallies, self.verdicts)
            for (use_case, kind, _), counts in changes.groups()
            for key, n in counts.items()
        }

    def reviewed(self, ids: Ids | EventIds) -> Iterator[tuple[int, str, str | None, str]]:
        """(number, id, status in its row, what the newest review says) of the events that reviews point at."""
        deciding: dict[int, dict[str, str]] = {}
        for (workspace, event_id), reviews in self.reviews.items():
            deciding.setdefault(workspace, {})[event_id] = max(reviews)[2]
        for workspace, said in deciding.items():
            names = list(said)
            for start in range(0, len(names), _IDS_AT_ONCE):
                some = names[start : start + _IDS_AT_ONCE]
                columns = "seq, event_id, feedback_status"
                for seq, event_id, status in ids.fetch(self._connection, columns, workspace, some, IS_NO_REVIEW):
                    yield seq, event_id, status, said[event_id]
