"""What is new to a person: noting that they look at a use case, and when they did before."""

from contextlib import suppress

from sightlog.domain.errors import Busy
from sightlog.domain.last_visits import LastVisit
from sightlog.domain.use_cases import UseCase
from sightlog.store.contract import Store


def note_visit(store: Store, workspace: int, person: int, use_case: UseCase, now: int) -> int | None:
    """Note the visit, and return when the one before ended; None on the first. It never waits for the disk."""
    known = store.find_visits(workspace, person).get(use_case.number)
    visit = known.at(now) if known else LastVisit(now, None)
    if known is None or not known.is_fresh(now):
        # A page is not refused because too much waits to be written; the next one notes the visit.
        with suppress(Busy):
            store.note_visit(workspace, person, use_case, visit)
    return visit.before
