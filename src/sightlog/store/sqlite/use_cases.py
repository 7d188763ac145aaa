"""Rows of use cases, and their list with the kept counts."""

import sqlite3

from sightlog.domain.errors import Invalid, NameTaken, NotFound
from sightlog.domain.names import name_key, new_use_case_id
from sightlog.domain.tallies import TYPE
from sightlog.domain.times import format_timestamp
from sightlog.domain.use_cases import UseCase, UseCaseStatus, UseCaseSummary
from sightlog.store.sqlite.counting import Waiting
from sightlog.store.sqlite.counts_view import CountsView
from sightlog.store.sqlite.index.keeping import SideIndex
from sightlog.store.sqlite.index.loading import read_state
from sightlog.store.sqlite.index.reading import IndexView

_COLUMNS = "number, id, name, status, created_at, updated_at"
# A use case that was deleted for good, until the last of its events is removed. Nobody above this file sees one, and
# its name key is changed, so that its name is free.
_DELETED = "deleted"
THERE = f"status <> '{_DELETED}'"


def _use_case(row: tuple[int, str, str, str, int, int]) -> UseCase:
    number, id, name, status, created_at, updated_at = row
    return UseCase(
        number=number,
        id=id,
        name=name,
        status=UseCaseStatus(status),
        created_at=format_timestamp(created_at),
        updated_at=format_timestamp(updated_at),
    )


def find(connection: sqlite3.Connection, workspace: int, reference: str) -> UseCase | None:
    """By id; by name when no id matches."""
    for column, value in (("id", reference), ("name_key", name_key(reference))):
        row = connection.execute(
            f"SELECT {_COLUMNS} FROM use_cases WHERE workspace = ? AND {column} = ? AND {THERE}", (workspace, value)
        ).fetchone()
        if row:
            return _use_case(row)
    return None


def _get(connection: sqlite3.Connection, workspace: int, id: str) -> UseCase:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM use_cases WHERE workspace = ? AND id = ? AND {THERE}", (workspace, id)
    ).fetchone()
    if row is None:
        raise NotFound(f"no use case has the id '{id[:80]}'")
    return _use_case(row)


def _refuse_taken_name(connection: sqlite3.Connection, workspace: int, name: str, but: str | None) -> None:
    row = connection.execute(
        "SELECT id, name, status FROM use_cases WHERE workspace = ? AND name_key = ?", (workspace, name_key(name))
    ).fetchone()
    if row is None or row[0] == but:
        return
    id, held, status = row
    message = f"the name '{held}' is taken by use case {id}"
    if status == UseCaseStatus.INACTIVE:
        message += (
            f", which is archived; bring it back with POST /vision-events/use-cases/{id}/unarchive"
            f" or `sightlog use-cases unarchive {id}`, or choose another name"
        )
    raise NameTaken(message, useCaseId=id, status=status)


def create(connection: sqlite3.Connection, workspace: int, name: str, limit: int, now: int) -> UseCase:
    """See the contract."""
    _refuse_taken_name(connection, workspace, name, None)
    held = connection.execute(
        f"SELECT count(*) FROM use_cases WHERE workspace = ? AND {THERE}", (workspace,)
    ).fetchone()[0]
    if held >= limit:
        raise Invalid.at("name", f"this workspace has {held} use cases, which is the limit")
    id = new_use_case_id()
    connection.execute(
        "INSERT INTO use_cases (workspace, id, name, name_key, status, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (workspace, id, name, name_key(name), UseCaseStatus.ACTIVE, now, now),
    )
    return _get(connection, workspace, id)


def rename(connection: sqlite3.Connection, workspace: int, id: str, name: str, now: int) -> UseCase:
    """See the contract."""
    _get(connection, workspace, id)
    _refuse_taken_name(connection, workspace, name, id)
    connection.execute(
        "UPDATE use_cases SET name = ?, name_key = ?, updated_at = ? WHERE workspace = ? AND id = ?",
        (name, name_key(name), now, workspace, id),
    )
    return _get(connection, workspace, id)


def set_status(connection: sqlite3.Connection, workspace: int, id: str, status: UseCaseStatus, now: int) -> UseCase:
    """See the contract."""
    if _get(connection, workspace, id).status != status:
        connection.execute(
            "UPDATE use_cases SET status = ?, updated_at = ? WHERE workspace = ? AND id = ?",
            (status, now, workspace, id),
        )
    return _get(connection, workspace, id)


def delete(connection: sqlite3.Connection, workspace: int, id: str, now: int) -> UseCase:
    """See the contract."""
    use_case = _get(connection, workspace, id)
    if not use_case.is_archived:
        raise Invalid(f"'{use_case.name}' is active; archive it first, then it can be deleted for good")
    # A name holds no NUL, so this key is nobody else's.
    connection.execute(
        "UPDATE use_cases SET status = ?, name_key = name_key || char(0) || id, updated_at = ? WHERE number = ?",
        (_DELETED, now, use_case.number),
    )
    return use_case


def numbers_of(connection: sqlite3.Connection, workspace: int) -> list[int]:
    """The numbers of a workspace's use cases."""
    rows = connection.execute(f"SELECT number FROM use_cases WHERE workspace = ? AND {THERE}", (workspace,))
    return [row[0] for row in rows]


def deleted_ones(connection: sqlite3.Connection) -> list[int]:
    """The numbers of those that were deleted and still have rows."""
    return [row[0] for row in connection.execute("SELECT number FROM use_cases WHERE status = ?", (_DELETED,))]


def drop(connection: sqlite3.Connection, number: int) -> None:
    """Remove what is left of a deleted use case when its last event is gone."""
    for table in ("views", "last_visits", "crowded"):
        connection.execute(f"DELETE FROM {table} WHERE use_case = ?", (number,))
    connection.execute("DELETE FROM use_cases WHERE number = ?", (number,))


def summaries(
    connection: sqlite3.Connection,
    index: SideIndex,
    waiting: Waiting,
    workspace: int,
    slug: str,
    status: UseCaseStatus | None,
) -> list[UseCaseSummary]:
    """The use-case list: a few small reads a row, however many events there are."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM use_cases WHERE workspace = ?1 AND (?2 IS NULL OR status = ?2) AND {THERE}"
        " ORDER BY number",
        (workspace, status),
    ).fetchall()
    state = read_state(connection)
    seen = waiting.seen_by(state)
    found = []
    for use_case in map(_use_case, rows):
        view = IndexView(connection, index, use_case.number, state)
        found.append(_summary(slug, use_case, view, CountsView(connection, seen, use_case.number)))
    return found


def _summary(slug: str, use_case: UseCase, view: IndexView, counts: CountsView) -> UseCaseSummary:
    by_type = dict(sorted(counts.of(TYPE).items(), key=lambda row: (-row[1], row[0])))
    last = view.newest_time()
    return UseCaseSummary(
        id=use_case.id,
        name=use_case.name,
        status=use_case.status,
        workspace_id=slug,
        created_at=use_case.created_at,
        updated_at=use_case.updated_at,
        event_count=sum(by_type.values()),
        last_event_at=None if last is None else format_timestamp(last),
        event_types=list(by_type),
        count_by_type=by_type,
    )
