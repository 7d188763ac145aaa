"""Every version's sample, opened by this program: it answers what its own version answered."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from sightlog.domain.limits import Limits
from sightlog.store.opening import newest_store_version, open_store
from tests.processes import Server, free_port, serving, sightlog
from tests.upgrade.answers import Expected, ask, check_same

SAMPLES = sorted((Path(__file__).parent / "samples").iterdir())

pytestmark = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def tables(folder: Path) -> set[tuple[str, str, str]]:
    """Every table and index with the statement that made it."""
    with closing(sqlite3.connect(folder / "sightlog.db")) as connection:
        return set(connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


def version_of(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "sightlog.db")) as connection:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return version


def check_answers(sample: Path, server: Server) -> None:
    expected = msgspec.json.decode((sample / "expected.json").read_bytes(), type=Expected)
    for answered in expected.answers:
        question = answered.question
        again = ask(server.url, expected.keys, question)
        place = f"{question.method} {question.path} {question.body or ''}"
        assert again.status == answered.status, place
        check_same(answered.answer, again.answer, place)


@pytest.mark.parametrize("way", ["opened", "restored"])
def test_a_sample_answers_as_its_own_version_did(sample: Path, way: str, folder: Path) -> None:
    """As a data folder that stayed where it was, and as an old backup that is restored by this program."""
    if way == "opened":
        shutil.copytree(sample, folder)
    else:
        sightlog("restore", str(sample), data=folder)
    with serving(folder) as server:
        check_answers(sample, server)
    with serving(folder) as server:
        check_answers(sample, server)
    assert version_of(folder) == newest_store_version()


def test_an_upgraded_database_has_the_tables_of_a_fresh_one(sample: Path, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(sample, folder)
    for each in (folder, tmp_path / "fresh"):
        open_store(each, Limits()).close()
    assert tables(folder) == tables(tmp_path / "fresh")


def test_the_newest_version_has_a_sample(sample: Path) -> None:
    """The one for a new migration is made by `make sample`, and is committed with it."""
    assert version_of(sample) == int(sample.name.removeprefix("v"))
    assert SAMPLES[-1].name == f"v{newest_store_version():04}"


def test_a_database_of_a_newer_version_is_refused_and_left_alone(sample: Path, folder: Path) -> None:
    shutil.copytree(sample, folder)
    with closing(sqlite3.connect(folder / "sightlog.db")) as connection:
        connection.execute(f"PRAGMA user_version = {newest_store_version() + 1}")
    for command in (("serve", "--port", str(free_port())), ("use-cases", "list"), ("backup", str(folder) + "-backup")):
        told = sightlog(*command, data=folder, exit_code=1).stderr
        assert f"version {newest_store_version() + 1}" in told
        assert "newer" in told
        assert len(told.splitlines()) == 1
    assert tables(folder) == tables(sample)
    assert version_of(folder) == newest_store_version() + 1
