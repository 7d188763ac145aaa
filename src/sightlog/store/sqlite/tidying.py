"""What the writer does after senders were answered: learning what came alone, sealing, and writing what is counted, a
piece at a time."""

import logging
import sqlite3
import time
from collections.abc import Callable

from sightlog.domain.errors import VisionEventsError
from sightlog.store.sqlite.transaction import SqliteTransaction, WriterMemory
from sightlog.store.writer import Tidy

logger = logging.getLogger(__name__)

# After a failure, as on a full disk: taking back what was done makes the tails anew from the rows.
_SECONDS_BETWEEN_TRIES = 5.0


class Tidying(Tidy):
    """Does a piece when it is called, in a transaction of its own, or several when sealing has fallen behind."""

    def __init__(self, memory: WriterMemory, begin: Callable[[], SqliteTransaction]) -> None:
        self._memory = memory
        self._begin = begin
        self._not_before = 0.0
        self._counts_were_last = False

    def do_some(self) -> bool:
        is_paused = time.monotonic() < self._not_before
        learning = self._memory.learning
        if learning.is_due() and (learning.is_asked or not is_paused):
            is_paused = not self._try()
        if is_paused:
            return False
        is_done = False
        while self._is_due() and (not is_done or self._memory.index.is_overdue()):
            if not self._try(self._piece()):
                return False
            is_done = True
        return self._is_due()

    def has_rest(self) -> bool:
        return not self._memory.learning.knows_all()

    def do_rest(self) -> None:
        self._try()

    def _is_due(self) -> bool:
        return self._memory.counts.is_due() or self._memory.index.is_due()

    def _piece(self) -> Callable[[], None]:
        """Counts and sealing take turns, so that under load none of them waits for the other."""
        index, counts = self._memory.index, self._memory.counts
        are_counts_next = counts.is_due() and not (self._counts_were_last and index.is_due())
        self._counts_were_last = are_counts_next
        return counts.write_waiting if are_counts_next else index.seal_some

    def _try(self, work: Callable[[], None] = lambda: None) -> bool:
        """Learn what is stored, and then do this too, in a transaction; whether it succeeded."""
        try:
            transaction = self._begin()
            try:
                self._memory.learning.learn_stored()
                work()
                transaction.commit()
            except BaseException:
                transaction.rollback()
                raise
        except Exception as error:  # the events are stored; who comes next is told what is wrong
            self._not_before = time.monotonic() + _SECONDS_BETWEEN_TRIES
            self._memory.learning.failed()
            is_known = isinstance(error, VisionEventsError | sqlite3.Error)
            logger.warning("could not tidy up, events are safe: %s", error, exc_info=None if is_known else error)
            return False
        return True
