"""Keeping the side index in step with the events: for the writer alone.

An event's entries go into the tail of its use case, in memory. When enough events have come since the last time, a
round of sealing begins: one large tail after the other is sealed as a segment, each in a commit of its own, after
senders were answered. Small tails are left to a later round, and with the last commit the numbers of their events are
written down and the watermark rises. So after a crash the tails are made again from the rows above the watermark that
no segment of their use case reaches, and those that were written down; nothing is lost or doubled, whenever it happens.
"""

import logging
import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice

from msgspec import json

from sightlog.domain.event_reading import AcceptedEvent
from sightlog.domain.fact_columns import FactColumns, grouped
from sightlog.store.sqlite.connection import committing, insert_rows
from sightlog.store.sqlite.index.ids import EventIds
from sightlog.store.sqlite.index.loading import GREATEST_NUMBER, StoredEntries, by_use_case, unsealed_events
from sightlog.store.sqlite.index.remembered import SegmentMemory
from sightlog.store.sqlite.index.segments import note_states, rows_of, write_segment
from sightlog.store.sqlite.index.states import GONE, state_of
from sightlog.store.sqlite.index.suggesting import Suggestions
from sightlog.store.sqlite.index.summaries import Summaries
from sightlog.store.sqlite.index.tail import Tail

logger = logging.getLogger(__name__)

# After so many events the tails are sealed. Fewer make more segments for queries to visit; more make the start after
# a crash longer (20 to 25 µs an event) and the memory larger (about 0.6 kB an event).
_EVENTS_BETWEEN_SEALS = 32_768
# A tail that is smaller waits for more events, as long as all that wait are not too many.
_SMALLEST_SEGMENT = 8_192
_MOST_WAITING = 16_384
# Places in a tail are two bytes.
_LARGEST_TAIL = 60_000
# At the start.
_LOADED_AT_ONCE = 1_000
# How many sealed tails stay for readers whose snapshots are older than the sealing.
_TAILS_KEPT = 4

# What a piece of loading that seals is done in.
_Sealing = Callable[[sqlite3.Connection], AbstractContextManager[object]]


class SideIndex:
    """The tails of all use cases, and what the current commit changes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.suggestions = Suggestions()
        self.summaries = Summaries()
        self.memory = SegmentMemory()
        self.ids = EventIds(connection)
        self.sealed = threading.Event()
        """Set after each commit that sealed."""
        self._tails: dict[int, tuple[Tail, ...]] = {}
        self._notes: dict[int, dict[int, int]] = {}
        self._restated: dict[int, list[tuple[int, str | None, int]]] = {}
        self._is_changed = self._is_numbered = False
        self._is_lost = False
        self.has_sealed = False
        """Whether the commit that is being made seals."""
        self._since_seal = 0
        self._round_to: int | None = None
        self._to_seal: list[int] = []
        self.load(_tell_nobody)

    def load(self, advance: Callable[[int], None]) -> None:
        """Make the tails anew from the tables while nobody reads. What is sealed on the way is on disk at once, so that
        a start that was interrupted goes on. `advance` is told how many events were read."""
        self._load_all(advance, committing)

    def _load_all(self, advance: Callable[[int], None], sealing: _Sealing) -> None:
        self.commit, self._watermark = self._connection.execute("SELECT commits, watermark FROM index_state").fetchone()
        self._loading: dict[int, Tail] = {}
        self._notes.clear()
        self._restated.clear()
        self._is_changed = self._is_numbered = False
        self.has_sealed = False
        self._since_seal = 0
        self._round_to = None
        self._last_seq: int = self._watermark
        unsealed = unsealed_events(self._connection, self._watermark)
        read = 0
        while events := list(islice(unsealed, _LOADED_AT_ONCE)):
            self._load(events)
            read += len(events)
            advance(read)
            if self._since_seal >= _EVENTS_BETWEEN_SEALS + _MOST_WAITING:
                with sealing(self._connection):
                    self._seal_loaded(events[-1][1])
        for use_case in self._tails.keys() | self._loading.keys():
            self._put(self._loading.get(use_case) or Tail(use_case, self.commit))
        # The newest may be in a segment, when a round of sealing did not end.
        self._last_seq = max(self._last_seq, self._connection.execute(f"SELECT {GREATEST_NUMBER}").fetchone()[0])
        self._last_loaded = self._last_seq

    def _load(self, events: list[StoredEntries]) -> None:
        for use_case, ones in by_use_case(events).items():
            tail = self._loading.setdefault(use_case, Tail(use_case, self.commit))
            _, seqs, times, ids, statuses, entries = zip(*ones, strict=True)
            for place, status in enumerate(statuses, len(tail)):
                if status is not None:
                    tail.restate(place, status, tail.opened_at)  # whoever sees the tail sees the review
            tail.add(seqs, times, ids, grouped(entries).columns())
        self._since_seal += len(events)
        self._last_seq = max(self._last_seq, events[-1][1])

    def _seal_loaded(self, read_to: int) -> None:
        """Seal while loading: a table version without segments was there before, or a rebuild was asked for. Events
        were read up to this number; those that wait behind it still do."""
        self.commit += 1
        kept = {}
        for use_case, tail in self._loading.items():
            if len(tail) >= _SMALLEST_SEGMENT:
                write_segment(self._connection, rows_of(tail.now(self.commit).contents()))
            else:
                kept[use_case] = tail
        self._write_down(kept.values(), self._last_seq, read_to)
        self._connection.execute("UPDATE index_state SET commits = ?", (self.commit,))
        self._loading = kept
        self._since_seal = sum(map(len, kept.values()))
        logger.info("side index: built up to event %d", self._last_seq)

    def tail_at(self, use_case: int, commit: int) -> Tail | None:
        """The tail that belongs to a snapshot of this commit."""
        for tail in reversed(self._tails.get(use_case, ())):
            if tail.opened_at <= commit:
                return tail
        return None

    def first_times(self) -> dict[int, int]:
        """For the writer: use case → a time, older than which are none of its events."""
        rows = self._connection.execute("SELECT use_case, min(first_time) FROM segments GROUP BY use_case").fetchall()
        found: dict[int, int] = dict(rows)
        for use_case, tails in self._tails.items():
            if len(tails[-1]):
                found[use_case] = min(tails[-1].first_time, found.get(use_case, tails[-1].first_time))
        return found

    def make_room(self, events: int) -> None:
        """To be called before so many events are added, when all events of smaller numbers were."""
        if any(len(tails[-1]) + events > _LARGEST_TAIL for tails in self._tails.values()):
            self._seal_all()  # a single commit with very large batches

    def has_loaded(self, seq: int) -> bool:
        """Whether an event with this number was read when the tails were last made."""
        return seq <= self._last_loaded

    def store(self, ids: Sequence[str], seqs: Sequence[int]) -> None:
        """New events have rows now, and can be found by their ids; `add` follows, now or with a later commit."""
        self.ids.add(ids, seqs)
        self._is_changed = True

    def add(self, use_case: int, seqs: Sequence[int], events: Sequence[AcceptedEvent], facts: FactColumns) -> None:
        """Events of a use case can be found by what they hold. Numbers ascend from call to call within a use case."""
        tails = self._tails.get(use_case)
        # A new one is of the last number, because this commit may get none.
        tail = tails[-1] if tails else self._put(Tail(use_case, self.commit))
        self._restate_new(tail, seqs)  # first: readers must not see an event without what was said of it before
        tail.add(seqs, [event.timestamp for event in events], [event.event_id for event in events], facts)
        self._since_seal += len(seqs)
        self._last_seq = max(self._last_seq, seqs[-1])

    def _restate_new(self, tail: Tail, seqs: Sequence[int]) -> None:
        restated = self._restated.pop(tail.use_case, None)
        if restated is None:
            return
        places = {seq: place for place, seq in enumerate(seqs, len(tail))}
        for seq, status, commit in restated:
            if seq in places:
                tail.restate(places[seq], status, commit)
            else:
                self._restated.setdefault(tail.use_case, []).append((seq, status, commit))

    def remove(self, use_case: int, seq: int) -> None:
        """An event leaves."""
        self.ids.remove(seq)
        if (found := self._in_tail(use_case, seq)) is None:
            self._notes.setdefault(use_case, {})[seq] = GONE
        else:
            tail, place = found
            tail.remove(place, self.commit + 1)
        self._change()

    def restate(self, use_case: int, seq: int, status: str | None) -> None:
        """The newest review of an event says something else."""
        self._change()
        if seq > self._last_seq:
            self._restated.setdefault(use_case, []).append((seq, status, self.commit + 1))
        elif (found := self._in_tail(use_case, seq)) is None:
            self._notes.setdefault(use_case, {})[seq] = state_of(status)
        else:
            tail, place = found
            tail.restate(place, status, self.commit + 1)

    def number(self) -> None:
        """The commit does more than add events, so it has a number, from which on readers see that."""
        self._is_numbered = True

    def _change(self) -> None:
        """The index will be other than before, and what is in memory is lost if the commit is."""
        self._is_changed = True
        self.number()

    def _in_tail(self, use_case: int, seq: int) -> tuple[Tail, int] | None:
        """The newest tail and the event's place in it, when it is there."""
        tails = self._tails.get(use_case)
        place = tails[-1].place_of(seq) if tails else None
        return None if tails is None or place is None else (tails[-1], place)

    def _put(self, tail: Tail) -> Tail:
        """Let readers see it from its commit on, in the place of those that were opened then or later and came to
        nothing."""
        before = (one for one in self._tails.get(tail.use_case, ()) if one.opened_at < tail.opened_at)
        self._tails[tail.use_case] = (*before, tail)[-_TAILS_KEPT:]
        return tail

    def write_notes(self) -> None:
        """Write what happened to sealed events, so that this commit's own reading sees it."""
        for use_case, notes in self._notes.items():
            note_states(self._connection, use_case, list(notes.items()))
        self._notes.clear()
        self.ids.write_notes(self._connection)

    def is_due(self) -> bool:
        """Whether something should be sealed."""
        return self._is_round_due() or self.ids.is_due()

    def is_overdue(self) -> bool:
        """Whether sealing has fallen behind."""
        return self._since_seal >= 2 * _EVENTS_BETWEEN_SEALS

    def _is_round_due(self) -> bool:
        return self._round_to is not None or self._since_seal >= _EVENTS_BETWEEN_SEALS

    def seal_some(self) -> None:
        """Seal a piece of what is due, in a commit that adds no events: the ids, or one tail."""
        self._change()
        self.write_notes()
        if self.ids.is_due():
            self.ids.seal(self._connection, self._last_seq)
        else:
            self._seal_next()

    def finish(self) -> None:
        """The last thing before a commit."""
        if self._is_changed:
            self.write_notes()
        if self._is_numbered:
            self._connection.execute("UPDATE index_state SET commits = ?", (self.commit + 1,))

    def committed(self) -> None:
        """The commit is on disk."""
        self.commit += self._is_numbered  # first: no number is given twice, whatever comes
        self.ids.committed()
        self._is_changed = self._is_numbered = False
        if self.has_sealed:
            self.has_sealed = False
            self.sealed.set()

    def rolled_back(self) -> None:
        """The commit did not happen. What is in memory is made anew now or, when that fails, before the next one."""
        self._is_lost = self._is_lost or self._is_changed
        self._is_changed = self._is_numbered = False
        self.recover()

    def lose(self) -> None:
        """What is in memory is no longer sure; it is made anew before the next commit."""
        self._is_lost = True

    def recover(self) -> None:
        """To be called before each commit begins."""
        if self._is_lost:
            self.ids.load(self._connection)
            with committing(self._connection):  # one: readers must see the new tails with what was sealed for them
                self._load_all(_tell_nobody, nullcontext)
            self._is_lost = False

    def _seal_all(self) -> None:
        """A whole round within this commit, and before it the rest of one that is under way."""
        self._change()
        self.write_notes()
        for _ in range(1 if self._round_to is None else 2):
            self._seal_next()
            while self._round_to is not None:
                self._seal_next()

    def _seal_next(self) -> None:
        """Begin a round, if none is under way, and seal one tail; with the last one it ends."""
        if self._round_to is None:
            self._round_to, self._to_seal = self._last_seq, self._large_tails()
        if self._to_seal:
            self._seal_tail(self._to_seal.pop(0))
        if not self._to_seal:
            numbers = self._write_down((tails[-1] for tails in self._tails.values()), self._round_to, self._round_to)
            self._since_seal = sum(len(tails[-1]) for tails in self._tails.values()) - numbers
            self._round_to = None
        self.has_sealed = True

    def _large_tails(self) -> list[int]:
        """The use cases whose tails are to be sealed, the largest first."""
        waiting = [tails[-1] for tails in self._tails.values() if len(tails[-1])]
        waiting.sort(key=len)
        chosen: list[int] = []
        while waiting and (len(waiting[-1]) >= _SMALLEST_SEGMENT or sum(map(len, waiting)) > _MOST_WAITING):
            chosen.append(waiting.pop().use_case)
        return chosen

    def _seal_tail(self, use_case: int) -> None:
        commit = self.commit + 1
        tail = self._tails[use_case][-1]
        contents = tail.now(commit).contents()
        if len(contents.seqs):
            write_segment(self._connection, rows_of(contents))
        known = tail.seqs[: bisect_right(tail.seqs, self._watermark)]
        self._connection.execute(
            "DELETE FROM index_waiting WHERE seq IN (SELECT value FROM json_each(?))",
            (json.encode(list(known)).decode(),),
        )
        self._put(Tail(use_case, commit))

    def _write_down(self, waiting: Iterable[Tail], watermark: int, known_to: int) -> int:
        """The numbers of the events that are in no segment though they are not above the watermark, which rises: these,
        and what was written down before of events with a greater number than `known_to`. How many they are."""
        self._connection.execute("DELETE FROM index_waiting WHERE seq <= ?", (known_to,))
        numbers = sorted(seq for tail in waiting for seq in tail.seqs[: bisect_right(tail.seqs, watermark)])
        insert_rows(self._connection, "INSERT INTO index_waiting (seq)", [(seq,) for seq in numbers])
        self._connection.execute("UPDATE index_state SET watermark = ?", (watermark,))
        self._watermark = watermark
        return len(numbers)


def _tell_nobody(_: int) -> None:
    """For loading without a progress bar."""
