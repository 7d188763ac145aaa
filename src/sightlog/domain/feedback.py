"""Feedback: what reviewers said of an event. The newest review, by time and then by arrival, decides."""

from enum import StrEnum

from msgspec import Struct


class FeedbackStatus(StrEnum):
    """An event's status; `none` means that nobody has reviewed it yet (contract 8)."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    INCONCLUSIVE = "inconclusive"
    NONE = "none"


class Review(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One review, as replies show it. `reviewer` is the name of who gave it in the dashboard; of what a key sent, the
    reviewer is not known (contract 6)."""

    event_id: str
    feedback: str
    timestamp: str
    comment: str | None = None
    reviewer: str | None = None


class FeedbackSummary(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`all` is newest first, and only given with one event whole."""

    status: str
    count: int
    latest: Review
    all: list[Review] | None = None
