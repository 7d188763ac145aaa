"""Saved views: the filters of a use case's events under a name, for everybody in the workspace."""

from msgspec import Struct

from sightlog.domain.errors import Invalid
from sightlog.domain.names import check_name

MOST_VIEWS = 100
_LONGEST_NAME = 80
_LONGEST_QUERY = 4000


class SavedView(Struct, frozen=True, kw_only=True):
    """`query` is the query string of the list's address, without its `?`."""

    number: int
    name: str
    query: str


def check_view(name: str, query: str) -> tuple[str, str]:
    """The trimmed name, and the query. Raises Invalid for a name without letters, or for too much of either."""
    name = check_name(name)
    if len(name) > _LONGEST_NAME:
        raise Invalid.at("name", f"expected at most {_LONGEST_NAME} characters, got {len(name)}")
    if len(query) > _LONGEST_QUERY:
        raise Invalid.at("query", f"these filters are too long to be saved: {len(query)} characters")
    return name, query
