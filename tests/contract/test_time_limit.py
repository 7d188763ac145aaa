"""A query at its time limit answers what it found, or says that it was too slow; it never answers less silently."""

import pytest

from sightlog.domain.errors import QueryTooSlow
from sightlog.domain.use_cases import UseCase
from sightlog.store.sqlite import finding, readers
from sightlog.store.sqlite.index import keeping
from tests.contract.backends import Backend
from tests.contract.plant import OpenStore, Plant

HIDDEN = {"customMetadataFilters": [{"field": "text", "operator": "contains", "value": "needle"}]}


@pytest.fixture
def plant(backend: Backend, open_store: OpenStore) -> Plant:
    """A store whose time is up at the first look at the clock."""
    return Plant(backend, open_store(query_seconds=0.0))


@pytest.fixture
def use_case(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> UseCase:
    """Four hundred old events without what is looked for, in a segment, and five new ones, two of them with it."""
    use_case = plant.use_case()
    monkeypatch.setattr(keeping, "_EVENTS_BETWEEN_SEALS", 400)
    monkeypatch.setattr(keeping, "_SMALLEST_SEGMENT", 1)
    old = [plant.event(use_case, timestamp="2026-08-13T05:00:00Z", customMetadata={"text": "hay"}) for _ in range(400)]
    plant.add(*old)
    for n in range(5):
        text = "a needle" if n in (1, 3) else "hay"
        changes = {
            "eventId": f"new {n}",
            "timestamp": f"2026-08-13T08:00:0{n}Z",
            "customMetadata": {"text": text},
        }
        plant.add(plant.event(use_case, **changes))
    return use_case


def look_every(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the clock after so many steps of a statement."""
    monkeypatch.setattr(readers, "_STEPS_BETWEEN_LOOKS", steps)


def look_after(events: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the clock after so many events of the index."""
    monkeypatch.setattr(finding, "_EVENTS_BETWEEN_LOOKS", events)


def test_a_query_that_is_quick_enough_is_not_disturbed(plant: Plant, use_case: UseCase) -> None:
    assert plant.ids(use_case, **HIDDEN) == ["new 3", "new 1"]
    assert plant.count(use_case, **HIDDEN).count == 2


def test_a_page_at_its_limit_has_what_was_found_and_a_next(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_after(5, monkeypatch)
    page = plant.page(use_case, **HIDDEN)
    assert [event.event_id for event in page.events] == ["new 3", "new 1"]
    assert page.next is not None
    assert (page.next.timestamp, page.next.event_id) == (page.events[-1].timestamp, "new 1")


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        (HIDDEN, "customMetadataFilters.0"),
        (HIDDEN | {"hasWarnings": False}, "hasWarnings"),
    ],
)
def test_a_page_without_anything_found_says_which_condition_was_too_slow(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch, filters: dict[str, object], named: str
) -> None:
    look_every(10, monkeypatch)
    with pytest.raises(QueryTooSlow, match=named) as caught:
        plant.page(use_case, **filters)
    assert "startTime" in caught.value.message


@pytest.mark.parametrize("filters", [{}, {"startTime": "2026-08-01"}])
def test_a_page_without_conditions_keeps_to_the_limit_too(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch, filters: dict[str, object]
) -> None:
    whole = plant.ids(use_case, **filters)
    look_every(1, monkeypatch)
    with pytest.raises(QueryTooSlow, match="time range"):
        plant.page(use_case, **filters)
    look_every(1000, monkeypatch)
    page = plant.page(use_case, **filters)
    found = [event.event_id for event in page.events]
    assert page.next is not None
    assert 0 < len(found) < len(whole)
    assert found == whole[: len(found)]


@pytest.mark.parametrize("filters", [HIDDEN, {"startTime": "2026-08-01"}])
def test_a_count_never_answers_less_than_there_is(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch, filters: dict[str, object]
) -> None:
    look_after(1, monkeypatch)
    for at_most in (None, 400):
        with pytest.raises(QueryTooSlow):
            plant.count(use_case, at_most, **filters)


def test_short_reads_and_writes_have_no_such_limit(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_every(1, monkeypatch)
    plant.add(plant.event(use_case, eventId="e"))
    assert plant.body("e")["eventId"] == "e"
    assert plant.summary(use_case).event_count == 406
    assert len(plant.store.export_events(plant.mine, None, 0, 1000)) == 406
    assert plant.store.facets(plant.mine, use_case, 10).event_types[0].count == 406


def test_after_its_limit_a_connection_is_as_good_as_before(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_every(10, monkeypatch)
    for _ in range(6):
        with pytest.raises(QueryTooSlow):
            plant.page(use_case, **HIDDEN)
    look_every(10_000_000, monkeypatch)
    for _ in range(6):
        assert plant.ids(use_case, **HIDDEN) == ["new 3", "new 1"]
