"""Retention is deletion: by age, by bytes, and pictures that were never used; interrupted anywhere, it is mended."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from sightlog.domain.errors import UnknownUseCase
from sightlog.domain.images import UploadedImage
from sightlog.domain.limits import Limits
from sightlog.domain.use_cases import UseCase
from sightlog.operations.images import find_image
from sightlog.operations.janitor import Janitor
from sightlog.operations.retention import (
    Removed,
    plan_retention,
    remove_freed_blobs,
    remove_orphans,
)
from tests.contract.plant import DAY, HOUR, NOW, Json
from tests.operations.site import Site, large_picture
from tests.pictures.sending import a_payload, a_picture, hash_of

MEGABYTE = 1_000_000


def ago(days: float) -> str:
    """A time so long before NOW."""
    return (datetime.fromtimestamp(NOW / 1e6, UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def keeping(site: Site, slug: str, days: int) -> int:
    """A workspace that keeps its events for so long."""
    return site.store.create_workspace(slug, slug, days, NOW).number


def naming(site: Site, use_case: UseCase, *source_ids: str, **changes: object) -> Json:
    return site.event(use_case, images=[{"sourceId": id} for id in source_ids], **changes)


# By age


def test_events_older_than_their_workspace_keeps_go_and_the_others_stay(site: Site) -> None:
    left = {}
    for slug, days in (("month", 30), ("year", 365), ("for-ever", 0)):
        workspace = keeping(site, slug, days)
        use_case = site.use_case(slug, workspace)
        events = [site.event(use_case, eventId=f"{slug}-{age}", timestamp=ago(age)) for age in (29.99, 30.01, 364.9)]
        site.add(*events, workspace=workspace)
        left[slug] = (use_case, workspace)
    assert site.retain() == Removed(too_old=2)
    assert site.ids(*left["month"]) == ["month-29.99"]
    assert len(site.ids(*left["year"])) == len(site.ids(*left["for-ever"])) == 3
    assert site.retain(NOW + DAY) == Removed(too_old=2)
    assert site.retain(NOW + DAY) == Removed()
    assert len(site.ids(*left["for-ever"])) == 3
    site.check_statistics(*[workspace for _, workspace in left.values()])


def test_pictures_of_expired_events_go_in_the_same_step_and_shared_ones_stay(site: Site) -> None:
    use_case = site.use_case()
    own, shared = a_picture(), a_picture()
    own_id, shared_id = site.upload(own), site.upload(shared)
    site.add(naming(site, use_case, own_id, shared_id, timestamp=ago(364)))
    site.add(naming(site, use_case, shared_id))
    assert site.retain(NOW + 2 * DAY) == Removed(too_old=1)
    assert site.pictures() == {shared_id}
    assert site.files() == {hash_of(shared)}
    site.check_statistics()


def test_feedback_goes_with_its_event_and_old_feedback_alone(site: Site) -> None:
    use_case = site.use_case()
    site.add(site.event(use_case, eventId="old", timestamp=ago(364)), site.event(use_case, eventId="new"))
    site.add(site.review(use_case, "old", "correct"), site.review(use_case, "new", "incorrect", timestamp=ago(364)))
    assert site.status("new") == "incorrect"
    site.retain(NOW + 2 * DAY)
    assert site.ids(use_case) == ["new"]
    assert site.status("new") == "none"
    site.check_statistics()


def test_many_events_go_in_one_run(site: Site) -> None:
    use_case = site.use_case()
    for _ in range(9):
        site.add(*[site.event(use_case, timestamp=ago(364)) for _ in range(50)])
    assert site.retain(NOW + 2 * DAY) == Removed(too_old=450)
    assert site.summary(use_case).event_count == 0


class StopAfterFirstPause(threading.Event):
    """Set as soon as the run takes its first pause."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def test_it_stops_after_the_step_under_way(site: Site) -> None:
    use_case = site.use_case()
    for _ in range(9):
        site.add(*[site.event(use_case, timestamp=ago(364)) for _ in range(50)])
    removed = site.retain(NOW + 2 * DAY, StopAfterFirstPause(), max_bytes=1)
    assert 0 < removed.too_old < 450
    assert (removed.for_room, removed.unused_images) == (0, 0)
    assert site.summary(use_case).event_count == 450 - removed.too_old
    already = threading.Event()
    already.set()
    assert site.retain(NOW + 2 * DAY, already, max_bytes=1) == Removed()
    site.check_statistics()


def test_each_step_leaves_others_as_much_time_as_it_took(site: Site) -> None:
    use_case = site.use_case()
    for _ in range(9):
        site.add(*[site.event(use_case, timestamp=ago(364)) for _ in range(50)])
    pauses: list[float] = []

    class Noting(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout or 0)
            return False

    began = time.monotonic()
    site.retain(NOW + 2 * DAY, Noting())
    worked = time.monotonic() - began
    assert len(pauses) >= 3
    assert sum(pauses) > worked / 2


# By bytes


def test_above_the_limit_the_oldest_events_of_all_go_with_their_pictures(site: Site) -> None:
    mine, theirs = site.use_case(), site.use_case("theirs", site.theirs)
    pictures = {}
    for number in range(6):
        use_case, workspace = ((mine, site.mine), (theirs, site.theirs))[number % 2]
        id = site.upload(large_picture(), workspace)
        pictures[number] = id
        when = f"2026-08-13T08:00:0{number}Z"
        site.add(naming(site, use_case, id, eventId=str(number), timestamp=when), workspace=workspace)
    used = site.store.used_bytes()
    removed = site.retain(max_bytes=used - int(1.5 * MEGABYTE))
    assert removed.for_room in (2, 3)
    assert site.store.used_bytes() <= used - 1.5 * MEGABYTE
    left = set(map(str, range(removed.for_room, 6)))
    assert set(site.ids(mine)) | set(site.ids(theirs, site.theirs)) == left
    assert site.pictures() == {pictures[int(number)] for number in left}
    assert site.files() == site.needed()
    site.check_statistics()


def test_no_more_goes_than_must(site: Site) -> None:
    """A few events with large pictures may be all there is; one byte too many is no reason to lose them."""
    use_case = site.use_case()
    for number in range(8):
        site.add(naming(site, use_case, site.upload(large_picture()), timestamp=f"2026-08-13T08:00:0{number}Z"))
    used = site.store.used_bytes()
    assert site.retain(max_bytes=used) == Removed()
    assert site.retain(max_bytes=used - 1) == Removed(for_room=1)
    assert site.retain(max_bytes=used - 1) == Removed()
    assert site.summary(use_case).event_count == 7


def test_many_small_events_make_room_too(site: Site) -> None:
    use_case = site.use_case()
    for _ in range(20):
        site.add(*[site.event(use_case, comment="x" * 3000) for _ in range(50)])
    used = site.store.used_bytes()
    removed = site.retain(max_bytes=used // 2)
    assert site.store.used_bytes() <= used // 2
    assert 300 < removed.for_room < 900
    assert site.summary(use_case).event_count == 1000 - removed.for_room
    site.check_statistics()


def test_without_a_limit_nothing_goes(site: Site) -> None:
    use_case = site.use_case()
    site.add(naming(site, use_case, site.upload(large_picture())))
    assert site.retain(max_bytes=0) == Removed()


def test_a_limit_below_what_an_empty_store_takes_ends(site: Site) -> None:
    use_case = site.use_case()
    site.add(*[site.event(use_case) for _ in range(5)])
    assert site.retain(max_bytes=1) == Removed(for_room=5)
    assert site.retain(max_bytes=1) == Removed()


def test_pictures_that_nobody_used_in_time_make_room_before_events_do(site: Site) -> None:
    use_case = site.use_case()
    site.add(naming(site, use_case, site.upload(large_picture())))
    limit = site.store.used_bytes() + MEGABYTE // 2
    site.upload(large_picture(), now=NOW - 25 * HOUR)
    assert site.store.used_bytes() > limit
    assert site.retain(max_bytes=limit) == Removed(unused_images=1)


# Pictures that were never used


def test_pictures_that_no_event_named_go_after_their_grace(site: Site) -> None:
    data = a_picture()
    site.upload(data)
    assert site.retain(NOW + 24 * HOUR) == Removed()
    assert site.retain(NOW + 24 * HOUR + 1) == Removed(unused_images=1)
    assert (site.pictures(), site.files()) == (set(), set())


def test_the_grace_is_a_setting(site: Site) -> None:
    site.upload(a_picture())
    assert site.retain(NOW + HOUR + 1, unused_image_hours=2) == Removed()
    assert site.retain(NOW + 2 * HOUR + 1, unused_image_hours=2) == Removed(unused_images=1)


def test_an_upload_hours_older_than_its_event_stays(site: Site) -> None:
    use_case, data = site.use_case(), a_picture()
    id = site.upload(data)
    site.retain(NOW + 23 * HOUR)
    site.add(naming(site, use_case, id))
    assert site.retain(NOW + 300 * DAY) == Removed()
    assert site.files() == {hash_of(data)}


def test_a_picture_whose_event_came_first_is_used(site: Site) -> None:
    """It neither goes, nor is it looked at again and again, nor stays when its event goes."""
    use_case, members = site.use_case(), {"images/a.jpg": a_picture()}
    payload = a_payload(use_case.id, {"file": "images/a.jpg"}, eventId="bundle", timestamp=ago(1))
    site.deliver(payload, members)
    (id,) = site.pictures()
    site.delete(use_case, "bundle")
    site.add(naming(site, use_case, id, eventId="early"))
    picture = UploadedImage(
        source_id=id, workspace=site.mine, hash="ab" * 32, content_type="image/jpeg", bytes=1, width=1, height=1
    )
    site.store.add_image(picture, None, NOW)
    assert site.retain(NOW + 25 * HOUR) == Removed()
    site.delete(use_case, "early")
    assert site.pictures() == set()


def test_those_whose_events_came_first_do_not_hide_the_others(site: Site) -> None:
    """However many there are: of what was never used, all goes."""
    use_case = site.use_case()
    early = [f"early-{number}" for number in range(220)]
    for at in range(0, 220, 20):
        site.add(naming(site, use_case, *early[at : at + 20]))
    blank = UploadedImage(
        source_id="", workspace=site.mine, hash="", content_type="image/png", bytes=1, width=1, height=1
    )
    for number, id in enumerate([*early, *[f"unused-{number}" for number in range(210)]]):
        site.store.add_image(structs.replace(blank, source_id=id, hash=f"{number:064x}"), None, NOW)
    assert site.retain(NOW + 25 * HOUR) == Removed(unused_images=210)
    assert site.pictures() == set(early)


def test_an_unused_picture_keeps_its_file_while_a_used_one_has_the_same_bytes(site: Site) -> None:
    use_case, data = site.use_case(), a_picture()
    site.upload(data)
    used = site.upload(data)
    site.add(naming(site, use_case, used))
    assert site.retain(NOW + 25 * HOUR) == Removed(unused_images=1)
    assert site.pictures() == {used}
    assert site.files() == {hash_of(data)}


# Saying what would go


def test_the_plan_tells_what_would_go_and_removes_nothing(site: Site) -> None:
    use_case = site.use_case("Paint line")
    id = site.upload(large_picture())
    site.add(naming(site, use_case, id, timestamp=ago(364.5)), site.event(use_case, timestamp=ago(364.2)))
    site.add(site.event(use_case))
    used = site.store.used_bytes()
    plan = plan_retention(site.store, Limits(max_bytes=used - 500), NOW + DAY)
    (row,) = plan.too_old
    assert (row.use_case, row.events) == ("Paint line", 2)
    assert row.oldest == NOW - int(364.5 * DAY)
    assert (plan.bytes_used, plan.bytes_over) == (used, 500)
    assert site.summary(use_case).event_count == 3
    assert site.pictures() == {id}

    assert site.retain(NOW + DAY) == Removed(too_old=2)
    after = plan_retention(site.store, Limits(max_bytes=used), NOW + DAY)
    assert (after.too_old, after.bytes_over) == ([], 0)


# After a crash


def test_a_crash_between_the_commit_and_the_files_is_mended_by_the_next_run(site: Site) -> None:
    use_case, data = site.use_case(), a_picture()
    site.add(naming(site, use_case, site.upload(data), timestamp=ago(300)))
    assert site.store.expire_events({site.mine: NOW - DAY}, 100) == 1
    site.reopen(lambda: site.backend.open(site.limits))
    assert (site.needed(), site.files()) == (set(), {hash_of(data)})
    assert site.retain() == Removed()
    assert site.files() == set()
    assert site.store.freed_blobs() == []


def test_a_crash_between_the_file_and_its_note_is_mended_too(site: Site) -> None:
    use_case, data = site.use_case(), a_picture()
    site.add(naming(site, use_case, site.upload(data), timestamp=ago(300)))
    site.store.expire_events({site.mine: NOW - DAY}, 100)
    site.blobs.remove_unless(hash_of(data), lambda: False)
    site.reopen(lambda: site.backend.open(site.limits))
    site.retain()
    assert site.store.freed_blobs() == []


def test_bytes_that_came_again_after_the_crash_stay(site: Site) -> None:
    use_case, data = site.use_case(), a_picture()
    site.add(naming(site, use_case, site.upload(data), timestamp=ago(300)))
    site.store.expire_events({site.mine: NOW - DAY}, 100)
    id = site.upload(data)
    site.retain()
    assert site.files() == {hash_of(data)}
    assert find_image(site.store, site.mine, id).hash == hash_of(data)


def published(site: Site, data: bytes) -> None:
    """A file without a row: the crash came between the two."""
    incoming = site.blobs.receive()
    incoming.write(data)
    site.blobs.publish(incoming)


def test_files_that_no_row_names_are_removed(site: Site) -> None:
    kept, orphan = a_picture(), a_picture()
    site.upload(kept)
    published(site, orphan)
    assert remove_orphans(site.store, site.blobs, threading.Event()) == 1
    assert site.files() == {hash_of(kept)}
    stopped = threading.Event()
    stopped.set()
    published(site, orphan)
    assert remove_orphans(site.store, site.blobs, stopped) == 0


def test_what_is_no_picture_of_ours_stays(site: Site) -> None:
    """Somebody's file manager may leave its own files there."""
    orphan = a_picture()
    published(site, orphan)
    stray = site.backend.folder / "blobs" / hash_of(orphan)[:2] / ".DS_Store"
    stray.write_bytes(b"")
    assert remove_orphans(site.store, site.blobs, threading.Event()) == 1
    assert site.files() == {".DS_Store"}


def test_a_server_removes_orphans_at_its_start_and_ends_at_once(site: Site) -> None:
    kept, orphan, abandoned = a_picture(), a_picture(), site.backend.folder / "blobs" / "incoming" / "abandoned"
    site.upload(kept, now=int(time.time() * 1e6))
    published(site, orphan)
    abandoned.write_bytes(b"half")
    janitor = Janitor(site.store, site.blobs, site.limits)
    _wait_until(lambda: site.files() == {hash_of(kept)})
    began = time.monotonic()
    janitor.close()
    assert time.monotonic() - began < 5
    assert abandoned.exists()  # it may still be on its way


def test_a_run_that_fails_does_not_end_the_janitor(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    folder: Path = site.backend.folder / "blobs"
    folder.rename(folder.with_name("gone"))
    janitor = Janitor(site.store, site.blobs, site.limits)
    _wait_until(lambda: len(caplog.records) >= 2)
    assert all("tried again" in record.message for record in caplog.records)
    janitor.close()
    folder.with_name("gone").rename(folder)


def _wait_until(holds: object) -> None:
    deadline = time.monotonic() + 10
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


# Deliveries and uploads that are refused leave nothing either


def test_a_delivery_that_is_refused_leaves_no_file_and_harms_no_other(site: Site) -> None:
    use_case, shared, own = site.use_case(), a_picture(), a_picture()
    id = site.upload(shared)
    entry = {"file": "images/shared.jpg", "inputFile": "images/own.jpg"}
    payload = a_payload("absent", entry, timestamp=ago(1))
    with pytest.raises(UnknownUseCase):
        site.deliver(payload, {"images/shared.jpg": shared, "images/own.jpg": own})
    assert site.files() == {hash_of(shared)}
    assert site.pictures() == {id}
    assert (
        site.deliver(payload | {"useCaseId": use_case.id}, {"images/shared.jpg": shared, "images/own.jpg": own}).images
        == 2
    )
    assert site.files() == {hash_of(shared), hash_of(own)}


def test_a_store_that_takes_no_rows_gets_no_files(site: Site) -> None:
    data = a_picture()
    site.store.close()
    with pytest.raises(Exception, match="shutting down"):
        site.upload(data)
    site.store = site.backend.open(site.limits)
    assert site.files() == set()


def test_removing_freed_files_while_the_same_bytes_come_in_loses_none(site: Site) -> None:
    """Uploads, events, deletions and the unlinking of one content, from many threads at once."""
    use_case, data = site.use_case(), a_picture()
    until = time.monotonic() + 1
    lost: list[str] = []

    def come_and_go(name: str) -> None:
        while time.monotonic() < until:
            id = site.upload(data)
            site.add({**naming(site, use_case, id), "eventId": name})
            if site.blobs.path(hash_of(data)) is None:
                lost.append(id)
            site.delete(use_case, name)

    def unlink() -> None:
        while time.monotonic() < until:
            remove_freed_blobs(site.store, site.blobs)

    threads = [threading.Thread(target=come_and_go, args=(f"e{number}",)) for number in range(4)]
    threads.append(threading.Thread(target=unlink))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lost == []
    assert site.files() == site.needed() == set()
    site.check_statistics()
