"""Patterns that the typed decode leaves to a look of its own.

msgspec asks `re` about each text anew, which was a third of the decode of an event, though the same names come again
and again. Such a type is decoded without its pattern; the walk and the API's description still know the whole rule.
"""

from typing import Any

import msgspec
from msgspec import Meta, inspect

_RULE = "rule"


def looked_at_apart(rule: Any) -> Meta:
    """The annotation of a type that stands for `rule`, a type with a pattern that whoever decodes looks at."""
    return Meta(extra={_RULE: rule}, extra_json_schema=msgspec.json.schema(rule))


def rule_of(node: inspect.Metadata) -> Any:
    """The type that this one stands for, or None."""
    return (node.extra or {}).get(_RULE)
