"""Retention and deletion, rows and files together: what goes, what stays, and that no file is lost or kept for ever."""

import io
import json
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sightlog.blobs.contract import Blobs
from sightlog.blobs.opening import open_blobs
from sightlog.domain.api_keys import Caller
from sightlog.domain.limits import Limits
from sightlog.operations import retention
from sightlog.operations.images import ImageForm, upload_image
from sightlog.operations.retention import (
    delete_events,
    plan_retention,
    remove_orphans,
    run_retention,
    run_retention_for,
)
from sightlog.store.contract import Store
from tests.builders import noise
from tests.contract.backends import Backend
from tests.contract.plant import DAY, HOUR, NOW, Plant

LIMITS = Limits()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    (tmp_path / "pictures").mkdir()
    return open_blobs(tmp_path / "pictures")


def caller(plant: Plant) -> Caller:
    return Caller(workspace=plant.mine, workspace_slug="mine", lookback_days=365, key=None, scopes=None)


def picture(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (8, 8), shade).save(file, "PNG")
    return file.getvalue()


def upload(plant: Plant, blobs: Blobs, shade: int, now: int = NOW) -> str:
    incoming = blobs.receive()
    incoming.write(picture(shade))
    form = ImageForm(metadata=json.dumps({"shade": shade}).encode())
    return upload_image(blobs, plant.store, caller(plant), incoming, form, LIMITS, now).source_id


def files(blobs: Blobs) -> set[str]:
    return set(blobs.all_hashes())


def needed(store: Store, blobs: Blobs) -> set[str]:
    return {hash for hash in blobs.all_hashes() if store.is_blob_needed(hash)}


def test_events_older_than_the_workspace_keeps_go_with_feedback_and_pictures(plant: Plant, blobs: Blobs) -> None:
    use_case = plant.use_case()
    source_id = upload(plant, blobs, 1)
    plant.add(plant.event(use_case, eventId="old", images=[{"sourceId": source_id}]))
    plant.add(plant.review(use_case, "old", "incorrect"))
    assert run_retention(plant.store, blobs, LIMITS, NOW).too_old == 0
    later = NOW + 365 * DAY
    assert [row.events for row in plan_retention(plant.store, LIMITS, later).too_old] == [2]
    removed = run_retention(plant.store, blobs, LIMITS, later)
    assert removed.too_old >= 1
    assert plant.ids(use_case) == []
    assert files(blobs) == set()
    assert plant.store.find_images([source_id]) == {}
    plant.check_statistics()


def test_a_workspace_that_keeps_for_ever_loses_nothing(plant: Plant, blobs: Blobs) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case))
    plant.store.change_workspace(plant.mine, None, 0)
    assert run_retention(plant.store, blobs, LIMITS, NOW + 5000 * DAY).too_old == 0
    assert len(plant.ids(use_case)) == 1


def test_above_the_byte_limit_the_oldest_go_first(plant: Plant, blobs: Blobs) -> None:
    use_case = plant.use_case()
    plant.add(*(plant.event(use_case, comment=noise(4000, n), customMetadata={"n": n}) for n in range(600)))
    newest = plant.ids(use_case)[0]
    used = plant.store.used_bytes()
    limits = Limits(max_bytes=used - 300_000)
    assert plan_retention(plant.store, limits, NOW).bytes_over == 300_000
    removed = run_retention(plant.store, blobs, limits, NOW)
    left = plant.ids(use_case)
    assert removed.for_room > 0
    assert plant.store.used_bytes() <= limits.max_bytes
    assert left[0] == newest
    assert len(left) == 600 - removed.for_room
    plant.check_statistics()


def test_a_picture_that_no_event_names_has_a_day(plant: Plant, blobs: Blobs) -> None:
    upload(plant, blobs, 1)
    run_retention(plant.store, blobs, LIMITS, NOW + 23 * HOUR)
    assert len(files(blobs)) == 1
    assert run_retention(plant.store, blobs, LIMITS, NOW + 25 * HOUR).unused_images == 1
    assert files(blobs) == set()


def test_a_picture_that_an_event_names_stays_past_the_day(plant: Plant, blobs: Blobs) -> None:
    use_case = plant.use_case()
    source_id = upload(plant, blobs, 1)
    plant.add(plant.event(use_case, images=[{"inputSourceId": source_id}]))
    run_retention(plant.store, blobs, LIMITS, NOW + 30 * DAY)
    assert len(files(blobs)) == 1


def test_shared_bytes_stay_until_the_last_picture_goes(plant: Plant, blobs: Blobs) -> None:
    use_case = plant.use_case()
    first, second = upload(plant, blobs, 1), upload(plant, blobs, 1)
    plant.add(plant.event(use_case, eventId="a", images=[{"sourceId": first}]))
    plant.add(plant.event(use_case, eventId="b", images=[{"sourceId": second}]))
    assert len(files(blobs)) == 1
    delete_events(plant.store, blobs, caller(plant), use_case.id, ["a"])
    assert len(files(blobs)) == 1
    delete_events(plant.store, blobs, caller(plant), use_case.id, ["b"])
    assert files(blobs) == set()


def test_what_a_crash_left_to_unlink_goes_with_the_next_run(plant: Plant, blobs: Blobs) -> None:
    """The commit has freed the file, and then the process died."""
    use_case = plant.use_case()
    plant.add(plant.event(use_case, eventId="a", images=[{"sourceId": upload(plant, blobs, 1)}]))
    plant.store.delete_events(plant.mine, use_case, ["a"])
    assert len(files(blobs)) == 1
    run_retention(plant.store, blobs, LIMITS, NOW)
    assert files(blobs) == set()
    assert plant.store.freed_blobs() == []


def test_a_file_without_a_row_goes_at_the_next_start(plant: Plant, blobs: Blobs) -> None:
    """Published, and then the process died before the row was committed."""
    kept = upload(plant, blobs, 1)
    incoming = blobs.receive()
    incoming.write(picture(2))
    incoming.finish()
    blobs.publish(incoming)
    assert remove_orphans(plant.store, blobs, threading.Event()) == 1
    assert files(blobs) == {plant.store.find_images([kept])[kept].hash}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upload"), st.integers(0, 2)),
        st.tuples(st.just("event"), st.integers(0, 3), st.lists(st.integers(0, 4), max_size=3)),
        st.tuples(st.just("review"), st.integers(0, 3), st.sampled_from(["correct", "incorrect"])),
        st.tuples(st.just("delete"), st.integers(0, 3)),
        st.tuples(st.just("retain"), st.integers(0, 400)),
    ),
    max_size=14,
)


@given(steps=STEPS)
def test_in_any_order_nothing_is_lost_or_kept_for_ever(
    kind: type[Backend], tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    """Statistics equal a recomputation, every picture that an event names is there, and every file is needed."""
    folder = tmp_path_factory.mktemp("any-order")
    backend = kind(folder / "data")
    store = backend.open(LIMITS)
    try:
        plant, blobs = Plant(backend, store), open_blobs(folder)
        use_cases = [plant.use_case("one"), plant.use_case("two")]
        uploaded: list[str] = []
        promised: dict[str, set[str]] = {}
        for step in steps:
            match step:
                case ("upload", int(shade)):
                    uploaded.append(upload(plant, blobs, shade))
                case ("event", int(number), list(pictures)):
                    images = [{"sourceId": uploaded[n]} for n in pictures if n < len(uploaded)]
                    promised[f"e{number}"] = set(store.find_images([image["sourceId"] for image in images]))
                    plant.add(plant.event(use_cases[number % 2], eventId=f"e{number}", images=images))
                case ("review", int(number), str(verdict)):
                    plant.add(plant.review(use_cases[0], f"e{number}", verdict))
                case ("delete", int(number)):
                    delete_events(store, blobs, caller(plant), use_cases[number % 2].id, [f"e{number}"])
                case ("retain", int(days)):
                    run_retention(store, blobs, LIMITS, NOW + days * DAY)
            for event in store.export_events(plant.mine, None, 0, 1000):
                found = store.find_images(promised.get(event.event_id, ()))
                assert found.keys() == promised.get(event.event_id, set())
                assert all(blobs.path(image.hash) is not None for image in found.values())
        plant.check_statistics()
        run_retention(store, blobs, LIMITS, NOW + 2 * DAY)
        assert files(blobs) == needed(store, blobs)
        named = {
            entry["sourceId"]
            for event in store.export_events(plant.mine, None, 0, 1000)
            for entry in json.loads(event.images)
        }
        assert store.find_images(uploaded).keys() <= named
        plant.check_statistics()
    finally:
        store.close()


def old_events(plant: Plant, count: int) -> None:
    use_case = plant.use_case()
    plant.add(*[plant.event(use_case, eventId=f"old {n}") for n in range(count)])


def test_a_run_for_a_while_says_whether_anything_is_left(
    plant: Plant, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_EVENTS_PER_STEP", 2)
    monkeypatch.setattr(retention, "_PAUSE", 1_000)
    old_events(plant, 5)
    later = NOW + 366 * DAY
    parts = [run_retention_for(plant.store, blobs, LIMITS, later, 0.05) for _ in range(3)]
    assert [part.too_old for part in parts] == [2, 2, 1]
    assert [part.is_finished for part in parts[:2]] == [False, False]
    last = run_retention_for(plant.store, blobs, LIMITS, later, 60)
    assert (last.too_old, last.is_finished) == (0, True)


def test_two_runs_take_turns(plant: Plant, blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in their pauses: together they leave others as much room as one alone."""
    monkeypatch.setattr(retention, "_EVENTS_PER_STEP", 2)
    old_events(plant, 40)
    steps: list[tuple[float, float]] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            began = time.monotonic()
            time.sleep(0.005)
            steps.append((began, time.monotonic()))
            return self.is_set()

    def run() -> None:
        removed.append(run_retention(plant.store, blobs, LIMITS, NOW + 366 * DAY, Stop()).too_old)

    removed: list[int] = []
    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(removed) == 40
    assert len(steps) == 20
    assert all(ended <= began for (_, ended), (began, _) in pairwise(sorted(steps)))
