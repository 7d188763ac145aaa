"""People: users, roles, sessions and sign-in links, as `store/people.py` promises."""

import pytest

from sightlog.domain.errors import NameTaken
from sightlog.domain.users import SESSION_DAYS, SESSION_IDLE_DAYS, Role
from sightlog.store.contract import Store
from tests.contract.plant import OpenStore

MINUTE = 60_000_000
DAY = 1440 * MINUTE


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()


def test_names_are_unique_by_their_key_and_free_again_after_removal(store: Store) -> None:
    ann = store.people.create("Ann", 1)
    with pytest.raises(NameTaken):
        store.people.create(" ANN ".strip(), 2)
    assert store.people.find_user("ann") == ann
    store.people.remove(ann.number, 3)
    store.people.remove(ann.number, 4)
    assert store.people.find_user("ann") is None
    assert store.people.create("Ann", 5).number != ann.number
    assert [user.created_at for user in store.people.all_users()] == [5]


def test_roles_are_per_workspace_and_an_owner_is_admin_everywhere(store: Store) -> None:
    first = store.create_workspace("first", "First", 0, 1).number
    second = store.create_workspace("second", "Second", 0, 1).number
    ann = store.people.create("Ann", 1)
    store.people.set_role(ann.number, first, Role.EDITOR)
    store.people.create("Boss", 1, is_owner=True)
    found, boss = store.people.all_users()
    assert (found.role_in(first), found.role_in(second)) == (Role.EDITOR, None)
    assert (boss.role_in(first), boss.role_in(second)) == (Role.ADMIN, Role.ADMIN)
    store.people.set_role(ann.number, first, None)
    again = store.people.find_user("Ann")
    assert again is not None
    assert again.role_in(first) is None


def test_link_signs_in_exactly_once_and_until_it_expires(store: Store) -> None:
    ann = store.people.create("Ann", 1)
    store.people.add_link(b"a" * 32, ann.number, expires_at=100)
    assert store.people.link_state(b"a" * 32, 100) == "good"
    assert store.people.link_state(b"a" * 32, 101) == "expired"
    assert store.people.use_link(b"a" * 32, 101) is None
    used_by = store.people.use_link(b"a" * 32, 100)
    assert used_by is not None
    assert used_by.number == ann.number
    assert store.people.use_link(b"a" * 32, 100) is None
    assert store.people.link_state(b"a" * 32, 100) == "used"
    assert store.people.link_state(b"b" * 32, 100) == "unknown"


def test_session_follows_its_user_at_once(store: Store) -> None:
    """Sessions are remembered; a change of roles or a removal must not wait for that memory."""
    workspace = store.create_workspace("first", "First", 0, 1).number
    ann = store.people.create("Ann", 1)
    store.people.add_session(b"s" * 32, ann.number, "token", "Browser", 10)
    session = store.people.find_session(b"s" * 32, 11)
    assert session is not None
    assert (session.user.name, session.csrf, session.agent) == ("Ann", "token", "Browser")
    assert session.user.role_in(workspace) is None
    store.people.set_role(ann.number, workspace, Role.ADMIN)
    session = store.people.find_session(b"s" * 32, 12)
    assert session is not None
    assert session.user.role_in(workspace) is Role.ADMIN
    store.people.remove(ann.number, 13)
    assert store.people.find_session(b"s" * 32, 14) is None


def test_session_is_over_when_idle_or_old(store: Store) -> None:
    ann = store.people.create("Ann", 1)
    store.people.add_session(b"s" * 32, ann.number, "token", "Browser", 0)
    idle = SESSION_IDLE_DAYS * DAY
    assert store.people.find_session(b"s" * 32, idle) is not None  # and so it is not idle any more
    assert store.people.find_session(b"s" * 32, 2 * idle) is not None
    assert store.people.find_session(b"s" * 32, 3 * idle + 1) is None
    store.people.add_session(b"t" * 32, ann.number, "token", "Browser", 0)
    for day in range(0, SESSION_DAYS, SESSION_IDLE_DAYS):
        assert store.people.find_session(b"t" * 32, day * DAY) is not None
    assert store.people.find_session(b"t" * 32, SESSION_DAYS * DAY + 1) is None


def test_last_seen_is_kept_and_survives_a_restart(open_store: OpenStore) -> None:
    store = open_store()
    ann = store.people.create("Ann", 1)
    store.people.add_session(b"s" * 32, ann.number, "token", "Browser", 0)
    store.people.find_session(b"s" * 32, MINUTE // 2)
    store.people.find_session(b"s" * 32, 2 * MINUTE)
    store.close()
    user = open_store().people.find_user("Ann")
    assert user is not None
    assert user.last_seen_at == 2 * MINUTE


def test_last_seen_outlives_the_session(store: Store) -> None:
    ann = store.people.create("Ann", 1)
    assert ann.last_seen_at is None
    store.people.add_session(b"s" * 32, ann.number, "token", "Browser", 5)
    (session,) = store.people.sessions_of(ann.number, 6)
    store.people.end_session(ann.number, session.id)
    (user,) = store.people.all_users()
    assert user.last_seen_at == 5


def test_all_sessions_but_one_are_ended_at_once(store: Store) -> None:
    ann, bea = (store.people.create(name, 1).number for name in ("Ann", "Bea"))
    for hash, user in ((b"1" * 32, ann), (b"2" * 32, ann), (b"3" * 32, ann), (b"4" * 32, bea)):
        store.people.add_session(hash, user, "token", "Browser", 5)
    kept = store.people.find_session(b"2" * 32, 6)
    assert kept is not None
    store.people.end_sessions(ann, kept=kept.id)
    assert [store.people.find_session(bytes([digit]) * 32, 7) is not None for digit in b"1234"] == [0, 1, 0, 1]
    store.people.end_sessions(ann)
    assert [store.people.find_session(bytes([digit]) * 32, 8) is not None for digit in b"1234"] == [0, 0, 0, 1]


def test_ending_a_session_ends_this_one_of_this_user_only(store: Store) -> None:
    ann, bea = (store.people.create(name, 1).number for name in ("Ann", "Bea"))
    for hash, user in ((b"1" * 32, ann), (b"2" * 32, ann), (b"3" * 32, bea)):
        store.people.add_session(hash, user, "token", "Browser", 5)
        assert store.people.find_session(hash, 6) is not None
    first = store.people.find_session(b"1" * 32, 6)
    assert first is not None
    store.people.end_session(bea, first.id)
    assert store.people.find_session(b"1" * 32, 7) is not None
    store.people.end_session(ann, first.id)
    assert store.people.find_session(b"1" * 32, 8) is None
    assert [len(store.people.sessions_of(user, 9)) for user in (ann, bea)] == [1, 1]


def test_new_password_ends_the_sessions(store: Store) -> None:
    ann = store.people.create("Ann", 1)
    assert store.people.password_of(ann.number) is None
    store.people.add_session(b"s" * 32, ann.number, "token", "Browser", 0)
    assert store.people.find_session(b"s" * 32, 1) is not None
    store.people.set_password(ann.number, "a hash")
    assert store.people.find_session(b"s" * 32, 2) is None
    assert store.people.password_of(ann.number) == "a hash"
