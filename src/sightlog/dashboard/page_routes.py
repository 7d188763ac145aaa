"""How a page stands in the route table."""

from sightlog.dashboard.errors import error_page
from sightlog.web.routing import Handler, Route


def page_route(method: str, path: str, handler: Handler, summary: str) -> Route:
    """A row for a page: its errors are pages too, and a session takes the place of a key."""
    return Route(
        method=method,
        path=path,
        handler=handler,
        summary=summary,
        needs_key=False,
        is_described=False,
        error_answer=error_page,
    )
