"""The ids of stored events on disk: from an id to the numbers that its event may have.

A run holds the hashes of some ten thousand ids with the numbers of their events, and never changes. It is cut into
parts by hash, so that looking for an id reads one of them; and it has a Bloom filter, which stays in memory, so that
looking for an id that is not there reads nothing.

Whoever finds a number looks at its row, which has the id. So two ids may share a hash, and a run may name events that
left.
"""

import math
import sqlite3
from collections.abc import Iterable, Sequence
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
from msgspec import Struct, json
from numpy.typing import NDArray

from sightlog.domain.errors import StoreDamaged
from sightlog.store.sqlite.connection import Row, insert_rows

Hashes = NDArray[np.uint64]
"""Of each id 32 bits."""
Numbers = NDArray[np.int64]

_HASH_BITS = 32
_IDS_PER_PART = 4_096
# Room for the numbers of a run's parts; the last one is its filter's.
_PARTS = 256
_MOST_PART_BITS = 7
_FILTER = 255
_LETS_ALL_PASS = b"\xff" * 8
# A word of 64 bits of the filter for four ids: 16 bits for each, of which it sets three in one word and three in
# another. Of the ids that are not in a run, one or two in a thousand seem to be.
_IDS_PER_WORD = 4
# Multiples of these spread a hash over two places (from the golden ratio, and from the root of two).
_SPREADS = 0x9E3779B97F4A7C15, 0xB504F333F9DE6485
_SPREAD_COLUMN = np.array(_SPREADS, np.uint64).reshape(2, 1)
# Which bits of such a product say where the bits in a word are.
_SHIFTS = 0, 6, 12
# So many are looked for faster one by one than as arrays.
_FEW = 8
# A part is all hashes, and then the numbers, counted from the run's first.
_KEY = np.dtype("<u4")
_WORD = np.dtype("<u8")
_COLUMNS = "ids, first_seq, last_seq, part_bits"


def hashes_of(ids: Sequence[str]) -> Hashes:
    """The hashes of ids: the same on every machine, and not easily made to be the same."""
    digests = b"".join([blake2b(one.encode(), digest_size=_HASH_BITS // 8).digest() for one in ids])
    return np.frombuffer(digests, _KEY).astype(np.uint64)


class Sought:
    """Hashes that are looked for in many runs."""

    def __init__(self, hashes: Hashes) -> None:
        self.hashes = hashes
        self._words: dict[int, NDArray[np.uint64]] = {}

    @cached_property
    def few(self) -> list[list[int]]:
        """Of each hash its product with each spread, and the mask of each; nothing when there are many."""
        if len(self.hashes) > _FEW:
            return []
        found = []
        for one in self.hashes.tolist():
            products = [one * spread % 2**64 for spread in _SPREADS]
            found.append([*products, *(sum({1 << (product >> by & 63) for by in _SHIFTS}) for product in products)])
        return found

    @cached_property
    def _products(self) -> NDArray[np.uint64]:
        return self.hashes * _SPREAD_COLUMN

    @cached_property
    def masks(self) -> NDArray[np.uint64]:
        """Of each hash the bits in its first word, and those in its second."""
        return _masks(self._products)

    def words(self, bits: int) -> NDArray[np.uint64]:
        """Of a filter with two to the power of `bits` words, the two that belong to each hash."""
        found = self._words.get(bits)
        if found is None:
            found = self._words[bits] = _words(self._products, bits)
        return found


class Run(Struct, frozen=True, eq=False):
    """One run, as its row tells. `ids` is how many it was written with; two to the power of `part_bits` are its
    parts."""

    number: int
    ids: int
    first_seq: int
    last_seq: int
    part_bits: int
    filter: NDArray[np.uint64]

    def numbers(self, connection: sqlite3.Connection, sought: Sought) -> list[int]:
        """The numbers that belong to some hashes."""
        may_be = self._few_that_pass(sought) if sought.few else self._that_pass(sought)
        return self._look_up(connection, sought.hashes[may_be]) if len(may_be) else []

    def _few_that_pass(self, sought: Sought) -> list[int]:
        words, shift = self.filter.data, 64 - self._filter_bits()
        return [
            at
            for at, (first, second, one, other) in enumerate(sought.few)
            if words[first >> shift] & one == one and words[second >> shift] & other == other
        ]

    def _that_pass(self, sought: Sought) -> NDArray[Any]:
        words, (one, other) = sought.words(self._filter_bits()), sought.masks
        may_be = np.flatnonzero((self.filter[words[0]] & one) == one)
        if len(may_be):
            other = other[may_be]
            may_be = may_be[(self.filter[words[1][may_be]] & other) == other]
        return may_be

    def _filter_bits(self) -> int:
        return len(self.filter).bit_length() - 1

    def _look_up(self, connection: sqlite3.Connection, hashes: Hashes) -> list[int]:
        parts = hashes >> np.uint64(_HASH_BITS - self.part_bits)
        found: list[int] = []
        for part in np.unique(parts).tolist():
            keys, seqs = self._part(connection, part)
            mine = hashes[parts == part]
            starts, ends = np.searchsorted(keys, mine, "left"), np.searchsorted(keys, mine, "right")
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
                found += seqs[start:end].tolist()
        return found

    def _part(self, connection: sqlite3.Connection, part: int) -> tuple[Hashes, Numbers]:
        content = _content(connection, self.number, part)
        if content is None:  # without it, an event that comes again would be a second one
            raise StoreDamaged(f"run {self.number} of event ids lost a part; `sightlog rebuild` makes them anew")
        columns = np.frombuffer(content, _KEY).reshape(2, -1)
        return columns[0].astype(np.uint64), columns[1].astype(np.int64) + self.first_seq

    def contents(self, connection: sqlite3.Connection) -> tuple[Hashes, Numbers]:
        """All hashes, ascending, and their numbers."""
        parts = [self._part(connection, part) for part in range(2**self.part_bits)]
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def read_runs(connection: sqlite3.Connection) -> list[Run]:
    """All runs, in the order of their numbers of events, which do not overlap."""
    runs = []
    for row in connection.execute(f"SELECT number, {_COLUMNS} FROM id_runs ORDER BY first_seq").fetchall():
        filter = np.frombuffer(_content(connection, row[0], _FILTER) or _LETS_ALL_PASS, _WORD)
        runs.append(Run(*(*row, filter.astype(np.uint64, copy=False))))
    return runs


def damaged_runs(connection: sqlite3.Connection) -> list[int]:
    """The numbers of runs that lost a part, and those of which only parts are left."""
    counted = "SELECT number / ?1 AS run, count(*) AS parts FROM id_parts GROUP BY run"
    rows = connection.execute(
        f"WITH counted AS ({counted}) SELECT r.number FROM id_runs r LEFT JOIN counted c ON c.run = r.number"
        " WHERE c.parts IS NOT (1 << r.part_bits) + 1"
        " UNION SELECT run FROM counted WHERE run NOT IN (SELECT number FROM id_runs)",
        (_PARTS,),
    )
    return [row[0] for row in rows]


def _content(connection: sqlite3.Connection, run: int, part: int) -> bytes | None:
    row = connection.execute("SELECT content FROM id_parts WHERE number = ?", (run * _PARTS + part,)).fetchone()
    return None if row is None else row[0]


def write_run(connection: sqlite3.Connection, hashes: Hashes, seqs: Numbers, gone: int = 0) -> Run:
    """Write a run, at least one id; `gone` of its events are known to have left."""
    order = np.argsort(hashes, kind="stable")
    hashes, seqs = hashes[order], seqs[order]
    first, last = int(seqs.min()), int(seqs.max())
    filter = _filter_of(hashes)
    bits = min(_power_of_two(len(hashes), _IDS_PER_PART), _MOST_PART_BITS)
    number = connection.execute(
        f"INSERT INTO id_runs ({_COLUMNS}, gone) VALUES (?, ?, ?, ?, ?)",
        (len(hashes), first, last, bits, gone),
    ).lastrowid
    assert number is not None
    edges = np.searchsorted(hashes, np.arange(2**bits + 1, dtype=np.uint64) << np.uint64(_HASH_BITS - bits))
    columns = hashes.astype(_KEY), (seqs - first).astype(_KEY)
    parts = {_FILTER: filter.astype(_WORD).tobytes()}
    for part, (start, end) in enumerate(pairwise(edges.tolist())):
        parts[part] = b"".join(column[start:end].tobytes() for column in columns)
    rows: list[Row] = [(number * _PARTS + part, content) for part, content in parts.items()]
    insert_rows(connection, "INSERT INTO id_parts (number, content)", rows)
    return Run(number, len(hashes), first, last, bits, filter)


def drop_runs(connection: sqlite3.Connection, runs: Sequence[Run]) -> None:
    """Remove runs."""
    for run in runs:
        connection.execute(
            "DELETE FROM id_parts WHERE number BETWEEN ? AND ?", (run.number * _PARTS, run.number * _PARTS + _PARTS - 1)
        )
        connection.execute("DELETE FROM id_runs WHERE number = ?", (run.number,))


def join_runs(connection: sqlite3.Connection, runs: Sequence[Run]) -> Run | None:
    """Put one run in the place of several, without those events of an id that comes more than once that left; None when
    nothing remains."""
    hashes, seqs = map(np.concatenate, zip(*(run.contents(connection) for run in runs), strict=True))
    gone = sum(
        connection.execute("SELECT gone FROM id_runs WHERE number = ?", (run.number,)).fetchone()[0] for run in runs
    )
    drop_runs(connection, runs)
    order = np.argsort(hashes, kind="stable")
    hashes, seqs = hashes[order], seqs[order]
    is_same = hashes[1:] == hashes[:-1]
    repeated = seqs[np.append(is_same, False) | np.insert(is_same, 0, False)]
    rows = connection.execute(
        "SELECT seq FROM events WHERE seq IN (SELECT value FROM json_each(?))",
        (json.encode(repeated.tolist()).decode(),),
    )
    left = np.setdiff1d(repeated, _numbers(rows))
    there = ~np.isin(seqs, left)
    return write_run(connection, hashes[there], seqs[there], max(0, gone - len(left))) if there.any() else None


def without_lost(connection: sqlite3.Connection, run: Run) -> Run | None:
    """Put a run with what is still there in its place; None when nothing is."""
    rows = connection.execute("SELECT seq FROM events WHERE seq BETWEEN ? AND ?", (run.first_seq, run.last_seq))
    hashes, seqs = run.contents(connection)
    there = np.isin(seqs, _numbers(rows))
    drop_runs(connection, [run])
    return write_run(connection, hashes[there], seqs[there]) if there.any() else None


def _numbers(rows: Iterable[Row]) -> Numbers:
    return np.array([row[0] for row in rows], np.int64)


def _filter_of(hashes: Hashes) -> NDArray[np.uint64]:
    bits = _power_of_two(len(hashes), _IDS_PER_WORD)
    filter = np.zeros(2**bits, np.uint64)
    products = hashes * _SPREAD_COLUMN
    np.bitwise_or.at(filter, _words(products, bits).ravel(), _masks(products).ravel())
    return filter


def _words(products: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    # In two steps, because shifting by all 64 bits is not defined.
    return products >> np.uint64(32) >> np.uint64(32 - bits)


def _masks(products: NDArray[np.uint64]) -> NDArray[np.uint64]:
    one, six = np.uint64(1), np.uint64(63)
    masks: NDArray[Any] = np.zeros_like(products)
    for shift in _SHIFTS:
        masks |= one << (products >> np.uint64(shift) & six)
    return masks


def _power_of_two(ids: int, each: int) -> int:
    """The power of two that is next to so many ids with so many for each."""
    return max(0, round(math.log2(ids / each)))
