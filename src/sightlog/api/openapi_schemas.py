"""The schemas of /openapi.json: what msgspec tells of the structs that serve, made exact and put into words."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct, inspect

from sightlog.api import openapi_words as words
from sightlog.domain.errors import Problem
from sightlog.domain.events import EventType, NewEvent, Outcome
from sightlog.domain.facts import NUMBER, TEXT
from sightlog.domain.feedback import FeedbackStatus
from sightlog.domain.filters import (
    BOOLEAN_OPERATORS,
    COLUMNS,
    CONFIDENCE_OPERATORS,
    COUNT_OPERATORS,
    DETECTION_OPERATORS,
    MOST_VALUES,
    NUMBER_OPERATORS,
    TEXT_OPERATORS,
    EventFilters,
)
from sightlog.web.statuses import STATUS

Json = dict[str, Any]

REF = "#/components/schemas/"
EVENT = "Event"
ERROR, DEVICE_ERROR = "Error", "DeviceError"
TEXT_COLUMNS = tuple(name for name, (_, letter) in COLUMNS.items() if letter == TEXT)
NUMBER_COLUMNS = tuple(name for name, (_, letter) in COLUMNS.items() if letter == NUMBER)
TYPED_OPERATORS = {"string": TEXT_OPERATORS, "number": NUMBER_OPERATORS, "boolean": BOOLEAN_OPERATORS}

# Codes that stop the program before it serves anything.
# Seen on the command line, or answered as pages.
NEVER_ANSWERED = ("folder_in_use", "store_too_new", "sign_in_needed", "too_many_attempts")

_NO_LAST_NEWLINE = "(?!\\n)"
_ORDER = (*TEXT_COLUMNS, *NUMBER_COLUMNS, *words.OPERATORS)
# msgspec sorts choices by their letters; here they come as people count them.
_SCALES = (*(kind.value for kind in EventType), *"pass fail low medium high correct incorrect inconclusive".split())
_FOR_DEVELOPERS = re.compile(r"\s*\(contract[^)]*\)")
_IN_BACKTICKS = re.compile(r"`([a-z_]+)`")


def build_schemas(types: Iterable[Any]) -> dict[str, Json]:
    """The component schemas of these types and of everything that they hold, by name."""
    roots = [*types, NewEvent, Problem]
    _, found = msgspec.json.schema_components(roots, ref_template=REF + "{name}")
    structs = {struct.__name__: struct for root in roots for struct in _structs_in(inspect.type_info(root))}
    open_names = {struct.__name__ for struct in _structs_in(inspect.type_info(NewEvent))}
    schemas = {name: _tidy(schema) for name, schema in found.items()}
    for name, struct in structs.items():
        _finish(schemas[name], struct, takes_unknown=name in open_names)
    queries = {name for name, struct in structs.items() if issubclass(struct, EventFilters)}
    _describe_filters(schemas, queries)
    schemas[EVENT] = _event_schema()
    schemas[ERROR] = _error_schema()
    schemas["DeviceEvent"] = words.DEVICE_EVENT
    schemas[DEVICE_ERROR] = words.DEVICE_ERROR
    described = (name for name in schemas if name not in ("DeviceEvent", DEVICE_ERROR))
    for name, schema in ((name, schemas[name]) for name in described):
        schema["description"] = words.OBJECTS.get(name, schema.get("description", ""))
        _describe_fields((name, EventFilters.__name__) if name in queries else (name,), schema)
    return dict(sorted(schemas.items()))


def schema_of(type_: Any) -> Json:
    """A reference to a type's schema."""
    return _ref(EVENT) if type_ == NewEvent else _ref(type_.__name__)


def _ref(name: str) -> Json:
    return {"$ref": REF + name}


def _structs_in(node: Any) -> Iterator[type[Struct]]:
    """The structs that a type holds, at any depth."""
    if isinstance(node, inspect.StructType):
        yield node.cls
    if isinstance(node, inspect.Type | inspect.Field):
        for name in node.__struct_fields__:
            yield from _structs_in(getattr(node, name))
    elif isinstance(node, tuple):
        for item in node:
            yield from _structs_in(item)


def _tidy(node: Any) -> Any:
    """The same meaning in fewer words, with patterns that every language's regular expressions understand."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidy: Json = {key: _tidy(value) for key, value in node.items() if key not in ("default", "title", "properties")}
    if "properties" in node:
        tidy["properties"] = {name: _tidy(schema) for name, schema in node["properties"].items()}
    pattern = tidy.get("pattern")
    if isinstance(pattern, str):
        tidy["pattern"] = pattern.removesuffix(_NO_LAST_NEWLINE)
    if isinstance(tidy.get("enum"), list):
        tidy.setdefault("type", "string")
        if set(tidy["enum"]) <= set(_SCALES):
            tidy["enum"].sort(key=_SCALES.index)
    if "discriminator" in tidy:
        return _ref(EVENT)
    return _tidy_union(tidy) if isinstance(tidy.get("anyOf"), list) else tidy


def _tidy_union(node: Json) -> Json:
    """One schema instead of a union, where one says the same."""
    options: list[Json] = node.pop("anyOf")
    if any(option.get("type") == "number" for option in options):
        options = [option for option in options if option.get("type") != "integer"]
    given = [option for option in options if option != {"type": "null"}]
    if len(given) > 1 or "$ref" in given[0]:
        return node | ({"anyOf": options} if len(options) > 1 else given[0])
    if len(given) < len(options):
        given[0]["type"] = [given[0]["type"], "null"]
        if "enum" in given[0]:
            given[0]["enum"] = [*given[0]["enum"], None]
    return node | given[0]


def _finish(schema: Json, struct: type[Struct], *, takes_unknown: bool) -> None:
    """What only the class knows: its words, which fields a reply always has, whether unknown fields are kept."""
    names = dict(zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True))
    text = " ".join((struct.__doc__ or "").split())
    text = _IN_BACKTICKS.sub(lambda found: f"`{names.get(found[1], found[1])}`", text)
    schema["description"] = _FOR_DEVELOPERS.sub("", text)
    config = struct.__struct_config__
    if not config.forbid_unknown_fields and not config.omit_defaults:
        schema["required"] = list(schema["properties"])
    if takes_unknown:
        schema.pop("additionalProperties", None)
    if not schema["required"]:
        del schema["required"]


def _event_schema() -> Json:
    """One schema for whatever may be sent as an event."""
    (union,), _ = msgspec.json.schema_components([NewEvent], ref_template=REF + "{name}")
    return union


def _error_schema() -> Json:
    codes = [code for code in STATUS if code not in NEVER_ANSWERED]
    return {
        "type": "object",
        "properties": {
            "error": {"type": "string"},
            "code": {"type": "string", "enum": codes},
            "details": {"type": "array", "items": _ref("Problem")},
            "requestId": {"type": "string"},
        },
        "required": ["error", "code", "requestId"],
    }


def _describe_fields(owners: Iterable[str], schema: Json) -> None:
    for field, described in schema.get("properties", {}).items():
        own = (words.FIELDS.get(f"{owner}.{field}") for owner in owners)
        text = next(filter(None, own), words.FIELDS.get(field))
        if text and "$ref" in described:
            schema["properties"][field] = {"description": text} | described
        elif text:
            described["description"] = text


def _describe_filters(schemas: dict[str, Json], queries: Iterable[str]) -> None:
    """Which operators and values each filter takes; the structs leave that to `select`, which tells what is wrong."""
    del schemas["ValueFilter"]
    schemas["TextFilter"] = _one_value(_branches("string", TEXT_OPERATORS))
    schemas["CountFilter"] = _one_value(_branches("number", COUNT_OPERATORS))
    schemas["ConfidenceFilter"] = _one_value(_branches("number", CONFIDENCE_OPERATORS, {"minimum": 0, "maximum": 1}))
    _narrow(schemas["DetectionFilter"], _branches("string", DETECTION_OPERATORS))
    by_type = [
        {"type": {"type": ["string", "null"], "enum": [name, None]}} | branch
        for name, operators in TYPED_OPERATORS.items()
        for branch in _branches(name, operators)
    ]
    _narrow(schemas["MetadataFilter"], by_type)
    by_column = [
        {"column": {"type": "string", "enum": list(columns)}} | branch
        for columns, type_ in ((TEXT_COLUMNS, "string"), (NUMBER_COLUMNS, "number"))
        for branch in _branches(type_, TYPED_OPERATORS[type_])
    ]
    _narrow(schemas["EventFieldFilter"], by_column)
    for query in queries:
        fields = schemas[query]["properties"]
        for name in ("deviceId", "streamId", "workflowId", "externalId"):
            fields[name] = {"anyOf": [_ref("TextFilter"), {"type": "null"}]}
        fields["imageCount"] = {"anyOf": [_ref("CountFilter"), {"type": "null"}]}
        fields["eventType"]["enum"] = [*(kind.value for kind in EventType), None]
        fields["eventTypes"]["items"]["enum"] = [kind.value for kind in EventType]
        fields["feedbackStatus"]["items"]["enum"] = [status.value for status in FeedbackStatus]
        fields["outcomes"]["items"]["enum"] = [outcome.value for outcome in Outcome]


def _branches(type_: str, operators: tuple[str, ...], bounds: Json | None = None) -> list[Json]:
    """The pairs of operators and values that go together."""
    value = {"type": type_} | (bounds or {})
    several = {"type": "array", "items": value, "minItems": 1, "maxItems": MOST_VALUES}
    pairs = (
        ([name for name in operators if name not in ("in", "not_in", "exists")], value),
        ([name for name in operators if name in ("in", "not_in")], several),
        ([name for name in operators if name == "exists"], {"type": "boolean"}),
    )
    return [{"operator": {"type": "string", "enum": names}, "value": takes} for names, takes in pairs if names]


def _one_value(branches: list[Json]) -> Json:
    schema: Json = {
        "type": "object",
        "properties": {"operator": {"type": "string"}, "value": {}},
        "required": ["operator", "value"],
        "additionalProperties": False,
    }
    _narrow(schema, branches)
    return schema


def _narrow(schema: Json, branches: list[Json]) -> None:
    """Let an object be one of these branches, and let its fields name everything that any branch takes."""
    for field in ("operator", "column"):
        if field in schema["properties"]:
            names = [name for branch in branches for name in branch[field]["enum"]]
            schema["properties"][field]["enum"] = sorted(set(names), key=_ORDER.index)
    schema["anyOf"] = [{"properties": branch} for branch in branches]
