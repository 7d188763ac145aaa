"""The inferred schema: which fields, of which types, how often and since when."""

from tests.contract.plant import Plant


def test_types_are_observed_and_the_most_frequent_comes_first(plant: Plant) -> None:
    use_case = plant.use_case()
    for value in (1, 2.5, "hot", True, "cold", "warm"):
        plant.add(plant.event(use_case, customMetadata={"temp": value, "shift": "night"}))
    schema = plant.store.metadata_schema(plant.mine, use_case, of_images=False)
    assert schema.use_case_id == use_case.id
    assert list(schema.fields) == ["shift", "temp"]
    temp = schema.fields["temp"]
    assert (temp.types, temp.count) == (["string", "number", "boolean"], 6)
    assert temp.count_by_type == {"string": 3, "number": 2, "boolean": 1}


def test_integers_and_floats_are_both_numbers(plant: Plant) -> None:
    use_case = plant.use_case()
    plant.add(plant.event(use_case, customMetadata={"a": 1}), plant.event(use_case, customMetadata={"a": 1.0}))
    field = plant.store.metadata_schema(plant.mine, use_case, of_images=False).fields["a"]
    assert field.count_by_type == {"number": 2}


def test_the_times_of_a_field_widen_with_its_events(plant: Plant) -> None:
    use_case = plant.use_case()
    for hour in ("07", "05", "08"):
        plant.add(plant.event(use_case, timestamp=f"2026-08-13T{hour}:00:00Z", customMetadata={"shift": "night"}))
    field = plant.store.metadata_schema(plant.mine, use_case, of_images=False).fields["shift"]
    assert field.first_seen_at == "2026-08-13T05:00:00.000000Z"
    assert field.last_seen_at == "2026-08-13T08:00:00.000000Z"


def test_a_field_is_forgotten_with_its_last_event_and_begins_anew(plant: Plant) -> None:
    use_case = plant.use_case()
    old = plant.event(use_case, eventId="e", timestamp="2026-01-01T00:00:00Z", customMetadata={"shift": "night"})
    plant.add(old)
    plant.add(old | {"customMetadata": {}})
    assert plant.store.metadata_schema(plant.mine, use_case, of_images=False).fields == {}
    plant.add(plant.event(use_case, timestamp="2026-08-13T08:00:00Z", customMetadata={"shift": "night"}))
    field = plant.store.metadata_schema(plant.mine, use_case, of_images=False).fields["shift"]
    assert field.first_seen_at == field.last_seen_at == "2026-08-13T08:00:00.000000Z"
    plant.check_statistics()


def test_image_metadata_is_counted_once_an_event_and_apart(plant: Plant) -> None:
    use_case = plant.use_case()
    images = [{"metadata": {"lens": "wide", "iso": 100}}, {"metadata": {"lens": "tele", "iso": 100.0}}]
    plant.add(plant.event(use_case, images=images, customMetadata={"shift": "night"}))
    of_images = plant.store.metadata_schema(plant.mine, use_case, of_images=True).fields
    assert {name: field.count for name, field in of_images.items()} == {"iso": 1, "lens": 1}
    assert list(plant.store.metadata_schema(plant.mine, use_case, of_images=False).fields) == ["shift"]
    plant.check_statistics()


def test_a_schema_is_of_one_use_case(plant: Plant) -> None:
    one, two = plant.use_case("one"), plant.use_case("two")
    plant.add(plant.event(one, customMetadata={"shift": "night"}))
    assert plant.store.metadata_schema(plant.mine, two, of_images=False).fields == {}
