"""Events as a table: which columns there are, and what stands in them."""

import csv
import io
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from sightlog.domain.event_tables import COLUMNS, EventTable, cell
from sightlog.domain.feedback import FeedbackSummary, Review
from sightlog.domain.stored import StoredEvent
from sightlog.domain.times import parse_timestamp
from tests.strategies import metadata_values

GRAZ = ZoneInfo("Europe/Vienna")


def stored(timestamp: str = "2026-08-13T09:00:00.000001Z", images: Any = (), **body: Any) -> StoredEvent:
    time = parse_timestamp(timestamp)[0]
    whole = {"eventId": "e", "eventType": "custom", "timestamp": timestamp, "eventData": {}, "customMetadata": {}}
    return StoredEvent(
        sequence=1,
        event_id="e",
        use_case_id="u",
        use_case_name="U",
        timestamp=time,
        received_at=time + 1,
        rest=json.dumps(whole | body).encode(),
        images=json.dumps(images).encode(),
        warnings=b'[{"code":"b","path":"","message":""},{"code":"a","path":"","message":""}]',
        feedback=FeedbackSummary(
            status="correct", count=2, latest=Review(event_id="r", feedback="correct", timestamp="", comment="=ok")
        ),
    )


def read(*events: StoredEvent, fields: tuple[str, ...] = ()) -> list[dict[str, str]]:
    table = EventTable(fields, GRAZ)
    return list(csv.DictReader(io.StringIO(table.head() + table.rows(events), newline="")))


def test_columns_are_those_of_all_types_and_then_the_fields_in_their_order() -> None:
    head = EventTable({"b", "a", "A"}, GRAZ).head()
    assert head == ",".join((*COLUMNS, "metadata.A", "metadata.a", "metadata.b")) + "\r\n"
    names = {"result", "itemCount", "itemType", "location", "alertType", "severity", "value", "relatedEventId"}
    assert names < set(COLUMNS)
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_times_have_the_offset_that_the_zone_had_then() -> None:
    summer, winter = read(stored("2026-08-13T22:30:00.5Z"), stored("2026-12-31T23:30:00Z"))
    assert summer["timestamp"] == "2026-08-14T00:30:00.500000+02:00"
    assert winter["timestamp"] == "2027-01-01T00:30:00.000000+01:00"
    assert winter["receivedAt"] == "2027-01-01T00:30:00.000001+01:00"


def test_everything_that_is_known_of_an_event_has_its_cell() -> None:
    boxes = [{"class": "scratch"}, {"class": "dent"}, {"class": "scratch"}]
    images = [{"objectDetections": boxes}, {"classifications": [{"class": "dusk"}]}]
    data = {"result": "fail", "externalId": "7", "unknown": 1, "eventId": "not this one"}
    row = read(
        stored(images=images, deviceId="cam", comment="a\r\nb", eventData=data, customMetadata={"n": -1.0, "b": True}),
        fields=("n", "b", "absent"),
    )[0]
    assert (row["eventId"], row["deviceId"], row["result"], row["externalId"]) == ("e", "cam", "fail", "7")
    assert (row["metadata.n"], row["metadata.b"], row["metadata.absent"]) == ("-1.0", "true", "")
    assert (row["detectionClasses"], row["imageCount"], row["warnings"]) == ("dent, dusk, scratch", "2", "a, b")
    assert (row["feedbackStatus"], row["feedbackComment"], row["feedbackReviewer"]) == ("correct", "'=ok", "")
    assert (row["comment"], row["streamId"], row["itemCount"]) == ("a\r\nb", "", "")


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_calculate_begins_with_an_apostrophe(beginning: str) -> None:
    text = f'{beginning}HYPERLINK("http://x","y")'
    row = read(stored(deviceId=text, customMetadata={"a": text}, eventData={"value": text}), fields=("a",))[0]
    assert row["deviceId"] == row["metadata.a"] == row["value"] == "'" + text


@given(value=metadata_values)
def test_a_number_stays_a_number_and_other_text_as_it_is(value: Any) -> None:
    written = cell(value)
    if isinstance(value, str):
        assert written.removeprefix("'") == value or written == value
        assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    else:
        assert json.loads(written) == value
        assert type(json.loads(written)) is type(value)
