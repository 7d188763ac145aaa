"""What a backup does when something happens at its most awkward moment."""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sightlog.domain.errors import BackupFailed
from sightlog.operations import backups
from sightlog.operations.backups import make_backup, restore_backup
from sightlog.operations.clock import microseconds_now
from sightlog.store.snapshots import StoreSnapshot
from tests.expect import Caller
from tests.keeping import add_with_picture, calling
from tests.processes import serving


@pytest.fixture
def caller(folder: Path) -> Iterator[Caller]:
    """Somebody on a server that holds the folder."""
    with serving(folder) as server, calling(server) as caller:
        yield caller


@pytest.fixture
def use_case(caller: Caller) -> str:
    return caller.new_use_case("Paint line")


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def silent(stage: str, done: int, total: int) -> None:
    """Nobody watches."""


def blobs_in(folder: Path) -> set[Path]:
    return {path for path in (folder / "blobs").rglob("*") if path.is_file() and "derived" not in path.parts}


def test_a_picture_that_vanishes_with_its_event_is_in_no_backup(
    caller: Caller, use_case: str, folder: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came after the files were listed and was deleted after the rows' moment: an earlier moment will not do."""
    kept = add_with_picture(caller, use_case)
    take_snapshot = backups.snapshot_store
    moments: list[Path] = []

    def snapshot_at_a_bad_moment(of: Path, **options: Any) -> StoreSnapshot:
        moments.append(of)
        if len(moments) > 1:
            return take_snapshot(of, **options)
        short_lived = add_with_picture(caller, use_case)
        snapshot = take_snapshot(of, **options)
        caller.delete(use_case, short_lived)
        return snapshot

    monkeypatch.setattr(backups, "snapshot_store", snapshot_at_a_bad_moment)
    made = make_backup(folder, backup, silent)
    assert moments[:2] == [folder, folder]
    assert made.contents.events == made.contents.blobs == len(blobs_in(backup)) == 1
    assert kept in [event["eventId"] for event in caller.query(use_case)["events"]]


def test_a_picture_that_is_deleted_during_the_backup_stays_in_it_when_its_event_does(
    caller: Caller, use_case: str, folder: Path, backup: Path, tmp_path: Path
) -> None:
    """And one whose event was deleted before the rows' moment goes out of it again."""
    early, late = (add_with_picture(caller, use_case) for _ in range(2))

    def delete_meanwhile(stage: str, done: int, total: int) -> None:
        for event_id, when in ((early, "pictures"), (late, "rows")):
            if stage == when:
                caller.delete(use_case, event_id)

    made = make_backup(folder, backup, delete_meanwhile)
    assert not blobs_in(folder)
    assert made.contents.events == len(blobs_in(backup)) == 1
    restored = restore_backup(backup, tmp_path / "restored", replace=False, now=microseconds_now(), progress=silent)
    assert restored.contents == made.contents


def test_pictures_are_linked_on_one_file_system_and_copied_to_another(
    caller: Caller, use_case: str, folder: Path, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        add_with_picture(caller, use_case)
    make_backup(folder, backup, silent)
    assert {path.stat().st_nlink for path in blobs_in(backup)} == {2}

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", refuse)
    elsewhere = tmp_path / "elsewhere"
    make_backup(folder, elsewhere, silent)
    assert {path.stat().st_nlink for path in blobs_in(elsewhere)} == {1}
    assert {path.name for path in blobs_in(elsewhere)} == {path.name for path in blobs_in(backup)}
    restore_backup(elsewhere, tmp_path / "restored", replace=False, now=microseconds_now(), progress=silent)
    assert len(blobs_in(tmp_path / "restored")) == 3


@pytest.mark.parametrize("stage", ["pictures", "rows", "checking"])
def test_an_interrupted_backup_leaves_nothing_behind(
    caller: Caller, use_case: str, folder: Path, backup: Path, stage: str
) -> None:
    add_with_picture(caller, use_case)

    def interrupt(now_at: str, done: int, total: int) -> None:
        if now_at == stage:
            raise KeyboardInterrupt

    before = {entry.name for entry in folder.parent.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        make_backup(folder, backup, interrupt)
    assert {entry.name for entry in folder.parent.iterdir()} == before


def test_a_restore_that_cannot_finish_puts_everything_back(
    caller: Caller, use_case: str, folder: Path, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backup(folder, backup, silent)
    target = tmp_path / "target"
    restore_backup(backup, target, replace=False, now=microseconds_now(), progress=silent)
    (target / "mark").touch()
    rename = Path.rename

    def rename_once(path: Path, to: Path) -> Path:
        if to == target and ".unfinished-" in path.name:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", rename_once)
    with pytest.raises(OSError, match="Input/output error"):
        restore_backup(backup, target, replace=True, now=microseconds_now(), progress=silent)
    assert (target / "mark").exists()
    assert {entry.name for entry in tmp_path.iterdir() if entry.is_dir()} == {"data", "backup", "target"}


def test_progress_goes_forward_and_to_the_end(caller: Caller, use_case: str, folder: Path, backup: Path) -> None:
    for _ in range(3):
        add_with_picture(caller, use_case)
    told: list[tuple[str, int, int]] = []
    make_backup(folder, backup, lambda *step: told.append(step))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["pictures", "rows", "checking"]
    for stage in ("pictures", "rows", "checking"):
        steps = [done for name, done, _ in told if name == stage]
        assert steps == sorted(steps)
    assert {done == total for stage, done, total in told[-1:]} == {True}


def test_rows_that_name_no_real_hash_lead_nowhere(
    caller: Caller, use_case: str, folder: Path, backup: Path, tmp_path: Path
) -> None:
    """A backup that somebody has put together by hand cannot make the restore read or write other files."""
    import hashlib
    import sqlite3
    from contextlib import closing

    add_with_picture(caller, use_case)
    make_backup(folder, backup, silent)
    with closing(sqlite3.connect(backup / "sightlog.db")) as connection:
        connection.execute("UPDATE images SET hash = '../../../../etc/hostname'")
        connection.commit()
    manifest = json.loads((backup / "backup.json").read_text())
    content = (backup / "sightlog.db").read_bytes()
    manifest["files"]["sightlog.db"] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (backup / "backup.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupFailed):
        restore_backup(backup, tmp_path / "restored", replace=False, now=microseconds_now(), progress=silent)
    assert not (tmp_path / "restored").exists()
