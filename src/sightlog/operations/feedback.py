"""Giving feedback in the dashboard, and taking it back. What keys send comes in as events (operations/events.py)."""

from collections.abc import Sequence

from sightlog.blobs.contract import Blobs
from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import Forbidden, Invalid, NotFound
from sightlog.domain.event_reading import AcceptedEvent, Reading, read_plain_event
from sightlog.domain.events import EventType
from sightlog.domain.limits import Limits
from sightlog.domain.names import new_event_id
from sightlog.domain.times import format_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.operations import retention
from sightlog.store.contract import Store

MOST_EVENTS = 1000


def give_feedback(
    store: Store,
    caller: Caller,
    reviewer: int,
    use_case: UseCase,
    event_ids: Sequence[str],
    verdict: str,
    comment: str,
    limits: Limits,
    now: int,
) -> list[str]:
    """Store a person's verdict on events of a use case, all or none; the ids of the feedback events, in the order of
    the events. Raises Invalid for a bad verdict or comment, for no event or too many, and for feedback on feedback;
    NotFound when an event is not there; ArchivedUseCase."""
    ids = list(dict.fromkeys(event_ids))
    if not 1 <= len(ids) <= MOST_EVENTS:
        raise Invalid.at("event", f"expected 1 to {MOST_EVENTS} events, got {len(ids)}")
    types = store.event_types(caller.workspace, use_case, ids)
    for event_id in ids:
        if event_id not in types:
            raise NotFound(f"no event has the id '{event_id[:80]}'; it may have been deleted meanwhile")
        if types[event_id] == EventType.OPERATOR_FEEDBACK:
            raise Invalid.at("event", "this is feedback itself; give yours on the event that it is about")
    rules = Reading(limits=limits, now=now, lookback_days=0)
    accepted = [_accept(use_case, event_id, verdict, comment, reviewer, rules) for event_id in ids]
    return [receipt.event_id for receipt in store.add_events(caller.workspace, None, accepted, now).result()]


def _accept(
    use_case: UseCase, event_id: str, verdict: str, comment: str, reviewer: int, rules: Reading
) -> AcceptedEvent:
    body = {
        "eventId": new_event_id(),
        "eventType": EventType.OPERATOR_FEEDBACK.value,
        "useCaseId": use_case.id,
        "timestamp": format_timestamp(rules.now),
        "eventData": {"relatedEventId": event_id, "feedback": verdict},
    }
    event = read_plain_event(body | ({"comment": comment} if comment else {}), rules)
    event.reviewer = reviewer
    return event


def take_back(
    store: Store, blobs: Blobs, caller: Caller, reviewer: int, use_case: UseCase, feedback_ids: Sequence[str]
) -> int:
    """Remove feedback that the person gave: how many entries went. What is gone already counts as taken back. Raises
    Forbidden, and removes nothing, when some of it is another person's, or came with a key."""
    reviewers = store.reviewers(caller.workspace, feedback_ids)
    if any(giver != reviewer for giver in reviewers.values()):
        raise Forbidden("this is not your feedback; only who gave it can take it back")
    deleted = retention.delete_events(store, blobs, caller, use_case.id, list(reviewers))
    return deleted.deleted + sum(_take_back_elsewhere(store, blobs, caller, one) for one in deleted.not_found)


def _take_back_elsewhere(store: Store, blobs: Blobs, caller: Caller, feedback_id: str) -> int:
    """Feedback stays in its use case when the event that it is about moves to another one."""
    feedback = store.find_event(caller.workspace, feedback_id)
    if feedback is None:
        return 0
    return retention.delete_events(store, blobs, caller, feedback.use_case_id, [feedback_id]).deleted
