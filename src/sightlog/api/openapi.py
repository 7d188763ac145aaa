"""The OpenAPI 3.1 document, made from the route table and the structs that serve, so that it cannot drift."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sightlog import __version__
from sightlog.api import openapi_words as words
from sightlog.api.openapi_examples import Example, build_examples
from sightlog.api.openapi_schemas import DEVICE_ERROR, ERROR, NEVER_ANSWERED, REF, build_schemas, schema_of
from sightlog.domain.errors import VisionEventsError
from sightlog.domain.event_reading import NewBatch
from sightlog.domain.events import NewEvent
from sightlog.domain.filters import EventFilters, EventQuery
from sightlog.web.routing import Parameter, Route
from sightlog.web.statuses import STATUS

Json = dict[str, Any]

BEARER, IN_QUERY, OF_DEVICES = "bearer", "keyInQuery", "deviceKey"
NEEDS_KEY = "Needs a key with the scope"
_KEY_PARAMETER = "api_key"
_LINK_PARAMETER = "token"
_DEVICE = "device"
_DEVICE_FULL = 529
_JSON = "application/json"
_PATH_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")

# GET / is the key check for clients, and leads people to the dashboard.
_LEADS_PEOPLE_ON = {("GET", "/")}


def build_document(routes: Sequence[Route], today: date) -> Json:
    """The whole document; the examples' times are those of `today`."""
    described = [route for route in routes if route.is_described]
    types = [type_ for route in described for type_ in (route.body, route.reply) if type_ is not None]
    examples = build_examples(today)
    paths: dict[str, Json] = {}
    for route in described:
        item = paths.setdefault(_PATH_PARAMETER.sub(r"{\1}", route.path), {})
        example = examples.get((route.method, route.path)) or Example(address=route.path)
        item[route.method.lower()] = _operation(route, example)
    groups = {_group(route) for route in described}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sightlog",
            "version": __version__,
            "summary": words.SUMMARY,
            "description": words.DESCRIPTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for group, (name, text) in words.TAGS.items() if group in groups],
        "paths": paths,
        "components": {"schemas": build_schemas(types), "securitySchemes": _security_schemes()},
    }


def error_words() -> dict[str, tuple[int, str]]:
    """Every error code that is answered, with its status and what it means, by status."""
    meanings: dict[str, str] = {}
    waiting: list[type[VisionEventsError]] = [VisionEventsError]
    while waiting:
        kind = waiting.pop()
        meanings.setdefault(kind.code, " ".join((kind.__doc__ or "").split()))
        waiting.extend(kind.__subclasses__())
    known = {code: (status, words.ERRORS.get(code) or meanings[code]) for code, status in STATUS.items()}
    answered = ((code, found) for code, found in known.items() if code not in NEVER_ANSWERED)
    return dict(sorted(answered, key=lambda pair: pair[1][0]))


def _group(route: Route) -> str:
    """The layer or module of the handler names the group; what neither names belongs to the first calls."""
    names = [words.GROUPS.get(name, name) for name in route.handler.__module__.split(".")[1:]]
    return next((name for name in names if name in words.TAGS), "bootstrap")


def _operation(route: Route, example: Example) -> Json:
    operation: Json = {
        "operationId": _camel(("device_" if _group(route) == _DEVICE else "") + route.handler.__name__),
        "summary": route.summary,
        "description": " ".join(filter(None, (example.description, _scope_words(route)))),
        "tags": [words.TAGS[_group(route)][0]],
        "parameters": [_path_parameter(name) for name in _PATH_PARAMETER.findall(route.path)]
        + [_query_parameter(one) for one in route.parameters if one.name != _KEY_PARAMETER],
        "security": _security(route),
        "responses": _responses(route, example),
        "x-codeSamples": _code_samples(example),
        "x-address": example.address,
        "x-arguments": example.arguments,
    }
    content = _body_content(route, example)
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    return {name: value for name, value in operation.items() if value or name == "security"}


def _body_content(route: Route, example: Example) -> Json:
    schemas = words.BODIES.get((route.method, route.path), {})
    if route.body is not None:
        schemas = {_JSON: schema_of(route.body)}
    bodies = {"examples": _bodies(example)} if _bodies(example) else {}
    return {kind: {"schema": schema, **bodies} for kind, schema in schemas.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _scope_words(route: Route) -> str:
    if not route.scopes:
        return ""
    return f"{NEEDS_KEY} " + " or ".join(f"`{scope.value}`" for scope in route.scopes) + "."


def _path_parameter(name: str) -> Json:
    schema = {"type": "string", "minLength": 1}
    text = words.PATH_PARAMETERS.get(name, "")
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema}


def _query_parameter(parameter: Parameter) -> Json:
    schema: Json = {"type": "string"} | ({"enum": list(parameter.choices)} if parameter.choices else {})
    text = parameter.description[:1].upper() + parameter.description[1:] + "."
    described = {"name": parameter.name, "in": "query", "description": text, "schema": schema}
    return described | ({"required": True} if parameter.required else {})


def _security(route: Route) -> list[Json]:
    """Any one of these is enough; an empty one means that no key is needed."""
    names = {parameter.name for parameter in route.parameters}
    in_query: list[Json] = [{IN_QUERY: []}] if _KEY_PARAMETER in names else []
    if not route.needs_key:
        return [*in_query, {}] if in_query else []
    schemes = (OF_DEVICES, BEARER) if _group(route) == _DEVICE else (BEARER,)
    in_header: list[Json] = [{name: [scope.value]} for name in schemes for scope in route.scopes] or [{BEARER: []}]
    return [*in_query, *in_header, {}] if _LINK_PARAMETER in names else [*in_query, *in_header]


def _security_schemes() -> Json:
    return {
        BEARER: {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer KEY`. A key has scopes."},
        IN_QUERY: {
            "type": "apiKey",
            "in": "query",
            "name": _KEY_PARAMETER,
            "description": "Only where clients cannot do otherwise, because addresses end up in logs.",
        },
        OF_DEVICES: {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "As devices send it."},
    }


def _responses(route: Route, example: Example) -> Json:
    text = "Stored, durably." if route.status == 201 else "Done."
    responses: Json = {str(route.status): {"description": text, "content": _reply_content(route, example)}}
    content = {_JSON: {"schema": {"$ref": REF + (DEVICE_ERROR if _group(route) == _DEVICE else ERROR)}}}
    for status in route.errors:
        text = "\n\n".join(f"`{code}`: {_meaning(code)}" for code in codes_of(route, status))
        responses[str(status)] = {"description": text, "content": content}
    if (route.method, route.path) in _LEADS_PEOPLE_ON:
        responses["303"] = {"description": "Without `api_key`: the dashboard, or signing in to it."}
    responses["default"] = {"description": "Every other error has the same body.", "content": content}
    return responses


def _meaning(code: str) -> str:
    return error_words()[code][1] if code in error_words() else words.ERRORS[code]


def _reply_content(route: Route, example: Example) -> Json:
    if route.content_types != (_JSON,):
        return {content_type: {} for content_type in route.content_types}
    reply: Json = {"schema": {"type": "object"} if route.reply is None else schema_of(route.reply)}
    reply["examples"] = {
        _word(sample.title): {"summary": sample.title, "value": sample.reply}
        for sample in example.samples
        if sample.reply is not None
    }
    return {_JSON: reply}


def codes_of(route: Route, status: int) -> list[str]:
    """The error codes behind a status of this route; where several codes share a status, what it takes decides."""
    may = {"invalid"}
    if route.body is not None:
        may.add("invalid_json")
    if isinstance(route.body, type) and issubclass(route.body, EventFilters):
        may |= {"invalid_filter", "query_too_slow"}
    else:
        may.add("busy")
    if route.body is EventQuery:
        may.add("invalid_cursor")
    if route.body in (NewEvent, NewBatch):
        may |= {"unknown_use_case", "archived_use_case"}
    if (route.method, route.path) in words.BODIES:
        may |= {"invalid_image", "invalid_json"}
    if status == _DEVICE_FULL:
        return ["capacity_blocked"]
    codes = [code for code, (its_status, _) in error_words().items() if its_status == status]
    return [code for code in codes if code in may or len(codes) == 1]


def _bodies(example: Example) -> Json:
    return {
        _word(sample.title): {"summary": sample.title, "value": sample.body}
        for sample in example.samples
        if sample.body is not None
    }


def _word(title: str) -> str:
    return title.lower().replace(" ", "-").replace("'", "")


def _code_samples(example: Example) -> list[Json]:
    pairs = (("Python", "SDK", example.sdk), ("Shell", "Command line", example.command))
    return [{"lang": lang, "label": label, "source": source} for lang, label, source in pairs if source]
