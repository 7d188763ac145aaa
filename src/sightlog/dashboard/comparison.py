"""A comparison of a use case's events by what they hold: the most frequent values, and the rest."""

from sightlog.dashboard import charts, words
from sightlog.dashboard.filter_chips import value_words
from sightlog.dashboard.filter_urls import ListState, parse, value_text
from sightlog.dashboard.frame import render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.ranges import ask, read_range
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.aggregates import Group
from sightlog.domain.facts import METADATA
from sightlog.domain.use_cases import UseCase
from sightlog.operations import queries
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit

DEFAULT = "device"
COMPARISONS = {
    "device": "Device",
    "stream": "Stream",
    "workflow": "Workflow",
    "event_type": "Event type",
    "result": "Result",
    "severity": "Severity",
    "alert_type": "Alert type",
    "item_type": "Item type",
    "location": "Location",
    "detection_class": "Detection class",
    "feedback_status": "Feedback",
}
"""The groupings that are no metadata fields, in words."""

# A grouping's name as a parameter of the list; event fields have a prefix, metadata fields a shorter one.
_PARAMETERS = {
    "event_type": "type",
    "detection_class": "class",
    "feedback_status": "feedback",
    **{name: name for name in ("device", "stream", "workflow")},
}
# Of these no filter says that an event has none.
_ALWAYS_THERE = ("type", "class", "feedback")
# An event may have several of these, and a list can be filtered by one.
_SEVERAL = "class"


def read_comparison(request: ApiRequest) -> str:
    """What the address compares by."""
    return request.query("compare") or DEFAULT


def comparisons_of(request: ApiRequest, who: Visit, use_case: UseCase, chosen: str) -> dict[str, dict[str, str]]:
    """What there is to compare by, in groups for a select: also what the address chose, whatever it is."""
    schema = queries.get_metadata_schema(request.store, who.caller, use_case.id, of_images=False)
    found = {"Metadata": {METADATA + name: name for name in schema.fields}, "Event": COMPARISONS}
    if not any(chosen in names for names in found.values()):
        found["Address"] = {chosen: label_of(chosen)}
    return {group: names for group, names in found.items() if names}


def label_of(comparison: str) -> str:
    """What people call a grouping."""
    return COMPARISONS.get(comparison) or comparison.removeprefix(METADATA)


async def show_comparison(request: ApiRequest) -> Answer:
    """Events, share of fails and share of the total by a value: the twenty most frequent and the rest."""
    who, use_case = await visit_use_case(request)
    clock = WallClock(who.zone, request.now)
    compare = read_comparison(request)
    state = parse(request.queries(), also=("compare",))

    def page() -> Answer:
        shown = read_range(state, use_case, clock)
        found = ask(request, who, shown, groupBy=compare)
        return render(
            request,
            who,
            "overview_comparison.html",
            use_case=use_case,
            label=label_of(compare),
            found=found,
            rows=charts.bars(found.groups),
            links=ListLinks(who.workspace.slug, use_case.id, shown.state),
            words_of=lambda group: words_of(compare, group),
            events_of=lambda group: events_of(shown.state, compare, group),
            least_checks=charts.LEAST_CHECKS,
        )

    return await request.run_query(page)


def words_of(comparison: str, group: Group) -> str:
    """A group's value as people read it."""
    if group.value is None:
        return words.FEEDBACK["none"] if comparison == "feedback_status" else "none"
    if comparison.startswith(METADATA):
        return words.as_sent(group.value)
    return value_words(parameter_of(comparison), str(group.value))


def events_of(state: ListState, comparison: str, group: Group) -> ListState | None:
    """The list of a group's events; None where no filter finds just them."""
    name = parameter_of(comparison)
    if name == _SEVERAL and (given := [one for one in state.filters if one.name == name]):
        return state if [(one.operator, one.values) for one in given] == [("", (str(group.value),))] else None
    if group.value is not None:
        text = value_text(group.value) if comparison.startswith(METADATA) else str(group.value)
        return state.only(name, text)
    if name in _ALWAYS_THERE:
        return None
    return state.without_name(name).with_filter(name, ["no"], "exists")


def parameter_of(comparison: str) -> str:
    """The parameter of the list that filters by what a comparison groups by."""
    if comparison.startswith(METADATA):
        return f"m.{comparison.removeprefix(METADATA)}"
    return _PARAMETERS.get(comparison) or f"field.{comparison}"


ROUTES: tuple[Route, ...] = (
    page_route(
        "GET",
        "/{workspace}/vision-events/{useCaseId}/overview-comparison",
        show_comparison,
        "The comparison of an overview",
    ),
)
