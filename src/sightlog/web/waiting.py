"""Waiting, in the event loop, for what another thread completes.

Many requests complete together, in one commit. They wake the loop once instead of once each, which is a system call
and a change of threads saved for every request but the first.
"""

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import Any, TypeVar

R = TypeVar("R")


class Completions:
    """Brings the results of other threads' futures into the event loop."""

    def __init__(self) -> None:
        self._arrived: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._is_waking = False

    async def of(self, future: "Future[R]") -> R:
        """The future's result, or its exception."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[R] = loop.create_future()

        def note(done: "Future[R]") -> None:
            self._arrived.append((waiting, done))
            if not self._is_waking:
                self._is_waking = True
                loop.call_soon_threadsafe(self._deliver)

        future.add_done_callback(note)
        return await waiting

    def _deliver(self) -> None:
        # First the flag: whatever arrives from now on either is taken below or wakes the loop again.
        self._is_waking = False
        while self._arrived:
            waiting, done = self._arrived.popleft()
            if waiting.done():
                continue
            error = done.exception()
            if error is None:
                waiting.set_result(done.result())
            else:
                waiting.set_exception(error)
