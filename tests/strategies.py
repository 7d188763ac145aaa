"""Random but telling events and filters: few different values, so that ids repeat, filters hit, and edges meet.

One recipe makes them by any means of choosing: hypothesis draws (and shrinks), a seeded generator fills a table.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Pick = Callable[[Sequence[Any]], Any]

BEGIN = datetime(2026, 8, 10, 22, 0, tzinfo=UTC)
"""The first quarter-hour that events fall into; a Monday evening, so that midnight is among them."""

ABSENT = None
EVENT_IDS = ("e1", "e2", "e3", "e4", "e5", "é", "e", "漢", "🏭", "￿", "e1/query", "E1")
DEVICES = (ABSENT, "cam-1", "cam-2", "cam-10", "Cam-1", "カメラ", "")
STREAMS = (ABSENT, ABSENT, "line-1", "line-2")
WORKFLOWS = (ABSENT, ABSENT, "wf-a", "wf-b", "wf", "\U0010ffff")
NUMBERS = (0, 1, 1.0, -1, 70, 70.5, 0.1, -0.0, 2**53, -(2**53), 1e300, 5e-324, 1e22)
TEXTS = (
    "morning",
    "Morning",
    "mor",
    "night shift",
    "",
    "1",
    "true",
    "100%_A",
    "çé",
    "🏭 7",
    "a\x1fb",
    "a'b\"c\\",
)
VALUES: tuple[Any, ...] = (*TEXTS, *NUMBERS, True, False)
FIELDS = ("shift", "temp", "line id", "x-1_Y")
CLASSES = ("scratch", "dent", "Scratch", "día", "a.b", "\U0010ffff")
CONFIDENCES = (ABSENT, 0, 0.0, 0.25, 0.5, 0.500001, 0.9, 1, 1.0)
VERDICTS = ("correct", "incorrect", "inconclusive")
EVENT_TYPES = ("quality_check", "inventory_count", "safety_alert", "custom", "operator_feedback")
EXTERNAL_IDS = (ABSENT, "batch-7", "batch-8", "")
MICROSECONDS = (0, 0, 1, 2, 450_000_000, 899_999_999)
QUARTER_HOURS = 16


def _without_absent(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not ABSENT}


def moment_text(quarter_hour: int, microsecond: int) -> str:
    """A time so far from the beginning, with all six digits."""
    when = BEGIN + timedelta(minutes=15 * quarter_hour, microseconds=microsecond)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f")


def make_event_data(pick: Pick, event_type: str, related_ids: Sequence[str]) -> Json:
    """Event data of a type, complete or not."""
    if event_type == "operator_feedback":
        return {"relatedEventId": pick(related_ids), "feedback": pick(VERDICTS)}
    fields: Json = {"externalId": pick(EXTERNAL_IDS)}
    if event_type == "quality_check":
        fields |= {"result": pick((ABSENT, "pass", "fail", "fail")), "confidence": pick(CONFIDENCES)}
    elif event_type == "inventory_count":
        places, kinds = (ABSENT, "A-1", "a-1", ""), (ABSENT, "carton", "pallet")
        fields |= {
            "location": pick(places),
            "itemCount": pick((ABSENT, 0, 1, 12, 2**53)),
            "itemType": pick(kinds),
        }
    elif event_type == "safety_alert":
        severities = (ABSENT, "low", "medium", "high")
        fields |= {"alertType": pick((ABSENT, "fire", "no_helmet")), "severity": pick(severities)}
    else:
        fields["value"] = pick((ABSENT, "anything", ""))
    return _without_absent(fields)


def make_annotation(pick: Pick, kind: str) -> Json:
    """A prediction of a kind, with a class and perhaps a confidence."""
    annotation: Json = _without_absent({"class": pick(CLASSES), "confidence": pick(CONFIDENCES)})
    if kind != "classifications":
        annotation |= {"x": 320.5, "y": 240, "width": 50, "height": 40.0}
    if kind == "instanceSegmentations":
        annotation["points"] = [[0, 0], [9.5, 0], [9, 9]]
    if kind == "keypoints" and pick((True, False)):
        annotation["keypoints"] = [{"id": 0, "x": 1.0, "y": 2}]
    return annotation


def make_image(pick: Pick, source_ids: Sequence[str | None]) -> Json:
    """An images entry with some annotations and metadata."""
    image: Json = {"label": pick((ABSENT, "workflow")), "sourceId": pick(source_ids)}
    for _ in range(pick((0, 1, 2, 3))):
        kind = pick(("objectDetections", "classifications", "instanceSegmentations", "keypoints"))
        image.setdefault(kind, []).append(make_annotation(pick, kind))
    if pick((False, True)):
        image["metadata"] = make_metadata(pick, 2)
    return _without_absent(image)


def make_metadata(pick: Pick, most: int) -> Json:
    """Flat metadata of up to so many fields."""
    return {pick(FIELDS): pick(VALUES) for _ in range(pick(range(most + 1)))}


def make_event(
    pick: Pick,
    use_cases: Sequence[str],
    ids: Sequence[str] = EVENT_IDS,
    source_ids: Sequence[str | None] = (ABSENT,),
) -> Json:
    """A valid event of any type; some of them have something that is worth a warning."""
    event_type = pick(EVENT_TYPES)
    event: Json = {
        "eventId": pick(ids),
        "eventType": event_type,
        "useCaseId": pick(use_cases),
        "timestamp": moment_text(pick(range(QUARTER_HOURS)), pick(MICROSECONDS)) + pick(("Z", "Z", "+00:00", "")),
        "deviceId": pick(DEVICES),
        "streamId": pick(STREAMS),
        "workflowId": pick(WORKFLOWS),
        "eventData": make_event_data(pick, event_type, ids),
        "images": [make_image(pick, source_ids) for _ in range(pick((0, 0, 1, 2)))],
        "comment": pick((ABSENT, ABSENT, "looks odd")),
    }
    if pick((True, True, False)):
        event["customMetadata"] = make_metadata(pick, 3)
    if pick((False, False, False, True)):
        event["site"] = {"plant": ["Graz", 7, None]}
    return _without_absent(event)


def events(
    use_cases: Sequence[str], ids: Sequence[str] = EVENT_IDS, source_ids: Sequence[str | None] = (ABSENT,)
) -> st.SearchStrategy[Json]:
    """Events for hypothesis."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Json:
        return make_event(lambda choices: draw(st.sampled_from(choices)), use_cases, ids, source_ids)

    return drawn()


def seeded_events(count: int, seed: int, use_case: str, ids: Sequence[str] | None = None) -> list[Json]:
    """Events with distinct ids, the same for the same seed."""
    pick = random.Random(seed).choice
    names = [f"{EVENT_IDS[n % len(EVENT_IDS)]}.{n}" for n in range(count)] if ids is None else ids
    made = [make_event(pick, [use_case], names) for _ in range(count)]
    return [event | {"eventId": name} for event, name in zip(made, names, strict=True)]


storable_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
metadata_keys = st.from_regex(r"[a-zA-Z0-9_ -]{1,100}", fullmatch=True)
metadata_values = (
    storable_text
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=64)
)


TEXT_OPERATORS = ("eq", "neq", "in", "not_in", "contains", "starts_with", "exists")
ORDER_OPERATORS = ("gt", "gte", "lt", "lte")
COUNT_OPERATORS = ("eq", "neq", *ORDER_OPERATORS, "in", "not_in")
NUMBER_OPERATORS = (*COUNT_OPERATORS, "exists")


def _operation(pick: Pick, operators: Sequence[str], values: Sequence[Any]) -> Json:
    """An operator with a value that fits it; `values` are of one type."""
    operator = pick(operators)
    if operator == "exists":
        return {"operator": operator, "value": pick((True, False))}
    if operator in ("in", "not_in"):
        return {"operator": operator, "value": [pick(values) for _ in range(pick((1, 2, 3)))]}
    return {"operator": operator, "value": pick(values)}


def _make_metadata_filter(pick: Pick) -> Json:
    kind = pick(("string", "number", "boolean"))
    operators, values = {
        "string": (TEXT_OPERATORS, (*TEXTS, "o", "orn", "m", "é")),
        "number": (NUMBER_OPERATORS, (*NUMBERS, 69.5, 1.5, 71)),
        "boolean": (("eq", "neq", "exists"), (True, False)),
    }[kind]
    made = {"field": pick((*FIELDS, "never")), **_operation(pick, operators, values)}
    return made | ({"type": kind} if pick((True, False)) else {})


def _make_column_filter(pick: Pick) -> Json:
    column, values = pick(
        (
            ("event_type", (*EVENT_TYPES, "quality", "unheard_of")),
            ("result", ("pass", "fail", "p", "")),
            ("location", ("A-1", "a", "")),
            ("item_type", ("carton", "pallet", "let")),
            ("alert_type", ("fire", "no_helmet", "no_")),
            ("severity", ("low", "medium", "high")),
            ("feedback", VERDICTS),
            ("related_event_id", EVENT_IDS[:4]),
            ("item_count", (0, 1, 1.0, 12, 11.5, 2**53)),
        )
    )
    operators = NUMBER_OPERATORS if column == "item_count" else TEXT_OPERATORS
    return {"column": column, **_operation(pick, operators, values)}


def _make_detection_filter(pick: Pick) -> Json:
    made = _operation(pick, ("eq", "neq", "in", "not_in"), (*CLASSES, "never"))
    if pick((True, False)):
        bound = pick((0, 0.25, 0.5, 0.75, 0.9, 1, 1.0))
        made["confidence"] = {"operator": pick(ORDER_OPERATORS), "value": bound}
    return made


def _make_bound(pick: Pick) -> str:
    if pick((True, False, False)):
        return str(pick(("2026-08-10", "2026-08-11", "2026-08-12")))
    shape = pick((("", "Z"), ("", "+00:00"), ("123", "Z")))  # nanoseconds are cut off
    return moment_text(pick(range(QUARTER_HOURS)), pick(MICROSECONDS)) + "".join(shape)


_FILTERS: dict[str, Callable[[Pick], Any]] = {
    "startTime": _make_bound,
    "endTime": _make_bound,
    "eventType": lambda pick: pick(EVENT_TYPES),
    "eventTypes": lambda pick: [pick(EVENT_TYPES) for _ in range(pick((1, 2, 3)))],
    "deviceId": lambda pick: _operation(pick, TEXT_OPERATORS, ("cam-1", "cam", "カメラ", "", "never")),
    "streamId": lambda pick: _operation(pick, TEXT_OPERATORS, ("line-1", "line-", "2")),
    "workflowId": lambda pick: _operation(pick, TEXT_OPERATORS, ("wf-a", "wf", "\U0010ffff")),
    "externalId": lambda pick: _operation(pick, TEXT_OPERATORS, ("batch-7", "batch", "")),
    "detection": _make_detection_filter,
    "customMetadataFilters": lambda pick: [_make_metadata_filter(pick) for _ in range(pick((1, 1, 2)))],
    "imageMetadataFilters": lambda pick: [_make_metadata_filter(pick) for _ in range(pick((1, 1, 2)))],
    "eventFieldFilters": lambda pick: [_make_column_filter(pick) for _ in range(pick((1, 1, 2)))],
    "imageCount": lambda pick: _operation(pick, COUNT_OPERATORS, (0, 1, 1.0, 2, 1.5)),
    "hasWarnings": lambda pick: pick((True, False)),
    "feedbackStatus": lambda pick: [pick((*VERDICTS, "none")) for _ in range(pick((1, 2, 3)))],
    "outcomes": lambda pick: [pick(("pass", "fail", "alert")) for _ in range(pick((1, 1, 2, 3)))],
}


@st.composite
def filters(draw: st.DrawFn) -> Json:
    """The filters of a query, one to three of them, without the use case."""

    def pick(choices: Sequence[Any]) -> Any:
        return draw(st.sampled_from(choices))

    names = [pick(tuple(_FILTERS)) for _ in range(pick((1, 1, 2, 2, 3)))]
    return {name: _FILTERS[name](pick) for name in names}
