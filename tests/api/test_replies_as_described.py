"""Real replies, held against what /openapi.json says of them."""

import re
from typing import Any

import httpx
import jsonschema_rs
import pytest

from tests.builders import a_box, an_event, an_image, feedback_on
from tests.expect import Caller

Json = dict[str, Any]


class Described:
    """The description, ready to judge replies."""

    def __init__(self, document: Json) -> None:
        self.document = document

    def check(self, reply: httpx.Response, path: str) -> Any:
        """The reply's body, which must be what the description says of this path, and say nothing more."""
        method = reply.request.method.lower()
        responses = self.document["paths"][path][method]["responses"]
        response = responses.get(str(reply.status_code), responses["default"])
        schema = response["content"]["application/json"]["schema"]
        judge = jsonschema_rs.Draft202012Validator(schema | {"components": self.document["components"]})
        problems = [f"{list(problem.instance_path)}: {problem}" for problem in judge.iter_errors(reply.json())]
        assert not problems, problems
        self._expect_only_described(reply.json(), schema)
        return reply.json()

    def _expect_only_described(self, value: Any, schema: Json) -> None:
        """A field that the description does not know would be a reply that nobody has described."""
        name = schema.get("$ref", "").rpartition("/")[2]
        if name in ("", "Error") or not isinstance(value, dict):
            return
        properties = self.document["components"]["schemas"][name].get("properties", {})
        unknown = value.keys() - properties.keys() - {"ours"}
        assert not unknown, (name, unknown)
        for field, item in value.items():
            inner = properties.get(field, {})
            for one in item if isinstance(item, list) else [item]:
                self._expect_only_described(one, inner.get("items", inner))


@pytest.fixture(scope="module")
def described(nobody: httpx.Client) -> Described:
    return Described(nobody.get("/openapi.json").json())


@pytest.fixture
def full(caller: Caller, use_case: str) -> Json:
    """An event with everything, reviewed twice, with warnings, and a field that nobody knows."""
    event = an_event(
        use_case=use_case,
        deviceId="cam-5",
        streamId="line-3",
        workflowId="wf-1",
        displayImagePosition=0,
        customMetadata={"shift": "night", "temperature": 72.5, "rework": False, "count": 3},
        comment="ünusual",
        images=[an_image(a_box(), metadata={"lens": "a"}, classifications=[{"class": "day"}])],
        ours={"kept": None},
    )
    caller.create(event)
    caller.batch(feedback_on(event["eventId"], "correct", use_case, comment="fine"))
    caller.create(feedback_on(event["eventId"], "incorrect", use_case))
    return event


def test_created_event_with_and_without_warnings(described: Described, caller: Caller, use_case: str) -> None:
    for event in (an_event(use_case=use_case), an_event(use_case=use_case, ours=1, eventData={})):
        described.check(caller.http.post("/vision-events", json=event), "/vision-events")
    body = {"events": [an_event(use_case=use_case), an_event(use_case=use_case, ours=1)]}
    described.check(caller.http.post("/vision-events/batch", json=body), "/vision-events/batch")


def test_page_count_and_event(described: Described, caller: Caller, use_case: str, full: Json) -> None:
    for body in ({"useCaseId": use_case}, {"useCaseId": use_case, "limit": 1}):
        page = described.check(caller.http.post("/vision-events/query", json=body), "/vision-events/query")
        assert page["events"]
    body = {"useCaseId": use_case, "atMost": 1}
    described.check(caller.http.post("/vision-events/count", json=body), "/vision-events/count")
    path = "/vision-events/events/{eventId}"
    whole = described.check(caller.http.get(path.replace("{eventId}", full["eventId"])), path)
    assert len(whole["feedback"]["all"]) == 2
    assert whole["ours"] == full["ours"]


@pytest.mark.parametrize("what", ["facets", "custom-metadata-schema", "image-metadata-schema"])
def test_facets_and_schemas(described: Described, caller: Caller, use_case: str, full: Json, what: str) -> None:
    path = f"/vision-events/{what}/{{useCaseId}}"
    described.check(caller.http.get(path.replace("{useCaseId}", use_case)), path)


def test_use_cases(described: Described, caller: Caller, use_case: str, full: Json) -> None:
    base = "/vision-events/use-cases"
    described.check(caller.http.get(base, params={"status": "all"}), base)
    created = described.check(caller.http.post(base, json={"name": f"{use_case} two"}), base)
    one = base + "/{useCaseId}"
    address = f"{base}/{created['id']}"
    described.check(caller.http.put(address, json={"name": f"{use_case} three"}), one)
    for verb in ("archive", "unarchive"):
        described.check(caller.http.post(f"{address}/{verb}"), f"{one}/{verb}")


def test_first_calls_and_health(described: Described, caller: Caller, nobody: httpx.Client) -> None:
    key = {"api_key": caller.key}
    described.check(nobody.post("/", params=key), "/")
    described.check(nobody.get("/", params=key), "/")
    described.check(nobody.get(f"/{caller.workspace}", params=key), "/{workspace}")
    described.check(nobody.get("/healthz"), "/healthz")
    described.check(nobody.get("/readyz"), "/readyz")


def test_errors_have_the_one_body(described: Described, caller: Caller, nobody: httpx.Client, use_case: str) -> None:
    create, query, base = "/vision-events", "/vision-events/query", "/vision-events/use-cases"
    refusals = [
        (caller.http.post(create, json={"eventType": "custom"}), create, 400),
        (caller.http.post(create, content=b"{"), create, 400),
        (caller.http.post(create, json=an_event(use_case="nowhere")), create, 400),
        (nobody.post(create, json={}), create, 401),
        (caller.http.post(query, json={"useCaseId": "nowhere"}), query, 404),
        (caller.http.post(query, json={"useCaseId": use_case, "limit": 0}), query, 400),
        (caller.http.post(base, json={"name": caller.use_case(use_case)["name"]}), base, 409),
    ]
    for reply, path, status in refusals:
        assert reply.status_code == status
        body = described.check(reply, path)
        assert re.fullmatch(r"[a-z_]+", body["code"])
