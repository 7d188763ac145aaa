"""The summaries of segments: they keep a question away from segments that have nothing for it, and from no others."""

import sqlite3
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlog.domain.conditions import Match
from sightlog.domain.use_cases import UseCase
from sightlog.store.opening import check_derived
from sightlog.store.sqlite.index import merging, summaries
from sightlog.store.sqlite.index.columns import Contents, number_column, text_column
from sightlog.store.sqlite.index.segments import Segment, all_segments, rows_of, write_segment
from sightlog.store.sqlite.index.summaries import Sieve, Summaries
from sightlog.store.sqlite.store import SqliteStore
from tests.contract.plant import Json, Plant
from tests.contract.sealing import sealing

_TEXTS = ["", "a", "b", "ä", "日本", "0", "1", *(f"SN-{n}" for n in range(40))]
_NUMBERS = [-(2.0**60), -1.5, -0.0, 0.0, 1.0, 1.5, 2.0**53, 1e300]
_LISTS = st.lists(st.sampled_from(_TEXTS), min_size=1, max_size=40)

_MATCHES = st.one_of(
    st.builds(Match, st.just(("t",)), st.just("s"), st.just("in"), _LISTS.map(tuple)),
    st.builds(
        Match,
        st.just(("t",)),
        st.just("s"),
        st.sampled_from(["eq", "gt", "gte", "lt", "lte", "contains", "starts_with"]),
        st.sampled_from(_TEXTS),
    ),
    st.builds(Match, st.just(("b",)), st.just("b"), st.just("eq"), st.booleans()),
    st.builds(
        Match,
        st.just(("t", "n")),
        st.just("n"),
        st.sampled_from(["eq", "gt", "gte", "lt", "lte"]),
        st.sampled_from([*_NUMBERS, 2, 2**53 + 1, -(2**60)]),
    ),
    st.builds(
        Match, st.just(("n",)), st.just("n"), st.just("in"), st.lists(st.sampled_from(_NUMBERS)).map(tuple)
    ).filter(lambda match: bool(match.value)),
    st.builds(Match, st.sampled_from([("t",), ("n",), ("none", "b")]), st.sampled_from([None, "s"]), st.just("exists")),
)


def seal(connection: sqlite3.Connection, texts: list[str], numbers: list[float], truths: list[bool]) -> Segment:
    """A segment of one event for each value."""
    size = len(texts) + len(numbers) + len(truths)
    places = np.arange(size)
    columns = {("t", "s"): texts, ("b", "b"): [str(int(truth)) for truth in truths]}
    start, found = 0, {}
    for key, values in columns.items():
        found[key] = text_column(values, np.ones(len(values), np.int64), places[start : start + len(values)])
        start += len(values)
    column = number_column(np.array(numbers, np.float64), places[start:])
    write_segment(connection, rows_of(Contents(1, places, places, found, {"n": column})))
    return Segment(connection, list(all_segments(connection))[-1][1])


@given(
    _LISTS,
    st.lists(st.sampled_from(_NUMBERS), max_size=4),
    st.lists(st.booleans(), max_size=2),
    st.lists(_MATCHES, min_size=1, max_size=2),
)
def test_no_segment_is_left_out_that_has_something(
    connection: sqlite3.Connection, texts: list[str], numbers: list[float], truths: list[bool], matches: list[Match]
) -> None:
    connection.execute("BEGIN")
    try:
        segment = seal(connection, texts, numbers, truths)
        number = segment.info.number
        for sieve in [Sieve(connection, known := Summaries(), matches), Sieve(connection, known, matches)]:
            for _ in range(2):  # read, and remembered
                let_through = sieve.may_match(number)
                assert let_through or not all(segment.find(match).any() for match in matches)
        for match in matches:
            if match.letter == "n" and match.operator != "in" and not segment.find(match).any():
                below, above = min(numbers, default=0), max(numbers, default=0)
                is_between = bool(numbers) and below <= float(match.value) <= above  # type: ignore[arg-type]  # a number
                assert is_between or not Sieve(connection, Summaries(), [match]).may_match(number)
    finally:
        connection.execute("ROLLBACK")


def test_nearly_all_are_left_out_that_have_nothing(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    number = seal(connection, [f"SN-{n}" for n in range(5_000)], [0.1, 0.9], [True]).info.number

    def let_through(*matches: Match) -> bool:
        return Sieve(connection, Summaries(), matches).may_match(number)

    wrong = sum(let_through(Match(("t",), "s", "eq", f"XN-{n}")) for n in range(2_000))
    assert wrong < 2_000 * 0.03
    assert not let_through(Match(("t",), "n", "exists"))
    assert not let_through(Match(("n",), "n", "gt", 0.95))
    assert not let_through(Match(("t",), "s", "eq", "SN-7"), Match(("none",), "s", "contains", ""))
    assert let_through(Match(("t",), "s", "eq", "SN-7"), Match(("n",), "n", "in", (0.2, 0.5)))
    connection.execute("ROLLBACK")


@pytest.fixture
def sealed(connection: sqlite3.Connection) -> Iterator[list[int]]:
    """The numbers of ten segments with five hundred texts each."""
    connection.execute("BEGIN")
    yield [seal(connection, [f"{n}-{m}" for m in range(500)], [1.0], []).info.number for n in range(10)]
    connection.execute("ROLLBACK")


def ask(connection: sqlite3.Connection, known: Summaries, sealed: list[int], *fields: str) -> list[bool]:
    """Which segments may have a text that only the first one has."""
    sieve = Sieve(connection, known, [Match(fields, "s", "eq", "0-33")])
    return [sieve.may_match(number) for number in sealed]


def remembered(known: Summaries) -> dict[str, int]:
    """How many segments' summaries are remembered of each field."""
    return {field: len(found) for (field, _), found in known._columns.items()}


def test_the_column_that_was_asked_for_least_lately_is_forgotten(
    connection: sqlite3.Connection, sealed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "_MOST_BYTES", 15_000)
    known = Summaries()
    assert ask(connection, known, sealed, "t") == [True] + [False] * 9
    for n in range(20):
        assert ask(connection, known, sealed, f"absent-{n}") == [False] * 10
        assert not any(ask(connection, known, sealed, "t")[1:])
        assert known._bytes == sum(known._sizes.values()) < 17_000
        assert known._columns.keys() == known._sizes.keys()
    assert remembered(known)["t"] == 10


def test_of_a_column_that_is_too_large_the_rest_is_visited(
    connection: sqlite3.Connection, sealed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "_MOST_BYTES", 5_000)
    known = Summaries()
    ask(connection, known, sealed, "absent")
    for _ in range(2):
        assert ask(connection, known, sealed, "t") == [True] + [False] * 4 + [True] * 5
        assert remembered(known) == {"t": 5}


def test_what_is_asked_in_vain_takes_no_memory(connection: sqlite3.Connection) -> None:
    known = Summaries()
    for n in range(100):
        Sieve(connection, known, [Match((f"absent-{n}",), "s", "exists")])
    assert remembered(known) == {}


def test_many_fields_at_once_are_not_looked_up(connection: sqlite3.Connection, sealed: list[int]) -> None:
    known = Summaries()
    fields = [f"absent-{n}" for n in range(9)]
    assert ask(connection, known, sealed, *fields) == [True] * 10
    assert remembered(known) == {}
    assert ask(connection, known, sealed, *fields[:8]) == [False] * 10


def test_when_the_time_is_up_a_segment_is_visited(connection: sqlite3.Connection, sealed: list[int]) -> None:
    connection.set_progress_handler(lambda: 1, 1)
    try:
        assert ask(connection, Summaries(), sealed, "absent") == [True] * 10
    finally:
        connection.set_progress_handler(None, 0)


@pytest.fixture
def sizes() -> Iterator[None]:
    with sealing("small segments"):
        yield


def serial(number: str) -> Json:
    return {"customMetadataFilters": [{"field": "serial", "operator": "eq", "value": number}]}


def filled(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> UseCase:
    monkeypatch.setattr(merging, "_LARGEST", 0)
    use_case = plant.use_case()
    for n in range(60):
        plant.add(plant.event(use_case, customMetadata={"serial": f"SN-{n}"}))
    return use_case


@pytest.mark.usefixtures("sizes")
def test_a_question_reads_only_what_may_have_it(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    use_case = filled(plant, monkeypatch)
    visited: list[int] = []
    find = Segment.find
    monkeypatch.setattr(Segment, "find", lambda self, match: visited.append(self.info.number) or find(self, match))

    assert len(plant.ids(use_case, **serial("SN-3"))) == 1
    assert len(set(visited)) <= 2  # its own, and at most one that is let through by chance
    found = len(visited)
    assert plant.ids(use_case, **serial("SN-60")) == []
    assert plant.ids(use_case, customMetadataFilters=[{"field": "serial", "operator": "neq", "value": "SN-3"}])
    assert len(visited) > found  # what is asked for by *not* having it is read


@pytest.mark.usefixtures("sizes")
def test_segments_of_an_older_version_answer_and_are_sealed_anew(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(plant.store, SqliteStore)
    use_case = filled(plant, monkeypatch)
    for statement in ("DELETE FROM segment_summaries", "UPDATE segments SET is_summarised = 0"):
        plant.store._write_rows(lambda connection, statement=statement: connection.execute(statement))
    before = [plant.ids(use_case, **serial(f"SN-{n}")) for n in (3, 40, 60)]
    assert [len(ids) for ids in before] == [1, 1, 0]

    plant.store._merger.close()
    (many,) = plant.backend.rows("SELECT count(*) FROM segments")[0]
    for _ in range(many):
        with plant.store._readers.snapshot() as connection:
            merge = merging.prepare_merge(connection)
        assert merge is not None
        assert len(merge.merged) == 1
        chosen = merge
        assert plant.store._write_rows(lambda connection, chosen=chosen: merging.put_merge(connection, chosen))

    with plant.store._readers.snapshot() as connection:
        assert merging.prepare_merge(connection) is None
    assert [plant.ids(use_case, **serial(f"SN-{n}")) for n in (3, 40, 60)] == before
    assert plant.backend.rows("SELECT count(*) FROM segments WHERE is_summarised") == [(many,)]
    assert check_derived(plant.backend.folder, lambda done, total: None) == []
