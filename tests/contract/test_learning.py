"""Events that came alone are learned together, after their senders were answered: nobody sees a difference."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter

import pytest

from sightlog.domain.errors import Busy
from sightlog.domain.use_cases import UseCase
from sightlog.store import writer
from sightlog.store.opening import check_derived
from sightlog.store.sqlite import learning
from sightlog.store.sqlite.index import keeping
from sightlog.store.sqlite.learning import Learning
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.plant import Json, OpenStore, Plant
from tests.contract.test_arrivals import arrivals

EQUAL_CAM = {"operator": "eq", "value": "cam"}


@pytest.fixture(autouse=True)
def _nothing_is_learned_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "_MOST_ALONE", 10**9)
    monkeypatch.setattr(learning, "_SECONDS_OF_INTEREST", 0.0)
    monkeypatch.setattr(writer, "_LULL_SECONDS", 10**6)


@pytest.fixture
def use_case(plant: Plant) -> UseCase:
    return plant.use_case()


def learning_of(plant: Plant) -> Learning:
    assert isinstance(plant.store, SqliteStore)
    return plant.store._memory.learning


def add(plant: Plant, use_case: UseCase, count: int) -> list[Json]:
    """So many events, one by one, which nobody has learned."""
    events = [plant.event(use_case, deviceId="cam", customMetadata={"n": number}) for number in range(count)]
    for event in events:
        plant.add(event)
    assert learning_of(plant).is_behind()
    return events


def ids_of(events: list[Json]) -> list[str]:
    return sorted(event["eventId"] for event in events)


def is_right(plant: Plant, use_case: UseCase, events: list[Json]) -> bool:
    plant.check_statistics()
    found = sorted(plant.ids(use_case, deviceId=EQUAL_CAM))
    return found == ids_of(events) and check_derived(plant.backend.folder, lambda done, total: None) == []


@pytest.mark.parametrize(
    "sees",
    [
        lambda plant, use_case: len(plant.ids(use_case, deviceId=EQUAL_CAM)) == 3,
        lambda plant, use_case: plant.count(use_case).count == 3,
        lambda plant, use_case: plant.summary(use_case).event_count == 3,
        lambda plant, use_case: plant.store.facets(plant.mine, use_case, 9).devices[0].count == 3,
        lambda plant, use_case: plant.store.recent_values(plant.mine, use_case, "device", 9) == ["cam"],
        lambda plant, use_case: "n" in plant.store.metadata_schema(plant.mine, use_case, of_images=False).fields,
        lambda plant, use_case: len(plant.store.latest_events(plant.mine, 9)) == 3,
        lambda plant, use_case: plant.store.list_expired({plant.mine: 2**60})[0].events == 3,
    ],
    ids=["page", "count", "summary", "facets", "recent values", "schema", "latest", "expired"],
)
def test_every_question_sees_what_was_answered(
    plant: Plant, use_case: UseCase, sees: Callable[[Plant, UseCase], bool]
) -> None:
    add(plant, use_case, 3)
    assert sees(plant, use_case)
    assert not learning_of(plant).is_behind()


def test_an_event_is_found_by_its_id_before(plant: Plant, use_case: UseCase) -> None:
    event = add(plant, use_case, 1)[0]
    found = plant.store.find_event(plant.mine, event["eventId"])
    assert found is not None
    assert learning_of(plant).is_behind()


def test_in_a_lull_everything_is_learned(plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_LULL_SECONDS", 0.001)
    plant.add(plant.event(use_case))
    learning_of(plant).wait(lambda: None)
    assert not learning_of(plant).is_behind()


def test_so_many_are_learned_together(plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "_MOST_ALONE", 5)
    add(plant, use_case, 4)
    plant.add(plant.event(use_case))
    assert not learning_of(plant).is_behind()


def test_after_a_question_everything_is_learned_at_once(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_SECONDS_OF_INTEREST", 1000.0)
    plant.add(plant.event(use_case))
    assert plant.count(use_case).count == 1
    plant.add(plant.event(use_case))
    assert not learning_of(plant).is_behind()


def test_a_batch_is_learned_with_its_commit_and_so_is_what_came_before(plant: Plant, use_case: UseCase) -> None:
    events = add(plant, use_case, 3)
    batch = [plant.event(use_case, deviceId="cam") for _ in range(4)]
    plant.add_batch(batch).result(60)
    plant.wait_until_tidy()
    assert not learning_of(plant).is_behind()
    assert is_right(plant, use_case, events + batch)


def test_what_is_not_learned_is_reviewed(plant: Plant, use_case: UseCase, open_store: OpenStore) -> None:
    """Twice, and once before it came."""
    events = add(plant, use_case, 2)
    late = plant.event(use_case, deviceId="cam", eventId="late")
    plant.add(plant.review(use_case, events[0]["eventId"], "correct"))
    plant.add(plant.review(use_case, "late", "incorrect"))
    plant.add(plant.review(use_case, events[0]["eventId"], "incorrect"))
    plant.add(late)
    assert learning_of(plant).is_behind()
    assert sorted(plant.ids(use_case, feedbackStatus=["incorrect"])) == ids_of([events[0], late])
    assert plant.ids(use_case, feedbackStatus=["correct"]) == []
    assert is_right(plant, use_case, [*events, late])
    plant.be_killed(open_store)
    assert is_right(plant, use_case, [*events, late])


@pytest.mark.parametrize("kills", [False, True])
def test_what_is_not_learned_is_overwritten_and_removed(
    plant: Plant, use_case: UseCase, open_store: OpenStore, kills: bool
) -> None:
    first, second, third = add(plant, use_case, 3)
    plant.add(first | {"deviceId": "cam-2"})
    assert not learning_of(plant).is_behind()
    more = add(plant, use_case, 2)
    plant.store.delete_events(plant.mine, use_case, [second["eventId"], more[0]["eventId"]])
    if kills:
        plant.be_killed(open_store)
    assert is_right(plant, use_case, [third, more[1]])


def test_after_a_kill_it_is_there(plant: Plant, use_case: UseCase, open_store: OpenStore) -> None:
    events = add(plant, use_case, 3)
    plant.be_killed(open_store)
    assert is_right(plant, use_case, events)


def test_after_a_stop_the_tables_say_it_all(plant: Plant, use_case: UseCase, open_store: OpenStore) -> None:
    events = add(plant, use_case, 3)
    plant.store.close()
    assert plant.backend.rows("SELECT n FROM tallies WHERE kind = 'type'") == [(3,)]
    plant.store = open_store()
    assert is_right(plant, use_case, events)


def test_a_commit_that_fails_leaves_what_came_before(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tails are made anew then, with what was not learned; its counts are not, and none counts twice."""
    events = add(plant, use_case, 3)
    assert isinstance(plant.store, SqliteStore)
    index = plant.store._index
    with monkeypatch.context() as patch:
        finish = index.finish
        patch.setattr(index, "finish", lambda: [finish(), 1 / 0])
        assert isinstance(plant.submit(plant.event(use_case, deviceId="cam")).exception(60), ZeroDivisionError)
    events += add(plant, use_case, 2)
    assert is_right(plant, use_case, events)


def events_that_crowd(
    open_store: OpenStore, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> tuple[UseCase, list[Json]]:
    plant.reopen(lambda: open_store(values_per_field=2))
    use_case = plant.use_case()
    return use_case, add(plant, use_case, 4)


def events_without_room(
    open_store: OpenStore, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> tuple[UseCase, list[Json]]:
    use_case = plant.use_case()
    events = add(plant, use_case, 4)
    assert plant.count(use_case).count == 4
    monkeypatch.setattr(keeping, "_LARGEST_TAIL", 6)
    monkeypatch.setattr(keeping, "_SMALLEST_SEGMENT", 4)
    return use_case, events + add(plant, use_case, 3)


@pytest.mark.parametrize("stored", [events_that_crowd, events_without_room])
@pytest.mark.parametrize("alone", [False, True], ids=["with another commit", "alone"])
def test_what_was_learned_in_a_transaction_that_failed_is_learned_again(
    open_store: OpenStore,
    plant: Plant,
    monkeypatch: pytest.MonkeyPatch,
    stored: Callable[..., tuple[UseCase, list[Json]]],
    alone: bool,
) -> None:
    """Where learning writes: a group became crowded, or tails were sealed."""
    use_case, events = stored(open_store, plant, monkeypatch)
    store = plant.store
    assert isinstance(store, SqliteStore)
    with monkeypatch.context() as patch:
        finish = store._index.finish
        patch.setattr(store._index, "finish", lambda: [finish(), 1 / 0])
        if alone:
            with pytest.raises(Busy):
                plant.count(use_case)
        else:
            with pytest.raises(ZeroDivisionError):
                store.delete_events(plant.mine, use_case, [events[0]["eventId"]])
    for number in range(4):
        found = plant.ids(use_case, customMetadataFilters=[{"field": "n", "operator": "eq", "value": number}])
        assert found == [event["eventId"] for event in reversed(events) if event["customMetadata"]["n"] == number]
    assert is_right(plant, use_case, events)


@pytest.mark.parametrize("step", ["counts.watch.mark", "counts._write"])
def test_a_group_that_cannot_be_marked_as_crowded_is_tried_again(
    open_store: OpenStore, plant: Plant, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    use_case, events = events_that_crowd(open_store, plant, monkeypatch)
    assert isinstance(plant.store, SqliteStore)
    of, _, name = step.rpartition(".")
    with monkeypatch.context() as patch:
        patch.setattr(attrgetter(of)(plant.store._memory), name, lambda *_: 1 / 0)
        with pytest.raises(Busy):
            plant.count(use_case)
    assert plant.backend.rows("SELECT name FROM crowded") == []
    assert is_right(plant, use_case, events)
    assert plant.backend.rows("SELECT name FROM crowded WHERE kind = 'value'") == [("n",)]


def test_a_review_of_a_sealed_event_opens_no_tail(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch, open_store: OpenStore
) -> None:
    monkeypatch.setattr(keeping, "_EVENTS_BETWEEN_SEALS", 4)
    monkeypatch.setattr(keeping, "_SMALLEST_SEGMENT", 4)
    old = add(plant, use_case, 4)
    assert plant.count(use_case).count == 4
    plant.wait_until_tidy()
    assert plant.backend.rows("SELECT sum(events) FROM segments") == [(4,)]
    other = plant.use_case("another")
    plant.reopen(open_store)
    plant.add(plant.review(other, old[0]["eventId"], "incorrect"))
    assert isinstance(plant.store, SqliteStore)
    assert use_case.number not in plant.store._index._tails
    assert plant.ids(use_case, feedbackStatus=["incorrect"]) == [old[0]["eventId"]]
    plant.check_statistics()


@pytest.mark.parametrize("step", ["add", "make_room"])
def test_what_cannot_be_learned_is_tried_again(
    plant: Plant, use_case: UseCase, step: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(learning, "_MOST_PATIENCE", 0.05)
    events = add(plant, use_case, 3)
    assert isinstance(plant.store, SqliteStore)
    with monkeypatch.context() as patch:
        patch.setattr(plant.store._index, step, lambda *_: 1 / 0)
        with pytest.raises(Busy, match="newest events"):
            plant.count(use_case)
        plant.wait_until_tidy()
    assert "could not tidy up, events are safe" in caplog.text
    events += add(plant, use_case, 2)
    assert is_right(plant, use_case, events)


def test_a_question_waits_for_a_slow_disk_only_for_a_while(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = add(plant, use_case, 1)
    last = plant.event(use_case, deviceId="cam")
    with ThreadPoolExecutor(1) as pool:
        with plant.backend.stalled_writes():
            waiting = plant.submit(last)
            with monkeypatch.context() as patch:
                patch.setattr(learning, "_MOST_PATIENCE", 0.05)
                with pytest.raises(Busy, match="cannot be searched yet"):
                    plant.ids(use_case)
            asked = pool.submit(plant.ids, use_case)
            assert not waiting.done()
        assert events[0]["eventId"] in asked.result(60)
    waiting.result(60)
    assert is_right(plant, use_case, [*events, last])


def test_a_group_becomes_crowded_when_it_is_learned(open_store: OpenStore, plant: Plant) -> None:
    plant.reopen(lambda: open_store(values_per_field=2))
    use_case = plant.use_case()
    events = add(plant, use_case, 4)
    assert plant.store.facets(plant.mine, use_case, 9).custom_metadata["n"].many_values
    assert plant.backend.rows("SELECT name FROM crowded WHERE kind = 'value'") == [("n",)]
    assert is_right(plant, use_case, events)


def test_a_full_tail_is_sealed_before(plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers see what was learned with the commit that sealed, and not before."""
    events = add(plant, use_case, 4)
    assert plant.count(use_case).count == 4
    monkeypatch.setattr(keeping, "_LARGEST_TAIL", 6)
    monkeypatch.setattr(keeping, "_SMALLEST_SEGMENT", 4)
    events += add(plant, use_case, 3)
    assert is_right(plant, use_case, events)
    assert plant.backend.rows("SELECT sum(events) FROM segments") == [(4,)]


def test_a_page_does_not_hide_what_it_could_not_see(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event is stored after a question waited, and before its snapshot begins: the next look finds it."""
    first = add(plant, use_case, 1)
    assert plant.ids(use_case) == ids_of(first)
    second = add(plant, use_case, 1)
    with monkeypatch.context() as patch:
        patch.setattr(Learning, "is_behind", lambda _: False)
        page = plant.page(use_case)
        assert [event.event_id for event in page.events] == ids_of(first)
        arrived = arrivals(plant, use_case, page.last_sequence)
        assert arrived.count == 0
    arrived = arrivals(plant, use_case, arrived.last_sequence)
    assert arrived.count == 1
    assert arrived.last_sequence == page.last_sequence + 1
    assert sorted(plant.ids(use_case)) == ids_of(first + second)
