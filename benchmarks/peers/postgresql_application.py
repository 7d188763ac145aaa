"""The application that a team would put in front of PostgreSQL: checked by pydantic, stored as jsonb, a page of SQL.
It runs in the peer's environment; the variable DATABASE says where the database is."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, Field

_CONNECTIONS = 16
_INSERT = """
INSERT INTO events (id, use_case, time, type, device, metadata, classes, body) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET use_case = excluded.use_case, time = excluded.time, type = excluded.type,
    device = excluded.device, metadata = excluded.metadata, classes = excluded.classes, body = excluded.body
"""
_JSON_PATH_OPERATORS = {"gt": ">", "gte": ">="}
_KINDS = ("objectDetections", "instanceSegmentations")


class Detection(BaseModel):
    """A box or an outline."""

    name: str = Field(alias="class", max_length=256)
    confidence: float = Field(ge=0, le=1)
    x: float
    y: float
    width: float
    height: float
    points: list[tuple[float, float]] | None = None


class Image(BaseModel):
    """A picture's annotations."""

    label: str | None = None
    objectDetections: list[Detection] = []  # noqa: N815  # the wire's name
    instanceSegmentations: list[Detection] = []  # noqa: N815


class Event(BaseModel):
    """A vision event."""

    eventId: str = Field(min_length=1, max_length=256)  # noqa: N815
    eventType: Literal["quality_check", "inventory_count", "safety_alert", "custom", "operator_feedback"]  # noqa: N815
    useCaseId: str  # noqa: N815
    timestamp: datetime
    deviceId: str | None = None  # noqa: N815
    streamId: str | None = None  # noqa: N815
    workflowId: str | None = None  # noqa: N815
    eventData: dict[str, str | int | float | bool]  # noqa: N815
    customMetadata: dict[str, bool | int | float | str] = {}  # noqa: N815
    comment: str | None = None
    images: list[Image] = []


class Batch(BaseModel):
    """Up to a hundred events."""

    events: list[Event] = Field(min_length=1, max_length=100)


@asynccontextmanager
async def _with_pool(application: FastAPI) -> AsyncIterator[None]:
    async with AsyncConnectionPool(os.environ["DATABASE"], min_size=2, max_size=_CONNECTIONS, open=False) as pool:
        application.state.pool = pool
        yield


application = FastAPI(lifespan=_with_pool)


@application.post("/events", status_code=201)
async def create_event(event: Event, request: Request) -> Response:
    """Store one event."""
    async with request.app.state.pool.connection() as connection:
        await connection.execute(_INSERT, _row(event))
    return _answer({"eventId": event.eventId}, 201)


@application.post("/events/batch", status_code=201)
async def create_events(batch: Batch, request: Request) -> Response:
    """Store events, all or none."""
    async with request.app.state.pool.connection() as connection, connection.cursor() as cursor:
        await cursor.executemany(_INSERT, [_row(event) for event in batch.events])
    return _answer({"created": len(batch.events), "eventIds": [event.eventId for event in batch.events]}, 201)


@application.post("/events/query")
async def find_events(request: Request) -> Response:
    """The newest events that match, as they came."""
    body = await request.json()
    where, values = _condition(body)
    # As text: the database has JSON, and the caller wants JSON.
    statement = f"SELECT body::text FROM events WHERE {where} ORDER BY time DESC, id DESC LIMIT %s"
    async with request.app.state.pool.connection() as connection:
        found = await connection.execute(statement, [*values, body["limit"] + 1], prepare=False)
        rows = [row[0] for row in await found.fetchall()]
    has_more = "true" if len(rows) > body["limit"] else "false"
    text = f'{{"events":[{",".join(rows[: body["limit"]])}],"hasMore":{has_more}}}'
    return Response(text, media_type="application/json")


@application.post("/events/count")
async def count_events(request: Request) -> Response:
    """How many events match."""
    where, values = _condition(await request.json())
    async with request.app.state.pool.connection() as connection:
        found = await connection.execute(f"SELECT count(*) FROM events WHERE {where}", values, prepare=False)
        return _answer({"count": (await found.fetchone())[0]})


@application.get("/use-cases/{use_case}/statistics")
async def get_statistics(use_case: str, request: Request) -> Response:
    """How many events, the last one's time, and the types."""
    statement = "SELECT type, count(*), max(time) FROM events WHERE use_case = %s GROUP BY type"
    async with request.app.state.pool.connection() as connection:
        rows = await (await connection.execute(statement, [use_case], prepare=False)).fetchall()
    return _answer(
        {
            "count": sum(row[1] for row in rows),
            "lastEventAt": max(row[2] for row in rows).isoformat(),
            "eventTypes": [row[0] for row in rows],
        }
    )


def _answer(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content), status, media_type="application/json")


def _row(event: Event) -> tuple[Any, ...]:
    body = event.model_dump(mode="json", by_alias=True, exclude_unset=True)
    annotations = (one for image in event.images for one in (*image.objectDetections, *image.instanceSegmentations))
    return (
        event.eventId,
        event.useCaseId,
        event.timestamp,
        event.eventType,
        event.deviceId,
        Jsonb(event.customMetadata),
        sorted({one.name for one in annotations}),
        Jsonb(body),
    )


def _condition(body: dict[str, Any]) -> tuple[str, list[Any]]:
    """(what stands after WHERE, its values)."""
    parts, values = ["use_case = %s"], [body["useCaseId"]]
    if "deviceId" in body:
        parts.append("device = %s")
        values.append(body["deviceId"]["value"])
    for one in body.get("customMetadataFilters", ()):
        if one["operator"] == "eq":
            parts.append("metadata @> %s")
            values.append(Jsonb({one["field"]: one["value"]}))
        else:
            # The function, for GIN knows nothing of ranges, and the operator @? might choose it all the same.
            parts.append("jsonb_path_exists(metadata, %s::jsonpath, %s)")
            operator = _JSON_PATH_OPERATORS[one["operator"]]
            values += [f"$.{json.dumps(one['field'])} ? (@ {operator} $value)", Jsonb({"value": one["value"]})]
    if "detection" in body:
        least = body["detection"]["confidence"]["value"]
        wanted = "? (@.class == $class && @.confidence >= $least)"
        some = " || ".join(f"exists($.images[*].{kind}[*] {wanted})" for kind in _KINDS)
        parts.append("classes @> %s AND jsonb_path_match(body, %s::jsonpath, %s)")
        values += [[body["detection"]["value"]], some, Jsonb({"class": body["detection"]["value"], "least": least})]
    return " AND ".join(parts), values
