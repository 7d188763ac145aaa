"""Reading a tar archive from front to back: the names and contents of its files and folders, in any of its formats.

Not with the standard library: its reader follows sparse maps and chains of headers, takes what a header announces into
memory and searches it in quadratic time. Half a megabyte from a stranger keeps it, and every other thread, busy for
hours.
"""

from collections.abc import Iterator
from typing import Protocol

from sightlog.domain.errors import Invalid

_BLOCK_BYTES = 512
_END = b"\0" * _BLOCK_BYTES
_SKIPPED_BYTES = 262_144

# What extends the header that follows: a long name, or records such as a path or a time with fractions.
_GNU_NAME, _RECORDS, _GLOBAL_RECORDS = b"L", b"x", b"g"
_EXTENSIONS = (_GNU_NAME, _RECORDS, _GLOBAL_RECORDS)
_LONGEST_EXTENSION_BYTES = 8192
_MOST_EXTENSIONS = 4

_FILES = (b"0", b"\0", b"7")
_FOLDER = b"5"


class Source(Protocol):
    """Where the archive comes from; it gives fewer bytes than asked for only at its end."""

    def read(self, size: int) -> bytes: ...


class Member:
    """A file or folder: what its header says, and its content, to be read before the next member."""

    def __init__(self, source: Source, name: str, size: int, *, is_folder: bool) -> None:
        self.name = name
        self.size = size
        self.is_folder = is_folder
        self._source = source
        self._left = size

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end. Raises ValueError when the archive is cut short."""
        chunk = _exactly(self._source, min(size, self._left))
        self._left -= len(chunk)
        return chunk

    def skip_rest(self) -> None:
        """Go on to where the next header is."""
        while self.read(_SKIPPED_BYTES):
            pass
        _exactly(self._source, -self.size % _BLOCK_BYTES)


def read_members(source: Source) -> Iterator[Member]:
    """The members in their order. Raises ValueError when this is no archive or is cut short, and Invalid for what is
    neither file nor folder: a link, a device, a sparse file."""
    block = source.read(_BLOCK_BYTES)
    if not block:
        raise ValueError("it is empty")
    name, size, extensions = "", None, 0
    while block and block != _END:
        header = _Header(block)
        if header.kind in _EXTENSIONS:
            extensions += 1
            given_name, given_size = _read_extension(source, header, extensions)
            name, size = given_name or name, size if given_size is None else given_size
        else:
            is_folder = header.kind == _FOLDER or (header.kind == b"\0" and header.name.endswith("/"))
            if header.kind not in _FILES and not is_folder:
                message = "only files and folders are allowed in a bundle, no links or devices"
                raise Invalid.at((name or header.name)[:200], message)
            announced = header.size if size is None else size
            member = Member(source, name or header.name, 0 if is_folder else announced, is_folder=is_folder)
            yield member
            member.skip_rest()
            name, size, extensions = "", None, 0
        block = source.read(_BLOCK_BYTES)


class _Header:
    def __init__(self, block: bytes) -> None:
        if len(block) < _BLOCK_BYTES:
            raise ValueError("it is cut short")
        # The sum is taken as if its own field held spaces.
        if _number(block[148:156]) != sum(block) - sum(block[148:156]) + 8 * ord(" "):
            raise ValueError("a header is damaged")
        self.name = _text(block[:100])
        self.size = _number(block[124:136])
        self.kind = block[156:157]
        if block[257:263] == b"ustar\0" and block[345] != 0:
            self.name = f"{_text(block[345:500])}/{self.name}"


def _read_extension(source: Source, header: _Header, count: int) -> tuple[str, int | None]:
    """The name and size that an extension gives to the next member, as far as it gives any."""
    if header.size > _LONGEST_EXTENSION_BYTES or count > _MOST_EXTENSIONS:
        raise ValueError("a header has longer extensions than bundles need")
    content = _exactly(source, header.size)
    _exactly(source, -header.size % _BLOCK_BYTES)
    if header.kind == _GNU_NAME:
        return _text(content), None
    records = _records(content) if header.kind == _RECORDS else {}
    if any(key.startswith(b"GNU.sparse") for key in records):
        raise Invalid.at(header.name[:200], "sparse files are not allowed in a bundle")
    size = records.get(b"size")
    return records.get(b"path", b"").decode("utf-8", "replace"), None if size is None else _digits(size, 10)


def _records(content: bytes) -> dict[bytes, bytes]:
    """Of lines `LENGTH KEY=VALUE`, whose length counts all of the line."""
    found, at = {}, 0
    while at < len(content):
        length, _, _ = content[at : at + 8].partition(b" ")
        end = at + _digits(length, 10)
        if not at < end <= len(content):
            raise ValueError("an extended header is damaged")
        key, _, value = content[at + len(length) + 1 : end - 1].partition(b"=")
        found[key] = value
        at = end
    return found


def _number(field: bytes) -> int:
    """Octal digits or, for what is too large for them, the bytes after a marker."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    return _digits(field.strip(b" \0") or b"0", 8)


def _digits(text: bytes, base: int) -> int:
    if not text.isdigit():
        raise ValueError("a number in a header is damaged")
    return int(text, base)


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace")


def _exactly(source: Source, size: int) -> bytes:
    found = source.read(size) if size else b""
    if len(found) < size:
        raise ValueError("it is cut short")
    return found
