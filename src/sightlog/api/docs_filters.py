"""Which filter takes which operators, as /docs shows it."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from sightlog.api.docs_json import Token, coloured, flat
from sightlog.api.openapi_schemas import NUMBER_COLUMNS, TEXT_COLUMNS, TYPED_OPERATORS
from sightlog.domain.filters import CONFIDENCE_OPERATORS, COUNT_OPERATORS, DETECTION_OPERATORS, TEXT_OPERATORS


class FilterRow(Struct, frozen=True):
    """A kind of filter and its operators."""

    names: tuple[str, ...]
    compares: str
    operators: tuple[str, ...]
    example: list[Token]


def filter_rows() -> Iterator[FilterRow]:
    """One row for each filter and type of value."""
    ids = ("deviceId", "streamId", "workflowId", "externalId")
    yield FilterRow(ids, "string", TEXT_OPERATORS, _shown({"deviceId": {"operator": "eq", "value": "graz-line-1"}}))
    samples = {
        "string": {"field": "shift", "operator": "starts_with", "value": "ni"},
        "number": {"field": "belt_speed", "operator": "gt", "value": 12.5},
        "boolean": {"field": "rework", "operator": "eq", "value": True},
    }
    names = ("customMetadataFilters", "imageMetadataFilters")
    for type_, sample in samples.items():
        yield FilterRow(names, type_, TYPED_OPERATORS[type_], _shown({names[0]: [sample]}))
    sample = {"column": "severity", "operator": "in", "value": ["medium", "high"]}
    columns = ", ".join(f"`{column}`" for column in TEXT_COLUMNS)
    yield FilterRow(("eventFieldFilters",), columns, TEXT_OPERATORS, _shown({"eventFieldFilters": [sample]}))
    sample = {"column": "item_count", "operator": "lt", "value": 5}
    columns = ", ".join(f"`{column}`" for column in NUMBER_COLUMNS)
    yield FilterRow(("eventFieldFilters",), columns, TYPED_OPERATORS["number"], _shown({"eventFieldFilters": [sample]}))
    yield FilterRow(("imageCount",), "number", COUNT_OPERATORS, _shown({"imageCount": {"operator": "gte", "value": 2}}))
    sure = {"operator": "gte", "value": 0.6}
    yield FilterRow(
        ("detection",), "class", DETECTION_OPERATORS, _shown({"detection": {"operator": "eq", "value": "dent"}})
    )
    yield FilterRow(
        ("detection.confidence",),
        "0 to 1",
        CONFIDENCE_OPERATORS,
        _shown({"detection": {"operator": "eq", "value": "dent", "confidence": sure}}),
    )


def _shown(value: dict[str, Any]) -> list[Token]:
    return coloured(flat(value))
