"""Making, listing and revoking API keys, and telling who is calling."""

from msgspec.structs import asdict

from sightlog.domain.api_keys import (
    NO_DEFAULTS,
    ApiKey,
    Caller,
    SourceDefaults,
    hash_of,
    hint_of,
    new_secret,
    parse_scopes,
)
from sightlog.domain.errors import Unauthenticated
from sightlog.domain.names import check_name
from sightlog.store.contract import Store


def create_api_key(
    store: Store, workspace: int, name: str, scopes: list[str], now: int, defaults: SourceDefaults = NO_DEFAULTS
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is shown this once. No scopes means full access; `defaults` name the source
    of events that name none. Raises Invalid."""
    secret = new_secret()
    named = check_name(name)
    checked = SourceDefaults(
        **{field: check_name(value, field) for field, value in asdict(defaults).items() if value is not None}
    )
    key = store.add_api_key(workspace, named, hash_of(secret), hint_of(secret), parse_scopes(scopes), now, checked)
    return key, secret


def authenticate(store: Store, secret: str | None, now: int) -> Caller:
    """Whose key this is; that it was used is noted. Raises Unauthenticated; the words never repeat the key."""
    if not secret:
        raise Unauthenticated("Unauthorized: no API key came with the request; send 'Authorization: Bearer KEY'")
    caller = store.find_caller(hash_of(secret))
    if caller is None:
        raise Unauthenticated(
            "Unauthorized: this API key is unknown or was revoked; make one with `sightlog keys create`"
        )
    if caller.key is not None:
        store.note_key_use(caller.key, now)
    return caller
