"""The overview of a use case: events over time, shares of fails and of feedback. What it compares by, and its sources,
are pages of their own that arrive after it."""

from sightlog.dashboard import charts, filter_chips, words
from sightlog.dashboard.comparison import comparisons_of, read_comparison
from sightlog.dashboard.events import SEGMENTS
from sightlog.dashboard.filter_bodies import read_meaning
from sightlog.dashboard.filter_urls import parse
from sightlog.dashboard.frame import render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.ranges import TIME_FILTERS, ask, buckets_of, read_range, with_range
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.aggregates import Aggregate, Figures
from sightlog.domain.feedback import FeedbackStatus
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route

PAGE = "overview"
_PRESETS = {"24h": "", "yesterday": "", "7d": "", "14d": "Last 14 days", "30d": "", "90d": ""}
# The hour that is not over yet is unfinished, and so is the day.
_UNFINISHED = 3_600_000_000
_VERDICTS = tuple(status.value for status in FeedbackStatus if status is not FeedbackStatus.NONE)


async def show_overview(request: ApiRequest) -> Answer:
    """The frame of the page; its figures arrive afterwards."""
    who, use_case = await visit_use_case(request)
    given = parse(request.queries(), also=("compare",))
    state = with_range(given)
    compare = read_comparison(request)
    clock = WallClock(who.zone, request.now)
    chips = filter_chips.chips(state, read_meaning(state, use_case.id, clock), clock)
    comparisons = await request.run_errand(lambda: comparisons_of(request, who, use_case, compare))
    slug = who.workspace.slug
    return render(
        request,
        who,
        "overview.html",
        use_case=use_case,
        current_page=PAGE,
        state=state,
        segments=SEGMENTS,
        chips=chips,
        time_chips=[chip for chip in chips if chip.filter.name in TIME_FILTERS],
        presets={text: name or filter_chips.PRESETS[text] for text, name in _PRESETS.items()},
        tabs=ListLinks(slug, use_case.id, given),
        links=ListLinks(slug, use_case.id, state, PAGE, {"compare": compare}),
        compare=compare,
        comparisons=comparisons,
    )


async def show_charts(request: ApiRequest) -> Answer:
    """Events over time by type, the share of fails, and the shares of feedback."""
    who, use_case = await visit_use_case(request)
    clock = WallClock(who.zone, request.now)
    state = parse(request.queries(), also=("compare",))

    def page() -> Answer:
        shown = read_range(state, use_case, clock)
        found = ask(request, who, shown, groupBy="event_type", timeBucket=shown.unit)
        reviews = ask(request, who, shown, groupBy="feedback_status")
        is_unfinished = shown.end >= request.now - _UNFINISHED
        columns, ticks = charts.columns(_by_type(found), is_unfinished)
        points, share_ticks = charts.shares(found.buckets or [], is_unfinished)
        given = {group.value: group.count for group in reviews.groups}
        return render(
            request,
            who,
            "overview_charts.html",
            use_case=use_case,
            shown=shown,
            found=found,
            links=ListLinks(who.workspace.slug, use_case.id, shown.state),
            buckets=buckets_of(shown, found.bucket_starts or [], clock),
            columns=columns,
            ticks=ticks,
            types=list(words.EVENT_TYPES),
            types_in_use={group.value for group in found.groups},
            points=points,
            share_ticks=share_ticks,
            feedback=[(verdict, given.get(verdict, 0)) for verdict in _VERDICTS],
            least_checks=charts.LEAST_CHECKS,
        )

    return await request.run_query(page)


def _by_type(found: Aggregate) -> list[list[Figures]]:
    """The buckets of each type, in a steady order, so that a type keeps its colour whatever the filters are."""
    by_type = {group.value: group.buckets or [] for group in found.groups}
    nothing = [Figures()] * len(found.buckets or ())
    return [by_type.get(one, nothing) for one in words.EVENT_TYPES]


_PATH = "/{workspace}/vision-events/{useCaseId}"

ROUTES: tuple[Route, ...] = (
    page_route("GET", f"{_PATH}/{PAGE}", show_overview, "The overview of a use case"),
    page_route("GET", f"{_PATH}/overview-charts", show_charts, "Its charts"),
)
