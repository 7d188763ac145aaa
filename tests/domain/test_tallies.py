"""What an event contributes to the kept counts."""

from collections import Counter

import pytest
from hypothesis import given

from sightlog.domain.batches import turned
from sightlog.domain.facts import Entry
from sightlog.domain.tallies import group_of, value_counts, value_key, value_of_key
from tests.strategies import metadata_keys, metadata_values

LETTERS = {str: "s", bool: "b", int: "n", float: "n"}


def counted(*entries: Entry) -> Counter[tuple[str, str]]:
    """(kind, key) → what one event with these facts counts for."""
    all_of_it: list[Entry] = [("type", "s", "quality_check"), *entries]
    facts = turned([all_of_it], [7])
    found: Counter[tuple[str, str]] = Counter()
    for counts in (*facts.contributions.counts, *value_counts(facts.columns.groups(), ())):
        for key, n in counts.of.items():
            found[(counts.kind, key)] += n
    return found


def test_every_event_counts_for_its_type() -> None:
    assert counted() == {("type", "quality_check"): 1}


@pytest.mark.parametrize("kind", ["device", "stream", "workflow"])
def test_a_source_counts_its_events_and_its_fails(kind: str) -> None:
    failed = counted((kind, "s", "x"), ("result", "s", "fail"))
    assert (failed[(kind, "x")], failed[(f"{kind}_fails", "x")]) == (1, 1)
    passed = counted((kind, "s", "x"), ("result", "s", "pass"))
    assert (passed[(kind, "x")], passed[(f"{kind}_fails", "x")]) == (1, 0)


def test_a_class_counts_once_an_event() -> None:
    found = counted(("class.dent", "n", 0.9), ("class.dent", "n", 0.1))
    assert found[("class", "dent")] == 1


def test_a_field_counts_by_type_and_by_value() -> None:
    found = counted(("metadata.n", "n", 1.0))
    assert found[("field", "n\x1fn")] == 1
    assert found[("value", "n\x1fn\x1f1")] == 1


def test_an_image_field_counts_once_an_event_and_each_of_its_values() -> None:
    found = counted(("image.lens", "s", "wide"), ("image.lens", "s", "tele"), ("image.lens", "n", 1))
    assert found[("image_field", "lens\x1fs")] == 1
    assert found[("image_field", "lens\x1fn")] == 1
    assert sum(n for (kind, _), n in found.items() if kind == "image_value") == 3


def test_nothing_is_counted_twice() -> None:
    entries: list[Entry] = [
        ("device", "s", "x"),
        ("result", "s", "fail"),
        ("metadata.a", "s", "1"),
        ("image.a", "s", "1"),
        ("class.a", "n", 0.1),
        ("class.a", "n", 0.2),
        ("image_count", "n", 1),
        ("has_warnings", "b", True),
    ]
    assert set(counted(*entries).values()) == {1}


@given(name=metadata_keys, value=metadata_values)
def test_a_value_comes_back_from_its_key(name: str, value: str | int | float | bool) -> None:
    letter = LETTERS[type(value)]
    found = value_of_key(value_key(name, letter, value))
    assert found == (name, letter, value)
    assert isinstance(found[2], bool) is isinstance(value, bool)


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (0, -0.0), (2**53, float(2**53))])
def test_equal_numbers_share_a_key(one: float, other: float) -> None:
    assert value_key("n", "n", one) == value_key("n", "n", other)


@pytest.mark.parametrize("value", [1e22, 1e300, -1e25, float(2**53 + 2)])
def test_a_number_beyond_all_integers_that_we_take_stays_one_that_can_be_sent_back(value: float) -> None:
    assert isinstance(value_of_key(value_key("n", "n", value))[2], float)


def test_groups_are_the_values_of_a_field_and_the_sources_and_classes_of_a_use_case() -> None:
    assert group_of("value", value_key("shift", "s", "night")) == ("value", "shift")
    assert group_of("image_value", value_key("lens", "s", "a\x1fb")) == ("image_value", "lens")
    assert group_of("device", "cam-1") == ("device", "")
    assert group_of("class", "dent") == ("class", "")
    for kind in ("type", "field", "image_field", "feedback", "device_fails"):
        assert group_of(kind, "x\x1fy") is None
