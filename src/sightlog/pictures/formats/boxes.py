"""ISO boxes, which HEIC and AVIF are made of: a tree of pieces that each begin with their length and kind."""

from collections.abc import Iterator
from typing import NamedTuple

from sightlog.pictures.formats.contents import Contents


class Box(NamedTuple):
    """A box: its kind, and where what it holds begins and ends."""

    kind: bytes
    start: int
    end: int


def boxes_between(contents: Contents, start: int, end: int) -> Iterator[Box]:
    """The boxes that follow each other; each must end where what holds it ends, or before."""
    at = start
    while at < end:
        contents.count_part()
        length, kind, header = contents.big(at, 4), contents.bytes(at + 4, 4), 8
        if length == 1:
            length, header = contents.big(at + 8, 8), 16
        elif length == 0:
            length = end - at
        contents.reach(at + length)
        if length < header or at + length > end:
            raise contents.damaged(f"the length of its box '{kind.decode('latin-1')}' is wrong")
        yield Box(kind, at + header, at + length)
        at += length


def find_box(contents: Contents, start: int, end: int, *path: bytes) -> Box | None:
    """The first box down this path."""
    for box in boxes_between(contents, start, end):
        if box.kind == path[0]:
            return box if len(path) == 1 else find_box(contents, box.start, box.end, *path[1:])
    return None


class Cursor:
    """Reads numbers of given lengths one after the other, inside a box."""

    def __init__(self, contents: Contents, box: Box) -> None:
        self._contents = contents
        self._box = box
        self._at = box.start

    def number(self, length: int) -> int:
        """The next number; one of length 0 is 0."""
        return int.from_bytes(self.bytes(length), "big")

    def bytes(self, length: int) -> bytes:
        """The next bytes as they are."""
        start = self._at
        self.skip(length)
        return self._contents.bytes(start, length)

    def skip(self, length: int) -> None:
        """Go on by some bytes, inside the box."""
        if self._at + length > self._box.end:
            raise self._contents.damaged(f"its box '{self._box.kind.decode('latin-1')}' is too short")
        self._at += length

    def version_and_flags(self) -> tuple[int, int]:
        """What most boxes begin with."""
        return self.number(1), self.number(3)
