"""How many events there are of each kind: gathered per commit, written in one statement per chunk, and read back.

Groups of keys that may grow without bound (the values of a field, the sources and classes of a use case) are
counted exactly up to a limit. Beyond it their counts are dropped and the group is marked crowded, for good.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter

from msgspec import json

from sightlog.domain.facts import IMAGE_METADATA, METADATA
from sightlog.domain.limits import Limits
from sightlog.domain.tallies import (
    BOUNDED,
    COUNTED_WITH,
    FAILS_OF,
    IMAGE_VALUE,
    SEPARATOR,
    VALUE,
    Counts,
)
from sightlog.store.sqlite.connection import Row, fetch_at_once, insert_rows

Group = tuple[int, str, str]
"""A use case, a kind, and the name within the kind (a field's, or empty)."""

_OF_KIND = "FROM tallies WHERE use_case = ? AND kind = ?"
_OF_GROUP = f"{_OF_KIND} AND key >= ? AND key < ?"

# Between SEPARATOR and the next character lie all keys that begin with a name and the separator.
_AFTER_SEPARATOR = chr(ord(SEPARATOR) + 1)


class TallyChanges:
    """What events add to the counts, and take from them."""

    def __init__(self) -> None:
        self._groups: dict[Group, dict[str, int]] = {}

    def add(self, use_case: int, kind: str, key: str, n: int) -> None:
        """Add to one count of a kind that has no names."""
        self.count(use_case, [Counts(kind, "", {key: n})], 1)

    def count(self, use_case: int, counts: Iterable[Counts], sign: int) -> None:
        """Add these counts (1), or take them away (-1)."""
        for one in counts:
            of = use_case, one.kind, one.name
            group = self._groups.get(of)
            if group is None:
                self._groups[of] = dict(one.of) if sign > 0 else {key: -n for key, n in one.of.items()}
            else:
                for key, n in one.of.items():
                    group[key] = group.get(key, 0) + sign * n

    def merge(self, later: "TallyChanges") -> None:
        """Add what came later, which is not used any more. Others may read this meanwhile."""
        for of, keys in later._groups.items():
            group = self._groups.get(of)
            if group is None:
                self._groups[of] = keys
            else:
                for key, n in keys.items():
                    group[key] = group.get(key, 0) + n

    def group(self, group: Group) -> dict[str, int]:
        """A copy of what is here of a group."""
        found = self._groups.get(group)
        return {} if found is None else found.copy()

    def count_of(self, group: Group, key: str) -> int:
        """What is here of a key."""
        found = self._groups.get(group)
        return 0 if found is None else found.get(key, 0)

    def leave_out(self, is_counted: Callable[[Group, Mapping[str, int]], bool]) -> None:
        """Leave out the groups that are not counted; each is asked for after what it is counted with, because events
        contribute to them in that order."""
        for group, counter in list(self._groups.items()):
            if not is_counted(group, counter):
                del self._groups[group]

    def groups(self) -> list[tuple[Group, dict[str, int]]]:
        """What changes: each group of keys with the keys' differences. Fails come after what they are counted with."""
        return sorted(self._groups.items(), key=itemgetter(0))


class CrowdWatch:
    """Knows, for the writer, which keys each bounded group holds and which groups are crowded.

    It is a memory of what the tables say, and of the keys that wait to be written (`waiting`), loaded when a group is
    first touched and forgotten on any rollback.
    """

    def __init__(self, limits: Limits, waiting: Callable[[Group], Iterable[str]]) -> None:
        self._limits = limits
        self._waiting = waiting
        self.groups_marked = 0
        """How many groups became crowded so far."""
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
            self._keys[group] = {key for key, _ in read_group(connection, *group)}.union(self._waiting(group))
        return self._keys[group]

    def takes(self, connection: sqlite3.Connection, group: Group, changes: Mapping[str, int]) -> bool:
        """Whether a group is counted, with the keys that come now; one that becomes too large is dropped."""
        one = counted_with(group)
        if one[1] not in BOUNDED:
            return True
        if self.is_crowded(connection, one):
            return False
        if one == group:
            known = self.keys(connection, group)
            known.update(key for key, n in changes.items() if n > 0)
            if len(known) > self.limit(group[1]):
                self.mark(connection, group)
                return False
        return True

    def forget_key(self, connection: sqlite3.Connection, group: Group, key: str) -> None:
        """Nothing is counted for a key any more."""
        if group[1] in BOUNDED:
            self.keys(connection, group).discard(key)

    def limit(self, kind: str) -> int:
        return self._limits.values_per_field if kind in (VALUE, IMAGE_VALUE) else self._limits.sources_per_use_case

    def mark(self, connection: sqlite3.Connection, group: Group) -> None:
        """Drop the group's counts for good."""
        assert self._crowded is not None
        self._crowded.add(group)
        self.groups_marked += 1
        self._uncounted.clear()
        self._keys.pop(group, None)
        use_case, kind, name = group
        connection.execute("INSERT OR IGNORE INTO crowded (use_case, kind, name) VALUES (?, ?, ?)", group)
        connection.execute("DELETE FROM sources WHERE use_case = ? AND kind = ?", (use_case, kind))
        for one in (kind, FAILS_OF.get(kind)):
            if one is not None:
                connection.execute(
                    f"DELETE {_OF_GROUP}",
                    (use_case, one, *_key_range(name)),
                )


def counted_with(group: Group) -> Group:
    """The group whose limit decides whether this one is counted: fails are with the sources that they are of."""
    use_case, kind, name = group
    return use_case, COUNTED_WITH.get(kind, kind), name


def apply_changes(connection: sqlite3.Connection, changes: TallyChanges, watch: CrowdWatch) -> None:
    """Write changes; keys that fall to nothing disappear."""
    rows: list[Row] = []
    falling: list[tuple[Group, str]] = []
    for group, counter in changes.groups():
        if watch.takes(connection, group, counter):
            use_case, kind, _ = group
            rows.extend((use_case, kind, key, n) for key, n in counter.items() if n)
            falling.extend((group, key) for key, n in counter.items() if n < 0)
    rows.sort()
    insert_rows(
        connection,
        "INSERT INTO tallies (use_case, kind, key, n)",
        rows,
        "ON CONFLICT (use_case, kind, key) DO UPDATE SET n = n + excluded.n",
    )
    for group, key in falling:
        gone = connection.execute(
            "DELETE FROM tallies WHERE use_case = ? AND kind = ? AND key = ? AND n = 0",
            (*group[:2], key),
        )
        if gone.rowcount:
            watch.forget_key(connection, group, key)


def _key_range(name: str) -> tuple[str, str | bytes]:
    """The keys of a named group; without a name, all keys, since bytes sort after every text."""
    return (name + SEPARATOR, name + _AFTER_SEPARATOR) if name else ("", b"")


def read_group(connection: sqlite3.Connection, use_case: int, kind: str, name: str = "") -> list[tuple[str, int]]:
    """(key, count) of a kind, of all keys or of those of one name."""
    return connection.execute(f"SELECT key, n {_OF_GROUP}", (use_case, kind, *_key_range(name))).fetchall()


def read_most(connection: sqlite3.Connection, use_case: int, kind: str, name: str, most: int) -> list[tuple[str, int]]:
    """(key, count) of the most frequent keys of a kind, of all or of those of one name, in the order of
    the keys where they are equally frequent."""
    return connection.execute(
        f"SELECT key, n {_OF_GROUP} ORDER BY n DESC, key LIMIT ?",
        (use_case, kind, *_key_range(name), most),
    ).fetchall()


def read_those(connection: sqlite3.Connection, use_case: int, kind: str, keys: Sequence[str]) -> dict[str, int]:
    """Key → count, of those of some keys of a kind that are there."""
    if not keys:
        return {}
    return dict(
        fetch_at_once(
            connection,
            "key, n",
            f"{_OF_KIND} AND key IN (SELECT value FROM json_each(?))",
            (use_case, kind, json.encode(keys).decode()),
        )
    )


def read_count(connection: sqlite3.Connection, use_case: int, kind: str, key: str) -> int:
    """How many events a key of a kind stands for."""
    row = connection.execute(f"SELECT n {_OF_KIND} AND key = ?", (use_case, kind, key)).fetchone()
    return row[0] if row else 0
