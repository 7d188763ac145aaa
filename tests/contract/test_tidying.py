"""What is done after senders were answered: in pieces, between which everything is as it should be."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sightlog.domain.use_cases import UseCase
from sightlog.store.opening import check_derived
from sightlog.store.sqlite import counting, learning, tidying
from sightlog.store.sqlite.connection import committing
from sightlog.store.sqlite.index import ids, keeping
from sightlog.store.sqlite.store import SqliteStore
from sightlog.store.sqlite.tidying import Tidying
from tests.contract.plant import OpenStore, Plant

NAMES = ("a", "b", "c")
BETWEEN = 24


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_EVENTS_BETWEEN_SEALS", BETWEEN)
    monkeypatch.setattr(keeping, "_SMALLEST_SEGMENT", 4)
    monkeypatch.setattr(keeping, "_MOST_WAITING", 6)
    monkeypatch.setattr(ids, "_IDS_BETWEEN_SEALS", 10**9)
    monkeypatch.setattr(counting, "_EVENTS_BETWEEN_WRITES", 10**9)
    monkeypatch.setattr(learning, "_MOST_ALONE", 1)
    monkeypatch.setattr(tidying, "_SECONDS_BETWEEN_TRIES", 0.0)


@pytest.fixture
def use_cases(plant: Plant) -> list[UseCase]:
    return [plant.use_case(name) for name in NAMES]


def sqlite(plant: Plant) -> SqliteStore:
    assert isinstance(plant.store, SqliteStore)
    return plant.store


class Pieces:
    """Lets the writer of a store do so many pieces, and no more."""

    def __init__(self, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 0
        tidying = sqlite(plant)._writer._tidy
        assert isinstance(tidying, Tidying)
        self._is_due, self._piece = tidying._is_due, tidying._piece
        monkeypatch.setattr(tidying, "_is_due", lambda: self.left > 0 and self._is_due())
        monkeypatch.setattr(tidying, "_piece", self._next_piece)

    def _next_piece(self) -> Callable[[], None]:
        self.left -= 1
        return self._piece()


def fill(plant: Plant, use_cases: list[UseCase], rounds: int = 10) -> dict[str, list[str]]:
    """So many events of each use case, in turn: the names of theirs."""
    names: dict[str, list[str]] = {use_case.name: [] for use_case in use_cases}
    for _ in range(rounds):
        for use_case in use_cases:
            event = plant.event(use_case, deviceId=f"cam-{use_case.name}", customMetadata={"line": use_case.name})
            plant.add(event)
            names[use_case.name].append(event["eventId"])
    return names


def sealed(plant: Plant) -> dict[int, int]:
    """Use case → how many of its events are in segments."""
    return dict(plant.backend.rows("SELECT use_case, sum(events) FROM segments GROUP BY use_case"))


def watermark(plant: Plant) -> int:
    return int(plant.backend.rows("SELECT watermark FROM index_state")[0][0])


def is_right(plant: Plant, names: dict[str, list[str]], use_cases: list[UseCase]) -> bool:
    plant.check_statistics()
    found = {use_case.name: sorted(plant.ids(use_case)) for use_case in use_cases}
    by_device = {
        use_case.name: sorted(plant.ids(use_case, deviceId={"operator": "eq", "value": f"cam-{use_case.name}"}))
        for use_case in use_cases
    }
    expected = {name: sorted(ids) for name, ids in names.items()}
    assert found == expected
    assert by_device == expected
    assert check_derived(plant.backend.folder, lambda done, total: None) == []
    return True


@pytest.fixture(params=[0, 1, 2, 3])
def pieces(request: pytest.FixtureRequest) -> int:
    """How many pieces of a round of three are done."""
    return int(request.param)


@pytest.fixture
def in_round(
    plant: Plant, use_cases: list[UseCase], pieces: int, monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[str]]:
    """A round of sealing in the middle: the names of the events."""
    allowed = Pieces(plant, monkeypatch)
    names = fill(plant, use_cases)
    allowed.left = pieces
    more = fill(plant, use_cases, 1)
    assert len(sealed(plant)) == pieces
    assert (watermark(plant) > 0) == (pieces == 3)
    return {name: names[name] + more[name] for name in names}


def test_all_is_right_between_pieces(plant: Plant, use_cases: list[UseCase], in_round: dict[str, list[str]]) -> None:
    assert is_right(plant, in_round, use_cases)


def test_it_is_after_a_kill(
    plant: Plant, use_cases: list[UseCase], in_round: dict[str, list[str]], open_store: OpenStore
) -> None:
    plant.be_killed(open_store)
    assert is_right(plant, in_round, use_cases)
    more = fill(plant, use_cases)
    assert len(sealed(plant)) == 3
    assert is_right(plant, {name: in_round[name] + more[name] for name in more}, use_cases)


def test_it_is_when_sealed_events_leave_and_are_overwritten_and_reviewed(
    plant: Plant, use_cases: list[UseCase], in_round: dict[str, list[str]], open_store: OpenStore
) -> None:
    for use_case in use_cases:
        mine = in_round[use_case.name]
        plant.store.delete_events(plant.mine, use_case, [mine.pop(0)])
        plant.add(plant.event(use_case, eventId=mine[0], deviceId=f"cam-{use_case.name}"))
        review = plant.review(use_case, mine[2], "correct", deviceId=f"cam-{use_case.name}")
        plant.add(review)
        mine.append(review["eventId"])
    assert is_right(plant, in_round, use_cases)
    plant.be_killed(open_store)
    assert is_right(plant, in_round, use_cases)


def test_it_is_after_a_commit_that_failed(
    plant: Plant, use_cases: list[UseCase], in_round: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = sqlite(plant)._index
    with monkeypatch.context() as patch:
        finish = index.finish
        patch.setattr(index, "finish", lambda: [finish(), 1 / 0])
        event = plant.event(use_cases[0], eventId=in_round["a"][0], deviceId="cam-other")
        assert isinstance(plant.submit(event).exception(60), ZeroDivisionError)
        plant.wait_until_tidy()
    assert is_right(plant, in_round, use_cases)
    more = fill(plant, use_cases, 1)
    assert is_right(plant, {name: in_round[name] + more[name] for name in more}, use_cases)


def test_a_commit_too_large_for_a_tail_ends_the_round(
    plant: Plant, use_cases: list[UseCase], in_round: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_LARGEST_TAIL", 20)
    events = [plant.event(use_cases[1], deviceId="cam-b", customMetadata={"line": "b"}) for _ in range(15)]
    plant.add(*events)
    assert len(sealed(plant)) == 3
    in_round["b"] += [event["eventId"] for event in events]
    assert is_right(plant, in_round, use_cases)


def test_small_tails_are_written_down_when_the_round_ends(
    plant: Plant, use_cases: list[UseCase], open_store: OpenStore
) -> None:
    large, small, _ = use_cases
    names: dict[str, list[str]] = {name: [] for name in NAMES}
    for use_case in [small] * 3 + [large] * (BETWEEN - 3):
        event = plant.event(use_case, deviceId=f"cam-{use_case.name}")
        plant.add(event)
        names[use_case.name].append(event["eventId"])
    assert sealed(plant) == {large.number: BETWEEN - 3}
    assert plant.backend.rows("SELECT count(*) FROM index_waiting") == [(3,)]
    assert is_right(plant, names, use_cases)
    plant.be_killed(open_store)
    assert is_right(plant, names, use_cases)
    for _ in range(BETWEEN):
        event = plant.event(small, deviceId="cam-b")
        plant.add(event)
        names["b"].append(event["eventId"])
    assert sealed(plant)[small.number] >= BETWEEN
    assert plant.backend.rows("SELECT count(*) FROM index_waiting") == [(0,)]
    assert is_right(plant, names, use_cases)


def test_counts_and_sealing_take_turns(plant: Plant, use_cases: list[UseCase], monkeypatch: pytest.MonkeyPatch) -> None:
    """When after each group of writes both are due, none waits for ever."""
    monkeypatch.setattr(counting, "_EVENTS_BETWEEN_WRITES", 1)
    tidying = sqlite(plant)._writer._tidy
    do_some = tidying.do_some
    monkeypatch.setattr(tidying, "do_some", lambda: do_some() and False)  # as if always somebody waited
    names = fill(plant, use_cases, 3 * BETWEEN)
    assert set(sealed(plant)) == {use_case.number for use_case in use_cases}
    assert plant.backend.rows("SELECT sum(n) FROM tallies WHERE kind = 'type'")[0][0] >= 3 * 3 * BETWEEN - 3
    assert is_right(plant, names, use_cases)


def test_what_fails_leaves_the_events_stored_and_is_tried_again(
    plant: Plant, use_cases: list[UseCase], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sqlite(plant)._index, "_seal_tail", lambda _: 1 / 0)
        names = fill(plant, use_cases, BETWEEN // 3)
        assert sealed(plant) == {}
        assert is_right(plant, names, use_cases)
    assert "could not tidy up" in caplog.text
    more = fill(plant, use_cases, 1)
    assert set(sealed(plant)) == {use_case.number for use_case in use_cases}
    assert is_right(plant, {name: names[name] + more[name] for name in more}, use_cases)


def test_after_a_failure_it_waits_for_some_seconds(
    plant: Plant, use_cases: list[UseCase], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "_SECONDS_BETWEEN_TRIES", 1000.0)
    tries: list[int] = []
    monkeypatch.setattr(sqlite(plant)._index, "_seal_tail", lambda use_case: tries.append(use_case) or 1 / 0)
    names = fill(plant, use_cases)
    assert len(tries) == 1
    assert is_right(plant, names, use_cases)


@contextmanager
def failing(connection: sqlite3.Connection) -> Iterator[None]:
    """Like `committing` when the disk is full at the end."""
    with committing(connection):
        yield
        raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize("is_full", [False, True])
def test_who_asks_while_a_failure_is_made_good_sees_each_event_once(
    plant: Plant, use_cases: list[UseCase], monkeypatch: pytest.MonkeyPatch, is_full: bool
) -> None:
    """So many events wait by then that making the tails anew seals twice on the way; which may fail itself."""
    monkeypatch.setattr(keeping, "_LOADED_AT_ONCE", 3)
    allowed = Pieces(plant, monkeypatch)
    names = fill(plant, use_cases, 1)
    for more in (fill(plant, use_cases[1:], 16), fill(plant, use_cases[:1], 1), fill(plant, use_cases[1:], 16)):
        names = {name: ids + more.get(name, []) for name, ids in names.items()}
    few, reviewed = use_cases[0], names["a"][-1]
    plant.add(plant.review(few, reviewed, "correct", eventId="review", deviceId="cam-a"))
    names["a"].append("review")
    expected = [*(sorted(ids) for ids in names.values()), [reviewed]]
    seen: list[list[list[str]]] = []

    def ask() -> list[list[str]]:
        return [*(sorted(plant.ids(one)) for one in use_cases), plant.ids(few, feedbackStatus=["correct"])]

    def look(step: Callable[..., object]) -> Callable[..., object]:
        def stepped(*given: object) -> object:
            made = step(*given)
            seen.append(ask())
            return made

        return stepped

    assert ask() == expected  # so that everything is learned
    index = sqlite(plant)._index
    monkeypatch.setattr(index, "_put", look(index._put))
    monkeypatch.setattr(index, "_seal_loaded", look(index._seal_loaded))
    monkeypatch.setattr(index, "_seal_tail", lambda use_case: 1 / 0)
    if is_full:
        monkeypatch.setattr(keeping, "committing", failing)
    allowed.left = 1
    sqlite(plant)._writer.look()
    plant.wait_until_tidy()
    assert bool(sealed(plant)) is not is_full
    seen.append(ask())
    assert seen == [expected] * 6
    monkeypatch.setattr(keeping, "committing", committing)
    plant.submit(plant.event(few, eventId="next", deviceId="cam-a")).result(60)
    names["a"].append("next")
    assert set(sealed(plant)) == {use_case.number for use_case in use_cases[1:]}
    assert is_right(plant, names, use_cases)


def test_an_id_that_many_devices_overwrite_is_sealed_by_events(
    plant: Plant, use_cases: list[UseCase], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few different ids, each of which comes again: what is in memory is bounded by events."""
    monkeypatch.setattr(ids, "_IDS_BETWEEN_SEALS", 12)
    for _ in range(5):
        for number in range(4):
            plant.add(plant.event(use_cases[0], eventId=f"status-{number}"))
    newest = sqlite(plant)._index.ids._versions[-1]
    assert newest.added == 20 - 12
    assert len(plant.ids(use_cases[0])) == 4


def test_a_rebuild_does_not_meet_what_is_tidied(plant: Plant, use_cases: list[UseCase]) -> None:
    """The writer still has much to seal when it is asked for."""
    store = sqlite(plant)
    futures = [plant.submit(plant.event(use_case)) for _ in range(2 * BETWEEN) for use_case in use_cases]
    store.rebuild(lambda done, total: None)
    assert all(future.done() for future in futures)
    plant.store.close()
    assert check_derived(plant.backend.folder, lambda done, total: None) == []
