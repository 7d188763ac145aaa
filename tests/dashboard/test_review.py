"""The cards of review mode: which events they are, in which order, and who may look at them."""

import re

import pytest

from tests.builders import a_box, feedback_on
from tests.dashboard.conftest import Visitor
from tests.dashboard.test_events import HOSTILE, event, link_with
from tests.expect import Caller

CARD = re.compile(r'<article class="review-card" data-id="([^"]*)"')


def address(visitor: Visitor, use_case: str, page: str = "") -> str:
    return f"/{visitor.workspace}/vision-events/{use_case}/review{page}"


def cards(visitor: Visitor, use_case: str, **query: str) -> tuple[list[str], str]:
    """The ids of the cards, and the cursor of the next ones."""
    part = visitor.get(address(visitor, use_case, "/cards"), params=query, headers={"x-part": "1"}).text
    found = re.search(r'data-next="([^"]*)"', part)
    assert found
    return CARD.findall(part), found[1]


def test_cards_are_the_unreviewed_events_of_the_filter_newest_first(
    operator: Visitor, caller: Caller, use_case: str
) -> None:
    fails = [event(use_case, n, eventData={"result": "fail"}) for n in range(20)]
    reviewed = event(use_case, 30, eventData={"result": "fail"})
    caller.batch(*fails, event(use_case, 40), reviewed)
    caller.create(feedback_on(reviewed["eventId"], "correct", use_case))
    expected = [one["eventId"] for one in reversed(fails)]
    found: list[str] = []
    cursor = ""
    while True:
        page, cursor = cards(operator, use_case, outcome="fail", feedback="correct", cursor=cursor)
        found += page
        if not cursor:
            break
    assert found == expected


def test_only_the_first_cards_say_how_many_there_are(operator: Visitor, caller: Caller, use_case: str) -> None:
    caller.batch(*(event(use_case, n) for n in range(12)))
    first = operator.get(address(operator, use_case, "/cards")).text
    assert 'data-total="12"' in first
    _, cursor = cards(operator, use_case)
    assert "data-total" not in operator.get(address(operator, use_case, "/cards"), params={"cursor": cursor}).text


@pytest.mark.parametrize("page", ["", "/cards"])
def test_review_mode_is_for_operators_and_says_who_can_make_one(viewer: Visitor, use_case: str, page: str) -> None:
    answer = viewer.get(address(viewer, use_case, page))
    assert answer.status_code == 403
    assert "needs the role &#39;operator&#39;" in answer.text


def test_the_list_leads_to_it_with_its_filters(
    operator: Visitor, viewer: Visitor, caller: Caller, use_case: str
) -> None:
    caller.create(event(use_case, deviceId="cam-1"))
    there = f"/{operator.workspace}/vision-events/{use_case}"
    page = operator.get(there, params={"device": "cam-1"}).text
    assert link_with(page, "Review").endswith("/review?device=cam-1")
    assert "/review?" not in viewer.get(there, params={"device": "cam-1"}).text
    desk = operator.get(link_with(page, "Review")).text
    assert "Device is cam-1" in desk
    assert "needs JavaScript" in desk


def test_an_archived_use_case_cannot_be_reviewed(operator: Visitor, caller: Caller, use_case: str) -> None:
    caller.create(event(use_case))
    caller.archive(use_case)
    desk = operator.get(address(operator, use_case)).text
    assert "is archived" in desk
    assert "<review-desk" not in desk


def test_another_workspaces_use_case_is_not_there(operator: Visitor, strangers_use_case: str) -> None:
    for page in ("", "/cards"):
        assert operator.get(address(operator, strangers_use_case, page)).status_code == 404


def test_events_of_every_kind_make_cards_and_hostile_ones_stay_text(
    operator: Visitor, caller: Caller, use_case: str
) -> None:
    caller.batch(
        event(use_case, 1, images=[{"sourceId": "gone"}]),
        event(use_case, 2, images=[{"label": HOSTILE, "objectDetections": [a_box(HOSTILE)]}]),
        event(use_case, 3, eventType="custom", eventData={"value": HOSTILE}, deviceId=HOSTILE),
        event(use_case, 4, customMetadata={f"key {n}": HOSTILE for n in range(100)}),
    )
    page = operator.get(address(operator, use_case, "/cards")).text
    assert len(CARD.findall(page)) == 4
    assert "<script>alert" not in page
    assert " style=" not in page
