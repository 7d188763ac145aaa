"""An acknowledgement means durable: what was answered with 201 survives the end of the process without any warning."""

import threading
from pathlib import Path

import httpx

from tests.builders import an_event
from tests.processes import serving, sightlog


def test_every_acknowledged_event_survives_kill_9(folder: Path) -> None:
    """Four writers at once; the process dies in the middle; then everything is counted."""
    acknowledged: list[str] = []
    with serving(folder) as server:
        key = server.first_key()
        with server.client(key) as http:
            use_case = http.post("/vision-events/use-cases", json={"name": "Line"}).json()["id"]

        def write_until_it_dies() -> None:
            with server.client(key) as http:
                while True:
                    event = an_event(use_case=use_case, customMetadata={"shift": "night"})
                    try:
                        reply = http.post("/vision-events", json=event)
                    except httpx.TransportError:
                        return
                    assert reply.status_code == 201
                    acknowledged.append(event["eventId"])

        writers = [threading.Thread(target=write_until_it_dies) for _ in range(4)]
        for writer in writers:
            writer.start()
        while len(acknowledged) < 50:
            assert any(writer.is_alive() for writer in writers)
        server.kill()
        for writer in writers:
            writer.join()

    # The dead server's run.json and lock are in nobody's way.
    assert "Line" in sightlog("use-cases", "list", data=folder).stdout
    with serving(folder) as again, again.client(key) as http:
        body = {"useCaseId": use_case, "limit": 1000}
        stored = {event["eventId"] for event in http.post("/vision-events/query", json=body).json()["events"]}
        assert set(acknowledged) <= stored
        (row,) = http.get("/vision-events/use-cases").json()["useCases"]
        schema = http.get(f"/vision-events/custom-metadata-schema/{use_case}").json()["fields"]
        assert row["eventCount"] == schema["shift"]["count"] == len(stored)


def test_sigterm_answers_what_is_under_way(folder: Path) -> None:
    """Whoever got no answer may send again; whoever got one is stored; nobody gets half of one."""
    answered: list[str] = []
    with serving(folder) as server:
        key = server.first_key()
        with server.client(key) as http:
            use_case = http.post("/vision-events/use-cases", json={"name": "Line"}).json()["id"]

        def write_until_it_ends() -> None:
            with server.client(key) as http:
                while True:
                    event = an_event(use_case=use_case)
                    try:
                        if http.post("/vision-events", json=event).status_code == 201:
                            answered.append(event["eventId"])
                    except httpx.TransportError:
                        return

        writer = threading.Thread(target=write_until_it_ends)
        writer.start()
        while len(answered) < 20:
            assert writer.is_alive()
        assert server.stop() == 0
        writer.join()
        assert not (folder / "run.json").exists()
    lines = sightlog("events", "export", data=folder).stdout.splitlines()
    assert all(any(event_id in line for line in lines) for event_id in answered)
