"""Which number the event with an id has.

The ids of the newest events are in memory; when the tails are sealed, they are written as a run (`id_runs.py`). So
an event adds to no page that lies anywhere in a large index: random ids would change a page of their own each. After a
crash the newest ones are read again from the rows above a watermark.

What is found here are candidates. Their rows decide, in the snapshot of whoever asks.
"""

import logging
import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct, json

from sightlog.store.sqlite.connection import fetch_at_once
from sightlog.store.sqlite.index.id_runs import (
    Run,
    Sought,
    hashes_of,
    join_runs,
    read_runs,
    without_lost,
    write_run,
)

logger = logging.getLogger(__name__)

# So many neighbours become one run, when it is not larger than this: eight of usual size.
_JOINED = 8
_LARGEST_JOINED = 300_000
# At the start, when more than that are in no run: a table version without runs was there before, or a rebuild.
_MOST_IN_MEMORY = 262_144
_READ_AT_ONCE = 16_384
# How many versions stay for readers whose snapshots are older than the newest.
_VERSIONS_KEPT = 2

_NAMED = (
    "FROM events WHERE seq IN (SELECT value FROM json_each(?1)) AND workspace = ?2"
    " AND event_id IN (SELECT value FROM json_each(?3))"
)


class Ids(Struct, frozen=True, eq=False):
    """All ids as of one sealing: the runs, in the order of their events' numbers, and those that came since."""

    number: int
    runs: tuple[Run, ...]
    newest: dict[str, int]
    older: dict[str, list[int]]
    """Of ids that came more than once since (overwritten, or in several workspaces), the numbers but for the last."""

    def add(self, ids: Sequence[str], seqs: Sequence[int]) -> None:
        """New events."""
        for one, seq in zip(ids, seqs, strict=True):
            before = self.newest.get(one)
            if before is not None:
                self.older.setdefault(one, []).append(before)  # first: readers find either
            self.newest[one] = seq

    def candidates(self, connection: sqlite3.Connection, ids: Sequence[str]) -> list[int]:
        """The numbers that the events with these ids may have, in whatever workspace: those that they have are among
        them."""
        found: list[int] = []
        if not self.newest.keys().isdisjoint(ids):
            for one in ids:
                found += self.older.get(one, ())
                seq = self.newest.get(one)
                if seq is not None:
                    found.append(seq)
        if self.runs:
            sought = Sought(hashes_of(ids))
            for run in self.runs:
                found += run.numbers(connection, sought)
        return found

    def fetch(
        self, connection: sqlite3.Connection, columns: str, workspace: int, ids: Sequence[str], where: str = "TRUE"
    ) -> list[list[Any]]:
        """Columns of the rows of `events` that have these ids in a workspace (?2), in no order; `columns` and `where`
        are SQL of ours, and name no column with bytes in it."""
        numbers = self.candidates(connection, ids)
        if not numbers:
            return []
        values = json.encode(numbers).decode(), workspace, json.encode(ids).decode()
        return fetch_at_once(connection, columns, f"{_NAMED} AND {where}", values)

    def write(self, connection: sqlite3.Connection) -> Run:
        """The newest ids as a run."""
        ids, seqs = list(self.newest), list(self.newest.values())
        for one, numbers in self.older.items():
            ids += [one] * len(numbers)
            seqs += numbers
        return write_run(connection, hashes_of(ids), np.array(seqs, np.int64))


class EventIds:
    """For the writer and all readers. The writer adds; what a reader sees is as of its snapshot."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._versions: tuple[Ids, ...] = ()
        self._gone: Counter[int] = Counter()
        self.load(connection)

    def load(self, connection: sqlite3.Connection) -> None:
        """For the writer, outside of a transaction: read what is there, and write as runs what is too much for
        memory."""
        self._gone.clear()
        number, watermark = _state(connection)
        version = Ids(number, tuple(read_runs(connection)), {}, {})
        after: int | None = watermark
        while after is not None:
            after = _read_newest(connection, version, after, _READ_AT_ONCE)
            if after is not None and len(version.newest) >= _MOST_IN_MEMORY:
                connection.execute("BEGIN IMMEDIATE")
                version = _sealed(connection, version, after)
                connection.execute("COMMIT")
                logger.info("event ids: written up to event %d", after)
        self._versions = (version,)

    def rebuild(self, connection: sqlite3.Connection) -> None:
        """Make everything anew from the rows. Interrupted, the next start goes on."""
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM id_parts")
        connection.execute("DELETE FROM id_runs")
        connection.execute("UPDATE index_state SET ids_version = ids_version + 1, ids_watermark = 0")
        connection.execute("COMMIT")
        self.load(connection)

    def add(self, ids: Sequence[str], seqs: Sequence[int]) -> None:
        """New events, before their commit. What does not come to be harms nobody."""
        self._versions[-1].add(ids, seqs)

    def remove(self, seq: int) -> None:
        """An event leaves."""
        runs = self._versions[-1].runs
        at = bisect_right(runs, seq, key=lambda run: run.first_seq) - 1
        if at >= 0 and seq <= runs[at].last_seq:
            self._gone[runs[at].number] += 1

    def write_notes(self, connection: sqlite3.Connection) -> None:
        """Write how many events left of each run."""
        for number, gone in self._gone.items():
            connection.execute("UPDATE id_runs SET gone = gone + ? WHERE number = ?", (gone, number))
        self._gone.clear()

    def seal(self, connection: sqlite3.Connection, last_seq: int) -> None:
        """Write the ids of all events up to this number as runs, within the commit that is being made."""
        version = self._versions[-1]
        if not version.newest:
            return
        sealed = _tidied(connection, _sealed(connection, version, last_seq))
        self._versions = (*self._versions, sealed)[-_VERSIONS_KEPT:]

    def rolled_back(self, connection: sqlite3.Connection) -> None:
        """What was sealed since the last commit was not."""
        self._gone.clear()
        number = _state(connection)[0]
        self._versions = tuple(version for version in self._versions if version.number <= number)
        if not self._versions:
            self.load(connection)

    def seen_by(self, connection: sqlite3.Connection) -> Ids:
        """The ids as the connection's snapshot has them."""
        number = _state(connection)[0]
        for version in reversed(self._versions):
            if version.number == number:
                return version
        return read_ids(connection)

    def fetch(
        self, connection: sqlite3.Connection, columns: str, workspace: int, ids: Sequence[str], where: str = "TRUE"
    ) -> list[list[Any]]:
        """See `Ids.fetch`."""
        if not ids:
            return []
        return self.seen_by(connection).fetch(connection, columns, workspace, ids, where)

    def numbers(self, connection: sqlite3.Connection, workspace: int, ids: Sequence[str]) -> list[int]:
        """The numbers of the events with these ids."""
        return [row[0] for row in self.fetch(connection, "seq", workspace, ids)]


def read_ids(connection: sqlite3.Connection) -> Ids:
    """All ids as a snapshot has them, by its tables alone."""
    number, watermark = _state(connection)
    version = Ids(number, tuple(read_runs(connection)), {}, {})
    after: int | None = watermark
    while after is not None:
        after = _read_newest(connection, version, after, _READ_AT_ONCE)
    return version


def _state(connection: sqlite3.Connection) -> tuple[int, int]:
    found: tuple[int, int] = connection.execute("SELECT ids_version, ids_watermark FROM index_state").fetchone()
    return found


def _read_newest(connection: sqlite3.Connection, version: Ids, after: int, most: int) -> int | None:
    """Add the ids of events with a greater number; the last number, or None when there are no more."""
    rows = connection.execute(
        "SELECT event_id, seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, most)
    ).fetchall()
    if not rows:
        return None
    ids, seqs = zip(*rows, strict=True)
    version.add(ids, seqs)
    last: int = seqs[-1]
    return last


def _sealed(connection: sqlite3.Connection, version: Ids, watermark: int) -> Ids:
    run = version.write(connection)
    connection.execute("UPDATE index_state SET ids_version = ids_version + 1, ids_watermark = ?", (watermark,))
    return Ids(version.number + 1, (*version.runs, run), {}, {})


def _tidied(connection: sqlite3.Connection, version: Ids) -> Ids:
    """With one run in the place of several neighbours, or of one of which little is there any more."""
    runs = list(version.runs)
    row = connection.execute(
        "SELECT number FROM id_runs WHERE gone > ids / 4 * 3 ORDER BY first_seq LIMIT 1"
    ).fetchone()
    if row is not None:
        at = next(at for at, run in enumerate(runs) if run.number == row[0])
        rest = without_lost(connection, runs[at])
        runs[at : at + 1] = [] if rest is None else [rest]
    for start in range(len(runs) - _JOINED + 1):
        joined = runs[start : start + _JOINED]
        if sum(run.ids for run in joined) <= _LARGEST_JOINED:
            runs[start : start + _JOINED] = [join_runs(connection, joined)]
            break
    return Ids(version.number, tuple(runs), version.newest, version.older)
