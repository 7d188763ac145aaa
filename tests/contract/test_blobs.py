"""The place for bytes: every sentence of `sightlog.blobs.contract`, also when many threads come at once."""

import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sightlog.blobs.contract import Blobs
from sightlog.blobs.local import LocalBlobs

KINDS: dict[str, Callable[[Path], Blobs]] = {"files": LocalBlobs}
HELLO = b"hello"


@pytest.fixture(params=list(KINDS))
def blobs(request: pytest.FixtureRequest, folder: Path) -> Blobs:
    """An empty place for bytes."""
    return KINDS[request.param](folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def kept(blobs: Blobs, content: bytes = HELLO) -> str:
    """Publish these bytes."""
    incoming = blobs.receive()
    incoming.write(content)
    return blobs.publish(incoming)


def files_of(folder: Path) -> list[str]:
    """Everything that is on disk, as paths."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def upper(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes().upper())


def never_needed() -> bool:
    return False


def read(path: Path | None) -> bytes:
    assert path is not None
    return path.read_bytes()


# Taking bytes in


def test_a_blob_is_named_by_the_hash_of_its_bytes(blobs: Blobs) -> None:
    incoming = blobs.receive()
    for chunk in (b"he", b"", b"llo"):
        incoming.write(chunk)
    assert incoming.size == 5
    assert incoming.path().read_bytes() == HELLO
    assert incoming.finish() == hash_of(HELLO)
    assert blobs.publish(incoming) == hash_of(HELLO)
    assert read(blobs.path(hash_of(HELLO))) == HELLO


def test_what_is_on_its_way_can_be_read_before_it_is_finished(blobs: Blobs) -> None:
    incoming = blobs.receive()
    incoming.write(b"he")
    assert incoming.path().read_bytes() == b"he"
    incoming.discard()


def test_finish_may_be_called_again_and_nothing_can_be_written_after_it(blobs: Blobs) -> None:
    incoming = blobs.receive()
    incoming.write(HELLO)
    assert incoming.finish() == incoming.finish() == hash_of(HELLO)
    with pytest.raises(ValueError, match="closed"):
        incoming.write(b"more")


def test_nothing_is_visible_until_it_is_published(blobs: Blobs) -> None:
    incoming = blobs.receive()
    incoming.write(HELLO)
    incoming.finish()
    assert blobs.path(hash_of(HELLO)) is None
    assert list(blobs.all_hashes()) == []


def test_what_is_discarded_leaves_nothing(blobs: Blobs, folder: Path) -> None:
    for finish in (False, True):
        incoming = blobs.receive()
        incoming.write(HELLO)
        if finish:
            incoming.finish()
        for _ in range(2):
            incoming.discard()
    assert files_of(folder) == []


def test_discarding_what_was_published_changes_nothing(blobs: Blobs) -> None:
    incoming = blobs.receive()
    incoming.write(HELLO)
    hash = blobs.publish(incoming)
    incoming.discard()
    assert read(blobs.path(hash)) == HELLO
    assert blobs.publish(incoming) == hash  # as when an event names one picture twice


def test_the_same_bytes_are_kept_once(blobs: Blobs, folder: Path) -> None:
    assert kept(blobs) == kept(blobs)
    assert len(files_of(folder)) == 1
    assert list(blobs.all_hashes()) == [hash_of(HELLO)]


def test_empty_bytes_are_bytes_too(blobs: Blobs) -> None:
    assert read(blobs.path(kept(blobs, b""))) == b""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which file a descriptor is")
def test_a_publication_reaches_the_disk_before_it_returns(
    blobs: Blobs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file before it gets its name, and the folders after."""
    flushed: list[tuple[str, bool]] = []
    flush = os.fsync

    def note(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        flushed.append((str(path.relative_to(folder)).split("/")[0], path.is_dir()))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    hash = kept(blobs)
    assert flushed == [("incoming", False), (".", True), (hash[:2], True)]


def test_files_are_the_owners_only(blobs: Blobs, folder: Path) -> None:
    before = os.umask(0)
    try:
        blobs.derived(kept(blobs), "upper", upper)
    finally:
        os.umask(before)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.rglob("*")) if path.is_dir())
    assert read(blobs.path(hash_of(HELLO))) == HELLO
    assert blobs.path(hash_of(HELLO)).stat().st_mode & 0o077 == 0  # type: ignore[union-attr]


# Letting go


def test_what_was_never_there_has_no_path(blobs: Blobs) -> None:
    assert blobs.path(hash_of(b"other")) is None
    assert blobs.existing(hash_of(b"other"), "upper") is None


def test_a_blob_goes_with_what_was_derived_from_it(blobs: Blobs, folder: Path) -> None:
    hash, other = kept(blobs), kept(blobs, b"other")
    for variant in ("upper", "thumb"):
        blobs.derived(hash, variant, upper)
    blobs.derived(other, "upper", upper)
    assert blobs.remove_unless(hash, never_needed) is True
    assert blobs.path(hash) is None
    assert blobs.existing(hash, "upper") is None
    assert list(blobs.all_hashes()) == [other]
    assert len(files_of(folder)) == 2


def test_a_blob_that_is_needed_stays(blobs: Blobs) -> None:
    hash = kept(blobs)
    blobs.derived(hash, "upper", upper)
    assert blobs.remove_unless(hash, lambda: True) is False
    assert read(blobs.path(hash)) == HELLO
    assert read(blobs.existing(hash, "upper")) == b"HELLO"


def test_a_missing_blob_counts_as_removed(blobs: Blobs) -> None:
    assert blobs.remove_unless(hash_of(HELLO), never_needed) is True
    hash = kept(blobs)
    blobs.remove_unless(hash, never_needed)
    assert blobs.remove_unless(hash, never_needed) is True


def test_removed_bytes_may_come_again(blobs: Blobs) -> None:
    for _ in range(2):
        hash = kept(blobs)
        assert read(blobs.derived(hash, "upper", upper)) == b"HELLO"
        blobs.remove_unless(hash, never_needed)


def test_all_hashes_are_those_that_are_kept(blobs: Blobs) -> None:
    hashes = {kept(blobs, str(number).encode()) for number in range(300)}
    on_its_way = blobs.receive()
    on_its_way.write(b"x")
    blobs.derived(next(iter(hashes)), "upper", upper)
    assert set(blobs.all_hashes()) == hashes
    on_its_way.discard()


def test_nobody_removes_what_is_held(blobs: Blobs) -> None:
    """From before the publication until the rows are committed; whether it is needed is asked afterwards."""
    rows: set[str] = set()
    asked = threading.Event()

    def is_needed() -> bool:
        asked.set()
        return hash_of(HELLO) in rows

    with ThreadPoolExecutor(1) as pool:
        with blobs.holding(hash_of(HELLO), hash_of(b"other")):
            kept(blobs)
            removal = pool.submit(blobs.remove_unless, hash_of(HELLO), is_needed)
            assert not asked.wait(0.1)
            rows.add(hash_of(HELLO))
        assert removal.result() is False
    assert asked.is_set()
    assert read(blobs.path(hash_of(HELLO))) == HELLO


def test_whoever_holds_may_remove_and_hold_again(blobs: Blobs) -> None:
    hash = kept(blobs)
    with blobs.holding(hash), blobs.holding(hash):
        assert blobs.remove_unless(hash, never_needed)


def test_holding_is_over_after_an_error(blobs: Blobs) -> None:
    hash = kept(blobs)
    with pytest.raises(ZeroDivisionError), blobs.holding(hash):
        raise ZeroDivisionError
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(blobs.remove_unless, hash, never_needed).result(10)


def test_two_that_hold_the_same_in_another_order_do_not_wait_for_ever(blobs: Blobs) -> None:
    hashes = [hash_of(str(number).encode()) for number in range(200)]

    def hold(order: int) -> None:
        for _ in range(200):
            with blobs.holding(*hashes[::order]):
                pass

    with ThreadPoolExecutor(4) as pool:
        for holding in [pool.submit(hold, order) for order in (1, -1, 1, -1)]:
            holding.result(30)
            assert holding.done()


def test_publishing_and_removing_the_same_bytes_at_once_never_loses_what_a_row_names(blobs: Blobs) -> None:
    """Publishers commit their row while they hold; removers take rows away and then the bytes, unless needed."""
    contents = [b"a", b"b", b"c"]
    rows: dict[str, int] = dict.fromkeys(map(hash_of, contents), 0)
    lock = threading.Lock()
    lost: list[str] = []
    until = time.monotonic() + 1

    def publish(content: bytes) -> None:
        while time.monotonic() < until:
            incoming = blobs.receive()
            incoming.write(content)
            with blobs.holding(incoming.finish()):
                hash = blobs.publish(incoming)
                with lock:
                    rows[hash] += 1
            if blobs.path(hash) is None:
                with lock:
                    lost.extend([hash] if rows[hash] else [])
            with lock:
                rows[hash] -= 1

    def remove() -> None:
        while time.monotonic() < until:
            for hash in list(rows):
                blobs.remove_unless(hash, lambda hash=hash: rows[hash] > 0)  # type: ignore[misc]

    with ThreadPoolExecutor(8) as pool:
        for work in [pool.submit(publish, content) for content in contents * 2] + [pool.submit(remove)] * 2:
            work.result()
    assert lost == []


# What is derived


def test_a_derived_file_is_made_from_the_blob_and_kept(blobs: Blobs) -> None:
    hash = kept(blobs)
    assert blobs.existing(hash, "upper") is None
    made = blobs.derived(hash, "upper", upper)
    assert read(made) == b"HELLO"
    assert blobs.existing(hash, "upper") == made
    assert blobs.derived(hash, "upper", never_called) == made


def never_called(source: Path, target: Path) -> None:
    raise AssertionError("it was there already")


def test_each_variant_is_made_for_itself(blobs: Blobs) -> None:
    hash = kept(blobs)
    blobs.derived(hash, "upper", upper)
    assert read(blobs.derived(hash, "twice", lambda s, t: write(t, s.read_bytes() * 2))) == HELLO * 2
    assert read(blobs.existing(hash, "upper")) == b"HELLO"


def write(target: Path, content: bytes) -> None:
    target.write_bytes(content)


def test_of_no_blob_nothing_is_derived(blobs: Blobs, folder: Path) -> None:
    assert blobs.derived(hash_of(HELLO), "upper", never_called) is None
    assert files_of(folder) == []


def test_a_derived_file_is_made_once_by_many_threads(blobs: Blobs) -> None:
    hash = kept(blobs)
    made: list[int] = []

    def slowly(source: Path, target: Path) -> None:
        made.append(1)
        time.sleep(0.1)
        upper(source, target)

    with ThreadPoolExecutor(16) as pool:
        paths = list(pool.map(lambda _: blobs.derived(hash, "upper", slowly), range(32)))
    assert len(made) == 1
    assert {read(path) for path in paths} == {b"HELLO"}


def test_what_fails_to_be_made_leaves_nothing_and_may_be_tried_again(blobs: Blobs, folder: Path) -> None:
    hash = kept(blobs)
    before = files_of(folder)

    def fail(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        blobs.derived(hash, "upper", fail)
    assert files_of(folder) == before
    assert read(blobs.derived(hash, "upper", upper)) == b"HELLO"


def test_a_half_made_file_is_never_seen(blobs: Blobs) -> None:
    hash = kept(blobs)
    seen = []

    def look(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        seen.append(blobs.existing(hash, "upper"))
        upper(source, target)

    blobs.derived(hash, "upper", look)
    assert seen == [None]


def test_a_blob_that_goes_while_something_is_derived_leaves_nothing(blobs: Blobs, folder: Path) -> None:
    hash = kept(blobs)

    def make(source: Path, target: Path) -> None:
        upper(source, target)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(blobs.remove_unless, hash, never_needed).result(10)

    assert blobs.derived(hash, "upper", make) is None
    assert files_of(folder) == []


# The rest


def test_what_nobody_will_finish_is_cleaned_up_and_nothing_else(blobs: Blobs, folder: Path) -> None:
    hash = kept(blobs)
    blobs.derived(hash, "upper", upper)
    old, new = blobs.receive(), blobs.receive()
    for incoming in (old, new):
        incoming.write(b"x")
    for path in (old.path(), folder / hash[:2] / hash):
        os.utime(path, (time.time() - 1000,) * 2)
    blobs.clean_up(500)
    assert not old.path().exists()
    assert new.path().exists()
    assert read(blobs.path(hash)) == HELLO
    assert read(blobs.existing(hash, "upper")) == b"HELLO"
    for incoming in (old, new):
        incoming.discard()


def test_what_was_kept_is_there_when_it_is_opened_again(blobs: Blobs, folder: Path) -> None:
    hash = kept(blobs)
    blobs.derived(hash, "upper", upper)
    again = type(blobs)(folder)  # type: ignore[call-arg]
    assert read(again.path(hash)) == HELLO
    assert read(again.existing(hash, "upper")) == b"HELLO"


def test_free_bytes_are_the_disks(blobs: Blobs, folder: Path) -> None:
    statistics = os.statvfs(folder)
    assert abs(blobs.free_bytes() - statistics.f_bavail * statistics.f_frsize) < 100_000_000
