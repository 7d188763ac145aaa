"""Feedback in the dashboard: who may give it, who gave it, two people on one event, and taking it back."""

import html
import re

import pytest

from tests.builders import feedback_on, new_id
from tests.dashboard.conftest import SignIn, Visitor
from tests.dashboard.test_event_page import page_of
from tests.dashboard.test_events import HOSTILE, event
from tests.expect import Caller, Json

REVIEW = re.compile(r"<li>\s*<p><span class=\"mark mark-(\w+)\".*?<b>(.*?)</b>", re.DOTALL)


@pytest.fixture
def made(caller: Caller, use_case: str) -> Json:
    made = event(use_case)
    caller.create(made)
    return made


def give(visitor: Visitor, made: Json, verdict: str = "incorrect", comment: str = "", **headers: str) -> int:
    address = f"/{visitor.workspace}/vision-events/{made['useCaseId']}/feedback"
    fields = {"event": made["eventId"], "verdict": verdict, "comment": comment, "back": "/go"}
    return visitor.post(address, fields, headers=headers).status_code


def take_back(visitor: Visitor, made: Json, feedback_id: str) -> int:
    address = f"/{visitor.workspace}/vision-events/{made['useCaseId']}/feedback/take-back"
    return visitor.post(address, {"feedback": feedback_id}).status_code


def reviews(visitor: Visitor, made: Json) -> list[tuple[str, str]]:
    return REVIEW.findall(page_of(visitor, made))


def test_an_operator_gives_feedback_and_everybody_sees_who(
    sign_in_as: SignIn, viewer: Visitor, caller: Caller, made: Json
) -> None:
    name = new_id("Ann ")
    ann = sign_in_as("operator", name)
    assert give(ann, made, comment="a <b>reflection</b>") == 303
    assert reviews(viewer, made) == [("incorrect", name)]
    assert "a &lt;b&gt;reflection&lt;/b&gt;" in page_of(viewer, made)
    feedback = caller.event(made["eventId"])["feedback"]
    assert (feedback["status"], feedback["latest"]["reviewer"]) == ("incorrect", name)
    assert feedback["all"][0]["comment"] == "a <b>reflection</b>"
    (queried,) = [one for one in caller.query(made["useCaseId"])["events"] if one["eventId"] == made["eventId"]]
    assert queried["feedback"]["latest"]["reviewer"] == name


def test_a_viewer_may_not_and_sees_why(viewer: Visitor, caller: Caller, made: Json) -> None:
    assert give(viewer, made) == 403
    assert "need the role operator" in page_of(viewer, made)
    assert "feedback" not in caller.event(made["eventId"])


def test_a_form_from_elsewhere_is_refused(operator: Visitor, caller: Caller, made: Json) -> None:
    assert give(operator, made, **{"sec-fetch-site": "cross-site"}) == 403
    address = f"/{operator.workspace}/vision-events/{made['useCaseId']}/feedback"
    fields = {"event": made["eventId"], "verdict": "correct", "csrf": "guessed"}
    assert operator.http.post(address, data=fields).status_code == 403
    assert "feedback" not in caller.event(made["eventId"])


def test_two_people_review_the_same_event(sign_in_as: SignIn, viewer: Visitor, caller: Caller, made: Json) -> None:
    ann, ben = (sign_in_as("operator", new_id(name)) for name in ("Ann ", "Ben "))
    give(ann, made, "incorrect")
    give(ben, made, "correct")
    assert [verdict for verdict, _ in reviews(viewer, made)] == ["correct", "incorrect"]
    assert caller.event(made["eventId"])["feedback"]["status"] == "correct"
    # Each may take back the own one only.
    assert page_of(ann, made).count("Take back") == 1
    anns, bens = (one["eventId"] for one in reversed(caller.event(made["eventId"])["feedback"]["all"]))
    assert take_back(ann, made, bens) == 403
    assert take_back(ben, made, bens) == 303
    assert [verdict for verdict, _ in reviews(viewer, made)] == ["incorrect"]
    assert take_back(ben, made, anns) == 403
    assert take_back(ann, made, anns) == 303
    assert "feedback" not in caller.event(made["eventId"])


def test_no_key_can_claim_a_reviewer(owner: Visitor, caller: Caller, made: Json) -> None:
    forged = feedback_on(
        made["eventId"], "correct", made["useCaseId"], reviewer="Ann", customMetadata={"reviewer": "Ann"}
    )
    forged["eventData"]["reviewer"] = "Ann"
    caller.create(forged)
    assert "reviewer" not in caller.event(made["eventId"])["feedback"]["latest"]
    assert reviews(owner, made) == [("correct", "Unknown")]


def test_a_key_that_overwrites_feedback_loses_its_reviewer(operator: Visitor, caller: Caller, made: Json) -> None:
    give(operator, made, "incorrect")
    given = caller.event(made["eventId"])["feedback"]["latest"]["eventId"]
    caller.create(feedback_on(made["eventId"], "correct", made["useCaseId"], eventId=given))
    assert reviews(operator, made) == [("correct", "Unknown")]
    assert take_back(operator, made, given) == 403


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"verdict": "maybe"}, 400),
        ({"verdict": ""}, 400),
        ({"verdict": "correct", "comment": "x" * 10_001}, 400),
        ({"verdict": "correct", "event": "gone"}, 404),
        ({"verdict": "correct", "event": []}, 400),
    ],
)
def test_bad_feedback_is_refused_and_nothing_is_stored(
    operator: Visitor, caller: Caller, made: Json, fields: Json, status: int
) -> None:
    address = f"/{operator.workspace}/vision-events/{made['useCaseId']}/feedback"
    answer = operator.post(address, {"event": made["eventId"]} | fields)
    assert answer.status_code == status
    assert "data-error" in answer.text
    assert "feedback" not in caller.event(made["eventId"])


def test_a_form_comes_back_to_its_page_and_nowhere_else(operator: Visitor, made: Json) -> None:
    page = page_of(operator, made)
    back = html.unescape(re.search(r'name="back" value="([^"]*)"', page)[1])  # type: ignore[index]
    address = f"/{operator.workspace}/vision-events/{made['useCaseId']}/feedback"
    fields = {"event": made["eventId"], "verdict": "correct"}
    assert operator.post(address, fields | {"back": back}).headers["location"] == back
    assert operator.post(address, fields | {"back": "//elsewhere.example/"}).headers["location"] == "/"


def test_an_archived_use_case_takes_no_feedback(operator: Visitor, caller: Caller, made: Json) -> None:
    caller.archive(made["useCaseId"])
    assert "takes no feedback" in page_of(operator, made)
    assert give(operator, made) == 400


def test_hostile_comments_and_names_stay_text(sign_in_as: SignIn, made: Json) -> None:
    wild = sign_in_as("operator", f"{HOSTILE}{new_id()}")
    give(wild, made, comment=HOSTILE)
    assert "<script>alert" not in page_of(wild, made)
