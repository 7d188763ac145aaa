"""The table of use cases: made, renamed, archived and brought back, by those who may."""

import re
from html import unescape
from urllib.parse import unquote

import httpx
import pytest

from sightlog.dashboard.use_cases import PAGE
from tests.builders import an_event, new_name
from tests.dashboard.conftest import Visitor
from tests.expect import Caller

EIGHT, NINE, TEN = (f"2026-08-13T{hour:02}:00:00.000000Z" for hour in (8, 9, 10))
HOSTILE = "<script>alert(\"x\")</script> & 'quotes'"


def table(visitor: Visitor, **query: str) -> str:
    reply = visitor.get(f"/{visitor.workspace}/vision-events", params=query)
    assert reply.status_code == 200
    return reply.text


def names_in(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<tr data-name="([^"]*)"', page)]


def notice(visitor: Visitor, done: httpx.Response) -> str:
    """What the page says to which a form has led."""
    assert done.status_code == 303, done.text
    said = re.search(r'<p class="notice" role="status">(.*?)</p>', visitor.get(done.headers["location"]).text)
    assert said
    assert "<" not in said[1]
    return unescape(said[1])


def make(visitor: Visitor, name: str) -> str:
    """Make a use case by the form; its id."""
    reply = visitor.post(f"/{visitor.workspace}/vision-events/new", {"name": name})
    assert reply.status_code == 303, reply.text
    return unquote(reply.headers["location"].split("?")[0].rsplit("/", 1)[1])


def test_use_case_is_made_renamed_archived_and_brought_back(editor: Visitor, caller: Caller) -> None:
    name, later = new_name("Line"), new_name("Renamed")
    id = make(editor, name)
    page = f"/{editor.workspace}/vision-events/{id}"
    assert name in names_in(table(editor, search=name))

    assert editor.post(f"{page}/rename", {"name": later}).status_code == 303
    assert names_in(table(editor, search=later)) == [later]
    assert names_in(table(editor, search=name)) == []

    asked = editor.get(f"{page}/archive").text
    assert "will be refused" in asked
    assert "bring it back" in asked
    assert editor.post(f"{page}/archive").status_code == 303
    assert names_in(table(editor, search=later)) == []
    assert names_in(table(editor, search=later, status="archived")) == [later]
    assert "Archived: new events are refused" in editor.get(page).text
    refused = caller.http.post("/vision-events", json=an_event(use_case=id))
    assert refused.json()["code"] == "archived_use_case"

    assert editor.post(f"{page}/unarchive").status_code == 303
    assert names_in(table(editor, search=later)) == [later]
    caller.create(an_event(use_case=id))


def test_notice_names_what_was_done_to_which_use_case(admin: Visitor) -> None:
    name, later = new_name("Line"), new_name(HOSTILE)
    made = admin.post(f"/{admin.workspace}/vision-events/new", {"name": name})
    page = made.headers["location"].split("?")[0]
    assert notice(admin, made) == f"Created “{name}”."
    assert notice(admin, admin.post(f"{page}/rename", {"name": later})) == f"Renamed “{later}”."
    assert notice(admin, admin.post(f"{page}/archive")).startswith(f"Archived “{later}”. ")
    assert notice(admin, admin.post(f"{page}/unarchive")).startswith(f"Brought back “{later}”. ")
    admin.post(f"{page}/archive")
    assert notice(admin, admin.post(f"{page}/delete", {"name": later})).startswith(f"Deleted “{later}” for good. ")


def test_who_brings_one_back_in_the_table_stays_in_it_as_it_was(editor: Visitor) -> None:
    """On its own page one stays on that page."""
    common = new_name("Line")
    paths = []
    for number in (1, 2):
        made = editor.post(f"/{editor.workspace}/vision-events/new", {"name": f"{common} {number}"})
        paths.append(made.headers["location"].split("?")[0])
        editor.post(f"{paths[-1]}/archive")
    archived = table(editor, status="archived", search=common)
    assert sorted(names_in(archived)) == [f"{common} 1", f"{common} 2"]
    (action,) = re.findall(rf'action="({paths[0]}/unarchive[^"]*)"', archived)
    brought_back = editor.post(action.replace("&amp;", "&"))
    assert names_in(editor.get(brought_back.headers["location"]).text) == [f"{common} 2"]
    assert notice(editor, brought_back) == f"Brought back “{common} 1”. It takes events again."
    assert editor.post(f"{paths[1]}/unarchive").headers["location"].startswith(paths[1])


def test_notice_cuts_a_long_name(editor: Visitor) -> None:
    name = new_name("a" * 200)
    made = editor.post(f"/{editor.workspace}/vision-events/new", {"name": name})
    assert notice(editor, made) == f"Created “{name[:60]}…”."


def test_notice_leaves_out_a_name_that_the_session_has_not_put_there(editor: Visitor, viewer: Visitor) -> None:
    name = new_name("Line")
    made = editor.post(f"/{editor.workspace}/vision-events/new", {"name": name})
    assert notice(viewer, made) == "Created."
    for forged in ("created", "created:", "created::Call me", "created:0123456789abcdef:Call me", "created:é:Call me"):
        assert '<p class="notice" role="status">Created.</p>' in table(editor, notice=forged)
    assert 'class="notice"' not in table(editor, notice="Call me")


@pytest.mark.parametrize("name", [HOSTILE, "خط الطلاء " * 12, "a" * 256, "50 % / done?#"])
def test_hostile_names_stay_text(editor: Visitor, name: str) -> None:
    unique = new_name(name[:200]).strip()
    id = make(editor, unique)
    for page in (
        table(editor, search=unique),
        editor.get(f"/{editor.workspace}/vision-events/{id}").text,
        editor.get(f"/{editor.workspace}/vision-events/{id}/overview").text,
        editor.get(f"/{editor.workspace}/vision-events/{id}/metadata").text,
        editor.get(f"/{editor.workspace}/vision-events/{id}/archive").text,
    ):
        assert "<script>alert" not in page
        assert unique in unescape(page)


def test_taken_or_empty_name_is_told_in_the_form(editor: Visitor) -> None:
    name = new_name("Line")
    make(editor, name)
    taken = editor.post(f"/{editor.workspace}/vision-events/new", {"name": name.upper()})
    assert taken.status_code == 409
    assert "is taken" in taken.text
    assert name.upper() in taken.text
    assert editor.post(f"/{editor.workspace}/vision-events/new", {"name": "  "}).status_code == 400


def test_form_shows_use_cases_of_a_like_name_with_their_fields(editor: Visitor, caller: Caller) -> None:
    name = new_name("Bottling")
    id = make(editor, name)
    caller.create(an_event(use_case=id, customMetadata={"cap_colour": "red"}))
    word = name.split()[1]
    page = editor.get(f"/{editor.workspace}/vision-events/new", params={"name": f"{word} two"}).text
    assert name in page
    assert "cap_colour" in page


@pytest.mark.parametrize("what", ["new", "rename", "archive", "unarchive"])
def test_who_may_only_look_may_not_change(viewer: Visitor, operator: Visitor, use_case: str, what: str) -> None:
    path = f"/{viewer.workspace}/vision-events/" + ("new" if what == "new" else f"{use_case}/{what}")
    for visitor in (viewer, operator):
        reply = visitor.post(path, {"name": "x"})
        assert reply.status_code == 403
        assert "editor" in reply.text
    assert "Create Use Case" not in table(viewer)


def test_form_without_its_token_changes_nothing(editor: Visitor) -> None:
    name = new_name("Line")
    reply = editor.http.post(f"/{editor.workspace}/vision-events/new", data={"name": name})
    assert reply.status_code == 403
    assert names_in(table(editor, search=name)) == []


def test_use_case_of_another_workspace_is_not_there(editor: Visitor, strangers_use_case: str) -> None:
    for page in ("", "/overview", "/metadata", "/figures", "/overview-charts", "/rename"):
        reply = editor.get(f"/{editor.workspace}/vision-events/{strangers_use_case}{page}")
        assert reply.status_code == 404


def test_table_is_sorted_by_its_columns(editor: Visitor, caller: Caller) -> None:
    word = new_name("Sorted").split()[1]
    ids = [make(editor, f"{word} {letter}") for letter in ("b", "c", "a")]
    for _ in range(2):
        caller.create(an_event(use_case=ids[0]))
    caller.create(an_event(use_case=ids[2]))
    found = {sort: names_in(table(editor, search=word, sort=sort)) for sort in ("name", "-name", "-events", "events")}
    assert [name[-1] for name in found["name"]] == ["a", "b", "c"]
    assert [name[-1] for name in found["-name"]] == ["c", "b", "a"]
    assert [name[-1] for name in found["-events"]] == ["b", "a", "c"]
    assert [name[-1] for name in found["events"]] == ["c", "a", "b"]


def test_table_has_pages_that_keep_order_and_search(viewer: Visitor, caller: Caller) -> None:
    word = new_name("Many").split()[1].replace("0", "f")  # 00 is searched for
    for number in range(PAGE + 1):
        caller.new_use_case(f"{word} {number:03}")
    first = table(viewer, search=word, sort="-name")
    assert names_in(first) == [f"{word} {number:03}" for number in range(PAGE, 0, -1)]
    assert f"Page 1 of 2, {PAGE + 1} use cases" in first
    link = unescape(re.findall(r'rel="next" href="([^"]*)"', first)[0])
    second = viewer.get(link).text
    assert names_in(second) == [f"{word} 000"]
    assert 'rel="next"' not in second
    back = unescape(re.findall(r'rel="prev" href="([^"]*)"', second)[0])
    assert names_in(viewer.get(back).text) == names_in(first)
    for page, shown in (("3", second), ("0", first), ("-1", first), ("x", first), ("9" * 30, first)):
        assert names_in(table(viewer, search=word, sort="-name", page=page)) == names_in(shown)
    assert 'class="pager"' not in table(viewer, search=f"{word} 00")


@pytest.mark.parametrize("what", ["rename", "archive", "delete"])
def test_form_of_a_row_leads_back_to_the_table_as_it_was(admin: Visitor, caller: Caller, what: str) -> None:
    word = new_name("Back").split()[1]
    ids = [caller.new_use_case(f"{word} {letter}") for letter in "abc"]
    shown = {"search": word, "sort": "-name"} | ({"status": "archived"} if what == "delete" else {})
    if what == "delete":
        for id in ids:
            caller.http.post(f"/vision-events/use-cases/{id}/archive")
    link = unescape(re.findall(rf'href="([^"]*/{ids[1]}/{what}[^"]*)"', table(admin, **shown))[0])
    page = admin.get(link).text
    cancel = unescape(re.findall(r'href="([^"]*)">Cancel', page)[0])
    assert names_in(admin.get(cancel).text) == [f"{word} {letter}" for letter in "cba"]
    name = f"{word} b" if what == "delete" else f"{word} d"
    done = admin.post(unescape(re.findall(rf'action="([^"]*/{what}[^"]*)"', page)[0]), {"name": name})
    assert done.status_code == 303
    left = "dca" if what == "rename" else "ca"
    assert names_in(admin.get(done.headers["location"]).text) == [f"{word} {letter}" for letter in left]


def test_form_for_a_new_one_leads_back_to_the_table_as_it_was(editor: Visitor, caller: Caller) -> None:
    word = new_name("Back").split()[1]
    for number in range(PAGE + 1):
        caller.new_use_case(f"{word} {number:03}")
    shown = table(editor, search=word, sort="-name", page="2")
    form = editor.get(unescape(re.findall(r'href="([^"]*)">.*?Create Use Case</a>', shown)[0])).text
    refused = editor.post(unescape(re.findall(r'action="([^"]*/new[^"]*)"', form)[0]), {"name": f"{word} 000"})
    assert refused.status_code == 409
    for page in (form, refused.text):
        cancel = unescape(re.findall(r'href="([^"]*)">Cancel', page)[0])
        assert names_in(editor.get(cancel).text) == [f"{word} 000"]


def test_figures_count_what_is_to_review_and_leave_feedback_aside(viewer: Visitor, caller: Caller) -> None:
    id = caller.new_use_case(new_name())
    fails = [an_event(use_case=id, eventData={"result": "fail"}) for _ in range(3)]
    caller.batch(*fails, an_event(use_case=id), an_event("safety_alert", use_case=id))
    caller.create(
        an_event(
            "operator_feedback",
            use_case=id,
            eventData={"relatedEventId": fails[0]["eventId"], "feedback": "correct"},
        )
    )
    page = viewer.get(f"/{viewer.workspace}/vision-events/{id}/figures").text
    assert re.search(r'class="to-review"[^>]*>3<', page)
    assert "5 events, 4 failed or alerts" in page


def test_table_says_when_the_last_event_was_feedback_aside_and_sorts_by_it(editor: Visitor, caller: Caller) -> None:
    word = new_name("Last").split()[1]
    ids = [make(editor, f"{word} {letter}") for letter in "abc"]
    first, second = (an_event(use_case=id, timestamp=at) for id, at in zip(ids, (EIGHT, NINE), strict=False))
    review = an_event(
        "operator_feedback",
        use_case=ids[0],
        timestamp=TEN,
        eventData={"relatedEventId": first["eventId"], "feedback": "correct"},
    )
    for event in (first, second, review):
        caller.create(event)
    page = table(editor, search=word, sort="-last")
    assert [name[-1] for name in names_in(page)] == ["b", "a", "c"]
    said = re.findall(r'data-figure="last"><(?:time datetime="([^"]*)"|span class="quiet">never)', page)
    assert [at[:16] for at in said] == [NINE[:16], EIGHT[:16], ""]


def test_table_sorted_by_what_is_to_review_shows_it(editor: Visitor, caller: Caller) -> None:
    word = new_name("Waiting").split()[1]
    ids = [make(editor, f"{word} {letter}") for letter in "abc"]
    for id, fails in zip(ids, (1, 2, 0), strict=True):
        for _ in range(fails):
            caller.create(an_event(use_case=id, eventData={"result": "fail"}))
        caller.create(an_event(use_case=id, eventData={"result": "pass"}))
    page = table(editor, search=word, sort="-review")
    assert [name[-1] for name in names_in(page)] == ["b", "a", "c"]
    assert re.findall(r'data-figure="review"><\w+ class="[a-z-]*"[^>]*>(\d+)<', page) == ["2", "1", "0"]


def test_view_of_archived_ones_is_always_there(sign_in_as: object, viewer: Visitor) -> None:
    for page in (table(viewer), table(viewer, search=new_name("nothing"))):
        assert "View archived use cases" in page


def test_archived_one_is_deleted_by_typing_its_name(
    admin: Visitor, editor: Visitor, caller: Caller, use_case: str, other_use_case: str
) -> None:
    name = caller.use_case(use_case)["name"]
    event, kept = an_event(use_case=use_case), an_event(use_case=other_use_case)
    caller.batch(event, kept)
    page = f"/{admin.workspace}/vision-events/{use_case}"
    assert "Archive it first" in admin.get(f"{page}/delete").text
    refused = admin.post(f"{page}/delete", {"name": name})
    assert refused.status_code == 400
    assert caller.ids(use_case) == [event["eventId"]]
    editor.post(f"{page}/archive")
    assert "Delete for good" not in table(editor, status="archived", search=name)
    assert "Delete for good" in table(admin, status="archived", search=name)

    assert "1 event," in admin.get(f"{page}/delete").text
    wrong = admin.post(f"{page}/delete", {"name": "something else"})
    assert wrong.status_code == 400
    assert "does not match" in wrong.text
    assert caller.ids(use_case) == [event["eventId"]]

    assert admin.post(f"{page}/delete", {"name": name}).status_code == 303
    assert admin.get(page).status_code == 404
    assert names_in(table(admin, status="archived", search=name)) == []
    assert caller.http.get(f"/vision-events/{event['eventId']}").status_code == 404
    assert caller.ids(other_use_case) == [kept["eventId"]]
    make(editor, name)


def test_only_admins_delete_for_good_and_only_with_the_token(editor: Visitor, admin: Visitor, caller: Caller) -> None:
    name = new_name("Line")
    id = make(editor, name)
    page = f"/{editor.workspace}/vision-events/{id}"
    editor.post(f"{page}/archive")
    assert editor.get(f"{page}/delete").status_code == 403
    assert editor.post(f"{page}/delete", {"name": name}).status_code == 403
    assert admin.http.post(f"{page}/delete", data={"name": name}).status_code == 403
    assert names_in(table(editor, status="archived", search=name)) == [name]
