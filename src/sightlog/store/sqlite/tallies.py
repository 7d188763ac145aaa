"""The kept counts: gathered per commit, added in one statement per chunk, and read back.

Groups of keys that may grow without bound (the values of a field, the sources and classes of a use case) are
counted exactly up to a limit. Beyond it their counts are dropped and the group is marked crowded, for good.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable

from sightlog.domain.facts import IMAGE_METADATA, METADATA
from sightlog.domain.limits import Limits
from sightlog.domain.tallies import (
    FAILS_OF,
    IMAGE_VALUE,
    NO_TIME,
    SEPARATOR,
    VALUE,
    TallyKey,
    group_of,
)
from sightlog.store.sqlite.connection import insert_rows

Group = tuple[int, str, str]
"""A use case, a kind, and the name within the kind (a field's, or empty)."""

# Between SEPARATOR and the next character lie all keys that begin with a name and the separator.
_AFTER_SEPARATOR = chr(ord(SEPARATOR) + 1)
_COUNTED_WITH = {fails: kind for kind, fails in FAILS_OF.items()}


class TallyChanges:
    """What one commit adds to and takes from the counts."""

    def __init__(self) -> None:
        self._of_use_case: dict[int, Counter[TallyKey]] = {}

    def add(self, use_case: int, key: TallyKey, n: int) -> None:
        self._of_use_case.setdefault(use_case, Counter())[key] += n

    def count(self, use_case: int, keys: list[TallyKey], sign: int) -> None:
        """Add each key once, or take it away once (-1)."""
        counter = self._of_use_case.get(use_case)
        if counter is None:
            counter = self._of_use_case[use_case] = Counter()
        if sign > 0:
            counter.update(keys)
        else:
            counter.subtract(keys)

    def deltas(self) -> dict[tuple[int, str, int, str], int]:
        """What changes in all."""
        found = self._of_use_case.items()
        return {(use_case, *key): n for use_case, counter in found for key, n in counter.items() if n}


class CrowdWatch:
    """Knows, for the writer, which keys each bounded group holds and which groups are crowded.

    It is a memory of what the tables say, loaded when a group is first touched and forgotten on any rollback.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._keys: dict[Group, set[str]] = {}
        self._crowded: set[Group] | None = None
        self._uncounted: dict[int, set[str]] = {}

    def forget(self) -> None:
        self._keys.clear()
        self._uncounted.clear()
        self._crowded = None

    def is_crowded(self, connection: sqlite3.Connection, group: Group) -> bool:
        if self._crowded is None:
            self._crowded = set(connection.execute("SELECT use_case, kind, name FROM crowded"))
        return group in self._crowded

    def uncounted(self, connection: sqlite3.Connection, use_case: int) -> set[str]:
        """The facts' fields whose values are not counted."""
        found = self._uncounted.get(use_case)
        if found is None:
            self.is_crowded(connection, (use_case, "", ""))
            found = self._uncounted[use_case] = {
                (METADATA if kind == VALUE else IMAGE_METADATA) + name
                for of, kind, name in self._crowded or ()
                if of == use_case and kind in (VALUE, IMAGE_VALUE)
            }
        return found

    def keys(self, connection: sqlite3.Connection, group: Group) -> set[str]:
        if group not in self._keys:
            self._keys[group] = {key for key, _ in read_group(connection, *group)}
        return self._keys[group]

    def limit(self, kind: str) -> int:
        return self._limits.values_per_field if kind in (VALUE, IMAGE_VALUE) else self._limits.sources_per_use_case

    def mark(self, connection: sqlite3.Connection, group: Group) -> None:
        """Drop the group's counts for good."""
        assert self._crowded is not None
        self._crowded.add(group)
        self._uncounted.clear()
        self._keys.pop(group, None)
        use_case, kind, name = group
        connection.execute("INSERT OR IGNORE INTO crowded (use_case, kind, name) VALUES (?, ?, ?)", group)
        connection.execute("DELETE FROM sources WHERE use_case = ? AND kind = ?", (use_case, kind))
        for one in (kind, FAILS_OF.get(kind)):
            if one is not None:
                connection.execute(
                    "DELETE FROM tallies WHERE use_case = ? AND kind = ? AND quarter_hour = 0 AND key >= ? AND key < ?",
                    (use_case, one, *_key_range(name)),
                )


def apply_changes(connection: sqlite3.Connection, changes: TallyChanges, watch: CrowdWatch) -> None:
    """Write one commit's changes; keys that fall to nothing disappear."""
    deltas = changes.deltas()
    _watch_groups(connection, deltas, watch)
    rows = sorted((*key, n) for key, n in deltas.items())
    insert_rows(
        connection,
        "INSERT INTO tallies (use_case, kind, quarter_hour, key, n)",
        rows,
        "ON CONFLICT (use_case, kind, quarter_hour, key) DO UPDATE SET n = n + excluded.n",
    )
    for use_case, kind, quarter_hour, key, n in rows:
        if n < 0:
            gone = connection.execute(
                "DELETE FROM tallies WHERE use_case = ? AND kind = ? AND quarter_hour = ? AND key = ? AND n = 0",
                (use_case, kind, quarter_hour, key),
            )
            group = group_of(kind, key)
            if gone.rowcount and group is not None:
                watch.keys(connection, (use_case, *group)).discard(key)


def _watch_groups(
    connection: sqlite3.Connection, deltas: dict[tuple[int, str, int, str], int], watch: CrowdWatch
) -> None:
    """Note new keys; leave out, and drop, what belongs to crowded groups."""
    touched: set[Group] = set()
    for use_case, kind, _, key in list(deltas):
        base = _COUNTED_WITH.get(kind, kind)
        group = group_of(base, key)
        if group is None:
            continue
        full = (use_case, *group)
        if watch.is_crowded(connection, full):
            del deltas[(use_case, kind, NO_TIME, key)]
        elif kind == base and deltas[(use_case, kind, NO_TIME, key)] > 0:
            watch.keys(connection, full).add(key)
            touched.add(full)
    for crowd in touched:
        if len(watch.keys(connection, crowd)) > watch.limit(crowd[1]):
            watch.mark(connection, crowd)
            for one in list(deltas):
                of = group_of(_COUNTED_WITH.get(one[1], one[1]), one[3])
                if of is not None and (one[0], *of) == crowd:
                    del deltas[one]


def _key_range(name: str) -> tuple[str, str | bytes]:
    """The keys of a named group; without a name, all keys, since bytes sort after every text."""
    return (name + SEPARATOR, name + _AFTER_SEPARATOR) if name else ("", b"")


def read_group(connection: sqlite3.Connection, use_case: int, kind: str, name: str = "") -> list[tuple[str, int]]:
    """(key, count) of a kind without times, of all keys or of those of one name."""
    return connection.execute(
        "SELECT key, n FROM tallies WHERE use_case = ? AND kind = ? AND quarter_hour = 0 AND key >= ? AND key < ?",
        (use_case, kind, *_key_range(name)),
    ).fetchall()


def read_most(connection: sqlite3.Connection, use_case: int, kind: str, name: str, most: int) -> list[tuple[str, int]]:
    """(key, count) of the most frequent keys of a name, in the order of the keys where they are equally frequent."""
    return connection.execute(
        "SELECT key, n FROM tallies WHERE use_case = ? AND kind = ? AND quarter_hour = 0 AND key >= ? AND key < ?"
        " ORDER BY n DESC, key LIMIT ?",
        (use_case, kind, *_key_range(name), most),
    ).fetchall()


def read_keys(connection: sqlite3.Connection, use_case: int, kind: str, keys: Iterable[str]) -> int:
    """How many events these keys of a kind without times stand for together."""
    total = 0
    for key in keys:
        row = connection.execute(
            "SELECT n FROM tallies WHERE use_case = ? AND kind = ? AND quarter_hour = 0 AND key = ?",
            (use_case, kind, key),
        ).fetchone()
        total += row[0] if row else 0
    return total


def is_crowded(connection: sqlite3.Connection, use_case: int, kind: str, name: str = "") -> bool:
    """Whether this group's counts were dropped."""
    row = connection.execute(
        "SELECT 1 FROM crowded WHERE use_case = ? AND kind = ? AND name = ?", (use_case, kind, name)
    ).fetchone()
    return row is not None
