"""What is remembered of sealed segments, for all readers: most questions are about the same newest ones, and people ask
the same again and again, for a page, its count, its charts, the next page, and what is new.

A segment never changes and its number is never given again, so this stays true; it must come from a snapshot, not from
a commit that is being made.
"""

from sys import getsizeof

import numpy as np
from numpy.typing import NDArray

from sightlog.domain.conditions import Match
from sightlog.store.sqlite.index.ordinals import DENSE_SHARE, Mask
from sightlog.store.sqlite.index.unpacked import UnpackedColumn
from sightlog.store.sqlite.lately import Lately

_MOST_BYTES_OF_COLUMNS = 12 * 2**20
_MOST_BYTES_OF_MATCHES = 16 * 2**20
# What an answer takes by itself, with its match, about.
_ANSWER_BYTES = 400
# What asks for longer texts, or for more of them, is rare and would take more than its answers.
_LONGEST_MATCH_BYTES = 4_000

_Places = NDArray[np.uint16]
_Bits = NDArray[np.uint8]


class SegmentMemory:
    """`columns` by segment and the letter that stands for the column; and which events have a matching entry."""

    def __init__(self) -> None:
        self.columns: Lately[tuple[int, str], UnpackedColumn] = Lately(_MOST_BYTES_OF_COLUMNS)
        self.matches: Lately[tuple[int, Match], _Places | _Bits] = Lately(_MOST_BYTES_OF_MATCHES)

    def find(self, segment: int, match: Match, size: int) -> Mask | None:
        """The places of the events that match, if they are remembered. The mask is the caller's to change."""
        answer = self.matches.get((segment, match))
        return None if answer is None else _unpacked(answer, size)

    def remember(self, segment: int, match: Match, mask: Mask) -> None:
        """Keep the places of the events that match."""
        asked = _size(match)
        if asked <= _LONGEST_MATCH_BYTES:
            answer = _packed(mask)
            self.matches.put((segment, match), answer, answer.nbytes + asked + _ANSWER_BYTES)


def _size(match: Match) -> int:
    """How much memory the texts and numbers of a match take."""
    values = match.value if isinstance(match.value, tuple) else (match.value,)
    return sum(map(getsizeof, (*match.fields, *values)))


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
