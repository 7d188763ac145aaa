"""The error body of the device dialect: `detail`, and 529 when the disk is full (contract 11.1)."""

from typing import Any

from sightlog.device.mapping import in_device_words
from sightlog.domain.errors import VisionEventsError
from sightlog.web.answers import Answer, json_answer
from sightlog.web.statuses import RETRY_AFTER_SECONDS, STATUS

_FULL = 529


def error_answer(error: VisionEventsError, request_id: str) -> Answer:
    """The answer for an error, in this dialect's words."""
    if error.code == "storage_full":
        return json_answer({"detail": error.message, "error": "capacity_blocked"}, _FULL)
    detail = error.message
    if error.details and detail.startswith(error.details[0].path):
        path = error.details[0].path
        detail = in_device_words(path) + detail.removeprefix(path)
    body: dict[str, Any] = {"detail": detail, "code": error.code, "request_id": request_id}
    retry = RETRY_AFTER_SECONDS.get(error.code)
    return json_answer(body, STATUS[error.code], [(b"retry-after", retry)] if retry else ())
