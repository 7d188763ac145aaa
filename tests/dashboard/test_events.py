"""The list of a use case's events: what it shows, how it is filtered by its address, and how one walks through it."""

import html
import re

import pytest

from tests.builders import moment, new_id
from tests.dashboard.conftest import Visitor
from tests.expect import Caller, Json

# A whole day, long enough ago that all of it is past in every zone.
DAY = moment(days=7)[:10]
SHOWN = re.compile(r'data-event="([^"]*)"')
LINKS = re.compile(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def shown(page: str) -> list[str]:
    return [html.unescape(found) for found in SHOWN.findall(page)]


def link_with(page: str, words: str) -> str:
    """The address of the first link with these words in it."""
    for address, inside in LINKS.findall(page):
        if words in html.unescape(re.sub("<[^>]*>", "", inside)):
            return html.unescape(address)
    raise AssertionError(f"no link says '{words}'")


@pytest.fixture
def address(owner: Visitor, use_case: str) -> str:
    return f"/{owner.workspace}/vision-events/{use_case}"


def event(use_case: str, second: int = 0, **changes: object) -> Json:
    made: Json = {
        "eventId": new_id(),
        "eventType": "quality_check",
        "useCaseId": use_case,
        "timestamp": f"{DAY}T10:00:{second:02}Z",
        "eventData": {"result": "pass"},
    }
    return made | changes


def test_newest_first_with_what_matters_of_each(owner: Visitor, caller: Caller, use_case: str, address: str) -> None:
    old = event(use_case, 1, deviceId="cam-1", customMetadata={"line": "L2", "temp": 71.5})
    alert = event(use_case, 2, eventType="safety_alert", eventData={"alertType": "no_helmet", "severity": "high"})
    caller.batch(old, alert)
    page = owner.get(address)
    assert page.status_code == 200
    assert shown(page.text) == [alert["eventId"], old["eventId"]]
    for words in ("No helmet", "Pass", "cam-1", "L2", "71.5", "2 events"):
        assert words in page.text
    rows = owner.get(address, params={"view": "rows"}).text
    assert shown(rows) == [alert["eventId"], old["eventId"]]
    assert "High" in rows


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"pass", "fail", "alert", "warned"}),
        ("segment=attention", {"fail", "alert"}),
        ("segment=review", {"alert"}),
        ("segment=warnings", {"warned"}),
        ("device=cam-1", {"pass"}),
        ("device.not=cam-1", {"fail", "alert", "warned"}),
        ("m.temp.gt=70", {"fail"}),
        ('m.lot="4711"', {"pass"}),
        ("m.lot=4711", {"fail"}),
        ("feedback=incorrect", {"fail"}),
        (f"from={DAY}&to={DAY}&type=safety_alert", {"alert"}),
        ("last=1h&type=safety_alert", set()),
        ("class=dent&confidence=0.5", {"fail"}),
        ("class=dent&confidence=0.95", set()),
        ("nonsense=1", {"pass", "fail", "alert", "warned"}),
    ],
)
def test_the_address_decides_what_is_listed(
    owner: Visitor, caller: Caller, use_case: str, address: str, query: str, expected: set[str]
) -> None:
    made = {
        "pass": event(use_case, 1, deviceId="cam-1", customMetadata={"lot": "4711"}),
        "fail": event(
            use_case,
            2,
            eventData={"result": "fail"},
            customMetadata={"temp": 71.5, "lot": 4711},
            images=[{"classifications": [{"class": "dent", "confidence": 0.9}]}],
        ),
        "alert": event(use_case, 3, eventType="safety_alert", eventData={"alertType": "fire"}),
        "warned": event(use_case, 4, colour="red"),
    }
    caller.batch(*made.values())
    review = {"relatedEventId": made["fail"]["eventId"], "feedback": "incorrect"}
    caller.create(event(use_case, 5, eventType="operator_feedback", eventData=review))
    names = {one["eventId"]: name for name, one in made.items()}
    listed = shown(owner.get(f"{address}?{query}").text)
    assert {names[one] for one in listed if one in names} == expected


def test_a_bad_parameter_says_what_is_wrong_and_the_list_is_there(
    owner: Visitor, caller: Caller, use_case: str, address: str
) -> None:
    caller.create(event(use_case))
    page = owner.get(address, params={"device.gt": "5", "cursor": "nonsense"})
    assert page.status_code == 200
    assert "allowed here: eq, neq" in page.text
    assert "not known; these are the newest" in page.text
    assert len(shown(page.text)) == 1


def test_older_and_newer_lead_to_the_same_pages(owner: Visitor, caller: Caller, use_case: str, address: str) -> None:
    ids = []
    for batch in range(2):
        made = [event(use_case, timestamp=f"{DAY}T1{batch}:{n // 60:02}:{n % 60:02}Z") for n in range(50)]
        caller.batch(*made)
        ids += [one["eventId"] for one in made]
    newest_first = ids[::-1]
    first = owner.get(address, params={"view": "rows"}).text
    assert shown(first) == newest_first[:60]
    second = owner.get(link_with(first, "Older")).text
    assert shown(second) == newest_first[60:]
    assert shown(owner.get(link_with(second, "Newer")).text) == newest_first[:60]


def test_no_match_offers_ways_out(owner: Visitor, caller: Caller, use_case: str, address: str) -> None:
    one = event(use_case, deviceId="cam-1")
    caller.create(one)
    page = owner.get(address, params={"device": "nobody", "last": "1h"}).text
    assert shown(page) == []
    assert "No event matches" in page
    without_both = owner.get(link_with(owner.get(link_with(page, "Any time")).text, "Without Device")).text
    assert shown(without_both) == [one["eventId"]]


def test_a_value_becomes_a_filter_with_one_click(owner: Visitor, caller: Caller, use_case: str, address: str) -> None:
    first = event(use_case, 1, deviceId="cam/1 é", customMetadata={"lot": "4711"})
    second = event(use_case, 2, deviceId="cam-2", customMetadata={"lot": 4711})
    caller.batch(first, second)
    page = owner.get(address, params={"view": "rows"}).text
    assert shown(owner.get(link_with(page, "cam/1 é")).text) == [first["eventId"]]
    assert shown(owner.get(link_with(page, "4,711")).text) == [second["eventId"]]


def test_the_total_is_bounded_at_first_and_then_exact(
    owner: Visitor, caller: Caller, use_case: str, address: str
) -> None:
    caller.batch(event(use_case, 1, deviceId="a"), event(use_case, 2, deviceId="b"))
    part = owner.get(f"{address}/total", params={"device": "a"}, headers={"x-part": "1"}).text
    assert "1 event" in part
    assert "<html" not in part
    assert "1 event" in owner.get(f"{address}/total", params={"device": "a", "exact": "1"}).text


def test_live_counts_what_came_since(owner: Visitor, caller: Caller, use_case: str, address: str) -> None:
    caller.create(event(use_case, 1, deviceId="a"))
    found = re.search(
        r'<live-events role="status" src="([^"]*)" after="(\d+)"', owner.get(address, params={"device": "a"}).text
    )
    assert found
    source, after = html.unescape(found[1]), found[2]
    assert owner.get(f"{source}&after={after}").json()["count"] == 0
    caller.batch(event(use_case, 2, deviceId="a"), event(use_case, 3, deviceId="b"))
    assert owner.get(f"{source}&after={after}").json()["count"] == 1
    assert owner.get(f"{source}&after=x").status_code == 400


def test_a_use_case_without_events_says_so(owner: Visitor, address: str) -> None:
    assert "Waiting for the first event" in owner.get(address).text


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back(nobody: object, address: str) -> None:
    answer = nobody.get(address)  # type: ignore[attr-defined]
    assert answer.status_code == 303
    assert "sign-in" in answer.headers["location"]


def test_another_workspaces_use_case_is_not_there(owner: Visitor, strangers_use_case: str) -> None:
    for page in ("", "/total", "/live", "/filter", "/filter-fields", "/request", "/views"):
        address = f"/{owner.workspace}/vision-events/{strangers_use_case}{page}"
        assert owner.get(address).status_code == 404


HOSTILE = '"><script>alert(1)</script>'


@pytest.mark.parametrize("view", ["grid", "rows"])
def test_hostile_content_stays_text(owner: Visitor, caller: Caller, view: str) -> None:
    use_case = caller.new_use_case(f"<script>{new_id()}</script>")
    wild = event(
        use_case,
        eventId=HOSTILE + new_id(),
        deviceId=HOSTILE,
        customMetadata={f"key {n}": HOSTILE for n in range(100)},
        eventType="custom",
        eventData={"value": HOSTILE},
        images=[{"label": HOSTILE, "classifications": [{"class": "خدش" * 60, "confidence": 0.5}]}],
    )
    caller.create(wild)
    address = f"/{owner.workspace}/vision-events/{use_case}"
    for path in (f"{address}?view={view}", f"{address}?device={HOSTILE}&{HOSTILE}=1", f"{address}/filter?of={HOSTILE}"):
        page = owner.get(path).text
        assert "<script>alert" not in page
        assert "<script>" not in page
        assert " style=" not in page
    assert shown(owner.get(address, params={"view": view}).text) == [wild["eventId"]]
