"""The slow, thorough reading of a body: every problem with its path, and every field nobody knows.

The fast reading is one typed decode; it reports only its first problem. When it fails, the functions here
walk the plain JSON beside the same types, so the rules stand in one place: the type annotations.
"""

import re
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect

from sightlog.domain.errors import Invalid, InvalidJson, Problem
from sightlog.domain.metadata import LARGEST_INTEGER
from sightlog.domain.patterns import rule_of

T = TypeVar("T")

DEEPEST = 64
_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
_NO_LAST_NEWLINE = "(?!\\n)"
_WORDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number", type(None): "null"}


class Survey:
    """What one walk found: `problems`, and the dotted paths of fields that no rule knows."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unknown: list[str] = []

    def say(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))


def read_json(raw: bytes, what: str = "the body") -> Any:
    """The plain value of a JSON text. Raises InvalidJson with what is wrong with it; `what` names it there."""
    try:
        return msgspec.json.decode(raw)
    except RecursionError:
        raise InvalidJson(f"{what} is nested deeper than this server reads") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if _LONE_SURROGATE.search(raw):
            raise InvalidJson(f"{what} holds a lone surrogate (half of a \\u pair), which is not text") from None
        text = str(error).removeprefix("JSON is malformed: ")
        raise InvalidJson(f"{what} is not valid JSON: {text}") from None


def decode_body(raw: bytes, decoder: "msgspec.json.Decoder[T]", what: str = "the body") -> T:
    """The body as the decoder's type. Raises InvalidJson, or Invalid that lists every problem;
    a field that the type does not know is a problem too."""
    try:
        if b"\\u0000" not in raw:
            return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    plain = read_json(raw, what)
    survey = Survey()
    known = walk(survey, type_info(cast("Any", decoder.type)), plain, "")
    known_names = [field.encode_name for field in getattr(type_info(cast("Any", decoder.type)), "fields", ())]
    for path in survey.unknown:
        meant = get_close_matches(path, known_names, 1)
        survey.say(path, f"unknown field; did you mean {meant[0]}?" if meant else "unknown field")
    if survey.problems:
        raise invalid(survey.problems)
    body: T = msgspec.convert(known, decoder.type)
    return body


def invalid(problems: list[Problem]) -> Invalid:
    """The error that lists these problems; its text tells the first one."""
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return Invalid(f"{first.path}: {first.message}{more}" if first.path else f"{first.message}{more}", problems)


@cache
def type_info(of: Any) -> inspect.Type:
    """msgspec's description of a type, made once."""
    return inspect.type_info(of)


def walk(survey: Survey, node: inspect.Type, value: Any, path: str) -> Any:
    """Check `value` against `node`, noting problems; the value without its unknown fields is returned.
    Nulls in optional fields are taken out of `value` itself."""
    description = ""
    if isinstance(node, inspect.Metadata):
        rule = rule_of(node)
        if rule is not None:
            return walk(survey, type_info(rule), value, path)
        description = (node.extra_json_schema or {}).get("description", "")
        node = node.type
    if isinstance(node, inspect.UnionType):
        return _walk_union(survey, node, value, path)
    if isinstance(node, inspect.StructType):
        return _walk_struct(survey, node, value, path)
    if isinstance(node, inspect.ListType):
        return _walk_list(survey, node, value, path, description)
    if isinstance(node, inspect.DictType):
        return _walk_dict(survey, node, value, path)
    problem = _problem_with_scalar(node, value, description)
    if problem:
        survey.say(path, problem)
    return value


def scan_unknown(survey: Survey, value: Any, path: str, depth: int = 0) -> None:
    """Check a value that no rule describes for what cannot be stored: NUL characters, huge integers, deep nesting."""
    if depth > DEEPEST:
        survey.say(path, f"nested deeper than {DEEPEST} levels")
    elif isinstance(value, str):
        if "\0" in value:
            survey.say(path, "holds a NUL character")
    elif isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        survey.say(path, f"expected a number between -2^53 and 2^53, got {value}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            scan_unknown(survey, item, f"{path}.{index}", depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            scan_unknown(survey, key, path)
            scan_unknown(survey, item, f"{path}.{key}", depth + 1)


def _join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _walk_union(survey: Survey, node: inspect.UnionType, value: Any, path: str) -> Any:
    members = [_bare(member) for member in node.types]
    structs = [member for member in members if isinstance(member, inspect.StructType)]
    if value is None and any(isinstance(member, inspect.NoneType) for member in members):
        return None
    if isinstance(value, dict) and structs:
        chosen = structs[0] if len(structs) == 1 else _by_tag(survey, structs, value, path)
        return value if chosen is None else _walk_struct(survey, chosen, value, path)
    for member in node.types:
        if _has_kind(_bare(member), value):
            return walk(survey, member, value, path)
    survey.say(path, f"expected {_expected(members)}, got {_shown(value)}")
    return value


def _by_tag(survey: Survey, structs: list[inspect.StructType], value: Any, path: str) -> inspect.StructType | None:
    field = structs[0].tag_field
    assert field is not None
    choices = {struct.tag: struct for struct in structs}
    tag = value.get(field)
    if isinstance(tag, str) and tag in choices:
        return choices[tag]
    known = ", ".join(f"'{choice}'" for choice in choices)
    survey.say(_join(path, field), f"expected one of {known}, got {_shown(tag) if field in value else 'nothing'}")
    return None


def _walk_struct(survey: Survey, node: inspect.StructType, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        survey.say(path, f"expected {_expected([node])}, got {_shown(value)}")
        return value
    known = {}
    if node.tag_field is not None and node.tag_field in value:
        known[node.tag_field] = value[node.tag_field]
    fields = {field.encode_name: field for field in node.fields}
    for name, item in list(value.items()):
        if item is None and name in fields and fields[name].default is None:
            del value[name]  # the same as not sent
        elif name in fields:
            known[name] = walk(survey, fields[name].type, item, _join(path, name))
        elif name != node.tag_field:
            survey.unknown.append(_join(path, name))
            scan_unknown(survey, name, path)
            scan_unknown(survey, item, _join(path, name))
    for name, field in fields.items():
        if field.required and name not in value:
            survey.say(_join(path, name), "is missing")
    return known


def _walk_list(survey: Survey, node: inspect.ListType, value: Any, path: str, description: str) -> Any:
    if not isinstance(value, list):
        survey.say(path, f"expected an array, got {_shown(value)}")
        return value
    problem = _problem_with_length(node, len(value), "entries")
    if problem:
        survey.say(path, f"expected {description}, got {len(value)} entries" if description else problem)
    return [walk(survey, node.item_type, item, f"{path}.{index}") for index, item in enumerate(value)]


def _walk_dict(survey: Survey, node: inspect.DictType, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        survey.say(path, f"expected an object, got {_shown(value)}")
        return value
    problem = _problem_with_length(node, len(value), "keys")
    if problem:
        survey.say(path, problem)
    for key, item in value.items():
        wrong = _problem_with_scalar(_bare(node.key_type), key, "")
        if wrong:
            survey.say(_join(path, key), f"the key: {wrong}")
        walk(survey, node.value_type, item, _join(path, key))
    return value


def _problem_with_scalar(node: inspect.Type, value: Any, description: str) -> str | None:
    """What is wrong with a value that is neither an object nor an array, or None."""
    if isinstance(node, inspect.AnyType):
        return None
    if not _has_kind(node, value):
        return f"expected {_expected([node])}, got {_shown(value)}"
    if isinstance(node, inspect.LiteralType):
        return None if value in node.values else f"expected {_expected([node])}, got {_shown(value)}"
    if isinstance(node, inspect.StrType):
        return _problem_with_text(node, value, description)
    if isinstance(node, inspect.IntType | inspect.FloatType):
        return _problem_with_number(node, value)
    return None


def _problem_with_text(node: inspect.StrType, value: str, description: str) -> str | None:
    if "\0" in value:
        return "holds a NUL character"
    if node.pattern and not re.search(node.pattern, value):
        shape = description or "text that matches " + node.pattern.removesuffix(_NO_LAST_NEWLINE)
        return f"expected {shape}, got {_shown(value)}"
    return _problem_with_length(node, len(value), "characters")


def _problem_with_number(node: "inspect.IntType | inspect.FloatType", value: float) -> str | None:
    if (node.ge is not None and value < node.ge) or (node.le is not None and value > node.le):
        bounds = [_bound(bound) for bound in (node.ge, node.le)]
        shown = f"between {bounds[0]} and {bounds[1]}" if None not in bounds else f"of at least {bounds[0]}"
        return f"expected a number {shown}, got {value}"
    return None


def _bound(bound: float | None) -> str | None:
    if bound is None:
        return None
    return {LARGEST_INTEGER: "2^53", -LARGEST_INTEGER: "-2^53"}.get(int(bound), str(bound))


def _problem_with_length(node: Any, length: int, unit: str) -> str | None:
    if node.max_length is not None and length > node.max_length:
        return f"expected at most {node.max_length} {unit}, got {length}"
    if node.min_length is not None and length < node.min_length:
        return f"expected at least {node.min_length} {unit}, got {length}"
    return None


def _bare(node: inspect.Type) -> inspect.Type:
    return node.type if isinstance(node, inspect.Metadata) else node


_KINDS: dict[type, tuple[type, ...]] = {
    inspect.StrType: (str,),
    inspect.BoolType: (bool,),
    inspect.IntType: (int,),
    inspect.FloatType: (float, int),
    inspect.NoneType: (type(None),),
    inspect.ListType: (list,),
    inspect.DictType: (dict,),
    inspect.StructType: (dict,),
}


def _has_kind(node: inspect.Type, value: Any) -> bool:
    """Whether the value is of the JSON kind that the node describes; booleans are not numbers."""
    if isinstance(node, inspect.LiteralType):
        return isinstance(value, str | int)
    if isinstance(value, bool):
        return isinstance(node, inspect.BoolType | inspect.AnyType)
    return isinstance(value, _KINDS.get(type(node), (object,)))


def _expected(nodes: list[inspect.Type]) -> str:
    """Words for what any of these nodes would take."""
    words: list[str] = []
    for node in nodes:
        if isinstance(node, inspect.LiteralType):
            words.append("one of " + ", ".join(f"'{value}'" for value in node.values))
        elif isinstance(node, inspect.StructType):
            example = getattr(node.cls, "example", None)
            words.append(f"an object such as {example}" if example else "an object")
        elif isinstance(node, inspect.DictType):
            words.append("an object")
        elif isinstance(node, inspect.ListType):
            words.append("an array")
        elif not isinstance(node, inspect.NoneType):
            words.append(_WORDS[_KINDS[type(node)][0]])
    if "a number" in words and "a whole number" in words:
        words.remove("a whole number")
    return " or ".join(dict.fromkeys(words))


def _shown(value: Any) -> str:
    """A value as an error shows it: short, with its kind."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    text = msgspec.json.encode(value).decode() if not isinstance(value, str) else f"'{value}'"
    return text if len(text) <= 80 else text[:77] + "…'"
