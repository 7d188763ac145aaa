"""What a snapshot sees of all that is counted in one use case: what its tables say, and what waits to be written."""

import sqlite3
from collections.abc import Iterable, Sequence

from sightlog.domain.tallies import group_of
from sightlog.store.sqlite import tallies
from sightlog.store.sqlite.counting import Seen
from sightlog.store.sqlite.counts_tables import CountsTables
from sightlog.store.sqlite.sources import LastHeard


class CountsView:
    """Made once for each question."""

    def __init__(self, connection: sqlite3.Connection, seen: Seen, use_case: int) -> None:
        self._connection = connection
        self._use_case = use_case
        self._tables = CountsTables(connection, seen.tables, seen.commits, use_case)
        self._added = seen.changes
        self.is_complete = seen.is_complete
        """Whether nothing that the snapshot has is missing."""

    def of(self, kind: str, name: str = "") -> dict[str, int]:
        """Key → how many, of a kind: of all keys, or of the values of one field."""
        counts = self._tables.of(kind, name).copy()
        for key, n in self._added.tallies.group((self._use_case, kind, name)).items():
            counts[key] = counts.get(key, 0) + n
        return counts

    def most(self, kind: str, name: str, most: int) -> list[tuple[str, int]]:
        """(key, how many) of the most frequent keys of a group, in the order of the keys where they are equally
        frequent."""
        added = self._added.tallies.group((self._use_case, kind, name))
        written = self._tables.most(kind, name, most)
        if not added:
            return written.copy()
        counts = dict(written)
        # Counts that wait only add, so what is frequent with them was so before, or is among them.
        before = self._tables.those(kind, name, [key for key in added if key not in counts])
        for key, n in added.items():
            counts[key] = (counts[key] if key in counts else before[key]) + n
        return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]

    def those(self, kind: str, keys: Sequence[str]) -> dict[str, int]:
        """Key → how many, of some keys of a kind without names."""
        counts = self._tables.those(kind, "", keys)
        added = self._added.tallies.group((self._use_case, kind, ""))
        return {key: counts[key] + added.get(key, 0) for key in keys}

    def has_any(self, kind: str, keys: Iterable[str]) -> bool:
        """Whether an event has one of these keys of a kind."""
        return any(
            self._count_added(kind, key) or tallies.read_count(self._connection, self._use_case, kind, key)
            for key in keys
        )

    def _count_added(self, kind: str, key: str) -> int:
        """How many wait of a key."""
        return self._added.tallies.count_of((self._use_case, *(group_of(kind, key) or (kind, ""))), key)

    def is_crowded(self, kind: str, name: str = "") -> bool:
        """Whether a group's counts were dropped."""
        return (kind, name) in self._tables.crowded()

    def spans(self, kind: str) -> dict[str, tuple[int, int]]:
        """Field → between which times it was seen."""
        spans = self._tables.spans(kind).copy()
        for (use_case, of_kind, name), (first, last) in self._added.fields.spans().items():
            if (use_case, of_kind) == (self._use_case, kind):
                known = spans.get(name, (first, last))
                spans[name] = min(first, known[0]), max(last, known[1])
        return spans

    def last_heard(self, kind: str, names: Sequence[str]) -> dict[str, LastHeard]:
        """Source → when it was last heard."""
        heard = self._tables.last_heard(kind, names)
        for name in names:
            later = self._added.sources.heard((self._use_case, kind, name))
            if later is not None:
                known = heard.get(name, later)
                heard[name] = max(known[0], later[0]), max(known[1], later[1]), max(known[2], later[2])
        return heard
