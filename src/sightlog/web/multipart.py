"""Reading multipart/form-data as it arrives: the file's bytes go to disk, the few small fields stay in memory."""

from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from sightlog.domain.errors import Invalid, TooLarge

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 16
LARGEST_FIELD_BYTES = 200_000
# Enough for the boundaries, headers and small fields around a file.
_ROOM_AROUND_FILE_BYTES = 500_000
# Smaller pieces are gathered, so that not every packet costs a trip to another thread.
GATHERED_BYTES = 262_144


class FormReader:
    """Takes the chunks of a body. `fields` holds the small parts; the part called `file` is gathered in `waiting`."""

    def __init__(self, content_type: str, file_limit_bytes: int) -> None:
        """Raises Invalid when the request is no multipart form."""
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise Invalid.at("", "expected multipart/form-data with a part called 'file'")
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin_part,
            "on_part_data": self._take_data,
            "on_header_field": self._take_header_name,
            "on_header_value": self._take_header_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_end": self._end,
        }
        self._parser = MultipartParser(boundary, callbacks)
        self._file_limit = file_limit_bytes
        self._received = 0
        self._parts = 0
        self._header_name = b""
        self._header_value = b""
        self._part = ""
        self._disposition = b""
        self._is_whole = False
        self._file_size = 0
        self.has_file = False
        self.file_name: str | None = None
        self.fields: dict[str, bytes] = {}
        self.waiting: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Take a chunk. Raises Invalid or TooLarge."""
        self._received += len(chunk)
        if self._received > self._file_limit + _ROOM_AROUND_FILE_BYTES:
            raise self._too_large()
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise Invalid.at("", f"the multipart form is malformed: {error}") from None

    def finish(self) -> None:
        """The body has ended. Raises Invalid when the form has not, or lacks its file."""
        if not self._is_whole:
            raise Invalid.at("", "the multipart form ends early; nothing was stored")
        if not self.has_file:
            raise Invalid.at("file", "is missing: a part called 'file' with the picture's bytes")

    def drain(self) -> bytes:
        """The file's bytes that have arrived since the last call."""
        chunk = b"".join(self.waiting)
        self.waiting = []
        return chunk

    def waiting_bytes(self) -> int:
        """How much `drain` would give."""
        return sum(map(len, self.waiting))

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the picture is larger than {self._file_limit:,} bytes (SIGHTLOG_UPLOAD_BYTES)")

    def _begin_part(self) -> None:
        self._parts += 1
        self._disposition = b""
        if self._parts > MOST_PARTS:
            raise Invalid.at("", f"expected at most {MOST_PARTS} parts")

    def _take_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _take_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._part = options.get(b"name", b"").decode("utf-8", "replace")
        if self._part == "file":
            if self.has_file:
                raise Invalid.at("file", "came twice; send one picture a request")
            self.has_file = True
            self.file_name = options.get(b"filename", b"").decode("utf-8", "replace") or None
        elif self._part in self.fields:
            raise Invalid.at(self._part, "came twice")
        else:
            self.fields[self._part] = b""

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._part == "file":
            self._file_size += end - start
            if self._file_size > self._file_limit:
                raise self._too_large()
            self.waiting.append(data[start:end])
            return
        self.fields[self._part] += data[start:end]
        if len(self.fields[self._part]) > LARGEST_FIELD_BYTES:
            raise Invalid.at(self._part, f"longer than {LARGEST_FIELD_BYTES:,} bytes")

    def _end(self) -> None:
        self._is_whole = True
