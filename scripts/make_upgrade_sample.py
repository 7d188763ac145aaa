"""Makes the upgrade sample of the newest table version: `make sample`.

Every version of the tables leaves one in tests/upgrade/samples/: a backup with a little of everything in it, and
beside it what the server of that version answered. While a version is not released yet its sample may be made again;
afterwards it never changes.
"""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from sightlog.store.opening import newest_store_version
from sightlog.store.sqlite.connection import DATABASE_FILE
from tests.builders import MAIN_DATA, SENTENCE, a_box, an_event, an_image, feedback_on, moment
from tests.expect import Caller
from tests.pictures.making import whole
from tests.processes import serving, sightlog
from tests.upgrade.answers import Expected, Question, ask

SAMPLES = Path(__file__).parents[1] / "tests" / "upgrade" / "samples"

Json = dict[str, Any]


def make_sample() -> Path:
    """Make it anew; where it is."""
    sample = SAMPLES / f"v{newest_store_version():04}"
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary) / "data"
        # Kept for ever, so that a sample does not lose its events to retention when it is a year old.
        with serving(data, "--lookback-days", "0") as server:
            keys = _make_keys(data, server.first_key())
            with server.client(keys["full"]) as http, server.client(keys["camera"]) as camera:
                questions = _fill(Caller(http, keys["full"], ""), Caller(camera, keys["camera"], ""))
            with server.client(keys["neighbour"]) as http:
                questions += _fill_neighbour(Caller(http, keys["neighbour"], ""))
            answers = [ask(server.url, keys, question) for question in questions]
        with closing(sqlite3.connect(data / DATABASE_FILE)) as connection:
            connection.execute("VACUUM")
        shutil.rmtree(sample, ignore_errors=True)
        sample.parent.mkdir(exist_ok=True)
        sightlog("backup", str(sample), data=data)
    content = msgspec.json.format(msgspec.json.encode(Expected(keys, answers)), indent=1)
    (sample / "expected.json").write_bytes(content + b"\n")
    return sample


def _make_keys(data: Path, first: str) -> dict[str, str]:
    def make(name: str, *options: str) -> str:
        return sightlog("keys", "create", "--name", name, *options, data=data).stdout.strip()

    sightlog("workspaces", "create", "neighbour", "--lookback-days", "0", data=data)
    keys = {
        "full": first,
        "reader": make("reader", "--scope", "vision-events:read"),
        "camera": make("camera", "--device-id", "cam-9", "--stream-id", "belt", "--workflow-id", "wf"),
        "revoked": make("revoked"),
        "neighbour": make("neighbour", "--workspace", "neighbour"),
    }
    sightlog("keys", "revoke", "revoked", data=data)
    return keys


def _fill(caller: Caller, camera: Caller) -> list[Question]:
    """Three use cases with events of every type, in every state that the tables know; and what to ask of them."""
    line, safety, pilot = (caller.new_use_case(name) for name in ("Paint line", "Straße ✓", "Old pilot"))
    pictures = [
        caller.upload(whole("image/jpeg"), "front.jpg", metadata='{"lens": "wide", "exposure": 12}')["sourceId"],
        caller.upload(whole("image/png"), "back.png")["sourceId"],
    ]
    picture = an_image(a_box(), a_box("dent", 0.4), sourceId=pictures[0], metadata={"gain": 1.5})
    events = [
        _event("full", line, 1, images=[picture, an_image(sourceId=pictures[1])], **_EVERY_FIELD),
        _event("numbers", line, 2, customMetadata={"part": 7, "speed": 1.0, "yes": True}, timestamp=moment(days=40)),
        _event("odd", line, 3, customMetadata={"part": "7"}, future={"deep": [1, 2.0, None, SENTENCE]}),
        _event("overwritten", line, 4, eventData={"result": "fail"}, deviceId="cam-1"),
        _event("deleted", line, 5),
        *[_event(f"type-{name}", safety, 6, event_type=name) for name in MAIN_DATA],
        _event("lost-picture", safety, 7, images=[an_image(sourceId="ve-img-" + "0" * 32)]),
        _event("archived", pilot, 8),
        feedback_on("full", "incorrect", line, eventId="review-1", timestamp=moment(minutes=9), comment="a reflection"),
        feedback_on("full", "correct", line, eventId="review-2", timestamp=moment(minutes=8)),
        feedback_on("nobody", "inconclusive", line, eventId="review-3"),
    ]
    caller.batch(*events)
    caller.create(_event("overwritten", safety, 4, eventData={"result": "pass"}, deviceId="cam-2"))
    caller.delete(line, "deleted")
    camera.create(_event("from-camera", line, 9))
    caller.archive(pilot)
    names = [event["eventId"] for event in events] + ["from-camera", "nobody"]
    return [
        Question("full", "GET", "/vision-events/use-cases?status=all"),
        *[question for use_case in (line, safety, pilot) for question in _questions_of(use_case)],
        *[_question("query", line, one) for one in _FILTERS],
        *[_question("count", line, one) for one in _FILTERS],
        *[Question("full", "GET", f"/vision-events/events/{name}") for name in dict.fromkeys(names)],
        *[Question("reader", "GET", f"/vision-events/images/{id}") for id in pictures],
        Question("reader", "POST", "/vision-events", _event("refused", line, 10)),
        Question("full", "POST", "/vision-events", _event("refused", pilot, 10)),
        Question("revoked", "GET", "/vision-events/use-cases"),
        Question("neighbour", "GET", "/vision-events/events/full"),
    ]


def _fill_neighbour(caller: Caller) -> list[Question]:
    """The same names in another workspace."""
    line = caller.new_use_case("Paint line")
    caller.create(_event("full", line, 1, deviceId="theirs"))
    return [
        Question("neighbour", "GET", "/vision-events/use-cases?status=all"),
        _question("query", line, {}, "neighbour"),
    ]


_EVERY_FIELD: Json = {
    "eventData": {"result": "fail", "externalId": "part-1"},
    "deviceId": "cam-1",
    "streamId": "belt",
    "workflowId": "wf",
    "displayImagePosition": 0,
    "comment": SENTENCE,
    "customMetadata": {"part": "A7", "speed": 1, "yes": False, "text": SENTENCE},
}
_FILTERS: list[Json] = [
    {"eventTypes": ["quality_check"], "limit": 2},
    {"deviceId": {"operator": "in", "value": ["cam-1", "cam-9"]}},
    {"detection": {"operator": "eq", "value": "scratch", "confidence": {"operator": "gte", "value": 0.5}}},
    {"customMetadataFilters": [{"field": "part", "operator": "eq", "value": 7}]},
    {"customMetadataFilters": [{"field": "part", "operator": "neq", "value": "A7"}]},
    {"imageMetadataFilters": [{"field": "lens", "operator": "eq", "value": "wide"}]},
    {"eventFieldFilters": [{"column": "result", "operator": "eq", "value": "fail"}]},
    {"feedbackStatus": ["correct"]},
    {"hasWarnings": True},
]


def _event(name: str, use_case: str, minutes: int, **changes: Any) -> Json:
    return an_event(use_case=use_case, **({"eventId": name, "timestamp": moment(hours=1, minutes=minutes)} | changes))


def _questions_of(use_case: str) -> list[Question]:
    kinds = ("facets", "custom-metadata-schema", "image-metadata-schema")
    looks = [Question("full", "GET", f"/vision-events/{kind}/{use_case}") for kind in kinds]
    return [_question("query", use_case, {}), _question("count", use_case, {}), *looks]


def _question(verb: str, use_case: str, filters: Json, key: str = "full") -> Question:
    wanted = {name: value for name, value in filters.items() if verb == "query" or name != "limit"}
    return Question(key, "POST", f"/vision-events/{verb}", {"useCaseId": use_case} | wanted)


if __name__ == "__main__":
    print(make_sample())
