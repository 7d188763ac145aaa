"""Which jobs the writer puts into one commit, and for whom it waits."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait

import pytest

from sightlog.store import writer
from sightlog.store.writer import Writer


class Commits:
    """A backend that notes how many jobs each commit had. While `let_go` is not set, a commit is held up."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.let_go = threading.Event()
        self.let_go.set()
        self._jobs = 0

    def begin(self) -> "Commits":
        self._jobs = 0
        return self

    def do(self) -> None:
        self._jobs += 1

    def commit(self) -> None:
        self.let_go.wait(10)
        self.sizes.append(self._jobs)

    def rollback(self) -> None:
        raise AssertionError


@pytest.fixture
def commits() -> Commits:
    return Commits()


@pytest.fixture
def writing(commits: Commits) -> Iterator[Writer[Commits]]:
    opened = Writer(commits.begin, 1_000, lambda error: error)
    yield opened
    opened.close()


def many(writing: Writer[Commits], count: int) -> "list[Future[None]]":
    return [writing.submit(Commits.do) for _ in range(count)]


def commit_together(writing: Writer[Commits], commits: Commits, count: int) -> None:
    """One job, and then the others while it is being committed; until the writer has nothing to do."""
    commits.let_go.clear()
    first = many(writing, 1)
    until(lambda: writing._is_working and writing._waiting.empty())
    others = many(writing, count - 1)
    commits.let_go.set()
    wait(first + others, 10)
    until(lambda: not writing.is_busy())
    writing._vain = writing._hurried = 0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def be_patient(patience: float, in_all: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds for the next one, and for all."""
    monkeypatch.setattr(writer, "_PATIENCE", patience)
    monkeypatch.setattr(writer, "_MOST_PATIENCE", in_all)


def test_one_after_the_other_nobody_waits(writing: Writer[Commits], monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(writing._are_there, "wait", waited.append)
    for _ in range(20):
        writing.run(Commits.do)
        until(lambda: not writing.is_busy())
    assert waited == []


def test_those_who_were_answered_together_are_committed_together(
    writing: Writer[Commits], commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_together(writing, commits, 6)
    assert commits.sizes == [1, 5]
    be_patient(10, 10, monkeypatch)

    half = many(writing, 3)
    time.sleep(0.05)
    assert commits.sizes == [1, 5], "half of them were committed alone"
    wait(half + many(writing, 2), 5)
    assert commits.sizes == [1, 5, 5]


def test_nobody_waits_long_for_who_does_not_come(
    writing: Writer[Commits], commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_together(writing, commits, 100)
    be_patient(writer._PATIENCE, 10, monkeypatch)
    began = time.monotonic()
    writing.run(Commits.do)
    assert time.monotonic() - began < 5
    assert commits.sizes == [1, 99, 1]


def test_patience_has_an_end_also_when_jobs_trickle_in(
    writing: Writer[Commits], commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_together(writing, commits, 100)
    be_patient(5, 0.1, monkeypatch)
    began = time.monotonic()
    for _ in range(98):
        many(writing, 1)
        writing._are_there.set()
        if len(commits.sizes) > 2:
            break
        time.sleep(0.01)
    assert 0.1 <= time.monotonic() - began < 5
    assert 2 <= commits.sizes[2] < 98


def test_where_it_waited_in_vain_it_hurries(writing: Writer[Commits], commits: Commits) -> None:
    waits = []
    for _ in range(200):
        writing._expected = 5  # as if five had been answered together, who do not come again
        hurried = writing._hurried
        writing.run(Commits.do)
        until(lambda: not writing.is_busy())
        if writing._hurried > hurried:
            waits.append(len(commits.sizes))
    assert waits == [1, 4, 9, 18, 35, 68, 133]


def test_closing_commits_what_waits(writing: Writer[Commits], commits: Commits) -> None:
    commit_together(writing, commits, 100)
    last = many(writing, 3)
    writing.close()
    assert all(future.done() for future in last)
    assert sum(commits.sizes) == 103
