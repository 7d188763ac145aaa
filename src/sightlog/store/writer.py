"""Group commit: one thread owns the write connection and puts everything that waits into one commit.

Alone, a job is committed at once; under load many jobs share one flush of the disk. A job that fails its own checks
must do so before it writes, and then fails alone. When a commit itself fails, every job of the group is tried again
in a commit of its own, so that neighbours are not harmed.
"""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar

from sightlog.domain.errors import Busy, VisionEventsError

logger = logging.getLogger(__name__)

# Larger groups were not faster, and let the first job of a group wait longer for its answer.
MOST_JOBS_PER_COMMIT = 128


class Transaction(Protocol):
    """What a group's jobs write through."""

    def commit(self) -> None:
        """Write what is buffered and make it durable."""
        ...

    def rollback(self) -> None:
        """Forget everything since the beginning."""
        ...


T = TypeVar("T", bound=Transaction)
R = TypeVar("R")
_Waiting = tuple[Callable[[Any], Any], "Future[Any]"]


class Writer(Generic[T]):
    """Runs jobs, in their order, on its own thread. `begin` opens a transaction there, `translate` turns an error of
    the backend into what the job's caller is told."""

    def __init__(self, begin: Callable[[], T], most_waiting: int, translate: Callable[[Exception], Exception]) -> None:
        self._begin = begin
        self._translate = translate
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._most_waiting = most_waiting
        self._door = threading.Lock()
        self._closed = False
        self._is_working = False
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
        return future

    def run(self, job: Callable[[T], R]) -> R:
        """Queue a job and wait for it."""
        return self.submit(job).result()

    def is_busy(self) -> bool:
        """Whether a group is being written, or jobs wait."""
        return self._is_working or not self._waiting.empty()

    def close(self) -> None:
        """Take no more jobs, commit what waits, and end the thread. Idempotent."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            self._is_working = True
            group, ends = self._take_waiting(first)
            self._run_group([one for one in group if one[1].set_running_or_notify_cancel()])
            self._is_working = False
            if ends:
                return

    def _take_waiting(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        group = [first]
        while len(group) < MOST_JOBS_PER_COMMIT:
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                break
            if following is None:
                return group, True
            group.append(following)
        return group, False

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
