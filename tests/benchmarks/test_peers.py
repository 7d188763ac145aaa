"""The comparison with peers: all are asked the same, all send everything once, and a wrong answer ends the run."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generator import USE_CASES, EventStream
from benchmarks.peers.environments import NotInstallable
from benchmarks.peers.peer import Asked, Facts, Way, Workers
from benchmarks.peers.processes import Worker
from benchmarks.peers.questions import COUNT, PAGE, QUESTIONS, Question
from benchmarks.peers.rounds import (
    WAYS,
    DifferentAnswers,
    Effort,
    Results,
    measure_ingestion,
    measure_questions,
    start_peers,
    write_events,
)
from benchmarks.peers.sightlog import Sightlog
from benchmarks.peers.tables import peer_parts
from tests.evaluator import matches, moment, newest_first

EVENTS = 1_200
EFFORT = Effort(rounds=2, load_seconds=0.2, repeats=2, question_seconds=5)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of events."""
    path = tmp_path_factory.mktemp("events") / "events.ndjson"
    write_events(EventStream(EVENTS, time.time_ns() // 1000), path)
    return path


@pytest.fixture(scope="module")
def events(path: Path) -> list[dict[str, Any]]:
    return [{"images": []} | json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def sightlog(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sightlog]:
    """A server that holds the events of the file."""
    with Sightlog(tmp_path_factory.mktemp("peers")) as peer:
        peer.make_empty()
        assert peer.fill(path) > 0
        yield peer


def expected(question: Question, repeat: int, events: list[dict[str, Any]]) -> Any:
    body = question.body(repeat)
    limit = body.pop("limit", None)
    found = newest_first([each for each in events if each["useCaseId"] == body["useCaseId"] and matches(body, each)])
    if question.kind == PAGE:
        return [[each["eventId"] for each in found[:limit]], len(found) > limit]
    if question.kind == COUNT:
        return len(found)
    return [len(found), moment(found[0]["timestamp"]).timestamp(), sorted({each["eventType"] for each in found})]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_sightlog_answers_what_a_plain_evaluator_finds(
    question: Question, sightlog: Sightlog, events: list[dict[str, Any]]
) -> None:
    for repeat in range(3):
        assert sightlog.ask(question, repeat).answer == expected(question, repeat, events)


def test_the_questions_find_what_their_names_say(events: list[dict[str, Any]]) -> None:
    of_use_case = [each for each in events if each["useCaseId"] == USE_CASES[0]]
    shares = {
        question.name: sum(
            matches({k: v for k, v in question.body(n).items() if k != "limit"}, each)
            for n in range(10)
            for each in of_use_case
        )
        / len(of_use_case)
        / 10
        for question in QUESTIONS
    }
    assert shares["no filter"] == 1
    assert shares["metadata equal, no match"] == 0
    assert shares["metadata equal, 10 %"] == pytest.approx(0.1, abs=0.02)
    assert shares["metadata equal, 90 %"] == pytest.approx(0.9, abs=0.04)
    assert shares["metadata range, 10 %"] == pytest.approx(0.1, abs=0.03)
    assert shares["metadata equal, 0.01 %"] < 0.002


def test_facts_of_sightlog(sightlog: Sightlog) -> None:
    assert sightlog.facts().disk_bytes > EVENTS * 100


def test_a_fresh_store_is_empty_and_takes_every_way_it_says(path: Path, tmp_path: Path) -> None:
    with Sightlog(tmp_path) as peer:
        for way in (Way("single", 1, 2, 20), Way("together", 100, 2, 250)):
            peer.make_empty()
            assert peer.takes(way)
            assert peer.ingest(way, path, 100, 30.0) > 0
            stored = [
                json.loads(line)["useCaseId"] for line in path.read_text().splitlines()[100 : 100 + way.events]
            ].count(USE_CASES[0])
            statistics = next(question for question in QUESTIONS if question.kind not in (PAGE, COUNT))
            assert peer.ask(statistics, 0).answer[0] == stored


def workers_on(folder: Path, count: int, **options: str) -> Workers:
    given = {"file": str(folder / "kept"), **options}
    module = "tests.benchmarks.remembering_client"
    return Workers(lambda: Worker(Path(sys.executable), module, given, folder / "log"), most=count)


@pytest.mark.parametrize("way", [Way("one", 100, 1, 1_000), Way("four", 7, 4, 1_001), Way("sixteen", 1, 16, 999)])
def test_workers_send_everything_once(path: Path, tmp_path: Path, events: list[dict[str, Any]], way: Way) -> None:
    workers = workers_on(tmp_path, 3)
    try:
        workers.make_empty()
        assert workers.ingest(way, path, 50, 60.0) > 0
        kind, body, kept = workers.ask(QUESTIONS[0], 0).answer
    finally:
        workers.end()
    assert (kind, body) == (PAGE, QUESTIONS[0].body(0))
    assert sorted(kept) == sorted(each["eventId"] for each in events[50 : 50 + way.events])


def test_filling_sends_the_whole_file(path: Path, tmp_path: Path) -> None:
    workers = workers_on(tmp_path, 2)
    try:
        workers.make_empty()
        assert workers.fill(path, Way("filling", 100, 2, 500)) > 0
        assert len(set(workers.ask(QUESTIONS[0], 0).answer[2])) == EVENTS
    finally:
        workers.end()


def test_what_a_worker_cannot_do_is_told(path: Path, tmp_path: Path, events: list[dict[str, Any]]) -> None:
    workers = workers_on(tmp_path, 2, refuses=events[3]["eventId"])
    try:
        workers.make_empty()
        with pytest.raises(RuntimeError, match="cannot be stored"):
            workers.ingest(Way("two", 10, 2, 100), path, 0, 60.0)
    finally:
        workers.end()


class Pretender:
    """A peer of fixed speed that answers what it is told to."""

    def __init__(self, name: str, seconds: float, rate: float, wrong_from: int | None = None) -> None:
        self.name, self.durable = name, "not durable" not in name
        self._seconds, self._rate, self._wrong_from = seconds, rate, wrong_from

    def __enter__(self) -> "Pretender":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def takes(self, way: Way) -> bool:
        return way.size == 1

    def make_empty(self) -> None:
        pass

    def ingest(self, way: Way, path: Path, first: int, seconds: float) -> float:
        return self._rate

    def fill(self, path: Path) -> float:
        return 1.0

    def ask(self, question: Question, repeat: int) -> Asked:
        right = self._wrong_from is None or repeat < self._wrong_from
        return Asked(self._seconds, [["a", "b"] if right else ["b", "a"], True])

    def facts(self) -> Facts:
        return Facts("1", "flushed", 1000)


def test_another_order_ends_the_run() -> None:
    with pytest.raises(DifferentAnswers, match=r"repeat 3.*wrong"):
        measure_questions([Pretender("right", 1, 1), Pretender("wrong", 1, 1, wrong_from=3)], EFFORT)


def test_tables_tell_how_many_times_as_fast_sightlog_is(path: Path) -> None:
    peers = [Pretender("Sightlog", 0.010, 1_000), Pretender("slow", 0.1, 100), Pretender("fast", 0.005, 4_000)]
    answers, found = measure_questions(peers, EFFORT)
    parts = peer_parts(
        Results(
            events=10,
            missing={"absent": "no wheel"},
            durable={peer.name: True for peer in peers},
            facts={peer.name: peer.facts() for peer in peers},
            ingestion=measure_ingestion(peers, path, EFFORT),
            filling={peer.name: 2.0 for peer in peers},
            answers=answers,
            found=found,
        )
    )
    assert f"| {WAYS[0].name} | 1,000 | 100 (10 ×) | **4,000 (0.25 ×)** |" in parts["peers ingestion"]
    assert "| no filter | 2+ | 10.0 | 100 (10 ×) | **5.00 (0.5 ×)** |" in parts["peers queries"]
    assert "| slow | 5 | 100 |" in parts["peers filling"]
    assert "| absent | not measured: no wheel | |" in parts["peers durability"]


def test_what_cannot_be_installed_is_left_out() -> None:
    def fail() -> Pretender:
        raise NotInstallable("no wheel\nfor this machine")

    with ExitStack() as stack:
        peers, missing = start_peers([("absent", fail), ("there", lambda: Pretender("there", 1, 1))], stack)
    assert [peer.name for peer in peers] == ["there"]
    assert missing == {"absent": "no wheel for this machine"}


def test_the_page_has_a_place_for_every_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "peers.md").read_text()
    empty = Results(
        events=1,
        missing={},
        durable={},
        facts={},
        ingestion={},
        filling={},
        answers={},
        found=dict.fromkeys([question.name for question in QUESTIONS], ""),
    )
    for name in ("peers run", *peer_parts(empty)):
        assert f"<!-- bench: {name} -->" in page
