"""The bytes of a picture file while it is walked: every read stays inside, and every claim meets the limits at once."""

from mmap import mmap

from sightlog.domain.errors import InvalidImage
from sightlog.domain.limits import Limits

Size = tuple[int, int]

# The walk takes time for each part of a file: chunk, segment, sub-block, strip. Honest files have one for each few
# hundred bytes, so what has far more is built to keep us busy.
_PARTS_IN_ANY_FILE = 50_000
_BYTES_PER_PART = 64

# Deflate, the strongest of the simple compressions, makes at most 1032 bytes of one.
MOST_INFLATION = 1032


class Contents:
    """A file that is mapped, not read: reading outside of it says that the file is cut short."""

    def __init__(self, data: mmap | bytes, name: str, limits: Limits) -> None:
        self.data = data
        self.size = len(data)
        self._name = name
        self._limits = limits
        self._frames = 0
        self._parts_left = _PARTS_IN_ANY_FILE + self.size // _BYTES_PER_PART

    def bytes(self, at: int, length: int) -> bytes:
        """Exactly this many bytes."""
        self.reach(at + length)
        return self.data[at : at + length]

    def byte(self, at: int) -> int:
        """One byte as a number."""
        if at >= self.size:
            self.reach(at + 1)
        return self.data[at]

    def big(self, at: int, length: int) -> int:
        """A number, its most significant byte first."""
        return int.from_bytes(self.bytes(at, length), "big")

    def little(self, at: int, length: int) -> int:
        """A number, its least significant byte first."""
        return int.from_bytes(self.bytes(at, length), "little")

    def reach(self, end: int) -> None:
        """Something goes up to here. Raises InvalidImage when the file ends before."""
        if end > self.size:
            raise InvalidImage(
                f"this {self._name} file is cut short: it has {self.size:,} bytes and announces at least {end:,}"
            )

    def count_part(self, how_many: int = 1) -> None:
        """The walk goes on by one part."""
        self._parts_left -= how_many
        if self._parts_left < 0:
            raise self.damaged("it is in more small pieces than any program would write")

    def count_bytes(self, how_many: int) -> None:
        """Bytes that are copied to be looked at: about as many as there are, not the same ones over and over."""
        self.count_part(how_many // _BYTES_PER_PART)

    def count_frame(self, how_many: int = 1) -> None:
        """There is one more frame or page."""
        self._frames += how_many
        if self._frames > self._limits.image_frames:
            raise InvalidImage(
                f"this {self._name} file has more than {self._limits.image_frames:,} frames, which is the limit"
            )

    def claim_size(self, width: int, height: int) -> Size:
        """The file says that it, or a piece of it, has this many pixels."""
        if width < 1 or height < 1:
            raise self.damaged(f"its size is {width} x {height} pixels")
        if width * height > self._limits.image_pixels:
            raise InvalidImage(
                f"this {self._name} file has {width} x {height} pixels; the limit is {self._limits.image_pixels:,}"
            )
        return width, height

    def damaged(self, how: str) -> InvalidImage:
        """The error that says how it is damaged."""
        return InvalidImage(f"this {self._name} file is damaged: {how}")

    def contradicts(self, how: str) -> InvalidImage:
        """The error that says which two places in the file cannot both be true."""
        return InvalidImage(f"this {self._name} file contradicts itself: {how}")

    def too_little(self, data_bytes: int, size: Size) -> InvalidImage:
        """The error for compressed or plain data that cannot be as many pixels."""
        return self.contradicts(f"{data_bytes:,} bytes of data cannot hold {size[0]} x {size[1]} pixels")

    def check_within(self, found: Size, announced: Size) -> None:
        """What was found deeper inside must not be larger than what was announced, and made room for."""
        if found[0] > announced[0] or found[1] > announced[1]:
            raise self.contradicts(
                f"it announces {announced[0]} x {announced[1]} pixels and holds {found[0]} x {found[1]}"
            )
