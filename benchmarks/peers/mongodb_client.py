"""What runs in MongoDB's environment: events as documents, questions as queries of MongoDB."""

import time
from datetime import UTC, datetime
from typing import Any

import bson
import pymongo
from bson.raw_bson import RawBSONDocument
from pymongo import ASCENDING, DESCENDING

from benchmarks.peers.worker import Event, answer_calls

_NEWEST_FIRST = [("timestamp", DESCENDING), ("_id", DESCENDING)]
_DETECTIONS = ("objectDetections", "instanceSegmentations")
_OPERATORS = {"eq": "$eq", "gt": "$gt", "gte": "$gte"}
# Any field of the metadata can be asked for, as in Sightlog, so its index is the wildcard. Classes have an index that
# also keeps the order of a page.
_INDEXES: list[Any] = [
    [("useCaseId", ASCENDING), *_NEWEST_FIRST],
    [("useCaseId", ASCENDING), ("deviceId", ASCENDING), *_NEWEST_FIRST],
    [("customMetadata.$**", ASCENDING)],
    *([("useCaseId", ASCENDING), (f"images.{kind}.class", ASCENDING), *_NEWEST_FIRST] for kind in _DETECTIONS),
]


class MongoClient:
    """One connection pool of one process."""

    def __init__(self, options: dict[str, Any]) -> None:
        concern = pymongo.WriteConcern(w=1, j=options["durable"])
        self._client: pymongo.MongoClient[Any] = pymongo.MongoClient("127.0.0.1", options["port"])
        self._database = self._client.get_database("events", write_concern=concern)
        self._events = self._database.get_collection("events")

    def make(self, event: Event) -> RawBSONDocument:
        document = {"_id": event.pop("eventId")} | event
        document["timestamp"] = datetime.fromisoformat(event["timestamp"])
        return RawBSONDocument(bson.encode(document))

    def send(self, made: list[Any]) -> None:
        if len(made) == 1:
            self._events.insert_one(made[0])
        else:
            self._events.insert_many(made, ordered=False)

    def make_empty(self) -> None:
        self._events.drop()
        for keys in _INDEXES:
            self._events.create_index(keys)

    def open(self) -> None:
        """Indexes are the collection's; nothing is to be done."""

    def ask(self, kind: str, body: Event) -> tuple[float, Any]:
        began = time.perf_counter()
        if kind == "page":
            found = list(self._events.find(_filter(body)).sort(_NEWEST_FIRST).limit(body["limit"] + 1))
            took = time.perf_counter() - began
            return took, [[one["_id"] for one in found[: body["limit"]]], len(found) > body["limit"]]
        if kind == "count":
            return self._timed(began, self._events.count_documents(_filter(body)))
        types = list(
            self._events.aggregate(
                [
                    {"$match": _filter(body)},
                    {"$group": {"_id": "$eventType", "count": {"$sum": 1}, "last": {"$max": "$timestamp"}}},
                ]
            )
        )
        last = max(one["last"] for one in types).replace(tzinfo=UTC)
        statistics = [sum(one["count"] for one in types), last.timestamp(), sorted(one["_id"] for one in types)]
        return self._timed(began, statistics)

    @staticmethod
    def _timed(began: float, answer: Any) -> tuple[float, Any]:
        return time.perf_counter() - began, answer

    def facts(self) -> dict[str, Any]:
        version = self._client.server_info()["version"]
        self._client.admin.command("fsync")
        status = self._database.command("dbStats")
        engine = self._client.admin.command("serverStatus")["storageEngine"]
        assert engine["persistent"], engine
        journaled = bool(self._events.write_concern.document["j"])
        when = "after the journal's flush" if journaled else "before the flush, which follows in 0.1 s"
        return {
            "versions": f"MongoDB {version}, pymongo {pymongo.version}",
            "durability": f"{engine['name']}, journal on, w: 1, j: {str(journaled).lower()}: answered {when}",
            "disk_bytes": int(status["storageSize"] + status["indexSize"]),
        }


def _filter(body: Event) -> dict[str, Any]:
    found: dict[str, Any] = {"useCaseId": body["useCaseId"]}
    if "deviceId" in body:
        found["deviceId"] = body["deviceId"]["value"]
    for one in body.get("customMetadataFilters", ()):
        found[f"customMetadata.{one['field']}"] = {_OPERATORS[one["operator"]]: one["value"]}
    if "detection" in body:
        least = body["detection"]["confidence"]["value"]
        wanted = {"$elemMatch": {"class": body["detection"]["value"], "confidence": {"$gte": least}}}
        found["$or"] = [{"images": {"$elemMatch": {kind: wanted}}} for kind in _DETECTIONS]
    return found


if __name__ == "__main__":
    answer_calls(MongoClient)
