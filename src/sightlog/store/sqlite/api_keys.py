"""Rows of API keys: hashes, never secrets."""

import sqlite3
from collections.abc import Sequence

from msgspec import json

from sightlog.domain.api_keys import ApiKey, Caller, Scope, SourceDefaults
from sightlog.domain.errors import NotFound
from sightlog.domain.times import format_timestamp

_Row = tuple[int, int, str, str, str | None, int, int | None, int | None, str | None]
_SELECT = "SELECT number, workspace, name, hint, scopes, created_at, revoked_at, last_used_at, defaults FROM api_keys"


def _api_key(row: _Row) -> ApiKey:
    number, workspace, name, hint, scopes, created_at, revoked_at, last_used_at, defaults = row
    return ApiKey(
        number=number,
        workspace_number=workspace,
        name=name,
        hint=hint,
        scopes=None if scopes is None else json.decode(scopes, type=list[Scope]),
        created_at=format_timestamp(created_at),
        revoked_at=None if revoked_at is None else format_timestamp(revoked_at),
        last_used_at=None if last_used_at is None else format_timestamp(last_used_at),
        defaults=SourceDefaults() if defaults is None else json.decode(defaults, type=SourceDefaults),
    )


def add(
    connection: sqlite3.Connection,
    workspace: int,
    name: str,
    hash: bytes,
    hint: str,
    scopes: Sequence[Scope] | None,
    defaults: SourceDefaults,
    now: int,
) -> ApiKey:
    """See the contract."""
    scopes_text = None if scopes is None else json.encode(scopes).decode()
    defaults_text = None if defaults == SourceDefaults() else json.encode(defaults).decode()
    number = connection.execute(
        "INSERT INTO api_keys (workspace, name, hash, hint, scopes, created_at, defaults) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (workspace, name, hash, hint, scopes_text, now, defaults_text),
    ).lastrowid
    return _api_key(connection.execute(f"{_SELECT} WHERE number = ?", (number,)).fetchone())


def find_caller(connection: sqlite3.Connection, hash: bytes) -> Caller | None:
    """See the contract."""
    row = connection.execute(
        "SELECT k.number, k.scopes, k.defaults, w.number, w.slug, w.lookback_days FROM api_keys k"
        " JOIN workspaces w ON w.number = k.workspace WHERE k.hash = ? AND k.revoked_at IS NULL",
        (hash,),
    ).fetchone()
    if row is None:
        return None
    number, scopes, defaults, workspace, slug, lookback_days = row
    return Caller(
        workspace=workspace,
        workspace_slug=slug,
        lookback_days=lookback_days,
        key=number,
        scopes=None if scopes is None else frozenset(json.decode(scopes, type=list[Scope])),
        defaults=None if defaults is None else json.decode(defaults, type=SourceDefaults),
    )


def note_use(connection: sqlite3.Connection, number: int, now: int) -> None:
    """The key was used."""
    connection.execute("UPDATE api_keys SET last_used_at = ? WHERE number = ?", (now, number))


def all_of_them(connection: sqlite3.Connection, workspace: int) -> list[ApiKey]:
    """In the order of their making."""
    rows = connection.execute(f"{_SELECT} WHERE workspace = ? ORDER BY number", (workspace,))
    return [_api_key(row) for row in rows]


def revoke(connection: sqlite3.Connection, workspace: int, number: int, now: int) -> ApiKey:
    """See the contract."""
    connection.execute(
        "UPDATE api_keys SET revoked_at = ? WHERE workspace = ? AND number = ? AND revoked_at IS NULL",
        (now, workspace, number),
    )
    row = connection.execute(f"{_SELECT} WHERE workspace = ? AND number = ?", (workspace, number)).fetchone()
    if row is None:
        raise NotFound(f"no key has the number {number}; `sightlog keys list` shows them")
    return _api_key(row)
