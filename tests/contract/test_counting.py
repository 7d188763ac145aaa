"""What is counted waits in memory before it is written: nobody sees a difference, and nothing that happens loses it."""

from pathlib import Path
from typing import Any

import pytest

from sightlog.domain.use_cases import UseCase
from sightlog.store.opening import check_derived
from sightlog.store.sqlite import counting, learning
from sightlog.store.sqlite.counts_view import CountsView
from sightlog.store.sqlite.index.loading import read_state
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.backends import Backend
from tests.contract.plant import NOW, SECOND, OpenStore, Plant

MANY = 1000
BETWEEN = 20


@pytest.fixture(autouse=True)
def _writes_are_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_EVENTS_BETWEEN_WRITES", BETWEEN)
    monkeypatch.setattr(learning, "_MOST_ALONE", 1)


@pytest.fixture
def use_case(plant: Plant) -> UseCase:
    return plant.use_case()


def written(backend: Backend, kind: str) -> dict[str, int]:
    """Key → count, as the tables say."""
    return dict(backend.rows("SELECT key, n FROM tallies WHERE kind = ?", kind))


def inspection(plant: Plant, use_case: UseCase, number: int = 0, **changes: Any) -> dict[str, Any]:
    metadata = {"line": f"line {number % 3}", "serial": number}
    return plant.event(use_case, deviceId=f"cam-{number % 2}", customMetadata=metadata, **changes)


def no_problems(plant: Plant) -> bool:
    return check_derived(plant.backend.folder, lambda done, total: None) == []


def devices(plant: Plant, use_case: UseCase) -> dict[str, int]:
    return {one.value: one.count for one in plant.store.facets(plant.mine, use_case, MANY).devices}


def test_what_waits_is_seen_though_it_is_not_written(plant: Plant, use_case: UseCase) -> None:
    for number in range(5):
        plant.add(inspection(plant, use_case, number, eventData={"result": "fail"}))
    assert written(plant.backend, "type") == {}
    assert plant.summary(use_case).count_by_type == {"quality_check": 5}
    facets = plant.store.facets(plant.mine, use_case, 2)
    assert [(one.value, one.count, one.fails) for one in facets.devices] == [("cam-0", 3, 3), ("cam-1", 2, 2)]
    assert [(one.value, one.count) for one in facets.custom_metadata["line"].values] == [("line 0", 2), ("line 1", 2)]
    schema = plant.store.metadata_schema(plant.mine, use_case, of_images=False)
    assert schema.fields["serial"].count_by_type == {"number": 5}
    assert schema.fields["serial"].first_seen_at == "2026-08-13T08:00:01.000000Z"
    assert schema.fields["serial"].last_seen_at == "2026-08-13T08:00:05.000000Z"
    assert plant.count(use_case).count == 5
    assert len(plant.ids(use_case, deviceId={"operator": "eq", "value": "cam-1"})) == 2
    plant.check_statistics()
    assert no_problems(plant)


def test_it_is_written_after_some_events_and_seen_once(plant: Plant, use_case: UseCase) -> None:
    for number in range(BETWEEN - 1):
        plant.add(inspection(plant, use_case, number))
    assert written(plant.backend, "type") == {}
    plant.add(inspection(plant, use_case, 1))
    assert written(plant.backend, "type") == {"quality_check": BETWEEN}
    assert plant.summary(use_case).event_count == BETWEEN
    for number in range(3):
        plant.add(inspection(plant, use_case, number))
    assert written(plant.backend, "type") == {"quality_check": BETWEEN}
    assert plant.summary(use_case).event_count == BETWEEN + 3
    assert devices(plant, use_case) == {"cam-0": 12, "cam-1": 11}
    plant.check_statistics()
    assert no_problems(plant)


def test_a_batch_larger_than_what_may_wait_is_written_after_it(plant: Plant, use_case: UseCase) -> None:
    plant.add(inspection(plant, use_case))
    plant.add(*[inspection(plant, use_case, number) for number in range(2 * BETWEEN)])
    assert written(plant.backend, "type") == {"quality_check": 2 * BETWEEN + 1}
    plant.check_statistics()


@pytest.mark.parametrize("times", [1, 2])
def test_after_a_kill_it_is_counted_again(plant: Plant, use_case: UseCase, open_store: OpenStore, times: int) -> None:
    for number in range(5):
        plant.add(inspection(plant, use_case, number), now=NOW + number * SECOND)
    heard = plant.store.facets(plant.mine, use_case, MANY).devices
    for _ in range(times):
        plant.be_killed(open_store)
        assert plant.summary(use_case).event_count == 5
        assert written(plant.backend, "type") == {}
    assert plant.store.facets(plant.mine, use_case, MANY).devices == heard
    plant.check_statistics()
    assert no_problems(plant)


def test_after_a_kill_reviews_count_once(plant: Plant, use_case: UseCase, open_store: OpenStore) -> None:
    """Of an event that is in the tables and of one that is not, and once more with another verdict."""
    old, new = inspection(plant, use_case), inspection(plant, use_case)
    plant.add(old, *[inspection(plant, use_case) for _ in range(BETWEEN)])
    plant.add(new)
    plant.add(plant.review(use_case, old["eventId"], "correct"), plant.review(use_case, new["eventId"], "correct"))
    assert written(plant.backend, "feedback") == {"correct": 2}
    plant.be_killed(open_store)
    plant.check_statistics()
    plant.add(plant.review(use_case, new["eventId"], "incorrect"))
    plant.be_killed(open_store)
    assert written(plant.backend, "feedback") == {"correct": 1, "incorrect": 1}
    plant.check_statistics()
    assert no_problems(plant)


def test_a_start_writes_no_counts(plant: Plant, use_case: UseCase, open_store: OpenStore) -> None:
    """So a folder on a full disk can be read."""
    plant.add(*[inspection(plant, use_case, number) for number in range(5)])
    plant.be_killed(open_store)
    assert plant.summary(use_case).event_count == 5
    assert written(plant.backend, "type") == {}
    assert plant.backend.rows("SELECT counted_to FROM index_state") == [(0,)]


def test_a_crowded_group_stays_so_after_a_kill(open_store: OpenStore, backend: Backend) -> None:
    plant = Plant(backend, open_store(values_per_field=2, sources_per_use_case=2))
    use_case = plant.use_case()

    def add(first: int) -> None:
        for number in range(first, first + 3):
            seen = [{"classifications": [{"class": f"class {number}"}]}]
            plant.add(plant.event(use_case, deviceId=f"cam-{number}", customMetadata={"n": number}, images=seen))

    add(0)
    assert len(backend.rows("SELECT kind FROM crowded")) == 3
    add(3)
    plant.be_killed(lambda: open_store(values_per_field=2, sources_per_use_case=2))
    plant.check_statistics()
    assert no_problems(plant)
    add(6)
    plant.check_statistics()


def test_nothing_is_ruled_out_while_a_commit_is_being_published(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot that sees the commit, before what it adds is among what waits."""
    store = plant.store
    assert isinstance(store, SqliteStore)
    counts = store._memory.counts
    found: list[list[str]] = []
    committed = counts.committed

    def look_first() -> None:
        found.append(plant.ids(use_case, deviceId={"operator": "eq", "value": "cam-new"}))
        committed()

    event = plant.event(use_case, deviceId="cam-new")
    with monkeypatch.context() as patch:
        patch.setattr(counts, "committed", look_first)
        plant.add_batch([event]).result()
    assert found[0] == [event["eventId"]]
    assert plant.ids(use_case, deviceId={"operator": "eq", "value": "cam-other"}) == []


def test_a_stop_leaves_nothing_to_count(plant: Plant, use_case: UseCase) -> None:
    plant.add(inspection(plant, use_case))
    plant.store.close()
    assert written(plant.backend, "type") == {"quality_check": 1}
    assert no_problems(plant)


def test_a_stop_on_a_full_disk_loses_nothing(plant: Plant, use_case: UseCase, open_store: OpenStore) -> None:
    for number in range(BETWEEN - 1):  # few bytes as rows, many as counts
        long = {f"text {n}": f"{number} {n} " + "x" * 900 for n in range(90)}
        plant.add(plant.event(use_case, customMetadata=long))
    with plant.backend.full_disk():
        plant.store.close()
    assert written(plant.backend, "type") == {}
    assert no_problems(plant)
    plant.store = open_store()
    assert plant.summary(use_case).event_count == BETWEEN - 1
    plant.check_statistics()


def test_what_leaves_is_taken_from_what_waits_too(plant: Plant, use_case: UseCase) -> None:
    events = [inspection(plant, use_case, number) for number in range(4)]
    for event in events:
        plant.add(event)
    plant.store.delete_events(plant.mine, use_case, [events[0]["eventId"], events[2]["eventId"]])
    assert devices(plant, use_case) == {"cam-1": 2}
    assert written(plant.backend, "device") == {"cam-1": 2}
    plant.check_statistics()
    plant.add(events[1] | {"deviceId": "cam-9"})  # and one that is overwritten
    assert devices(plant, use_case) == {"cam-1": 1, "cam-9": 1}
    plant.check_statistics()
    plant.add(events[0])
    plant.store.delete_events(plant.mine, use_case, [event["eventId"] for event in events])
    assert devices(plant, use_case) == {}
    assert plant.store.metadata_schema(plant.mine, use_case, of_images=False).fields == {}
    plant.check_statistics()
    assert no_problems(plant)


def test_a_commit_that_fails_after_it_was_written_leaves_it_waiting(
    plant: Plant, use_case: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = inspection(plant, use_case)
    plant.add(event)
    store = plant.store
    assert isinstance(store, SqliteStore)
    with monkeypatch.context() as patch:
        finish = store._index.finish
        patch.setattr(store._index, "finish", lambda: [finish(), 1 / 0])
        assert isinstance(plant.submit(event | {"deviceId": "cam-9"}).exception(60), ZeroDivisionError)
        assert isinstance(plant.submit(inspection(plant, use_case)).exception(60), ZeroDivisionError)
    assert written(plant.backend, "device") == {}
    assert devices(plant, use_case) == {"cam-0": 1}
    plant.add(event | {"deviceId": "cam-9"})
    assert devices(plant, use_case) == {"cam-9": 1}
    plant.check_statistics()


def test_a_snapshot_from_before_it_was_written_adds_what_waited_then(plant: Plant, use_case: UseCase) -> None:
    """It may count events that came after it began, until the next writing; none is left out, and none counts twice."""
    store = plant.store
    assert isinstance(store, SqliteStore)
    plant.add(inspection(plant, use_case))

    def by_type(learned: tuple[Any, Any, int]) -> int:
        connection, waiting, _ = learned
        return sum(CountsView(connection, waiting.seen_by(read_state(connection)), use_case.number).of("type").values())

    with store._learned(store._readers) as before:
        before[0].execute("SELECT count(*) FROM events").fetchone()  # the snapshot begins
        for round in range(3):
            plant.add(*[inspection(plant, use_case, number) for number in range(BETWEEN)])
            with store._learned(store._readers) as after:
                assert by_type(after) == 1 + (round + 1) * BETWEEN
        assert by_type(before) == 1 + BETWEEN


def test_a_snapshot_that_begins_late_sees_what_was_written_in_between(plant: Plant, use_case: UseCase) -> None:
    """What waits is taken before a snapshot begins; commits may come in between."""
    store = plant.store
    assert isinstance(store, SqliteStore)
    with store._learned(store._readers) as (connection, waiting, _):
        for count in (1, BETWEEN, BETWEEN, 2):
            plant.add(*[inspection(plant, use_case, number) for number in range(count)])
        assert CountsView(connection, waiting.seen_by(read_state(connection)), use_case.number).of("type") == {
            "quality_check": 2 * BETWEEN + 3
        }


def test_a_group_is_crowded_by_what_waits_and_what_is_written(open_store: OpenStore, backend: Backend) -> None:
    plant = Plant(backend, open_store(values_per_field=5, sources_per_use_case=5))
    use_case = plant.use_case()
    plant.add(*[inspection(plant, use_case, number) for number in range(3)])
    plant.be_killed(lambda: open_store(values_per_field=5, sources_per_use_case=5))
    for number in (3, 4):
        plant.add(inspection(plant, use_case, number))
    assert not plant.store.facets(plant.mine, use_case, MANY).custom_metadata["serial"].many_values
    plant.add(inspection(plant, use_case, 5))
    assert plant.store.facets(plant.mine, use_case, MANY).custom_metadata["serial"].many_values
    plant.check_statistics()
    for number in range(6, 9):
        plant.add(plant.event(use_case, deviceId=f"cam-{number}", streamId=f"s-{number}"))
    assert backend.rows("SELECT kind FROM crowded ORDER BY kind") == [("value",)]
    for number in range(9, 12):
        plant.add(plant.event(use_case, deviceId=f"cam-{number}", streamId=f"s-{number}"))
    assert backend.rows("SELECT kind FROM crowded ORDER BY kind") == [("device",), ("stream",), ("value",)]
    plant.check_statistics()
    assert no_problems(plant)


def test_the_most_frequent_of_what_is_written_and_what_waits(plant: Plant, use_case: UseCase) -> None:
    """A value that is rare in the tables and frequent in what waits, and one that the tables do not have."""
    lines = ["a"] * 9 + ["b"] * 8 + ["c"] * 4
    plant.add(*[plant.event(use_case, customMetadata={"line": line}) for line in lines])
    assert written(plant.backend, "type") == {"quality_check": len(lines)}
    for line in ["c"] * 6 + ["d"] * 9:
        plant.add(plant.event(use_case, customMetadata={"line": line}))
    values = plant.store.facets(plant.mine, use_case, 3).custom_metadata["line"].values
    assert [(one.value, one.count) for one in values] == [("c", 10), ("a", 9), ("d", 9)]
    plant.check_statistics()


def test_a_late_event_widens_what_is_known_of_its_field_and_not_of_its_source(plant: Plant, use_case: UseCase) -> None:
    plant.add(*[inspection(plant, use_case, number) for number in range(BETWEEN)], now=NOW)
    late = inspection(plant, use_case, 0, timestamp="2026-08-12T08:00:00Z")
    plant.add(late, now=NOW + 7 * SECOND)
    field = plant.store.metadata_schema(plant.mine, use_case, of_images=False).fields["line"]
    assert (field.first_seen_at, field.last_seen_at) == ("2026-08-12T08:00:00.000000Z", "2026-08-13T08:00:20.000000Z")
    cam = plant.store.facets(plant.mine, use_case, MANY).devices[0]
    assert (cam.value, cam.last_event_at) == ("cam-0", "2026-08-13T08:00:19.000000Z")
    assert cam.last_arrival_at == "2026-08-13T09:00:07.000000Z"


@pytest.mark.parametrize("damage", ["counted_to - 1", "0", "counted_to + 1000"])
def test_a_check_finds_that_the_tables_say_something_else(plant: Plant, use_case: UseCase, damage: str) -> None:
    plant.add(*[inspection(plant, use_case, number) for number in range(BETWEEN)])
    for number in range(3):
        plant.add(inspection(plant, use_case, number))
    assert no_problems(plant)
    plant.backend.rows(f"UPDATE index_state SET counted_to = {damage}")
    assert not no_problems(plant)


def test_a_backup_is_counted_when_it_is_opened(plant: Plant, use_case: UseCase, tmp_path: Path) -> None:
    """A copy of the file in the middle of the work."""
    for number in range(5):
        plant.add(inspection(plant, use_case, number))
    copy = Backend(tmp_path / "copy")
    copy.folder.mkdir()
    plant.backend.rows("VACUUM INTO ?", str(copy.database))
    opened = copy.open()
    try:
        assert opened.list_use_cases(plant.mine, None)[0].count_by_type == {"quality_check": 5}
    finally:
        opened.close()
    assert check_derived(copy.folder, lambda done, total: None) == []
