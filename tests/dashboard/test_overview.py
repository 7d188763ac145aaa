"""The overview and the metadata of a use case: figures that are those of the events, bars that open them."""

import re
from html import unescape

import httpx
import pytest

from sightlog.dashboard import charts
from sightlog.dashboard.comparison import COMPARISONS
from sightlog.dashboard.sources import MOST_ROWS
from sightlog.dashboard.sparklines import HEIGHT, sparkline
from sightlog.domain.aggregates import Figures, Group
from sightlog.operations.overviews import how_unusual
from sightlog.operations.sources import usual_interval
from tests.builders import a_box, an_event, an_image, feedback_on, moment, new_name
from tests.dashboard.conftest import Visitor
from tests.expect import Caller

SECOND = 1_000_000


@pytest.fixture(scope="module")
def line(caller: Caller) -> str:
    """A use case with 30 checks of two devices, one of them failing now and then, and an alert."""
    id = caller.new_use_case(new_name("Overview"))
    for number in range(30):
        device = "cam <b>1</b>" if number % 3 else "cam 2"
        result = "fail" if number % 10 == 0 else "pass"
        caller.create(
            an_event(
                use_case=id,
                deviceId=device,
                timestamp=moment(minutes=number),
                eventData={"result": result},
                customMetadata={"line": "L1" if number % 2 else 7},
            )
        )
    caller.create(an_event("safety_alert", use_case=id, timestamp=moment(minutes=1)))
    return id


def part(visitor: Visitor, id: str, page: str, **query: str) -> str:
    reply: httpx.Response = visitor.get(f"/{visitor.workspace}/vision-events/{id}/{page}", params=query)
    assert reply.status_code == 200, reply.text
    return unescape(reply.text)


def test_charts_say_what_the_events_are(viewer: Visitor, line: str) -> None:
    page = part(viewer, line, "overview-charts")
    assert "<b>31</b> events" in page
    assert "<b>3</b> failed, 10 % of 30 checked" in page
    assert "<b>1</b> alert<" in page


def test_comparison_counts_by_value_and_each_bar_opens_its_events(viewer: Visitor, line: str) -> None:
    page = part(viewer, line, "overview-comparison", compare="device")
    assert re.findall(r'<td class="number">([\d,]+)</td><td class="number quiet">', page) == ["20", "10", "1"]
    link = re.search(r'<a href="([^"]*device=cam\+2[^"]*)"', page)
    assert link
    assert viewer.get(link.group(1)).text.count('class="tile"') == 10


def test_comparison_by_metadata_keeps_types_apart(viewer: Visitor, line: str) -> None:
    page = part(viewer, line, "overview-comparison", compare="metadata.line")
    assert "L1" in page
    assert re.search(r">7</a>", page)


def test_unknown_grouping_is_refused_with_those_that_there_are(viewer: Visitor, line: str) -> None:
    reply = viewer.get(f"/{viewer.workspace}/vision-events/{line}/overview-comparison", params={"compare": "moon"})
    assert reply.status_code == 400
    assert "detection_class" in reply.text


def test_filters_of_the_address_hold_for_the_charts(viewer: Visitor, line: str) -> None:
    assert "<b>10</b> events" in part(viewer, line, "overview-charts", device="cam 2")
    assert "<b>0</b> events" in part(viewer, line, "overview-charts", last="1h", device="nobody")


def test_sources_are_named_as_text(viewer: Visitor, line: str) -> None:
    raw = viewer.get(f"/{viewer.workspace}/vision-events/{line}/overview-sources").text
    assert "cam &lt;b&gt;1&lt;/b&gt;" in raw
    assert "<b>1</b>" not in raw


def test_metadata_shows_a_field_of_two_types_as_a_fact(viewer: Visitor, line: str) -> None:
    page = part(viewer, line, "metadata")
    assert "comes as number and as string" in page or "comes as string and as number" in page
    assert f"/vision-events/custom-metadata-schema/{line}" in page
    # Each count opens its events.
    for type_, count in re.findall(r'href="[^"]*m\.line\.exists=(string|number)">(\d+)</a>', page):
        shown = viewer.get(f"/{viewer.workspace}/vision-events/{line}", params={"m.line.exists": type_}).text
        assert shown.count('class="tile"') == int(count) == 15


def test_pages_of_an_empty_use_case_are_whole(viewer: Visitor, use_case: str) -> None:
    for page in ("overview", "overview-charts", "overview-comparison", "overview-sources", "metadata", "figures"):
        part(viewer, use_case, page)


ALL_COMPARISONS = [*COMPARISONS, "metadata.line", "metadata.note"]


@pytest.mark.parametrize("compare", ALL_COMPARISONS)
def test_what_a_bar_opens_are_just_its_events(viewer: Visitor, varied: str, compare: str) -> None:
    page = viewer.get(f"/{viewer.workspace}/vision-events/{varied}/overview-comparison", params={"compare": compare})
    rows = re.findall(
        r'<td class="value">(?:<a href="([^"]*)"|<span)[^>]*>([^<]*)<.*?<td class="number">([\d,]+)</td>',
        page.text,
        re.DOTALL,
    )
    assert rows
    for link, name, count in rows:
        if not link:
            assert name in ("none", "Not reviewed")
            continue
        assert viewer.get(unescape(link)).text.count('class="tile"') == int(count), (name, link)


@pytest.fixture(scope="module")
def varied(caller: Caller) -> str:
    """Events of all types, with and without everything that can be compared by, on several days."""
    id = caller.new_use_case(new_name("Compared"))
    fail = an_event(
        use_case=id,
        deviceId="cam & 1",
        streamId="s",
        workflowId="w",
        timestamp=moment(days=3),
        eventData={"result": "fail"},
        customMetadata={"line": 7, "note": ""},
        images=[an_image(a_box("scratch"), a_box("dent"))],
    )
    others = [
        an_event(use_case=id, deviceId="cam 2", customMetadata={"line": "7"}, images=[an_image(a_box("dent"))]),
        an_event("safety_alert", id, eventData={"alertType": "fire", "severity": "high"}, customMetadata={"line": 7.0}),
        an_event("inventory_count", id, eventData={"itemCount": 1, "itemType": "box", "location": "A"}),
        an_event("custom", id, customMetadata={"line": True, "note": "a=b&c"}),
        feedback_on(fail["eventId"], "incorrect", id),
    ]
    caller.batch(fail, *others)
    return id


def test_a_bar_within_a_filter_opens_no_more_than_it_counts(viewer: Visitor, varied: str) -> None:
    """A list can be filtered by one class; of the events with two, the other's bar opens nothing."""
    page = part(viewer, varied, "overview-comparison", compare="detection_class", **{"class": "scratch"})
    assert re.search(r'<a href="[^"]*class=scratch[^"]*"[^>]*>scratch</a>', page)
    assert '<span class="quiet">dent</span>' in page


def test_what_a_column_opens_are_just_its_events(viewer: Visitor, varied: str) -> None:
    for last in ("7d", "24h", "1h"):
        page = viewer.get(f"/{viewer.workspace}/vision-events/{varied}/overview-charts", params={"last": last}).text
        table = page[page.index('class="as-table"') :]
        rows = re.findall(r'<td><a href="([^"]*)">[^<]*</a></td><td class="number">(\d+)</td>', table)
        assert sum(int(count) for _, count in rows) == (6 if last == "7d" else 5)
        for link, count in rows:
            if int(count):
                assert viewer.get(unescape(link)).text.count('class="tile"') == int(count), (last, link)


def test_filters_are_kept_from_page_to_page_and_by_the_forms(viewer: Visitor, varied: str) -> None:
    base = f"/{viewer.workspace}/vision-events/{varied}"
    page = unescape(viewer.get(f"{base}/overview?device=cam+2&segment=attention&compare=stream").text)
    for name in ("", "/overview", "/metadata"):
        assert f'href="{base}{name}?segment=attention&device=cam+2"' in page
    form = re.search(r'href="([^"]*/filter\?[^"]*of=device[^"]*)"', page)
    assert form
    html = viewer.get(form[1]).text
    fields = dict(
        re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', html[html.index("filter-form") :])
    )
    answer = viewer.get(f"{base}/filter", params={**fields, "value": "cam & 1"})
    query = "segment=attention&last=14d&device=cam+%26+1&compare=stream"
    assert answer.headers["location"] == f"{base}/overview?{query}"


def test_without_a_range_it_is_of_the_last_fourteen_days_and_other_pages_are_not(
    viewer: Visitor, caller: Caller, use_case: str
) -> None:
    caller.batch(an_event(use_case=use_case), an_event(use_case=use_case, timestamp=moment(days=40)))
    assert "<b>1</b> event<" in part(viewer, use_case, "overview-charts")
    page = part(viewer, use_case, "overview")
    assert "Last 14 days" in page
    assert f'href="/{viewer.workspace}/vision-events/{use_case}"' in page


def test_a_range_that_cannot_be_is_told(viewer: Visitor, use_case: str) -> None:
    base = f"/{viewer.workspace}/vision-events/{use_case}/overview-charts"
    assert "before" in viewer.get(base, params={"from": "2026-11-20", "to": "2026-11-10"}).text
    assert viewer.get(base, params={"from": "1990-01-01"}).status_code == 400


def test_sources_show_their_days_and_how_often_they_are_heard(viewer: Visitor, line: str) -> None:
    page = viewer.get(f"/{viewer.workspace}/vision-events/{line}/overview-sources").text
    rows = re.findall(
        r'<td class="value"><a [^>]*>(.*?)</a>.*?<td class="number failed"[^>]*>(.*?)</td>', page, re.DOTALL
    )
    assert rows == [("cam &lt;b&gt;1&lt;/b&gt;", "10 %"), ("cam 2", "10 %")]
    assert page.count('class="sparkline"') == 2


def test_of_many_sources_some_are_shown_and_the_others_are_a_link_away(viewer: Visitor, caller: Caller) -> None:
    id = caller.new_use_case(new_name("Many cameras"))
    for number in range(MOST_ROWS + 3):
        caller.create(an_event(use_case=id, deviceId=f"cam-{number:02}", streamId="one"))
    some = part(viewer, id, "overview-sources")
    assert some.count('class="sparkline"') == MOST_ROWS + 1
    link = re.search(r'<a href="([^"]+)">Show 3 other devices</a>', some)
    assert link
    everything = unescape(viewer.get(link.group(1)).text)
    assert "All devices" in everything
    assert [f"cam-{number:02}" in everything for number in range(MOST_ROWS + 3)] == [True] * (MOST_ROWS + 3)
    assert everything.count('class="sparkline"') == MOST_ROWS + 3


def test_a_kind_of_source_that_there_is_not_is_refused(viewer: Visitor, line: str) -> None:
    reply = viewer.get(f"/{viewer.workspace}/vision-events/{line}/overview-sources", params={"kind": "camera"})
    assert reply.status_code == 400
    assert "device, stream, workflow" in reply.text


def figures(count: int, fails: int = 0, alerts: int = 0) -> Figures:
    return Figures(count=count, fails=fails, alerts=alerts, checked=count)


def test_columns_stack_to_their_counts_and_only_the_last_is_unfinished() -> None:
    found, ticks = charts.columns([[figures(10), figures(0)], [figures(30), figures(5)]], last_is_unfinished=True)
    assert [column.count for column in found] == [40, 5]
    assert [column.is_unfinished for column in found] == [False, True]
    first = found[0].pieces
    assert first[0].y + first[0].height == charts.HEIGHT
    assert first[1].y + first[1].height == pytest.approx(first[0].y, abs=0.2)
    assert sum(piece.height for piece in first) == pytest.approx(charts.HEIGHT * 40 / 40, abs=0.2)
    assert [tick.text for tick in ticks] == ["0", "20", "40"]


def test_shares_begin_at_zero_and_few_checks_are_hollow() -> None:
    days = [figures(100, 5), figures(0), figures(10, 10), figures(40, 0)]
    points, ticks = charts.shares(days, last_is_unfinished=True)
    assert [point.is_hollow for point in points] == [False, True, False]
    assert [point.is_unfinished for point in points] == [False, False, True]
    assert ticks[-1].text == "5 %", "a few checks do not make the scale"
    assert points[1].y == 0
    assert ticks[0].text == "0 %"
    assert points[-1].y == charts.HEIGHT


@pytest.mark.parametrize(("most", "top"), [(0, 1), (1, 1), (3, 3), (11, 20), (501, 600), (4.7, 5), (70, 80)])
def test_scale_ends_at_a_round_number(most: float, top: float) -> None:
    assert charts.nice_top(most) == top


def test_bars_are_as_long_as_their_counts() -> None:
    rows = charts.bars([Group(value="a", type="string", count=200, fails=50), Group(value=None, type=None, count=50)])
    assert [(row.width, row.bad_width) for row in rows] == [(100, 25), (25, 0)]


def test_bars_of_shares_are_as_long_as_the_largest_one_that_says_something() -> None:
    groups = [
        Group(value=name, type="string", count=count, fails=fails, checked=count)
        for name, count, fails in [("a", 100, 10), ("b", 50, 10), ("c", 5, 4)]
    ]
    rows = charts.bars(groups)
    assert [(row.share_width, row.is_hollow) for row in rows] == [(50, False), (100, False), (100, True)]


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (0.5, ""), (800, "800"), (1500, "1.5k"), (2e7, "20M")])
def test_counts_beside_a_chart_are_short(value: float, text: str) -> None:
    assert charts.short_count(float(value)) == text


def test_sparkline_never_hides_a_day_or_its_fails() -> None:
    bars = sparkline([figures(100_000), figures(1, 1), figures(0)])
    assert bars[0].height == HEIGHT
    assert bars[1].height >= 1
    assert bars[1].bad_height >= 1
    assert bars[2].height == 0


@pytest.mark.parametrize(
    ("today", "word"),
    [(figures(50, 6), "higher"), (figures(50, 0), "lower"), (figures(50, 2), ""), (figures(5, 5), "")],
)
def test_today_is_unusual_when_no_earlier_day_was_like_it(today: Figures, word: str) -> None:
    assert how_unusual([figures(100, 2), figures(100, 6), figures(10, 9), figures(100, 4), today]) == word


def test_usual_interval_is_what_nine_of_ten_keep() -> None:
    every_four = [-4 * SECOND * number for number in range(100)]
    assert usual_interval(every_four) == 4 * SECOND
    with_a_night = [*every_four, every_four[-1] - 40_000 * SECOND]
    assert usual_interval(with_a_night) == 4 * SECOND
    assert usual_interval(every_four[:10]) is None
