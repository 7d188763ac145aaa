"""What can be filtered in a use case: its fields, the comparisons that fit them, and the values that occur."""

from collections.abc import Iterator

from msgspec import Struct

from sightlog.dashboard import words
from sightlog.dashboard.filter_chips import OUTCOMES, label_of
from sightlog.dashboard.filter_urls import value_of_text, value_text
from sightlog.domain.facets import Facets, FacetValue, MetadataFacet, SourceFacet
from sightlog.domain.facts import Value

TEXT = ("", "not", "contains", "starts")
NUMBER = ("", "not", "gt", "gte", "lt", "lte")
BOOLEAN = ("", "not")
PRESENCE = ("exists:yes", "exists:no")
_WORDS = {
    "": "is",
    "not": "is not",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "contains": "contains",
    "starts": "starts with",
    "exists:yes": "is there",
    "exists:no": "is missing",
    "exists:string": "is text",
    "exists:number": "is a number",
    "exists:boolean": "is true or false",
}
SEVERITIES = ("high", "medium", "low")
# Fields of the event data whose values are not counted; those of the newest events are offered.
RECENT = ("alert_type", "location", "item_type")


class Offer(Struct, frozen=True):
    """A value to choose; `text` is how the address has it, `count` is None where it is not known."""

    text: str
    words: str
    count: int | None = None


class FilterField(Struct, frozen=True, kw_only=True):
    """One thing to filter by. `types` are those that its typed values may have; `operators` as the form has them."""

    name: str
    group: str
    types: tuple[str, ...] = ("string",)
    operators: tuple[str, ...] = TEXT + PRESENCE
    values: tuple[Offer, ...] = ()
    takes_others: bool = True

    @property
    def label(self) -> str:
        return label_of(self.name)

    @property
    def comparisons(self) -> list[tuple[str, str]]:
        """(operator, its words)."""
        return [(operator, _WORDS[operator]) for operator in self.operators]

    def text_of(self, typed: str, operator: str) -> str:
        """What somebody typed, as the address has it: text in quotes where the field is never a number."""
        if not self.name.startswith(("m.", "i.")) or operator in ("contains", "starts"):
            return typed
        value = value_of_text(typed)
        return typed if isinstance(value, str) or _type_of(value) in self.types else value_text(typed)


def fields_of(facets: Facets, recent: dict[str, list[str]]) -> list[FilterField]:
    """All fields of a use case; `recent` are values of the newest events."""
    return [*_event_fields(facets, recent), *_sources(facets), *_picture_fields(facets), *_metadata(facets)]


def _event_fields(facets: Facets, recent: dict[str, list[str]]) -> Iterator[FilterField]:
    types = {one.value for one in facets.event_types}
    yield _fixed("type", _counted(facets.event_types, words.EVENT_TYPES), BOOLEAN)
    yield _fixed("outcome", [Offer(text, shown) for text, shown in OUTCOMES.items()], ("",))
    yield _fixed("feedback", _counted(facets.feedback, words.FEEDBACK), BOOLEAN)
    yield _fixed("warnings", [Offer("yes", "With warnings"), Offer("no", "Without warnings")], ("",))
    if "safety_alert" in types:
        yield _fixed("field.severity", [Offer(text, text.capitalize()) for text in SEVERITIES], BOOLEAN + PRESENCE)
    for column, values in recent.items():
        if values:
            offers = tuple(Offer(text, text) for text in values)
            yield FilterField(name=f"field.{column}", group="Event", values=offers)
    if "inventory_count" in types:
        yield FilterField(name="field.item_count", group="Event", types=("number",), operators=NUMBER + PRESENCE)
    yield FilterField(name="external", group="Event")


def _fixed(name: str, offers: list[Offer], operators: tuple[str, ...]) -> FilterField:
    return FilterField(name=name, group="Event", operators=operators, values=tuple(offers), takes_others=False)


def _sources(facets: Facets) -> Iterator[FilterField]:
    for name, values in (("device", facets.devices), ("stream", facets.streams), ("workflow", facets.workflows)):
        if values:
            yield FilterField(name=name, group="Source", values=tuple(_counted(values)))


def _picture_fields(facets: Facets) -> Iterator[FilterField]:
    if facets.detection_classes:
        offers = tuple(_counted(facets.detection_classes))
        yield FilterField(name="class", group="Pictures", operators=BOOLEAN, values=offers)
    yield FilterField(name="images", group="Pictures", types=("number",), operators=NUMBER)
    yield from (_metadata_field(f"i.{name}", "Pictures", facet) for name, facet in facets.image_metadata.items())


def _metadata(facets: Facets) -> Iterator[FilterField]:
    usual_first = sorted(facets.custom_metadata.items(), key=lambda item: (-sum(item[1].types.values()), item[0]))
    return (_metadata_field(f"m.{name}", "Metadata", facet) for name, facet in usual_first)


def _metadata_field(name: str, group: str, facet: MetadataFacet) -> FilterField:
    operators = [*BOOLEAN]
    if "number" in facet.types:
        operators += NUMBER[2:]
    if "string" in facet.types:
        operators += TEXT[2:]
    operators += PRESENCE
    if len(facet.types) > 1:
        operators += [f"exists:{type_}" for type_ in facet.types]
    offers = []
    for one in facet.values:
        count = None if facet.many_values else one.count
        offers.append(Offer(value_text(one.value), _words_of(one.value), count))
    return FilterField(
        name=name, group=group, types=tuple(facet.types), operators=tuple(operators), values=tuple(offers)
    )


def _words_of(value: Value) -> str:
    return value if isinstance(value, str) else value_text(value)


def _type_of(value: Value) -> str:
    return "boolean" if isinstance(value, bool) else "number"


def _counted(values: "list[FacetValue] | list[SourceFacet]", shown: dict[str, str] | None = None) -> list[Offer]:
    return [Offer(one.value, (shown or {}).get(one.value, one.value), one.count) for one in values]
