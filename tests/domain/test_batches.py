"""Reading a batch: all or nothing, every bad event by its index, and ids that come twice."""

from typing import Any

import pytest

from sightlog.domain.errors import Invalid, InvalidJson
from sightlog.domain.event_reading import Reading, read_batch
from sightlog.domain.limits import Limits
from tests.domain.reading import NOW, RULES, an_event, body, problems_of_batch, raw

Json = dict[str, Any]


def batch(*events: Any) -> Json:
    return {"events": list(events)}


def places(found: Any) -> list[tuple[int | None, str]]:
    return [(problem.index, problem.path) for problem in found]


def some(count: int) -> list[Json]:
    return [an_event(eventId=f"event-{n}") for n in range(count)]


@pytest.mark.parametrize("count", [1, 2, 100])
def test_one_to_a_hundred_events_are_taken_in_their_order(count: int) -> None:
    found = read_batch(raw(batch(*some(count))), RULES)
    assert [event.event_id for event in found] == [f"event-{n}" for n in range(count)]
    assert [event.index for event in found] == list(range(count))


@pytest.mark.parametrize("count", [0, 101, 250])
def test_any_other_number_is_refused_as_a_whole(count: int) -> None:
    found = problems_of_batch(batch(*some(count)))
    assert places(found) == [(None, "events")]
    assert f"1 to 100 events, got {count}" in found[0].message


def test_so_it_is_when_they_are_bad_too() -> None:
    found = problems_of_batch(batch(*[{"bad": 1}] * 101))
    assert places(found) == [(None, "events")]


def test_the_largest_batch_is_a_setting() -> None:
    rules = Reading(limits=Limits(batch_events=2), now=NOW, lookback_days=365)
    assert len(read_batch(raw(batch(*some(2))), rules)) == 2
    assert "1 to 2 events, got 3" in problems_of_batch(batch(*some(3)), rules)[0].message


@pytest.mark.parametrize("value", [[], [an_event()], {}, {"events": {}}, {"events": None}, {"event": []}, 5, None])
def test_a_body_without_an_array_of_events_says_what_was_expected(value: Any) -> None:
    found = problems_of_batch(value)
    assert places(found) == [(None, "events")]
    assert '"events"' in found[0].message


def test_every_bad_event_is_named_by_its_index_with_every_problem() -> None:
    found = problems_of_batch(
        batch(
            an_event(),
            an_event(useCaseId=7, eventData={"result": "ok"}),
            an_event(),
            "no event",
            an_event(timestamp="2020-01-01T00:00:00Z"),
            an_event(eventType="quality"),
        )
    )
    assert places(found) == [
        (1, "events.1.useCaseId"),
        (1, "events.1.eventData.result"),
        (3, "events.3"),
        (4, "events.4.timestamp"),
        (5, "events.5.eventType"),
    ]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"eventId": "a\n"}, "eventId"),
        ({"eventId": ""}, "eventId"),
        ({"customMetadata": {"fine": 1, "a/b": 1}}, "customMetadata.a/b"),
        ({"images": [{}, {"metadata": {"a/b": 1}}]}, "images.1.metadata.a/b"),
    ],
)
def test_names_that_the_contract_does_not_allow_are_refused_in_a_batch_too(changes: Json, path: str) -> None:
    found = problems_of_batch(batch(an_event(), an_event(**changes), an_event()))
    assert places(found) == [(1, f"events.1.{path}")]


def test_an_unknown_field_beside_the_events_is_refused() -> None:
    found = problems_of_batch(batch(an_event()) | {"dryRun": True})
    assert places(found) == [(None, "dryRun")]


def test_an_unknown_field_within_an_event_is_a_warning_of_that_event_only() -> None:
    found = read_batch(raw(batch(*some(1), an_event(eventId="odd", site="Graz"))), RULES)
    assert [[warning.code.value for warning in event.warnings] for event in found] == [[], ["unknown_field"]]
    assert body(found[1])["site"] == "Graz"


def test_events_without_ids_get_different_ones() -> None:
    found = read_batch(raw(batch(*[an_event(eventId=...) for _ in range(5)])), RULES)
    assert len({event.event_id for event in found}) == 5


def test_of_an_id_that_comes_twice_the_last_is_stored_with_a_warning() -> None:
    """An outbox that repeats itself must not be stuck for ever."""
    sent = [an_event(eventId=id, comment=str(n)) for n, id in enumerate(("a", "b", "a", "c", "a"))]
    found = {event.event_id: event for event in read_batch(raw(batch(*sent)), RULES)}
    assert {id: body(event)["comment"] for id, event in found.items()} == {"a": "4", "b": "1", "c": "3"}
    assert found["a"].index == 4
    assert [(warning.code.value, warning.path) for warning in found["a"].warnings] == [("repeated_in_batch", "eventId")]
    assert "3 times" in found["a"].warnings[0].message
    assert ("has_warnings", "b", True) in found["a"].entries
    assert (found["b"].warnings, found["c"].warnings) == ([], [])


def test_ids_that_only_look_alike_are_different() -> None:
    sent = [an_event(eventId=id) for id in ("a", "A", " a", "é", "e\u0301")]
    found = read_batch(raw(batch(*sent)), RULES)
    assert len(found) == 5
    assert not any(event.warnings for event in found)


@pytest.mark.parametrize(
    "text", [b"", b"[", b'{"events":[NaN]}', b'{"events":' + b"[" * 99_999, b'{"events":["\\ud800"]}']
)
def test_a_batch_that_is_no_json_is_told_apart(text: bytes) -> None:
    with pytest.raises(InvalidJson):
        read_batch(text, RULES)


def test_a_nul_in_one_event_names_its_index() -> None:
    with pytest.raises(Invalid) as caught:
        read_batch(raw(batch(an_event(), an_event(comment="a\0"))), RULES)
    assert places(caught.value.details) == [(1, "events.1.comment")]


def test_both_ways_of_reading_a_batch_store_the_same() -> None:
    events = some(3)
    quick = read_batch(raw(batch(*events)), RULES)
    thorough = read_batch(raw(batch(*events, an_event(eventId="odd", site=1))), RULES)
    assert thorough[:3] == quick
