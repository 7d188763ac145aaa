"""The metadata schema that a use case's events imply: which fields, of which types, how often, since when."""

from msgspec import Struct


class SchemaField(Struct, frozen=True, kw_only=True, rename="camel"):
    """`types` most frequent first; `count` is the events that carry the field; times enclose those events'."""

    types: list[str]
    count: int
    count_by_type: dict[str, int]
    first_seen_at: str
    last_seen_at: str


class MetadataSchema(Struct, frozen=True, kw_only=True, rename="camel"):
    """The reply of both schema endpoints (contract 4.13, 4.14)."""

    use_case_id: str
    fields: dict[str, SchemaField]
