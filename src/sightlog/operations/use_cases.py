"""Creating, renaming, listing, archiving and bringing back use cases."""

from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import Invalid, NotFound
from sightlog.domain.limits import Limits
from sightlog.domain.names import check_name, name_key
from sightlog.domain.use_cases import UseCase, UseCaseStatus, UseCaseSummary
from sightlog.store.contract import Store

STATUSES = {"active": UseCaseStatus.ACTIVE, "inactive": UseCaseStatus.INACTIVE, "all": None}


def create_use_case(store: Store, workspace: int, name: str, limits: Limits, now: int) -> UseCase:
    """Raises Invalid for a bad name and NameTaken for one that is held, also by an archived use case."""
    return store.create_use_case(workspace, check_name(name), limits.use_cases_per_workspace, now)


def rename_use_case(store: Store, workspace: int, reference: str, name: str, now: int) -> UseCase:
    """By id or by its present name. Raises NotFound, Invalid or NameTaken."""
    return store.rename_use_case(workspace, get_use_case(store, workspace, reference).id, check_name(name), now)


def archive_use_case(store: Store, workspace: int, reference: str, now: int) -> UseCase:
    """From now on new events are refused; everything stays readable. Idempotent. Raises NotFound."""
    use_case = get_use_case(store, workspace, reference)
    return store.set_use_case_status(workspace, use_case.id, UseCaseStatus.INACTIVE, now)


def unarchive_use_case(store: Store, workspace: int, reference: str, now: int) -> UseCase:
    """Take events again. Idempotent. Raises NotFound."""
    use_case = get_use_case(store, workspace, reference)
    return store.set_use_case_status(workspace, use_case.id, UseCaseStatus.ACTIVE, now)


def delete_use_case(store: Store, workspace: int, reference: str, name: str, now: int) -> UseCase:
    """Delete an archived use case for good; its name, given once more, says that it is meant. It is gone at once;
    `retention.remove_deleted` frees what it held. Raises NotFound, and Invalid for another name or an active one."""
    use_case = get_use_case(store, workspace, reference)
    if name_key(name) != name_key(use_case.name):
        raise Invalid.at("", f"the name does not match: type '{use_case.name}' to delete it for good")
    return store.delete_use_case(workspace, use_case.id, now)


def list_use_cases(store: Store, workspace: int, status: str | None) -> list[UseCaseSummary]:
    """`status` is active (the default), inactive or all; anything else raises Invalid."""
    chosen = status or "active"
    if chosen not in STATUSES:
        raise Invalid.at("status", f"expected active, inactive or all, got '{chosen[:40]}'")
    return store.list_use_cases(workspace, STATUSES[chosen])


def get_use_case(store: Store, workspace: int, reference: str) -> UseCase:
    """By id, or by name when no id matches. Raises NotFound, in the same words for another workspace's."""
    use_case = store.find_use_case(workspace, reference) if len(reference) <= 256 else None
    if use_case is None:
        raise NotFound(f"no use case has the id or the name '{reference[:80]}'")
    return use_case


def use_case_of(store: Store, caller: Caller, reference: str) -> UseCase:
    """The caller's use case."""
    return get_use_case(store, caller.workspace, reference)
