"""Workspaces in the store."""

import pytest

from sightlog.domain.errors import NameTaken
from sightlog.store.contract import Store
from tests.contract.plant import NOW, SECOND


def test_workspaces_are_listed_in_the_order_of_their_making(store: Store) -> None:
    made = [store.create_workspace(slug, slug.title(), 30, NOW) for slug in ("zebra", "ant", "mole")]
    assert store.list_workspaces() == made
    assert [workspace.slug for workspace in made] == ["zebra", "ant", "mole"]


def test_a_workspace_is_kept_as_it_was_made(store: Store) -> None:
    made = store.create_workspace("graz", "Plant Graz", 30, NOW + SECOND)
    assert (made.slug, made.name, made.lookback_days) == ("graz", "Plant Graz", 30)
    assert made.created_at == "2026-08-13T09:00:01.000000Z"


def test_a_slug_is_held_by_one_workspace_only(store: Store) -> None:
    store.create_workspace("graz", "Plant Graz", 30, NOW)
    with pytest.raises(NameTaken, match="graz"):
        store.create_workspace("graz", "Another", 30, NOW)
    assert len(store.list_workspaces()) == 1


def test_a_change_leaves_the_rest_and_an_empty_time_zone_is_the_servers_again(store: Store) -> None:
    made = store.create_workspace("graz", "Plant Graz", 30, NOW)
    assert made.time_zone is None
    changed = store.change_workspace(made.number, None, None, "Europe/Vienna")
    assert (changed.name, changed.lookback_days, changed.time_zone) == ("Plant Graz", 30, "Europe/Vienna")
    changed = store.change_workspace(made.number, "Graz", 0)
    assert (changed.name, changed.lookback_days, changed.time_zone) == ("Graz", 0, "Europe/Vienna")
    assert store.change_workspace(made.number, None, None, "").time_zone is None
    assert store.list_workspaces()[0].name == "Graz"
