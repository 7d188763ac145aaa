"""The OpenAPI document, made without a server: it names every route, speaks of everything, and its examples hold."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from sightlog.api import openapi_words as words
from sightlog.api.openapi import build_document, codes_of, error_words
from sightlog.api.openapi_schemas import REF
from sightlog.domain import filters
from sightlog.domain.api_keys import Scope
from sightlog.server import FRONT_DOOR, route_table

Json = dict[str, Any]
ROUTES = [route for route in route_table() if route.is_described]
DOCUMENT = build_document(ROUTES, date(2026, 8, 13))
SCHEMAS: dict[str, Json] = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    pytest.param(operation, id=f"{method.upper()} {path}")
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]


def walk(node: Any) -> Iterator[Json]:
    """Every object in the document."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    for item in node if isinstance(node, list) else ():
        yield from walk(item)


def content_of(body: Json) -> Json:
    """The JSON of a request's body or of a reply; empty when it is of another kind."""
    found: Json = body.get("content", {}).get("application/json", {})
    return found


def validator(schema: Json) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema | {"components": DOCUMENT["components"]})


def test_every_described_route_is_in_it_and_nothing_else() -> None:
    served = {(route.method, re.sub(r"\{(\w+)(:\w+)?\}", r"{\1}", route.path)) for route in ROUTES}
    described = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert described == served
    assert FRONT_DOOR in ROUTES


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(DOCUMENT).validate()


def test_every_reference_resolves() -> None:
    names = {node["$ref"].removeprefix(REF) for node in walk(DOCUMENT) if isinstance(node.get("$ref"), str)}
    assert names <= SCHEMAS.keys()
    mapped = {name for node in walk(DOCUMENT) for name in node.get("discriminator", {}).get("mapping", {}).values()}
    assert {name.removeprefix(REF) for name in mapped} <= SCHEMAS.keys()


def test_patterns_are_plain_enough_for_every_language() -> None:
    patterns = [node["pattern"] for node in walk(SCHEMAS) if isinstance(node.get("pattern"), str)]
    assert patterns
    assert not [pattern for pattern in patterns if "(?" in pattern or r"\Z" in pattern]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation_has_words_an_example_and_codes_for_its_errors(operation: Json) -> None:
    assert operation["summary"]
    assert operation["x-address"].startswith("/")
    assert "{" not in operation["x-address"], "an example fills the address in"
    for parameter in operation.get("parameters", []):
        assert parameter["description"], parameter["name"]
    for status, response in operation["responses"].items():
        assert response["description"], status
    for body in (operation.get("requestBody", {}), next(iter(operation["responses"].values()))):
        if "$ref" in content_of(body).get("schema", {}):
            assert content_of(body)["examples"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_examples_are_what_their_schemas_describe(operation: Json) -> None:
    replies = [response for status, response in operation["responses"].items() if status[0] == "2"]
    for body in (operation.get("requestBody", {}), *replies):
        content = content_of(body)
        for name, example in content.get("examples", {}).items():
            problems = [str(problem) for problem in validator(content["schema"]).iter_errors(example["value"])]
            assert not problems, (name, problems)


def test_example_of_an_error_is_what_the_schema_describes() -> None:
    assert validator({"$ref": REF + "Error"}).is_valid(words.ERROR_EXAMPLE)


@pytest.mark.parametrize("name", SCHEMAS)
def test_object_and_each_of_its_fields_is_explained(name: str) -> None:
    assert SCHEMAS[name]["description"]
    for field, schema in SCHEMAS[name].get("properties", {}).items():
        assert schema.get("description"), f"openapi_words.FIELDS has nothing for {name}.{field}"


def test_no_words_are_left_over() -> None:
    known = {field for schema in SCHEMAS.values() for field in schema.get("properties", {})}
    known |= {f"{name}.{field}" for name, schema in SCHEMAS.items() for field in schema.get("properties", {})}
    known |= {f"EventFilters.{field}" for field in SCHEMAS["EventQuery"]["properties"]}
    assert not [name for name in words.FIELDS if name not in known]
    assert not [name for name in words.OBJECTS if name not in SCHEMAS]
    assert not [name for name in words.TITLES if name not in {one.values[0]["operationId"] for one in OPERATIONS}]
    assert not [key for key in words.BODIES if key not in {(route.method, route.path) for route in ROUTES}]


def test_words_for_people_do_not_point_at_papers_they_do_not_have() -> None:
    assert not re.findall(r".{20}\b(?:contract|design)\b.{20}", str(DOCUMENT))


def test_scopes_columns_and_operators_are_those_of_the_code() -> None:
    assert words.SCOPES.keys() == {scope.value for scope in Scope}
    operators = (filters.TEXT_OPERATORS, filters.NUMBER_OPERATORS, filters.BOOLEAN_OPERATORS, filters.COUNT_OPERATORS)
    known = {
        name for group in (*operators, filters.DETECTION_OPERATORS, filters.CONFIDENCE_OPERATORS) for name in group
    }
    assert words.OPERATORS.keys() == known


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_status_of_an_error_has_its_codes(route: Any) -> None:
    for status in route.errors:
        codes = codes_of(route, status)
        assert codes, status
        assert all(code in error_words() or code in words.ERRORS for code in codes)


def test_events_may_have_unknown_fields_and_queries_may_not() -> None:
    event = {"eventType": "custom", "useCaseId": "a", "timestamp": "2026-08-13T09:00:00Z", "ours": 1, "comment": None}
    assert validator({"$ref": REF + "Event"}).is_valid(event)
    query = validator({"$ref": REF + "EventQuery"})
    assert query.is_valid({"useCaseId": "a"})
    assert not query.is_valid({"useCaseId": "a", "ours": 1})


@pytest.mark.parametrize(
    ("filter_", "holds"),
    [
        ({"deviceId": {"operator": "eq", "value": "cam-5"}}, True),
        ({"deviceId": {"operator": "in", "value": ["cam-5"]}}, True),
        ({"deviceId": {"operator": "exists", "value": False}}, True),
        ({"deviceId": {"operator": "in", "value": "cam-5"}}, False),
        ({"deviceId": {"operator": "gt", "value": "cam-5"}}, False),
        ({"imageCount": {"operator": "gte", "value": 2}}, True),
        ({"imageCount": {"operator": "exists", "value": True}}, False),
        ({"customMetadataFilters": [{"field": "a", "operator": "gt", "value": 1}]}, True),
        ({"customMetadataFilters": [{"field": "a", "operator": "gt", "value": 1, "type": "string"}]}, False),
        ({"customMetadataFilters": [{"field": "a/b", "operator": "eq", "value": 1}]}, False),
        ({"eventFieldFilters": [{"column": "item_count", "operator": "lt", "value": 5}]}, True),
        ({"eventFieldFilters": [{"column": "result", "operator": "lt", "value": 5}]}, False),
        ({"detection": {"operator": "eq", "value": "a", "confidence": {"operator": "gt", "value": 0.5}}}, True),
        ({"detection": {"operator": "eq", "value": "a", "confidence": {"operator": "eq", "value": 0.5}}}, False),
        ({"feedbackStatus": ["none"]}, True),
        ({"feedbackStatus": ["maybe"]}, False),
    ],
)
def test_filters_are_described_as_exactly_as_they_are_checked(filter_: Json, holds: bool) -> None:
    """The code is the judge; the description must agree with it."""
    import msgspec

    from sightlog.domain.errors import Invalid

    body = {"useCaseId": "a"} | filter_
    assert validator({"$ref": REF + "EventQuery"}).is_valid(body) is holds
    try:
        filters.select(msgspec.convert(body, filters.EventQuery))
        accepted = True
    except (Invalid, msgspec.ValidationError):
        accepted = False
    assert accepted is holds
