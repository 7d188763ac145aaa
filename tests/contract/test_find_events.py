"""Pages and counts: order, positions, spans, and what belongs to others."""

import pytest

from sightlog.domain.conditions import AllOf
from sightlog.domain.cursor import Position
from sightlog.domain.filters import Selection, Span
from tests.contract.plant import NOW, SECOND, Plant

EVERYTHING = Selection(Span(), AllOf(()), ())


def test_events_come_newest_first_and_by_id_where_the_time_is_the_same(plant: Plant) -> None:
    use_case = plant.use_case()
    for id, second in (("b", 1), ("c", 0), ("a", 1), ("é", 1), ("d", 2)):
        plant.add(plant.event(use_case, eventId=id, timestamp=f"2026-08-13T08:00:0{second}Z"))
    assert plant.ids(use_case) == ["d", "é", "b", "a", "c"]


def test_a_page_goes_on_after_its_position(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case, eventId=id, timestamp="2026-08-13T08:00:00Z") for id in "abcde"])
    first = plant.store.find_events(plant.mine, use_case, EVERYTHING, None, 2)
    assert [event.event_id for event in first.events] == ["e", "d"]
    assert first.next == Position(NOW - 3600 * SECOND, "d")
    second = plant.store.find_events(plant.mine, use_case, EVERYTHING, first.next, 2)
    third = plant.store.find_events(plant.mine, use_case, EVERYTHING, second.next, 2)
    assert [event.event_id for event in (*second.events, *third.events)] == ["c", "b", "a"]
    assert third.next is None


def test_a_page_that_ends_with_the_last_event_has_no_next(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case), plant.event(use_case))
    for limit, has_more in ((1, True), (2, False), (3, False)):
        page = plant.store.find_events(plant.mine, use_case, EVERYTHING, None, limit)
        assert (page.next is not None) is has_more


def test_the_event_of_a_position_need_not_be_there(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case, eventId=id, timestamp="2026-08-13T08:00:00Z") for id in "ace"])
    page = plant.store.find_events(plant.mine, use_case, EVERYTHING, Position(NOW - 3600 * SECOND, "d"), 9)
    assert [event.event_id for event in page.events] == ["c", "a"]


def test_an_empty_use_case_has_an_empty_page(plant: Plant) -> None:
    use_case = plant.use_case()
    assert plant.page(use_case).events == []
    assert plant.page(use_case).next is None
    assert plant.page(use_case, eventType="custom", hasWarnings=True).events == []
    assert plant.count(use_case).count == 0


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-08-12T23:59:59.999999Z", "2026-08-13T00:00:00Z", ["midnight", "before"]),
        ("2026-08-13", "2026-08-13", ["last", "midnight"]),
        ("2026-08-12", "2026-08-12", ["before"]),
        ("2026-08-13T00:00:00.0000009Z", "2026-08-13T00:00:00Z", ["midnight"]),
        ("2026-08-13T02:00:00+02:00", "2026-08-13T02:00:00+02:00", ["midnight"]),
        ("2026-08-13T00:00:00.000001Z", None, ["after", "last"]),
        ("2099-01-01", None, []),
        (None, "1970-01-01", []),
    ],
)
def test_bounds_are_inclusive(plant: Plant, start: str | None, end: str | None, expected: list[str]) -> None:
    use_case = plant.use_case()
    for id, timestamp in (
        ("before", "2026-08-12T23:59:59.999999Z"),
        ("midnight", "2026-08-13T00:00:00Z"),
        ("last", "2026-08-13T23:59:59.999999Z"),
        ("after", "2026-08-14T00:00:00Z"),
    ):
        plant.add(plant.event(use_case, eventId=id, timestamp=timestamp))
    filters = {name: bound for name, bound in (("startTime", start), ("endTime", end)) if bound is not None}
    assert plant.ids(use_case, **filters) == expected
    assert plant.count(use_case, **filters).count == len(expected)
    assert plant.ids(use_case, eventType="quality_check", **filters) == expected


def test_each_use_case_and_workspace_finds_its_own(plant: Plant) -> None:
    one, two, theirs = plant.use_case("one"), plant.use_case("two"), plant.use_case("one", plant.theirs)
    plant.add(plant.event(one, eventId="a"), plant.event(two, eventId="b"))
    plant.add(plant.event(theirs, eventId="c"), workspace=plant.theirs)
    assert (plant.ids(one), plant.ids(two), plant.ids(theirs, plant.theirs)) == (["a"], ["b"], ["c"])
    assert plant.store.find_event(plant.mine, "c") is None
    assert plant.store.find_event(plant.theirs, "a") is None


def test_one_event_is_found_by_its_exact_id(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="Ünit/7?query"))
    assert plant.body("Ünit/7?query")["eventId"] == "Ünit/7?query"
    for other in ("ünit/7?query", "U\u0308nit/7?query", "Ünit/7", ""):
        assert plant.store.find_event(plant.mine, other) is None


def test_a_count_is_exact_or_up_to_a_number(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case, deviceId="cam-1") for _ in range(5)])
    device = {"deviceId": {"operator": "eq", "value": "cam-1"}}
    for filters in ({}, device):
        told = {
            at_most: (
                plant.count(use_case, at_most, **filters).count,
                plant.count(use_case, at_most, **filters).exact,
            )
            for at_most in (None, 1, 4, 5, 6)
        }
        assert told == {None: (5, True), 1: (1, False), 4: (4, False), 5: (5, True), 6: (5, True)}


def test_an_unfiltered_count_equals_the_event_count_of_the_list(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case) for _ in range(3)], plant.review(use_case, "nobody", "correct"))
    assert plant.count(use_case).count == plant.summary(use_case).event_count == 4
