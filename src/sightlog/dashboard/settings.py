"""What the pages of the settings share: their order, who sees which, and the frame around them."""

from typing import Any

from sightlog.dashboard import addresses
from sightlog.dashboard.frame import SHOWN_ONCE, redirect, render
from sightlog.domain.errors import VisionEventsError
from sightlog.domain.users import LINK_MINUTES, Role, User
from sightlog.web.answers import Answer
from sightlog.web.hosts import is_this_machine
from sightlog.web.requests import ApiRequest
from sightlog.web.statuses import STATUS
from sightlog.web.visits import Visit

PATH = "/{workspace}/settings"

_PAGES = (("", "Account"), ("people", "People"), ("keys", "Keys"), ("workspace", "Workspace"))
_FOR_EVERYBODY = ("",)


def show_settings(
    request: ApiRequest,
    who: Visit,
    page: str,
    template: str,
    *,
    refused: VisionEventsError | None = None,
    is_shown_once: bool = False,
    **values: Any,
) -> Answer:
    """A page of the settings. `refused` is why a form was not taken: its words stand above the form."""
    return render(
        request,
        who,
        template,
        section="settings",
        status=200 if refused is None else STATUS[refused.code],
        headers=SHOWN_ONCE if is_shown_once else (),
        pages=[one for one in _PAGES if who.may(Role.ADMIN) or one[0] in _FOR_EVERYBODY],
        page=page,
        problem=None if refused is None else refused.message,
        **values,
    )


def to_settings(who: Visit, page: str, notice: str = "") -> Answer:
    """Back to a page of the settings, after a form was taken."""
    return redirect(addresses.with_query(addresses.settings(who.workspace.slug, page), {"notice": notice}))


def show_link(request: ApiRequest, who: Visit, page: str, user: User, path: str) -> Answer:
    """A new sign-in link, this once. It begins with the address that people use, or with the one under which this page
    was asked for, which `visit` found to be one of this server."""
    host = request.header(b"host") or ""
    base = request.context.public_url or f"http://{host}"
    return show_settings(
        request,
        who,
        page,
        "settings_link.html",
        is_shown_once=True,
        user=user,
        link=base + path,
        minutes=LINK_MINUTES,
        is_for_here_only=not request.context.public_url and is_this_machine(host),
    )
