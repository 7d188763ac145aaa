"""Every filter finds, and counts, just the events that a plain evaluator picks, wherever the index is cut."""

import json
from bisect import bisect_right
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import convert

from sightlog.domain.aggregates import Figures, field_of_grouping
from sightlog.domain.filters import EventFilters, Selection, select
from sightlog.domain.times import microseconds
from tests.contract.backends import Backend
from tests.contract.plant import Plant
from tests.contract.sealing import SEALS, sealing
from tests.evaluator import matches, moment, newest_first
from tests.profiles import examples
from tests.strategies import events, filters, seeded_events

Json = dict[str, Any]
HOUR = 3_600_000_000


@pytest.fixture(scope="module", params=list(SEALS))
def seals(request: pytest.FixtureRequest) -> Iterator[None]:
    """When the index seals its tails; this must never change an answer."""
    with sealing(request.param):
        yield


class Table:
    """A use case with many events, and the same events as queries answer them."""

    def __init__(self, plant: Plant, name: str, made: list[Json]) -> None:
        self.plant = plant
        self.use_case = plant.use_case(name)
        beside = plant.use_case(name + " (beside)")
        strange = plant.use_case(name, plant.theirs)
        mine = [event | {"useCaseId": self.use_case.id} for event in made]
        noise = [event | {"useCaseId": beside.id, "eventId": event["eventId"] + "?"} for event in made[:20]]
        plant.add(*mine)
        plant.add(*noise)
        plant.add(*[event | {"useCaseId": strange.id} for event in made[:20]], workspace=plant.theirs)
        found = plant.store.export_events(plant.mine, self.use_case.number, 0, 10_000)
        warned = {event.event_id: json.loads(event.warnings or b"[]") for event in found}
        verdicts = newest_verdicts(mine + noise)
        self.events = [self._as_answered(event, warned[event["eventId"]], verdicts) for event in made]

    def _as_answered(self, event: Json, warnings: list[Json], verdicts: dict[str, str]) -> Json:
        answered: Json = {"eventData": {}, "customMetadata": {}, "images": []} | event | {"warnings": warnings}
        if event["eventId"] in verdicts and event["eventType"] != "operator_feedback":
            answered["feedback"] = {"status": verdicts[event["eventId"]]}
        return answered

    def check(self, wanted: Json) -> None:
        """The store's answers to these filters are the evaluator's."""
        expected = [event["eventId"] for event in newest_first(self.events) if matches(wanted, event)]
        selection = select(convert({"useCaseId": self.use_case.id} | wanted, EventFilters))
        store, mine = self.plant.store, self.plant.mine
        page = store.find_events(mine, self.use_case, selection, None, 1000)
        assert [event.event_id for event in page.events] == expected
        assert page.next is None
        count = store.count_events(mine, self.use_case, selection, None)
        assert (count.count, count.exact) == (len(expected), True)
        capped = store.count_events(mine, self.use_case, selection, 3)
        assert (capped.count, capped.exact) == (min(3, len(expected)), len(expected) <= 3)
        self._check_aggregates(selection, [event for event in self.events if matches(wanted, event)])

    def _check_aggregates(self, selection: Selection, found: list[Json]) -> None:
        """By any grouping, in all and by the hour, the figures are those of a plain count."""
        start, end = selection.span.start, selection.span.end
        times = [microseconds(moment(event["timestamp"])) for event in self.events]
        low = min(times) if start is None else start
        high = max(max(times) if end is None else end, low)
        edges = [low - 1, *range(low + HOUR, min(high, low + 50 * HOUR), HOUR), high + 1]
        groupings = (
            None,
            "event_type",
            "result",
            "device",
            "detection_class",
            "feedback_status",
            "metadata.shift",
        )
        for grouping in (groupings[len(found) % len(groupings)],):  # each in its turn: all of them took minutes
            field = None if grouping is None else field_of_grouping(grouping)
            for buckets in (None, edges):
                plain = plain_aggregate(found, grouping, buckets)
                real = self.plant.store.aggregate(self.plant.mine, self.use_case, selection, field, buckets, 1000)
                assert [counted(one) for one in real.buckets] == plain.pop(...), grouping
                groups = {(group.type, group.value): group.buckets or [group] for group in real.groups}
                assert {value: [counted(one) for one in rows] for value, rows in groups.items()} == plain, grouping
                assert [group.count for group in real.groups] == sorted((g.count for g in real.groups), reverse=True)


def counted(figures: Figures) -> tuple[int, int, int, int]:
    return figures.count, figures.fails, figures.alerts, figures.checked


def plain_aggregate(found: list[Json], grouping: str | None, edges: list[int] | None) -> dict[Any, list[Any]]:
    """Value (and ... for all events together) → figures of each bucket, counted one by one."""
    rows = 1 if edges is None else len(edges) - 1
    sums: dict[Any, list[list[int]]] = {...: [[0] * 4 for _ in range(rows)]}
    for event in found:
        at = 0 if edges is None else bisect_right(edges, microseconds(moment(event["timestamp"]))) - 1
        result = event["eventData"].get("result") or None
        one = (1, int(result == "fail"), int(event["eventType"] == "safety_alert"), int(result is not None))
        for value in (..., *(plain_values(event, grouping) if grouping else ())):
            row = sums.setdefault(value, [[0] * 4 for _ in range(rows)])[at]
            row[:] = [old + new for old, new in zip(row, one, strict=True)]
    return {value: [tuple(row) for row in lines] for value, lines in sums.items()}


def plain_values(event: Json, grouping: str) -> set[Any]:
    """The values that an event has for a grouping; None when it has none."""
    values: Any = {
        "event_type": [event["eventType"]],
        "result": [event["eventData"].get("result")],
        "device": [event.get("deviceId")],
        "feedback_status": [event.get("feedback", {}).get("status")],
        "metadata.shift": [event["customMetadata"].get("shift")],
        "detection_class": [
            one["class"]
            for image in event["images"]
            for name in ("objectDetections", "classifications", "instanceSegmentations", "keypoints")
            for one in image.get(name) or ()
        ],
    }[grouping]
    empty = (None,) if grouping.startswith("metadata.") else (None, "")
    return {(type_of(value), value) for value in values if value not in empty} or {(None, None)}


def type_of(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    return "boolean" if isinstance(value, bool) else "number"


def newest_verdicts(made: list[Json]) -> dict[str, str]:
    """Event id → what its newest review says; `made` is in the order of arrival."""
    reviews = [event for event in made if event["eventType"] == "operator_feedback"]
    oldest_first = sorted(reviews, key=lambda review: moment(review["timestamp"]))
    return {review["eventData"]["relatedEventId"]: review["eventData"]["feedback"] for review in oldest_first}


@pytest.fixture(scope="module")
def shared(kind: type[Backend], seals: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """One store for the module; every example has use cases of its own."""
    backend = kind(Path(tmp_path_factory.mktemp("filters")) / "data")
    plant = Plant(backend, backend.open())
    yield plant
    plant.store.close()


@pytest.fixture(scope="module")
def table(shared: Plant) -> Table:
    """Three hundred varied events over four hours, some in the same microsecond."""
    return Table(shared, "many events", seeded_events(300, 7, "many events"))


@settings(max_examples=examples(3))
@given(wanted=filters())
def test_a_query_finds_what_the_evaluator_picks(table: Table, wanted: Json) -> None:
    table.check(wanted)


@settings(max_examples=examples(1))
@given(data=st.data())
def test_so_it_does_among_a_few_events_of_any_kind(shared: Plant, data: st.DataObject) -> None:
    made = data.draw(st.lists(events(["any"]), min_size=1, max_size=6, unique_by=lambda event: event["eventId"]))
    name = f"few events {next(numbers)}"  # ids are unique in a workspace, so each example has its own
    few = Table(shared, name, [_renamed(event, name) for event in made])
    for wanted in data.draw(st.lists(filters(), min_size=1, max_size=4)):
        few.check(wanted)


numbers = count()


def _renamed(event: Json, name: str) -> Json:
    renamed = event | {"eventId": f"{event['eventId']} {name}"}
    related = event["eventData"].get("relatedEventId")
    if related is not None:
        renamed["eventData"] = event["eventData"] | {"relatedEventId": f"{related} {name}"}
    return renamed
