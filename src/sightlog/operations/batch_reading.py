"""Reading batches: here, or, while others are under way, in a process of its own.

Reading a batch is half of the interpreter's work for it, and one interpreter runs one thread at a time: reading in
another process, and packing for the store what was read, lets this one store meanwhile. The other process does nothing
else, keeps no event, and ends with the pipe to it. Whatever it cannot do, a bad batch too, is done here, so that there
is one way to refuse.
"""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import IO

from msgspec import Struct, msgpack

from sightlog.domain.batches import AcceptedBatch, turn_around
from sightlog.domain.event_reading import Reading, read_batch
from sightlog.store.packing import Packer, Packing, pack_events

logger = logging.getLogger(__name__)

# Smaller bodies are read faster than they are handed over.
_SMALLEST_BODY_BYTES = 8_192
_HEAD_BYTES = 4
_NOTHING = b""
# A batch takes milliseconds to read, the largest body a second.
_SECONDS_OF_PATIENCE = 15.0
# What the pipe's reader holds at most before it stops the other process: some answers.
_BUFFER_BYTES = 2_000_000


class _Asked(Struct, frozen=True):
    rules: Reading
    raw: bytes
    is_packed: bool
    """Whether the answer is wanted packed."""
    packing: Packing | None
    """What it is packed with from now on, where that is new."""


_questions = msgpack.Decoder(_Asked)
_answers = msgpack.Decoder(AcceptedBatch)


class BatchReader:
    """For one event loop. The other process is started when batches first overlap, and started again when it ended."""

    def __init__(self, packing: Callable[[], Packing | None]) -> None:
        """`packing` tells what the store would like events to be packed with (`Store.packing`)."""
        self._packing = packing
        self._under_way = 0
        self._helper: _Helper | None = None
        self._starting: asyncio.Task[None] | None = None
        self._has_cores = len(os.sched_getaffinity(0)) > 1 if hasattr(os, "sched_getaffinity") else True

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """To be held by each request from before its batch is read until it is stored."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def read(self, raw: bytes, rules: Reading) -> AcceptedBatch:
        """What `read_batch` returns, turned around. Raises what it raises."""
        if self._under_way > 1 and self._has_cores and len(raw) >= _SMALLEST_BODY_BYTES:
            helper = self._running_helper()
            answer = await helper.ask(raw, rules, self._packing()) if helper is not None else _NOTHING
            if answer:
                return _answers.decode(answer)
        return turn_around(read_batch(raw, rules))

    async def start(self) -> None:
        """Start the other process before it is needed."""
        if self._running_helper() is None and self._starting is not None:
            await self._starting

    async def close(self) -> None:
        """End the other process."""
        if self._starting is not None:
            await self._starting
        if self._helper is not None:
            await self._helper.close()

    def _running_helper(self) -> "_Helper | None":
        if self._helper is not None and not self._helper.has_ended:
            return self._helper
        if self._starting is None or self._starting.done():
            self._starting = asyncio.get_running_loop().create_task(self._start())
        return None

    async def _start(self) -> None:
        try:
            self._helper = await _Helper.start()
        except OSError as error:  # too many processes, or too little memory
            logger.warning("batches are read in this process only: %s", error)
            self._has_cores = False


class _Helper:
    """The other process: questions go in, answers come out in their order."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        self._process = process
        self._stdin = process.stdin
        self._waiting: deque[asyncio.Future[bytes]] = deque()
        self._told: Packing | None = None
        self._is_closing = False
        self.has_ended = False
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    @classmethod
    async def start(cls) -> "_Helper":
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-P", "-m", __name__)  # nothing from the folder that it was started in
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=_BUFFER_BYTES))

    async def ask(self, raw: bytes, rules: Reading, packing: Packing | None) -> bytes:
        """The answer, or nothing when there is none."""
        new = packing if packing is not None and packing != self._told else None
        question = msgpack.encode(_Asked(rules, raw, packing is not None, new))
        self._told = new or self._told
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)  # from here to the next line nothing can fail: answers come in this order
        self._stdin.write(len(question).to_bytes(_HEAD_BYTES, "big") + question)
        try:
            answer: bytes = await asyncio.wait_for(waiting, _SECONDS_OF_PATIENCE)
        except TimeoutError:
            self._process.kill()  # it hangs; whoever else waits for it is read here too
            return _NOTHING
        return answer

    async def close(self) -> None:
        self._is_closing = True
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._listening

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await self._process.stdout.readexactly(_HEAD_BYTES)
                answer = await self._process.stdout.readexactly(int.from_bytes(head, "big"))
                self._settle(answer)
        self.has_ended = True
        while self._waiting:
            self._settle(_NOTHING)
        if not self._is_closing:
            logger.warning("the process that reads batches ended; they are read here until there is another")
        self._stdin.close()
        await self._process.wait()

    def _settle(self, answer: bytes) -> None:
        waiting = self._waiting.popleft()
        if not waiting.done():
            waiting.set_result(answer)


class _Answers:
    """Knows what events are to be packed with."""

    def __init__(self) -> None:
        self._packer: Packer | None = None

    def to(self, question: bytes) -> bytes:
        """The answer to a question, or nothing."""
        try:
            asked = _questions.decode(question)
            if asked.packing is not None:
                self._packer = Packer(asked.packing)
            batch = turn_around(read_batch(asked.raw, asked.rules))
            if asked.is_packed and self._packer is not None:
                pack_events(batch.events, self._packer)
            return msgpack.encode(batch)
        except Exception:  # noqa: BLE001  # whatever it is, the server meets it again and tells
            return _NOTHING


def answer_questions(source: IO[bytes], target: IO[bytes]) -> None:
    """What the other process does, until its source ends. While it reads a batch, the next question comes in and the
    last answer goes out: the server's loop may be late to send the one and to take the other."""
    answers = _Answers()
    with ThreadPoolExecutor(1) as asking, ThreadPoolExecutor(1) as answering:
        coming = asking.submit(_next_question, source)
        going: Future[None] | None = None
        while (question := coming.result()) is not None:
            coming = asking.submit(_next_question, source)
            answer = answers.to(question)
            if going is not None:
                going.result()  # one answer at most waits to be taken
            going = answering.submit(_send, target, answer)


def _next_question(source: IO[bytes]) -> bytes | None:
    head = source.read(_HEAD_BYTES)
    return source.read(int.from_bytes(head, "big")) if len(head) == _HEAD_BYTES else None


def _send(target: IO[bytes], answer: bytes) -> None:
    try:
        target.write(len(answer).to_bytes(_HEAD_BYTES, "big") + answer)
        target.flush()
    except (OSError, MemoryError):
        os._exit(1)  # at once, while a thread still waits for a question: the server notices, or is gone


if __name__ == "__main__":
    # Ctrl-C in a terminal, and the end of a service, reach this process too. It ends with the server, which first
    # answers what is under way.
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)
    gc.freeze()
    gc.disable()  # it keeps no event, so there is nothing to collect
    answer_questions(sys.stdin.buffer, sys.stdout.buffer)
