"""Events with pictures on a server, and everything that it answers of them, to compare with another's answers."""

import hashlib
import io
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from tests.builders import an_event, an_image, new_id
from tests.expect import Caller
from tests.processes import Server

Json = dict[str, Any]


def a_picture() -> bytes:
    """A tiny picture that is like no other."""
    file = io.BytesIO()
    Image.frombytes("RGB", (6, 6), random.randbytes(108)).save(file, "PNG")
    return file.getvalue()


def add_with_picture(caller: Caller, use_case: str) -> str:
    """Upload a picture and store an event that names it; the event's id, once it is acknowledged."""
    source_id = caller.upload(a_picture())["sourceId"]
    event = an_event(use_case=use_case, images=[an_image(sourceId=source_id)], customMetadata={"mark": new_id()})
    return str(caller.create(event)["eventId"])


@contextmanager
def calling(server: Server, key: str | None = None) -> Iterator[Caller]:
    """Somebody with this key, or with the one of the first start."""
    key = key or server.first_key()
    with server.client(key) as http:
        yield Caller(http, key, "")


def everything(caller: Caller) -> Json:
    """All events by their ids, all statistics, and the hash of every picture as it is served."""
    found: Json = {"useCases": caller.http.get("/vision-events/use-cases", params={"status": "all"}).json()}
    for use_case in [row["id"] for row in found["useCases"]["useCases"]]:
        found[use_case] = (caller.facets(use_case), caller.schema(use_case))
        cursor: dict[str, str] = {}
        while True:
            page = caller.query(use_case, limit=1000, **cursor)
            for event in page["events"]:
                found[event["eventId"]] = event
                for image in event["images"]:
                    image.pop("url", None)
                    if "sourceId" in image:
                        served = caller.picture(image["sourceId"]).content
                        found[image["sourceId"]] = hashlib.sha256(served).hexdigest()
            if not page["hasMore"]:
                break
            cursor = {"cursor": page["nextCursor"]}
    return found
