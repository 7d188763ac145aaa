"""`sightlog check` finds whatever does not equal the events, and `sightlog rebuild` makes it equal again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from sightlog.domain.limits import Limits
from sightlog.store.opening import check_derived, rebuild_derived
from sightlog.store.sqlite.index import keeping
from tests.contract.backends import Backend
from tests.contract.plant import OpenStore, Plant
from tests.contract.sealing import sealing
from tests.strategies import seeded_events


@pytest.fixture(autouse=True, params=["as in service", "small segments"])
def seals(request: pytest.FixtureRequest) -> Iterator[None]:
    with sealing(request.param):
        yield


@pytest.fixture
def filled(plant: Plant) -> Plant:
    """Sixty varied events with reviews, some overwritten and some deleted."""
    use_case = plant.use_case()
    made = [event | {"useCaseId": use_case.id} for event in seeded_events(60, 3, "checked")]
    plant.add(*made)
    plant.add(*made[10:15])
    plant.add(*[plant.review(use_case, made[n]["eventId"], "incorrect") for n in (1, 5, 20)])
    plant.store.delete_events(plant.mine, use_case, [made[2]["eventId"], made[30]["eventId"]])
    plant.add(plant.event(use_case, deviceId="cam-1", customMetadata={"n": 1}))
    return plant


def problems(plant: Plant) -> list[str]:
    told: list[tuple[int, int]] = []
    found = check_derived(plant.backend.folder, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    return found


def test_nothing_is_found_while_the_store_is_open_and_after_it(filled: Plant) -> None:
    assert problems(filled) == []
    filled.store.close()
    assert problems(filled) == []


DAMAGES = [
    "UPDATE tallies SET n = n + 1 WHERE kind = 'type'",
    "DELETE FROM tallies WHERE kind = 'class'",
    "INSERT INTO tallies VALUES (1, 'device', 'nobody', 3)",
    "DELETE FROM fields",
    "UPDATE fields SET first_seen = last_seen + 1",
    "UPDATE sources SET last_timestamp = last_timestamp - 1",
    "DELETE FROM feedback",
    "UPDATE events SET feedback_status = 'correct' WHERE feedback_status IS NOT NULL",
]
IN_SEGMENTS = [
    "DELETE FROM segments WHERE number = (SELECT min(number) FROM segments)",
    "UPDATE segments SET gone = gone + 1",
    "DELETE FROM segment_parts WHERE field = 'type' AND first IS NOT NULL",
    "DELETE FROM segment_parts WHERE field = 'type' AND first IS NULL",
    "DELETE FROM segment_summaries WHERE field = 'type'",
    "UPDATE segment_summaries SET content = zeroblob(length(content))",
    "INSERT INTO segment_summaries SELECT field, type, segment + 1000, content FROM segment_summaries LIMIT 1",
    "INSERT OR REPLACE INTO segment_notes SELECT number, 0, 254 FROM segments",
    "INSERT INTO segment_notes SELECT number, 0, 254 FROM segments WHERE gone = 0 LIMIT 1",
    "INSERT OR IGNORE INTO index_waiting SELECT max(seq) FROM events WHERE seq <= (SELECT max(last_seq) FROM segments)",
    "UPDATE index_state SET watermark = watermark + 1000",
    "DELETE FROM id_runs WHERE number = (SELECT min(number) FROM id_runs)",
    "DELETE FROM id_parts WHERE length(content) = (SELECT max(length(content)) FROM id_parts)",
    "UPDATE id_parts SET content = zeroblob(length(content)) WHERE number % 256 = 255",
    "DELETE FROM id_parts WHERE number % 256 = 255",
    "INSERT INTO id_parts VALUES (256000, 'x')",
    "UPDATE index_state SET ids_watermark = ids_watermark + 1000",
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_differs_is_found_and_a_rebuild_makes_it_right(filled: Plant, open_store: OpenStore, damage: str) -> None:
    check_repair(filled, open_store, damage)


@pytest.mark.parametrize("seals", ["small segments"], indirect=True)
@pytest.mark.parametrize("damage", IN_SEGMENTS)
def test_so_does_what_differs_in_the_segments(filled: Plant, open_store: OpenStore, damage: str) -> None:
    assert filled.backend.rows("SELECT count(*) FROM segments")[0][0]
    check_repair(filled, open_store, damage)


def check_repair(filled: Plant, open_store: OpenStore, damage: str) -> None:
    filled.store.close()
    with closing(sqlite3.connect(filled.backend.database)) as connection:
        connection.execute(damage)
        connection.commit()
    assert problems(filled)
    told: list[int] = []
    rebuild_derived(filled.backend.folder, Limits(), lambda done, total: told.append(total - done))
    assert told == sorted(told, reverse=True)
    assert problems(filled) == []
    filled.store = open_store()
    filled.check_statistics()
    use_case = filled.store.find_use_case(filled.mine, "Paint line")
    assert use_case is not None
    filled.add(filled.event(use_case, deviceId="cam-1"))
    filled.check_statistics()


@pytest.mark.parametrize("seals", ["small segments"], indirect=True)
def test_a_run_of_ids_that_is_not_whole_hides_nothing_else(filled: Plant) -> None:
    filled.store.close()
    with closing(sqlite3.connect(filled.backend.database)) as connection:
        connection.execute("DELETE FROM id_parts WHERE number % 256 = 255")
        connection.execute("UPDATE tallies SET n = n + 1 WHERE kind = 'type' AND key = 'safety_alert'")
        connection.commit()
    found = problems(filled)
    assert any("run" in problem and "not whole" in problem for problem in found)
    assert any("count" in problem and "safety_alert" in problem for problem in found)


def test_an_id_that_two_events_have_is_told(filled: Plant) -> None:
    filled.store.close()
    newest = "SELECT max(seq) FROM events WHERE event_type <> 'operator_feedback'"
    with closing(sqlite3.connect(filled.backend.database)) as connection:
        connection.execute(f"UPDATE events SET event_id = 'twice' WHERE seq IN (({newest}), ({newest}) - 1)")
        for table in ("id_runs", "id_parts"):  # so that ids are read from the rows
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE index_state SET ids_watermark = 0")
        connection.commit()
    assert "several events have the id 'twice'" in problems(filled)


def test_a_rebuild_of_what_was_right_changes_no_answer(filled: Plant, open_store: OpenStore) -> None:
    use_case = filled.store.find_use_case(filled.mine, "Paint line")
    assert use_case is not None
    questions = ({}, {"feedbackStatus": ["incorrect"]}, {"feedbackStatus": ["none"]}, {"hasWarnings": True})
    before = [filled.ids(use_case, **question) for question in questions]
    facets = filled.store.facets(filled.mine, use_case, 100)
    filled.store.close()
    rebuild_derived(filled.backend.folder, Limits(), lambda done, total: None)
    filled.store = open_store()
    assert [filled.ids(use_case, **question) for question in questions] == before
    assert filled.store.facets(filled.mine, use_case, 100) == facets


def test_a_rebuild_counts_again_what_was_crowded_and_is_so_no_longer(backend: Backend, open_store: OpenStore) -> None:
    small = {"values_per_field": 5, "sources_per_use_case": 5}
    plant = Plant(backend, open_store(**small))
    use_case = plant.use_case()
    for n in range(7):
        plant.add(plant.event(use_case, eventId=f"e{n}", deviceId=f"cam-{n}", customMetadata={"n": n}))
    assert plant.store.facets(plant.mine, use_case, 100).custom_metadata["n"].many_values
    plant.store.delete_events(plant.mine, use_case, [f"e{n}" for n in range(4)])
    plant.store.close()
    rebuild_derived(backend.folder, Limits(**small), lambda done, total: None)
    plant.store = open_store(**small)
    facet = plant.store.facets(plant.mine, use_case, 100).custom_metadata["n"]
    assert not facet.many_values
    assert sorted(one.value for one in facet.values) == [4, 5, 6]
    plant.check_statistics()


def test_an_interrupted_start_forgets_no_event_that_waits_to_be_sealed(
    plant: Plant, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many small use cases, so that sealing begins before all that wait are read."""
    for number in range(10):
        use_case = plant.use_case(f"small {number}")
        plant.add(plant.event(use_case), plant.event(use_case))
    plant.store.close()
    rebuild_derived(plant.backend.folder, Limits(), lambda done, total: None)
    waiting = plant.backend.rows("SELECT count(*) FROM index_waiting")[0][0]

    sealed: list[int] = []
    seal_loaded = keeping.SideIndex._seal_loaded

    def seal_and_be_killed(index: keeping.SideIndex, read_to: int) -> None:
        seal_loaded(index, read_to)
        sealed.append(read_to)
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(keeping.SideIndex, "_seal_loaded", seal_and_be_killed)
        with suppress(InterruptedError):
            open_store().close()
    assert bool(sealed) == (waiting > 0)
    plant.store = open_store()
    assert problems(plant) == []
    plant.store.close()
