"""When a person last looked at a use case: what came since is new to them."""

from sightlog.domain.last_visits import LastVisit
from sightlog.domain.use_cases import UseCase
from sightlog.operations.last_visits import note_visit
from tests.contract.plant import HOUR, NOW, SECOND, OpenStore, Plant

ANNA, BEN = 1, 2


def noted(plant: Plant, person: int, use_case: UseCase, now: int) -> int | None:
    before = note_visit(plant.store, plant.mine, person, use_case, now)
    plant.store.is_ready()  # a note does not wait for its commit; this does
    return before


def test_a_visit_goes_on_until_a_pause(plant: Plant) -> None:
    use_case = plant.use_case()

    def look(after: int) -> int | None:
        return noted(plant, ANNA, use_case, NOW + after)

    assert look(0) is None
    assert look(600 * SECOND) is None
    assert look(10 * HOUR) == NOW + 600 * SECOND
    assert look(10 * HOUR + 300 * SECOND) == NOW + 600 * SECOND
    assert look(20 * HOUR) == NOW + 10 * HOUR + 300 * SECOND


def test_looking_again_within_a_minute_writes_nothing(plant: Plant) -> None:
    use_case = plant.use_case()
    noted(plant, ANNA, use_case, NOW)
    noted(plant, ANNA, use_case, NOW + 30 * SECOND)
    assert plant.store.find_visits(plant.mine, ANNA) == {use_case.number: LastVisit(NOW, None)}


def test_everybody_and_every_use_case_has_visits_of_their_own(plant: Plant, open_store: OpenStore) -> None:
    first, second = plant.use_case(), plant.use_case("Press")
    noted(plant, ANNA, first, NOW)
    noted(plant, BEN, second, NOW + SECOND)
    plant.reopen(open_store)
    assert plant.store.find_visits(plant.mine, ANNA) == {first.number: LastVisit(NOW, None)}
    assert plant.store.find_visits(plant.mine, BEN) == {second.number: LastVisit(NOW + SECOND, None)}
