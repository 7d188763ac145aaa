"""A use case without any event: how to send the first one, and why one that came was refused."""

from msgspec import Struct

from sightlog.dashboard import addresses
from sightlog.dashboard.frame import SHOWN_ONCE, redirect, render
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.sending import ways_to_use
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.domain.api_keys import Scope
from sightlog.domain.filters import EventFilters
from sightlog.domain.use_cases import UseCase
from sightlog.domain.users import Role
from sightlog.operations import queries
from sightlog.operations.api_keys import create_api_key
from sightlog.operations.events import rules_of
from sightlog.operations.people import admins_of
from sightlog.operations.samples import send_sample_event
from sightlog.web.answers import Answer, json_answer
from sightlog.web.pages import shown_address
from sightlog.web.refusals import Refusal
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, form

# Stands in the lines until a key is made. In small letters: the SDK takes a key of capitals for a dummy and sends
# nothing, so that nobody would see why (contract, fact 3).
KEY_PLACE = "your-key"
SHOWN_MINUTES = 15
_MINUTE = 60_000_000
_NAME_LETTERS = 200

REASONS = {
    "archived_use_case": "Archived use case",
    "unknown_use_case": "Unknown use case",
    "invalid": "Not as an event has to be",
    "invalid_json": "Not JSON",
    "invalid_image": "A damaged picture",
    "unsupported_image": "Not a picture that we know",
    "too_large": "Too large",
    "forbidden": "The key may not send",
    "unauthenticated": "Wrong key",
    "storage_full": "The disk is full",
    "busy": "Too much at once",
}


class ShownRefusal(Struct, frozen=True):
    """A refusal in words; `key` is the name of the key that came with it, or nothing."""

    refusal: Refusal
    reason: str
    key: str


def show(
    request: ApiRequest, who: Visit, use_case: UseCase, secret: str | None = None, *, has_events: bool = False
) -> Answer:
    """The page. `secret` is a key that was made just now; it stands in the lines this once. When there are events by
    then, the page shows the way to them, and leaves it to the reader when to go."""
    address = shown_address(request.context)
    return render(
        request,
        who,
        "first_event.html",
        headers=() if secret is None else SHOWN_ONCE,
        use_case=use_case,
        secret=secret,
        has_events=has_events,
        ways=ways_to_use(address, secret or KEY_PLACE, use_case.id, [Scope.WRITE]),
        admins=admins_of(request.store, who.workspace.number),
        refusals=_refusals(request, who),
        minutes=SHOWN_MINUTES,
    )


def _refusals(request: ApiRequest, who: Visit) -> list[ShownRefusal]:
    """What was refused in the last minutes, newest first: of the workspace's keys, and for admins of unknown ones."""
    moment = request.now - SHOWN_MINUTES * _MINUTE
    found = request.context.refusals.since(who.workspace.number, moment)
    names = {key.number: key.name for key in request.store.list_api_keys(who.workspace.number)} if found else {}
    if who.may(Role.ADMIN):
        found += request.context.refusals.since(None, moment)
    return [
        ShownRefusal(one, REASONS.get(one.code, one.code.replace("_", " ").capitalize()), names.get(one.key or 0, ""))
        for one in sorted(found, key=lambda refusal: -refusal.number)
    ]


async def show_page(request: ApiRequest) -> Answer:
    """The page at an address of its own; once there are events, the way to them."""
    who, use_case = await visit_use_case(request)
    if use_case.is_archived or await request.run_errand(lambda: _has_events(request, who, use_case)):
        return redirect(addresses.use_case(who.workspace.slug, use_case.id))
    return await request.run_errand(lambda: show(request, who, use_case))


async def show_refusals(request: ApiRequest) -> Answer:
    """What was refused in the last minutes, for the page that shows it already."""
    who, _ = await visit_use_case(request)
    return await request.run_errand(
        lambda: render(
            request, who, "first_event_refusals.html", refusals=_refusals(request, who), minutes=SHOWN_MINUTES
        )
    )


async def ask_state(request: ApiRequest) -> Answer:
    """Whether an event has come, and the number of the newest refusal; a question for each second."""
    who, use_case = await visit_use_case(request)

    def state() -> dict[str, object]:
        refusals = _refusals(request, who)
        newest = refusals[0].refusal.number if refusals else 0
        return {"hasEvents": _has_events(request, who, use_case), "newestRefusal": newest}

    return json_answer(await request.run_errand(state))


def _has_events(request: ApiRequest, who: Visit, use_case: UseCase) -> bool:
    return queries.count_matching(request.store, who.caller, EventFilters(use_case_id=use_case.id), 1).count > 0


async def make_key(request: ApiRequest) -> Answer:
    """A key that may send and nothing else, in the lines of the page."""
    who, use_case = await visit_use_case(request, Role.EDITOR)
    await form(request, who)

    def make() -> Answer:
        name = f"Sends to {use_case.name[:_NAME_LETTERS]}"
        _, secret = create_api_key(request.store, who.workspace.number, name, [Scope.WRITE], request.now)
        return show(request, who, use_case, secret, has_events=_has_events(request, who, use_case))

    return await request.run_errand(make)


async def send_test(request: ApiRequest) -> Answer:
    """Store an event with a picture, and go to it."""
    who, use_case = await visit_use_case(request, Role.EDITOR)
    await form(request, who)
    request.context.space.require_space()
    rules = rules_of(who.caller, request.limits, request.now)
    await request.run_errand(
        lambda: send_sample_event(request.store, request.context.blobs, who.caller, use_case, rules)
    )
    return redirect(addresses.use_case(who.workspace.slug, use_case.id, "", {"notice": "test-event"}))


_PATH = "/{workspace}/vision-events/{useCaseId}/first-event"

ROUTES: tuple[Route, ...] = (
    page_route("GET", _PATH, show_page, "How to send the first event of a use case"),
    page_route("POST", _PATH, make_key, "Make a key for the first event"),
    page_route("POST", f"{_PATH}/test", send_test, "Send a test event"),
    page_route("GET", f"{_PATH}/state", ask_state, "Whether the first event has come"),
    page_route("GET", f"{_PATH}/refusals", show_refusals, "What was refused lately"),
)
