"""The state of a list of events in its address, both ways: filters as readable parameters, and what is shown of them.

    from to last                        2026-11-27, 2026-11-27T14:00 (in the workspace's zone), or an instant; 24h, 7d
    type device stream workflow external outcome feedback warnings images class confidence
    field.COLUMN  m.FIELD  i.FIELD      event data, custom metadata, the pictures' own metadata
    ….not .gt .gte .lt .lte .contains .starts .exists       other comparisons; the same name twice means *or*
    segment view cursor event           a shorthand for three filters; how the list looks, and where one is in it

Whatever is wrong is kept, so that a page can say so beside it: nothing here refuses. `filter_bodies` knows the meaning.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct, structs

from sightlog.domain.facts import Value

# Suffix in the address → operator of the API; with several values, `eq` is `in`, and `neq` is `not_in`.
OPERATORS = {
    "": "eq",
    "not": "neq",
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
    "contains": "contains",
    "starts": "starts_with",
    "exists": "exists",
}
# Filters whose suffix would be a part of their name.
FAMILIES = ("m", "i", "field")
SEGMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "attention": {"outcome": ("fail", "alert")},
    "review": {"outcome": ("fail", "alert"), "feedback": ("none",)},
    "warnings": {"warnings": ("yes",)},
}
SEGMENT_NAMES = ("outcome", "feedback", "warnings")
VIEWS = ("grid", "rows")
# Where the pages began that lead here. Older ones are forgotten, so that the address stays short.
_MOST_CURSORS = 30
_OF_THE_LIST = ("segment", "view", "cursor", "event")
# Parameters of every page, which are no filters.
_OF_PAGES = ("notice",)

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 40

Query = dict[str, list[str]]


class Filter(Struct, frozen=True):
    """One filter as the address has it; several values mean any of them."""

    name: str
    operator: str
    values: tuple[str, ...]

    @property
    def parameter(self) -> str:
        """Its name in the address."""
        return f"{self.name}.{self.operator}" if self.operator else self.name

    @property
    def family(self) -> str:
        """`m` of `m.FIELD`; else the whole name."""
        return self.name.partition(".")[0]

    @property
    def field(self) -> str:
        """`FIELD` of `m.FIELD`; else nothing."""
        return self.name.partition(".")[2]


class ListState(Struct, frozen=True, kw_only=True):
    """What a list of events shows. Changes give a new state; those of the filters begin at the newest event again."""

    filters: tuple[Filter, ...] = ()
    view: Literal["grid", "rows", ""] = ""
    cursors: tuple[str, ...] = ()
    event: str = ""

    @property
    def segment(self) -> str:
        """The segment that the filters on outcome, feedback and warnings are; `all` without any, else nothing."""
        given = {one.parameter: one.values for one in self.filters if one.name in SEGMENT_NAMES}
        if not given:
            return "all"
        return next((name for name, filters in SEGMENTS.items() if filters == given), "")

    def query(self) -> Query:
        """The parameters of the address, in a steady order."""
        segment = self.segment
        is_short = segment in SEGMENTS
        query: Query = {"segment": [segment]} if is_short else {}
        for one in self.filters:
            if not (is_short and one.name in SEGMENT_NAMES):
                query.setdefault(one.parameter, []).extend(one.values)
        if self.view:
            query["view"] = [self.view]
        if self.cursors:
            query["cursor"] = list(self.cursors)
        if self.event:
            query["event"] = [self.event]
        return query

    def find(self, name: str, operator: str = "") -> Filter | None:
        """The filter of this name and operator."""
        return next((one for one in self.filters if (one.name, one.operator) == (name, operator)), None)

    def with_filter(self, name: str, values: Iterable[str], operator: str = "") -> "ListState":
        """With this filter, in the place of the one of the same name and operator; without values, without it."""
        made = Filter(name, operator, tuple(dict.fromkeys(values)))
        others = [made if (one.name, one.operator) == (name, operator) else one for one in self.filters]
        if made not in others:
            others.append(made)
        return self._filtered(one for one in others if one.values)

    def only(self, name: str, value: str, operator: str = "") -> "ListState":
        """With this value in the place of every filter of the name: what a click on a value means."""
        return self.without_name(name).with_filter(name, [value], operator)

    def without(self, *gone: Filter) -> "ListState":
        """Without these filters."""
        return self._filtered(one for one in self.filters if one not in gone)

    def without_name(self, *names: str) -> "ListState":
        """Without any filter of these names."""
        return self._filtered(one for one in self.filters if one.name not in names)

    def without_filters(self) -> "ListState":
        """Without any."""
        return self._filtered(())

    def in_segment(self, segment: str) -> "ListState":
        """With the segment's filters in the place of those on outcome, feedback and warnings."""
        added = (Filter(name, "", values) for name, values in SEGMENTS.get(segment, {}).items())
        return self._filtered((*added, *self.without_name(*SEGMENT_NAMES).filters))

    def shown_as(self, view: Literal["grid", "rows"]) -> "ListState":
        """The same list in another form."""
        return structs.replace(self, view=view)

    def older(self, cursor: str) -> "ListState":
        """The page that begins at a cursor."""
        return structs.replace(self, cursors=(*self.cursors, cursor)[-_MOST_CURSORS:], event="")

    def newer(self) -> "ListState":
        """The page before this one."""
        return structs.replace(self, cursors=self.cursors[:-1], event="")

    def newest(self) -> "ListState":
        """The first page."""
        return structs.replace(self, cursors=(), event="")

    def beside(self, event_id: str) -> "ListState":
        """With this event opened beside the list; with none, the list alone."""
        return structs.replace(self, event=event_id)

    def only_filters(self) -> "ListState":
        """The filters, without how and where the list shows them: for other pages, and to save."""
        return ListState(filters=self.filters)

    def _filtered(self, filters: Iterable[Filter]) -> "ListState":
        return structs.replace(self, filters=tuple(filters), cursors=())


def parse(query: Mapping[str, Sequence[str]], also: Sequence[str] = ()) -> ListState:
    """Read an address's parameters. Unknown names become filters too, which `filter_bodies` finds wrong; `also` are
    names that the page uses for something else. Parameters without a text, as forms send them, are left out."""
    filters: dict[tuple[str, str], Filter] = {}
    for name, values in SEGMENTS.get(_last(query, "segment"), {}).items():
        filters[name, ""] = Filter(name, "", values)
    for parameter, texts in query.items():
        values = tuple(dict.fromkeys(text for text in texts if text))
        if values and parameter not in (*_OF_THE_LIST, *_OF_PAGES, *also):
            name, operator = _split(parameter)
            filters[name, operator] = Filter(name, operator, values)
    view = _last(query, "view")
    return ListState(
        filters=tuple(filters.values()),
        view=view if view in VIEWS else "",  # type: ignore[arg-type]  # it is one of them
        cursors=tuple(text for text in query.get("cursor", ()) if text)[-_MOST_CURSORS:],
        event=_last(query, "event"),
    )


def value_text(value: Value) -> str:
    """A metadata value in an address: text as it is, in quotes where it would read as a number or as true or false."""
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return value if value and value == value_of_text(value) else msgspec.json.encode(value).decode()


def value_of_text(text: str) -> Value:
    """The value that an address means: the other way round."""
    if text in ("true", "false"):
        return text == "true"
    if text.startswith('"') or (len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text)):
        try:
            value: Value = msgspec.json.decode(text)
            return value
        except msgspec.DecodeError:
            return text
    return text


def _split(parameter: str) -> tuple[str, str]:
    """`m.temp.gt` is (`m.temp`, `gt`). What is no known comparison stays in the name."""
    name, dot, operator = parameter.rpartition(".")
    if not dot or operator not in OPERATORS or name in FAMILIES:
        return parameter, ""
    return name, operator


def _last(query: Mapping[str, Sequence[str]], name: str) -> str:
    values = query.get(name) or ("",)
    return values[-1]
