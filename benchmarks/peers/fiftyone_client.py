"""What runs in FiftyOne's environment: an event is a sample with fields, its annotations are detections."""

import time
from datetime import UTC, datetime
from typing import Any

import fiftyone as fo
import fiftyone.core.odm as foo
from fiftyone import ViewField

from benchmarks.peers.worker import Event, answer_calls

_NAME = "events"
_WIDTH, _HEIGHT = 1920, 1080
_METADATA = {
    "serial": fo.StringField,
    "line": fo.StringField,
    "temperature": fo.FloatField,
    "passed": fo.BooleanField,
    "firmware": fo.StringField,
    "operator": fo.StringField,
}
_FIELDS = {
    "event_id": fo.StringField,
    "event_type": fo.StringField,
    "use_case": fo.StringField,
    "timestamp": fo.DateTimeField,
    "device_id": fo.StringField,
    "stream_id": fo.StringField,
    "workflow_id": fo.StringField,
    "comment": fo.StringField,
    "event_data": fo.DictField,
} | _METADATA
_INDEXES: list[Any] = [
    [("use_case", 1), ("timestamp", -1), ("event_id", -1)],
    "event_id",
    "device_id",
    *_METADATA,
    "detections.detections.label",
]


class FiftyOneClient:
    """One process that has the data set open."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._dataset: Any = None

    def make_empty(self) -> None:
        """A new data set, its fields declared and indexed."""
        if fo.dataset_exists(_NAME):
            fo.delete_dataset(_NAME)
        dataset = fo.Dataset(_NAME, persistent=True)
        dataset.media_type = "image"
        for name, kind in _FIELDS.items():
            dataset.add_sample_field(name, kind)
        dataset.add_sample_field("detections", fo.EmbeddedDocumentField, embedded_doc_type=fo.Detections)
        dataset.add_sample_field("detections.detections.outline", fo.ListField)
        for field in _INDEXES:
            dataset.create_index(field)
        self._dataset = dataset

    def open(self) -> None:
        """Take the data set that another process has made."""
        self._dataset = fo.load_dataset(_NAME, reload=True)

    def make(self, event: Event) -> Any:
        """The event itself: making samples of it is part of the work, for nothing else can be sent."""
        return event

    def send(self, made: list[Any]) -> None:
        if len(made) == 1:
            self._dataset.add_sample(_sample(made[0]))
        else:
            self._dataset.add_samples([_sample(event) for event in made], progress=False)

    def ask(self, kind: str, body: Event) -> tuple[float, Any]:
        began = time.perf_counter()
        view = self._dataset.match(_expression(body))
        if kind == "page":
            newest = view.sort_by([("timestamp", -1), ("event_id", -1)]).limit(body["limit"] + 1)
            found = list(newest.iter_samples())
            took = time.perf_counter() - began
            return took, [[one.event_id for one in found[: body["limit"]]], len(found) > body["limit"]]
        if kind == "count":
            answer = view.count()
            return time.perf_counter() - began, answer
        types = view.count_values("event_type")
        last = view.bounds("timestamp")[1].replace(tzinfo=UTC)
        took = time.perf_counter() - began
        return took, [sum(types.values()), last.timestamp(), sorted(types)]

    def facts(self) -> dict[str, Any]:
        database = foo.get_db_conn()
        journaled = bool(database.write_concern.document.get("j"))
        database.client.admin.command("fsync")
        status = database.command("dbStats")
        when = "after the journal's flush" if journaled else "before the flush, which follows in 0.1 s"
        how = "journal=true in the address" if journaled else "write concern as it comes"
        return {
            "versions": f"FiftyOne {fo.__version__}, MongoDB {database.client.server_info()['version']}",
            "durability": f"wiredTiger, journal on, {how}: answered {when}",
            "disk_bytes": int(status["storageSize"] + status["indexSize"]),
        }


def _sample(event: Event) -> Any:
    return fo.Sample(
        filepath=f"/pictures/{event['eventId']}.jpg",
        event_id=event["eventId"],
        event_type=event["eventType"],
        use_case=event["useCaseId"],
        timestamp=datetime.fromisoformat(event["timestamp"]),
        device_id=event.get("deviceId"),
        stream_id=event.get("streamId"),
        workflow_id=event.get("workflowId"),
        comment=event.get("comment"),
        event_data=event["eventData"],
        detections=fo.Detections(
            detections=[
                _detection(one)
                for image in event.get("images", ())
                for one in (*image["objectDetections"], *image["instanceSegmentations"])
            ]
        ),
        **event["customMetadata"],
    )


def _detection(one: Event) -> Any:
    box = [one["x"] / _WIDTH, one["y"] / _HEIGHT, one["width"] / _WIDTH, one["height"] / _HEIGHT]
    more = {"outline": one["points"]} if "points" in one else {}
    return fo.Detection(label=one["class"], confidence=one["confidence"], bounding_box=box, **more)


def _expression(body: Event) -> Any:
    found = ViewField("use_case") == body["useCaseId"]
    if "deviceId" in body:
        found &= ViewField("device_id") == body["deviceId"]["value"]
    for one in body.get("customMetadataFilters", ()):
        field = ViewField(one["field"])
        found &= field == one["value"] if one["operator"] == "eq" else field > one["value"]
    if "detection" in body:
        wanted = ViewField("label") == body["detection"]["value"]
        wanted &= ViewField("confidence") >= body["detection"]["confidence"]["value"]
        found &= ViewField("detections.detections").filter(wanted).length() > 0
    return found


if __name__ == "__main__":
    answer_calls(FiftyOneClient)
