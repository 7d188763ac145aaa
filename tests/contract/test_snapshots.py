"""A question sees the events up to its snapshot's greatest number, as they were then, whatever is written meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sightlog.domain.use_cases import UseCase
from sightlog.store.sqlite.counts_view import CountsView
from sightlog.store.sqlite.index import keeping
from sightlog.store.sqlite.index.loading import read_state
from sightlog.store.sqlite.index.reading import IndexView, groups_of
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.plant import Plant

Seen = tuple[dict[str, set[int]], list[int]]
"""What the newest review says → the numbers of the events; the numbers of those that have an `n`."""


@pytest.fixture
def use_case(plant: Plant) -> UseCase:
    """With four events, the third of which is reviewed, and the review."""
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case, eventId=f"e{n}", deviceId="cam") for n in range(4)])
    plant.add(plant.review(use_case, "e2", "correct", eventId="review"))
    assert plant.count(use_case).count == 5
    return use_case


def store_of(plant: Plant) -> SqliteStore:
    assert isinstance(plant.store, SqliteStore)
    return plant.store


@contextmanager
def looking(plant: Plant, use_case: UseCase) -> Iterator[Callable[[], Seen]]:
    """A snapshot of now, and what it sees when it is asked."""
    store = store_of(plant)
    with store._learned(store._readers) as (connection, waiting, _):

        def see() -> Seen:
            view = IndexView(connection, store._index, use_case.number)
            said: dict[str, set[int]] = {}
            for field, _, value, _, seq in view.entries():
                if field in ("type", "feedback_status"):
                    said.setdefault(str(value), set()).add(seq)
            numbers = [len(places) for source in view.sources() for _, _, places in groups_of(source, "metadata.n")]
            assert CountsView(connection, waiting.seen_by(read_state(connection)), use_case.number).is_complete
            return said, numbers

        see()  # a snapshot begins with its first statement
        yield see


def add_alone(plant: Plant, use_case: UseCase) -> None:
    plant.add(plant.event(use_case, customMetadata={"n": 1}))


def add_batch(plant: Plant, use_case: UseCase) -> None:
    plant.add_batch([plant.event(use_case, customMetadata={"n": n}) for n in range(3)]).result(60)


def overwrite(plant: Plant, use_case: UseCase) -> None:
    plant.add(plant.event(use_case, eventId="e1", customMetadata={"n": 1}))


def remove_the_newest(plant: Plant, use_case: UseCase) -> None:
    plant.store.delete_events(plant.mine, use_case, ["e3", "review"])


def remove_all(plant: Plant, use_case: UseCase) -> None:
    plant.store.delete_events(plant.mine, use_case, ["e0", "e1", "e2", "e3", "review"])


def review(plant: Plant, use_case: UseCase) -> None:
    plant.add(plant.review(use_case, "e0", "incorrect"))


def review_what_is_not_learned(plant: Plant, use_case: UseCase) -> None:
    plant.add(plant.event(use_case, eventId="new", customMetadata={"n": 2}))
    plant.add(plant.review(use_case, "new", "incorrect"))


def fail_and_try_again(plant: Plant, use_case: UseCase) -> None:
    """Twice, and then others get the numbers."""
    with pytest.MonkeyPatch.context() as patch:
        finish = store_of(plant)._index.finish
        patch.setattr(store_of(plant)._index, "finish", lambda: [finish(), 1 / 0])
        for _ in range(2):
            failed = plant.add_batch([plant.event(use_case, customMetadata={"n": n}) for n in range(5)])
            assert isinstance(failed.exception(60), ZeroDivisionError)
    add_batch(plant, use_case)


def seal(plant: Plant, use_case: UseCase) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "_EVENTS_BETWEEN_SEALS", 2)
        patch.setattr(keeping, "_SMALLEST_SEGMENT", 2)
        add_batch(plant, use_case)
        plant.wait_until_tidy()
    assert plant.backend.rows("SELECT sum(events) FROM segments") == [(8,)]


STEPS = [
    add_alone,
    add_batch,
    overwrite,
    remove_the_newest,
    remove_all,
    review,
    review_what_is_not_learned,
    fail_and_try_again,
    seal,
]


@pytest.mark.parametrize("following", [add_batch, remove_the_newest], ids=lambda step: step.__name__)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_snapshot_sees_what_it_saw(
    plant: Plant,
    use_case: UseCase,
    step: Callable[[Plant, UseCase], None],
    following: Callable[[Plant, UseCase], None],
) -> None:
    with looking(plant, use_case) as before:
        saw = before()
        step(plant, use_case)
        assert before() == saw
        plant.check_statistics()
        with looking(plant, use_case) as between:
            saw_then = between()
            assert saw_then != saw
            following(plant, use_case)
            assert (before(), between()) == (saw, saw_then)
    plant.check_statistics()


def test_only_what_is_more_than_adding_has_a_number(plant: Plant, use_case: UseCase) -> None:
    def commits() -> int:
        plant.count(use_case)
        number: int = plant.backend.rows("SELECT commits FROM index_state")[0][0]
        return number

    before = commits()
    add_alone(plant, use_case)
    add_batch(plant, use_case)
    assert commits() == before
    for number, step in enumerate((overwrite, review, remove_the_newest), before + 1):
        step(plant, use_case)
        assert commits() == number
