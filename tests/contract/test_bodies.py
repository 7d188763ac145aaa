"""Stored JSON comes back byte for byte, whatever it was compressed with."""

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing

import pytest

from sightlog.domain.batches import turn_around
from sightlog.store.packing import Packer, Packing, pack_events
from sightlog.store.sqlite import bodies
from tests.contract.backends import Backend
from tests.contract.plant import NOW, OpenStore, Plant, accept_batch


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred events are enough for a dictionary, which is there at the next commit, and for another one."""
    monkeypatch.setattr(bodies, "_SAMPLES", 100)
    monkeypatch.setattr(bodies, "_DICTIONARY_BYTES", 4096)
    monkeypatch.setattr(bodies, "_BODIES_BETWEEN_LOOKS", 200)
    monkeypatch.setattr(bodies, "_in_background", at_once)


def at_once(work: Callable[[], bytes | None]) -> "Future[bytes | None]":
    future: Future[bytes | None] = Future()
    future.set_result(work())
    return future


def dictionaries(plant: Plant) -> int:
    found: int = plant.backend.rows("SELECT count(*) FROM dictionaries")[0][0]
    return found


def letters(seed: int, count: int) -> str:
    """Text that repeats nothing."""
    return "".join(random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz ", k=count))


def add_many(plant: Plant, count: int, name: str, length: int = 10) -> dict[str, str]:
    """Events alike, each with a comment of its own, so much of it like no other; id → comment."""
    use_case = plant.use_case(name)
    made = {f"{name} {n}": f"{name} {letters(n, length)}" for n in range(count)}
    events = [plant.event(use_case, eventId=id, comment=text) for id, text in made.items()]
    for start in range(0, count, 50):
        plant.add(*events[start : start + 50])
    return made


def check(plant: Plant, made: dict[str, str]) -> None:
    for id, comment in made.items():
        assert plant.body(id)["comment"] == comment


def test_a_dictionary_is_made_from_the_first_events_and_all_of_them_stay_readable(
    plant: Plant, open_store: OpenStore
) -> None:
    made = add_many(plant, 300, "the belt was cleaned before this part was seen")
    assert dictionaries(plant) == 1
    check(plant, made)
    plant.reopen(open_store)
    check(plant, made | add_many(plant, 20, "after a restart"))
    plant.check_statistics()


def test_when_events_change_another_dictionary_is_made_and_the_first_stays(plant: Plant) -> None:
    made = add_many(plant, 300, "short")
    made |= add_many(plant, 800, "long", 500)
    assert dictionaries(plant) >= 2
    check(plant, made)


def test_a_dictionary_of_a_commit_that_failed_is_forgotten(plant: Plant) -> None:
    """The next one has the same number and other bytes."""
    made = add_many(plant, 90, "the first few")
    use_case = plant.use_case()
    with plant.backend.full_disk():
        texts = [{f"t{n}": letters(100 * at + n, 900) for n in range(60)} for at in range(90)]
        failed = plant.submit(*[plant.event(use_case, customMetadata=text) for text in texts])
        assert failed.exception(timeout=60) is not None
    assert dictionaries(plant) == 0
    assert plant.store.packing is None
    made |= add_many(plant, 200, "others, quite different ones")
    assert dictionaries(plant) == 1
    check(plant, made)


def test_events_can_be_packed_before_they_are_handed_in_also_with_an_earlier_dictionary(plant: Plant) -> None:
    use_case = plant.use_case("packed")
    assert plant.store.packing is None
    made = add_many(plant, 300, "the belt was cleaned before this part was seen")
    first = plant.store.packing
    assert first is not None
    assert first.number == 1
    later = {f"later {n}": letters(n, 200) for n in range(50)}
    batch = turn_around(accept_batch([plant.event(use_case, eventId=id, comment=text) for id, text in later.items()]))
    pack_events(batch.events, Packer(first))
    assert {(event.rest, event.images) for event in batch.events} == {(b"", b"")}
    made |= add_many(plant, 800, "long", 500)
    assert plant.store.packing != first
    plant.store.add_events(plant.mine, None, batch.events, NOW, batch.facts).result(timeout=60)
    check(plant, made | later)
    assert plant.body("later 3")["customMetadata"] == {}
    plant.add(plant.event(use_case, eventId="later 3", comment="overwritten"))
    check(plant, {"later 3": "overwritten"})
    plant.check_statistics()


def test_while_a_dictionary_is_to_be_made_events_are_wanted_as_they_are(plant: Plant, open_store: OpenStore) -> None:
    add_many(plant, 50, "too few")
    assert plant.store.packing is None
    add_many(plant, 100, "enough")
    first = plant.store.packing
    assert first is not None
    plant.reopen(open_store)
    assert plant.store.packing == first
    add_many(plant, 200, "as usual")
    offered = []
    for number in range(10):  # bodies that have grown ask for another one, made from a hundred of them
        add_many(plant, 50, f"long {number}", 500)
        offered.append(plant.store.packing)
    before, after = offered.index(None), len(offered) - offered[::-1].index(None)
    assert {one.number for one in offered[:before] if one} == {1}
    assert {one.number for one in offered[after:] if one} == {2}
    assert after - before in (1, 2, 3)


def test_a_dictionary_is_made_while_events_are_stored(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """And used as soon as it is there. What came meanwhile is compressed without one."""
    made: Future[bytes | None] = Future()
    asked: list[Callable[[], bytes | None]] = []
    monkeypatch.setattr(bodies, "_in_background", lambda work: [asked.append(work), made][1])
    stored = add_many(plant, 100, "enough")
    stored |= add_many(plant, 300, "and more")
    assert len(asked) == 1
    assert plant.store.packing is None
    made.set_result(asked[0]())
    assert dictionaries(plant) == 0
    stored |= add_many(plant, 50, "with it")
    assert dictionaries(plant) == 1
    assert plant.store.packing is not None
    check(plant, stored)


def test_where_nothing_is_alike_there_is_no_dictionary(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_train", lambda samples, number: None)
    stored = add_many(plant, 300, "any")
    assert dictionaries(plant) == 0
    assert plant.store.packing == Packing(0, b"")
    check(plant, stored)


def test_a_dictionary_is_made_on_another_thread(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(bodies, "_SAMPLES", 100)
    threads: list[str] = []
    train = bodies._train
    monkeypatch.setattr(bodies, "_train", lambda *of: [threads.append(threading.current_thread().name), train(*of)][1])
    stored = add_many(plant, 100, "enough")
    until = time.monotonic() + 30
    while dictionaries(plant) == 0 and time.monotonic() < until:
        stored |= add_many(plant, 1, f"one more at {time.monotonic()}")
    assert dictionaries(plant) == 1
    assert threads == ["dictionary_0"]
    check(plant, stored)


def test_events_stored_before_compression_are_read_as_they_are(backend: Backend, plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="old", comment="as it was"))
    before = plant.store.find_event(plant.mine, "old")
    assert before is not None
    plant.store.close()
    with closing(sqlite3.connect(backend.database)) as connection:
        plain = (before.rest.decode(), before.images.decode())
        connection.execute("UPDATE events SET body_format = 1, rest = ?, images = ?", plain)
        connection.commit()
    plant.store = backend.open()
    try:
        assert plant.store.find_event(plant.mine, "old") == before
        plant.add(plant.event(use_case, eventId="old", comment="overwritten"))
        plant.check_statistics()
    finally:
        plant.store.close()
