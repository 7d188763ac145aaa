"""What a snapshot sees of all that is counted in one use case: what its tables say, and what waits to be written."""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import json

from sightlog.domain.tallies import group_of
from sightlog.store.sqlite import tallies
from sightlog.store.sqlite.connection import fetch_at_once
from sightlog.store.sqlite.counting import Seen
from sightlog.store.sqlite.sources import LastHeard


class CountsView:
    """Made once for each question."""

    def __init__(self, connection: sqlite3.Connection, seen: Seen, use_case: int) -> None:
        self._connection = connection
        self._use_case = use_case
        self._added = seen.changes
        self.is_complete = seen.is_complete
        """Whether nothing that the snapshot has is missing."""

    def of(self, kind: str, name: str = "") -> dict[str, int]:
        """Key → how many, of a kind: of all keys, or of the values of one field."""
        counts = dict(tallies.read_group(self._connection, self._use_case, kind, name))
        for key, n in self._added.tallies.group((self._use_case, kind, name)).items():
            counts[key] = counts.get(key, 0) + n
        return counts

    def most(self, kind: str, name: str, most: int) -> list[tuple[str, int]]:
        """(key, how many) of the most frequent keys of a group, in the order of the keys where they are equally
        frequent."""
        added = self._added.tallies.group((self._use_case, kind, name))
        written = tallies.read_most(self._connection, self._use_case, kind, name, most)
        if not added:
            return written
        frequent = dict(written)
        # Counts that wait only add, so what is frequent with them was so before, or is among them.
        counts = frequent | tallies.read_those(
            self._connection, self._use_case, kind, [key for key in added if key not in frequent]
        )
        for key, n in added.items():
            counts[key] = counts.get(key, 0) + n
        return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]

    def those(self, kind: str, keys: Sequence[str]) -> dict[str, int]:
        """Key → how many, of some keys of a kind without names; without those that nothing has."""
        counts = tallies.read_those(self._connection, self._use_case, kind, keys)
        added = self._added.tallies.group((self._use_case, kind, ""))
        for key in added.keys() & keys:
            counts[key] = counts.get(key, 0) + added[key]
        return counts

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
        return (kind, name) in self._crowded

    @cached_property
    def _crowded(self) -> set[tuple[str, str]]:
        """(kind, name) of the groups whose counts were dropped."""
        return set(self._connection.execute("SELECT kind, name FROM crowded WHERE use_case = ?", (self._use_case,)))

    def spans(self, kind: str) -> dict[str, tuple[int, int]]:
        """Field → between which times it was seen."""
        rows = self._connection.execute(
            "SELECT name, first_seen, last_seen FROM fields WHERE use_case = ? AND kind = ?", (self._use_case, kind)
        )
        spans = {name: (first, last) for name, first, last in rows}
        for (use_case, of_kind, name), (first, last) in self._added.fields.spans().items():
            if (use_case, of_kind) == (self._use_case, kind):
                known = spans.get(name, (first, last))
                spans[name] = min(first, known[0]), max(last, known[1])
        return spans

    def last_heard(self, kind: str, names: Sequence[str]) -> dict[str, LastHeard]:
        """Source → when it was last heard."""
        rows = fetch_at_once(
            self._connection,
            "name, last_timestamp, last_seq, last_received_at",
            "FROM sources WHERE use_case = ? AND kind = ? AND name IN (SELECT value FROM json_each(?))",
            (self._use_case, kind, json.encode(names).decode()),
        )
        heard: dict[str, LastHeard] = {name: (time, seq, arrival) for name, time, seq, arrival in rows}
        for name in names:
            later = self._added.sources.heard((self._use_case, kind, name))
            if later is not None:
                known = heard.get(name, later)
                heard[name] = max(known[0], later[0]), max(known[1], later[1]), max(known[2], later[2])
        return heard
