"""Use cases in the store: names, archiving, finding and listing."""

import pytest

from sightlog.domain.errors import Invalid, NameTaken, NotFound
from sightlog.domain.use_cases import UseCase, UseCaseStatus
from tests.contract.plant import NOW, SECOND, OpenStore, Plant

ACTIVE, INACTIVE = UseCaseStatus.ACTIVE, UseCaseStatus.INACTIVE
LATER = NOW + 5 * SECOND


def test_a_new_use_case_is_active_and_has_a_short_url_safe_id(plant: Plant) -> None:
    made = plant.use_case("Paint line")
    assert (made.name, made.status, made.is_archived) == ("Paint line", ACTIVE, False)
    assert made.created_at == made.updated_at == "2026-08-13T09:00:00.000000Z"
    assert made.id.isalnum()
    assert made.id.isascii()
    assert len(made.id) <= 16


@pytest.mark.parametrize("other", ["PAINT LINE", "paint line", "Paint line", "\tPaint line "])
def test_a_name_is_held_in_any_spelling(plant: Plant, other: str) -> None:
    held = plant.use_case("Paint line")
    with pytest.raises(NameTaken) as caught:
        plant.use_case(other)
    assert caught.value.extra == {"useCaseId": held.id, "status": "active"}


def test_composed_and_decomposed_letters_are_the_same_name(plant: Plant) -> None:
    plant.use_case("Prüfung")
    with pytest.raises(NameTaken):
        plant.use_case("Pru\u0308fung")


def test_an_archived_use_case_holds_its_name_and_the_error_says_so(plant: Plant) -> None:
    held = plant.use_case("Paint line")
    plant.store.set_use_case_status(plant.mine, held.id, INACTIVE, NOW)
    with pytest.raises(NameTaken, match="archived") as caught:
        plant.use_case("paint LINE")
    assert caught.value.extra == {"useCaseId": held.id, "status": "inactive"}
    assert held.id in caught.value.message


def test_the_same_name_is_free_in_another_workspace(plant: Plant) -> None:
    assert plant.use_case("Paint line").id != plant.use_case("Paint line", plant.theirs).id


def test_a_workspace_takes_as_many_use_cases_as_its_limit(plant: Plant) -> None:
    for name in ("one", "two"):
        plant.store.create_use_case(plant.mine, name, 2, NOW)
    with pytest.raises(Invalid, match="limit"):
        plant.store.create_use_case(plant.mine, "three", 2, NOW)
    plant.store.create_use_case(plant.theirs, "three", 2, NOW)


def test_renaming_keeps_the_id_and_the_events(plant: Plant) -> None:
    made = plant.use_case("Paint line")
    plant.add(plant.event(made, eventId="e"))
    renamed = plant.store.rename_use_case(plant.mine, made.id, "Weld line", LATER)
    assert (renamed.id, renamed.number, renamed.name) == (made.id, made.number, "Weld line")
    assert (renamed.created_at, renamed.updated_at) == (made.created_at, "2026-08-13T09:00:05.000000Z")
    assert plant.ids(renamed) == ["e"]
    assert plant.store.find_use_case(plant.mine, "Paint line") is None


def test_a_use_case_may_be_given_its_own_name_in_another_spelling(plant: Plant) -> None:
    made = plant.use_case("Paint line")
    assert plant.store.rename_use_case(plant.mine, made.id, "PAINT Line", LATER).name == "PAINT Line"


def test_renaming_to_a_held_name_is_refused(plant: Plant) -> None:
    held, made = plant.use_case("Paint line"), plant.use_case("Weld line")
    with pytest.raises(NameTaken) as caught:
        plant.store.rename_use_case(plant.mine, made.id, "paint line", LATER)
    assert caught.value.extra == {"useCaseId": held.id, "status": "active"}
    found = plant.store.find_use_case(plant.mine, made.id)
    assert found == made


def test_a_name_that_was_given_up_is_free(plant: Plant) -> None:
    made = plant.use_case("Paint line")
    plant.store.rename_use_case(plant.mine, made.id, "Weld line", LATER)
    assert plant.use_case("Paint line").id != made.id


def test_another_workspaces_use_case_cannot_be_touched(plant: Plant) -> None:
    foreign = plant.use_case("Paint line", plant.theirs)
    for change in (
        lambda: plant.store.rename_use_case(plant.mine, foreign.id, "Mine now", LATER),
        lambda: plant.store.set_use_case_status(plant.mine, foreign.id, INACTIVE, LATER),
    ):
        with pytest.raises(NotFound):
            change()
    assert plant.store.find_use_case(plant.theirs, foreign.id) == foreign
    assert plant.store.find_use_case(plant.mine, foreign.id) is None


def test_archiving_and_bringing_back_are_idempotent(plant: Plant) -> None:
    made = plant.use_case()
    archived = plant.store.set_use_case_status(plant.mine, made.id, INACTIVE, LATER)
    assert (archived.status, archived.updated_at) == (INACTIVE, "2026-08-13T09:00:05.000000Z")
    assert plant.store.set_use_case_status(plant.mine, made.id, INACTIVE, LATER + SECOND) == archived
    back = plant.store.set_use_case_status(plant.mine, made.id, ACTIVE, LATER + 2 * SECOND)
    assert back.status is ACTIVE
    assert plant.store.set_use_case_status(plant.mine, made.id, ACTIVE, LATER + 3 * SECOND) == back


def test_a_use_case_is_found_by_id_and_else_by_name(plant: Plant) -> None:
    made = plant.use_case("Paint line")
    for reference in (made.id, "Paint line", " PAINT line "):
        assert plant.store.find_use_case(plant.mine, reference) == made
    assert plant.store.find_use_case(plant.mine, "nobody") is None


def test_an_id_wins_over_a_name(plant: Plant) -> None:
    made = plant.use_case("Paint line")
    plant.use_case(made.id)
    assert plant.store.find_use_case(plant.mine, made.id) == made


def test_an_archived_use_case_is_found_too(plant: Plant) -> None:
    made = plant.use_case()
    plant.store.set_use_case_status(plant.mine, made.id, INACTIVE, NOW)
    found = plant.store.find_use_case(plant.mine, made.name)
    assert found is not None
    assert found.is_archived


def test_what_is_known_of_a_use_case_changes_with_it(plant: Plant) -> None:
    """Finding one remembers it."""
    made, store = plant.use_case("Paint line"), plant.store

    def find(reference: str) -> UseCase | None:
        return store.find_use_case(plant.mine, reference)

    assert find(made.id) == find("paint line") == made
    renamed = store.rename_use_case(plant.mine, made.id, "Body shop", LATER)
    assert find(made.id) == find("Body shop") == renamed
    assert find("paint line") is None
    other = plant.use_case("Paint line")
    assert find("paint line") == other
    archived = store.set_use_case_status(plant.mine, made.id, INACTIVE, LATER)
    assert find(made.id) == find("Body shop") == archived
    store.delete_use_case(plant.mine, made.id, LATER)
    assert find(made.id) is find("Body shop") is None


def test_the_list_is_in_the_order_of_making_and_by_status(plant: Plant) -> None:
    zebra, ant = plant.use_case("zebra"), plant.use_case("ant")
    plant.use_case("not mine", plant.theirs)
    plant.store.set_use_case_status(plant.mine, zebra.id, INACTIVE, NOW)
    listed = {status: plant.store.list_use_cases(plant.mine, status) for status in (None, ACTIVE, INACTIVE)}
    assert {status: [row.id for row in rows] for status, rows in listed.items()} == {
        None: [zebra.id, ant.id],
        ACTIVE: [ant.id],
        INACTIVE: [zebra.id],
    }


def test_a_row_of_the_list_carries_the_kept_counts(plant: Plant) -> None:
    made = plant.use_case()
    plant.add(
        plant.event(made, timestamp="2026-08-13T08:00:00Z"),
        plant.event(made, timestamp="2026-08-13T08:30:00.123Z"),
        plant.event(made, eventType="custom", eventData={"value": "x"}, timestamp="2026-08-13T07:00:00Z"),
        plant.review(made, "nobody", "correct", timestamp="2026-08-13T06:00:00Z"),
    )
    row = plant.summary(made)
    assert row.workspace_id == "mine"
    assert row.event_count == 4
    assert row.count_by_type == {"quality_check": 2, "custom": 1, "operator_feedback": 1}
    assert row.event_types == ["quality_check", "custom", "operator_feedback"]
    assert row.last_event_at == "2026-08-13T08:30:00.123000Z"


def test_a_row_of_an_empty_use_case_has_no_last_event(plant: Plant) -> None:
    row = plant.summary(plant.use_case())
    assert (row.event_count, row.event_types, row.count_by_type, row.last_event_at) == (0, [], {}, None)


def test_everything_outlives_the_program(plant: Plant, open_store: OpenStore) -> None:
    made = plant.use_case()
    plant.add(plant.event(made))
    plant.store.set_use_case_status(plant.mine, made.id, INACTIVE, NOW)
    before = plant.store.list_use_cases(plant.mine, None)
    plant.reopen(open_store)
    assert plant.store.list_use_cases(plant.mine, None) == before
