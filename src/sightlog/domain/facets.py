"""What a filter bar needs to offer: the values that occur, with their counts, from the kept statistics."""

from msgspec import Struct

from sightlog.domain.facts import Value


class FacetValue(Struct, frozen=True, kw_only=True):
    """A value and how many events have it."""

    value: str
    count: int


class SourceFacet(Struct, frozen=True, kw_only=True, rename="camel"):
    """A device, stream or workflow: its events, how many of them failed, and when it was last heard of. The times
    are null in a use case with too many sources to keep them."""

    value: str
    count: int
    fails: int
    last_event_at: str | None
    last_arrival_at: str | None


class MetadataValue(Struct, frozen=True, kw_only=True):
    """A value of a metadata field, with its type, because one field may have several."""

    value: Value
    type: str
    count: int


class MetadataFacet(Struct, frozen=True, kw_only=True, rename="camel"):
    """A metadata field. With `many_values` the counts are of the newest events only."""

    types: dict[str, int]
    values: list[MetadataValue]
    many_values: bool


class Facets(Struct, frozen=True, kw_only=True, rename="camel"):
    """The reply of the facets endpoint: every list most frequent first, but `feedback`, which names every status."""

    use_case_id: str
    event_types: list[FacetValue]
    devices: list[SourceFacet]
    streams: list[SourceFacet]
    workflows: list[SourceFacet]
    detection_classes: list[FacetValue]
    custom_metadata: dict[str, MetadataFacet]
    image_metadata: dict[str, MetadataFacet]
    feedback: list[FacetValue]
