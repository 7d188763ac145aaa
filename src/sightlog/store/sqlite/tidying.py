"""What the writer does after senders were answered: sealing, and writing what is counted, a piece at a time."""

import logging
import time
from collections.abc import Callable

from sightlog.store.sqlite.transaction import SqliteTransaction, WriterMemory

logger = logging.getLogger(__name__)

# After a failure, as on a full disk: what is in memory stays there meanwhile.
_SECONDS_BETWEEN_TRIES = 5.0


class Tidying:
    """Does a piece when it is called, in a transaction of its own; see `Writer`."""

    def __init__(self, memory: WriterMemory, begin: Callable[[], SqliteTransaction]) -> None:
        self._memory = memory
        self._begin = begin
        self._not_before = 0.0

    def __call__(self) -> bool:
        if not self._memory.is_due() or time.monotonic() < self._not_before:
            return False
        try:
            self._do_a_piece()
        except Exception as error:  # noqa: BLE001  # the events are stored; who comes next is told what is wrong
            self._not_before = time.monotonic() + _SECONDS_BETWEEN_TRIES
            logger.warning("could not tidy up: %s; trying again in %d s", error, _SECONDS_BETWEEN_TRIES)
            return False
        return self._memory.is_due()

    def _do_a_piece(self) -> None:
        transaction = self._begin()
        try:
            transaction.do_due()
            transaction.commit()
        except BaseException:
            transaction.rollback()
            raise
