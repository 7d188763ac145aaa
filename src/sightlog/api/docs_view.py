"""From the OpenAPI document to what the page at /docs shows: rows of tables, commands to paste, coloured JSON."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sightlog.api import openapi_words as words
from sightlog.api.docs_filters import filter_rows
from sightlog.api.docs_json import Token, coloured, pretty
from sightlog.api.openapi import BEARER, IN_QUERY, NEEDS_KEY, OF_DEVICES, error_words
from sightlog.api.openapi_schemas import ERROR, EVENT, REF

Json = dict[str, Any]

_MANY_SHARED_ROWS = 5
_LINES_ON_A_SCREEN = 24
_LARGEST_INTEGER = 2**53


class Row(Struct, frozen=True, kw_only=True):
    """A field in a table. `link` is the anchor of the object that its type names."""

    name: str
    type: str
    link: str = ""
    required: bool = False
    text: str = ""
    rules: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


class Fields(Struct, frozen=True, kw_only=True):
    """The fields of an object; of an event also those of its event data, by type. `is_sent` when requests hold it, so
    that it matters what is required; `like` names the operation that shows the other fields."""

    name: str
    text: str
    rows: list[Row]
    is_sent: bool = False
    variants: list[tuple[str, list[Row]]] = []
    like: tuple[str, str] | None = None


class Exchange(Struct, frozen=True):
    """One request to paste and the reply to it."""

    title: str
    command: list[Token]
    reply: list[Token]

    @property
    def lines(self) -> int:
        return sum(text.count("\n") + 1 for _, text in (*self.command, *self.reply) if "\n" in text)


class Operation(Struct, frozen=True, kw_only=True):
    """One endpoint."""

    id: str
    title: str
    method: str
    path: str
    summary: str
    text: str
    scopes: list[str]
    key: str
    parameters: list[Row]
    body: Fields | None
    reply: Fields | None
    reply_status: str
    exchanges: list[Exchange]
    other_ways: list[tuple[str, str]]
    errors: list[tuple[str, str]]

    @property
    def is_short(self) -> bool:
        """Whether the examples fit on a screen, so that they may stay in view beside long tables."""
        return len(self.exchanges) == 1 and self.exchanges[0].lines < _LINES_ON_A_SCREEN


class Group(Struct, frozen=True):
    """Operations that belong together."""

    id: str
    name: str
    text: str
    operations: list[Operation]


class View:
    """Everything that the page shows, for one address of the server."""

    def __init__(self, document: Json, address: str) -> None:
        self._document = document
        self._schemas: dict[str, Json] = document["components"]["schemas"]
        self._homes: dict[str, str] = {}
        self._sent: set[str] = set()
        self._mentioned: dict[str, None] = {}
        self._find_homes()
        self.address = address
        self.title: str = document["info"]["title"]
        self.paragraphs: list[str] = document["info"]["description"].split("\n\n")
        self.groups = [self._group(tag) for tag in document["tags"]]
        self.error_rows = [replace(row, choices=()) for row in self._fields(ERROR).rows]
        self.objects = list(self._objects())
        self.error_example = coloured(pretty(words.ERROR_EXAMPLE))
        self.error_codes = [(code, status, text) for code, (status, text) in error_words().items()]
        self.scopes = list(words.SCOPES.items())
        self.filters = list(filter_rows())
        self.operators = list(words.OPERATORS.items())

    def _all_operations(self) -> Iterator[tuple[str, str, Json]]:
        for path, item in self._document["paths"].items():
            for method, operation in item.items():
                yield method.upper(), path, operation

    def _find_homes(self) -> None:
        """Objects that a request's body is made of are shown there, and types link to that place."""
        for _, _, operation in self._all_operations():
            name = _body_name(operation)
            if name:
                self._homes.setdefault(name, operation["operationId"])
                self._note_sent(name)

    def _note_sent(self, name: str) -> None:
        if name not in self._sent:
            self._sent.add(name)
            for other in _names_in(self._schemas[name]):
                self._note_sent(other)

    def _group(self, tag: Json) -> Group:
        operations = [
            self._operation(method, path, operation)
            for method, path, operation in self._all_operations()
            if tag["name"] in operation["tags"]
        ]
        return Group(_anchor(tag["name"]), tag["name"], tag["description"], operations)

    def _operation(self, method: str, path: str, operation: Json) -> Operation:
        status = next(iter(operation["responses"]))
        reply = operation["responses"][status]["content"].get("application/json", {}).get("schema", {})
        name = _body_name(operation)
        return Operation(
            id=operation["operationId"],
            title=title_of(operation["operationId"]),
            method=method,
            path=path,
            summary=operation["summary"],
            text=operation.get("description", "").partition(NEEDS_KEY)[0],
            scopes=[scope for one in operation["security"] for scope in one.get(BEARER, [])],
            key=_key_words(operation),
            parameters=[self._parameter(one) for one in operation.get("parameters", [])] + self._form_rows(operation),
            body=self._body(name, operation["operationId"]) if name else None,
            reply=self._fields(reply["$ref"].removeprefix(REF)) if "$ref" in reply else None,
            reply_status=status,
            exchanges=list(self._exchanges(method, operation, status)),
            other_ways=[(one["label"], one["source"]) for one in operation.get("x-codeSamples", [])],
            errors=[(code, one["description"]) for code, one in operation["responses"].items() if code[0] in "45"],
        )

    def _parameter(self, one: Json) -> Row:
        where = "in the path" if one["in"] == "path" else "in the query"
        described = self._row(one["name"], one["schema"] | {"description": one["description"]}, False)
        return Row(
            name=one["name"],
            type=f"{described.type}, {where}",
            required=one.get("required", False),
            text=described.text,
            choices=described.choices,
        )

    def _form_rows(self, operation: Json) -> list[Row]:
        form = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data", {}).get("schema", {})
        return [
            Row(
                name=name,
                type="part of the form",
                required=name in form["required"],
                text=schema["description"],
            )
            for name, schema in form.get("properties", {}).items()
        ]

    def _body(self, name: str, operation_id: str) -> Fields:
        """The fields of a body; those that another body has as well are shown there."""
        fields = self._fields(name)
        for other, home in self._homes.items():
            if home == operation_id:
                break
            there = {(row.name, row.type) for row in self._fields(other).rows}
            own = [row for row in fields.rows if (row.name, row.type) not in there or row.required]
            if len(fields.rows) - len(own) >= _MANY_SHARED_ROWS:
                return Fields(name=name, text=fields.text, rows=own, is_sent=True, like=(home, title_of(home)))
        return fields

    def _exchanges(self, method: str, operation: Json, status: str) -> Iterator[Exchange]:
        bodies = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
        content = operation["responses"][status]["content"].get("application/json", {})
        replies = content.get("examples", {})
        for name in bodies or replies or {"": None}:
            body, reply = bodies.get(name, {}), replies.get(name, {})
            answered = coloured(pretty(reply["value"])) if reply else []
            yield Exchange(
                body.get("summary", "Request"), self._command(method, operation, body.get("value")), answered
            )

    def _command(self, method: str, operation: Json, body: Json | None) -> list[Token]:
        """A line for curl."""
        url = self.address + operation["x-address"]
        quoted = f'"{url}"' if re.search(r"[?&$]", url) else url
        is_implied = method == "GET" or (method == "POST" and (body is not None or "x-arguments" in operation))
        lines = ["curl " + ("" if is_implied else f"-X {method} ") + quoted]
        schemes = {name for one in operation["security"] for name in one}
        if OF_DEVICES in schemes:
            lines.append('-H "X-API-Key: $ROBOFLOW_API_KEY"')
        elif BEARER in schemes and "$" not in url:
            lines.append('-H "Authorization: Bearer $ROBOFLOW_API_KEY"')
        if "x-arguments" in operation:
            lines.append(operation["x-arguments"])
        if body is None:
            return [("", " \\\n  ".join(lines))]
        lines.append('-H "Content-Type: application/json"')
        return [("", " \\\n  ".join([*lines, "-d '"])), *coloured(pretty(body)), ("", "'")]

    def _objects(self) -> Iterator[Fields]:
        """The objects that types name and no request shows, in the order in which they are met."""
        shown: set[str] = set()
        while waiting := [name for name in self._mentioned if name not in shown]:
            for name in waiting:
                shown.add(name)
                yield self._fields(name)

    def _fields(self, name: str) -> Fields:
        schema = self._schemas[name]
        if name == EVENT:
            return self._event(schema)
        required = schema.get("required", [])
        rows = [self._row(field, one, field in required) for field, one in schema.get("properties", {}).items()]
        return Fields(name=name, text=schema["description"], rows=rows, is_sent=name in self._sent)

    def _event(self, schema: Json) -> Fields:
        """The fields that all types of event share, and the event data of each."""
        rows: dict[str, Row] = {}
        variants = []
        for tag, reference in schema["discriminator"]["mapping"].items():
            one = self._schemas[reference.removeprefix(REF)]
            for field, described in one["properties"].items():
                if field == "eventData":
                    variants.append((tag, self._fields(_named(described)).rows))
                elif field not in rows:
                    rows[field] = self._row(field, described, field in one["required"])
        tags = tuple(schema["discriminator"]["mapping"])
        rows["eventType"] = Row(
            name="eventType", type="string", required=True, text=words.FIELDS["eventType"], choices=tags
        )
        rows["eventData"] = Row(name="eventData", type="object", text=words.FIELDS["eventData"] + " See below.")
        return Fields(name=EVENT, text=schema["description"], rows=list(rows.values()), is_sent=True, variants=variants)

    def _row(self, name: str, schema: Json, required: bool) -> Row:
        type_, named = self._type(schema)
        return Row(
            name=name,
            type=type_,
            link=self._link(named) if named else "",
            required=required,
            text=schema.get("description", ""),
            rules=tuple(_rules(schema)),
            choices=tuple(self._choices(schema)),
        )

    def _link(self, name: str) -> str:
        if name in self._homes:
            return self._homes[name]
        self._mentioned.setdefault(name)
        return "object-" + name

    def _type(self, schema: Json) -> tuple[str, str]:
        """Words for a type, and the object that it names."""
        name = _named(schema)
        if name:
            target = self._schemas[name]
            return ("string", "") if "enum" in target else (name, name)
        if "anyOf" in schema and "properties" not in schema:
            options = [self._type(option)[0] for option in schema["anyOf"]]
            return " or ".join(option for option in options if option != "null"), ""
        kinds = [kind for kind in _listed(schema.get("type", "any")) if kind != "null"]
        if kinds == ["array"]:
            item, named = self._type(schema.get("items", {}))
            return f"array of {item}", named
        if kinds == ["object"] and {"$ref", "type"} & set(schema.get("additionalProperties") or {}):
            item, named = self._type(schema["additionalProperties"])
            return f"object of {item}", named
        return " or ".join(kinds), ""

    def _choices(self, schema: Json) -> list[str]:
        if "items" in schema:
            return self._choices(schema["items"])
        name = _named(schema)
        target = self._schemas[name] if name else schema
        return [str(choice) for choice in target.get("enum", []) if choice is not None]


def title_of(operation_id: str) -> str:
    """`createUseCase` as people read it."""
    plain = re.sub(r"[A-Z]", lambda found: " " + found[0].lower(), operation_id)
    return words.TITLES.get(operation_id) or plain[0].upper() + plain[1:]


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z]+", "-", name.lower())


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _named(schema: Json) -> str:
    """The component that a schema refers to, null aside."""
    for option in (schema, *schema.get("anyOf", ())):
        if "$ref" in option:
            name: str = option["$ref"].removeprefix(REF)
            return name
    return ""


def _names_in(node: Any) -> Iterator[str]:
    """The components that a schema refers to, at any depth."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(REF)
        node = list(node.values())
    for item in node if isinstance(node, list) else ():
        yield from _names_in(item)


def _body_name(operation: Json) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return _named(content["schema"]) if content else ""


def _key_words(operation: Json) -> str:
    """Which key a call needs, in words."""
    schemes = {name for one in operation["security"] for name in one}
    if not schemes:
        return "No key"
    if OF_DEVICES in schemes:
        return "Key, as `X-API-Key` or bearer"
    if IN_QUERY in schemes:
        return "Key, also as `api_key` in the address"
    return "Signed link, or key" if {} in operation["security"] else "Key"


def _rules(schema: Json) -> Iterator[str]:
    """The bounds of a value, in words."""
    for least, most, unit in (
        ("minLength", "maxLength", "characters"),
        ("minItems", "maxItems", "entries"),
        ("minProperties", "maxProperties", "keys"),
        ("minimum", "maximum", ""),
    ):
        low, high = schema.get(least), schema.get(most)
        if low is None and high in (None, _LARGEST_INTEGER):
            continue
        yield " ".join(filter(None, (_between(low, high), unit)))


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:,}"
    if high is None or abs(high) == _LARGEST_INTEGER:
        return f"at least {low:,}" if abs(low) != _LARGEST_INTEGER else "between -2^53 and 2^53"
    return f"exactly {low:,}" if low == high else f"{low:,} to {high:,}"
