"""Events of a batch, ready to be stored: what they have in common is turned around where the batch was read."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from sightlog.domain.event_reading import AcceptedEvent
from sightlog.domain.fact_columns import MOST_EVENTS, FactColumns, grouped
from sightlog.domain.facts import Entry
from sightlog.domain.tallies import Contributions, contributions


class TurnedFacts(Struct, frozen=True, array_like=True):
    """The facts of some events of one use case, and what follows from them."""

    columns: FactColumns
    contributions: Contributions


class AcceptedBatch(Struct, frozen=True, array_like=True):
    """Events that passed their rules. `facts` are theirs, by what the events call their use case, for all events that
    call it so, in their order; the events' own lists are empty, until something is added to them. None when the events
    are too many to be turned around at once; they hold their facts themselves then."""

    events: list[AcceptedEvent]
    facts: dict[str, TurnedFacts] | None


def turned(events: Iterable[Iterable[Entry]], timestamps: Sequence[int]) -> TurnedFacts:
    """The facts of events of one use case, at most MOST_EVENTS, given by their entries and times (microseconds)."""
    facts = grouped(events)
    return TurnedFacts(facts.columns(), contributions(facts, timestamps))


def facts_of(events: Sequence[AcceptedEvent]) -> TurnedFacts:
    """The facts of events of one use case that hold them themselves."""
    return turned([event.entries for event in events], [event.timestamp for event in events])


def turn_around(events: list[AcceptedEvent]) -> AcceptedBatch:
    """The events with their facts apart; these are taken out of them."""
    if len(events) > MOST_EVENTS:
        return AcceptedBatch(events, None)
    by_use_case: dict[str, list[AcceptedEvent]] = {}
    for event in events:
        by_use_case.setdefault(event.use_case, []).append(event)
    batch = AcceptedBatch(events, {reference: facts_of(alike) for reference, alike in by_use_case.items()})
    for event in events:
        event.entries = []
    return batch
