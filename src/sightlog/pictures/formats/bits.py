"""Numbers that do not begin and end with bytes, as the headers of video codecs have them."""


class Bits:
    """Reads bits, the highest first; after the end come zeros."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        """The next bits as a number."""
        self._left -= count
        value = self._value >> self._left if self._left >= 0 else 0
        return value & (1 << count) - 1

    def take_by_zeros(self) -> int:
        """A number that has as many bits after its first one as there were zeros before it; 32 zeros are the end."""
        zeros = 0
        while zeros < 32 and not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros) if zeros < 32 else 2**32 - 1
