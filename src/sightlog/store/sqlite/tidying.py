"""What the writer does after senders were answered: sealing, and writing what is counted, a piece at a time."""

import logging
import sqlite3
import time
from collections.abc import Callable

from sightlog.domain.errors import VisionEventsError
from sightlog.store.sqlite.transaction import SqliteTransaction, WriterMemory

logger = logging.getLogger(__name__)

# After a failure, as on a full disk: taking back what was done makes the tails anew from the rows.
_SECONDS_BETWEEN_TRIES = 5.0


class Tidying:
    """Does a piece when it is called, in a transaction of its own, or several when sealing has fallen behind; see
    `Writer`."""

    def __init__(self, memory: WriterMemory, begin: Callable[[], SqliteTransaction]) -> None:
        self._memory = memory
        self._begin = begin
        self._not_before = 0.0
        self._counts_were_last = False

    def __call__(self) -> bool:
        if time.monotonic() < self._not_before:
            return False
        try:
            is_done = False
            while self._is_due() and (not is_done or self._memory.index.is_overdue()):
                self._do_a_piece()
                is_done = True
        except Exception as error:  # the events are stored; who comes next is told what is wrong
            self._not_before = time.monotonic() + _SECONDS_BETWEEN_TRIES
            is_known = isinstance(error, VisionEventsError | sqlite3.Error)
            logger.warning("could not tidy up, events are safe: %s", error, exc_info=None if is_known else error)
            return False
        return self._is_due()

    def _is_due(self) -> bool:
        return self._memory.counts.is_due() or self._memory.index.is_due()

    def _do_a_piece(self) -> None:
        """Counts and sealing take turns, so that under load none of them waits for the other."""
        are_counts_next = self._memory.counts.is_due() and not (self._counts_were_last and self._memory.index.is_due())
        transaction = self._begin()
        try:
            if are_counts_next:
                self._memory.counts.write_waiting()
            else:
                self._memory.index.seal_some()
            transaction.commit()
        except BaseException:
            transaction.rollback()
            raise
        self._counts_were_last = are_counts_next
