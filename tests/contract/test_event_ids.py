"""Events are found by their ids wherever these are kept: in memory or in runs, joined, thinned out, or made anew."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlog.domain.use_cases import UseCase
from sightlog.store.opening import check_derived
from sightlog.store.sqlite.index import id_runs, ids
from sightlog.store.sqlite.index.id_runs import Run, Sought, hashes_of, join_runs, read_runs, write_run
from sightlog.store.sqlite.index.ids import EventIds, Ids
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.plant import OpenStore, Plant
from tests.contract.sealing import SEALS, sealing

_IDS = st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=60, unique=True)


def found(connection: sqlite3.Connection, run: Run, names: list[str]) -> list[int]:
    return sorted(run.numbers(connection, Sought(hashes_of(names))))


def uuids(count: int, seed: int) -> list[str]:
    numbers = np.random.default_rng(seed).bytes(16 * count)
    return [str(UUID(bytes=numbers[16 * n : 16 * n + 16], version=4)) for n in range(count)]


@given(_IDS, st.integers(1, 30), st.integers(0, 2**40))
def test_a_run_knows_all_its_ids_one_by_one_and_many_at_once(
    connection: sqlite3.Connection, names: list[str], each: int, first: int
) -> None:
    numbers = np.arange(len(names)) + first
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(id_runs, "_IDS_PER_PART", each)
        run = write_run(connection, hashes_of(names), numbers)
    assert found(connection, run, names) == numbers.tolist()
    for name, number in zip(names, numbers.tolist(), strict=True):
        assert number in found(connection, run, [name])
    read = read_runs(connection)[-1]
    connection.execute("DELETE FROM id_runs")
    assert (read.first_seq, read.last_seq, read.ids) == (first, first + len(names) - 1, len(names))
    assert found(connection, read, names) == numbers.tolist()


@pytest.mark.parametrize("few", [1, 100])
def test_few_ids_that_are_not_there_seem_to_be(connection: sqlite3.Connection, few: int) -> None:
    """What has the filter's bits costs a look into the run; what has the hash as well, a look at a row."""
    run = write_run(connection, hashes_of(uuids(32_768, 1)), np.arange(32_768))
    others = uuids(20_000, 2)
    passed = there = 0
    for start in range(0, len(others), few):
        sought = Sought(hashes_of(others[start : start + few]))
        passed += len(run._few_that_pass(sought) if sought.few else run._that_pass(sought))
        there += len(run.numbers(connection, sought))
    assert 0 < passed < 0.003 * len(others)
    assert there <= 3


def test_joined_runs_are_one_that_knows_the_ids_of_all(connection: sqlite3.Connection) -> None:
    names = uuids(30_000, 3)
    parts = [(0, 20_000), (20_000, 20_010), (20_010, 30_000)]
    runs = [write_run(connection, hashes_of(names[start:end]), np.arange(start, end), 7) for start, end in parts]
    joined = join_runs(connection, runs)
    assert (joined.ids, joined.first_seq, joined.last_seq) == (30_000, 0, 29_999)
    assert set(range(30_000)) <= set(found(connection, joined, names))
    assert connection.execute("SELECT gone FROM id_runs WHERE number = ?", (joined.number,)).fetchone() == (21,)
    left = "SELECT count(*) FROM id_parts WHERE number BETWEEN ? AND ?"
    for run in runs:
        assert connection.execute(left, (run.number * 256, run.number * 256 + 255)).fetchone() == (0,)


def runs_of(plant: Plant) -> list[tuple[int, int, int]]:
    """(ids, those that left, the first number) of each run."""
    return [tuple(row) for row in plant.backend.rows("SELECT ids, gone, first_seq FROM id_runs ORDER BY first_seq")]


def is_right(plant: Plant) -> bool:
    return check_derived(plant.backend.folder, lambda done, total: None) == []


def sent(plant: Plant, use_case: UseCase, count: int) -> list[str]:
    """The ids of so many new events, each in a commit of its own."""
    events = [plant.event(use_case) for _ in range(count)]
    for event in events:
        plant.add(event)
    return [event["eventId"] for event in events]


@pytest.mark.parametrize("sizes", SEALS)
def test_what_comes_again_overwrites_wherever_its_id_is(plant: Plant, open_store: OpenStore, sizes: str) -> None:
    with sealing(sizes):
        use_case = plant.use_case()
        names = sent(plant, use_case, 30)
        plant.reopen(open_store)
        again = [plant.event(use_case, eventId=name, comment="again") for name in (names[0], names[17], names[29])]
        again.append(plant.event(use_case, eventId="Straße 日本"))
        receipts = plant.add(*again)
        assert [receipt.created for receipt in receipts] == [False, False, False, True]
        assert plant.summary(use_case).event_count == 31
        assert plant.body(names[17])["comment"] == "again"
        assert plant.body("Straße 日本")
        assert [receipt.created for receipt in plant.add(plant.event(use_case, eventId="Straße 日本"))] == [False]
        assert is_right(plant)
        plant.reopen(open_store)
        assert plant.body(names[17])["comment"] == "again"


@pytest.mark.parametrize("sizes", SEALS)
def test_each_workspace_has_ids_of_its_own(plant: Plant, sizes: str) -> None:
    with sealing(sizes):
        mine, theirs = plant.use_case(), plant.use_case(workspace=plant.theirs)
        names = sent(plant, mine, 10)
        for name in names:
            receipts = plant.add(plant.event(theirs, eventId=name, comment="theirs"), workspace=plant.theirs)
            assert receipts[0].created
        assert all("comment" not in plant.body(name) for name in names)
        assert all(plant.body(name, plant.theirs)["comment"] == "theirs" for name in names)
        plant.store.delete_events(plant.mine, mine, names)
        assert all(plant.store.find_event(plant.mine, name) is None for name in names)
        assert all(plant.body(name, plant.theirs) for name in names)
        assert is_right(plant)


def test_many_runs_become_few(plant: Plant) -> None:
    with sealing("every event its own"):
        names = sent(plant, plant.use_case(), 30)
        assert len(runs_of(plant)) < 15
        assert sum(ids for ids, _, _ in runs_of(plant)) == 30
        assert all(plant.body(name) for name in names)
        assert is_right(plant)


def test_a_run_forgets_what_left_when_little_is_still_there(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    with sealing("segments of a few dozen"):
        monkeypatch.setattr(ids, "_LARGEST_JOINED", 0)
        use_case = plant.use_case()
        names = sent(plant, use_case, 40)
        assert runs_of(plant) == [(40, 0, 1)]
        plant.store.delete_events(plant.mine, use_case, names[:30])
        assert runs_of(plant) == [(40, 30, 1)]
        names += sent(plant, use_case, 40)
        assert runs_of(plant)[0] == (40, 30, 1)
        plant.store.delete_events(plant.mine, use_case, names[30:31])
        names += sent(plant, use_case, 40)
        assert runs_of(plant)[0] == (9, 0, 32)
        assert all(plant.body(name) for name in names[31:])
        plant.store.delete_events(plant.mine, use_case, names[31:40])
        names += sent(plant, use_case, 40)
        assert runs_of(plant)[0] == (40, 0, 41)
        assert is_right(plant)


def test_a_reader_finds_what_its_snapshot_has(plant: Plant) -> None:
    """Whatever was overwritten and sealed since, once and often."""
    with sealing("small segments"):
        use_case = plant.use_case()
        names = sent(plant, use_case, 5)
        assert isinstance(plant.store, SqliteStore)
        known = plant.store._index.ids
        with plant.store._readers.snapshot() as connection:
            before = [known.numbers(connection, plant.mine, [name]) for name in names]
            for _ in range(12):
                plant.add(plant.event(use_case, eventId=names[1]))
                assert [known.numbers(connection, plant.mine, [name]) for name in names] == before
                assert known.numbers(connection, plant.mine, [*names[:1], "event-9"]) == before[0]
                sent(plant, use_case, 1)
        assert before == [[1], [2], [3], [4], [5]]


def test_sealing_that_fails_leaves_the_ids_as_they_were(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The events are stored all the same, and the next ones try it again."""
    with sealing("small segments"):
        use_case = plant.use_case()
        names = sent(plant, use_case, 6)
        assert isinstance(plant.store, SqliteStore)
        monkeypatch.setattr(ids, "_MOST_IN_MEMORY", 100)
        with monkeypatch.context() as patch:
            patch.setattr(ids, "_tidied", lambda *_: 1 / 0)
            names += sent(plant, use_case, 3)
            assert not plant.add(plant.event(use_case, eventId=names[2]))[0].created
            assert runs_of(plant) == []
            assert is_right(plant)
        assert [receipt.created for receipt in plant.add(plant.event(use_case, eventId=names[2]))] == [False]
        assert len(runs_of(plant)) == 1
        more = sent(plant, use_case, 20)
        assert all(plant.body(name) for name in names + more)
        assert is_right(plant)


def known_ids(plant: Plant) -> EventIds:
    assert isinstance(plant.store, SqliteStore)
    return plant.store._index.ids


def candidates(plant: Plant, name: str) -> int:
    """Among how many numbers an id is looked for."""
    assert isinstance(plant.store, SqliteStore)
    with plant.store._readers.snapshot() as connection:
        return len(known_ids(plant).seen_by(connection).candidates(connection, [name]))


def test_an_id_that_comes_again_and_again_is_looked_for_among_few_numbers(plant: Plant) -> None:
    with sealing("small segments"):
        use_case = plant.use_case()
        for _ in range(80):
            plant.add(plant.event(use_case, eventId="status"), plant.event(use_case))
            assert candidates(plant, "status") <= 12
        assert plant.summary(use_case).event_count == 81
        assert is_right(plant)


def test_it_is_sealed_before_its_time_when_it_comes_too_often(plant: Plant) -> None:
    use_case = plant.use_case()
    for _ in range(ids._MOST_REPEATS + 50):
        plant.add(plant.event(use_case, eventId="status"))
    assert candidates(plant, "status") <= 51
    assert runs_of(plant) == [(1, 1, ids._MOST_REPEATS + 1)]
    assert is_right(plant)


def test_commits_that_fail_leave_nothing_behind(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the same is tried for as long as the disk is full."""
    with sealing("segments of a few dozen"):
        use_case = plant.use_case()
        sent(plant, use_case, 3)
        assert isinstance(plant.store, SqliteStore)
        with monkeypatch.context() as patch:
            patch.setattr(plant.store._index, "finish", lambda: 1 / 0)
            for number in range(30):
                with pytest.raises(ZeroDivisionError):
                    plant.add(plant.event(use_case, eventId="again"), plant.event(use_case, eventId=f"once {number}"))
        assert candidates(plant, "again") == candidates(plant, "once 4") == 0
        sent(plant, use_case, 40)
        assert runs_of(plant) == [(40, 0, 1)]
        assert is_right(plant)


def test_what_could_not_be_read_again_after_a_failure_is_read_before_the_next_commit(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_case = plant.use_case()
    names = sent(plant, use_case, 3)
    known = known_ids(plant)
    assert isinstance(plant.store, SqliteStore)
    with monkeypatch.context() as patch:
        patch.setattr(plant.store._index, "finish", lambda: 1 / 0)
        patch.setattr(known, "load", lambda _: {}["disk"])
        with pytest.raises(KeyError):
            plant.add(plant.event(use_case, eventId="lost"))
        with pytest.raises(KeyError):
            plant.add(plant.event(use_case, eventId="lost"))
    receipts = plant.add(plant.event(use_case, eventId="lost"), plant.event(use_case, eventId=names[1]))
    assert [receipt.created for receipt in receipts] == [True, False]
    assert is_right(plant)


def test_two_sealings_in_one_commit_leave_readers_what_they_see(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    with sealing("small segments"):
        use_case = plant.use_case()
        names = sent(plant, use_case, 4)
        known = known_ids(plant)
        assert isinstance(plant.store, SqliteStore)
        index = plant.store._index

        def seal_twice_and_fail() -> None:
            for _ in range(2):
                known.seal(index._connection, index._last_seq)
            assert [candidates(plant, name) for name in names] == [1] * 4
            raise ZeroDivisionError

        with monkeypatch.context() as patch:
            patch.setattr(ids, "read_ids", lambda _: 1 / 0)
            patch.setattr(index, "finish", seal_twice_and_fail)
            patch.setattr(index, "rolled_back", lambda: None)
            with pytest.raises(ZeroDivisionError):
                plant.add(plant.event(use_case))
        index._is_lost = True
        assert [receipt.created for receipt in plant.add(plant.event(use_case, eventId=names[3]))] == [False]
        assert is_right(plant)


class _Overtaken(dict[str, int]):
    """An id is overwritten right after it was looked up for the first time."""

    overtake: Callable[[], None] | None = None

    def get(self, key: str, default: object = None) -> Any:
        found = super().get(key, default)
        if self.overtake is not None:
            overtake, self.overtake = self.overtake, None
            overtake()
        return found


def test_a_reader_that_is_overtaken_by_an_overwrite_finds_what_it_sees(connection: sqlite3.Connection) -> None:
    newest = _Overtaken()
    known = Ids(0, 0, (), newest, {})
    known.add(["a"], [10])
    newest.overtake = lambda: known.add(["a"], [20])
    assert 10 in known.candidates(connection, ["a"])
    assert sorted(known.candidates(connection, ["a"])) == [10, 20]


def test_ids_of_one_hash_are_told_apart_by_their_rows(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "hashes_of", lambda names: np.full(len(names), 7, np.uint64))
    with sealing("small segments"):
        use_case = plant.use_case()
        names = sent(plant, use_case, 20)
        assert [receipt.created for receipt in plant.add(plant.event(use_case, eventId=names[3]))] == [False]
        assert all(json.loads(plant.store.find_event(plant.mine, name).rest)["eventId"] == name for name in names)  # type: ignore[union-attr]
        assert plant.store.find_event(plant.mine, "nobody") is None
        assert is_right(plant)


def test_a_start_that_makes_the_ids_anew_can_be_interrupted(
    plant: Plant, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade: the tables are there, and nothing is in them."""
    with sealing("small segments"):
        use_case = plant.use_case()
        names = sent(plant, use_case, 30)
        plant.store.close()
        plant.backend.rows("DELETE FROM id_parts")
        plant.backend.rows("DELETE FROM id_runs")
        plant.backend.rows("UPDATE index_state SET ids_watermark = 0, ids_version = 0")
        written = []

        def interrupted(*arguments: object) -> Run:
            if len(written) == 2:
                raise RuntimeError
            written.append(arguments)
            return write_run(*arguments)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(ids, "write_run", interrupted)
            with pytest.raises(RuntimeError):
                open_store()
        assert len(runs_of(plant)) == 2
        plant.store = open_store()
        assert all(plant.body(name) for name in names)
        assert [receipt.created for receipt in plant.add(plant.event(use_case, eventId=names[3]))] == [False]
        assert is_right(plant)
