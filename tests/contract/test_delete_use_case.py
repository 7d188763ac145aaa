"""A use case that is deleted is gone at once; what it held leaves in steps, and its neighbours keep theirs."""

import pytest

from sightlog.domain.errors import Invalid, NotFound, UnknownUseCase
from sightlog.domain.last_visits import LastVisit
from sightlog.domain.use_cases import UseCase, UseCaseStatus
from sightlog.store.opening import check_derived
from tests.contract.plant import NOW, OpenStore, Plant
from tests.contract.sealing import sealing
from tests.contract.test_images import a_picture

ALL_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


def archived(plant: Plant, use_case: UseCase) -> UseCase:
    return plant.store.set_use_case_status(plant.mine, use_case.id, UseCaseStatus.INACTIVE, NOW)


def sweep(plant: Plant, limit: int = 100) -> list[int]:
    """What each step removed."""
    steps = [plant.store.remove_deleted(limit)]
    while steps[-1]:
        steps.append(plant.store.remove_deleted(limit))
    return steps


def test_active_use_case_is_not_deleted(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case))
    with pytest.raises(Invalid, match="archive it first"):
        plant.store.delete_use_case(plant.mine, use_case.id, NOW)
    assert len(plant.ids(use_case)) == 1


def test_another_workspaces_use_case_is_not_found(plant: Plant) -> None:
    use_case = archived(plant, plant.use_case())
    with pytest.raises(NotFound):
        plant.store.delete_use_case(plant.theirs, use_case.id, NOW)
    assert plant.store.find_use_case(plant.mine, use_case.id) is not None


def test_deleted_use_case_is_gone_before_the_first_step(plant: Plant) -> None:
    use_case, other = plant.use_case("Old line"), plant.use_case("Other")
    plant.add(plant.event(use_case, eventId="e"), plant.event(other, eventId="o"))
    plant.store.delete_use_case(plant.mine, archived(plant, use_case).id, NOW)
    assert plant.store.find_use_case(plant.mine, use_case.id) is None
    assert plant.store.find_use_case(plant.mine, "Old line") is None
    assert [row.name for row in plant.store.list_use_cases(plant.mine, None)] == ["Other"]
    assert plant.store.find_event(plant.mine, "e") is None
    assert [event.event_id for event in plant.store.latest_events(plant.mine, 10)] == ["o"]
    assert [event.event_id for event in plant.store.export_events(plant.mine, None, 0, 10)] == ["o"]
    assert plant.ids(use_case) == []  # for who had looked it up just before
    with pytest.raises(UnknownUseCase):
        plant.add(plant.event(use_case))
    with pytest.raises(NotFound):
        plant.store.set_use_case_status(plant.mine, use_case.id, UseCaseStatus.ACTIVE, NOW)


def test_its_name_is_free_at_once_and_the_new_one_starts_empty(plant: Plant) -> None:
    old = plant.use_case("Line")
    plant.add(plant.event(old, eventId="e"))
    plant.store.delete_use_case(plant.mine, archived(plant, old).id, NOW)
    new = plant.use_case("LINE")
    plant.add(plant.event(new, eventId="n"))
    assert sweep(plant) == [1, 0]
    assert plant.ids(new) == ["n"]
    again = archived(plant, new)
    plant.store.delete_use_case(plant.mine, again.id, NOW)
    assert plant.use_case("Line").id not in (old.id, new.id)


@pytest.mark.parametrize("seals", ["as in service", "small segments"])
def test_steps_remove_all_of_it_and_nothing_else(plant: Plant, seals: str) -> None:
    with sealing(seals):
        use_case, other = plant.use_case("Old"), plant.use_case("Other")
        for number in range(30):
            picture = "shared" if number == 0 else f"img-{number}"
            plant.store.add_image(a_picture(plant, picture, hash=f"{number:064x}"), None, NOW)
            own = {"eventId": f"e{number}", "deviceId": "cam", "customMetadata": {"n": number}}
            plant.add(plant.event(use_case, images=[{"sourceId": picture}], **own))
            plant.add(plant.event(other, eventId=f"o{number}", images=[{"sourceId": "shared"}]))
        plant.add(plant.review(other, "e3", "correct"), plant.review(use_case, "o3", "incorrect"))
        plant.store.add_view(plant.mine, use_case, "All fails", "segment=fails", 10, NOW)
        plant.store.add_view(plant.mine, other, "All fails", "segment=fails", 10, NOW)
        plant.store.note_visit(plant.mine, 1, use_case, LastVisit(NOW, None))
        plant.store.note_visit(plant.mine, 1, other, LastVisit(NOW, None))
        plant.store.delete_use_case(plant.mine, archived(plant, use_case).id, NOW)
        steps = sweep(plant, 7)
        assert steps == [7, 7, 7, 7, 3, 0]
        assert plant.summary(other).event_count == 30
        assert plant.status("o3") == "none"
        assert len(plant.store.list_views(plant.mine, other)) == 1
        assert list(plant.store.find_visits(plant.mine, 1)) == [other.number]
        assert set(plant.store.find_images([f"img-{n}" for n in range(30)] + ["shared"])) == {"shared"}
        assert len(plant.store.freed_blobs()) == 29
        plant.check_statistics()
    assert check_derived(plant.backend.folder, lambda done, total: None) == []
    for (table,) in plant.backend.rows(ALL_TABLES):
        columns = [row[1] for row in plant.backend.rows(f"PRAGMA table_info({table})")]
        if "use_case" in columns:
            assert plant.backend.rows(f"SELECT * FROM {table} WHERE use_case = ?", use_case.number) == [], table


def test_it_stays_deleted_when_the_server_stops_half_way(plant: Plant, open_store: OpenStore) -> None:
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case) for _ in range(5)])
    plant.store.delete_use_case(plant.mine, archived(plant, use_case).id, NOW)
    assert plant.store.remove_deleted(2) == 2
    plant.reopen(open_store)
    assert plant.store.list_use_cases(plant.mine, None) == []
    assert sweep(plant, 2) == [2, 1, 0]
    assert plant.store.used_bytes() > 0


def test_it_no_longer_counts_against_the_limit(plant: Plant) -> None:
    use_case = plant.store.create_use_case(plant.mine, "One", 1, NOW)
    plant.store.delete_use_case(plant.mine, archived(plant, use_case).id, NOW)
    assert plant.store.create_use_case(plant.mine, "Two", 1, NOW).name == "Two"
