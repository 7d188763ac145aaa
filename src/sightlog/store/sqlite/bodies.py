"""How bodies lie in the rows. Nothing outside the store knows that they are compressed.

Format 1 is the two pieces, `rest` and `images`, as they are. Format 2 is a frame of `packing.py` in the place of
`rest`. A dictionary made from earlier events is named in the frame; it is in the database, and so in every backup, and
is never removed.
"""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import zstandard

from sightlog.domain.event_reading import AcceptedEvent
from sightlog.store.packing import Body, Packer, Packing, joined, split
from sightlog.store.sqlite.connection import StoreConnection

R = TypeVar("R")
logger = logging.getLogger(__name__)

PLAIN, COMPRESSED = 1, 2

# Measured on events of 1.2 kB: 16 to 112 kB of dictionary make no difference of more than 3 %, nor do 250 to 2,000
# samples, and 500 are made into one in 70 ms, on another thread and without the interpreter's lock.
_SAMPLES = 500
_DICTIONARY_BYTES = 32_768
# When bodies have become so much larger than they were at first, a dictionary is made from the new ones.
_WORSE = 1.3
_BODIES_BETWEEN_LOOKS = 20_000

StoredBody = Sequence[Any]
"""A row's body_format, rest and images."""


class BodyPacker:
    """For the writer: packs the bodies of a commit in one call, during which other threads run."""

    def __init__(self, connection: StoreConnection) -> None:
        self._connection = connection
        self._samples: list[bytes] = []
        self._training: Future[bytes | None] | None = None
        self._first_size: float | None = None
        self.ahead: Packing | None = None
        """See `contract.Store.packing`."""
        self.forget()

    def forget(self) -> None:
        """After a rollback: the newest dictionary may be gone with it."""
        self._connection.decompressors.clear()
        self._stop_sampling()
        self._use(Packing(0, b""))  # should the next line fail, frames can be read all the same
        row = self._connection.execute("SELECT number, content FROM dictionaries ORDER BY number DESC").fetchone()
        if row is not None:
            self._use(Packing(*row))
        self._is_sampling = row is None
        self.offer()

    def _use(self, packing: Packing) -> None:
        self._packing = packing
        self._packer = Packer(packing)
        self._bodies = self._bytes = 0

    def offer(self) -> None:
        """To be called when the dictionary is on disk: from now on others may use it. While another one is to be made,
        bodies are wanted as they are."""
        self.ahead = None if self._is_sampling else self._packing

    def pack(self, events: Sequence[AcceptedEvent]) -> list[bytes]:
        """The events' frames."""
        bodies = joined((event.rest, event.images) for event in events if not event.packed)
        if self._is_sampling:
            self._sample(bodies)
        packed = iter(self._packer.pack(bodies))
        frames = [event.packed or next(packed) for event in events]
        self._watch(len(frames), sum(map(len, frames)))
        return frames

    def _sample(self, bodies: Sequence[bytes]) -> None:
        """Gather samples, have a dictionary made from them, and use it from the first commit after that on."""
        number = self._packing.number + 1
        if self._training is None:
            self._samples += bodies[: _SAMPLES - len(self._samples)]
            if len(self._samples) >= _SAMPLES:
                self._training = _in_background(partial(_train, self._samples, number))
        elif self._training.done():
            made = self._training.result()
            self._stop_sampling()
            self._first_size = None
            if made is not None:
                self._connection.execute("INSERT INTO dictionaries (number, content) VALUES (?, ?)", (number, made))
                self._use(Packing(number, made))

    def _stop_sampling(self) -> None:
        self._samples = []
        self._training = None
        self._is_sampling = False

    def _watch(self, bodies: int, size: int) -> None:
        """Notice when events are no longer like those that the dictionary was made from."""
        self._bodies += bodies
        self._bytes += size
        if self._bodies >= _BODIES_BETWEEN_LOOKS and not self._is_sampling:
            mean = self._bytes / self._bodies
            self._is_sampling = self._first_size is not None and mean > _WORSE * self._first_size
            self._first_size = self._first_size or mean
            self._bodies = self._bytes = 0


def _train(samples: Sequence[bytes], number: int) -> bytes | None:
    """A dictionary made from these bodies, which has this number; None when too little in them is alike, or there is
    too little of them."""
    try:
        return zstandard.train_dictionary(_DICTIONARY_BYTES, list(samples), dict_id=number).as_bytes()
    except zstandard.ZstdError as error:
        logger.info("no dictionary for stored events: %s", error)
        return None


def _in_background(work: Callable[[], R]) -> "Future[R]":
    """Run this on a thread of its own."""
    pool = ThreadPoolExecutor(1, "dictionary")
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future


def unpack(connection: sqlite3.Connection, body: StoredBody) -> Body:
    """The pieces `rest` and `images` of a row."""
    body_format, rest, images = body
    if body_format == PLAIN:
        return rest.encode(), images.encode()
    number = zstandard.get_frame_parameters(rest).dict_id
    return split(_decompressor(connection, number).decompress(rest))


def _decompressor(connection: sqlite3.Connection, number: int) -> zstandard.ZstdDecompressor:
    assert isinstance(connection, StoreConnection)
    found = connection.decompressors.get(number)
    if found is None:
        found = zstandard.ZstdDecompressor()
        if number:
            found = zstandard.ZstdDecompressor(dict_data=_dictionary(connection, number))
        connection.decompressors[number] = found
    return found


def _dictionary(connection: sqlite3.Connection, number: int) -> zstandard.ZstdCompressionDict:
    content = connection.execute("SELECT content FROM dictionaries WHERE number = ?", (number,)).fetchone()[0]
    return zstandard.ZstdCompressionDict(content)
