"""Rows of pictures, which events use them, and which blobs nothing names any more."""

import sqlite3
from collections.abc import Iterable

from msgspec import json

from sightlog.domain.event_reading import AcceptedEvent, add_warning
from sightlog.domain.facts import Entry, image_metadata_entries
from sightlog.domain.images import UploadedImage
from sightlog.domain.warnings import EventWarning, WarningCode
from sightlog.store.sqlite.connection import insert_rows

_COLUMNS = "source_id, workspace, hash, content_type, bytes, width, height, name, metadata"
_Row = tuple[str, int, str, str, int, int, int, str | None, str | None]


def _image(row: _Row) -> UploadedImage:
    source_id, workspace, hash, content_type, size, width, height, name, metadata = row
    return UploadedImage(
        source_id=source_id,
        workspace=workspace,
        hash=hash,
        content_type=content_type,
        bytes=size,
        width=width,
        height=height,
        name=name,
        metadata=None if metadata is None else json.decode(metadata),
    )


def add(connection: sqlite3.Connection, image: UploadedImage, key: int | None, now: int) -> None:
    """Keep a picture's row; one that is there already, under the same id, stays as it is."""
    if not is_blob_needed(connection, image.hash):
        _add_bytes(connection, image.bytes)
        connection.execute("DELETE FROM freed_blobs WHERE hash = ?", (image.hash,))
    metadata = None if image.metadata is None else json.encode(image.metadata).decode()
    connection.execute(
        f"INSERT OR IGNORE INTO images ({_COLUMNS}, uploaded_at, api_key, is_used)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, EXISTS (SELECT 1 FROM image_uses WHERE source_id = ?))",
        (
            *(image.source_id, image.workspace, image.hash, image.content_type, image.bytes),
            *(image.width, image.height, image.name, metadata, now, key, image.source_id),
        ),
    )


def find(connection: sqlite3.Connection, source_ids: Iterable[str]) -> dict[str, UploadedImage]:
    """The pictures with these ids, whatever their workspace."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM images WHERE source_id IN (SELECT value FROM json_each(?))",
        (json.encode(list(source_ids)).decode(),),
    )
    return {row[0]: _image(row) for row in rows}


def use(connection: sqlite3.Connection, workspace: int, events: list[tuple[int, AcceptedEvent]]) -> None:
    """Note which pictures the new events (with their numbers) name. What is missing becomes a warning; what was
    said of a picture at its upload becomes a fact of the event. Another workspace's picture counts as missing, and
    is not noted: it would outlive its own events. Call it before the events' rows are made."""
    wanted = {source_id for _, event in events for _, source_id in event.source_ids}
    if not wanted:
        return
    known = find(connection, wanted)
    found = {id: image for id, image in known.items() if image.workspace == workspace}
    rows: dict[tuple[int, str], int] = {}
    for seq, event in events:
        for path, source_id in event.source_ids:
            image = found.get(source_id)
            if image is not None or source_id not in known:
                rows[(seq, source_id)] = int(image is not None)
            if image is None:
                _warn(event, path)
            else:
                _add_entries(event.entries, image)
    insert_rows(
        connection, "INSERT INTO image_uses (seq, source_id, was_found)", [(*key, n) for key, n in rows.items()]
    )
    connection.execute(
        "UPDATE images SET is_used = 1 WHERE is_used = 0 AND source_id IN (SELECT value FROM json_each(?))",
        (json.encode(list(found)).decode(),),
    )


def _warn(event: AcceptedEvent, path: str) -> None:
    warning = EventWarning(WarningCode.IMAGE_NOT_FOUND, path, "no picture with this id was uploaded to this workspace")
    if warning not in event.warnings:
        add_warning(event, warning)


def _add_entries(entries: list[Entry], image: UploadedImage) -> None:
    entries.extend(entry for entry in image_metadata_entries(image.metadata or {}) if entry not in entries)


def entries_before_release(connection: sqlite3.Connection, seq: int, entries: list[Entry]) -> None:
    """Add to an old event's facts what its pictures' own metadata had added when it came."""
    rows = connection.execute(
        "SELECT m.metadata FROM image_uses u JOIN images m ON m.source_id = u.source_id"
        " WHERE u.seq = ? AND u.was_found = 1 AND m.metadata IS NOT NULL",
        (seq,),
    )
    for (metadata,) in rows.fetchall():
        entries.extend(entry for entry in image_metadata_entries(json.decode(metadata)) if entry not in entries)


def release(connection: sqlite3.Connection, seq: int) -> list[str]:
    """An event goes: forget which pictures it named. Their ids, for `drop_unused` when the commit is complete."""
    rows = connection.execute("DELETE FROM image_uses WHERE seq = ? RETURNING source_id", (seq,)).fetchall()
    return [row[0] for row in rows]


def drop_unused(connection: sqlite3.Connection, source_ids: Iterable[str]) -> None:
    """Remove those pictures that no event names any more; their blobs are freed when no other picture needs them."""
    for source_id in source_ids:
        _drop(connection, source_id)


def _drop(connection: sqlite3.Connection, source_id: str) -> None:
    row = connection.execute(
        "DELETE FROM images WHERE source_id = ?1 AND NOT EXISTS (SELECT 1 FROM image_uses WHERE source_id = ?1)"
        " RETURNING hash, bytes",
        (source_id,),
    ).fetchall()
    for hash, size in row:
        if not is_blob_needed(connection, hash):
            connection.execute("INSERT OR IGNORE INTO freed_blobs (hash) VALUES (?)", (hash,))
            _add_bytes(connection, -size)


def drop_never_used(connection: sqlite3.Connection, uploaded_before: int, limit: int) -> int:
    """Remove pictures that no event has ever named, uploaded before a time. How many."""
    rows = connection.execute(
        "SELECT source_id FROM images WHERE is_used = 0 AND uploaded_at < ? ORDER BY uploaded_at LIMIT ?",
        (uploaded_before, limit),
    ).fetchall()
    for (source_id,) in rows:
        _drop(connection, source_id)
    return len(rows)


def is_blob_needed(connection: sqlite3.Connection, hash: str) -> bool:
    """Whether some picture has these bytes."""
    return connection.execute("SELECT 1 FROM images WHERE hash = ? LIMIT 1", (hash,)).fetchone() is not None


def blob_bytes(connection: sqlite3.Connection) -> int:
    """The bytes of all different blobs that are needed."""
    n: int = connection.execute("SELECT n FROM sums WHERE name = 'blob_bytes'").fetchone()[0]
    return n


def _add_bytes(connection: sqlite3.Connection, n: int) -> None:
    connection.execute("UPDATE sums SET n = n + ? WHERE name = 'blob_bytes'", (n,))


def forget_freed(connection: sqlite3.Connection, hash: str, *, was_removed: bool) -> None:
    """Take a blob off the list of those to remove, unless it is still there and still needless."""
    if was_removed or is_blob_needed(connection, hash):
        connection.execute("DELETE FROM freed_blobs WHERE hash = ?", (hash,))
