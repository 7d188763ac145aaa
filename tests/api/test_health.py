"""What watches the server, and what explains it: nothing of it needs a key."""

import re

import httpx
import pytest

from tests.expect import answer, refused


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_needs_no_key(nobody: httpx.Client, path: str) -> None:
    answer(nobody.get(path))


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read(nobody: httpx.Client, path: str) -> None:
    refused(nobody.post(path), 405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/sign-in", "/docs"])
def test_pages_load_nothing_from_elsewhere(nobody: httpx.Client, path: str) -> None:
    page = nobody.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    loaded = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)\s*=\s*[\"']?(\S+)", page.text)
    assert not [address for address in loaded if re.match(r"(https?:)?//", address)]
    assert not re.search(r"@import|url\(\s*[\"']?(https?:)?//", page.text)


def test_docs_page_names_every_endpoint_of_events(nobody: httpx.Client) -> None:
    page = nobody.get("/docs").text
    for path in (
        "/vision-events/batch",
        "/vision-events/query",
        "/vision-events/count",
        "/vision-events/facets",
    ):
        assert path in page


@pytest.mark.parametrize("path", ["/vision-events/nothing", "/v9/nothing", "/a/b/c/d"])
def test_unknown_address_is_not_found_in_the_one_error_shape(nobody: httpx.Client, path: str) -> None:
    refused(nobody.get(path), 404, "not_found")


def test_every_answer_has_its_own_request_id(nobody: httpx.Client) -> None:
    paths = ["/healthz", "/", "/docs", "/openapi.json", "/nothing/here", "/vision-events/use-cases"]
    ids = [nobody.get(path).headers["x-request-id"] for path in paths * 2]
    assert len(set(ids)) == len(ids)
