"""The thread that joins small segments of the side index, beside everything else and without hurry."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial

from sightlog.domain.errors import VisionEventsError
from sightlog.store.sqlite.index.merging import prepare_merge, put_merge
from sightlog.store.sqlite.readers import Readers

logger = logging.getLogger(__name__)

Job = Callable[[sqlite3.Connection], bool]


class Merger:
    """Works from its making until `close`; looks whenever `sealed` is set. `write` runs a job in the writer's thread
    and waits for its commit."""

    def __init__(self, readers: Readers, write: Callable[[Job], bool], sealed: threading.Event) -> None:
        self._readers = readers
        self._write = write
        self._sealed = sealed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="segment-merger", daemon=True)
        self._sealed.set()  # an earlier process may have left some
        self._thread.start()

    def close(self) -> None:
        """Finish the merge under way, and end. Idempotent; whatever is not merged is merged another time."""
        self._stop.set()
        self._sealed.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._sealed.wait()
            self._sealed.clear()
            try:
                self._merge_all()
            except VisionEventsError as error:  # a full disk, or too much that waits
                logger.info("segments are merged another time: %s", error)
            except Exception:
                logger.exception("segments could not be merged; it is tried again after the next are sealed")

    def _merge_all(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            with self._readers.snapshot() as connection:
                merge = prepare_merge(connection)
            if merge is None:
                return
            self._write(partial(put_merge, merge=merge))
            # As long a rest as the work took: nobody waits for this.
            self._stop.wait(time.monotonic() - began)
