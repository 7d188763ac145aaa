"""Answers that are given again until something is written: a page asks for the same in several of its parts, and pages
ask again and again."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

A = TypeVar("A")

_MOST = 16


class Answers:
    """For all readers, who must not change what they are given."""

    def __init__(self) -> None:
        self._kept: tuple[int, dict[Hashable, Any]] = (0, {})

    def give(self, version: int, question: Hashable, find: Callable[[], A]) -> A:
        """The answer to a question, found now or since this version of the store, which is that of before it is looked
        for: so it holds everything that was acknowledged when somebody asked."""
        kept, known = self._kept
        if kept == version and question in known:
            answer: A = known[question]
            return answer
        answer = find()
        kept, known = self._kept
        if kept < version:
            self._kept = kept, known = version, {}
        if kept == version and len(known) < _MOST:
            known[question] = answer
        return answer
