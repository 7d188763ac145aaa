"""The page at `/` until there is a dashboard: what runs here, and how to talk to it."""

from functools import cache

from sightlog.web import pages
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest


async def show_welcome(request: ApiRequest) -> Answer:
    """One plain page. It never shows a key."""
    is_ready = await request.run_errand(request.store.is_ready)
    context = request.context
    return pages.page(_render(pages.shown_address(context), context.is_demo, is_ready))


@cache
def _render(address: str, is_demo: bool, is_ready: bool) -> str:
    templates = pages.make_templates("sightlog.dashboard")
    return templates.get_template("welcome.html").render(address=address, is_demo=is_demo, is_ready=is_ready)
