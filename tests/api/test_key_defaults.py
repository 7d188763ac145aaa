"""Keys with defaults: the source of events that name none, because the workflow block never does (contract 12)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.builders import an_event, feedback_on, moment
from tests.expect import Caller, answer
from tests.pictures.sending import a_bundle, a_payload
from tests.processes import Server, sightlog

Json = dict[str, Any]
DEFAULTS = {"deviceId": "edge-7", "streamId": "line 2", "workflowId": "wf-größe"}
OPTIONS = ("--device-id", "edge-7", "--stream-id", "line 2", "--workflow-id", "wf-größe")

Make = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def with_key(server: Server) -> Iterator[Make]:
    """Makes a key with these options, and requests with it."""
    with ExitStack() as stack:

        def make(*options: str) -> httpx.Client:
            key = sightlog("keys", "create", "--name", "block", *options, data=server.data).stdout.strip()
            return stack.enter_context(server.client(key))

        yield make


@pytest.fixture(scope="module")
def block(with_key: Make) -> httpx.Client:
    """A key with all three defaults."""
    return with_key(*OPTIONS)


def source_of(event: Json) -> Json:
    return {name: event[name] for name in DEFAULTS if name in event}


def test_event_that_names_no_source_gets_the_keys(caller: Caller, block: httpx.Client, use_case: str) -> None:
    event = an_event(use_case=use_case)
    reply = answer(block.post("/vision-events", json=event), 201)
    assert reply == {"eventId": event["eventId"], "created": True}
    (stored,) = caller.query(use_case)["events"]
    assert source_of(stored) == DEFAULTS
    assert "warnings" not in stored


def test_it_can_be_filtered_by_and_is_counted(caller: Caller, block: httpx.Client, use_case: str) -> None:
    event = an_event(use_case=use_case)
    answer(block.post("/vision-events", json=event), 201)
    caller.create(an_event(use_case=use_case))
    for name, value in DEFAULTS.items():
        assert caller.ids(use_case, **{name: {"operator": "eq", "value": value}}) == [event["eventId"]]
    assert [(row["value"], row["count"]) for row in caller.facets(use_case)["devices"]] == [("edge-7", 1)]
    caller.delete(use_case, event["eventId"])
    assert caller.facets(use_case)["devices"] == []


@pytest.mark.parametrize("name", DEFAULTS)
def test_events_own_value_wins(caller: Caller, block: httpx.Client, use_case: str, name: str) -> None:
    event = an_event(use_case=use_case, **{name: "its own"})
    answer(block.post("/vision-events", json=event), 201)
    assert source_of(caller.event(event["eventId"])) == DEFAULTS | {name: "its own"}


def test_null_is_no_value(caller: Caller, block: httpx.Client, use_case: str) -> None:
    for more in ({}, {"somethingUnknown": 1}):
        event = an_event(use_case=use_case, deviceId=None, **more)
        answer(block.post("/vision-events", json=event), 201)
        assert source_of(caller.event(event["eventId"])) == DEFAULTS


def test_events_with_unknown_fields_get_it_too(caller: Caller, block: httpx.Client, use_case: str) -> None:
    """Such events are read in another way."""
    event = an_event(use_case=use_case, priority=3)
    answer(block.post("/vision-events", json=event), 201)
    stored = caller.event(event["eventId"])
    assert source_of(stored) == DEFAULTS
    assert stored["priority"] == 3


def test_each_event_of_a_batch_gets_it(caller: Caller, block: httpx.Client, use_case: str) -> None:
    bare, own = an_event(use_case=use_case), an_event(use_case=use_case, streamId="its own", priority=3)
    review = feedback_on(bare["eventId"], "correct", use_case)
    answer(block.post("/vision-events/batch", json={"events": [bare, own, review]}), 201)
    assert source_of(caller.event(bare["eventId"])) == DEFAULTS
    assert source_of(caller.event(own["eventId"])) == DEFAULTS | {"streamId": "its own"}
    assert source_of(caller.event(review["eventId"])) == DEFAULTS


def test_bundles_and_device_events_get_it(caller: Caller, block: httpx.Client, use_case: str) -> None:
    bundle = a_bundle(a_payload(use_case))
    answer(block.post("/vision-events/bundle", content=bundle), 201)
    assert answer(block.post("/vision-events/bundle", content=bundle), 201)["created"] is False
    device = {"inference_timestamp": moment(minutes=1), "solution": use_case, "event_schema": "custom"}
    answer(block.post("/v2/events", json=device), 201)
    assert [source_of(event) for event in caller.query(use_case)["events"]] == [DEFAULTS] * 2


def test_one_default_alone(caller: Caller, with_key: Make, use_case: str) -> None:
    event = an_event(use_case=use_case, deviceId="cam-1")
    answer(with_key("--stream-id", "only").post("/vision-events", json=event), 201)
    assert source_of(caller.event(event["eventId"])) == {"deviceId": "cam-1", "streamId": "only"}


def test_another_keys_events_have_none_of_it(caller: Caller, block: httpx.Client, use_case: str) -> None:
    answer(block.post("/vision-events", json=an_event(use_case=use_case)), 201)
    event = an_event(use_case=use_case)
    caller.create(event)
    assert source_of(caller.event(event["eventId"])) == {}


def test_defaults_live_through_a_restart(folder: Any) -> None:
    from tests.processes import serving

    with serving(folder) as first:
        key = sightlog("keys", "create", "--name", "block", *OPTIONS, data=first.data).stdout.strip()
    with serving(folder) as second, second.client(key) as http:
        use_case = answer(http.post("/vision-events/use-cases", json={"name": "Line"}), 201)["id"]
        event = an_event(use_case=use_case)
        answer(http.post("/vision-events", json=event), 201)
        assert source_of(answer(http.get(f"/vision-events/events/{event['eventId']}"))) == DEFAULTS


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--device-id", "x" * 257, "256"),
        ("--stream-id", " ", "stream_id"),
        ("--workflow-id", "", "workflow_id"),
        ("--device-id", "a\nb", "control"),
    ],
)
def test_default_that_no_event_could_have_is_refused(server: Server, option: str, value: str, says: str) -> None:
    arguments = ("keys", "create", "--name", "never made", option, value)
    assert says in sightlog(*arguments, data=server.data, exit_code=None).stderr
    assert "never made" not in sightlog("keys", "list", data=server.data).stdout
