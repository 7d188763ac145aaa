"""The metadata schema of a use case, as it was inferred from its events: read from what is counted."""

from sightlog.domain.metadata_schema import MetadataSchema, SchemaField
from sightlog.domain.tallies import FIELD, IMAGE_FIELD, SEPARATOR, TYPE_NAMES
from sightlog.domain.times import format_timestamp
from sightlog.store.sqlite.counts_view import CountsView


def counts_by_type(view: CountsView, kind: str) -> dict[str, dict[str, int]]:
    """field → type's name → events, each most frequent first."""
    counts: dict[str, dict[str, int]] = {}
    for key, n in sorted(view.of(kind).items(), key=lambda row: (-row[1], row[0])):
        name, letter = key.split(SEPARATOR)
        counts.setdefault(name, {})[TYPE_NAMES[letter]] = n
    return counts


def read_schema(view: CountsView, use_case_id: str, *, of_images: bool) -> MetadataSchema:
    """The observed fields, in the order of their names."""
    kind = IMAGE_FIELD if of_images else FIELD
    counts = counts_by_type(view, kind)
    spans = view.spans(kind)  # later: a field that is counted has one
    fields = {}
    for name in sorted(counts):
        first, last = spans[name]
        fields[name] = SchemaField(
            types=list(counts[name]),
            count=sum(counts[name].values()),
            count_by_type=counts[name],
            first_seen_at=format_timestamp(first),
            last_seen_at=format_timestamp(last),
        )
    return MetadataSchema(use_case_id=use_case_id, fields=fields)
