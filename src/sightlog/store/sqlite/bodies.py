"""An event's JSON in few bytes. Nothing outside the store knows that it is compressed.

Format 1 is the two pieces, `rest` and `images`, as they are. Format 2 is one zstd frame in the place of `rest`: the
pieces joined by the end of a line, which JSON of ours never holds. A dictionary made from earlier events is named in
the frame; it is in the database, and so in every backup, and is never removed.
"""

import logging
import sqlite3
from collections.abc import Sequence
from typing import Any

import zstandard

from sightlog.store.sqlite.connection import StoreConnection

logger = logging.getLogger(__name__)

PLAIN, COMPRESSED = 1, 2

# Measured on events of 1.2 kB: level 3 is as fast as 1 and smaller, 6 takes four times as long; 16 to 112 kB of
# dictionary make no difference of more than 3 %, nor do 250 to 2,000 samples, and 500 are made into one in 70 ms.
_LEVEL = 3
_SAMPLES = 500
_DICTIONARY_BYTES = 32_768
# When bodies have become so much larger than they were at first, a dictionary is made from the new ones.
_WORSE = 1.3
_BODIES_BETWEEN_LOOKS = 20_000

Body = bytes | bytearray | memoryview
StoredBody = Sequence[Any]
"""A row's body_format, rest and images."""


class BodyPacker:
    """For the writer: packs the bodies of a commit in one call, during which other threads run."""

    def __init__(self, connection: StoreConnection) -> None:
        self._connection = connection
        self._samples: list[Body] = []
        self._first_size: float | None = None
        self.forget()

    def forget(self) -> None:
        """After a rollback: the newest dictionary may be gone with it."""
        self._connection.decompressors.clear()
        row = self._connection.execute("SELECT max(number) FROM dictionaries").fetchone()
        self._number: int = row[0] or 0
        self._compressor = self._new_compressor()
        self._bodies = self._bytes = 0
        self._is_sampling = self._number == 0

    def _new_compressor(self) -> zstandard.ZstdCompressor:
        if not self._number:
            return zstandard.ZstdCompressor(level=_LEVEL)
        dictionary = _dictionary(self._connection, self._number)
        dictionary.precompute_compress(level=_LEVEL)
        return zstandard.ZstdCompressor(level=_LEVEL, dict_data=dictionary)

    def pack(self, bodies: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """The frames of these (rest, images)."""
        joined: list[Body] = [b"%b\n%b" % body for body in bodies]
        if self._is_sampling:
            self._samples += joined[: _SAMPLES - len(self._samples)]
            if len(self._samples) >= _SAMPLES:
                self._train()
        frames = self._compress(joined)
        self._watch(len(joined), sum(map(len, frames)))
        return frames

    def _compress(self, joined: list[Body]) -> list[bytes]:
        if len(joined) == 1:  # a tenth of the time of the call below
            return [self._compressor.compress(joined[0])]
        # One call for all: it lets go of the interpreter's lock once.
        packed = self._compressor.multi_compress_to_buffer(joined)
        return [packed[place].tobytes() for place in range(len(joined))]

    def _train(self) -> None:
        try:
            made = zstandard.train_dictionary(_DICTIONARY_BYTES, self._samples, dict_id=self._number + 1)
        except zstandard.ZstdError as error:  # too little in the samples is alike, or there is too little of them
            logger.info("no dictionary for stored events: %s", error)
        else:
            self._number += 1
            content = (self._number, made.as_bytes())
            self._connection.execute("INSERT INTO dictionaries (number, content) VALUES (?, ?)", content)
            self._compressor = self._new_compressor()
        self._samples = []
        self._is_sampling = False
        self._first_size = None
        self._bodies = self._bytes = 0

    def _watch(self, bodies: int, size: int) -> None:
        """Notice when events are no longer like those that the dictionary was made from."""
        self._bodies += bodies
        self._bytes += size
        if self._bodies >= _BODIES_BETWEEN_LOOKS:
            mean = self._bytes / self._bodies
            self._is_sampling = self._first_size is not None and mean > _WORSE * self._first_size
            self._first_size = self._first_size or mean
            self._bodies = self._bytes = 0


def unpack(connection: sqlite3.Connection, body: StoredBody) -> tuple[bytes, bytes]:
    """The pieces `rest` and `images` of a row."""
    body_format, rest, images = body
    if body_format == PLAIN:
        return rest.encode(), images.encode()
    number = zstandard.get_frame_parameters(rest).dict_id
    first, _, second = _decompressor(connection, number).decompress(rest).partition(b"\n")
    return first, second


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
