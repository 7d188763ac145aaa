"""The state of a list in its address: there and back, what it means, and what is said of what means nothing."""

from typing import Any
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlog.dashboard.filter_bodies import Meaning, read_meaning
from sightlog.dashboard.filter_chips import Chip, chips
from sightlog.dashboard.filter_urls import OPERATORS, SEGMENTS, Filter, ListState, parse, value_of_text, value_text
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.filters import select
from sightlog.domain.times import parse_timestamp
from tests.evaluator import matches
from tests.profiles import load_profile

load_profile()

CLOCK = WallClock(ZoneInfo("Europe/Berlin"), parse_timestamp("2026-11-27T12:00:00Z")[0])


def state_of(address: str) -> ListState:
    return parse(parse_qs(address, keep_blank_values=True))


def meaning_of(address: str) -> Meaning:
    return read_meaning(state_of(address), "u", CLOCK)


def body_of(address: str) -> dict[str, Any]:
    meaning = meaning_of(address)
    assert not meaning.problems
    return {name: value for name, value in meaning.body.items() if name != "useCaseId"}


def only_chip(address: str) -> Chip:
    (chip,) = chips(state_of(address), meaning_of(address), CLOCK)
    return chip


TEXTS = st.text(min_size=1, max_size=12)
KEYS = st.from_regex(r"[a-zA-Z0-9_ -]{1,12}", fullmatch=True)
NAMES = st.one_of(
    st.sampled_from(["device", "stream", "type", "class", "outcome", "feedback", "warnings", "from", "field.result"]),
    KEYS.map(lambda key: f"m.{key}"),
    KEYS.map(lambda key: f"i.{key}"),
)
FILTERS = st.builds(
    Filter,
    NAMES,
    st.sampled_from(list(OPERATORS)),
    st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(tuple),
)


@st.composite
def states(draw: st.DrawFn) -> ListState:
    filters = draw(st.lists(FILTERS, max_size=5, unique_by=lambda one: (one.name, one.operator)))
    state = ListState(
        filters=tuple(filters),
        view=draw(st.sampled_from(["", "grid", "rows"])),
        cursors=tuple(draw(st.lists(TEXTS, max_size=3))),
        event=draw(st.text(max_size=8)),
    )
    segment = draw(st.sampled_from(["", *SEGMENTS]))
    return state.in_segment(segment) if segment else state


@given(states())
def test_a_state_comes_back_from_its_address(state: ListState) -> None:
    back = state_of(urlencode(state.query(), doseq=True))
    assert sorted(back.filters, key=repr) == sorted(state.filters, key=repr)
    assert (back.view, back.cursors, back.event) == (state.view, state.cursors, state.event)
    assert back.query() == state.query()


@given(st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=3), max_size=5))
def test_no_address_is_refused(query: dict[str, list[str]]) -> None:
    """What means nothing becomes a chip; what means something is a query that the API takes."""
    state = parse(query)
    meaning = read_meaning(state, "u", CLOCK)
    select(meaning.filters)
    assert len(chips(state, meaning, CLOCK)) + 3 >= len(state.filters)


@given(states())
def test_each_filter_is_in_force_or_said_to_be_wrong(state: ListState) -> None:
    meaning = read_meaning(state, "u", CLOCK)
    select(meaning.filters)
    for one in state.filters:
        alone = read_meaning(ListState(filters=(one,)), "u", CLOCK)
        if one.name != "confidence" and not alone.problems:
            assert one in meaning.problems or len(alone.body) > 1


@given(st.one_of(st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), TEXTS))
def test_a_metadata_value_keeps_its_type(value: Any) -> None:
    back = value_of_text(value_text(value))
    assert (type(back), back) == (type(value), value)


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("type=custom&type=quality_check", {"eventTypes": ["custom", "quality_check"]}),
        (
            "type.not=custom",
            {"eventFieldFilters": [{"column": "event_type", "operator": "neq", "value": "custom"}]},
        ),
        ("device=cam-1", {"deviceId": {"operator": "eq", "value": "cam-1"}}),
        ("device.not=a&device.not=b", {"deviceId": {"operator": "not_in", "value": ["a", "b"]}}),
        ("stream.starts=line", {"streamId": {"operator": "starts_with", "value": "line"}}),
        ("workflow.exists=no", {"workflowId": {"operator": "exists", "value": False}}),
        ("images.gte=2", {"imageCount": {"operator": "gte", "value": 2}}),
        ("warnings=yes", {"hasWarnings": True}),
        ("feedback=none", {"feedbackStatus": ["none"]}),
        ("feedback.not=none", {"feedbackStatus": ["correct", "incorrect", "inconclusive"]}),
        ("segment=review", {"outcomes": ["fail", "alert"], "feedbackStatus": ["none"]}),
        ("segment=review&feedback=incorrect", {"outcomes": ["fail", "alert"], "feedbackStatus": ["incorrect"]}),
        (
            "class=dent&confidence=0.6",
            {
                "detection": {
                    "operator": "eq",
                    "value": "dent",
                    "confidence": {"operator": "gte", "value": 0.6},
                }
            },
        ),
        (
            "m.temp.gt=70",
            {"customMetadataFilters": [{"field": "temp", "operator": "gt", "value": 70, "type": "number"}]},
        ),
        (
            "m.lot=4711",
            {"customMetadataFilters": [{"field": "lot", "operator": "eq", "value": 4711, "type": "number"}]},
        ),
        (
            'm.lot="4711"',
            {"customMetadataFilters": [{"field": "lot", "operator": "eq", "value": "4711", "type": "string"}]},
        ),
        (
            "i.lens.exists=number",
            {"imageMetadataFilters": [{"field": "lens", "operator": "exists", "value": True, "type": "number"}]},
        ),
        (
            "m.not=true",
            {"customMetadataFilters": [{"field": "not", "operator": "eq", "value": True, "type": "boolean"}]},
        ),
        ("field.item_count.lt=5", {"eventFieldFilters": [{"column": "item_count", "operator": "lt", "value": 5}]}),
        ("from=2026-11-27", {"startTime": "2026-11-26T23:00:00.000000Z"}),
        ("to=2026-11-27", {"endTime": "2026-11-27T22:59:59.999999Z"}),
        ("from=2026-07-01T14:00", {"startTime": "2026-07-01T12:00:00.000000Z"}),
        ("from=2026-07-01T14:00:00Z", {"startTime": "2026-07-01T14:00:00.000000Z"}),
        ("last=24h", {"startTime": "2026-11-26T12:00:00.000000Z"}),
        (
            "last=yesterday",
            {"startTime": "2026-11-25T23:00:00.000000Z", "endTime": "2026-11-26T22:59:59.999999Z"},
        ),
    ],
)
def test_what_an_address_means(address: str, body: dict[str, Any]) -> None:
    assert body_of(address) == body


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("colour=red", "no such filter"),
        ("type=quality", "allowed: quality_check"),
        ("device.gt=5", "allowed here: eq, neq"),
        ("m.temp.gt=hot", "expected a number, got 'hot'"),
        ("m.temp.gt=1&m.temp.gt=2", "takes one value"),
        ("m.lot=1&m.lot=x", "expected a number"),
        ("m.a/b=1", "regex"),
        ("m.lot.exists=perhaps", "yes or no"),
        ("field.colour=red", "there are event_type"),
        ("field.item_count=many", "expected a number"),
        ("outcome=odd", "allowed: pass, fail, alert"),
        ("outcome.not=pass", "does not take 'not'"),
        ("feedback.not=odd", "allowed: correct"),
        ("warnings=1", "yes or no"),
        ("confidence=0.5", "needs a detection"),
        ("from=yesterday", "expected a date"),
        ("from=2026-02-30", "expected a date"),
        ("to=0001-01-01T00:00:00%2B23:00", "expected a date"),
        ("last=lately", "24h"),
    ],
)
def test_what_is_wrong_is_said_on_its_chip(address: str, says: str) -> None:
    chip = only_chip(address)
    assert says in chip.problem
    assert not chip.without.filters


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("device=a&device.not=b", "device.not"),
        ("last=24h&from=2026-11-27", "from"),
        ("class=dent&confidence=2", "confidence"),
        ("class=dent&confidence=0.5&confidence.lt=0.9", "confidence.lt"),
    ],
)
def test_what_cannot_be_combined_leaves_the_first_in_force(address: str, wrong: str) -> None:
    meaning = meaning_of(address)
    assert [one.parameter for one in meaning.problems] == [wrong]
    assert len(meaning.body) == 2


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("device=cam-1", "Device is cam-1"),
        ("device.not=a&device.not=b", "Device is not a or b"),
        ("type=quality_check", "Event type is Quality check"),
        ("m.temp.gt=70", "temp > 70"),
        ('m.lot="4711"', "lot is 4711"),
        ("m.lot.exists=no", "lot  is missing"),
        ("m.lot.exists=no-number", "lot  is not a number"),
        ("feedback=none", "Feedback is Not reviewed"),
        ("last=24h", "Time  Last 24 hours"),
        ("last=45min", "Time  Last 45 minutes"),
        ("from=2026-11-26", "From  26 Nov"),
        ("to=2026-11-26T13:30:00Z", "Until  26 Nov 14:30"),
    ],
)
def test_chips_in_words(address: str, words: str) -> None:
    chip = only_chip(address)
    assert f"{chip.label} {chip.relation} {chip.value}" == words
    assert not chip.problem


def test_a_segment_shows_no_chips_of_its_own() -> None:
    state = state_of("segment=review&device=a")
    assert [chip.label for chip in chips(state, read_meaning(state, "u", CLOCK), CLOCK)] == ["Device"]
    assert state.query() == {"segment": ["review"], "device": ["a"]}
    assert state.without_name("feedback").segment == "attention"


def test_changing_the_filters_begins_at_the_newest_and_keeps_the_form() -> None:
    state = state_of("view=rows&cursor=a&cursor=b&device=x&event=e")
    changed = state.with_filter("device", ["y", "y", "z"])
    assert changed.query() == {"device": ["y", "z"], "view": ["rows"], "event": ["e"]}
    assert state.only("device", "q").query()["device"] == ["q"]
    assert state.with_filter("device", []).filters == ()


def test_older_and_newer_walk_the_same_pages() -> None:
    state = state_of("device=x")
    third = state.older("a").older("b")
    assert third.query()["cursor"] == ["a", "b"]
    assert third.newer() == state.older("a")
    assert third.newest() == state


def test_a_click_on_a_value_replaces_what_was_asked_of_it() -> None:
    state = state_of("device.not=a&m.temp.gt=5&m.temp.lt=9")
    assert state.only("device", "b").query()["device"] == ["b"]
    assert state.only("m.temp", "7").query() == {"device.not": ["a"], "m.temp": ["7"]}


def test_request_and_client_line_hold_the_whole_question() -> None:
    meaning = meaning_of("segment=attention&last=24h&m.line=L2")
    assert '"useCaseId": "u"' in meaning.request_body()
    assert '"outcomes": [' in meaning.request_body()
    line = meaning.client_line()
    assert line.startswith("for page in workspace.query_all_vision_events('u', outcomes=['fail', 'alert'], start_time=")
    compile(line, "line", "exec")


def test_the_meaning_agrees_with_a_plain_evaluation() -> None:
    event = {
        "eventType": "quality_check",
        "timestamp": "2026-11-27T11:00:00Z",
        "eventData": {"result": "fail"},
        "customMetadata": {"lot": "4711"},
        "images": [],
    }
    assert matches(body_of('last=today&m.lot="4711"&segment=review'), event)
    assert not matches(body_of("m.lot=4711"), event)
