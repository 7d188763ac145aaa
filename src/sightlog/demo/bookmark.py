"""How far the demo has come, kept in its folder, so that the next start goes on from there."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from sightlog.demo.story import HISTORY
from sightlog.domain.errors import Invalid
from sightlog.running import write_private

BOOKMARK_FILE = "demo.json"


class Span(Struct, rename="camel"):
    """A stretch of time that is not filled yet: of its events the newest `fed` are stored."""

    start: datetime
    end: datetime
    is_first: bool = False
    fed: int = 0


class Bookmark(Struct, rename="camel"):
    """`anchor` is when the demo was first started, which its story hangs on; up to `live_until` time is either
    filled or among the spans. `use_cases` has their ids by the names that the story gives them."""

    anchor: datetime
    live_until: datetime
    spans: list[Span]
    use_cases: dict[str, str]


def has_bookmark(folder: Path) -> bool:
    """Whether this folder is a demo's."""
    return (folder / BOOKMARK_FILE).is_file()


def open_bookmark(folder: Path) -> Bookmark:
    """The folder's bookmark; a new one, two weeks of history ahead, when there is none. Raises Invalid."""
    path = folder / BOOKMARK_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Bookmark)
    except FileNotFoundError:
        now = datetime.now(UTC)
        bookmark = Bookmark(now, now, [Span(now - HISTORY, now, is_first=True)], {})
        save_bookmark(folder, bookmark)
        return bookmark
    except msgspec.DecodeError:
        raise Invalid(f"{path} cannot be read; delete the folder to start the demo over") from None


def save_bookmark(folder: Path, bookmark: Bookmark) -> None:
    """Keep it, in one step."""
    write_private(folder / BOOKMARK_FILE, msgspec.json.encode(bookmark))
