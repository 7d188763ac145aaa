"""The page of one event: what it shows, where its values lead, and the way to its neighbours."""

import html
import re
import time
from urllib.parse import quote

import httpx
import pytest

from tests.builders import a_box, an_image, new_id
from tests.dashboard.conftest import Visitor
from tests.dashboard.test_events import HOSTILE, event, link_with, shown
from tests.expect import Caller, Json
from tests.pictures.making import whole


def address_of(visitor: Visitor, use_case: str, event_id: str) -> str:
    return f"/{visitor.workspace}/vision-events/{use_case}/events/{quote(event_id, safe='')}"


def page_of(visitor: Visitor, made: Json, query: str = "") -> str:
    answer = visitor.get(address_of(visitor, made["useCaseId"], made["eventId"]) + query)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_everything_that_is_known_is_on_the_page(owner: Visitor, caller: Caller, use_case: str) -> None:
    made = event(
        use_case,
        eventType="safety_alert",
        eventData={"alertType": "no_helmet", "severity": "high", "description": "near the gate", "externalId": "X-1"},
        deviceId="cam-1",
        streamId="gate",
        workflowId="safety-v2",
        customMetadata={"zone": "north", "people": 3, "siren": True, "wind": 1.0},
        comment="seen twice",
        colour="red",
    )
    caller.create(made)
    page = page_of(owner, made)
    for words in (
        *("No helmet", "High", "near the gate", "X-1", "cam-1", "gate", "safety-v2", "zone", "north", "true", "1.0"),
        *("seen twice", "colour", "not a field of the contract", "came without a picture", "Nobody has reviewed it"),
    ):
        assert words in page, words
    raw = html.unescape(re.search(r'aria-label="The event as JSON"><code>(.*?)</code>', page, re.DOTALL)[1])  # type: ignore[index]
    assert f'"eventId": "{made["eventId"]}"' in raw


@pytest.mark.parametrize(
    ("words", "found"),
    [("cam-1", {"a", "b"}), ("High", {"a"}), ("4711", {"a"}), ("Safety alert", {"a", "b"}), ("X-1", {"a"})],
)
def test_every_value_leads_to_the_events_that_have_it(
    owner: Visitor, caller: Caller, use_case: str, words: str, found: set[str]
) -> None:
    alert = {"eventType": "safety_alert", "deviceId": "cam-1"}
    data = {"severity": "high", "alertType": "x", "externalId": "X-1"}
    made = {
        "a": event(use_case, 1, **alert, eventData=data, customMetadata={"lot": "4711"}),
        "b": event(use_case, 2, **alert, eventData={"severity": "low"}, customMetadata={"lot": 4711}),
        "c": event(use_case, 3),
    }
    caller.batch(*made.values())
    listed = shown(owner.get(link_with(page_of(owner, made["a"]), words)).text)
    assert set(listed) == {made[name]["eventId"] for name in found}


@pytest.mark.parametrize("end", ["query", "a/b//c", "50%", "%2F", "ü 漢 🏭", "a?b#c", "a+b", "'\"", "feedback"])
def test_any_id_has_a_page(owner: Visitor, caller: Caller, use_case: str, end: str) -> None:
    made = event(use_case, eventId=f"{new_id()}/{end}", deviceId="cam-77")
    caller.create(made)
    assert "cam-77" in page_of(owner, made)


def test_a_part_is_the_content_alone(owner: Visitor, caller: Caller, use_case: str) -> None:
    made = event(use_case)
    caller.create(made)
    part = owner.get(address_of(owner, use_case, made["eventId"]), headers={"x-part": "1"}).text
    assert part.strip().startswith("<article")
    assert "<html" not in part


def test_an_event_that_moved_is_shown_where_it_is(
    owner: Visitor, caller: Caller, use_case: str, other_use_case: str
) -> None:
    made = event(use_case)
    caller.create(made)
    answer = owner.get(address_of(owner, other_use_case, made["eventId"]))
    assert answer.status_code == 303
    assert answer.headers["location"] == address_of(owner, use_case, made["eventId"])


def test_an_event_that_is_not_here_says_why_that_may_be(owner: Visitor, use_case: str) -> None:
    answer = owner.get(address_of(owner, use_case, "gone"))
    assert answer.status_code == 404
    assert "deleted, has become too old, or never arrived" in answer.text


def test_another_workspaces_event_is_not_there(
    owner: Visitor, stranger: Caller, strangers_use_case: str, use_case: str
) -> None:
    made = event(strangers_use_case)
    stranger.create(made)
    for place in (use_case, strangers_use_case):
        assert owner.get(address_of(owner, place, made["eventId"])).status_code == 404


def test_predictions_are_drawn_and_listed(owner: Visitor, caller: Caller, use_case: str) -> None:
    source = caller.upload(whole("image/jpeg"), "a.jpg")
    polygon = a_box("crack", 0.812) | {"points": [[1, 1], [20, 1], [20, 15]]}
    image = an_image(
        a_box("scratch", x=8, y=8, width=6, height=6), sourceId=source["sourceId"], instanceSegmentations=[polygon]
    )
    image |= {"classifications": [{"class": "day", "confidence": 0.4}], "metadata": {"gain": 2}}
    made = event(use_case, images=[image])
    caller.create(made)
    page = page_of(owner, made)
    assert f'viewBox="0 0 {source["width"]} {source["height"]}"' in page
    assert "M1 1L20 1L20 15z" in page
    assert "<title>scratch 90 %</title>" in page
    assert "81 %" in page
    assert re.search(r"day</bdi> 40 %", page)
    assert "2 predictions" in page
    assert "gain" in page
    assert "without-script" in page
    assert owner.get(html.unescape(re.search(r'<img src="([^"]*size=screen[^"]*)"', page)[1])).status_code == 200  # type: ignore[index]


def test_input_and_output_picture_are_switched_without_scripts(owner: Visitor, caller: Caller, use_case: str) -> None:
    output, frame = (caller.upload(whole("image/jpeg"), name)["sourceId"] for name in ("out.jpg", "in.jpg"))
    made = event(use_case, images=[an_image(a_box(x=5, y=5), sourceId=output, inputSourceId=frame)])
    caller.create(made)
    first = page_of(owner, made)
    assert f"images/{frame}?size=screen" in first
    assert 'class="shape hue-' in first
    second = owner.get(link_with(first, "Output")).text
    assert f"images/{output}?size=screen" in second
    assert 'class="shape hue-' not in second
    assert f"images/{frame}?size=screen" in owner.get(link_with(second, "Input")).text


def test_several_pictures_are_chosen_from(owner: Visitor, caller: Caller, use_case: str) -> None:
    two = [an_image(a_box("left"), label="first"), an_image(a_box("right"), label="second")]
    made = event(use_case, images=two, displayImagePosition=1)
    caller.create(made)
    page = page_of(owner, made)
    assert "<title>right 90 %</title>" in page
    assert "<title>left 90 %</title>" in owner.get(link_with(page, "first")).text
    for odd in ("?picture=9", "?picture=x", "?face=side"):
        assert "<title>right 90 %</title>" in page_of(owner, made, odd)


def follow(visitor: Visitor, page: str, words: str) -> httpx.Response:
    return visitor.get(link_with(page, words), follow_redirects=True)


def test_older_and_newer_keep_to_the_filter_of_the_list(owner: Visitor, caller: Caller, use_case: str) -> None:
    made = [event(use_case, n, eventData={"result": "fail" if n % 2 else "pass"}) for n in range(7)]
    same = [event(use_case, 5, eventId=f"{new_id()}-{n}", eventData={"result": "fail"}) for n in range(3)]
    caller.batch(*made, *same)
    fails = [one for one in (*made, *same) if one["eventData"]["result"] == "fail"]
    order = [one["eventId"] for one in sorted(fails, key=lambda one: (one["timestamp"], one["eventId"]), reverse=True)]
    page = owner.get(address_of(owner, use_case, order[0]), params={"field.result": "fail"}).text
    for expected in order[1:]:
        answer = follow(owner, page, "Older event")
        assert answer.url.path.endswith(expected)
        assert "field.result=fail" in str(answer.url)
        page = answer.text
    assert "no further event" in follow(owner, page, "Older event").text
    for expected in order[-2::-1]:
        answer = follow(owner, page, "Newer event")
        assert answer.url.path.endswith(expected)
        page = answer.text
    assert "no further event" in follow(owner, page, "Newer event").text


def test_the_newer_event_is_found_across_a_crowd_and_a_gap(owner: Visitor, caller: Caller, use_case: str) -> None:
    """Hundreds within one second, and then nothing for days."""
    for batch in range(3):
        times = [(f"{use_case}-{batch}{n:03}", f"2026-11-01T10:00:00.{batch}{n:03}Z") for n in range(100)]
        caller.batch(*(event(use_case, eventId=id, timestamp=time) for id, time in times))
    late = event(use_case)
    caller.create(late)
    page = owner.get(address_of(owner, use_case, f"{use_case}-0000")).text
    answer = follow(owner, page, "Newer event")
    assert answer.url.path.endswith(f"{use_case}-0001")
    last = owner.get(address_of(owner, use_case, f"{use_case}-2099")).text
    assert follow(owner, last, "Newer event").url.path.endswith(late["eventId"])


def test_deletion_asks_first_and_is_for_editors(
    owner: Visitor, editor: Visitor, operator: Visitor, caller: Caller, use_case: str
) -> None:
    made = event(use_case)
    caller.create(made)
    assert "Delete this event" not in page_of(operator, made)
    page = page_of(editor, made)
    assert "Delete this event" in page
    act = html.unescape(re.search(r'<form action="([^"]*)" method="post" data-ask-first', page)[1])  # type: ignore[index]
    fields = {"event": made["eventId"], "action": "delete"}
    question = editor.post(act, fields).text
    assert "cannot be undone" in question
    assert page_of(owner, made)
    assert operator.post(act, fields | {"confirmed": "1"}).status_code == 403
    assert editor.post(act, fields | {"confirmed": "1"}).status_code == 303
    assert owner.get(address_of(owner, use_case, made["eventId"])).status_code == 404


def test_hostile_content_stays_text(owner: Visitor, caller: Caller) -> None:
    use_case = caller.new_use_case(f"<script>{new_id()}</script>")
    arabic = "خدش" * 60
    made = event(
        use_case,
        eventId=HOSTILE + new_id(),
        eventType="custom",
        eventData={"value": HOSTILE * 9, "externalId": HOSTILE},
        deviceId=HOSTILE,
        comment=HOSTILE,
        customMetadata={f"key {n}": HOSTILE for n in range(100)},
        images=[{"label": HOSTILE, "objectDetections": [a_box(HOSTILE), a_box(arabic)], "metadata": {"a": HOSTILE}}],
    )
    made[HOSTILE] = HOSTILE
    caller.create(made)
    page = page_of(owner, made)
    assert "<script>alert" not in page
    assert " style=" not in page
    assert "onerror" not in page
    assert f"<bdi>{arabic}</bdi>" in page
    assert page.count("key ") >= 100


def test_a_thousand_boxes_come_quickly(owner: Visitor, caller: Caller, use_case: str) -> None:
    boxes = [a_box(f"part {n % 7}", x=n % 640, y=n % 480, width=20, height=12) for n in range(1000)]
    made = event(use_case, images=[an_image(*boxes)])
    caller.create(made)
    page_of(owner, made)
    began = time.perf_counter()
    page = page_of(owner, made)
    assert time.perf_counter() - began < 1.5
    assert page.count('class="shape hue-') == 1000
