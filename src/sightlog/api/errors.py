"""The one error body of the cloud dialect. `error` is always text: clients show it as it comes (contract 2.4)."""

from typing import Any

from sightlog.domain.errors import VisionEventsError
from sightlog.web.answers import Answer, Header, json_answer
from sightlog.web.statuses import RETRY_AFTER_SECONDS, STATUS

# One bad batch can hold thousands of problems; nobody reads more than these.
MOST_DETAILS = 200


def error_answer(error: VisionEventsError, request_id: str) -> Answer:
    """The answer for an error."""
    body: dict[str, Any] = {"error": error.message, "code": error.code}
    if error.details:
        body["details"] = error.details[:MOST_DETAILS]
    body.update(error.extra)
    body["requestId"] = request_id
    headers: list[Header] = []
    if error.code in RETRY_AFTER_SECONDS:
        headers.append((b"retry-after", RETRY_AFTER_SECONDS[error.code]))
    if error.code == "unauthenticated":
        headers.append((b"www-authenticate", b"Bearer"))
    return json_answer(body, STATUS[error.code], headers)
