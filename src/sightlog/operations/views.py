"""Saving, listing and deleting views of a use case's events."""

from sightlog.domain.use_cases import UseCase
from sightlog.domain.views import MOST_VIEWS, SavedView, check_view
from sightlog.store.contract import Store


def save_view(store: Store, workspace: int, use_case: UseCase, name: str, query: str, now: int) -> SavedView:
    """Raises Invalid for a bad name or too many views, and NameTaken."""
    name, query = check_view(name, query)
    return store.add_view(workspace, use_case, name, query, MOST_VIEWS, now)


def list_views(store: Store, workspace: int, use_case: UseCase) -> list[SavedView]:
    """In the order of their names."""
    return store.list_views(workspace, use_case)


def delete_view(store: Store, workspace: int, use_case: UseCase, number: int) -> SavedView:
    """Raises NotFound."""
    return store.delete_view(workspace, use_case, number)
