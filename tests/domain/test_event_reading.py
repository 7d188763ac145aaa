"""Reading one event: what is kept of it, what is warned of, and that the quick way and the thorough way agree."""

import json
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlog.domain.errors import Invalid, InvalidJson, Problem
from sightlog.domain.event_reading import (
    AcceptedEvent,
    Reading,
    read_event,
    read_plain_event,
    read_stored,
)
from sightlog.domain.facts import entries_of
from sightlog.domain.limits import Limits
from sightlog.domain.times import format_timestamp
from tests.domain.reading import NOW, RULES, an_event, body, problems_of, raw, read
from tests.profiles import examples
from tests.strategies import events, make_event, metadata_keys, metadata_values, storable_text

Json = dict[str, Any]

DAY = 86_400_000_000
some_events = events(["paint line"], source_ids=(None, "img-1"))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | storable_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(storable_text, inner, max_size=3),
    max_leaves=8,
)


def strict(value: Any) -> str:
    """JSON text that tells 1 from 1.0 and keeps the order of keys."""
    return json.dumps(value)


# What comes back


@given(
    comment=storable_text,
    device=storable_text.filter(bool),
    metadata=st.dictionaries(metadata_keys, metadata_values, max_size=5),
    x=st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    confidence=st.sampled_from([0, 1, 0.0, 1.0]) | st.floats(0, 1),
)
def test_what_was_sent_comes_back_as_sent(
    comment: str, device: str, metadata: Json, x: float, confidence: float
) -> None:
    box = {"class": device, "x": x, "y": 1, "width": 2.0, "height": 3, "confidence": confidence}
    event = an_event(comment=comment, deviceId=device, customMetadata=metadata, images=[{"objectDetections": [box]}])
    found = body(read(event))
    assert (found["comment"], found["deviceId"]) == (comment, device)
    assert strict(found["customMetadata"]) == strict(metadata)
    assert found["images"][0]["objectDetections"][0] == box
    assert strict([found["images"][0]["objectDetections"][0][name] for name in box]) == strict(list(box.values()))


@given(sent=some_events)
def test_a_whole_event_comes_back_as_sent(sent: Json) -> None:
    always: Json = {"eventData": {}, "customMetadata": {}, "images": []}
    accepted = read(sent)
    expected = always | sent | {"timestamp": format_timestamp(accepted.timestamp)}
    del expected["useCaseId"]
    assert json.dumps(body(accepted), sort_keys=True) == json.dumps(expected, sort_keys=True)


@given(name=storable_text.map(lambda name: f"our own {name}"), value=json_values)
def test_an_unknown_field_is_kept_as_sent_wherever_it_stands(name: str, value: Any) -> None:
    box = {"class": "dent", "x": 1, "y": 1, "width": 1, "height": 1, name: value}
    image = {"label": "front", "objectDetections": [box], name: value}
    sent = an_event(eventData={"result": "pass", name: value}, images=[image]) | {name: value}
    found = body(read(sent))
    for holder in (found, found["eventData"], found["images"][0], found["images"][0]["objectDetections"][0]):
        assert strict(holder[name]) == strict(value)


def test_a_null_in_an_optional_field_is_the_same_as_leaving_it_out() -> None:
    nulls = {
        "deviceId": None,
        "comment": None,
        "images": None,
        "customMetadata": None,
        "displayImagePosition": None,
    }
    plain = an_event(eventData={"result": "pass"})
    assert read(plain | nulls | {"eventData": {"result": "pass", "externalId": None}}) == read(plain)


def test_so_it_is_beside_an_unknown_field() -> None:
    """Which is read the thorough way."""
    box = {"class": "dent", "x": 1, "y": 1, "width": 1, "height": 1}
    plain = an_event(images=[{"objectDetections": [box]}], site="Graz")
    nulls = {
        "deviceId": None,
        "eventData": {"externalId": None, **plain["eventData"]},
        "images": [{"label": None, "metadata": None, "objectDetections": [{"confidence": None, **box}]}],
    }
    assert read(plain | nulls) == read(plain)


def test_a_null_of_an_unknown_field_stays() -> None:
    assert body(read(an_event(site=None)))["site"] is None


def test_an_event_without_an_id_gets_a_random_one_and_answers_with_it() -> None:
    first, second = read(an_event(eventId=...)), read(an_event(eventId=...))
    assert UUID(first.event_id).version == 4
    assert first.event_id != second.event_id
    assert body(first)["eventId"] == first.event_id


def test_an_event_that_was_copied_from_a_reply_does_not_repeat_what_the_server_adds() -> None:
    """An unknown field beside, so that the copy goes the thorough way too."""
    copy = an_event(warnings=[{"code": "no_offset"}], feedback={"status": "correct"}, receivedAt="now", site="Graz")
    found = body(read(copy))
    assert found["site"] == "Graz"
    assert not {"warnings", "feedback", "receivedAt", "useCaseId"} & found.keys()


def test_the_event_data_of_a_type_may_be_left_out_but_for_feedback() -> None:
    for event_type in ("quality_check", "inventory_count", "safety_alert", "custom"):
        assert body(read(an_event(event_type, eventData=...)))["eventData"] == {}
    assert [problem.path for problem in problems_of(an_event("operator_feedback", eventData=...))] == ["eventData"]


# The quick way and the thorough way


@settings(max_examples=examples(3))
@given(sent=some_events)
def test_both_ways_of_reading_accept_the_same(sent: Json) -> None:
    assert read_event(raw(sent), RULES) == read_plain_event(msgspec.json.decode(raw(sent)), RULES)


@settings(max_examples=examples(2))
@given(sent=some_events)
def test_an_unknown_field_changes_nothing_but_itself(sent: Json) -> None:
    """It forces the thorough way; all else must be stored as the quick way stores it."""
    plain = {name: value for name, value in sent.items() if name != "site"}
    quick, thorough = read(plain), read(plain | {"zone": 7})
    found = body(thorough)
    assert found.pop("zone") == 7
    assert json.dumps(found, sort_keys=True) == json.dumps(body(quick), sort_keys=True)
    assert [entry for entry in thorough.entries if entry[0] != "has_warnings"] == [
        entry for entry in quick.entries if entry[0] != "has_warnings"
    ]
    assert [warning for warning in thorough.warnings if warning.path != "zone"] == quick.warnings


@given(sent=some_events)
def test_a_stored_event_has_the_facts_it_had_when_it_came(sent: Json) -> None:
    """They are taken away again when it is overwritten or deleted."""
    accepted = read(sent)
    assert entries_of(read_stored(accepted.rest, accepted.images), bool(accepted.warnings)) == accepted.entries


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += _places(item, (*path, key))
    return found


@settings(max_examples=examples(8))
@given(seed=st.integers(0, 10_000), value=json_values, data=st.data())
def test_whatever_stands_where_it_is_an_event_or_problems_with_their_places(
    seed: int, value: Any, data: st.DataObject
) -> None:
    """Put any value anywhere into a valid event: it is accepted and can be taken away again, or refused in words."""
    sent = make_event(random.Random(seed).choice, ["paint line"], source_ids=("img-1",))
    place = data.draw(st.sampled_from([one for one in _places(sent) if one != ("eventId",)]))  # null: a random id
    holder: Any = sent
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    quick = outcome(lambda: read(sent))
    thorough = outcome(lambda: read_plain_event(msgspec.json.decode(raw(sent)), RULES))
    assert quick == thorough
    if isinstance(quick, AcceptedEvent):
        assert entries_of(read_stored(quick.rest, quick.images), bool(quick.warnings)) == quick.entries
    else:
        assert all(_is_near(place, problem.path) for problem in quick), quick


def outcome(read_it: Callable[[], AcceptedEvent]) -> AcceptedEvent | list[Problem]:
    """The event, or what is wrong with it."""
    try:
        return read_it()
    except Invalid as error:
        return error.details


def _is_near(place: tuple[Any, ...], path: str) -> bool:
    """A problem may be below the place, or one above it where a list is too short or a type has other fields."""
    dotted = ".".join(str(part) for part in place)
    return path.startswith((dotted.rsplit(".", 1)[0], "eventData"))


@given(st.binary(max_size=60))
def test_any_bytes_are_an_error_in_words(noise: bytes) -> None:
    with pytest.raises((Invalid, InvalidJson)):
        read_event(noise, RULES)


@given(cut=st.integers(1, 200))
def test_half_an_event_is_not_json(cut: int) -> None:
    whole = raw(an_event(comment="é🏭" * 20))
    with pytest.raises(InvalidJson):
        read_event(whole[: -min(cut, len(whole) - 1)], RULES)


# Bytes that are no JSON, or JSON that cannot be stored


@pytest.mark.parametrize(
    ("replacement", "says"),
    [
        (b"NaN", "not valid JSON"),
        (b"Infinity", "not valid JSON"),
        (b"-Infinity", "not valid JSON"),
        (b"1e400", "out of range"),
        (b"'x'", "not valid JSON"),
        (b'"\\ud800"', "lone surrogate"),
        (b'"\\udc00\\ud800"', "lone surrogate"),
        (b'"\xff"', "not valid JSON"),
        (b'"\xed\xa0\x80"', "not valid JSON"),
        (b'"a\x00b"', "not valid JSON"),
        (b'"a\nb"', "not valid JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested deeper"),
        (b"0x10", "not valid JSON"),
        (b"01", "not valid JSON"),
        (b"", "not valid JSON"),
    ],
)
@pytest.mark.parametrize("field", ["comment", "unknown"])
def test_what_is_no_json_is_told_apart_from_a_bad_event(replacement: bytes, says: str, field: str) -> None:
    text = raw(an_event(**{field: "HERE"})).replace(b'"HERE"', replacement)
    with pytest.raises(InvalidJson, match=says):
        read_event(text, RULES)


@pytest.mark.parametrize("field", ["comment", "eventId", "useCaseId", "deviceId", "timestamp", "eventType", "site"])
def test_a_nul_character_is_refused_wherever_it_stands(field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(an_event() | {field: "a\0b"})
    assert caught.value.details[0].path == field


def test_the_six_letters_of_an_escaped_nul_are_text() -> None:
    assert body(read(an_event(comment="\\u0000")))["comment"] == "\\u0000"


def test_an_unknown_field_may_be_nested_but_not_without_end() -> None:
    value: Any = 1
    for _ in range(60):
        value = [value]
    assert body(read(an_event(site=value)))["site"] == value
    for _ in range(10):
        value = {"a": value}
    with pytest.raises(Invalid, match="nested deeper than 64"):
        read(an_event(site=value))


# Time


@pytest.mark.parametrize(("ago", "ok"), [(365 * DAY, True), (365 * DAY + 1, False), (-DAY, True), (-DAY - 1, False)])
def test_the_window_of_time_is_one_year_back_to_one_day_ahead(ago: int, ok: bool) -> None:
    event = an_event(timestamp=format_timestamp(NOW - ago))
    if ok:
        assert read(event).timestamp == NOW - ago
        return
    with pytest.raises(Invalid) as caught:
        read(event)
    assert [problem.path for problem in caught.value.details] == ["timestamp"]


def test_an_import_takes_any_age() -> None:
    rules = Reading(limits=Limits(), now=NOW, lookback_days=0, any_age=True)
    for timestamp in ("1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"):
        assert body(read(an_event(timestamp=timestamp), rules))["timestamp"].startswith(timestamp[:19])
    with pytest.raises(Invalid, match="ISO 8601"):
        read(an_event(timestamp="0001-01-01T00:00:00+01:00"), rules)


def test_a_time_is_kept_to_the_microsecond_and_answered_in_utc() -> None:
    found = read(an_event(timestamp="2026-08-13T10:00:00.123456789+02:00"))
    assert body(found)["timestamp"] == "2026-08-13T08:00:00.123456Z"
    assert found.warnings == []


# What the store needs to know


def test_feedback_tells_what_it_reviews() -> None:
    found = read(an_event("operator_feedback", comment="no"))
    assert (found.related_event_id, found.feedback) == ("other", "correct")
    assert read(an_event()).related_event_id is None


def test_the_pictures_that_an_event_names_are_told_with_their_places() -> None:
    images = [
        {"sourceId": "a", "inputSourceId": "b"},
        {"label": "none"},
        {"inputSourceId": "c"},
        {"sourceId": ""},
    ]
    assert read(an_event(images=images)).source_ids == [
        ("images.0.sourceId", "a"),
        ("images.0.inputSourceId", "b"),
        ("images.2.inputSourceId", "c"),
    ]


def test_the_use_case_stays_as_it_was_named() -> None:
    assert read(an_event(useCaseId=" Paint LINE ")).use_case == " Paint LINE "


def test_reading_does_not_look_at_the_clock() -> None:
    found: list[AcceptedEvent] = [read(an_event()) for _ in range(2)]
    assert found[0] == found[1]
