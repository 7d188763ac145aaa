"""The page at `/` until there is a dashboard: what runs here, and how to talk to it."""

from sightlog.web.answers import HTML_TYPE, Answer
from sightlog.web.requests import ApiRequest


async def show_welcome(request: ApiRequest) -> Answer:
    """One plain page."""
    return Answer(200, b"<!doctype html><title>Sightlog</title>", HTML_TYPE)
