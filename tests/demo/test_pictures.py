"""The demo's pictures: whose they are, that they never change, and that they show what their events say."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from sightlog.demo import assembly_line, construction, warehouse
from sightlog.demo.pictures.drawing import carries_picture, draw_picture, needs_picture
from sightlog.demo.plants import CAMERAS, PARTS
from sightlog.demo.plate_scene import DEFECTS, REFLECTION, limits, plate_box, plate_scene
from sightlog.demo.story import history
from sightlog.demo.timetable import Plot

Body = dict[str, Any]

TUESDAY_NOON = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
MOMENTS = (
    TUESDAY_NOON,
    datetime(2026, 11, 22, 23, 5, tzinfo=UTC),  # the night after a Sunday
    datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
    datetime(2026, 6, 5, 17, 0, tzinfo=UTC),
)


@cache
def events_until(now: datetime) -> tuple[Body, ...]:
    return tuple(history(now))


@cache
def with_pictures() -> tuple[Body, ...]:
    return tuple(body for body in events_until(TUESDAY_NOON) if needs_picture(body, TUESDAY_NOON))


@cache
def newest_of(device_id: str) -> Body:
    return next(body for body in events_until(TUESDAY_NOON) if body.get("deviceId") == device_id)


def frame_of(body: Body) -> Image.Image:
    return Image.open(io.BytesIO(draw_picture(body))).convert("RGB")


def annotations_of(body: Body) -> Iterator[Body]:
    for image in body["images"]:
        for name in ("objectDetections", "instanceSegmentations", "keypoints"):
            yield from image.get(name, ())


def edges(found: Body) -> tuple[float, float, float, float]:
    half_width, half_height = found["width"] / 2, found["height"] / 2
    return (
        found["x"] - half_width,
        found["y"] - half_height,
        found["x"] + half_width,
        found["y"] + half_height,
    )


def differ(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


every_camera = pytest.mark.parametrize("device_id", [camera.device_id for camera in CAMERAS])


@every_camera
def test_a_picture_is_a_jpeg_of_the_announced_size_and_always_the_same(device_id: str) -> None:
    body = newest_of(device_id)
    file = draw_picture(body)
    assert file == draw_picture(body)
    assert 30_000 < len(file) < 250_000
    picture = Image.open(io.BytesIO(file))
    assert (picture.format, picture.size, picture.mode) == ("JPEG", (960, 540), "RGB")


@every_camera
def test_a_picture_is_neither_flat_nor_burnt_out(device_id: str) -> None:
    frame = frame_of(newest_of(device_id)).convert("L")
    statistics = ImageStat.Stat(frame)
    assert 20 < statistics.mean[0] < 190
    assert statistics.stddev[0] > 12
    for left in range(0, 960, 160):
        for top in range(0, 540, 180):
            patch = frame.crop((left, top, left + 160, top + 180))
            assert ImageStat.Stat(patch).stddev[0] > 0.8, "grain lies over everything"


def test_every_camera_sees_something_else() -> None:
    frames = [frame_of(newest_of(camera.device_id)).resize((96, 54)) for camera in CAMERAS]
    for index, one in enumerate(frames):
        assert all(differ(one, other) > 6 for other in frames[index + 1 :])


def test_pictures_of_one_camera_differ_a_little_and_its_background_stays() -> None:
    mine = [body for body in with_pictures() if body["deviceId"] == "cam-graz-l2-top"][:2]
    one, other = map(frame_of, mine)
    corner = (0, 400, 60, 520)
    assert one.tobytes() != other.tobytes()
    assert differ(one.crop(corner), other.crop(corner)) < 6


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%a-%d-%b}")
def test_a_default_history_needs_some_350_pictures(now: datetime) -> None:
    chosen = [body for body in events_until(now) if needs_picture(body, now)]
    assert 200 <= len(chosen) <= 450
    assert all(carries_picture(body) for body in chosen)
    assert len({body["deviceId"] for body in chosen}) >= 12


def test_fails_alerts_and_about_every_third_of_the_others_carry_a_picture() -> None:
    others = []
    for body in events_until(TUESDAY_NOON):
        if body["useCaseId"] == "Bottle Caps Pilot" or not body.get("images"):
            assert not carries_picture(body)
        elif body["eventType"] == "safety_alert" or body["eventData"].get("result") == "fail":
            assert carries_picture(body)
        elif not body["customMetadata"].get("restock_due"):
            others.append(carries_picture(body))
    assert 0.3 < sum(others) / len(others) < 0.37


def test_the_newest_events_and_the_story_have_their_pictures() -> None:
    nights = Plot(TUESDAY_NOON).scratched_nights
    scratched = [
        body
        for body in events_until(TUESDAY_NOON)
        if body["customMetadata"].get("part_number") == "220718" and body["eventData"].get("result") == "fail"
    ]
    assert len(scratched) > 10
    assert all(nights[0][0] <= datetime.fromisoformat(body["timestamp"]) < nights[1][1] for body in scratched)
    newest = [body for body in events_until(TUESDAY_NOON) if carries_picture(body)][:40]
    assert all(needs_picture(body, TUESDAY_NOON) for body in scratched + newest)


def test_every_annotation_lies_within_the_frame() -> None:
    for body in events_until(TUESDAY_NOON):
        for found in annotations_of(body) if body.get("images") else ():
            left, top, right, bottom = edges(found)
            assert 0 <= left < right <= 960
            assert 0 <= top < bottom <= 540
            assert 0.3 <= found["confidence"] <= 0.99


def test_every_counted_box_is_drawn_and_found_where_it_stands() -> None:
    for body in events_until(TUESDAY_NOON):
        if body["eventType"] == "inventory_count":
            scene = warehouse.scene_of(body)
            assert len(scene.stored) == body["eventData"]["itemCount"]
            found = [each for each in annotations_of(body) if each["class"] != "empty_bay"]
            for stored, box in zip(scene.stored, found, strict=True):
                assert box["class"] == stored.kind
                assert all(abs(a - b) < 4 for a, b in zip(edges(box), stored.bounds, strict=True))


def test_a_removed_box_leaves_the_others_where_they_were() -> None:
    counts: dict[tuple[str, str, str], dict[int, set[str]]] = {}
    for body in events_until(TUESDAY_NOON):
        if body["eventType"] == "inventory_count":
            scene = warehouse.scene_of(body)
            for_one_delivery = (body["deviceId"], scene.label, scene.stored[0].seed if scene.stored else "")
            counts.setdefault(for_one_delivery, {})[len(scene.stored)] = {each.seed for each in scene.stored}
    for shelves in counts.values():
        ordered = [shelves[count] for count in sorted(shelves)]
        assert all(fewer <= more for fewer, more in pairwise(ordered))


def test_every_plate_and_defect_is_found_where_it_lies() -> None:
    marks = 0
    for body in events_until(TUESDAY_NOON):
        if body["useCaseId"] == "Assembly Line QA" and body["eventType"] == "quality_check":
            scene = assembly_line.scene_of(body)
            found = list(annotations_of(body))
            plate = next(each for each in found if each["class"] == "plate")
            assert all(abs(a - b) < 4 for a, b in zip(edges(plate), plate_box(scene), strict=True))
            assert sum(each["class"] == "screw" for each in found) == 4 - (scene.lost_screw is not None)
            if scene.mark:
                marks += 1
                shown = "scratch" if scene.mark.kind == REFLECTION else scene.mark.kind
                box = next(each for each in found if each["class"] == shown)
                around = limits([scene.view.seen(u, v) for u, v in scene.mark.points])
                assert all(abs(a - b) < 6 for a, b in zip(edges(box), around, strict=True))
    assert marks > 100


def test_the_people_of_the_scene_are_the_people_of_the_event() -> None:
    for body in events_until(TUESDAY_NOON):
        if body["useCaseId"] == "Construction Site Safety" and body["eventType"] != "operator_feedback":
            scene = construction.scene_of(body)
            found = [each["class"] for each in annotations_of(body)]
            assert found.count("person") == len(scene.people) == body["customMetadata"]["people"]
            assert found.count("helmet") == sum(person.has_helmet for person in scene.people)
            assert found.count("vest") == sum(person.has_vest for person in scene.people)
            lights = [each["class"] for each in body["images"][0]["classifications"]]
            assert lights == [scene.light]


def test_people_are_fifty_to_a_hundred_pixels_tall() -> None:
    heights = [
        found["height"]
        for body in events_until(TUESDAY_NOON)
        if body["useCaseId"] == "Construction Site Safety" and body.get("images")
        for found in annotations_of(body)
        if found["class"] == "person"
    ]
    assert min(heights) > 30, "somebody who bends down is shorter"
    assert max(heights) < 115
    assert 50 < sorted(heights)[len(heights) // 2] < 90


def test_infrared_frames_have_no_colour() -> None:
    night = next(
        body
        for body in events_until(TUESDAY_NOON)
        if body["useCaseId"] == "Construction Site Safety"
        and body["eventType"] == "safety_alert"
        and construction.scene_of(body).light == "infrared"
    )
    red, _, blue = ImageStat.Stat(frame_of(night)).mean
    assert abs(red - blue) < 6


@pytest.mark.parametrize("kind", [*DEFECTS, REFLECTION])
def test_a_defect_changes_the_plate_only_where_it_is(kind: str) -> None:
    from sightlog.demo.pictures.assembly_line import paint

    part = PARTS["L2"][0]
    scenes = [plate_scene("an-event", "cam-graz-l2-top", part, each) for each in (None, kind)]
    clean, marked = (paint(scene).reduce(2) for scene in scenes)
    changed = ImageChops.difference(clean, marked).convert("L").point(lambda value: 255 if value > 30 else 0)
    assert changed.getbbox()
    left, top, right, bottom = changed.getbbox()
    assert right - left < 330
    assert bottom - top < 330


def test_a_picture_takes_little_time() -> None:
    chosen = with_pictures()[::24]
    for body in chosen:
        draw_picture(body)  # the cameras' backgrounds are painted once
    start = process_time()
    for body in chosen:
        draw_picture(body)
    assert (process_time() - start) / len(chosen) < 0.6


def test_ten_thousand_events_still_come_fast() -> None:
    start = process_time()
    assert len(list(history(datetime(2026, 10, 6, 9, 0, tzinfo=UTC)))) > 9_000
    assert process_time() - start < 5
