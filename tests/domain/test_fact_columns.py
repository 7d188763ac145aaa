"""Facts turned around, and back."""

from array import array
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sightlog.domain.batches import turn_around
from sightlog.domain.fact_columns import MOST_EVENTS, PLACE, entries_of_each, grouped, with_added
from sightlog.domain.facts import Entry
from tests.domain.reading import an_event, read
from tests.strategies import events, seeded_events

ENTRIES: list[list[Entry]] = [
    [("type", "s", "alert"), ("device", "s", "cam-1"), ("metadata.ok", "b", True), ("metadata.n", "n", 1)],
    [("type", "s", "alert"), ("device", "s", "cam-2"), ("metadata.ok", "s", "True"), ("class.dent", "n", 0.5)],
    [],
    [("device", "s", "cam-1"), ("metadata.n", "n", 1.0), ("class.dent", "n", 0.9), ("class.dent", "n", 0.1)],
]


def as_sets(events: Any) -> list[set[Entry]]:
    return [set(entries) for entries in events]


def test_each_value_comes_once_with_its_events() -> None:
    columns = grouped(ENTRIES).columns()
    found = [
        (field, letter, list(zip(values, counts, strict=False))) for field, letter, values, counts in columns.groups()
    ]
    assert found == [
        ("type", "s", [("alert", 2)]),
        ("device", "s", [("cam-1", 2), ("cam-2", 1)]),
        ("metadata.ok", "s", [("True", 1)]),
        ("metadata.ok", "b", [(True, 1)]),
        ("metadata.n", "n", [(1.0, 1), (1.0, 1)]),
        ("class.dent", "n", [(0.5, 1), (0.9, 1), (0.1, 1)]),
    ]
    assert array(PLACE, columns.places).tolist() == [0, 1, 0, 3, 1, 1, 0, 0, 3, 1, 3, 3]


def test_nothing_is_lost_on_the_way_there_and_back() -> None:
    assert as_sets(entries_of_each(grouped(ENTRIES).columns())) == as_sets(ENTRIES)
    assert entries_of_each(grouped([]).columns()) == []
    assert entries_of_each(grouped([[], []]).columns()) == [[], []]


@given(st.lists(events(("line",)), min_size=1, max_size=5))
def test_so_it_is_with_any_events(sent: list[Any]) -> None:
    accepted = [read(event) for event in sent]
    entries = [event.entries for event in accepted]
    batch = turn_around(accepted)
    assert batch.facts is not None
    assert as_sets(entries_of_each(batch.facts["line"].columns)) == as_sets(entries)
    assert [event.entries for event in batch.events] == [[] for _ in sent]


def test_what_is_added_later_is_added_once() -> None:
    late: list[list[Entry]] = [[("device", "s", "cam-1"), ("has_warnings", "b", True)], [], [], []]
    assert with_added(ENTRIES, late)[0] == [*ENTRIES[0], ("has_warnings", "b", True)]
    assert with_added(ENTRIES, late)[1:] == ENTRIES[1:]


def test_each_use_case_has_its_own() -> None:
    sent = [*seeded_events(8, 3, "line"), *seeded_events(8, 4, "hall")]
    batch = turn_around([read(event) for event in sorted(sent, key=lambda event: str(event["eventId"]))])
    assert batch.facts is not None
    counts = {reference: facts.columns.events for reference, facts in batch.facts.items()}
    named = [event.use_case for event in batch.events]
    assert counts == {reference: named.count(reference) for reference in ("line", "hall")}


def test_more_events_than_two_bytes_can_tell_apart_keep_their_own() -> None:
    event = read(an_event())
    batch = turn_around([event] * (MOST_EVENTS + 1))
    assert batch.facts is None
    assert event.entries
