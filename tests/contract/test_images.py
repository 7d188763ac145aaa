"""What the store knows of pictures: rows that come with uploads and leave with the last event that names them."""

from msgspec import structs

from sightlog.domain.images import UploadedImage
from tests.contract.plant import HOUR, NOW, OpenStore, Plant


def a_picture(plant: Plant, id: str = "img-1", **changes: object) -> UploadedImage:
    picture = UploadedImage(
        source_id=id,
        workspace=plant.mine,
        hash="ab" * 32,
        content_type="image/png",
        bytes=1000,
        width=640,
        height=480,
    )
    return structs.replace(picture, **changes)


def test_a_picture_is_found_as_it_was_added(plant: Plant) -> None:
    picture = a_picture(plant, name="front.png", metadata={"lens": "wide", "iso": 100, "gain": 1.0, "hdr": True})
    plant.store.add_image(picture, None, NOW)
    found = plant.store.find_images(["img-1", "img-2"])
    assert found == {"img-1": picture}
    assert list((found["img-1"].metadata or {}).items()) == list((picture.metadata or {}).items())


def test_the_same_id_again_changes_nothing(plant: Plant) -> None:
    plant.store.add_image(a_picture(plant, name="first"), None, NOW)
    before = plant.store.used_bytes()
    plant.store.add_image(a_picture(plant, name="second"), None, NOW)
    assert plant.store.find_images(["img-1"])["img-1"].name == "first"
    assert plant.store.used_bytes() == before


def test_an_event_that_names_a_missing_picture_gets_a_warning(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.store.add_image(a_picture(plant, "theirs", workspace=plant.theirs), None, NOW)
    images = [{"sourceId": "nobody"}, {"inputSourceId": "theirs"}]
    receipt = plant.add(plant.event(use_case, images=images))[0]
    told = [(warning.code, warning.path) for warning in receipt.warnings]
    assert told == [("image_not_found", "images.0.sourceId"), ("image_not_found", "images.1.inputSourceId")]
    assert len(plant.ids(use_case, hasWarnings=True)) == 1


def test_what_was_said_of_a_picture_at_its_upload_becomes_a_fact_of_the_events_that_name_it(
    plant: Plant,
) -> None:
    use_case = plant.use_case()
    plant.store.add_image(a_picture(plant, metadata={"lens": "wide"}), None, NOW)
    plant.add(plant.event(use_case, eventId="e", images=[{"sourceId": "img-1", "metadata": {"iso": 100}}]))
    for name, value in (("lens", "wide"), ("iso", 100)):
        assert plant.ids(use_case, imageMetadataFilters=[{"field": name, "operator": "eq", "value": value}]) == ["e"]
    assert list(plant.store.metadata_schema(plant.mine, use_case, of_images=True).fields) == ["iso", "lens"]
    plant.check_statistics()
    plant.add(plant.event(use_case, eventId="e"))
    assert plant.store.metadata_schema(plant.mine, use_case, of_images=True).fields == {}
    plant.check_statistics()


def test_a_picture_leaves_with_the_last_event_that_names_it(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.store.add_image(a_picture(plant), None, NOW)
    plant.add(*[plant.event(use_case, eventId=id, images=[{"sourceId": "img-1"}]) for id in "ab"])
    plant.store.delete_events(plant.mine, use_case, ["a"])
    assert plant.store.is_blob_needed("ab" * 32)
    plant.add(plant.event(use_case, eventId="b"))
    assert plant.store.find_images(["img-1"]) == {}
    assert not plant.store.is_blob_needed("ab" * 32)
    assert plant.store.freed_blobs() == ["ab" * 32]


def test_an_overwrite_that_names_the_same_picture_keeps_it(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.store.add_image(a_picture(plant), None, NOW)
    for _ in range(2):
        plant.add(plant.event(use_case, eventId="e", images=[{"sourceId": "img-1"}]))
    assert list(plant.store.find_images(["img-1"])) == ["img-1"]
    assert plant.store.freed_blobs() == []


def test_a_blob_is_kept_while_another_picture_has_the_same_bytes(plant: Plant) -> None:
    use_case = plant.use_case()
    for id in ("img-1", "img-2"):
        plant.store.add_image(a_picture(plant, id), None, NOW)
    plant.add(plant.event(use_case, eventId="e", images=[{"sourceId": "img-1"}]))
    plant.store.delete_events(plant.mine, use_case, ["e"])
    assert list(plant.store.find_images(["img-1", "img-2"])) == ["img-2"]
    assert plant.store.is_blob_needed("ab" * 32)
    assert plant.store.freed_blobs() == []


def test_pictures_that_no_event_ever_named_expire(plant: Plant) -> None:
    use_case = plant.use_case()
    for id, uploaded_at in (("old", NOW - HOUR), ("new", NOW), ("used", NOW - HOUR)):
        plant.store.add_image(a_picture(plant, id, hash=id * 10), None, uploaded_at)
    plant.add(plant.event(use_case, images=[{"sourceId": "used"}]))
    assert plant.store.expire_images(NOW, 10) == 1
    assert sorted(plant.store.find_images(["old", "new", "used"])) == ["new", "used"]
    assert plant.store.freed_blobs() == ["old" * 10]


def test_a_freed_blob_stays_listed_until_it_was_removed_or_is_needed_again(plant: Plant, open_store: OpenStore) -> None:
    plant.store.add_image(a_picture(plant), None, NOW - HOUR)
    plant.store.expire_images(NOW, 10)
    plant.reopen(open_store)
    assert plant.store.freed_blobs() == ["ab" * 32]
    plant.store.forget_freed_blob("ab" * 32, was_removed=False)
    assert plant.store.freed_blobs() == ["ab" * 32]
    plant.store.add_image(a_picture(plant, "img-2"), None, NOW)
    assert plant.store.freed_blobs() == []
    plant.store.forget_freed_blob("ab" * 32, was_removed=True)
    assert plant.store.freed_blobs() == []


def test_used_bytes_count_different_pictures_once(plant: Plant) -> None:
    before = plant.store.used_bytes()
    for id, hash, size in (
        ("a", "aa" * 32, 10_000_000),
        ("b", "aa" * 32, 10_000_000),
        ("c", "cc" * 32, 5_000_000),
    ):
        plant.store.add_image(a_picture(plant, id, hash=hash, bytes=size), None, NOW - HOUR)
    assert 15_000_000 <= plant.store.used_bytes() - before < 15_200_000
    plant.store.expire_images(NOW, 10)
    assert plant.store.used_bytes() - before < 200_000
