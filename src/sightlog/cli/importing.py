"""An import's work: cutting a file into chunks, sending them, and keeping count of what became of the lines."""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import IO, NamedTuple

from sightlog.cli.connecting import Connection
from sightlog.domain.errors import TooLarge

# A chunk travels as one JSON body, in which every quote takes two bytes.
LINES_PER_CHUNK = 500
CHUNK_BYTES = 4_000_000

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A line of the file, counted from 1, and what keeps it from being read."""

    number: int
    size: int
    text: str
    problem: str | None = None


class BadLine(NamedTuple):
    """A line that was left out, and why."""

    line: int
    message: str


class Import:
    """One run over one file; the counts may be read at any time."""

    def __init__(self, connection: Connection, workspace: str | None, *, create: bool, longest_line: int) -> None:
        self.created = 0
        self.overwritten = 0
        self.bad: list[BadLine] = []
        self.beyond_lookback = 0
        self.lines_done = 0
        self._connection = connection
        self._options = {"workspace": workspace, "create": create}
        self._longest_line = longest_line

    def run(self, source: IO[bytes]) -> Iterator[int]:
        """Import the file, telling after each chunk how many bytes are done."""
        bytes_done = 0
        for chunk in chunks_of(read_lines(source, self._longest_line)):
            bad = [BadLine(line.number, line.problem) for line in chunk if line.problem is not None]
            bad += self._send([line for line in chunk if line.problem is None])
            self.bad += sorted(bad)
            self.lines_done = chunk[-1].number
            bytes_done += sum(line.size for line in chunk)
            yield bytes_done

    def _send(self, lines: list[Line]) -> list[BadLine]:
        """Store these lines; those that are bad are returned."""
        if not lines:
            return []
        try:
            reply = self._connection.run("events.import", self._options | {"lines": [line.text for line in lines]})
        except TooLarge as error:
            # The server's limit may be lower than usual.
            if len(lines) == 1:
                return [BadLine(lines[0].number, error.message)]
            middle = len(lines) // 2
            return self._send(lines[:middle]) + self._send(lines[middle:])
        self.created += reply["created"]
        self.overwritten += reply["overwritten"]
        self.beyond_lookback += reply["beyond_lookback"]
        return [BadLine(lines[bad["line"]].number, bad["message"]) for bad in reply["bad"]]


def read_lines(source: IO[bytes], longest: int) -> Iterator[Line]:
    """The lines of a file; one that is longer than `longest` bytes is passed over without being kept."""
    for number in count(1):
        raw = source.readline(longest + 1)
        if not raw:
            return
        size = len(raw)
        if size > longest:
            while raw and not raw.endswith(b"\n"):
                raw = source.readline(longest + 1)
                size += len(raw)
            yield Line(number, size, "", f"longer than {longest:,} bytes (SIGHTLOG_JSON_BODY_BYTES)")
            continue
        try:
            text = (raw.removeprefix(_BYTE_ORDER_MARK) if number == 1 else raw).decode()
        except UnicodeDecodeError:
            yield Line(number, size, "", "not UTF-8 text")
        else:
            yield Line(number, size, text)


def chunks_of(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines in chunks, each bounded in number and in bytes; a huge line is a chunk of its own."""
    chunk: list[Line] = []
    size = 0
    for line in lines:
        if chunk and (len(chunk) == LINES_PER_CHUNK or size + line.size > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(line)
        size += line.size
    if chunk:
        yield chunk
