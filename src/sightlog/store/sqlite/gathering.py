"""What a transaction has gathered: events that are not in the tables yet, and the portions that they make up."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy

from msgspec import Struct

from sightlog.domain.batches import TurnedFacts, facts_of
from sightlog.domain.event_reading import AcceptedEvent
from sightlog.domain.fact_columns import entries_of_each, with_added
from sightlog.domain.stored import Receipt


class Pending(Struct, eq=False):
    """An event on its way into the tables; `receipt` learns what became of it, `seq` is its number in the end."""

    workspace: int
    use_case: int
    key: int | None
    event: AcceptedEvent
    receipt: Receipt
    received_at: int
    seq: int = 0


class Portion(Struct, eq=False):
    """Events of one use case, in the order in which they came. `facts` are theirs when these came turned around; the
    events hold them themselves otherwise."""

    use_case: int
    pending: list[Pending]
    facts: TurnedFacts | None = None

    def settled(self) -> TurnedFacts:
        """All facts, turned around: to be called when nothing is added to the events any more."""
        if self.facts is not None:
            if not any(one.event.entries for one in self.pending):
                return self.facts
            _turn_back(self.pending, self.facts)
        return facts_of([one.event for one in self.pending])


class Gathered:
    """Events whose ids are distinct within a workspace, and their portions: within a use case, one after the other."""

    def __init__(self) -> None:
        self.pending: list[Pending] = []
        self.portions: list[Portion] = []
        self._ids: set[tuple[int, str]] = set()
        self._open: dict[int, list[Pending]] = {}

    def has_any(self, pending: Sequence[Pending]) -> bool:
        """Whether an event with the id of one of these is here."""
        return bool(self._ids) and any((one.workspace, one.event.event_id) in self._ids for one in pending)

    def add(self, pending: Sequence[Pending], facts: Mapping[str, TurnedFacts] | None) -> None:
        """Add events. `facts`, by what the events call their use case, is what was turned around before."""
        self.pending += pending
        self._ids.update((one.workspace, one.event.event_id) for one in pending)
        if facts is None:
            for one in pending:
                self._add_to_open(one)
        else:
            self._add_turned(pending, facts)

    def _add_to_open(self, one: Pending) -> None:
        """Events that come one by one make up a portion together, until there is another one of their use case."""
        waiting = self._open.get(one.use_case)
        if waiting is None:
            waiting = self._open[one.use_case] = []
            self.portions.append(Portion(one.use_case, waiting))
        waiting.append(one)

    def _add_turned(self, pending: Sequence[Pending], facts: Mapping[str, TurnedFacts]) -> None:
        mine = _by_reference(pending)
        assert all(facts[reference].columns.events == len(ones) for reference, ones in mine.items())
        if len({ones[0].use_case for ones in mine.values()}) < len(mine):
            for reference, ones in mine.items():  # one use case by its id and by its name, mixed
                _turn_back(ones, facts[reference])
            for one in pending:
                self._add_to_open(one)
            return
        for reference, ones in mine.items():
            self._open.pop(ones[0].use_case, None)
            self.portions.append(Portion(ones[0].use_case, ones, facts[reference]))


def _by_reference(pending: Iterable[Pending]) -> dict[str, list[Pending]]:
    found: dict[str, list[Pending]] = {}
    for one in pending:
        found.setdefault(one.event.use_case, []).append(one)
    return found


def _turn_back(pending: Sequence[Pending], facts: TurnedFacts) -> None:
    """Give the events, or copies for this commit, their facts back beside what was added to them."""
    added = [one.event.entries for one in pending]
    for one, entries in zip(pending, with_added(entries_of_each(facts.columns), added), strict=True):
        one.event = copy(one.event)
        one.event.entries = entries
