"""Exports: just the events that a plain evaluator picks, as they are, whatever happens to the store meanwhile."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec import convert

from sightlog.domain.api_keys import Caller
from sightlog.domain.errors import QueryTooSlow
from sightlog.domain.exports import ExportFormat
from sightlog.domain.filters import EventFilters
from sightlog.operations import exports
from sightlog.operations.exports import Export, export_matching
from tests.contract.backends import SqliteBackend
from tests.contract.plant import NOW, Plant
from tests.contract.test_filters_property import Table
from tests.evaluator import matches, moment, newest_first
from tests.profiles import examples, load_profile
from tests.strategies import filters, seeded_events

load_profile()

Json = dict[str, Any]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    backend = SqliteBackend(Path(tmp_path_factory.mktemp("exports")) / "data")
    made = Plant(backend, backend.open())
    made.store.change_workspace(made.mine, None, None, "Asia/Kolkata")
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def table(plant: Plant) -> Table:
    return Table(plant, "many events", seeded_events(300, 11, "many events"))


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_FIRST_PAGE_EVENTS", 7)
    monkeypatch.setattr(exports, "_MOST_PAGE_EVENTS", 40)


def begin(plant: Plant, use_case: str, form: ExportFormat, **wanted: Any) -> Export:
    caller = Caller(workspace=plant.mine, workspace_slug="mine", lookback_days=365, key=None, scopes=None)
    body = convert({"useCaseId": use_case} | wanted, EventFilters)
    return export_matching(plant.store, caller, body, form, NOW)


def lines_of(export: Export) -> list[Json]:
    return [json.loads(line) for line in b"".join(export.pieces).split(b"\n") if line]


def rows_of(export: Export) -> list[dict[str, str]]:
    text = b"".join(export.pieces).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@settings(max_examples=examples(2))
@given(wanted=filters())
def test_both_forms_have_just_the_events_that_the_evaluator_picks(plant: Plant, table: Table, wanted: Json) -> None:
    expected = newest_first([event for event in table.events if matches(wanted, event)])
    lines = lines_of(begin(plant, table.use_case.id, "ndjson", **wanted))
    rows = rows_of(begin(plant, table.use_case.id, "csv", **wanted))
    assert [line["eventId"] for line in lines] == [event["eventId"] for event in expected]
    assert len(rows) == len(expected)
    for event, line, row in zip(expected, lines, rows, strict=True):
        check_line(event, line)
        check_row(event, row)


def check_line(event: Json, line: Json) -> None:
    for name in ("eventData", "customMetadata", "images", "deviceId", "comment"):
        assert as_text(line.get(name)) == as_text(event.get(name))
    assert line.get("feedback", {}).get("status") == event.get("feedback", {}).get("status")
    assert line.get("warnings", []) == event["warnings"]
    assert line["useCaseName"] == "many events"


def as_text(value: Any) -> str:
    """1 and 1.0 differ."""
    return json.dumps(value, sort_keys=True)


def check_row(event: Json, row: dict[str, str]) -> None:
    assert moment(row["timestamp"]) == moment(event["timestamp"])
    assert row["timestamp"].endswith("+05:30")
    assert row["result"] == event["eventData"].get("result", "")
    assert row["feedbackStatus"] == event.get("feedback", {}).get("status", "")
    assert row["imageCount"] == str(len(event["images"]))
    named = {name.removeprefix("metadata."): text for name, text in row.items() if name.startswith("metadata.")}
    assert named.keys() >= event["customMetadata"].keys()
    for name, text in named.items():
        value = event["customMetadata"].get(name, "")
        assert text.removeprefix("'") == value if isinstance(value, str) else json.loads(text) == value


@pytest.mark.parametrize("form", ["ndjson", "csv"])
@pytest.mark.parametrize("pages_read", [0, 1, 2])
def test_what_comes_or_goes_meanwhile_is_left_out_and_nothing_else(
    plant: Plant, form: ExportFormat, pages_read: int
) -> None:
    use_case = plant.use_case(f"{form} {pages_read}")
    ids = [plant.add(plant.event(use_case))[0].event_id for _ in range(30)]
    export = begin(plant, use_case.id, form)
    read = [next(export.pieces) for _ in range(pages_read)]
    late = plant.event(use_case, timestamp="2026-08-13T07:00:00Z", customMetadata={"new field": 1})
    overwritten = plant.event(use_case, eventId=ids[1], timestamp="2026-08-13T07:30:00Z", customMetadata={"more": 2})
    plant.add(late, overwritten)
    plant.store.delete_events(plant.mine, use_case, [ids[0]])
    text = b"".join([*read, *export.pieces]).decode("utf-8-sig")
    found = [
        json.loads(line)["eventId"] if form == "ndjson" else line.split(",")[0]
        for line in text.splitlines()[form == "csv" :]
    ]
    assert found == ids[:1:-1]


def test_an_empty_use_case_gives_nothing_or_the_names_of_the_columns(plant: Plant) -> None:
    use_case = plant.use_case("nothing here")
    assert b"".join(begin(plant, use_case.id, "ndjson").pieces) == b""
    text = b"".join(begin(plant, use_case.id, "csv").pieces)
    assert text.startswith(b"\xef\xbb\xbfeventId,eventType,timestamp,")
    assert text.count(b"\r\n") == 1


def test_pages_follow_the_size_of_events(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events with thousands of predictions come a few at a time, so that no page is larger than memory allows."""
    monkeypatch.setattr(exports, "_PAGE_BYTES", 20_000)
    use_case = plant.use_case("large events")
    plant.add(*[plant.event(use_case, comment="x" * 9000) for _ in range(20)])
    pieces = list(begin(plant, use_case.id, "ndjson").pieces)
    assert sum(piece.count(b"\n") for piece in pieces) == 20
    assert [piece.count(b"\n") for piece in pieces[1:3]] == [2, 2]


def test_an_error_on_a_later_page_is_raised_there(plant: Plant, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    export = begin(plant, table.use_case.id, "csv")
    assert next(export.pieces)

    def too_slow(*_: Any) -> Any:
        raise QueryTooSlow("too slow")

    monkeypatch.setattr(plant.store, "find_events", too_slow)
    with pytest.raises(QueryTooSlow):
        next(export.pieces)
    with pytest.raises(QueryTooSlow):
        begin(plant, table.use_case.id, "csv")


def test_the_file_is_named_for_the_use_case_and_the_day_in_its_zone(plant: Plant) -> None:
    use_case = plant.use_case("Straße 7/b")
    assert begin(plant, use_case.id, "csv").name == "Straße 7/b 2026-08-13.csv"
