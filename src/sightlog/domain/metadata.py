"""Custom metadata: a flat object of text, numbers and booleans, on an event or on an image (contract 7)."""

import re
from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from sightlog.domain.patterns import without_pattern
from sightlog.domain.remembering import MOST_REMEMBERED

LARGEST_INTEGER = 2**53

Integer = Annotated[int, Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
# Not plain `float`: that would turn 320 into 320.0, and what was sent comes back as sent.
Number = Integer | float
_KEY = "^[a-zA-Z0-9_ -]{1,100}$(?!\\n)"
MetadataKey = Annotated[str, Meta(pattern=_KEY)]
MetadataValue = Annotated[str, Meta(max_length=1000)] | bool | Integer | float
Metadata = Annotated[dict[MetadataKey, MetadataValue], Meta(max_length=100)]
NewMetadata = Annotated[dict[str, MetadataValue], Meta(max_length=100), without_pattern(Metadata)]
"""To be decoded; `are_keys` then tells whether its keys are fine."""

_good_keys: set[str] = set()
_is_key = re.compile(_KEY).search


def are_keys(names: Mapping[str, object]) -> bool:
    """Whether all of these can be keys of metadata. Good ones are remembered: they come with every event."""
    if _good_keys.issuperset(names):
        return True
    if not all(map(_is_key, names)):
        return False
    if len(_good_keys) > MOST_REMEMBERED:
        _good_keys.clear()
    _good_keys.update(names)
    return True


def type_of(value: str | bool | int | float) -> str:
    """The wire's name of a value's type; integers and floats are both `number` (contract 7)."""
    if isinstance(value, str):
        return "string"
    return "boolean" if isinstance(value, bool) else "number"
