"""What a key may do: every route with every scope; and how a key is sent."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.builders import an_event, new_name
from tests.expect import Caller, refused
from tests.processes import Server, sightlog

READ, WRITE, MANAGE = "vision-events:read", "vision-events:write", "vision-events:manage"
GROUPS = {
    READ: {"read"},
    WRITE: {"write"},
    MANAGE: {"manage"},
    "device:read": {"read"},
    "device:update": {"write"},
    "visionEvents.read": {"read"},
    "visionEvents.write": {"write"},
    "device.update": {"write"},
}
SCOPE_OF = {"read": READ, "write": WRITE, "manage": MANAGE}


@pytest.fixture(scope="module")
def scoped(server: Server) -> Iterator[dict[str, httpx.Client]]:
    """A client for each scope alone."""
    with ExitStack() as stack:
        clients = {}
        for scope in GROUPS:
            arguments = ("keys", "create", "--name", scope, "--scope", scope)
            key = sightlog(*arguments, data=server.data).stdout.strip()
            clients[scope] = stack.enter_context(server.client(key))
        yield clients


Call = tuple[str, str, Any]


def calls(use_case: str, event_id: str) -> dict[str, list[Call]]:
    """Every call that needs a scope, by the group of the scope that it needs."""
    base, query, event = "/vision-events", {"useCaseId": use_case}, an_event(use_case=use_case)
    return {
        "read": [
            ("POST", f"{base}/query", query),
            ("POST", f"{base}/count", query),
            ("GET", f"{base}/events/{event_id}", None),
            ("GET", f"{base}/facets/{use_case}", None),
            ("GET", f"{base}/use-cases", None),
            ("GET", f"{base}/custom-metadata-schema/{use_case}", None),
            ("GET", f"{base}/image-metadata-schema/{use_case}", None),
        ],
        "write": [
            ("POST", base, event),
            ("POST", f"{base}/batch", {"events": [event]}),
            ("POST", f"{base}/use-cases", {"name": new_name()}),
        ],
        "manage": [
            ("PUT", f"{base}/use-cases/{use_case}", {"name": new_name()}),
            ("POST", f"{base}/use-cases/{use_case}/archive", None),
            ("POST", f"{base}/use-cases/{use_case}/unarchive", None),
        ],
    }


@pytest.mark.parametrize("scope", GROUPS)
def test_key_with_one_scope_may_do_that_and_nothing_else(
    caller: Caller, scoped: dict[str, httpx.Client], use_case: str, scope: str
) -> None:
    event = an_event(use_case=use_case)
    caller.create(event)
    for group, requests in calls(use_case, event["eventId"]).items():
        for method, path, body in requests:
            reply = scoped[scope].request(method, path, json=body)
            if group in GROUPS[scope]:
                assert reply.status_code in {200, 201}, (method, path, reply.text)
            else:
                refused(reply, 403, "forbidden", says=SCOPE_OF[group])


def test_what_was_forbidden_was_not_done(caller: Caller, scoped: dict[str, httpx.Client], use_case: str) -> None:
    before = caller.use_case(use_case)
    scoped[READ].post("/vision-events", json=an_event(use_case=use_case))
    scoped[WRITE].put(f"/vision-events/use-cases/{use_case}", json={"name": new_name()})
    scoped[WRITE].post(f"/vision-events/use-cases/{use_case}/archive")
    assert caller.use_case(use_case) == before


def test_key_with_any_scope_passes_the_sdks_bootstrap(scoped: dict[str, httpx.Client], nobody: httpx.Client) -> None:
    for client in scoped.values():
        key = client.headers["authorization"].removeprefix("Bearer ")
        assert nobody.post("/", params={"api_key": key}).status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_scheme_may_be_spelled_in_any_case(caller: Caller, nobody: httpx.Client, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {caller.key}"}
    assert nobody.get("/vision-events/use-cases", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["{key}", "Basic {key}", "Bearer", "Bearer {key}x", "Bearer  x {key}", "Token {key}", ""],
)
def test_key_that_is_not_sent_as_a_bearer_is_refused(caller: Caller, nobody: httpx.Client, header: str) -> None:
    headers = {"Authorization": header.format(key=caller.key)}
    refused(nobody.get("/vision-events/use-cases", headers=headers), 401, "unauthenticated")


def test_bytes_that_are_no_text_in_the_header_are_refused(nobody: httpx.Client) -> None:
    headers = [(b"authorization", b"Bearer sl_\xff\xfe")]
    refused(nobody.get("/vision-events/use-cases", headers=headers), 401, "unauthenticated")


def test_headers_that_inference_adds_are_tolerated(caller: Caller) -> None:
    headers = {"X-Roboflow-Inference-Version": "1.0", "X-Allow-Chunked": "true"}
    assert caller.http.get("/vision-events/use-cases", headers=headers).status_code == 200
