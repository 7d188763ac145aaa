"""People: signing in by a link or a password, and who may do what. Nobody is signed in by where they come from."""

from msgspec import Struct

from sightlog.domain.errors import Forbidden, Invalid, NotFound
from sightlog.domain.names import check_name
from sightlog.domain.users import LINK_MINUTES, Role, Session, User, check_password, new_token, token_hash
from sightlog.operations.guessing import Guessing
from sightlog.operations.passwords import hash_password, is_password, waste_time
from sightlog.store.contract import Store

OWNER = "owner"
_MICROSECONDS_PER_MINUTE = 60_000_000
_LONGEST_AGENT = 200


class SignedIn(Struct, frozen=True):
    """A new session: the cookie's secret, told this once, and whose it is."""

    token: str
    user: User


def make_owner(store: Store, now: int) -> User:
    """The owner; made when there is none yet."""
    owners = [user for user in store.people.all_users() if user.is_owner]
    return owners[0] if owners else store.people.create(OWNER, now, is_owner=True)


def make_sign_in_link(store: Store, name: str | None, now: int) -> tuple[User, str]:
    """A new link for somebody (the owner, when nobody is named): the user, and the path of the link. Links work once
    and for 15 minutes. Raises NotFound."""
    user = make_owner(store, now) if name is None else get_user(store, name)
    token = new_token()
    store.people.add_link(token_hash(token), user.number, now + LINK_MINUTES * _MICROSECONDS_PER_MINUTE)
    return user, f"/sign-in/{token}"


def get_user(store: Store, name: str) -> User:
    """By name. Raises NotFound."""
    user = store.people.find_user(name)
    if user is None:
        known = ", ".join(user.name for user in store.people.all_users()) or "nobody yet"
        raise NotFound(f"nobody is called '{name[:80]}'; there is: {known}")
    return user


def sign_in_by_link(store: Store, token: str, agent: str, now: int) -> SignedIn | None:
    """Use a link up; None when it was used, has expired or is unknown."""
    user = store.people.use_link(token_hash(token), now)
    return None if user is None else _begin_session(store, user, agent, now)


def sign_in_by_password(
    store: Store, guessing: Guessing, name: str, password: str, agent: str, address: str, now: int
) -> SignedIn:
    """Raises Forbidden in the same words, and after the same work, for an unknown name and a wrong password, and
    TooManyAttempts after some wrong ones."""
    guessing.check(name, address, now)
    user = store.people.find_user(name)
    kept = None if user is None else store.people.password_of(user.number)
    if user is None or kept is None:
        waste_time(password)
        is_right = False
    else:
        is_right = is_password(kept, password)
    if user is None or not is_right:
        guessing.note_failure(name, address, now)
        raise Forbidden("no such name, or the password is wrong")
    guessing.forget(name)
    return _begin_session(store, user, agent, now)


def change_own_password(
    store: Store, guessing: Guessing, session: Session, current: str, new: str, address: str, now: int
) -> SignedIn:
    """Set the password of who is signed in, who must know the current one if there is one: a browser that was left
    open must not be enough. All sessions end and a new one begins. Raises Invalid, TooManyAttempts."""
    user = session.user
    check_password(new)
    kept = store.people.password_of(user.number)
    if kept is not None:
        guessing.check(user.name, address, now)
        if not is_password(kept, current):
            guessing.note_failure(user.name, address, now)
            raise Invalid.at("", "the current password is another one")
        guessing.forget(user.name)
    set_password(store, user, new)
    return _begin_session(store, user, session.agent, now)


def _begin_session(store: Store, user: User, agent: str, now: int) -> SignedIn:
    token = new_token()
    store.people.add_session(token_hash(token), user.number, new_token(), agent[:_LONGEST_AGENT], now)
    return SignedIn(token, user)


def find_session(store: Store, token: str, now: int) -> Session | None:
    """Who is signed in with this cookie."""
    return store.people.find_session(token_hash(token), now)


def add_user(store: Store, name: str, workspace: int, role: Role, now: int) -> User:
    """A new person with a role in a workspace; who exists already gets the role there. Raises Invalid."""
    checked = check_name(name)
    user = store.people.find_user(checked) or store.people.create(checked, now)
    change_role(store, user, workspace, role)
    return get_user(store, checked)


def change_role(store: Store, user: User, workspace: int, role: Role | None) -> None:
    """Give a role in a workspace, or take it away (None). An owner is an admin everywhere and stays one."""
    if user.is_owner:
        raise Invalid.at("role", f"'{user.name}' owns this server, and is an admin of every workspace")
    store.people.set_role(user.number, workspace, role)


def set_password(store: Store, user: User, password: str | None) -> None:
    """Set a password, or take it away (None); the user's sessions end. Raises Invalid for a short one."""
    store.people.set_password(user.number, None if password is None else hash_password(check_password(password)))


def remove_user(store: Store, user: User, now: int) -> None:
    """Remove somebody at once, sessions and links too. Raises Invalid for the last owner."""
    if user.is_owner and sum(one.is_owner for one in store.people.all_users()) == 1:
        raise Invalid.at("name", f"'{user.name}' is the last owner; without one nobody could manage this server")
    store.people.remove(user.number, now)


def admins_of(store: Store, workspace: int) -> list[str]:
    """The names of those who may give roles in a workspace."""
    return [user.name for user in store.people.all_users() if user.role_in(workspace) is Role.ADMIN]


def has_anybody_signed_in(store: Store) -> bool:
    """Whether anybody uses the dashboard, as far as sessions and passwords tell."""
    return any(user.last_seen_at is not None or user.has_password for user in store.people.all_users())
