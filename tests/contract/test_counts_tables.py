"""What the tables of counts say is remembered by the number of the commit: each commit that writes to them has one."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from sightlog.domain.use_cases import UseCase, UseCaseStatus
from sightlog.store.sqlite import counts_tables, tallies
from sightlog.store.sqlite.counting import KeptCounts
from sightlog.store.sqlite.counts_tables import TablesMemory
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.plant import NOW, OpenStore, Plant
from tests.contract.sealing import SEALS, sealing

TABLES = ("tallies", "fields", "sources", "crowded")


def sqlite(plant: Plant) -> SqliteStore:
    assert isinstance(plant.store, SqliteStore)
    return plant.store


def written(plant: Plant) -> tuple[int, list[list[Any]]]:
    """The number of the last commit that has one, and all that the tables say."""
    plant.wait_until_tidy()
    return (
        plant.backend.rows("SELECT commits FROM index_state")[0][0],
        [sorted(plant.backend.rows(f"SELECT * FROM {table}")) for table in TABLES],
    )


@pytest.mark.parametrize("sizes", SEALS)
def test_commits_without_a_number_leave_the_tables_as_they_are(
    plant: Plant, open_store: OpenStore, sizes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(sizes)
    with sealing(sizes):
        plant.store.close()
        plant.store = open_store(values_per_field=12, sources_per_use_case=6)
        use_cases = [plant.use_case("a"), plant.use_case("b")]
        names: dict[str, UseCase] = {}
        failures: list[BaseException | None] = []

        def event(**changes: Any) -> dict[str, Any]:
            of = names.get(changes.get("eventId", ""), random.choice(use_cases))
            made = plant.event(
                of,
                deviceId=f"cam-{random.randrange(3 + len(names) // 20)}",
                eventData={"result": random.choice(["pass", "fail"])},
                customMetadata={"shift": random.randrange(4), "serial": f"no {random.randrange(1 + len(names))}"},
                **changes,
            )
            names[made["eventId"]] = of
            return made

        def some() -> str:
            return random.choice(list(names))

        def overwrite() -> None:
            name = some()
            plant.add(event(eventId=name))

        def review() -> None:
            name = some()
            plant.add(plant.review(names[name], name, random.choice(["correct", "incorrect"])))

        def delete() -> None:
            name = some()
            plant.store.delete_events(plant.mine, names.pop(name), [name])

        def fail() -> None:
            with monkeypatch.context() as failing:
                failing.setattr(KeptCounts, "_note_counted", lambda self: 1 / 0)
                failures.append(plant.submit(event(eventId=some())).exception(timeout=60))
                plant.wait_until_tidy()

        def drop() -> None:
            use_case = use_cases.pop(0)
            plant.store.set_use_case_status(plant.mine, use_case.id, UseCaseStatus.INACTIVE, NOW)
            plant.store.delete_use_case(plant.mine, use_case.id, NOW)
            while plant.store.remove_deleted(5):
                pass
            use_cases.append(plant.use_case(f"after {len(names)}"))
            for name in [name for name, of in names.items() if of == use_case]:
                del names[name]

        ways: list[Callable[[], object]] = [
            lambda: plant.add(event()),
            lambda: plant.add_batch([event() for _ in range(9)]).result(60),
            lambda: plant.store.facets(plant.mine, use_cases[0], 9),
            overwrite,
            review,
            delete,
            fail,
        ]
        plant.add(event(), event())
        known = dict([written(plant)])
        for step in range(120):
            (drop if step == 80 else random.choice(ways[: 3 if len(names) < 4 else None]))()
            number, tables = written(plant)
            assert known.setdefault(number, tables) == tables
        assert len(known) > 30
        assert failures
        assert all(isinstance(failure, ZeroDivisionError) for failure in failures)
        assert any("feedback" in {row[1] for row in tables[0]} for tables in known.values())
        assert known[max(known)][TABLES.index("crowded")]


def test_while_events_come_the_tables_are_read_once(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, customMetadata={"line": "a"}))
    before = plant.store.facets(plant.mine, use_case, 9)
    plant.add(plant.event(use_case, customMetadata={"line": "b"}))
    plant.store.facets(plant.mine, use_case, 9)  # looks how often the tables have the new value
    reads: list[object] = []

    def watched(module: Any, name: str) -> None:
        read = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given: reads.append(given) or read(*given))

    for name in ("read_group", "read_most", "read_those"):
        watched(tallies, name)
    watched(counts_tables, "fetch_at_once")
    plant.add(plant.event(use_case, customMetadata={"line": "a"}))
    facets = plant.store.facets(plant.mine, use_case, 9)
    assert reads == []
    assert [(one.value, one.count) for one in before.custom_metadata["line"].values] == [("a", 1)]
    assert [(one.value, one.count) for one in facets.custom_metadata["line"].values] == [("a", 2), ("b", 1)]
    plant.store.delete_events(plant.mine, use_case, plant.ids(use_case)[:1])
    assert plant.store.facets(plant.mine, use_case, 9) != facets
    assert reads


def test_what_is_remembered_is_bounded(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts_tables, "_MOST_BYTES", 5_000)
    store = sqlite(plant)
    memory = store._memory.counts.waiting._tables = TablesMemory()
    use_case = plant.use_case()
    for number in range(50):
        plant.add(plant.event(use_case, deviceId=f"cam-{number}", customMetadata={f"f{number}": number}))
        facets = plant.store.facets(plant.mine, use_case, 100)
        assert (len(facets.devices), len(facets.custom_metadata)) == (number + 1, number + 1)
        assert 0 < memory.bytes <= 5_000
