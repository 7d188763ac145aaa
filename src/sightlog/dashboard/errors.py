"""Errors as pages. Whoever is not signed in is led to the sign-in page, and back afterwards."""

from sightlog.dashboard.addresses import with_query
from sightlog.dashboard.frame import redirect, templates
from sightlog.domain.errors import VisionEventsError
from sightlog.web import pages
from sightlog.web.answers import Answer
from sightlog.web.statuses import RETRY_AFTER_SECONDS, STATUS

_MOST_DETAILS = 20
_HEADINGS = {
    400: "That does not work",
    403: "You may not do this",
    404: "Nothing here",
    405: "Not possible here",
    409: "The name is taken",
    413: "Too large",
    503: "Try again in a moment",
    507: "The disk is full",
}


def error_page(error: VisionEventsError, request_id: str) -> Answer:
    """The answer for an error; scripts find its words in the element with `data-error`."""
    if error.code == "sign_in_needed":
        return redirect(with_query("/sign-in", {"next": error.extra.get("next", "")}))
    status = STATUS[error.code]
    html = (
        templates()
        .get_template("error.html")
        .render(
            heading=_HEADINGS.get(status, "Something went wrong"),
            message=error.message,
            details=error.details[:_MOST_DETAILS] if len(error.details) > 1 else [],
            request_id=request_id,
        )
    )
    retry = RETRY_AFTER_SECONDS.get(error.code)
    return pages.page(html, status, pages.LIVELY_POLICY, () if retry is None else ((b"retry-after", retry),))
