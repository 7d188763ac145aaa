"""Taking events from devices, and showing the latest (contract 11.1, 11.2)."""

import re
from contextlib import suppress

from sightlog.device.mapping import take_pictures, to_create_body, to_device_event
from sightlog.domain.api_keys import MAY_READ, MAY_WRITE, Caller
from sightlog.domain.errors import Invalid, NameTaken
from sightlog.domain.problems import read_json
from sightlog.operations.api_keys import authenticate
from sightlog.operations.deliveries import Attached, Delivered, check_delivery, store_delivery
from sightlog.operations.events import rules_of
from sightlog.operations.use_cases import create_use_case
from sightlog.web.answers import Answer, created, json_answer
from sightlog.web.requests import ApiRequest

_DEFAULT_LATEST = 5
_MOST_LATEST = 100
_FEW_DIGITS = re.compile("[0-9]{1,6}")


async def create_event(request: ApiRequest) -> Answer:
    """201 with the event's id once it is on disk."""
    caller = _caller(request, writing=True)
    request.context.space.require_space()
    raw = await request.body(request.limits.device_body_bytes)
    delivered = await request.run_errand(lambda: _store(request, caller, raw))
    return created({"id": delivered.receipt.event_id})


async def get_latest_events(request: ApiRequest) -> Answer:
    """The events that arrived last, newest first."""
    caller = _caller(request, writing=False)
    limit = _limit(request.query("limit"))
    latest = await request.run_errand(lambda: request.store.latest_events(caller.workspace, limit))
    return json_answer({"events": [to_device_event(event) for event in latest], "count": len(latest)})


async def get_health(request: ApiRequest) -> Answer:
    """Alive; no key is needed."""
    return json_answer({"status": "healthy"})


def _caller(request: ApiRequest, *, writing: bool) -> Caller:
    """By the header X-API-Key of this dialect, or by the bearer key of the other."""
    secret = request.header(b"x-api-key") or request.bearer_key()
    return request.allow(authenticate(request.store, secret, request.now), MAY_WRITE if writing else MAY_READ)


def _store(request: ApiRequest, caller: Caller, raw: bytes) -> Delivered:
    body = to_create_body(read_json(raw))
    body["useCaseId"] = body.get("useCaseId") or request.context.device_use_case
    attached: list[Attached] = []
    try:
        blobs = request.context.blobs
        take_pictures(body, blobs, request.limits, attached)
        checked = check_delivery(caller, body, attached, rules_of(caller, request.limits, request.now))
        _make_use_case(request, caller, checked.event.use_case)
        return store_delivery(request.store, blobs, caller, checked, request.now)
    finally:
        for one in attached:
            one.incoming.discard()


def _make_use_case(request: ApiRequest, caller: Caller, name: str) -> None:
    """Devices cannot ask anybody: a use case that is missing is made."""
    if request.store.find_use_case(caller.workspace, name) is None:
        # Another request may be faster; then it is there.
        with suppress(NameTaken):
            create_use_case(request.store, caller.workspace, name, request.limits, request.now)


def _limit(text: str | None) -> int:
    if text is None:
        return _DEFAULT_LATEST
    if not _FEW_DIGITS.fullmatch(text) or not 1 <= int(text) <= _MOST_LATEST:
        raise Invalid.at("limit", f"expected 1 to {_MOST_LATEST}, got '{text[:40]}'")
    return int(text)
