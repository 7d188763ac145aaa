"""What is derived from events, counted anew from their rows: to compare with what is kept, or to replace it."""

import sqlite3
from collections import Counter
from collections.abc import Container

from sightlog.domain.events import EventType
from sightlog.domain.fact_columns import grouped
from sightlog.domain.facts import Entry
from sightlog.domain.tallies import FEEDBACK, contributions, value_counts, values_of
from sightlog.store.sqlite.fields import FieldChanges
from sightlog.store.sqlite.index.loading import StoredEntries
from sightlog.store.sqlite.sources import SourceChanges
from sightlog.store.sqlite.tallies import TallyChanges

ReviewKey = tuple[int, str]
"""A workspace, and the id of the event that a review points at."""


class Recount:
    """Adds up events, given in the order of their numbers within each use case."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._workspaces: dict[int, int] = dict(connection.execute("SELECT number, workspace FROM use_cases"))
        self.tallies = TallyChanges()
        self.fields = FieldChanges()
        self.sources = SourceChanges()
        self.events: Counter[int] = Counter()
        self.reviews: dict[ReviewKey, list[tuple[int, int, str]]] = {}
        self.statuses: dict[ReviewKey, tuple[int, str]] = {}
        """Reviewed events, as their rows say: number and status."""

    def add(self, event: StoredEntries, uncounted: Container[str] = frozenset()) -> None:
        """Count one more event."""
        use_case, seq, timestamp, event_id, status, entries = event
        self.events[use_case] += 1
        found = contributions(grouped([entries]), [timestamp])
        self.tallies.count(use_case, found.counts, 1)
        self.tallies.count(use_case, value_counts(values_of(entries), uncounted), 1)
        self.fields.see(use_case, found.fields)
        for kind, name, newest, _ in found.sources:
            self.sources.hear((use_case, kind, name), newest, seq, 0)
        workspace = self._workspaces[use_case]
        if status is not None:
            self.tallies.add(use_case, FEEDBACK, status, 1)
            self.statuses[(workspace, event_id)] = seq, status
        self._add_review(workspace, seq, timestamp, entries)

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

    def deciding(self) -> dict[ReviewKey, str]:
        """What the newest review says, by what it points at."""
        return {key: max(reviews)[2] for key, reviews in self.reviews.items()}
