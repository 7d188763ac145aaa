"""Roles, and how guessing passwords is slowed down."""

import pytest

from sightlog.domain.errors import Invalid, TooManyAttempts
from sightlog.domain.users import ROLES, Role, User, check_password, parse_role
from sightlog.operations.guessing import Guessing

SECOND = 1_000_000


def test_each_role_may_do_what_those_before_it_may() -> None:
    for place, role in enumerate(ROLES):
        assert [role.may(other) for other in ROLES] == [index <= place for index in range(len(ROLES))]


def test_unknown_role_is_refused_with_the_known_ones() -> None:
    assert parse_role("editor") is Role.EDITOR
    with pytest.raises(Invalid, match="viewer, operator, editor, admin"):
        parse_role("boss")


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="10 to 256"):
        check_password(password)


def test_name_waits_longer_each_time_and_is_free_again_after_the_right_password() -> None:
    guessing = Guessing()
    now = 0
    for _ in range(5):
        guessing.check("Ann", "10.0.0.1", now)
        guessing.note_failure("Ann", "10.0.0.1", now)
    with pytest.raises(TooManyAttempts, match="in 2 seconds"):
        guessing.check(" ANN", "10.0.0.9", now)
    now += 2 * SECOND
    guessing.check("Ann", "10.0.0.1", now)
    guessing.note_failure("Ann", "10.0.0.1", now)
    with pytest.raises(TooManyAttempts, match="in 4 seconds"):
        guessing.check("Ann", "10.0.0.1", now)
    guessing.forget("ann")
    guessing.check("Ann", "10.0.0.1", now)


def test_wrong_passwords_of_one_name_leave_others_behind_the_same_proxy_alone() -> None:
    guessing = Guessing()
    for _ in range(20):
        guessing.note_failure("Ann", "127.0.0.1", 0)
    guessing.check("Bea", "127.0.0.1", 0)


def test_trying_many_names_from_one_address_is_slowed_down_for_seconds_only() -> None:
    guessing = Guessing()
    for number in range(200):
        guessing.note_failure(f"name {number}", "10.0.0.1", 0)
    with pytest.raises(TooManyAttempts, match="in 10 seconds"):
        guessing.check("Ann", "10.0.0.1", 0)
    guessing.check("Ann", "10.0.0.2", 0)
    guessing.check("Ann", "10.0.0.1", 10 * SECOND)


def test_an_hour_forgets() -> None:
    guessing = Guessing()
    for _ in range(30):
        guessing.note_failure("Ann", "10.0.0.1", 0)
    guessing.check("Ann", "10.0.0.1", 3601 * SECOND)


def a_user(number: int, *, is_owner: bool = False, **roles: Role) -> User:
    """`in_1=Role.ADMIN` gives a role in the workspace 1."""
    places = {int(name.removeprefix("in_")): role for name, role in roles.items()}
    return User(number=number, name="n", is_owner=is_owner, has_password=False, created_at=0, roles=places)


def test_who_may_sign_somebody_in_may_manage_all_that_this_opens() -> None:
    owner, other_owner = a_user(1, is_owner=True), a_user(2, is_owner=True)
    admin = a_user(3, in_1=Role.ADMIN, in_2=Role.EDITOR)
    assert owner.may_stand_in_for(other_owner)
    assert owner.may_stand_in_for(admin)
    assert not admin.may_stand_in_for(owner)
    assert admin.may_stand_in_for(a_user(4, in_1=Role.ADMIN))
    assert not admin.may_stand_in_for(a_user(4, in_1=Role.VIEWER, in_2=Role.VIEWER))
    assert not admin.may_stand_in_for(a_user(4, in_1=Role.VIEWER, in_3=Role.VIEWER))
    # What one may do oneself is nothing new.
    assert a_user(5, in_2=Role.VIEWER).may_stand_in_for(a_user(5, in_2=Role.VIEWER))
