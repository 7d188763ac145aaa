"""What is remembered of sealed segments, for all readers. A segment never changes and its number is never given again,
so this stays true; it must come from a snapshot, not from a commit that is being made.
"""

import threading
from sys import getsizeof

import numpy as np
from numpy.typing import NDArray

from sightlog.domain.conditions import Match
from sightlog.store.sqlite.index.ordinals import DENSE_SHARE, Mask
from sightlog.store.sqlite.index.unpacked import UnpackedColumns

# So much is remembered of what matched, with what each match and each answer take by themselves.
_MOST_BYTES = 16 * 2**20
_MATCH_BYTES = 1_000
_ANSWER_BYTES = 250
# What asks for longer texts, or for more, is rare and would take more than its answers.
_LONGEST_MATCH_BYTES = 4_000

_Places = NDArray[np.uint16]
_Bits = NDArray[np.uint8]


class KnownMatches:
    """Which events of which segments have a matching entry: people ask for the same again and again, for a page, its
    count, its charts, the next page, and what is new."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[Match, dict[int, _Places | _Bits]] = {}
        self._sizes: dict[Match, int] = {}
        self._bytes = 0

    def find(self, match: Match, segment: int, size: int) -> Mask | None:
        """The places of the events, if they are remembered. The mask is the caller's to change."""
        with self._lock:
            answers = self._answers.pop(match, None)
            if answers is None:
                return None
            self._answers[match] = answers  # as the one that was asked for last
            answer = answers.get(segment)
        return None if answer is None else _unpacked(answer, size)

    def remember(self, match: Match, segment: int, mask: Mask) -> None:
        """Keep an answer; the match that was asked for least lately is forgotten for it."""
        size_of_match = _size(match)
        if size_of_match > _LONGEST_MATCH_BYTES:
            return
        answer = _packed(mask)
        with self._lock:
            answers = self._answers.setdefault(match, {})
            if segment in answers:
                return
            size = answer.nbytes + _ANSWER_BYTES + (0 if answers else size_of_match)
            answers[segment] = answer
            self._sizes[match] = self._sizes.get(match, 0) + size
            self._bytes += size
            while self._bytes > _MOST_BYTES:
                oldest = next(iter(self._answers))
                del self._answers[oldest]
                self._bytes -= self._sizes.pop(oldest)


def _size(match: Match) -> int:
    """How much memory it takes, about, with its place here."""
    values = match.value if isinstance(match.value, tuple) else (match.value,)
    return _MATCH_BYTES + sum(map(getsizeof, (*match.fields, *values)))


def _packed(mask: Mask) -> _Places | _Bits:
    """The places of a few events, or a bit for each event there is."""
    if np.count_nonzero(mask) > len(mask) * DENSE_SHARE:
        return np.packbits(mask)
    return np.flatnonzero(mask).astype(np.uint16)


def _unpacked(answer: _Places | _Bits, size: int) -> Mask:
    if answer.dtype == np.uint8:
        return np.unpackbits(answer, count=size).view(np.bool_)  # type: ignore[arg-type]  # these are the bits
    mask = np.zeros(size, np.bool_)
    mask[answer] = True
    return mask


class SegmentMemory:
    """All of it."""

    def __init__(self) -> None:
        self.columns = UnpackedColumns()
        self.matches = KnownMatches()
