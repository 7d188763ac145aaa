"""The thread that runs retention once a minute."""

import logging
import threading
from collections.abc import Callable

from sightlog.blobs.contract import Blobs
from sightlog.domain.limits import Limits
from sightlog.operations.clock import microseconds_now
from sightlog.operations.retention import remove_orphans, run_retention
from sightlog.store.contract import Store

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_RUNS = 60.0
_SECONDS_UNTIL_UPLOAD_IS_ABANDONED = 86_400.0


class Janitor:
    """Works from its making until `close`."""

    def __init__(self, store: Store, blobs: Blobs, limits: Limits) -> None:
        self._store = store
        self._blobs = blobs
        self._limits = limits
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="janitor", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish the step under way, and end."""
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        self._attempt(self._remove_orphans)
        while not self._stop.is_set():
            self._attempt(self._clean)
            self._stop.wait(_SECONDS_BETWEEN_RUNS)

    def _attempt(self, job: Callable[[], None]) -> None:
        """Whatever goes wrong, the thread goes on."""
        try:
            job()
        except Exception:
            logger.exception("retention failed; it is tried again in a minute")

    def _remove_orphans(self) -> None:
        orphans = remove_orphans(self._store, self._blobs, self._stop)
        if orphans:
            logger.info("removed %d picture files that nothing names; an earlier process was interrupted", orphans)

    def _clean(self) -> None:
        removed = run_retention(self._store, self._blobs, self._limits, microseconds_now(), self._stop)
        self._blobs.clean_up(_SECONDS_UNTIL_UPLOAD_IS_ABANDONED)
        if removed.total:
            logger.info("retention removed %s", removed)
