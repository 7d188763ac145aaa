"""sightlog backup and restore: everything of one moment, while the server goes on, and back again."""

import hashlib
import json
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders import an_event, an_image
from tests.expect import Caller, answer
from tests.keeping import a_picture, add_with_picture, calling, everything
from tests.processes import Server, serving, sightlog

Json = dict[str, Any]
BACKUPS_WHILE_WRITING = 2


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Where a backup can be made."""
    return tmp_path / "backup"


@pytest.fixture
def restored(tmp_path: Path) -> Path:
    """Where a backup can be restored to."""
    return tmp_path / "restored"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Json, str]:
    """A data folder without a server, a key, everything that its server answered, and a link that it gave out."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    with serving(folder) as server, calling(server) as caller:
        use_case = caller.new_use_case("Paint line")
        for _ in range(5):
            add_with_picture(caller, use_case)
        twice = caller.upload(a_picture())["sourceId"]
        caller.batch(*[an_event(use_case=use_case, images=[an_image(sourceId=twice)]) for _ in range(3)])
        link = caller.query(use_case)["events"][0]["images"][0]["url"]
        return folder, caller.key, everything(caller), link


@pytest.fixture(scope="module")
def whole(filled: tuple[Path, str, Json, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that is whole, and stays so."""
    backup = tmp_path_factory.mktemp("whole") / "backup"
    sightlog("backup", str(backup), data=filled[0])
    return backup


@pytest.fixture
def damageable(whole: Path, backup: Path) -> Path:
    """A whole backup, for this test only."""
    shutil.copytree(whole, backup)
    return backup


def names_in(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def a_blob(folder: Path) -> Path:
    return min(path for path in (folder / "blobs").rglob("*") if path.is_file() and len(path.name) == 64)


def replace_bytes(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file without changing those that are the same file by another name."""
    content = change(path.read_bytes())
    path.unlink()
    path.write_bytes(content)


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


class Traffic:
    """Writers and a deleter on a server, until `stop`. Remembers what was acknowledged, and what may be gone."""

    def __init__(self, server: Server, key: str, use_case: str) -> None:
        self.written: list[str] = []
        self.given_up: list[str] = []
        self.failures: list[BaseException] = []
        self._server, self._key, self._use_case = server, key, use_case
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(work,)) for work in (self._write, self._write, self._delete)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, work: Callable[[Caller], None]) -> None:
        try:
            with calling(self._server, self._key) as caller:
                while not self._stop.is_set():
                    work(caller)
        except BaseException as failure:  # noqa: BLE001  # told by the test
            self.failures.append(failure)

    def _write(self, caller: Caller) -> None:
        self.written.append(add_with_picture(caller, self._use_case))

    def _delete(self, caller: Caller) -> None:
        """Half of what is written goes again, oldest first, with its picture."""
        number = len(self.given_up)
        if 2 * number >= len(self.written):
            self._stop.wait(0.002)
            return
        event_id = self.written[number]
        self.given_up.append(event_id)
        caller.delete(self._use_case, event_id)


@pytest.mark.slow
def test_backups_while_events_come_and_go_are_each_of_one_moment(folder: Path, tmp_path: Path) -> None:
    """All that was acknowledged before a backup began is in it, with its picture; the server never stops answering."""
    moments: list[tuple[set[str], set[str], set[str]]] = []
    with serving(folder) as server, calling(server) as caller:
        key, use_case = caller.key, caller.new_use_case("Paint line")
        traffic = Traffic(server, key, use_case)
        for number in range(BACKUPS_WHILE_WRITING):
            while len(traffic.written) < 60 * (number + 1):
                assert not traffic.failures, traffic.failures
            before = set(traffic.written)
            gone_before = set(traffic.given_up[:-1])
            sightlog("backup", str(tmp_path / f"backup-{number}"), data=folder)
            moments.append((before, gone_before, set(traffic.given_up)))
            assert len(traffic.written) > len(before), "nothing was written while the backup was made"
        traffic.stop()
        assert not traffic.failures, traffic.failures
    for number, (before, gone_before, gone_after) in enumerate(moments):
        restored = tmp_path / f"restored-{number}"
        sightlog("restore", str(tmp_path / f"backup-{number}"), data=restored)
        with serving(restored) as server, calling(server, key) as caller:
            found = everything(caller)  # which fetches every picture
            ids = {line for line in found if line in traffic.written}
            assert before - gone_after <= ids
            assert not ids & gone_before
            assert found["useCases"]["useCases"][0]["eventCount"] == len(ids)
            assert found[use_case][1]["mark"]["count"] == len(ids)


def test_what_is_restored_answers_the_same(filled: tuple[Path, str, Json, str], backup: Path, restored: Path) -> None:
    """Every event, count and picture, with the same key; also links that were given out before."""
    folder, key, answers, link = filled
    assert "8 events and 6 pictures" in sightlog("backup", str(backup), data=folder).stdout
    assert "8 events and 6 pictures" in sightlog("restore", str(backup), data=restored).stdout
    with serving(restored) as server, calling(server, key) as caller:
        assert everything(caller) == answers
        assert httpx.get(httpx.URL(server.url).join(link), trust_env=False).status_code == 200
    with serving(folder) as server, calling(server, key) as caller:
        assert everything(caller) == answers


def test_a_backup_has_what_belongs_to_it_for_its_owners_eyes_only(
    filled: tuple[Path, str, Json, str], backup: Path, restored: Path
) -> None:
    """Neither the lock nor the running server's secret; thumbnails are made again."""
    folder, key, _, _ = filled
    with serving(folder) as server, calling(server, key) as caller:
        use_case = caller.http.get("/vision-events/use-cases").json()["useCases"][0]["id"]
        caller.picture(caller.query(use_case)["events"][0]["images"][0]["sourceId"], size="thumb")
        sightlog("backup", str(backup), data=folder)
    assert names_in(backup) == {"backup.json", "sightlog.db", "link-secret", "blobs"}
    assert len([path for path in (backup / "blobs").rglob("*") if path.is_file()]) == 6
    sightlog("restore", str(backup), data=restored)
    assert names_in(restored) == {"sightlog.db", "link-secret", "blobs"}
    for top in (backup, restored):
        for path in (top, *top.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_events_that_a_killed_server_left_in_its_log_are_backed_up(folder: Path, backup: Path, restored: Path) -> None:
    with serving(folder) as server, calling(server) as caller:
        use_case = caller.new_use_case("Paint line")
        events = [add_with_picture(caller, use_case) for _ in range(5)]
        server.kill()
    sightlog("backup", str(backup), data=folder)
    sightlog("restore", str(backup), data=restored)
    lines = sightlog("events", "export", data=restored).stdout.splitlines()
    assert [json.loads(line)["eventId"] for line in lines] == events


def test_a_folder_that_was_only_used_by_commands_is_backed_up(folder: Path, backup: Path, restored: Path) -> None:
    """It has no pictures and no secret for links yet."""
    sightlog("use-cases", "create", "Paint line", data=folder)
    sightlog("backup", str(backup), data=folder)
    sightlog("restore", str(backup), data=restored)
    assert "Paint line" in sightlog("use-cases", "list", data=restored).stdout


def test_as_json(filled: tuple[Path, str, Json, str], backup: Path, restored: Path) -> None:
    made = json.loads(sightlog("backup", str(backup), "--json", data=filled[0]).stdout)
    contents = {"workspaces": 1, "useCases": 1, "events": 8, "images": 6, "blobs": 6}
    assert made["contents"].items() >= contents.items()
    assert made["path"] == str(backup)
    manifest = json.loads((backup / "backup.json").read_text())
    assert manifest.items() >= {name: made[name] for name in ("madeAt", "sightlogVersion", "contents")}.items()
    assert (
        manifest["files"]["sightlog.db"]["sha256"] == hashlib.sha256((backup / "sightlog.db").read_bytes()).hexdigest()
    )
    back = json.loads(sightlog("restore", str(backup), "--json", data=restored).stdout)
    assert back == made | {"path": str(restored), "movedAside": None}


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a byte of a picture": (lambda backup: replace_bytes(a_blob(backup), flipped), "has other bytes"),
    "a picture cut short": (lambda backup: replace_bytes(a_blob(backup), lambda content: content[:-1]), "instead of"),
    "a picture missing": (lambda backup: a_blob(backup).unlink(), "is missing"),
    "the database cut short": (
        lambda backup: replace_bytes(backup / "sightlog.db", lambda content: content[: len(content) // 2]),
        "sightlog.db has",
    ),
    "a byte of the database": (
        lambda backup: replace_bytes(backup / "sightlog.db", flipped),
        "sightlog.db has other bytes",
    ),
    "the database missing": (lambda backup: (backup / "sightlog.db").unlink(), "sightlog.db is missing"),
    "the secret changed": (
        lambda backup: replace_bytes(backup / "link-secret", flipped),
        "link-secret has other bytes",
    ),
    "the manifest cut short": (
        lambda backup: replace_bytes(backup / "backup.json", lambda content: content[:99]),
        "backup.json",
    ),
    "the manifest missing": (lambda backup: (backup / "backup.json").unlink(), "it has no backup.json"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_naming_what_is_wrong(damage: str, damageable: Path, restored: Path) -> None:
    """Before anything is touched, and without leaving anything behind."""
    do_damage, says = DAMAGES[damage]
    blob = a_blob(damageable).name
    do_damage(damageable)
    told = sightlog("restore", str(damageable), data=restored, exit_code=1).stderr
    assert says in told
    assert len(told.splitlines()) == 1
    if "picture" in damage:
        assert f"blobs/{blob[:2]}/{blob}" in told
    assert names_in(restored.parent) == {"backup"}


def test_the_text_says_how_many_pictures_are_damaged(damageable: Path, restored: Path) -> None:
    for _ in range(3):
        a_blob(damageable).unlink()
    told = sightlog("restore", str(damageable), data=restored, exit_code=1).stderr
    assert "(and 2 more)" in told


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda manifest: manifest["contents"].update(schemaVersion=9999), "up to"),
        (lambda manifest: manifest.update(format=2), "does not know its form"),
    ],
)
def test_a_backup_of_a_newer_version_is_refused(
    change: Callable[[Json], None], says: str, damageable: Path, restored: Path
) -> None:
    manifest = json.loads((damageable / "backup.json").read_text())
    change(manifest)
    (damageable / "backup.json").write_text(json.dumps(manifest))
    told = sightlog("restore", str(damageable), data=restored, exit_code=1).stderr
    assert says in told
    assert "newer version" in told
    assert not restored.exists()


@pytest.mark.parametrize("name", ["../sightlog.db", "..", "lock", "/etc/hostname", "backup.json", "blobs/x"])
def test_a_manifest_cannot_name_files_of_others(name: str, damageable: Path, restored: Path) -> None:
    manifest = json.loads((damageable / "backup.json").read_text())
    manifest["files"][name] = manifest["files"]["link-secret"]
    (damageable / "backup.json").write_text(json.dumps(manifest))
    assert "names a file" in sightlog("restore", str(damageable), data=restored, exit_code=1).stderr
    assert names_in(restored.parent) == {"backup"}


def test_restoring_over_a_running_server_is_refused_with_its_pid(damageable: Path, folder: Path) -> None:
    with serving(folder) as server, calling(server) as caller:
        for options in ((), ("--replace",)):
            told = sightlog("restore", str(damageable), *options, data=folder, exit_code=1).stderr
            assert str(server.process.pid) in told
            assert "stop it first" in told
        assert answer(caller.http.get("/vision-events/use-cases"))["useCases"] == []


def test_restoring_over_data_needs_replace_which_moves_it_aside(damageable: Path, folder: Path) -> None:
    sightlog("use-cases", "create", "From today", data=folder)
    told = sightlog("restore", str(damageable), data=folder, exit_code=1).stderr
    assert "--replace" in told
    assert "From today" in sightlog("use-cases", "list", data=folder).stdout

    done = sightlog("restore", str(damageable), "--replace", data=folder)
    (aside,) = [entry for entry in folder.parent.iterdir() if entry.name.startswith("data-before-restore-")]
    assert aside.name in done.stderr
    assert "From today" in sightlog("use-cases", "list", data=aside).stdout
    shown = sightlog("use-cases", "list", data=folder).stdout
    assert "Paint line" in shown
    assert "From today" not in shown
    assert names_in(folder.parent) == {"data", "backup", aside.name}


def test_restoring_twice_from_one_backup_works(damageable: Path, restored: Path) -> None:
    """Using and emptying what was restored changes nothing in the backup, although they share picture files."""
    sightlog("restore", str(damageable), data=restored)
    with closing(sqlite3.connect(restored / "sightlog.db")) as connection:
        connection.execute("UPDATE workspaces SET lookback_days = 1")
        connection.execute("UPDATE events SET timestamp = 0")
        connection.commit()
    assert "8 events" in sightlog("retention", "run", data=restored).stdout
    assert not [path for path in (restored / "blobs").rglob("*") if path.is_file()]
    sightlog("restore", str(damageable), "--replace", data=restored)
    assert len(sightlog("events", "export", data=restored).stdout.splitlines()) == 8


def test_an_empty_folder_is_restored_to(damageable: Path, restored: Path) -> None:
    restored.mkdir()
    sightlog("restore", str(damageable), data=restored)
    assert names_in(restored.parent) == {"backup", "restored"}


@pytest.mark.parametrize("options", [(), ("--replace",)])
def test_a_folder_with_other_things_is_left_alone(damageable: Path, restored: Path, options: tuple[str, ...]) -> None:
    restored.mkdir()
    (restored / "thesis.txt").write_text("mine")
    told = sightlog("restore", str(damageable), *options, data=restored, exit_code=1).stderr
    assert "name another folder" in told
    assert names_in(restored) == {"thesis.txt"}


def test_a_missing_backup_is_told(restored: Path) -> None:
    assert "there is no backup at" in sightlog("restore", "absent", data=restored, exit_code=1).stderr


def test_a_data_folder_is_no_backup(filled: tuple[Path, str, Json, str], restored: Path) -> None:
    told = sightlog("restore", str(filled[0]), data=restored, exit_code=1).stderr
    assert "it has no backup.json" in told


class TestDestination:
    """Where a backup may be made."""

    def refused(self, data: Path, destination: Path) -> str:
        told = sightlog("backup", str(destination), data=data, exit_code=1).stderr
        assert len(told.splitlines()) == 1
        return told

    def test_a_backup_is_never_overwritten(self, filled: tuple[Path, str, Json, str], damageable: Path) -> None:
        before = (damageable / "backup.json").read_bytes()
        assert "is there already" in self.refused(filled[0], damageable)
        assert (damageable / "backup.json").read_bytes() == before
        assert names_in(damageable.parent) == {"backup"}

    def test_an_empty_folder_will_do(self, filled: tuple[Path, str, Json, str], backup: Path) -> None:
        backup.mkdir()
        sightlog("backup", str(backup), data=filled[0])
        assert (backup / "backup.json").exists()

    def test_a_file_will_not(self, filled: tuple[Path, str, Json, str], backup: Path) -> None:
        backup.write_text("mine")
        assert "is there already" in self.refused(filled[0], backup)

    def test_a_missing_parent_may_be_a_disk_that_is_not_mounted(
        self, filled: tuple[Path, str, Json, str], backup: Path
    ) -> None:
        assert "mount" in self.refused(filled[0], backup / "monday")
        assert not backup.exists()

    @pytest.mark.parametrize("inside", [".", "backup", "blobs/backup"])
    def test_the_data_folder_itself_is_no_place(self, filled: tuple[Path, str, Json, str], inside: str) -> None:
        before = names_in(filled[0])
        assert "lies in the data folder" in self.refused(filled[0], filled[0] / inside)
        assert names_in(filled[0]) == before

    def test_without_data_there_is_nothing_to_back_up(self, folder: Path, backup: Path) -> None:
        assert "there is no data at" in self.refused(folder, backup)
        assert not folder.exists()


class TestDamagedData:
    """A backup that would not be whole is not made, so that nobody relies on it."""

    @pytest.fixture
    def damaged(self, filled: tuple[Path, str, Json, str], folder: Path) -> Iterator[Path]:
        shutil.copytree(filled[0], folder)
        yield folder
        assert names_in(folder.parent) <= {"data"}

    def test_a_changed_picture_is_named(self, damaged: Path, backup: Path) -> None:
        blob = a_blob(damaged)
        replace_bytes(blob, flipped)
        told = sightlog("backup", str(backup), data=damaged, exit_code=1).stderr
        assert f"the data folder is not whole: blobs/{blob.name[:2]}/{blob.name} has other bytes" in told

    def test_a_missing_picture_is_named(self, damaged: Path, backup: Path) -> None:
        blob = a_blob(damaged)
        blob.unlink()
        told = sightlog("backup", str(backup), data=damaged, exit_code=1).stderr
        assert f"{blob.name} is missing" in told

    def test_a_damaged_database_is_told(self, damaged: Path, backup: Path) -> None:
        """The third page is torn; the copy has it too, and the check of the copy finds it."""
        page = 8192
        replace_bytes(
            damaged / "sightlog.db", lambda content: content[: 2 * page] + b"\x55" * page + content[3 * page :]
        )
        told = sightlog("backup", str(backup), data=damaged, exit_code=1).stderr
        assert "sightlog.db" in told

    def test_a_file_that_is_no_database_is_told(self, damaged: Path, backup: Path) -> None:
        replace_bytes(damaged / "sightlog.db", lambda content: b"not a database at all" * 1000)
        told = sightlog("backup", str(backup), data=damaged, exit_code=1).stderr
        assert "sightlog.db cannot be read" in told
