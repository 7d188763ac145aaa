"""What is counted of events: how many there are of each kind, when fields were seen, and when sources were last heard.

What events add waits in memory, and is written to the tables together with what some thousand others add, after
senders were answered: most of them add to the same counts. What events take away is written at once, after all that
waits. So the tables always say what the events up to one number amount to (`index_state.counted_to`), and a start
counts those that came after it. Readers add what waits to what the tables of their snapshot say.

What reviews say is not among it: a review changes what is counted for an event that may be old, so those counts go
into the tables with each commit.
"""

import sqlite3
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from sightlog.domain.batches import TurnedFacts, turned
from sightlog.domain.limits import Limits
from sightlog.domain.tallies import value_counts
from sightlog.store.sqlite import fields, sources, tallies
from sightlog.store.sqlite.connection import StoreConnection
from sightlog.store.sqlite.counts_tables import TablesMemory
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.loading import IndexState, StoredEntries, by_use_case, events_after

# What waits is written when it is of so many events. More make the start after a crash longer (some 30 µs an event).
_EVENTS_BETWEEN_WRITES = 10_000
_COUNTED_AT_ONCE = 4_000


class CountChanges:
    """What some events add to everything that is counted, and what others take away from it."""

    def __init__(self) -> None:
        self.tallies = tallies.TallyChanges()
        self.fields = fields.FieldChanges()
        self.sources = sources.SourceChanges()
        self.events = 0
        """How many were added."""
        self.last_seq = 0
        """The greatest number of these; all events up to it were added, here or before."""
        self.takes_away = False

    def add(
        self,
        use_case: int,
        facts: TurnedFacts,
        uncounted: Container[str],
        seqs: Sequence[int],
        received_at: Sequence[int],
    ) -> None:
        """Events with these facts come: their numbers, which ascend from call to call, and arrivals (microseconds).
        `uncounted` are the facts' fields whose values are not counted."""
        self.events += len(seqs)
        self.last_seq = max(self.last_seq, seqs[-1])
        self._count(use_case, facts, uncounted, 1)
        self.fields.see(use_case, facts.contributions.fields)
        for kind, name, newest, last in facts.contributions.sources:
            self.sources.hear((use_case, kind, name), newest, seqs[last], received_at[last])

    def take_away(self, use_case: int, facts: TurnedFacts, uncounted: Container[str], seqs: Sequence[int]) -> None:
        """Events with these facts leave."""
        self.takes_away = True
        self._count(use_case, facts, uncounted, -1)
        self.fields.remove(use_case, facts.contributions.fields)
        for kind, name, newest, last in facts.contributions.sources:
            self.sources.remove((use_case, kind, name), newest, seqs[last])

    def _count(self, use_case: int, facts: TurnedFacts, uncounted: Container[str], sign: int) -> None:
        self.tallies.count(use_case, facts.contributions.counts, sign)
        self.tallies.count(use_case, value_counts(facts.columns.groups(), uncounted), sign)

    def leave_out_crowded(self, connection: sqlite3.Connection, watch: tallies.CrowdWatch) -> None:
        """Leave out what was too much to be counted before."""
        self.tallies.leave_out(lambda group, _: not watch.is_crowded(connection, tallies.counted_with(group)))
        self.sources.leave_out(connection, watch)

    def merge(self, later: "CountChanges") -> None:
        """Add what later events add, which is not used any more. Others may read this meanwhile, and find the span of
        each field and the last sign of each source that is counted."""
        self.fields.merge(later.fields)
        self.sources.merge(later.sources)
        self.tallies.merge(later.tallies)
        self.events += later.events
        self.last_seq = max(self.last_seq, later.last_seq)


class Seen(Struct, frozen=True):
    """What belongs to the tables of a snapshot. It may be more than the snapshot has, by events that came since it
    began; it is less, and not `is_complete`, while the newest events of the snapshot are not among it yet."""

    changes: CountChanges
    is_complete: bool
    commits: int
    """The number of the snapshot's last commit that has one; another one may have changed the tables."""
    tables: TablesMemory


class Waiting:
    """What the events after a number add: the tables have those up to it. When it was written, the `following` one
    began, at a greater number."""

    def __init__(self, counted_to: int, tables: TablesMemory) -> None:
        self.counted_to = counted_to
        self._tables = tables
        self.changes = CountChanges()
        self.following: Waiting | None = None

    def seen_by(self, state: IndexState) -> Seen:
        """For a snapshot that began after this was taken, and has this state."""
        one: Waiting | None = self
        while one is not None and one.counted_to != state.counted_to:
            one = one.following
        if one is None:  # written in this moment
            return Seen(CountChanges(), False, state.commits, self._tables)
        is_complete = max(state.counted_to, one.changes.last_seq) >= state.last_seq
        return Seen(one.changes, is_complete, state.commits, self._tables)

    def follow(self, counted_to: int) -> "Waiting":
        """This was written."""
        self.following = Waiting(counted_to, self._tables)
        return self.following


class KeptCounts:
    """For the writer: what waits, and when it is written. Readers take `waiting` before their snapshot begins."""

    def __init__(self, connection: StoreConnection, limits: Limits, index: SideIndex) -> None:
        self._connection = connection
        self._index = index
        self.watch = tallies.CrowdWatch(limits, self._waiting_keys)
        self._staged = CountChanges()
        self._written_to: int | None = None
        self.waiting = Waiting(connection.execute("SELECT counted_to FROM index_state").fetchone()[0], TablesMemory())
        for changes in self._uncounted_events():
            self.waiting.changes.merge(changes)

    def uncounted(self, use_case: int) -> Container[str]:
        """The facts' fields whose values are not counted."""
        return self.watch.uncounted(self._connection, use_case)

    def apply(self, changes: CountChanges) -> None:
        """What a commit changes, after its rows and its part of the index are written."""
        self._stage(changes, is_crowding=self._leave_out(changes))

    def _stage(self, changes: CountChanges, *, is_crowding: bool) -> None:
        if changes.takes_away or is_crowding or self._written_to is not None:
            self.write_waiting()
            self._write(changes)
        elif self._staged.events:
            self._staged.merge(changes)
        else:
            self._staged = changes

    def add_stored(self, changes: CountChanges) -> bool:
        """What events of earlier commits add. Whether that is done, whatever becomes of the transaction: it is not when
        a group becomes crowded by it, or when tails were sealed to make room for it."""
        is_crowding = self._leave_out(changes)
        if is_crowding or self._index.has_sealed or self._written_to is not None:
            self._stage(changes, is_crowding=is_crowding)
            return False
        self.waiting.changes.merge(changes)
        return True

    def _leave_out(self, changes: CountChanges) -> bool:
        """Leave out what is too much to be counted; whether something becomes so now."""
        before = self.watch.groups_marked
        changes.tallies.leave_out(lambda group, counts: self.watch.takes(self._connection, group, counts))
        changes.sources.leave_out(self._connection, self.watch)
        return self.watch.groups_marked > before

    def is_due(self) -> bool:
        """Whether so much waits that it should be written."""
        return self.waiting.changes.events >= _EVENTS_BETWEEN_WRITES

    def write_waiting(self) -> None:
        """Write what waits into the tables, with this commit."""
        if self._written_to is None:
            self._write(self.waiting.changes)
        self._write(self._staged)
        self._staged = CountChanges()
        self._note_counted()

    def committed(self) -> None:
        """The commit is on disk, and the index knows it."""
        if self._written_to is not None and self._written_to != self.waiting.counted_to:
            self.waiting = self.waiting.follow(self._written_to)
        self._written_to = None
        if self._staged.events:
            self.waiting.changes.merge(self._staged)
            self._staged = CountChanges()

    def rolled_back(self) -> None:
        """The commit did not happen. What is known of the tables is asked for again."""
        self._staged = CountChanges()
        self._written_to = None
        self.watch.forget()

    def count_all(self, advance: Callable[[int], None]) -> None:
        """Write what all events add that the tables do not know, in a transaction of the caller, who tells when it is
        `committed` or `rolled_back`. `advance` is told how many were counted."""
        self.rolled_back()
        done = 0
        for changes in self._uncounted_events():
            self._write(changes)
            done += changes.events
            advance(done)
        self._note_counted()

    def _uncounted_events(self) -> Iterator[CountChanges]:
        """What the events add that the tables do not know yet, some thousand at a time."""
        counted_to = self._connection.execute("SELECT counted_to FROM index_state").fetchone()[0]
        stored = events_after(self._connection, counted_to)
        while events := list(islice(stored, _COUNTED_AT_ONCE)):
            arrivals = self._connection.execute(
                "SELECT seq, received_at FROM events WHERE seq BETWEEN ? AND ?", (events[0][1], events[-1][1])
            )
            changes = CountChanges()
            count(changes, events, self.uncounted, dict(arrivals.fetchall()))
            changes.leave_out_crowded(self._connection, self.watch)
            yield changes

    def _waiting_keys(self, group: tallies.Group) -> Iterable[str]:
        keys = set(self._staged.tallies.group(group))
        return keys if self._written_to is not None else keys.union(self.waiting.changes.tallies.group(group))

    def _write(self, changes: CountChanges) -> None:
        self._index.number()
        tallies.apply_changes(self._connection, changes.tallies, self.watch)
        fields.apply_changes(self._connection, changes.fields)
        sources.apply_changes(self._connection, changes.sources, self.watch, self._index)

    def _note_counted(self) -> None:
        """All events that are in their table are counted."""
        self._connection.execute(
            "UPDATE index_state SET counted_to = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"
        )
        self._written_to = self._connection.execute("SELECT counted_to FROM index_state").fetchone()[0]


def count(
    changes: CountChanges,
    events: Iterable[StoredEntries],
    uncounted: Callable[[int], Container[str]],
    arrivals: Mapping[int, int],
) -> None:
    """Add what stored events add, at most MOST_EVENTS in the order of their numbers. `arrivals` tells when each number
    arrived (microseconds)."""
    for use_case, alike in by_use_case(events).items():
        _, seqs, times, _, _, entries = zip(*alike, strict=True)
        received_at = [arrivals.get(seq, 0) for seq in seqs]
        changes.add(use_case, turned(entries, times), uncounted(use_case), seqs, received_at)
