"""The frame around every page of the dashboard: sidebar, header row, and how a template becomes an answer."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import jinja2

from sightlog.dashboard import addresses, words
from sightlog.dashboard.notices import read_notice
from sightlog.dashboard.overlays import coordinate, percent
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.users import Role
from sightlog.web import pages
from sightlog.web.answers import Answer, Header
from sightlog.web.requests import ApiRequest
from sightlog.web.visits import Visit

# For what is shown once: it must not come back by the browser's way back.
SHOWN_ONCE: tuple[Header, ...] = ((b"cache-control", b"no-store"),)


def render(
    request: ApiRequest,
    visit: Visit,
    template: str,
    *,
    section: str = "vision-events",
    status: int = 200,
    headers: Sequence[Header] = (),
    **values: Any,
) -> Answer:
    """A page, or only its content when a script asks for a part. Templates extend `layout` and see `visit`, `clock`
    (times in the workspace's zone), `here` (this address, for forms that come back), `server_address`, `section` (of
    the sidebar) and `is_demo`."""
    html = (
        templates()
        .get_template(template)
        .render(
            layout="part.html" if wants_part(request) else "frame.html",
            visit=visit,
            clock=WallClock(visit.zone, request.now),
            here=request.address,
            server_address=pages.shown_address(request.context),
            section=section,
            is_demo=request.context.is_demo,
            notice=read_notice(request.query("notice") or "", visit),
            **values,
        )
    )
    return pages.page(html, status, pages.LIVELY_POLICY, (*headers, (b"vary", b"x-part")))


def wants_part(request: ApiRequest) -> bool:
    """Whether a script asks, for the content without the frame around it."""
    return request.header(b"x-part") is not None


def redirect(address: str) -> Answer:
    """To another page of the dashboard, after a form was taken."""
    return Answer(303, b"", b"text/plain", ((b"location", quote(address, safe="/?&=%:@!$'()*+,;~#-._").encode()),))


@cache
def templates() -> jinja2.Environment:
    """The dashboard's templates, with how it writes numbers, ids and addresses."""
    made = pages.make_templates("sightlog.dashboard")
    made.filters.update(
        number=words.number,
        share=words.share,
        plural=words.plural,
        shortened=words.shortened,
        file_size=words.file_size,
        span=words.span,
        address_part=addresses.part,
        as_sent=words.as_sent,
        coordinate=coordinate,
        percent=percent,
    )
    made.globals.update(to=addresses, Role=Role, words=words)
    return made
