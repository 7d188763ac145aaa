"""POST /vision-events/export. That it agrees with a plain evaluation is shown in tests/operations/test_exports.py."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from tests.builders import SENTENCE, an_event, feedback_on, new_id, some_events
from tests.expect import Caller, refused

Json = dict[str, Any]


def export(http: httpx.Client, use_case: str, **body: Any) -> httpx.Response:
    return http.post("/vision-events/export", json={"useCaseId": use_case} | body)


def lines(reply: httpx.Response) -> list[Json]:
    assert reply.status_code == 200, reply.text
    return [json.loads(line) for line in reply.content.split(b"\n") if line]


def test_without_a_format_each_line_is_an_event_newest_first(caller: Caller, use_case: str) -> None:
    events = some_events(300, use_case)  # more than the first page
    for start in range(0, 300, 100):
        caller.batch(*events[start : start + 100])
    reply = export(caller.http, use_case)
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert reply.headers["x-request-id"]
    assert reply.headers["transfer-encoding"] == "chunked"
    newest_first = sorted(events, key=lambda event: event["timestamp"], reverse=True)
    assert [line["eventId"] for line in lines(reply)] == [event["eventId"] for event in newest_first]


def test_a_line_has_the_event_as_sent_and_what_was_said_of_it(caller: Caller, use_case: str) -> None:
    sent = an_event(use_case=use_case, comment=SENTENCE, customMetadata={"a": 1.0}, ours={"kept": [None]})
    caller.create(sent)
    caller.create(feedback_on(sent["eventId"], "incorrect", use_case, comment="a reflection"))
    line = lines(export(caller.http, use_case, eventType="quality_check"))[0]
    assert line.items() >= sent.items()
    assert line["feedback"]["latest"]["comment"] == "a reflection"
    assert [warning["code"] for warning in line["warnings"]] == ["unknown_field"]
    assert line["useCaseName"] == caller.use_case(use_case)["name"]


def test_csv_is_a_table_to_keep(caller: Caller, use_case: str) -> None:
    made = [an_event(use_case=use_case, customMetadata={"z": n, "text": SENTENCE + '",\n;'}) for n in range(2)]
    caller.batch(*made)
    reply = export(
        caller.http, use_case, format="csv", customMetadataFilters=[{"field": "z", "operator": "gt", "value": 0}]
    )
    assert reply.headers["content-type"].startswith("text/csv")
    assert "attachment; filename=" in reply.headers["content-disposition"]
    assert reply.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"), newline="")))
    assert [row["eventId"] for row in rows] == [made[1]["eventId"]]
    assert rows[0]["metadata.text"] == SENTENCE + '",\n;'


def test_names_of_files_hold_any_use_case(caller: Caller) -> None:
    use_case = caller.new_use_case(f'Straße "7"\u2028 é; {new_id()}')
    assert export(caller.http, use_case).headers["content-disposition"].startswith('attachment; filename="Stra-e-7-')


def test_an_archived_use_case_can_be_taken_out(caller: Caller, use_case: str) -> None:
    caller.create(an_event(use_case=use_case))
    caller.archive(use_case)
    assert len(lines(export(caller.http, use_case))) == 1


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"format": "xlsx"}, "invalid", "format"),
        ({"limit": 10}, "invalid", "limit"),
        ({"cursor": "x"}, "invalid", "cursor"),
        ({"deviceId": {"operator": "gt", "value": "x"}}, "invalid_filter", "deviceId.operator"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(
    caller: Caller, use_case: str, body: Json, code: str, path: str
) -> None:
    refused(export(caller.http, use_case, **body), 400, code, path=path)


def test_export_without_a_valid_key_is_refused(outsider: httpx.Client, use_case: str) -> None:
    refused(export(outsider, use_case), 401, "unauthenticated")


def test_export_needs_the_scope_to_read(reader: httpx.Client, writer: httpx.Client, use_case: str) -> None:
    assert lines(export(reader, use_case)) == []
    refused(export(writer, use_case), 403, "forbidden", says="vision-events:read")


def test_missing_or_another_workspaces_use_case_is_not_found(caller: Caller, strangers_use_case: str) -> None:
    for absent in (strangers_use_case, "absent"):
        refused(export(caller.http, absent), 404, "not_found")
