"""Batches that overlap are read in a process of its own, with the same result, and whatever becomes of that process."""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
import zstandard

from sightlog.domain.api_keys import SourceDefaults
from sightlog.domain.batches import AcceptedBatch, turn_around
from sightlog.domain.errors import Invalid, VisionEventsError
from sightlog.domain.event_reading import AcceptedEvent, Reading, read_batch
from sightlog.domain.limits import Limits
from sightlog.operations import batch_reading
from sightlog.operations.batch_reading import BatchReader
from sightlog.store.packing import Packer, Packing, pack_events
from tests.contract.plant import NOW
from tests.strategies import seeded_events

R = TypeVar("R")
RULES = Reading(limits=Limits(), now=NOW, lookback_days=365, defaults=SourceDefaults(device_id="cam-of-the-key"))


def body(seed: str, count: int = 40, **changes: object) -> bytes:
    """A batch of varied events, some with warnings."""
    events = [
        event | {"useCaseId": "line", "comment": "long " * 50} | changes for event in seeded_events(count, 3, seed)
    ]
    return json.dumps({"events": events}, ensure_ascii=False).encode()


def in_a_loop(work: Callable[[], Coroutine[Any, Any, R]]) -> R:
    """Run something in a loop of its own, in a thread of its own: in this one a browser's loop may still run."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


def no_packing() -> Packing | None:
    """What a store says that wants events as they are."""
    return None


def with_reader(work: Callable[[BatchReader], Awaitable[R]], packing: Callable[[], Packing | None] = no_packing) -> R:
    """Run something with a reader whose other process is up."""

    async def run() -> R:
        reader = BatchReader(no_packing)
        reader._has_cores = True
        try:
            with reader.under_way(), reader.under_way():
                await reader.read(body("first"), RULES)  # read here, because there is no other process yet
                assert reader._starting is not None
                await reader._starting
                assert reader._helper is not None
                return await work(reader)
        finally:
            await reader.close()

    return in_a_loop(run)


def read_here(raw: bytes) -> AcceptedBatch:
    """What the server itself would read."""
    return turn_around(read_batch(raw, RULES))


async def read_there(reader: BatchReader, raw: bytes) -> AcceptedBatch:
    """Read it in the other process, or fail."""
    helper = reader._helper
    assert helper is not None
    assert await helper.ask(raw, RULES, reader._packing()) != b""
    return await reader.read(raw, RULES)


def test_what_is_read_there_is_what_is_read_here() -> None:
    bodies = [body(f"batch {n}") for n in range(12)]

    async def all_at_once(reader: BatchReader) -> list[AcceptedBatch]:
        return await asyncio.gather(*(read_there(reader, raw) for raw in bodies))

    assert with_reader(all_at_once) == [read_here(raw) for raw in bodies]


def test_what_is_read_there_is_packed_with_what_the_store_says_just_then() -> None:
    raw = body("packed")
    pieces = [one.rest + one.images for seed in range(20) for one in read_here(body(f"sample {seed}")).events]
    made = [zstandard.train_dictionary(4096, pieces, dict_id=number).as_bytes() for number in (1, 2)]
    said = [None, Packing(0, b""), Packing(1, made[0]), Packing(1, made[0]), None, Packing(2, made[1])]

    async def one_after_the_other(reader: BatchReader) -> list[AcceptedBatch]:
        found = []
        for packing in said:
            reader._packing = lambda packing=packing: packing  # type: ignore[misc]
            found.append(await read_there(reader, raw))
        return found

    def packed_here(packing: Packing | None) -> AcceptedBatch:
        batch = read_here(raw)
        if packing is not None:
            pack_events(batch.events, Packer(packing))
        return batch

    found = with_reader(one_after_the_other)
    assert found == [packed_here(packing) for packing in said]
    numbers = [
        zstandard.get_frame_parameters(batch.events[0].packed).dict_id for batch in found if batch.events[0].packed
    ]
    assert numbers == [0, 1, 1, 2]


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": "noon"},
        {"deviceId": 5},
        {"eventType": "unknown"},
        {"eventId": "a\n"},
        {"customMetadata": {"a/b": 1}},
        {"images": [{"metadata": {"a/b": 1}}]},
    ],
    ids=str,
)
def test_bad_batch_is_refused_in_the_same_words(changes: dict[str, object]) -> None:
    raw = body("bad", **changes)
    with pytest.raises(Invalid) as here:
        read_batch(raw, RULES)

    async def refused(reader: BatchReader) -> VisionEventsError:
        with pytest.raises(Invalid) as there:
            await reader.read(raw, RULES)
        return there.value

    there = with_reader(refused)
    assert (there.message, there.details) == (here.value.message, here.value.details)


def test_batches_are_read_here_when_the_other_process_was_killed_and_there_is_another_one_later() -> None:
    raw = body("killed")

    async def kill_and_read(reader: BatchReader) -> tuple[list[AcceptedEvent], int, int]:
        helper = reader._helper
        assert helper is not None
        waiting = [asyncio.ensure_future(reader.read(raw, RULES)) for _ in range(5)]
        os.kill(helper._process.pid, signal.SIGKILL)
        read = [one for batch in await asyncio.gather(*waiting) for one in batch.events]
        while not helper.has_ended:
            await asyncio.sleep(0.01)
        await reader.read(raw, RULES)
        assert reader._starting is not None
        await reader._starting
        assert reader._helper is not None
        await read_there(reader, raw)
        return read, helper._process.pid, reader._helper._process.pid

    read, before, after = with_reader(kill_and_read)
    assert read == read_here(raw).events * 5
    assert before != after


def test_batches_are_read_here_when_the_other_process_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_reading, "_SECONDS_OF_PATIENCE", 0.3)
    raw = body("hanging")

    async def hang_and_read(reader: BatchReader) -> list[AcceptedEvent]:
        helper = reader._helper
        assert helper is not None
        os.kill(helper._process.pid, signal.SIGSTOP)
        read = await asyncio.gather(*(reader.read(raw, RULES) for _ in range(3)))
        while not helper.has_ended:
            await asyncio.sleep(0.01)
        return [one for batch in read for one in batch.events]

    assert with_reader(hang_and_read) == read_here(raw).events * 3


def test_a_batch_alone_is_read_here() -> None:
    async def alone() -> None:
        reader = BatchReader(no_packing)
        reader._has_cores = True
        with reader.under_way():
            assert await reader.read(body("alone"), RULES) == read_here(body("alone"))
        assert reader._starting is None

    in_a_loop(alone)


def test_the_other_process_ends_with_the_reader() -> None:
    async def pid(reader: BatchReader) -> int:
        assert reader._helper is not None
        await read_there(reader, body("it is up"))
        os.kill(reader._helper._process.pid, signal.SIGTERM)  # what a service's end sends to all processes
        await read_there(reader, body("still there"))
        return reader._helper._process.pid

    ended = with_reader(pid)
    with pytest.raises(ProcessLookupError):
        os.kill(ended, 0)
