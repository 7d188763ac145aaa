"""Patterns that are not looked at by the typed decode, but after it.

msgspec asks `re` about each text anew, which was a third of the decode of an event, though the same names come again
and again. Such a type is decoded without its pattern; the thorough reading and the API's description know the whole
rule, and whoever decodes it looks whether what came meets it.
"""

from typing import Any

import msgspec
from msgspec import Meta, inspect

_RULE = "rule"


def without_pattern(rule: Any) -> Meta:
    """The annotation of a type that is decoded in the place of `rule`, a type with a pattern."""
    return Meta(extra={_RULE: rule}, extra_json_schema=msgspec.json.schema(rule))


def rule_of(node: inspect.Metadata) -> Any:
    """The type in whose place this one is decoded, or None."""
    return (node.extra or {}).get(_RULE)
