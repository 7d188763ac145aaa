"""Reviews by three operators: `operator_feedback` events that follow some of the others."""

from datetime import UTC, datetime, timedelta
from random import Random

from sightlog.demo.assembly_line import is_reflection
from sightlog.demo.bodies import Body, wire_time
from sightlog.demo.plants import REVIEWERS
from sightlog.demo.timetable import Slot, event_id_of

LONGEST_DELAY = timedelta(hours=18)

_DESK_OPENS, _DESK_CLOSES = 6, 18
_LEFT_TO_CHANCE = {"correct": 0.82, "incorrect": 0.12, "inconclusive": 0.06}
_REFLECTION_COMMENTS = (
    "Reflection of the ring light, not a scratch",
    "Only a reflection on the chamfer, the part is fine",
    "The lamp reflects in the brushed surface, nothing to feel with the nail",
)
_COMMENTS = {
    "correct": ("Confirmed at the station", "Agreed", "Seen, taken care of", None, None),
    "incorrect": ("Cannot see it on the part", "Wrong, checked by hand", "That was dust"),
    "inconclusive": ("Too dark to tell", "Please look again at the next shift change"),
}


def review_of(slot: Slot, event: Body) -> tuple[datetime, Body] | None:
    """The review that this event gets, if any, with its moment: within 18 hours, when somebody is at work."""
    chance = Random(f"{slot.event_id}/review")
    doubtful = is_reflection(event)
    if chance.random() >= (0.8 if doubtful else _share_reviewed(event)):
        return None
    feedback = "incorrect" if doubtful else chance.choices(list(_LEFT_TO_CHANCE), [*_LEFT_TO_CHANCE.values()])[0]
    comment = chance.choice(_REFLECTION_COMMENTS if doubtful else _COMMENTS[feedback])
    reviewer = chance.choice(REVIEWERS[slot.camera.site])
    moment = _moment_of_review(chance, slot)
    body = {
        "eventId": event_id_of(f"{slot.event_id}/review"),
        "eventType": "operator_feedback",
        "useCaseId": event["useCaseId"],
        "timestamp": wire_time(moment),
        "eventData": {"relatedEventId": slot.event_id, "feedback": feedback},
        "customMetadata": {"site": slot.camera.site, "reviewer": reviewer},
    }
    if comment:
        body["comment"] = f"{comment} ({reviewer.split()[0]})"
    return moment, body


def _share_reviewed(event: Body) -> float:
    event_data = event["eventData"]
    if event["eventType"] == "safety_alert":
        return 0.2
    if event_data.get("result") == "fail":
        return 0.35
    return 0.008


def _moment_of_review(chance: Random, slot: Slot) -> datetime:
    """Soon after the event; in the evening and at night, the next morning."""
    soon = slot.local + timedelta(minutes=3 + 100 * chance.random() ** 2)
    if soon.hour >= _DESK_CLOSES:
        soon += timedelta(days=1)
    if not _DESK_OPENS <= soon.hour < _DESK_CLOSES:
        soon = soon.replace(hour=_DESK_OPENS, minute=5, fold=0) + timedelta(minutes=150 * chance.random())
    moment = soon.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
