"""GET /openapi.json: valid OpenAPI 3.1 that describes every route that answers, and none that does not."""

import re
from typing import Any

import httpx
import pytest

from tests.builders import EVENT_TYPES
from tests.expect import answer

Json = dict[str, Any]
METHODS = {"get", "post", "put", "delete", "patch"}
ROUTES = [
    ("POST", "/"),
    ("GET", "/"),
    ("GET", "/{}"),
    ("POST", "/vision-events"),
    ("POST", "/vision-events/batch"),
    ("POST", "/vision-events/query"),
    ("POST", "/vision-events/count"),
    ("GET", "/vision-events/events/{}"),
    ("GET", "/vision-events/facets/{}"),
    ("GET", "/vision-events/use-cases"),
    ("POST", "/vision-events/use-cases"),
    ("PUT", "/vision-events/use-cases/{}"),
    ("POST", "/vision-events/use-cases/{}/archive"),
    ("POST", "/vision-events/use-cases/{}/unarchive"),
    ("GET", "/vision-events/custom-metadata-schema/{}"),
    ("GET", "/vision-events/image-metadata-schema/{}"),
    ("POST", "/usage/inference"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
]


@pytest.fixture(scope="module")
def description(nobody: httpx.Client) -> Json:
    found: Json = answer(nobody.get("/openapi.json"))
    return found


def operations(description: Json) -> list[tuple[str, str, Json]]:
    return [
        (method, path, operation)
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_it_is_valid_openapi_3_1(description: Json) -> None:
    import schemathesis

    assert description["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(description).validate()


def test_every_reference_resolves(description: Json) -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, list):
            return [found for item in node for found in references(item)]
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for item in node.values() for found in references(item)]
        return []

    for reference in references(description):
        target: Any = description
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target, reference


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_that_answers_is_described(description: Json, method: str, path: str) -> None:
    described = {(method.upper(), re.sub(r"\{[^}]*\}", "{}", path)) for method, path, _ in operations(description)}
    assert (method, path) in described


def test_everything_that_is_described_answers(description: Json, nobody: httpx.Client) -> None:
    for method, path, _ in operations(description):
        reply = nobody.request(method, re.sub(r"\{[^}]*\}", "some-id", path))
        known = {303} if (method, path) == ("get", "/") else {200, 400, 401}
        assert reply.status_code in known, (method, path, reply.text)


def test_every_operation_says_what_it_is_and_what_it_answers(description: Json) -> None:
    ids = []
    for method, path, operation in operations(description):
        where = f"{method} {path}"
        assert operation["summary"], where
        ids.append(operation["operationId"])
        assert any(code.startswith("2") for code in operation["responses"]), where
        named = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)", path)), where
    assert len(set(ids)) == len(ids)


def test_create_describes_all_event_types(description: Json) -> None:
    create = description["paths"]["/vision-events"]["post"]
    assert {"201", "400", "401", "403", "413"} <= create["responses"].keys()
    assert create["requestBody"]["content"].keys() == {"application/json"}
    text = str(description)
    assert all(event_type in text for event_type in EVENT_TYPES)


def test_every_call_on_events_needs_the_bearer_key(description: Json) -> None:
    schemes = description["components"]["securitySchemes"]
    bearers = {name for name, one in schemes.items() if one["type"] == "http" and one["scheme"] == "bearer"}
    for method, path, operation in operations(description):
        if path.startswith("/vision-events"):
            asked = {name for one in operation.get("security", description.get("security", [])) for name in one}
            assert asked & bearers, (method, path)
