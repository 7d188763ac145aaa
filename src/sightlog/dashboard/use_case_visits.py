"""Who visits a page of a use case, and which one."""

from sightlog.domain.use_cases import UseCase
from sightlog.domain.users import Role
from sightlog.operations.use_cases import use_case_of
from sightlog.web.requests import ApiRequest
from sightlog.web.visits import Visit, visit


async def visit_use_case(request: ApiRequest, least: Role = Role.VIEWER) -> tuple[Visit, UseCase]:
    """Raises what `visit` raises, and NotFound without such a use case in the workspace."""
    who = await visit(request, least)
    reference = request.path_parameters["useCaseId"]
    return who, await request.run_errand(lambda: use_case_of(request.store, who.caller, reference))
