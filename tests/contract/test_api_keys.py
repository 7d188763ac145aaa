"""API keys in the store: hashes, their callers, and revocation."""

import sys
import threading
from functools import partial

import pytest

from sightlog.domain.api_keys import Scope
from sightlog.domain.errors import NotFound
from sightlog.store.contract import Store
from tests.contract.plant import NOW, SECOND, OpenStore, Plant

HASH = b"\x01" * 32
OTHER_HASH = b"\x02" * 32


def test_a_caller_is_found_by_the_hash_of_the_key(plant: Plant) -> None:
    key = plant.store.add_api_key(plant.theirs, "edge box", HASH, "…beef", [Scope.READ, Scope.WRITE], NOW)
    caller = plant.store.find_caller(HASH)
    assert caller is not None
    assert (caller.workspace, caller.workspace_slug, caller.lookback_days) == (plant.theirs, "theirs", 365)
    assert (caller.key, caller.scopes) == (key.number, {Scope.READ, Scope.WRITE})


def test_a_key_without_named_scopes_has_full_access(plant: Plant) -> None:
    plant.store.add_api_key(plant.mine, "mine", HASH, "…beef", None, NOW)
    caller = plant.store.find_caller(HASH)
    assert caller is not None
    assert caller.scopes is None
    assert caller.may((Scope.MANAGE,))


def test_an_unknown_key_has_no_caller(plant: Plant) -> None:
    plant.store.add_api_key(plant.mine, "mine", HASH, "…beef", None, NOW)
    assert plant.store.find_caller(OTHER_HASH) is None


def test_a_key_that_was_unknown_is_seen_once_it_is_made(plant: Plant) -> None:
    assert plant.store.find_caller(HASH) is None
    plant.store.add_api_key(plant.mine, "mine", HASH, "…beef", None, NOW)
    assert plant.store.find_caller(HASH) is not None


def test_a_revocation_is_seen_at_once(plant: Plant) -> None:
    key = plant.store.add_api_key(plant.mine, "mine", HASH, "…beef", None, NOW)
    other = plant.store.add_api_key(plant.mine, "other", OTHER_HASH, "…cafe", None, NOW)
    assert plant.store.find_caller(HASH) is not None
    plant.store.revoke_api_key(plant.mine, key.number, NOW)
    assert plant.store.find_caller(HASH) is None
    caller = plant.store.find_caller(OTHER_HASH)
    assert caller is not None
    assert caller.key == other.number


def test_a_look_up_that_began_before_a_revocation_does_not_bring_the_key_back(
    plant: Plant, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-6)
    for turn in range(300):
        hash = turn.to_bytes(32)
        key = plant.store.add_api_key(plant.mine, f"key {turn}", hash, "…beef", None, NOW)
        together = threading.Barrier(4)

        def look_up(hash: bytes = hash, together: threading.Barrier = together) -> None:
            together.wait()
            for _ in range(3):
                plant.store.find_caller(hash)

        lookers = [threading.Thread(target=look_up) for _ in range(3)]
        for looker in lookers:
            looker.start()
        together.wait()
        plant.store.revoke_api_key(plant.mine, key.number, NOW)
        for looker in lookers:
            looker.join()
        assert plant.store.find_caller(hash) is None


def test_revoking_twice_keeps_the_first_time(plant: Plant) -> None:
    key = plant.store.add_api_key(plant.mine, "mine", HASH, "…beef", None, NOW)
    first = plant.store.revoke_api_key(plant.mine, key.number, NOW + SECOND)
    again = plant.store.revoke_api_key(plant.mine, key.number, NOW + 2 * SECOND)
    assert first == again
    assert again.revoked_at == "2026-08-13T09:00:01.000000Z"


def test_another_workspaces_key_cannot_be_revoked(plant: Plant) -> None:
    key = plant.store.add_api_key(plant.theirs, "theirs", HASH, "…beef", None, NOW)
    with pytest.raises(NotFound):
        plant.store.revoke_api_key(plant.mine, key.number, NOW)
    assert plant.store.find_caller(HASH) is not None


def test_keys_are_listed_by_workspace_in_the_order_of_their_making_revoked_ones_too(plant: Plant) -> None:
    made = [
        plant.store.add_api_key(plant.mine, name, hash, hint, scopes, NOW)
        for name, hash, hint, scopes in (
            ("b", HASH, "…0001", None),
            ("a", OTHER_HASH, "…0002", [Scope.DEVICE_READ]),
        )
    ]
    plant.store.add_api_key(plant.theirs, "theirs", b"\x03" * 32, "…0003", None, NOW)
    revoked = plant.store.revoke_api_key(plant.mine, made[0].number, NOW)
    assert plant.store.list_api_keys(plant.mine) == [revoked, made[1]]
    assert [key.scopes for key in plant.store.list_api_keys(plant.mine)] == [None, [Scope.DEVICE_READ]]


def test_keys_and_revocations_outlive_the_program(plant: Plant, open_store: OpenStore) -> None:
    key = plant.store.add_api_key(plant.mine, "mine", HASH, "…beef", [Scope.READ], NOW)
    plant.store.add_api_key(plant.mine, "other", OTHER_HASH, "…cafe", None, NOW)
    plant.store.revoke_api_key(plant.mine, key.number, NOW)
    plant.reopen(open_store)
    assert plant.store.find_caller(HASH) is None
    assert plant.store.find_caller(OTHER_HASH) is not None


def test_a_store_never_holds_a_secret_in_clear(store: Store) -> None:
    """What is kept of a key is what it was given: the hash and the hint."""
    workspace = store.create_workspace("graz", "Graz", 30, NOW).number
    key = store.add_api_key(workspace, "edge", HASH, "…beef", None, NOW)
    assert {name for name in type(key).__struct_fields__ if "secret" in name or "hash" in name} == set()


def test_use_of_a_key_is_noted_once_a_minute(plant: Plant) -> None:
    key, other = (plant.store.add_api_key(plant.mine, "k", hash, "…", None, NOW) for hash in (HASH, OTHER_HASH))
    assert key.last_used_at is None

    def used_at() -> list[str | None]:
        plant.store.is_ready()  # a note does not wait for its commit; this does
        return [one.last_used_at for one in plant.store.list_api_keys(plant.mine)]

    plant.store.note_key_use(key.number, NOW + SECOND)
    plant.store.note_key_use(key.number, NOW + 60 * SECOND)
    assert used_at() == ["2026-08-13T09:00:01.000000Z", None]
    plant.store.note_key_use(key.number, NOW + 61 * SECOND)
    plant.store.note_key_use(other.number, NOW + 61 * SECOND)
    assert used_at() == ["2026-08-13T09:01:01.000000Z"] * 2


def test_note_of_a_use_is_dropped_when_too_many_writes_wait(open_store: OpenStore) -> None:
    """A request is not refused for it."""
    store = open_store(waiting_writes=1)
    workspace = store.create_workspace("graz", "Graz", 30, NOW).number
    keys = [store.add_api_key(workspace, "k", bytes([n]) * 32, "…", None, NOW).number for n in range(200)]
    for number in keys:
        store.note_key_use(number, NOW + SECOND)
    store.close()
    noted = [key.last_used_at is not None for key in open_store().list_api_keys(workspace)]
    assert 0 < sum(noted) < len(noted)
