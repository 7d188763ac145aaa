"""Many writes at once: shared commits, refusals and failures that harm nobody else, a bounded queue, a full drain."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from msgspec import structs

from sightlog.domain.errors import Busy, UnknownUseCase
from sightlog.store.contract import Store
from tests.contract.backends import Backend
from tests.contract.plant import NOW, OpenStore, Plant, accept
from tests.contract.test_images import a_picture

Waiting = Future[list[Any]]


def test_a_refused_write_does_not_harm_its_neighbours(plant: Plant) -> None:
    use_case = plant.use_case()
    with plant.backend.stalled_writes():
        first = plant.submit(plant.event(use_case, eventId="a"))
        refused = plant.submit(plant.event(use_case, eventId="b"), plant.event(use_case, useCaseId="nobody"))
        last = plant.submit(plant.event(use_case, eventId="c"))
    assert isinstance(refused.exception(), UnknownUseCase)
    assert [first.result()[0].event_id, last.result()[0].event_id] == ["a", "c"]
    assert plant.ids(use_case) == ["c", "a"]
    plant.check_statistics()


def test_a_write_that_breaks_the_whole_commit_fails_alone(plant: Plant) -> None:
    """The event holds what no table takes, so that the database itself refuses the commit."""
    use_case = plant.use_case()
    known = plant.event(use_case, eventId="known", deviceId="cam-1")
    plant.add(known)
    broken = structs.replace(accept(plant.event(use_case, eventId="broken")), event_type=None)
    with plant.backend.stalled_writes():
        neighbours = [plant.submit(plant.event(use_case, eventId=f"before {n}")) for n in range(3)]
        failing = plant.store.add_events(plant.mine, None, [broken], NOW)
        overwrite = plant.submit(known | {"deviceId": "cam-2"})
        neighbours += [plant.submit(plant.event(use_case, eventId=f"after {n}")) for n in range(3)]
    assert failing.exception() is not None
    assert [neighbour.result()[0].created for neighbour in neighbours] == [True] * 6
    assert [receipt.created for receipt in overwrite.result()] == [False]
    assert plant.store.find_event(plant.mine, "broken") is None
    assert plant.summary(use_case).event_count == 7
    plant.check_statistics()
    plant.add(plant.event(use_case, eventId="and on it goes"))
    plant.check_statistics()


def test_batches_beside_a_write_that_breaks_the_whole_commit_are_stored_once(plant: Plant) -> None:
    """They are tried again, with what the first attempt had added to their events."""
    use_case = plant.use_case("Paint line")
    plant.store.add_image(a_picture(plant, metadata={"lens": "wide"}), None, NOW)
    images = [[], [{"sourceId": "img-1"}], [{"sourceId": "nobody"}]]
    broken = structs.replace(accept(plant.event(use_case, eventId="broken")), event_type=None)
    with plant.backend.stalled_writes():
        plain = plant.add_batch([plant.event(use_case, eventId=f"plain {n}") for n in range(3)])
        failing = plant.store.add_events(plant.mine, None, [broken], NOW)
        added_to = plant.add_batch([plant.event(use_case, eventId=f"more {n}", images=images[n]) for n in range(3)])
        names = (use_case.id, "paint LINE", use_case.id)
        mixed = plant.add_batch([plant.event(use_case, eventId=f"mixed {n}", useCaseId=names[n]) for n in range(3)])
    assert failing.exception() is not None
    for batch in (plain, added_to, mixed):
        assert [receipt.created for receipt in batch.result()] == [True] * 3
    warnings = [[warning.code for warning in receipt.warnings] for receipt in added_to.result()]
    assert warnings == [[], [], ["image_not_found"]]
    assert plant.ids(use_case, hasWarnings=True) == ["more 2"]
    lens = [{"field": "lens", "operator": "eq", "value": "wide"}]
    assert plant.ids(use_case, imageMetadataFilters=lens) == ["more 1"]
    plant.check_statistics()


@pytest.mark.parametrize("turned", [False, True])
def test_an_event_that_is_tried_again_keeps_nothing_of_the_first_attempt(plant: Plant, turned: bool) -> None:
    """Together with the overwrite its picture is still there; alone, after the overwrite, it is not."""
    use_case = plant.use_case()
    plant.store.add_image(a_picture(plant, metadata={"lens": "wide"}), None, NOW)
    holder = plant.event(use_case, eventId="holder", images=[{"sourceId": "img-1"}])
    plant.add(holder)
    broken = structs.replace(accept(plant.event(use_case, eventId="broken")), event_type=None)
    late = plant.event(use_case, eventId="late", images=[{"sourceId": "img-1"}])
    with plant.backend.stalled_writes():
        overwrite = plant.submit(holder | {"images": []})
        naming = plant.add_batch([late]) if turned else plant.submit(late)
        failing = plant.store.add_events(plant.mine, None, [broken], NOW)
    assert failing.exception() is not None
    assert overwrite.result()[0].created is False
    assert [warning.code for warning in naming.result()[0].warnings] == ["image_not_found"]
    assert plant.ids(use_case, imageMetadataFilters=[{"field": "lens", "operator": "exists", "value": True}]) == []
    plant.check_statistics()


def test_changes_of_use_cases_between_events_of_one_commit_hold_from_then_on(plant: Plant) -> None:
    use_case = plant.use_case("Paint line")
    made: list[str] = []
    with plant.backend.stalled_writes():
        before = plant.submit(plant.event(use_case, eventId="before"))
        making = threading.Thread(target=lambda: made.append(plant.use_case("Weld line").id))
        making.start()
        waiting = [plant.submit(plant.event(use_case)) for _ in range(3)]
    making.join()
    for future in (before, *waiting):
        assert future.result()[0].created
    assert plant.summary(use_case).event_count == 4
    assert [row.name for row in plant.store.list_use_cases(plant.mine, None)] == ["Paint line", "Weld line"]
    plant.check_statistics()


def until_busy(submit: Callable[[], Waiting]) -> Iterator[Waiting]:
    """What a queue takes before it is full, and no more than a thousand."""
    for _ in range(1000):
        try:
            yield submit()
        except Busy:
            return


def test_a_full_queue_answers_busy_at_once_and_keeps_what_it_took(backend: Backend, open_store: OpenStore) -> None:
    plant = Plant(backend, open_store(waiting_writes=3))
    use_case = plant.use_case()
    with backend.stalled_writes():
        taken = list(until_busy(lambda: plant.submit(plant.event(use_case))))
    assert 3 <= len(taken) < 1000
    for future in taken:
        assert future.result()[0].created
    assert plant.summary(use_case).event_count == len(taken)
    plant.add(plant.event(use_case))
    plant.check_statistics()


def test_reads_go_on_while_writes_are_held_up(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="e"))
    assert plant.ids(use_case) == ["e"]
    with plant.backend.stalled_writes():
        waiting = plant.submit(plant.event(use_case, eventId="f"))
        assert plant.ids(use_case) == ["e"]
        assert plant.summary(use_case).event_count == 1
        assert not waiting.done()
    waiting.result()
    assert plant.ids(use_case) == ["f", "e"]


def test_closing_writes_what_waits(plant: Plant, open_store: OpenStore) -> None:
    use_case = plant.use_case()
    with plant.backend.stalled_writes():
        waiting = [plant.submit(plant.event(use_case)) for _ in range(200)]
        closing = threading.Thread(target=plant.store.close)
        closing.start()
    closing.join()
    assert all(future.done() for future in waiting)
    assert {future.result()[0].created for future in waiting} == {True}
    plant.reopen(open_store)
    assert plant.summary(use_case).event_count == 200
    plant.check_statistics()


def test_a_closed_store_takes_no_writes_and_may_be_closed_again(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.store.close()
    with pytest.raises(Busy, match="shutting down"):
        plant.submit(plant.event(use_case))
    plant.store.close()


def test_many_threads_that_write_the_same_ids_leave_exact_statistics(plant: Plant) -> None:
    use_cases = [plant.use_case(name) for name in ("one", "two")]
    failures: list[BaseException] = []

    def write(seed: int) -> None:
        try:
            for turn in range(25):
                event = plant.event(use_cases[(seed + turn) % 2], eventId=f"e{(seed * turn) % 7}")
                plant.add(event | {"deviceId": f"cam-{turn % 3}", "customMetadata": {"seed": seed, "turn": str(turn)}})
                if turn % 5 == 0:
                    plant.add(plant.review(use_cases[0], f"e{turn % 7}", "correct", eventId=f"r{seed}"))
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=write, args=[seed]) for seed in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    plant.check_statistics()


def test_a_store_that_reads_and_writes_is_ready(store: Store) -> None:
    assert store.is_ready()


def test_a_store_whose_writes_are_held_up_is_not_ready(plant: Plant) -> None:
    answers: list[bool] = []
    asking = threading.Thread(target=lambda: answers.append(plant.store.is_ready()))
    with plant.backend.stalled_writes():
        asking.start()
        asking.join(0.2)
        assert answers == []
    asking.join()
    assert answers == [True]
