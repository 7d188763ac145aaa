"""The overview of a use case: events over time, shares of fails and of feedback, a comparison, and its sources."""

from functools import partial

import msgspec

from sightlog.dashboard import charts, filter_chips, words
from sightlog.dashboard.filter_bodies import read_meaning
from sightlog.dashboard.filter_urls import ListState, parse
from sightlog.dashboard.frame import render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.aggregates import GROUPINGS, Aggregate, AggregateQuery, TimeUnit
from sightlog.domain.facts import METADATA
from sightlog.domain.times import format_timestamp, parse_bound, parse_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.operations import queries
from sightlog.operations.aggregates import aggregate
from sightlog.operations.sources import KINDS, states_of
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit

_DAY = 86_400_000_000
_HOUR = _DAY // 24
DEFAULT_PRESET = "14d"
COMPARISONS = {
    "device": "Device",
    "stream": "Stream",
    "workflow": "Workflow",
    "event_type": "Event type",
    "result": "Result",
    "detection_class": "Detection class",
}
# A grouping's values as filters of the list.
_PARAMETERS = {"event_type": "type", "detection_class": "class", "result": "field.result"}
_FEEDBACK = ("correct", "incorrect", "inconclusive")


class Range(msgspec.Struct, frozen=True):
    """What a page shows: its state with a time range, and the query of it."""

    state: ListState
    body: dict[str, object]
    unit: TimeUnit
    start: int
    end: int


async def show_overview(request: ApiRequest) -> Answer:
    """The frame of the page; its charts arrive afterwards."""
    who, use_case = await visit_use_case(request)
    state = _with_range(parse(request.queries(), also=("by",)))
    clock = WallClock(who.zone, request.now)
    schema = await request.run_errand(
        lambda: queries.get_metadata_schema(request.store, who.caller, use_case.id, of_images=False)
    )
    return render(
        request,
        who,
        "overview.html",
        use_case=use_case,
        current_page="overview",
        state=state,
        chips=filter_chips.chips(state, read_meaning(state, use_case.id, clock), clock),
        presets=filter_chips.PRESETS,
        links=ListLinks(who.workspace.slug, use_case.id, state),
        by=request.query("by") or "device",
        comparisons=COMPARISONS | {METADATA + name: name for name in schema.fields},
    )


def _with_range(state: ListState) -> ListState:
    if any(state.find(name) for name in ("last", "from", "to")):
        return state
    return state.with_filter("last", [DEFAULT_PRESET])


def read_range(state: ListState, use_case: UseCase, clock: WallClock) -> Range:
    """The state's filters as the body of an aggregate, with both times, and the buckets that suit them."""
    body = read_meaning(state, use_case.id, clock).body
    start_text, end_text = body.get("startTime"), body.get("endTime")
    end = clock.now if end_text is None else parse_bound(str(end_text), end=True)
    start = end - 14 * _DAY if start_text is None else parse_bound(str(start_text), end=False)
    length = end - start
    unit: TimeUnit = "quarter_hour" if length <= 8 * _HOUR else "hour" if length <= 4 * _DAY else "day"
    times = {"startTime": format_timestamp(start), "endTime": format_timestamp(end)}
    return Range(state, {**body, **times, "timeZone": clock.zone.key}, unit, start, end)


def _ask(request: ApiRequest, who: Visit, shown: Range, **more: object) -> Aggregate:
    return aggregate(request.store, who.caller, msgspec.convert({**shown.body, **more}, AggregateQuery))


async def show_charts(request: ApiRequest) -> Answer:
    """Events over time by type, the share of fails, and the shares of feedback."""
    who, use_case = await visit_use_case(request)
    clock = WallClock(who.zone, request.now)

    def page() -> Answer:
        shown = read_range(_with_range(parse(request.queries(), also=("by",))), use_case, clock)
        by_type = _ask(request, who, shown, groupBy="event_type", timeBucket=shown.unit)
        reviews = _ask(request, who, shown, groupBy="feedback_status")
        buckets, ticks = charts.columns(
            [group.buckets or [] for group in by_type.groups], shown.end >= request.now - _HOUR
        )
        points, share_ticks = charts.shares(by_type.buckets or [])
        counts = {group.value: group.count for group in reviews.groups}
        return render(
            request,
            who,
            "overview_charts.html",
            use_case=use_case,
            shown=shown,
            links=ListLinks(who.workspace.slug, use_case.id, shown.state),
            found=by_type,
            starts=[parse_timestamp(text)[0] for text in by_type.bucket_starts or []],
            columns=buckets,
            ticks=ticks,
            points=points,
            share_ticks=share_ticks,
            type_names=[words.EVENT_TYPES.get(str(group.value), str(group.value)) for group in by_type.groups],
            feedback=[(status, counts.get(status, 0)) for status in _FEEDBACK],
            chart=charts,
        )

    return await request.run_query(page)


async def show_comparison(request: ApiRequest) -> Answer:
    """Events, share of fails and share of the total by a value: the twenty most frequent and the rest."""
    who, use_case = await visit_use_case(request)
    clock = WallClock(who.zone, request.now)
    by = request.query("by") or "device"

    def page() -> Answer:
        shown = read_range(_with_range(parse(request.queries(), also=("by",))), use_case, clock)
        found = _ask(request, who, shown, groupBy=by)
        links = ListLinks(who.workspace.slug, use_case.id, shown.state)
        return render(
            request,
            who,
            "overview_comparison.html",
            use_case=use_case,
            by=by,
            label=COMPARISONS.get(by) or by.removeprefix(METADATA),
            found=found,
            rows=charts.bars(found.groups),
            address=partial(_address, links, by),
        )

    return await request.run_query(page)


def _address(links: ListLinks, by: str, value: object) -> str | None:
    """The list of the events of a bar; None for those without a value where no filter finds them."""
    if by.startswith(METADATA):
        if value is None:
            return links.list(links.state.with_filter(f"m.{by[len(METADATA) :]}", ["no"], "exists"))
        return links.metadata(by[len(METADATA) :], value)  # type: ignore[arg-type]  # a group's value
    name = _PARAMETERS.get(by) or (by if by in GROUPINGS else "")
    return links.value(name, str(value)) if value is not None and name else None


async def show_sources(request: ApiRequest) -> Answer:
    """Devices, streams and workflows: when each was last heard, and which are quiet."""
    who, use_case = await visit_use_case(request)

    def page() -> Answer:
        states = states_of(request.store, request.context.rhythms, who.workspace.number, use_case, KINDS, request.now)
        links = ListLinks(who.workspace.slug, use_case.id, ListState())
        return render(request, who, "overview_sources.html", use_case=use_case, sources=states, links=links)

    return await request.run_query(page)


async def show_metadata(request: ApiRequest) -> Answer:
    """The inferred schema: which fields, of which types, how often, since when, with which values."""
    who, use_case = await visit_use_case(request)

    def page() -> Answer:
        return render(
            request,
            who,
            "metadata.html",
            use_case=use_case,
            current_page="metadata",
            schema=queries.get_metadata_schema(request.store, who.caller, use_case.id, of_images=False),
            of_images=queries.get_metadata_schema(request.store, who.caller, use_case.id, of_images=True),
            facets=queries.get_facets(request.store, who.caller, use_case.id),
            links=ListLinks(who.workspace.slug, use_case.id, ListState()),
            time_of=lambda text: parse_timestamp(text)[0],
        )

    return await request.run_errand(page)


_PATH = "/{workspace}/vision-events/{useCaseId}"

ROUTES: tuple[Route, ...] = (
    page_route("GET", f"{_PATH}/overview", show_overview, "The overview of a use case"),
    page_route("GET", f"{_PATH}/overview-charts", show_charts, "Its charts"),
    page_route("GET", f"{_PATH}/overview-comparison", show_comparison, "Its comparison"),
    page_route("GET", f"{_PATH}/overview-sources", show_sources, "Its sources"),
    page_route("GET", f"{_PATH}/metadata", show_metadata, "The metadata of a use case"),
)
