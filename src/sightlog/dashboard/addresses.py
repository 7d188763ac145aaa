"""The addresses of the dashboard's pages, in one place. They are those of the original (contract 14)."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

Query = Mapping[str, str | int | Sequence[str]]


def part(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="")


def with_query(path: str, query: Query | None = None) -> str:
    """A path with parameters; empty ones are left out."""
    kept = {name: value for name, value in (query or {}).items() if value not in ("", None, [], ())}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


def use_cases(workspace: str, query: Query | None = None) -> str:
    """The table of use cases."""
    return with_query(f"/{part(workspace)}/vision-events", query)


def new_use_case(workspace: str, query: Query | None = None) -> str:
    """The form for a new one."""
    return with_query(f"{use_cases(workspace)}/new", query)


def use_case(workspace: str, id: str, page: str = "", query: Query | None = None) -> str:
    """A use case's events, or another page of it: `overview`, `metadata`, `review`, `export` …"""
    below = f"/{page}" if page else ""
    return with_query(f"/{part(workspace)}/vision-events/{part(id)}{below}", query)


def event(workspace: str, use_case_id: str, event_id: str, query: Query | None = None) -> str:
    """One event."""
    return with_query(f"{use_case(workspace, use_case_id)}/events/{part(event_id)}", query)


def settings(workspace: str, page: str = "") -> str:
    """The settings, or a page of them."""
    return f"/{part(workspace)}/settings" + (f"/{page}" if page else "")
