"""What the tables of counts say, remembered until a commit changes them: while events come, what they add waits in
memory, so for thousands of them the tables stay as they are.

Every commit that writes to these tables does more than add events, and so it has a number (`index_state.commits`). By
that number a snapshot knows what the tables say without reading them.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from sys import getsizeof
from typing import Any, TypeVar

from msgspec import json

from sightlog.store.sqlite import tallies
from sightlog.store.sqlite.connection import fetch_at_once
from sightlog.store.sqlite.lately import Lately
from sightlog.store.sqlite.sources import LastHeard

_MOST_BYTES = 4 * 2**20
# What an answer takes by itself, with its question; and a count, a span or a last sign of life, besides its texts.
_ANSWER_BYTES = 600
_ENTRY_BYTES = 200

A = TypeVar("A", bound="dict[Any, Any] | list[Any] | set[Any]")
V = TypeVar("V")


class TablesMemory(Lately[tuple[object, ...], Any]):
    """For all readers of a store."""

    def __init__(self) -> None:
        super().__init__(_MOST_BYTES)


class CountsTables:
    """Of one use case, in a snapshot that has so many numbered commits. Nobody changes what is given."""

    def __init__(self, connection: sqlite3.Connection, memory: TablesMemory, commits: int, use_case: int) -> None:
        self._connection = connection
        self._memory = memory
        self._commits = commits
        self._use_case = use_case

    def of(self, kind: str, name: str) -> dict[str, int]:
        """Key → how many, of a group."""
        return self._give(
            ("of", kind, name), lambda: dict(tallies.read_group(self._connection, self._use_case, kind, name))
        )

    def most(self, kind: str, name: str, most: int) -> list[tuple[str, int]]:
        """(key, how many) of the most frequent keys of a group, as `tallies.read_most` orders them."""
        return self._give(
            ("most", kind, name, most),
            lambda: tallies.read_most(self._connection, self._use_case, kind, name, most),
        )

    def those(self, kind: str, name: str, keys: Sequence[str]) -> dict[str, int]:
        """Key → how many, of some keys of a group; 0 of those that are not there."""

        def read(missing: list[str]) -> dict[str, int]:
            return tallies.read_those(self._connection, self._use_case, kind, missing)

        return self._some(("those", kind, name), keys, read, 0)

    def last_heard(self, kind: str, names: Sequence[str]) -> dict[str, LastHeard]:
        """Source → when it was last heard, of those of some sources that were."""

        def read(missing: list[str]) -> dict[str, LastHeard | None]:
            rows = fetch_at_once(
                self._connection,
                "name, last_timestamp, last_seq, last_received_at",
                "FROM sources WHERE use_case = ? AND kind = ? AND name IN (SELECT value FROM json_each(?))",
                (self._use_case, kind, json.encode(missing).decode()),
            )
            return {name: (time, seq, arrival) for name, time, seq, arrival in rows}

        found = self._some(("heard", kind), names, read, None)
        return {name: heard for name, heard in found.items() if heard is not None}

    def crowded(self) -> set[tuple[str, str]]:
        """(kind, name) of the groups whose counts were dropped."""
        statement = "SELECT kind, name FROM crowded WHERE use_case = ?"
        return self._give(("crowded",), lambda: set(self._connection.execute(statement, (self._use_case,))))

    def spans(self, kind: str) -> dict[str, tuple[int, int]]:
        """Field → between which times it was seen."""
        statement = "SELECT name, first_seen, last_seen FROM fields WHERE use_case = ? AND kind = ?"
        return self._give(
            ("spans", kind),
            lambda: {
                name: (first, last) for name, first, last in self._connection.execute(statement, (self._use_case, kind))
            },
        )

    def _give(self, question: tuple[object, ...], read: Callable[[], A]) -> A:
        """What is remembered, or read now."""
        key = (self._commits, self._use_case, *question)
        known: A | None = self._memory.get(key)
        if known is None:
            known = read()
            self._memory.put(key, known, _ANSWER_BYTES + _size(question) + _size(known))
        return known

    def _some(
        self, question: tuple[object, ...], keys: Sequence[str], read: Callable[[list[str]], dict[str, V]], nothing: V
    ) -> dict[str, V]:
        """Some of what may be much: what was not asked for before is read now."""
        if not keys:
            return {}
        of = (self._commits, self._use_case, *question)
        taken: tuple[dict[str, V], int] = self._memory.take(of) or ({}, _ANSWER_BYTES + _size(question))
        known, size = taken
        missing = [key for key in keys if key not in known]
        if missing:
            known.update(dict.fromkeys(missing, nothing) | read(missing))
            size += _size(missing)
        found = {key: known[key] for key in keys}
        self._memory.put(of, (known, size), size)
        return found


def _size(known: Iterable[Any]) -> int:
    """About how much memory entries take, each a text, or a tuple that has some."""
    size = 0
    for one in known:
        parts = one if isinstance(one, tuple) else (one,)
        size += _ENTRY_BYTES + sum(getsizeof(part) for part in parts if isinstance(part, str))
    return size
