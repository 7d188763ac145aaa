"""Saved views: for everybody in the workspace, by operators and above."""

from tests.dashboard.conftest import Visitor
from tests.dashboard.test_events import event, link_with, shown
from tests.expect import Caller


def test_a_view_is_saved_found_opened_and_deleted(
    operator: Visitor, viewer: Visitor, caller: Caller, use_case: str
) -> None:
    fail = event(use_case, 1, eventData={"result": "fail"})
    caller.batch(fail, event(use_case, 2))
    address = f"/{operator.workspace}/vision-events/{use_case}"
    saved = operator.post(
        f"{address}/views", {"name": "Only <fails>", "query": "outcome=fail&cursor=x&event=y", "csrf": operator.csrf()}
    )
    assert saved.headers["location"] == f"{address}?outcome=fail"
    page = viewer.get(address).text
    assert shown(viewer.get(link_with(page, "Only <fails>")).text) == [fail["eventId"]]
    taken = operator.post(f"{address}/views", {"name": "only <FAILS>", "query": ""})
    assert taken.status_code == 409
    assert "Only &lt;fails&gt;" in taken.text
    form = operator.get(f"{address}/views").text
    (delete,) = {part.split('"')[0] for part in form.split('action="')[1:] if "/delete" in part.split('"')[0]}
    assert viewer.post(delete).status_code == 403
    assert operator.post(delete).status_code == 303
    assert operator.post(delete).status_code == 404
    assert "Only &lt;fails&gt;" not in viewer.get(address).text


def test_a_viewer_may_not_save_one(viewer: Visitor, use_case: str) -> None:
    address = f"/{viewer.workspace}/vision-events/{use_case}"
    assert viewer.post(f"{address}/views", {"name": "Mine", "query": ""}).status_code == 403
    assert 'name="name"' not in viewer.get(f"{address}/views").text


def test_a_view_needs_a_name(operator: Visitor, use_case: str) -> None:
    address = f"/{operator.workspace}/vision-events/{use_case}"
    refused = operator.post(f"{address}/views", {"name": "  ", "query": ""})
    assert refused.status_code == 400
    assert "1 to 256 characters" in refused.text


def test_a_form_from_elsewhere_changes_nothing(operator: Visitor, use_case: str) -> None:
    address = f"/{operator.workspace}/vision-events/{use_case}"
    assert operator.post(f"{address}/views", {"name": "x", "query": "", "csrf": "wrong"}).status_code == 403
    assert "<h2>Views of" not in operator.get(address).text
