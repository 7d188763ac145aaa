"""What each column of a segment holds, in so few bytes that they stay in memory: enough to see which segments cannot
have what a question asks for, without reading their parts.

    texts      a Bloom filter of the values: two bits for each, among sixteen
    numbers    the smallest and the largest
    no row     the segment has no such column
"""

import sqlite3
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from zlib import crc32

import numpy as np
from msgspec import Struct

from sightlog.domain.conditions import Match
from sightlog.domain.facts import BOOLEAN, FEEDBACK_STATUS, NUMBER, TEXT
from sightlog.store.sqlite.connection import Row
from sightlog.store.sqlite.index.columns import ColumnKey, NumberColumn, TextColumn
from sightlog.store.sqlite.index.matching import bounds_of, named_texts

_BYTES_PER_VALUE = 2
_BOUNDS = struct.Struct("<dd")
# A multiple of this spreads the bits of one checksum over another place (the golden ratio of 32 bits).
_SPREAD = 0x9E3779B1
# Of longer lists of texts, or of fields, looking for each would take longer than reading what is there.
_MOST_TEXTS = 32
_MOST_FIELDS = 8
# So much is remembered, about, with what an entry and a column take by themselves.
_MOST_BYTES = 32 * 2**20
_ENTRY_BYTES = 100
_COLUMN_BYTES = 400

# They lie column by column, so those of a segment are found by its columns.
_OF_SEGMENT = "segment = ?1 AND (field, type) IN (SELECT DISTINCT field, type FROM segment_parts WHERE segment = ?1)"

Summary = bytes | tuple[float, float] | None
"""The bits of a filter, or (smallest, largest), or None where there is no such column."""


def summaries_of(texts: Mapping[ColumnKey, TextColumn], numbers: Mapping[str, NumberColumn]) -> list[Row]:
    """The rows (field, type, content) of a segment's columns. That of the reviews is left out: what they say changes
    after it is sealed."""
    packed = {
        (field, letter): _pack_texts(column.values)
        for (field, letter), column in texts.items()
        if column.values and field != FEEDBACK_STATUS
    }
    for field, column in numbers.items():
        if len(column.numbers):
            # Parts write -0.0 as 0.0, which is the same number.
            packed[(field, NUMBER)] = _BOUNDS.pack(column.numbers[0] + 0.0, column.numbers[-1] + 0.0)
    return [(*key, content) for key, content in sorted(packed.items())]


def stored_summaries(connection: sqlite3.Connection, segment: int) -> list[Row]:
    """The same as they were stored."""
    return connection.execute(
        f"SELECT field, type, content FROM segment_summaries WHERE {_OF_SEGMENT} ORDER BY field, type", (segment,)
    ).fetchall()


def drop_summaries(connection: sqlite3.Connection, segment: int) -> None:
    """Remove those of a segment, whose parts must be there still."""
    connection.execute(f"DELETE FROM segment_summaries WHERE {_OF_SEGMENT}", (segment,))


def count_lost_summaries(connection: sqlite3.Connection) -> int:
    """How many belong to no column of any segment."""
    there = "SELECT 1 FROM segment_parts p WHERE p.segment = s.segment AND p.field = s.field AND p.type = s.type"
    count: int = connection.execute(f"SELECT count(*) FROM segment_summaries s WHERE NOT EXISTS ({there})").fetchone()[
        0
    ]
    return count


def _pack_texts(values: Sequence[str]) -> bytes:
    """The filter of different texts."""
    places = len(values) * _BYTES_PER_VALUE * 8
    bits = np.zeros(places, np.bool_)
    sums = np.fromiter((crc32(value.encode()) for value in values), np.uint64, len(values))
    bits[sums % np.uint64(places)] = True
    bits[(sums * np.uint64(_SPREAD) >> np.uint64(24)) % np.uint64(places)] = True
    return np.packbits(bits, bitorder="little").tobytes()


def _may_hold(content: bytes, checksum: int) -> bool:
    places = len(content) * 8
    first = checksum % places
    if not content[first >> 3] >> (first & 7) & 1:
        return False
    second = (checksum * _SPREAD >> 24) % places
    return bool(content[second >> 3] >> (second & 7) & 1)


class Summaries:
    """Those that were asked for lately, for all readers. A segment's never change and its number is never given
    again, so what is remembered stays true; it must come from a snapshot, not from a commit that is being made.

    When there are too many, the column that was asked for least lately is forgotten. Of a column that is too large by
    itself, some are remembered and the others are not read, so that no question reads all of them each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._columns: dict[ColumnKey, dict[int, Summary]] = {}
        self._sizes: dict[ColumnKey, int] = {}
        self._bytes = 0

    def of_column(self, key: ColumnKey) -> dict[int, Summary]:
        """What is remembered of a column, by the segment's number."""
        with self._lock:
            known = self._columns.pop(key, None)
            if known is None:
                return {}
            self._columns[key] = known
            return known

    def read(self, connection: sqlite3.Connection, number: int, key: ColumnKey) -> dict[int, Summary]:
        """Read one and remember it, if there is room. Returns what is then remembered of the column."""
        if not self._has_room(key):
            return self.of_column(key)
        row = connection.execute(
            "SELECT content FROM segment_summaries WHERE segment = ? AND field = ? AND type = ?", (number, *key)
        ).fetchone()
        content: bytes = row[0] if row else b""
        summary: Summary = None
        if row is not None:
            summary = _BOUNDS.unpack(content) if key[1] == NUMBER else content
        with self._lock:
            known = self._columns.setdefault(key, {})
            size = len(content) + _ENTRY_BYTES + (0 if known else _COLUMN_BYTES)
            known[number] = summary
            self._sizes[key] = self._sizes.get(key, 0) + size
            self._bytes += size
            return known

    def _has_room(self, key: ColumnKey) -> bool:
        """Make room by forgetting other columns; False when there is no other."""
        with self._lock:
            while self._bytes > _MOST_BYTES:
                oldest = next(iter(self._columns))
                if oldest == key:
                    return False
                del self._columns[oldest]
                self._bytes -= self._sizes.pop(oldest)
            return True


class _Column(Struct):
    """A column that a question looks into, what is remembered of it, and whether what is in it may pass."""

    key: ColumnKey
    known: dict[int, Summary]
    passes: Callable[[Summary], bool]


class Sieve:
    """For one question: which segments may have an event with a matching entry for each of some matches."""

    def __init__(self, connection: sqlite3.Connection, summaries: Summaries, matches: Sequence[Match]) -> None:
        self._connection = connection
        self._summaries = summaries
        self._needed = [
            self._columns_of(match)
            for match in matches
            if FEEDBACK_STATUS not in match.fields and len(match.fields) <= _MOST_FIELDS
        ]

    def _columns_of(self, match: Match) -> list[_Column]:
        """The columns one of which must hold something that passes."""
        letters = (TEXT, NUMBER, BOOLEAN) if match.letter is None else (match.letter,)
        keys = [(field, letter) for field in match.fields for letter in letters]
        return [_Column(key, self._summaries.of_column(key), _test_of(match, key[1])) for key in keys]

    def may_match(self, number: int) -> bool:
        """Whether this segment may; it must have summaries. It may as well when its summary cannot be read now,
        because the time of the question is up: whoever visits the segment is told."""
        try:
            return all(any(self._may_pass(column, number) for column in columns) for columns in self._needed)
        except sqlite3.OperationalError:
            return True

    def _may_pass(self, column: _Column, number: int) -> bool:
        if number not in column.known:
            column.known = self._summaries.read(self._connection, number, column.key)
            if number not in column.known:
                return True
        summary = column.known[number]
        return summary is not None and column.passes(summary)


def _test_of(match: Match, letter: str) -> Callable[[Summary], bool]:
    if match.operator == "exists":
        return lambda _: True
    if letter == NUMBER:
        low, high = (None if bound is None else float(bound) for bound in bounds_of(match))
        return lambda bounds: (low is None or low <= bounds[1]) and (high is None or bounds[0] <= high)  # type: ignore[index]  # of a column of numbers
    named = named_texts(match)
    if named is None or len(named) > _MOST_TEXTS:
        return lambda _: True
    checksums = [crc32(text.encode()) for text in named]
    return lambda content: any(_may_hold(content, checksum) for checksum in checksums)  # type: ignore[arg-type]  # of a column of texts
