"""What the side index and the counts have yet to learn of events that are stored.

An event is stored, and its sender answered, when its row is on disk. What it adds to the tails and to the counts is
learned after that, for many events at once: turned around together they cost a fraction of what each costs alone. A
commit that needs it learns all before it goes on: one that overwrites, removes, counts or seals. And a question waits
until everything is learned that was answered before it.

The ids of events are not among it; the next commit may overwrite by them.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator

from sightlog.domain.batches import facts_of
from sightlog.domain.errors import Busy
from sightlog.domain.fact_columns import MOST_EVENTS
from sightlog.store.sqlite.counting import CountChanges, KeptCounts
from sightlog.store.sqlite.gathering import Portion
from sightlog.store.sqlite.index.keeping import SideIndex

# So many events that came alone are learned together, if nobody asks before: some 4 ms.
_MOST_ALONE = 256
# A tail has room for several of these.
_MOST_OF_A_COMMIT = 8_192
# So long after a question that had to wait everything is learned at once, so that the next ones need not.
_SECONDS_OF_INTEREST = 30.0
# So long a question waits, when the disk holds up the commit that goes on.
_MOST_PATIENCE = 5.0


class Learning:
    """The writer adds, learns, and tells what became of its commit; all others only wait."""

    def __init__(self, index: SideIndex, counts: KeptCounts, last_seq: int) -> None:
        self._index = index
        self._counts = counts
        self._own: list[Portion] = []
        self._stored: list[Portion] = []
        self._turn = threading.Condition()
        self._unsure: list[Portion] = []
        self._failures = 0
        self.is_asked = False
        """Whether a reader waits."""
        self._asked_at = -_SECONDS_OF_INTEREST
        self._stored_to = last_seq
        self.learned_to = last_seq
        """Up to which number everything is learned that is stored."""

    def add(self, portions: Iterable[Portion]) -> None:
        """Events whose rows come with the commit that is being made."""
        self._own += portions

    def is_due_in_commit(self) -> bool:
        """Whether nothing is gained by learning later what the commit brings: a batch, which came turned around."""
        return any(portion.facts is not None for portion in self._own) or _events(self._own) >= _MOST_OF_A_COMMIT

    def learn(self) -> None:
        """Learn everything, in a transaction."""
        self.learn_stored()
        if self._own:
            own, self._own = self._own, []
            self._counts.apply(self._take_in(own))

    def learn_stored(self) -> None:
        """Learn what came with earlier commits, in a transaction. Readers see it at once, where that does not depend on
        what becomes of the transaction, and else with its commit."""
        if not self._stored:
            return
        try:
            is_sure = self._counts.add_stored(self._take_in(self._stored))
        except BaseException:
            self._index.lose()
            raise
        self.is_asked = False
        stored, self._stored = self._stored, []
        if is_sure:
            self._publish()
        else:
            self._unsure = stored

    def knows_all(self) -> bool:
        """Whether there is nothing to learn."""
        return not self._own and not self._stored

    def committed(self, last_seq: int) -> None:
        """The commit is on disk, with events up to this number, and the index and the counts know it."""
        if self._own:
            self._stored += self._own
            self._own = []
        self._unsure = []
        self._stored_to = last_seq
        if not self._stored:
            self._publish()

    def rolled_back(self) -> None:
        """The commit did not happen. Told before the index is, which makes the tails anew when this is not sure."""
        self._own = []
        if self._unsure:
            self._stored, self._unsure = self._unsure, []
            self._index.lose()

    def failed(self) -> None:
        """What is stored could not be learned: whoever waits is told."""
        with self._turn:
            self._failures += 1
            self._turn.notify_all()

    def is_due(self) -> bool:
        """Whether what is stored should be learned now; else it is left for a lull."""
        if not self._stored:
            return False
        is_of_interest = time.monotonic() - self._asked_at < _SECONDS_OF_INTEREST
        return self.is_asked or is_of_interest or self._stored_to - self.learned_to >= _MOST_ALONE

    def is_behind(self) -> bool:
        """Whether something that is stored is not learned."""
        return self.learned_to < self._stored_to

    def wait(self, look: Callable[[], None]) -> None:
        """For readers: wait until everything is learned that is stored now. `look` makes the writer look what is due.
        Raises Busy when it fails or takes too long."""
        stored_to, failures = self._stored_to, self._failures
        self._asked_at = time.monotonic()
        self.is_asked = True
        look()
        with self._turn:
            self._turn.wait_for(lambda: self.learned_to >= stored_to or self._failures > failures, _MOST_PATIENCE)
        if self.learned_to < stored_to:
            raise Busy("the newest events cannot be searched yet; try again in a second")

    def _publish(self) -> None:
        with self._turn:
            self.learned_to = self._stored_to
            self._turn.notify_all()

    def _take_in(self, portions: list[Portion]) -> CountChanges:
        """Put events into the tails; what they add to the counts."""
        self._index.make_room(_events(portions))
        changes = CountChanges()
        by_use_case: dict[int, list[Portion]] = {}
        for portion in portions:
            by_use_case.setdefault(portion.use_case, []).append(portion)
        for alike in by_use_case.values():
            for together in self._runs(alike):
                self._take_in_together(together, changes)
        return changes

    def _runs(self, portions: list[Portion]) -> Iterator[list[Portion]]:
        """Portions of one use case, in their order, by those that can be turned around together."""
        run: list[Portion] = []
        events = 0
        for portion in portions:
            if run and (events + len(portion.pending) > MOST_EVENTS or not self._belong_together(run[-1], portion)):
                yield run
                run, events = [], 0
            run.append(portion)
            events += len(portion.pending)
        yield run

    def _belong_together(self, one: Portion, other: Portion) -> bool:
        return one.facts is None and other.facts is None and self._is_indexed(one) == self._is_indexed(other)

    def _is_indexed(self, portion: Portion) -> bool:
        """Whether the tails have it: because they were made anew when it was stored."""
        return self._index.has_loaded(portion.pending[-1].seq)

    def _take_in_together(self, portions: list[Portion], changes: CountChanges) -> None:
        use_case = portions[0].use_case
        pending = [one for portion in portions for one in portion.pending]
        facts = portions[0].settled() if len(portions) == 1 else facts_of([one.event for one in pending])
        seqs = [one.seq for one in pending]
        if not self._is_indexed(portions[-1]):
            self._index.add(use_case, seqs, [one.event for one in pending], facts.columns)
        changes.add(use_case, facts, self._counts.uncounted(use_case), seqs, [one.received_at for one in pending])


def _events(portions: Iterable[Portion]) -> int:
    """How many events they have."""
    return sum(len(portion.pending) for portion in portions)
