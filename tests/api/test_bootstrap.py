"""The calls that the SDK, the command line and inference begin with; here the key may stand in the address."""

import re
from typing import Any

import httpx
import pytest

from tests.expect import Caller, answer, refused
from tests.processes import Server

WRONG = "sl_" + "0b" * 32


@pytest.mark.parametrize(("method", "extra"), [("POST", {}), ("GET", {}), ("GET", {"nocache": "true"})])
def test_key_check_answers_the_workspace(
    caller: Caller, nobody: httpx.Client, method: str, extra: dict[str, str]
) -> None:
    reply = answer(nobody.request(method, "/", params={"api_key": caller.key} | extra))
    assert reply["workspace"] == caller.workspace
    assert reply["welcome"]
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", reply["workspace"])


def test_workspace_has_the_keys_that_the_sdk_reads(caller: Caller, nobody: httpx.Client) -> None:
    found = answer(nobody.get(f"/{caller.workspace}", params={"api_key": caller.key}))["workspace"]
    assert found.keys() == {"name", "url", "members", "projects"}
    assert (found["url"], found["projects"]) == (caller.workspace, [])


@pytest.mark.parametrize("key", [WRONG, "", "null", "WITHOUT-LOWERCASE", "ü"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("GET", "/"), ("GET", "/{workspace}")])
def test_wrong_key_is_refused(nobody: httpx.Client, caller: Caller, method: str, path: str, key: str) -> None:
    path = path.format(workspace=caller.workspace)
    refused(nobody.request(method, path, params={"api_key": key}), 401, "unauthenticated")


def test_key_check_without_any_key_is_refused(nobody: httpx.Client) -> None:
    refused(nobody.post("/"), 401, "unauthenticated")


@pytest.mark.parametrize("slug", ["other-plant", "absent", "Ünknown"])
def test_another_or_absent_workspace_is_not_found(
    stranger: Caller, caller: Caller, nobody: httpx.Client, slug: str
) -> None:
    body = refused(nobody.get(f"/{slug}", params={"api_key": caller.key}), 404, "not_found")
    assert stranger.workspace == "other-plant"
    assert "projects" not in body


def test_key_in_the_address_opens_nothing_else(caller: Caller, nobody: httpx.Client, use_case: str) -> None:
    """Addresses end up in logs."""
    key = {"api_key": caller.key}
    refused(nobody.get("/vision-events/use-cases", params=key), 401, "unauthenticated")
    body = {"useCaseId": use_case}
    refused(nobody.post("/vision-events/query", params=key, json=body), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/{workspace}/workflows/inspect"),
        ("GET", "/{workspace}/some-project/3"),
        ("POST", "/infer/workflows/{workspace}/inspect"),
    ],
)
def test_request_for_a_model_or_workflow_is_told_that_only_events_live_here(
    caller: Caller, method: str, path: str
) -> None:
    path = path.format(workspace=caller.workspace)
    body = refused(caller.http.request(method, path, params={"api_key": caller.key}), 404, "not_found")
    assert re.search(r"events only|only (\w+ )*events", body["error"]), body


def test_usage_reports_of_inference_are_taken_quietly(nobody: httpx.Client, caller: Caller) -> None:
    report: Any = [{"api_key": caller.key, "usage": {"a": 1}}]
    assert answer(nobody.post("/usage/inference", json=report)) == {}


def test_front_page_without_a_key_leads_people_to_signing_in(nobody: httpx.Client) -> None:
    page = nobody.get("/", headers={"Accept": "text/html"}, follow_redirects=True)
    assert page.status_code == 200
    assert page.url.path == "/sign-in"
    assert page.headers["content-type"].startswith("text/html")
    assert 'href="/docs"' in page.text


def test_keys_never_appear_in_the_log(caller: Caller, stranger: Caller, nobody: httpx.Client, server: Server) -> None:
    nobody.get(f"/{caller.workspace}", params={"api_key": caller.key})
    nobody.get("/", params={"api_key": WRONG})
    nobody.get("/vision-events/use-cases", params={"api_key": caller.key})
    printed = server.printed()
    assert not [key for key in (caller.key, stranger.key, WRONG) if key in printed]
