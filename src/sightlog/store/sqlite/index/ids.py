"""Which number the event with an id has.

The ids of the newest events are in memory; when they are many, they are written as a run (`id_runs.py`). So
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

from sightlog.store.sqlite.connection import committing, fetch_at_once, sparing_memory
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
# After so many events their ids are sealed.
_IDS_BETWEEN_SEALS = 32_768
# At the start, when more than that are in no run: a table version without runs was there before, or a rebuild.
_MOST_IN_MEMORY = 262_144
# An id that comes again and again is looked for among so many numbers at most before all are sealed.
_MOST_REPEATS = 256

_NAMED = (
    "FROM events WHERE seq IN (SELECT value FROM json_each(?1)) AND workspace = ?2"
    " AND event_id IN (SELECT value FROM json_each(?3))"
)


class Ids(Struct, eq=False):
    """All ids as of one sealing: the runs, in the order of their events' numbers, and those that came since. One thread
    adds, and others read at the same time."""

    version: int
    watermark: int
    runs: tuple[Run, ...]
    newest: dict[str, int]
    older: dict[str, list[int]]
    """Of ids that came more than once since (overwritten, or in several workspaces), the numbers but for the last."""
    added: int = 0
    """How many events came since."""
    is_full: bool = False
    """Whether one id came so often that all should be sealed."""

    def add(self, ids: Sequence[str], seqs: Sequence[int]) -> None:
        """New events."""
        self.added += len(ids)
        for one, seq in zip(ids, seqs, strict=True):
            before = self.newest.get(one)
            if before is not None:
                repeats = self.older.setdefault(one, [])
                repeats.append(before)  # before the newest is replaced, and read after it
                self.is_full = self.is_full or len(repeats) >= _MOST_REPEATS
            self.newest[one] = seq

    def candidates(self, connection: sqlite3.Connection, ids: Sequence[str]) -> list[int]:
        """The numbers that the events with these ids may have, in whatever workspace: those that they have are among
        them."""
        found: list[int] = []
        if not self.newest.keys().isdisjoint(ids):
            for one in ids:
                seq = self.newest.get(one)
                if seq is not None:
                    found += seq, *self.older.get(one, ())
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


class EventIds:
    """For the writer and all readers. The writer adds; what a reader sees is as of its snapshot."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._gone: Counter[int] = Counter()
        self._versions: tuple[Ids, ...] = ()
        self.load(connection)

    def load(self, connection: sqlite3.Connection) -> None:
        """For the writer, outside of a transaction: read what is there, at the start or after a commit that did not
        happen. What is too much for memory is written as runs."""
        while (last := _last_of_too_many(connection)) is not None:
            with committing(connection):
                _sealed(connection, Ids(*_state(connection), (), {}, {}), last)
            logger.info("event ids: written up to event %d", last)
        self._gone.clear()
        with sparing_memory(connection):
            ids = read_ids(connection)
        self._versions = (*(one for one in self._versions if one.version < ids.version), ids)

    def rebuild(self, connection: sqlite3.Connection) -> None:
        """Make everything anew from the rows. Interrupted, the next start goes on."""
        with committing(connection):
            connection.execute("DELETE FROM id_parts")
            connection.execute("DELETE FROM id_runs")
            connection.execute("UPDATE index_state SET ids_version = ids_version + 1, ids_watermark = 0")
        self.load(connection)

    def add(self, ids: Sequence[str], seqs: Sequence[int]) -> None:
        """New events, before their commit."""
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

    def is_due(self) -> bool:
        """Whether they should be sealed: because they are many, or because one id came very often."""
        newest = self._versions[-1]
        return newest.is_full or newest.added >= _IDS_BETWEEN_SEALS

    def seal(self, connection: sqlite3.Connection, last_seq: int) -> None:
        """Write the ids of all events up to this number as runs, within the commit that is being made, when its notes
        are written."""
        sealed = _tidied(connection, _sealed(connection, self._versions[-1], last_seq))
        self._versions = (*self._versions, sealed)

    def committed(self) -> None:
        """The commit is on disk: one version before stays, for readers whose snapshots are older."""
        self._versions = self._versions[-2:]

    def seen_by(self, connection: sqlite3.Connection) -> Ids:
        """The ids as the connection's snapshot has them."""
        version = _state(connection)[0]
        for ids in reversed(self._versions):
            if ids.version == version:
                return ids
        return read_ids(connection)

    def fetch(
        self, connection: sqlite3.Connection, columns: str, workspace: int, ids: Sequence[str], where: str = "TRUE"
    ) -> list[list[Any]]:
        """See `Ids.fetch`."""
        if not ids:
            return []
        return self.seen_by(connection).fetch(connection, columns, workspace, ids, where)

    def number(self, connection: sqlite3.Connection, workspace: int, event_id: str) -> int | None:
        """The number of the event with this id."""
        return next(iter(self.numbers(connection, workspace, [event_id])), None)

    def numbers(self, connection: sqlite3.Connection, workspace: int, ids: Sequence[str]) -> list[int]:
        """The numbers of the events with these ids."""
        return [row[0] for row in self.fetch(connection, "seq", workspace, ids)]


def read_ids(connection: sqlite3.Connection) -> Ids:
    """The ids as a snapshot has them, by its tables alone."""
    version, watermark = _state(connection)
    ids = Ids(version, watermark, tuple(read_runs(connection)), {}, {})
    rows = connection.execute("SELECT event_id, seq FROM events WHERE seq > ? ORDER BY seq", (watermark,)).fetchall()
    ids.add([row[0] for row in rows], [row[1] for row in rows])
    return ids


def _last_of_too_many(connection: sqlite3.Connection) -> int | None:
    """The last of the first events above the watermark, where they are as many as memory should hold."""
    row = connection.execute(
        "SELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET ?",
        (_state(connection)[1], _MOST_IN_MEMORY - 1),
    ).fetchone()
    return None if row is None else int(row[0])


def _state(connection: sqlite3.Connection) -> tuple[int, int]:
    found: tuple[int, int] = connection.execute("SELECT ids_version, ids_watermark FROM index_state").fetchone()
    return found


def _sealed(connection: sqlite3.Connection, ids: Ids, last_seq: int) -> Ids:
    """With a run of all events that are there above the watermark, up to this number."""
    rows = connection.execute(
        "SELECT event_id, seq FROM events WHERE seq > ? AND seq <= ?", (ids.watermark, last_seq)
    ).fetchall()
    runs = ids.runs
    if rows:
        runs = *runs, write_run(connection, hashes_of([row[0] for row in rows]), np.array([row[1] for row in rows]))
    connection.execute("UPDATE index_state SET ids_version = ids_version + 1, ids_watermark = ?", (last_seq,))
    return Ids(ids.version + 1, last_seq, runs, {}, {})


def _tidied(connection: sqlite3.Connection, ids: Ids) -> Ids:
    """With one run in the place of several neighbours, or of one of which little is there any more."""
    runs = list(ids.runs)
    lost = {row[0] for row in connection.execute("SELECT number FROM id_runs WHERE 4 * gone > 3 * ids LIMIT 1")}
    for at, run in enumerate(ids.runs):
        if run.number in lost:
            rest = without_lost(connection, run)
            runs[at : at + 1] = [] if rest is None else [rest]
    for start in range(len(runs) - _JOINED + 1):
        joined = runs[start : start + _JOINED]
        if sum(run.ids for run in joined) <= _LARGEST_JOINED:
            rest = join_runs(connection, joined)
            runs[start : start + _JOINED] = [] if rest is None else [rest]
            break
    return Ids(ids.version, ids.watermark, tuple(runs), {}, {})
