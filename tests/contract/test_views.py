"""Saved views: filters under a name, for everybody in the workspace."""

import pytest

from sightlog.domain.errors import Invalid, NameTaken, NotFound
from tests.contract.plant import NOW, OpenStore, Plant


def test_a_view_is_there_until_it_is_deleted(plant: Plant, open_store: OpenStore) -> None:
    use_case = plant.use_case()
    second = plant.store.add_view(plant.mine, use_case, "Scratches", "class=scratch", 10, NOW)
    first = plant.store.add_view(plant.mine, use_case, "Änderung", "outcome=fail", 10, NOW)
    plant.reopen(open_store)
    assert plant.store.list_views(plant.mine, use_case) == [second, first]
    assert plant.store.delete_view(plant.mine, use_case, second.number) == second
    assert plant.store.list_views(plant.mine, use_case) == [first]


def test_a_name_is_taken_in_its_use_case_only(plant: Plant) -> None:
    use_case, other = plant.use_case(), plant.use_case("Press")
    plant.store.add_view(plant.mine, use_case, "Scratches", "class=scratch", 10, NOW)
    with pytest.raises(NameTaken, match="Scratches"):
        plant.store.add_view(plant.mine, use_case, "SCRATCHES", "class=dent", 10, NOW)
    plant.store.add_view(plant.mine, other, "Scratches", "class=scratch", 10, NOW)
    assert [view.query for view in plant.store.list_views(plant.mine, use_case)] == ["class=scratch"]


def test_another_use_cases_view_cannot_be_deleted(plant: Plant) -> None:
    view = plant.store.add_view(plant.mine, plant.use_case(), "Mine", "", 10, NOW)
    other = plant.use_case("Theirs", plant.theirs)
    with pytest.raises(NotFound):
        plant.store.delete_view(plant.theirs, other, view.number)


def test_there_is_a_limit(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.store.add_view(plant.mine, use_case, "one", "", 1, NOW)
    with pytest.raises(Invalid, match="limit"):
        plant.store.add_view(plant.mine, use_case, "two", "", 1, NOW)
