"""A use case: the bucket of events that share their metadata fields. Every event is in exactly one."""

from enum import StrEnum

from msgspec import Struct

from sightlog.domain.errors import ArchivedUseCase, Problem, UnknownUseCase


class UseCaseStatus(StrEnum):
    """`inactive` is the wire's word for archived (contract 4.9)."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class UseCase(Struct, frozen=True, kw_only=True, rename="camel"):
    """A use case by itself. `number` names it inside the store, `id` on the wire."""

    number: int
    id: str
    name: str
    status: UseCaseStatus
    created_at: str
    updated_at: str

    @property
    def is_archived(self) -> bool:
        return self.status is UseCaseStatus.INACTIVE


class UseCaseSummary(Struct, frozen=True, kw_only=True, rename="camel"):
    """A row of the use-case list (contract 4.9), with the kept counts."""

    id: str
    name: str
    status: UseCaseStatus
    workspace_id: str
    created_at: str
    updated_at: str
    event_count: int = 0
    last_event_at: str | None = None
    event_types: list[str] = []
    count_by_type: dict[str, int] = {}


class NewUseCase(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The body of create and rename (contract 4.10, 4.11)."""

    name: str


def refuse_unknown(reference: str, index: int | None = None) -> UnknownUseCase:
    """The error for an event that names a use case nobody has created."""
    message = (
        f"no use case has the id or the name '{reference[:80]}'; "
        "create it with POST /vision-events/use-cases or `sightlog use-cases create`"
    )
    return UnknownUseCase(f"unknown use case: {message}", [Problem(_path(index), message, index)])


def _path(index: int | None) -> str:
    return "useCaseId" if index is None else f"events.{index}.useCaseId"


def refuse_archived(use_case: UseCase, index: int | None = None) -> ArchivedUseCase:
    """The error for an event of an archived use case; it says how to bring it back (contract 4.12)."""
    message = (
        f"'{use_case.name}' ({use_case.id}) is archived and takes no new events; bring it back with "
        f"POST /vision-events/use-cases/{use_case.id}/unarchive or `sightlog use-cases unarchive {use_case.id}`"
    )
    return ArchivedUseCase(f"archived use case: {message}", [Problem(_path(index), message, index)])
