"""Group commit: one thread owns the write connection and puts everything that waits into one commit.

Alone, a job is committed at once; under load many jobs share one flush of the disk. Those who were answered by one
commit tend to come again together, so the next one waits a moment until as many are there. A job that fails its own
checks must do so before it writes, and then fails alone. When a commit itself fails, every job of the group is tried
again in a commit of its own, so that neighbours are not harmed.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from sightlog.domain.errors import Busy, VisionEventsError

logger = logging.getLogger(__name__)

# Larger groups were not faster, and let the first job of a group wait longer for its answer.
MOST_JOBS_PER_COMMIT = 128
# How long a commit waits for the next of those that it expects, and for all of them together, in seconds.
_PATIENCE = 0.001
_MOST_PATIENCE = 0.01
# When nothing has come for so long, in seconds, there is time for what was left for a lull.
_LULL_SECONDS = 0.02
# After waiting so often in vain, one of some hundred commits still tries.
_MOST_VAIN = 8


class Transaction(Protocol):
    """What a group's jobs write through."""

    def commit(self) -> None:
        """Write what is buffered and make it durable."""
        ...

    def rollback(self) -> None:
        """Forget everything since the beginning."""
        ...


class Tidy:
    """What nobody waits for, done between groups; this one has nothing to do. It raises nothing."""

    def do_some(self) -> bool:
        """Do a piece, and tell whether there is more: called once after each group was answered, and then as long as
        nothing waits."""
        return False

    def has_rest(self) -> bool:
        """Whether something was left for a lull."""
        return False

    def do_rest(self) -> None:
        """Do that: nothing has come for a moment."""


T = TypeVar("T", bound=Transaction)
R = TypeVar("R")
_Waiting = tuple[Callable[[Any], Any], "Future[Any]"]


class _Signal(Enum):
    """What waits beside jobs."""

    END = "end"
    LOOK = "look"


class Writer(Generic[T]):
    """Runs jobs, in their order, on its own thread. `begin` opens a transaction there, `translate` turns an error of
    the backend into what the job's caller is told."""

    def __init__(
        self,
        begin: Callable[[], T],
        most_waiting: int,
        translate: Callable[[Exception], Exception],
        tidy: Tidy | None = None,
    ) -> None:
        self._begin = begin
        self._translate = translate
        self._tidy = tidy or Tidy()
        self._waiting: queue.SimpleQueue[_Waiting | _Signal] = queue.SimpleQueue()
        self._most_waiting = most_waiting
        self._most_together = min(MOST_JOBS_PER_COMMIT, most_waiting)
        self._door = threading.Lock()
        self._closed = False
        self._is_working = False
        self._is_to_look = False
        self._expected = 0
        self._are_there = threading.Event()
        self._vain = 0
        self._hurried = 0
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[T], R]) -> "Future[R]":
        """Queue a job; the future is done once its commit is durable. Raises Busy when the queue is full."""
        future: Future[R] = Future()
        with self._door:
            if self._closed:
                raise Busy("the server is shutting down; send this again when it is back")
            if self._waiting.qsize() >= self._most_waiting:
                raise Busy("too many writes are waiting; try again in a second")
            self._waiting.put((job, future))
            if self._waiting.qsize() >= self._expected:
                self._are_there.set()
        return future

    def run(self, job: Callable[[T], R]) -> R:
        """Queue a job and wait for it."""
        return self.submit(job).result()

    def look(self) -> None:
        """Have it tidied up soon, though nothing is written."""
        with self._door:
            if not self._is_to_look:
                self._is_to_look = True
                self._waiting.put(_Signal.LOOK)

    def is_busy(self) -> bool:
        """Whether a group is being written, or jobs wait."""
        return self._is_working or not self._waiting.empty()

    def close(self) -> None:
        """Take no more jobs, commit what waits, and end the thread. Idempotent."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._waiting.put(_Signal.END)
        self._thread.join()

    def _work(self) -> None:
        while True:
            first = self._next()
            if first is _Signal.END:
                return
            self._is_working = True
            if first is not _Signal.LOOK:
                self._wait_for_expected()
            group, ends = self._take_waiting(first)
            self._run_group([one for one in group if one[1].set_running_or_notify_cancel()])
            while self._tidy.do_some() and not ends and self._waiting.empty():
                pass
            self._is_working = False
            if ends:
                return

    def _next(self) -> _Waiting | _Signal:
        """What comes next; in a lull, first what was left for one."""
        try:
            return self._waiting.get(timeout=_LULL_SECONDS if self._tidy.has_rest() else None)
        except queue.Empty:
            self._is_working = True
            self._tidy.do_rest()
            self._is_working = False
            return self._waiting.get()

    def _wait_for_expected(self) -> None:
        """Wait until as many jobs are there, beside the first, as the last commit had and left waiting; or for as long
        as they keep coming. Without this, clients fall into two halves that are committed in turn: twice the commits,
        and the reading of one half and the storing of the other take the interpreter from each other. After a wait in
        vain, as with senders that do not wait for each other's answers, the next commits do not wait, twice as many
        each time."""
        if self._expected <= 0:
            return
        if self._hurried:
            self._hurried -= 1
            return
        deadline = time.monotonic() + _MOST_PATIENCE
        while True:
            self._are_there.clear()
            there = self._waiting.qsize()
            if there >= self._expected:
                self._vain = 0
                return
            is_over = time.monotonic() > deadline
            if is_over or (not self._are_there.wait(_PATIENCE) and self._waiting.qsize() == there):
                self._vain = min(self._vain + 1, _MOST_VAIN)
                self._hurried = 2**self._vain
                return

    def _take_waiting(self, following: _Waiting | _Signal) -> tuple[list[_Waiting], bool]:
        """This one and what waits behind it; and whether that is the end."""
        group: list[_Waiting] = []
        while following is not _Signal.END:
            if following is _Signal.LOOK:
                self._is_to_look = False
            elif not isinstance(following, _Signal):
                group.append(following)
            if len(group) == MOST_JOBS_PER_COMMIT:
                return group, False
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _run_group(self, group: list[_Waiting]) -> None:
        if not group:
            return
        results: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            transaction = self._begin()
            try:
                for job, future in group:
                    results.append(_attempt(job, future, transaction))
                transaction.commit()
            except BaseException:
                transaction.rollback()
                raise
            # Before anybody is told, and comes again.
            self._expected = min(len(group) + self._waiting.qsize(), self._most_together) - 1
        except Exception as error:  # noqa: BLE001  # whatever it was, the waiting futures must be told
            self._after_failure(group, error)
            return
        for future, result, refusal in results:
            if refusal is None:
                future.set_result(result)
            else:
                future.set_exception(refusal)

    def _after_failure(self, group: list[_Waiting], error: Exception) -> None:
        if len(group) == 1:
            group[0][1].set_exception(self._translate(error))
            return
        logger.warning("a group of %d writes failed (%s); trying each alone", len(group), error)
        for one in group:
            self._run_group([one])


def _attempt(
    job: Callable[[Any], Any], future: "Future[Any]", transaction: Any
) -> "tuple[Future[Any], Any, Exception | None]":
    """Run a job; a refusal (raised before it wrote anything) is its own, anything else ends the group."""
    try:
        return future, job(transaction), None
    except VisionEventsError as refusal:
        return future, None, refusal
