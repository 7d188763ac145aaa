"""What answers must look like, in one place."""

from typing import Any

import httpx

Json = dict[str, Any]


def answer(response: httpx.Response, status: int = 200) -> Any:
    """The body of a reply that must have this status."""
    assert response.status_code == status, f"{response.status_code} {response.text[:2000]}"
    assert response.headers["x-request-id"]
    assert response.headers["content-type"].startswith("application/json")
    return response.json()


def refused(response: httpx.Response, status: int, code: str, path: str | None = None, says: str | None = None) -> Json:
    """The body of a refusal: one shape for all, with a problem at `path` and `says` somewhere in its text."""
    body: Json = answer(response, status)
    assert body["code"] == code, body
    assert isinstance(body["error"], str)
    assert body["error"]
    assert body["requestId"] == response.headers["x-request-id"]
    if path is not None:
        assert path in paths_of(body), body
    if says is not None:
        told = body["error"] + " ".join(problem["message"] for problem in body.get("details", []))
        assert says.casefold() in told.casefold(), body
    return body


def paths_of(body: Json) -> list[str]:
    """Where an error's problems are."""
    return [problem["path"] for problem in body.get("details", [])]


def in_batch(index: int, path: str) -> str:
    """How the path of a problem in a batch is written."""
    return f"events.{index}.{path}"


def warned_of(reply: Json) -> list[tuple[str, str]]:
    """The warnings of a reply or event, as (code, path)."""
    for warning in reply.get("warnings", []):
        assert warning["message"], warning
    return [(warning["code"], warning["path"]) for warning in reply.get("warnings", [])]


class Caller:
    """The calls that most tests begin with, over one key, each checked for its one right status."""

    def __init__(self, http: httpx.Client, key: str, workspace: str) -> None:
        self.http = http
        self.key = key
        self.workspace = workspace

    def create(self, event: Json) -> Json:
        reply: Json = answer(self.http.post("/vision-events", json=event), 201)
        return reply

    def batch(self, *events: Json) -> Json:
        reply: Json = answer(self.http.post("/vision-events/batch", json={"events": list(events)}), 201)
        return reply

    def query(self, use_case: str, **filters: Any) -> Json:
        body = {"useCaseId": use_case} | filters
        reply: Json = answer(self.http.post("/vision-events/query", json=body))
        return reply

    def ids(self, use_case: str, **filters: Any) -> list[str]:
        return [event["eventId"] for event in self.query(use_case, **filters)["events"]]

    def count(self, use_case: str, **filters: Any) -> int:
        body = {"useCaseId": use_case} | filters
        count: int = answer(self.http.post("/vision-events/count", json=body))["count"]
        return count

    def event(self, event_id: str) -> Json:
        """One event, which must have been sent by this test; the id needs no escaping."""
        reply: Json = answer(self.http.get(f"/vision-events/events/{event_id}"))
        return reply

    def upload(self, data: bytes, name: str = "picture", **form: str) -> Json:
        reply: Json = answer(self.http.post("/vision-events/upload", files={"file": (name, data)}, data=form), 201)
        return reply

    def bundle(self, content: bytes, **parameters: str) -> Json:
        reply: Json = answer(self.http.post("/vision-events/bundle", content=content, params=parameters), 201)
        return reply

    def picture(self, source_id: str, status: int = 200, **parameters: str) -> httpx.Response:
        reply = self.http.get(f"/vision-events/images/{source_id}", params=parameters)
        assert reply.status_code == status, f"{reply.status_code} {reply.text[:2000]}"
        return reply

    def delete(self, use_case: str, *event_ids: str) -> Json:
        body = {"useCaseId": use_case, "eventIds": list(event_ids)}
        reply: Json = answer(self.http.post("/vision-events/delete", json=body))
        return reply

    def new_use_case(self, name: str) -> str:
        id_: str = answer(self.http.post("/vision-events/use-cases", json={"name": name}), 201)["id"]
        return id_

    def use_case(self, use_case: str) -> Json:
        """The use case's row in the list."""
        rows = answer(self.http.get("/vision-events/use-cases", params={"status": "all"}))["useCases"]
        row: Json = next(row for row in rows if row["id"] == use_case)
        return row

    def facets(self, use_case: str) -> Json:
        reply: Json = answer(self.http.get(f"/vision-events/facets/{use_case}"))
        return reply

    def schema(self, use_case: str, of: str = "custom") -> Json:
        fields: Json = answer(self.http.get(f"/vision-events/{of}-metadata-schema/{use_case}"))["fields"]
        return fields

    def archive(self, use_case: str) -> None:
        assert answer(self.http.post(f"/vision-events/use-cases/{use_case}/archive")) == {"success": True}

    def unarchive(self, use_case: str) -> None:
        assert answer(self.http.post(f"/vision-events/use-cases/{use_case}/unarchive")) == {"success": True}
