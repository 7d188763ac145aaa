"""API keys: secrets, hashes, scopes."""

import hashlib

import pytest

from sightlog.domain.api_keys import (
    MAY_MANAGE,
    MAY_READ,
    MAY_WRITE,
    Caller,
    Scope,
    hash_of,
    hint_of,
    new_secret,
    parse_scopes,
)
from sightlog.domain.errors import Invalid


def a_caller(*scopes: Scope) -> Caller:
    held = frozenset(scopes) if scopes else None
    return Caller(workspace=1, workspace_slug="graz", lookback_days=365, key=1, scopes=held)


def test_a_secret_is_prefixed_random_and_holds_lowercase_letters() -> None:
    """The official SDK takes a key without a lowercase letter for a dummy."""
    secrets = {new_secret() for _ in range(200)}
    assert len(secrets) == 200
    for secret in secrets:
        assert secret.startswith("sl_")
        assert len(bytes.fromhex(secret.removeprefix("sl_"))) == 32
        assert any(letter.islower() for letter in secret)


def test_only_a_hash_and_a_hint_are_kept_of_a_secret() -> None:
    secret = "sl_" + "0123456789abcdef" * 4
    assert hash_of(secret) == hashlib.sha256(secret.encode()).digest()
    assert hint_of(secret) == "…cdef"


@pytest.mark.parametrize("secret", ["", "\ud800", "é", "x" * 10_000])
def test_whatever_is_sent_as_a_key_can_be_looked_up(secret: str) -> None:
    assert len(hash_of(secret)) == 32


def test_no_scopes_mean_all() -> None:
    assert parse_scopes([]) is None
    assert all(a_caller().may(needed) for needed in (MAY_READ, MAY_WRITE, MAY_MANAGE))


@pytest.mark.parametrize(
    ("scope", "reads", "writes", "manages"),
    [
        (Scope.READ, True, False, False),
        (Scope.DEVICE_READ, True, False, False),
        (Scope.WRITE, False, True, False),
        (Scope.DEVICE_UPDATE, False, True, False),
        (Scope.MANAGE, False, False, True),
    ],
)
def test_what_each_scope_allows(scope: Scope, reads: bool, writes: bool, manages: bool) -> None:
    caller = a_caller(scope)
    assert (caller.may(MAY_READ), caller.may(MAY_WRITE), caller.may(MAY_MANAGE)) == (reads, writes, manages)


def test_scopes_are_read_in_both_spellings() -> None:
    colon = parse_scopes(["vision-events:read", "vision-events:write", "vision-events:manage"])
    dotted = parse_scopes(["visionEvents.read", "visionEvents.write", "visionEvents.manage"])
    assert colon == dotted == [Scope.READ, Scope.WRITE, Scope.MANAGE]
    assert parse_scopes(["device:read", "device.update"]) == [Scope.DEVICE_READ, Scope.DEVICE_UPDATE]


def test_a_scope_named_twice_counts_once() -> None:
    assert parse_scopes(["visionEvents.read", "vision-events:read"]) == [Scope.READ]


@pytest.mark.parametrize("text", ["", "read", "VISION-EVENTS:READ", "vision-events.read", "vision-events:read "])
def test_an_unknown_scope_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(Invalid, match="vision-events:read, vision-events:write, vision-events:manage") as caught:
        parse_scopes(["vision-events:write", text])
    assert f"'{text}'" in caught.value.message
