"""A disk with too little space left: new data is refused in each dialect's way, and reading goes on."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import an_event, moment
from tests.expect import Caller, answer, refused
from tests.pictures.sending import a_bundle, a_payload, a_picture, kept_files
from tests.processes import Server, serving

Json = dict[str, Any]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Caller, Json]]:
    """A server whose disk became full after its first event; with that event as it was then."""
    folder: Path = tmp_path_factory.mktemp("full") / "data"
    with serving(folder) as roomy, roomy.client(roomy.first_key()) as http:
        key = roomy.first_key()
        caller = Caller(http, key, "my-workspace")
        use_case = caller.new_use_case("Line")
        event = an_event(use_case=use_case, images=[{"sourceId": caller.upload(a_picture())["sourceId"]}])
        caller.create(event)
        stored = caller.event(event["eventId"])
    with serving(folder, SIGHTLOG_MIN_FREE_BYTES=str(10**18)) as server, server.client(key) as http:
        yield server, Caller(http, key, "my-workspace"), stored


def device_event(**changes: Any) -> Json:
    return {"inference_timestamp": moment(minutes=1), "event_schema": "custom", "event_data": {"value": "x"}} | changes


def test_devices_are_told_to_wait(full: tuple[Server, Caller, Json]) -> None:
    server, caller, _ = full
    image = {"base64Image": base64.b64encode(a_picture()).decode()}
    with server.client(None) as http:
        for event in (device_event(solution="Line"), device_event(solution="Never made", images=[image])):
            body = answer(http.post("/v2/events", json=event, headers={"X-API-Key": caller.key}), 529)
            assert body["error"] == "capacity_blocked"
            assert "SIGHTLOG_MIN_FREE_BYTES" in body["detail"]
    names = [row["name"] for row in answer(caller.http.get("/vision-events/use-cases"))["useCases"]]
    assert names == ["Line"]


def test_every_other_way_in_is_refused_with_what_to_do(full: tuple[Server, Caller, Json]) -> None:
    server, caller, stored = full
    event, files = an_event(use_case=stored["useCaseId"]), kept_files(server.data)
    bundle = a_bundle(a_payload(stored["useCaseId"], {"file": "images/a.jpg"}), {"images/a.jpg": a_picture()})
    replies = [
        caller.http.post("/vision-events", json=event),
        caller.http.post("/vision-events/batch", json={"events": [event]}),
        caller.http.post("/vision-events/upload", files={"file": a_picture()}),
        caller.http.post("/vision-events/bundle", content=bundle),
    ]
    for reply in replies:
        body = refused(reply, 507, "storage_full", says="SIGHTLOG_MIN_FREE_BYTES")
        assert "nothing was stored" in body["error"]
    assert caller.ids(stored["useCaseId"]) == [stored["eventId"]]
    assert kept_files(server.data) == files


def test_who_may_not_write_learns_that_first(full: tuple[Server, Caller, Json]) -> None:
    _, caller, _ = full
    wrong = {"Authorization": "Bearer sl_" + "0b" * 32}
    refused(caller.http.post("/vision-events", json={}, headers=wrong), 401, "unauthenticated")


def test_reading_goes_on(full: tuple[Server, Caller, Json]) -> None:
    _, caller, stored = full
    assert caller.event(stored["eventId"]) == stored
    assert caller.count(stored["useCaseId"]) == 1
    assert caller.picture(stored["images"][0]["sourceId"]).content
    caller.facets(stored["useCaseId"])
    assert answer(caller.http.get("/v2/events/latest/query"))["count"] == 1
    for path in ("/readyz", "/healthz", "/health"):
        answer(caller.http.get(path))


def test_deleting_is_possible_because_it_makes_room(full: tuple[Server, Caller, Json]) -> None:
    _, caller, stored = full
    assert caller.delete(stored["useCaseId"], stored["eventId"]) == {"deleted": 1, "notFound": []}
    assert caller.count(stored["useCaseId"]) == 0
