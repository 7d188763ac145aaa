"""What admins do with the people of their workspace. An admin of one workspace must not get into another by way of
somebody who belongs to both: see `User.may_stand_in_for`."""

from sightlog.domain.errors import Forbidden, NameTaken, NotFound
from sightlog.domain.names import check_name
from sightlog.domain.users import Role, User
from sightlog.operations import people
from sightlog.store.contract import Store


def list_members(store: Store, workspace: int) -> list[User]:
    """Who may see a workspace, owners first, then by name."""
    members = [user for user in store.people.all_users() if user.role_in(workspace) is not None]
    return sorted(members, key=lambda user: (not user.is_owner, user.name.casefold()))


def get_member(store: Store, workspace: int, number: int) -> User:
    """By number. Raises NotFound, also for somebody who has no role in the workspace."""
    for user in list_members(store, workspace):
        if user.number == number:
            return user
    raise NotFound("nobody with this number is in the workspace")


def add_member(store: Store, workspace: int, name: str, role: Role, now: int) -> User:
    """Give somebody a role; a name that is new on this server becomes a new person. Raises Invalid, or NameTaken for
    somebody who has a role here already: it must not change by mistake."""
    known = store.people.find_user(check_name(name))
    if known is not None and known.role_in(workspace) is not None:
        raise NameTaken(f"'{known.name}' is in this workspace already; change the role there")
    return people.add_user(store, name, workspace, role, now)


def change_member_role(store: Store, actor: User, workspace: int, number: int, role: Role) -> User:
    """Give somebody else another role. Raises NotFound, Invalid for an owner, Forbidden for oneself."""
    member = _other_member(store, actor, workspace, number)
    people.change_role(store, member, workspace, role)
    return member


def remove_member(store: Store, actor: User, workspace: int, number: int, now: int) -> User:
    """Take somebody's role away; who has none left is removed from the server. Raises as `change_member_role`."""
    member = _other_member(store, actor, workspace, number)
    if member.is_owner or set(member.roles) != {workspace}:
        people.change_role(store, member, workspace, None)
    else:
        people.remove_user(store, member, now)
    return member


def make_member_link(store: Store, actor: User, workspace: int, number: int, now: int) -> tuple[User, str]:
    """A sign-in link for a member, or for oneself: the user, and the link's path. Raises Forbidden or NotFound."""
    member = _member_in_hand(store, actor, workspace, number)
    return people.make_sign_in_link(store, member.name, now)


def set_member_password(store: Store, actor: User, workspace: int, number: int, password: str | None) -> User:
    """Set somebody else's password, or take it away (None); their sessions end. Raises Forbidden, NotFound, Invalid."""
    _other_member(store, actor, workspace, number)
    member = _member_in_hand(store, actor, workspace, number)
    people.set_password(store, member, password)
    return member


def end_member_sessions(store: Store, actor: User, workspace: int, number: int) -> User:
    """Sign somebody else out everywhere. Raises Forbidden or NotFound."""
    _other_member(store, actor, workspace, number)
    member = _member_in_hand(store, actor, workspace, number)
    store.people.end_sessions(member.number)
    return member


def _other_member(store: Store, actor: User, workspace: int, number: int) -> User:
    if number == actor.number:
        raise Forbidden("this is yourself: another admin can change it, or use the page Account")
    return get_member(store, workspace, number)


def _member_in_hand(store: Store, actor: User, workspace: int, number: int) -> User:
    member = get_member(store, workspace, number)
    if not actor.may_stand_in_for(member):
        what = "owns this server" if member.is_owner else "also belongs to a workspace that is not yours"
        raise Forbidden(f"'{member.name}' {what}; only an owner can do this")
    return member
