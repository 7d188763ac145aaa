"""The line in a list that shows where the last visit ended."""

import pytest

from sightlog.dashboard.event_rows import EventRow, row_of
from sightlog.dashboard.events import Listed, count_new
from sightlog.dashboard.filter_urls import ListState
from sightlog.dashboard.pictures import PictureLinks
from sightlog.domain.image_links import LinkSigner
from sightlog.domain.stored import StoredEvent
from sightlog.operations.queries import QueryPage

NO_PICTURES = PictureLinks(LinkSigner(b"secret", ""), 1, 0, {})


def row(time: int) -> EventRow:
    event = StoredEvent(
        sequence=time,
        event_id=str(time),
        use_case_id="u",
        use_case_name="u",
        timestamp=time,
        received_at=time,
        rest=b'{"eventType":"custom","timestamp":"2026-11-27T00:00:00Z","eventData":{},"customMetadata":{}}',
        images=b"[]",
        warnings=None,
    )
    return row_of(event, [], NO_PICTURES)


def listed(seen_before: int | None, *, has_more: bool) -> Listed:
    return Listed(
        page=QueryPage(
            events=[], pictures={}, next_cursor="more" if has_more else None, last_sequence=9, lookback_days=365
        ),
        problem="",
        is_lost=False,
        fields=[],
        rows=[row(30), row(20), row(10)],
        views=[],
        seen_before=seen_before,
        total=None,
    )


@pytest.mark.parametrize(
    ("seen_before", "has_more", "new"),
    [
        (20, True, 1),
        (15, True, 2),
        (30, True, 0),
        (None, True, 0),  # the first visit: everything is new, and so nothing is
        (5, True, 0),  # the line lies on a later page
        (5, False, 3),  # this is all there is
    ],
)
def test_how_many_rows_stand_above_it(seen_before: int | None, has_more: bool, new: int) -> None:
    assert count_new(listed(seen_before, has_more=has_more), ListState()) == new


def test_an_older_page_has_no_line() -> None:
    assert count_new(listed(20, has_more=True), ListState(cursors=("x",))) == 0
