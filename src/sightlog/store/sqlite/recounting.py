"""What is derived from events, counted anew from their rows: to compare with what is kept, or to replace it."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator

from sightlog.domain.batches import turned
from sightlog.domain.events import EventType
from sightlog.domain.facts import Entry
from sightlog.domain.tallies import FEEDBACK, value_counts
from sightlog.store.sqlite.feedback import IS_NO_REVIEW
from sightlog.store.sqlite.fields import FieldChanges
from sightlog.store.sqlite.index.ids import EventIds, Ids
from sightlog.store.sqlite.index.loading import StoredEntries, by_use_case
from sightlog.store.sqlite.sources import SourceChanges
from sightlog.store.sqlite.tallies import TallyChanges

_IDS_AT_ONCE = 4_000

ReviewKey = tuple[int, str]
"""A workspace, and the id of the event that a review points at."""


def _nothing(_: int) -> Container[str]:
    return frozenset()


class Recount:
    """Adds up events, given in the order of their numbers within each use case."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._workspaces: dict[int, int] = dict(connection.execute("SELECT number, workspace FROM use_cases"))
        self.tallies = TallyChanges()
        self.fields = FieldChanges()
        self.sources = SourceChanges()
        self.events: Counter[int] = Counter()
        self.reviews: dict[ReviewKey, list[tuple[int, int, str]]] = {}
        self.statuses: dict[ReviewKey, tuple[int, str]] = {}
        """Reviewed events, as their rows say: number and status."""

    def add(self, events: Iterable[StoredEntries], uncounted: Callable[[int], Container[str]] = _nothing) -> None:
        """Count more events, at most MOST_EVENTS. `uncounted` tells of a use case which facts' fields are not to be."""
        for use_case, alike in by_use_case(events).items():
            self._add(use_case, alike, uncounted(use_case))

    def _add(self, use_case: int, events: list[StoredEntries], uncounted: Container[str]) -> None:
        _, seqs, times, ids, statuses, entries = zip(*events, strict=True)
        facts = turned(entries, times)
        self.events[use_case] += len(events)
        self.tallies.count(use_case, facts.contributions.counts, 1)
        self.tallies.count(use_case, value_counts(facts.columns.groups(), uncounted), 1)
        self.fields.see(use_case, facts.contributions.fields)
        for kind, name, newest, last in facts.contributions.sources:
            self.sources.hear((use_case, kind, name), newest, seqs[last], 0)
        workspace = self._workspaces[use_case]
        for seq, event_id, status in zip(seqs, ids, statuses, strict=True):
            if status is not None:
                self.tallies.add(use_case, FEEDBACK, status, 1)
                self.statuses[(workspace, event_id)] = seq, status
        for seq, timestamp, of_event in zip(seqs, times, entries, strict=True):
            self._add_review(workspace, seq, timestamp, of_event)

    def _add_review(self, workspace: int, seq: int, timestamp: int, entries: list[Entry]) -> None:
        if entries[0][2] == EventType.OPERATOR_FEEDBACK:
            said = {field: str(value) for field, _, value in entries[1:] if field in ("feedback", "related_event_id")}
            reviews = self.reviews.setdefault((workspace, said["related_event_id"]), [])
            reviews.append((timestamp, seq, said["feedback"]))

    def counts(self) -> dict[tuple[int, str, int, str], int]:
        """(use case, kind, quarter-hour, key) → how many."""
        return {
            (use_case, kind, quarter_hour, key): n
            for (use_case, kind, _), quarter_hour, counts in self.tallies.groups()
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
