"""The forms for a filter: a page of its own, which scripts open beside the chip, and what they offer by typing."""

from sightlog.dashboard import filter_fields
from sightlog.dashboard.filter_bodies import instant, read_meaning
from sightlog.dashboard.filter_chips import PRESETS, label_of
from sightlog.dashboard.filter_fields import FilterField
from sightlog.dashboard.filter_urls import OPERATORS, Filter, ListState, parse
from sightlog.dashboard.frame import redirect, render
from sightlog.dashboard.list_links import ListLinks
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.wall_clock import WallClock
from sightlog.domain.times import format_timestamp
from sightlog.domain.use_cases import UseCase
from sightlog.operations import queries
from sightlog.web.answers import Answer, json_answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit

FORM_PARAMETERS = ("of", "by", "on", "compare", "set", "operator", "value", "typed")
# The pages, but for the list itself, that have a filter bar, and which parameters are theirs.
_PAGES = {"overview": ("compare",)}
TIME = ("last", "from", "to")
_SHOWN_VALUES = 12


async def show_filter(request: ApiRequest) -> Answer:
    """Which field, then which values; with `set`, the list with the filter."""
    who, use_case = await visit_use_case(request)
    state = parse(request.queries(), also=FORM_PARAMETERS)
    name, operator = request.query("of") or "", request.query("by") or ""
    if request.query("set") is not None and name in TIME:
        clock = WallClock(who.zone, request.now)
        return redirect(_links(request, who, use_case, _with_instants(state, clock)).list())
    fields = await request.run_errand(lambda: _fields(request, who, use_case))
    field = None
    if name and name not in TIME:
        field = next((one for one in fields if one.name == name), None) or FilterField(name=name, group="")
        if request.query("set") is not None:
            return redirect(_links(request, who, use_case, _with_answers(request, state, field)).list())
    return _form(request, who, use_case, state, fields, field, operator)


def _form(
    request: ApiRequest,
    who: Visit,
    use_case: UseCase,
    state: ListState,
    fields: list[FilterField],
    field: FilterField | None,
    operator: str,
) -> Answer:
    name = request.query("of") or ""
    edited = state.find(name, operator)
    kept = state.without_name(*TIME) if name in TIME else state.without_name("class", "confidence")
    if name not in ("class", *TIME):
        kept = state.without(edited) if edited else state
    chosen = edited.values if edited else ()
    offers = sorted(field.values, key=lambda one: one.text not in chosen) if field else []
    known = {one.text for one in offers}
    return render(
        request,
        who,
        "filter.html",
        use_case=use_case,
        state=state,
        links=_links(request, who, use_case, state),
        kept=kept.newest(),
        kept_links=_links(request, who, use_case, kept.newest()),
        groups=_grouped(fields),
        field=field,
        name=name,
        label=label_of(name),
        is_time=name in TIME,
        presets=PRESETS,
        operator=_form_operator(edited, operator),
        chosen=chosen,
        others=[text for text in chosen if text not in known],
        offers=offers[: max(_SHOWN_VALUES, len(chosen))],
        more=offers[max(_SHOWN_VALUES, len(chosen)) :],
        confidence=state.find("confidence") or state.find("confidence", "gte"),
        bounds=_bounds(state, use_case, WallClock(who.zone, request.now)),
    )


def _links(request: ApiRequest, who: Visit, use_case: UseCase, state: ListState) -> ListLinks:
    """Links that lead back to the page whose filter bar opened the form."""
    page = request.query("on") or ""
    more = {name: request.query(name) or "" for name in _PAGES.get(page, ())}
    return ListLinks(who.workspace.slug, use_case.id, state, page if page in _PAGES else "", more)


def _form_operator(edited: Filter | None, operator: str) -> str:
    return f"{operator}:{edited.values[0]}" if edited and operator == "exists" else operator


def _with_answers(request: ApiRequest, state: ListState, field: FilterField) -> ListState:
    """The state with what the form says of a field."""
    operator, _, presence = (request.query("operator") or "").partition(":")
    if operator not in OPERATORS:
        operator = ""
    if operator == "exists":
        return state.with_filter(field.name, [presence or "yes"], operator)
    typed = (request.query("typed") or "").strip()
    values = [*request.queries().get("value", []), *([field.text_of(typed, operator)] if typed else [])]
    if operator not in ("", "not"):
        values = values[-1:]
    return state.with_filter(field.name, values, operator)


def _with_instants(state: ListState, clock: WallClock) -> ListState:
    """The state with absolute bounds, so that the address means the same in every zone; dates stay dates."""
    for name in ("from", "to"):
        given = state.find(name)
        if given is None or len(given.values[-1]) <= len("2026-11-27"):
            continue
        try:
            moment = instant(given.values[-1], clock, end=name == "to")
        except ValueError:
            continue  # the list says what is wrong with it
        state = state.with_filter(name, [format_timestamp(moment).replace(".000000", "")])
    return state


def _bounds(state: ListState, use_case: UseCase, clock: WallClock) -> dict[str, str]:
    """The time range in force, as the inputs of a form have it."""
    body = read_meaning(state, use_case.id, clock).body
    names = {"from": "startTime", "to": "endTime"}
    return {
        name: f"{clock.local(instant(body[wire], clock, end=False)):%Y-%m-%dT%H:%M}" if wire in body else ""
        for name, wire in names.items()
    }


def _grouped(fields: list[FilterField]) -> dict[str, list[FilterField]]:
    groups: dict[str, list[FilterField]] = {}
    for one in fields:
        groups.setdefault(one.group, []).append(one)
    return groups


def _fields(request: ApiRequest, who: Visit, use_case: UseCase) -> list[FilterField]:
    facets = queries.get_facets(request.store, who.caller, use_case.id)
    recent = queries.recent_values(request.store, who.caller, use_case, filter_fields.RECENT)
    return filter_fields.fields_of(facets, recent)


async def list_fields(request: ApiRequest) -> Answer:
    """What the filter box offers by typing."""
    who, use_case = await visit_use_case(request)
    fields = await request.run_errand(lambda: _fields(request, who, use_case))
    return json_answer(
        [
            {
                "name": one.name,
                "label": one.label,
                "group": one.group,
                "types": one.types,
                "comparisons": one.comparisons,
                "values": [(offer.text, offer.words, offer.count) for offer in one.values],
                "takesOthers": one.takes_others,
            }
            for one in fields
        ]
    )


async def show_request(request: ApiRequest) -> Answer:
    """The list's question for scripts: as a request, and as a line of the official client."""
    who, use_case = await visit_use_case(request)
    state = parse(request.queries())
    clock = WallClock(who.zone, request.now)
    return render(
        request,
        who,
        "request.html",
        use_case=use_case,
        meaning=read_meaning(state, use_case.id, clock),
        links=ListLinks(who.workspace.slug, use_case.id, state),
    )


_PATH = "/{workspace}/vision-events/{useCaseId}"

ROUTES: tuple[Route, ...] = (
    page_route("GET", f"{_PATH}/filter", show_filter, "The form for a filter"),
    page_route("GET", f"{_PATH}/filter-fields", list_fields, "What the filter box offers"),
    page_route("GET", f"{_PATH}/request", show_request, "The list's question, for scripts"),
)
