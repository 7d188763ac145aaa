"""What is done with several events at once, as the form that it is without scripts."""

import json
import re

from tests.builders import new_id
from tests.dashboard.conftest import Visitor
from tests.dashboard.test_events import event, shown
from tests.expect import Caller


def test_deleting_asks_how_many_and_comes_back_to_the_list(editor: Visitor, caller: Caller, use_case: str) -> None:
    ids = [f'a "quoted" & {new_id()}', new_id(), new_id()]
    caller.batch(*[event(use_case, n, eventId=id, deviceId="cam-1") for n, id in enumerate(ids)])
    address = f"/{editor.workspace}/vision-events/{use_case}"
    form = editor.post(f"{address}/selection?device=cam-1&view=rows", {"action": "delete", "event": ids[:2]})
    assert form.status_code == 200
    assert "Delete 2 events?" in form.text
    assert len(shown(editor.get(address).text)) == 3
    found = re.search(r'action="([^"]*/selection[^"]*)"', form.text)
    assert found
    done = editor.post(found[1].replace("&amp;", "&"), {"action": "delete", "event": ids[:2], "confirmed": "1"})
    assert done.headers["location"] == f"{address}?device=cam-1&view=rows&notice=deleted"
    page = editor.get(done.headers["location"]).text
    assert "Deleted." in page
    assert shown(page) == ids[2:]


def test_an_operator_may_not_delete_and_is_not_offered_it(operator: Visitor, caller: Caller, use_case: str) -> None:
    made = event(use_case)
    caller.create(made)
    address = f"/{operator.workspace}/vision-events/{use_case}"
    assert 'value="delete"' not in operator.get(address).text
    asked = {"action": "delete", "event": made["eventId"], "confirmed": "1"}
    assert operator.post(f"{address}/selection", asked).status_code == 403
    assert shown(operator.get(address).text) == [made["eventId"]]


def test_a_viewer_may_take_events_along_and_nothing_else(viewer: Visitor, caller: Caller, use_case: str) -> None:
    ids = [f"ü {new_id()}", new_id(), new_id()]
    caller.batch(*[event(use_case, n, eventId=id, customMetadata={"lot": 1.0}) for n, id in enumerate(ids)])
    address = f"/{viewer.workspace}/vision-events/{use_case}"
    page = viewer.get(address).text
    assert 'value="export"' in page
    assert 'value="correct"' not in page
    answer = viewer.post(f"{address}/selection", {"action": "export", "event": [ids[2], ids[0], "gone"]})
    assert "attachment" in answer.headers["content-disposition"]
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["eventId"] for line in lines] == [ids[2], ids[0]]
    assert '"lot":1.0' in answer.text
    for action in ("delete", "correct"):
        assert viewer.post(f"{address}/selection", {"action": action, "event": ids[0]}).status_code == 403


def test_nothing_selected_or_an_unknown_action_is_refused(editor: Visitor, use_case: str) -> None:
    address = f"/{editor.workspace}/vision-events/{use_case}/selection"
    assert "at least one" in editor.post(address, {"action": "delete"}).text
    assert editor.post(address, {"action": "explode", "event": "x"}).status_code == 400
    many = [str(n) for n in range(1001)]
    assert "at most 1000" in editor.post(address, {"action": "delete", "event": many}).text


def test_another_use_cases_events_stay(editor: Visitor, caller: Caller, use_case: str, other_use_case: str) -> None:
    elsewhere = event(other_use_case)
    caller.create(elsewhere)
    address = f"/{editor.workspace}/vision-events/{use_case}/selection"
    editor.post(address, {"action": "delete", "event": elsewhere["eventId"], "confirmed": "1"})
    assert editor.post(address, {"action": "export", "event": elsewhere["eventId"]}).text == ""
    assert caller.ids(other_use_case) == [elsewhere["eventId"]]


def test_a_verdict_for_several_and_taking_it_back(
    operator: Visitor, editor: Visitor, caller: Caller, use_case: str
) -> None:
    made = [event(use_case, n, eventData={"result": "fail"}) for n in range(3)]
    caller.batch(*made)
    ids = [one["eventId"] for one in made]
    address = f"/{operator.workspace}/vision-events/{use_case}"
    done = operator.post(f"{address}/selection?segment=review", {"action": "incorrect", "event": ids[:2]})
    assert done.headers["location"] == f"{address}?segment=review&notice=reviewed"
    assert shown(operator.get(done.headers["location"]).text) == ids[2:]
    part = {"x-part": "1"}
    given = operator.post(f"{address}/selection", {"action": "correct", "event": ids[2:]}, headers=part).json()
    assert caller.count(use_case, feedbackStatus=["correct"]) == 1
    undo = {"action": "take_back", "event": given["feedback"]}
    assert editor.post(f"{address}/selection", undo).status_code == 403
    assert operator.post(f"{address}/selection", undo, headers=part).json() == {"takenBack": 1}
    assert caller.count(use_case, feedbackStatus=["correct"]) == 0
    assert operator.post(f"{address}/selection", {"action": "correct", "event": "nobody"}).status_code == 404
