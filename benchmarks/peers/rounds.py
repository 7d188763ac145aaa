"""The measurements, taken in turn: in every round each peer does the same, so that whatever else the machine does falls
on all of them. The figures are medians."""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks.generator import EventStream
from benchmarks.load import percentile
from benchmarks.peers.environments import NotInstallable
from benchmarks.peers.peer import Facts, Peer, Way
from benchmarks.peers.questions import QUESTIONS, Question
from benchmarks.report import say

WAYS = (
    Way("single, 1 client", size=1, clients=1, events=4_000),
    Way("single, 64 clients", size=1, clients=64, events=12_000),
    Way("100 together, 1 client", size=100, clients=1, events=20_000),
    Way("100 together, 4 clients", size=100, clients=4, events=20_000),
    Way("100 together, 16 clients", size=100, clients=16, events=20_000),
    Way("1,000 together, 1 client", size=1_000, clients=1, events=20_000),
    Way("1,000 together, 4 clients", size=1_000, clients=4, events=20_000),
)


class Effort(Struct, frozen=True):
    """Rounds; the seconds of each load at most; in each round, how often each question is asked, and for how many
    seconds at most."""

    rounds: int
    load_seconds: float
    repeats: int
    question_seconds: float


FULL = Effort(rounds=3, load_seconds=3.0, repeats=15, question_seconds=2.0)
QUICK = Effort(rounds=1, load_seconds=0.7, repeats=4, question_seconds=0.5)

PeerMaker = Callable[[], Peer]


class Results(Struct):
    """What came of a run, by the names of the peers. `missing` says why a peer is not there."""

    events: int
    missing: dict[str, str]
    durable: dict[str, bool]
    facts: dict[str, Facts]
    ingestion: dict[str, dict[Way, float]]
    filling: dict[str, float]
    answers: dict[str, dict[str, float]]
    found: dict[str, str]


class DifferentAnswers(AssertionError):
    """Two peers answer a question differently: the measurement compares nothing."""


def write_events(stream: EventStream, path: Path) -> None:
    """One event a line, as it would be sent."""
    with path.open("wb") as file:
        for chunk in stream.chunks():
            file.writelines(body + b"\n" for body in stream.single_bodies(chunk))


def start_peers(makers: Sequence[tuple[str, PeerMaker]], stack: ExitStack) -> tuple[list[Peer], dict[str, str]]:
    """Those that start, and why the others do not."""
    peers, missing = [], {}
    for name, make in makers:
        say(f"starting {name}")
        try:
            peers.append(stack.enter_context(make()))
        except (NotInstallable, RuntimeError, OSError) as error:
            say(f"{name} is left out: {error}")
            missing[name] = " ".join(str(error).split())
    return peers, missing


def measure_ingestion(peers: Sequence[Peer], path: Path, effort: Effort) -> dict[str, dict[Way, float]]:
    """Events a second by peer and way; each round begins with fresh stores, and each way has events of its own."""
    rates: dict[str, dict[Way, list[float]]] = {peer.name: {} for peer in peers}
    for number in range(effort.rounds):
        for peer in peers:
            say(f"ingestion, round {number + 1} of {effort.rounds}: {peer.name}")
            peer.make_empty()
            first = 0
            for way in WAYS:
                if peer.takes(way):
                    rate = peer.ingest(way, path, first, effort.load_seconds)
                    rates[peer.name].setdefault(way, []).append(rate)
                first += way.events
    return {name: {way: statistics.median(of) for way, of in ways.items()} for name, ways in rates.items()}


def fill_peers(peers: Sequence[Peer], path: Path) -> dict[str, float]:
    """Seconds by peer; afterwards all hold the same events and nothing else."""
    took = {}
    for peer in peers:
        say(f"filling {peer.name}")
        peer.make_empty()
        took[peer.name] = peer.fill(path)
    return took


def measure_questions(peers: Sequence[Peer], effort: Effort) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """(median seconds by peer and question, what was found by question). Raises DifferentAnswers."""
    medians: dict[str, dict[str, float]] = {peer.name: {} for peer in peers}
    found = {}
    for question in QUESTIONS:
        say(f"asking: {question.name}")
        asking = _Asking(question, effort)
        for number in range(effort.rounds):
            for peer in peers:
                asking.ask(peer, number)
        for peer in peers:
            medians[peer.name][question.name] = percentile(asking.times[peer.name], 0.5)
        found[question.name] = asking.found()
    return medians, found


class _Asking:
    """One question to all peers, with the same values in the same repeats."""

    def __init__(self, question: Question, effort: Effort) -> None:
        self.times: dict[str, list[float]] = {}
        self._question = question
        self._effort = effort
        self._answers: dict[int, tuple[str, Any]] = {}

    def ask(self, peer: Peer, number: int) -> None:
        """One round of one peer. The first answer of its first round is checked, not timed."""
        if number == 0:
            self._check(peer, 0, peer.ask(self._question, 0).answer)
        times = self.times.setdefault(peer.name, [])
        deadline = time.perf_counter() + self._effort.question_seconds
        for repeat in range(number * self._effort.repeats, (number + 1) * self._effort.repeats):
            asked = peer.ask(self._question, repeat)
            self._check(peer, repeat, asked.answer)
            times.append(asked.seconds)
            if time.perf_counter() > deadline:
                break

    def _check(self, peer: Peer, repeat: int, answer: Any) -> None:
        other, expected = self._answers.setdefault(repeat, (peer.name, answer))
        if answer != expected:
            raise DifferentAnswers(
                f"{self._question.name}, repeat {repeat}: {other} answers {expected}, {peer.name} answers {answer}"
            )

    def found(self) -> str:
        """What came first, in short."""
        answer = self._answers[0][1]
        if isinstance(answer, int):
            return f"{answer:,}"
        first, second = answer[:2]
        return f"{first:,}" if isinstance(first, int) else f"{len(first)}{'+' if second else ''}"
