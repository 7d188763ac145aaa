"""Custom metadata: a flat object of text, numbers and booleans, on an event or on an image (contract 7)."""

from typing import Annotated

from msgspec import Meta

LARGEST_INTEGER = 2**53

Integer = Annotated[int, Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
# Not plain `float`: that would turn 320 into 320.0, and what was sent comes back as sent.
Number = Integer | float
MetadataKey = Annotated[str, Meta(pattern="^[a-zA-Z0-9_ -]{1,100}$(?!\\n)")]
MetadataValue = Annotated[str, Meta(max_length=1000)] | bool | Integer | float
Metadata = Annotated[dict[MetadataKey, MetadataValue], Meta(max_length=100)]


def type_of(value: str | bool | int | float) -> str:
    """The wire's name of a value's type; integers and floats are both `number` (contract 7)."""
    if isinstance(value, str):
        return "string"
    return "boolean" if isinstance(value, bool) else "number"
