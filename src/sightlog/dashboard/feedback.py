"""Feedback on one event, from its page: a verdict with a comment, and taking one's own back."""

from sightlog.dashboard.frame import redirect, wants_part
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.sign_in import local_address
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.domain.use_cases import UseCase
from sightlog.domain.users import Role
from sightlog.operations.feedback import give_feedback, take_back
from sightlog.web.answers import Answer, json_answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, form


async def review_event(request: ApiRequest) -> Answer:
    """Keep a verdict. A script gets the id of the feedback, with which it can be taken back."""
    who, use_case = await visit_use_case(request, Role.OPERATOR)
    fields = await form(request, who)
    given = await review(request, who, use_case, fields.all("event"), fields.one("verdict"), fields.one("comment"))
    return json_answer(given) if wants_part(request) else _back(fields.one("back"))


async def take_back_feedback(request: ApiRequest) -> Answer:
    """Remove what the person said."""
    who, use_case = await visit_use_case(request, Role.OPERATOR)
    fields = await form(request, who)
    taken = await withdraw(request, who, use_case, fields.all("feedback"))
    return json_answer(taken) if wants_part(request) else _back(fields.one("back"))


async def review(
    request: ApiRequest, who: Visit, use_case: UseCase, event_ids: list[str], verdict: str, comment: str
) -> dict[str, list[str]]:
    """One verdict for events, and the ids of the feedback as scripts are told of them."""
    request.context.space.require_space()
    given = await request.run_errand(
        lambda: give_feedback(
            request.store,
            who.caller,
            who.person.number,
            use_case,
            event_ids,
            verdict,
            comment,
            request.limits,
            request.now,
        )
    )
    return {"feedback": given}


async def withdraw(request: ApiRequest, who: Visit, use_case: UseCase, feedback_ids: list[str]) -> dict[str, int]:
    """Take one's own feedback back, and how many that were."""
    blobs = request.context.blobs
    count = await request.run_errand(
        lambda: take_back(request.store, blobs, who.caller, who.person.number, use_case, feedback_ids)
    )
    return {"takenBack": count}


def _back(address: str) -> Answer:
    return redirect(local_address(address))


_PATH = "/{workspace}/vision-events/{useCaseId}/feedback"

ROUTES: tuple[Route, ...] = (
    page_route("POST", _PATH, review_event, "Give feedback"),
    page_route("POST", f"{_PATH}/take-back", take_back_feedback, "Take feedback back"),
)
