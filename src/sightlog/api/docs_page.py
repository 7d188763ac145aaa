"""GET /openapi.json, and GET /docs: a readable page made from it."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import msgspec

from sightlog.api.docs_view import View
from sightlog.api.openapi import build_document
from sightlog.domain.times import moment_of
from sightlog.operations.clock import microseconds_now
from sightlog.web import pages
from sightlog.web.answers import JSON_TYPE, Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route

Json = dict[str, Any]


class ApiDocs:
    """The description of some routes, as JSON and as a page."""

    def __init__(self, routes: Sequence[Route], today: date) -> None:
        self.document: Json = build_document(routes, today)
        self._json = msgspec.json.encode(self.document)
        # One entry: the address of a server does not change while it runs.
        self.page = cache(self._render)

    async def send_document(self, request: ApiRequest) -> Answer:
        """The OpenAPI document."""
        return Answer(200, self._json, JSON_TYPE)

    async def send_page(self, request: ApiRequest) -> Answer:
        """The page, made at the first request."""
        return pages.page(self.page(pages.shown_address(request.context)))

    def _render(self, address: str) -> str:
        templates = pages.make_templates("sightlog.api")
        return templates.get_template("docs.html").render(view=View(self.document, address))


def routes_for(described: tuple[Route, ...]) -> tuple[Route, ...]:
    """The two routes that describe the given ones."""
    docs = ApiDocs(described, moment_of(microseconds_now()).date())
    described_by = (
        ("/openapi.json", docs.send_document, "This API as an OpenAPI document"),
        ("/docs", docs.send_page, "This API as a page"),
    )
    own = [
        Route(method="GET", path=path, handler=handler, summary=summary, needs_key=False, is_described=False)
        for path, handler, summary in described_by
    ]
    return tuple(own)
