"""Use cases over REST (contract 4.9 to 4.12)."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from sightlog.domain.api_keys import MAY_MANAGE, MAY_READ, MAY_WRITE
from sightlog.domain.problems import decode_body
from sightlog.domain.retention import reported_lookback_days
from sightlog.domain.use_cases import NewUseCase, UseCase, UseCaseSummary
from sightlog.operations import use_cases
from sightlog.store.contract import Store
from sightlog.web.answers import Answer, created, json_answer
from sightlog.web.requests import ApiRequest

_decoder = msgspec.json.Decoder(NewUseCase)


class UseCaseList(Struct, frozen=True, rename="camel"):
    """The reply of the list."""

    use_cases: list[UseCaseSummary]
    lookback_days: int


class NamedUseCase(Struct, frozen=True, rename="camel"):
    """The reply of create and rename."""

    id: str
    name: str
    status: str
    created_at: str
    updated_at: str


class Success(Struct, frozen=True):
    """The reply of archive and unarchive."""

    success: bool = True


def _named(use_case: UseCase) -> NamedUseCase:
    return NamedUseCase(use_case.id, use_case.name, use_case.status, use_case.created_at, use_case.updated_at)


async def list_use_cases(request: ApiRequest) -> Answer:
    """All use cases of a status, with their kept counts."""
    caller = request.require(*MAY_READ)
    status = request.query("status")
    found = await request.run_errand(lambda: use_cases.list_use_cases(request.store, caller.workspace, status))
    return json_answer(UseCaseList(found, reported_lookback_days(caller.lookback_days)))


async def create_use_case(request: ApiRequest) -> Answer:
    """Whoever may send events may create the use case for them."""
    caller = request.require(*MAY_WRITE)
    body = decode_body(await request.body(), _decoder)
    return created(
        _named(
            await request.run_errand(
                lambda: use_cases.create_use_case(
                    request.store, caller.workspace, body.name, request.limits, request.now
                )
            )
        )
    )


async def rename_use_case(request: ApiRequest) -> Answer:
    """Id and events stay."""
    caller = request.require(*MAY_MANAGE)
    body = decode_body(await request.body(), _decoder)
    reference = request.path_parameters["useCaseId"]
    renamed = await request.run_errand(
        lambda: use_cases.rename_use_case(request.store, caller.workspace, reference, body.name, request.now)
    )
    return json_answer(_named(renamed))


async def archive_use_case(request: ApiRequest) -> Answer:
    """No new events from now on."""
    return await _set_status(request, use_cases.archive_use_case)


async def unarchive_use_case(request: ApiRequest) -> Answer:
    """Events are welcome again."""
    return await _set_status(request, use_cases.unarchive_use_case)


async def _set_status(request: ApiRequest, change: Callable[[Store, int, str, int], UseCase]) -> Answer:
    caller = request.require(*MAY_MANAGE)
    reference = request.path_parameters["useCaseId"]
    await request.run_errand(lambda: change(request.store, caller.workspace, reference, request.now))
    return json_answer(Success())
